"""HCL's JSON syntax: bytes -> a body of attributes and blocks, as the native syntax gives it.

Source: hashicorp/hcl json/spec.md, and Terraform's "JSON Configuration Syntax". Which keys are blocks, JSON does not
say: the caller does. A nested block stays an attribute whose value is an object or a list of objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from holdfast.core.errors import FormatError
from holdfast.formats.hcl.expressions import template
from holdfast.formats.hcl.scan import MAX_DEPTH, source_of
from holdfast.formats.hcl.syntax import Attribute, Block, Body, Expr, Literal, ObjectOf, Source, TupleOf

__all__ = ["read"]

_TOKEN = re.compile(
    r'[ \t\r\n]*+(?:("(?:[^"\\\x00-\x1f]++|\\.)*+")|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)'
    r"|(true|false|null)|([{}\[\]:,])|(\Z))"
)
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 64


class _Value(NamedTuple):
    """A JSON value: a scalar, a list of values, or the members of an object with their offsets."""

    content: Any
    at: int


class _Member(NamedTuple):
    key: str
    value: _Value
    at: int


def read(data: bytes, blocks: Mapping[str, int]) -> Body:
    """The body of a file; `blocks` are the keys that are blocks, with the number of their labels.

    Raises FormatError, with its place, for what is not JSON, is no object, or nests more than 50 deep.
    """
    reader = _Reader(source_of(data))
    root = reader.value()
    reader.take("")
    return _body(root, blocks, reader)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.end = 0
        self.depth = 0

    def refuse(self, what: str, at: int) -> NoReturn:
        line, column = self.source.place(at)
        raise FormatError(what, line=line, column=column)

    def token(self) -> re.Match[str]:
        match = _TOKEN.match(self.source.text, self.end)
        if match is None:
            self.refuse("not JSON", self.end)
        self.end = match.end()
        return match

    def take(self, *signs: str) -> str:
        """One of these signs, which must come next; the empty one is the end."""
        match = self.token()
        sign: str = match[match.lastindex or 5]
        if match[1] is not None or match[2] is not None or sign not in signs:
            self.refuse(f"expected {' or '.join(signs) or 'the end'}", match.start(match.lastindex or 5))
        return sign

    def value(self) -> _Value:
        match = self.token()
        at = match.start(match.lastindex or 5)
        if match[1] is not None:
            return _Value(self.text(match[1], at), at)
        if match[2] is not None:
            return _Value(self.number(match[2], at), at)
        if match[3] is not None:
            return _Value(_WORDS[match[3]], at)
        if match[4] not in ("{", "["):
            self.refuse("expected a value", at)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(f"nested more than {MAX_DEPTH} deep", at)
        content = self.members() if match[4] == "{" else self.items()
        self.depth -= 1
        return _Value(content, at)

    def closes(self, sign: str) -> bool:
        """Whether this sign comes next; it is skipped then."""
        match = _TOKEN.match(self.source.text, self.end)
        if match is None or match[4] != sign:
            return False
        self.end = match.end()
        return True

    def items(self) -> list[_Value]:
        found: list[_Value] = []
        while not (not found and self.closes("]")):
            found.append(self.value())
            if self.take(",", "]") == "]":
                break
        return found

    def members(self) -> tuple[_Member, ...]:
        found: list[_Member] = []
        while not (not found and self.closes("}")):
            match = self.token()
            if match[1] is None:
                self.refuse("expected a key", match.start(match.lastindex or 5))
            key = self.text(match[1], match.start(1))
            self.take(":")
            found.append(_Member(key, self.value(), match.start(1)))
            if self.take(",", "}") == "}":
                break
        return tuple(found)

    def text(self, quoted: str, at: int) -> str:
        if "\\" not in quoted:
            return quoted[1:-1]
        import json

        try:
            return str(json.loads(quoted)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        except ValueError:
            self.refuse("no escape of JSON", at)

    def number(self, text: str, at: int) -> int | float:
        if len(text) > _LONGEST_NUMBER or abs(float(text)) == float("inf"):
            self.refuse("a number that is too large", at)
        return int(text) if text.lstrip("-").isdecimal() else float(text)

    def expression(self, value: _Value) -> Expr:
        """What a value means where an expression is expected: text is a template."""
        content = value.content
        if isinstance(content, str):
            try:
                return template(content)
            except FormatError as error:
                self.refuse(f"in this text at {error.line}:{error.column}: {error.what}", value.at)
        if isinstance(content, list):
            return TupleOf(tuple(self.expression(item) for item in content))
        if isinstance(content, tuple):
            keys = (self.expression(_Value(each.key, each.at)) for each in content)
            return ObjectOf(tuple(zip(keys, (self.expression(each.value) for each in content), strict=True)))
        return Literal(content)


def _members(value: _Value, reader: _Reader) -> list[_Member]:
    """The members of an object, or of all objects in a list."""
    found: list[_Member] = []
    for each in value.content if isinstance(value.content, list) else [value]:
        if not isinstance(each.content, tuple):
            reader.refuse("expected an object", each.at)
        found.extend(each.content)
    return found


def _body(value: _Value, blocks: Mapping[str, int], reader: _Reader) -> Body:
    attributes: dict[str, Attribute] = {}
    found: list[Block] = []
    for key, inner, at in _members(value, reader):
        if key == "//":
            continue
        if key in blocks:
            found.extend(_blocks(key, (), inner, at, blocks[key], reader))
        elif key in attributes:
            reader.refuse(f"`{key}` stands twice", at)
        else:
            attributes[key] = Attribute(key, reader.expression(inner), at)
    return Body(attributes, tuple(found), reader.source)


def _blocks(type: str, labels: tuple[str, ...], value: _Value, at: int, left: int, reader: _Reader) -> list[Block]:
    """The blocks below a key: one level of objects for each label that is left, then a body or a list of bodies."""
    if left:
        return [
            block
            for key, inner, place in _members(value, reader)
            for block in _blocks(type, (*labels, key), inner, place, left - 1, reader)
        ]
    nested = {} if type == "locals" else {"dynamic": 1, "content": 0} if type == "dynamic" else {"dynamic": 1}
    bodies = value.content if isinstance(value.content, list) else [value]
    return [Block(type, labels, _body(each, nested, reader), at) for each in bodies]
