"""Whether policies of a mesh demand the tokens that its workloads accept.

A RequestAuthentication refuses a wrong token, not a missing one. Whether one is demanded an AuthorizationPolicy says;
those outside the files may demand it, so that false is said only where one lets everyone in. Istio asks DENY policies
first: one about callers without a token settles it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.isolation import scope
from holdfast.kinds.authorization_policy import AuthorizationPolicy, AuthorizationRule
from holdfast.kinds.request_authentication import RequestAuthentication


def mesh(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`demanded` of request authentications."""
    del edges
    asking = [(at, asset) for at, asset in enumerate(assets) if isinstance(asset.facts, RequestAuthentication)]
    if not asking:
        return
    policies: dict[object, list[AuthorizationPolicy]] = {}
    for asset in assets:
        if isinstance(asset.facts, AuthorizationPolicy):
            policies.setdefault(scope(asset.facts.namespace, asset.path), []).append(asset.facts)
    for position, asset in asking:
        facts = asset.facts
        if isinstance(facts, RequestAuthentication):
            same = [each for each in policies.get(scope(facts.namespace, asset.path), ()) if _same(each, facts)]
            demanded = _demanded(same)
            if demanded is not None:
                yield position, {"demanded": demanded}


def _same(policy: AuthorizationPolicy, request: RequestAuthentication) -> bool:
    """Whether a policy governs all workloads that accept the tokens."""
    if not isinstance(policy.selector, dict) or not isinstance(request.selector, dict) or policy.targets != []:
        return False
    return policy.selector.items() <= request.selector.items()


def _demanded(policies: Sequence[AuthorizationPolicy]) -> bool | None:
    rules = [(policy.action, rule) for policy in policies for rule in _rules(policy.rules)]
    if any(action == "DENY" and rule.without_token and rule.any_operation for action, rule in rules):
        return True
    if any(action == "CUSTOM" for action, _ in rules):
        return None  # an external service decides
    if any(action == "ALLOW" and rule.anyone and rule.any_operation for action, rule in rules):
        return False
    allowing = [rule for action, rule in rules if action == "ALLOW"]
    return True if allowing and all(rule.request_principals for rule in allowing) else None


def _rules(rules: Fact[list[AuthorizationRule]]) -> Sequence[AuthorizationRule]:
    return rules if isinstance(rules, list) else ()
