"""Where shell text hands the value of a variable to a program, and whether the shell takes it apart on the way.

Source: POSIX.1-2017 XCU 2.6.5 (Field Splitting), 2.6.6 (Pathname Expansion); Bash Reference Manual 3.5, `eval`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from holdfast.core.errors import FormatError
from holdfast.formats.shell.grammar import parse

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Expansion", "expansions"]

SIZE = 1 << 20
_PLACES = frozenset(("simple_expansion", "expansion"))
_INTERPRETERS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "su", "runuser", "ssh", "python", "python3", "perl"))


class Expansion(NamedTuple):
    """`$NAME` in a word of a command; line and column count from 1."""

    name: str
    line: int
    column: int
    quoted: bool
    """Whether double quotes keep its value one word."""
    evaluated: bool
    """Whether its value becomes program text: of `eval`, or of the text behind `sh -c` and the like."""


def expansions(text: str, wanted: Callable[[str], bool]) -> list[Expansion]:
    """Each place at which a variable whose name is `wanted` stands in a command's words.

    Raises FormatError for more than 1 MiB, and for text so unlike shell that reading it takes more than linear work.
    """
    if len(text) > SIZE:
        raise FormatError(f"shell text of {len(text)} characters, more than {SIZE}")
    source = re.sub(r"[^\x00-\x7f]", "_", text).encode("ascii")
    found = []
    for node, command, quoted, evaluated in _places(parse(source)):
        if command:
            name = _name(node)
            if wanted(name):
                row, column = node.start_point
                found.append(Expansion(name, row + 1, column + 1, quoted, evaluated))
    return found


def _places(root: Node) -> Iterator[tuple[Node, bool, bool, bool]]:
    """Every expansion, with whether it stands in a command's words, in quotes, and in text that is evaluated."""
    stack = [(root, False, False, False)]
    while stack:
        node, command, quoted, evaluated = stack.pop()
        if node.type in _PLACES:
            yield node, command, quoted, evaluated
        elif node.type == "command":
            command, quoted, evaluated = True, False, _evaluates(node)
        elif node.type == "string":
            quoted = True
        elif node.type in ("variable_assignment", "test_command", "heredoc_body", "herestring_redirect"):
            command = False
        elif node.type == "command_substitution":
            quoted = False
        stack.extend((child, command, quoted, evaluated) for child in reversed(node.children))


def _evaluates(command: Node) -> bool:
    """Whether a command runs text that stands in its words."""
    words = [child for child in command.named_children if child.type != "variable_assignment"]
    texts = [(word.text or b"").decode("ascii", "replace") for word in words[:12]]
    name = texts[0].rpartition("/")[2] if texts else ""
    return name == "eval" or (name in _INTERPRETERS and any(re.fullmatch(r"-\w*c|-e", text) for text in texts[1:]))


def _name(node: Node) -> str:
    """The variable's name; empty for what has none, as `$(...)` inside `${}`."""
    for child in node.named_children:
        if child.type in ("variable_name", "special_variable_name"):
            return (child.text or b"").decode("ascii", "replace")
    return ""
