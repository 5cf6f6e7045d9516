"""Arithmetic and comparison: written tables, checked against the reference where it can say them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from tests.core.reference import ERROR, reference
from tests.core.things import ask

from holdfast.core.cel.values import LONGEST_DURATION, UNKNOWN, bounded, bounded_duration

MAX, MIN = 2**63 - 1, -(2**63)

TABLE: list[tuple[str, object]] = [
    ("1 + 2", 3),
    ("9223372036854775807 + 1", UNKNOWN),
    ("-9223372036854775808 - 1", UNKNOWN),
    ("9223372036854775807 * 2", UNKNOWN),
    ("-9223372036854775808 * -1", UNKNOWN),
    ("-(-9223372036854775808)", UNKNOWN),
    ("-9223372036854775808 / -1", UNKNOWN),
    ("-9223372036854775808 % -1", UNKNOWN),
    ("7 / 2", 3),
    ("-7 / 2", -3),
    ("7 / -2", -3),
    ("-7 / -2", 3),
    ("7 % 3", 1),
    ("-7 % 3", -1),
    ("7 % -3", 1),
    ("1 / 0", UNKNOWN),
    ("1 % 0", UNKNOWN),
    ("1.5 + 1.5", 3.0),
    ("1.0 - 2.5", -1.5),
    ("2.0 * 0.5", 1.0),
    ("1.0 / 4.0", 0.25),
    ("1.0 / 0.0", math.inf),
    ("-1.0 / 0.0", -math.inf),
    ("1.0 / -0.0", -math.inf),
    ("0.0 / 0.0 == 0.0 / 0.0", False),
    ("0.0 / 0.0 != 0.0 / 0.0", True),
    ("0.0 / 0.0 < 1.0", False),
    ("(0.0 / 0.0) in [0.0 / 0.0]", False),
    ("1e300 * 1e300", math.inf),
    ('"a" + "é"', "aé"),
    ("[1] + [2]", [1, 2]),
    ("[] + [1]", [1]),
    ("1 == 1.0", True),
    ("1 != 1.5", True),
    ("1 < 1.5", True),
    ("2.5 >= 3", False),
    ('"a" < "b"', True),
    ('"" < "a"', True),
    ('"Z" < "a"', True),
    ('"\uffff" < "𝄞"', True),
    ("[1, 2] == [1, 2]", True),
    ("[1, 2] == [2, 1]", False),
    ("[] == []", True),
    ("2 in [1, 2]", True),
    ("3 in [1, 2]", False),
    ("1 in []", False),
    ('"a" in ["a"]', True),
    ("true in [false]", False),
    ("true == true", True),
    ('duration("1h") + duration("30m") == duration("90m")', True),
    ('duration("1h") - duration("90m") == duration("-30m")', True),
    ('timestamp("2026-01-01T00:00:00Z") + duration("24h") == timestamp("2026-01-02T00:00:00Z")', True),
    ('duration("24h") + timestamp("2026-01-01T00:00:00Z") == timestamp("2026-01-02T00:00:00Z")', True),
    ('timestamp("2026-01-01T00:00:00Z") - duration("1s") == timestamp("2025-12-31T23:59:59Z")', True),
    ('timestamp("2026-01-02T00:00:00Z") - timestamp("2026-01-01T00:00:00Z") == duration("24h")', True),
    ('timestamp("2026-01-01T00:00:00+01:00") < timestamp("2026-01-01T00:00:00Z")', True),
    ('duration("1m") > duration("59s")', True),
    ('timestamp("9999-12-31T23:59:59Z") + duration("1s")', UNKNOWN),
    ('timestamp("0001-01-01T00:00:00Z") - duration("1s")', UNKNOWN),
    ('timestamp("9999-12-31T23:59:59Z") - timestamp("0001-01-01T00:00:00Z")', UNKNOWN),
    ('duration("2562047h") + duration("2562047h")', UNKNOWN),
    ('duration("-2562047h") - duration("2562047h")', UNKNOWN),
]


@pytest.mark.parametrize(("text", "answer"), TABLE)
def test_operators_answer_as_the_table_and_the_reference_say(text: str, answer: Any) -> None:
    assert ask(text) == answer
    assert type(ask(text)) is type(answer)
    assert reference(text) == (ERROR if answer is UNKNOWN else answer)


def test_integers_and_doubles_compare_as_numbers() -> None:
    assert ask("a == d", a=2**53, d=2.0**53) is True
    assert ask("a > d", a=2**53 + 1, d=2.0**53) is True
    assert ask("a < d", a=MAX, d=2.0**63) is True


@pytest.mark.parametrize(("value", "answer"), [(MAX, MAX), (MIN, MIN), (MAX + 1, UNKNOWN), (MIN - 1, UNKNOWN)])
def test_an_integer_beyond_64_bits_is_unknown(value: int, answer: object) -> None:
    assert bounded(value) == answer


def test_a_duration_beyond_64_bits_of_nanoseconds_is_unknown() -> None:
    step = dt.timedelta(microseconds=1)
    assert bounded_duration(LONGEST_DURATION) == LONGEST_DURATION
    assert bounded_duration(-LONGEST_DURATION) == -LONGEST_DURATION
    assert bounded_duration(LONGEST_DURATION + step) is UNKNOWN
    assert bounded_duration(-LONGEST_DURATION - step) is UNKNOWN


def test_what_python_cannot_hold_is_unknown() -> None:
    assert ask("span - span + span", span=dt.timedelta.max) is UNKNOWN
    assert ask("at - span", at=dt.datetime.min.replace(tzinfo=dt.UTC), span=dt.timedelta(1)) is UNKNOWN
