"""Native YAML in, assets out."""

from __future__ import annotations

from collections import Counter

from holdfast.collect.kubernetes.objects import assets
from holdfast.core.asset import Asset
from holdfast.formats.yaml import documents, load


def read(text: str, path: str = "a.yaml") -> list[Asset]:
    seen: Counter[str] = Counter()
    return [
        asset
        for document in documents(text.encode())
        for asset in assets(load(document.text), path, document.line, seen)
    ]


def one(text: str):
    (asset,) = read(text)
    return asset


def facts(text: str):
    return one(text).facts
