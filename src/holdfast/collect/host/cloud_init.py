"""A cloud-init document -> `cloud_init`, and whatever the files, commands and accounts that it makes are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import partial
from typing import Any

from msgspec import UNSET

from holdfast.collect.downloads import Downloads
from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host import ansible_variables, cloud_init_fields
from holdfast.collect.host.archive import SIGN
from holdfast.collect.host.archive import read as archive
from holdfast.collect.host.commands import credentials
from holdfast.collect.host.encodings import SIZE, TooLong, Undecodable, decoded, encoded
from holdfast.collect.host.parts import Item, Part, read_parts
from holdfast.collect.host.settings import unreadable
from holdfast.collect.host.setup import OFF, ON, Setup, password
from holdfast.collect.readers import reader_of
from holdfast.collect.scripts import script
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Secret
from holdfast.core.packages import listed
from holdfast.formats.yaml import Mapping, Sequence, load
from holdfast.kinds.cloud_init import CloudInit, Password

COMMANDS = ("bootcmd", "runcmd")
INSTALLER = ("early-commands", "late-commands")
"""Lists of commands of Ubuntu's installer. Source: "Autoinstall configuration reference manual" (2026)."""
CURTIN = re.compile(r"\s*curtin in-target\s+(?:--target[= ]\S+\s+)?--\s+")
"""Runs a command in the system that is installed."""
INCLUDE = re.compile(r"\A#include(?:-once)?", re.IGNORECASE)
FETCHES = "fetches a document at boot: what that makes was not examined"
PATCH = b"#cloud-config-jsonp"
NESTED = 5
"""How deep documents of several parts may lie in one another."""
INCLUDED = 1_000
"""Lines of a list of documents that are looked at."""
JINJA = re.compile(rb"\A## template:[ \t]*jinja", re.IGNORECASE)
HOLE = re.compile(rb"\{\{|\{%")
KINDS = re.compile(
    rb"\A(?:#!|#cloud-|#include|## template:[ \t]*jinja|(?:MIME-Version|Content-Type|From):[ \t])", re.IGNORECASE
)
"""How user data begins. Source: cloud-init, "User-data formats" (26.2)."""
CALLED = re.compile(r"user_?data|user[-_]?data\..*")
"""Names of files that may be for cloud-init, and show so by how they begin."""
SHELLS = re.compile(rb"\A#(?:cloud-boothook|![^\n]*\b(?:ba|da|a|k|z)?sh\b)")
SHELL = ("-c", "-lc", "-ec", "-xc")
HANDLED = frozenset("users password chpasswd write_files runcmd bootcmd autoinstall ssh_keys packages".split())
"""Keys that are asked by themselves; the rest may hold credentials of any module."""


def read(data: bytes, path: str, depth: int = 0) -> Iterator[Item]:
    """What a document makes: a configuration, a script, a list of addresses, or several of them in one."""
    if CALLED.fullmatch(path.rpartition("/")[2]) and not KINDS.match(data):
        return
    if data.startswith((b"#!", b"#cloud-boothook")):
        yield from _script(data, path)
    elif data.startswith(b"#include"):
        yield from _included(data, path)
    elif KINDS.match(data) and not data.startswith(b"#"):
        from holdfast.collect.host.multipart import read as message

        yield from message(data, path, partial(_inner, depth=depth + 1), KINDS.match)
    else:
        yield from _configuration(data, path, depth)


def of_table(document: Mapping, path: str) -> Iterator[Item]:
    """What a configuration makes that is written in another file, whose lines its places are."""
    yield from _Document(document, path).items()


def _inner(data: bytes, path: str, depth: int) -> Iterator[Item]:
    """What one of several parts makes."""
    if depth > NESTED:
        yield Gap(path, f"parts that lie more than {NESTED} deep in others: they were not examined", "unreadable", 1)
    else:
        yield from read(data, path, depth)


