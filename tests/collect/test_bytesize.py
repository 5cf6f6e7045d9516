"""Byte sizes as Compose and Docker write them."""

from __future__ import annotations

import pytest

from holdfast.collect.bytesize import byte_size
from holdfast.core.fact import UNSET


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0), ("512", 512), ("1b", 1), ("1k", 1024), ("1KB", 1024), ("1kib", 1024), ("2m", 2 << 20), ("2Mb", 2 << 20),
        ("3g", 3 << 30), ("1 gb", 1 << 30), ("1t", 1 << 40), ("1p", 1 << 50), ("1.5g", 3 << 29), ("0.5k", 512),
        ("", UNSET), ("g", UNSET), ("1x", UNSET), ("-1", UNSET), ("1e3", UNSET), ("9" * 16, UNSET), (None, None), (UNSET, UNSET),
    ],
)  # fmt: skip
def test_units_are_powers_of_1024(text, size):
    assert byte_size(text) == size
