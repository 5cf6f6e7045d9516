"""Runs to record, made up: what a test does not say is harmless."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from holdfast.core.finding import Finding, Location, Suppression
from holdfast.core.run import Link, Run, Sighting
from holdfast.store.database import Database
from holdfast.store.ledger import Ledger
from holdfast.store.record import Recorded, record

DAY = 86_400_000_000
START = 1_800_000_000_000_000
RULES = {"bucket": ("public", "unlogged"), "workload": ("privileged",)}


def sighting(name: str, answers: str = "", links: Sequence[Link] = (), **fields: Any) -> Sighting:
    kind = name.partition("/")[0]
    given = {"facts": '{"name":"x"}', "path": f"{name}.yaml", "source": "manifest", "attributes": {}, **fields}
    return Sighting(name=name, kind=kind, answers=answers or "p" * len(RULES.get(kind, ())), links=links, **given)


def finding(rule: str, asset: str, *, line: int = 1, suppressed: Suppression | None = None, **fields: Any) -> Finding:
    given: dict[str, Any] = {
        "title": f"it is {rule}",
        "severity": "high",
        "confidence": "high",
        "fingerprint": f"{rule}-{asset}",
        **fields,
    }
    return Finding(
        rule=rule,
        status="fail",
        asset=asset,
        location=Location(f"{asset}.yaml", line, 1, ""),
        message=f"{asset}: it is {rule}",
        facts={},
        because="",
        fix="",
        requirements=(),
        tags=(),
        suppressed=suppressed,
        **given,
    )


class Recorder:
    """Records one run a day."""

    def __init__(self, database: Database, keys: Path) -> None:
        self.database = database
        self.ledger = Ledger.open(database, str(keys), START)
        self.day = 0

    def __call__(
        self,
        *assets: Sighting,
        findings: Sequence[Finding] = (),
        looked_at: Callable[[str, str], bool] = lambda path, source: True,
        **fields: Any,
    ) -> Recorded:
        self.day += 1
        now = START + self.day * DAY
        given = {"origin": "acme/ml", "targets": ["."], "outcome": "complete", "rules": RULES, **fields}
        run = Run(
            started=now - 1,
            ended=now,
            profile="strict",
            version="0",
            assets=assets,
            findings=findings,
            looked_at=looked_at,
            **given,
        )
        return record(self.database, self.ledger, run)
