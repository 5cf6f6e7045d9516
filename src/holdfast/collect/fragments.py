"""Files of units and their drop-ins -> each unit as systemd puts it together, with the place of every line.

Sources: systemd.unit(5), "Unit File Load Path", "drop-in" and "Template unit files" (252 and 257): drop-ins of all
folders count in the order of their names, behind the unit's own file; one hides those of the same name in weaker
folders, and one of the unit's own name hides those of a prefix of it (`a-.service.d`) or of its type (`service.d`). A
link to /dev/null hides as well and says nothing. podman-systemd.unit(5) of Podman 5.6, checked 2026-11-30: the same for
units of containers, in folders of their own.
"""

from __future__ import annotations

import os
import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from holdfast.collect.together import Files
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import systemd

__all__ = ["MOST", "ORDER", "Fragment", "Merged", "merged", "placed"]

ORDER = ("etc", "run", "usr/local/lib", "usr/lib", "lib")
"""Where units lie, those first that go before the others."""
HOMES = {
    "system": tuple(f"{home}/systemd/system" for home in ORDER),
    "user": tuple(f"{home}/systemd/user" for home in ORDER),
    "podman": tuple(f"{home}/containers/systemd" for home in ("run", "etc", "usr/share")),
    "podman of users": tuple(f"{home}/containers/systemd/users" for home in ("etc", "usr/share")),
}
"""Who reads units -> the folders of a host that hold them, the strongest first."""
PLACES = {home: (manager, order) for manager, homes in HOMES.items() for order, home in enumerate(homes)}
FOLDERS = re.compile(
    rf"(?:^|/)(?:({'|'.join(PLACES)})|((?:run|etc|usr/share)/containers/systemd)/(?!users(?:/|$)).*)$", re.DOTALL
)
"""A folder of units; Podman looks in those below its own, too."""
TYPES = ("service", "socket", "container", "mount")
DROP_INS = tuple(f"{sign}{each}.d" for each in TYPES for sign in ("./"))
SAYS = re.compile(rb"^[ \t]*[^\s#;]", re.MULTILINE)
"""What a file holds that says anything."""
FENCE = b"\n[-]\n"
"""Ends the last section of a file: settings in front of a file's first section count for nothing."""
INSTANCE = re.compile(r"@[^.]+\.")
"""What makes a unit out of its template."""
PREFIXES = 20
"""Dashes of a name at which a prefix of it may end."""
PEOPLE = "a drop-in for a unit of users that is not here; it changes none of the system"
MOST = 100
"""Drop-ins of one unit that are read."""


class Root(NamedTuple):
    """Where names of units stand for one thing: a host as one manager sees it, or a folder by itself."""

    above: str
    manager: str = "system"


class Fragment(NamedTuple):
    """A unit's own file, or one of its drop-ins."""

    path: str
    order: int
    """How much goes before the folder in which it lies."""
    hides: bool = False
    """Whether it is a link to /dev/null, which only hides others."""


