"""Every shipped rule: its examples come out as they say, and they notice every mutant of its condition."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.app.rulebook import authored
from holdfast.app.rules import skeleton, try_rule
from holdfast.core.cel.check import check
from holdfast.core.cel.parse import parse
from holdfast.core.cel.printing import show
from holdfast.core.cel.types import describe
from holdfast.core.rule import Rule
from holdfast.engine.author import compile_rule
from holdfast.engine.rulebook import AUTHORED, load_shipped
from holdfast.kinds import catalog

RULES = [rule for _, rule in authored(AUTHORED)]
REQUIREMENTS = Path(__file__).parents[2] / "src/holdfast/frameworks/requirements.csv"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_come_out_as_they_say_and_notice_every_mutant(rule: Rule) -> None:
    report = try_rule(rule)
    assert [verdict for verdict in report.verdicts if not verdict.right] == []
    assert report.survivors == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: Rule) -> None:
    assert rule.title[0].isupper() or rule.title[0].isdigit()
    assert not rule.title.endswith(".")
    assert rule.because.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.sources
    assert "ai-default" not in rule.profiles or rule.maturity == "stable"
    assert all(source.checked >= "2026-01-01" for source in rule.sources)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_printing_a_condition_and_parsing_it_again_changes_nothing(rule: Rule) -> None:
    tree = rule.trees().fails_when
    kind = catalog.kind(rule.kind)
    assert kind is not None
    scope = dict(describe(kind).fields or {})
    condition = rule.trees()
    if condition.each is not None:
        element = check(parse(show(condition.each)), scope)[1].of
        assert element is not None
        scope[condition.variable] = element
    again, _ = check(parse(show(tree)), scope)
    assert show(again) == show(tree)


def test_the_shipped_rulebook_is_the_rules_folder() -> None:
    assert {rule.id for rule in load_shipped()} == {rule.id for rule in RULES}


@pytest.mark.parametrize("kind", catalog.names())
def test_a_new_rule_passes_its_own_test(kind: str) -> None:
    text = skeleton(kind, "our-rule")
    fields = describe(catalog.kind(kind) or type(None)).fields or {}  # type: ignore[arg-type]
    if "name" in fields:
        assert try_rule(compile_rule(text.encode(), "new.yaml")).right
