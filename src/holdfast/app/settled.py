"""Which admission policies can never refuse anything: facts that are the same for every object decide them.

A pod's controller is always `Pod`, so that a rule about Compose files or Jobs never fails for one. A condition is asked
with only those facts seen; by the law of three values, what is decided then is decided for every object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from holdfast.core.cel.ast import Expr, Literal, Name, children
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.parse import parse
from holdfast.core.fact import Definition
from holdfast.core.rule import Condition, Rule
from holdfast.engine.evaluate import Question

CONTROLLERS = {
    "": ("ReplicationController",),
    "apps": ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"),
    "batch": ("Job", "CronJob"),
}
"""What the policies about templates are asked about, by API group."""


def inert(rule: Rule, kind: type[Struct], definitions: Mapping[str, Definition]) -> list[str]:
    """The constant facts that keep a rule from ever failing; empty where it can fail."""
    constants = _constants(definitions)
    read = sorted(constants.keys() & _read(rule.trees()))
    return read if read and _never(rule, kind, constants) else []


def inert_templates(rule: Rule, kind: type[Struct], definitions: Mapping[str, Definition]) -> bool:
    """Whether a rule fails for the template of no controller."""
    constants = _constants(definitions)
    return all(
        _never(rule, kind, {**constants, "api_group": group, "controller": name})
        for group, names in CONTROLLERS.items()
        for name in names
    )


def _constants(definitions: Mapping[str, Definition]) -> dict[str, object]:
    """The facts whose definition is a literal, and those that are never there."""
    found: dict[str, object] = {}
    for name, definition in definitions.items():
        if isinstance(definition, tuple) and definition[0] == "false":
            found[name] = None
        elif isinstance(definition, str):
            try:
                tree = parse(definition)
            except CelError:  # Kubernetes knows more than our rules may say
                continue
            if isinstance(tree, Literal):
                found[name] = tree.value
    return found


def _never(rule: Rule, kind: type[Struct], facts: Mapping[str, object]) -> bool:
    question = Question(rule, {})
    question.env[0] = kind(**facts)
    if len(question.env) > 1:
        question.env[1] = question.unseen
    return question.answer(question.env) in (False, None)


def _read(condition: Condition) -> set[str]:
    """The names that a condition uses."""
    trees = (condition.each, condition.applies_when, condition.fails_when)
    return {name for tree in trees if tree is not None for name in _names(tree)}


def _names(tree: Expr) -> Iterator[str]:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Name):
            yield node.name
        pending += children(node)
