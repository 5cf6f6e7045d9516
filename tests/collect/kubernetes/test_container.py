"""Facts of a container: its own fields, what it takes from its pod, and the place of each."""

from __future__ import annotations

import pytest
from tests.collect.looking import container, one, pod

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET, Secret
from holdfast.kinds.workload import EnvVar, Mount, Port


def test_a_bare_container_has_the_platforms_defaults():
    found, asset = container()
    assert (found.name, found.role, found.image, found.registry, found.tag) == ("c", "main", None, None, None)
    assert (found.argv, found.entrypoint_replaced, found.env, found.env_from) == ([], False, [], [])
    assert (found.ports, found.mounts, found.devices) == ([], [], [])
    assert (found.gpu_count, found.gpu_resources, found.rdma) == (0, [], False)
    assert (found.privileged, found.allow_privilege_escalation, found.read_only_root) == (False, True, False)
    assert (found.run_as_user, found.run_as_non_root, found.proc_mount) == (None, False, "Default")
    assert (found.seccomp, found.apparmor, found.memory_limit_bytes, found.cpu_limit_millis) == (None,) * 4
    assert (found.capabilities_added, found.capabilities_dropped) == ([], [])
    assert (found.liveness_probe, found.readiness_probe) == (False, False)
    assert asset.spot("containers[0].privileged") == asset.spot("containers[0]") == Spot(6, 5, "/spec/containers/0")


SCALARS = [
    ("image: r.io/a:1", "image", "r.io/a:1", "image"),
    ("image: r.io/a:1", "registry", "r.io", "image"),
    ("image: r.io/a:1", "repository", "a", "image"),
    ("image: r.io/a:1", "tag", "1", "image"),
    (f"image: a@sha256:{'a' * 64}", "digest", f"sha256:{'a' * 64}", "image"),
    ("image: 'a:{{ .tag }}'", "image", UNSET, "image"),
    ("image: 'a:{{ .tag }}'", "tag", UNSET, "image"),
    ("image: 'No Image'", "image", "No Image", "image"),
    ("image: 'No Image'", "repository", UNSET, "image"),
    ("command: [a, 1, true]", "argv", ["a", "1", "true"], "command"),
    ("args: [a, ~]", "argv", ["a", ""], "args"),
    ("args: [{a: b}]", "argv", UNSET, "args"),
    ("command: text", "argv", UNSET, "command"),
    ("command: [a]", "entrypoint_replaced", True, "command"),
    ("command: []", "entrypoint_replaced", False, "command"),
    ("env: text", "env", UNSET, None),
    ("envFrom: [text]", "env_from", UNSET, None),
    ("ports: {}", "ports", UNSET, None),
    ("volumeMounts: 1", "mounts", UNSET, None),
    ("livenessProbe: {exec: {}}", "liveness_probe", True, "livenessProbe"),
    ("readinessProbe: {exec: {}}", "readiness_probe", True, "readinessProbe"),
]
CONTEXT = [
    ("privileged: true", "privileged", True),
    ("privileged: 'true'", "privileged", UNSET),
    ("allowPrivilegeEscalation: false", "allow_privilege_escalation", False),
    ("readOnlyRootFilesystem: true", "read_only_root", True),
    ("runAsUser: 0", "run_as_user", 0),
    ("runAsUser: -1", "run_as_user", -1),
    ("runAsUser: 9223372036854775808", "run_as_user", UNSET),
    ("runAsUser: true", "run_as_user", UNSET),
    ("runAsNonRoot: true", "run_as_non_root", True),
    ("procMount: Unmasked", "proc_mount", "Unmasked"),
]


@pytest.mark.parametrize(("field", "fact", "value", "key"), SCALARS)
def test_a_field_is_a_fact_with_its_place(field, fact, value, key):
    found, asset = container(field)
    assert getattr(found, fact) == value
    assert asset.spot(f"containers[0].{fact}") == (
        Spot(7, 5, f"/spec/containers/0/{key}") if key else Spot(6, 5, "/spec/containers/0")
    )


@pytest.mark.parametrize(("field", "fact", "value"), CONTEXT)
def test_a_field_of_the_security_context_is_a_fact_with_its_place(field, fact, value):
    found, asset = container(f"securityContext:\n  {field}")
    assert getattr(found, fact) == value
    key = field.partition(":")[0]
    assert asset.spot(f"containers[0].{fact}") == Spot(8, 7, f"/spec/containers/0/securityContext/{key}")