def _configuration(data: bytes, path: str, depth: int) -> Iterator[Item]:
    hole = HOLE.search(data) if JINJA.match(data) else None
    if hole is not None:
        yield template(path, data.count(b"\n", 0, hole.start()) + 1)
    try:
        document = load(data)
    except FormatError as error:
        if hole is None:
            yield unreadable(path, data, "a cloud-init document", error)
        return
    if isinstance(document, Mapping):
        yield from _Document(document, path).items()
    elif isinstance(document, Sequence) and data.startswith(SIGN):
        yield from archive(document, path, partial(_inner, depth=depth + 1), KINDS.match)
    elif data.startswith(PATCH):
        yield Gap(path, "changes another document by patches: what that makes was not examined", "left_out", 1)
    elif document is not None and hole is None and (depth or KINDS.match(data)):
        yield Gap(path, "not readable as a cloud-init document: it holds no table", "unreadable", 1)


def _script(data: bytes, path: str) -> Iterator[Item]:
    """What a script does that a machine runs at its first boot."""
    made = _Document(_mapping({}, {}), path)
    text = data.decode("utf-8", "replace")
    if SHELLS.match(data):
        unread = made.run(text, 1, Downloads())
        if unread:
            yield Gap(path, f"not readable as a shell script: {unread}", "unreadable", 1)
    else:
        yield Gap(path, "a program that no shell runs: what it does was not examined", "left_out", 1)
    made.scan(text, made.document, "")
    at = next((line for line, row in enumerate(text.split("\n"), 1) if made.credentials and credentials(row)), 1)
    made.spots["credentials"] = Spot(at, 1)
    yield from made.items()
    yield from script(data, path)


def _mapping(values: dict[str, Any], marks: dict[str, Any]) -> Mapping:
    found = Mapping(values)
    found.mark, found.marks = next(iter(marks.values()), None), marks
    return found


def _included(data: bytes, path: str) -> Iterator[Item]:
    """What a list of documents to fetch shows. Source: cloudinit/user_data.py, `_do_include` (26.2)."""
    spots: dict[str, Spot] = {"": Spot(1, 1)}
    fetched: list[str] = []
    for line, row in enumerate(data.decode("utf-8", "replace").splitlines()[:INCLUDED], 1):
        url = INCLUDE.sub("", row, count=1).strip()
        if url and not url.startswith("#"):
            spots[f"fetched[{len(fetched)}]"] = Spot(line, 1)
            fetched.append(url[:500])
            yield Gap(path, FETCHES, "left_out", line)
    yield Asset(f"cloud_init/{path}", CloudInit(path=path, fetched=fetched), "cloud-init", path, spots, partial=True)


