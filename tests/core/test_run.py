"""Times as the store keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

from holdfast.core.run import day_of, micros, moment


def test_a_time_is_what_it_was() -> None:
    when = datetime(2026, 12, 1, 1, 2, 3, 456789, tzinfo=UTC)
    assert moment(micros(when)) == when


def test_a_time_beyond_every_calendar_is_its_end() -> None:
    assert day_of(10**18) == "9999-12-31"
