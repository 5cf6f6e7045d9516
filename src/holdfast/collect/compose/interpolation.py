"""Variables in compose files. Source: the Compose Specification, Interpolation.

What a variable is set to cannot be seen; the default that stands beside it can, and is taken as its value.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields, written
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, Sequence

INNERMOST = re.compile(r"\$(?:\{(\w+)(?:(:?[-+?])([^{}$]*))?\}|([A-Za-z_]\w*))", re.ASCII)
MAX_ROUNDS = 16
"""Defaults inside defaults that are followed."""
DOLLAR, OPEN, CLOSE = "\0", "\1", "\2"
"""Stand for `$$` and for the braces of an unresolved variable until the end; YAML has no such characters."""


def resolve(text: str) -> tuple[str, bool]:
    """`text` with the defaults of its variables put in, and whether that is all of it.

    A variable without a default stays, as `${NAME}`.
    """
    if "$" not in text:
        return text, True
    text = text.replace("$$", DOLLAR)
    for _ in range(MAX_ROUNDS):
        changed = INNERMOST.sub(_default, text)
        if changed == text:
            break
        text = changed
    complete = OPEN not in text and "$" not in text
    return text.replace(DOLLAR, "$").replace(OPEN, "${").replace(CLOSE, "}"), complete


def _default(match: re.Match[str]) -> str:
    name, operator, word, bare = match.groups()
    return word if operator in (":-", "-") else f"{OPEN}{name or bare}{CLOSE}"


def text_of(value: Any) -> Fact[str]:
    """A scalar as text: None for None, unobserved with an unresolved variable and for what is no scalar."""
    if value is None:
        return None
    if isinstance(value, Mapping | Sequence):
        return UNSET
    text, complete = resolve(written(value))
    return text if complete else UNSET


def text(fields: Fields, key: str, fact: str) -> Fact[str]:
    """The text under `key`."""
    return text_of(fields.get(key, fact))


def texts(fields: Fields, key: str, fact: str) -> list[str] | UnsetType:
    """The list under `key`, or the one text; unobserved when any of it is."""
    value = fields.get(key, fact)
    if value is None:
        return []
    found = [text_of(item) for item in (value if isinstance(value, Sequence) else [value])]
    return [item or "" for item in found if item is not UNSET] if UNSET not in found else UNSET


def switch(fields: Fields, key: str, fact: str) -> bool | UnsetType:
    """The switch under `key`, off by default; Compose reads texts as YAML would."""
    return switch_of(fields.get(key, fact))


def switch_of(value: Any) -> bool | UnsetType:
    """A switch, also one that a variable sets."""
    if value is None or isinstance(value, bool):
        return value or False
    known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    found = text_of(value)
    return known.get(found.lower(), UNSET) if isinstance(found, str) else UNSET


def number(value: Any) -> Fact[int]:
    """A whole number, also one written as text; None for None."""
    found = text_of(value)
    if not isinstance(found, str):
        return found
    return int(found) if found.isdecimal() and found.isascii() and len(found) < 10 else UNSET
