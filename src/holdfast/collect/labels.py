"""What labels, tags and variables declare about the data that a thing holds or works on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.fact import Fact

CLASSES = re.compile(r"data[-_. ]?(?:class(?:ification)?|sensitivity)|classification|sensitivity", re.IGNORECASE)
LAWS = re.compile(r"(?:data[-_. ]?)?(?:jurisdiction|residency)", re.IGNORECASE)


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
