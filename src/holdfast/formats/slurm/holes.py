"""Slurm's configuration files as templates of Ansible, Jinja or ERB: what stands in them whatever is filled in.

Source: Jinja, Template Designer Documentation; Ruby, class ERB (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["HOLE", "Certain", "certain"]

HOLE = re.compile(rb"\{\{|\{%|<%")
"""What a file holds that something else still has to fill in."""
_COMMENT = re.compile(r"\{#.*?#\}|<%#.*?%>", re.DOTALL)
_TAG = re.compile(r"\{%[-+]?\s*(\w+)[^%]{0,500}?%\}|<%-?\s*(?!=)(.{0,500}?)-?%>")
_OPENS = re.compile(r"(?:if|for|call|filter|macro|block|unless|case|raw|with)\b|.*\bdo\s*(?:\|[^|]*\|)?\s*$")
_CLOSES = re.compile(r"end\w*\b")
_KEY = re.compile(r"([\w.]+)\s*[-*+/]?=", re.ASCII)
_FIRST = re.compile(r"\s*([\w.]+)\s*[-*+/]?=", re.ASCII)


class Certain(NamedTuple):
    """A template without what depends on something else."""

    text: bytes
    """Its lines; those that depend are empty."""
    unsure: frozenset[str]
    """Settings in lower case whose value is not known."""
    whole: bool
    """Whether the names of all other settings are known."""


def certain(data: bytes, records: frozenset[str]) -> Certain:
    """What holds whatever is filled in. `records` are the first keys of lines that hold several pairs."""
    if HOLE.search(data) is None:
        return Certain(data, frozenset(), whole=True)
    text = data.decode("utf-8", "surrogateescape")
    text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    lines: list[str] = []
    unsure: set[str] = set()
    whole, depth = True, 0
    for line in _logical(text):
        before = depth
        for tag in _TAG.finditer(line):
            word = tag[1] or tag[2] or ""
            depth = max(0, depth - 1) if _CLOSES.match(word) else depth + (_OPENS.match(word) is not None)
        code = _uncommented(line)
        if not before and not depth and HOLE.search(code.encode("utf-8", "replace")) is None:
            lines.append(line)
            continue
        lines.append("\n" * line.count("\n"))
        rest = _TAG.sub("", code)
        first = _FIRST.match(rest)
        if first is None or first[1].lower() in records:
            whole = whole and not rest.strip()
        unsure.update(match[1].lower() for match in _KEY.finditer(rest))
    return Certain("\n".join(lines).encode("utf-8", "surrogateescape"), frozenset(unsure), whole)


def _logical(text: str) -> Iterator[str]:
    """The lines, those that a backslash continues as one."""
    kept: list[str] = []
    for line in text.split("\n"):
        kept.append(line)
        if not line.rstrip().endswith("\\"):
            yield "\n".join(kept)
            kept = []
    if kept:
        yield "\n".join(kept)


def _uncommented(line: str) -> str:
    """A line without its comment, unless a sign of a template stands before it."""
    return "" if line.lstrip().startswith("#") else line
