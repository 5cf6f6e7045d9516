from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from tests.report.results import EMPTY, HOSTILE, NOW, finding, hostile, result, results, undecided

from holdfast.core.result import Result
from holdfast.report.junit import Options, render

OUTCOMES = ("failure", "error", "skipped")


def parse(of: Result, **options: object) -> ET.Element:
    """The tree, with every count checked against what it counts."""
    root = ET.fromstring(render(of, Options(**options)))
    for node in (root, *root.findall("testsuite")):
        cases = list(node.iter("testcase"))
        seen = Counter(child.tag for case in cases for child in case)
        assert node.get("tests") == str(len(cases))
        for attribute, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert node.get(attribute) == str(seen[outcome])
    return root


def outcomes(root: ET.Element) -> list[str]:
    return [child.tag for case in root.iter("testcase") for child in case]


def test_a_failure_in_short() -> None:
    document = render(result([finding()], [], examined=EMPTY.examined, not_asked=[], notices=[]), Options(now=NOW))
    name = "train: A container that asks for a GPU runs privileged"
    assert document.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="holdfast" tests="2" failures="1" errors="0" skipped="0">\n'
        '  <testsuite name="deploy/train.yaml" tests="1" failures="1" errors="0" skipped="0"'
        ' timestamp="2026-11-21T09:30:00+00:00">\n'
        f'    <testcase classname="holdfast.gpu-container-privileged" name="{name} (workload/cluster/ml/train)"'
        ' file="deploy/train.yaml">\n'
        f'      <failure type="high" message="{name}">{name}\n'
        "where: deploy/train.yaml:6:24\n"
        "why: GPU access needs the device plugin, not privilege. A privileged container owns the node.\n"
        "fix: Remove `privileged` and request `nvidia.com/gpu` under `resources.limits: {...}`.\n"
        "saw: containers[0].gpu_count = 8, containers[0].privileged = true\n"
        f"fingerprint: {finding().fingerprint}</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        '  <testsuite name="holdfast" tests="1" failures="0" errors="0" skipped="0"'
        ' timestamp="2026-11-21T09:30:00+00:00">\n'
        '    <testcase classname="holdfast.coverage" name="what was examined">\n'
        "      <system-out>0 files read, 2 rules asked\n"
        "assets: none\n"
        "0 questions passed, 0 did not apply</system-out>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_suites_are_files_and_what_is_no_failure_is_skipped() -> None:
    root = parse(result())
    assert [suite.get("name") for suite in root] == [
        "chart/templates/a.yaml",
        "deploy/broken.yaml",
        "deploy/train.yaml",
        "link.yaml",
        "holdfast",
    ]
    assert outcomes(root) == ["skipped", "error", "failure", "skipped", "skipped", "skipped", "system-out"]
    undecided, suppressed = root[2].findall(".//skipped")
    assert "not decided, could not be seen" in undecided.get("message")
    assert suppressed.get("message").endswith("suppressed by comment, the node belongs to nobody else")
    assert root[1].find(".//error").text == "deploy/broken.yaml:4: not YAML: a tab"


def test_strict_makes_what_stayed_open_an_error() -> None:
    assert outcomes(parse(result(), strict=True)) == [
        "error",
        "error",
        "failure",
        "error",
        "skipped",
        "skipped",
        "system-out",
    ]


def test_the_last_case_says_what_was_examined() -> None:
    said = parse(result()).find(".//system-out").text
    assert said == (
        "3 files read, 2 rules asked\nassets: 2 workload\n7 questions passed, 1 did not apply\n"
        "not asked: server-without-key: manifest cannot show auth\n"
        "suppression: deploy/train.yaml:9: the suppression of host-network ended on 2026-01-01"
    )


def test_names_that_recur_are_numbered_as_gitlab_keeps_only_the_first() -> None:
    names = [case.get("name") for case in parse(result([finding(), finding(line=9)], [])).iter("testcase")]
    assert len(names) == len(set(names))
    assert [name.endswith("(2)") for name in names if name.startswith("train")] == [False, True]


def test_nothing_found_still_has_a_case_for_jenkins() -> None:
    assert outcomes(parse(EMPTY)) == ["system-out"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    made = replace(finding(), message=text, rule=text, asset=text, because=text, fix=text, facts={text: text})
    root = parse(result([made], [undecided(reason=text)]))
    assert {node.tag for node in root.iter()} <= {"testsuites", "testsuite", "testcase", "system-out", *OUTCOMES}


def test_everything_hostile_at_once() -> None:
    assert Counter(outcomes(parse(hostile()))) == {
        "failure": len(HOSTILE),
        "skipped": 2 * len(HOSTILE),
        "error": len(HOSTILE),
        "system-out": 1,
    }


@given(results())
@settings(max_examples=60, deadline=None)
def test_any_text_gives_well_formed_xml_with_a_case_for_each_answer(of: Result) -> None:
    root = parse(of)
    expected = len(of.findings) + len(of.unknown) + len(of.examined.gaps) + 1
    assert sum(1 for _ in root.iter("testcase")) == expected
    for node in root.iter():
        assert all(text.isprintable() for text in node.attrib.values())
        assert (node.text or "").replace("\n", "").isprintable()
