r"""The text of a pattern -> its structure, in RE2's syntax. Sources: RE2's syntax page and its flags for Perl patterns.

Only whether a text matches is ever asked, so groups capture nothing and lazy repetitions are plain ones. Refused are
`\C` and `\B` (RE2 looks inside the bytes of a character), `\p` and letters beyond ASCII under `(?i)` (every Unicode
version answers differently).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal as OneOf
from typing import Union

from msgspec import Struct

from holdfast.core.cel.charsets import (
    EVERYTHING,
    LINE,
    PERL,
    POSIX,
    Ranges,
    complement,
    folded,
    union,
)
from holdfast.core.cel.errors import CelError

MAX_GROUPS = 50
"""Deepest nesting of groups."""
MAX_REPEAT = 1000
"""Most times that a counted repetition may repeat, those inside it multiplied; RE2's own bound."""
HINTS = {
    "look-around": "write the condition as two patterns",
    "a back-reference": "write the condition as two patterns",
    "a conditional group": "write the condition as two patterns",
    "an atomic group": "write (?:...)",
    "a comment": "leave it out",
}
PERL_ONLY = re.compile(
    r"\(\?(?:(?P<look>[=!]|<[=!])|(?P<back>P[=>])|(?P<cond>\()|(?P<atomic>>)|(?P<comment>\#))", re.VERBOSE
)
PERL_NAMES = dict(zip(("look", "back", "cond", "atomic", "comment"), HINTS, strict=True))
NAMED = re.compile(r"\(\?P?<(\w+)>")
FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
COUNT = re.compile(r"\{(0|[1-9][0-9]{0,3})(?:(,)(0|[1-9][0-9]{0,3})?)?\}")
OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
HEX = re.compile(r"x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})")
POSIX_CLASS = re.compile(r"\[:(\^?)(.*?):\]", re.DOTALL)
CONTROL = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
Kind = OneOf["start", "end", "line_start", "line_end", "word_boundary"]
EDGES: dict[str, Kind] = {"A": "start", "z": "end", "b": "word_boundary"}
QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class Chars(Struct, frozen=True):
    """One character out of a set."""

    ranges: Ranges


class Edge(Struct, frozen=True):
    """A place between characters."""

    kind: Kind


class Repeat(Struct, frozen=True):
    """`body` at least `low` and at most `high` times; None: without end."""

    body: Node
    low: int
    high: int | None


class Sequence(Struct, frozen=True):
    """One after the other."""

    items: tuple[Node, ...]


class Choice(Struct, frozen=True):
    """One of several."""

    options: tuple[Node, ...]


Node = Union[Chars, Edge, Repeat, Sequence, Choice]


def parse_pattern(pattern: str, at: int = 0) -> Node:
    """The structure of a pattern. Raises CelError at `at` with the character of the pattern that is wrong."""
    tree = _Parser(pattern, at).parse()
    if _times(tree) > MAX_REPEAT:
        raise CelError(f"repetitions inside one another multiply to more than {MAX_REPEAT}", at)
    return tree


def _times(node: Node) -> int:
    match node:
        case Chars() | Edge():
            return 1
        case Repeat(body=body, low=low, high=high):
            return _times(body) * max(1, low if high is None else high)
        case Sequence(items=nodes):
            return max(map(_times, nodes), default=1)
        case _:
            return max(map(_times, node.options))


def _joined(items: Iterable[Node]) -> Node:
    listed = tuple(items)
    return listed[0] if len(listed) == 1 else Sequence(listed)


class _Group(Struct):
    """An open group: its alternatives so far, the last of which grows, and the flags to return to."""

    options: list[list[Node]]
    flags: frozenset[str]