class _Document(Setup):
    """One document with the places of what it says."""

    def items(self) -> Iterator[Item]:
        """The document, and what it makes."""
        self.named()
        self.commands()
        self.files()
        self.keys()
        unlocked = self.accounts()
        self.parts += [*cloud_init_fields.mounts(self.document), *cloud_init_fields.keys(self.document)]
        installer = self.document.get("autoinstall")
        over = self.installer(installer) if isinstance(installer, Mapping) else None
        facts = CloudInit(
            path=self.path,
            fetched=self.fetched(),
            ssh_passwords=self.switch("ssh_pwauth", "ssh_passwords", UNSET) if over is None else over,
            root_login=self.opposite("disable_root", "root_login", UNSET),
            plain_passwords=self.passwords,
            password_logins=unlocked,
            host_keys_kept=self.opposite("ssh_deletekeys", "host_keys_kept", False),
            downloads_run=self.downloads,
            credentials=list(dict.fromkeys(self.credentials)),
            packages=self.packages,
            unverified_packages=self.unverified(),
            opened_files=self.opened,
            protections_off=list(dict.fromkeys(self.off)),
        )
        hidden = tuple(self.hidden)
        yield Asset(f"cloud_init/{self.name}", facts, "cloud-init", self.path, self.spots, hidden=hidden)
        yield from self.gaps
        yield from read_parts(self.path, self.parts)
        inner = installer.get("user-data") if isinstance(installer, Mapping) else None
        if isinstance(inner, Mapping):
            yield from _Document(inner, self.path, f"{self.name}/user-data").items()

    def fetched(self) -> list[str]:
        """Where the rest of it comes from."""
        found = list(cloud_init_fields.seeds(self.document))
        for index, each in enumerate(found):
            self.spots[f"fetched[{index}]"] = each.spot
            self.gaps.append(Gap(self.path, FETCHES, "left_out", each.spot.line))
        return [each.url for each in found]

    def installer(self, table: Mapping) -> Fact[bool] | None:
        """What Ubuntu's installer is told; whether SSH takes passwords, None where it does not say."""
        fetched = Downloads()
        for key in INSTALLER:
            self.rows(table, key, fetched)
        ssh = table.get("ssh")
        if not isinstance(ssh, Mapping) or ssh.get("allow-pw") is None:
            return None
        self.note("ssh_passwords", ssh, "allow-pw")
        return True if ssh["allow-pw"] in ON else False if ssh["allow-pw"] in OFF else UNSET

    def named(self) -> None:
        """The packages that it lists: a name, or a name and a version."""
        rows = self.document.get("packages")
        if not isinstance(rows, Sequence):
            return
        for index, row in enumerate(rows):
            word = "=".join(map(str, row)) if isinstance(row, list) and len(row) == 2 else str(row)
            self.install(list(listed([word])), rows.marks[index].line + 1)

    def commands(self) -> None:
        """The commands, of which each is read as a script, too."""
        fetched = Downloads()
        for key in COMMANDS:
            self.rows(self.document, key, fetched)

    def rows(self, table: Mapping, key: str, fetched: Downloads) -> None:
        """The commands of one list."""
        rows = table.get(key)
        if not isinstance(rows, Sequence):
            return
        for index, row in enumerate(rows):
            text = shlex.join(map(str, row)) if isinstance(row, list) else str(row)
            inner = str(row[2]) if isinstance(row, list) and len(row) > 2 and row[1] in SHELL else text
            inner = CURTIN.sub("", inner, count=1)
            line = rows.marks[index].line + 1
            if not self.spends(len(text), line):
                return
            self.parts.append(Part(f"{key}/{index}.sh", text.encode(), line))
            self.scan(inner, table, key)
            self.run(inner, line + (isinstance(row, str) and "\n" in row), fetched)

    def files(self) -> None:
        """The files that it writes."""
        rows = self.document.get("write_files")
        for row in rows if isinstance(rows, Sequence) else ():
            if not isinstance(row, Mapping):
                continue
            target, content = row.get("path"), row.get("content")
            if isinstance(target, str) and _writable(row.get("permissions")):
                self.note("opened_files", row, "permissions")
                self.opened.append(target)
            if not isinstance(target, str) or not isinstance(content, str):
                continue
            encoding = str(row.get("encoding") or "").lower().strip()
            line = row.marks["content"].line + 1
            if encoded(encoding) and TEMPLATED.search(content):
                self.gaps += [template(self.path, line)] if reader_of(f"{self.path}#/{target.lstrip('/')}") else []
                continue
            try:
                data = decoded(content, encoding, max(self.left, 0))
            except Undecodable as error:
                if isinstance(error, TooLong) and self.left < SIZE:
                    self.spends(SIZE, line)
                    return
                self.gaps.append(Gap(self.path, f"the text of {target} is {error}", "unreadable", line))
                continue
            if not self.spends(len(data), line):
                return
            self.scan(data.decode("utf-8", "replace"), row, "content")
            line += "\n" in content and not encoded(encoding)
            whole = row.get("append") not in ON
            self.parts.append(Part(target, data, line, whole, encoded=encoded(encoding)))

    def keys(self) -> None:
        """Private keys, and the credentials of all modules that have no rule of their own."""
        given = self.document.get("ssh_keys")
        given = given if isinstance(given, Mapping) else _mapping({}, {})
        for name, value in given.items():
            if "private" in name and isinstance(value, str) and not TEMPLATED.search(value):
                self.note("credentials", given, name)
                self.credentials.append(f"ssh_keys.{name}")
                self.hidden += [Secret(line) for line in value.splitlines() if len(line) > 20]
        rest = {key: value for key, value in self.document.items() if key not in HANDLED}
        for name, literal in ansible_variables.credentials(_mapping(rest, self.document.marks)).items():
            self.spots.setdefault("credentials", literal.spot)
            self.credentials.append(name)
            self.hidden.append(Secret(literal.text))

    def accounts(self) -> list[str]:
        """The accounts that may use a password; those with one in clear are noted, and sudo rules become a file."""
        plain = self.passwords
        unlocked: list[str] = []
        users = self.document.get("users")
        for row in users if isinstance(users, Sequence) else ():
            if not isinstance(row, Mapping):
                continue
            name = str(row.get("name", "default"))
            if _literal(row.get("plain_text_passwd")):
                plain.append(password(name, row["plain_text_passwd"]))
                self.note("plain_passwords", row, "plain_text_passwd")
            hashed = any(row.get(key) for key in ("passwd", "hashed_passwd", "plain_text_passwd"))
            if hashed and row.get("lock_passwd") in OFF:
                unlocked.append(name)
                self.note("password_logins", row, "lock_passwd")
            rules = row.get("sudo")
            for rule in [rules] if isinstance(rules, str) else rules if isinstance(rules, Sequence) else ():
                data = f"{name} {rule}\n".encode()
                self.parts.append(Part(f"/etc/sudoers.d/90-cloud-init-{name}", data, row.marks["sudo"].line + 1))
        if _literal(self.document.get("password")):
            plain.append(password("default", self.document["password"]))
            self.note("plain_passwords", self.document, "password")
        plain += self.changed()
        return unlocked

    def changed(self) -> list[Password]:
        """Accounts whose password `chpasswd` sets in clear; hashes begin with `$`, and `R` makes a random one."""
        table = self.document.get("chpasswd")
        if not isinstance(table, Mapping):
            return []
        given = table.get("list")
        rows = given.splitlines() if isinstance(given, str) else given if isinstance(given, Sequence) else []
        pairs = [str(row).partition(":")[::2] for row in rows]
        listed = table.get("users")
        for row in listed if isinstance(listed, Sequence) else ():
            if isinstance(row, Mapping) and row.get("type", "hash") == "text":
                pairs.append((str(row.get("name", "")), str(row.get("password", ""))))
        found = [
            password(name, word)
            for name, word in pairs
            if _literal(word) and not word.startswith("$") and word not in ("R", "RANDOM")
        ]
        if found:
            self.note("plain_passwords", self.document, "chpasswd")
        return found

    def unverified(self) -> bool:
        """Whether a source of packages is taken without signatures."""
        apt = self.document.get("apt")
        sources = apt.get("sources") if isinstance(apt, Mapping) else None
        for row in (*_tables(sources), *_tables(self.document.get("yum_repos"))):
            key = "gpgcheck" if row.get("gpgcheck") in OFF else "source"
            if key == "gpgcheck" or "trusted=yes" in str(row.get("source", "")):
                self.note("unverified_packages", row, key)
                return True
        return False


def _writable(mode: Any) -> bool:
    """Whether permissions let every account write. cloud-init takes a number as it is, and a text as octal."""
    number = int(mode, 8) if isinstance(mode, str) and re.fullmatch(r"(?:0o)?[0-7]{3,5}", mode) else mode
    return isinstance(number, int) and not isinstance(number, bool) and number & 0o1002 == 0o0002


def _tables(value: Any) -> Iterator[Mapping]:
    yield from (row for row in (value.values() if isinstance(value, Mapping) else ()) if isinstance(row, Mapping))


def _literal(value: Any) -> bool:
    """Whether a value is a text that no template fills."""
    return isinstance(value, str) and bool(value) and not TEMPLATED.search(value)
