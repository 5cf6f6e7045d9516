"""Which SSH keys open more than one account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.kinds.authorized_keys import AuthorizedKeys, SharedKey


def shared_keys(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`shared` of authorized_keys files; a file that shares no key with another one that was seen is left out."""
    del edges
    files: dict[object, dict[str, None]] = {}
    for asset in assets:
        for fingerprint in _keys(asset):
            files.setdefault(fingerprint, {})[asset.path] = None
    for position, asset in enumerate(assets):
        found = [
            SharedKey(fingerprint=fingerprint, comment=comment, files=sorted(set(files[fingerprint]) - {asset.path}))
            for fingerprint, comment in _keys(asset).items()
            if len(files[fingerprint]) > 1
        ]
        if found:
            yield position, {"shared": found}


def _keys(asset: Asset) -> dict[str, str | None]:
    """Fingerprint -> comment of the keys that open an account themselves."""
    facts = asset.facts
    if not isinstance(facts, AuthorizedKeys) or not isinstance(facts.keys, list):
        return {}
    return {
        key.fingerprint: key.comment if isinstance(key.comment, str) else None
        for key in facts.keys
        if isinstance(key.fingerprint, str) and key.certificate_authority is not True
    }
