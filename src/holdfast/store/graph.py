"""The relations of the store as the search for attack paths and rights takes them, and the findings that open steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from holdfast.core.path import Opening
from holdfast.core.relation import INTERNET
from holdfast.core.rule import SEVERITIES, Rule, rank
from holdfast.store.database import Database

__all__ = ["Edge", "Names", "classes", "edges", "openings"]

Edge = tuple[str, str, str, bool]


class Names:
    """What stands for assets in a graph: their ids, with the origin behind those that several origins have.

    Assets of one origin that are called alike are one node: declared by one source, shown by another.
    """

    def __init__(self, database: Database) -> None:
        rows = database.rows("SELECT id, name, origin FROM asset WHERE gone_run IS NULL")
        origins: dict[str, set[str]] = {}
        for _, name, origin in rows:
            origins.setdefault(name, set()).add(origin)
        self.of = {
            key: name if name == INTERNET or len(origins[name]) == 1 else f"{name}@{origin.replace('/', ':')}"
            for key, name, origin in rows
        }
        """Number of an asset -> its node."""
        self.key: dict[str, int] = {}
        """Node -> the number of its first asset."""
        for key, node in self.of.items():
            self.key.setdefault(node, key)
        self.called: dict[str, list[str]] = {}
        """Asset id -> its nodes."""
        for key, name, _ in rows:
            nodes = self.called.setdefault(name, [])
            if self.of[key] not in nodes:
                nodes.append(self.of[key])


def edges(database: Database, names: Names) -> list[Edge]:
    """Every relation between assets that are there: node, relation, node, and whether it is certain."""
    of = names.of
    rows = database.rows("SELECT source, relation, target, certain FROM edge")
    return [
        (of[source], relation, of[target], sure == 1)
        for source, relation, target, sure in rows
        if source in of and target in of
    ]


def classes(database: Database, names: Names) -> Mapping[str, str]:
    """Node -> the class of its data, where it is known."""
    rows = database.rows("SELECT id, data_class FROM asset WHERE data_class IS NOT NULL AND gone_run IS NULL")
    return {names.of[key]: data_class for key, data_class in rows if key in names.of}


def openings(database: Database, names: Names, rules: Iterable[Rule], today: date) -> list[Opening]:
    """The findings that let an attacker take a step: no milder than their rule, and not accepted.

    Nobody said why those in a baseline are acceptable.
    """
    known = {rule.id: rule for rule in rules if rule.opens}
    found = []
    for fingerprint, rule_id, asset, severity, confidence, message, repairable in database.rows(
        "SELECT fingerprint, rule, asset, severity, confidence, message, repairable FROM finding"
        " WHERE state = 'open'"
        " OR (state = 'suppressed' AND ((until <> '' AND until < ?) OR suppressed_by = 'baseline'))",
        (today.isoformat(),),
    ):
        rule = known.get(rule_id)
        if rule is not None and severity >= rank(rule.severity) and asset in names.of:
            found.append(
                Opening(
                    finding=fingerprint,
                    rule=rule_id,
                    asset=names.of[asset],
                    severity=SEVERITIES[severity],
                    confidence=confidence,
                    relations=rule.opens,
                    message=message,
                    repairable=bool(repairable),
                )
            )
    return found
