"""Texts and facts as every format can carry them: nothing hidden, nothing without end."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import msgspec

from holdfast.core.finding import Finding

TEXT = 1000
"""Characters of one text at most."""
ITEMS = 50
"""Elements of one list or mapping at most."""
DEPTH = 4
"""Levels of lists and mappings at most."""
WHOLE = range(-(2**63), 2**63)
"""The whole numbers that every reader of JSON can hold."""


def visible(text: str, limit: int = TEXT) -> str:
    r"""`text` for people, in one line of at most `limit` characters.

    What cannot be seen, or steers what shows it (controls, line feeds, bidirectional overrides, lone surrogates),
    becomes an escape such as `\x1b` or `\u202e`.
    """
    shown = text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def nothing(finding: Finding) -> str:
    """What a fact without a value says: what could not be seen decides nothing, so behind a decision it is absent."""
    return "unseen" if finding.status == "unknown" else "absent"


def value(fact: object, limit: int = 120, none: str = "absent") -> str:
    """One fact in one line: `true`, `absent`, `[a, b]`."""
    if fact is None:
        return none
    if isinstance(fact, bool):
        return "true" if fact else "false"
    plain = data(fact)
    return visible(msgspec.json.encode(plain).decode() if isinstance(plain, list | dict) else str(plain), limit)


def decisive(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts that people want to see: not a whole mapping or list where a part of it decided."""
    shown = dict(islice(facts.items(), ITEMS))
    return {
        path: fact
        for path, fact in shown.items()
        if not any(other.startswith((f"{path}.", f"{path}[")) for other in shown)
    }


def saw(finding: Finding) -> str:
    """The facts that decided, in one line; empty when there are none."""
    none = nothing(finding)
    return ", ".join(f"{visible(path)} = {value(fact, none=none)}" for path, fact in decisive(finding.facts).items())


def data(fact: object, depth: int = DEPTH) -> object:
    """A fact for machines: JSON values that UTF-8 can hold, with long texts, lists and mappings cut."""
    if fact is None or isinstance(fact, bool | float):
        return fact
    if isinstance(fact, int):
        return fact if fact in WHOLE else str(fact)[:TEXT]
    if isinstance(fact, list | tuple | Mapping) and not depth:
        return "…"
    if isinstance(fact, list | tuple):
        return [data(item, depth - 1) for item in fact[:ITEMS]]
    if isinstance(fact, Mapping):
        return {whole(str(key)): data(item, depth - 1) for key, item in islice(fact.items(), ITEMS)}
    return whole(str(fact))


def whole(text: str) -> str:
    """`text` cut at `TEXT` characters, its lone surrogates replaced: file names need not be UTF-8, JSON must."""
    text = text if len(text) <= TEXT else f"{text[: TEXT - 1]}…"
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
