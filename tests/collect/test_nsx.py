"""Exports of NSX's policy API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET

from holdfast.collect.files import examine
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.distributed_firewall import DistributedFirewall

RULE = {
    "resource_type": "Rule",
    "display_name": "web",
    "action": "ALLOW",
    "source_groups": ["ANY"],
    "destination_groups": ["/infra/domains/default/groups/web", "10.0.0.0/8"],
    "services": ["/infra/services/HTTPS", "ANY"],
}
POLICY = {"resource_type": "SecurityPolicy", "id": "p", "category": "Application", "rules": [RULE]}


def seen(value: object) -> list[Any]:
    return list(examine("export.json", json.dumps(value).encode()))


def test_a_policy_wherever_it_stands() -> None:
    tree = {
        "resource_type": "Infra",
        "children": [{"resource_type": "ChildSecurityPolicy", "SecurityPolicy": POLICY}, {"a": [POLICY, 1]}],
    }
    for value, count in ((POLICY, 1), ({"results": [POLICY]}, 1), (tree, 2)):
        found = seen(value)
        assert len({asset.id for asset in found}) == len(found) == count
        facts = found[0].facts
        assert isinstance(facts, DistributedFirewall)
        assert (facts.name, facts.controller, facts.category) == ("p", "SecurityPolicy", "Application")
        (rule,) = facts.rules  # type: ignore[misc, union-attr]
        assert (rule.name, rule.sources, rule.services, rule.enabled) == ("web", [], ["/infra/services/HTTPS"], True)
        assert rule.destinations == ["/infra/domains/default/groups/web", "10.0.0.0/8"]
        assert (rule.excluding, rule.logged, rule.is_default) == (False, False, False)
    assert seen(tree)[1].id == "distributed_firewall/export.json/SecurityPolicy.p~2"
    assert seen({"results": [POLICY]})[0].spot("rules[0].action").pointer == "/results/0/rules/0/action"


@pytest.mark.parametrize(
    ("change", "fact", "value"),
    [
        ({"sources_excluded": True}, "excluding", True),
        ({"destinations_excluded": "x"}, "excluding", UNSET),
        ({"disabled": True}, "enabled", False),
        ({"disabled": "x"}, "enabled", UNSET),
        ({"service_entries": [{}], "services": ["ANY"]}, "services", ["entry 0"]),
        ({"services": {}}, "services", UNSET),
        ({"services": ["ANY"], "profiles": ["ANY"]}, "services", []),
        (
            {"services": ["ANY"], "profiles": ["/infra/context-profiles/DNS"]},
            "services",
            ["/infra/context-profiles/DNS"],
        ),
        ({"profiles": {}}, "services", UNSET),
        ({"source_groups": 5}, "sources", UNSET),
    ],
)
def test_what_a_rule_says(change: dict[str, object], fact: str, value: object) -> None:
    (asset,) = seen({**POLICY, "rules": [{**RULE, **change}]})
    assert getattr(asset.facts.rules[0], fact) == value


def test_what_is_no_export_or_cannot_be_read() -> None:
    assert seen({"destination_groups": [], "services": {}}) == []
    (gap,) = examine("export.json", b'{"resource_type": "SecurityPolicy", "destination_groups": [')
    assert isinstance(gap, Gap)
    (asset,) = seen({**POLICY, "rules": "x", "destination_groups": []})
    assert isinstance(asset, Asset)
    assert asset.facts.rules is UNSET  # type: ignore[attr-defined]


REFERENCE = {"target_display_name": "web", "target_id": "5", "target_type": "NSGroup", "is_valid": True}
SECTION_RULE = {
    "id": "1",
    "display_name": "all",
    "action": "ALLOW",
    "disabled": False,
    "logged": False,
    "direction": "IN_OUT",
}
SECTION = {"resource_type": "FirewallSection", "id": "s", "section_type": "LAYER3", "rules": [SECTION_RULE]}


@pytest.mark.parametrize("kind", ["FirewallSection", "FirewallSectionRuleList"])
def test_a_section_of_the_management_api_whose_lists_are_empty_lets_everything_through(kind: str) -> None:
    (asset,) = seen({"results": [{**SECTION, "resource_type": kind}]})
    facts = asset.facts
    assert (facts.name, facts.controller, facts.category) == ("s", "FirewallSection", None)
    (rule,) = facts.rules
    assert (rule.action, rule.sources, rule.destinations, rule.services) == ("ALLOW", [], [], [])
    assert (rule.enabled, rule.excluding, rule.is_default) == (True, False, False)


@pytest.mark.parametrize(
    ("change", "fact", "value"),
    [
        ({"sources": [REFERENCE]}, "sources", ["/web"]),
        ({"sources": None}, "sources", []),
        ({"sources": "x"}, "sources", UNSET),
        ({"destinations": [{"target_id": "5"}]}, "destinations", ["/5"]),
        ({"services": [{"target_display_name": "SSH"}, {"service": {}}]}, "services", ["/SSH", "entry 1"]),
        ({"context_profiles": [{"target_display_name": "DNS"}]}, "services", ["/DNS"]),
        ({"context_profiles": 1}, "services", UNSET),
        ({"destinations_excluded": True}, "excluding", True),
    ],
)
def test_what_a_rule_of_a_section_says(change: dict[str, object], fact: str, value: object) -> None:
    (asset,) = seen({**SECTION, "rules": [{**SECTION_RULE, **change}]})
    assert getattr(asset.facts.rules[0], fact) == value


def test_sections_of_layer_2_and_those_without_their_rules() -> None:
    (asset,) = seen({**SECTION, "section_type": "LAYER2"})
    assert asset.facts.category == "Ethernet"
    bare = {key: value for key, value in SECTION.items() if key != "rules"}
    (gap,) = seen({"results": [{**bare, "rule_count": 3}, {**bare, "rule_count": 0}]})
    assert (gap.kind, gap.reason) == ("left_out", "the section s is named without its rules")
    (asset,) = seen({**SECTION, "rules": "x"})
    assert asset.facts.rules is UNSET
