"""sysctl, modprobe and boot loader files of each host -> `kernel`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.holes import TEMPLATE
from holdfast.collect.host.node import below, by_root, drop_ins
from holdfast.collect.host.settings import refused, unreadable
from holdfast.collect.owned import runs_owned, words
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.plain_text import Problem
from holdfast.formats import boot_parameters, modprobe, sysctl
from holdfast.kinds.kernel import Kernel

OFF = ("/bin/true", "/bin/false", "/usr/bin/true", "/usr/bin/false", "/sbin/nologin")
"""What `install MODULE` runs where the module must never be loaded."""
PATTERN = "kernel.core_pattern"
HELPERS = (PATTERN, "kernel.modprobe", "kernel.hotplug", "kernel.poweroff_cmd")
"""Parameters that name a program which the kernel starts as root.

Source: Linux kernel documentation, /proc/sys/kernel (6.12), checked 2026-11-30.
"""
LINE = ("GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT")
LAST = "99-sysctl.conf"
"""The name under which the distributions link /etc/sysctl.conf into sysctl.d, which gives it its rank."""


def read(files: Files) -> Iterator[Asset | Gap]:
    """The kernel of each host whose files were found."""
    for root, paths in by_root(tuple(files), "sysctl.d", "modprobe.d", "default", "kernel"):
        yield from _Host(files, root, paths).kernel()


class _Host:
    """One host's files, with the places of what they set."""

    def __init__(self, files: Files, root: str, paths: list[str]) -> None:
        self.files = files
        self.root = root
        self.paths = paths
        self.spots: dict[str, Spot] = {"": Spot(1, 1, "", paths[0])}
        self.gaps: list[Gap] = []
        self.commands: dict[str, Spot] = {}
        """Files of plain users that modprobe runs, with their places."""

    def kernel(self) -> Iterator[Asset | Gap]:
        """The kernel, and what could not be read."""
        parameters = self.parameters()
        options, off = self.modules()
        boot, complete = self.boot()
        whole = self.files.host is not None and not self.gaps
        facts = Kernel(
            name=self.root or ".",
            sysctl=parameters,
            sysctl_complete=True if whole and parameters is not UNSET else UNSET,
            module_options=options,
            modules_off=off,
            boot=boot,
            boot_complete=True if whole and complete else UNSET,
            own_programs=self.own(parameters),
        )
        yield from self.gaps
        if any(fact is not UNSET for fact in (parameters, options, boot)):
            yield Asset(f"kernel/{self.root}kernel", facts, self.files.source, self.paths[0], self.spots)

    def own(self, parameters: Fact[dict[str, str]]) -> list[str]:
        """Files of plain users that are started, as far as files show."""
        found = dict(self.commands)
        known = parameters if isinstance(parameters, dict) else {}
        for name in HELPERS:
            given = known.get(name, "")
            piped = given.startswith("|") or name != PATTERN
            file = runs_owned(words(given.removeprefix("|").strip())) if piped else None
            if file is not None:
                found[file] = self.spots[f'sysctl["{name}"]']
        self.spots.update({f"own_programs[{at}]": spot for at, spot in enumerate(found.values())})
        return list(found)

    def text(self, path: str) -> bytes:
        """A file's text; one that must not be read is a gap and empty."""
        data = self.files.read(path)
        if data is None:
            self.gaps.append(Gap(path, "not here, or outside of what may be read", "left_out"))
        return data or b""

    def parameters(self) -> Fact[dict[str, str]]:
        """What holds of all that sets parameters."""
        found = {path.rpartition("/")[2]: path for path in drop_ins(self.files, self.root, "sysctl.d")}
        main = below(self.files, self.root, "etc/sysctl.conf")
        if self.files.read(main) is not None:
            found[LAST] = main
        assignments: list[sysctl.Assignment] = []
        for _, path in sorted(found.items()):
            data = self.text(path)
            problems: list[Problem] = []
            try:
                assignments += sysctl.read(data, path, problems)
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "kernel parameters", error))
            self.gaps += refused(path, data, problems)
        if not found:
            return UNSET
        holding = sysctl.effective(assignments)
        values: dict[str, str] = {}
        for name, each in holding.items():
            value = sysctl.number(each.value or "") if sysctl.numeric(name) else each.value or ""
            if value is not None:
                values[name] = value
                self.spots[f'sysctl["{name}"]'] = Spot(each.line, 1, "", each.path)
            elif TEMPLATE.search((each.value or "").encode()) is None:
                self.gaps.append(Gap(each.path, f"no number for {name}, and so refused", "unreadable", each.line))
            else:
                self.gaps.append(template(each.path, each.line))
        return values

    def modules(self) -> tuple[Fact[dict[str, str]], Fact[list[str]]]:
        """The options of modules, and the modules that are off."""
        options: dict[str, str] = {}
        off: dict[str, None] = {}
        paths = drop_ins(self.files, self.root, "modprobe.d")
        for path in paths:
            data = self.text(path)
            problems: list[Problem] = []
            try:
                commands = modprobe.read(data, problems)
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "module settings", error))
                continue
            self.gaps += refused(path, data, problems)
            for each in commands:
                if each.command == "options":
                    for option in modprobe.options(each.rest):
                        name = f"{each.module}.{option.name}"
                        options[name] = option.value
                        self.spots[f'module_options["{name}"]'] = Spot(each.line, 1, "", path)
                elif each.command in ("install", "remove") and (file := runs_owned(words(each.rest))) is not None:
                    self.commands[file] = Spot(each.line, 1, "", path)
                elif each.command == "blacklist" or (each.command == "install" and each.rest.strip() in OFF):
                    off[each.module] = None
        return (options, list(off)) if paths else (UNSET, UNSET)

    def boot(self) -> tuple[Fact[dict[str, str]], bool]:
        """The command line, and whether all that it is made of was seen."""
        plain = below(self.files, self.root, "etc/kernel/cmdline")
        if self.files.read(plain) is not None:
            found = boot_parameters.parameters(self.text(plain).decode("utf-8", "replace"))
            self.spots.update({f'boot["{name}"]': Spot(1, 1, "", plain) for name in found})
            return found, True
        main = below(self.files, self.root, "etc/default/grub")
        paths = [main] if self.files.read(main) is not None else []
        paths += drop_ins(self.files, self.root, "default/grub.d", ".cfg")
        variables: dict[str, boot_parameters.Assigned] = {}
        found, complete = {}, True
        for path in paths:
            data = self.text(path)
            try:
                variables = boot_parameters.grub(data, variables)
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "settings of GRUB", error))
                complete = False
            for name in LINE:
                if name in variables:
                    complete = complete and variables[name].complete
                    new = boot_parameters.parameters(variables[name].value)
                    spot = Spot(variables[name].line, 1, "", path)
                    self.spots.update({f'boot["{each}"]': spot for each in new if found.get(each) != new[each]})
                    found |= new
        return (found, complete) if any(name in variables for name in LINE) else (UNSET, False)
