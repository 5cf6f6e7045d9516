"""Role definitions and assignments of Azure -> statements.

An assignment becomes a statement for the control plane and one for the data plane, each only where its role names
actions there, on the scope and all below it. `NotActions` are subtracted from one role only. A role that is neither
given nor in the table may hold anything on both planes. Conditions are kept as text. A deny assignment that does not
apply to child scopes holds a resource ending in `$`, which is the scope alone.

Source: Microsoft, Azure RBAC, "Understand Azure role definitions", "Understand Azure role assignments", "List Azure
deny assignments", checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, UNRESOLVED, Condition, Principal, Statement, holes
from holdfast.formats.iam.tables import azure_roles

__all__ = ["Permission", "assignment", "builtin_role", "definition", "denial"]

TEXTS = 100_000
"""Most actions of a role definition."""
EVERYBODY_ID = "00000000-0000-0000-0000-000000000000"
"""The object id that stands for all principals in a deny assignment."""
LISTS = {
    "actions": "actions",
    "not_actions": "notActions",
    "data_actions": "dataActions",
    "not_data_actions": "notDataActions",
}


class Permission(Struct, frozen=True):
    """One block of a role definition; an unobserved list could not be resolved."""

    actions: Fact[list[str]] = None
    not_actions: Fact[list[str]] = None
    data_actions: Fact[list[str]] = None
    not_data_actions: Fact[list[str]] = None
    condition: Fact[str] = None


def definition(permissions: Any) -> list[Permission]:
    """The blocks of `permissions` of a role definition, of an ARM template or a REST answer (`actions`, `notActions`,
    `dataActions`, `notDataActions`). Raises `FormatError` for what is none, and for more than 100,000 actions.
    """
    if not isinstance(permissions, list | tuple):
        raise FormatError("permissions: not a list")
    left = TEXTS
    found = []
    for position, block in enumerate(permissions):
        where = f"permissions[{position}]"
        if not isinstance(block, Mapping):
            raise FormatError(f"{where}: not an object")
        lists = {field: _texts(block.get(name), f"{where}.{name}") for field, name in LISTS.items()}
        left -= sum(len(each) for each in lists.values() if isinstance(each, list))
        condition = block.get("condition")
        if left < 0:
            raise FormatError(f"more than {TEXTS} actions")
        if condition is not None and not isinstance(condition, str | UnsetType):
            raise FormatError(f"{where}.condition: not a text")
        found.append(Permission(**lists, condition=condition))
    return found


def builtin_role(name: str) -> list[Permission] | None:
    """A built-in role by its name, id, or a resource id that ends in the id; None when the table lacks it."""
    row = azure_roles().get(name.rstrip("/").rpartition("/")[2].lower())
    return None if row is None else definition(row["permissions"])


def assignment(
    role: Fact[str],
    principal: Fact[str],
    *,
    scope: Fact[str],
    condition: Fact[str] = None,
    permissions: Fact[Sequence[Permission]] = None,
) -> list[Statement]:
    """What a role assignment grants. `permissions` are those of a custom role; None looks `role` up in the table."""
    if permissions is None and isinstance(role, str) and not holes(role):
        permissions = builtin_role(role)
    if permissions is None or isinstance(permissions, UnsetType):
        permissions = [Permission(UNSET, None, UNSET, None)]
    return [
        statement
        for block in permissions
        for statement in _statements("Allow", block, principal, scope, (condition, block.condition), role)
    ]


def denial(
    permissions: Sequence[Permission],
    principals: Fact[Sequence[str]],
    *,
    scope: Fact[str],
    excluded: Sequence[str] = (),
    children: bool = True,
) -> list[Statement]:
    """What a deny assignment denies; `children` says whether scopes below are meant."""
    at = scope if children or not isinstance(scope, str) else f"{scope.rstrip('/')}$"
    return [
        Statement(
            **{
                **{name: getattr(each, name) for name in each.__struct_fields__},
                "principals": UNSET
                if principals is None or isinstance(principals, UnsetType)
                else [_principal(name) for name in principals],
                "not_principals": [_principal(name) for name in excluded] or None,
            }
        )
        for block in permissions
        for each in _statements("Deny", block, None, at, (block.condition,), None)
    ]


def _statements(
    effect: str,
    block: Permission,
    principal: Fact[str],
    scope: Fact[str],
    conditions: Sequence[Fact[str]],
    role: Fact[str],
) -> list[Statement]:
    lists = (("control", block.actions, block.not_actions), ("data", block.data_actions, block.not_data_actions))
    return [
        Statement(
            effect=effect,
            actions=actions,
            not_actions=excluded or None,
            resources=UNSET if not isinstance(scope, str) else [scope],
            not_resources=None,
            principals=[_principal(principal)] if isinstance(principal, str) else UNSET,
            not_principals=None,
            conditions=_conditions(conditions),
            variables=False,
            plane=plane,
            sid=None,
            origin=role,
        )
        for plane, actions, excluded in lists
        if actions or isinstance(actions, UnsetType)
    ]


def _principal(name: str) -> Principal:
    return Principal(type="principal", name=EVERYBODY if name == EVERYBODY_ID else name)


def _conditions(texts: Sequence[Fact[str]]) -> Fact[list[Condition]]:
    if any(isinstance(text, UnsetType) for text in texts):
        return UNSET
    return [
        Condition(operator="abac", key=None, values=[text], quantifier=None, if_exists=False)
        for text in texts
        if isinstance(text, str)
    ]


def _texts(value: Any, where: str) -> Fact[list[str]]:
    if value is None or isinstance(value, UnsetType):
        return value
    if not isinstance(value, list | tuple):
        raise FormatError(f"{where}: not a list")
    found = []
    for item in value:
        if item is not UNSET and not isinstance(item, str):
            raise FormatError(f"{where}: not a text")
        found.append(item if isinstance(item, str) else UNRESOLVED)
    return found
