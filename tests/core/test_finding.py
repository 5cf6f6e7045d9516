"""Fingerprints, baselines and results: the contracts that scripts depend on."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from holdfast.core import baseline as baselines
from holdfast.core.cel.parse import parse
from holdfast.core.coverage import Gap
from holdfast.core.finding import Finding, Location, Suppression, fingerprint
from holdfast.core.result import Examined, Result
from holdfast.core.rule import SEVERITIES, Condition, Rule, Severity, Source, rank


def finding(rule: str = "r", **more: Any) -> Finding:
    base: dict[str, Any] = {
        "title": "T",
        "status": "fail",
        "severity": "high",
        "confidence": "high",
        "asset": "workload/default/train",
        "location": Location("a.yaml", 3, 5, "/spec"),
        "message": "train: T",
        "facts": {"containers[0].privileged": True},
        "because": "B.",
        "fix": "F.",
        "requirements": ("G16",),
        "tags": (),
        "fingerprint": f"{rule}-print",
    }
    return Finding(rule, **{**base, **more})


def result(*findings: Finding, unknown: tuple[Finding, ...] = (), gaps: tuple[Gap, ...] = ()) -> Result:
    return Result(findings, unknown, (), Examined(1, gaps, {"workload": 1}, 0, 0), ())


# --- rules ---------------------------------------------------------------------------------------


def test_severities_are_ordered() -> None:
    assert SEVERITIES == ("info", "low", "medium", "high", "critical") == get_args(Severity)
    assert [rank(severity) for severity in SEVERITIES] == [0, 1, 2, 3, 4]


def test_a_rule_is_its_own_json() -> None:
    condition = Condition(parse("c.privileged"), parse("c.gpu_count > 0"), parse("containers"), "c")
    rule = Rule(
        id="x",
        title="T",
        kind="workload",
        fails_when="c.privileged",
        severity="high",
        confidence="low",
        because="B.",
        fix="F.",
        condition=msgspec.Raw(msgspec.json.encode(condition)),
        sources=(Source("S", "2026-11-21"),),
    )
    again = msgspec.json.decode(msgspec.json.encode(rule), type=Rule)
    assert msgspec.json.encode(again) == msgspec.json.encode(rule)
    assert again.trees() == condition


# --- fingerprints --------------------------------------------------------------------------------


def test_a_fingerprint_is_32_hexadecimal_digits_for_ever() -> None:
    assert fingerprint("rule", "workload/ns/x", "train", {".privileged": True}) == "57dd127db7ca8b771a40bddd703410b5"


@pytest.mark.parametrize(
    "other",
    [
        ("rule2", "asset", "el", {"a": 1, "b": "x"}),
        ("rule", "asset2", "el", {"a": 1, "b": "x"}),
        ("rule", "asset", "el2", {"a": 1, "b": "x"}),
        ("rule", "asset", "el", {"a": 2, "b": "x"}),
        ("rule", "asset", "el", {"a": "1", "b": "x"}),
        ("rule", "asset", "el", {"a": 1}),
        ("rule", "asset", "el", {"a": 1, "b": None}),
        ("rule", "asset", "el", {"a": "1\0b=x"}),
    ],
)
def test_a_fingerprint_changes_with_rule_asset_element_and_evidence(
    other: tuple[str, str, str, dict[str, Any]],
) -> None:
    assert fingerprint("rule", "asset", "el", {"a": 1, "b": "x"}) != fingerprint(*other)


def test_a_fingerprint_does_not_depend_on_the_order_of_evidence() -> None:
    first = {"a": {"x": "1", "y": "2"}, "b": ["\ud800"]}
    second = {"b": ["\ud800"], "a": {"y": "2", "x": "1"}}
    assert fingerprint("r", "a", "", first) == fingerprint("r", "a", "", second)


@settings(max_examples=100, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(
    left=st.dictionaries(st.text(max_size=3), st.one_of(st.text(max_size=3), st.integers(0, 3), st.none()), max_size=3),
    right=st.dictionaries(
        st.text(max_size=3), st.one_of(st.text(max_size=3), st.integers(0, 3), st.none()), max_size=3
    ),
)
def test_fingerprints_are_equal_when_the_evidence_is(left: dict[str, Any], right: dict[str, Any]) -> None:
    same = fingerprint("r", "a", "", left) == fingerprint("r", "a", "", right)
    assert same == (left == right)


# --- results -------------------------------------------------------------------------------------

SUPPRESSED = Suppression("because", "comment")


@pytest.mark.parametrize(
    ("made", "fail_on", "strict", "code"),
    [
        (result(), "info", False, 0),
        (result(finding(severity="high")), "high", False, 1),
        (result(finding(severity="critical")), "high", False, 1),
        (result(finding(severity="medium")), "high", False, 0),
        (result(finding(severity="info")), "info", False, 1),
        (result(finding(suppressed=SUPPRESSED)), "info", False, 0),
        (result(unknown=(finding(severity="high"),)), "high", False, 3),
        (result(unknown=(finding(severity="medium"),)), "high", False, 0),
        (result(unknown=(finding(severity="medium"),)), "high", True, 3),
        (result(unknown=(finding(suppressed=SUPPRESSED),)), "high", True, 0),
        (result(gaps=(Gap("a", "cut short", "unreadable"),)), "high", False, 3),
        (result(gaps=(Gap("a", "a template", "template"),)), "high", False, 0),
        (result(gaps=(Gap("a", "a link", "left_out"),)), "high", False, 0),
        (result(gaps=(Gap("a", "a template", "template"),)), "high", True, 3),
        (result(finding(), gaps=(Gap("a", "cut short", "unreadable"),)), "high", False, 1),
        (result(finding(), unknown=(finding(),)), "high", True, 1),
    ],
)
def test_the_exit_code_is_1_for_findings_then_3_for_what_was_not_judged(
    made: Result, fail_on: Severity, strict: bool, code: int
) -> None:
    assert made.exit_code(fail_on, strict_coverage=strict) == code


def test_open_findings_come_worst_first_then_surest_then_by_rule_and_place() -> None:
    order = [
        finding("a", severity="critical", confidence="low"),
        finding("a", severity="high", confidence="high", location=Location("a.yaml", 3, 1, "")),
        finding("a", severity="high", confidence="high", location=Location("a.yaml", 9, 1, "")),
        finding("a", severity="high", confidence="high", location=Location("b.yaml", 1, 1, "")),
        finding("b", severity="high", confidence="high"),
        finding("a", severity="high", confidence="medium"),
        finding("a", severity="info"),
    ]
    made = result(*reversed(order), finding("z", severity="critical", suppressed=SUPPRESSED))
    assert made.open() == order
    assert list(made.by_severity().items()) == [("critical", 1), ("high", 5), ("info", 1)]


# --- baselines -----------------------------------------------------------------------------------


def test_a_baseline_holds_what_is_open_and_reads_back() -> None:
    baseline = baselines.of([finding("b"), finding("a"), finding("c", suppressed=SUPPRESSED)])
    data = baselines.encode(baseline)
    assert msgspec.json.decode(data, type=baselines.Baseline) == baseline
    assert json.loads(data)["schema"] == "holdfast.baseline/1"
    assert [line.strip()[:9] for line in data.decode().splitlines() if "-print" in line] == ['"a-print"', '"b-print"']
    assert data.endswith(b"}\n")


def test_findings_in_the_baseline_do_not_count_and_new_ones_do() -> None:
    baseline = baselines.of([finding("a"), finding("c")])
    old, new, ignored = baselines.compare([finding("a"), finding("b"), finding("c", suppressed=SUPPRESSED)], baseline)
    assert (old.baseline_state, old.suppressed) == ("unchanged", Suppression("in the baseline", "baseline"))
    assert (new.baseline_state, new.suppressed) == ("new", None)
    assert (ignored.baseline_state, ignored.suppressed) == ("unchanged", SUPPRESSED)
    assert result(old, new).exit_code("high") == 1
    assert result(old).exit_code("high") == 0
