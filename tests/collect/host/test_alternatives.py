"""Files of which tasks of Ansible write another one on each sort of host."""

from __future__ import annotations

from textwrap import dedent

import pytest

from holdfast.collect.files import text as examine
from holdfast.collect.host.alternatives import WORLDS
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap

PATH = "roles/gpu/tasks/main.yml"


def found(document: str, kind: str) -> list[Asset]:
    items = examine(PATH, dedent(document).encode())
    return [item for item in items if isinstance(item, Asset) and item.kind == kind]


def root_logins(document: str) -> list[tuple[str, int]]:
    """What each SSH server lets root do, with the line that says so."""
    return [
        (case.root_login, asset.spot("cases[0].root_login").line)
        for asset in found(document, "ssh_server")
        for case in asset.facts.cases[:1]
    ]


def restricted(document: str) -> list[object]:
    """Whether each kernel hides its log from users."""
    return [asset.facts.sysctl.get("kernel.dmesg_restrict") for asset in found(document, "kernel")]


def ssh(first: str, second: str) -> str:
    """Two tasks that write one file, the second one hardened, with what stands beside their modules."""
    row = "- {{copy: {{content: 'PermitRootLogin {}', dest: /etc/ssh/sshd_config}}{}}}\n"
    return row.format("yes", first) + row.format("no", second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (", when: os == 'RedHat'", ", when: os == 'Debian'"),
        (", when: [a, os == 'RedHat']", ", when: os != 'RedHat'"),
        (", when: a", ", when: b"),
        (", when: a", ", when: not a"),
        (", when: x is defined", ", when: x is not defined"),
        (", when: x in y", ", when: x not in y"),
        (", when: a or b", ", when: c"),
        ("", ", when: a"),
        (f", when: {'a' * 2_000}", f", when: {'b' * 2_000}"),
        (", when: {a: b}", ", when: false"),
    ],
)
def test_tasks_under_other_conditions_are_judged_apart(first: str, second: str) -> None:
    assert root_logins(ssh(first, second)) == [("yes", 1), ("no", 2)]


def test_what_is_always_written_takes_the_place_of_what_sometimes_is() -> None:
    assert root_logins(ssh(", when: a", "")) == [("no", 2)]


def test_ids_tell_alternatives_apart() -> None:
    first, second = found(ssh(", when: a", ", when: b"), "ssh_server")
    assert second.id == f"{first.id}~2"


@pytest.mark.parametrize("when", ["", ", when: a", ", when: [a, b == 'c']", ", when: a and b == 'c'"])
def test_the_last_of_tasks_under_one_condition_holds(when: str) -> None:
    assert root_logins(ssh(when, when)) == [("no", 2)]


def test_conditions_are_the_same_in_any_order() -> None:
    assert root_logins(ssh(", when: a  and b", ", when: [b, a]")) == [("no", 2)]


@pytest.mark.parametrize("pattern", ["all", "'*'", "gpu", "[gpu]"])
def test_plays_for_the_same_hosts_go_on(pattern: str) -> None:
    play = "- {{hosts: {}, tasks: [{}]}}\n"
    first, second = ssh("", "").splitlines()
    text = play.format(pattern, first[2:]) + play.format(pattern, second[2:])
    assert root_logins(text) == [("no", 2)]
    other = play.format(pattern, first[2:]) + play.format("login", second[2:])
    assert root_logins(other) == [("yes", 1), ("no", 2)]


def test_the_lists_of_a_block_are_alternatives_where_it_may_fail() -> None:
    first, second = ssh("", "").splitlines()
    assert root_logins(f"- block:\n  {first}\n  rescue:\n  {second}\n") == [("yes", 2), ("no", 4)]
    assert root_logins(f"- block:\n  {first}\n  always:\n  {second}\n") == [("no", 4)]


def test_files_that_exclude_one_another_do_not_hide_one_another() -> None:
    row = "- {{copy: {{content: 'kernel.dmesg_restrict={}', dest: /etc/sysctl.d/{}.conf}}, when: {}}}\n"
    assert restricted(row.format(0, "90-a", "a") + row.format(1, "99-b", "not a")) == ["0", "1"]
    assert restricted(row.format(0, "90-a", "a") + row.format(1, "99-b", "b")) == ["1"]
    assert restricted(row.format(0, "90-a", "x != 'p'") + row.format(1, "99-b", "x != 'q'")) == ["1"]
    assert restricted(row.format(0, "90-a", "x != 'p'") + row.format(1, "99-b", "x == 'q'")) == ["1"]


