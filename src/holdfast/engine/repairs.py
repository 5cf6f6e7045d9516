"""A rule's repairs: checked when the rule is compiled, offered where a finding lies that one of them suits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from holdfast.core.asset import Asset, Spot
from holdfast.core.cel.check import check, check_bool
from holdfast.core.cel.closures import Compiler, Predicate
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import Type
from holdfast.core.errors import RepairError
from holdfast.core.repair import DOCUMENTS, VERBS, Offer, Repair
from holdfast.core.rule import Condition, Rule

FACT = re.compile(r"[a-z]\w*", re.ASCII)


def compile_repair(repair: Repair, scope: Mapping[str, Type], variable: str) -> Repair:
    """A repair with its condition compiled; `variable` is the name of the rule's element, if it has one.

    Raises RepairError for one that does not say one thing, or of what is not there.
    """
    verbs = [verb for verb in VERBS if getattr(repair, verb)]
    if len(verbs) != 1:
        raise RepairError("a repair has one verb", hint=f"one of {', '.join(VERBS)}")
    known = VERBS[repair.verb]
    wrong = next((source for source in repair.sources if source not in known), None)
    if wrong is not None:
        raise RepairError(f"`{repair.verb}` knows no source `{wrong}`", hint=f"one of {', '.join(known)}")
    if (repair.to is None) != (repair.verb == "remove") and repair.verb != "variable":
        what = "takes no `to`" if repair.verb == "remove" else "needs `to`, the value to write"
        raise RepairError(f"`{repair.verb}` {what}")
    if repair.verb == "variable" and repair.to is None and "dockerfile" in repair.where:
        raise RepairError("a variable is not taken out of a build file", hint="say `in: [manifest, compose]`")
    if repair.verb == "remove":
        _known(repair.remove, scope, variable)
    return replace(repair, condition=msgspec.Raw(msgspec.json.encode(_condition(repair, scope))))


def _known(fact: str, scope: Mapping[str, Type], variable: str) -> None:
    """Raises RepairError for a fact that the element does not have."""
    path = f"{variable}.{fact}" if variable else fact
    try:
        check(parse(path if FACT.fullmatch(fact) else ""), scope)
    except CelError as error:
        raise RepairError(f"there is no fact `{fact}`", hint=error.hint) from error


def _condition(repair: Repair, scope: Mapping[str, Type]) -> Any:
    if not repair.when:
        return None
    try:
        return check_bool(parse(repair.when), scope, "`when`")
    except CelError as error:
        raise RepairError(f"when: {error.what} (column {error.at + 1})", hint=error.hint) from error


def offer(
    rule: Rule,
    condition: Condition,
    asset: Asset,
    base: str,
    env: Sequence[Any],
    spot: Spot,
    predicates: Mapping[str, Predicate],
) -> Offer | None:
    """The first repair of a rule that suits a finding and is known to be safe there; None for none.

    `base` is the fact path of the element (empty for the asset), `spot` where the finding lies.
    """
    names = (condition.variable,) if condition.each is not None else ()
    for repair in rule.repairs:
        if asset.source in repair.where and _safe(repair, names, env, predicates):
            found = _placed(repair, asset, base, spot)
            if found is not None:
                return found
    return None


def _safe(repair: Repair, names: Sequence[str], env: Sequence[Any], predicates: Mapping[str, Predicate]) -> bool:
    tree = repair.tree()
    if tree is None:
        return True
    compiler = Compiler(names, predicates)
    return compiler.compile(tree)([*env[: 1 + len(names)], *[None] * compiler.size]) is True


def _placed(repair: Repair, asset: Asset, base: str, spot: Spot) -> Offer | None:
    element = asset.spot(base)
    place: Spot | None = spot if repair.verb == "setting" else element
    if repair.verb == "remove":
        place = asset.spots.get(f"{base}.{repair.remove}" if base else repair.remove)
    if place is None or (asset.partial and repair.verb != "setting"):
        return None  # another object decides what this one leaves out
    pointer = place.pointer if asset.source in DOCUMENTS else ""
    return Offer(repair, place.path or asset.path, place.line, place.column, pointer, element.pointer)
