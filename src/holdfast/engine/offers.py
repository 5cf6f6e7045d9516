"""Where a finding lies that one of its rule's repairs suits, and is known to be safe: an offer to make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.core.asset import Asset, Spot
from holdfast.core.cel.closures import Compiler, Predicate
from holdfast.core.repair import DOCUMENTS, Offer, Repair
from holdfast.core.rule import Condition, Rule


def suited(rule: Rule, asset: Asset) -> bool:
    """Whether a rule knows a repair for the sources that an asset is of, safe there or not."""
    return any(asset.source in repair.where for repair in rule.repairs)


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
    if repair.verb == "fill":
        wanted = f"{element.pointer}/{repair.fill.replace('.', '/')}"
        if any(spot.pointer == wanted for spot in asset.spots.values()):
            return None  # somebody wrote a value
    pointer = place.pointer if asset.source in DOCUMENTS else ""
    return Offer(repair, place.path or asset.path, place.line, place.column, pointer, element.pointer)
