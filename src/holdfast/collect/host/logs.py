"""Audit rules, auditd, rsyslog and journald of each host -> `audit`, `logging`.

udev's rules lie in a folder of the same name, `rules.d`, and are handed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import UNSET

from holdfast.collect.host.devices import devices
from holdfast.collect.host.node import below, by_root, drop_ins
from holdfast.collect.host.settings import refused, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.plain_text import Problem
from holdfast.formats import audit_rules, key_values, rsyslog
from holdfast.formats.audit_rules import AuditRule, Control, Refused
from holdfast.formats.servers.address import endpoint, loopback
from holdfast.kinds.audit import Audit
from holdfast.kinds.logging import Logging, LogTarget

AGENTS = ("fluent-bit", "td-agent", "fluent", "vector", "filebeat", "promtail", "alloy", "otelcol", "otelcol-contrib",
          "datadog-agent", "splunk", "nxlog", "google-cloud-ops-agent", "amazon-cloudwatch-agent")  # fmt: skip
"""Folders of `etc` that agents which ship logs bring along."""
OLD = frozenset(("arch=b32", "arch=i386", "arch=i686", "arch=arm"))
EMPTY = ("", "no", "none")


def read(files: Files) -> Iterator[Asset | Gap]:
    """What each host records and where it sends it."""
    ours = {path: not path.endswith(".rules") or "audit" in path.split("/") for path in files}
    for path in (path for path, recorded in ours.items() if not recorded and "udev" in path.split("/")):
        yield from devices(files.members[path], path, files.source)
    wanted = [path for path, recorded in ours.items() if recorded]
    for root, paths in by_root(wanted, "audit", "rsyslog.d", "systemd"):
        host = _Host(files, root)
        recording = [path for path in paths if path.endswith((".rules", "auditd.conf"))]
        sending = [path for path in paths if path not in recording]
        if recording:
            yield host.audit(recording[0])
        if sending:
            yield host.logging(sending[0])
        yield from host.gaps


class _Host:
    """One host's files."""

    def __init__(self, files: Files, root: str) -> None:
        self.files = files
        self.root = root
        self.gaps: list[Gap] = []
        self.whole = True
        self.told = False
        """Whether rsyslog's main file was seen with all that it includes."""

    def settings(self, *paths: str) -> dict[str, tuple[key_values.Setting, str]]:
        """Key in lower case -> the setting that holds, the last, with its file."""
        found: dict[str, tuple[key_values.Setting, str]] = {}
        for path in paths:
            data = self.files.read(path)
            if data is None:
                continue
            try:
                found.update({each.key.lower(): (each, path) for each in key_values.read(data)})
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "settings", error))
                self.whole = False
        return found

    def audit(self, path: str) -> Asset:
        """What is recorded."""
        rows, seen = self.rules()
        spots = {"": Spot(1, 1, "", path)}
        conf = self.settings(below(self.files, self.root, "etc/audit/auditd.conf"))
        known = seen and self.whole
        controls = {row.flag: row for row in rows if isinstance(row, Control)}
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
        left_out = next((row for row in recorded if not row.always and row.list == "task" and not row.fields), None)
        if left_out is not None:
            spots["tasks_left_out"] = Spot(left_out.line, 1, "", left_out.path)
        changes = sorted(
            {row.place for row in recorded if row.always and row.place and {*row.permissions} & {"w", "a"}}
        )
        facts = Audit(
            name=self.root or ".",
            enabled=flag != "0" if known else UNSET,
            immutable=flag == "2" if known else UNSET,
            module_loads=_known(_calls(recorded, "init_module") and _calls(recorded, "finit_module"), known),
            root_commands=_known(_calls(recorded, "execve", as_root=True), known),
            watches=changes if known else UNSET,
            gpu_devices=_known(any(row.always and row.place.startswith("/dev/nvidia") for row in recorded), known),
            slurm=_known(self.cluster(), self.files.host is not None),
            tasks_left_out=_known(left_out is not None, known),
            backlog=int(backlog) if known and backlog.isascii() and backlog.isdigit() and len(backlog) < 10 else UNSET,
            silent_on_failure=_known("-f" in controls and controls["-f"].value == "0", known),
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

    def logging(self, path: str) -> Asset:
        """Where messages go."""
        spots = {"": Spot(1, 1, "", path)}
        targets: list[LogTarget] = []
        takes = False
        for place, file in self.rsyslog():
            takes = takes or bool(file.inputs)
            for each in file.forwards:
                spots[f"targets[{len(targets)}]"] = Spot(each.line, 1, "", place)
                targets.append(
                    LogTarget(
                        address=f"{each.target}:{each.port}",
                        protocol=each.protocol,
                        tls=each.tls,
                        loopback=UNSET if not each.target else loopback(each.target) is True,
                    )
                )
        upload = self.settings(*self.family("journal-upload.conf")).get("url")
        if upload is not None and upload[0].value.lower() not in EMPTY:
            spots[f"targets[{len(targets)}]"] = Spot(upload[0].line, 1, "", upload[1])
            url = upload[0].value
            secure = not url.startswith("http://")
            host = endpoint(url if "://" in url else f"https://{url}")[0]
            targets.append(
                LogTarget(
                    address=url, protocol="https" if secure else "http", tls=secure, loopback=loopback(host) is True
                )
            )
        journal_files = self.family("journald.conf")
        storage = self.settings(*journal_files).get("storage")
        if storage is not None:
            spots["journal"] = Spot(storage[0].line, 1, "", storage[1])
        facts = Logging(
            name=self.root or ".",
            targets=targets,
            ships=self.ships(targets),
            takes_from_others=takes,
            journal=storage[0].value.lower() if storage is not None else "auto" if self.has(*journal_files) else UNSET,
        )
        return Asset(f"logging/{self.root}logging", facts, self.files.source, path, spots)

    def family(self, name: str) -> list[str]:
        """A file of systemd and its drop-ins that are here."""
        main = below(self.files, self.root, f"etc/systemd/{name}")
        return [
            path
            for path in (main, *drop_ins(self.files, self.root, f"systemd/{name}.d"))
            if self.files.read(path) is not None
        ]

    def ships(self, targets: list[LogTarget]) -> Fact[bool]:
        """Whether messages leave the host."""
        agents = {*self.files.entries(f"{self.root}etc")} & {*AGENTS}
        whole = self.whole and (self.files.host is not None or self.told)
        return _known(bool(agents) or any(target.loopback is not True for target in targets), whole)

    def has(self, *paths: str) -> bool:
        """Whether a main file is among these, or drop-ins alone of a host's own tree."""
        main = any(not path.rpartition("/")[0].endswith(".d") for path in paths)
        return main or (bool(paths) and self.files.host is not None)

    def rsyslog(self) -> Iterator[tuple[str, rsyslog.Rsyslog]]:
        """Rsyslog's files, those that it includes after the one that does."""
        main = below(self.files, self.root, "etc/rsyslog.conf")
        folder = f"{self.root}etc/rsyslog.d"
        folder = folder if self.files.entries(folder) else f"{self.root}rsyslog.d"
        beside = [f"{folder}/{name}" for name in self.files.entries(folder) if name.endswith(".conf")]
        waiting = [main] if self.files.read(main) is not None else beside
        seen: set[str] = set()
        self.told = self.files.read(main) is not None
        while waiting and len(seen) < 200:
            path = waiting.pop(0)
            data = self.files.read(path)
            if data is None or path in seen:
                continue
            seen.add(path)
            try:
                file = rsyslog.read(data)
            except FormatError as error:
                self.gaps.append(unreadable(path, data, "rsyslog's configuration", error))
                self.whole = False
                continue
            yield path, file
            for include in file.includes:
                where, _, name = include.pattern.rpartition("/")
                where = f"{self.root}{where.lstrip('/')}"
                names = [each for each in self.files.entries(where) if fnmatchcase(each, name)]
                self.told = self.told and bool(names)
                waiting += [f"{where}/{each}" for each in names]


def _known(answer: bool, whole: bool) -> Fact[bool]:
    """An answer that only holds when all was read, unless what was read is enough."""
    return True if answer else False if whole else UNSET


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
