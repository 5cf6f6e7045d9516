"""A cloud-init document -> `cloud_init`, and whatever the files, commands and accounts that it makes are."""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.downloads import Downloads
from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host.commands import credentials, installs
from holdfast.collect.host.parts import Item, Part, read_parts
from holdfast.collect.host.settings import unreadable
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Secret
from holdfast.core.packages import Package, listed
from holdfast.formats.yaml import Mapping, Sequence, load
from holdfast.kinds.cloud_init import CloudInit, Password

COMMANDS = ("bootcmd", "runcmd")
INCLUDE = re.compile(r"\A#include(?:-once)?", re.IGNORECASE)
INCLUDED = 1_000
"""Lines of a list of documents that are looked at."""
SHELL = ("-c", "-lc", "-ec", "-xc")
OFF = (False, 0, "0", "no", "false", "off")
ON = (True, 1, "1", "yes", "true", "on")


def read(data: bytes, path: str) -> Iterator[Item]:
    """What a document makes; a script under the same name is read as one."""
    if data.startswith(b"#!"):
        from holdfast.collect.scripts import script

        yield from script(data, path)
        return
    if data.startswith(b"#include"):
        yield from _included(data, path)
        return
    try:
        document = load(data)
    except FormatError as error:
        yield unreadable(path, data, "a cloud-init document", error)
        return
    if isinstance(document, Mapping):
        yield from _Document(document, path).items()


def _included(data: bytes, path: str) -> Iterator[Item]:
    """What a list of documents to fetch shows. Source: cloudinit/user_data.py, `_do_include` (26.2)."""
    spots: dict[str, Spot] = {"": Spot(1, 1)}
    fetched: list[str] = []
    for line, row in enumerate(data.decode("utf-8", "replace").splitlines()[:INCLUDED], 1):
        url = INCLUDE.sub("", row, count=1).strip()
        if url and not url.startswith("#"):
            spots[f"fetched[{len(fetched)}]"] = Spot(line, 1)
            fetched.append(url[:500])
            yield Gap(path, "fetches a document at boot: what that makes was not examined", "left_out", line)
    yield Asset(f"cloud_init/{path}", CloudInit(path=path, fetched=fetched), "cloud-init", path, spots, partial=True)


