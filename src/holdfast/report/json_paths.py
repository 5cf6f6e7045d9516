"""Attack paths as JSON: part of the contract `holdfast.check/1`, and by themselves `holdfast.paths/1`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from holdfast.core.path import Cut, Opening, Route, Step, Unseen, words
from holdfast.report.wording import whole

__all__ = ["render", "shapes"]

SCHEMA = "holdfast.paths/1"


def render(routes: Sequence[Route]) -> bytes:
    """The paths as one JSON document, ended by a line feed."""
    document = {"schema": SCHEMA, "paths": shapes(routes)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def shapes(routes: Iterable[Route]) -> list[dict[str, object]]:
    """Each path as a mapping."""
    return [
        {
            "entry": whole(route.entry),
            "target": whole(route.target),
            "data_class": route.data_class,
            "certain": route.certain,
            "also_from": [whole(entry) for entry in route.also],
            "steps": [_step(step) for step in route.steps],
            "cut": [_cut(cut) for cut in route.cut],
        }
        for route in routes
    ]


def _step(step: Step) -> dict[str, object]:
    return {
        "from": whole(step.source),
        "relation": step.relation,
        "to": whole(step.target),
        "words": whole(words(step)),
        "certain": step.certain,
        "opened_by": [_opening(each) for each in step.opened_by],
        "unseen": [_unseen(each) for each in step.unseen],
    }


def _unseen(unseen: Unseen) -> dict[str, object]:
    return {"rule": whole(unseen.rule), "asset": whole(unseen.asset), "message": whole(unseen.message)}


def _cut(cut: Cut) -> dict[str, object]:
    return {
        "from": whole(cut.source),
        "relation": cut.relation,
        "to": whole(cut.target),
        "effort": cut.effort,
        "findings": [_opening(each) for each in cut.findings],
    }


def _opening(opening: Opening) -> dict[str, object]:
    return {
        "rule": whole(opening.rule),
        "asset": whole(opening.asset),
        "severity": opening.severity,
        "confidence": opening.confidence,
        "repairable": opening.repairable,
        "fingerprint": whole(opening.finding),
    }
