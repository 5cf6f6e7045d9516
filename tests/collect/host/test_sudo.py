"""sudo's rules and settings from a host's files."""

from __future__ import annotations

from pathlib import Path

from msgspec import UNSET
from tests.collect.host.looking import assets, gaps, items

from holdfast.collect.files import Options, collect
from holdfast.collect.host.sudo import _Host
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.sudo_rule import SudoRule
from holdfast.kinds.sudo_setup import SudoSetup

MAIN = "etc/sudoers"


def rules(text: str, path: str = MAIN) -> list[SudoRule]:
    return [asset.facts for asset in assets({path: text}) if isinstance(asset.facts, SudoRule)]


def settings(files: dict[str, str | bytes]) -> SudoSetup:
    (found,) = [asset.facts for asset in assets(files) if isinstance(asset.facts, SudoSetup)]
    return found


def test_aliases_are_put_in() -> None:
    text = """
User_Alias ML = alice, %ml, !bob
Runas_Alias SVC = slurm, root
Host_Alias GPU = gpu*, !gpu9
Cmnd_Alias EDIT = /usr/bin/vim, !/usr/bin/nano
Cmnd_Alias OPS = EDIT, /bin/ls
ML, !ML GPU = (SVC) NOPASSWD: OPS, !EDIT
"""
    (rule,) = rules(text)
    assert rule.users == ["alice", "%ml", "!bob", "!alice", "!%ml", "bob"]
    assert (rule.hosts, rule.run_as) == (["gpu*", "!gpu9"], ["root", "slurm"])
    assert [(command.name, command.negated) for command in rule.commands] == [
        ("/usr/bin/vim", False), ("/usr/bin/nano", True), ("/bin/ls", False), ("/usr/bin/vim", True), ("/usr/bin/nano", False),
    ]  # fmt: skip
    assert all(command.no_password and command.as_root for command in rule.commands)
    assert (rule.commands[0].escape, rule.commands[0].program) == (True, "vim")


def test_aliases_that_stand_for_themselves_come_to_an_end() -> None:
    (rule,) = rules("User_Alias A = A, B\nUser_Alias B = A, A\nA ALL=ALL\n")
    assert 0 < len(rule.users) <= 20_000


def test_who_need_not_prove_anything() -> None:
    text = "Defaults:alice !authenticate\nDefaults!/bin/x !authenticate\nDefaults:carol authenticate\nDefaults@h !authenticate\n"
    text += "alice ALL=/bin/y\nbob ALL=/bin/x, /bin/y, NOPASSWD: /bin/z\nalice ALL=PASSWD: /bin/y\n"
    assert [[command.no_password for command in rule.commands] for rule in rules(text)] == [
        [True],
        [True, False, True],
        [False],
    ]
    (rule,) = rules("Defaults !authenticate\nDefaults:bob authenticate\nbob ALL=ALL\n")
    assert rule.commands[0].no_password is False


def test_root_is_as_whom_unless_said_otherwise() -> None:
    found = [
        rule.commands[0].as_root
        for rule in rules("a ALL=/x\na ALL=(b) /x\na ALL=(ALL) /x\na ALL=(ALL,!root) /x\na ALL=() /x\n")
    ]
    assert found == [True, False, True, False, True]


def test_each_rule_has_a_name_without_its_line() -> None:
    found = [asset for asset in assets({MAIN: "a ALL=/x\n\na ALL=/y\n"}) if isinstance(asset.facts, SudoRule)]
    assert [asset.id for asset in found] == [f"sudo_rule/{MAIN}/a", f"sudo_rule/{MAIN}/a~2"]
    assert found[1].spot("commands[0].name") == Spot(3, 1, "", MAIN)


def test_the_files_of_a_folder_come_where_it_is_included() -> None:
    files: dict[str, str | bytes] = {
        MAIN: "Defaults env_keep = A\n@includedir /etc/sudoers.d\nDefaults env_keep -= B\n@include other\n@include x.%h\n",
        "etc/sudoers.d/b": 'Defaults env_keep += "B C"\n',
        "etc/sudoers.d/a": "Defaults env_keep += D\nx ALL=/x\n",
        "etc/sudoers.d/deny.conf": "x ALL=!ALL\n",
        "etc/sudoers.d/old.dpkg-old": "",
        "etc/sudoers.d/README": "# r\n",
    }
    found = settings(files)
    assert found.env_keep == ["A", "D", "C"]
    assert found.ignored_files == ["etc/sudoers.d/deny.conf"]
    assert [gap.reason for gap in gaps(files)] == [
        "includes `other`, which is not here",
        "includes `x.%h`, whose name depends on the host",
    ]


