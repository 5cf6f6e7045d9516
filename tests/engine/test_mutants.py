"""Mutants and examples: every class of change is made, and what the examples do not pin down is named."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from tests.core.things import SCOPE
from tests.engine.rules import condition

from holdfast.core.asset import Asset
from holdfast.core.cel.check import check_bool
from holdfast.core.cel.parse import parse
from holdfast.core.cel.printing import show
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.errors import RuleError
from holdfast.core.fact import Secret
from holdfast.core.rule import Rule
from holdfast.engine.author import compile_rule
from holdfast.engine.examples import Verdict, cases, survivors, verdict
from holdfast.engine.mutants import mutants
from holdfast.kinds.workload import Container, EnvVar, Workload


def changes(fails: str, applies: str = "", each: str = "") -> list[str]:
    """The mutants, with what was not changed left out."""
    made = []
    for mutant in mutants(condition(fails, applies, each)):
        field, _, text = mutant.what.partition(": ")
        tree = mutant.condition.fails_when if field == "fails_when" else mutant.condition.applies_when
        assert tree is not None
        assert show(tree) == text
        made.append(text if field == "fails_when" else f"applies_when: {text}")
    return made


@pytest.mark.parametrize(
    ("fails", "expected"),
    [
        # each atom is negated, but not twice
        ("p", ["!p"]),
        ("!p", ["!!p"]),
        ("has(s)", ["!has(s)"]),
        ("has(tags.team)", ['!has(tags["team"])']),
        ("true", []),
        # each operand is dropped
        ("p && q", ["p", "q", "!p && q", "p && !q"]),
        ("p || !q", ["p", "!q", "!p || !q", "p || !!q"]),
        # each comparison and literal is shifted
        ("a < 1", ["!(a < 1)", "a <= 1", "a < 2", "a < 0"]),
        ("a <= 1", ["!(a <= 1)", "a < 1", "a <= 2", "a <= 0"]),
        ("a > 1", ["!(a > 1)", "a >= 1", "a > 2", "a > 0"]),
        ("a >= 1", ["!(a >= 1)", "a > 1", "a >= 2", "a >= 0"]),
        ("a == -1", ["!(a == -1)", "a == 0", "a == -2"]),
        ("d > 0.5", ["!(d > 0.5)", "d >= 0.5", "d > 1.5", "d > -0.5"]),
        ('s == "x"', ['!(s == "x")', 's == "x❌"']),
        ('s.matches("(?i)a$")', ['!s.matches("(?i)a$")', 's.matches("(?i)a$❌")']),
        ("p == true", ["!(p == true)"]),
        # each element of a list is left out
        ('s in ["x", "y"]', ['!(s in ["x", "y"])', 's in ["y"]', 's in ["x"]']),
        ('s in ["x"]', ['!(s in ["x"])', 's in ["x❌"]']),
        ("a in []", ["!(a in [])"]),
        # each quantifier becomes the other
        ("parts.exists(y, y.ok)", ["!parts.exists(y, y.ok)", "parts.all(y, y.ok)", "parts.exists(y, !y.ok)"]),
        ("parts.all(y, y.ok)", ["!parts.all(y, y.ok)", "parts.exists(y, y.ok)", "parts.all(y, !y.ok)"]),
        (
            "parts.exists_one(y, y.n > 1)",
            [
                "!parts.exists_one(y, y.n > 1)",
                "parts.exists_one(y, !(y.n > 1))",
                "parts.exists_one(y, y.n >= 1)",
                "parts.exists_one(y, y.n > 2)",
                "parts.exists_one(y, y.n > 0)",
            ],
        ),
        (
            "size(parts.filter(y, y.ok)) > a",
            [
                "!(size(parts.filter(y, y.ok)) > a)",
                "size(parts.filter(y, y.ok)) >= a",
                "size(parts.filter(y, !y.ok)) > a",
            ],
        ),
        (
            "nums.map(y, y + 1) == nums",
            ["!(nums.map(y, y + 1) == nums)", "nums.map(y, y + 2) == nums", "nums.map(y, y + 0) == nums"],
        ),
        # operands of everything else
        ("a + 1 == b", ["!(a + 1 == b)", "a + 2 == b", "a + 0 == b"]),
        ("-a == b", ["!(-a == b)"]),
        ('s.startsWith("x")', ['!s.startsWith("x")', 's.startsWith("x❌")']),
        ("names[0] == s", ["!(names[0] == s)", "names[1] == s", "names[-1] == s"]),
        ('tags["k"] == s', ['!(tags["k"] == s)', 'tags["k❌"] == s']),
        ("parts[0].ok", ["!parts[0].ok", "parts[1].ok", "parts[-1].ok"]),
        # both answers of a conditional are conditions, but for a constant
        (
            "p ? q : a > b",
            ["!(p ? q : a > b)", "!p ? q : a > b", "p ? !q : a > b", "p ? q : !(a > b)", "p ? q : a >= b"],
        ),
        ("p ? q : false", ["!(p ? q : false)", "!p ? q : false", "p ? !q : false"]),
        (
            "(p ? a : 1) > b",
            ["!((p ? a : 1) > b)", "(p ? a : 1) >= b", "(!p ? a : 1) > b", "(p ? a : 2) > b", "(p ? a : 0) > b"],
        ),
    ],
)
def test_every_class_of_mutant_is_made(fails: str, expected: list[str]) -> None:
    assert changes(fails) == expected


def test_the_guard_is_changed_too_and_the_list_is_not() -> None:
    assert changes("x.ok", "x.n > 0", "parts") == [
        "!x.ok",
        "applies_when: !(x.n > 0)",
        "applies_when: x.n >= 0",
        "applies_when: x.n > 1",
        "applies_when: x.n > -1",
    ]


def test_every_mutant_of_a_typed_condition_has_its_types() -> None:
    fails = 'p ? s in ["x", "y"] && tags["k"].matches("a") : parts.all(y, y.n > 0 || !has(y.name)) && names[0] == "z"'
    for mutant in mutants(condition(fails)):
        assert check_bool(parse(show(mutant.condition.fails_when)), SCOPE, "it")


# --- examples ------------------------------------------------------------------------------------


def written(fails: str, passing: str, failing: str, applies: str = "true", kind: str = "workload") -> Rule:
    text = dedent("""\
        id: a-rule
        title: A container is privileged
        kind: {kind}
        each: containers as c
        applies_when: {applies}
        fails_when: {fails}
        severity: high
        because: It is.
        fix: Do not.
        sources: [{{title: Somewhere, checked: "2026-11-21"}}]
        passing:
        {passing}
        failing:
        {failing}
        """)
    fill = {"fails": fails, "applies": applies, "passing": passing, "failing": failing, "kind": kind}
    return compile_rule(text.format(**fill).encode(), "r.yaml")


def nothing(name: str, data: bytes) -> list[Asset]:
    return []


def verdicts(rule: Rule, collect: Any = nothing) -> list[Verdict]:
    return [verdict(rule, rule.trees(), case, {}) for case in cases(rule, collect)]


def test_an_example_comes_out_as_the_worst_of_its_answers() -> None:
    rule = written(
        "c.privileged",
        passing="- facts: {containers: [{gpu_count: 1, privileged: false}]}\n"
        "- {title: no GPU, facts: {containers: [{gpu_count: 0, privileged: true}]}}\n"
        "- facts: {containers: []}\n"
        "- facts: {containers: [{gpu_count: 1, privileged: true}, {gpu_count: 1}]}",
        failing="- facts: {containers: [{gpu_count: 1, privileged: false}, {gpu_count: 1, privileged: true}, {}]}\n"
        "- facts: {containers: [{gpu_count: 1, privileged: null}]}\n"
        "- facts: {containers: [{gpu_count: 1, privileged: false}]}",
        applies="c.gpu_count > 0",
    )
    found = verdicts(rule)
    assert [(v.name, v.got, v.right) for v in found] == [
        ("passing example 1", "pass", True),
        ("passing example 2 (no GPU)", "not applicable", True),
        ("passing example 3", "not applicable", True),
        ("passing example 4", "fail", False),
        ("failing example 1", "fail", True),
        ("failing example 2", "unknown", False),
        ("failing example 3", "pass", False),
    ]
    assert [v.expected for v in found] == ["pass"] * 4 + ["fail"] * 3


def test_native_text_goes_through_the_collector() -> None:
    seen = []

    def collect(name: str, data: bytes) -> list[Asset]:
        seen.append((name, data))
        other = Asset("node/x/y", type("Other", (), {"kind": "node"})(), "file")
        return [other, Asset("workload/x/y", Workload(containers=[Container(privileged=data == b"yes\n")]), "file")]

    rule = written(
        "c.privileged", "- {source: a.yaml, text: no}".replace("no", '"no\\n"'), "- source: b.yaml\n  text: |\n    yes"
    )
    assert [v.got for v in verdicts(rule, collect)] == ["pass", "fail"]
    assert seen == [("a.yaml", b"no\n"), ("b.yaml", b"yes\n")]


def test_native_text_that_shows_nothing_is_an_error() -> None:
    rule = written("c.privileged", "- {source: a.yaml, text: x}", "- facts: {containers: []}")
    with pytest.raises(RuleError) as caught:
        cases(rule, nothing)
    assert (caught.value.what, caught.value.where) == (
        "passing example 1: the collector sees no workload in it",
        "a-rule",
    )


def test_a_compiled_rule_that_no_longer_fits_the_kinds_is_an_error() -> None:
    import msgspec
    from msgspec.structs import replace

    rule = written("c.privileged", "- facts: {containers: []}", "- facts: {containers: []}")
    with pytest.raises(RuleError, match="there is no kind `gone`"):
        cases(replace(rule, kind="gone"), nothing)
    stale = replace(rule, examples=msgspec.Raw(b'{"passing":[{"facts":{"containers":7}}],"failing":[]}'))
    with pytest.raises(RuleError) as caught:
        cases(stale, nothing)
    assert caught.value.what == "passing example 1: Expected `array | null`, got `int` - at `$.containers`"
    assert caught.value.hint == "`holdfast kinds show workload`"


def test_a_secret_of_an_example_is_a_secret() -> None:
    rule = written(
        'c.env.exists(e, e.value == "x")', "- facts: {containers: []}", "- facts: {containers: [{env: [{value: x}]}]}"
    )
    assert [v.right for v in verdicts(rule)] == [True, True]
    facts: Any = cases(rule, nothing)[1].assets[0].facts
    env: list[EnvVar] = facts.containers[0].env
    assert isinstance(env[0].value, Secret)


PASSING = "- facts: {containers: [{privileged: false, gpu_count: 1}]}"
FAILING = "- facts: {containers: [{privileged: true, gpu_count: 1}]}"


def surviving(rule: Rule) -> list[str]:
    return list(survivors(rule, cases(rule, nothing), {}))


def test_examples_that_pin_the_condition_down_leave_no_survivor() -> None:
    assert surviving(written("c.privileged", PASSING, FAILING)) == []


def test_a_redundant_atom_survives() -> None:
    rule = written(
        'c.privileged && c.role != "zzz"',
        PASSING.replace("gpu_count: 1", "role: main"),
        FAILING.replace("gpu_count: 1", "role: main"),
    )
    assert surviving(rule) == ["fails_when: c.privileged", 'fails_when: c.privileged && c.role != "zzz❌"']


def test_a_bound_that_no_example_touches_survives() -> None:
    rule = written(
        "c.gpu_count > 4", "- facts: {containers: [{gpu_count: 0}]}", "- facts: {containers: [{gpu_count: 8}]}"
    )
    assert surviving(rule) == [
        "fails_when: c.gpu_count >= 4",
        "fails_when: c.gpu_count > 5",
        "fails_when: c.gpu_count > 3",
    ]
    exact = written(
        "c.gpu_count > 4", "- facts: {containers: [{gpu_count: 4}]}", "- facts: {containers: [{gpu_count: 5}]}"
    )
    assert surviving(exact) == []


def test_a_guard_that_no_example_needs_survives() -> None:
    rule = written("c.privileged", PASSING, FAILING, applies="c.gpu_count > 0")
    assert surviving(rule) == ["applies_when: c.gpu_count >= 0", "applies_when: c.gpu_count > -1"]
    zero = PASSING + "\n- facts: {containers: [{privileged: true, gpu_count: 0}]}"
    assert surviving(written("c.privileged", zero, FAILING, applies="c.gpu_count > 0")) == []


def test_an_unknown_notices_a_mutant_too() -> None:
    rule = written(
        "c.privileged || c.rdma",
        "- facts: {containers: [{privileged: false, rdma: false}]}",
        FAILING + "\n- facts: {containers: [{rdma: true}]}",
    )
    assert surviving(rule) == []
    assert UNKNOWN is not None
