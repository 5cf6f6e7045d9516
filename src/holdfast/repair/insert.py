"""New entries in a YAML or JSON text, written the way the text around them is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.core.errors import RepairError
from holdfast.core.repair import Value
from holdfast.formats.yaml import load
from holdfast.repair.tree import Node, content_end, line_end

PLAIN = re.compile(r"(?:--)?[A-Za-z0-9_./][\w./,:=@+-]*", re.ASCII)
"""Texts that need no quotes in a block; a comma would end them in a flow collection."""
COLON = re.compile(r"[ \t]*:")
QUESTION = "a key is written with a question mark"
BREAK = re.compile(r"\r\n|\n")


class Splice(NamedTuple):
    """A piece of text that another one takes the place of."""

    start: int
    end: int
    text: str


class Style(NamedTuple):
    """How a document is written."""

    json: bool
    step: int
    """By how much a nested mapping is indented."""
    dash: int
    """By how much the dashes of a list are, below their key."""
    eol: str


def style_of(root: Node, text: str) -> Style:
    """The style of a document, from the first places that show it."""
    first = root.items[0][0] if root.items else None
    found = BREAK.search(text)
    step = dash = -1
    for key, value in _entries(root):
        if not value.flow and value.items and key is not None:
            if value.kind == "mapping" and step < 0:
                step = (value.items[0][0] or value).column - key.column
            elif value.kind == "sequence" and dash < 0:
                dash = value.column - key.column
    step = step if step > 0 else 2
    return Style(
        json=root.flow and first is not None and first.style == '"',
        step=(first.column or 2) if root.flow and first is not None and _broken(root, text) else step,
        dash=dash if dash >= 0 else step,
        eol=found[0] if found is not None else "\n",
    )


def _entries(root: Node) -> Iterator[tuple[Node | None, Node]]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield from node.items
        pending.extend(value for _, value in reversed(node.items))


def _broken(node: Node, text: str) -> bool:
    """Whether the first item of a flow collection stands on a line of its own."""
    first = node.items[0][0] or node.items[0][1]
    return "\n" in text[node.start : first.start]


def written(value: Value, *, flow: bool, quote: str = "") -> str:
    """A scalar as it stands in a document; `quote` is `"` or `'` where it replaces a text in quotes."""
    if not isinstance(value, str):
        return json.dumps(value)
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if quote or not PLAIN.fullmatch(value) or (flow and "," in value) or not _is_text(value):
        return json.dumps(value)
    return value


def _is_text(value: str) -> bool:
    return bool(load(value.encode()) == value)


def entry(node: Node, steps: Sequence[str], value: Value | list[Value], text: str, style: Style) -> Splice:
    """The splice that puts `value` at `steps` below a mapping that has no entry for the first of them."""
    if node.flow:
        lined = bool(node.items) and _broken(node, text)
        column = (node.items[0][0] or node.items[0][1]).column if lined else None
        return _flow_entry(node, _pair(steps, value, style, column), text, style)
    first = node.items[0][0]
    assert first is not None  # a mapping has keys
    if text[: first.start].endswith("? "):
        raise RepairError(QUESTION)
    at = line_end(content_end(node, text), text)
    return Splice(at, at, "".join(_lines(steps, value, first.column, style)))


def _lines(steps: Sequence[str], value: Value | list[Value], column: int, style: Style) -> Iterator[str]:
    """The lines of a new block entry, each with the break before it."""
    for depth, step in enumerate(steps):
        end = f" {written(value, flow=False)}" if depth + 1 == len(steps) and not isinstance(value, list) else ""
        yield f"{style.eol}{' ' * (column + depth * style.step)}{written(step, flow=False)}:{end}"
    if isinstance(value, list):
        for item in value:
            indent = column + (len(steps) - 1) * style.step + style.dash
            yield f"{style.eol}{' ' * indent}- {written(item, flow=False)}"


def below_nothing(
    key: Node, node: Node, steps: Sequence[str], value: Value | list[Value], text: str, style: Style
) -> Splice:
    """The splice that puts an entry below a key that has no value: `securityContext:` and nothing."""
    if node.start != node.end:  # `null` or `~`, or a property
        if text[node.start : node.end] not in ("null", "~"):
            raise RepairError("something else stands where a mapping should")
        return Splice(node.start, node.end, f"{{{_pair(steps, value, style, None)}}}")
    colon = COLON.match(text, key.end)
    if colon is None:
        raise RepairError(QUESTION)
    at = line_end(colon.end(), text)
    return Splice(at, at, "".join(_lines(steps, value, key.column + style.step, style)))


def item(node: Node, value: Value, text: str, style: Style) -> Splice:
    """The splice that appends an item to a list."""
    if node.flow:
        return _flow_entry(node, _scalar(value, style), text, style)
    at = line_end(content_end(node, text), text)
    return Splice(at, at, f"{style.eol}{' ' * _dash(node, text)}- {written(value, flow=False)}")


def _dash(node: Node, text: str) -> int:
    """The column of a block list's dashes."""
    first = node.items[0][1]
    dash = text.rfind("-", 0, first.start)
    return dash - (text.rfind("\n", 0, dash) + 1)


def _scalar(value: Value, style: Style) -> str:
    return json.dumps(value) if style.json else written(value, flow=True)


def _pair(steps: Sequence[str], value: Value | list[Value], style: Style, indent: int | None) -> str:
    """An entry of a flow mapping; its own mappings over several lines where `indent` says how far in it stands."""
    name = _scalar(steps[0], style)
    if len(steps) == 1:
        items = [_scalar(item, style) for item in (value if isinstance(value, list) else [value])]
        return f"{name}: [{', '.join(items)}]" if isinstance(value, list) else f"{name}: {items[0]}"
    inner = _pair(steps[1:], value, style, None if indent is None else indent + style.step)
    if indent is None:
        return f"{name}: {{{inner}}}"
    here = style.eol + " " * indent
    return f"{name}: {{{here}{' ' * style.step}{inner}{here}}}"


def _flow_entry(node: Node, single: str, text: str, style: Style) -> Splice:
    """The splice that appends what is written to a flow collection, on a line of its own where the others are."""
    if not node.items:
        bracket = text[node.end - 1]
        opening = "{" if bracket == "}" else "["
        return Splice(text.rindex(opening, 0, node.end), node.end, f"{opening}{single}{bracket}")
    end = node.items[-1][1].end
    if not _broken(node, text):
        return Splice(end, end, f", {single}")
    first = node.items[0][0] or node.items[0][1]
    return Splice(end, end, f",{style.eol}{' ' * first.column}{single}")
