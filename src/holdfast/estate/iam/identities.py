"""The step of identities, which loads the evaluation of policies only where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge


def powers(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """Who may become the identities, and what they can reach."""
    if any(asset.kind == "identity" for asset in assets):
        from holdfast.estate.iam.powers import powers as found

        yield from found(assets, edges)
