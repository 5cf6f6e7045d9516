"""Single words in sshd_config: how sshd reads each, in the spelling in which `sshd -T` prints it.

Each function raises `Refusal` for what sshd does not take.

Source: OpenSSH 9.2p1, servconf.c (`process_server_config_line_depth`), misc.c (`a2port`, `convtime`, `hpdelim`,
`parse_ipqos`), openbsd-compat/fmt_scaled.c (`scan_scaled`).
"""

from __future__ import annotations

import re

from holdfast.formats.ssh.algorithms import GSSAPI_KEX
from holdfast.formats.ssh.lines import Refusal
from holdfast.formats.ssh.patterns import check_addresses

__all__ = [
    "QOS",
    "class_of_service",
    "expanded",
    "filled",
    "gssapi_kex",
    "host_and_port",
    "number",
    "octal",
    "path",
    "port",
    "positive_port",
    "provider",
    "seconds",
    "size",
    "socket",
    "sources",
    "timeout",
    "tunnel",
    "user_pattern",
    "variable",
]

INT_MAX = (1 << 31) - 1
LLONG_MAX = (1 << 63) - 1

_INTEGER = re.compile(r"[ \t\n\v\f\r]*([+-]?\d+)", re.ASCII)
_TIME = re.compile(r"[ \t\n\v\f\r]*([+-]?\d+)([sSmMhHdDwW]?)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_OCTAL = re.compile(r"[ \t\n\v\f\r]*\+?(0*[0-7]{1,11})")
_SCALED = re.compile(r"\s*([+-]?)(\d*)(?:\.(\d*))?(?:([BKMGTPEbkmgtpe])(?![0-9A-Za-z]))?", re.ASCII)
_SCALES: dict[str, int] = {letter: 1024**power for power, letter in enumerate("BKMGTPE")}
_SERVICES = {"ssh": 22, "http": 80, "https": 443, "ldap": 389, "ldaps": 636, "domain": 53, "telnet": 23, "smtp": 25}
"""Ports that may be written as a name; the system's own list is not read."""
_C_NUMBER = re.compile(r"\s*\+?(?:0[xX]([0-9a-fA-F]{1,9})|(0[0-7]{0,9})|([1-9]\d{0,9}))", re.ASCII)
QOS = {
    "none": INT_MAX,
    **{f"af{i}{j}": i << 5 | j << 3 for i in (1, 2, 3, 4) for j in (1, 2, 3)},
    **{f"cs{i}": i << 5 for i in range(8)},
    "ef": 0xB8,
    "le": 0x04,
    "lowdelay": 0x10,
    "throughput": 0x08,
    "reliability": 0x04,
}


def number(text: str, highest: int = INT_MAX) -> int:
    """A whole number from 0."""
    match = _INTEGER.fullmatch(text)
    if match is None or len(text) > 40 or not 0 <= int(match[1]) <= highest:
        raise Refusal(f"{text[:40]} is not a number from 0 to {highest}")
    return int(match[1])


def port(text: str) -> int:
    """A port by number, or by one of the few names that are known."""
    if text in _SERVICES:
        return _SERVICES[text]
    return number(text, 65535)


def positive_port(text: str) -> str:
    """A port that can be listened on."""
    if not port(text):
        raise Refusal("port 0")
    return str(port(text))


def seconds(text: str) -> str:
    """A time like `1h30m`, in seconds."""
    total, at = 0, 0
    while at < len(text) or not text:
        match = _TIME.match(text, at)
        if match is None or len(match[1]) > 20 or int(match[1]) < 0:
            raise Refusal(f"{text[:40]} is not a time")
        total += int(match[1]) * _UNITS[match[2].lower()]
        at = match.end()
    if total > INT_MAX:
        raise Refusal(f"{text[:40]} is too long a time")
    return str(total)


def path(text: str) -> str:
    """A file name; relative ones start at `/`, where the service runs, and `~` is root's home."""
    if text.lower() == "none":
        return "none"
    found = expanded(text)
    return found if found.startswith(("/", "~")) else f"//{found}"


def expanded(text: str) -> str:
    """The text with root's home for `~`; `~user` stays, because the users are not known here."""
    if text == "~" or text.startswith("~/"):
        return f"/root/{text[1:].lstrip('/')}"
    return text


def socket(text: str) -> str:
    """The socket of a key agent."""
    return text if text == "SSH_AUTH_SOCK" else path(text)


def provider(text: str) -> str:
    """A library for hardware tokens."""
    return text if text.lower() == "internal" else path(text)


def octal(text: str) -> str:
    """The mode of a file."""
    match = _OCTAL.match(text)
    if match is None or int(match[1], 8) > 0o777:
        raise Refusal(f"{text[:40]} is not a mode")
    return f"0{int(match[1], 8):o}"


def host_and_port(text: str) -> tuple[str, str | None]:
    """Splits at the colon behind a host or `[address]`."""
    end = text.find("]") + 1 if text.startswith("[") else min((text + ":/").find(sign) for sign in ":/")
    if (text.startswith("[") and not end) or text[end : end + 1] not in ("", ":"):
        raise Refusal(f"{text[:60]} is not host:port")
    host = text[:end]
    return host[1:-1] if host.startswith("[") else host, text[end + 1 :] if end < len(text) else None


def user_pattern(text: str) -> str:
    """`user` or `user@addresses`."""
    if not text:
        raise Refusal("an empty pattern")
    if "@" in text:
        check_addresses(text.split("@", 1)[1])
    return text


def filled(text: str) -> str:
    """Any text but an empty one."""
    if not text:
        raise Refusal("an empty argument")
    return text


def variable(text: str) -> str:
    """The name of a variable."""
    if not text or "=" in text:
        raise Refusal(f"{text[:40]} is not the name of a variable")
    return text


def timeout(text: str) -> str:
    """`type=time`."""
    name, equals, time = text.partition("=")
    if not name or not equals:
        raise Refusal(f"{text[:40]} is not type=time")
    return seconds(time)


def size(text: str) -> int:
    """A size like `1.5G`, in bytes."""
    match = _SCALED.match(text)
    if match is None or (match.end() < len(text) and not match[4]) or len(match[2]) > 20:
        raise Refusal(f"{text[:40]} is not a size")
    whole, fraction, scale = int(match[2] or 0), (match[3] or "")[:19], _SCALES[(match[4] or "B").upper()]
    if whole * scale > LLONG_MAX:
        raise Refusal(f"{text[:40]} is too large")
    part = int(fraction or 0) * scale // 10 ** len(fraction) if match[4] else 0
    return -(whole * scale + part) if match[1] == "-" else whole * scale + part


def sources(text: str) -> str:
    """How many connections may come from one place."""
    # 2147483647 is how sshd keeps "none".
    return "none" if text == "none" or number(text) == INT_MAX else str(number(text))


def class_of_service(text: str) -> int:
    """The number of a class of service, by name or number."""
    if text.lower() in QOS:
        return QOS[text.lower()]
    match = _C_NUMBER.fullmatch(text)
    index = match.lastindex or 0 if match else 0
    number = int(match[index], (10, 16, 8, 10)[index]) if match else -1
    if not 0 <= number <= 255:
        raise Refusal(f"{text[:40]} is not a class of service")
    return number


def tunnel(text: str) -> str:
    """How tunnels work; here case counts."""
    if text not in ("no", "point-to-point", "ethernet", "yes"):
        raise Refusal(f"the value {text[:40]} is not supported")
    return text


def gssapi_kex(text: str) -> str:
    """Key exchanges of GSSAPI, up to the first empty name."""
    for name in text.split(","):
        if not name:
            break
        if not name.startswith(tuple(GSSAPI_KEX)):
            raise Refusal(f"the algorithm {name[:60]} is not known")
    return text
