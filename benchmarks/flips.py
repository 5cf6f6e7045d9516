"""Bar: single bit flips in any file of a store's folder that `ledger verify` does not find."""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from harness import Row

from holdfast.app.ledger import change_key, check_all, erase_payloads, prune_below
from holdfast.app.store import Record, clock, open_store
from holdfast.config import Settings
from holdfast.core.errors import HoldfastError

FLIPS = 6000


def measure(corpora: str) -> list[Row]:
    """How many of them nobody noticed."""
    del corpora
    with tempfile.TemporaryDirectory() as folder:
        missed, files = flip(Path(folder), FLIPS, random.Random(1))
    return [Row("bit flips that are not found", len(missed), f"of {FLIPS}", 0, f"in {files} files; {missed[:3] or ''}")]


def flip(folder: Path, count: int, chance: random.Random) -> tuple[list[str], int]:
    """Flips single bits, each in a fresh copy of a store; where that was not found, and how many files it has."""
    store = folder / "store"
    os.environ["HOLDFAST_HOME"] = str(store)
    make(chance)
    files = [path for path in sorted(store.rglob("*")) if path.is_file() and path.stat().st_size]
    missed = []
    for _ in range(count):
        path = chance.choice(files)
        data = bytearray(path.read_bytes())
        at = chance.randrange(len(data) * 8)
        data[at // 8] ^= 1 << at % 8
        copy = folder / "copy"
        shutil.copytree(store, copy)
        (copy / path.relative_to(store)).write_bytes(data)
        os.environ["HOLDFAST_HOME"] = str(copy)
        if not noticed():
            missed.append(f"{path.relative_to(store)} bit {at}")
        shutil.rmtree(copy)
    return missed, len(files)


def noticed() -> bool:
    """Whether verifying finds anything, or refuses to read it."""
    try:
        return bool(check_all(Settings()).problems)
    except HoldfastError:
        return True


def make(chance: random.Random) -> None:
    """A store with a bit of everything."""
    settings = Settings()
    with open_store() as store, store.database.transaction():
        names = [store.ledger.pseudonym(f"workload/{number}") for number in range(7)]
        records = [Record("finding", chance.choice(names), chance.randbytes(200)) for _ in range(700)]
        store.ledger.seal(records, clock())
    erase_payloads(settings, [5, 6, 300], "", "asked")
    change_key(settings, second=False)
    prune_below(settings, 256, "old")
    change_key(settings, second=True)


if __name__ == "__main__":
    print(*measure(sys.argv[1] if len(sys.argv) > 1 else ""), sep="\n")
