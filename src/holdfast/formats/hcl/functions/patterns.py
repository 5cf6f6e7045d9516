"""Regular expressions whose search is bounded: the part of RE2's syntax in which Python's engine agrees with it."""

from __future__ import annotations

import re
from collections.abc import Callable

from holdfast.formats.hcl.values import Budget, Exhausted, Failure

__all__ = ["compiled", "replacement"]

WORK = 5_000_000
"""Most steps that a search may take in the worst case."""
_REFUSED = re.compile(r"\(\?(?![:is]|P<)|\\[1-9pPQECAbB]|\[\[:|\)[*+{]|[*+?}][+]")
_LOOP = re.compile(r"\\.|([*+]|\{\d+,\d*\})|([|?])|\{\d+\}", re.DOTALL)
_GROUP = re.compile(r"\$(?:\{(\w+)\}|(\w+)|(\$))", re.ASCII)


def compiled(pattern: str, value: str, budget: Budget) -> re.Pattern[str]:
    """The pattern, when a search of this text takes bounded work.

    Raises Failure, and Exhausted for what takes more: a loop may start anywhere and end anywhere, and every
    alternative doubles the ways to try.
    """
    if len(pattern) > 500 or _REFUSED.search(pattern) or ("$" in pattern and value.endswith("\n")):
        raise Exhausted("a regular expression that is not evaluated")
    loops, ways = 1, 0
    for match in _LOOP.finditer(pattern):
        loops += match[1] is not None
        ways += match[2] is not None
        if any(int(digits[:6]) > 1000 for digits in re.findall("[0-9]+", match[0][1:])):
            raise Exhausted("a regular expression that is not evaluated")
    work = WORK + 1 if loops > 8 or ways > 20 else (len(value) + 1) ** loops << ways
    if work > WORK:
        raise Exhausted("a regular expression that is not evaluated")
    budget.charge(20 + (work >> 4))
    try:
        return re.compile(pattern.replace(r"\z", r"\Z"), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise Failure(f"no regular expression: {pattern[:60]}") from error


def replacement(new: str) -> Callable[[re.Match[str]], str]:
    """What `$1`, `${name}` and `$$` stand for, as a function of the match."""

    def put(match: re.Match[str]) -> str:
        def group(name: re.Match[str]) -> str:
            if name[3]:
                return "$"
            wanted = name[1] or name[2]
            try:
                return match[int(wanted) if wanted.isdecimal() else wanted] or ""
            except IndexError:
                return ""

        return _GROUP.sub(group, new)

    return put
