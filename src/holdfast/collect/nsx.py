"""Exports of NSX's policy API, and of the older management API (JSON) -> `distributed_firewall`.

`GET /policy/api/v1/infra?filter=Type-...` gives a tree of children, a list of policies has `results`, and a policy may
stand alone: whatever is around it, a mapping with `resource_type` and `rules` is one.
The management API (removed in 9.0) has sections with rules; their lists are references, and empty for everything.
Source: NSX-T Data Center REST API, policy: SecurityPolicy, GatewayPolicy, Rule; `ANY` stands for everything;
FirewallSectionRuleList, FirewallRule (4.2), checked 2026-11-30.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.fields import Fields, escape
from holdfast.collect.kubernetes.elements import elements, names, steps
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, Sequence, load
from holdfast.kinds.distributed_firewall import DistributedFirewall, FirewallRule

POLICIES = frozenset(("SecurityPolicy", "GatewayPolicy"))
SECTIONS = frozenset(("FirewallSection", "FirewallSectionRuleList"))
SIGNS = (b'"destination_groups"', b'"FirewallSection')
"""Texts of which every export holds one."""
LAYER_2 = "Ethernet"
ANY = "ANY"
SOURCE = "nsx"


def is_export(data: bytes) -> bool:
    """Whether a JSON text may be an export; it is a look only."""
    return b'"resource_type"' in data and any(sign in data for sign in SIGNS)


def read(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The policies of an export."""
    try:
        value = load(data)
    except FormatError as error:
        yield Gap(path, f"not readable as JSON: {error.what}", "unreadable", error.line)
        return
    seen: Counter[str] = Counter()
    for policy, pointer in _policies(value):
        spots: dict[str, Spot] = {}
        fields = Fields(policy, pointer, "", spots, 1)
        fields.here()
        section = policy["resource_type"] in SECTIONS
        if section and "rules" not in policy:
            if policy.get("rule_count") != 0:
                name = str(policy.get("display_name") or policy.get("id"))[:100]
                yield Gap(path, f"the section {name} is named without its rules", "left_out", fields.spots[""].line)
            continue
        facts = _section(fields) if section else _policy(fields)
        known = f"{facts.kind}/{path}/{facts.controller}.{facts.name}"
        seen[known] += 1
        yield Asset(known if seen[known] == 1 else f"{known}~{seen[known]}", facts, SOURCE, path, spots)


def _policies(value: Any) -> Iterator[tuple[Mapping, str]]:
    """Every policy in a tree, in the order of the source."""
    stack: list[tuple[Any, str]] = [(value, "")]
    while stack:
        item, pointer = stack.pop()
        if isinstance(item, Mapping):
            kind = str(item.get("resource_type"))
            if (kind in POLICIES and "rules" in item) or kind in SECTIONS:
                yield item, pointer
                continue
            stack.extend((item[key], f"{pointer}/{escape(key)}") for key in reversed(item))
        elif isinstance(item, Sequence):
            stack.extend((item[at], f"{pointer}/{at}") for at in range(len(item) - 1, -1, -1))


def _policy(fields: Fields) -> DistributedFirewall:
    found = elements(fields, "rules", "rules")
    return DistributedFirewall(
        name=fields.text("display_name", "name", fields.text("id", "name", "")),
        controller=fields.text("resource_type", "controller", ""),
        category=fields.text("category", "category", None),
        rules=UNSET if isinstance(found, UnsetType) else [_rule(item) for item in found],
    )


def _section(fields: Fields) -> DistributedFirewall:
    """A section of the management API."""
    found = elements(fields, "rules", "rules")
    layer = fields.text("section_type", "category", None)
    return DistributedFirewall(
        name=fields.text("display_name", "name", fields.text("id", "name", "")),
        controller="FirewallSection",
        category=layer if isinstance(layer, UnsetType) else LAYER_2 if layer == "LAYER2" else None,
        rules=UNSET if isinstance(found, UnsetType) else [_section_rule(item) for item in found],
    )


def _section_rule(item: Fields) -> FirewallRule:
    services, profiles = _referred(item, "services", "services"), _referred(item, "context_profiles", "services")
    return replace(
        _rule(item),
        sources=_referred(item, "sources", "sources"),
        destinations=_referred(item, "destinations", "destinations"),
        services=[*services, *profiles] if isinstance(services, list) and isinstance(profiles, list) else UNSET,
    )


def _referred(item: Fields, key: str, fact: str) -> Fact[list[str]]:
    """What a list of references names, services as the policy API's paths end; an own service has its place."""
    item.note(key, fact)
    found = steps(item, key)
    if isinstance(found, UnsetType):
        return UNSET
    named = [each.data.get("target_display_name") or each.data.get("target_id") for each in found]
    return [f"/{name}" if isinstance(name, str) else f"entry {at}" for at, name in enumerate(named)]


def _rule(item: Fields) -> FirewallRule:
    disabled = item.switch("disabled", "enabled", False)
    excluding = [item.switch(key, "excluding", False) for key in ("sources_excluded", "destinations_excluded")]
    return FirewallRule(
        name=item.text("display_name", "name", item.text("id", "name", "")),
        action=item.text("action", "action", UNSET),
        enabled=UNSET if isinstance(disabled, UnsetType) else not disabled,
        sources=_named(item, "source_groups", "sources"),
        destinations=_named(item, "destination_groups", "destinations"),
        services=_services(item),
        excluding=True if True in excluding else UNSET if UNSET in excluding else False,
        logged=item.switch("logged", "logged", False),
        is_default=item.switch("is_default", "is_default", False),
    )


def _named(item: Fields, key: str, fact: str) -> Fact[list[str]]:
    found = names(item, key, fact)
    return found if isinstance(found, UnsetType) else [name for name in found if name != ANY]


def _services(item: Fields) -> Fact[list[str]]:
    """The services, with those that are written into the rule itself and the profiles that narrow it further."""
    found, profiles = _named(item, "services", "services"), _named(item, "profiles", "services")
    found = [*found, *profiles] if isinstance(found, list) and isinstance(profiles, list) else UNSET
    own = item.data.get("service_entries")
    if isinstance(found, list) and isinstance(own, Sequence):
        return [*found, *(f"entry {at}" for at in range(len(own)))]
    return found
