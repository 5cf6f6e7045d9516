"""Assets as the store remembers them, so that rules can be asked of them again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from holdfast.app.predicates import predicates
from holdfast.core.asset import Asset
from holdfast.core.fact import Secret
from holdfast.core.finding import Finding
from holdfast.core.rule import Rule
from holdfast.engine.evaluate import evaluate
from holdfast.kinds import catalog
from holdfast.store.database import Database
from holdfast.store.query import facts, item

__all__ = ["judged", "remembered"]


def remembered(database: Database, names: Iterable[str]) -> dict[str, Asset]:
    """The assets of these ids with their facts; those that only others speak of have none and are left out.

    Facts that were cut when they were stored leave their asset out, too: it can be judged no more.
    """
    held = {each.name: each for name in names for each in item(database, name) if not each.gone and each.declared}
    known = facts(database, [each.id for each in held.values()])
    found = {}
    for name, each in held.items():
        kind = catalog.kind(each.kind)
        try:
            if kind is not None:
                told = msgspec.convert(known[each.id], kind, dec_hook=_secret)
                found[name] = Asset(name, told, each.source, each.path)
        except msgspec.ValidationError:
            continue
    return found


def _secret(type_: type[Any], value: Any) -> Any:
    """Only the fingerprint of a secret was stored."""
    return type_(value) if type_ is Secret and isinstance(value, str) else value


def judged(rules: Sequence[Rule], assets: Sequence[Asset], today: date) -> list[Finding]:
    """What fails of the rules asked of remembered assets."""
    return evaluate(rules, assets, predicates(today)).findings
