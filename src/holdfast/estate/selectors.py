"""Which label selectors select a set of labels.

Selectors that are alike share one entry, and each entry lies under the rarest of its pairs, so that a look-up meets
few that do not fit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from msgspec import UNSET

from holdfast.core.asset import Asset
from holdfast.core.fact import Fact
from holdfast.kinds.workload import Workload

T = TypeVar("T")
Pairs = frozenset[tuple[str, str]]
MAX_TRIED = 10_000
"""Most distinct selectors that are tried on one set of labels."""
MAX_OWNERS = 500
"""Most owners of selectors that select one set of labels."""


class Selectors(Generic[T]):
    """Namespaced label selectors, each with what it belongs to."""

    def __init__(self, entries: Iterable[tuple[object, Mapping[str, str], T]]) -> None:
        self.owners: dict[tuple[object, Pairs], list[T]] = {}
        for namespace, labels, owner in entries:
            self.owners.setdefault((namespace, frozenset(labels.items())), []).append(owner)
        seen = Counter((namespace, pair) for namespace, pairs in self.owners for pair in pairs)
        self.under: dict[tuple[object, tuple[str, str] | None], list[Pairs]] = {}
        for namespace, pairs in self.owners:
            key = min(pairs, key=lambda pair: (seen[namespace, pair], pair), default=None)
            self.under.setdefault((namespace, key), []).append(pairs)
        self.known: dict[tuple[object, Pairs], list[T] | None] = {}

    def select(self, namespace: object, labels: Mapping[str, str]) -> list[T] | None:
        """The owners of every selector of `namespace` that selects `labels`; None when there are too many."""
        asked = namespace, frozenset(labels.items())
        if asked not in self.known:
            self.known[asked] = self._select(namespace, asked[1])
        return self.known[asked]

    def _select(self, namespace: object, labels: Pairs) -> list[T] | None:
        buckets = [found for key in (None, *labels) if (found := self.under.get((namespace, key)))]
        if sum(map(len, buckets)) > MAX_TRIED:
            return None
        fitting = [self.owners[namespace, pairs] for bucket in buckets for pairs in bucket if pairs <= labels]
        return None if sum(map(len, fitting)) > MAX_OWNERS else [owner for owners in fitting for owner in owners]


OWNER = re.compile(r"(?:/items/\d+)*/metadata/labels/", re.ASCII)
"""Where labels stand that the object around a template has."""


def pod_labels(asset: Asset) -> Fact[dict[str, str]]:
    """The labels that a workload's pods carry: not those that only the object around the template has.

    Unobserved when they cannot be read, None outside Kubernetes.
    """
    facts = asset.facts
    if not isinstance(facts, Workload) or facts.api_group is None:
        return None
    if not isinstance(facts.labels, dict):
        return UNSET
    if facts.controller == "Pod":
        return facts.labels
    spots = asset.spots
    return {
        key: value
        for key, value in facts.labels.items()
        if (spot := spots.get(f'labels["{key}"]')) is None or not OWNER.match(spot.pointer)
    }
