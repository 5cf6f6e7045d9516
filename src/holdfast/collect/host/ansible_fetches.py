"""What a task of Ansible fetches from the network, and what checks it.

Source: documentation and source of ansible-core 2.19.14, checked 2026-11-30: `apt` (`deb`), `apt_key`, `dnf` (it sets
`localpkg_gpgcheck`, so that packages from an address must be signed, too), `get_url`, `git` (`verify_commit`),
`rpm_key` (`fingerprint`), `unarchive`, `uri` (`dest`), `yum_repository` (`sslverify`); curl(1), wget(1), aria2c(1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import UNSET

from holdfast.collect.downloads import DOWNLOADERS, kept, unchecked
from holdfast.collect.fields import TEMPLATED
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

FETCHING = frozenset(("get_url", "uri", "unarchive", "apt_key", "rpm_key"))
SIGNING = frozenset(("yum", "dnf", "dnf5"))
"""Modules that take packages from an address only when they are signed."""
VALIDATING = FETCHING | SIGNING | {"apt_repository", "yum_repository"}
SOURCES = {
    "get_url": ("url",), "uri": ("url",), "unarchive": ("src",), "apt_key": ("url",), "rpm_key": ("key",),
    "apt": ("deb",), "yum": ("name", "pkg"), "dnf": ("name", "pkg"), "dnf5": ("name", "pkg"),
    "package": ("name",), "git": ("repo",),
}  # fmt: skip
"""Module -> the arguments that may hold an address."""
ON, OFF = (True, 1, "yes", "true", "on", "1"), (False, 0, "no", "false", "off", "0")
ADDRESS = re.compile(r"(?:https?|ftp|git)://", re.IGNORECASE)
CLEAR = re.compile(r"(?:http|ftp|git)://(?!(?:localhost|127\.|\[::1\]|169\.254\.|\{\{|\$))", re.IGNORECASE)
"""An address without TLS on another host whose name is written out."""
HERE = re.compile(r"https?://(?:localhost|127\.|\[::1\])", re.IGNORECASE)
COMMIT = re.compile(r"[0-9a-f]{40}")


def certificates(module: str, arguments: Mapping, text: str) -> Fact[bool]:
    """Whether the server's certificate is checked; absent for tasks that keep nothing from one."""
    if module in VALIDATING:
        answers = [switch(arguments, key, default=True) for key in ("validate_certs", "sslverify")]
        return False if False in answers else UNSET if UNSET in answers else True
    found = [command for command in _kept(text) if not any(map(HERE.match, command.argv))]
    return not any(map(unchecked, found)) if found else None


def digest(module: str, arguments: Mapping) -> Fact[bool]:
    """Whether what is fetched must have a known digest; absent for modules that fetch no file."""
    if module == "get_url":
        return bool(arguments.get("checksum") or arguments.get("sha256sum"))
    if module == "unarchive" or (module == "apt" and arguments.get("deb")):
        return False if any(map(ADDRESS.match, addresses(module, arguments))) else None
    return False if module == "uri" and arguments.get("dest") else None


def in_clear(module: str, arguments: Mapping, text: str) -> Fact[bool]:
    """Whether something is fetched without TLS from another host, and neither key nor commit tells what it is."""
    if module not in SOURCES:
        words = [word for command in _kept(text) for word in command.argv if ADDRESS.match(word)]
        return any(map(CLEAR.match, words)) if words else None
    if module == "uri" and not arguments.get("dest"):
        return None
    found = [each for each in addresses(module, arguments) if ADDRESS.match(each)]
    if not found:
        return None
    return any(map(CLEAR.match, found)) and not _told(module, arguments)


def addresses(module: str, arguments: Mapping) -> list[str]:
    """The words of a task that may be addresses."""
    given = [arguments.get(key) for key in SOURCES.get(module, ())]
    rows = [row for value in given for row in (value if isinstance(value, list) else [value])]
    return [word.strip() for row in rows if isinstance(row, str) for word in row.split(",")]


def switch(arguments: Mapping, key: str, *, default: bool) -> Fact[bool]:
    """A switch as Ansible reads it; another value is unobserved."""
    value = arguments.get(key)
    value = value.lower() if isinstance(value, str) else value
    return default if value is None else True if value in ON else False if value in OFF else UNSET


def _told(module: str, arguments: Mapping) -> bool:
    """Whether a signature, a fingerprint or a commit says what must come."""
    if module in SIGNING:
        return switch(arguments, "disable_gpg_check", default=False) is not True
    if module == "rpm_key":
        return bool(arguments.get("fingerprint"))
    if module != "git":
        return False
    version = str(arguments.get("version", ""))
    checked = switch(arguments, "verify_commit", default=False)
    return checked is not False or COMMIT.fullmatch(version) is not None or TEMPLATED.search(version) is not None


def _kept(text: str) -> list[Command]:
    """The downloads of a shell text that are kept and not compared."""
    if not any(name in text for name in DOWNLOADERS):
        return []
    from holdfast.formats.shell import reader

    try:
        return kept(reader.read(text))
    except FormatError:
        return []
