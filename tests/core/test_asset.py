"""Assets: their ids, kinds and the places of their facts."""

from __future__ import annotations

import pickle

import pytest
from tests.core.things import Thing

from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap, Read

SPOTS = {
    "": Spot(2, 1),
    "parts": Spot(10, 3, "/spec/parts"),
    "parts[0]": Spot(11, 5, "/spec/parts/0"),
    "parts[0].inner": Spot(12, 7),
    "parts[1].inner.names[2]": Spot(30, 9),
    'tags["a.b[0]"]': Spot(40, 2),
}


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("", ""),
        ("s", ""),
        ("parts", "parts"),
        ("parts[0]", "parts[0]"),
        ("parts[0].name", "parts[0]"),
        ("parts[0].inner.n", "parts[0].inner"),
        ("parts[0].inner.names[3]", "parts[0].inner"),
        ("parts[1]", "parts"),
        ("parts[1].inner.names[2]", "parts[1].inner.names[2]"),
        ("parts[1].inner.names[1]", "parts"),
        ("parts[10].name", "parts"),
        ('tags["a.b[0]"]', 'tags["a.b[0]"]'),
        ('tags["x.y"]', ""),
        ("[0]", ""),
    ],
)
def test_a_fact_lies_where_its_nearest_recorded_ancestor_lies(path: str, where: str) -> None:
    asset = Asset("thing/here/x", Thing(), "file", "a.yaml", SPOTS)
    assert asset.spot(path) == SPOTS[where]


def test_an_asset_without_places_lies_at_the_start() -> None:
    assert Asset("thing/here/x", Thing(), "file").spot("parts[0].name") == Spot(1, 1, "")


def test_an_asset_knows_its_kind() -> None:
    asset = Asset("thing/here/x", Thing(), "file")
    assert asset.kind == "thing"
    assert (asset.path, asset.spots, asset.suppressions) == ("", {}, ())


def test_edges_gaps_and_reads_are_values() -> None:
    assert Edge("a", "declares", "b") == Edge("a", "declares", "b")
    assert Gap("x.yaml", "cut short", "unreadable").line == 0
    assert Read("x.yaml") != Read("y.yaml")


def test_a_place_may_be_in_another_file() -> None:
    spot = Spot(2, 3, "", "etc/b.conf")
    assert (spot.line, spot.column, spot.pointer, spot.path, Spot(1, 1).path) == (2, 3, "", "etc/b.conf", "")
    assert spot == Spot(2, 3, "", "etc/b.conf") == pickle.loads(pickle.dumps(spot))
    assert spot != Spot(2, 3, "", "etc/c.conf") != Spot(2, 3)
    assert spot != Spot(1, 3, "", "etc/b.conf")
    assert spot != "x"
    assert len({spot, Spot(2, 3, "", "etc/b.conf"), Spot(2, 3, "", "a")}) == 2
