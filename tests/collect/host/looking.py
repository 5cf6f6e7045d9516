"""Files of a host in; assets and gaps out."""

from __future__ import annotations

from holdfast.collect.files import _family
from holdfast.collect.readers import reader_of
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.fact import Kind


def items(files: dict[str, str | bytes]) -> list[object]:
    """What the files of one family show together."""
    (reader,) = {reader_of(path) for path in files} - {""}
    members = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return list(_family(reader, members))


def assets(files: dict[str, str | bytes]) -> list[Asset]:
    return [item for item in items(files) if isinstance(item, Asset)]


def gaps(files: dict[str, str | bytes]) -> list[Gap]:
    return [item for item in items(files) if isinstance(item, Gap)]


def facts(files: dict[str, str | bytes]) -> Kind:
    (asset,) = assets(files)
    return asset.facts
