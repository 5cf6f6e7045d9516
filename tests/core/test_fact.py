"""Facts: the three states, and secrets that never show themselves."""

from __future__ import annotations

import msgspec
import pytest
from tests.core.things import Thing

from holdfast.core.fact import UNSET, Kind, Part, Secret, shown

RAW = "sk-live-4eC39HqLyjWDarjtT1zdp7dc"


def test_a_fact_that_nobody_set_is_unobserved() -> None:
    assert Thing().s is UNSET
    assert Thing(s=None).s is None
    assert Thing(s="x").s == "x"


def test_unobserved_is_left_out_of_json_and_absent_is_null() -> None:
    data = msgspec.json.encode(Thing(s=None, a=1))
    assert data == b'{"a":1,"s":null}'
    assert msgspec.json.decode(data, type=Thing) == Thing(s=None, a=1)


@pytest.mark.parametrize(
    "written", [str, repr, shown, "{}".format, "{:>80}".format, "{!s}".format, "%s".__mod__, ascii]
)
def test_a_secret_is_written_as_a_fingerprint_only(written: object) -> None:
    text = written(Secret(RAW))  # type: ignore[operator]
    assert "<secret sha256:0a4dcdf2c6d5>" in text or "<secret sha256:" in text
    assert RAW not in text


def test_a_secret_compares_as_itself() -> None:
    assert Secret(RAW) == RAW
    assert hash(Secret(RAW)) == hash(RAW)
    assert Secret(RAW).startswith("sk-live")


def test_equal_secrets_have_equal_fingerprints_and_others_do_not() -> None:
    assert shown(Secret(RAW)) == shown(Secret(RAW))
    assert shown(Secret(RAW)) != shown(Secret(RAW + "x"))
    assert shown(Secret("\ud800")).startswith("<secret sha256:")


def test_what_is_no_secret_is_written_as_it_is() -> None:
    assert shown("plain") == "plain"
    assert shown(7) == "7"


def test_kinds_and_parts_say_nothing_unless_told_to() -> None:
    assert Kind.not_shown_by == {}
    assert Kind.definitions == {}
    assert Part.definitions == {}
