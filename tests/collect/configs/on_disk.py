"""Files below a folder, collected and judged as `holdfast check` does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent

from holdfast.app.check import Request, Sources, check
from holdfast.app.settings import Settings
from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.route import Route
from holdfast.kinds.server import Server

HOST = {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"}
"""What makes a folder the root of a host."""


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return root


def items(root: Path, files: dict[str, str]) -> list[object]:
    return list(collect(Options(str(write(root, files)))))


def servers(root: Path, files: dict[str, str]) -> list[Asset]:
    return [item for item in items(root, files) if isinstance(item, Asset) and isinstance(item.facts, Server)]


def server(root: Path, files: dict[str, str]) -> Server:
    (asset,) = servers(root, files)
    assert isinstance(asset.facts, Server)
    return asset.facts


def routes(root: Path, files: dict[str, str]) -> list[Asset]:
    return [item for item in items(root, files) if isinstance(item, Asset) and isinstance(item.facts, Route)]


def gaps(root: Path, files: dict[str, str]) -> list[tuple[str, str, int]]:
    found = [item for item in items(root, files) if isinstance(item, Gap)]
    return [(str(Path(gap.path).relative_to(root)), gap.kind, gap.line) for gap in found]


def findings(root: Path, files: dict[str, str], profile: str = "strict") -> list[tuple[str, str, int]]:
    """(rule, `fail` or `unknown`, line) of what the files do not pass, sorted; groups of assets aside."""
    request = Request(date(2026, 11, 30), (str(write(root, files)),), profile=profile)
    result = check(request, Settings(), Sources())
    found = (each for each in (*result.findings, *result.unknown) if not each.asset.startswith("asset_group/"))
    return sorted({(each.rule, each.status, each.location.line) for each in found})
