"""The lines around a place, with credentials masked: what is printed to show a mistake must not spread a secret.

Masked is what follows a name that holds a credential (as `formats.servers.masking` knows them) on its line or on the
next, and the password of a URL. A credential under a name that says nothing is not recognised here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from holdfast.formats.servers.masking import HIDDEN, is_literal, names_secret

LONGEST = 4000
"""Characters of a line that is looked at; a longer one is not shown."""
WIDTH = 240
"""Characters of a line that are shown."""

_NAME = re.compile(r"[\w.-]{2,80}", re.ASCII)
_VALUE = re.compile(r"""["']?(?:[ \t]*[:=,][ \t]*|[ \t]+)(?:["']?value["']?[ \t]*[:=][ \t]*)?["']?([^\s"',}\]]+)""")
_NEXT = re.compile(r"""[ \t]*(?:-[ \t]+)?(?:["']?value["']?[ \t]*[:=][ \t]*)?["']?([^\s"',}\]]+)""")
_OPEN_END = re.compile(r"""["']?[ \t]*[:=,\\]?[ \t\\]*$""")
_URL = re.compile(r"://[^\s:/@]{0,256}:([^\s/@]{1,256})@")


class Line(Struct, frozen=True):
    """One line as it may be shown; the offending part is what stands in `marked`."""

    number: int
    before: str
    marked: str = ""


def excerpt(lines: Sequence[str], at: int, column: int, context: int) -> Iterator[Line]:
    """The line `at` and `context` lines on either side; all from 1. Nothing for one that is empty or not there."""
    if not 0 < at <= len(lines) or not lines[at - 1].strip():
        return
    awaited = False
    first = max(1, at - context)
    for number in range(max(1, first - 1), min(len(lines), at + context) + 1):
        line = lines[number - 1].rstrip()
        if len(line) > LONGEST:
            before, marked, awaited = f"… {len(line)} characters", "", False
        else:
            place = max(column, 1) if number == at else len(line) + 1
            masked, place, awaited = _mask(line, place - 1, awaited)
            before, marked = _window(masked, place)
        if number >= first:
            yield Line(number, before, marked)


def _mask(line: str, place: int, awaited: bool) -> tuple[str, int, bool]:
    """The line without credentials, where `place` is now, and whether the next line may begin with one."""
    spans = [match.span(1) for match in _URL.finditer(line) if is_literal(match[1])]
    if awaited and (match := _NEXT.match(line)) and _is_value(match[1]):
        spans.append(match.span(1))
    ends_open = False
    for name in _NAME.finditer(line):
        if names_secret(name[0]):
            if (match := _VALUE.match(line, name.end())) and _is_value(match[1]):
                spans.append(match.span(1))
            ends_open = _OPEN_END.match(line, name.end()) is not None
    shown: list[str] = []
    moved, done = place, 0
    for start, end in sorted(spans):
        if start < done:
            continue
        shown.extend((line[done:start], HIDDEN))
        if place >= end:
            moved += len(HIDDEN) - (end - start)
        elif place > start:
            moved -= place - start
        done = end
    return "".join((*shown, line[done:])), moved, ends_open


def _is_value(text: str) -> bool:
    """Whether it is a literal, and no further key or flag."""
    return is_literal(text) and not text.endswith(":") and not text.startswith(("--", "{", "[", "\\"))


def _window(line: str, place: int) -> tuple[str, str]:
    """What stands before a place (from 0) and from it on, `WIDTH` characters around it."""
    marks = place < len(line)
    start = max(0, place - WIDTH // 2) if marks else 0
    cut = line[start : start + WIDTH]
    before = ("…" if start else "") + cut[: place - start]
    after = cut[place - start :]
    more = "…" if len(line) > start + WIDTH else ""
    return (before, after + more) if marks else (before + more, "")
