"""Values at evaluation time: the third truth value, and the bounds of the two numbers."""

from __future__ import annotations

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


def bounded(value: int) -> int | Unknown:
    """`value` if it fits into 64 bits; overflow is unknown."""
    return value if INT_MIN <= value <= INT_MAX else UNKNOWN
