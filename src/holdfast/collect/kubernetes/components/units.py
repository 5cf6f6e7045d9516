"""The units of the kubelet and the control plane with their drop-ins and files of variables -> what their flags decide.

Sources: systemd.service(5); systemd.unit(5), "drop-in" and "Specifiers"; kubeadm documentation, "The kubelet drop-in
file for systemd": flags come from /var/lib/kubelet/kubeadm-flags.env and from KUBELET_EXTRA_ARGS in
/etc/default/kubelet (DEB) or /etc/sysconfig/kubelet (RPM), which comes last, and the last one wins. A unit of the
kubelet without flags says nothing: its drop-ins do. Checked 2026-11-30.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.collect.kubernetes.components import control_plane, rancher
from holdfast.collect.kubernetes.components.flags import Flags
from holdfast.collect.kubernetes.components.flags import read as read_flags
from holdfast.collect.kubernetes.components.programs import SWITCHES, commands, component
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET
from holdfast.formats import environment_file, systemd
from holdfast.formats.servers.recognise import Launch

KUBELET = "kubelet"
RANCHER = frozenset(("k3s", "rke2"))
"""Programs that have the whole control plane in them."""
KUBEADM = "10-kubeadm.conf"
"""The drop-in that kubeadm's packages bring."""
HOME = "/etc/systemd/system"
FOLDERS = re.compile(r"(?:^|/)(?:(etc|run|usr/local/lib|usr/lib|lib)/systemd/system)$")
ORDER = ("etc", "run", "usr/local/lib", "usr/lib", "lib")
"""Where units lie, those first that go before the others. Source: systemd.unit(5), "Unit File Load Path"."""
SPECIFIER = re.compile(r"%([%pNn])")
VARIABLE = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*=", re.ASCII | re.MULTILINE)


class Fragment(NamedTuple):
    """A unit or one of its drop-ins."""

    path: str
    order: int
    """How much goes before the folder in which it lies."""
    drop_in: bool


class Variable(NamedTuple):
    """What a variable holds, and where that is written."""

    value: str
    path: str
    line: int


def read(files: Files) -> Iterator[Asset | Gap]:
    """What the units, their drop-ins and the files of variables among `files` start."""
    units: dict[tuple[str, str], list[Fragment]] = {}
    rest = []
    for path in files:
        folder, name = posixpath.split(path)
        drop_in = folder.endswith(".service.d") or name == KUBEADM
        if name == KUBEADM and not folder.endswith(".service.d"):  # a copy that something else puts there
            name = "kubelet.service"
        elif drop_in:
            folder, name = posixpath.split(folder.removesuffix(".d"))
        if not name.endswith(".service"):
            rest.append(path)
            continue
        place = FOLDERS.search(folder)
        root = folder[: place.start()] if place else f"{folder}/"
        units.setdefault((root, name), []).append(Fragment(path, ORDER.index(place[1]) if place else 0, drop_in))
    used: set[str] = set()
    servers = {root for root, name in units if name.startswith(control_plane.API_SERVER)}
    for (root, name), fragments in units.items():
        # etcd is a database for anything; here it is the cluster's where the API server's unit lies beside it.
        if not name.startswith(control_plane.ETCD) or root in servers:
            yield from _Unit(name.removesuffix(".service"), fragments, files).read(used)
    for path in rest:
        if path not in used and b"\0" not in (data := files.members[path]):
            yield from _alone(data, path)