def test_files_that_include_one_another_come_to_an_end() -> None:
    files: dict[str, str | bytes] = {MAIN: "@include sudoers\na ALL=/x\n"}
    assert settings(files).authenticate is True
    assert [(gap.path, gap.kind, gap.line) for gap in gaps(files)] == [(MAIN, "unreadable", 1)]
    assert len(assets(files)) == 2


def test_a_folder_that_includes_itself_gives_each_rule_once() -> None:
    inside = "@include ../sudoers\n@includedir .\n@includedir ../sudoers.d\n"
    files: dict[str, str | bytes] = {
        MAIN: "a ALL=/x\n@includedir sudoers.d\n",
        "etc/sudoers.d/b": f"{inside}b ALL=/x\n",
        "etc/sudoers.d/c": f"{inside}c ALL=/x\n",
    }
    found = [asset.id for asset in assets(files) if isinstance(asset.facts, SudoRule)]
    assert sorted(found) == ["sudo_rule/etc/sudoers.d/b/b", "sudo_rule/etc/sudoers.d/c/c", "sudo_rule/etc/sudoers/a"]
    assert all("a cycle" in gap.reason for gap in gaps(files))


def test_includes_are_bounded_in_number_and_depth(monkeypatch) -> None:
    chain: dict[str, str | bytes] = {MAIN: "@include s0\n"}
    chain |= {f"etc/s{at}": f"@include s{at + 1}\n" for at in range(140)}
    assert gaps(chain)[0] == Gap("etc/s127", "includes `s128` more than 128 deep", "unreadable", 1)
    monkeypatch.setattr("holdfast.collect.host.sudo.INCLUDED", 2)
    (gap,) = gaps({MAIN: "@include a\n" * 3, "etc/a": "a ALL=/x\n"})
    assert (gap.reason, gap.line) == ("includes `a`, after 2 other files", 3)


def test_what_an_alias_says_twice_is_said_once() -> None:
    (rule,) = rules("Cmnd_Alias A = /a, !/b, /a\nCmnd_Alias B = A, A\na, a ALL = B, A\n")
    assert (rule.users, [command.name for command in rule.commands]) == (["a"], ["/b", "/a"])


def test_a_folder_alone() -> None:
    found = assets({"roles/x/files/sudoers.d/gpu": "a ALL=/x\n", "roles/x/files/sudoers.d/no.conf": "b ALL=/x\n"})
    assert [asset.id for asset in found] == [
        "sudo_rule/roles/x/files/sudoers.d/gpu/a",
        "sudo_setup/roles/x/files/sudoers",
    ]
    assert found[1].facts.ignored_files == ["roles/x/files/sudoers.d/no.conf"]


def test_settings_with_sudos_own() -> None:
    found = settings({MAIN: "a ALL=/x\n"})
    assert (found.authenticate, found.env_reset, found.logs, found.use_pty) == (True, True, True, None)
    assert (found.env_keep, found.secure_path, found.timestamp_minutes, found.permissions) == ([], UNSET, None, UNSET)
    text = "Defaults !syslog, logfile=/var/log/sudo.log, secure_path=/a:/b, timestamp_timeout=-1, !use_pty, !env_reset, targetpw\n"
    (asset,) = assets({MAIN: text})
    assert asset.facts.secure_path == ["/a", "/b"]
    assert (asset.facts.logs, asset.facts.timestamp_minutes, asset.facts.use_pty, asset.facts.env_reset) == (
        True,
        -1.0,
        False,
        False,
    )
    assert asset.spot("timestamp_minutes").line == 1
    assert settings({MAIN: "Defaults !syslog, timestamp_timeout=x\n"}).timestamp_minutes is UNSET
    assert settings({MAIN: "Defaults !syslog\n"}).logs is False
    assert rules("Defaults rootpw\na ALL=/x\n")[0].target_password is True


def test_what_cannot_be_read_is_a_gap() -> None:
    (gap,) = items({MAIN: "\0"})
    assert isinstance(gap, Gap)
    assert gap.reason == "not readable as sudoers: binary, not text"
    (gap,) = gaps({MAIN: "a ALL=/x\nnonsense\n"})
    assert (gap.reason, gap.line) == ("not a statement: 'nonsense'", 2)
    found = gaps({MAIN: "a ALL=/x\nnonsense\nDefaults use_ptyy\nb ALL=vim\nc ALL=\n" + "x\n" * 30})
    assert [(gap.kind, gap.line) for gap in found[:3]] == [("unreadable", 2), ("unreadable", 3), ("unreadable", 4)]
    assert [gap.reason for gap in found[1:3]] == [
        "no setting of sudo, and so without effect: 'use_ptyy'",
        "a command needs its whole path: 'vim'",
    ]
    assert (len(found), found[-1].reason) == (21, "14 more lines are refused")
    (gap,) = gaps({MAIN: "{{ sudo_rule }}\n"})
    assert gap.kind == "template"


