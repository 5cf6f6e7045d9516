"""Two versions of a file -> a unified diff that `git apply` and `patch -p1` take.

Source: GNU diffutils manual, "Unified Format"; git-diff(1), "Generating patch text with -p", for names in quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

CONTEXT = 3
"""Unchanged lines around a change."""
Group = Sequence[tuple[str, int, int, int, int]]


def diff(path: str, before: bytes, after: bytes, shown: Callable[[bytes], bool]) -> bytes | None:
    """The diff of a file; None where it would print a line that must not be `shown`.

    Context is left out, on both sides of every change alike, as far as it holds such a line; a hunk needs one line of
    it, except where the file begins and ends.
    """
    old, new = _lines(before), _lines(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for context in range(CONTEXT, 0, -1):
        groups = list(matcher.get_grouped_opcodes(context))
        printed = (line for group in groups for line in _hunk(group, old, new))
        if all(shown(line[1:]) for line in printed):
            return b"".join(_written(path, groups, old, new))
    return None


def _lines(data: bytes) -> list[bytes]:
    """The lines of a file, which only line feeds end."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _written(path: str, groups: Sequence[Group], old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[bytes]:
    yield b"--- %s\n+++ %s\n" % (quoted(f"a/{path}"), quoted(f"b/{path}"))
    for group in groups:
        first, last = group[0], group[-1]
        yield b"@@ -%s +%s @@\n" % (_range(first[1], last[2]), _range(first[3], last[4]))
        for line in _hunk(group, old, new):
            yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _hunk(group: Group, old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[bytes]:
    """The lines of a hunk with the sign before each."""
    for tag, start, end, new_start, new_end in group:
        if tag == "equal":
            yield from (b" " + line for line in old[start:end])
        else:
            yield from (b"-" + line for line in old[start:end])
            yield from (b"+" + line for line in new[new_start:new_end])


def _range(start: int, end: int) -> bytes:
    """The lines of a hunk; of none, the one before it."""
    count = end - start
    return b"%d,%d" % (start + 1 if count else start, count)


def quoted(name: str) -> bytes:
    """A file's name, in quotes and escaped where it holds what would end or change it."""
    data = name.encode("utf-8", "surrogateescape")
    if all(0x20 < byte < 0x7F and byte not in b'"\\' for byte in data):
        return data + b"\t" if b" " in data else data  # a tab ends a name that holds spaces
    named = {0x22: '\\"', 0x5C: "\\\\", 0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
    inside = "".join(named.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in data)
    return f'"{inside}"'.encode()
