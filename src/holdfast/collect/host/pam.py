"""`/etc/pam.d`, `/etc/pam.conf` and access.conf of each host -> `pam_service`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import UNSET

from holdfast.collect.host.node import below, by_root
from holdfast.collect.host.settings import refused, unreadable
from holdfast.collect.owned import owned, runs_owned
from holdfast.collect.permissions import permissions
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.plain_text import Problem
from holdfast.formats.pam.rows import Row, include
from holdfast.formats.pam.rows import read as read_rows
from holdfast.formats.pam.stack import ADOPTING, Sub, admits, modules, passed_by
from holdfast.kinds.pam_service import Module, PamService

DEPTH = 16
"""How deep files may include one another. Source: PAM_SUBSTACK_MAX_LEVEL of Linux-PAM."""
ROWS = 2_000
"""Most rows of one service."""
HIDDEN = re.compile(r"\..*|.*~|.*\.(?:pam-old|dpkg-\w+|rpm(?:new|save|orig)|bak|md5sums)|README.*")
"""Names in `pam.d` that no program asks for."""
SLURM = ("etc/default/slurmd", "etc/sysconfig/slurmd", "etc/systemd/system/multi-user.target.wants/slurmd.service")
"""What is there where a host runs the daemon for jobs. Source: packages slurmd of Debian 12 and SchedMD."""
CLOSED = re.compile(r"-\s*:\s*ALL(?:\s+EXCEPT\s[^:]*)?\s*:\s*ALL\s*")
OPTIONS = frozenset(("debug", "expose_authtok", "seteuid", "quiet", "quiet_log", "stdout"))
Entry = Row | Sub
TYPES = ("auth", "account", "password", "session")


def read(files: Files) -> Iterator[Asset | Gap]:
    """The services of each host whose files were found."""
    for root, paths in by_root(tuple(files), "pam.d", "security"):
        yield from _Host(files, root, paths).services()


class _Host:
    """One host's rows by service."""

    def __init__(self, files: Files, root: str, paths: Iterable[str]) -> None:
        self.files = files
        self.root = root
        self.rows: dict[str, tuple[Row, ...]] = {}
        self.places: dict[str, str] = {}
        self.gaps: list[Gap] = []
        self.left = ROWS
        for path in paths:
            folder, _, name = path.rpartition("/")
            if name == "pam.conf":
                for row in self.parsed(path, services=True):
                    self.rows[row.service] = (*self.rows.get(row.service, ()), row)
                    self.places.setdefault(row.service, path)
        for path in paths:
            folder, _, name = path.rpartition("/")
            if folder.rpartition("/")[2] == "pam.d" and not HIDDEN.fullmatch(name):
                self.rows[name] = self.parsed(path, services=False)
                self.places[name] = path

    def parsed(self, path: str, *, services: bool) -> tuple[Row, ...]:
        """The rows of a file; one that cannot be read is a gap."""
        data, problems = self.files.members[path], list[Problem]()
        try:
            found = read_rows(data, path, services=services, problems=problems)
        except FormatError as error:
            self.gaps.append(unreadable(path, data, "PAM's rows", error))
            return ()
        self.gaps += refused(path, data, problems)
        return found

    def services(self) -> Iterator[Asset | Gap]:
        """Every service and fragment."""
        taken = [(row, name) for rows in self.rows.values() for row in rows if (name := include(row)) is not None]
        included = {name.rpartition("/")[2] for _, name in taken}
        yield from self.gaps
        for row, name in taken:
            if name.rpartition("/")[2] not in self.rows:
                yield Gap(row.path, f"it includes {name}, which is not here", "left_out", row.line)
        yield from self.cycles()
        for name, rows in self.rows.items():
            if rows:
                yield self.service(name, fragment=name in included)

    def cycles(self) -> Iterator[Gap]:
        """The rows that include a file which leads back to their own, each pair of files once: PAM gives up there."""
        told: set[tuple[str, str]] = set()
        for type in TYPES:
            for row, other in self.back(type):
                if (row.path, other) not in told:
                    told.add((row.path, other))
                    yield Gap(row.path, f"it includes {other}, which leads back here: a cycle", "unreadable", row.line)

    def back(self, type: str) -> Iterator[tuple[Row, str]]:
        """The rows for a type that include a file which is being read, and its name."""
        done: set[str] = set()
        for start in self.rows:
            way: dict[str, Iterator[Row]] = {start: iter(self.rows[start])} if start not in done else {}
            while way:
                name = next(reversed(way))
                row = next(way[name], None)
                if row is None:
                    done.add(name)
                    del way[name]
                    continue
                other = (include(row) or "").rpartition("/")[2]
                if row.type not in (type, "@include") or other not in self.rows:
                    continue
                if other in way:
                    yield row, other
                elif other not in done:
                    way[other] = iter(self.rows[other])

    def service(self, name: str, *, fragment: bool) -> Asset:
        """One service."""
        stacks = {type: self.stack(name, type) for type in TYPES}
        whole = all(complete for _, complete in stacks.values())
        path = self.places[name]
        spots = {"": Spot(1, 1, "", path)}
        rows = [row for entries, _ in stacks.values() for row in modules(entries)]
        for index, row in enumerate(rows):
            spots[f"modules[{index}]"] = Spot(row.line, 1, "", row.path)
        auth, account = list(modules(stacks["auth"][0])), list(modules(stacks["account"][0]))
        adopt = next((row for row in account if row.module == "pam_slurm_adopt"), None)
        asking = adopt or next((row for row in account if row.module in ADOPTING), None)
        if asking is not None:
            for fact in ("adopts_jobs", "adopt_options", "adopt_passed_by"):
                spots[fact] = Spot(asking.line, 1, "", asking.path)
        session = next((row for row in modules(stacks["session"][0]) if row.module == "pam_systemd"), None)
        if session is not None:
            spots["registers_sessions"] = Spot(session.line, 1, "", session.path)

        def known(answer: bool) -> Fact[bool]:
            """An answer that only holds when every file was seen, unless what was seen is enough."""
            return True if answer else False if whole else UNSET

        facts = PamService(
            name=name,
            path=path,
            permissions=permissions(path, self.files.host),
            fragment=fragment,
            modules=[_module(row, path) for row in rows],
            admits_everyone=None if fragment else self.open(stacks["auth"], some=False),
            admits_some=None if fragment else self.open(stacks["auth"], some=True),
            lockout=None if fragment else known(any(row.module in ("pam_faillock", "pam_tally2") for row in auth)),
            adopts_jobs=known(asking is not None),
            adopt_options=None if adopt is None else dict(word.partition("=")[::2] for word in adopt.arguments),
            adopt_passed_by=None if fragment or asking is None else self.passed(stacks["account"]),
            registers_sessions=known(session is not None),
            slurm_node=self.slurm(),
            access_closed=self.access(account),
        )
        return Asset(f"pam_service/{self.root}{name}", facts, self.files.source, path, spots)

    def open(self, stack: tuple[tuple[Entry, ...], bool], *, some: bool) -> Fact[bool]:
        """Whether a stack admits somebody without proof; unobserved where a part of it was not seen."""
        entries, whole = stack
        return admits(entries, some=some) if whole else UNSET

    def passed(self, stack: tuple[tuple[Entry, ...], bool]) -> Fact[str]:
        """Who gets past a job's module that refuses; unobserved where that is not known."""
        entries, whole = stack
        who = passed_by(entries) if whole else ""
        return UNSET if who == "" else who

    def stack(self, name: str, type: str) -> tuple[tuple[Entry, ...], bool]:
        """The rows of one type with those of included files, and whether all of them were found.

        A service without rows of a type has those of `other`. Source: PAM(7).
        """
        self.left = ROWS
        found, whole = self.entries(name, type, 0)
        if not found and whole and name != "other" and "other" in self.rows:
            return self.entries("other", type, 0)
        return found, whole

    def entries(self, name: str, type: str, depth: int) -> tuple[tuple[Entry, ...], bool]:
        """The entries of a file, as long as rows are left to be read for the service."""
        found: list[Entry] = []
        whole = name in self.rows and depth <= DEPTH and self.left > 0
        for row in self.rows[name] if whole else ():
            other = include(row)
            if row.type not in (type, "@include"):
                continue
            self.left -= 1
            if other is None:
                found.append(row)
                continue
            inner, complete = self.entries(other.rpartition("/")[2], type, depth + 1)
            whole = whole and complete
            found += (Sub(inner),) if row.control == "substack" else inner
        return tuple(found), whole

    def slurm(self) -> Fact[bool]:
        """Whether the host runs Slurm's daemon for jobs."""
        if self.files.host is None:
            return UNSET
        folders = [path.rpartition("/") for path in SLURM]
        return any(name in self.files.entries(f"{self.root}{folder}") for folder, _, name in folders)

    def access(self, account: list[Row]) -> Fact[bool]:
        """Whether what access.conf does not name is refused. Source: access.conf(5)."""
        row = next((row for row in account if row.module == "pam_access"), None)
        if row is None:
            return None
        given = next((word.partition("=")[2] for word in row.arguments if word.startswith("accessfile=")), "")
        data = self.files.read(below(self.files, self.root, given.lstrip("/") or "etc/security/access.conf"))
        if data is None:
            return UNSET
        rows = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
        rows = [line for line in rows if line and not line.startswith("#")]
        return bool(rows) and CLOSED.fullmatch(rows[-1]) is not None


def _module(row: Row, path: str) -> Module:
    return Module(
        name=row.module,
        type=row.type,
        control=row.control,
        arguments=list(row.arguments),
        included=row.path != path,
        own_program=owned(row.folder) or (_runs_owned(row.arguments) if row.module == "pam_exec" else None),
    )


def _runs_owned(arguments: Iterable[str]) -> bool:
    """Whether pam_exec runs a file of plain users; its own options come first. Source: pam_exec(8) of 1.5.2."""
    rest = list(arguments)
    while rest and (rest[0] in OPTIONS or rest[0].startswith(("log=", "type="))):
        rest.pop(0)
    return runs_owned(rest) is not None
