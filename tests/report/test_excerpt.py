from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.results import texts

from holdfast.report.excerpt import LONGEST, WIDTH, Line, excerpt

SECRET = "hf_0aZ9"


def one(text: str, column: int = 1) -> Line:
    (line,) = excerpt([text], 1, column, 0)
    return line


def test_the_line_is_marked_from_its_column_between_its_neighbours() -> None:
    lines = [f"line {number}" for number in range(1, 10)]
    assert list(excerpt(lines, 4, 6, 1)) == [
        Line(3, "line 3"),
        Line(4, "line ", "4"),
        Line(5, "line 5"),
    ]
    assert [line.number for line in excerpt(lines, 1, 1, 2)] == [1, 2, 3]
    assert [line.number for line in excerpt(lines, 9, 1, 2)] == [7, 8, 9]


@pytest.mark.parametrize("at", [0, -1, 3])
def test_a_line_that_is_not_there_shows_nothing(at: int) -> None:
    assert list(excerpt(["a", "b"], at, 1, 2)) == []


@pytest.mark.parametrize(
    "text",
    [
        "HF_TOKEN: {}",
        'HF_TOKEN: "{}"',
        "- {{name: HF_TOKEN, value: {}}}",
        '- {{"name": "HF_TOKEN", "value": "{}"}}',
        "export HF_TOKEN={}",
        "vllm serve --api-key {} --host 0.0.0.0",
        "args: [--model=m, --api-key, {}]",
        '["--api-key", "{}"]',
        "c.ServerApp.password = '{}'",
        "url: redis://:{}@cache:6379/0",
        "postgresql://user:{}@db/x",
        "password: redis://:{}@cache/0",
        "HF_TOKEN: a # or --token {}",
    ],
)
def test_a_credential_is_masked(text: str) -> None:
    line = one(text.format(SECRET))
    assert SECRET not in line.before + line.marked
    assert "***" in line.before + line.marked


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("- name: HF_TOKEN", f"  value: {SECRET}"),
        ('- name: "HF_TOKEN"', f'  value: "{SECRET}"'),
        ("- --api-key", f"- {SECRET}"),
        ("--api-key \\", f"  {SECRET} \\"),
        ("password:", f"  {SECRET}"),
    ],
)
def test_a_credential_on_the_next_line_is_masked_even_when_its_name_is_not_shown(first: str, second: str) -> None:
    for lines, at, context in (([first, second], 1, 1), ([first, second], 2, 0)):
        shown = "".join(line.before + line.marked for line in excerpt(lines, at, 1, context))
        assert SECRET not in shown
        assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "image: registry.example/team/train:1",
        "token: ${TOKEN}",
        'password: ""',
        "{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: hub, key: value}}}",
        "--ServerApp.token= --ServerApp.password=",
        "args: [--trust-remote-code, --max-tokens, 12]",
        "https://example.org:8080/x",
        "password:",
    ],
)
def test_what_is_no_credential_stays(text: str) -> None:
    assert one(text) == Line(1, "", text)


def test_a_key_after_a_name_is_no_credential() -> None:
    lines = ["- name: HF_TOKEN", "  valueFrom:", "    secretKeyRef: {name: hub}"]
    assert [line.before + line.marked for line in excerpt(lines, 2, 3, 1)] == lines


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (1, Line(1, "", "token: ***, host: x")),
        (8, Line(1, "token: ", "***, host: x")),
        (10, Line(1, "token: ", "***, host: x")),
        (17, Line(1, "token: ***, ", "host: x")),
    ],
)
def test_the_mark_moves_with_what_is_masked(column: int, expected: Line) -> None:
    assert one(f"token: {SECRET}, host: x"[:24], column) == expected


def test_long_lines_are_cut_around_the_place_and_longer_ones_not_shown() -> None:
    text = "a" * 1000 + "b" * 1000
    line = one(text, 1001)
    assert (line.before, line.marked) == ("…" + "a" * (WIDTH // 2), "b" * (WIDTH // 2) + "…")
    assert one("x" * (LONGEST + 1), 9) == Line(1, f"… {LONGEST + 1} characters")
    assert next(excerpt(["a" * 500, "b"], 2, 1, 1)) == Line(1, "a" * WIDTH + "…")


def test_a_column_past_the_end_marks_nothing() -> None:
    assert one("short", 99) == Line(1, "short")


@given(st.lists(texts, max_size=6), st.integers(-1, 7), st.integers(-1, 300), st.integers(0, 3))
def test_any_lines_give_short_pieces_in_order(lines: list[str], at: int, column: int, context: int) -> None:
    shown = list(excerpt(lines, at, column, context))
    assert [line.number for line in shown] == sorted({line.number for line in shown})
    assert all(len(line.before) + len(line.marked) <= WIDTH + 2 for line in shown)
    assert all(line.number == at for line in shown if line.marked)


def test_an_empty_line_shows_nothing() -> None:
    assert list(excerpt(["", "a"], 1, 1, 1)) == []
    assert list(excerpt([" \t", "a"], 1, 1, 1)) == []
