"""What callers hand to a GitHub workflow or action, and which machines it asks for under each event.

Sources, checked 2026-11-30: GitHub Docs, "Reuse workflows" (inputs, and the caller's `github` context), "Workflow
syntax" (`jobs.<job_id>.runs-on`), "Evaluate expressions in workflows and actions" (`fromJSON`, `&&` and `||` as a
choice).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from holdfast.collect.fields import written
from holdfast.collect.pipelines.github_events import Events, Reach, context
from holdfast.collect.pipelines.github_values import MANY, Scope, combinations
from holdfast.core.fact import Fact
from holdfast.formats import yaml
from holdfast.formats.github_expressions import UNKNOWN, evaluate, find, parse, paths

Context = Callable[[tuple[str, ...]], object]


class Called(Struct, frozen=True):
    """One call of a workflow or action."""

    reach: Reach
    """The outsider's events that get through to it."""
    inputs: Mapping[str, str] = {}
    """What it is given, in lower case; expressions stay as written."""


class Way(Struct, frozen=True):
    """How a workflow is started: by its own events, or by a caller."""

    reach: Reach
    others: tuple[str, ...] = ()
    """Its own events that no outsider causes."""
    inputs: Mapping[str, object] = {}
    """Input -> its value."""
    rest: object = UNKNOWN
    """The value of every other input."""


def joined(reaches: Sequence[Reach]) -> Reach:
    """What gets through on one of several ways."""
    surely = frozenset[str]().union(*(each.surely for each in reaches))
    return Reach(surely, frozenset[str]().union(*(each.maybe for each in reaches)) - surely)


def ways(on: object, events: Events, calls: Sequence[Called]) -> list[Way]:
    """The ways in which a workflow with these events is started; unknown callers are one of them."""
    outside = frozenset(events.outsiders(trusted=False))
    found = []
    others = tuple(str(each.name) for each, _ in events.triggers if each.outsiders is False)
    if outside or others:
        found.append(Way(Reach(outside), others, rest=UNKNOWN if "workflow_dispatch" in others else None))
    defaults = {name: each.get("default") for name, each in _declared(on).items()}
    for call in calls:
        given = {name: value if "${{" not in value else UNKNOWN for name, value in call.inputs.items()}
        found.append(Way(call.reach, (), {**defaults, **given}))
    if events.called and not calls:
        found.append(Way(Reach(frozenset()), (), {}))
    return found


def _declared(on: object) -> dict[str, Mapping[str, Any]]:
    """The inputs that callers may give."""
    called = on.get("workflow_call") if isinstance(on, dict) else None
    inputs = called.get("inputs") if isinstance(called, dict) else None
    items = inputs.items() if isinstance(inputs, dict) else ()
    return {name.lower(): each if isinstance(each, dict) else {} for name, each in items}


def machines(asked: object, scope: Scope, way: Way) -> Iterator[tuple[Fact[list[str]], Reach]]:
    """The labels of the runners that a job asks for, each with the outsider's events that lead to it.

    Raises FormatError for an expression that is none.
    """
    texts = list(_texts(asked))
    read = {path for text in texts for each in find(text) for path in paths(parse(each.source))}
    if not any(path[0] == "github" for path in read):
        yield _labels(asked, scope, _known(way, None)), way.reach
        return
    for event in sorted(way.reach.surely | way.reach.maybe):
        only = frozenset((event,))
        yield _labels(asked, scope, _known(way, context(event))), Reach(way.reach.surely & only, way.reach.maybe & only)
    for event in way.others:
        yield _labels(asked, scope, _known(way, _named(event))), Reach(frozenset())


def _named(event: str) -> Context:
    """An event of which nothing but its name is known."""
    return lambda path: event if path == ("github", "event_name") else UNKNOWN


def _texts(asked: object) -> Iterator[str]:
    items = [*asked.values()] if isinstance(asked, dict) else asked if isinstance(asked, list) else [asked]
    for item in items:
        yield from (each for each in (item if isinstance(item, list) else [item]) if isinstance(each, str))


def _known(way: Way, event: Context | None) -> Context:
    """The contexts of a job's `runs-on`, its matrix excepted."""

    def value(path: tuple[str, ...]) -> object:
        if path[0] == "inputs" and len(path) == 2:
            found = way.inputs.get(path[1], way.rest)
            return {"true": True, "false": False}.get(found, found) if isinstance(found, str) else found
        return event(path) if event is not None and path[0] == "github" else UNKNOWN

    return value


def _labels(asked: object, scope: Scope, known: Context) -> Fact[list[str]]:
    """The labels of a runner: a name, a list, or a mapping with a group; every value of a matrix counts."""
    group = None
    if isinstance(asked, yaml.Mapping):
        group, asked = asked.get("group"), asked.get("labels", [])
    found = [] if group is None else [f"group:{written(group)}"]
    for label in asked if isinstance(asked, list) else [asked]:
        values = _values(label, scope, known) if isinstance(label, str) else UNSET
        if not isinstance(values, list):
            return UNSET
        found += values
    return list(dict.fromkeys(found))


def _values(text: str, scope: Scope, known: Context) -> Fact[list[str]]:
    """Every label that a text gives."""
    plain = scope.values(text)
    inner = list(find(text))
    if not isinstance(plain, UnsetType) or len(inner) != 1 or inner[0].end - inner[0].start != len(text.strip()):
        return plain
    node = parse(inner[0].source)
    matrix = sorted({path for path in paths(node) if path[0] == "matrix"})
    choices = []
    for path in matrix:
        values = combinations(scope.matrix, list(path[1:]))
        if isinstance(values, UnsetType):
            return UNSET
        choices.append([{"true": True, "false": False}.get(value, value) for value in values])
    size = 1
    for choice in choices:
        size *= len(choice)
    found: list[str] = []
    for combination in itertools.product(*choices) if size <= MANY else ():
        value = evaluate(node, _chosen(dict(zip(matrix, combination, strict=True)), known))
        if isinstance(value, dict):
            value = value.get("labels")
        items = value if isinstance(value, list) else [value]
        labels = [item for item in items if isinstance(item, str) and item]
        if not items or len(labels) != len(items):
            return UNSET
        found += labels
    return found or UNSET


def _chosen(values: Mapping[tuple[str, ...], object], known: Context) -> Context:
    """The contexts under one combination of the matrix."""
    return lambda path: values[path] if path in values else known(path)