def test_capabilities_come_without_their_prefix():
    found, asset = container("securityContext: {capabilities: {add: [CAP_sys_admin, NET_RAW], drop: [all]}}")
    assert (found.capabilities_added, found.capabilities_dropped) == (["SYS_ADMIN", "NET_RAW"], ["ALL"])
    place = "/spec/containers/0/securityContext/capabilities"
    assert asset.spot("containers[0].capabilities_added").pointer == f"{place}/add"
    assert asset.spot("containers[0].capabilities_dropped[0]").pointer == f"{place}/drop"


def test_a_capability_that_a_template_names_hides_them_all():
    found, _ = container("securityContext: {capabilities: {add: ['{{ x }}'], drop: text}}")
    assert (found.capabilities_added, found.capabilities_dropped) == (UNSET, UNSET)


def test_a_container_takes_from_its_pod_what_it_does_not_set():
    asset = pod(
        """
        securityContext:
          runAsUser: 5
          runAsNonRoot: true
          seccompProfile: {type: RuntimeDefault}
          appArmorProfile: {type: Unconfined}
        containers:
        - name: a
        - name: b
          securityContext:
            runAsUser: 0
            runAsNonRoot: false
            seccompProfile: {type: Localhost}
            appArmorProfile: {type: RuntimeDefault}
        """
    )
    first, second = asset.facts.containers
    assert (first.run_as_user, first.run_as_non_root, first.seccomp, first.apparmor) == (
        5, True, "RuntimeDefault", "Unconfined",
    )  # fmt: skip
    assert (second.run_as_user, second.run_as_non_root, second.seccomp, second.apparmor) == (
        0, False, "Localhost", "RuntimeDefault",
    )  # fmt: skip
    assert asset.spot("containers[1].seccomp").pointer == "/spec/containers/1/securityContext/seccompProfile/type"


@pytest.mark.parametrize("fact", ["run_as_user", "run_as_non_root", "seccomp", "apparmor"])
def test_what_a_container_takes_from_its_pod_stands_there(fact):
    asset = pod(
        """
        securityContext: {runAsUser: 5, runAsNonRoot: true, seccompProfile: {type: a}, appArmorProfile: {type: b}}
        containers: [{name: a}]
        """
    )
    assert asset.spot(f"containers[0].{fact}").pointer.startswith("/spec/securityContext/")


@pytest.mark.parametrize(
    ("profile", "type_"),
    [
        ("runtime/default", "RuntimeDefault"), ("localhost/x", "Localhost"), ("unconfined", "Unconfined"), ("x", UNSET),
    ],
)  # fmt: skip
def test_an_apparmor_annotation_still_counts_where_the_field_is_not_set(profile, type_):
    annotation = "container.apparmor.security.beta.kubernetes.io/"
    text = f"""
        apiVersion: v1
        kind: Pod
        metadata: {{name: p, annotations: {{{annotation}c: {profile}, {annotation}d: unconfined}}}}
        spec:
          containers: [{{name: c}}, {{name: d, securityContext: {{appArmorProfile: {{type: Localhost}}}}}}, {{name: e}}]
        """
    asset = one(text)
    assert [item.apparmor for item in asset.facts.containers] == [type_, "Localhost", None]
    assert asset.spot("containers[0].apparmor").pointer == (
        "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1c"
    )


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("nvidia.com/gpu", 2), ("nvidia.com/gpu.shared", 2), ("nvidia.com/mig-1g.10gb", 2), ("amd.com/gpu", 2),
        ("habana.ai/gaudi", 2), ("aws.amazon.com/neuroncore", 2), ("google.com/tpu", 2), ("gpu.intel.com/i915", 2),
        ("huawei.com/Ascend910", 2), ("example.com/vgpu", 2), ("nvidia.com/hostdev", 0), ("example.com/gpu", 0), ("cpu", 0),
    ],
)  # fmt: skip
def test_accelerators_are_known_by_their_resource(name, count):
    found, asset = container(f"resources:\n  limits:\n    {name}: 2")
    assert (found.gpu_count, found.gpu_resources) == (count, [name] if count else [])
    if count:
        place = Spot(9, 9, f"/spec/containers/0/resources/limits/{name.replace('/', '~1')}")
        assert asset.spot("containers[0].gpu_count") == asset.spot("containers[0].gpu_resources[0]") == place


def test_limits_win_and_different_accelerators_add_up():
    found, _ = container("resources: {requests: {nvidia.com/gpu: 9, amd.com/gpu: 1}, limits: {nvidia.com/gpu: '2'}}")
    assert (found.gpu_count, found.gpu_resources) == (3, ["nvidia.com/gpu", "amd.com/gpu"])


def test_a_count_that_is_unseen_leaves_the_name():
    found, _ = container("resources: {limits: {nvidia.com/gpu: '{{ n }}'}}")
    assert (found.gpu_count, found.gpu_resources) == (UNSET, ["nvidia.com/gpu"])


