"""The compiled files that the wheel ships, and what is refused on the way there."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from holdfast.app.rulebook import build, compile_floors
from holdfast.core.errors import RuleError
from holdfast.engine import floors
from holdfast.engine.rulebook import Rulebook, load_shipped


def test_building_writes_what_a_check_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.app.rulebook.SHIPPED", tmp_path / "rulebook.json")
    monkeypatch.setattr(floors, "SHIPPED", tmp_path / "floors.json")
    count = build()
    written = msgspec.json.decode((tmp_path / "rulebook.json").read_bytes(), type=Rulebook)
    assert written.schema == "holdfast.rulebook/1"
    assert len(written.rules) == count == len(load_shipped())
    assert [rule.id for rule in written.rules] == sorted(rule.id for rule in written.rules)
    book = msgspec.json.decode((tmp_path / "floors.json").read_bytes(), type=floors.FloorBook)
    assert book == compile_floors()
    assert "vllm" in book.tables


@pytest.mark.parametrize("text", ["component: [", "component: 3\n", ""])
def test_a_broken_table_of_floors_names_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "broken.yaml").write_text(text)
    monkeypatch.setattr(floors, "AUTHORED", tmp_path)
    with pytest.raises(RuleError) as caught:
        compile_floors()
    assert caught.value.where == f"{tmp_path}/broken.yaml:1:1"
