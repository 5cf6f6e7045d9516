"""sudoers of each host, with all that it includes -> `sudo_rule`, `sudo_setup`."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import UNSET
from msgspec.structs import astuple

from holdfast.collect.host.node import by_root
from holdfast.collect.host.settings import refused, unreadable
from holdfast.collect.permissions import permissions
from holdfast.collect.together import Files, places
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.sudoers.power import power
from holdfast.formats.sudoers.statements import Alias, Command, Default, Include, Specification
from holdfast.formats.sudoers.statements import read as read_file
from holdfast.formats.sudoers.words import unquoted
from holdfast.kinds.sudo_rule import SudoCommand, SudoRule
from holdfast.kinds.sudo_setup import SudoSetup

NESTED = 128
"""How deep files may include one another. Source: sudoers(5)."""
INCLUDED = 10_000
"""Files that the sudoers of one host takes in, each as often as it is included."""
MEMBERS = 10_000
"""What the aliases of one host may stand for altogether."""
Statement = Include | Alias | Default | Specification
ALIAS = re.compile(r"[A-Z][A-Z0-9_]*")
LEFT_BEHIND = re.compile(r".*(?:~|\.(?:dpkg-\w+|rpm\w+|ucf-\w+|bak|orig|swp|md|j2))")
"""Names that packagers and editors give to files that nobody expects to count."""


def read(files: Files) -> Iterator[Asset | Gap]:
    """The rules and settings of each host whose files were found."""
    taken: set[str] = set()
    for root, paths in by_root(tuple(files), "sudoers.d"):
        left = [path for path in paths if path not in taken]  # else another host's files include it
        host = _Host(files, root, left) if left else None
        yield from host.assets() if host is not None else ()
        taken.update(host.seen if host is not None else ())


class _Statements:
    """One host's statements, in the order in which sudo reads them."""

    def __init__(self, files: Files, root: str, paths: list[str]) -> None:
        self.files = files
        self.root = root
        self.first = next((path for path in paths if path.endswith("sudoers")), paths[0])
        self.aliases: dict[tuple[str, str], tuple[str, ...]] = {}
        self.defaults: list[tuple[Default, str]] = []
        self.specifications: dict[tuple[str, int], tuple[Specification, str]] = {}
        """By file and place in it: one that is read again holds where it was read last."""
        self.ignored: list[str] = []
        self.gaps: list[Gap] = []
        self.seen: Counter[str] = Counter()
        self.parsed: dict[str, tuple[Statement, ...]] = {}
        self.open: list[str] = []
        """The files that are being read, each included by the one before."""
        self.included = 0
        self.includes = False
        """Whether any file asks for others, which lie on the host alone."""
        self.left = MEMBERS
        mains = [path for path in paths if path.rpartition("/")[2] == "sudoers"]
        parts = [path for path in sorted(paths) if _read_by_sudo(path.rpartition("/")[2])]
        self.main = bool(mains)
        for path in mains or parts:
            self.load(path, 0 if mains else 1)
        for path in parts if files.host is None else ():
            if not self.seen[path]:
                self.load(path, 1)  # whether something else includes it cannot be seen
        self.ignored += [path for path in paths if not mains and not _read_by_sudo(path.rpartition("/")[2])]

    def load(self, path: str, depth: int) -> None:
        """Takes in a file and what it includes."""
        if depth > NESTED or self.seen[path] > 10:
            return
        self.seen[path] += 1
        self.open.append(path)
        for place, each in enumerate(self.statements(path)):
            if isinstance(each, Include):
                self.includes = True
                self.include(each, path, depth)
            elif isinstance(each, Alias):
                self.aliases[each.kind, each.name] = each.members
            elif isinstance(each, Default):
                self.defaults.append((each, path))
            else:
                self.specifications.pop((path, place), None)
                self.specifications[path, place] = (each, path)
        self.open.pop()

    def statements(self, path: str) -> tuple[Statement, ...]:
        """The statements of a file as it is; what cannot be read of it is a gap, once."""
        if path in self.parsed:
            return self.parsed[path]
        data = self.files.read(path)
        self.parsed[path] = ()
        if data is None:
            return ()
        try:
            file = read_file(data)
        except FormatError as error:
            self.gaps.append(unreadable(path, data, "sudoers", error))
            return ()
        self.gaps += refused(path, data, file.problems)
        self.parsed[path] = file.statements
        return file.statements

    def follow(self, found: str, each: Include, depth: int) -> None:
        """Takes in a file that another one includes, unless it is being read or there are too many."""
        self.included += 1
        what = ""
        if found in self.open:
            what = f"includes `{each.name}`, which includes this file: a cycle"
        elif self.included > INCLUDED:
            what = f"includes `{each.name}`, after {INCLUDED} other files"
        elif depth >= NESTED:
            what = f"includes `{each.name}` more than {NESTED} deep"
        if not what:
            self.load(found, depth + 1)
            return
        gap = Gap(self.open[-1], what, "unreadable", each.line)
        if gap not in self.gaps:
            self.gaps.append(gap)

    def include(self, each: Include, path: str, depth: int) -> None:
        """Takes in another file, or those of a folder in the order of their names."""
        if "%h" in each.name:
            self.gaps.append(
                Gap(path, f"includes `{each.name}`, whose name depends on the host", "left_out", each.line)
            )
            return
        if not each.folder:
            found = self.files.find(each.name, path, "/etc")
            if found is None:
                self.gaps.append(Gap(path, f"includes `{each.name}`, which is not here", "left_out", each.line))
            else:
                self.follow(posixpath.normpath(found), each, depth)
            return
        there = (posixpath.normpath(place) for place in places(each.name, path, "/etc"))
        folder = next((place for place in there if self.files.folder(place)), None)
        if folder is None:
            # sudo passes over a folder that its host does not have; what packages bring along need not be here.
            if self.files.host is None and each.name.startswith("/") and not each.name.startswith("/etc/"):
                what = f"includes the folder `{each.name}`, which is not here"
                self.gaps.append(Gap(path, what, "left_out", each.line))
            return
        for name in self.files.entries(folder):
            if _read_by_sudo(name):
                self.follow(f"{folder}/{name}", each, depth)
            elif not LEFT_BEHIND.fullmatch(name):
                self.ignored.append(f"{folder}/{name}")

    def members(self, kind: str, names: Iterable[str], depth: int = 0) -> list[str]:
        """Names with what their aliases stand for; an exception to an alias is one to each of its members."""
        found: list[str] = []
        for name in names:
            bare = name.lstrip("!").strip()
            sign = "!" if (len(name) - len(name.lstrip("!"))) % 2 else ""
            inner = self.aliases.get((kind, bare))
            self.left -= 1
            if inner is None or self.left < 0 or depth > NESTED:
                found.append(sign + unquoted(bare))
                continue
            found += [f"{sign}{each}".removeprefix("!!") for each in self.members(kind, inner, depth + 1)]
        return _once(found)

    def flag(self, name: str, *, default: bool) -> bool:
        """A flag that holds for everybody."""
        values = [each.operator != "off" for each, _ in self.defaults if (each.scope, each.name) == ("", name)]
        return values[-1] if values else default

    def listed(self, name: str) -> list[str]:
        """A list setting that holds for everybody, as far as files make it."""
        found: list[str] = []
        for each, _ in self.defaults:
            if (each.scope, each.name) == ("", name):
                words = each.value.split()
                found = [word for word in found if word not in words] if each.operator != "=" else []
                found += words if each.operator in ("=", "+=") else []
        return found


