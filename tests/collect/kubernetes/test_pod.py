"""Facts of a pod spec: the platform's defaults, and what cannot be seen."""

from __future__ import annotations

import pytest
from tests.collect.looking import one, pod, workloads

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET
from holdfast.kinds.workload import Claim, Volume

C = "containers: [{name: c, image: i}]\n"


def test_a_bare_pod_has_the_platforms_defaults():
    facts = pod(C).facts
    assert (facts.name, facts.namespace, facts.controller, facts.api_group) == ("p", None, "Pod", "")
    assert (facts.host_network, facts.host_pid, facts.host_ipc, facts.host_users) == (False, False, False, True)
    assert (facts.service_account, facts.automount_token, facts.runtime_class) == ("default", UNSET, None)
    assert (facts.labels, facts.annotations, facts.node_selector) == ({}, {}, {})
    assert (facts.volumes, facts.claims, facts.gpu_count) == ([], [], 0)
    assert (facts.deadline_seconds, facts.ttl_seconds) == (None, None)


@pytest.mark.parametrize(
    ("field", "fact", "value"),
    [
        ("hostNetwork: true", "host_network", True),
        ("hostPID: true", "host_pid", True),
        ("hostIPC: yes", "host_ipc", True),
        ("hostUsers: false", "host_users", False),
        ("hostNetwork: 'true'", "host_network", UNSET),
        ("serviceAccountName: a", "service_account", "a"),
        ("serviceAccount: a", "service_account", "a"),
        ("serviceAccountName: '{{ a }}'", "service_account", UNSET),
        ("automountServiceAccountToken: false", "automount_token", False),
        ("runtimeClassName: nvidia", "runtime_class", "nvidia"),
        ("activeDeadlineSeconds: 5", "deadline_seconds", 5),
        ("activeDeadlineSeconds: '5'", "deadline_seconds", 5),
        ("activeDeadlineSeconds: 5.5", "deadline_seconds", UNSET),
        ("nodeSelector: {gpu: true, n: 1}", "node_selector", {"gpu": "true", "n": "1"}),
        ("nodeSelector: text", "node_selector", UNSET),
        ("nodeSelector: {a: [b]}", "node_selector", UNSET),
        ("volumes: text", "volumes", UNSET),
        ("volumes: [text]", "volumes", UNSET),
        ("resourceClaims: {}", "claims", UNSET),
        ("initContainers: text", "containers", UNSET),
    ],
)
def test_a_field_of_the_pod_is_a_fact_with_its_place(field, fact, value):
    asset = pod(f"{C}{field}\n")
    assert getattr(asset.facts, fact) == value
    if value is not UNSET:
        key = field.partition(":")[0]
        assert asset.spot(fact)[::2] == (6, f"/spec/{key}")


def test_the_service_accounts_new_name_wins():
    assert pod(f"{C}serviceAccountName: a\nserviceAccount: b\n").facts.service_account == "a"


def test_an_object_without_a_name_is_named_by_its_prefix():
    facts = one("apiVersion: v1\nkind: Pod\nmetadata: {generateName: job-}\nspec: {containers: [{name: c}]}\n").facts
    assert facts.name == "job-"