def test_lines_for_one_setting_are_judged_apart_and_others_together() -> None:
    row = "- {{sysctl: {{name: {}, value: '{}'}}, when: {}}}\n"
    assert restricted(row.format("kernel.dmesg_restrict", 0, "a") + row.format("kernel.dmesg_restrict", 1, "b")) == [
        "0",
        "1",
    ]
    (kernel,) = found(
        row.format("kernel.dmesg_restrict", 0, "a") + row.format("kernel.kptr_restrict", 1, "b"), "kernel"
    )
    assert {name: kernel.facts.sysctl[name] for name in ("kernel.dmesg_restrict", "kernel.kptr_restrict")} == {
        "kernel.dmesg_restrict": "0",
        "kernel.kptr_restrict": "1",
    }


def test_a_file_and_a_line_of_it_that_is_not_always_there_are_judged_apart() -> None:
    line = "- {lineinfile: {path: /etc/ssh/sshd_config, line: 'AllowUsers a'}, when: b}\n"
    whole = ssh("", "").splitlines(keepends=True)[1]
    servers = found(whole + line, "ssh_server")
    assert [asset.facts.cases[0].restricts_users for asset in servers] == [False, True]


def test_what_all_alternatives_have_is_told_once() -> None:
    rows = "- {{copy: {{content: '{0} ALL=(ALL) ALL', dest: /etc/sudoers.d/{1}}}, when: {2}}}\n"
    text = "".join(rows.format(*each) for each in [("a", "a", "x"), ("b", "a", "y"), ("c", "c", "z")])
    assert [rule.facts.name for rule in found(text, "sudo_rule")] == ["a", "c", "b"]


def test_settings_of_an_engine_are_judged_apart() -> None:
    row = '- {{copy: {{content: \'{{"hosts": ["{}"]}}\', dest: /etc/docker/daemon.json}}, when: {}}}\n'
    engines = found(row.format("tcp://0.0.0.0:2375", "a") + row.format("unix:///x", "b"), "container_runtime")
    assert [len(engine.facts.listeners) for engine in engines] == [1, 0]


def test_what_a_unit_starts_belongs_to_its_alternative() -> None:
    unit = "[Service]\\nEnvironment=OLLAMA_HOST={}\\nExecStart=/usr/bin/ollama serve"
    row = '- {{copy: {{content: "{}", dest: /etc/systemd/system/ollama.service}}, when: {}}}\n'
    text = row.format(unit.format("0.0.0.0"), "a") + row.format(unit.format("127.0.0.1"), "b")
    items = list(examine(PATH, text.encode()))
    servers = [item.id for item in items if isinstance(item, Asset) and item.kind == "server"]
    edges = [item.source for item in items if isinstance(item, Edge)]
    assert (len(servers), servers[1]) == (2, f"{servers[0]}~2")
    assert edges == servers


def test_very_many_alternatives_end_with_a_gap() -> None:
    row = "- {{copy: {{content: '{0} ALL=(ALL) ALL', dest: /etc/sudoers.d/a}}, when: x{0}}}\n"
    text = "".join(row.format(f"u{number}") for number in range(WORLDS + 1)).encode()
    (gap,) = [item for item in examine(PATH, text) if isinstance(item, Gap)]
    assert (gap.kind, f"more than {WORLDS} conditions" in gap.reason) == ("left_out", True)


def test_alternatives_of_very_long_files_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.collect.host.alternatives.SIZE", 100)
    row = "- {{copy: {{content: '{0} ALL=(ALL) ALL', dest: /etc/sudoers.d/a}}, when: x{0}}}\n"
    text = "".join(row.format(name) for name in "abc")
    assert [rule.facts.name for rule in found(text, "sudo_rule")] == ["a", "b"]
    assert [item.reason for item in examine(PATH, text.encode()) if isinstance(item, Gap)] == [
        "writes files under more than 2 conditions: those after that many were not judged"
    ]