class _Reader:
    """Reads sets of characters; knows where it stands and which flags hold there."""

    def __init__(self, pattern: str, at: int) -> None:
        self.pattern = pattern
        self.at = at
        self.position = 0
        self.flags: frozenset[str] = frozenset()

    def refused(self, what: str, hint: str = "", position: int | None = None) -> CelError:
        number = (self.position if position is None else position) + 1
        return CelError(f"{what}, at character {number} of the pattern", self.at, hint=hint)

    def character(self) -> tuple[int, int]:
        """The code point at the position, escaped or not, and how many characters it takes."""
        char = self.pattern[self.position]
        if char != "\\":
            return ord(char), 1
        rest = self.position + 1
        char = self.pattern[rest : rest + 1]
        octal, hexadecimal = OCTAL.match(self.pattern, rest), HEX.match(self.pattern, rest)
        if octal is not None:
            return int(octal[0], 8), 1 + len(octal[0])
        if hexadecimal is not None and int(hexadecimal[1] or hexadecimal[2], 16) <= EVERYTHING[0][1]:
            return int(hexadecimal[1] or hexadecimal[2], 16), 1 + len(hexadecimal[0])
        if char in CONTROL:
            return CONTROL[char], 2
        if char.isascii() and char and (not char.isalnum()):
            return ord(char), 2
        if char.isdigit():
            raise self.refused("a back-reference is not RE2's", HINTS["a back-reference"])
        hints = {
            "p": "list the ranges that you mean",
            "P": "list the ranges that you mean",
            "C": "use . for a character",
            "B": "write what stands around it",
            "Z": "use \\z for the end",
        }
        raise self.refused(f"\\{char} cannot be used", hints.get(char, "write the character itself"))

    def char_class(self) -> Ranges:
        opening = self.position
        self.position += 1
        negated = self.pattern.startswith("^", self.position)
        self.position += negated
        first = self.position
        found: list[Ranges] = []
        while self.position < len(self.pattern):
            char = self.pattern[self.position]
            if char == "]" and self.position > first:
                self.position += 1
                ranges = union(*found)
                return complement(ranges) if negated else ranges
            found.append(self.class_item(char))
        raise self.refused("a character class is not closed", "end it with ]", opening)

    def class_item(self, char: str) -> Ranges:
        posix = POSIX_CLASS.match(self.pattern, self.position)
        if posix is not None:
            if posix[2] not in POSIX:
                raise self.refused(f"there is no class [:{posix[2]}:]", f"there are {', '.join(POSIX)}")
            self.position += len(posix[0])
            return self.named(POSIX[posix[2]], negated=bool(posix[1]))
        after = self.pattern[self.position + 1 : self.position + 2]
        if char == "\\" and after and after.lower() in PERL:
            self.position += 2
            return self.named(PERL[after.lower()], negated=after.isupper())
        start = self.position
        low, length = self.character()
        self.position += length
        high = low
        if self.pattern.startswith("-", self.position) and self.pattern[self.position + 1 : self.position + 2] not in (
            "]",
            "",
        ):
            self.position += 1
            high, length = self.character()
            self.position += length
        if high < low:
            raise self.refused("a range runs backwards", "write the lower end first", start)
        return self.cased(((low, high),))

    def named(self, ranges: Ranges, *, negated: bool) -> Ranges:
        return complement(self.cased(ranges)) if negated else self.cased(ranges)

    def cased(self, ranges: Ranges) -> Ranges:
        """The ranges with the other case of their letters, where (?i) asks for it."""
        if "i" not in self.flags:
            return ranges
        both = folded(ranges)
        if both is None:
            raise self.refused("(?i) knows the letters of ASCII only", "list both cases, as in [éÉ]")
        return both


