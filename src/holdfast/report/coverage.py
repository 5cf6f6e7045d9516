"""How far requirements are met: a table, CSV, JSON (`holdfast.coverage/1`), and one of them in detail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from holdfast.core.requirement import STATES, Covered, State
from holdfast.report.listing import as_csv, as_json, table
from holdfast.report.wording import visible

__all__ = ["FORMATS", "detail", "render"]

FORMATS = ("table", "json", "csv")


def render(rows: Sequence[Covered], format: str) -> bytes:
    """The rows in a format; JSON is the contract `holdfast.coverage/1`."""
    if format == "json":
        return as_json("holdfast.coverage/1", {"requirements": [_document(row) for row in rows]})
    columns: tuple[str, ...] = ("id", "state", "assets", "by", "requirement")
    if format == "csv":
        columns = (*columns, "because", "candidate controls")
        return as_csv(columns, [(*_cells(row, 1000), row.because, _controls(row)) for row in rows])
    counts = Counter(row.state for row in rows)
    told = ", ".join(f"{counts[state]} {state.replace('_', ' ')}" for state in STATES if counts[state])
    served = sum(row.requirement.served for row in rows)
    last = f"\n{len(rows)} requirements, {served} served by this build: {told}\n"
    return table(columns, [_cells(row, 3) for row in rows], widest=90) + last.encode()


def _cells(row: Covered, most: int) -> tuple[str, ...]:
    counts = " ".join(f"{number} {state.replace('_', ' ')}" for state, number in row.counts.items())
    by = row.requirement.by or ([f"of {' '.join(row.requirement.of)}"] if row.requirement.of else [])
    more = f" and {len(by) - most} more" if len(by) > most else ""
    return (
        row.requirement.id,
        row.state,
        counts or "-",
        (", ".join(by[:most]) + more) or "-",
        row.requirement.requirement,
    )


def _controls(row: Covered) -> str:
    return "; ".join(f"{name}: {' '.join(ids)}" for name, ids in row.requirement.controls.items())


def _document(row: Covered) -> dict[str, object]:
    requirement = row.requirement
    return {
        "id": requirement.id,
        "requirement": requirement.requirement,
        "area": requirement.area,
        "by": requirement.by,
        "of": list(requirement.of),
        "state": row.state,
        "assets": dict(row.counts),
        "because": row.because,
        "max_age_days": requirement.max_age_days,
        "candidate_controls": {name: list(ids) for name, ids in requirement.controls.items()},
    }


def detail(row: Covered) -> bytes:
    """One requirement for people: its state, what it rests on, assets by state, and candidate controls."""
    requirement = row.requirement
    lines = [
        f"{requirement.id}  {requirement.requirement}",
        f"  state     {row.state.replace('_', ' ')}",
        f"  because   {visible(row.because)}",
        f"  served by {', '.join(requirement.by or requirement.of) or 'nothing in this build'}",
        f"  counts    for {requirement.max_age_days} days",
        *_named(row.assets, row.counts),
        "  candidate controls (our mapping, to be confirmed by whoever audits)",
        *(f"    {name}: {' '.join(ids)}" for name, ids in requirement.controls.items()),
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _named(assets: Mapping[State, Sequence[str]], counts: Mapping[State, int]) -> Iterator[str]:
    for state, names in assets.items():
        yield f"  {state.replace('_', ' ')}"
        yield from (f"    {visible(name)}" for name in names)
        if counts[state] > len(names):
            yield f"    and {counts[state] - len(names)} more"
