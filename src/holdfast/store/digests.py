"""What assets are known by to be the same as before, alone and all that a run saw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from holdfast.core.run import Link

__all__ = ["digest_of", "digest_of_all"]


def digest_of(kind: str, path: str, facts: str, attributes: str, links: Sequence[Link], *, declared: bool) -> str:
    """What an asset is known by to be the same as before; facts and attributes are JSON."""
    text = msgspec.json.encode((kind, path, facts, attributes, sorted(links), declared))
    return hashlib.sha256(text).hexdigest()[:32]


def digest_of_all(digests: Iterable[str]) -> str:
    """The digest of a run's assets: of `source id digest` lines, sorted."""
    return hashlib.sha256("\n".join(sorted(digests)).encode("utf-8", "surrogatepass")).hexdigest()
