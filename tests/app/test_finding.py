"""A finding as an example for the rule's author: its facts, and none of anybody's texts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from holdfast.app.check import Request, Sources, check
from holdfast.app.finding import REPLACEMENTS, Found, redacted, redacted_example
from holdfast.app.predicates import predicates
from holdfast.config import Settings
from holdfast.core.asset import Asset
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding
from holdfast.core.rule import Rule
from holdfast.engine.author import Example
from holdfast.engine.author import facts as facts_of
from holdfast.engine.examples import Case, verdict
from holdfast.engine.rulebook import load_shipped
from holdfast.formats.yaml import load
from holdfast.kinds import catalog

ESTATE = Path(__file__).parents[2] / "examples/estate"
TODAY = date(2026, 11, 21)
RESULT = check(Request(TODAY, (str(ESTATE),), profile="strict"), Settings(), Sources())
RULES = {rule.id: rule for rule in load_shipped()}


def fails(rule: Rule, facts: dict[str, object]) -> bool:
    """Whether a rule fails on facts, as `holdfast rules test` would say."""
    kind = catalog.kind(rule.kind)
    assert kind is not None
    asset = Asset("x/example/y", facts_of(Example(facts=facts), kind), "example")
    return verdict(rule, rule.trees(), Case("a", "fail", (asset,)), predicates(TODAY)).got == "fail"


@pytest.mark.parametrize("finding", [*RESULT.findings, *RESULT.unknown], ids=lambda f: f"{f.rule}-{f.fingerprint[:4]}")
def test_an_example_fits_the_kind(finding: Finding) -> None:
    rule = RULES[finding.rule]
    try:
        document = load(redacted_example(Found(finding, rule), TODAY).encode())
    except UsageError as error:
        assert "would not fail" in error.what
        return
    (section,) = document
    assert section == ("failing" if finding.status == "fail" else "unknown")
    kind = catalog.kind(rule.kind)
    assert kind is not None
    facts = document[section][0]["facts"]
    facts_of(Example(facts=facts), kind)
    if finding.status == "fail":
        assert fails(rule, facts)


def example(facts: dict[str, object], status: str = "fail", condition: str = 'c.tag == "latest"') -> object:
    rule: Rule = msgspec.structs.replace(RULES["gpu-container-privileged"], fails_when=condition)
    finding = msgspec.structs.replace(RESULT.findings[0], facts=facts, status=status)
    return {"failing" if status == "fail" else "unknown": [{"facts": redacted(Found(finding, rule), REPLACEMENTS[0])}]}


def test_only_texts_that_the_rule_spells_out_stay() -> None:
    facts: dict[str, object] = {
        "containers[4].tag": "latest",
        "containers[4].image": "registry.internal/a",
        "containers[4].argv": ["latest", "hunter", "registry.internal/a"],
        "containers[4].env[7].name": "hunter",
        "containers[2].env[0].name": "other",
        "containers[4].gpu_count": 8,
        'labels["a.b/c"]': "secret",
        "node_selector": {"zone": "secret"},
        "host_pid": None,
        "advisories": ["CVE-1"],
        "containers": ["a", "b"],
        "volumes": [],
        "": 1,
    }
    container = {
        "tag": "latest",
        "image": "text-1",
        "argv": ["latest", "text-2", "text-1"],
        "env": [{"name": "text-2"}],
        "gpu_count": 8,
    }
    assert example(facts) == {
        "failing": [
            {
                "facts": {
                    "containers": [container, {"env": [{"name": "text-3"}]}],
                    "labels": {"text-4": "text-5"},
                    "node_selector": {"text-6": "text-5"},
                    "host_pid": None,
                    "volumes": [],
                }
            }
        ]
    }


def test_what_could_not_be_seen_is_left_out() -> None:
    assert example({"host_pid": None, "containers[0].privileged": None}, "unknown") == {"unknown": [{"facts": {}}]}
