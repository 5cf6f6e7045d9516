"""`data "aws_iam_policy_document"`: the policy that it stands for, as JSON.

Source: the AWS provider's documentation of the data source (version 6) and its iam_policy_model.go: lists of one are
a text, longer ones are in descending order, `&{...}` stands for IAM's own `${...}`, statements with the same sid
replace each other, later ones win.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.resource import nested
from holdfast.core.known import Text, Unknown, document, known, text
from holdfast.formats.hcl.functions.encoding import jsonencode
from holdfast.formats.hcl.values import Budget, Exhausted

__all__ = ["policy"]

_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}


def policy(attributes: Mapping[str, Any], budget: Budget) -> Any:
    """The `json` attribute: text, with unknown pieces where attributes are unknown."""
    statements: list[Any] = []
    for source in _sources(attributes, "source_json", "source_policy_documents"):
        _join(statements, source)
    _join(statements, [_statement(each) for each in nested(attributes.get("statement"))])
    for source in _sources(attributes, "override_json", "override_policy_documents"):
        _join(statements, source)
    found: dict[str, Any] = {"Version": "2012-10-17" if attributes.get("version") is None else attributes["version"]}
    if attributes.get("policy_id") is not None:
        found["Id"] = attributes["policy_id"]
    try:
        return jsonencode(budget, {**found, "Statement": statements[0] if len(statements) == 1 else statements})
    except Exhausted as error:
        return Unknown(str(error))


def _sources(attributes: Mapping[str, Any], *names: str) -> list[list[Any]]:
    """The statements of each policy that others of these attributes hold."""
    found: list[list[Any]] = []
    for name in names:
        value = known(attributes.get(name))
        for each in value if isinstance(value, list) else [] if value is None else [value]:
            inner = document(each) if known(each) not in ("", None) else {}
            if isinstance(inner, dict):
                statement = inner.get("Statement", [])
                found.append(statement if isinstance(statement, list) else [statement])
            else:
                found.append([inner if isinstance(inner, Unknown) else Unknown("a policy that is no JSON object")])
    return found


def _join(statements: list[Any], more: list[Any]) -> None:
    """Adds statements; one with the sid of an earlier one takes its place."""
    for each in more:
        sid = each.get("Sid") if isinstance(each, dict) else None
        places = [at for at, old in enumerate(statements) if sid and isinstance(old, dict) and old.get("Sid") == sid]
        if places:
            statements[places[0]] = each
        else:
            statements.append(each)


def _statement(block: Any) -> Any:
    if not isinstance(block, dict):
        return block if isinstance(block, Unknown) else Unknown("a statement that is no block")
    found: dict[str, Any] = {}
    if known(block.get("sid")) not in (None, ""):
        found["Sid"] = block["sid"]
    found["Effect"] = "Allow" if block.get("effect") is None else block["effect"]
    for name, key in _LISTS.items():
        if block.get(name) is not None and known(block[name]) != []:
            found[key] = _texts(block[name])
    for name, key in _PRINCIPALS.items():
        blocks = nested(block.get(name))
        if blocks:
            found[key] = _principals(blocks)
    conditions = nested(block.get("condition"))
    if conditions:
        found["Condition"] = _conditions(conditions)
    return found


def _texts(value: Any) -> Any:
    """A list as policies write it."""
    value = known(value)
    if not isinstance(value, list):
        return value
    items = [_own_variables(known(item)) for item in value]
    if len(items) == 1:
        return items[0]
    plain = [item for item in items if isinstance(item, str)]
    return sorted(plain, reverse=True) + [item for item in items if not isinstance(item, str)]


def _own_variables(value: Any) -> Any:
    """IAM's variables, which Terraform's own syntax makes people write with `&`."""
    if isinstance(value, Text):
        return text([piece.replace("&{", "${") if isinstance(piece, str) else piece for piece in value.pieces])
    return value.replace("&{", "${") if isinstance(value, str) else value


def _principals(blocks: list[Any]) -> Any:
    found: dict[str, Any] = {}
    for each in blocks:
        kind = known(each.get("type")) if isinstance(each, dict) else UNSET
        if not isinstance(kind, str):
            return Unknown("a principal whose type is unknown")
        identifiers = _texts(each.get("identifiers"))
        if kind == "*" and identifiers == "*":
            return "*"
        found[kind] = _both(found[kind], identifiers) if kind in found else identifiers
    return found


def _both(first: Any, second: Any) -> Any:
    """Two of a policy's lists in one; Unknown when one of them is."""
    if isinstance(first, Unknown) or isinstance(second, Unknown):
        return Unknown("a list that is unknown")
    return [*nested(first), *nested(second)]


def _conditions(blocks: list[Any]) -> Any:
    found: dict[str, dict[str, Any]] = {}
    for each in blocks:
        test, variable = (known(each.get(name)) if isinstance(each, dict) else UNSET for name in ("test", "variable"))
        if not isinstance(test, str) or not isinstance(variable, str):
            return Unknown("a condition that is unknown")
        values = _texts(each.get("values"))
        keys = found.setdefault(test, {})
        keys[variable] = _both(keys[variable], values) if variable in keys else values
    return found
