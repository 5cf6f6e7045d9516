from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import jsonschema
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from tests.report.results import EMPTY, HOSTILE, NOW, PRIVILEGED, finding, hostile, result, results, undecided

from holdfast.core.coverage import Gap
from holdfast.core.finding import Location, Suppression
from holdfast.core.result import Result
from holdfast.core.rule import SEVERITIES, Source
from holdfast.report import sarif
from holdfast.report.sarif import Options, render

OFFICIAL = os.environ.get("SARIF_SCHEMA", "")
"""Where the OASIS schema lies, for whoever has it; the shapes below are what it demands of what we write."""

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
URI = {
    "type": "object",
    "required": ["uri"],
    "properties": {
        "uri": {"type": "string", "pattern": r"^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$|^file:///"},
        "uriBaseId": {"const": "%SRCROOT%"},
    },
    "additionalProperties": False,
}
POSITIVE = {"type": "integer", "minimum": 1}
PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation"],
    "properties": {
        "artifactLocation": URI,
        "region": {
            "properties": {"startLine": POSITIVE, "startColumn": POSITIVE},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
LOGICAL = {
    "required": ["name", "fullyQualifiedName", "kind"],
    "properties": {name: {"type": "string"} for name in ("name", "fullyQualifiedName", "kind")},
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "kind", "level", "message", "locations", "partialFingerprints", "suppressions"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["fail", "open"]},
        "level": {"enum": ["error", "warning", "note", "none"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "properties": {
                    "physicalLocation": PHYSICAL,
                    "logicalLocations": {"type": "array", "uniqueItems": True, "items": LOGICAL},
                },
                "additionalProperties": False,
            },
        },
        "partialFingerprints": {"additionalProperties": {"type": "string"}},
        "suppressions": {
            "type": "array",
            "items": {
                "required": ["kind", "status", "justification"],
                "properties": {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"const": "accepted"},
                    "justification": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
        "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": {**TEXT, "required": ["text", "markdown"]},
        "helpUri": {"type": "string", "pattern": "^https?://"},
        "defaultConfiguration": {"properties": {"level": {"enum": ["error", "warning", "note"]}}},
        "properties": {
            "properties": {
                "tags": {"type": "array", "uniqueItems": True, "maxItems": 20, "items": {"type": "string"}},
                "precision": {"enum": ["low", "medium", "high", "very-high"]},
                "security-severity": {"type": "string", "pattern": r"^\d\.\d$"},
                "problem.severity": {"enum": ["error", "warning", "recommendation"]},
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
NOTIFICATION = {
    "required": ["descriptor", "level", "message"],
    "properties": {
        "descriptor": {"required": ["id", "index"]},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {"items": {"properties": {"physicalLocation": PHYSICAL}, "additionalProperties": False}},
        "associatedRule": {"required": ["id"]},
    },
    "additionalProperties": False,
}
SHAPE = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "required": ["tool", "results", "invocations", "columnKind"],
                "properties": {
                    "tool": {"properties": {"driver": {"properties": {"rules": {"type": "array", "items": RULE}}}}},
                    "results": {"type": "array", "items": RESULT},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {"toolExecutionNotifications": {"items": NOTIFICATION}},
                        }
                    },
                },
            },
        },
    },
}
VALIDATOR = jsonschema.Draft7Validator(SHAPE)


def log(of: Result, **options: object) -> dict:
    document = json.loads(render(of, Options(version="1.2.3", **options)))
    VALIDATOR.validate(document)
    if OFFICIAL:
        jsonschema.Draft4Validator(json.loads(Path(OFFICIAL).read_text())).validate(document)
    return document["runs"][0]


def messages(run: dict) -> list[str]:
    found = [item["message"]["text"] for item in run["results"]]
    return found + [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]


def test_a_finding_in_short() -> None:
    run = log(result([finding()], []), now=NOW)
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert run["invocations"][0]["endTimeUtc"] == "2026-11-21T09:30:00Z"
    assert run["results"] == [
        {
            "ruleId": "gpu-container-privileged",
            "ruleIndex": 0,
            "kind": "fail",
            "level": "error",
            "message": {
                "text": "train: A container that asks for a GPU runs privileged. "
                "Seen: containers[0].gpu_count = 8, containers[0].privileged = true."
            },
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "deploy/train.yaml", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 6, "startColumn": 24},
                    },
                    "logicalLocations": [
                        {"name": "train", "fullyQualifiedName": "workload/cluster/ml/train", "kind": "resource"},
                        {
                            "name": "privileged",
                            "fullyQualifiedName": "/spec/containers/0/securityContext/privileged",
                            "kind": "value",
                        },
                    ],
                }
            ],
            "partialFingerprints": {"holdfast/v1": finding().fingerprint},
            "suppressions": [],
            "properties": {
                "severity": "high",
                "confidence": "high",
                "requirements": ["G16", "W32"],
                "facts": {"containers[0].gpu_count": 8, "containers[0].privileged": True},
                "repairable": False,
            },
        }
    ]


