"""Settings are bounded, and documents flatten into them."""

from __future__ import annotations

from holdfast.collect.configs import settings
from holdfast.collect.configs.settings import Settings, asset, flat
from holdfast.formats.yaml import load


def test_bounds(monkeypatch):
    monkeypatch.setattr(settings, "MAX_SETTINGS", 2)
    monkeypatch.setattr(settings, "MAX_VALUE", 3)
    found = Settings("a")
    for name in ("a", "b", "c", "a"):
        found.put(name, "12345", 1)
    assert found.values == {"a": "123", "b": "123"}
    assert found.places({"x": ("z", "b"), "y": ("z",)}).keys() == {"", "x"}
    assert len(list(flat(load(b"a: 1\nb: 2\nc: {d: 3}\n")))) == 2
    assert list(flat(load(b"a: {b: 1}\nc: {d: 2}\n"))) == []


def test_documents_are_flat():
    text = b"a: {b: yes, c: null}\nd: [1, two, true]\nf: {}\ng: [{e: 3}]\n"
    assert sorted(flat(load(text))) == [
        ("a.b", "true", 1, 5),
        ("a.c", "", 1, 13),
        ("d", "1,two,true", 2, 1),
        ("g.0.e", "3", 4, 6),
    ]


def test_settings_that_are_no_servers_give_nothing():
    assert list(asset("milvus", Settings("a"), words=("stop",))) == []
