"""Text for people: short, bounded, and never steering the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from tests.report.results import EMPTY, LINES, PRIVILEGED, finding, hostile, result, results, undecided

from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding, Location
from holdfast.core.result import Examined, Result
from holdfast.core.rule import SEVERITIES
from holdfast.report.text import IN_FULL, Options, counted, render

GOLDEN = Path(__file__).parent / "golden" / "check.txt"


def source(path: str) -> Sequence[str]:
    return LINES.get(path, ())


def text(shown: Result, **options: bool) -> str:
    return render(shown, Options(source, **options)).decode()


def many(count: int) -> list[Finding]:
    """One finding each of as many rules."""
    return [finding(replace(PRIVILEGED, id=f"rule-{number:02}")) for number in range(count)]


def test_the_text_is_frozen() -> None:
    assert text(result()) == GOLDEN.read_text()


def test_a_clean_result_is_one_line() -> None:
    assert text(EMPTY) == "no findings · 0 files read, nothing to judge in them, 0 rules\n"


@pytest.mark.parametrize("count", [0, 1, IN_FULL, IN_FULL + 1, IN_FULL + 2])
def test_ten_rules_at_most_are_shown_in_full_and_the_rest_is_counted(count: int) -> None:
    shown = text(result(many(count)))
    assert shown.count("   why: ") == min(count, IN_FULL)
    left = count - IN_FULL
    if left > 0:
        assert (
            f"{left} more rule{'s fail' if left > 1 else ' fails'}; --all shows all in full:\n  high     rule-10 (1)"
            in shown
        )
    else:
        assert "--all" not in shown
    assert text(result(many(count)), everything=True).count("   why: ") == count


def test_more_findings_of_a_rule_are_places() -> None:
    places = [finding(element=str(n), location=Location("a.yaml", n, 1, "")) for n in range(1, 6)]
    assert "  also: a.yaml:2, a.yaml:3, a.yaml:4 and 1 more\n" in text(result(places))
    assert "  also: a.yaml:2\n" in text(result(places[:2]))
    assert text(result(places), everything=True).count("   why: ") == 5


def test_a_path_is_never_cut_in_two() -> None:
    path = "accelerator-cluster/stage-2/" * 5 + "pod.yaml"
    found = [finding(element=str(line), location=Location(path, line, 1, "")) for line in (1, 2)]
    assert f" {path}:2\n" in text(result(found))


def test_the_worst_comes_first() -> None:
    mixed = [finding(replace(PRIVILEGED, id=f"rule-{severity}", severity=severity)) for severity in SEVERITIES]
    assert re.findall(r"\[rule-(\w+)\]", text(result(mixed))) == ["critical", "high", "medium", "low", "info"]


def test_what_was_not_seen_is_said_and_bounded() -> None:
    gaps = [Gap(f"{number}.yaml", "not YAML", "unreadable") for number in range(13)]
    shown = text(result(unknown=[undecided()], examined=Examined(0, gaps, {"network_policy": 2}, 0, 0)))
    assert shown.count("not read ") == 10
    assert "... and 3 more that could not be read; --format json lists them\n" in shown
    assert "1 question left open, because a fact could not be seen: gpu-container-privileged (1).\n" in shown
    assert "0 files read, 2 network policies, 2 rules" in shown


def test_what_was_left_out_on_purpose_is_told_with_its_reason() -> None:
    gaps = [Gap(f"{number}.yaml", f"reason {number % 4}", "left_out") for number in range(9)]
    said = text(replace(EMPTY, examined=Examined(9, [*gaps, Gap("l", "a symbolic link", "left_out")], {}, 1, 0)))
    assert "1 symbolic link left out.\n" in said
    assert "left out (3 times): reason 0\n" in said
    assert "left out (2 times): reason 2\n" in said
    assert "... and 1 more reason; --format json lists them\n" in said


@pytest.mark.parametrize(
    ("lines", "place", "expected"),
    [
        (["a", "  b: c  "], (2, 3), "  1 | a\n  2 |   b: c\n    |   ^^^^\n"),
        (["\tb: c"], (1, 2), "  1 |     b: c\n    |     ^^^^\n"),
        (["x" * 300 + "END"], (1, 301), f"  1 | {'x' * 39}END\n    | {' ' * 39}^^^\n"),
        (["x" * 300], (1, 1), f"  1 | {'x' * 160}\n    | {'^' * 160}\n"),
        (["a"], (1, 9), "  1 | a\n    |  ^\n"),
        (["a"], (2, 1), ""),
        (["a"], (0, 1), ""),
        (["\x1b[31m: é\u202e"], (1, 1), "  1 | \\x1b[31m: é\\u202e\n    | ^^^^^^^^^^^^^^^^^\n"),
    ],
)
def test_an_excerpt_shows_the_place(lines: list[str], place: tuple[int, int], expected: str) -> None:
    shown = result([finding(location=Location("a.yaml", *place, ""))])
    out = render(shown, Options(lambda path: lines)).decode()
    excerpt = out.partition(f"a.yaml:{place[0]}:{place[1]}\n")[2].partition("   why:")[0]
    assert excerpt == expected


def test_a_column_without_end_costs_nothing() -> None:
    shown = result([finding(location=Location("deploy/train.yaml", 6, 2**31, ""))])
    assert len(text(shown)) < 4000


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[" not in text(result())
    painted = text(result(), colour=True)
    assert "\x1b[1;31mhigh\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == text(result())


def test_long_values_are_cut() -> None:
    facts = {"a": ["x" * 500, "y", "z"], "b": "w" * 500, "c": None, "d": True, "e": 3}
    shown = text(result([finding(facts=facts)]))
    flat = " ".join(shown.split())
    assert f"a = {'x' * 77}...; y; and 1 more, b = {'w' * 77}..., " in flat
    assert "c = absent, d = true, e = 3" in flat
    assert len(shown) < 2000


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (1, "file", "1 file"),
        (0, "file", "0 files"),
        (2, "role_binding", "2 role bindings"),
        (2, "network_policy", "2 network policies"),
        (2, "gateway", "2 gateways"),
        (2, "authorized_keys", "2 authorized keys"),
    ],
)
def test_numbers_are_said_in_words(count: int, noun: str, said: str) -> None:
    assert counted(count, noun) == said


def steers(shown: str) -> bool:
    return any(not char.isprintable() for char in shown.replace("\n", ""))


def test_hostile_texts_never_steer_the_terminal() -> None:
    for everything in (False, True):
        assert not steers(render(hostile(), Options(lambda path: [path] * 9, everything=everything)).decode())


@settings(max_examples=60, deadline=None)
@given(results())
def test_any_result_can_be_shown(any_result: Result) -> None:
    assert not steers(render(any_result, Options(lambda path: [path])).decode())


def test_an_owner_is_named_and_the_next_command_knows_where_own_rules_are() -> None:
    owned = replace(finding(PRIVILEGED), owner="platform-team")
    shown = render(replace(EMPTY, findings=[owned]), Options(source, rules=("ours",))).decode()
    assert "\n   who: platform-team\n" in shown
    assert f"\n    id: {owned.fingerprint[:12]}\n" in shown
    assert shown.endswith("next: holdfast explain gpu-container-privileged --rules ours\n")
