"""How often each rule of the default profile fires on the public repositories: so that noise is seen."""

from __future__ import annotations

import json
from collections import Counter

from harness import HOLDFAST, Row, corpus, run
from trees import TREES


def measure(corpora: str) -> list[Row]:
    """One row a rule that fired, with its count in each repository."""
    counts: dict[str, Counter[str]] = {}
    for name, _ in TREES:
        path = corpus(name, corpora)
        if path is not None:
            document = json.loads(run([*HOLDFAST, "check", ".", "--format", "json"], cwd=path).output)
            counts[name] = Counter(finding["rule"] for finding in document["findings"])
    rules = sorted({rule for found in counts.values() for rule in found})
    rows = []
    for rule in rules:
        places = ", ".join(f"{name.rpartition('/')[2]} {found[rule]}" for name, found in counts.items() if found[rule])
        rows.append(Row(f"fires: {rule}", sum(found[rule] for found in counts.values()), "times", None, places))
    return rows
