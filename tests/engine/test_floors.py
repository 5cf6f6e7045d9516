"""The predicates over version floors: what an image or component stands for, the three answers, and the evidence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.core.cel.values import UNKNOWN
from holdfast.core.errors import HoldfastError
from holdfast.core.floors import FloorTable
from holdfast.engine import floors
from holdfast.engine.floors import BelowFloor, FloorBook, Floors, HasFloor, key

TODAY = date(2026, 11, 21)
SOURCE = {"title": "somewhere", "ref": "https://example.org/1"}


def row(ident: str, severity: str, fixed: dict[str, str], **more: Any) -> dict[str, Any]:
    base = {"id": ident, "title": f"flaw {ident}", "severity": severity, "source": SOURCE, "checked": TODAY}
    return {**base, "confidence": "confirmed", "fixed": fixed, **more}


def table(component: str, *rows: dict[str, Any], **more: Any) -> FloorTable:
    base = {"component": component, "scheme": "numeric", "advisories": rows, "maximum_age_days": 180}
    return msgspec.convert({**base, "checked": TODAY, "sources_until": TODAY, **more}, FloorTable)


TABLES = [
    table("server", row("CVE-1", "medium", {"*": "1.2.3"}), row("CVE-2", "high", {"*": "1.1.0"})),
    table("driver", row("CVE-3", "critical", {"*": "2.0"}), row("CVE-4", "low", {})),
    table("ended", eol_branches=[{"branch": "1", "since": "2026-01-01", "source": SOURCE}], branches=["1", "2"]),
    table("stale", row("CVE-5", "low", {"*": "1.0"}), sources_until=date(2025, 1, 1)),
]
NAMES = {
    "server": ("server",),
    "vendor/server": ("server",),
    "vendor/bundle": ("server", "driver"),
    "ended": ("ended",),
    "stale": ("stale",),
    "llama-cpp": ("server",),
}


@pytest.fixture(autouse=True)
def _book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "floors.json"
    tables = {one.component: msgspec.Raw(msgspec.json.encode(one)) for one in TABLES}
    file.write_bytes(msgspec.json.encode(FloorBook(NAMES, tables)))
    monkeypatch.setattr(floors, "SHIPPED", str(file))


@pytest.mark.parametrize(
    ("name", "looked_up"),
    [
        ("server", "server"),
        ("Server", "server"),
        ("llama.cpp", "llama-cpp"),
        ("vendor/server", "vendor/server"),
        ("registry.example/vendor/server:1.2", "vendor/server"),
        ("docker.io/library/redis", "redis"),
        ("redis:7.2", "redis"),
        ("library/redis", "redis"),
        ("Not A Reference/x", "not a reference/x"),
    ],
)
def test_a_component_or_image_is_looked_up_without_registry_and_tag(name: str, looked_up: str) -> None:
    assert key(name) == looked_up


@pytest.mark.parametrize(
    ("name", "known"), [("server", True), ("vendor/bundle", True), ("Llama.cpp", True), ("other", False)]
)
def test_has_floor_says_whether_a_table_knows_the_name(name: str, known: bool) -> None:
    predicate = HasFloor(Floors(TODAY))
    assert predicate(name) is known
    assert predicate.evidence(name) == {}


@pytest.mark.parametrize(
    ("name", "version", "answer"),
    [
        ("server", "1.0.0", True),
        ("server", "1.2.3", False),
        ("server", "latest", UNKNOWN),
        ("vendor/server", "1.2.0", True),
        ("vendor/bundle", "1.5", True),
        ("ended", "1.5", True),
        ("ended", "2.0", False),
        ("stale", "0.9", True),
        ("stale", "1.0", UNKNOWN),
        ("other", "1.0", UNKNOWN),
    ],
)
def test_below_floor_has_three_answers(name: str, version: str, answer: object) -> None:
    predicate = BelowFloor(Floors(TODAY))
    assert predicate(name, version) is answer
    assert predicate(name, version) is answer


def test_one_reading_of_the_tables_answers_many_questions() -> None:
    below = BelowFloor(Floors(TODAY))
    assert [below("server", version) for version in ("1.0.0", "1.2.3", "1.0.0", "9")] == [True, False, True, False]
    assert below("vendor/bundle", "1.0.0") is True


def test_the_evidence_names_advisories_the_fix_and_the_worst_severity() -> None:
    assert BelowFloor(Floors(TODAY)).evidence("server", "1.0.0") == {
        "advisories": ["CVE-2 (high): flaw CVE-2", "CVE-1 (medium): flaw CVE-1"],
        "fixed_version": "1.2.3",
        "severity": "high",
    }


def test_of_several_components_the_worst_comes_first() -> None:
    assert BelowFloor(Floors(TODAY)).evidence("vendor/bundle", "1.0.0") == {
        "advisories": [
            "CVE-3 (critical): flaw CVE-3",
            "CVE-2 (high): flaw CVE-2",
            "CVE-1 (medium): flaw CVE-1",
            "CVE-4 (low): flaw CVE-4",
        ],
        "fixed_version": "1.2.3, none known",
        "severity": "critical",
    }


def test_the_end_of_a_branch_is_said() -> None:
    evidence = BelowFloor(Floors(TODAY)).evidence("ended", "1.5")
    assert "severity" not in evidence
    assert evidence["advisories"] == []
    assert str(evidence["version_floor"]).startswith("ended: ")
    assert "gets no fixes since 2026-01-01" in str(evidence["version_floor"])


@pytest.mark.parametrize(
    ("name", "version", "part"),
    [
        ("server", "latest", "server: "),
        ("stale", "1.0", "stale: "),
        ("server", "1.2.3", "server: fixed"),
        ("other", "1", ""),
    ],
)
def test_where_it_is_not_below_the_evidence_is_the_reason(name: str, version: str, part: str) -> None:
    evidence = BelowFloor(Floors(TODAY)).evidence(name, version)
    assert list(evidence) == ["version_floor"]
    assert str(evidence["version_floor"]).startswith(part)
    assert part == "" or len(str(evidence["version_floor"])) > len("server: ")


@pytest.mark.parametrize("data", [None, b"", b'{"names": 7}'])
def test_a_damaged_installation_says_what_to_do(
    data: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "other.json"
    if data is not None:
        file.write_bytes(data)
    monkeypatch.setattr(floors, "SHIPPED", str(file))
    with pytest.raises(HoldfastError, match="missing or damaged") as caught:
        HasFloor(Floors(TODAY))("server")
    assert caught.value.where == str(file)
