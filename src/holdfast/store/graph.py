"""The relations of the store as the search for attack paths and rights takes them, and the findings that open steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from holdfast.core.path import Opening
from holdfast.core.rule import SEVERITIES, Rule, rank
from holdfast.store.database import Database

__all__ = ["classes", "edges", "openings"]

Edge = tuple[str, str, str, bool]


def edges(database: Database) -> list[Edge]:
    """Every relation between assets that are there: id, relation, id, and whether it is certain."""
    names: dict[int, str] = dict(database.rows("SELECT id, name FROM asset WHERE gone_run IS NULL"))
    rows = database.rows("SELECT source, relation, target, certain FROM edge")
    return [
        (names[source], relation, names[target], sure == 1)
        for source, relation, target, sure in rows
        if source in names and target in names
    ]


def classes(database: Database) -> Mapping[str, str]:
    """Asset id -> the class of its data, where it is known."""
    rows = database.rows("SELECT name, data_class FROM asset WHERE data_class IS NOT NULL AND gone_run IS NULL")
    return dict(rows)


def openings(database: Database, rules: Iterable[Rule]) -> list[Opening]:
    """The open findings that let an attacker take a step: no milder than their rule."""
    known = {rule.id: rule for rule in rules if rule.opens}
    found = []
    for fingerprint, rule_id, asset, severity, confidence, message, repairable in database.rows(
        "SELECT f.fingerprint, f.rule, a.name, f.severity, f.confidence, f.message, f.repairable FROM finding f"
        " JOIN asset a ON a.id = f.asset WHERE f.state = 'open'"
    ):
        rule = known.get(rule_id)
        if rule is not None and severity >= rank(rule.severity):
            found.append(
                Opening(
                    finding=fingerprint,
                    rule=rule_id,
                    asset=asset,
                    severity=SEVERITIES[severity],
                    confidence=confidence,
                    relations=rule.opens,
                    message=message,
                    repairable=bool(repairable),
                )
            )
    return found
