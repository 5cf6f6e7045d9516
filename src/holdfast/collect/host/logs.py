"""Audit rules, auditd, rsyslog and journald of each host -> `audit`, `logging`.

udev's rules lie in a folder of the same name, `rules.d`, and are handed on.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.host.devices import devices
from holdfast.collect.host.messages import Configured, Messages, certain
from holdfast.collect.host.node import below, by_root
from holdfast.collect.host.settings import refused, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.plain_text import Problem
from holdfast.formats import audit_rules, key_values
from holdfast.formats.audit_rules import AuditRule, Control, Refused
from holdfast.kinds.audit import Audit

OLD = frozenset(("arch=b32", "arch=i386", "arch=i686", "arch=arm"))


def read(files: Files) -> Iterator[Asset | Gap]:
    """What each host records and where it sends it."""
    ours = {path: not path.endswith(".rules") or "audit" in path.split("/") for path in files}
    for path in (path for path, recorded in ours.items() if not recorded and "udev" in path.split("/")):
        yield from devices(files.members[path], path, files.source)
    wanted = [path for path, recorded in ours.items() if recorded]
    for root, paths in by_root(wanted, "audit", "rsyslog.d", "systemd"):
        host, messages = _Host(files, root), Messages(files, root)
        recording = [path for path in paths if path.endswith((".rules", "auditd.conf"))]
        sending = [path for path in paths if path not in recording]
        if recording:
            yield host.audit(recording[0])
        if sending:
            yield messages.logging(sending[0])
        yield from (*host.gaps, *messages.gaps)


class _Host(Configured):
    """One host's audit files."""

    begins = False
    """Whether the rules are all of them: one file, or parts of which one clears what was loaded before."""

    def audit(self, path: str) -> Asset:
        """What is recorded."""
        rows, seen = self.rules()
        spots = {"": Spot(1, 1, "", path)}
        conf = self.settings(below(self.files, self.root, "etc/audit/auditd.conf"))
        controls = {row.flag: row for row in rows if isinstance(row, Control)}
        read = seen and self.whole
        known = read and (self.files.host is not None or self.begins)
        for flag, fact in (("-e", "enabled"), ("-e", "immutable"), ("-b", "backlog"), ("-f", "silent_on_failure")):
            if flag in controls:
                spots[fact] = Spot(controls[flag].line, 1, "", controls[flag].path)
        for key in ("disk_full_action", "space_left_action", "write_logs"):
            if key in conf:
                setting, place = conf[key]
                spots["writes_log" if key == "write_logs" else key] = Spot(setting.line, 1, "", place)
        flag = controls["-e"].value if "-e" in controls else "1"
        backlog = controls["-b"].value if "-b" in controls else "64"
        recorded = [row for row in rows if isinstance(row, AuditRule)]
        left_out = _left_out(recorded)
        if left_out is not None:
            spots["tasks_left_out"] = Spot(left_out.line, 1, "", left_out.path)
        changes = sorted(
            {row.place for row in recorded if row.always and row.place and {*row.permissions} & {"w", "a"}}
        )
        facts = Audit(
            name=self.root or ".",
            enabled=flag != "0" if known or (read and "-e" in controls) else UNSET,
            immutable=flag == "2" if known or (read and "-e" in controls) else UNSET,
            module_loads=certain(_calls(recorded, "init_module") and _calls(recorded, "finit_module"), known),
            root_commands=certain(_calls(recorded, "execve", as_root=True), known),
            watches=changes if known else UNSET,
            gpu_devices=certain(any(row.always and row.place.startswith("/dev/nvidia") for row in recorded), known),
            slurm=certain(self.cluster(), self.files.host is not None),
            tasks_left_out=certain(left_out is not None, known),
            backlog=_number(backlog) if known or (read and "-b" in controls) else UNSET,
            silent_on_failure=certain("-f" in controls and controls["-f"].value == "0", known),
            writes_log=conf["write_logs"][0].value.lower() != "no" if "write_logs" in conf else True if conf else UNSET,
            space_left_action=_word(conf, "space_left_action"),
            disk_full_action=_word(conf, "disk_full_action"),
            ships=self.plugins(),
        )
        return Asset(f"audit/{self.root}audit", facts, self.files.source, path, spots)

    def rules(self) -> tuple[tuple[audit_rules.Row, ...], bool]:
        """The rules in the order in which augenrules joins them, and whether any file of rules was seen."""
        folder = next((f"{self.root}{home}" for home in ("etc/audit/rules.d", "audit/rules.d", "rules.d")
                       if self.files.entries(f"{self.root}{home}")), "")  # fmt: skip
        paths = [f"{folder}/{name}" for name in self.files.entries(folder) if name.endswith(".rules")] if folder else []
        single = below(self.files, self.root, "etc/audit/audit.rules")
        paths = paths or ([single] if self.files.read(single) is not None else [])
        rows: list[audit_rules.Row] = []
        for path in paths:
            data = self.files.read(path) or b""
            try:
                found = audit_rules.read(data, path)
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "audit rules", error))
                self.whole = False
                continue
            rows += found
            wrong = [
                Problem(row.line, f"auditctl refuses the row: {row.what}") for row in found if isinstance(row, Refused)
            ]
            self.gaps += refused(path, data, wrong)
            self.whole = self.whole and not wrong
        self.begins = paths == [single] or any(isinstance(row, Control) and row.flag == "-D" for row in rows)
        if paths != [single]:
            ranks = {"-D": 0, "-b": 0, "-f": 0, "-e": 2}
            rows.sort(key=lambda row: ranks.get(row.flag, 1) if isinstance(row, Control) else 1)
        return audit_rules.in_effect(tuple(rows)), bool(paths)

    def cluster(self) -> bool:
        """Whether Slurm's or munge's files lie on the host."""
        return any(
            self.files.read(f"{self.root}etc/{name}") is not None
            for name in ("slurm/slurm.conf", "munge/munge.key", "default/munge")
        )

    def plugins(self) -> Fact[bool]:
        """Whether a plug-in of the daemon hands records on."""
        folder = f"{self.root}etc/audit/plugins.d"
        names = [name for name in self.files.entries(folder) if name.endswith(".conf") and name != "af_unix.conf"]
        active = [self.settings(f"{folder}/{name}").get("active") for name in names]
        if any(each is not None and each[0].value.lower() == "yes" for each in active):
            return True
        return False if names or self.files.host is not None else UNSET