@pytest.mark.parametrize(
    ("name", "rdma"),
    [
        ("rdma/hca_shared_devices_a", True),
        ("nvidia.com/sriov-rdma", True),
        ("vpc.amazonaws.com/efa", True),
        ("a/b", False),
    ],
)
def test_rdma_devices_are_known_by_their_resource(name, rdma):
    found, _ = container(f"resources: {{limits: {{{name}: 1}}}}")
    assert found.rdma is rdma


def test_memory_and_cores_are_bytes_and_thousandths():
    found, asset = container("resources:\n  limits: {memory: 1Gi, cpu: 1.5}")
    assert (found.memory_limit_bytes, found.cpu_limit_millis) == (1 << 30, 1500)
    assert asset.spot("containers[0].memory_limit_bytes") == Spot(8, 16, "/spec/containers/0/resources/limits/memory")


def test_the_environment_tells_where_each_value_comes_from():
    found, asset = container(
        """
        env:
        - {name: A, value: text}
        - {name: B, value: 5}
        - {name: C}
        - {name: D, value: '{{ x }}'}
        - {name: E, valueFrom: {secretKeyRef: {name: s, key: k}}}
        - {name: F, valueFrom: {configMapKeyRef: {name: s, key: k}}}
        - {name: G, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: H, valueFrom: {fileKeyRef: {path: p}}}
        - {name: I, value: [x]}
        """
    )
    assert found.env == [
        EnvVar("A", Secret("text"), "literal"), EnvVar("B", Secret("5"), "literal"), EnvVar("C", Secret(""), "literal"),
        EnvVar("D", UNSET, "literal"), EnvVar("E", None, "secret"), EnvVar("F", None, "configmap"),
        EnvVar("G", None, "field"), EnvVar("H", None, "file"), EnvVar("I", UNSET, "literal"),
    ]  # fmt: skip
    assert asset.spot("containers[0].env[1].value") == Spot(9, 17, "/spec/containers/0/env/1/value")
    assert asset.spot("containers[0].env[4].value").pointer == "/spec/containers/0/env/4/valueFrom"
    assert asset.spot("containers[0].env[2].value") == Spot(10, 7, "/spec/containers/0/env/2")


def test_bulk_environments_are_named():
    found, asset = container("envFrom: [{secretRef: {name: s}}, {configMapRef: {name: '{{ c }}'}}, {prefix: X_}]")
    assert found.env_from == ["s", "$"]
    assert asset.spot("containers[0].env_from[0]").pointer == "/spec/containers/0/envFrom/0"


def test_ports_have_documented_defaults():
    found, asset = container(
        "ports: [{containerPort: 80}, {containerPort: 1, hostPort: 2, protocol: UDP}, {hostIP: 127.0.0.1}]"
    )
    assert found.ports == [
        Port(80, None, None, "TCP"), Port(1, 2, "0.0.0.0", "UDP"), Port(None, None, "127.0.0.1", "TCP"),
    ]  # fmt: skip
    assert asset.spot("containers[0].ports[1].host_port").pointer == "/spec/containers/0/ports/1/hostPort"


def test_mounts_know_the_nodes_path_behind_them():
    asset = pod(
        """
        containers:
        - name: c
          volumeMounts:
          - {name: v, mountPath: /a, readOnly: true}
          - {name: v, mountPath: /b, subPath: /x/../y}
          - {name: e, mountPath: '{{ p }}'}
          - {name: '{{ n }}', mountPath: /d}
        volumes: [{name: v, hostPath: {path: //v/}}, {name: e, emptyDir: {}}, 5]
        """
    )
    (found,) = asset.facts.containers
    assert found.mounts == [
        Mount("v", "/a", "/v", True), Mount("v", "/b", "/v/y", False), Mount("e", UNSET, None, False),
        Mount(UNSET, "/d", None, False),
    ]  # fmt: skip
    assert asset.facts.volumes is UNSET
    assert asset.spot("containers[0].mounts[0].read_only")[:2] == (8, 32)


def test_roles_come_from_the_list_a_container_stands_in():
    asset = pod(
        """
        containers: [{name: a}]
        initContainers: [{name: b}, {name: c, restartPolicy: Always}]
        ephemeralContainers: [{name: d, image: x}]
        """
    )
    assert [(item.name, item.role) for item in asset.facts.containers] == [
        ("a", "main"), ("b", "init"), ("c", "sidecar"), ("d", "ephemeral"),
    ]  # fmt: skip
    assert asset.spot("containers[3].image").pointer == "/spec/ephemeralContainers/0/image"
    assert asset.spot("containers[2]").pointer == "/spec/initContainers/1"
