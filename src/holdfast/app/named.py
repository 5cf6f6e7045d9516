"""What people name to narrow a list: a value that is not known is told, for it would list nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from holdfast.app.rules import everything
from holdfast.core.errors import UsageError
from holdfast.report.wording import visible
from holdfast.store.database import Database
from holdfast.store.query import has_asset, recorded

__all__ = ["known_asset", "known_origin", "known_rule", "nothing_like", "one_of"]

LISTED = 50
"""Known values that are named at most."""


def one_of(value: str, known: Collection[str], what: str, elsewhere: str = "") -> None:
    """Raises UsageError with the known values, or the nearest one of many, where a value is none of them."""
    if not value or value in known:
        return
    import difflib

    close = difflib.get_close_matches(value, known, n=1)
    few = ", ".join(sorted(known)) if len(known) <= LISTED else ""
    hint = f"did you mean `{close[0]}`?" if close else f"one of {few}" if few else elsewhere
    raise UsageError(f"there is no {what} `{value}`", hint=hint)


def known_asset(database: Database, name: str) -> None:
    """Raises UsageError for an id that no run recorded."""
    if name and not has_asset(database, name):
        raise UsageError(f"there is no asset `{name}`", hint="`holdfast inventory --all-kinds` lists them")


def known_origin(database: Database, origin: str) -> None:
    """Raises UsageError for an origin that no run recorded."""
    one_of(origin, recorded(database, "origin"), "origin", "`holdfast diff --runs` lists them")


def nothing_like(database: Database, asked: Mapping[str, str]) -> str:
    """What to say where nothing was listed: the recorded values of those attributes whose asked one nobody has."""
    parts = ["nothing that is recorded is like that"]
    for attribute, value in asked.items():
        known = sorted(recorded(database, attribute)) if value else []
        if value and value not in known:
            few = f"recorded are {', '.join(known[:LISTED])}" if known else "none is recorded"
            parts.append(f"no asset has the {attribute.replace('_', ' ')} {visible(value)}: {visible(few)}")
    return "; ".join(parts)


def known_rule(database: Database, rule: str, folders: Collection[str]) -> None:
    """Raises UsageError for a rule that there is not, is none of a user's own and that no finding is of."""
    if rule and rule not in recorded(database, "rule"):
        known = {each.id for each in everything(tuple(folders))}
        one_of(rule, known, "rule", "`holdfast rules list` shows all of them")