def _word(conf: dict[str, tuple[key_values.Setting, str]], key: str) -> Fact[str]:
    """An action of auditd.conf; `ignore` where it names none. Source: src/auditd-config.c, `clear_config` (3.0.9)."""
    return conf[key][0].value.lower().partition(" ")[0] if key in conf else "ignore" if conf else UNSET


def _calls(rows: list[AuditRule], name: str, *, as_root: bool = False) -> bool:
    """Whether a system call is recorded; for `as_root`, at least where it gains or has root's rights.

    Rules for programs of 32 bits alone leave those of 64 bits, which are nearly all, out.
    """
    for row in rows:
        if row.list != "exit" or not {name, "all"} & {*row.syscalls} or OLD & {*row.fields}:
            continue
        narrow = [each for each in row.fields if not each.startswith(("arch=", "key=", "auid>=", "auid!=", "success="))]
        if as_root:
            narrow = [each for each in narrow if each not in ("euid=0", "uid=0", "uid!=euid", "euid!=uid", "gid!=egid")]
        if not narrow:
            return row.always
    return False


def _left_out(rows: list[AuditRule]) -> AuditRule | None:
    """The rule that keeps every call from being recorded: of the list `task`, or the first of the list `exit`."""
    for row in rows:
        wide = all(field in ("arch=b64", "arch=x86_64", "arch=aarch64") for field in row.fields)
        if _never_task(row):
            return row
        if row.list == "exit" and not row.place:
            every = not row.always and wide and (not row.syscalls or "all" in row.syscalls)
            return row if every else next((each for each in rows if _never_task(each)), None)
    return None


def _never_task(row: AuditRule) -> bool:
    return row.list == "task" and not row.always and not row.fields


def _number(text: str) -> Fact[int]:
    """A number of at most nine digits; unobserved for other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else UNSET
