"""The contract `holdfast.check/1`: keys, types and order are frozen; fields are only ever added, at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from msgspec.structs import replace
from tests.report.results import EMPTY, finding, hostile, result, results

from holdfast.core.finding import NotAsked
from holdfast.core.result import Result
from holdfast.report.json import SCHEMA, render

GOLDEN = Path(__file__).parent / "golden" / "check.json"
FINDING = {
    "rule": str,
    "status": str,
    "severity": str,
    "confidence": str,
    "asset": str,
    "location": dict,
    "message": str,
    "facts": dict,
    "because": str,
    "fix": str,
    "requirements": list,
    "fingerprint": str,
    "suppressed": (dict, type(None)),
    "baseline": (str, type(None)),
}
DOCUMENT = {
    "schema": str,
    "findings": list,
    "unknown": list,
    "not_asked": list,
    "examined": dict,
    "notices": list,
    "summary": dict,
    "paths": list,
}


def shaped(value: dict[str, Any], shape: dict[str, Any]) -> bool:
    """Whether a mapping starts with these keys, in this order, with values of these types."""
    return list(value)[: len(shape)] == list(shape) and all(isinstance(value[key], shape[key]) for key in shape)


def assert_contract(data: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(data)
    assert data.endswith(b"}\n")
    assert document["schema"] == SCHEMA == "holdfast.check/1"
    assert shaped(document, DOCUMENT)
    for item in document["findings"]:
        assert shaped(item, {**FINDING, "owner": (str, type(None)), "repairable": bool})
        assert shaped(item["location"], {"path": str, "line": int, "column": int, "pointer": str})
        assert item["suppressed"] is None or shaped(item["suppressed"], {"reason": str, "by": str})
    for item in document["unknown"]:
        assert shaped(item, {**FINDING, "reason": str, "owner": (str, type(None)), "repairable": bool})
    for item in document["not_asked"]:
        assert shaped(item, {"rule": str, "source": str, "facts": list})
    examined = {"files": int, "read": int, "skipped": list, "assets": dict, "passes": int}
    assert shaped(document["examined"], examined)
    for item in document["examined"]["skipped"]:
        assert shaped(item, {"path": str, "reason": str, "kind": str, "line": int})
    for item in document["notices"]:
        assert shaped(item, {"where": str, "what": str})
    summary = {"rules": int, "by_severity": dict, "open": int, "suppressed": int, "unknown": int}
    assert shaped(document["summary"], summary)
    return document


def test_the_document_is_frozen() -> None:
    assert render(result()) == GOLDEN.read_bytes(), "a field may be added at the end; then write the golden file anew"


def test_nothing_to_say_is_a_document_too() -> None:
    document = assert_contract(render(EMPTY))
    assert document["examined"] == {"files": 0, "read": 0, "skipped": [], "assets": {}, "passes": 0}


def test_what_could_not_be_read_counts_as_a_file_once() -> None:
    document = assert_contract(render(result()))
    assert (document["examined"]["files"], document["examined"]["read"]) == (3, 3), "a gap inside a file is no file"


def test_baseline_and_suppression_are_told() -> None:
    told = replace(result(), findings=[finding(baseline_state="new")], not_asked=[NotAsked("a", "b", ("c",))])
    document = assert_contract(render(told))
    assert document["findings"][0]["baseline"] == "new"
    assert document["not_asked"] == [{"rule": "a", "source": "b", "facts": ["c"]}]


def test_hostile_texts_make_a_valid_document() -> None:
    assert_contract(render(hostile()))


@settings(max_examples=60, deadline=None)
@given(results())
def test_any_result_makes_a_valid_document(any_result: Result) -> None:
    assert_contract(render(any_result))
