"""Host lists, as `scontrol show hostnames` takes them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.slurm.hosts import MOST, expand


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", {"a"}),
        ("a,b", {"a", "b"}),
        ("gpu[01-03]", {"gpu01", "gpu02", "gpu03"}),
        ("gpu[9-11]", {"gpu9", "gpu10", "gpu11"}),
        ("gpu[1,3-4],login", {"gpu1", "gpu3", "gpu4", "login"}),
        ("r[1-2]n[1-2]", {"r1n1", "r1n2", "r2n1", "r2n2"}),
        ("gpu[1-2]-ib", {"gpu1-ib", "gpu2-ib"}),
        ("", set()),
        (" a , ,b", {"a", "b"}),
    ],
)
def test_names(text, names):
    assert expand(text) == names


@pytest.mark.parametrize(
    "text",
    ["a[", "a]", "a[1", "a[x]", "a[2-1]", "a[1-99999999]", "a[]", "a[0-65535]b[0-1]", "a" * 70_000, "a[[1]]", "a[1-]"],
)
def test_what_is_no_list_stands_for_nothing_known(text):
    assert expand(text) is None


def test_there_is_a_limit_to_the_names():
    assert len(expand(f"a[0-{MOST - 1}]") or ()) == MOST
    assert expand(f"a[0-{MOST}]") is None
    assert expand(f"b,a[0-{MOST - 1}]") is None


@given(st.text(alphabet="a1[],- ", max_size=30))
def test_any_text_is_taken_apart_or_not(text):
    names = expand(text)
    assert names is None or all("[" not in name and "," not in name for name in names)
