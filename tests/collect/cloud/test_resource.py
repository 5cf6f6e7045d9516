"""Resources: where their attributes stand, and blocks that JSON writes without a list."""

from __future__ import annotations

from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource, nested
from holdfast.core.asset import Spot


def test_a_place_is_the_nearest_recorded_one():
    spots = {"": Spot(1, 1), "ingress[0]": Spot(3, 3), "ingress[0].ports": Spot(4, 5)}
    resource = Resource("terraform", "a", "a.b", "b", {}, "main.tf", spots)
    assert resource.spot("ingress[0].ports[1].from") == Spot(4, 5)
    assert resource.spot("ingress[0].name") == Spot(3, 3)
    assert resource.spot("egress[0]") == Spot(1, 1)
    assert Resource("terraform", "a", "a.b", "b", {}, "main.tf", {}).spot("x") == Spot(1, 1)


def test_blocks_are_a_list_whatever_the_syntax():
    assert nested(None) == nested(UNSET) == []
    assert nested({"a": 1}) == nested([{"a": 1}]) == [{"a": 1}]
