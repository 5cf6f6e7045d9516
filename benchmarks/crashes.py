"""Bars: acknowledged entries that are lost, and problems that verifying finds, after kill -9 and after power losses.

A loss of power drops what was not synced, or parts of it: tests/store/lossy.py.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from harness import Row

sys.path.append(str(Path(__file__).parents[1]))
from tests.store.crashing import crashes  # the process that crashes lies with the tests
from tests.store.lossy import power_losses

DISK = "/var/tmp"
"""Some /tmp are memory."""
CRASHES = 1000
EACH = 50
"""Crashes of one store."""


def measure(corpora: str, count: int = CRASHES) -> list[Row]:
    """How much was wrong."""
    del corpora
    chance = random.Random(7)
    wrong: list[str] = []
    total = 0
    for _ in range(max(count // EACH, 1)):
        with tempfile.TemporaryDirectory(dir=DISK) as folder:
            found, acknowledged = crashes(Path(folder).resolve() / "home", min(EACH, count), chance)
        wrong += found
        total += acknowledged
    rows = [Row(f"lost or wrong after {count} crashes", len(wrong), f"of {total}", 0, "; ".join(wrong[:3]))]
    with tempfile.TemporaryDirectory() as folder:
        wrong, total = power_losses(Path(folder).resolve(), count // 5, chance)
    what = f"lost or wrong after {count // 5} losses of power"
    return [*rows, Row(what, len(wrong), f"of {total}", 0, "; ".join(wrong[:3]))]


if __name__ == "__main__":
    print(*measure("", int(sys.argv[1]) if len(sys.argv) > 1 else CRASHES), sep="\n")