class _Unit:
    """One unit as systemd puts it together."""

    def __init__(self, program: str, fragments: Sequence[Fragment], files: Files) -> None:
        self.program = program
        self.files = files
        self.starts: list[tuple[int, str]] = []
        """The first line of each fragment in the joined text, and its path."""
        units = sorted((each for each in fragments if not each.drop_in), key=lambda each: each.order)[:1]
        drop_ins: dict[str, Fragment] = {}
        for each in sorted((each for each in fragments if each.drop_in), key=lambda each: -each.order):
            drop_ins[posixpath.basename(each.path)] = each
        self.fragments = [*units, *(drop_ins[name] for name in sorted(drop_ins))]
        self.whole = bool(units)
        self.words = ""
        """What its commands are as they are written; variables stand in them where files may set any."""

    def read(self, used: set[str]) -> Iterator[Asset | Gap]:
        """What it starts; the files of variables that it names are `used` then."""
        text, line = b"", 1
        for each in self.fragments:
            data = self.files.members[each.path].rstrip(b"\\\r\n") + b"\n\n"
            try:
                systemd.read(data)
            except FormatError as error:
                yield Gap(each.path, f"not readable as a unit: {error.what}", "unreadable", error.line)
                continue
            self.starts.append((line, each.path))
            text += data
            line += data.count(b"\n")
        if not self.starts:
            return
        try:
            unit = systemd.read(text)
        except FormatError as error:  # each is short enough, and all of them are not
            yield Gap(self.starts[0][1], f"not readable as a unit with its drop-ins: {error.what}", "unreadable")
            return
        variables = {each.name: Variable(each.value, *self.place(each.line)) for each in unit.environment}
        missing = False
        # Words without a variable get nothing from a file.
        self.words = " ".join(word for each in unit.execs if each.key == "ExecStart" for word in each.argv)
        for setting in unit.values("Service", "EnvironmentFile"):
            gap = self._named(setting, variables, used)
            if gap is not None and "$" in self.words:
                missing = True
                yield gap
        known = {name: each.value for name, each in variables.items()}
        yield from self._started(systemd.read(text, known), variables, missing)

    def place(self, line: int) -> tuple[str, int]:
        """The path and the line in it of a line of the joined text."""
        start, path = next(each for each in reversed(self.starts) if each[0] <= line)
        return path, line - start + 1

    def _named(self, setting: systemd.Setting, variables: dict[str, Variable], used: set[str]) -> Gap | None:
        """Adds the variables of a file that the unit names; answers with the gap where it is not here."""
        path, line = self.place(setting.line)
        name = SPECIFIER.sub(self._specified, setting.value)
        found = self.files.find(name.lstrip("-"), path, HOME)
        data = self.files.read(found) if found is not None else None
        if found is None or data is None:
            if name.startswith("-") and self.files.host is not None:
                return None
            return Gap(path, f"its flags may come from {name.lstrip('-')}, which is not here", "left_out", line)
        used.add(found)
        try:
            values = environment_file.read(data)
        except FormatError as error:
            return _unreadable(found, error)
        lines = _lines(data)
        variables.update((each, Variable(value, found, lines.get(each, 1))) for each, value in values.items())
        return None

    def _specified(self, match: re.Match[str]) -> str:
        return {"%": "%", "n": f"{self.program}.service"}.get(match[1], self.program)

    def _started(self, unit: systemd.Unit, variables: dict[str, Variable], missing: bool) -> Iterator[Asset | Gap]:
        started = False
        for start in unit.execs:
            if start.key != "ExecStart":
                continue
            path, line = self.place(start.line)
            product = start.argv[0].rpartition("/")[2]
            if product in RANCHER:
                started = True
                yield from rancher.of_words(start.argv[2:], path, line, product)
                continue
            launch = Launch(argv=start.argv, env=dict(unit.env), env_complete=not missing)
            for program, words, complete in commands(launch):
                started = True
                flags = read_flags(words, SWITCHES[program], complete=complete and not missing)
                if flags.given or (program != KUBELET and self.whole):
                    yield _asset(
                        program, flags, f"{path}/ExecStart", path, self._spots(program, variables, path, line), missing
                    )
        if not started and not self.whole and self.program in SWITCHES:
            for each in unit.environment:
                path, line = self.place(each.line)
                yield from _flags_of(self.program, each.name, Variable(each.value, path, line))

    def _spots(self, program: str, variables: dict[str, Variable], path: str, line: int) -> dict[str, Spot]:
        """Where the facts stand that a variable decides, in the order in which they are most often put."""
        spots = {"": Spot(line, 1)}
        for name, each in variables.items():
            if not re.search(rf"\$\{{?{name}\b", self.words):
                continue
            alone = component(program, read_flags(_words(each.value), SWITCHES[program], complete=False), "")
            for fact in alone.__struct_fields__:
                if fact not in ("name", "form", "set_up_by", "program") and getattr(alone, fact) is not UNSET:
                    spots[fact] = Spot(each.line, 1, "", each.path if each.path != path else "")
        return spots


def _asset(program: str, flags: Flags, place: str, path: str, spots: dict[str, Spot], missing: bool) -> Asset:
    facts = component(program, flags, posixpath.basename(path))
    partial = missing or "config" in flags or (program == KUBELET and not flags.complete)
    return Asset(f"{facts.kind}/{place}", facts, "unit", path, spots, partial=partial)


def _unreadable(path: str, error: FormatError) -> Gap:
    return Gap(path, f"not readable as a file of variables: {error.what}", "unreadable", error.line)


def _alone(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The flags in a file of variables of which no unit is here."""
    name = posixpath.basename(path)
    program = name if name in SWITCHES else KUBELET
    try:
        values = environment_file.read(data)
    except FormatError as error:
        yield _unreadable(path, error)
        return
    lines = _lines(data)
    for each, value in values.items():
        yield from _flags_of(program, each, Variable(value, path, lines.get(each, 1)))


def _flags_of(program: str, name: str, variable: Variable) -> Iterator[Asset]:
    flags = read_flags(_words(variable.value), SWITCHES[program], complete=False)
    if flags.given:
        spots = {"": Spot(variable.line, 1)}
        yield _asset(program, flags, f"{variable.path}/{name}", variable.path, spots, missing=True)


def _lines(data: bytes) -> dict[str, int]:
    """The line of the last assignment of each variable."""
    found, line, at = {}, 1, 0
    text = data.decode("utf-8", "replace")
    for match in VARIABLE.finditer(text):
        line += text.count("\n", at, match.start(1))
        at = match.start(1)
        found[match[1]] = line
    return found


def _words(text: str) -> Sequence[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote that is not closed
        return text.split()
