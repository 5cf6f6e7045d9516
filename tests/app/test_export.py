"""Admission policies as YAML that Kubernetes reads."""

from __future__ import annotations

import pytest
import yaml
from msgspec.structs import replace

from holdfast.app.export import Exported, export, manifest
from holdfast.engine.rulebook import load_shipped

RULES = load_shipped()


@pytest.mark.parametrize("action", ["Deny", "Warn", "Audit"])
def test_a_manifest_carries_any_text(action: str) -> None:
    odd = replace(RULES[0], title='A "quoted": title', because="one\ntwo: {three} é 🙂", fix="'mend'\n# it")
    policy, binding = yaml.safe_load_all(manifest(Exported(odd, "true || 'é'"), action))
    assert policy["metadata"]["annotations"] == {"holdfast/because": "one\ntwo: {three} é 🙂"}
    (validation,) = policy["spec"]["validations"]
    assert validation["expression"] == "true || 'é'"
    assert validation["message"] == "A \"quoted\": title. 'mend' # it"
    assert binding["spec"]["validationActions"] == [action]


def test_names_fit_kubernetes() -> None:
    for item in export(RULES):
        assert len(f"holdfast-{item.rule.id}") <= 253
        assert bool(item.expression) != bool(item.reason)