class _Parser(_Reader):
    def __init__(self, pattern: str, at: int) -> None:
        super().__init__(pattern, at)
        self.groups = [_Group([[]], self.flags)]
        self.repeated = False
        """Whether the last thing read was a repetition: RE2 stacks none."""

    def parse(self) -> Node:
        while self.position < len(self.pattern):
            self.step(self.pattern[self.position])
        if len(self.groups) > 1:
            raise self.refused("a group is not closed", "end it with )")
        return self.closed()

    def closed(self) -> Node:
        """The last open group as a node; its flags end with it."""
        group = self.groups.pop()
        self.flags = group.flags
        options = [_joined(items) for items in group.options]
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def step(self, char: str) -> None:
        count = COUNT.match(self.pattern, self.position) if char == "{" else None
        if char in QUANTIFIERS:
            self.repeat(*QUANTIFIERS[char], length=1)
        elif count is not None:
            low = int(count[1])
            self.repeat(low, int(count[3]) if count[3] else None if count[2] else low, length=len(count[0]))
        elif char == "(":
            self.open()
        elif char == ")":
            self.close()
        elif char == "|":
            self.groups[-1].options.append([])
            self.move(1)
        elif char == "[":
            self.add(Chars(self.char_class()))
        elif char == "\\":
            self.escape()
        else:
            self.plain(char)

    def move(self, length: int) -> None:
        self.position += length
        self.repeated = False

    def add(self, node: Node, length: int = 0) -> None:
        self.groups[-1].options[-1].append(node)
        self.move(length)

    def plain(self, char: str) -> None:
        match char:
            case ".":
                self.add(Chars(EVERYTHING if "s" in self.flags else LINE), 1)
            case "^":
                self.add(Edge("line_start" if "m" in self.flags else "start"), 1)
            case "$":
                self.add(Edge("line_end" if "m" in self.flags else "end"), 1)
            case _:
                self.add(Chars(self.cased(((ord(char), ord(char)),))), 1)

    def repeat(self, low: int, high: int | None, length: int) -> None:
        items = self.groups[-1].options[-1]
        if not items:
            raise self.refused("there is nothing to repeat", "write \\ before the sign to mean itself")
        if self.repeated:
            raise self.refused(
                "a repetition is repeated", "possessive quantifiers are not RE2's; use one of * + ? {n,m}"
            )
        if max(low, high or 0) > MAX_REPEAT or (high is not None and high < low):
            raise self.refused("this count is impossible", f"at most {MAX_REPEAT}, and the lower one first")
        items.append(Repeat(items.pop(), low, high))
        self.position += length
        if self.pattern.startswith("?", self.position):
            self.position += 1
        self.repeated = True

    def open(self) -> None:
        if len(self.groups) > MAX_GROUPS:
            raise self.refused(f"groups are nested more than {MAX_GROUPS} deep")
        rest = self.position
        perl = PERL_ONLY.match(self.pattern, rest)
        if perl is not None:
            name = PERL_NAMES[perl.lastgroup or ""]
            raise self.refused(f"{name} is not RE2's", HINTS[name])
        named, flags = NAMED.match(self.pattern, rest), FLAGS.match(self.pattern, rest)
        if named is not None or not self.pattern.startswith("(?", rest):
            self.groups.append(_Group([[]], self.flags))
            self.move(len(named[0]) if named else 1)
        elif flags is None:
            raise self.refused("this group is not RE2's", "(?:...), (?P<name>...), (?i), (?m), (?s) and (?U) are")
        else:
            changed = (self.flags | set(flags[1])) - set(flags[2] or "")
            if flags[3] == ":":
                self.groups.append(_Group([[]], self.flags))
            self.flags = changed
            self.move(len(flags[0]))

    def close(self) -> None:
        if len(self.groups) == 1:
            raise self.refused("no group is open", "write \\) to mean the sign")
        self.add(self.closed(), 1)

    def escape(self) -> None:
        char = self.pattern[self.position + 1 : self.position + 2]
        if char == "Q":
            end = self.pattern.find("\\E", self.position + 2)
            quoted = self.pattern[self.position + 2 : end if end >= 0 else len(self.pattern)]
            for literal in quoted:
                self.add(Chars(self.cased(((ord(literal), ord(literal)),))))
            self.position += len(quoted) + (4 if end >= 0 else 2)
        elif char in EDGES:
            self.add(Edge(EDGES[char]), 2)
        elif char.lower() in PERL:
            self.add(Chars(self.named(PERL[char.lower()], negated=char.isupper())), 2)
        else:
            code, length = self.character()
            self.add(Chars(self.cased(((code, code),))), length)
