"""Bar: cases of the written truth table of access that are not answered as the providers' documents say."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from harness import Row

sys.path.append(str(Path(__file__).parents[1]))
from tests.estate.iam.table import answer, cases  # the table lies with the tests


def measure(corpora: str) -> list[Row]:
    """How many differ, of how many; and the share that is the same, by file."""
    del corpora
    total: Counter[str] = Counter()
    same: Counter[str] = Counter()
    for case in cases():
        total[case.group["file"]] += 1
        same[case.group["file"]] += answer(case) == case.wanted
    shares = ", ".join(f"{name} {same[name]}/{total[name]}" for name in total)
    differing = total.total() - same.total()
    return [Row("cases of the access truth table that differ", differing, f"of {total.total()}", 0, shares)]


if __name__ == "__main__":
    print(*measure(""), sep="\n")
