"""Exported admission text against the reference implementation of CEL: one rule, one answer, on raw pods.

A definition must give the value that the collector reads, be an error where the fact is absent, and the expression of
a rule must be false where the closures say fail, true where they say pass, and an error where they do not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from tests.property.reference import ENVIRONMENT, agree, closures, value_of

from holdfast.app.admitted import PODS, TEMPLATES, Shape, changed
from holdfast.app.export import Exported, export
from holdfast.app.rules import examples
from holdfast.collect.files import examine
from holdfast.collect.kubernetes.templates import templates
from holdfast.core.asset import Asset
from holdfast.core.cel.check import check, check_bool
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.kubernetes import RESERVED, admission
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import describe
from holdfast.core.rule import Condition
from holdfast.engine.rulebook import load_shipped
from holdfast.formats.yaml import Mapping, documents, load
from holdfast.kinds.workload import Workload


def activation(pod: object, it: object = None, whole: object = None) -> Any:
    """What an expression sees: the pod spec, the element that a definition speaks of, and the object around it."""
    return ENVIRONMENT.Activation({"variables": {"pod": pod}, "it": it, "object": whole or document(pod)})


def document(spec: object, **metadata: object) -> dict[str, Any]:
    """A pod."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", **metadata}, "spec": spec}


EXPORTED = [item for item in export(rule for rule in load_shipped() if rule.kind == "workload") if item.expression]


def decided(asset: Asset) -> Asset:
    """The workload without what a check knows beside the object."""
    return replace(asset, facts=replace(asset.facts, expected_privilege=False, owner=None))


def workload(name: str, data: bytes) -> Asset:
    return next(item for item in examine(name, data) if isinstance(item, Asset) and item.kind == "workload")


def test_rules_about_the_pod_itself_can_be_exported() -> None:
    ids = {item.rule.id for item in EXPORTED}
    assert {"gpu-container-privileged", "privileged-container", "host-pid", "host-root-mounted"} <= ids


def native(item: Exported) -> Iterator[dict[str, Any]]:
    """The pod specs in a rule's native examples, whatever object wraps them."""
    found = examples(item.rule)
    for example in (*found.passing, *found.failing):
        if example.source.endswith((".yaml", ".yml", ".json")) and "apiVersion" in example.text:
            for document in documents(example.text.encode()):
                loaded = load(document.text)
                assert isinstance(loaded, Mapping)
                for template in templates(loaded):
                    yield json.loads(json.dumps(template.spec))


@pytest.mark.parametrize("item", EXPORTED, ids=lambda item: item.rule.id)
def test_admission_answers_as_the_closures_do_on_the_native_examples(item: Exported) -> None:
    for spec in native(item):
        assert value_of(item.expression, activation(spec)) is closures(item, decided(pod(spec))), spec


