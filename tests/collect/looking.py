"""Native text in; assets, gaps and places out."""

from __future__ import annotations

from textwrap import dedent

from holdfast.collect.files import text
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Container, Workload


def items(source: str | bytes, path: str = "a.yaml") -> list[object]:
    data = source if isinstance(source, bytes) else dedent(source).encode()
    return list(text(path, data))


def workloads(source: str | bytes, path: str = "a.yaml") -> list[Asset]:
    return [item for item in items(source, path) if isinstance(item, Asset) and isinstance(item.facts, Workload)]


def servers(source: str | bytes, path: str = "a.yaml") -> list[Asset]:
    return [item for item in items(source, path) if isinstance(item, Asset) and isinstance(item.facts, Server)]


def gaps(source: str | bytes, path: str = "a.yaml") -> list[Gap]:
    return [item for item in items(source, path) if isinstance(item, Gap)]


def one(source: str | bytes, path: str = "a.yaml") -> Asset:
    (asset,) = workloads(source, path)
    return asset


def pod(spec: str, path: str = "a.yaml") -> Asset:
    """The workload of a Pod with this spec, indented by two; its first line is line 5."""
    body = "".join(f"  {line}\n" for line in dedent(spec).strip("\n").splitlines())
    return one(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n{body}", path)


def container(fields: str = "") -> tuple[Container, Asset]:
    """The container with these fields; its first line is line 6, in column 5, at /spec/containers/0."""
    body = "".join(f"  {line}\n" for line in dedent(fields).strip("\n").splitlines())
    asset = pod(f"containers:\n- name: c\n{body}")
    (found,) = asset.facts.containers
    return found, asset
