"""Bar: one rule asked of one document, through closures."""

from __future__ import annotations

import time
from datetime import date

from harness import Row
from startup import POD

from holdfast.app.predicates import predicates
from holdfast.app.rules import assets_of
from holdfast.engine.evaluate import Question
from holdfast.engine.rulebook import load_shipped

REPEATS = 300


def measure(corpora: str) -> list[Row]:
    """Microseconds a rule and document, all rules about workloads."""
    del corpora
    known = predicates(date(2026, 11, 21))
    asset = next(asset for asset in assets_of("pod.yaml", POD.encode()) if asset.kind == "workload")
    questions = [Question(rule, known) for rule in load_shipped() if rule.kind == "workload"]
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(REPEATS):
            for question in questions:
                for _answer in question.ask(asset):
                    pass
        best = min(best, time.process_time() - start)
    cost = best / REPEATS / max(1, len(questions)) * 1e6
    return [Row("rule evaluation, a rule and document", cost, "µs", 2.0, f"{len(questions)} rules about workloads")]
