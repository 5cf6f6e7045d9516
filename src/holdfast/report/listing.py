"""Tables of text: for people, for programs as CSV, for both as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from holdfast.report.wording import data, visible

__all__ = ["as_csv", "as_json", "lines", "table"]

WIDEST = 60
"""Characters of one cell of a table for people."""
NOTHING = "-"
"""A cell that says nothing."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula. Source: OWASP, "CSV Injection"."""


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, widest: int = WIDEST) -> bytes:
    """Aligned columns; what is longer than `widest` is cut in the middle, since both ends of an id tell something."""
    cells = [[_cut(visible(str(cell)), widest) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in ([name.upper() for name in columns], *cells)
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _cut(text: str, widest: int) -> str:
    if len(text) <= widest:
        return text
    half = (widest - 1) // 2
    return f"{text[: widest - 1 - half]}…{text[-half:]}"


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """RFC 4180 with a line of names; no cell is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_harmless(visible(str(cell), 10_000)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8", "backslashreplace")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) and cell != NOTHING else cell


def as_json(schema: str, document: Mapping[str, object]) -> bytes:
    """One document with its schema first, ended by a line feed; lists at its top have one line for each element.

    Such a list is never cut, since it is what was asked for, and may be long: its elements are encoded one by one.
    """
    parts = [b'{\n  "schema": ', msgspec.json.encode(schema)]
    for name, value in document.items():
        parts += [b",\n  ", msgspec.json.encode(name), b": "]
        if isinstance(value, list):
            parts += lines(data(item, depth=8) for item in value)
        else:
            parts.append(msgspec.json.encode(data(value, depth=8)))
    return b"".join([*parts, b"\n}\n"])


def lines(values: Iterable[object]) -> Iterator[bytes]:
    """A JSON list, each element on a line."""
    between = b"[\n    "
    for value in values:
        yield between
        yield msgspec.json.encode(value)
        between = b",\n    "
    yield b"[]" if between.startswith(b"[") else b"\n  ]"
