"""Records a run: what was seen, what changed, what is gone, and how findings live on; all of it or nothing.

An asset is gone only when a run looked where it had been. A run that failed, or could not read a part, leaves what is
there as it is.
"""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import Struct

from holdfast.core.entry import Record
from holdfast.core.run import Run
from holdfast.store.answers import keep_rules
from holdfast.store.assets import Assets
from holdfast.store.columns import RUN, listed
from holdfast.store.database import Database, next_id
from holdfast.store.findings import Findings
from holdfast.store.ledger import Ledger, changed
from holdfast.store.rows import sealed_run, subject_of_finding, subject_of_run
from holdfast.store.state import NOTHING, changes_of, gaps_of, state_of

__all__ = ["Recorded", "examined_before", "record"]


class Recorded(Struct, frozen=True):
    """What a run changed."""

    run: int
    assets: int
    new: int
    changed: int
    gone: int
    opened: int
    resolved: int
    reopened: int
    resumed: int
    """Findings whose suppression has ended."""
    suppressed: int
    entries: int

    def changes(self) -> list[tuple[str, int]]:
        """What became of findings, and of how many."""
        return [(what, getattr(self, what)) for what in ("opened", "reopened", "resumed", "resolved", "suppressed")]


def record(database: Database, ledger: Ledger, run: Run) -> Recorded:
    """Records a run and seals it. Raises StoreError; nothing of the run is kept then."""
    with database.transaction():
        _unchanged(database, run.origin)
        number = next_id(database, "run")
        rules = keep_rules(database, run.rules)
        assets = Assets(database, run, number, rules)
        assets.record()
        findings = Findings(database, run, number, assets)
        changes = findings.changes()
        first = ledger.size()
        findings.apply(changes, range(first + 1, first + 1 + len(changes)))
        row = (*_row(run, number, rules), state_of(database, run.origin))
        row = (*row, changes_of(database, number), gaps_of(_gaps(run)))
        sealed = [
            Record("run", ledger.pseudonym(subject_of_run(number)), sealed_run(row)),
            *(
                Record(
                    change.kind,
                    ledger.pseudonym(subject_of_finding(run.origin, change.fingerprint)),
                    change.payload(run.origin),
                )
                for change in changes
            ),
        ]
        entries = ledger.seal(sealed, run.ended)
        assert entries[0] == first
        _insert_run(database, run, row, first)
        kinds = Counter(change.what for change in changes)
        return Recorded(
            run=number,
            assets=len(run.assets),
            new=assets.new,
            changed=assets.changed,
            gone=len(assets.gone),
            opened=kinds["opened"],
            resolved=kinds["resolved"],
            reopened=kinds["reopened"],
            resumed=kinds["resumed"],
            suppressed=kinds["suppressed"],
            entries=len(sealed),
        )


def _row(run: Run, number: int, rules: str) -> tuple[object, ...]:
    """The row of a run, without the number of its entry."""
    return (
        *(number, run.origin, _targets(run), run.started, run.ended, run.profile, run.version, rules, run.outcome),
        *(run.reason, run.sources_read, run.passes, run.unknown, run.not_applicable, len(run.assets)),
    )


def _insert_run(database: Database, run: Run, row: tuple[object, ...], entry: int) -> None:
    database.insert("run", (*RUN, "entry"), [(*row, entry)])
    database.insert("gap", ("run", "path", "reason", "kind", "line"), ((row[0], *gap) for gap in _gaps(run)))


def _gaps(run: Run) -> list[tuple[object, ...]]:
    return [(gap.path, gap.reason, gap.kind, gap.line) for gap in run.gaps]


def examined_before(database: Database, run: Run) -> bool:
    """Whether a run of the same origin looked at the same targets."""
    sql = "SELECT 1 FROM run WHERE origin = ? AND targets = ? LIMIT 1"
    return bool(database.rows(sql, (run.origin, _targets(run))))


def _targets(run: Run) -> str:
    return msgspec.json.encode(list(run.targets)).decode()


def _unchanged(database: Database, origin: str) -> None:
    """Compares the rows of an origin with what its last run left: recording would overwrite what shows a change.

    Raises LedgerError.
    """
    sql = f"SELECT {listed(RUN)}, entry FROM run WHERE origin = ? ORDER BY id DESC LIMIT 1"  # noqa: S608  # our names
    state = NOTHING
    for *row, entry in database.rows(sql, (origin,)):
        state = row[RUN.index("state")]
        for (content,) in database.rows("SELECT content FROM payload WHERE seq = ?", (entry,)):
            if bytes(content) != sealed_run(tuple(row)):
                state = ""
    if state_of(database, origin) != state:
        raise changed(database, f"the rows of {origin} are not as its last run left them")
