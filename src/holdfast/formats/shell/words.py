"""Words of a shell script: quotes and continuations removed, known variables put in their place.

Sources: POSIX.1-2017 XCU 2.2 (Quoting) and 2.6.2 (Parameter Expansion); Bash Reference Manual 3.5.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Words", "plain"]

_PLAIN = re.compile(r"[ \t]*[\w./][\w@%+=:,./ \t\"'-]{0,4095}", re.ASCII)
_RAW_WORD = re.compile(r"(?:[^ \t'\"]|'[^']*'|\"[^\"]*\")+")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_OPEN_QUOTE = re.compile("['\"]")
_RESERVED = frozenset(
    [
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "select",
        "function",
        "coproc",
        "in",
        "export",
        "declare",
        "typeset",
        "local",
        "readonly",
        "unset",
        "unsetenv",
    ]
)
_ESCAPE = re.compile(r"\\(\n|.)", re.DOTALL)
_QUOTED_ESCAPE = re.compile(r"\\([\n$`\"\\])")
_OR = (":-", "-", ":=", "=")
_AND = (":+", "+")
_OR_FAIL = (":?", "?")


class _Default(NamedTuple):
    """`${NAME:=value}`: what was put out since then is also assigned."""

    name: str
    since: int


if TYPE_CHECKING:
    Item = str | tuple[Node, bool] | _Default


def plain(text: str) -> list[tuple[int, str]] | None:
    """The words and offsets of one line that needs no grammar; `None` where the grammar must decide."""
    if not _PLAIN.fullmatch(text) or "+=" in text:
        return None
    raw = [(match.start(), match[0]) for match in _RAW_WORD.finditer(text)]
    words = [(start, _QUOTED.sub(r"\1\2", word)) for start, word in raw]
    first = raw[0][1]
    if first in _RESERVED or words[0][1] != first or ("=" in first and words != raw):
        return None
    return None if _OPEN_QUOTE.search(_QUOTED.sub("", text)) else words


class Words:
    """Turns the word nodes of one script into text."""

    def __init__(self, text: str, substituted: int) -> None:
        """`substituted` is how many characters variables may add to the words of `text`."""
        self.left = substituted
        """What is left of `substituted`; past it words keep their raw text."""
        self.defaults: dict[str, str] = {}
        """What `${NAME:=value}` assigned in the last word."""
        self._text = text

    def slice(self, node: Node) -> str:
        """The raw text of a node."""
        return self._text[node.start_byte : node.end_byte]

    def word(self, node: Node, known: Mapping[str, str]) -> str:
        """The value of a word; it still contains `$` where it could not be resolved."""
        self.defaults = {}
        out: list[str] = []
        # Final text, or a node with whether double quotes surround it.
        todo: list[Item] = [(node, False)]
        while todo:
            item = todo.pop()
            if isinstance(item, str):
                out.append(item)
            elif isinstance(item, _Default):
                self.defaults[item.name] = "".join(out[item.since :])
            else:
                todo += reversed(self._read(item[0], item[1], known, len(out)))
        return "".join(out)

    def _read(self, node: Node, quoted: bool, known: Mapping[str, str], done: int) -> list[Item]:
        kind, raw = node.type, self.slice(node)
        if kind == "raw_string":
            return [raw[1:-1]]
        if kind == "string":
            end = node.end_byte - (len(raw) > 1 and raw.endswith('"'))
            return self._parts(node.named_children, node.start_byte + 1, end, True)
        if kind in ("concatenation", "command_name"):
            return self._parts(node.children, node.start_byte, node.end_byte, quoted)
        if kind in ("simple_expansion", "expansion"):
            # Inside double quotes the grammar gives the blanks before `$` to the expansion.
            bare = raw.lstrip()
            return [raw[: len(raw) - len(bare)], *self._expansion(node, bare, known, done + 1)]
        if kind == "command_substitution" and raw.startswith("`"):
            return [f"$({raw[1:-1]})"]
        if node.child_count or kind == "ansi_c_string":
            return [raw]
        return [_unescaped(raw, quoted)]

    def _parts(self, nodes: list[Node], start: int, end: int, quoted: bool) -> list[Item]:
        """The nodes and the text between them: the grammar makes no node of blanks in a string."""
        parts: list[Item] = []
        for node in nodes:
            parts += (_unescaped(self._text[start : node.start_byte], True), (node, quoted))
            start = node.end_byte
        parts.append(_unescaped(self._text[start:end], True))
        return parts

    def _expansion(self, node: Node, raw: str, known: Mapping[str, str], done: int) -> list[Item]:
        kids = node.children
        name = self.slice(kids[1]) if len(kids) > 1 and kids[1].type == "variable_name" else ""
        value = known.get(name)
        operator = kids[2].type if len(kids) > 3 else ""
        literal = value is not None and "$" not in value
        unset = value is None or (value == "" and operator.startswith(":"))
        if not name:
            return [raw]
        if operator in _OR and unset:
            word = self._parts(kids[3:-1], kids[2].end_byte, kids[-1].start_byte, False)
            return [*word, _Default(name, done)] if "=" in operator else word
        if operator in _AND and literal:
            return [] if unset else self._parts(kids[3:-1], kids[2].end_byte, kids[-1].start_byte, False)
        if value is None or len(value) > self.left:
            return [raw]
        if not operator or (literal and (operator in _OR or (operator in _OR_FAIL and not unset))):
            self.left -= len(value)
            return [value]
        return [raw]


def _unescaped(raw: str, quoted: bool) -> str:
    pattern = _QUOTED_ESCAPE if quoted else _ESCAPE
    return pattern.sub(lambda match: "" if match[1] == "\n" else match[1], raw) if "\\" in raw else raw
