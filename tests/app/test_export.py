"""Admission policies as YAML that Kubernetes reads."""

from __future__ import annotations

import json

import pytest
import yaml
from msgspec.json import encode
from msgspec.structs import replace

from holdfast.app.export import Exported, Plan, export, manifest, plan, refusals, report, written
from holdfast.core.cel.check import check_bool
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import STRING
from holdfast.core.errors import UsageError
from holdfast.core.rule import Condition
from holdfast.engine.rulebook import load_shipped

RULES = load_shipped()


@pytest.mark.parametrize("action", ["Deny", "Warn", "Audit"])
def test_a_manifest_carries_any_text(action: str) -> None:
    odd = replace(RULES[0], title='A "quoted": title', because="one\ntwo: {three} é 🙂", fix="'mend'\n# it")
    policy, binding = yaml.safe_load_all(manifest(Exported(odd, "true || 'é'"), Plan((action,))))
    assert policy["metadata"]["annotations"] == {
        "holdfast/because": "one\ntwo: {three} é 🙂",
        "holdfast/fix": "'mend'\n# it",
        "holdfast/tried": "not on an API server",
    }
    (validation,) = policy["spec"]["validations"]
    assert validation["expression"] == "true || 'é'"
    assert validation["message"] == "A \"quoted\": title. 'mend' # it"
    assert binding["spec"]["validationActions"] == [action]


def test_names_fit_kubernetes() -> None:
    for item in export(RULES):
        assert len(f"holdfast-{item.rule.id}") <= 253
        assert bool(item.expression) != bool(item.reason)


HOST_PID = next(rule for rule in RULES if rule.id == "host-pid")
ALWAYS = encode(Condition(fails_when=check_bool(parse("true"), {}, "fails_when")))
OWNERLESS = next(rule for rule in RULES if rule.id == "gpu-workload-without-owner")


