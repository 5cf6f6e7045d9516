"""What the scripts of a pipeline fetch over connections that nobody vouches for.

Sources, checked 2026-11-30: curl(1) `--insecure`; wget(1) `--no-check-certificate`, `--spider`; aria2c(1)
`--check-certificate`; git(1) `-c`, git-config(1) `http.sslVerify` (and `http.<url>.sslVerify`), git's http.c
(`GIT_SSL_NO_VERIFY`, which counts whatever its value is); RFC 1918, 6761, 6762 and 8375, and ICANN's reservation of
`.internal` (names and addresses of networks of one's own).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from holdfast.collect.downloads import kept, program, unchecked
from holdfast.collect.pipelines.pins import COMMIT
from holdfast.core.fact import UNSET, Fact

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

ADDRESS = re.compile(r"(https?|ftp|git)://(?:[^/\s@]{1,256}@)?(\[[^\]]{1,64}\]|[^/\s:?#]{1,256})", re.IGNORECASE)
INSIDE = re.compile(
    r"[^.]+|.+\.(?:local|localhost|internal|svc|lan|corp|intranet|home|test)|.+\.home\.arpa", re.IGNORECASE
)
"""Hosts of a network of one's own: a name without a dot, or one that only its DNS knows."""
USER = re.compile(r"(?<=://)[^/\s@]*@")
VERBS = frozenset("clone fetch pull submodule ls-remote remote lfs".split())
"""What git is asked for when it gets code, or is told where it lies."""
VERIFYING = re.compile(r"http\.(?:(?P<url>https?://\S*)\.)?sslverify(?:=(?P<value>.*))?", re.IGNORECASE)
OFF = frozenset(("false", "no", "off", "0", ""))
UNVERIFIED = "GIT_SSL_NO_VERIFY"


class Fetch(NamedTuple):
    """One thing that is fetched."""

    sort: str
    """`code` from git, `artifact` for a file."""
    name: str
    """Its address, or the command where none is written."""
    unprotected: Fact[bool]
    line: int
    column: int


def fetches(commands: Sequence[Command]) -> Iterator[Fetch]:
    """What comes from another host without TLS, or from one whose certificate is not checked.

    Unobserved where the host of which the certificate is not checked is named elsewhere. What is compared with a
    digest, or checked out by its commit, needs no protection on its way.
    """
    files = kept(commands) if any(program(command.argv) != "git" for command in commands) else []
    for command in files:
        if "--spider" not in command.argv:
            yield from _addressed("artifact", command, off=unchecked(command))
    if any(program(command.argv) == "git" and any(map(COMMIT.fullmatch, command.argv)) for command in commands):
        return
    for command in commands:
        if program(command.argv) == "git":
            yield from _git(command)


def _git(command: Command) -> Iterator[Fetch]:
    """What a call of git gets, or leaves unchecked for those after it."""
    words = command.argv[1:]
    if "config" in words:
        at = next((at for at, word in enumerate(words) if VERIFYING.fullmatch(word)), len(words))
        value = words[at + 1].lower() if at + 1 < len(words) else "true"
        setting = VERIFYING.fullmatch(words[at]) if at < len(words) else None
        if setting is not None and value in OFF:
            host = _host(setting["url"] or "")
            answer = True if setting["url"] is None else UNSET if host is None else _outside(host)
            yield from _found("code", " ".join(command.argv), answer, command)
        return
    if VERBS.isdisjoint(words):
        return
    settings = [match for match in map(VERIFYING.fullmatch, words) if match is not None and match["value"] is not None]
    off = any(match["value"].lower() in OFF for match in settings) or UNVERIFIED in command.env
    yield from _addressed("code", command, off=off)


def _addressed(sort: str, command: Command, *, off: bool) -> Iterator[Fetch]:
    """The addresses of a command that are not protected; `off` says whether certificates are taken unseen."""
    addresses = [match for match in map(ADDRESS.match, command.argv) if match is not None]
    for match in addresses:
        clear, host = match[1].lower() != "https", _host(match[0])
        if clear or off:
            answer = _outside(host) if host is not None else UNSET if off and not clear else False
            yield from _found(sort, USER.sub("", match.string), answer, command)
    if off and not addresses:
        yield from _found(sort, " ".join(command.argv), UNSET, command)


def _found(sort: str, name: str, answer: Fact[bool], command: Command) -> Iterator[Fetch]:
    if answer is not False:
        yield Fetch(sort, name, answer, command.line, command.column)


def _host(address: str) -> str | None:
    """The host of an address; None where it is put in from elsewhere."""
    match = ADDRESS.match(address)
    return None if match is None or "$" in match[2] else match[2]


def _outside(host: str) -> bool:
    """Whether a host is none of one's own network."""
    try:
        return ip_address(host.strip("[]")).is_global
    except ValueError:
        return INSIDE.fullmatch(host) is None
