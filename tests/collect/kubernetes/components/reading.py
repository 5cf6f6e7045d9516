"""What one file of a cluster's components shows."""

from __future__ import annotations

from typing import TypeVar

from holdfast.collect.files import examine
from holdfast.core.asset import Asset
from holdfast.core.fact import Kind

K = TypeVar("K", bound=Kind)


def of(kind: type[K], path: str, text: str) -> list[tuple[K, Asset]]:
    """The assets of a kind with their facts."""
    found = [item for item in examine(path, text.encode()) if isinstance(item, Asset)]
    return [(asset.facts, asset) for asset in found if isinstance(asset.facts, kind)]


def one(kind: type[K], path: str, text: str) -> tuple[K, Asset]:
    """The only one."""
    (found,) = of(kind, path, text)
    return found
