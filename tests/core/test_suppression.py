"""Suppressions: from comments, annotations and settings; always with a reason; reported when they have no effect."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.core.test_finding import finding
from tests.core.things import Thing

from holdfast.core.asset import Asset
from holdfast.core.finding import Location, Suppression
from holdfast.core.suppression import Directive, Notice, annotation, apply, carried, comments

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "rule", "reason", "until", "line"),
    [
        ("# holdfast:ignore[some-rule] we know", "some-rule", "we know", "", 1),
        ("x: 1 # holdfast:ignore[r]: we know", "r", "we know", "", 1),
        ("\n// holdfast:ignore[r] we know until 2027-01-31", "r", "we know", "2027-01-31", 2),
        ("# holdfast:ignore[r] we know (until 2027-01-31)", "r", "we know", "2027-01-31", 1),
        ("# holdfast:ignore[r] we know, until=2027-01-31", "r", "we know", "2027-01-31", 1),
        ("/* holdfast:ignore[r] we know until 2027-01-31 */", "r", "we know", "2027-01-31", 1),
        ("<!-- holdfast:ignore[r] we know - until: 2027-01-31 -->", "r", "we know", "2027-01-31", 1),
        ("<!-- holdfast:ignore[r] we know -->", "r", "we know", "", 1),
        ("# holdfast:ignore[r]", "r", "", "", 1),
        ("# holdfast:ignore[r] until 2027-01-31", "r", "", "2027-01-31", 1),
        ("# holdfast:ignore-file[r] we know", "r", "we know", "", 0),
        ("# holdfast:ignore[r] until 2027-01-31 we know", "r", "until 2027-01-31 we know", "", 1),
        ("# holdfast:ignore[r] we know until=2027-1-31", "r", "we know", "2027-1-31", 1),
        ("# holdfast:ignore[r] we know until=soon", "r", "we know", "soon", 1),
        ("# holdfast:ignore[r] we know until 31.01.2027.", "r", "we know", "31.01.2027", 1),
        ("# holdfast:ignore[r] needed until somebody mends it", "r", "needed until somebody mends it", "", 1),
        ("x: 'a # b' # holdfast:ignore[r] we know", "r", "we know", "", 1),
        ("x: don't # holdfast:ignore[r] we know", "r", "we know", "", 1),
        ("; holdfast:ignore[r] we know", "r", "we know", "", 1),
    ],
)
def test_a_comment_names_a_rule_a_reason_and_perhaps_an_end(
    text: str, rule: str, reason: str, until: str, line: int
) -> None:
    assert list(comments(text, "a.yaml")) == [Directive("comment", reason, rule, until, path="a.yaml", line=line)]


@pytest.mark.parametrize(
    "text",
    [
        "", "# ignore[r] x", "x: holdfast:ignore[r] x", 'RUN echo "# holdfast:ignore[r] x"', "x: 'a # holdfast:ignore[r] x'",
        "see: http://a/holdfast:ignore[r]", "a#holdfast:ignore[r] x",
    ],
)  # fmt: skip
def test_what_is_no_comment_is_none(text: str) -> None:
    assert list(comments(text, "a.yaml")) == []


@pytest.mark.parametrize(
    "text",
    [
        "# holdfast:ignore",
        "# holdfast:ignore r",
        "# holdfast:ignore [r] x",
        "# holdfast:ignore[] x",
        "# holdfast:ignore-file[A_B] x",
    ],
)
def test_a_comment_that_is_not_understood_is_reported(text: str) -> None:
    (directive,) = comments(text, "a.yaml")
    findings, notices = apply([FINDING], [directive], TODAY)
    assert findings == [FINDING]
    assert [notice.where for notice in notices] == ["a.yaml:1"]
    assert notices[0].what.startswith("not understood as a suppression: ")


def test_a_comment_may_name_several_rules() -> None:
    found = list(comments("# holdfast:ignore[r1, r2,B] we know until 2027-01-31", "a.yaml"))
    assert [(d.rule, d.reason, d.until, bool(d.trouble)) for d in found] == [
        ("r1", "we know", "2027-01-31", False), ("r2", "we know", "2027-01-31", False), ("B", "we know", "2027-01-31", True),
    ]  # fmt: skip


def test_an_annotation_holds_one_directive_a_line_or_part() -> None:
    pairs = tuple(annotation("r1: one\n r2: two until 2027-01-31; r3 ;; : "))
    assert pairs == (("r1", "one"), ("r2", "two until 2027-01-31"), ("r3", ""))
    found = list(carried(Asset("workload/ns/x", Thing(), "manifest", "a.yaml", {}, pairs)))
    assert [(d.rule, d.reason, d.until) for d in found] == [
        ("r1", "one", ""),
        ("r2", "two", "2027-01-31"),
        ("r3", "", ""),
    ]
    assert {(d.by, d.asset, d.path) for d in found} == {("annotation", "workload/ns/x", "a.yaml")}


def test_an_annotation_that_one_asset_of_its_object_needs_is_needed() -> None:
    pairs = (("r", "because"),)
    assets = [Asset(f"workload/ns/{name}", Thing(), "manifest", "a.yaml", {}, pairs) for name in "xyz"]
    directives = [directive for asset in assets for directive in carried(asset)]
    here = finding("r", asset="workload/ns/y", location=Location("a.yaml", 1, 1, ""))
    findings, notices = apply([here], directives, TODAY)
    assert findings[0].suppressed == Suppression("because", "annotation")
    assert notices == []
    assert len(apply([], directives, TODAY)[1]) == 3


# --- what is covered -----------------------------------------------------------------------------

FINDING = finding("r", fingerprint="0123456789abcdef", location=Location("k8s/a.yaml", 7, 1, ""))


@pytest.mark.parametrize(
    ("directive", "covered"),
    [
        ({}, True),
        ({"rule": "r"}, True),
        ({"rule": "s"}, False),
        ({"fingerprint": "01234567"}, True),
        ({"fingerprint": "11234567"}, False),
        ({"path": "k8s/a.yaml"}, True),
        ({"path": "k8s/*.yaml"}, True),
        ({"path": "other/*"}, False),
        ({"line": 7}, True),
        ({"line": 6}, True),
        ({"line": 8}, False),
        ({"asset": "workload/default/train"}, True),
        ({"asset": "workload/*"}, True),
        ({"asset": "node/*"}, False),
        ({"rule": "r", "asset": "workload/?efault/*", "path": "k8s/*"}, True),
    ],
)
def test_empty_fields_match_everything_and_the_others_what_they_name(directive: dict[str, Any], covered: bool) -> None:
    assert Directive("settings", "because", **directive).covers(FINDING) is covered


@pytest.mark.parametrize("by", ["comment", "annotation"])
@pytest.mark.parametrize("field", [{"asset": "workload/*"}, {"path": "k8s/*"}, {"path": "*"}])
def test_a_hostile_name_in_a_source_is_no_pattern(by: Any, field: dict[str, str]) -> None:
    assert not Directive(by, "because", "r", **field).covers(FINDING)


def test_a_file_with_brackets_in_its_name_is_still_itself() -> None:
    odd = finding("r", location=Location("a[1].yaml", 1, 1, ""))
    assert Directive("comment", "because", "r", path="a[1].yaml").covers(odd)


# --- applying ------------------------------------------------------------------------------------


def test_the_first_directive_that_covers_a_finding_says_why() -> None:
    first = Directive("comment", "one", "r", path="k8s/a.yaml", line=7)
    second = Directive("settings", "two", until="2027-01-31")
    findings, notices = apply([FINDING, finding("s")], [first, second], TODAY)
    assert [f.suppressed for f in findings] == [
        Suppression("one", "comment"),
        Suppression("two", "settings", "2027-01-31"),
    ]
    assert notices == []


@pytest.mark.parametrize(
    ("directive", "notice"),
    [
        (
            Directive("comment", "", "r", path="a.yaml", line=3),
            Notice("a.yaml:3", "the suppression of r gives no reason and has no effect"),
        ),
        (
            Directive("settings", "x", "r", "2026-11-20", path="a.yaml"),
            Notice("suppressions in the settings", "the suppression of r ended on 2026-11-20"),
        ),
        (
            Directive("annotation", "x", "r", "2026-13-01", path="a.yaml", asset="workload/a/b"),
            Notice(
                "a.yaml, annotation of b",
                "the suppression of r names a date that is none: 2026-13-01; write until=YYYY-MM-DD",
            ),
        ),
        (
            Directive("comment", "x", "r", "20261201", path="a.yaml"),
            Notice("a.yaml", "the suppression of r names a date that is none: 20261201; write until=YYYY-MM-DD"),
        ),
        (
            Directive("comment", "x until=2027-01-01 y", "r", path="a.yaml"),
            Notice("a.yaml", "the suppression of r has its date inside the reason: write `until=YYYY-MM-DD` last"),
        ),
        (
            Directive("settings", "x", "other-rule"),
            Notice("suppressions in the settings", "the suppression of other-rule is not needed any more"),
        ),
        (
            Directive("settings", "x", fingerprint="ffffffff"),
            Notice("suppressions in the settings", "the suppression of ffffffff is not needed any more"),
        ),
        (
            Directive("settings", "x", path="none.yaml"),
            Notice("suppressions in the settings", "the suppression of none.yaml is not needed any more"),
        ),
    ],
)
def test_a_directive_without_effect_is_reported(directive: Directive, notice: Notice) -> None:
    findings, notices = apply([FINDING], [directive], TODAY)
    assert findings == [FINDING]
    assert notices == [notice]


def test_one_that_names_no_rule_there_is_says_so() -> None:
    notices = apply([FINDING], [Directive("settings", "x", "no-rule")], TODAY, known=lambda rule: False)[1]
    assert notices == [
        Notice("suppressions in the settings", "the suppression of no-rule names a rule that there is not")
    ]


def test_a_directive_holds_on_its_last_day() -> None:
    findings, notices = apply([FINDING], [Directive("settings", "x", "r", "2026-11-21")], TODAY)
    assert findings[0].suppressed == Suppression("x", "settings", "2026-11-21")
    assert notices == []


def test_what_a_check_could_not_have_needed_is_not_missed() -> None:
    unused = [Directive("settings", "x", "other-rule"), Directive("baseline", "x", "r2")]
    assert apply([FINDING], unused, TODAY, lambda directive: directive.rule != "other-rule")[1] == []


@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(text=st.text(st.sampled_from("holdfast:ignore[r]until 2027-01-3(*/#;\n"), max_size=80))
def test_any_text_has_directives_or_none(text: str) -> None:
    marked = f"holdfast:ignore[r]{text}"
    asset = Asset("workload/ns/x", Thing(), "manifest", "a.yaml", {}, tuple(annotation(text)))
    for directive in (*comments(marked, "a"), *carried(asset)):
        apply([FINDING], [directive], TODAY)


@pytest.mark.parametrize("piece", ["holdfast:ignore", "holdfast:ignore[", "until ", " ", "until 2027-01-01 ", "-*/#>"])
def test_a_hostile_comment_is_read_at_once(piece: str) -> None:
    list(comments(f"holdfast:ignore[r] {piece * 100_000}", "a"))
    list(carried(Asset("workload/ns/x", Thing(), "manifest", "a.yaml", {}, tuple(annotation(piece * 100_000)))))


def test_settings_mean_a_path_by_either_of_its_names() -> None:
    here = replace(FINDING, location=replace(FINDING.location, path="p.yaml"))
    directive = Directive("settings", "x", path="deploy/*")
    assert apply([here], [directive], TODAY)[0][0].suppressed is None
    assert apply([here], [directive], TODAY, elsewhere=lambda path: f"deploy/{path}")[0][0].suppressed is not None
    comment = Directive("comment", "x", path="deploy/p.yaml")
    assert apply([here], [comment], TODAY, elsewhere=lambda path: f"deploy/{path}")[0][0].suppressed is None


@pytest.mark.parametrize(
    "text", ["# holdfast: ignore[r] x", "# Holdfast:ignore[r] x", "# holdfast:ignore[a] x holdfast:ignore[b] y"]
)
def test_what_is_meant_as_a_suppression_and_is_none_is_reported(text: str) -> None:
    assert [bool(directive.trouble) for directive in comments(text, "a.yaml")] == [True]


def test_a_rule_that_there_is_not_is_told_whatever_was_checked() -> None:
    notices = apply([FINDING], [Directive("settings", "x", "no-rule")], TODAY, lambda d: False, lambda rule: False)[1]
    assert [notice.what for notice in notices] == ["the suppression of no-rule names a rule that there is not"]
