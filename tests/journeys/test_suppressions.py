"""A finding that somebody accepts: in a comment, an annotation, the settings or a baseline, and in every format."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.samples import FAILING, PASSING, RULE, UNDECIDED, own_rule
from tests.conftest import Run

TOMORROW = (date.today() + timedelta(1)).isoformat()
YESTERDAY = (date.today() - timedelta(1)).isoformat()
FORMATS = ("text", "json", "sarif", "junit", "ocsf", "html")
PRIVILEGED = "      securityContext: {privileged: true}\n"
COMMENT = f"holdfast:ignore[{RULE}]"


def commented(text: str, above: bool = False) -> str:
    """`FAILING` with a comment on the finding's line, or above it."""
    new = f"      # {text}\n{PRIVILEGED}" if above else PRIVILEGED.replace("\n", f"  # {text}\n")
    return FAILING.replace(PRIVILEGED, new)


def annotated(text: str) -> str:
    note = json.dumps(text)
    return FAILING.replace("{name: train}", f"{{name: train, annotations: {{holdfast/ignore: {note}}}}}")


def found(holdfast: Run, *options: str) -> dict[str, Any]:
    """The JSON of a check."""
    return dict(json.loads(holdfast("check", "--rule", RULE, "--format", "json", *options).out))


WAYS = {
    "the same line": (commented(f"{COMMENT} nodes of our own"), "", "comment", ""),
    "the line above": (commented(f"{COMMENT} nodes of our own", above=True), "", "comment", ""),
    "the file": (f"# holdfast:ignore-file[{RULE}] nodes of our own\n{FAILING}", "", "comment", ""),
    "with a date": (commented(f"{COMMENT} nodes of our own until={TOMORROW}"), "", "comment", TOMORROW),
    "an annotation": (annotated(f"{RULE}: nodes of our own"), "", "annotation", ""),
    "an annotation with a date": (annotated(f"{RULE}: nodes of our own until={TOMORROW}"), "", "annotation", TOMORROW),
    "settings by rule": (FAILING, f"rule: {RULE}", "settings", ""),
    "settings by path": (FAILING, "path: '*.yaml'", "settings", ""),
    "settings by asset": (FAILING, "asset: workload/*/Pod..train", "settings", ""),
    "settings with a date": (FAILING, f"rule: {RULE}, until: {TOMORROW}", "settings", TOMORROW),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_suppression_holds(here: Path, holdfast: Run, way: str) -> None:
    text, settings, by, until = WAYS[way]
    (here / "pod.yaml").write_text(text)
    if settings:
        (here / "holdfast.yaml").write_text(f"suppressions:\n  - {{{settings}, reason: nodes of our own}}\n")
    done = holdfast("check", "--rule", RULE)
    assert done.code == 0
    assert done.out.startswith("no findings, 1 suppressed · ")
    document = found(holdfast)
    assert document["notices"] == []
    expected = {"reason": "nodes of our own", "by": by} | ({"until": until} if until else {})
    assert document["findings"][0]["suppressed"] == expected


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_it_with_its_reason(here: Path, holdfast: Run, form: str) -> None:
    (here / "pod.yaml").write_text(commented(f"{COMMENT} nodes of our own"))
    done = holdfast("check", "--rule", RULE, "--format", form)
    assert done.code == 0
    assert ("1 suppressed" if form == "text" else "nodes of our own") in done.out


TROUBLES = {
    "no reason": (commented(COMMENT), "", "gives no reason and has no effect", 1),
    "over": (commented(f"{COMMENT} for now until={YESTERDAY}"), "", f"ended on {YESTERDAY}", 1),
    "no date": (commented(f"{COMMENT} for now until=2026-02-31"), "", "names a date that is none", 1),
    "unused": (commented(f"{COMMENT} for now").replace("true", "false"), "", "is not needed any more", 0),
    "settings over": (FAILING, f"rule: {RULE}, reason: x, until: {YESTERDAY}", f"ended on {YESTERDAY}", 1),
    "settings without reason": (FAILING, f"rule: {RULE}, reason: ' '", "gives no reason", 1),
    "settings unused": (PASSING, f"rule: {RULE}, reason: x", "is not needed any more", 0),
    "no such rule": (PASSING, "rule: gpu-contaner, reason: x", "of gpu-contaner names a rule that there is not", 0),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_one_that_has_no_effect_is_reported(here: Path, holdfast: Run, trouble: str) -> None:
    text, settings, says, code = TROUBLES[trouble]
    (here / "pod.yaml").write_text(text)
    if settings:
        (here / "holdfast.yaml").write_text(f"suppressions:\n  - {{{settings}}}\n")
    done = holdfast("check", "--rule", RULE)
    assert done.code == code
    assert says in done.out
    assert [notice for notice in found(holdfast)["notices"] if says in notice["what"]]


def test_what_was_not_asked_is_not_missed(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(PASSING)
    (here / "holdfast.yaml").write_text("suppressions:\n  - {rule: host-pid, reason: x}\n  - {path: a/*, reason: x}\n")
    assert found(holdfast)["notices"] == []
    assert found(holdfast, "pod.yaml")["notices"] == []
    assert "is not needed any more" in holdfast("check").out


def test_an_open_question_can_be_accepted_too(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(UNDECIDED)
    assert holdfast("check", "--rule", RULE).code == 3
    (here / "holdfast.yaml").write_text(f"suppressions:\n  - {{rule: {RULE}, reason: rendered elsewhere}}\n")
    done = holdfast("check", "--rule", RULE)
    assert (done.code, "not needed" in done.out) == (0, False)


def test_an_annotation_speaks_of_the_servers_in_its_object_too(here: Path, holdfast: Run) -> None:
    server = "image: ollama/ollama:0.12.0\n      env: [{name: OLLAMA_ORIGINS, value: '*'}]"
    (here / "pod.yaml").write_text(
        annotated("ollama-any-origin: a laptop; host-pid: no").replace("image: registry.example/train:1", server)
    )
    document = json.loads(holdfast("check", "--rule", "ollama-any-origin", "--format", "json").out)
    assert [finding["suppressed"]["reason"] for finding in document["findings"]] == ["a laptop"]
    assert document["notices"] == []


def test_another_rule_is_not_covered(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(commented("holdfast:ignore[host-pid] nodes of our own"))
    assert holdfast("check", "--rule", RULE).code == 1


def fingerprint(holdfast: Run) -> str:
    return str(found(holdfast)["findings"][0]["fingerprint"])


def test_why_and_accept_walk_from_a_finding_to_a_suppression(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    (here / "holdfast.yaml").write_text("# ours\nfail_on: low  # strict\nsuppressions: []  # none yet\n")
    known = fingerprint(holdfast)
    why = holdfast("why", known[:8], "--rule", RULE)
    assert why.code == 0
    for text in (
        "train: A container that asks",
        "containers[0].privileged = true",
        "pod.yaml:8:25",
        "fails when",
        known,
    ):
        assert text in why.out
    done = holdfast("accept", known[:8], "--reason", "  nodes “of our own” 🙂", "--until", TOMORROW)
    assert (done.code, done.out) == (0, f"{RULE} at pod.yaml:8 is accepted in holdfast.yaml\n")
    assert (here / "holdfast.yaml").read_text() == (
        "# ours\nfail_on: low  # strict\nsuppressions:  # none yet\n"
        f'  - {{fingerprint: "{known}", rule: {RULE}, reason: "nodes “of our own” 🙂", until: {TOMORROW}}}\n'
    )
    assert holdfast("check", "--rule", RULE).code == 0
    assert f"suppressed   by settings until {TOMORROW}: nodes “of our own” 🙂" in holdfast("why", known).out
    again = holdfast("accept", known, "--reason", "twice")
    assert (again.code, again.err) == (2, "holdfast: it is accepted already, by settings: nodes “of our own” 🙂\n")


def test_why_shows_an_open_question_and_an_annotation(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(UNDECIDED)
    known = found(holdfast)["unknown"][0]["fingerprint"]
    assert "status       unknown: could not be seen" in holdfast("why", known).out
    (here / "pod.yaml").write_text(annotated(f"{RULE}: ours"))
    assert "suppressed   by annotation: ours" in holdfast("why", fingerprint(holdfast)).out


def test_why_knows_rules_of_ones_own(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(PASSING)
    for name in ("a", "b", "c"):
        (here / name).mkdir()
        (here / name / f"our-{name}.yaml").write_text(own_rule(f"our-{name}"))
    (here / "holdfast.yaml").write_text("rules: [c]\n")
    options = ("--rules", "a", "--rules", "b")
    document = json.loads(holdfast("check", "--format", "json", *options).out)
    known = {finding["rule"]: finding["fingerprint"] for finding in document["findings"]}
    assert {"our-a", "our-b", "our-c"} <= set(known)
    for name in ("our-a", "our-b", "our-c"):
        assert f"[{name}]" in holdfast("why", known[name], *options).out


def test_a_fingerprint_that_names_several_is_refused(
    here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.yaml", "b.yaml"):
        (here / name).write_text(FAILING)
    monkeypatch.setattr("holdfast.app.finding.SHORTEST", 0)
    done = holdfast("why", "")
    assert done.code == 2
    assert "findings start with" in done.err


STYLES = {
    "no file": None,
    "no list": "profile: strict\n",
    "no line feed at the end": "profile: strict",
    "an empty list": "suppressions: []\nprofile: strict\n",
    "nothing": "suppressions:\nprofile: strict\n",
    "indented": "suppressions:\n    # the old ones\n\n    - {rule: a, reason: b}\nprofile: strict\n",
    "not indented": "suppressions:\n- rule: a\n  reason: b\nprofile: strict\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_accept_writes_into_any_plain_settings(here: Path, holdfast: Run, style: str) -> None:
    (here / "pod.yaml").write_text(FAILING)
    before = STYLES[style]
    if before is not None:
        (here / "s.yaml").write_text(before)
    config = ["--config", "s.yaml"] if before is not None else []
    done = holdfast("accept", fingerprint(holdfast), "--reason", "ours", *config)
    assert (done.code, done.err) == (0, "")
    assert holdfast("check", "--rule", RULE, *config).code == 0
    text = (here / (config[1] if config else "holdfast.yaml")).read_text()
    lines = [line for line in (before or "").splitlines() if not line.startswith("suppressions")]
    assert all(line in text for line in lines)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("suppressions: [{rule: a, reason: b}]\n", "add it by hand: {fingerprint: "),
        ("suppressions: [\n  {rule: a, reason: b}]\n", "add it by hand"),
        ("{suppressions: [], profile: strict}\n", "add it by hand"),
        ("suppressions: none\n", "s.yaml:1: suppressions: Expected `list`"),
        ("suppressions: [\n", "s.yaml:"),
        ("é\n".encode("latin-1"), "s.yaml"),
    ],
)
def test_accept_leaves_alone_what_it_cannot_edit(here: Path, holdfast: Run, settings: str | bytes, says: str) -> None:
    (here / "pod.yaml").write_text(FAILING)
    known = fingerprint(holdfast)
    before = settings if isinstance(settings, bytes) else settings.encode()
    (here / "s.yaml").write_bytes(before)
    done = holdfast("accept", known, "--reason", "ours", "--config", "s.yaml")
    assert done.code == 2
    assert says in done.err
    assert (here / "s.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--reason", " "], "needs a reason"), (["--reason", "x", "--until", "2020-01-01"], "2020-01-01 is over")],
)
def test_accept_refuses_what_would_have_no_effect(here: Path, holdfast: Run, options: list[str], says: str) -> None:
    (here / "pod.yaml").write_text(FAILING)
    done = holdfast("accept", fingerprint(holdfast), *options)
    assert (done.code, says in done.err) == (2, True)
    assert not (here / "holdfast.yaml").exists()


def test_init_writes_settings_that_can_be_read_and_never_overwrites(here: Path, holdfast: Run) -> None:
    assert holdfast("init").out == "holdfast.yaml written: set the owners, then run `holdfast check`\n"
    (here / "pod.yaml").write_text(FAILING)
    assert holdfast("check", "--rule", RULE).code == 1
    before = (here / "holdfast.yaml").read_bytes()
    done = holdfast("init")
    assert (done.code, "holdfast.yaml is there already" in done.err) == (2, True)
    assert (here / "holdfast.yaml").read_bytes() == before
    assert holdfast("accept", fingerprint(holdfast), "--reason", "ours").code == 0
    assert "# what is not examined, as in .gitignore" in (here / "holdfast.yaml").read_text()


def test_a_baseline_counts_only_what_is_new(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    written = holdfast("check", "--rule", RULE, "--write-baseline", "b.json")
    assert (written.code, written.out, written.err) == (0, "", "1 finding written to b.json\n")
    held = ("--rule", RULE, "--baseline", "b.json")
    assert holdfast("check", *held).code == 0
    assert "1 suppressed" in holdfast("check", *held).out
    (here / "pod.yaml").write_text("# a line\n# another\n" + FAILING)
    assert holdfast("check", *held).code == 0, "lines move"
    (here / "pod.yaml").write_text(FAILING.replace("nvidia.com/gpu", "amd.com/gpu"))
    assert holdfast("check", *held).code == 1, "a fact that decided has changed"
    (here / "pod.yaml").write_text(FAILING)
    (here / "new.yaml").write_text(FAILING)
    assert [(f["location"]["path"], f["baseline"]) for f in found(holdfast, "--baseline", "b.json")["findings"]] == [
        ("new.yaml", "new"),
        ("pod.yaml", "unchanged"),
    ]


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "x", "fingerprints": {}}', '{"schema": 1}'])
def test_what_is_no_baseline_is_refused(here: Path, holdfast: Run, text: str) -> None:
    (here / "b.json").write_text(text)
    done = holdfast("check", "--baseline", "b.json")
    assert (done.code, "b.json: not a baseline" in done.err) == (2, True)


def test_owners_of_the_settings_are_named_and_count(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    asked = ("check", "--rule", RULE, "--rule", "gpu-workload-without-owner")
    assert "without-owner" in holdfast(*asked).out
    (here / "holdfast.yaml").write_text(
        "owners: [{path: '*', owner: everybody}, {path: 'pod.*', owner: platform-team}]\n"
    )
    done = holdfast(*asked)
    assert "without-owner" not in done.out
    assert "who: platform-team" in done.out
    found = json.loads(holdfast(*asked, "--format", "json").out)["findings"]
    assert [item["owner"] for item in found] == ["platform-team"]


def test_settings_hold_however_the_target_is_spelt(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".git").mkdir()
    (here / "deploy").mkdir()
    (here / "deploy" / "pod.yaml").write_text(FAILING)
    (here / "holdfast.yaml").write_text(
        "owners: [{path: 'deploy/*', owner: team-a}]\n"
        f"suppressions: [{{rule: {RULE}, path: 'deploy/*', reason: ours}}]\n"
    )
    for target in (".", "deploy", str(here), str(here / "deploy" / "pod.yaml")):
        done = holdfast("check", target, "--rule", RULE, "--format", "json")
        (item,) = json.loads(done.out)["findings"]
        assert (item["owner"], bool(item["suppressed"]), done.code) == ("team-a", True, 0), target
    both = holdfast("check", "deploy", str(here / "deploy"), "--rule", RULE, "--format", "json")
    assert len(json.loads(both.out)["findings"]) == 1
    monkeypatch.chdir(here / "deploy")
    assert "1 suppressed" in holdfast("check", ".", "--rule", RULE, "--config", "../holdfast.yaml").out


def test_a_rule_of_ones_own_that_was_not_asked_is_not_missed(here: Path, holdfast: Run) -> None:
    (here / "ours").mkdir()
    (here / "ours" / "our-rule.yaml").write_text(own_rule("our-rule", fails_when='has(name) && name == "nobody"'))
    (here / "pod.yaml").write_text(PASSING)
    (here / "holdfast.yaml").write_text("rules: [ours]\nsuppressions: [{rule: our-rule, reason: ours}]\n")
    assert "note" not in holdfast("check", "--rule", RULE).out
    assert (
        "note suppressions in the settings: the suppression of our-rule is not needed any more" in holdfast("check").out
    )