def test_a_rule_carries_its_reason_fix_and_sources() -> None:
    rule = log(result())["tool"]["driver"]["rules"][0]
    assert rule["helpUri"] == "https://kubernetes.io/docs/concepts/security/"
    assert rule["properties"] == {
        "tags": ["security", "attack.t1611", "attack.t1552.007", "G16", "W32"],
        "precision": "high",
        "security-severity": "8.0",
        "problem.severity": "error",
    }
    assert rule["help"]["text"] == (
        "Why: GPU access needs the device plugin, not privilege. A privileged container owns the node.\n"
        "Fix: Remove `privileged` and request `nvidia.com/gpu` under `resources.limits: {...}`.\n"
        "Source: Pod Security Standards (checked 2026-11-21, 1.34) https://kubernetes.io/docs/concepts/security/\n"
        "Source: A book (checked 2026-11-21)"
    )
    assert "**Source:** [Pod Security Standards](https://kubernetes.io/docs/" in rule["help"]["markdown"]
    assert rule["help"]["markdown"].endswith("**Source:** A book")


@pytest.mark.parametrize("severity", SEVERITIES)
def test_scores_lie_in_the_band_that_github_gives_the_same_name(severity: str) -> None:
    made = replace(PRIVILEGED, severity=severity)
    rule = log(result([], [], rules=[made]))["tool"]["driver"]["rules"][0]
    score = float(rule["properties"]["security-severity"])
    band = "critical" if score > 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"
    assert band == ("low" if severity == "info" else severity)


def test_unknown_is_open_and_has_no_level() -> None:
    (item,) = log(result([], [undecided()]))["results"]
    assert (item["kind"], item["level"]) == ("open", "none")
    assert item["message"]["text"].endswith("not decided, could not be seen: containers[0].privileged.")


@pytest.mark.parametrize(
    ("by", "kind"),
    [("comment", "inSource"), ("annotation", "inSource"), ("settings", "external"), ("baseline", "external")],
)
def test_suppressions_name_their_kind_and_every_result_has_the_array(by: str, kind: str) -> None:
    hidden = finding(suppressed=Suppression("our own box", by, "2027-01-01"), baseline_state="unchanged")
    shown, suppressed = log(result([hidden, finding(baseline_state="new")], []))["results"]
    assert shown["suppressions"] == []
    assert (shown["baselineState"], suppressed["baselineState"]) == ("new", "unchanged")
    assert suppressed["suppressions"] == [
        {"kind": kind, "status": "accepted", "justification": "our own box (until 2027-01-01)"}
    ]


def test_only_open_leaves_out_what_github_would_show_as_open() -> None:
    run = log(result(), only_open=True)
    assert [item["message"]["text"].partition(":")[0] for item in run["results"]] == ["train"]
    assert "Left out: 1 undecided." in messages(run)
    assert "Left out: 1 suppressed." in messages(run)