def test_labels_and_annotations_of_the_template_win():
    asset = one(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: d, namespace: n, labels: {a: outer, b: outer}, annotations: {x: 1}}
        spec:
          template:
            metadata: {labels: {a: inner}, annotations: {y~/z: }}
            spec: {containers: [{name: c}]}
        """
    )
    assert asset.facts.labels == {"a": "inner", "b": "outer"}
    assert asset.facts.annotations == {"x": "1", "y~/z": ""}
    assert (asset.facts.namespace, asset.facts.api_group) == ("n", "apps")
    assert asset.spot('annotations["y~/z"]').pointer == "/spec/template/metadata/annotations/y~0~1z"
    assert asset.spot('labels["a"]') == Spot(7, 25, "/spec/template/metadata/labels/a")


def test_labels_that_are_no_map_are_unseen():
    facts = one("apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: 5}\nspec: {containers: [{name: c}]}\n").facts
    assert (facts.labels, facts.annotations) == (UNSET, {})


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("hostPath: {path: /a}", Volume("v", "hostPath", "/a", False, None, None)),
        ("hostPath: {path: //var/./run/../run/}", Volume("v", "hostPath", "/var/run", False, None, None)),
        ("hostPath: {path: '{{ x }}'}", Volume("v", "hostPath", UNSET, False, None, None)),
        ("emptyDir: {}", Volume("v", "emptyDir", None, False, None, None)),
        ("emptyDir: {medium: Memory, sizeLimit: 1Gi}", Volume("v", "emptyDir", None, False, "Memory", 1 << 30)),
        ("emptyDir: {medium: ''}", Volume("v", "emptyDir", None, False, None, None)),
        ("emptyDir: {medium: '{{ x }}', sizeLimit: x}", Volume("v", "emptyDir", None, False, UNSET, UNSET)),
        ("configMap: {name: c}", Volume("v", "configMap", None, False, None, None)),
        ("persistentVolumeClaim: {claimName: c}", Volume("v", "persistentVolumeClaim", None, False, None, None)),
        ("somethingNew: {}", Volume("v", "somethingNew", None, False, None, None)),
    ],
)
def test_a_volume_has_a_type_and_what_lies_behind_it(volume, expected):
    asset = pod(f"{C}volumes:\n- name: v\n  {volume}\n")
    assert asset.facts.volumes == [expected]
    assert asset.spot("volumes[0].type")[:2] == (8, 5)


def test_a_volume_without_a_source_is_an_empty_one():
    assert pod(f"{C}volumes: [{{name: v}}]\n").facts.volumes == [Volume("v", "emptyDir", None, False, None, None)]


def test_a_volume_is_writable_when_any_container_may_write():
    asset = pod(
        """
        containers:
        - {name: a, volumeMounts: [{name: v, mountPath: /a, readOnly: true}, {name: w, mountPath: /b, readOnly: true}]}
        initContainers:
        - {name: b, volumeMounts: [{name: v, mountPath: /c}, {name: x, mountPath: /d, readOnly: '{{ a }}'}]}
        volumes: [{name: v, hostPath: {path: /v}}, {name: w, hostPath: {path: /w}}, {name: x}]
        """
    )
    assert [volume.writable for volume in asset.facts.volumes] == [True, False, True]


def test_claims_are_shared_or_made_from_a_template():
    claims = "resourceClaims: [{name: a, resourceClaimName: s}, {name: b, resourceClaimTemplateName: t}]\n"
    asset = pod(C + claims)
    assert asset.facts.claims == [Claim("a", "s", None), Claim("b", None, "t")]
    assert asset.spot("claims[1].template").pointer == "/spec/resourceClaims/1/resourceClaimTemplateName"


@pytest.mark.parametrize(
    ("limits", "total"),
    [(("1", "2"), 3), (("1", "'{{ x }}'"), UNSET), (("0", "0"), 0)],
)
def test_accelerators_of_all_containers_count_together(limits, total):
    containers = ", ".join(f"{{name: c, resources: {{limits: {{nvidia.com/gpu: {limit}}}}}}}" for limit in limits)
    assert pod(f"containers: [{containers}]\n").facts.gpu_count == total


@pytest.mark.parametrize(
    ("kind", "spec", "deadline", "ttl", "pointers"),
    [
        (
            "Job", "{activeDeadlineSeconds: 5, ttlSecondsAfterFinished: 6, template: {spec: {%s}}}", 5, 6,
            ("/spec/activeDeadlineSeconds", "/spec/ttlSecondsAfterFinished"),
        ),
        (
            "Job", "{activeDeadlineSeconds: 5, template: {spec: {activeDeadlineSeconds: 4, %s}}}", 4, None,
            ("/spec/template/spec/activeDeadlineSeconds", "/spec/template/spec"),
        ),
        (
            "CronJob", "{jobTemplate: {spec: {activeDeadlineSeconds: 5, ttlSecondsAfterFinished: 0, template: {spec: {%s}}}}}",
            5, 0, ("/spec/jobTemplate/spec/activeDeadlineSeconds", "/spec/jobTemplate/spec/ttlSecondsAfterFinished"),
        ),
        (
            "PyTorchJob", "{runPolicy: {activeDeadlineSeconds: 7, ttlSecondsAfterFinished: 8}, r: {Master: {template: {spec: {%s}}}}}",
            7, 8, ("/spec/runPolicy/activeDeadlineSeconds", "/spec/runPolicy/ttlSecondsAfterFinished"),
        ),
        (
            "RayJob", "{ttlSecondsAfterFinished: 9, rayClusterSpec: {w: [{template: {spec: {%s}}}]}}", None, 9,
            ("/spec/rayClusterSpec/w/0/template/spec", "/spec/ttlSecondsAfterFinished"),
        ),
    ],
)  # fmt: skip
def test_a_jobs_end_is_looked_for_from_the_pod_outwards(kind, spec, deadline, ttl, pointers):
    spec %= "containers: [{name: c}]"
    asset = one(f"apiVersion: batch/v1\nkind: {kind}\nmetadata: {{name: j}}\nspec: {spec}\n")
    assert (asset.facts.deadline_seconds, asset.facts.ttl_seconds) == (deadline, ttl)
    assert (asset.spot("deadline_seconds").pointer, asset.spot("ttl_seconds").pointer) == pointers


def test_keys_with_slashes_on_the_way_are_stepped_over():
    (asset,) = workloads("apiVersion: x/v1\nkind: X\nspec: {a/b~c: {containers: [{name: c}]}}\n")
    assert asset.spot("").pointer == "/spec/a~1b~0c"
