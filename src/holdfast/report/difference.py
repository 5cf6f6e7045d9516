"""What changed between two runs for people, and as JSON (`holdfast.diff/1`)."""

from __future__ import annotations

from holdfast.core.difference import SORTS, Difference
from holdfast.report.listing import as_json
from holdfast.report.wording import visible

__all__ = ["FORMATS", "render"]

FORMATS = ("text", "json")


def render(found: Difference, format: str) -> bytes:
    """The difference in a format."""
    if format == "json":
        runs = [dict(zip(("run", "origin", "day", "outcome", "reason"), run, strict=True)) for run in found.runs]
        changes = [
            {
                "sort": change.sort,
                "asset": change.subject,
                "details": list(change.details),
                "fingerprint": change.fingerprint or None,
            }
            for change in found.changes
        ]
        return as_json("holdfast.diff/1", {"from": found.first, "to": found.last, "runs": runs, "changes": changes})
    lines = [
        f"run {number}  {day}  {outcome}  {visible(origin)}{f': {visible(reason, 200)}' if reason else ''}"
        for number, origin, day, outcome, reason in found.runs
    ]
    sort = ""
    for change in found.changes:
        if change.sort != sort:
            sort = change.sort
            lines += ["", sort]
        lines.append(f"  {visible(change.subject, 200)}")
        lines += [f"      {visible(detail, 200)}" for detail in change.details]
    counts = [f"{sum(change.sort == sort for change in found.changes)} {sort}" for sort in SORTS]
    told = ", ".join(count for count in counts if not count.startswith("0 "))
    blind = bool(found.runs) and all(run[3] == "failed" for run in found.runs)
    nothing = "nothing was looked at: whether something changed is unknown" if blind else "nothing changed"
    return ("\n".join([*lines, "", told or nothing]) + "\n").encode("utf-8", "backslashreplace")
