"""Lines that tasks of Ansible put into files of which the text is known."""

from __future__ import annotations

import pytest

from holdfast.collect.files import text as examine
from holdfast.collect.host.line_edits import Edit, put
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap

PATH = "roles/gpu/tasks/main.yml"
BASE = "- copy: {content: PermitRootLogin no, dest: /etc/ssh/sshd_config}\n"
ROWS = [b"# a", b"A 1", b"B 1", b"A 2"]


def seen(*tasks: str) -> list[object]:
    text = "".join(f"- {module}: {{path: /etc/ssh/sshd_config, {rest}}}\n" for module, rest in map(_split, tasks))
    return list(examine(PATH, (BASE + text).encode()))


def _split(task: str) -> tuple[str, str]:
    module, _, rest = task.partition(" ")
    return module, rest


def logins(*tasks: str) -> list[tuple[str, int]]:
    """What the SSH server lets root do, with the line that says so."""
    return [
        (item.facts.cases[0].root_login, item.spot("cases[0].root_login").line)
        for item in seen(*tasks)
        if isinstance(item, Asset) and item.kind == "ssh_server"
    ]


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("lineinfile regexp: '^#?PermitRootLogin', line: PermitRootLogin yes", ("yes", 2)),
        ("lineinfile regex: '(?i)^permitrootlogin', line: PermitRootLogin yes", ("yes", 2)),
        ("lineinfile search_string: PermitRoot, line: PermitRootLogin yes", ("yes", 2)),
        ("lineinfile regexp: '^#PermitRootLogin', line: PermitRootLogin yes", ("no", 1)),
        ("lineinfile line: PermitRootLogin yes", ("no", 1)),
        ("lineinfile line: PermitRootLogin yes, insertbefore: BOF", ("yes", 2)),
        ("lineinfile line: PermitRootLogin yes, insertbefore: '^PermitRoot'", ("yes", 2)),
        ("lineinfile line: PermitRootLogin yes, insertafter: EOF", ("no", 1)),
        ("replace regexp: '^PermitRootLogin.*', replace: PermitRootLogin yes", ("yes", 2)),
        ("blockinfile block: PermitRootLogin yes", ("no", 1)),
    ],
)
def test_a_line_goes_where_ansible_puts_it(task: str, expected: tuple[str, int]) -> None:
    assert logins(task) == [expected]


def test_tasks_change_what_earlier_ones_left() -> None:
    row = "lineinfile regexp: '^PermitRootLogin', line: PermitRootLogin {}"
    assert logins(row.format("yes"), row.format("prohibit-password")) == [("without-password", 3)]


def test_a_file_that_is_written_again_forgets_its_lines() -> None:
    row = "- lineinfile: {path: /etc/ssh/sshd_config, regexp: '^PermitRoot', line: PermitRootLogin yes}\n"
    (server,) = [
        item for item in examine(PATH, (BASE + row + BASE).encode()) if getattr(item, "kind", "") == "ssh_server"
    ]
    assert isinstance(server, Asset)
    assert server.facts.cases[0].root_login == "no"


def test_lines_of_a_file_that_is_not_known_replace_one_another() -> None:
    row = "- lineinfile: {{path: /etc/ssh/sshd_config, regexp: '{}', line: PermitRootLogin {}}}\n"
    for expression in ("^PermitRoot", "(?=x"):
        text = row.format("^PermitRoot", "yes") + row.format(expression, "no")
        (server,) = [
            item for item in examine(PATH, text.encode()) if isinstance(item, Asset) and item.kind == "ssh_server"
        ]
        assert server.facts.cases[0].root_login == ("no" if expression == "^PermitRoot" else "yes")


@pytest.mark.parametrize(
    "expression", ["(?=Permit)", "^{{ name }}", "(a{900}){900}", "(" * 400 + ")" * 400, "a" * 1_001]
)
def test_what_nobody_can_follow_is_told(expression: str) -> None:
    found = seen(f"lineinfile regexp: '{expression}', line: PermitRootLogin yes")
    assert [item.reason for item in found if isinstance(item, Gap)] == [
        "changes lines of /etc/ssh/sshd_config: not judged without the rest"
    ]
    assert logins(f"lineinfile regexp: '{expression}', line: PermitRootLogin yes") == [("no", 1)]


def test_very_long_files_and_lines_are_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.collect.host.parts.Budget.left", 3)
    row = "lineinfile regexp: '^PermitRootLogin', line: PermitRootLogin yes"
    assert logins(row) == [("yes", 2)]
    assert [item.line for item in seen(row, row, row, row) if isinstance(item, Gap)] == [5]


def test_a_text_that_takes_too_long_is_not_told() -> None:
    found = seen(f"blockinfile block: '{'x' * (1 << 20)}x'", "lineinfile regexp: 'x+y', line: PermitRootLogin yes")
    assert [item.line for item in found if isinstance(item, Gap) and "not judged" in item.reason] == [3]


@pytest.mark.parametrize(
    ("edit", "line", "expected"),
    [
        (Edit(pattern="^A"), b"A 3", ([3], -1)),
        (Edit(pattern="^A", first=True), b"A 3", ([1], -1)),
        (Edit(pattern="A .", every=True), b"A 3", ([1, 3], -1)),
        (Edit(pattern="A", every=True), b"A 1", ([], 4)),
        (Edit(pattern="^C", only=True), b"C", ([], -1)),
        (Edit(pattern="^C"), b"B 1", ([], -1)),
        (Edit(after="^A"), b"C", ([], 4)),
        (Edit(after="^A", first=True), b"C", ([], 2)),
        (Edit(before="^A"), b"C", ([], 3)),
        (Edit(before="^A", first=True), b"C", ([], 1)),
        (Edit(before="^C"), b"C", ([], 4)),
        (Edit(text="A"), b"C", ([3], -1)),
        (Edit(), b"C", ([], 4)),
    ],
)
def test_the_row_that_a_line_takes(edit: Edit, line: bytes, expected: tuple[list[int], int]) -> None:
    assert put(ROWS, edit, line) == expected
