"""`data "aws_iam_policy_document"`: the policy that it stands for, as JSON.

Source: policy_document_data_source.go and policy_model.go of the AWS provider (version 6), checked 2026-11-30: lists
of one are a text, longer ones are in descending order but for the values of conditions, `&{...}` stands for IAM's own
`${...}`, statements with the same sid replace each other, later ones win.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.policy import holed
from holdfast.collect.cloud.resource import nested
from holdfast.core.known import Text, Unknown, document, known, text
from holdfast.formats.hcl.functions.encoding import jsonencode
from holdfast.formats.hcl.values import Budget, Exhausted
from holdfast.formats.iam.aws import OF_ISSUERS

__all__ = ["policy"]

_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}


def policy(attributes: Mapping[str, Any], budget: Budget) -> Any:
    """The `json` attribute: text, with unknown pieces where attributes are; Unknown when that takes too much."""
    try:
        before = _sources(attributes, budget, "source_json", "source_policy_documents")
        after = _sources(attributes, budget, "override_json", "override_policy_documents")
        version = attributes.get("version")
        own = {
            "Version": "2012-10-17" if version is None else version,
            "Id": attributes.get("policy_id"),
            "Statement": [_statement(each) for each in nested(attributes.get("statement"))],
        }
        return jsonencode(budget, _merged([*before, own, *after]))
    except Exhausted as error:
        return Unknown(str(error))


def _merged(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """One policy of several: the latest version, the last id, and statements, of which one replaces its namesake."""
    versions = [known(each.get("Version", "")) for each in documents]
    ids = [each["Id"] for each in documents if known(each.get("Id")) not in (None, "")]
    statements: list[Any] = []
    places: dict[str, int] = {}
    for each in (one for document_ in documents for one in nested(document_.get("Statement"))):
        sid = known(each.get("Sid")) if isinstance(each, dict) else None
        if isinstance(sid, str) and sid in places:
            statements[places[sid]] = each
            continue
        if isinstance(sid, str) and sid:
            places[sid] = len(statements)
        statements.append(each)
    texts = [each for each in versions if isinstance(each, str)]
    found: dict[str, Any] = {
        "Version": max(texts) if len(texts) == len(versions) else Unknown("a version that is unknown")
    }
    return {**found, **({"Id": ids[-1]} if ids else {}), **({"Statement": statements} if statements else {})}


def _sources(attributes: Mapping[str, Any], budget: Budget, *names: str) -> list[dict[str, Any]]:
    """The policies that these attributes hold; one that is unknown has one unknown statement."""
    found: list[dict[str, Any]] = []
    for name in names:
        value = known(attributes.get(name))
        for each in value if isinstance(value, list) else [value]:
            text_of = known(each)
            if text_of in ("", None):
                continue
            pieces = text_of.pieces if isinstance(text_of, Text) else (text_of,)
            budget.charge(sum(len(piece) if isinstance(piece, str) else 1 for piece in pieces) >> 2)
            inner = document(text_of)
            if not isinstance(inner, dict):
                reason = inner if isinstance(inner, Unknown) else Unknown("a policy that is no JSON object")
                inner = {"Statement": [reason]}
            found.append(inner)
    return found


def _statement(block: Any) -> Any:
    if not isinstance(block, dict):
        return block if isinstance(block, Unknown) else Unknown("a statement that is no block")
    found: dict[str, Any] = {}
    if known(block.get("sid")) not in (None, ""):
        found["Sid"] = block["sid"]
    found["Effect"] = "Allow" if block.get("effect") is None else block["effect"]
    for name, key in _LISTS.items():
        if block.get(name) is not None and known(block[name]) != []:
            found[key] = _texts(block[name], own=key.endswith("Resource"))
    for name, key in _PRINCIPALS.items():
        blocks = nested(block.get(name))
        if blocks:
            found[key] = _principals(blocks)
    conditions = nested(block.get("condition"))
    if conditions:
        found["Condition"] = _conditions(conditions)
    return found


def _texts(value: Any, own: bool = True, ordered: bool = False) -> Any:
    """A list as policies write it; `own`: IAM's own variables may be in it; `ordered`: it stays in its order."""
    value = known(value)
    if not isinstance(value, list):
        return value
    items = [_own_variables(known(item)) if own else known(item) for item in value]
    if len(items) == 1 or ordered:
        return items[0] if len(items) == 1 else items
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
        if len(blocks) == 1 and kind == "*" and identifiers == "*":
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
        if isinstance(variable, Text) and variable.suffix.endswith(OF_ISSUERS):
            variable = holed(variable)
        if not isinstance(test, str) or not isinstance(variable, str):
            return Unknown("a condition that is unknown")
        values = _texts(each.get("values"), ordered=True)
        keys = found.setdefault(test, {})
        keys[variable] = _both(keys[variable], values) if variable in keys else values
    return found