def test_the_native_examples_show_admission_both_answers() -> None:
    answers = {value_of(item.expression, activation(spec)) for item in EXPORTED for spec in native(item)}
    assert {True, False} <= answers


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping each of whose keys may be missing."""
    return st.fixed_dictionaries({}, optional=fields)


def few(*values: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


BOOLS = st.booleans()
USERS = few(0, 1, 1000)
PROFILE = st.fixed_dictionaries({"type": few("Unconfined", "RuntimeDefault", "Localhost")})
CAPABILITIES = st.lists(
    few("SYS_ADMIN", "CAP_SYS_ADMIN", "cap_net_raw", "ALL", "all", "CAP_CAP_X", "IPC_LOCK"), max_size=2
)
CONTEXT = optional(
    privileged=BOOLS,
    allowPrivilegeEscalation=BOOLS,
    runAsUser=USERS,
    runAsNonRoot=BOOLS,
    readOnlyRootFilesystem=BOOLS,
    procMount=few("Default", "Unmasked"),
    capabilities=optional(add=CAPABILITIES, drop=CAPABILITIES),
    seccompProfile=PROFILE,
    appArmorProfile=PROFILE,
)
POD_CONTEXT = optional(runAsUser=USERS, runAsNonRoot=BOOLS, seccompProfile=PROFILE, appArmorProfile=PROFILE)
RESOURCES = few(
    "nvidia.com/gpu", "nvidia.com/mig-1g.10gb", "amd.com/gpu", "nvidia.com/gpu.shared", "cpu", "rdma/hca", "x.com/gpu"
)
COUNTS = few(0, 1, 8, "1", "4")
NAMES = few("NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_MIG_CONFIG_DEVICES", "HF_TOKEN", "PATH")
VARIABLES = st.one_of(
    st.fixed_dictionaries({"name": NAMES}, optional={"value": few("", "all", "none", "0,1", "void")}),
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "valueFrom": few(
                {"secretKeyRef": {"name": "s", "key": "k"}},
                {"configMapKeyRef": {"name": "s", "key": "k"}},
                {"fieldRef": {"fieldPath": "metadata.name"}},
                {"fileKeyRef": {"path": "p", "volumeName": "v", "key": "k"}},
            ),
        }
    ),
)
AMOUNTS = few("1Gi", "500M", 1024, "2")
VOLUMES = few("v0", "v1", "v2")
PATHS = few(
    *("/", "//", "/dev", "/dev/", "/dev/nvidia0", "/dev/infiniband", "/dev/shm", "/proc", "/sys", "/etc/cdi", "/data"),
    *("/var/run/docker.sock", "/run//containerd/containerd.sock", "/var/lib/./kubelet/", "/var/run/cdi", "/root/.ssh"),
    *("/etc/nvidia-container-runtime", "/var/lib/kubelet/device-plugins", "/tmp/nvidia-mps", "/usr/lib/libcuda.so"),
    *("/dev/nvidia-caps-imex-channels/channel0", "/lib/modules", "/etc/containerd", "/usr/local/nvidia/"),
)
SOURCES = st.one_of(
    st.fixed_dictionaries({"hostPath": st.fixed_dictionaries({"path": PATHS})}),
    st.fixed_dictionaries({"hostPath": st.fixed_dictionaries({"path": PATHS})}),
    st.fixed_dictionaries({"emptyDir": optional(medium=few("", "Memory"), sizeLimit=AMOUNTS)}),
    few({"image": {"reference": "x"}}, {"csi": {"driver": "x"}}),
    few({"secret": {"secretName": "s"}}, {"persistentVolumeClaim": {"claimName": "c"}}),
)
MOUNT = st.fixed_dictionaries(
    {"name": VOLUMES, "mountPath": few("/dev", "/data", "/", "/models/x")},
    optional={"readOnly": BOOLS, "subPath": few("", "a", "a//b")},
)
CLAIMS = st.fixed_dictionaries(
    {"name": few("c")}, optional={"resourceClaimName": few("gpus"), "resourceClaimTemplateName": few("one")}
)
PORT = st.fixed_dictionaries(
    {"containerPort": few(80, 8000)},
    optional={"hostPort": few(0, 80), "hostIP": few("127.0.0.1", "0.0.0.0"), "protocol": few("TCP", "UDP")},
)
WORDS = st.lists(few("vllm", "serve", "--port", "8000", "sh", "-c", "pip install x"), max_size=3)
CONTAINER = st.fixed_dictionaries(
    {"name": few("a", "b")},
    optional={
        "image": few(
            *("registry.example/train:1", "vllm/vllm-openai", "x@sha256:" + "a" * 64, "localhost:5000/x", "x:latest"),
            *("A/b", "a b", "", "registry.example:5000/x:1@sha256:" + "b" * 64, "localhost:1", f"x:{'t' * 1100}"),
        ),
        "command": WORDS,
        "args": WORDS,
        "env": st.lists(VARIABLES, max_size=3),
        "ports": st.lists(PORT, max_size=2),
        "volumeMounts": st.lists(MOUNT, max_size=3),
        "resources": optional(
            limits=st.tuples(st.dictionaries(RESOURCES, COUNTS, max_size=3), optional(memory=AMOUNTS)).map(
                lambda pair: {**pair[0], **pair[1]}
            ),
        ),
        "restartPolicy": few("Always"),
        "securityContext": CONTEXT,
        "livenessProbe": few({}, {"httpGet": {"port": 80}}),
        "readinessProbe": few({}, {"httpGet": {"port": 80}}),
    },
)


def named_apart(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with a name of its own for each container, as the server demands."""
    roles = ("containers", "initContainers", "ephemeralContainers")
    for number, container in enumerate(chain.from_iterable(spec.get(role, ()) for role in roles)):
        container["name"] = f"c{number}"
    return spec


