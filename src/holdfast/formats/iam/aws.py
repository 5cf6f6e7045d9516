"""Policy documents of AWS (JSON) -> statements: identity, resource, trust and organisation policies.

Names of elements and effects are case-sensitive, as in the grammar; a single value may stand for a list everywhere.
What the grammar forbids is refused with the reason, because AWS refuses to store it. A document that is already
decoded (from a template) may hold `UNSET` where a value was not resolved: a whole element becomes unobserved, an item
of a list the text `UNRESOLVED`. An operator that is not documented is kept, and never matches for certain.

Source: AWS IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements" (Version, Effect,
Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition), checked 2026-11-30.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.statement import UNRESOLVED, Condition, Principal, Statement, holes
from holdfast.formats.iam.tables import aws_policies

__all__ = ["identity_policy", "managed_policy", "resource_policy", "trust_policy"]

SIZE = 1 << 20
"""Longest document, in bytes."""
TEXTS = 100_000
"""Most texts in a document."""
VERSIONS = {"2008-10-17": False, "2012-10-17": True}
"""Version -> whether it has policy variables; the first is the default."""
DOCUMENT = frozenset(("Version", "Id", "Statement"))
ELEMENTS = frozenset(
    (
        *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"),
        "Condition",
    )
)
PRINCIPALS = frozenset(("AWS", "Service", "Federated", "CanonicalUser"))
OF_ISSUERS = (":sub", ":aud")
"""Ends of keys that every issuer of identity tokens has: what stands before is which, and may be open."""
QUANTIFIERS = ("ForAllValues", "ForAnyValue")


def identity_policy(policy: str | bytes | Mapping[str, Any], *, origin: str | None = None) -> list[Statement]:
    """The statements of a policy of a user, group or role, of a boundary, a session or an SCP.

    Raises `FormatError` for what AWS would not store: no JSON, a key twice, an element that is unknown, missing,
    doubled or of the wrong type, a principal; and for more than 1 MiB or 100,000 texts.
    """
    return _Reader(policy, origin, required="Resource", forbidden="Principal").statements()


def resource_policy(policy: str | bytes | Mapping[str, Any], *, origin: str | None = None) -> list[Statement]:
    """The statements of a policy of a bucket, queue, key, secret ..., or of an RCP. Raises `FormatError` likewise."""
    return _Reader(policy, origin, required="Principal", forbidden="").statements()


def trust_policy(policy: str | bytes | Mapping[str, Any], *, origin: str | None = None) -> list[Statement]:
    """The statements of a role's trust policy. Raises `FormatError` likewise, and for a resource."""
    return _Reader(policy, origin, required="Principal", forbidden="Resource").statements()


