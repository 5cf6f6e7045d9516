"""What belongs to a resource is found by an index that says the same as a comparison of every pair."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from holdfast.collect.cloud import stack as stacks
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.core.known import Reference, Text, Unknown

NAMES = ("id", "name")
ADDRESSES = ["t.a", "t.b", "t_p.a", "t_p.b", "u.a", "u.gone"]
REFERENCES = st.recursive(
    st.builds(Reference, st.just("x"), address=st.sampled_from(ADDRESSES), attribute=st.sampled_from(["", "id", "x", "y[0].id"])),
    lambda inner: st.builds(
        Reference, st.just("x"), address=st.sampled_from(ADDRESSES), attribute=st.sampled_from(["id", "x"]),
        value=st.one_of(inner, st.sampled_from(["a", "b", None])),
    ),
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["a", "b", "t.a", None, 1, [], Unknown("x")]),
    REFERENCES,
    st.lists(st.one_of(REFERENCES, st.just(Unknown("x")), st.just("a-")), min_size=1, max_size=3).map(
        lambda pieces: Text((*pieces, Unknown("y")))
    ),
)


def resource(address: str, attributes: dict[str, Any]) -> Resource:
    type, _, name = address.partition(".")
    return Resource("terraform", type, address, name, attributes, "main.tf", {})


@settings(max_examples=400)
@given(st.lists(st.dictionaries(st.sampled_from(["id", "name", "link"]), VALUES), min_size=5, max_size=5))
def test_the_index_answers_what_a_comparison_of_all_pairs_does(attributes):
    resources = [resource(address, each) for address, each in zip(ADDRESSES, attributes, strict=False)]
    stack = Stack(resources)
    for to in resources:
        for type in ("t", "t_p", "u"):
            plain = [
                (each, answer)
                for each in stack.of(type)
                if (answer := stack.means(each.attributes.get("link"), to, NAMES, "link")) is not False
            ]
            assert list(stack.matched(type, "link", to, NAMES)) == plain


def test_what_may_belong_to_anything_is_claimed_but_not_looked_at_for_ever(monkeypatch):
    monkeypatch.setattr(stacks, "MAX_OPEN", 2)
    others = [resource(f"t_p.p{at}", {"link": Unknown("x")}) for at in range(9)]
    last = resource("t_p.last", {"link": Reference("x", address="t.a", attribute="id", value=UNSET)})
    to = resource("t.a", {})
    stack = Stack([to, *others, last])
    found = stack.joined("t_p", "link", to)
    assert (found.resources, found.complete) == ([last], False)
    assert [answer for _, answer in stack.matched("t_p", "link", to)] == [None, None, True]
    assert list(stack.astray()) == []