def test_a_file_that_is_named_itself_is_read_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / MAIN).write_text("@include /etc/sudoers.local\n")
    (tmp_path / "etc/sudoers.local").write_text("a ALL=/x\n")
    found = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset)]
    assert [asset.kind for asset in found] == ["sudo_rule", "sudo_setup"]
    assert found[0].path.endswith("etc/sudoers.local")


def test_an_alias_that_nobody_defines_stands_for_nothing() -> None:
    text = "User_Alias OPS = a\nOPS ALL=(DBA) GPU\nb ALL=GPU\nALL SRV=ALL\n"
    assert [(gap.reason.split()[5], gap.line) for gap in gaps({MAIN: text})] == [("DBA,", 2), ("GPU,", 2), ("SRV,", 4)]
    assert gaps({MAIN: f"{text}@includedir /etc/sudoers.d\n"}) == []
    assert gaps({"etc/sudoers.d/x": text}) == []


def test_a_host_without_a_path_has_none(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (tmp_path / MAIN).write_text("root ALL=ALL\n")
    found = [
        item
        for item in collect(Options(str(tmp_path)))
        if isinstance(item, Asset) and isinstance(item.facts, SudoSetup)
    ]
    assert (found[0].facts.secure_path, found[0].source) == (None, "host")
    assert found[0].facts.permissions.mode == "0644"


def test_a_group_by_number() -> None:
    text = "%#1000 ALL=(ALL) NOPASSWD: ALL # c\n"
    (rule,) = rules(text)
    assert (rule.users, rule.commands[0].no_password, rule.commands[0].everything) == (["%#1000"], True, True)
    assert gaps({MAIN: text}) == []


def test_slurm_runs_what_root_submits() -> None:
    text = "a ALL=/usr/bin/srun, /usr/bin/scontrol, /usr/bin/scontrol token *, /usr/bin/scontrol update *, /usr/bin/sbatch /root/x\n"
    (rule,) = rules(text)
    assert [command.escape for command in rule.commands] == [True, True, True, False, False]


def test_a_file_that_is_never_read_is_pointed_at() -> None:
    found = assets({MAIN: "@includedir /etc/sudoers.d\nroot ALL=ALL\n", "etc/sudoers.d/90.conf": "a ALL=ALL\n"})
    (setup,) = [asset for asset in found if isinstance(asset.facts, SudoSetup)]
    assert setup.spot("ignored_files") == Spot(1, 1, "", "etc/sudoers.d/90.conf")


def users(files: dict[str, str | bytes]) -> list[str]:
    return [asset.facts.name for asset in assets(files) if isinstance(asset.facts, SudoRule)]


def test_a_folder_anywhere_on_the_host_is_read() -> None:
    files = Files({MAIN: b"@includedir /opt/sudo\n", "opt/sudo/bob": b"bob ALL=ALL\n", "opt/sudo/a.b": b""})
    names = [item.facts.name for item in _Host(files, "", [MAIN]).assets() if isinstance(item, Asset)]
    assert names == ["bob", "."]
    deep = {MAIN: "@includedir sudoers.d\n", "etc/sudoers.d/a": "@includedir /etc/sudoers.d/../more\n"}
    assert users({**deep, "etc/more/sudoers": "c ALL=ALL\n"}) == ["c"]


def test_a_folder_that_is_not_here_is_told_unless_packages_bring_it() -> None:
    files: dict[str, str | bytes] = {MAIN: "@includedir /opt/sudo\n@includedir /etc/sudoers.d\n@includedir more\n"}
    (gap,) = gaps(files)
    assert (gap.reason, gap.kind, gap.line) == ("includes the folder `/opt/sudo`, which is not here", "left_out", 1)


def test_a_folder_that_the_host_itself_lacks_is_none(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (tmp_path / "etc/sudoers").write_text("@includedir /opt/sudo\nroot ALL=ALL\n")
    seen = list(collect(Options(str(tmp_path / "etc"))))
    assert [item for item in seen if isinstance(item, Gap)] == []
    (tmp_path / "opt/sudo").mkdir(parents=True)
    (tmp_path / "opt/sudo/bob").write_text("bob ALL=ALL\n")
    seen = list(collect(Options(str(tmp_path / "etc"))))
    assert [item.facts.name for item in seen if isinstance(item, Asset) and item.kind == "sudo_rule"] == ["bob", "root"]


def test_a_folder_that_another_files_host_takes_in_counts_once() -> None:
    files: dict[str, str | bytes] = {
        MAIN: "@includedir /usr/local/etc/sudoers.d\n",
        "usr/local/etc/sudoers.d/bob": "bob ALL=ALL\n",
    }
    assert [type(asset.facts) for asset in assets(files)] == [SudoRule, SudoSetup]
    assert len(assets({**files, "usr/local/etc/sudoers.d/al": "al ALL=ALL\n"})) == 3
