"""What a workload of AWS may write to, told by what the buckets are for: one purpose an identity keeps them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from msgspec import UNSET

from holdfast.core.asset import Asset
from holdfast.core.fact import Fact
from holdfast.estate.iam.abilities import Alternatives, Need, X
from holdfast.estate.iam.truth import Truth, some, unknown
from holdfast.kinds.bucket import Bucket

PURPOSES = ("checkpoints", "datasets", "logs", "models")
MAX_BUCKETS = 8
"""Most buckets of one purpose that are tried for an identity."""


def by_purpose(assets: Sequence[Asset]) -> dict[str, list[str]]:
    """Purpose -> the names of its buckets, of those whose name and purpose are known; at most one too many."""
    found: dict[str, list[str]] = {}
    for name, purpose in _buckets(assets):
        if len(names := found.setdefault(purpose, [])) <= MAX_BUCKETS:
            names.append(name)
    return found


def _buckets(assets: Sequence[Asset]) -> Iterator[tuple[str, str]]:
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Bucket) or facts.provider != "aws":
            continue
        name, purpose = facts.name, facts.holds
        if isinstance(name, str) and isinstance(purpose, str) and purpose in PURPOSES:
            yield name, purpose


def written(buckets: dict[str, list[str]], has: Callable[[Alternatives], Truth]) -> Fact[list[str]]:
    """The purposes of the buckets that an identity may write to; unobserved where one answer is open."""
    answers = {
        purpose: some(chain((has(_put(name)) for name in names[:MAX_BUCKETS]), _untried(names)))
        for purpose, names in buckets.items()
    }
    certain = sorted(purpose for purpose, answer in answers.items() if answer.value)
    doubtful = any(answer.value is None for answer in answers.values())
    return UNSET if doubtful and len(certain) < 2 else certain


def _put(bucket: str) -> Alternatives:
    return ((Need("s3:PutObject", f"s3:::{bucket}/{X}"),),)


def _untried(names: Sequence[str]) -> list[Truth]:
    return [unknown("more buckets than are tried")] if len(names) > MAX_BUCKETS else []
