"""Kinds are found by their files."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from holdfast.kinds import catalog


def test_every_file_holds_the_kind_of_its_name() -> None:
    for name in catalog.names():
        kind = catalog.kind(name)
        assert kind is not None
        assert kind.kind == name
    assert "catalog" not in catalog.names()
    assert catalog.kind("nothing") is None


def test_a_file_without_a_kind_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holdfast.kinds.hollow", ModuleType("holdfast.kinds.hollow"))
    monkeypatch.setattr(catalog, "names", lambda: ("hollow",))
    catalog.kind.cache_clear()
    assert catalog.kind("hollow") is None
    catalog.kind.cache_clear()
