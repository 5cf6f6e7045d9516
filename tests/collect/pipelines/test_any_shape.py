"""Documents of any shape give pipelines or gaps, never an error of another sort."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.pipelines.reading import WORKFLOW, items

from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap

KEYS = {
    WORKFLOW: "on jobs a b steps uses run with env name if needs runs-on strategy matrix include container services image"
    " permissions secrets defaults shell environment options continue-on-error types inputs type os ref group labels",
    ".gitlab-ci.yml": "include stages variables default image services a .b script before_script extends needs job rules"
    " only if tags environment name stage trigger allow_failure id_tokens local remote project ref component value",
    "t.yaml": "spec steps tasks finally taskRef params name value resolver bundle runAfter when taskSpec triggers"
    " interceptors resourcetemplates script image env valueFrom secretKeyRef metadata args command stepTemplate onError",
    "w.yaml": "spec templates name dag tasks template dependencies depends steps container script source inputs artifacts"
    " git repo revision templateRef workflowTemplateRef workflowSpec schedule schedules containerSet containers env",
}
START = {
    WORKFLOW: {"jobs": {"a": {}}},
    ".gitlab-ci.yml": {"stages": ["a"]},
    "t.yaml": {"apiVersion": "tekton.dev/v1", "kind": "Pipeline"},
    "w.yaml": {"apiVersion": "argoproj.io/v1alpha1", "kind": "CronWorkflow"},
}
TEXTS = [
    "x",
    "a",
    "push",
    "issues",
    "${{ matrix.os }}",
    "${{ env.a }}",
    "a@b",
    "./x",
    "docker://x",
    "write-all",
    "inherit",
    "$A",
    "7",
]
TEKTON = ("Task", "StepAction", "PipelineRun", "TriggerTemplate", "EventListener")


def shapes(path: str) -> st.SearchStrategy[object]:
    leaves = st.sampled_from(TEXTS) | st.none() | st.booleans() | st.integers(-1, 9)
    keys = st.sampled_from(KEYS[path].split())
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=25
    )


@pytest.mark.parametrize("path", KEYS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_shape(path: str, data: st.DataObject):
    keys = st.sampled_from(KEYS[path].split())
    document = START[path] | data.draw(st.dictionaries(keys, shapes(path), max_size=6))
    if path == WORKFLOW:
        jobs = st.dictionaries(st.sampled_from("ab"), st.dictionaries(keys, shapes(path), max_size=8), max_size=2)
        document["jobs"] = data.draw(jobs)
    if path == "t.yaml":
        document["kind"] = data.draw(st.sampled_from(TEKTON))
    if path in ("t.yaml", "w.yaml"):
        document["spec"] = data.draw(st.dictionaries(keys, shapes(path), max_size=6))
    assert all(isinstance(item, Asset | Edge | Gap) for item in items(json.dumps(document).encode(), path))