def _decoded(policy: str | bytes | Mapping[str, Any]) -> Any:
    if isinstance(policy, Mapping):
        return policy
    if len(policy) > SIZE:
        raise FormatError(f"{len(policy)} bytes, more than {SIZE}")
    try:
        return json.loads(policy, object_pairs_hook=_pairs, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise FormatError(f"no JSON: {error.msg}", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise FormatError("nested too deep") from error
    except ValueError as error:  # bytes that are no Unicode, numbers of thousands of digits
        raise FormatError(f"no JSON: {error}") from error


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise FormatError(f"the key `{key[:64]}` stands twice")
        found[key] = value
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class _Reader:
    """One document."""

    def __init__(
        self, policy: str | bytes | Mapping[str, Any], origin: str | None, required: str, forbidden: str
    ) -> None:
        self._document = _decoded(policy)
        self._origin = origin
        self._required = required
        self._forbidden = forbidden
        self._left = TEXTS

    def statements(self) -> list[Statement]:
        document = _mapping(self._document, "the policy")
        _known(document, DOCUMENT, "the policy")
        version = document.get("Version", "2008-10-17")
        if version is not UNSET and (not isinstance(version, str) or version not in VERSIONS):
            raise FormatError(f"Version: {str(version)[:64]!r} is neither 2008-10-17 nor 2012-10-17")
        if "Statement" not in document:
            raise FormatError("a policy without Statement")
        found = document["Statement"]
        if found is UNSET:
            return [Statement(origin=self._origin)]
        variables: Fact[bool] = UNSET if version is UNSET else VERSIONS[version]
        items = [found] if isinstance(found, Mapping) else _sequence(found, "Statement")
        return [self._statement(item, f"Statement[{at}]", variables) for at, item in enumerate(items)]

    def _statement(self, item: Any, where: str, variables: Fact[bool]) -> Statement:
        if item is UNSET:
            return Statement(origin=self._origin)
        found = _mapping(item, where)
        _known(found, ELEMENTS, where)
        self._demand(found, where)
        sid = found.get("Sid")
        return Statement(
            effect=_effect(found.get("Effect"), where),
            actions=self._list(found, "Action", where),
            not_actions=self._list(found, "NotAction", where),
            resources=self._list(found, "Resource", where),
            not_resources=self._list(found, "NotResource", where),
            principals=self._principals(found, "Principal", where),
            not_principals=self._principals(found, "NotPrincipal", where),
            conditions=self._conditions(found.get("Condition", {}), f"{where}.Condition"),
            variables=variables,
            plane=None,
            sid=sid if sid is None or sid is UNSET else self._text(sid, f"{where}.Sid"),
            origin=self._origin,
        )

    def _demand(self, found: Mapping[str, Any], where: str) -> None:
        for name in ("Action", "Resource", "Principal"):
            both = (name in found) + (f"Not{name}" in found)
            if both > 1:
                raise FormatError(f"{where}: {name} and Not{name} exclude one another")
            if not both and name in ("Action", self._required):
                raise FormatError(f"{where}: neither {name} nor Not{name}")
            if both and name == self._forbidden:
                raise FormatError(f"{where}: {name} has no place in this sort of policy")

    def _list(self, found: Mapping[str, Any], name: str, where: str) -> Fact[list[str]]:
        if name not in found:
            return None
        value = found[name]
        if isinstance(value, UnsetType):
            return UNSET
        texts = [self._text(item, f"{where}.{name}") for item in _several(value)]
        if not texts:
            raise FormatError(f"{where}.{name}: empty")
        return texts

    def _principals(self, found: Mapping[str, Any], name: str, where: str) -> Fact[list[Principal]]:
        if name not in found:
            return None
        value, where = found[name], f"{where}.{name}"
        if value == "*":
            return [Principal(type="AWS", name="*")]
        if value is UNSET or (isinstance(value, str) and holes(value)):
            return UNSET
        if not isinstance(value, Mapping):
            raise FormatError(f"{where}: neither `*` nor principals by type")
        _known(value, PRINCIPALS, where)
        principals = [
            Principal(type=type, name=self._text(item, f"{where}.{type}"))
            for type, names in value.items()
            for item in _several(names)
        ]
        if not principals:
            raise FormatError(f"{where}: empty")
        return principals

    def _conditions(self, value: Any, where: str) -> Fact[list[Condition]]:
        if isinstance(value, UnsetType):
            return UNSET
        return [
            self._condition(operator, key, values, f"{where}.{operator}.{key}")
            for operator, tests in _mapping(value, where).items()
            for key, values in _tests(tests, f"{where}.{operator}")
        ]

    def _condition(self, written: str, key: str, values: Any, where: str) -> Condition:
        quantifier, colon, operator = written.rpartition(":")
        if colon and quantifier not in QUANTIFIERS:
            raise FormatError(f"{where}: {quantifier[:64]} is neither {QUANTIFIERS[0]} nor {QUANTIFIERS[1]}")
        return Condition(
            operator=UNSET if holes(operator) else operator.removesuffix("IfExists"),
            key=UNSET if holes(key) and not key.endswith(OF_ISSUERS) else key,
            values=UNSET if values is UNSET else [self._text(item, where) for item in _several(values)],
            quantifier=quantifier or None,
            if_exists=operator.endswith("IfExists"),
        )

    def _text(self, value: Any, where: str) -> str:
        self._left -= 1
        if self._left < 0:
            raise FormatError(f"more than {TEXTS} texts")
        if value is UNSET:
            return UNRESOLVED
        if isinstance(value, bool):  # the grammar allows booleans and numbers without quotes
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        raise FormatError(f"{where}: {type(value).__name__} where a text is expected")


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise FormatError(f"{where}: not an object")
    return value


def _sequence(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise FormatError(f"{where}: neither an object nor a list")
    return value


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _tests(value: Any, where: str) -> Iterable[tuple[str, Any]]:
    return [(UNRESOLVED, UNSET)] if value is UNSET else _mapping(value, where).items()


def _known(found: Mapping[str, Any], names: frozenset[str], where: str) -> None:
    for name in found:
        if name not in names:
            raise FormatError(f"{where}: there is no element `{name[:64]}`")


def _effect(value: Any, where: str) -> Fact[str]:
    if value is UNSET or (isinstance(value, str) and holes(value)):
        return UNSET
    if value not in ("Allow", "Deny"):
        raise FormatError(f"{where}.Effect: {str(value)[:64]!r} is neither Allow nor Deny")
    return str(value)


def managed_policy(arn: str) -> list[Statement] | None:
    """The statements of an AWS managed policy by its ARN, in any partition; None when the table lacks it."""
    parts = arn.split(":", 4)
    row = aws_policies().get(":".join(["arn", "aws", *parts[2:]])) if len(parts) == 5 else None
    return None if row is None else identity_policy(row["document"], origin=arn)
