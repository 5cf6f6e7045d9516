"""Texts in a Jenkinsfile that are read by somebody else than a shell."""

from __future__ import annotations

import itertools

from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.literals import tokens
from holdfast.core.asset import Spot
from holdfast.core.fact import Secret
from holdfast.kinds.pipeline import Step, Variable

MANY = 20
"""Most tokens of a file that are told."""


def told(draft: Draft, text: str) -> None:
    """Takes up tokens anywhere in a file, comments and arguments included, that no step and no variable shows."""
    shown: list[str] = []
    for part in (*draft.parts.get("variables", ()), *draft.parts.get("steps", ())):
        value = part.value if isinstance(part, Variable) else part.script if isinstance(part, Step) else None
        if isinstance(value, str):
            shown.append("".join(value))  # of a secret, its text
    for prefix, token in itertools.islice(tokens(text), MANY):
        if not any(token in each for each in shown):
            shown.append(token)
            at = text.index(token)
            spot = Spot(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
            found = Variable(name=f"{prefix}...", value=Secret(token), secret=None, job=None)
            draft.add("variables", found, spot)
