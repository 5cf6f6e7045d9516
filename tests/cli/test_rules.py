"""The commands that speak of rules and kinds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from tests.cli.samples import FAILING, RULE, own_rule
from tests.conftest import Run

from holdfast.core.rule import SEVERITIES
from holdfast.engine.rulebook import load_shipped
from holdfast.kinds import catalog


def test_list_shows_every_rule_and_can_be_narrowed(here: Path, holdfast: Run) -> None:
    done = holdfast("rules", "list")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()] == [rule.id for rule in load_shipped()]
    assert all(line.split()[1] in SEVERITIES for line in done.out.splitlines())
    images = holdfast("rules", "list", "--kind", "image").out.splitlines()
    assert 0 < len(images) < len(done.out.splitlines())
    (here / "our-rule.yaml").write_text(own_rule("our-rule"))
    assert "our-rule " in holdfast("rules", "list", "--rules", "our-rule.yaml").out


@pytest.mark.parametrize("kind", catalog.names())
def test_a_new_rule_passes_its_own_test_for_every_kind(here: Path, holdfast: Run, kind: str) -> None:
    (here / "ours").mkdir()
    (here / "ours" / "our-rule.yml").write_text(holdfast("rules", "new", kind, "our-rule").out)
    done = holdfast("rules", "test", "ours/our-rule.yml")
    assert done == (0, "ok   our-rule: 3 examples\n", "1 of 1 rules are right\n")
    assert holdfast("check", "--rules", "ours", "--rule", "our-rule").code == 0


def test_a_rule_has_the_name_of_its_file_and_a_folder_of_rules_has_rules(here: Path, holdfast: Run) -> None:
    assert "id: my-rule " in holdfast("rules", "new", "workload").out
    assert "'Our Rule' is no id of a rule" in holdfast("rules", "new", "workload", "Our Rule").err
    (here / "none").mkdir()
    assert "no rule in the folder `none`" in holdfast("check", "--rules", "none").err
    (here / "none" / "other.yaml").write_text(holdfast("rules", "new", "workload", "our-rule").out)
    for command in (("check", "--rules", "none"), ("rules", "test", "none/other.yaml")):
        done = holdfast(*command)
        assert (done.code, "name it our-rule.yaml" in done.err) == (2, True)


def test_trace_shows_what_decided(here: Path, holdfast: Run) -> None:
    (here / "our-rule.yaml").write_text(own_rule("our-rule"))
    done = holdfast("rules", "test", "our-rule.yaml", "--trace")
    assert done.code == 0
    assert "     failing example 1: True\n       fact    name = 'train'\n" in done.out
    assert "     passing example 2: False\n       fact    name = None\n" in done.out


def test_trace_speaks_of_elements_and_of_what_does_not_apply(here: Path, holdfast: Run) -> None:
    (here / "our-rule.yaml").write_text(
        own_rule("our-rule", fails_when="c.privileged\neach: containers as c\napplies_when: c.gpu_count > 0")
        .replace("{name: other}", "{containers: [{gpu_count: 0, privileged: true}]}")
        .replace("{name: null}", "{containers: [{gpu_count: 1, privileged: false}]}")
        .replace("{name: train}", "{containers: [{gpu_count: 1, privileged: true}]}")
    )
    done = holdfast("rules", "test", "our-rule.yaml", "--trace")
    assert (done.code, done.err) == (0, "1 of 1 rules are right\n")
    assert "passing example 1: not applicable\n       fact    containers[0].gpu_count = 0\n" in done.out
    assert (
        "failing example 1: True\n       fact    containers[0].gpu_count = 1\n       fact    containers[0].privileged = True\n"
        "       applies c.gpu_count > 0 = True\n       fails   c.privileged = True\n" in done.out
    )


def test_a_rule_that_is_wrong_says_how(here: Path, holdfast: Run) -> None:
    (here / "wrong.yaml").write_text(own_rule("wrong", fails_when='has(name) && name != "train"'))
    done = holdfast("rules", "test", "wrong.yaml")
    assert (done.code, done.err) == (1, "0 of 1 rules are right\n")
    assert "FAIL wrong: 3 examples\n     passing example 1: expected pass, got fail\n" in done.out
    (here / "loose.yaml").write_text(
        own_rule("loose", fails_when='has(name) && name == "train" && !has(runtime_class)')
    )
    done = holdfast("rules", "test", "loose.yaml")
    assert done.code == 1
    assert "no example notices this mutant: " in done.out or "expected fail, got unknown" in done.out


def test_explain_tells_everything_about_a_rule(here: Path, holdfast: Run) -> None:
    for rule in load_shipped():
        done = holdfast("explain", rule.id)
        assert (done.code, done.err) == (0, "")
        for text in (
            rule.id,
            rule.title,
            rule.because,
            rule.fix,
            rule.fails_when.splitlines()[0],
            *(s.title for s in rule.sources),
        ):
            assert text in done.out
        assert ("Opens  steps of an attack path" in done.out) == bool(rule.opens)
    (here / "our-rule.yaml").write_text(own_rule("our-rule"))
    own = holdfast("explain", "our-rule", "--rules", "our-rule.yaml").out
    assert 'Fails on\n      {"name": "train"}\n' in own


def test_kinds_are_the_vocabulary(holdfast: Run) -> None:
    names = [line.split()[0] for line in holdfast("kinds").out.splitlines()]
    assert names == list(catalog.names())
    for name in names:
        done = holdfast("kinds", "show", name)
        assert done.code == 0
        kind = catalog.kind(name)
        assert kind is not None
        assert all(f"\n{field}  (" in done.out for field in kind.__struct_fields__)
    assert "containers[].env[].name  (string)\n" in holdfast("kinds", "show", "workload").out
    assert "Not shown by " in holdfast("kinds", "show", "workload").out


def test_export_prints_admission_policies_and_names_what_cannot_be_one(here: Path, holdfast: Run) -> None:
    done = holdfast("rules", "export")
    assert done.code == 0
    documents = list(yaml.safe_load_all(done.out))
    assert [document["kind"] for document in documents[:2]] == [
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ]
    assert len(documents) % 2 == 0
    exported = {document["metadata"]["name"] for document in documents}
    assert f"holdfast-{RULE}" in exported
    assert len({document["metadata"]["name"] for document in documents}) == len(documents) / 2
    said = done.err.splitlines()
    assert any("not on an API server" in line for line in said)
    refused = [line for line in said if line.startswith("not exported: ")]
    assert len(refused) == 6, "a line for each reason"
    assert any(re.search(r"more than the object .*\bai-server-on-node-port \(products\)", line) for line in refused)
    assert re.fullmatch(
        r"not exported: \d+ rules on what never comes to an API server; --format json lists them", refused[-1]
    )
    known = {rule.id for rule in load_shipped() if rule.kind in ("workload", "role", "service", "namespace")}
    told = {name.removeprefix("holdfast-") for name in exported} | set(
        re.findall(r"([a-z0-9-]+) \(", " ".join(refused))
    )
    assert {rule.id for rule in load_shipped() if rule.id in known and rule.maturity == "stable"} <= told


def test_export_of_one_rule(here: Path, holdfast: Run) -> None:
    done = holdfast("rules", "export", RULE, "--action", "Deny")
    policy, binding = yaml.safe_load_all(done.out)
    assert binding["spec"] == {"policyName": f"holdfast-{RULE}", "validationActions": ["Deny"]}
    (validation,) = policy["spec"]["validations"]
    assert "privileged" in validation["expression"]
    assert policy["spec"]["failurePolicy"] == "Fail"
    refused = holdfast("rules", "export", "ollama-any-origin")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "not exported: ollama-any-origin: admission does not see a server\n"


def test_export_writes_a_file_or_a_folder_and_reports_as_json(here: Path, holdfast: Run) -> None:
    done = holdfast("rules", "export", "--admission", "--profile", "cis", "--output", "all.yaml", "--format", "json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["schema"] == "holdfast.admission/1"
    documents = list(yaml.safe_load_all((here / "all.yaml").read_text()))
    assert [each["metadata"]["name"] for each in documents[::2]] == [
        name for each in found["exported"] for name in each["policies"]
    ]
    done = holdfast("rules", "export", "--rule", RULE, "--rule", "host-pid", "--output", "policies/")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert {path.name for path in (here / "policies").iterdir()} == {f"{RULE}.yaml", "host-pid.yaml"}
    (here / "taken").write_text("")
    assert holdfast("rules", "export", "--output", "taken/below/").code == 2
    assert "--output FILE takes the policies" in holdfast("rules", "export", "--format", "json").err


def test_export_of_a_rule_of_ones_own(here: Path, holdfast: Run) -> None:
    (here / "host-pid-ours.yaml").write_text(
        own_rule("host-pid-ours", fails_when="host_pid").replace("name", "host_pid")
    )
    text = own_rule("host-pid-ours", fails_when="host_pid")
    for before, after in {
        "{name: other}": "{host_pid: false}",
        "{name: null}": "{host_pid: false}",
        "{name: train}": "{host_pid: true}",
    }.items():
        text = text.replace(before, after)
    (here / "host-pid-ours.yaml").write_text(text)
    done = holdfast("rules", "export", "host-pid-ours", "--rules", "host-pid-ours.yaml")
    assert done.code == 0
    assert "has(variables.pod.hostPID) && variables.pod.hostPID" in done.out


def test_a_list_can_be_read_when_the_sample_fails(here: Path, holdfast: Run) -> None:
    (here / "pod.yaml").write_text(FAILING)
    worst = holdfast("check").out.rpartition("next: holdfast ")[2].split()
    assert holdfast(*worst).code == 0


def test_own_rules_of_the_settings_are_known_wherever_rules_are_named(here: Path, holdfast: Run) -> None:
    (here / "ours").mkdir()
    (here / "ours" / "our-rule.yaml").write_text(own_rule("our-rule"))
    (here / "holdfast.yaml").write_text("rules: [ours]\n")
    assert holdfast("explain", "our-rule").code == 0
    assert "our-rule" in holdfast("rules", "list").out
    assert holdfast("rules", "export", "our-rule").code in (0, 2)
    (here / "holdfast.yaml").unlink()
    assert holdfast("explain", "our-rule").code == 2
    assert holdfast("explain", "our-rule", "--rules", "ours").code == 0


def test_a_list_of_no_kind_is_refused(here: Path, holdfast: Run) -> None:
    done = holdfast("rules", "list", "--kind", "nope")
    assert (done.code, done.out) == (2, "")
    assert "nope" in done.err


def test_a_repair_that_no_example_shows_is_wrong(here: Path, holdfast: Run) -> None:
    (here / "our-rule.yaml").write_text(f"{own_rule('our-rule')}repair: [{{remove: name}}]\n")
    done = holdfast("rules", "test", "our-rule.yaml")
    assert done.code == 1
    assert "     no failing example shows the repair: remove `name`\n" in done.out
