"""Where a finding lies that one of its rule's repairs suits, and is known to be safe: an offer to make it."""

from __future__ import annotations

import re
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


ON_LINES = ("setting", "drop")
"""Verbs that change the line on which a finding lies."""


COMMANDS = ("/command", "/args")
"""How the pointer of a command line ends."""


def _written(repair: Repair, asset: Asset, element: Spot) -> bool:
    """Whether the value that a repair sets is written in this object already."""
    wanted = f"{element.pointer}/{repair.set.replace('.', '/')}"
    return repair.verb == "set" and any(spot.pointer == wanted for spot in asset.spots.values())


def _of_type(repair: Repair, asset: Asset, path: str) -> bool:
    """Whether an asset is a resource of the repair's type, written in the language that it changes."""
    type_ = re.escape(repair.argument.partition(".")[0])
    return path.endswith((".tf", ".tofu")) and re.search(rf"[/.]{type_}\.[^./]+$", asset.id) is not None


def _placed(repair: Repair, asset: Asset, base: str, spot: Spot) -> Offer | None:
    element = asset.spot(base)
    place: Spot | None = spot if repair.verb in ON_LINES else element
    if repair.verb == "remove":
        place = asset.spots.get(f"{base}.{repair.remove}" if base else repair.remove)
    if place is None or (asset.partial and not (repair.verb in ON_LINES or _written(repair, asset, element))):
        return None  # another object decides what this one leaves out
    if repair.verb == "argument" and not _of_type(repair, asset, place.path or asset.path):
        return None
    if repair.verb == "fill":
        wanted = f"{element.pointer}/{repair.fill.replace('.', '/')}"
        if any(spot.pointer == wanted for spot in asset.spots.values()):
            return None  # somebody wrote a value
    if repair.add == "." and not element.pointer.endswith(COMMANDS):
        return None
    pointer = place.pointer if asset.source in DOCUMENTS else ""
    return Offer(repair, place.path or asset.path, place.line, place.column, pointer, element.pointer, asset.source)
