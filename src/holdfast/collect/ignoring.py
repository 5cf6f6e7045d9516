"""Patterns that leave files out, as in .gitignore. Source: gitignore(5); git's wildmatch.c where that is silent.

Time is linear in a path for every pattern, however many stars it has: a star before another one takes the first place
where what follows it fits (an atomic group), which is as good as any later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

SPECIAL = re.compile(r"[*?\[\\]")
POSIX = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "\\x21-\\x7e", "lower": "a-z", "print": "\\x20-\\x7e", "punct": "!-/:-@\\[-`{-~", "space": "\\s",
    "upper": "A-Z", "xdigit": "0-9a-fA-F",
}  # fmt: skip
CLASS = re.compile(r"\[(?P<not>[!^]?)(?P<body>\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]", re.DOTALL)
MEMBER = re.compile(r"\[:(?P<posix>[a-z]+):\]|\\(?P<escaped>.)|(?P<plain>.)", re.DOTALL)
NEVER = r"(?!)"


class Pattern(NamedTuple):
    """One line: its text without marks, whether it takes in again, means folders only, and names a whole path."""

    text: str
    negated: bool
    folders: bool
    anchored: bool


class Patterns:
    """The lines of one file, for paths relative to its folder. The last line that fits decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.all = [pattern for pattern in map(parse, lines) if pattern is not None]
        self.literal = {anchored: self._literal(anchored) for anchored in (False, True)}
        self.suffixes = tuple(p.text[1:] for p in self.all if _is_suffix(p))
        self.others = {anchored: self._others(anchored) for anchored in (False, True)}

    def check(self, path: str, *, folder: bool) -> bool | None:
        """True: left out; False: taken in again; None: not spoken of."""
        name = path.rpartition("/")[2]
        names, paths = self.others[False], self.others[True]
        if (
            name not in self.literal[False]
            and path not in self.literal[True]
            and not name.endswith(self.suffixes)
            and (names is None or names.fullmatch(name) is None)
            and (paths is None or paths.fullmatch(path) is None)
        ):
            return None
        for pattern in reversed(self.all):
            if folder or not pattern.folders:
                subject = path if pattern.anchored else name
                if re.fullmatch(regex(pattern), subject, re.DOTALL):
                    return not pattern.negated
        return None

    def _literal(self, anchored: bool) -> frozenset[str]:
        return frozenset(p.text for p in self.all if p.anchored is anchored and not SPECIAL.search(p.text))

    def _others(self, anchored: bool) -> re.Pattern[str] | None:
        found = [regex(p) for p in self.all if p.anchored is anchored and SPECIAL.search(p.text) and not _is_suffix(p)]
        return re.compile("|".join(f"(?:{item})" for item in found), re.DOTALL) if found else None


def parse(line: str) -> Pattern | None:
    """A line of the file; None for a comment, a blank line and a pattern of nothing."""
    text = line.removesuffix("\r")
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[negated:]
    folders = text.endswith("/")
    text = text[: len(text) - folders]
    anchored = "/" in text
    text = text.removeprefix("/")
    while text.startswith("**/"):
        text = text[3:]
        anchored = "/" in text  # `**/name` is `name`; with more of a path it still begins anywhere
        if anchored:
            text = f"**/{text.removeprefix('**/')}"
            break
    return Pattern(text, negated, folders, anchored) if text else None


def _is_suffix(pattern: Pattern) -> bool:
    return not pattern.anchored and pattern.text.startswith("*") and not SPECIAL.search(pattern.text, 1)


def regex(pattern: Pattern) -> str:
    """The pattern as a regular expression for a whole path, or a whole name where it is not anchored."""
    if not pattern.anchored:
        return _segment(pattern.text)
    groups: list[list[str]] = [[]]
    for step in pattern.text.split("/"):
        if step == "**":
            groups.append([])
        else:
            groups[-1].append(_segment(step))
    first, *rest = ["/".join(group) for group in groups]
    text = f"{first}/" if first and rest else first
    for place, group in enumerate(rest, 1):
        if place == len(rest):
            text += f"(?:[^/]+/)*{group}" if group else ".+"
        elif group:
            text += f"(?>(?:[^/]+/)*?{group}/)"
    return text


def _segment(step: str) -> str:
    """One step of a path."""
    parts = [""]
    at = 0
    while at < len(step):
        char = step[at]
        if char == "*":
            parts.append("")
            while step.startswith("*", at + 1):
                at += 1
        elif char == "?":
            parts[-1] += "[^/]"
        elif char == "[":
            match = CLASS.match(step, at)
            if match is None:
                return NEVER
            parts[-1] += _class(match)
            at = match.end() - 1
        elif char == "\\":
            at += 1
            if at == len(step):
                return NEVER
            parts[-1] += re.escape(step[at])
        else:
            parts[-1] += re.escape(char)
        at += 1
    first, *rest = parts
    middle = "".join(f"(?>[^/]*?{part})" for part in rest[:-1])
    return f"{first}{middle}[^/]*{rest[-1]}" if rest else first


def _class(match: re.Match[str]) -> str:
    """A bracket expression; a range that runs backwards holds nothing."""
    members: list[str] = []
    tokens = list(MEMBER.finditer(match["body"]))
    at = 0
    while at < len(tokens):
        token = tokens[at]
        posix, first = token["posix"], token["escaped"] or token["plain"]
        if posix is not None:
            if posix not in POSIX:
                return NEVER
            members.append(POSIX[posix])
        elif at + 2 < len(tokens) and tokens[at + 1]["plain"] == "-" and not tokens[at + 2]["posix"]:
            last = tokens[at + 2]["escaped"] or tokens[at + 2]["plain"]
            if first <= last:
                members.append(f"{re.escape(first)}-{re.escape(last)}")
            at += 2
        else:
            members.append(re.escape(first))
        at += 1
    if not members:
        return "[^/]" if match["not"] else NEVER
    return f"(?!/)[{'^' if match['not'] else ''}{''.join(members)}]"
