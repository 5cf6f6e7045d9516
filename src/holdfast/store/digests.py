"""What assets and rule sets are known by to be the same as before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from holdfast.core.run import Link

__all__ = ["digest_of", "digest_of_rules"]


def digest_of(kind: str, path: str, facts: str, attributes: str, links: Sequence[Link], *, declared: bool) -> str:
    """What an asset is known by to be the same as before; facts and attributes are JSON."""
    text = msgspec.json.encode((kind, path, facts, attributes, sorted(links), declared))
    return hashlib.sha256(text).hexdigest()[:32]


def digest_of_rules(text: str) -> str:
    """The name of a rule set: of its JSON."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
