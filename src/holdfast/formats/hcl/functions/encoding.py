"""Functions that encode and decode. Unknown parts of a document become unknown pieces of its text.

Source: Terraform's documentation of jsonencode, yamlencode, base64encode, urlencode and csvdecode. Go's encoder
escapes `<`, `>` and `&` in JSON, and sorts keys.
"""

from __future__ import annotations

from typing import Any

import msgspec

from holdfast.core.known import Text, Unknown, document, known, size, text
from holdfast.formats.hcl.values import MAX_TEXT, Budget, Exhausted, Failure, fitting, string

__all__ = ["COSTLY", "PARTIAL", "STRICT", "jsonencode"]

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class _Writer:
    """Pieces of a text, up to `MAX_TEXT` characters of it."""

    def __init__(self, budget: Budget) -> None:
        self.pieces: list[Any] = []
        self.left = MAX_TEXT
        self.budget = budget

    def add(self, piece: str | Unknown) -> None:
        self.left -= size(piece)
        self.budget.charge(1)
        if self.left < 0:
            raise Exhausted("text that is too long")
        self.pieces.append(piece)

    def scalar(self, value: Any) -> None:
        """Anything but a list or mapping, as JSON."""
        if isinstance(value, str):
            self.add(_quoted(value))
        elif isinstance(value, Text):
            self.add('"')
            for piece in value.pieces:
                self.add(_quoted(piece)[1:-1] if isinstance(piece, str) else piece)
            self.add('"')
        elif isinstance(value, Unknown):
            self.add(value)
        else:
            self.add("null" if value is None else string(value))

    def json(self, value: Any) -> None:
        value = known(value)
        if isinstance(value, list):
            for at, item in enumerate(value):
                self.add("," if at else "[")
                self.json(item)
            self.add("]" if value else "[]")
        elif isinstance(value, dict):
            for at, key in enumerate(sorted(value)):
                self.add("," if at else "{")
                self.add(_quoted(key) + ":")
                self.json(value[key])
            self.add("}" if value else "{}")
        else:
            self.scalar(value)

    def yaml(self, value: Any, indent: str) -> None:
        """In block style, as yamlencode writes it: mappings begin where they stand, lists on their key's column."""
        value = known(value)
        if isinstance(value, list) and value:
            for at, item in enumerate(value):
                self.add(f"{indent if at else ''}- ")
                self.yaml(item, indent + "  ")
        elif isinstance(value, dict) and value:
            for at, key in enumerate(sorted(value)):
                self.add(f"{indent if at else ''}{_quoted(key)}:")
                inner = known(value[key])
                nested = isinstance(inner, list | dict) and bool(inner)
                deeper = indent + "  " if isinstance(inner, dict) else indent
                self.add(f"\n{deeper}" if nested else " ")
                self.yaml(inner, deeper)
        else:
            self.add("[]") if value == [] else self.add("{}") if value == {} else self.scalar(value)
            self.add("\n")


def _quoted(value: str) -> str:
    value = str.__str__(value)  # a Secret is text like any other while it is computed with
    try:
        found = msgspec.json.encode(value)
    except UnicodeEncodeError:  # half of a surrogate pair
        found = msgspec.json.encode(value.encode("utf-8", "replace").decode())
    return found.decode().translate(_ESCAPES)


def jsonencode(budget: Budget, value: Any) -> str | Text | Unknown:
    """A value as JSON. Raises Exhausted past `MAX_TEXT`, and when the budget is used up."""
    writer = _Writer(budget)
    writer.json(value)
    return text(writer.pieces)


def _yamlencode(budget: Budget, value: Any) -> str | Text | Unknown:
    writer = _Writer(budget)
    writer.yaml(value, "")
    return text(writer.pieces)


def _jsondecode(value: Any) -> Any:
    if not isinstance(value, Text | Unknown):
        value = string(value)
    found = document(value)
    if isinstance(found, Unknown) and isinstance(value, str):
        raise Failure("no JSON")
    return fitting(found)


def _base64decode(value: Any) -> str:
    import base64

    try:
        return base64.b64decode(string(value), validate=True).decode()
    except ValueError as error:
        raise Failure("no text in base64") from error


def _base64encode(value: Any) -> Any:
    """Of a text that is known in part the parts stay as they are, between unknown pieces, for whoever decodes it."""
    import base64

    if isinstance(value, Text):
        edge = Unknown("base64 of what is not known in full")
        return text([edge, value, edge])
    if isinstance(value, Unknown):
        return value
    return base64.b64encode(string(value).encode("utf-8", "replace")).decode()


def _urlencode(value: Any) -> str:
    from urllib.parse import quote_plus

    return quote_plus(string(value).encode("utf-8", "replace"), safe="")


def _csvdecode(value: Any) -> list[dict[str, Any]]:
    import csv

    try:
        header, *rows = [row for row in csv.reader(string(value).splitlines(keepends=True), strict=True) if row]
        return [dict(zip(header, row, strict=True)) for row in rows]
    except (csv.Error, ValueError) as error:
        raise Failure("no CSV with a header") from error


def _digest(name: str) -> Any:
    def digest(value: Any) -> str:
        import hashlib

        return hashlib.new(name, string(value).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()

    return digest


COSTLY = {"jsonencode": jsonencode, "yamlencode": _yamlencode}
PARTIAL = {"jsondecode": _jsondecode, "base64encode": _base64encode}
STRICT = {
    "base64decode": _base64decode, "urlencode": _urlencode, "csvdecode": _csvdecode,
    **{name: _digest(name) for name in ("md5", "sha1", "sha256", "sha512")},
}  # fmt: skip
