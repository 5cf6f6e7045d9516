"""Policy of audit.k8s.io -> `audit_policy`.

The first rule that matches a request decides its level and the stages that are left out; a request that none matches
leaves no record. A level that is none of the four is refused by the API server: what it was to be is unknown.
Sources: audit.k8s.io/v1; kubernetes/kubernetes, staging/src/k8s.io/apiserver/pkg/audit/policy/checker.go and
pkg/apis/audit/validation; checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import elements, name_of, names, plain, steps, texts
from holdfast.core.fact import Fact
from holdfast.kinds.audit_policy import AuditPolicy, AuditRule

BODIES = ("Request", "RequestResponse")
LEVELS = frozenset(("None", "Metadata", *BODIES))
ANSWERED = frozenset(("RequestReceived", "ResponseComplete"))
STREAMED = frozenset((*ANSWERED, "ResponseStarted"))
"""The stages that a request goes through which is answered at once, and one that lasts."""
STAGES = frozenset((*STREAMED, "Panic"))
EVERYONE = "system:authenticated"
"""The group of all that show who they are."""


class Asked(NamedTuple):
    """A request that a policy should leave a record of, whoever makes it."""

    group: str
    resource: str
    verb: str
    stages: frozenset[str] = ANSWERED
    """The stages that it goes through; a record of one of them is enough."""


SECRETS = (Asked("", "secrets", "get"), Asked("", "secrets", "update"))
BEARING = (
    (Asked("", "secrets", "get"), BODIES[1:]),
    (Asked("", "secrets", "list"), BODIES[1:]),
    (Asked("", "secrets", "create"), BODIES),
    (Asked("", "secrets", "update"), BODIES),
    (Asked("", "secrets", "patch"), BODIES),
    # A TokenRequest is answered with a bearer token, and a TokenReview asks about one.
    (Asked("", "serviceaccounts/token", "create"), BODIES[1:]),
    (Asked("authentication.k8s.io", "tokenreviews", "create"), BODIES),
)
"""Requests that carry a credential, and the levels at which it comes into the log."""
EXEC = tuple(Asked("", f"pods/{way}", "create", STREAMED) for way in ("exec", "attach", "portforward"))
RIGHTS = (
    Asked("rbac.authorization.k8s.io", "clusterrolebindings", "create"),
    Asked("rbac.authorization.k8s.io", "rolebindings", "create"),
    Asked("rbac.authorization.k8s.io", "clusterroles", "update"),
)
PODS = (Asked("", "pods", "create"),)


def audit_policy(fields: Fields) -> AuditPolicy:
    """The facts of an audit policy."""
    found = elements(fields, "rules", "rules")
    name = name_of(fields) or "audit-policy"
    stages = names(fields, "omitStages", "omitted_stages")
    if isinstance(found, UnsetType):
        return AuditPolicy(name=name, omitted_stages=stages)
    rules = [_rule(item, stages) for item in found]
    return AuditPolicy(
        name=name,
        rules=_marked(rules),
        records_secrets=_recorded(rules, SECRETS),
        records_exec=_recorded(rules, EXEC),
        records_rights=_recorded(rules, RIGHTS),
        records_pods=_recorded(rules, PODS),
        omitted_stages=stages,
    )


def _rule(item: Fields, stages: Fact[list[str]]) -> AuditRule:
    lists = {
        "users": names(item, "users", "users"),
        "groups": names(item, "userGroups", "groups"),
        "verbs": names(item, "verbs", "verbs"),
        "namespaces": names(item, "namespaces", "namespaces"),
        "resources": _resources(item),
        "urls": names(item, "nonResourceURLs", "urls"),
    }
    unread = any(isinstance(found, UnsetType) for found in lists.values())
    level, omitted = item.text("level", "level", UNSET), names(item, "omitStages", "omitted_stages")
    left_out = sorted({*stages, *omitted}) if isinstance(stages, list) and isinstance(omitted, list) else None
    return AuditRule(
        level=level if level in LEVELS else UNSET,
        omitted_stages=UNSET if left_out is None or not STAGES.issuperset(left_out) else left_out,
        everything=UNSET if unread else not any(lists.values()),
        holds_secrets=False,
        **lists,
    )


def _resources(item: Fields) -> list[str] | UnsetType:
    """`group/resource`; a group alone is all of it, names limit it further."""
    item.note("resources", "resources")
    listed = steps(item, "resources")
    if isinstance(listed, UnsetType):
        return UNSET
    found = []
    for each in listed:
        group, inside = each.data.get("group", ""), texts(each.data.get("resources"))
        if isinstance(inside, UnsetType) or not plain(group):
            return UNSET
        limited = ":" if each.data.get("resourceNames") else ""
        found += [f"{group}/{resource}{limited}" for resource in inside or ["*"]]
    return found


def _matches(rule: AuditRule, asked: Asked) -> Fact[bool]:
    """Whether a rule decides the request whoever makes it: not one about some users, groups or namespaces.

    One about all that show who they are is one about everyone.
    """
    if rule.everything is True:
        return True
    if rule.everything is UNSET:
        return UNSET
    some = rule.groups and EVERYONE not in _listed(rule.groups)
    if rule.users or some or rule.namespaces or rule.urls:
        return False
    if rule.verbs and asked.verb not in _listed(rule.verbs):
        return False
    return not rule.resources or any(_covers(name, asked) for name in _listed(rule.resources))


def _listed(fact: Fact[list[str]]) -> Sequence[str]:
    return fact if isinstance(fact, list) else ()


def _covers(name: str, asked: Asked) -> bool:
    """`*` is everything, `pods` not its subresources, `pods/*` both, `*/exec` that of any resource."""
    group, _, resource = name.partition("/")
    if group != asked.group or name.endswith(":"):
        return False
    main, _, sub = asked.resource.partition("/")
    return resource in ("*", asked.resource, f"{main}/*", *((f"*/{sub}",) if sub else ()))


def _recorded(rules: Sequence[AuditRule], several: Sequence[Asked]) -> Fact[bool]:
    answers = {_level(rules, asked) for asked in several}
    return False if "None" in answers else UNSET if UNSET in answers else True


def _level(rules: Sequence[AuditRule], asked: Asked) -> Fact[str]:
    for rule in rules:
        matched = _matches(rule, asked)
        if matched is UNSET:
            return UNSET
        if matched:
            return _kept(rule, asked)
    return "None"


def _kept(rule: AuditRule, asked: Asked) -> Fact[str]:
    """The level at which a rule records a request: none where every stage of it is left out."""
    if rule.level == "None" or not isinstance(rule.omitted_stages, list):
        return rule.level if rule.level == "None" else UNSET
    return "None" if asked.stages.issubset(rule.omitted_stages) else rule.level


def _marked(rules: Sequence[AuditRule]) -> list[AuditRule]:
    """The rules, those marked under which the contents of Secrets, or tokens, come into the log."""
    marked = list(rules)
    for asked, levels in BEARING:
        for position, rule in enumerate(rules):
            matched = _matches(rule, asked)
            if matched is False and not _part(rule, asked):
                continue
            kept = _kept(rule, asked)
            if marked[position].holds_secrets is True:
                pass
            elif kept in levels and matched is not UNSET:
                marked[position] = replace(rule, holds_secrets=True)
            elif (matched is UNSET or kept is UNSET) and kept != "None":
                marked[position] = replace(marked[position], holds_secrets=UNSET)
            if matched is not False:
                break
    return marked


def _part(rule: AuditRule, asked: Asked) -> bool:
    """Whether a rule about some users, groups or namespaces decides the request where they make it."""
    if rule.urls and not rule.resources:
        return False
    return _matches(replace(rule, users=[], groups=[], namespaces=[], urls=[]), asked) is True