SPEC = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINER, min_size=1, max_size=2)},
    optional={
        "initContainers": st.lists(CONTAINER, max_size=1),
        "ephemeralContainers": st.lists(CONTAINER, max_size=1),
        "volumes": st.lists(
            st.tuples(VOLUMES, SOURCES).map(lambda pair: {"name": pair[0], **pair[1]}),
            max_size=3,
            unique_by=lambda volume: volume["name"],
        ),
        "resourceClaims": st.lists(CLAIMS, max_size=2),
        "securityContext": POD_CONTEXT,
        "hostNetwork": BOOLS,
        "hostPID": BOOLS,
        "hostIPC": BOOLS,
        "hostUsers": BOOLS,
        "serviceAccountName": few("default", "trainer"),
        "serviceAccount": few("default", "trainer"),
        "runtimeClassName": few("nvidia", "kata"),
        "nodeSelector": st.dictionaries(few("gpu", "zone"), few("a", "true"), max_size=2),
        "activeDeadlineSeconds": few(60, 3600),
    },
).map(named_apart)
"""Pods that the API server would store: what it refuses (limits below requests, `..` in host paths) never gets here."""


def pod(spec: dict[str, Any], **metadata: object) -> Asset:
    return workload("pod.json", json.dumps(document(spec, **metadata)).encode())


@settings(max_examples=40, deadline=None)
@given(SPEC)
def test_a_definition_gives_what_the_collector_reads(spec: dict[str, Any]) -> None:
    facts = decided(pod(spec)).facts
    pending: list[tuple[Struct, object]] = [(facts, spec)]
    while pending:
        part, native = pending.pop()
        for name, definition in getattr(type(part), "definitions", {}).items():
            pending.extend(agree(part, name, definition, activation(spec, native)))


@settings(max_examples=100, deadline=None)
@given(SPEC)
def test_admission_answers_as_the_closures_do(spec: dict[str, Any]) -> None:
    asset, seen = pod(spec), activation(spec)
    for item in EXPORTED:
        assert value_of(item.expression, seen) is closures(item, decided(asset)), item.rule.id


METADATA = optional(
    labels=st.dictionaries(few("team", "app"), few("a", "b"), max_size=2),
    annotations=st.dictionaries(few("k8s.v1.cni.cncf.io/networks", "example.com/owner"), few("a", "b"), max_size=2),
)


@settings(max_examples=50, deadline=None)
@given(SPEC, METADATA)
def test_admission_reads_the_metadata_of_a_pod(spec: dict[str, Any], metadata: dict[str, Any]) -> None:
    asset, seen = pod(spec, **metadata), activation(spec, whole=document(spec, **metadata))
    for item in EXPORTED:
        assert value_of(item.expression, seen) is closures(item, decided(asset)), item.rule.id


