"""The use `check`: sources in, one Result out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from holdfast.collect import files
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read
from holdfast.core.errors import UsageError
from holdfast.core.result import Examined, Result
from holdfast.engine.evaluate import evaluate
from holdfast.engine.rulebook import load_shipped, select


class Request(Struct, frozen=True):
    """What a person asked for."""

    targets: tuple[str, ...] = (".",)
    rules: tuple[str, ...] = ()
    profile: str = "ai-default"
    ignore: bool = True


def check(request: Request, progress: Callable[[int], None] = lambda files: None) -> Result:
    """Examines the targets. Raises UsageError for a target, rule or profile that does not exist."""
    rules = select(load_shipped(), ids=request.rules, profile=request.profile)
    assets: list[Asset] = []
    edges: list[Edge] = []
    gaps: list[Gap] = []
    read = 0
    for target in request.targets:
        if not os.path.exists(target):
            raise UsageError(f"there is no file or folder `{target}`", hint="holdfast check [TARGET ...]")
        for item in files.collect(files.Options(target, ignore=request.ignore)):
            if isinstance(item, Asset):
                assets.append(item)
            elif isinstance(item, Read):
                read += 1
                progress(read)
            elif isinstance(item, Edge):
                edges.append(item)
            else:
                gaps.append(item)
    answers = evaluate(rules, assets, {})
    return Result(
        findings=answers.findings,
        unknown=answers.unknown,
        not_asked=answers.not_asked,
        examined=Examined(read, gaps, Counter(asset.kind for asset in assets), answers.passes, answers.not_applicable),
        rules=rules,
    )
