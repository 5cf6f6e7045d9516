"""The predicates of rules, with the data that they need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from holdfast.core.cel.closures import Predicate
from holdfast.engine.floors import BelowFloor, Floors, HasFloor


def predicates(today: date) -> Mapping[str, Predicate]:
    """Name -> predicate; `today` decides which tables are too old to say that a version is fixed."""
    floors = Floors(today)
    return {"has_floor": HasFloor(floors), "below_floor": BelowFloor(floors)}
