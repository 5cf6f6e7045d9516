"""Selectors of labels and annotations, as text.

Source: Kubernetes documentation, Labels and Selectors; k8s.io/apimachinery pkg/labels, selector.go (`Parse`), which
kustomize calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Lookup

__all__ = ["readable", "selected"]

REQUIREMENT = re.compile(
    r"\s*+(?:(!)\s*+([\w./-]++)|([\w./-]++)\s*+(?:(==|=|!=|>|<)\s*+([\w.-]*+)|(in|notin)\s*+\(([^)]*+)\))?)\s*+,",
    re.ASCII,
)
NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def readable(selector: str) -> bool:
    """Whether a text is a selector."""
    rest = f"{selector},"
    while rest:
        match = REQUIREMENT.match(rest)
        if match is None:
            return False
        rest = rest[match.end() :]
    return True


def selected(selector: str, found: Lookup[str, str]) -> bool:
    """Whether labels or annotations fit a selector; one that cannot be read selects nothing."""
    if not readable(selector):
        return False
    return all(_fits(match, found) for match in REQUIREMENT.finditer(f"{selector},"))


def _fits(match: re.Match[str], found: Lookup[str, str]) -> bool:
    """Whether one requirement is met."""
    _, absent, key, sign, value, word, members = match.groups()
    if absent:
        return absent not in found
    if word:
        return (found.get(key) in {each.strip() for each in members.split(",")}) is (word == "in")
    if sign in (">", "<"):
        held = found.get(key, "")
        if not (NUMBER.fullmatch(held) and NUMBER.fullmatch(value)):
            return False
        return int(held) > int(value) if sign == ">" else int(held) < int(value)
    if sign:
        return (found.get(key) == value) is (sign != "!=")
    return key in found
