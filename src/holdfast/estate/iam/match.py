"""Patterns with wildcards, policy variables and holes against texts, three-valued.

AWS: `*` is any text, `?` any one character; `${key}` and `${key, 'default'}` are values of the request, `${*}`, `${?}`
and `${$}` the bare signs. A variable whose key the request lacks matches nothing. Azure has `*` only.
A hole (`core/statement.py`) may be any text, so what it is part of matches at most perhaps.

Sources: AWS IAM User Guide, "Resource", "Action", "Policy variables", "ARN condition operators";
Azure RBAC, "Understand Azure role definitions". Checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec import UNSET, UnsetType

from holdfast.core.fact import Fact
from holdfast.core.statement import NAMED, UNRESOLVED, holes
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, some, unknown

LONGEST = 2048
"""Longest pattern or text, as long as an ARN may be; past it nothing is certain."""
KEPT = 256
"""Longest pattern that is kept compiled."""
WILDCARD = re.compile(r"\$\{([^{}]{1,512})\}|\*|\?")
VARIABLE = re.compile(r"\s*([^,]+?)\s*(?:,\s*'([^']*)'\s*)?")
ARN_PARTS = 6

Lookup = Callable[[str], Fact[str]]
"""Condition key -> its one value; None when the request has none, UNSET when nobody knows."""


class Sign(NamedTuple):
    """A part of a pattern that is no literal text."""

    name: str


ONE: Final = Sign("?")
MANY: Final = Sign("*")
HOLE: Final = Sign("hole")
NEVER: Final = Sign("never")
Token = str | Sign


def plain(key: str) -> Fact[str]:
    """The lookup of a request that nothing is known of."""
    del key
    return UNSET


def tokens(pattern: str, variables: Fact[bool], lookup: Lookup = plain) -> tuple[Token, ...]:
    """The parts of an AWS pattern with its variables replaced."""
    if len(pattern) > LONGEST:
        return (HOLE,)
    return tuple(_tokens(pattern, variables, lookup)) if "${" in pattern else _simple(pattern)


@lru_cache(maxsize=4096)
def _simple(pattern: str) -> tuple[Token, ...]:
    return tuple(_tokens(pattern, False, plain))


@lru_cache(maxsize=4096)
def action_tokens(pattern: str) -> tuple[Token, ...]:
    """The parts of a pattern of AWS actions, in small letters: case does not matter, and there are no variables."""
    if len(pattern) > LONGEST:
        return (HOLE,)
    return tuple(part.lower() if isinstance(part, str) else part for part in _tokens(pattern, False, plain))


def _tokens(pattern: str, variables: Fact[bool], lookup: Lookup) -> Iterator[Token]:
    at = 0
    for found in WILDCARD.finditer(pattern):
        if found.start() > at:
            yield pattern[at : found.start()]
        at = found.end()
        if found[0] in (UNRESOLVED, NAMED):
            yield HOLE
        elif found[1] is None:
            yield MANY if found[0] == "*" else ONE
        elif variables is UNSET:
            yield HOLE
        elif variables:
            yield from _variable(found[1], lookup)
        else:
            yield from ("${", *_tokens(found[1], variables, lookup), "}")
    if at < len(pattern):
        yield pattern[at:]


def _variable(written: str, lookup: Lookup) -> Iterator[Token]:
    if written in ("*", "?", "$"):
        yield written
        return
    split = VARIABLE.fullmatch(written)
    value = lookup(split[1]) if split else None
    if isinstance(value, UnsetType):
        yield HOLE
    elif value is None:
        yield NEVER if split is None or split[2] is None else split[2]
    else:
        yield value


def glob(parts: tuple[Token, ...], text: Fact[str], *, ignore_case: bool = False) -> Truth:
    """Whether a pattern matches the whole text."""
    if NEVER in parts or text is None:
        return FALSE
    if parts == (MANY,):
        return TRUE
    first = parts[0] if parts else ""
    if isinstance(first, str) and isinstance(text, str) and not ignore_case and not text.startswith(first):
        return FALSE
    if set(parts) == {MANY}:
        return TRUE
    if isinstance(text, UnsetType):
        return unknown("a text of the request that is not known")
    size = sum(len(part) for part in parts if isinstance(part, str))
    if len(text) > LONGEST or size > LONGEST:
        return unknown(f"a text of more than {LONGEST} characters")
    compiled = _kept if size <= KEPT else _compiled
    if compiled(parts, ignore_case).fullmatch(text) is None:
        return FALSE
    return unknown("a text that could not be resolved") if HOLE in parts else TRUE


def _compiled(parts: tuple[Token, ...], ignore_case: bool) -> re.Pattern[str]:
    """Each run between two stars is taken where it first fits and kept, so that matching never backtracks far."""
    runs: list[str] = [""]
    for part in parts:
        if part in (MANY, HOLE):
            runs.append("")
        else:
            runs[-1] += "." if part is ONE else re.escape(str(part))
    if len(runs) == 1:
        text = runs[0]
    else:
        text = runs[0] + "".join(f"(?>.*?{run})" for run in runs[1:-1] if run) + ".*" + runs[-1]
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


_kept = lru_cache(maxsize=8192)(_compiled)


def same(parts: tuple[Token, ...], text: Fact[str], *, ignore_case: bool = False) -> Truth:
    """Whether the texts are equal; wildcards are ordinary signs here."""
    literal = tuple(part.name if isinstance(part, Sign) and part in (ONE, MANY) else part for part in parts)
    return glob(literal, text, ignore_case=ignore_case)


def arn(parts: tuple[Token, ...], text: Fact[str]) -> Truth:
    """Whether an ARN matches, each of the six parts for itself; wildcards do not reach over a colon."""
    if HOLE in parts or NEVER in parts or isinstance(text, UnsetType) or text is None or set(parts) == {MANY}:
        return glob(parts, text)
    pattern = _split(parts)
    value = text.split(":", ARN_PARTS - 1)
    if len(pattern) < ARN_PARTS:
        return unknown("a pattern of an ARN with fewer than six parts")
    if len(value) < ARN_PARTS:
        return FALSE
    matched = all(glob(piece, each).value for piece, each in zip(pattern, value, strict=True))
    return TRUE if matched else FALSE


def _split(parts: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    pieces: list[list[Token]] = [[]]
    for part in parts:
        if isinstance(part, Sign):
            pieces[-1].append(part)
            continue
        first, *rest = part.split(":", ARN_PARTS - len(pieces))
        pieces[-1].append(first)
        pieces += [[each] for each in rest]
    return [tuple(piece for piece in each if piece != "") for each in pieces]


def azure(pattern: str, action: Fact[str]) -> Truth:
    """Whether an action of Azure is meant; case is ignored and `*` reaches over slashes."""
    parts = tuple(_azure_tokens(pattern))
    return glob(parts, action, ignore_case=True)


def _azure_tokens(pattern: str) -> Iterator[Token]:
    for piece in re.split(r"(\*|\$\{unresolved\}|\$\{name\})", pattern):
        if piece:
            yield MANY if piece == "*" else HOLE if holes(piece) else piece


def listed(patterns: Fact[Iterable[str]], test: Callable[[str], Truth], what: str, *, absent: Truth) -> Truth:
    """Whether one pattern of a list matches; `absent` is the answer where there is no list."""
    if patterns is None:
        return absent
    if isinstance(patterns, UnsetType):
        return unknown(f"{what} that could not be resolved")
    return some(test(pattern) for pattern in patterns)
