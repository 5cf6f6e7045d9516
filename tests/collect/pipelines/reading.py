"""Native text in; the pipeline, its edges and gaps out."""

from __future__ import annotations

from textwrap import dedent

from holdfast.collect.files import text
from holdfast.core.asset import Asset
from holdfast.kinds.pipeline import Pipeline

WORKFLOW = ".github/workflows/ci.yml"


def items(source: str | bytes, path: str = WORKFLOW) -> list[object]:
    data = source if isinstance(source, bytes) else dedent(source).encode()
    return list(text(path, data))


def pipelines(source: str | bytes, path: str = WORKFLOW) -> list[Asset]:
    return [item for item in items(source, path) if isinstance(item, Asset) and isinstance(item.facts, Pipeline)]


def one(source: str | bytes, path: str = WORKFLOW) -> Asset:
    (asset,) = pipelines(source, path)
    return asset


def steps(body: str, on: str = "push", job: str = "") -> Asset:
    """The workflow of one job on Ubuntu with these steps, lines of YAML."""
    lines = "".join(f"      {line}\n" for line in dedent(body).strip("\n").splitlines())
    extra = "".join(f"    {line}\n" for line in dedent(job).strip("\n").splitlines())
    return one(f"on: {on}\njobs:\n  job:\n    runs-on: ubuntu-latest\n{extra}    steps:\n{lines}")