def test_gaps_questions_not_asked_and_suppressions_become_notifications() -> None:
    run = log(result())
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert run["invocations"][0]["executionSuccessful"] is True
    kinds = [(note["descriptor"]["id"], note["level"]) for note in notes]
    assert kinds == [
        ("unreadable", "warning"),
        ("template", "note"),
        ("left_out", "note"),
        ("not-asked", "note"),
        ("suppression", "note"),
    ]
    known = run["tool"]["driver"]["notifications"]
    assert all(known[note["descriptor"]["index"]]["id"] == note["descriptor"]["id"] for note in notes)
    assert notes[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert "region" not in notes[1]["locations"][0]["physicalLocation"]
    assert notes[3]["associatedRule"] == {"id": "server-without-key", "index": 1}


def test_no_more_results_than_github_takes_and_the_worst_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RESULTS", 2)
    many = [finding(element=f"c{n}", severity=severity) for n, severity in enumerate(("low", "critical", "high"))]
    run = log(result(many, [undecided()]))
    assert [item["properties"]["severity"] for item in run["results"]] == ["critical", "high"]
    assert "Left out: 2 beyond the first 2." in messages(run)


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("a b/ü#1?.yaml", "", {"uri": "a%20b/%C3%BC%231%3F.yaml", "uriBaseId": "%SRCROOT%"}),
        ("c:d.yaml", "", {"uri": "c%3Ad.yaml", "uriBaseId": "%SRCROOT%"}),
        ("-", "", {"uri": "-", "uriBaseId": "%SRCROOT%"}),
        ("", "", {"uri": "-", "uriBaseId": "%SRCROOT%"}),
        ("/work/repo/a.yaml", "/work/repo", {"uri": "a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/work/repo/a.yaml", "/", {"uri": "work/repo/a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/work/repo2/a.yaml", "/work/repo", {"uri": "file:///work/repo2/a.yaml"}),
        ("bytes-\udcff.yaml", "", {"uri": "bytes-%FF.yaml", "uriBaseId": "%SRCROOT%"}),
        ("half-\ud800.yaml", "", {"uri": "half-%EF%BF%BD.yaml", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_paths_are_relative_percent_encoded_uris(path: str, root: str, expected: dict) -> None:
    (item,) = log(result([finding(location=Location(path, 1, 1, ""))], []), root=root)["results"]
    place = item["locations"][0]
    assert place["physicalLocation"]["artifactLocation"] == expected
    assert [logical["kind"] for logical in place["logicalLocations"]] == ["resource"]


def test_a_message_holds_no_link_and_no_placeholder_of_somebody_else() -> None:
    (item,) = log(result([finding(message="[click](https://x.example) {0}", facts={})], []))["results"]
    assert item["message"]["text"] == "[click] (https://x.example) {{0}}."


def test_markdown_holds_no_html_and_no_link_but_the_sources() -> None:
    rule = replace(
        PRIVILEGED,
        because="`<ok>` <b>x</b> [a](b) `<i>",
        sources=(
            Source("T](javascript:x)", "d", 'https://e.example/a b")(<x>'),
            Source("no web", "d", "javascript:alert(1)"),
            Source("too long", "d", "https://e.example/" + "a" * 2000),
        ),
    )
    help = log(result([], [], rules=[rule]))["tool"]["driver"]["rules"][0]["help"]
    assert r"`<ok>` \<b>x\</b> \[a\](b) `\<i>" in help["markdown"]
    assert r"[T\](javascript:x)](https://e.example/a%20b%22%29%28%3Cx%3E)" in help["markdown"]
    assert "alert" not in help["markdown"]
    assert "aaaa" not in help["text"]


def test_limits_of_github_hold_for_a_rule() -> None:
    rule = replace(PRIVILEGED, title="t" * 5000, because="", tags=tuple(f"tag{n}" for n in range(30)))
    made = log(result([], [], rules=[rule]))["tool"]["driver"]["rules"][0]
    assert len(made["shortDescription"]["text"]) == 1024
    assert len(made["fullDescription"]["text"]) == 1024
    assert len(made["properties"]["tags"]) == 20


def test_a_rule_that_is_not_listed_has_no_index() -> None:
    run = log(result(rules=[]))
    assert all("ruleIndex" not in item for item in run["results"])
    assert all(
        "index" not in note.get("associatedRule", {}) for note in run["invocations"][0]["toolExecutionNotifications"]
    )


def test_nothing_found_is_a_valid_log() -> None:
    assert log(EMPTY)["results"] == []


def test_hostile_texts_stay_texts() -> None:
    run = log(hostile())
    assert len(run["results"]) == 3 * len(HOSTILE)
    assert all(text.isprintable() for text in messages(run))


@given(results())
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_valid_log(of: Result) -> None:
    run = log(of)
    assert len(run["results"]) == len(of.findings) + len(of.unknown)
    for text in messages(run):
        assert re.search(r"(?<!\{)\{(?:\{\{)*(?!\{)", text) is None  # 3.11.5: braces come in pairs
        assert "](" not in text


@given(results())
@settings(max_examples=30, deadline=None)
def test_paths_come_back_from_their_uris(of: Result) -> None:
    for gap, note in zip(of.examined.gaps, log(of)["invocations"][0]["toolExecutionNotifications"], strict=False):
        uri = note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].removeprefix("file://")
        if isinstance(gap, Gap) and gap.path and not re.search("[\ud800-\udc7f\udd00-\udfff]", gap.path):
            assert unquote_to_bytes(uri) == gap.path.encode("utf-8", "surrogateescape")
            assert "\x00" in gap.path or "\x00" not in unquote(uri)
