"""Where shell text hands the value of a variable to a program, and whether the shell takes it apart on the way.

Source: POSIX.1-2017 XCU 2.6.5 (Field Splitting), 2.6.6 (Pathname Expansion); Bash Reference Manual 3.5, `eval`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from holdfast.core.errors import FormatError
from holdfast.formats.shell.copies import EXPANSIONS, Copies, name_of, text_of
from holdfast.formats.shell.grammar import parse

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Expansion", "expansions"]

SIZE = 1 << 20
_FEEDS = frozenset(("heredoc_redirect", "herestring_redirect"))
"""What hands text to the input of a command."""
_WRAPPERS = frozenset(("sudo", "env", "exec", "nohup", "timeout", "nice", "setsid"))
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_REPLACED = re.compile(r"(?:-I|-i|--replace=?)(\S+)?")
"""The option of xargs that has a sign, `{}` unless it says another, replaced by what is read."""
_INTERPRETERS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "su", "runuser", "ssh", "python", "python3", "perl"))


class Expansion(NamedTuple):
    """`$NAME` in a word of a command, or text that a shell reads; line and column count from 1."""

    name: str
    line: int
    column: int
    quoted: bool
    """Whether double quotes keep its value one word."""
    evaluated: bool
    """Whether its value becomes program text: of `eval`, or of the text behind `sh -c` and the like."""


def expansions(
    text: str, wanted: Callable[[str], bool], tells: Callable[[str], bool | None] = lambda _: None
) -> list[Expansion]:
    """Each place at which a variable stands in a command's words whose text somebody else chose.

    These are the `wanted` names and copies of them; `tells` knows commands that print such text, and answers None for
    text without one that it knows. A place where such a command's output is evaluated has an empty name. Raises
    FormatError for more than 1 MiB, and for text so unlike shell that reading it takes more than linear work.
    """
    if len(text) > SIZE:
        raise FormatError(f"shell text of {len(text)} characters, more than {SIZE}")
    source = re.sub(r"[^\x00-\x7f]", "_", text).encode("ascii")
    root = parse(source)
    copies = Copies(root, source, wanted, tells)
    found = []
    for node, place in _places(source, root):
        if not place.command:
            continue
        row, column = node.start_point
        if node.type == "command_substitution":
            if place.evaluated and tells(text_of(source, node)) is True:
                found.append(Expansion("", row + 1, column + 1, place.quoted, evaluated=True))
        elif copies.holds(node, place.function):
            found.append(Expansion(name_of(source, node), row + 1, column + 1, place.quoted, place.evaluated))
    return found


class _Place(NamedTuple):
    """Where a node stands."""

    function: str = ""
    """The function in whose body."""
    command: bool = False
    """Whether in a command's words."""
    quoted: bool = False
    evaluated: bool = False
    """Whether in text that is run."""
    piped: bool = False
    """Whether what its command prints is run by a shell."""


def _places(source: bytes, root: Node) -> Iterator[tuple[Node, _Place]]:
    """Every expansion and substitution with its place."""
    stack = [(root, _Place())]
    while stack:
        node, place = stack.pop()
        if node.type in EXPANSIONS:
            yield node, place
        elif node.type == "command":
            place = place._replace(command=True, quoted=False, evaluated=place.piped or _evaluates(source, node))
        elif node.type == "string":
            place = place._replace(quoted=True)
        elif node.type in ("variable_assignment", "test_command"):
            place = place._replace(command=False)
        elif node.type in _FEEDS:
            fed = _shell(source, node.parent)
            place = place._replace(command=fed, quoted=fed, evaluated=fed)
        elif node.type == "command_substitution":
            yield node, place
            place = place._replace(quoted=False)
        elif node.type == "function_definition":
            place = place._replace(function=text_of(source, node.named_children[0]))
        stack += reversed(_inside(source, node, place))


def _inside(source: bytes, node: Node, place: _Place) -> list[tuple[Node, _Place]]:
    """The children of a node with their places: what a pipeline prints may be run by the shell at its end."""
    if node.type != "pipeline" or not _shell(source, node.named_children[-1]):
        return [(child, place) for child in node.children]
    last = node.named_children[-1]
    return [(child, place._replace(piped=child != last)) for child in node.children]


def _words(source: bytes, command: Node) -> list[str]:
    words = [child for child in command.named_children[:40] if child.type not in ("variable_assignment", *_FEEDS)]
    return [text_of(source, word) for word in words[:12]]


def _shell(source: bytes, node: Node | None) -> bool:
    """Whether a command is a shell that runs what it reads, bare or behind `sudo` and the like."""
    if node is not None and node.type == "redirected_statement":
        node = node.named_children[0]
    if node is None or node.type != "command":
        return False
    words = _words(source, node)
    if _put_into_text(words):
        return True
    at = next((at for at, text in enumerate(words) if text.rpartition("/")[2] in _SHELLS), len(words))
    wrapped = all(text.rpartition("/")[2] in _WRAPPERS or text.startswith("-") for text in words[:at])
    return at < len(words) and wrapped and all(text.startswith("-") and text != "-c" for text in words[at + 1 :])


def _put_into_text(words: list[str]) -> bool:
    """Whether `xargs` puts what it reads into text that a shell runs: `xargs -I{} sh -c 'x {}'`. Source: xargs(1)."""
    if not words or words[0].rpartition("/")[2] != "xargs":
        return False
    shell = next((at for at, word in enumerate(words) if word.rpartition("/")[2] in _SHELLS), len(words))
    for word, following in pairwise(words[: shell + 1]):
        option = _REPLACED.fullmatch(word)
        if option is not None:
            sign = option[1] or (following if word == "-I" else "{}")
            return sign.strip("'\"") in "".join(_texts(words[shell:]))
    return False


def _texts(words: list[str]) -> list[str]:
    """What stands behind `-c`."""
    return [text for word, text in pairwise(words) if re.fullmatch(r"-\w*c", word)]


def _evaluates(source: bytes, command: Node) -> bool:
    """Whether a command runs text that stands in its words."""
    names = [text.rpartition("/")[2] for text in _words(source, command)]
    if not names:
        return False
    if names[0] in ("eval", "trap"):
        return True
    at = next((at for at, name in enumerate(names) if name in _INTERPRETERS), len(names))
    return any(re.fullmatch(r"-\w*c|-e|--command", text) for text in names[at + 1 :])
