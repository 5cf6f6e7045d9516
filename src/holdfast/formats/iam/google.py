"""Allow and deny policies of Google Cloud -> statements.

A binding becomes one statement: the permissions of its role, on the resource that the policy is attached to and all
below it, for its members. A predefined role that the table knows holds what the table says and perhaps what the table
does not ask about; any other role that is not given holds anything, perhaps. Permissions of deny policies are turned
into those of roles (`iam.googleapis.com/roles.delete` is `iam.roles.delete`), and so are their principals.

Source: Google Cloud IAM, "Policy" (REST v1), "Deny policies", "Permissions supported in deny policies", "Principal
identifiers", checked 2026-11-30.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, UNRESOLVED, Condition, Principal, Statement, holes
from holdfast.formats.iam.tables import google_roles

__all__ = ["allow_policy", "binding", "deny_policy", "permissions"]

SIZE = 4 << 20
"""Longest document, in bytes."""
EVERYONE = ("allUsers", "allAuthenticatedUsers")
PREFIXES = {"cloudresourcemanager": "resourcemanager"}
"""Services whose permissions start with another word than their host name."""
PRINCIPALS = (
    (re.compile(r"principalSet://goog/public:all"), "allUsers"),
    (re.compile(r"principal://goog/subject/(.+)"), "user"),
    (re.compile(r"principalSet://goog/group/(.+)"), "group"),
    (re.compile(r"principal://iam\.googleapis\.com/projects/-/serviceAccounts/(.+)"), "serviceAccount"),
)
Roles = Mapping[str, Fact[Sequence[str]]]
"""Custom roles by name (`projects/p/roles/r`): their permissions, UNSET where they could not be resolved."""


def allow_policy(policy: str | bytes | Mapping[str, Any], *, at: str, roles: Roles | None = None) -> list[Statement]:
    """The statements of an allow policy attached to `at` (`projects/p`, `//storage.googleapis.com/projects/_/...`).

    Raises `FormatError` for what is no policy, or longer than 4 MiB.
    """
    found = _sequence(_decoded(policy).get("bindings", []), "bindings")
    return [_binding(item, f"bindings[{position}]", at, roles or {}) for position, item in enumerate(found)]


def binding(
    role: Fact[str], members: Fact[Sequence[str]], *, at: str, condition: Fact[str] = None, roles: Roles | None = None
) -> Statement:
    """One binding, as templates write it; `condition` is its expression, None for none."""
    has, lacks = permissions(role, roles)
    return Statement(
        effect="Allow",
        actions=has,
        not_actions=lacks,
        resources=[at],
        not_resources=None,
        principals=UNSET
        if members is None or isinstance(members, UnsetType)
        else [_member(member) for member in members],
        not_principals=None,
        conditions=_conditions(condition),
        variables=False,
        plane=None,
        sid=None,
        origin=role,
    )


def permissions(role: Fact[str], roles: Roles | None = None) -> tuple[Fact[list[str]], Fact[list[str]]]:
    """What a role has (with the text `UNRESOLVED` for what nobody knows), and what it certainly lacks."""
    if not isinstance(role, str) or holes(role):
        return UNSET, None
    own = (roles or {}).get(role)
    if own is not None:
        return UNSET if isinstance(own, UnsetType) else list(own), None
    table = google_roles()
    row = table["roles"].get(role)
    if row is None:
        return UNSET, None
    has = set(row["has"])
    return [*row["has"], UNRESOLVED], [permission for permission in table["asked"] if permission not in has]


def deny_policy(policy: str | bytes | Mapping[str, Any], *, at: str) -> list[Statement]:
    """The statements of a deny policy (IAM v2) attached to `at`. Raises `FormatError` likewise."""
    found = _sequence(_decoded(policy).get("rules", []), "rules")
    return [_denial(item, f"rules[{position}]", at) for position, item in enumerate(found)]


def _decoded(policy: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(policy, Mapping):
        if len(policy) > SIZE:
            raise FormatError(f"{len(policy)} bytes, more than {SIZE}")
        try:
            policy = json.loads(policy)
        except json.JSONDecodeError as error:
            raise FormatError(f"no JSON: {error.msg}", line=error.lineno, column=error.colno) from error
        except (ValueError, RecursionError) as error:
            raise FormatError("no JSON, or nested too deep") from error
    return _mapping(policy, "the policy")


def _binding(item: Any, where: str, at: str, roles: Roles) -> Statement:
    if item is UNSET:
        return Statement(resources=[at])
    found = _mapping(item, where)
    condition = found.get("condition")
    expression = _mapping(condition, f"{where}.condition").get("expression", UNSET) if condition else condition
    members = found.get("members", [])
    return binding(
        _text(found.get("role", UNSET), f"{where}.role"),
        UNSET if members is UNSET else _texts(members, f"{where}.members"),
        at=at,
        condition=None if expression is None else _text(expression, f"{where}.condition.expression"),
        roles=roles,
    )


def _denial(item: Any, where: str, at: str) -> Statement:
    rule = _mapping(_mapping(item, where).get("denyRule"), f"{where}.denyRule")
    condition = rule.get("denialCondition")
    expression = _mapping(condition, f"{where}.denialCondition").get("expression", UNSET) if condition else condition
    lists = {
        name: _texts(rule.get(name, []), f"{where}.{name}")
        for name in ("deniedPermissions", "exceptionPermissions", "deniedPrincipals", "exceptionPrincipals")
    }
    return Statement(
        effect="Deny",
        actions=[_permission(text) for text in lists["deniedPermissions"]],
        not_actions=[_permission(text) for text in lists["exceptionPermissions"]] or None,
        resources=[at],
        not_resources=None,
        principals=[_member(text) for text in lists["deniedPrincipals"]],
        not_principals=[_member(text) for text in lists["exceptionPrincipals"]] or None,
        conditions=_conditions(expression),
        variables=False,
        plane=None,
        sid=None,
        origin=None,
    )


def _conditions(expression: Fact[str]) -> Fact[list[Condition]]:
    if expression is None:
        return []
    if isinstance(expression, UnsetType):
        return UNSET
    return [Condition(operator="cel", key=None, values=[expression], quantifier=None, if_exists=False)]


def _permission(text: str) -> str:
    host, slash, rest = text.partition("/")
    service = host.removesuffix(".googleapis.com")
    return f"{PREFIXES.get(service, service)}.{rest}" if slash else text


def _member(text: str) -> Principal:
    """`user:a@b`, `allUsers`, `principal://...`; addresses are small letters, as Google compares them."""
    if text in EVERYONE:
        return Principal(type=text, name=EVERYBODY)
    for pattern, type in PRINCIPALS:
        if found := pattern.fullmatch(text):
            return Principal(type=type, name=found[1].lower() if found.groups() else EVERYBODY)
    type, colon, name = text.partition(":")
    if holes(type) or not colon:
        return Principal(name=name or UNSET)
    return Principal(type=type, name=text if name.startswith("//") else name if holes(name) else name.lower())


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise FormatError(f"{where}: not an object")
    return value


def _sequence(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise FormatError(f"{where}: not a list")
    return value


def _texts(value: Any, where: str) -> list[str]:
    return [text if isinstance(text := _text(item, where), str) else UNRESOLVED for item in _sequence(value, where)]


def _text(value: Any, where: str) -> str | UnsetType:
    if value is UNSET or isinstance(value, str):
        return value
    raise FormatError(f"{where}: not a text")
