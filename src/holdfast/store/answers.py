"""What rules answered about assets, a letter each, and the rule sets that these letters stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.core.run import Sighting
from holdfast.store.database import Database
from holdfast.store.digests import digest_of_rules

__all__ = ["Answers", "keep_rules"]

RuleSet = Mapping[str, Sequence[str]]
"""Kind -> rules, in the order of the letters."""


def keep_rules(database: Database, rules: RuleSet) -> str:
    """Stores a rule set, inside a transaction, and answers its digest."""
    text = msgspec.json.encode({kind: list(ids) for kind, ids in sorted(rules.items())}).decode()
    digest = digest_of_rules(text)
    if not database.rows("SELECT 1 FROM rule_set WHERE digest = ?", (digest,)):
        database.insert("rule_set", ("digest", "rules"), [(digest, text)])
    return digest


class Answers:
    """Joins the answers of a run with those of rules that it did not ask: a narrow run forgets nothing."""

    def __init__(self, database: Database, rules: RuleSet, digest: str) -> None:
        self.database, self.rules, self.digest = database, rules, digest
        self.sets: dict[str, dict[str, list[str]]] = {}
        self.joint: dict[tuple[str, tuple[str, ...]], str] = {}

    def joined(self, sighting: Sighting, before: str, rules: str, *, changed: bool) -> tuple[str, str]:
        """The letters about an asset, and the digest of the rule set that they stand for.

        Where the asset changed, what another rule said of it before counts no more, unless it failed.
        """
        if rules == self.digest or not before:
            return sighting.answers, self.digest
        asked = self.rules.get(sighting.kind, ())
        known = set(asked)
        extra = [
            (rule, letter if not changed or letter == "f" else "-")
            for rule, letter in zip(self._set(rules).get(sighting.kind, ()), before, strict=False)
            if rule not in known
        ]
        if not extra:
            return sighting.answers, self.digest
        key = (sighting.kind, tuple(rule for rule, _ in extra))
        if key not in self.joint:
            self.joint[key] = keep_rules(self.database, {sighting.kind: [*asked, *key[1]]})
        return sighting.answers + "".join(letter for _, letter in extra), self.joint[key]

    def _set(self, digest: str) -> dict[str, list[str]]:
        if digest not in self.sets:
            rows = self.database.rows("SELECT rules FROM rule_set WHERE digest = ?", (digest,))
            self.sets[digest] = msgspec.json.decode(rows[0][0], type=dict[str, list[str]]) if rows else {}
        return self.sets[digest]
