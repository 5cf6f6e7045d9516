"""Which documents of a YAML or JSON file are read, which are templates, and how the look at their first level errs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.looking import gaps, items, one, workloads

from holdfast.collect.documents import promising
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, documents, load

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n"
TEMPLATE = "an unrendered template: render it and check the result"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (POD, True),
        (f"# one\n\n---\n# two\n{POD}", True),
        (f"\ufeff{POD}", True),
        ("'apiVersion': v1\n", True),
        ('"apiVersion" : v1\n', True),
        ("services:\n  a: {image: b}\n", True),
        ("a: 1\n? apiVersion\n: v1\n", True),
        ("a: &a {apiVersion: v1}\n<<: *a\n", True),
        ('a: 1\n"\\x61piVersion": v1\n', True),
        ("a: 1\rapiVersion: v1\r", True),
        ("  apiVersion: v1\n  kind: Pod\n", True),
        ("--- {apiVersion: v1}\n", True),
        ("{apiVersion: v1, kind: Pod}\n", True),
        ('{"apiVersion": "v1"}', True),
        ('{"a": {"b": 1}, "services": {}}', True),
        ('{"apiVersion": "v1"', True),
        ("!!map\napiVersion: v1\n", True),
        ("", False),
        ("a: 1\n", False),
        ("# apiVersion\n", False),
        ("values:\n  apiVersion: v1\n", False),
        ("note: apiVersion services\n", False),
        ('{"a": {"apiVersion": "v1"}}', False),
        ('[{"apiVersion": "v1"}]', False),
        ("[{apiVersion: v1}]", True),
        ('{"a": "services"}\n{"b": 1}\n', False),
        ('{"a": "services"}\n{"apiVersion": "v1"}\n', True),
        ("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {}\n", False),
        ("# x\n---\nkind: 'CustomResourceDefinition'\napiVersion: apiextensions.k8s.io/v1\n", False),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: []\n", False),
        ("apiVersion: v1\nkind: List\nitems:\n- kind: CustomResourceDefinition\n", True),
        ('apiVersion: v1\nnote: "\nkind: CustomResourceDefinition\n"\nkind: Pod\n', True),
    ],
)
def test_one_look_tells_whether_a_document_can_show_anything(text, answer):
    assert promising(text.encode()) is answer


LINES = st.lists(
    st.sampled_from(
        [
            "apiVersion: v1", "  apiVersion: v1", '"apiVersion": v1', "services: {}", "a:", "  - b", "# c", "---x: 1", "",
            "? apiVersion", ": v1", "<<: {apiVersion: v1}", '"\\x61piVersion": v1', "{apiVersion: v1}", "kind: Pod",
            "kind: CustomResourceDefinition", "apiVersion: apiextensions.k8s.io/v1", "'services':", "\t", "- apiVersion: v1",
            '{"services": {}}', "&a", "!!map",
        ]
    ),
    max_size=6,
)  # fmt: skip


@given(LINES)
@settings(max_examples=100, deadline=None)
def test_a_document_that_is_passed_over_would_have_shown_nothing(lines):
    for document in documents("\n".join(lines).encode()):
        if promising(document.text):
            continue
        try:
            value = load(document.text)
        except FormatError:
            continue
        empty = isinstance(value, Mapping) and value.get("kind") == "CustomResourceDefinition"
        assert not isinstance(value, Mapping) or empty or not {"apiVersion", "services"} & set(value)


def test_json_nested_too_deep_to_look_at_is_left_to_the_parser():
    text = b'{"apiVersion": ' + b"[" * 100_000
    assert promising(text)
    (gap,) = gaps(text)
    assert gap.reason == "not readable as YAML: nested more than 100 deep"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("apiVersion: v1\n{{- if .Values.x }}\nkind: Pod\n{{- end }}\n", 2),
        ("apiVersion: v1\nkind: Pod\nspec:\n  containers: {{ toYaml .Values.c | nindent 4 }}\n", 4),
        ("apiVersion: v1\nname: {{ .Values.name }}\n", 2),
        ("apiVersion: v1\n{% for x in y %}\nkind: Pod\n{% endfor %}\n", 2),
        ("apiVersion: v1\n{# note #}\nkind: Pod\n", 2),
        ("apiVersion: v1\n<% if x %>\nkind: Pod\n", 2),
        ("apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: #@ data.values.net\n", 4),
        ("#@ load('@ytt:data', 'data')\n---\napiVersion: v1\nkind: Pod\n#@ if x:\n", 5),
    ],
)
def test_an_unrendered_template_is_told_as_one(text, line):
    assert gaps(f"---\n{text}") == [Gap("a.yaml", TEMPLATE, "template", line + 1)]
    assert workloads(text) == []


@pytest.mark.parametrize(
    "value",
    ["{{inputs.parameters.x}}", "{{ inputs.parameters.x }}", "$(params.x)", "<%= x %>", "${X}", "{{=sprig.trim(x)}}"],
)
def test_an_expression_inside_a_text_is_no_template_but_an_unseen_value(value):
    asset = one(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{value}'}}]}}\n"
    )
    assert gaps(POD) == []
    assert repr(asset.facts.containers[0].image) == "UNSET"


@pytest.mark.parametrize("text", [b"\0\1\2\xff" * 50, b"kind: Pod\n\0apiVersion: v1\n", POD.encode("utf-16-le")])
def test_what_is_no_text_is_told_and_does_not_stop_the_rest(text):
    found = items(text + b"\n---\n" + POD.encode())
    assert [item.reason for item in found if isinstance(item, Gap)] == ["binary, not text: it holds a NUL byte"]
    assert [item.facts.name for item in found if isinstance(item, Asset)] == ["p"]


def test_words_that_only_look_like_ytt_are_text():
    assert len(workloads(POD + "note: 'a #@ b'\n")) == 0  # told as a template: better than trusting it
    assert len(workloads(POD + "note: a#@b\n")) == 1


def test_json_has_places_too():
    asset = one(
        b'{\n\t"apiVersion": "v1",\n\t"kind": "Pod",\n\t"spec": {"containers": [\n\t\t{"image": "i"}\n\t]}\n}\n'
    )
    assert asset.spot("containers[0].tag") == Spot(5, 4, "/spec/containers/0/image")


def test_places_count_from_the_start_of_the_file():
    found = workloads(f"{POD}---\n# x\n{POD}")
    assert [asset.spot("containers[0].image")[:2] for asset in found] == [(4, 31), (10, 31)]


def test_one_id_stands_for_one_asset_of_a_file():
    ids = [asset.id for asset in workloads(f"{POD}---\n{POD}")]
    assert ids == ["workload/a.yaml/Pod..p", "workload/a.yaml/Pod..p~2"]


def test_a_list_holds_objects_of_every_kind():
    found = workloads(
        """
        apiVersion: v1
        kind: List
        items:
          - {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c}]}}
          - apiVersion: v1
            kind: PodList
            items:
              - {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {containers: [{name: c}]}}
        """
    )
    assert [asset.facts.name for asset in found] == ["a", "b"]
    assert [asset.spot("").pointer for asset in found] == ["/items/0/spec", "/items/1/items/0/spec"]


def test_scalars_lists_and_objects_without_a_kind_show_nothing():
    assert items("--- apiVersion\n---\n- apiVersion: v1\n---\napiVersion: v1\n---\nservices: 5\nimage: x\n") == []


def test_a_json_list_of_a_thousand_pods_is_read_whole():
    document = {"apiVersion": "v1", "kind": "List", "items": [json.loads(json.dumps(load(POD.encode())))] * 1000}
    found = items(json.dumps(document).encode(), "a.json")
    assert sum(isinstance(item, Asset) for item in found) == 1000


@pytest.mark.parametrize(
    ("document", "reasons"),
    [
        ("apiVersion: v1\nkind: Pod\nspec: [1]\n", ["`spec` holds no pod that Kubernetes would take"]),
        ("apiVersion: v1\nkind: Pod\nspec: {containers: {a: 1}}\n", ["`spec.containers` holds no pod that Kubernetes would take"]),
        ("apiVersion: apps/v1\nkind: Deployment\nspec: {template: 3}\n", ["`spec.template` holds no pod that Kubernetes would take"]),
        ("apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: 5}}\n", ["`spec.jobTemplate.spec` holds no pod that Kubernetes would take"]),
        ("apiVersion: v1\nkind: Pod\nspec: {containers: []}\n", []),
        ("apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 2}\n", []),
        ("apiVersion: v1\nkind: Pod\nspec: {containers: '{{ .Values.x }}'}\n", []),
        ("apiVersion: example.com/v1\nkind: Pod\nspec: 5\n", []),
    ],
)  # fmt: skip
def test_pods_that_no_cluster_would_take_are_told(document: str, reasons: list[str]) -> None:
    assert [(gap.reason, gap.kind) for gap in gaps(document)] == [(each, "unreadable") for each in reasons]
