"""Looks into documents whose shape nobody vouches for."""

from __future__ import annotations

from typing import Any

from holdfast.core.asset import Spot
from holdfast.formats.yaml import Mapping


def table(value: Mapping, key: str) -> Mapping:
    """The mapping under a key, an empty one where there is none."""
    found = value.get(key)
    return found if isinstance(found, Mapping) else Mapping()


def listed(value: Mapping, key: str) -> list[Mapping]:
    """The mappings in the list under a key."""
    found = value.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def reach(value: Any, *keys: str) -> Any:
    """What lies under keys one in another, None where one of them is not there."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def text_of(value: object) -> str:
    """A scalar as it is written, empty for all else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def texts(value: object) -> list[str]:
    """The scalars in a list; one that stands alone counts as a list."""
    found = value if isinstance(value, list) else [value]
    return [text for each in found if (text := text_of(each))]


def spot_of(value: Mapping, key: str, line: int) -> Spot:
    """Where a key stands, for a document that starts on this line."""
    marks = getattr(value, "marks", {})
    if key in marks:
        return Spot(marks[key].line + line, marks[key].column + 1)
    mark = getattr(value, "mark", None)
    return Spot(mark.line + line, mark.column + 1) if mark is not None else Spot(line, 1)
