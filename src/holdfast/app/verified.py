"""What the last check of the whole ledger found, so that coverage claims no more than somebody looked at.

It lies in a file beside the store, not in it: a check changes nothing of what it checks.
"""

from __future__ import annotations

import os
from contextlib import suppress

import msgspec
from msgspec import Struct

from holdfast.app.store import home
from holdfast.store.durable import write_durably
from holdfast.store.verify import Report

__all__ = ["Verified", "last_verified", "note_verified"]

FILE = "verified.json"
LARGEST = 10_000


class Verified(Struct, frozen=True, forbid_unknown_fields=True):
    """The outcome of a check of the whole ledger."""

    at: int
    """Microseconds since 1970 UTC."""
    entries: int
    problems: int


def note_verified(report: Report, at: int) -> None:
    """Notes what a check found; where that cannot be written, as in an auditor's copy, coverage stays unknown."""
    found = Verified(at, report.entries, len(report.problems) + report.untold)
    with suppress(OSError):
        write_durably(os.path.join(home(), FILE), msgspec.json.encode(found))


def last_verified() -> Verified | None:
    """What the last check found; None where there was none that can be read."""
    try:
        with open(os.path.join(home(), FILE), "rb") as file:
            return msgspec.json.decode(file.read(LARGEST), type=Verified)
    except (OSError, msgspec.MsgspecError):
        return None
