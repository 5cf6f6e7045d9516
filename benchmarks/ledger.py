"""Bars: durable signed appends per second with 64 producers and their p99; `ledger verify` of a million entries."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from harness import HOLDFAST, Row, run

from holdfast.app.store import Record, clock, open_store
from holdfast.store.commit import Committer

DISK = "/var/tmp"
"""Some /tmp are memory."""
PRODUCERS, SECONDS = 64, 10
ENTRIES, PAYLOAD = 1_000_000, 150
CHUNK = 50_000


def measure(corpora: str) -> list[Row]:
    """The bars of the ledger."""
    del corpora
    with tempfile.TemporaryDirectory(dir=DISK) as folder:
        os.environ["HOLDFAST_HOME"] = str(Path(folder, "appends").resolve())
        rate, late, cpu = asyncio.run(appends())
        os.environ["HOLDFAST_HOME"] = str(Path(folder, "million").resolve())
        fill()
        done = run([*HOLDFAST, "ledger", "verify"])
        right = b"all is as it was sealed" in done.output
    return [
        Row(f"microseconds per durable append, {PRODUCERS} producers", 1e6 / rate, "us", 100, f"{rate:.0f} a second"),
        Row(
            f"durable append, p99, {PRODUCERS} producers",
            late * 1000,
            "ms",
            50,
            f"{cpu * 1e6 / rate / SECONDS:.0f} CPU us each",
        ),
        Row(
            "ledger verify, 1,000,000 entries",
            done.cpu_seconds if right else None,
            "CPU s",
            5,
            f"{done.peak_mb:.0f} MB",
        ),
    ]


async def appends() -> tuple[float, float, float]:
    """Appends per second, the 99th percentile of their seconds, and the CPU seconds of this process."""
    took: list[float] = []
    with open_store() as store, Committer(store.database, store.ledger, store.log, clock) as committer:
        end = time.monotonic() + SECONDS

        async def produce(number: int) -> None:
            payload = os.urandom(PAYLOAD)
            subject = store.ledger.pseudonym(f"workload/{number}")
            while (start := time.monotonic()) < end:
                await committer.append(Record("decision", subject, payload))
                took.append(time.monotonic() - start)

        before = time.process_time()
        await asyncio.gather(*(produce(number) for number in range(PRODUCERS)))
        cpu = time.process_time() - before
    return len(took) / SECONDS, statistics.quantiles(took, n=100)[98], cpu


def fill() -> None:
    """A ledger of a million entries."""
    with open_store() as store:
        subjects = [store.ledger.pseudonym(f"workload/{number}") for number in range(1000)]
        for start in range(0, ENTRIES - 1, CHUNK):
            size = min(CHUNK, ENTRIES - 1 - start)
            records = [Record("decision", subjects[at % 1000], os.urandom(PAYLOAD)) for at in range(size)]
            with store.database.transaction():
                store.ledger.seal(records, clock())


if __name__ == "__main__":
    print(*measure(""), sep="\n")
