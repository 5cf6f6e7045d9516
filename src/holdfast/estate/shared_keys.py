"""Which SSH keys open more than one account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from holdfast.core.asset import Asset, Edge
from holdfast.kinds.authorized_keys import AuthorizedKeys, SharedKey


def shared_keys(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`shared` of authorized_keys files, where two or more were seen: one alone does not tell what others hold."""
    del edges
    files: dict[object, dict[str, None]] = {}
    seen: dict[str, None] = {}
    for asset in assets:
        if isinstance(asset.facts, AuthorizedKeys):
            seen[_file(asset)] = None
        for fingerprint in _keys(asset):
            files.setdefault(fingerprint, {})[_file(asset)] = None
    if len(seen) < 2:
        return
    for position, asset in enumerate(assets):
        if isinstance(asset.facts, AuthorizedKeys) and isinstance(asset.facts.keys, list):
            yield position, {"shared": [_shared(key, files, _file(asset)) for key in _keys(asset).items()]}


def _file(asset: Asset) -> str:
    """What the file is called, wherever the examination started."""
    name = getattr(asset.facts, "name", None)
    return name if isinstance(name, str) else asset.path


def _shared(key: tuple[str, str | None], files: Mapping[object, Mapping[str, None]], own: str) -> SharedKey:
    fingerprint, comment = key
    return SharedKey(fingerprint=fingerprint, comment=comment, files=sorted(files[fingerprint].keys() - {own}))


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
