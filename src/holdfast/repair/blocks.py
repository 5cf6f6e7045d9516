"""Changes of Terraform and OpenTofu files: an argument of a resource, literal or new, in the layout of `terraform fmt`.

Source: HCL native syntax specification, "Structure"; Terraform's style conventions (arguments in consecutive lines are
aligned, nested blocks come after them, a blank line between).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from msgspec import Struct

from holdfast.core.errors import FormatError, RepairError
from holdfast.core.repair import Value
from holdfast.formats.hcl.expressions import Parser
from holdfast.formats.hcl.scan import SIGNIFICANT
from holdfast.formats.hcl.syntax import Literal, Source

STEP = "  "
MOVED = "the place is not there any more"


class Argument(Struct, frozen=True):
    """`name = value`, with the offsets of the whole and of the value."""

    name: str
    start: int
    value: int
    end: int
    literal: bool


class Block(Struct, frozen=True):
    """`type "label" { ... }`, with the offsets of its type and of what is between its braces."""

    type: str
    labels: tuple[str, ...]
    start: int
    inside: int
    end: int
    arguments: tuple[Argument, ...]
    blocks: tuple[Block, ...]

    def items(self) -> list[Argument | Block]:
        """Everything between its braces."""
        return [*self.arguments, *self.blocks]


def put(text: str, line: int, path: str, value: Value) -> str:
    """The text with `TYPE.block.argument` of the resource that starts on a line at a value. Raises RepairError."""
    type_, *steps = path.split(".")
    source = Source(text)
    try:
        found = [block for block in _read(source) if source.place(block.start)[0] == line]
    except FormatError as error:
        raise RepairError(MOVED) from error
    if len(found) != 1 or found[0].type != "resource" or found[0].labels[:1] != (type_,):
        raise RepairError(MOVED)
    _complete(found[0], steps[0])
    start, end, new = _splice(text, found[0], steps, json.dumps(value))
    return text[:start] + new + text[end:]


def _complete(block: Block, name: str) -> None:
    """Raises RepairError where something else may say what the resource leaves out."""
    here = {each.name for each in block.arguments} | {each.type for each in block.blocks}
    if name not in here and "launch_template" in here:
        raise RepairError("a launch template may say it")


def _splice(text: str, block: Block, steps: Sequence[str], value: str) -> tuple[int, int, str]:
    """From where to where what takes the place."""
    name, *below = steps
    argument = next((each for each in block.arguments if each.name == name), None)
    if argument is not None:
        if below or not argument.literal:
            raise RepairError("its value comes from elsewhere")
        return argument.value, argument.end, value
    blocks = [each for each in block.blocks if each.type == name]
    if any(each.type == "dynamic" and each.labels == (name,) for each in block.blocks) or len(blocks) > 1:
        raise RepairError("there are several such blocks, or a loop makes them")
    if blocks:
        if not below:
            raise RepairError("something else stands where a value should")
        return _splice(text, blocks[0], below, value)
    return _added(text, block, steps, value)


def _added(text: str, block: Block, steps: Sequence[str], value: str) -> tuple[int, int, str]:
    """A new argument, or a block that holds it, as the last of a block."""
    eol = "\r\n" if "\r\n" in text else "\n"
    before = text.rfind("\n", 0, block.start) + 1
    outer = text[before : block.start]
    inside = text[block.inside : block.end]
    if outer.strip(" \t"):
        raise RepairError("the block shares its line with what stands around it")
    if "\n" not in inside:
        if inside.strip():
            raise RepairError("the block is written on one line")
        indent = outer + STEP
        return block.inside, block.end, f"{eol}{_lines(steps, value, indent, eol)}{outer}"
    first = min(block.items(), key=lambda each: each.start, default=None)
    at = text.rfind("\n", 0, block.end) + 1
    if text[at : block.end].strip(" \t"):
        raise RepairError("the block ends on a line of its contents")
    indent = outer + STEP if first is None else text[text.rfind("\n", 0, first.start) + 1 : first.start]
    if indent.strip(" \t"):
        raise RepairError("the block shares its line with what stands around it")
    pad, parted = _fitted(text, block, at, steps)
    return at, at, (eol if parted else "") + _lines(steps, value, indent, eol, pad)


def _fitted(text: str, block: Block, at: int, steps: Sequence[str]) -> tuple[int, bool]:
    """How wide the name of a new last argument is written, and whether a blank line goes before it."""
    last = max(block.items(), key=lambda each: each.start, default=None)
    if last is None or not text[text.rfind("\n", 0, at - 1) + 1 : at].strip():
        return 0, False
    if not isinstance(last, Argument) or len(steps) > 1:
        return 0, True
    line = text[text.rfind("\n", 0, last.start) + 1 : at]
    if line.count("\n") > 1:  # a value of several lines, or a comment behind it
        return 0, True
    equals = text[last.start : last.value].index("=")
    return equals - 1, equals - 1 < len(steps[0])


def _lines(steps: Sequence[str], value: str, indent: str, eol: str, pad: int = 0) -> str:
    name, *below = steps
    if not below:
        return f"{indent}{name.ljust(pad)} = {value}{eol}"
    return f"{indent}{name} {{{eol}{_lines(below, value, indent + STEP, eol)}{indent}}}{eol}"


def _read(source: Source) -> tuple[Block, ...]:
    """The blocks of a file. Raises FormatError."""
    parser = Parser(source, SIGNIFICANT)
    parser.advance()
    _, blocks = _body(parser)
    if parser.kind != "end":
        parser.expected("a name")
    return blocks


def _body(parser: Parser) -> tuple[tuple[Argument, ...], tuple[Block, ...]]:
    arguments: list[Argument] = []
    blocks: list[Block] = []
    for at, name in _names(parser):
        if parser.text == "=" and parser.kind == "operator":
            parser.advance()
            token = parser.kind, parser.text, parser.at, parser.end
            literal = type(parser.expression()) is Literal and _single(token[0], token[1])
            arguments.append(Argument(name, at, token[2], token[3], literal))
        else:
            blocks.append(_block(parser, name, at))
    return tuple(arguments), tuple(blocks)


def _names(parser: Parser) -> Iterator[tuple[int, str]]:
    """The names that arguments and blocks begin with."""
    while True:
        while parser.kind == "newline":
            parser.advance()
        if parser.kind != "path":
            return
        at = parser.at
        yield at, parser.name()


def _single(kind: str | None, text: str) -> bool:
    """Whether a token is a whole literal."""
    return kind in ("text", "number") or (kind == "path" and text in ("true", "false", "null"))


def _block(parser: Parser, type_: str, at: int) -> Block:
    labels: list[str] = []
    while parser.text != "{":
        if parser.kind not in ("text", "path"):
            parser.expected("`=`, a label or `{`")
        labels.append(parser.text.strip('"'))
        parser.advance()
    inside = parser.end
    outside = parser.open(SIGNIFICANT)
    arguments, blocks = _body(parser)
    end = parser.at
    parser.close("}", outside)
    return Block(type_, tuple(labels), at, inside, end, arguments, blocks)
