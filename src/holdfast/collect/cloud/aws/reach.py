"""What access lists of its subnet let in to an instance.

Source: Amazon VPC User Guide, "Network ACLs" (rules by number, the first that fits decides, the last denies);
Terraform AWS provider 6, `aws_network_acl` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import ANY_ADDRESS, Block
from holdfast.core.known import known

LAST = 32767
"""The number of the rule that denies what no other one speaks of."""


def lists(subnets: Sequence[object], stack: Stack) -> str | None:
    """What access lists let in to subnets of which machines lie in any one; `part` where they differ."""
    found = {_lists(subnet, stack) for subnet in subnets}
    return found.pop() if len(found) == 1 else "part" if found else None


def _lists(subnet: object, stack: Stack) -> str | None:
    """What access lists let in to a subnet: `nothing`, `part`, or None where no list is declared or it lets all in."""
    declared = stack.target(subnet)
    if declared is None:
        return None
    answers = [_list(each, stack) for each in stack.of("aws_network_acl") if _holds(each, declared, stack)]
    return next((each for each in answers if each is not None), None)


def _holds(resource: Resource, subnet: Resource, stack: Stack) -> bool:
    """Whether an access list is the subnet's own, by its list or by an association."""
    named = known(resource.attributes.get("subnet_ids"))
    joined = stack.joined("aws_network_acl_association", "network_acl_id", resource).resources
    values = [*(named if isinstance(named, list) else []), *(each.attributes.get("subnet_id") for each in joined)]
    return any(stack.means(value, subnet) for value in values)


def _list(resource: Resource, stack: Stack) -> str | None:
    """What one list lets in; rules for a part of the ports or addresses leave open which packets get through."""
    own = Block(resource, {})
    apart = stack.joined("aws_network_acl_rule", "network_acl_id", resource)
    outer = [Block(each, {}) for each in apart.resources]
    rules = [*own.blocks("ingress"), *(each for each in outer if each.flag("egress", default=False) is not True)]
    if own.unseen("ingress") or not apart.complete:
        return "part"
    allowing = False
    for rule in sorted(rules, key=_number):
        action = rule.text("action" if "action" in rule else "rule_action")
        range = rule.text("cidr_block")
        if "cidr_block" not in rule and "ipv6_cidr_block" in rule:
            continue
        if action == "allow":
            if range == ANY_ADDRESS and rule.text("protocol") in ("-1", "all"):
                return "part" if allowing else None
            allowing = True
        elif action == "deny" and range == ANY_ADDRESS and rule.text("protocol") in ("-1", "all"):
            break
        else:
            allowing = True
    return "part" if allowing else "nothing"


def _number(rule: Block) -> int:
    found = rule.number("rule_no" if "rule_no" in rule else "rule_number")
    return found if isinstance(found, int) else LAST
