"""Files of HCL's native syntax: bytes -> a body of attributes and blocks. Source: hclsyntax/spec.md "Structure"."""

from __future__ import annotations

from holdfast.formats.hcl.expressions import Parser
from holdfast.formats.hcl.scan import SIGNIFICANT, source_of
from holdfast.formats.hcl.syntax import Attribute, Block, Body
from holdfast.formats.hcl.templates import unescaped

__all__ = ["read"]


def read(data: bytes) -> Body:
    """The body of a file. Raises FormatError, with its place, for what HCL would refuse to parse.

    A file has at most 4 MiB, and nests at most 50 deep.
    """
    parser = Parser(source_of(data), SIGNIFICANT)
    parser.advance()
    body = _body(parser)
    if parser.kind != "end":
        parser.expected("a name")
    return body


def _body(parser: Parser) -> Body:
    """Attributes and blocks up to what can be neither."""
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    while True:
        while parser.kind == "newline":
            parser.advance()
        if parser.kind != "path":
            return Body(attributes, tuple(blocks), parser.source)
        at, name = parser.at, parser.name()
        if parser.text == "=" and parser.kind == "operator":
            parser.advance()
            if name in attributes:
                parser.refuse(f"`{name}` stands twice", at)
            attributes[name] = Attribute(name, parser.expression(), at)
        else:
            blocks.append(_block(parser, name, at))
        if parser.kind not in ("newline", "end") and not (parser.text == "}" and parser.depth):
            parser.expected("the end of the line")


def _block(parser: Parser, type: str, at: int) -> Block:
    labels: list[str] = []
    while parser.text != "{":
        if parser.kind == "text":
            labels.append(unescaped(parser.text[1:-1], parser, parser.at + 1))
            parser.advance()
        elif parser.kind == "path":
            labels.append(parser.name())
        else:
            parser.expected("`=`, a label or `{`")
    outside = parser.open(SIGNIFICANT)
    body = _body(parser)
    parser.close("}", outside)
    return Block(type, tuple(labels), body, at)
