"""Kubernetes quantities as whole numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.collect.kubernetes.quantity import MILLI, quantity
from holdfast.core.fact import UNSET


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (None, None), (0, 0), (8, 8), ("8", 8), ("+8", 8), ("-8", -8), ("1Ki", 1024), ("1k", 1000), ("1.5Gi", 3 << 29),
        ("1e3", 1000), ("1E3", 1000), ("1E", 10**18), ("12E", UNSET), ("100m", 1), ("1n", 1), (0.5, 1), (1.0, 1), (".5", 1),
        ("", UNSET), ("x", UNSET), ("1 Gi", UNSET), ("{{ x }}", UNSET), (True, UNSET), ([], UNSET), ("1e-3", 1),
        (2**63, UNSET), (-(2**63), UNSET), ("9" * 19, UNSET), ("9" * 20, UNSET), (1e300, UNSET), (float("nan"), UNSET),
    ],
)  # fmt: skip
def test_a_quantity_is_rounded_up_to_a_whole_number(value, number):
    assert quantity(value) == number


@pytest.mark.parametrize(
    ("value", "millis"), [("500m", 500), (1, 1000), ("0.1", 100), (0.25, 250), ("1u", 1), ("2k", 2_000_000)]
)
def test_cores_are_counted_in_thousandths(value, millis):
    assert quantity(value, MILLI) == millis


@given(st.text(max_size=30) | st.floats() | st.integers())
def test_anything_is_a_number_or_unseen(value):
    found = quantity(value)
    assert found is UNSET or abs(found) < 2**63
