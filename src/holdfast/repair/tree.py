"""A YAML or JSON text as nodes that know where they stand, for changing it in place.

Source: YAML 1.2.2, 5.4, 6, 7 and 8; libyaml counts marks in characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from holdfast.core.errors import RepairError

COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*")
REST = re.compile(r"[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=[\r\n]|\Z)")
"""What may follow the last value of a line."""


class Node(Struct):
    """A value in the text; `start` and `end` count characters, properties (anchor, tag) included."""

    kind: str
    """`scalar`, `alias`, `mapping` or `sequence`."""
    start: int
    end: int
    """Of a block collection or block scalar: where the next token begins, behind comments and blank lines."""
    column: int
    """From 0."""
    flow: bool = False
    style: str = ""
    """Of a scalar: empty for plain, or its quote, `|` or `>`."""
    value: str = ""
    items: list[tuple[Node | None, Node]] = []
    """(key, value); sequences have no keys."""

    def child(self, step: str) -> tuple[Node | None, Node] | None:
        """The entry under a key or at an index."""
        if self.kind == "mapping":
            return next(((key, value) for key, value in self.items if key is not None and key.value == step), None)
        if self.kind == "sequence" and step.isdecimal() and step.isascii() and int(step) < len(self.items):
            return self.items[int(step)]
        return None


def compose(text: str) -> Node:
    """The nodes of one document that has been read before. Raises RepairError."""
    try:
        events = _events(text)
        return _node(next(events), events)
    except (yaml.YAMLError, StopIteration) as error:
        raise RepairError("the document cannot be read again") from error


def _events(text: str) -> Iterator[Any]:
    parser = CParser(text)
    while parser.check_event():
        event = parser.get_event()
        if isinstance(event, NodeEvent | CollectionEndEvent):
            yield event


def _node(event: Any, events: Iterator[Any]) -> Node:
    """The node that starts with an event; the reader has bounded how deep they nest."""
    start, end, column = event.start_mark.index, event.end_mark.index, event.start_mark.column
    if isinstance(event, ScalarEvent):
        return Node("scalar", start, end, column, style=event.style or "", value=event.value)
    if isinstance(event, AliasEvent):
        return Node("alias", start, end, column)
    mapping = isinstance(event, MappingStartEvent)
    found = Node("mapping" if mapping else "sequence", start, end, column, flow=bool(event.flow_style), items=[])
    while isinstance(event := next(events), ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
        key = _node(event, events) if mapping else None
        found.items.append((key, _node(next(events) if mapping else event, events)))
    found.end = event.end_mark.index
    return found


def content_end(node: Node, text: str) -> int:
    """Where the last character of a node's own content ends: without the comments and blank lines behind it."""
    while node.kind in ("mapping", "sequence") and not node.flow and node.items:
        node = node.items[-1][1]
    if node.style not in ("|", ">"):
        return node.end
    header = text[node.start : text.find("\n", node.start)]
    if "+" in header.partition("#")[0]:  # every blank line behind it is content
        return len(text[: node.end].removesuffix("\n").removesuffix("\r"))
    return node.start + len(text[node.start : node.end].rstrip())


def spans(node: Node, text: str) -> Iterator[tuple[int, int]]:
    """Where the scalars, aliases and flow collections of a node stand, in order: between them are only comments."""
    if node.kind in ("scalar", "alias") or node.flow:
        yield node.start, content_end(node, text)
        return
    for key, value in node.items:
        if key is not None:
            yield key.start, key.end
        yield from spans(value, text)


def comments(start: int, end: int, inside: Iterator[tuple[int, int]], text: str) -> list[str]:
    """The comments in a piece of text, in order, given where the values in it stand."""
    found: list[str] = []
    for first, last in [*inside, (end, end)]:
        found += COMMENT.findall(text[start:first])
        start = max(start, last)
    return found


def line_end(at: int, text: str) -> int:
    """Where the line ends on which a value ends. Raises RepairError where more than a comment follows."""
    rest = REST.match(text, at)
    if rest is None:
        raise RepairError("something else stands on the same line")
    return rest.end()