class Merged:
    """A unit out of its own file and its drop-ins, in the order in which systemd reads them."""

    def __init__(self, name: str, main: Fragment | None, drop_ins: Sequence[Fragment], found: _Found) -> None:
        self.name = name
        """The unit's name: `ollama.service`."""
        self.main = main.path if main is not None else None
        """Its own file, None where that is not here or cannot be read."""
        fragments = [*([main] if main is not None else []), *drop_ins]
        own = main is not None and posixpath.basename(main.path) in (name, "-")
        self.path = fragments[0].path if own else drop_ins[0].path if drop_ins else fragments[0].path
        """The file that stands for it: its own, but not that of a template."""
        self.bad: list[tuple[str, FormatError]] = []
        """Files that are none of a unit."""
        self.many = len(drop_ins) > MOST
        """Whether it has more drop-ins than are read."""
        self.texts = [(each.path, found.files.read(each.path) or b"") for each in fragments[: MOST + 1]]
        self.starts: list[int] = []
        self.checked = found.checked

    def holds(self, sign: Callable[[bytes], object]) -> bool:
        """Whether a sign stands in one of its files."""
        return any(sign(data) for _, data in self.texts)

    def joined(self) -> bytes:
        """All in one; what is none of a unit is left out."""
        if len(self.texts) == 1:
            return self.texts[0][1]
        texts: list[tuple[str, bytes]] = []
        joined: list[bytes] = []
        line = 1
        for path, data in self.texts:
            if path != self.main and SAYS.search(data) is None:
                continue
            known = path in self.checked
            error = self.error(path, data)
            if error is not None:
                self.bad += [(path, error)] if not known else []
                self.main = None if path == self.main else self.main
                continue
            texts.append((path, data))
            self.starts.append(line)
            joined.append(data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\\\r\n") + FENCE)
            line += joined[-1].count(b"\n")
        self.texts = texts
        return b"".join(joined)

    def error(self, path: str, data: bytes) -> FormatError | None:
        """Why a file is none of a unit; drop-ins for all units of a type are asked once."""
        if path not in self.checked:
            try:
                systemd.read(data)
                self.checked[path] = None
            except FormatError as error:
                self.checked[path] = error
        return self.checked[path]

    def place(self, line: int) -> tuple[str, int]:
        """The file and the line in it of a line of the whole."""
        if not self.starts:
            return self.path, line
        at = bisect_right(self.starts, line) - 1
        return self.texts[at][0], line - self.starts[at] + 1

    def spot(self, line: int) -> Spot:
        """The same, as the place of a fact of what stands at `path`."""
        path, line = self.place(line)
        return Spot(line, 1, "", path if path != self.path else "")


def merged(files: Files) -> Iterator[Merged]:
    """Every unit of which a file is among `files`; what is no file of a unit stands for itself."""
    found = _Found(files)
    for (root, name), mains in found.mains.items():
        main = min(mains, key=_strength)
        if not found.hidden(root, name, main.order):
            yield Merged(name, main, found.drop_ins(root, name, posixpath.dirname(main.path)), found)
    for (root, name), drop_ins in found.beside.items():
        if (root, name) not in found.mains and name not in TYPES:
            folder = posixpath.dirname(posixpath.dirname(drop_ins[0].path))
            other = found.elsewhere(root, name, folder)
            if other is None and root.manager == "user" and (Root(root.above), name) in found.mains:
                files.also.append(Gap(drop_ins[0].path, PEOPLE, "left_out", 1))
                continue
            if other is not None or (root, name) not in found.applied:
                left = found.drop_ins(root, name, folder)
                if left and not found.hidden(root, name, len(ORDER) if other is None else other.order):
                    yield Merged(name, other, left, found)


class _Found:
    """The files by the hosts' roots and the names of units."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.mains: dict[tuple[Root, str], list[Fragment]] = {}
        self.beside: dict[tuple[Root, str], list[Fragment]] = {}
        self.applied: set[tuple[Root, str]] = set()
        """Drop-ins of a prefix or a template that fit a unit which is here."""
        self.checked: dict[str, FormatError | None] = {}
        self.listed: dict[str, dict[str, bool]] = {}
        for path in files:
            folder, name = posixpath.split(path)
            drop_in = name.endswith(".conf") and folder.endswith(DROP_INS)
            if drop_in:
                folder, name = posixpath.split(folder.removesuffix(".d"))
            root, order = _root(folder)
            into = self.beside if drop_in else self.mains
            into.setdefault((root, name), []).append(Fragment(path, order))

    def drop_ins(self, root: Root, name: str, folder: str) -> list[Fragment]:
        """The drop-ins that count for a unit whose file lies in a folder, in their order."""
        chosen: dict[str, Fragment] = {}
        for each in _names(name):
            if each != name and (root, each) in self.beside:
                self.applied.add((root, each))
            fragments = [*self.beside.get((root, each), ()), *self.outside(root, each, folder)]
            for fragment in sorted([*fragments, *self.hiding(root, each, folder)], key=_strength):
                chosen.setdefault(posixpath.basename(fragment.path), fragment)
        return [chosen[file] for file in sorted(chosen) if not chosen[file].hides]

    def outside(self, root: Root, name: str, folder: str) -> Iterator[Fragment]:
        """Drop-ins beyond what is examined: a file alone, or a host's `/etc`, has some beside it."""
        homes = enumerate(HOMES[root.manager]) if self.files.host is not None else ()
        places = {f"{root.above}{home}": order for order, home in homes}
        places.setdefault(folder, 0)
        for place, order in places.items() if self.files.confines else ():
            there = posixpath.join(place, f"{name}.d")
            if not self.files.holds(there) and os.path.isdir(there):
                for file in self.files.entries(there):
                    if file.endswith(".conf") and self.files.read(f"{there}/{file}") is not None:
                        yield Fragment(f"{there}/{file}", order)

    def hiding(self, root: Root, name: str, folder: str) -> Iterator[Fragment]:
        """Links to /dev/null among the drop-ins of a name: no walk follows links, so that the folder itself says so."""
        places = {f"{root.above}{home}": order for order, home in enumerate(HOMES[root.manager])}
        places.setdefault(folder, 0)
        for place, order in places.items():
            if f"{name}.d" in self.names(place):
                there = posixpath.join(place, f"{name}.d")
                for file, hides in self.names(there).items():
                    if hides and file.endswith(".conf"):
                        yield Fragment(f"{there}/{file}", order, hides)

    def hidden(self, root: Root, name: str, order: int) -> bool:
        """Whether a unit is masked by a link to /dev/null in a folder that goes before its own."""
        return any(self.names(f"{root.above}{home}").get(name) for home in HOMES[root.manager][:order])

    def names(self, folder: str) -> dict[str, bool]:
        """What lies in a folder on disk, and whether it is a link to /dev/null."""
        if folder not in self.listed:
            self.listed[folder] = {}
            real, here = "", folder or "."
            if self.files.confines and "\0" not in here and os.path.isdir(here):
                real = os.path.realpath(here)
            if real and f"{real}/".startswith(f"{self.files.confines.rstrip('/')}/"):
                with suppress(OSError), os.scandir(real) as scan:
                    self.listed[folder] = {each.name: _leads_nowhere(each) for each in scan}
        return self.listed[folder]

    def elsewhere(self, root: Root, name: str, folder: str) -> Fragment | None:
        """The file of a unit whose drop-ins are here: that of its template, or one beyond what is examined."""
        homes = HOMES[root.manager]
        own = next(f"/{home}" for home in homes if home.startswith("etc/"))
        for each in dict.fromkeys((name, INSTANCE.sub("@.", name, count=1))):
            if (root, each) in self.mains:
                return min(self.mains[root, each], key=_strength)
            beside = posixpath.join(folder, each)
            if self.files.read(beside) is not None:
                return Fragment(beside, _root(folder)[1])
            for order, home in enumerate(homes):
                path = self.files.find(f"/{home}/{each}", beside, own)
                if path is not None:
                    return Fragment(path, order)
        return None


def placed(path: str) -> bool:
    """Whether a file lies where a host keeps units."""
    return FOLDERS.search(posixpath.dirname(path)) is not None


def _leads_nowhere(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and os.path.realpath(entry.path) == os.devnull


def _strength(fragment: Fragment) -> tuple[int, str]:
    return fragment.order, fragment.path


def _root(folder: str) -> tuple[Root, int]:
    """What names of units stand for one thing in, and how much goes before a folder in it."""
    place = FOLDERS.search(folder)
    if place is None:
        return Root(f"{folder}/" if folder else ""), 0
    manager, order = PLACES[place[1] or place[2]]
    return Root(folder[: place.start()] + ("/" if folder[place.start()] == "/" else ""), manager), order


def _names(name: str) -> Iterator[str]:
    """What the drop-ins of a unit may be named after, its own name first."""
    yield name
    stem, dot, type_ = name.rpartition(".")
    if not dot or type_ not in TYPES:
        return
    template = INSTANCE.sub("@.", name, count=1)
    if template != name:
        yield template
    at = stem.rfind("-")
    for _ in range(PREFIXES):
        if at < 0:
            break
        if at < len(stem) - 1:
            yield f"{stem[: at + 1]}.{type_}"
        at = stem.rfind("-", 0, at)
    yield type_
