"""The use `render`: a Result in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from holdfast.core.result import Result
from holdfast.report.wording import nothing, value, visible

__all__ = ["FORMATS", "Presentation", "nothing", "render", "value", "visible"]

FORMATS = ("text", "json", "sarif", "junit", "ocsf", "html")


class Presentation(Struct, frozen=True):
    """How a report is shown."""

    source: Callable[[str], Sequence[str]]
    """Path -> the lines of that source, for excerpts."""
    now: datetime
    """When the check was made, with its time zone."""
    root: str = ""
    """The absolute path of the folder that paths are relative to."""
    colour: bool = False
    everything: bool = False
    """Whether every finding is shown in full."""
    strict: bool = False
    """Whether every gap counts."""
    rules: tuple[str, ...] = ()
    """The folders of own rules that were named on the command line."""
    only_open: bool = False
    """Whether SARIF leaves out what is suppressed or undecided, because its reader would show it as open."""


def render(result: Result, format: str, how: Presentation) -> bytes:
    """The bytes of a report."""
    from holdfast import __version__ as version

    match format:
        case "json":
            from holdfast.report import json

            return json.render(result)
        case "sarif":
            from holdfast.report import sarif

            return sarif.render(result, sarif.Options(version, how.root, how.now, how.only_open))
        case "junit":
            from holdfast.report import junit

            return junit.render(result, junit.Options(how.strict, how.now))
        case "ocsf":
            from holdfast.report import ocsf

            return ocsf.render(result, ocsf.Options(version, how.now))
        case "html":
            from holdfast.report import html

            return html.render(result, html.Options(how.source, version, how.now))
        case _:
            from holdfast.report import text

            return text.render(result, text.Options(how.source, how.colour, how.everything, rules=how.rules))
