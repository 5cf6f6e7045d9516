"""Bar: mutants of rules that no example notices."""

from __future__ import annotations

from harness import Row

from holdfast.app.rules import try_rule
from holdfast.engine.mutants import mutants
from holdfast.engine.rulebook import load_shipped


def measure(corpora: str) -> list[Row]:
    """How many survive, of how many."""
    del corpora
    rules = load_shipped()
    total = sum(1 for rule in rules for _ in mutants(rule.trees()))
    alive = sum(len(try_rule(rule).survivors) for rule in rules)
    return [Row("mutants of rules that no example notices", alive, f"of {total}", 0, f"{len(rules)} rules")]
