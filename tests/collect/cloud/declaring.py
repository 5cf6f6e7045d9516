"""Configuration text in; the assets that it declares out."""

from __future__ import annotations

from textwrap import dedent

from holdfast.app.rules import assets_of
from holdfast.collect.files import text
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap


def assets(source: str, path: str = "main.tf") -> list[Asset]:
    return [item for item in text(path, dedent(source).encode()) if isinstance(item, Asset)]


def one(source: str, path: str = "main.tf", kind: str = "") -> Asset:
    """The asset of a kind that is declared."""
    found = [asset for asset in assets(source, path) if kind in ("", asset.kind) and not asset.glimpsed]
    assert len(found) == 1, found
    return found[0]


def facts(source: str, path: str = "main.tf", kind: str = ""):
    return one(source, path, kind).facts


def completed(source: str, path: str = "main.tf", kind: str = ""):
    """The facts with what the estate adds."""
    declared = (each for each in assets_of(path, dedent(source).encode()) if not each.glimpsed)
    (found,) = [each.facts for each in declared if kind in ("", each.kind)]
    return found


def elsewhere(source: str, path: str = "main.tf") -> list[Asset]:
    """The things that are spoken of and not declared, with what the estate adds."""
    return [each for each in assets_of(path, dedent(source).encode()) if each.glimpsed]


def gaps(source: str, path: str = "main.tf") -> list[Gap]:
    return [item for item in text(path, dedent(source).encode()) if isinstance(item, Gap)]