def test_a_policy_says_what_it_is_asked_about() -> None:
    how = plan(["Deny", "Audit", "Deny"], "Ignore", ["kube-system", "gpu-operator"], templates=True)
    policy, binding, templates, theirs = yaml.safe_load_all(manifest(next(export([HOST_PID])), how))
    assert policy["spec"]["failurePolicy"] == "Ignore"
    (rule,) = policy["spec"]["matchConstraints"]["resourceRules"]
    assert rule == {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["pods", "pods/ephemeralcontainers"],
    }
    assert binding["spec"]["validationActions"] == ["Deny", "Audit"]
    (left_out,) = binding["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
    assert left_out == {
        "key": "kubernetes.io/metadata.name",
        "operator": "NotIn",
        "values": ["kube-system", "gpu-operator"],
    }
    named = [name for each in templates["spec"]["matchConstraints"]["resourceRules"] for name in each["resources"]]
    assert set(named) == {
        *("deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs", "replicationcontrollers")
    }
    assert [variable["name"] for variable in templates["spec"]["variables"]] == ["job", "pod"]
    assert theirs["spec"]["policyName"] == templates["metadata"]["name"] == "holdfast-host-pid-templates"


def test_a_policy_about_another_object_has_its_resources_and_lets_the_api_server_work() -> None:
    chosen = {item.rule.id: item for item in export(RULES)}
    policy, _ = yaml.safe_load_all(manifest(chosen["role-uses-wildcards"], Plan(("Deny",))))
    (rule,) = policy["spec"]["matchConstraints"]["resourceRules"]
    assert rule == {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["roles", "clusterroles"],
    }
    assert "variables" not in policy["spec"]
    conditions = {each["name"]: each["expression"] for each in policy["spec"]["matchConditions"]}
    assert conditions.keys() == {"changed", "asked-by-others"}
    assert "system:apiserver" in conditions["asked-by-others"]
    policy, _ = yaml.safe_load_all(manifest(chosen["claim-with-admin-access"], Plan(templates=True)))
    (rule,) = policy["spec"]["matchConstraints"]["resourceRules"]
    assert rule["apiVersions"] == ["v1", "v1beta2", "v1beta1", "v1alpha3"]
    assert rule["resources"] == ["resourceclaims", "resourceclaimtemplates"]


def test_a_refusal_tells_the_true_reason() -> None:
    reasons = {item.rule.id: item.reason for item in export(RULES)}
    assert reasons["role-uses-wildcards"] == ""
    assert reasons["ai-server-on-node-port"] == "`products` hangs on more than the object that is asked about"
    assert reasons["everyone-may-enter-containers"].startswith("`enters_containers` hangs on more")
    assert reasons["policy-admits-everyone"] == "`peers` has no definition over the native object"
    whole = replace(next(rule for rule in RULES if rule.kind == "route"), condition=ALWAYS)
    (item,) = export([whole])
    assert item.reason == "`route` has no definition over the native object"
    (line,) = refusals([item], Plan())
    assert line == f"1 rule on what has no definition over the native object: {whole.id} (route)"


def test_messages_are_one_short_line() -> None:
    for item in export(RULES):
        if item.expression:
            policy, _ = yaml.safe_load_all(manifest(item, Plan()))
            message = policy["spec"]["validations"][0]["message"]
            assert len(message) <= 200
            assert "\n" not in message


def test_what_reads_metadata_has_no_policy_about_templates() -> None:
    item = next(export([OWNERLESS]))
    assert len(list(yaml.safe_load_all(manifest(item, Plan(templates=True))))) == 2


def test_denial_and_warning_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        plan(["Deny", "Warn"], "Fail", [], templates=False)
    assert plan([], "Fail", [], templates=False) == Plan()


def test_the_report_names_everything_and_says_what_was_not_tried() -> None:
    items = list(export(RULES))
    found = json.loads(report(items, Plan(templates=True)))
    assert len(found["exported"]) + len(found["refused"]) == len(RULES)
    reasons = {each["rule"]: each["reason"] for each in found["refused"]}
    assert reasons["image-with-known-vulnerabilities"] == "`below_floor` needs data that admission does not have"
    assert reasons["ollama-any-origin"] == "admission does not see a server"
    assert any("not on an API server" in note for note in found["notes"])
    assert any("static pods" in note for note in found["notes"])
    text = written(items, Plan())
    assert text.startswith("# needs Kubernetes 1.30")
    assert len(list(yaml.safe_load_all(text))) == 2 * len(json.loads(report(items, Plan()))["exported"])


SETTLED = ("expected-privilege", "engine-host-namespace", "engine-all-gpus", "published-on-all-interfaces")


def test_a_policy_that_could_never_refuse_anything_is_not_exported() -> None:
    items = {item.rule.id: item for item in export(RULES)}
    for name in SETTLED:
        assert manifest(items[name], Plan(templates=True)) == ""
        assert "is the same for every object there" in items[name].reason
        assert "--templates" not in items[name].reason
    assert items["expected-privilege"].reason.startswith("`expected_privilege` ")
    assert items["gpu-container-privileged"].expression != ""
    refused = {each["rule"] for each in json.loads(report(list(items.values()), Plan(templates=True)))["refused"]}
    assert refused.issuperset(SETTLED)


def test_a_rule_about_jobs_has_only_a_policy_about_templates() -> None:
    item = next(item for item in export(RULES) if item.rule.id == "gpu-job-without-deadline")
    assert item.reason.startswith("`api_group, controller` is the same")
    assert item.reason.endswith("--templates judges controllers")
    assert manifest(item, Plan()) == ""
    (line,) = refusals([item], Plan())
    assert line.endswith("gpu-job-without-deadline (api_group, controller)")
    assert list(refusals([item], Plan(templates=True))) == []
    (policy, _) = yaml.safe_load_all(manifest(item, Plan(templates=True)))
    assert policy["metadata"]["name"] == "holdfast-gpu-job-without-deadline-templates"


def test_a_rule_about_another_object_whose_facts_are_settled_is_not_exported() -> None:
    rule = next(rule for rule in RULES if rule.kind == "gateway" and next(export([rule])).expression)
    for product, settled in (("kong", True), ("istio", False)):
        guard = check_bool(parse(f'controller == "{product}"'), {"controller": STRING}, "applies_when")
        (item,) = export([replace(rule, condition=encode(replace(rule.trees(), applies_when=guard)))])
        assert (item.reason.startswith("`controller` is the same"), item.expression == "") == (settled, settled)