JOB = optional(activeDeadlineSeconds=few(60), ttlSecondsAfterFinished=few(60))
CONTROLLERS = few("ReplicationController", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob")


def controller(kind: str, spec: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """An object that makes pods."""
    group = "v1" if kind == "ReplicationController" else "batch/v1" if kind.endswith("Job") else "apps/v1"
    inner = {**(job if kind.endswith("Job") else {}), "template": {"spec": spec}}
    outer = {"jobTemplate": {"spec": inner}} if kind == "CronJob" else inner
    return {"apiVersion": group, "kind": kind, "metadata": {"name": "c"}, "spec": outer}


def asked(shape: Shape, whole: dict[str, Any], **more: Any) -> Any:
    """What a policy's own variables become for an object."""
    variables: dict[str, Any] = {}
    for name, text in shape.variables:
        variables[name] = value_of(text, ENVIRONMENT.Activation({"object": whole, "variables": variables}))
    return ENVIRONMENT.Activation({"object": whole, "variables": variables, **more})


@settings(max_examples=60, deadline=None)
@given(CONTROLLERS, SPEC, JOB)
def test_admission_judges_templates_as_the_closures_do(kind: str, spec: dict[str, Any], job: dict[str, Any]) -> None:
    whole = controller(kind, spec, job)
    asset, seen = workload("controller.json", json.dumps(whole).encode()), asked(TEMPLATES, whole)
    for item in EXPORTED:
        if item.template:
            assert value_of(item.template, seen) is closures(item, decided(asset)), item.rule.id


def test_only_rules_that_read_metadata_have_no_expression_over_templates() -> None:
    without = {item.rule.id for item in EXPORTED if not item.template}
    assert without == {"gpu-workload-without-owner", "secondary-network-unfiltered"}


def update(
    shape: Shape, expression: str, old: dict[str, Any], new: dict[str, Any], operation: str = "UPDATE"
) -> object:
    seen = {"object": new, "oldObject": old, "request": {"operation": operation}}
    return value_of(changed(expression, shape), ENVIRONMENT.Activation(seen))


def test_an_update_is_judged_only_where_it_changes_what_a_rule_reads() -> None:
    plain, other = {"containers": [{"name": "a"}]}, {"containers": [{"name": "a", "stdin": True}]}
    labels = "has(object.metadata.labels)"
    for old, new, expression, judged in (
        (document(plain), document(plain, finalizers=[]), "true", False),
        (document(plain), document(other), "true", True),
        (document(plain, labels={"a": "b"}), document(plain), "true", False),
        (document(plain, labels={"a": "b"}), document(plain), labels, True),
        (document(plain, labels={"a": "b"}), document(plain, labels={"a": "b"}), labels, False),
    ):
        assert update(PODS, expression, old, new) is judged
        assert update(PODS, expression, old, new, "CREATE") is True
    for kind in ("Deployment", "CronJob"):
        old, scaled = controller(kind, plain, {}), controller(kind, plain, {})
        scaled["spec"]["replicas"] = 4
        assert update(TEMPLATES, "true", old, scaled) is False
        assert update(TEMPLATES, "has(variables.job.activeDeadlineSeconds)", old, scaled) is True
        assert update(TEMPLATES, "true", old, controller(kind, other, {})) is True


def condition(fails: str, each: str = "", applies: str = "") -> Condition:
    scope = dict(describe(Workload).fields or {})
    tree, variable = None, ""
    if each:
        text, _, variable = each.partition(" as ")
        tree, type_ = check(parse(text), scope)
        assert type_.of is not None
        scope[variable] = type_.of
    return Condition(
        fails_when=check_bool(parse(fails), scope, "fails_when"),
        applies_when=check_bool(parse(applies), scope, "applies_when") if applies else None,
        each=tree,
        variable=variable,
    )


@pytest.mark.parametrize(
    ("fails", "each", "why"),
    [
        ("containers[0].privileged", "", "`containers` can only be walked|computed element"),
        ("c.ports[0].host_port > 0", "containers as c", "`host_port` of a computed element"),
        ("has(c.ports[0].host_port)", "containers as c", "only fields with a definition"),
        ("size(containers) > 1", "", "`containers` can only be walked"),
        ("containers.exists_one(c, c.privileged)", "", "several native types"),
        ("c.cpu_limit_millis > 0", "containers as c", "`cpu_limit_millis` has no definition"),
        ('below_floor("vllm", c.image)', "containers as c", "needs data that admission does not have"),
        ("object.privileged", "containers as object", "`object` means something else at admission"),
        ("containers.exists(_c, _c.privileged)", "", "`_c` means something else at admission"),
    ],
)
def test_what_admission_cannot_see_is_refused_by_name(fails: str, each: str, why: str) -> None:
    with pytest.raises(CelError, match=why):
        admission(condition(fails, each), Workload)


def test_the_variables_of_admission_are_reserved() -> None:
    assert "variables" in RESERVED


@pytest.mark.parametrize("variable", ["it", "pod", "r", "n", "c"])
def test_a_rule_may_call_its_element_what_it_likes(variable: str) -> None:
    text = admission(
        condition(f"{variable}.gpu_count > 0 && 'ALL' in {variable}.capabilities_added", f"containers as {variable}"),
        Workload,
    )
    spec = {
        "containers": [
            {
                "name": "a",
                "resources": {"limits": {"nvidia.com/gpu": 1}},
                "securityContext": {"capabilities": {"add": ["all"]}},
            }
        ]
    }
    assert value_of(text, activation(spec)) is False


@pytest.mark.parametrize(
    ("fails", "spec", "answer"),
    [
        (
            'containers.exists(c, c.env.exists(e, has(e.value) && e.value == "all"))',
            {"env": [{"name": "A", "value": "all"}]},
            False,
        ),
        ('"gpu" in node_selector', {}, True),
        ('has(node_selector["gpu"])', {}, True),
        ("host_pid ? host_ipc : -1 > 0", {}, True),
        ('!["a", "b"].exists(x, x == service_account)', {}, False),
        ("containers.all(c, c.privileged)", {"securityContext": {"privileged": True}}, False),
        ("volumes.filter(v, has(v.host_path)).size() > 0", {}, True),
    ],
)
def test_every_construct_of_the_language_is_printed(fails: str, spec: dict[str, Any], answer: bool) -> None:
    seen = activation({"containers": [{"name": "a", **spec}]})
    assert value_of(admission(condition(fails), Workload), seen) is answer
