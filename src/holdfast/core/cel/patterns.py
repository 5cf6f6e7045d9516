"""Regular expressions of `matches`: RE2's syntax as far as Python's engine gives RE2's answers in bounded time.

Python backtracks, so a pattern is refused when a repetition contains another variable part, and the text that
it may search is bounded by the number of repetitions. Source: the RE2 syntax page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from re import _parser  # type: ignore[attr-defined]  # the only way to see a pattern's structure

from holdfast.core.cel.errors import CelError

STEPS = 200_000_000
"""Bound on the engine's elementary steps for one search; about a second."""
FORBIDDEN = {
    "ASSERT": "look-around",
    "ASSERT_NOT": "look-around",
    "GROUPREF": "a back-reference",
    "GROUPREF_EXISTS": "a conditional group",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive quantifier",
}
DOLLAR = re.compile(r"\\.|\[(?:\\.|\^?\](?=[^\]]*\])|[^\]\\])*\]|\$", re.DOTALL)


def compile_pattern(pattern: str, at: int = 0) -> Callable[[str], bool | None]:
    """A searcher that answers None when the text is longer than the pattern may examine. Raises CelError."""
    if re.search(r"\\Z|(?<!^)\(\?[a-zA-Z]+\)", pattern):
        raise CelError("this pattern is not RE2's", at, hint="use \\z for the end, and flags only at the start")
    python = DOLLAR.sub(_dollar, pattern)
    try:
        tree = _parser.parse(python, re.ASCII)
        compiled = re.compile(python, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        raise CelError(f"this pattern does not parse: {error}", at) from error
    repeats = _repeats(tree, at, inside=False)
    limit = int(STEPS ** (1 / (repeats + 1)))
    search = compiled.search
    return lambda text: (search(text) is not None) if len(text) <= limit else None


def _dollar(match: re.Match[str]) -> str:
    # RE2's $ is the very end of the text; Python's also matches before a last line feed.
    return {"$": r"\Z", r"\z": r"\Z"}.get(match.group(), match.group())


def _repeats(tree: object, at: int, *, inside: bool) -> int:
    """How many unbounded repetitions follow one another; refuses those inside one another."""
    total = 0
    for op, argument in tree:  # type: ignore[attr-defined]  # a SubPattern
        name = str(op)
        if name in FORBIDDEN:
            raise CelError(f"{FORBIDDEN[name]} is not RE2's", at, hint="write the condition as two patterns")
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, body = argument
            variable = high is _parser.MAXREPEAT or high - low > 16
            if variable and inside:
                raise CelError("a repetition inside a repetition can take for ever", at, hint="repeat one part only")
            total += variable + _repeats(body, at, inside=inside or variable)
        elif name == "BRANCH":
            if inside:
                raise CelError("a choice inside a repetition can take for ever", at, hint="use a character class")
            total += max(_repeats(branch, at, inside=inside) for branch in argument[1])
        elif name == "SUBPATTERN":
            total += _repeats(argument[3], at, inside=inside)
    return total
