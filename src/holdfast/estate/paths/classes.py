"""Classes of data: how they are ordered, and what the labels of a store say."""

from __future__ import annotations

import re

from holdfast.core.asset import Asset
from holdfast.core.labels import attribute

__all__ = ["CLASSES", "STORES", "declared_class", "known_class", "order"]

STORES = frozenset(
    "bucket database queue managed_secret stored_secret served_model registry nfs_export dataset model".split()
)
"""Kinds that hold data."""
CLASSES = ("public", "unknown", "internal", "confidential", "restricted")
"""From what anybody may have to what must not leave; what nobody has classified comes before what has a class."""
WORDS: dict[str, str] = {
    **dict.fromkeys(("public", "open"), "public"),
    **dict.fromkeys(("internal", "private", "company"), "internal"),
    **dict.fromkeys(("confidential", "sensitive", "proprietary", "non-public"), "confidential"),
    **dict.fromkeys(
        "restricted secret highly-confidential strictly-confidential top-secret personal pii phi health medical patient"
        " cardholder pci hipaa gdpr special-category".split(),
        "restricted",
    ),
}
"""What people call a class -> the class."""


def known_class(written: str | None) -> str:
    """The class that a word means; `unknown` for no word, and for one that nobody explained."""
    words = re.split(r"[^a-z]+", (written or "").lower())
    whole = "-".join(word for word in words if word)
    if whole in WORDS:
        return WORDS[whole]
    found = [WORDS[word] for word in words if WORDS.get(word, "public") != "public"]  # `not public` is not public
    return max(found, key=CLASSES.index, default="unknown")


def order(data_class: str) -> int:
    """The place of a class in `CLASSES`."""
    return CLASSES.index(data_class)


def declared_class(asset: Asset) -> str | None:
    """The class that an asset's own labels declare; None where they declare none."""
    said = getattr(asset.facts, "data_class", None)
    if isinstance(said, str):
        return said
    tags = getattr(asset.facts, "tags", None)
    found = attribute("data_class", {**asset.labels, **(tags if isinstance(tags, dict) else {})})
    return found[1] if found else None
