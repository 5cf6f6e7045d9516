"""Environment variables in pods, compose files and build files."""

from __future__ import annotations

import pytest

from holdfast.core.errors import RepairError
from holdfast.repair.variables import in_build_file, put, take

POD = """\
spec:
  containers:
  - name: a
    args: [x]
    env:
    - {name: A, value: "1"}
    - name: B
      value: "2"  # two
    - name: A
      value: three
"""
COMPOSE = (
    "services:\n  a:\n    environment:\n      A: 1 # one\n      B:\n  b:\n    environment:\n    - B=2\n    - A=1\n"
)


def test_the_last_of_several_counts_in_a_pod() -> None:
    steps = ["spec", "containers", "0", "args"]
    assert put(POD, steps, "A", "x") == POD.replace("three", "x")
    assert put(POD, steps[:3], "B", "x") == POD.replace('"2"', '"x"')
    assert "three" not in take(POD, steps, "A")
    assert take(POD, steps, "C") == POD
    with pytest.raises(RepairError, match="`C` is set elsewhere"):
        put(POD, steps, "C", "x")
    with pytest.raises(LookupError):
        put(POD, ["spec", "none"], "C", "x")


def test_compose_has_mappings_and_lists() -> None:
    assert put(COMPOSE, ["services", "a"], "A", "x") == COMPOSE.replace("A: 1", "A: x")
    assert put(COMPOSE, ["services", "b"], "A", "x") == COMPOSE.replace("A=1", "A=x")
    assert take(COMPOSE, ["services", "b"], "B") == COMPOSE.replace("    - B=2\n", "")
    assert take(COMPOSE, ["services", "a"], "A") == COMPOSE.replace("A: 1 # one", "# one")


def test_what_held_only_that_variable_goes_too() -> None:
    text = "services:\n  a:\n    image: x\n    environment: [A=1]\n"
    assert take(text, ["services", "a"], "A") == "services:\n  a:\n    image: x\n"


@pytest.mark.parametrize(
    ("text", "column", "after"),
    [
        ("ENV A=all\n", 5, "ENV A=b,c\n"),
        ("ENV A=all B=2 \\\n", 5, "ENV A=b,c B=2 \\\n"),
        ("ENV X=A A=all\n", 9, "ENV X=A A=b,c\n"),
        ('ENV A="all"\n', 5, 'ENV A="b,c"\n'),
        ("ENV A='all'", 5, "ENV A='b,c'"),
        ("ENV A  all\n", 5, "ENV A  b,c\n"),
    ],
)
def test_a_build_file_gets_another_value(text: str, column: int, after: str) -> None:
    assert in_build_file(f"FROM x\r\n{text}", 2, column, "A", "b,c") == f"FROM x\r\n{after}"


def test_a_value_with_blanks_gets_quotes() -> None:
    assert in_build_file("ENV A=all\n", 1, 5, "A", "b c") == 'ENV A="b c"\n'


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("ENV A=$X\n", 1, "put together"),
        ("ENV A=a$X\n", 1, "put together"),
        ("ENV A=\n", 1, "put together"),
        ('ENV A="a"b\n', 1, "put together"),
        ("ENV B=1\n", 1, "not where it was"),
        ("ENV A=1\n", 2, "not where it was"),
        ("ENV A=1\n", 0, "not where it was"),
    ],
)
def test_what_is_not_plain_is_refused(text: str, line: int, reason: str) -> None:
    with pytest.raises(RepairError, match=reason):
        in_build_file(text, line, 5, "A", "x")
