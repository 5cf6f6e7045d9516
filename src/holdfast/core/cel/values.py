"""Values at evaluation time: the third truth value, and the bounds of integers and durations."""

from __future__ import annotations

import datetime as dt
from typing import Final


class Unknown:
    """Could not be decided; there is exactly one, `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "unknown"

    def __bool__(self) -> bool:
        raise TypeError("an unknown has no truth value; compare with `is`")


UNKNOWN: Final = Unknown()
INT_MIN, INT_MAX = -(2**63), 2**63 - 1


LONGEST_DURATION: Final = dt.timedelta(microseconds=INT_MAX // 1000)
"""About 292 years: what 64 bits of nanoseconds hold, in the microseconds that Python keeps."""


def bounded(value: int) -> int | Unknown:
    """`value` if it fits into 64 bits; overflow is unknown."""
    return value if INT_MIN <= value <= INT_MAX else UNKNOWN


def bounded_duration(value: dt.timedelta) -> dt.timedelta | Unknown:
    """`value` if its nanoseconds fit into 64 bits; overflow is unknown."""
    return value if -LONGEST_DURATION <= value <= LONGEST_DURATION else UNKNOWN
