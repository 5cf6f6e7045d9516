"""Listening addresses: who can reach them, and their parts."""

from __future__ import annotations

import ipaddress
import re

from holdfast.core.fact import UNSET, Fact

EVERYWHERE = str(ipaddress.IPv4Address(0))
"""Every IPv4 interface."""

SCHEME = re.compile(r"[\w+.-]{1,40}://", re.ASCII)
_LOCAL = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})
_ANY = frozenset({"*", "", "+"})


def loopback(host: Fact[str]) -> Fact[bool]:
    """Whether only the same host or pod can reach `host`: one address, several, or a socket path.

    Unobserved for a name other than localhost: what it resolves to is not in the configuration.
    """
    if host is None or host is UNSET:
        return host
    answers = [_loopback(part.lstrip("-")) for part in re.split(r"[,\s]+", host.strip())]
    if False in answers:
        return False
    return UNSET if UNSET in answers else True


def _loopback(host: str) -> Fact[bool]:
    if "$" in host:
        return UNSET
    if host.startswith(("/", "@", "unix:")) or host.endswith(".sock") or host.lower() in _LOCAL:
        return True
    if host in _ANY:
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return UNSET


def port(value: Fact[str]) -> Fact[int]:
    """A port number; unobserved where it is unresolved, absent where there is none."""
    if value is None or value is UNSET:
        return value
    text = value.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return UNSET if "$" in text else None
    return int(text)


def authority(url: str) -> str:
    """Host and port of a URL, or of an address without a scheme; never who logs in there.

    Source: RFC 3986, 3.2. People also write passwords with a slash in them, which should be escaped.
    """
    scheme = SCHEME.match(url)
    rest = url[scheme.end() :] if scheme else url
    text, slash, _ = rest.partition("/")
    user, sign, host = text.rpartition("@")
    if sign and (user or scheme):
        return host
    tail = text.rpartition(":")[2]
    if slash and ":" in text and "@" in rest and not (tail.isdigit() or text.endswith("]")):
        return rest.rpartition("@")[2].partition("/")[0]
    return text


def endpoint(value: Fact[str], default_port: str = "") -> tuple[Fact[str], Fact[str]]:
    """Host and port of `HOST:PORT`, `:PORT`, `HOST`, `[V6]:PORT` or a URL; an omitted host is empty."""
    if value is None or value is UNSET:
        return value, value
    text = authority(value.strip().strip("\"'"))
    if re.fullmatch(r"\[[0-9A-Fa-f:.]*\]|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*", text):
        return text.strip("[]"), default_port
    host, colon, tail = text.rpartition(":")
    return (host.strip("[]"), tail) if colon else (text, default_port)
