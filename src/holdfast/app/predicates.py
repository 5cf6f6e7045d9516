"""The predicates of rules, with the data that they need."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.cel.closures import Predicate


def predicates() -> Mapping[str, Predicate]:
    """Name -> predicate."""
    return {}
