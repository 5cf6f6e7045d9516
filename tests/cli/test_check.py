"""What `holdfast check` looks at, and which rules it asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.samples import FAILING, PASSING, RULE, own_rule
from tests.conftest import Run


def document(holdfast: Run, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(holdfast("check", "--format", "json", *arguments).out))


def places(holdfast: Run, *arguments: str) -> list[str]:
    return [finding["location"]["path"] for finding in document(holdfast, "--rule", RULE, *arguments)["findings"]]


def test_several_targets_and_options_between_them(here: Path, holdfast: Run) -> None:
    (here / "a").mkdir()
    for name in ("a/x.yaml", "b.yaml", "c.yaml"):
        (here / name).write_text(FAILING)
    assert places(holdfast, "a", "b.yaml") == ["a/x.yaml", "b.yaml"]
    assert places(holdfast, "a", "--no-ignore", "b.yaml") == ["a/x.yaml", "b.yaml"]
    assert places(holdfast) == ["b.yaml", "c.yaml", "a/x.yaml"]
    assert places(holdfast, "--", "b.yaml") == ["b.yaml"]


def test_a_file_in_two_targets_is_one_file(here: Path, holdfast: Run) -> None:
    (here / "a.yaml").write_text(FAILING)
    (here / "b.yaml").write_text("apiVersion: [}")
    found = document(holdfast, "--rule", RULE, ".", "a.yaml", "./b.yaml", "a.yaml")
    assert len(found["findings"]) == 1
    assert (found["examined"]["read"], len(found["examined"]["skipped"])) == (2, 1)


def test_what_git_ignores_is_left_out_unless_asked_for(here: Path, holdfast: Run) -> None:
    (here / ".gitignore").write_text("skipped.yaml\n")
    (here / "skipped.yaml").write_text(FAILING)
    assert places(holdfast) == []
    assert places(holdfast, "--no-ignore") == ["skipped.yaml"]


def test_settings_leave_out_files_and_add_rules(here: Path, holdfast: Run) -> None:
    (here / "skipped.yaml").write_text(FAILING)
    (here / "conf/ours").mkdir(parents=True)
    (here / "conf/ours/our-rule.yaml").write_text(own_rule("our-rule"))
    (here / "conf/s.yaml").write_text("exclude: [skipped.yaml]\nrules: [ours]\nprofile: cis\n")
    assert places(holdfast, "--config", "conf/s.yaml") == []
    (here / "pod.yaml").write_text(PASSING)
    found = document(holdfast, "--config", "conf/s.yaml")
    assert "our-rule" in {finding["rule"] for finding in found["findings"]}


def test_a_profile_chooses_the_rules(here: Path, holdfast: Run) -> None:
    counts = {
        name: document(holdfast, "--profile", name)["summary"]["rules"] for name in ("ai-default", "strict", "cis")
    }
    assert len(set(counts.values())) == 3
    assert counts["ai-default"] < counts["strict"]
    (here / "holdfast.yaml").write_text("profile: cis\n")
    assert document(holdfast)["summary"]["rules"] == counts["cis"]
    assert document(holdfast, "--profile", "strict")["summary"]["rules"] == counts["strict"]


def test_rules_can_be_named_one_by_one(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING.replace("spec:\n", "spec:\n  hostPID: true\n"))
    found = document(holdfast, "--rule", RULE, "--rule", "host-pid")
    assert {finding["rule"] for finding in found["findings"]} == {RULE, "host-pid"}
    assert found["summary"]["rules"] == 2


def test_a_rule_of_ones_own_is_asked_beside_the_shipped_ones(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    (here / "rules").mkdir()
    (here / "rules/our-rule.yaml").write_text(own_rule("our-rule"))
    found = {finding["rule"] for finding in document(holdfast, "pod.yaml", "--rules", "rules")["findings"]}
    assert {"our-rule", RULE} <= found
    only = document(holdfast, "pod.yaml", "--rules", "rules", "--rule", "our-rule")
    assert [(finding["rule"], finding["asset"]) for finding in only["findings"]] == [
        ("our-rule", "workload/pod.yaml/Pod..train")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            own_rule("our-rule", fails_when="nme == 1"),
            "our-rule.yaml:4:13: fails_when: there is no `nme` here\n  did you mean `name`?",
        ),
        (own_rule("our-rule", severity="grave"), "our-rule.yaml:5:"),
        (own_rule("other"), "our-rule.yaml:1:1: the file of `other` is called our-rule.yaml"),
        ("id: [", "our-rule.yaml:2:1"),
    ],
)
def test_a_broken_rule_names_its_place(here: Path, holdfast: Run, text: str, says: str) -> None:
    (here / "rules").mkdir()
    (here / "rules/our-rule.yaml").write_text(text)
    done = holdfast("check", "--rules", "rules")
    assert (done.code, done.out) == (2, "")
    assert f"holdfast: rules/{says}" in done.err


def test_an_id_is_taken_once(here: Path, holdfast: Run) -> None:
    for folder in ("rules/a", "rules/b"):
        (here / folder).mkdir(parents=True)
        (here / folder / "our-rule.yaml").write_text(own_rule("our-rule"))
    assert "the id `our-rule` is taken by rules/a/our-rule.yaml" in holdfast("check", "--rules", "rules").err


def test_a_source_that_goes_away_has_no_excerpt(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "pod.yaml").write_text(FAILING)

    def gone(path: str) -> bytes:
        raise FileNotFoundError(path)

    monkeypatch.setattr("holdfast.app.sources.read_file", gone)
    done = holdfast("check", "--rule", RULE)
    assert done.code == 1
    assert "  --> pod.yaml:8:25\n   why: " in done.out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "ocsf", "html"])
def test_every_format_renders_every_sort_of_answer(here: Path, holdfast: Run, form: str) -> None:
    estate = Path(__file__).parents[2] / "examples/estate"
    done = holdfast("check", str(estate), "--format", form)
    assert (done.code, done.err) == (1, "")
    assert RULE in done.out or form == "text"
    (here / "pod.yaml").write_text(PASSING)
    clean = holdfast("check", "--format", form)
    assert (clean.code, clean.err) == (0, "")
