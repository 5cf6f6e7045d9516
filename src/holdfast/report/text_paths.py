"""An attack path as text: a line a step, each with the finding that opens it, then the cheapest cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from holdfast.core.path import Cut, Route, Step, label, words
from holdfast.report.wording import visible

__all__ = ["lines"]

SHOWN = 12
"""Digits of a fingerprint, enough for `why` and `accept`."""
NAMED = 3
"""Further entries that are named."""
Paint = Callable[[str, str], str]


def lines(route: Route, paint: Paint = lambda code, text: text) -> Iterator[str]:
    """The lines of a path."""
    sort = "attack path" if route.certain else "possible attack path"
    named = "class unknown" if route.data_class == "unknown" else f"{route.data_class} data"
    yield f"{paint('1;35', sort)} from the internet to {visible(label(route.target))} ({named})"
    for number, step in enumerate(route.steps, 1):
        yield f"  {number:>2}  {_line(step)}"
        for each in step.unseen:
            yield f"      unseen, because of {visible(each.rule)}"
    if route.also:
        yield f"      the same from {_some([label(entry) for entry in route.also])}"
    for index, cut in enumerate(route.cut):
        yield f"  {paint('1', 'cut:' if not index else '    ')} {_cut(cut)}"


def _line(step: Step) -> str:
    said = visible(words(step)) + (" (possibly)" if not step.certain else "")
    if not step.opened_by:
        return said
    first, *more = step.opened_by
    rest = f" and {len(more)} more" if more else ""
    return f"{said}: {visible(first.rule)}, id {visible(first.finding[:SHOWN])}{rest}"


def _cut(cut: Cut) -> str:
    if not cut.findings:
        return f"take away that {visible(label(cut.source))} {visible(words(cut))}"
    named = ", ".join(f"{visible(each.rule)} (id {visible(each.finding[:SHOWN])})" for each in cut.findings)
    fixed = "; `holdfast fix` does it" if all(each.repairable for each in cut.findings) else ""
    return f"repair {named}{fixed}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(visible(name) for name in names[:NAMED]) + more
