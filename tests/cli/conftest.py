"""What tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own that has recorded nothing."""
    found = tmp_path_factory.mktemp("home") / "holdfast"
    monkeypatch.setenv("HOLDFAST_HOME", str(found))
    monkeypatch.delenv("HOLDFAST_STORE", raising=False)
    return found
