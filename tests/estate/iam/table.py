"""Runs the written truth table: every case of the YAML files beside it, and what the code answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from holdfast.core.fact import UNSET
from holdfast.core.statement import UNRESOLVED, Statement
from holdfast.estate.iam import azure as azure_rules
from holdfast.estate.iam import conditions, match
from holdfast.estate.iam import google as google_rules
from holdfast.estate.iam.decide import Decision, decide
from holdfast.estate.iam.public import public, tls_only
from holdfast.estate.iam.request import Caller, Policies, Request
from holdfast.formats.iam import aws, azure, google

FOLDER = Path(__file__).parent


class Case(NamedTuple):
    name: str
    wanted: str
    given: Any
    group: dict[str, Any]


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for group in yaml.safe_load(path.read_text()):
            assert group["source"].startswith("https://")
            for number, given in enumerate(group["cases"], 1):
                wanted = given[-1] if isinstance(given, list) else given["answer"]
                yield Case(f"{path.stem}: {group['group']} {number}", text(wanted), given, {**group, "file": path.stem})


def text(answer: object) -> str:
    return {True: "true", False: "false", None: "unknown"}.get(answer, answer)  # type: ignore[call-overload]


def answer(case: Case) -> str:
    return text(ANSWERS[case.group["file"]](case.given, case.group))


def outcome(decision: Decision) -> str:
    return ("explicit" if decision.explicit else "implicit") if decision.effect == "deny" else decision.effect


def wildcards(given: list[Any], group: dict[str, Any]) -> bool | None:
    pattern, value, _ = given
    parts = match.tokens(pattern, True)
    kinds = {
        "aws-action": lambda: match.glob(parts, value, ignore_case=True),
        "aws-resource": lambda: match.glob(parts, value),
        "aws-arn": lambda: match.arn(parts, value),
        "azure-action": lambda: match.azure(pattern, value),
    }
    return kinds[group["kind"]]().value


def context(given: dict[str, Any]) -> dict[str, Any]:
    def values(found: Any) -> Any:
        if found == "?":
            return UNSET
        return tuple(UNSET if each == "?" else each for each in (found if isinstance(found, list) else [found]))

    return {key.lower(): values(found) for key, found in given.items()}


def tested(given: list[Any], group: dict[str, Any]) -> bool | None:
    block, keys, _ = given
    item = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}
    (statement,) = aws.identity_policy({"Version": group.get("version", "2012-10-17"), "Statement": item})
    return conditions.passes(statement, Request("a:b", "*", context=context(keys), closed=True)).value


def statement(item: Any, *, resource: bool) -> dict[str, Any]:
    if isinstance(item, dict):
        return {name: UNSET if found == UNRESOLVED else found for name, found in item.items()}
    item = list(item)
    found = {"Effect": item.pop(0)}
    if resource:
        who = item.pop(0)
        found["Principal"] = who if who == "*" else {"AWS": who}
    found |= {"Action": item[0], "Resource": item[1]}
    return found if len(item) == 2 else {**found, "Condition": item[2]}


def policy(items: Any, *, resource: bool = False) -> Any:
    if items is None or items == "?":
        return None if items is None else UNSET
    read = aws.resource_policy if resource else aws.identity_policy
    return read({"Version": "2012-10-17", "Statement": [statement(item, resource=resource) for item in items]})


def levels(items: Any, *, resource: bool = False) -> Any:
    return UNSET if items == "?" else None if items is None else [policy(level, resource=resource) for level in items]


def caller(given: dict[str, Any]) -> Caller:
    if "anonymous" in given:
        return Caller("anonymous")
    if "root" in given:
        return Caller("root", arn=f"arn:aws:iam::{given['root']}:root", account=given["root"])
    for sort in ("service", "federation"):
        if sort in given:
            return Caller(sort, arn=given[sort])
    sort = next(iter(given))
    arn = given.get("role") or given["user"]
    return Caller(sort, arn=arn, session=given.get("session") or given.get("federated"), account=arn.split(":")[4])


def decisions(given: dict[str, Any], group: dict[str, Any]) -> str:
    found = {**group, **given}
    action, resource = found["request"]
    owner = found.get("resource_account")
    request = Request(
        action,
        UNSET if resource == "?" else resource,
        caller(found["principal"]),
        context(found.get("context", {})),
        closed=True,
        resource_account=UNSET if owner == "?" else owner,
    )
    policies = Policies(
        identity=policy(found.get("identity", [])),
        resource=policy(found.get("resource"), resource=True),
        boundary=policy(found.get("boundary")),
        session=policy(found.get("session")),
        scps=levels(found.get("scps")),
        rcps=levels(found.get("rcps"), resource=True),
    )
    return outcome(decide(request, policies))


def as_list(found: Any) -> Any:
    return UNSET if found == "?" else found if isinstance(found, list) else [found]


def google_cloud(given: dict[str, Any], group: dict[str, Any]) -> str:
    found = {**group, **given}
    statements: list[Statement] = []
    for role, members, at, *condition in found["allow"]:
        item = {"role": role, "members": as_list(members)}
        if condition:
            item["condition"] = {"expression": condition[0]}
        statements += google.allow_policy({"bindings": [item]}, at=at)
    for denial in found.get("deny", []):
        rule = {"deniedPermissions": denial["permissions"], "deniedPrincipals": denial["principals"]}
        rule |= {"exceptionPrincipals": denial.get("exception_principals", [])}
        rule |= {"exceptionPermissions": denial.get("exception_permissions", [])}
        if "condition" in denial:
            rule["denialCondition"] = {"expression": denial["condition"]}
        statements += google.deny_policy({"rules": [{"denyRule": rule}]}, at=denial["at"])
    time = found.get("time", "?")
    request = google_rules.GoogleRequest(
        found["permission"],
        found["path"],
        found["member"],
        as_list(found.get("groups", "?")),
        google_rules.Resource(*(found.get(name, UNSET) for name in ("name", "type", "service"))),
        google_rules.When(UNSET if time == "?" else dt.datetime.fromisoformat(time)),
    )
    return outcome(google_rules.decide(request, statements))


def azure_cloud(given: dict[str, Any], group: dict[str, Any]) -> str:
    found = {**group, **given}
    statements: list[Statement] = []
    for role, principal, scope, *condition in found["assignments"]:
        own = None if isinstance(role, str) else azure.definition([role])
        name = role if isinstance(role, str) else "custom"
        statements += azure.assignment(
            name, principal, scope=scope, condition=condition[0] if condition else None, permissions=own
        )
    for denial in found.get("denials", []):
        statements += azure.denial(
            azure.definition([denial]),
            denial["principals"],
            scope=denial["scope"],
            excluded=denial.get("excludePrincipals", ()),
            children=not denial.get("doNotApplyToChildScopes", False),
        )
    data = given.get("data")
    request = azure_rules.AzureRequest(
        data or found["action"],
        found["resource"],
        found["principal"],
        as_list(found.get("groups", [])),
        as_list(found.get("ancestors", [])),
        "data" if data else "control",
    )
    return outcome(azure_rules.decide(request, statements))


def buckets(given: list[Any], group: dict[str, Any]) -> bool | None:
    statements = policy(given[0], resource=True)
    found = public(statements) if group["ask"] == "public" else None
    answers = [tls_only(statements)] if found is None else [found.reads, found.writes, found.lists]
    return True if True in answers else None if UNSET in answers else False


ANSWERS: dict[str, Any] = {
    "public": buckets,
    "wildcards": wildcards,
    "conditions": tested,
    "decisions": decisions,
    "google": google_cloud,
    "azure": azure_cloud,
}
