"""What labels declare."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from holdfast.core.labels import attribute, declared


def test_labels_declare_the_class_and_the_law_of_data() -> None:
    assert declared({"data-class": "Restricted", "residency": "EU"}) == ("restricted", "eu")
    assert declared({"app": "x", "data-class": ""}) == (None, None)
    assert declared(UNSET) == (UNSET, UNSET)
    assert declared(None) == (UNSET, UNSET)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("owner", "team"),
        ("owner", "acme.example/owner"),
        ("owner", "Data-Owner"),
        ("environment", "env"),
        ("purpose", "use-case"),
        ("jurisdiction", "data-residency"),
    ],
)
def test_a_label_is_known_by_its_name_whatever_stands_before_a_slash(name: str, label: str) -> None:
    assert attribute(name, {"app": "x", label: "v"}) == (label, "v")


def test_a_label_without_a_value_or_with_another_name_declares_nothing() -> None:
    assert attribute("owner", {"owner": "", "ownership": "x", "team/app": "y"}) is None