class _Host(_Statements):
    """What one host's statements come to."""

    def assets(self) -> Iterator[Asset | Gap]:
        """The settings, then each specification."""
        yield from self.gaps
        yield from self.undefined()
        names: Counter[str] = Counter()
        for specification, path in self.specifications.values():
            facts = self.rule(specification)
            name = f"{path}/{facts.name}"
            names[name] += 1
            number = f"~{names[name]}" if names[name] > 1 else ""
            spots = {"": Spot(specification.line, 1, "", path)}
            yield Asset(f"sudo_rule/{name}{number}", facts, self.files.source, path, spots)
        if self.defaults or self.specifications:
            yield self.settings()

    def undefined(self) -> Iterator[Gap]:
        """Names of aliases that no file defines; sudo takes them for nobody and nothing."""
        known = {name for _, name in self.aliases}
        told: set[str] = set()
        alone = not self.includes and "#" not in self.first  # lines that a task puts into a file are not all of it
        whole = self.main and not self.gaps and (self.files.host is not None or alone)
        for each, path in self.specifications.values() if whole else ():
            names = [*each.users, *each.hosts, *(name for command in each.commands for name in command.run_as or ())]
            names += [command.text for command in each.commands]
            for name in (given.lstrip("!").strip() for given in names):
                if ALIAS.fullmatch(name) and name != "ALL" and not {name} & (known | told):
                    told.add(name)
                    what = f"no file defines the alias {name}, which stands for nothing then"
                    yield Gap(path, what, "unreadable", each.line)

    def rule(self, each: Specification) -> SudoRule:
        """One specification."""
        self.left = MEMBERS
        users = self.members("User", each.users)
        commands = _once([made for command in each.commands for made in self.commands(command, users)], astuple)
        targets = {name for command in each.commands for name in self.members("Runas", command.run_as or ("root",))}
        return SudoRule(
            name=",".join(users)[:200],
            users=users,
            hosts=self.members("Host", each.hosts),
            run_as=sorted(targets),
            commands=commands,
            target_password=any(self.flag(name, default=False) for name in ("targetpw", "rootpw", "runaspw")),
        )

    def commands(self, command: Command, users: list[str]) -> Iterator[SudoCommand]:
        """A command with what its alias stands for."""
        targets = self.members("Runas", command.run_as or ("root",))
        for text in self.aliased(command.text, command.negated):
            bare = text.lstrip("!")
            what = power(bare)
            tags = command.tags
            free = not tags["PASSWD"] if "PASSWD" in tags else self.unasked(users, bare)
            yield SudoCommand(
                name=bare,
                program=what.program or None,
                negated=text.startswith("!"),
                as_root=any(name in ("root", "ALL", "#0") for name in targets) and "!root" not in targets,
                no_password=free,
                keeps_environment=tags.get("SETENV", what.everything),
                everything=what.everything,
                wild_arguments=what.wild,
                escape=what.escape and tags.get("EXEC") is not False,
                gpu=what.gpu,
                own_program=what.own,
            )

    def aliased(self, text: str, negated: bool) -> list[str]:
        """A command's text, or those of the alias that it is; an exception bears its sign."""
        sign = "!" if negated else ""
        names = self.members("Cmnd", [text]) if ("Cmnd", text) in self.aliases else [text]
        return [f"{sign}{name}".removeprefix("!!") for name in names]

    def unasked(self, users: list[str], command: str) -> bool:
        """Whether `Defaults` spare these users the password for a command; the last that fits counts."""
        free = False
        for each, _ in self.defaults:
            if each.name != "authenticate":
                continue
            sign, names = each.scope[:1], each.scope[1:].split(",")
            fits = (
                not sign
                or (sign == ":" and bool({*self.members("User", names)} & {*users, "ALL"}))
                or (sign == "!" and command.partition(" ")[0] in self.members("Cmnd", names))
            )
            free = each.operator == "off" if fits else free
        return free

    def settings(self) -> Asset:
        """What holds for everybody."""
        spots = {"": Spot(1, 1, "", self.first)}
        fields = {"timestamp_timeout": "timestamp_minutes", "syslog": "logs", "logfile": "logs"}
        for each, path in self.defaults:
            if not each.scope:
                spots[fields.get(each.name, each.name)] = Spot(each.line, 1, "", path)
        if self.ignored:
            spots["ignored_files"] = Spot(1, 1, "", self.ignored[0])
        paths = [each for each, _ in self.defaults if (each.scope, each.name) == ("", "secure_path")]
        listed = {each.name for each, _ in self.defaults if not each.scope}
        facts = SudoSetup(
            name=self.root or ".",
            permissions=permissions(self.first, self.files.host),
            authenticate=self.flag("authenticate", default=True),
            env_reset=self.flag("env_reset", default=True),
            env_keep=self.listed("env_keep"),
            secure_path=paths[-1].value.split(":") if paths and paths[-1].value else self.no_path(),
            timestamp_minutes=self.minutes(),
            logs=self.flag("syslog", default=True) or self.flag("logfile", default=False),
            use_pty=self.flag("use_pty", default=True) if "use_pty" in listed else None,
            ignored_files=self.ignored,
        )
        return Asset(f"sudo_setup/{self.root}sudoers", facts, self.files.source, self.first, spots)

    def no_path(self) -> Fact[list[str]]:
        """What is known of a path that no file seen sets."""
        return None if self.files.host is not None and not self.gaps else UNSET

    def minutes(self) -> Fact[float]:
        """How long a password is good for."""
        values = [each.value for each, _ in self.defaults if (each.scope, each.name) == ("", "timestamp_timeout")]
        if not values:
            return None
        return float(values[-1]) if re.fullmatch(r"-?\d{1,9}(?:\.\d{1,9})?", values[-1]) else UNSET


def _once(items: list[Any], key: Callable[[Any], object] = str) -> list[Any]:
    """Items without those that come again: the last one counts, as sudo goes by the last that fits."""
    last = {key(item): at for at, item in enumerate(items)}
    return [item for at, item in enumerate(items) if last[key(item)] == at]


def _read_by_sudo(name: str) -> bool:
    """Whether sudo reads a file of an included folder; one that is named itself is always read.

    Source: plugins/sudoers/toke.l, `read_dir_files` (1.9.17, checked 2026-11-30).
    """
    return "." not in name and not name.endswith("~")
