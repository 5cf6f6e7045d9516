"""The life of a finding: open, suppressed with a reason, resolved, reopened; each change is sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from holdfast.core.finding import Finding
from holdfast.core.rule import SEVERITIES, rank
from holdfast.core.run import Run
from holdfast.store.assets import OF_ALL, Assets
from holdfast.store.columns import FINDING, TOLD, listed
from holdfast.store.database import Database, next_id
from holdfast.store.rows import SealedFinding, sealed_finding

__all__ = ["Change", "Findings", "State"]

State = Literal["open", "suppressed", "resolved"]
What = Literal["opened", "suppressed", "resumed", "resolved", "reopened"]
UNDECIDED = ("u", "-")
"""Letters of answers that resolve nothing."""


class _Known(NamedTuple):
    """A finding that the store holds."""

    fingerprint: str
    id: int
    rule: str
    asset: int
    name: str
    severity: int
    state: State
    reason: str
    until: str
    by: str
    reopened: int
    told: tuple[object, ...]
    """What does not make it another finding: `TOLD`."""


class Change(Struct, frozen=True):
    """A finding that is new, or whose state is."""

    what: What
    fingerprint: str
    rule: str
    asset: str
    severity: str
    state: State
    reason: str = ""
    until: str = ""
    by: str = ""
    finding: Finding | None = None
    id: int = 0
    reopened: int = 0

    @property
    def kind(self) -> str:
        """The kind of its entry."""
        return "suppression" if self.what == "suppressed" else "finding"

    def payload(self, origin: str) -> bytes:
        """What is sealed of it."""
        said = (self.asset, self.fingerprint, origin, self.rule, self.severity, self.state)
        return sealed_finding(SealedFinding(*said, self.by, self.reason, self.until))


class Findings:
    """The findings of a run beside those of its origin that the store holds."""

    def __init__(self, database: Database, run: Run, number: int, assets: Assets) -> None:
        self.database, self.run, self.number = database, run, number
        self.ids, self.gone, self.whole = assets.ids, assets.gone, assets.whole
        sql = (
            "SELECT f.fingerprint, f.id, f.rule, f.asset, a.name, f.severity, f.state, f.reason, f.until,"  # noqa: S608
            f" f.suppressed_by, f.reopened, {listed(TOLD, 'f')}"
            " FROM finding f JOIN asset a ON a.id = f.asset WHERE f.origin = ?"
        )
        rows = database.rows(sql, (run.origin,))
        self.known = {row[0]: _Known._make((*row[:11], row[11:])) for row in rows}
        self.moved: list[tuple[object, ...]] = []

    def changes(self) -> list[Change]:
        """Everything whose state is new, those that are gone last."""
        present: dict[str, Finding] = {}
        for finding in self.run.findings:
            present.setdefault(finding.fingerprint, finding)
        found = [change for finding in present.values() if (change := self._change(finding)) is not None]
        return [*found, *self._resolved(present)]

    def _change(self, finding: Finding) -> Change | None:
        known = self.known.get(finding.fingerprint)
        held = finding.suppressed
        state: State = "open" if held is None else "suppressed"
        said = ("", "", "") if held is None else (held.reason, held.until, held.by)
        if known is not None:
            now = _told(finding)
            severity = rank(finding.severity)
            if known.told != now:
                self.moved.append((*now, known.id))
            if known.state == state and (known.reason, known.until, known.by) == said and known.severity == severity:
                return None
        what: What
        if known is None:
            what = "opened" if held is None else "suppressed"
        elif state == "suppressed":
            what = "suppressed"
        else:
            what = "reopened" if known.state == "resolved" else "resumed"
        return Change(
            *(what, finding.fingerprint, finding.rule, finding.asset, finding.severity, state, *said, finding),
            0 if known is None else known.id,
            0 if known is None else known.reopened + (known.state == "resolved"),
        )

    def _resolved(self, present: Mapping[str, Finding]) -> Iterator[Change]:
        """What is not there any more although its rule was asked of its asset, or with its asset."""
        answered: dict[int, list[tuple[str, str]]] = {}  # several objects may be called alike
        for sighting in self.run.assets:
            # Else what it needs may not have been read, or it speaks of a part as if it were all.
            sure = self.run.looked_at(sighting.path, sighting.source) and (self.whole or sighting.source != OF_ALL)
            letters = sighting.answers if sure else UNDECIDED[0] * len(sighting.answers)
            answered.setdefault(self.ids[sighting.name], []).append((sighting.kind, letters))
        places = {kind: {rule: place for place, rule in enumerate(ids)} for kind, ids in self.run.rules.items()}
        for known in self.known.values():
            if known.state == "resolved" or known.fingerprint in present:
                continue
            if known.asset not in self.gone:
                said = (
                    answers[places[kind][known.rule]] if known.rule in places.get(kind, {}) else UNDECIDED[0]
                    for kind, answers in answered.get(known.asset, [("", "")])
                )
                if any(letter in UNDECIDED for letter in said):
                    continue
            severity = SEVERITIES[known.severity]
            yield Change(
                *("resolved", known.fingerprint, known.rule, known.name, severity, "resolved"),
                id=known.id,
                reopened=known.reopened,
            )

    def apply(self, changes: Sequence[Change], entries: Sequence[int]) -> None:
        """Writes the rows; `entries` are the numbers of what sealed them."""
        database = self.database
        key = next_id(database, "finding")
        inserted, updated, became = [], [], []
        for change, entry in zip(changes, entries, strict=True):
            if change.id:
                resolved = self.number if change.state == "resolved" else None
                severity = SEVERITIES.index(change.severity)
                said = (change.reason, change.until, change.by)
                updated.append(
                    (change.state, severity, *said, resolved, self.number, change.reopened, entry, change.id)
                )
            else:
                inserted.append(self._row(key, change, entry))
                key += 1
            became.append((change.id or key - 1, self.number, change.what))
        database.insert("finding", FINDING, inserted)
        database.insert("finding_change", ("finding", "run", "what"), became)
        database.run_many(
            "UPDATE finding SET state = ?, severity = ?, reason = ?, until = ?, suppressed_by = ?, resolved_run = ?,"
            " state_run = ?, reopened = ?, entry = ? WHERE id = ?",
            updated,
        )
        names = ", ".join(f"{column} = ?" for column in TOLD)
        database.run_many(f"UPDATE finding SET {names} WHERE id = ?", self.moved)  # noqa: S608  # our names

    def _row(self, key: int, change: Change, entry: int) -> tuple[object, ...]:
        finding = change.finding
        assert finding is not None
        return (
            *(key, self.run.origin, finding.fingerprint, finding.rule, finding.title, self.ids[finding.asset]),
            *(rank(finding.severity), finding.confidence, change.state),
            *_told(finding),
            *(
                change.reason,
                change.until,
                change.by,
                int(finding.repairable),
                self.number,
                None,
                self.number,
                0,
                entry,
            ),
        )


def _told(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    facts = msgspec.json.encode(finding.facts).decode()
    return (place.path, place.line, place.column, place.pointer, finding.owner, finding.message, facts)
