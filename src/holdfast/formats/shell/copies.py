"""Which variables of a shell script hold the text of others: copies, also through functions, loops and `read`.

The order of lines does not count, but a variable that was cleaned (`${x//[^a-z]/}`, `tr -cd`) is clean from there on.
Source: POSIX.1-2017 XCU 2.5 (Parameters), 2.6.2 (Parameter Expansion); Bash Reference Manual 3.5.3, 4.2 `read`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from holdfast.core.errors import FormatError

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Copies", "name_of", "text_of"]

EXPANSIONS = frozenset(("simple_expansion", "expansion"))
_SUBSTITUTIONS = frozenset(("command_substitution", "process_substitution"))
_CLEANS = re.compile(r"\[[!^]|\btr\s+-\w*[cC]|//?\[\[:\^|\bprintf\s+(?:-v\s+\w+\s+)?(?:--\s+)?[\"']?%q|@Q\}|\$\{#")
"""What leaves of a text only what is known, or puts it in quotes."""
_PASSING = frozenset(
    "echo printf cat basename dirname realpath readlink tee rev xargs tr sed cut awk gawk grep egrep head tail sort"
    " uniq tac".split()
)
"""Programs that print what they are given, or a part of it."""
READ = 4 << 20
"""Characters of values that are read in all."""
_MEMBERS = 10_000
"""Words of one command that are looked at."""
Key = tuple[str, str]
"""The function whose parameter it is, empty for a variable, and the name."""


class _Copy(NamedTuple):
    """A variable gets text."""

    to: Key
    origins: tuple[Key, ...]
    told: bool
    """Whether a command prints such text."""
    at: int


class Copies:
    """The variables of a text that hold what somebody else chose."""

    def __init__(
        self, root: Node, source: bytes, chosen: Callable[[str], bool], tells: Callable[[str], bool | None]
    ) -> None:
        """`chosen` knows the first variables by name; `tells` the commands that print such text.

        `tells` answers None for text without a command that it knows. Raises FormatError for text nested so deeply
        that reading it would take more than linear work.
        """
        self._source = source
        self._chosen = chosen
        self._left = READ
        self._tells = tells
        self._functions = _functions(source, root)
        self._copies: list[_Copy] = []
        self._cleaned: dict[Key, int] = {}
        for node, function in _walk(source, root):
            self._note(node, function)
        self._held = self._spread()

    def holds(self, node: Node, function: str) -> bool:
        """Whether an expansion stands for such text."""
        if _CLEANS.search(text_of(self._source, node)):
            return False
        key = _key(name_of(self._source, node), function)
        return (key in self._held or (not key[0] and self._chosen(key[1]))) and not self._clean(key, node.start_byte)

    def told(self, node: Node) -> bool:
        """Whether a command in it prints such text."""
        return any(
            self._tells(text_of(self._source, each)) is True
            for each, _ in _walk(self._source, node)
            if each.type in _SUBSTITUTIONS
        )

    def _clean(self, key: Key, at: int) -> bool:
        return self._cleaned.get(key, at) < at

    def _note(self, node: Node, function: str) -> None:
        if node.type == "variable_assignment" and len(node.children) > 2:
            self._take(text_of(self._source, node.children[0]), node.children[2], function)
        elif node.type == "for_statement":
            names = [child for child in node.named_children if child.type == "variable_name"]
            for value in node.children_by_field_name("value")[:_MEMBERS] if names else ():
                self._take(text_of(self._source, names[0]), value, function)
        elif node.type == "command":
            self._called(node, function)
        elif node.type in ("redirected_statement", "pipeline"):
            self._fed(node, function)

    def _called(self, node: Node, function: str) -> None:
        """Parameters of functions, `read x <<< y`, `printf -v x y`."""
        words = [child for child in node.named_children if child.type not in ("variable_assignment", "file_redirect")]
        texts = [text_of(self._source, word) for word in words[:_MEMBERS]]
        if texts and texts[0] in self._functions:
            for index, word in enumerate(words[1:_MEMBERS], 1):
                for name in (str(index), "@"):
                    self._put((texts[0], name), word, function)
        elif texts[:2] == ["printf", "-v"] and len(texts) > 2:
            for word in words[3:_MEMBERS]:
                self._take(texts[2], word, function)
        elif texts[:1] == ["read"]:
            fed = [word for word in words if word.type == "herestring_redirect"]
            self._read(texts, fed, function)

    def _fed(self, node: Node, function: str) -> None:
        """`while read x; do ...; done <<< y`, `echo y | while read x`."""
        if node.type == "pipeline":
            fed, into = node.named_children[:-1], node.named_children[-1:]
        else:
            redirects = [child for child in node.named_children if child.type.endswith("_redirect")]
            fed = [each for each in redirects if each.type != "file_redirect" or _inward(each)]
            into = node.named_children[:1]
        for last in into:
            each = last.named_children[0] if last.type == "while_statement" else last
            texts = (
                [text_of(self._source, word) for word in each.named_children[:_MEMBERS]]
                if each.type == "command"
                else []
            )
            texts = texts[next((at for at, text in enumerate(texts) if "=" not in text), 0) :]
            if texts[:1] == ["read"]:
                self._read(texts, fed, function)

    def _read(self, texts: list[str], fed: list[Node], function: str) -> None:
        for name in [text for text in texts[1:] if text.isidentifier()] or ["REPLY"]:
            for each in fed:
                self._take(name, each, function)

    def _take(self, name: str, value: Node, function: str) -> None:
        self._put(("", name), value, function)

    def _put(self, to: Key, value: Node, function: str) -> None:
        if _CLEANS.search(self._text(value)):
            self._cleaned[to] = max(self._cleaned.get(to, 0), value.start_byte)
            return
        origins: list[Key] = []
        told = False
        stack = [value]
        while stack:
            node = stack.pop()
            if node.type in EXPANSIONS:
                origins.append(_key(name_of(self._source, node), function))
            elif node.type in _SUBSTITUTIONS:
                answer = self._tells(self._text(node))
                told = told or answer is True
                if answer is not None or not _programs(self._source, node) <= _PASSING:
                    continue
            stack.extend(node.children)
        if origins or told:
            self._copies.append(_Copy(to, tuple(origins), told, value.start_byte))

    def _text(self, node: Node) -> str:
        """The raw text of a node; what stands inside one another is read again and again, which has an end."""
        self._left -= node.end_byte - node.start_byte
        if self._left < 0:
            raise FormatError("shell text with too much inside one another")
        return text_of(self._source, node)

    def _spread(self) -> frozenset[Key]:
        """Every variable that such text reaches."""
        targets: dict[Key, list[Key]] = {}
        held: set[Key] = set()
        for copy in self._copies:
            if copy.told:
                held.add(copy.to)
            for origin in copy.origins:
                if self._clean(origin, copy.at):
                    continue
                if self._chosen(origin[1]) and not origin[0]:
                    held.add(copy.to)
                targets.setdefault(origin, []).append(copy.to)
        left = list(held)
        while left:
            for to in targets.get(left.pop(), ()):
                if to not in held:
                    held.add(to)
                    left.append(to)
        return frozenset(held)


def text_of(source: bytes, node: Node) -> str:
    """The raw text of a node; its own `text` would ask the parser for all that stands before it."""
    return source[node.start_byte : node.end_byte].decode("ascii", "replace")


def name_of(source: bytes, node: Node) -> str:
    """The variable of an expansion; empty for what has none, as `$(...)` inside `${}`."""
    for child in node.named_children:
        if child.type in ("variable_name", "special_variable_name"):
            return text_of(source, child)
        if child.type == "subscript":
            return name_of(source, child)
    return ""


def _key(name: str, function: str) -> Key:
    return (function, "@" if name == "*" else name) if name.isdigit() or name in ("@", "*") else ("", name)


def _functions(source: bytes, root: Node) -> frozenset[str]:
    return frozenset(
        text_of(source, node.named_children[0]) for node, _ in _walk(source, root) if node.type == "function_definition"
    )


def _inward(redirect: Node) -> bool:
    """Whether a redirection hands a file to the input."""
    return any(child.type == "<" for child in redirect.children)


def _programs(source: bytes, node: Node) -> set[str]:
    """The programs that a substitution runs, without folders."""
    return {text_of(source, each).rpartition("/")[2] for each, _ in _walk(source, node) if each.type == "command_name"}


def _walk(source: bytes, root: Node) -> Iterator[tuple[Node, str]]:
    """Every node, with the name of the function in whose body it stands."""
    stack = [(root, "")]
    while stack:
        node, function = stack.pop()
        yield node, function
        if node.type == "function_definition":
            function = text_of(source, node.named_children[0])
        stack.extend((child, function) for child in reversed(node.children))
