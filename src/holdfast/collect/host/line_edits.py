"""Which line of a file a task of Ansible replaces, and where it puts one that is not there.

Source: ansible.builtin.lineinfile and replace, documentation and code (Ansible 12), checked 2026-11-30: the last line
that the expression fits is replaced; without one, a line that is there already stays, and `insertafter` or
`insertbefore` say where a new one goes, else the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from holdfast.collect.fields import TEMPLATED
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.patterns import compile_pattern

__all__ = ["Edit", "Unclear", "edit_of", "put"]

YES = ("yes", "true", "1", "on")
LONGEST = 1_000
"""Characters of an expression that is followed."""
BEGIN, END = "BOF", "EOF"


class Edit(NamedTuple):
    """Where a line goes."""

    pattern: str = ""
    """What the line fits that it replaces."""
    text: str = ""
    """What stands in it instead."""
    after: str = ""
    before: str = ""
    first: bool = False
    """Whether the first line counts that fits, and not the last."""
    only: bool = False
    """Whether nothing is put in where no line fits."""
    every: bool = False
    """Whether all lines are replaced that fit as a whole."""


class Unclear(ValueError):
    """An expression that cannot be followed."""


def edit_of(module: str, values: Mapping[str, Any]) -> Edit | None:
    """What a task says of the place of its text; None where that is the end of the file."""
    if module == "replace":
        return Edit(pattern=str(values.get("regexp") or ""), every=True)
    if module != "lineinfile":
        return None
    return Edit(
        pattern=str(values.get("regexp") or values.get("regex") or ""),
        text=str(values.get("search_string") or ""),
        after=str(values.get("insertafter") or ""),
        before=str(values.get("insertbefore") or ""),
        first=str(values.get("firstmatch")).lower() in YES,
        only=str(values.get("backrefs")).lower() in YES,
    )


def put(rows: list[bytes], edit: Edit, line: bytes) -> tuple[list[int], int]:
    """The rows that a line replaces, and where it goes if there are none; -1 for nowhere. Raises Unclear."""
    found = []
    if edit.pattern:
        fits = _matcher(f"^(?:{edit.pattern})$" if edit.every else edit.pattern)
        found = [at for at, row in enumerate(rows) if fits(row)]
    elif edit.text:
        text = edit.text.encode("utf-8", "replace")
        found = [at for at, row in enumerate(rows) if text in row]
    if found:
        return found if edit.every else [found[0 if edit.first else -1]], -1
    if edit.only or (not edit.every and line in rows):
        return [], -1
    if edit.before == BEGIN:
        return [], 0
    beside = edit.before or edit.after
    if beside and beside != END:
        fits = _matcher(beside)
        near = [at for at, row in enumerate(rows) if fits(row)]
        if near:
            return [], near[0 if edit.first else -1] + (not edit.before)
    return [], len(rows)


@lru_cache(maxsize=32)
def _compiled(pattern: str) -> Callable[[str], bool | None] | None:
    try:
        return compile_pattern(pattern)
    except CelError:
        return None


def _matcher(pattern: str) -> Callable[[bytes], bool]:
    """Whether an expression fits a row, in time that grows with the row alone."""
    search = None if len(pattern) > LONGEST or TEMPLATED.search(pattern) else _compiled(pattern)
    if search is None:
        raise Unclear(pattern)

    def fits(row: bytes) -> bool:
        answer = search(row.rstrip(b"\r").decode("utf-8", "replace"))
        if answer is None:
            raise Unclear(pattern)
        return answer

    return fits
