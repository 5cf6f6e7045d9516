"""Whose law holds where."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from holdfast.core.regions import law_of, outside


@pytest.mark.parametrize(
    ("region", "law"),
    [
        ("eu-central-1", "eu"),
        ("eu-central-1a", "eu"),
        ("eu-west-2", "uk"),
        ("EU-WEST-2", "uk"),
        ("eu-central-2", "ch"),
        ("europe-west4-b", "eu"),
        ("westeurope", "eu"),
        ("norwayeast", "eea"),
        ("us-east-1", "us"),
        ("eastus2", "us"),
        ("us-gov-west-1", "us"),
        ("ap-northeast-1", "jp"),
        ("ap-south-1", "in"),
        ("cn-north-1", "cn"),
        ("il-central-1", "il"),
        ("mars-1", UNSET),
        ("", UNSET),
        ("eu", UNSET),
    ],
)
def test_a_region_is_under_one_law_or_nobody_knows(region: str, law: object) -> None:
    assert law_of(region) == law


def test_the_union_is_a_part_of_the_economic_area_and_not_the_other_way_round() -> None:
    assert not outside("eu", "eea")
    assert outside("eea", "eu")
    assert outside("us", "eu")
    assert not outside("us", "us")
