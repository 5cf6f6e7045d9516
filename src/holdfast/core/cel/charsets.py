"""Sets of characters as sorted ranges of code points, and the sets that RE2 has names for."""

from __future__ import annotations

from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]
"""First and last code point of each run; sorted, apart from one another."""
LAST = 0x10FFFF
EVERYTHING: Ranges = ((0, LAST),)
MOST_FOLDED = 4096
"""Longest run beyond ASCII that is searched for letters."""
KELVIN, LONG_S = 0x212A, 0x17F
"""The two characters beyond ASCII that are another case of an ASCII letter (k and s)."""


def union(*sets: Ranges) -> Ranges:
    """What is in any of the sets."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(run for ranges in sets for run in ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """What is not in the set."""
    gaps, start = [], 0
    for low, high in ranges:
        if start < low:
            gaps.append((start, low - 1))
        start = high + 1
    return (*gaps, (start, LAST)) if start <= LAST else tuple(gaps)


@lru_cache(maxsize=1024)
def folded(ranges: Ranges) -> Ranges | None:
    """The set with the other case of its ASCII letters; None where another letter of it has two cases.

    Source: Unicode's CaseFolding, which RE2 follows and of which Python's own rule differs (it folds U+0130).
    """
    points: set[int] = set()
    for low, high in ranges:
        points.update(range(low, min(high, 127) + 1))
        beyond = range(max(low, 128), high + 1)
        if len(beyond) > MOST_FOLDED:
            return None
        for point in beyond:
            if point in (KELVIN, LONG_S):
                points.add(ord("k" if point == KELVIN else "s"))
            elif not chr(point).lower() == chr(point).upper() == chr(point).casefold():
                return None
    letters = {chr(point) for point in points if chr(point).isalpha()}
    both = {ord(case) for char in letters for case in (char.lower(), char.upper())}
    both |= {KELVIN} if ord("k") in both else set()
    both |= {LONG_S} if ord("s") in both else set()
    return union(ranges, tuple((point, point) for point in both))


def _of(*runs: str) -> Ranges:
    return union(tuple((ord(run[0]), ord(run[-1])) for run in runs))


LINE = complement(_of("\n"))
PERL = {"d": _of("09"), "s": _of("\t\n", "\f\r", " "), "w": _of("09", "AZ", "az", "_")}
"""`\\d`, `\\s` (without the vertical tab) and `\\w`."""
POSIX = {
    "alnum": _of("09", "AZ", "az"),
    "alpha": _of("AZ", "az"),
    "ascii": _of("\x00\x7f"),
    "blank": _of("\t", " "),
    "cntrl": _of("\x00\x1f", "\x7f"),
    "digit": _of("09"),
    "graph": _of("!~"),
    "lower": _of("az"),
    "print": _of(" ~"),
    "punct": _of("!/", ":@", "[`", "{~"),
    "space": _of("\t\r", " "),
    "upper": _of("AZ"),
    "word": _of("09", "AZ", "az", "_"),
    "xdigit": _of("09", "AF", "af"),
}
"""`[:alpha:]` and its kin."""
