"""What labels, tags and variables declare about a thing: its owner, its environment, its data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.fact import Fact

CLASSES = re.compile(r"data[-_. ]?(?:class(?:ification)?|sensitivity)|classification|sensitivity", re.IGNORECASE)
LAWS = re.compile(r"(?:data[-_. ]?)?(?:jurisdiction|residency)", re.IGNORECASE)
NAMES = {
    "owner": re.compile(r"(?:(?:asset|business|data|service|technical)[-_. ]?)?owner|team|squad", re.IGNORECASE),
    "environment": re.compile(r"env(?:ironment)?|stage", re.IGNORECASE),
    "data_class": CLASSES,
    "purpose": re.compile(r"(?:business[-_. ]?)?purpose|use[-_. ]?case", re.IGNORECASE),
    "jurisdiction": LAWS,
}
"""Attribute -> names of labels that declare it; what stands before a slash (`acme.example/owner`) does not count."""


class Declared(NamedTuple):
    """What is declared, in lower case; absent where nothing is."""

    data_class: Fact[str]
    jurisdiction: Fact[str]


def declared(labels: Fact[Mapping[str, str]]) -> Declared:
    """What labels declare; unobserved where they are."""
    if not isinstance(labels, Mapping):
        return Declared(UNSET, UNSET)
    return Declared(_first(CLASSES, labels), _first(LAWS, labels))


def _first(names: re.Pattern[str], labels: Mapping[str, str]) -> str | None:
    return next((value.lower() for name, value in labels.items() if value and names.fullmatch(name)), None)


def attribute(name: str, labels: Mapping[str, str]) -> tuple[str, str] | None:
    """The label that declares an attribute, as its name and its value; None where none does."""
    pattern = NAMES[name]
    return next(
        ((label, value) for label, value in labels.items() if value and pattern.fullmatch(label.rpartition("/")[2])),
        None,
    )
