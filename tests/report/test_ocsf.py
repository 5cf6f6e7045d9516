from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from tests.report.results import EMPTY, HOSTILE, NOW, finding, hostile, result, results

from holdfast.core.finding import Suppression
from holdfast.core.result import Result
from holdfast.report.ocsf import Options, render

REQUIRED = {
    "activity_id",
    "category_uid",
    "class_uid",
    "compliance",
    "finding_info",
    "metadata",
    "severity_id",
    "time",
    "type_uid",
}


def events(of: Result, now: datetime = NOW) -> list[dict]:
    """The events, each accepted by the models of OCSF and sound in what these do not check."""
    output = render(of, Options(version="1.2.3", now=now))
    lines = output.decode().splitlines()
    assert lines == output.decode().split("\n")[:-1]
    found = [json.loads(line) for line in lines]
    for event in found:
        ComplianceFinding.model_validate(event)
        assert event.keys() >= REQUIRED
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert isinstance(event["metadata"]["version"], str)
        assert all(resource["uid"] is not None for resource in event["resources"])
    return found


def test_a_finding_in_short() -> None:
    (event,) = events(result([finding()], [], examined=EMPTY.examined))
    check = {
        "uid": "gpu-container-privileged",
        "name": finding().title,
        "severity_id": 4,
        "severity": "High",
        "status_id": 3,
        "status": "Fail",
    }
    assert event == {
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200301,
        "type_name": "Compliance Finding: Create",
        "time": 1795253400000,
        "severity_id": 4,
        "severity": "High",
        "status_id": 1,
        "status": "New",
        "message": "train: A container that asks for a GPU runs privileged",
        "metadata": {
            "version": "1.8.0",
            "product": {"name": "holdfast", "vendor_name": "holdfast", "version": "1.2.3"},
        },
        "confidence_id": 3,
        "confidence": "High",
        "finding_info": {
            "uid": finding().fingerprint,
            "title": finding().title,
            "desc": finding().because,
            "created_time": 1795253400000,
            "analytic": {"type_id": 1, "type": "Rule", "uid": "gpu-container-privileged", "name": finding().title},
            "attacks": [
                {"technique": {"uid": "T1611", "name": "T1611"}},
                {
                    "technique": {"uid": "T1552", "name": "T1552"},
                    "sub_technique": {"uid": "T1552.007", "name": "T1552.007"},
                },
            ],
        },
        "compliance": {
            "control": finding().title,
            "standards": ["holdfast"],
            "requirements": ["G16", "W32"],
            "checks": [check],
            "status_id": 3,
            "status": "Fail",
        },
        "remediation": {"desc": finding().fix, "references": ["https://kubernetes.io/docs/concepts/security/"]},
        "resources": [
            {
                "uid": "workload/cluster/ml/train",
                "name": "train",
                "type": "workload",
                "namespace": "cluster/ml",
                "data": {
                    "path": "deploy/train.yaml",
                    "line": 6,
                    "column": 24,
                    "pointer": "/spec/containers/0/securityContext/privileged",
                },
            }
        ],
        "unmapped": {
            "facts": {"containers[0].gpu_count": 8, "containers[0].privileged": True},
            "tags": ["attack.t1611", "attack.t1552.007"],
            "baseline": None,
            "suppressed": None,
        },
    }


def test_unknown_is_a_warning_and_what_was_not_read_has_an_event() -> None:
    failed, suppressed, unknown, gap = events(result())
    assert [event["compliance"]["status"] for event in (failed, suppressed, unknown, gap)] == [
        "Fail",
        "Fail",
        "Warning",
        "Warning",
    ]
    assert unknown["compliance"]["status_details"] == ["could not be seen: containers[0].privileged"]
    assert unknown["message"].endswith("not decided, could not be seen: containers[0].privileged")
    assert (gap["severity"], gap["message"]) == ("Unknown", "deploy/broken.yaml was not examined: not YAML: a tab")
    assert gap["resources"] == [
        {"uid": "deploy/broken.yaml", "name": "broken.yaml", "type": "file", "data": {"line": 4}}
    ]


def test_a_suppressed_finding_says_so_and_why() -> None:
    hidden = finding(suppressed=Suppression("our own box", "settings", "2027-01-01"), baseline_state="unchanged")
    (event,) = events(result([hidden], [], examined=EMPTY.examined))
    assert (event["status_id"], event["status"]) == (3, "Suppressed")
    assert event["unmapped"]["suppressed"] == {"reason": "our own box", "by": "settings", "until": "2027-01-01"}
    assert (event["activity_id"], event["unmapped"]["baseline"]) == (2, "unchanged")


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        ("image/registry/team/a", ("image", "registry/team", "a")),
        ("node/n1", ("node", None, "n1")),
        ("alone", ("alone", None, "alone")),
        ("", ("", None, "")),
    ],
)
def test_an_asset_is_a_resource(asset: str, expected: tuple[str, str | None, str]) -> None:
    (event,) = events(result([finding(asset=asset)], [], examined=EMPTY.examined))
    (resource,) = event["resources"]
    assert (resource["type"], resource.get("namespace"), resource["name"]) == expected


def test_without_tags_and_without_a_rule_nothing_is_made_up() -> None:
    (event,) = events(result([finding(tags=("attack.x", "cwe-1"))], [], examined=EMPTY.examined, rules=[]))
    assert "attacks" not in event["finding_info"]
    assert "references" not in event["remediation"]


def test_time_is_in_milliseconds_whatever_its_zone() -> None:
    now = NOW.replace(microsecond=123456)
    for zone in (UTC, timezone(timedelta(hours=-7))):
        assert {event["time"] for event in events(result(), now.astimezone(zone))} == {1795253400123}


def test_nothing_found_gives_nothing() -> None:
    assert render(EMPTY, Options(version="1", now=NOW)) == b""


def test_hostile_texts_stay_texts() -> None:
    assert len(events(hostile())) == 4 * len(HOSTILE)


@given(results())
@settings(max_examples=60, deadline=None)
def test_any_text_gives_one_object_a_line(of: Result) -> None:
    unread = sum(gap.kind == "unreadable" for gap in of.examined.gaps)
    found = events(of)
    assert len(found) == len(of.findings) + len(of.unknown) + unread
    assert all(event["message"].isprintable() for event in found)
