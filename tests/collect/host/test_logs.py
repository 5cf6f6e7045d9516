"""What a host records, and where it sends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps, items

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.audit import Audit
from holdfast.kinds.logging import Logging

RULES, CONF, RSYSLOG, JOURNALD = (
    "etc/audit/rules.d/a.rules",
    "etc/audit/auditd.conf",
    "etc/rsyslog.conf",
    "etc/systemd/journald.conf",
)
MODULES = "-a always,exit -F arch=b64 -S init_module,finit_module -F auid>=1000 -k m\n"
ROOT = "-a always,exit -F arch=b64 -S execve -C uid!=euid -F euid=0 -k r\n"


def audit(rules: str, **files: str) -> Audit:
    (asset,) = assets({RULES: f"-D\n{rules}", **{f"etc/audit/{name}": text for name, text in files.items()}})
    assert isinstance(asset.facts, Audit)
    return asset.facts


def test_rules_and_their_absence() -> None:
    found = audit(
        f"-e 2\n-b 8192\n-f 0\n{MODULES}{ROOT}-w /etc/passwd -p wa\n-w /dev/nvidia0 -p rw\n-w /x -p r\n-a never,task\n"
    )
    assert (found.enabled, found.immutable, found.module_loads, found.root_commands) == (True, True, True, True)
    assert (found.watches, found.gpu_devices, found.backlog) == (["/dev/nvidia0", "/etc/passwd"], True, 8192)
    assert (found.tasks_left_out, found.silent_on_failure) == (True, True)
    found = audit("-D\n")
    assert (found.enabled, found.immutable, found.module_loads, found.root_commands, found.watches) == (
        True,
        False,
        False,
        False,
        [],
    )
    assert (found.backlog, found.ships, found.writes_log, found.disk_full_action, found.tasks_left_out) == (
        64,
        UNSET,
        UNSET,
        UNSET,
        False,
    )
    assert audit("-e 0\n-b x\n").enabled is False
    assert audit("-b x\n").backlog is UNSET


@pytest.mark.parametrize(
    ("rule", "loads"),
    [
        ("-a always,exit -S all\n", True),
        ("-a always,exit -S init_module -S finit_module -F success=1\n", True),
        ("-a always,exit -S init_module\n", False),
        ("-a always,exit -F arch=b32 -S init_module,finit_module\n", False),
        (f"-a always,exit -F arch=b32 -S init_module,finit_module\n{MODULES}", True),
        ("-a always,exit -S init_module,finit_module -F uid=5\n", False),
        (f"-a never,exit -S all\n{MODULES}", False),
        (f"-a never,exit -S all -F exe=/x\n{MODULES}", True),
        ("-a always,user -S init_module,finit_module\n", False),
    ],
)
def test_which_rule_decides(rule: str, loads: bool) -> None:
    assert audit(rule).module_loads is loads


def test_files_are_joined_as_augenrules_does() -> None:
    files = {
        "etc/audit/rules.d/10.rules": "-e 2\n-w /a -p w\n",
        "etc/audit/rules.d/20.rules": "-D\n-w /b -p w\n",
        "etc/audit/audit.rules": "-w /c -p w\n",
    }
    assert facts(files).watches == ["/a", "/b"]
    assert facts({"etc/audit/audit.rules": "-w /c -p w\n"}).watches == ["/c"]
    assert items({"etc/udev/rules.d/a.rules": 'KERNEL=="x"\n'}) == []


def test_the_daemon() -> None:
    (asset,) = assets(
        {CONF: "log_format = ENRICHED\nwrite_logs = no\nspace_left_action = email\ndisk_full_action = SUSPEND\n"}
    )
    found = asset.facts
    assert (found.writes_log, found.space_left_action, found.disk_full_action) == (False, "email", "suspend")
    assert (found.module_loads, found.watches, found.enabled) == (UNSET, UNSET, UNSET)
    assert asset.spot("disk_full_action") == Spot(4, 1, "", CONF)
    found = facts({CONF: "log_format = RAW\n"})
    assert (found.writes_log, found.disk_full_action) == (True, "ignore")


def test_plugins(tmp_path: Path) -> None:
    (tmp_path / "etc/audit/plugins.d").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / CONF).write_text("log_format = RAW\n")
    plugin = tmp_path / "etc/audit/plugins.d/au-remote.conf"

    def ships() -> object:
        (found,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
        return found.facts.ships

    assert ships() is False
    plugin.write_text("active = no\n")
    assert ships() is False
    plugin.write_text("active = yes\n")
    assert ships() is True


def test_messages() -> None:
    (asset,) = assets({
        RSYSLOG: "$IncludeConfig /etc/rsyslog.d/*.conf\n*.* @h\n",
        "etc/rsyslog.d/a.conf": '*.* @@127.0.0.1:1\naction(type="omfwd")\ninput(type="imudp" port="1")\n',
        JOURNALD: "[Journal]\nStorage=volatile\n",
        "etc/systemd/journald.conf.d/a.conf": "[Journal]\nStorage=None\n",
        "etc/systemd/journal-upload.conf": "[Upload]\nURL=https://u\n",
    })  # fmt: skip
    found = asset.facts
    assert isinstance(found, Logging)
    assert [(each.address, each.protocol, each.tls, each.loopback) for each in found.targets] == [
        ("h:514", "udp", False, False), ("127.0.0.1:1", "tcp", False, True), (":514", "udp", False, UNSET), ("https://u", "https", True, False),
    ]  # fmt: skip
    assert (found.ships, found.takes_from_others, found.journal) == (True, True, "none")
    assert asset.spot("targets[1].tls") == Spot(1, 1, "", "etc/rsyslog.d/a.conf")
    assert asset.spot("journal").path == "etc/systemd/journald.conf.d/a.conf"


def test_a_folder_alone_and_defaults() -> None:
    found = facts({"roles/a/files/rsyslog.d/x.conf": "*.* @@h:1\n"})
    assert ([each.address for each in found.targets], found.journal) == (["h:1"], UNSET)
    found = facts({JOURNALD: "[Journal]\n"})
    assert (found.journal, found.ships, found.targets) == ("auto", UNSET, [])
    assert facts({"etc/systemd/journal-upload.conf": "[Upload]\nURL=h:1\n"}).targets[0].tls is True
    assert facts({"etc/systemd/journal-upload.conf": "[Upload]\nURL=http://h:1\n"}).targets[0].tls is False


def test_fragments_do_not_say_that_logs_stay_here() -> None:
    dropped = "etc/rsyslog.d/99-slurm.conf"
    assert facts({dropped: "local0.* /var/log/slurm\n"}).ships is UNSET
    assert facts({"etc/systemd/journald.conf.d/a.conf": "[Journal]\nSystemMaxUse=1G\n"}).journal is UNSET
    assert facts({RSYSLOG: "*.* /var/log/x\n"}).ships is False
    including = "$IncludeConfig /etc/rsyslog.d/*.conf\n"
    assert facts({RSYSLOG: including}).ships is UNSET
    assert facts({RSYSLOG: including, dropped: "local0.* /var/log/slurm\n"}).ships is False


def test_agents_ship(tmp_path: Path) -> None:
    (tmp_path / "etc/fluent-bit").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("")
    (tmp_path / RSYSLOG).write_text("*.* /var/log/x\n$IncludeConfig /etc/rsyslog.conf\n")
    (asset,) = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert asset.facts.ships is True


def test_what_cannot_be_read_is_a_gap() -> None:
    for path, what in (
        (RULES, "audit rules"),
        (CONF, "settings"),
        (RSYSLOG, "rsyslog's configuration"),
        (JOURNALD, "settings"),
    ):
        assert [gap.reason for gap in gaps({path: "\0"})] == [f"not readable as {what}: binary, not text"]
    assert facts({RSYSLOG: "\0"}).ships is UNSET if (found := assets({RSYSLOG: "\0"})) else found == []


def test_a_row_that_auditctl_refuses_is_a_gap_and_leaves_the_rest_open() -> None:
    files: dict[str, str | bytes] = {RULES: f"-w /etc/passwd -p wa\nnonsense\n{MODULES}-e 2\n"}
    assert gaps(files) == [Gap(RULES, "auditctl refuses the row: no flag stands first", "unreadable", 2)]
    found = facts(files)
    assert isinstance(found, Audit)
    assert (found.module_loads, found.immutable, found.watches) == (UNSET, UNSET, UNSET)


def test_a_single_file_is_loaded_in_its_own_order() -> None:
    found = facts({"etc/audit/audit.rules": "-e 2\n-w /etc/passwd -p wa\n"})
    assert isinstance(found, Audit)
    assert (found.immutable, found.watches) == (True, [])


def test_a_host_with_slurm_s_files_is_part_of_a_cluster(tmp_path: Path) -> None:
    (tmp_path / "etc/audit/rules.d").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (tmp_path / RULES).write_text("-w /etc/passwd -p wa\n")

    def slurm() -> object:
        (found,) = [
            item.facts for item in collect(Options(str(tmp_path))) if isinstance(item, Asset) and item.kind == "audit"
        ]
        assert isinstance(found, Audit)
        return found.slurm

    assert slurm() is False
    (tmp_path / "etc/slurm").mkdir()
    (tmp_path / "etc/slurm/slurm.conf").write_text("ClusterName=a\n")
    assert slurm() is True
    assert audit("-D\n").slurm is UNSET


def test_actions_that_are_not_set_are_the_daemon_s_own() -> None:
    found = facts({CONF: "write_logs = yes\n"})
    assert isinstance(found, Audit)
    assert (found.disk_full_action, found.space_left_action) == ("ignore", "ignore")


def test_programs_of_plain_users() -> None:
    text = '*.* ^/tmp/x.sh;t\n& ^/usr/bin/x\n:msg, contains, "a" ^/home/u/y\n'
    text += 'action(type="omprog" binary="/usr/bin/python3 /scratch/z.py")\naction(type="omprog")\n'
    (asset,) = assets({RSYSLOG: text})
    assert asset.facts.own_programs == ["/tmp/x.sh", "/home/u/y", "/scratch/z.py"]
    assert asset.spot("own_programs[2]").line == 4


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("-a never,exit -S all\n-a always,exit -S execve\n", True),
        ("-a never,exit -F arch=b64 -S all\n", True),
        ("-a never,exit -S all -F uid=5\n-a always,exit -S execve\n", False),
        ("-a always,exit -S execve\n-a never,exit -S all\n", False),
        ("-w /etc/passwd -p wa\n-a never,exit -S all\n", True),
        ("-a always,exit -S execve\n-a never,task\n", True),
        ("-a never,exit -F path=/x\n", False),
    ],
)
def test_what_leaves_out_every_call(rules: str, expected: bool) -> None:
    assert facts({RULES: f"-D\n{rules}"}).tasks_left_out is expected


def test_receivers_that_nobody_checks() -> None:
    text = (
        "$DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n$ActionSendStreamDriverAuthMode anon\n*.* @@h:1\n"
    )
    text += (
        '*.* @h:1\naction(type="omfwd" target="h" protocol="tcp" StreamDriverMode="1" StreamDriverAuthMode="anon")\n'
    )
    text += 'action(type="omfwd" target="h" protocol="tcp" StreamDriverMode="1" StreamDriverAuthMode="x509/name")\n'
    assert [each.anonymous for each in facts({RSYSLOG: text}).targets] == [True, False, True, False]


def test_sources_of_messages() -> None:
    (asset,) = assets({RSYSLOG: 'input(type="imudp" port="514" address="127.0.0.1")\ninput(type="imtcp" port="514")\n'})
    assert [(each.name, each.tls, each.loopback) for each in asset.facts.sources] == [
        ("imudp 514", False, True), ("imtcp 514", False, False),
    ]  # fmt: skip
    assert asset.spot("sources[1].tls").line == 2


def test_a_part_of_the_audit_rules_does_not_say_what_the_rest_leaves_out() -> None:
    found = facts({RULES: f"-b 8192\n{ROOT}-w /etc/passwd -p wa\n"})
    assert (found.root_commands, found.module_loads, found.watches, found.backlog) == (True, UNSET, UNSET, 8192)
    assert (found.enabled, found.immutable, found.tasks_left_out) == (UNSET, UNSET, UNSET)
    found = facts({RULES: "-a never,task\n-e 0\n"})
    assert (found.enabled, found.tasks_left_out) == (False, True)
