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
from holdfast.store.database import Database, next_id
from holdfast.store.findings import Findings
from holdfast.store.ledger import Ledger
from holdfast.store.rows import RUN, sealed_run, subject_of_finding, subject_of_run

__all__ = ["Recorded", "record"]


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
    suppressed: int
    entries: int

    def changes(self) -> list[tuple[str, int]]:
        """What became of findings, and of how many."""
        return [(what, getattr(self, what)) for what in ("opened", "reopened", "resolved", "suppressed")]


def record(database: Database, ledger: Ledger, run: Run) -> Recorded:
    """Records a run and seals it. Raises StoreError; nothing of the run is kept then."""
    with database.transaction():
        number = next_id(database, "run")
        rules = keep_rules(database, run.rules)
        assets = Assets(database, run, number, rules)
        assets.record()
        findings = Findings(database, run, number, assets)
        changes = findings.changes()
        row = _row(run, number, rules, assets.digest)
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
        _insert_run(database, run, row, entries[0])
        findings.apply(changes, entries[1:])
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
            suppressed=kinds["suppressed"],
            entries=len(sealed),
        )


def _row(run: Run, number: int, rules: str, digest: str) -> tuple[object, ...]:
    """The row of a run, without the number of its entry."""
    targets = msgspec.json.encode(list(run.targets)).decode()
    return (
        *(number, run.origin, targets, run.started, run.ended, run.profile, run.version, rules, run.outcome),
        *(run.reason, run.sources_read, run.passes, run.unknown, run.not_applicable, len(run.assets), digest),
    )


def _insert_run(database: Database, run: Run, row: tuple[object, ...], entry: int) -> None:
    database.insert("run", (*RUN, "entry"), [(*row, entry)])
    gaps = ((row[0], gap.path, gap.reason, gap.kind, gap.line) for gap in run.gaps)
    database.insert("gap", ("run", "path", "reason", "kind", "line"), gaps)
