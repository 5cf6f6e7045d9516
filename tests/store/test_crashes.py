"""A process that is killed at any moment loses nothing that it had acknowledged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.store.crashing import crashes


def test_nothing_acknowledged_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_HOME", "")
    monkeypatch.delenv("HOLDFAST_STORE", raising=False)
    wrong, acknowledged = crashes(tmp_path / "home", 15, random.Random(5))
    assert wrong == []
    assert acknowledged > 15
