"""The assets of a run beside those that the store holds: what is new, what changed, what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from holdfast.core.run import Link, Run, Sighting
from holdfast.store.answers import Answers
from holdfast.store.columns import ASSET
from holdfast.store.database import Database, next_id
from holdfast.store.digests import digest_of

__all__ = ["NAMED", "Assets"]

NAMED = "named"
"""The source of assets that others only speak of."""
OF_ALL = "inventory"
"""The source of groups and providers: they say something about all assets of an origin, or nothing."""
PLAIN = ASSET[7:16]
"""Attributes with a column of their own, which inventories are filtered by."""
CHANGED = (*ASSET[4:21], "changed_run")
"""What a changed asset is given anew."""
VERSION = ("asset", "run", "facts", "edges", "attributes")


class _Known(NamedTuple):
    """An asset that the store holds."""

    id: int
    path: str
    digest: str
    answers: str
    rules: str
    gone: bool


class Assets:
    """The assets of a run, and those of its origin that the store holds."""

    def __init__(self, database: Database, run: Run, number: int, rules: str) -> None:
        self.database, self.run, self.number, self.rules = database, run, number, rules
        rows = database.rows(
            "SELECT source, name, id, path, digest, answers, rules, gone_run IS NOT NULL FROM asset WHERE origin = ?",
            (run.origin,),
        )
        self.known = {(row[0], row[1]): _Known(row[2], row[3], row[4], row[5], row[6], bool(row[7])) for row in rows}
        self.next = next_id(database, "asset")
        self.answers = Answers(database, run.rules, rules)
        self.ids: dict[str, int] = {}
        """Asset id -> its key, of those that this run saw."""
        self.gone: set[int] = set()
        self.new = self.changed = 0
        self.whole = True
        """Whether everything that the store has of the origin was seen, or looked for."""

    def record(self) -> None:
        """Writes what is new, what changed, what is gone, and that the rest was seen."""
        inserted, updated, answered, kept = [], [], [], []
        linked: list[tuple[int, Sighting]] = []
        for seen in self._distinct():
            sighting = self._added(seen) if seen.adds else seen
            said = (sighting.kind, sighting.path, sighting.facts, _json(sighting.attributes), sighting.links)
            digest = digest_of(*said, declared=sighting.declared)
            known = self.known.get((sighting.source, sighting.name))
            changed = known is None or known.digest != digest or known.gone
            if known is None:
                key, self.next = self.next, self.next + 1
                inserted.append(self._row(key, sighting, digest, sighting.answers, self.rules))
            else:
                key = known.id
                kept.append(key)
                answers, rules = self.answers.joined(sighting, known.answers, known.rules, changed=changed)
                if changed:
                    updated.append((*self._row(key, sighting, digest, answers, rules)[4:21], self.number, key))
                elif (known.answers, known.rules) != (answers, rules):
                    answered.append((answers, rules, key))
            self.ids.setdefault(sighting.name, key)
            if changed:
                linked.append((key, sighting))
        self.new, self.changed = len(inserted), len(updated)
        database = self.database
        database.insert("asset", ASSET, inserted)
        database.insert("sighting", ("asset", "run"), ((row[0], self.number) for row in inserted))
        names = ", ".join(f"{column} = ?" for column in CHANGED)
        database.run_many(f"UPDATE asset SET {names}, gone_run = NULL WHERE id = ?", updated)  # noqa: S608  # our names
        database.run_many("UPDATE asset SET answers = ?, rules = ? WHERE id = ?", answered)
        self._mark(kept)
        database.run_many("DELETE FROM edge WHERE source = ?", ((row[-1],) for row in updated))
        self._link(linked)

    def _distinct(self) -> Iterator[Sighting]:
        """The assets of the run; what several sources call alike is numbered."""
        taken = {(sighting.source, sighting.name) for sighting in self.run.assets}
        seen: Counter[tuple[str, str]] = Counter()
        for sighting in self.run.assets:
            source, name = key = (sighting.source, sighting.name)
            seen[key] += 1
            if seen[key] == 1:
                yield sighting
                continue
            while (source, f"{name}#{seen[key]}") in taken:  # something is called so itself
                seen[key] += 1
            yield msgspec.structs.replace(sighting, name=f"{name}#{seen[key]}")

    def _added(self, sighting: Sighting) -> Sighting:
        """A sighting of a part, with the relations that are known of the whole."""
        known = self.known.get((sighting.source, sighting.name))
        if known is None or known.gone:
            return sighting
        sql = "SELECT edges FROM asset_version WHERE asset = ? ORDER BY run DESC LIMIT 1"
        links = {link[:2]: link for link in sighting.links}
        for (text,) in self.database.rows(sql, (known.id,)):
            for link in msgspec.json.decode(text, type=list[Link]):
                other = links.get(link[:2])
                links[link[:2]] = link if other is None or link.certain else other
        return msgspec.structs.replace(sighting, links=list(links.values()))

    def _row(self, key: int, sighting: Sighting, digest: str, answers: str, rules: str) -> tuple[object, ...]:
        said = sighting.attributes
        return (
            *(
                key,
                self.run.origin,
                sighting.source,
                sighting.name,
                sighting.kind,
                sighting.path,
                int(sighting.declared),
            ),
            *(said[name][0] if name in said else None for name in PLAIN),
            _json(said),
            digest,
            answers,
            rules,
            sighting.weight,
            self.number,
            self.number,
        )

    def _mark(self, kept: Sequence[int]) -> None:
        """Notes that these were seen, and which of the others are gone."""
        database, number = self.database, self.number
        seen = set(kept)
        others = [
            (known.id, known.path, source)
            for (source, _), known in self.known.items()
            if known.id not in seen and source != NAMED and not known.gone
        ]
        self.gone = {key for key, path, source in others if source != OF_ALL and self.run.looked_at(path, source)}
        self.whole = all(source == OF_ALL or key in self.gone for key, _, source in others)
        self.gone |= {key for key, path, source in others if self.whole and self.run.looked_at(path, source)}
        if others:
            database.run_many("UPDATE sighting SET run = ? WHERE asset = ?", ((number, key) for key in kept))
        else:  # by far the most runs see everything again
            there = "SELECT id FROM asset WHERE origin = ? AND gone_run IS NULL"
            database.run(f"UPDATE sighting SET run = ? WHERE asset IN ({there})", (number, self.run.origin))  # noqa: S608
        gone = sorted(self.gone)
        database.run_many("UPDATE asset SET gone_run = ? WHERE id = ?", ((number, key) for key in gone))
        database.run_many("DELETE FROM edge WHERE source = ?", ((key,) for key in gone))
        database.insert("asset_version", VERSION, ((key, number, "", "[]", "{}") for key in gone))

    def _link(self, linked: Sequence[tuple[int, Sighting]]) -> None:
        """Writes the relations and the version of what is new or changed."""
        self._name(link.target for _, sighting in linked for link in sighting.links)
        edges: dict[tuple[int, str, int], int] = {}
        for key, sighting in linked:
            for link in sighting.links:  # the same one may be certain for one reason and possible for another
                edge = (key, link.relation, self.ids[link.target])
                edges[edge] = max(edges.get(edge, 0), int(link.certain))
        rows = sorted((*edge, certain) for edge, certain in edges.items())
        self.database.insert("edge", ("source", "relation", "target", "certain"), rows)
        versions = (
            (key, self.number, sighting.facts, _json(sorted(sighting.links)), _json(sighting.attributes))
            for key, sighting in linked
        )
        self.database.insert("asset_version", VERSION, versions)

    def _name(self, targets: Iterable[str]) -> None:
        """Makes assets of what is only spoken of, so that relations lead somewhere."""
        missing = sorted({target for target in targets if target not in self.ids})
        for (_, name), known in self.known.items():
            self.ids.setdefault(name, known.id)
        rows = []
        for name in missing:
            if name not in self.ids:
                self.ids[name] = self.next
                sighting = Sighting(name, name.partition("/")[0], NAMED, "", "{}", {}, "", declared=False)
                rows.append(self._row(self.next, sighting, "", "", self.rules))
                self.next += 1
        self.database.insert("asset", ASSET, rows)
        self.database.insert("sighting", ("asset", "run"), ((row[0], self.number) for row in rows))


def _json(value: object) -> str:
    """JSON whose keys are sorted: in which order attributes were found is no change."""
    return msgspec.json.encode(value, order="deterministic").decode()
