"""Assets as the store remembers them, so that rules can be asked of them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from holdfast.store.query import facts, numbered

__all__ = ["judged", "remembered"]


def remembered(database: Database, wanted: Mapping[str, int]) -> dict[str, Asset]:
    """The assets of these numbers, called as is wanted, with their facts; what others only speak of has none.

    Facts that were cut when they were stored leave their asset out, too: it can be judged no more.
    """
    held = numbered(database, list(wanted.values()))
    known = facts(database, list(held))
    found = {}
    for name, key in wanted.items():
        each = held.get(key)
        kind = catalog.kind(each.kind) if each is not None else None
        if each is None or kind is None or not each.declared or key not in known:
            continue
        try:
            told = msgspec.convert(known[key], kind, dec_hook=_secret)
        except msgspec.ValidationError:
            continue
        found[name] = Asset(name, told, each.source, each.path)
    return found


def _secret(type_: type[Any], value: Any) -> Any:
    """Only the fingerprint of a secret was stored."""
    return type_(value) if type_ is Secret and isinstance(value, str) else value


def judged(rules: Sequence[Rule], assets: Sequence[Asset], today: date) -> list[Finding]:
    """What fails of the rules asked of remembered assets."""
    return evaluate(rules, assets, predicates(today)).findings