class _Document:
    """One document with the places of what it says."""

    def __init__(self, document: Mapping, path: str) -> None:
        self.document = document
        self.path = path
        self.spots: dict[str, Spot] = {"": Spot(1, 1)}
        self.parts: list[Part] = []
        self.credentials: list[str] = []
        self.packages: list[Package] = []

    def items(self) -> Iterator[Item]:
        """The document, and what it makes."""
        self.named()
        downloads = self.commands()
        self.files()
        plain, unlocked = self.accounts()
        facts = CloudInit(
            path=self.path,
            fetched=[],
            ssh_passwords=self.switch("ssh_pwauth", "ssh_passwords", UNSET),
            root_login=self.opposite("disable_root", "root_login", UNSET),
            plain_passwords=plain,
            password_logins=unlocked,
            host_keys_kept=self.opposite("ssh_deletekeys", "host_keys_kept", False),
            downloads_run=downloads,
            credentials=list(dict.fromkeys(self.credentials)),
            packages=self.packages,
            unverified_packages=self.unverified(),
        )
        yield Asset(f"cloud_init/{self.path}", facts, "cloud-init", self.path, self.spots)
        yield from read_parts(self.path, self.parts)

    def note(self, fact: str, mapping: Mapping, key: str) -> None:
        """Remembers the first place of a fact."""
        if fact not in self.spots and key in mapping.marks:
            self.spots[fact] = Spot(mapping.marks[key].line + 1, mapping.marks[key].column + 1)

    def switch(self, key: str, fact: str, default: Fact[bool]) -> Fact[bool]:
        """A switch as cloud-init reads it; another value is unobserved."""
        value = self.document.get(key)
        if value is None:
            return default
        self.note(fact, self.document, key)
        value = value.lower() if isinstance(value, str) else value
        return True if value in ON else False if value in OFF else UNSET

    def opposite(self, key: str, fact: str, default: Fact[bool]) -> Fact[bool]:
        """The opposite of a switch."""
        value = self.switch(key, fact, UNSET)
        if self.document.get(key) is None:
            return default
        return not value if isinstance(value, bool) else UNSET

    def scan(self, text: str, mapping: Mapping, key: str) -> None:
        """Looks for credentials in a text."""
        found = credentials(text)
        if found:
            self.note("credentials", mapping, key)
            self.credentials += found

    def install(self, found: list[Package], line: int) -> None:
        """Remembers packages at the place that names them."""
        for package in found:
            self.spots[f"packages[{len(self.packages)}]"] = Spot(line, 1)
            self.packages.append(package)

    def named(self) -> None:
        """The packages that it lists: a name, or a name and a version."""
        rows = self.document.get("packages")
        if not isinstance(rows, Sequence):
            return
        for index, row in enumerate(rows):
            word = "=".join(map(str, row)) if isinstance(row, list) and len(row) == 2 else str(row)
            self.install(list(listed([word])), rows.marks[index].line + 1)

    def commands(self) -> list[str]:
        """The commands that run what they fetch; each command is read as a script, too."""
        downloads: list[str] = []
        fetched = Downloads()
        for key in COMMANDS:
            rows = self.document.get(key)
            if not isinstance(rows, Sequence):
                continue
            for index, row in enumerate(rows):
                text = shlex.join(map(str, row)) if isinstance(row, list) else str(row)
                inner = str(row[2]) if isinstance(row, list) and len(row) > 2 and row[1] in SHELL else text
                line = rows.marks[index].line + 1
                self.parts.append(Part(f"{key}/{index}.sh", text.encode(), line))
                self.scan(inner, self.document, key)
                self.install(installs(inner), line)
                if fetched.text(inner):
                    downloads.append(inner[:200])
                    self.spots.setdefault("downloads_run", Spot(line, 1))
        return downloads

    def files(self) -> None:
        """The files that it writes."""
        rows = self.document.get("write_files")
        for row in rows if isinstance(rows, Sequence) else ():
            target, content = (row.get("path"), row.get("content")) if isinstance(row, Mapping) else (None, None)
            if not isinstance(target, str) or not isinstance(content, str):
                continue
            data = _decoded(content, str(row.get("encoding", "")))
            if data is None:
                continue
            self.scan(data.decode("utf-8", "replace"), row, "content")
            line = row.marks["content"].line + (2 if "\n" in content else 1)
            self.parts.append(Part(target, data, line, whole=row.get("append") not in ON))

    def accounts(self) -> tuple[list[Password], list[str]]:
        """Accounts with a password in clear, and those that may use one; sudo rules become a file."""
        plain: list[Password] = []
        unlocked: list[str] = []
        users = self.document.get("users")
        for row in users if isinstance(users, Sequence) else ():
            if not isinstance(row, Mapping):
                continue
            name = str(row.get("name", "default"))
            if _literal(row.get("plain_text_passwd")):
                plain.append(_password(name, row["plain_text_passwd"]))
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
            plain.append(_password("default", self.document["password"]))
            self.note("plain_passwords", self.document, "password")
        return plain + self.changed(), unlocked

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
            _password(name, word)
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


def _password(account: str, value: str) -> Password:
    return Password(name=f"{account}.password", value=Secret(value))


def _tables(value: Any) -> Iterator[Mapping]:
    yield from (row for row in (value.values() if isinstance(value, Mapping) else ()) if isinstance(row, Mapping))


def _literal(value: Any) -> bool:
    """Whether a value is a text that no template fills."""
    return isinstance(value, str) and bool(value) and not TEMPLATED.search(value)


def _decoded(content: str, encoding: str) -> bytes | None:
    """A file's text; None where it is compressed, or not what it claims to be."""
    if not encoding or encoding == "text/plain":
        return content.encode("utf-8", "replace")
    if encoding not in ("b64", "base64"):
        return None
    try:
        return base64.b64decode(content, validate=False)
    except (binascii.Error, ValueError):
        return None
