"""The use `render`: a Result in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from holdfast.core.result import Result


def render(
    result: Result,
    format: str,
    *,
    source: Callable[[str], Sequence[str]],
    colour: bool = False,
    everything: bool = False,
) -> bytes:
    """The bytes of a report. `source` gives the lines of a path for excerpts."""
    if format == "json":
        from holdfast.report import json

        return json.render(result)
    from holdfast.report import text

    return text.render(result, text.Options(source=source, colour=colour, everything=everything))
