"""The use `render`: a Result in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from holdfast.core.result import Result

FORMATS = ("text", "json", "sarif", "junit", "ocsf", "html")


class Presentation(Struct, frozen=True):
    """How a report is shown."""

    source: Callable[[str], Sequence[str]]
    """Path -> the lines of that source, for excerpts."""
    today: date
    colour: bool = False
    everything: bool = False
    """Whether every finding is shown in full."""


def render(result: Result, format: str, presentation: Presentation) -> bytes:
    """The bytes of a report."""
    from holdfast import __version__ as version

    match format:
        case "json":
            from holdfast.report import json

            return json.render(result)
        case "sarif":
            from holdfast.report import sarif

            return sarif.render(result, sarif.Options(version=version))
        case "junit":
            from holdfast.report import junit

            return junit.render(result, junit.Options())
        case "ocsf":
            from holdfast.report import ocsf

            return ocsf.render(result, ocsf.Options(version=version))
        case "html":
            from holdfast.report import html

            return html.render(result, html.Options(version=version, source=presentation.source))
        case _:
            from holdfast.report import text

            options = text.Options(presentation.source, presentation.colour, presentation.everything)
            return text.render(result, options)
