"""Exported admission text over roles, bindings, services, namespaces, ... against the reference implementation of CEL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from tests.property.reference import ENVIRONMENT, agree, closures, value_of

from holdfast.app.admitted import OBJECTS, WITHOUT_TEXT, changed, conditions
from holdfast.app.export import UNSEEN, Exported, export
from holdfast.app.rules import examples
from holdfast.collect.files import examine
from holdfast.collect.kubernetes.components.readers import READERS as COMPONENTS
from holdfast.collect.kubernetes.elements import Reader
from holdfast.collect.kubernetes.readers import READERS
from holdfast.core.asset import Asset
from holdfast.core.cel.objects import ENFORCE, INTERNAL, INTERNAL_WHEN_SET, RANGES
from holdfast.engine.rulebook import load_shipped
from holdfast.formats.yaml import Mapping, documents, load

RULES = load_shipped()
EXPORTED = [item for item in export(rule for rule in RULES if rule.kind in OBJECTS) if item.expression]
RBAC = "rbac.authorization.k8s.io/v1"
Objects = st.SearchStrategy[dict[str, Any]]


def few(*values: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def optional(**fields: st.SearchStrategy[Any]) -> Objects:
    return st.fixed_dictionaries({}, optional=fields)


def named(*names: str, **more: st.SearchStrategy[Any]) -> Objects:
    return st.fixed_dictionaries({"name": few(*names)}, optional=more)


def lists(*values: object) -> st.SearchStrategy[list[Any]]:
    return st.lists(few(*values), max_size=3)


BOOLS = st.booleans()
SPACES = few("gpu-operator", "nvidia-gpu-operator", "team-a")
NAMES = ("default", "trainer", "gpu-operator", "nvidia-dcgm-exporter", "kube-system", "admin")
WITHIN = named(*NAMES, namespace=SPACES)
GRANT = optional(
    apiGroups=lists("", "*", "nvidia.com", "ray.io", "apps", "kubeflow.org", "rbac.authorization.k8s.io"),
    resources=lists(
        *("*", "pods", "pods/exec", "pods/ephemeralcontainers", "secrets", "signers", "nodes/proxy", "*/proxy", "jobs"),
        *("mutatingwebhookconfigurations", "validatingadmissionpolicies", "persistentvolumes", "serviceaccounts/token"),
        *("roles", "clusterroles", "clusterpolicies", "nvidiadrivers", "rayclusters", "users", "configmaps"),
    ),
    verbs=lists("*", "get", "list", "create", "update", "patch", "bind", "escalate", "impersonate", "approve"),
    resourceNames=lists("one", "kubernetes.io/kube-apiserver-client", "kubernetes.io/*"),
    nonResourceURLs=lists("/metrics", "*"),
)
GRANTS = st.one_of(st.lists(GRANT, max_size=3), st.none())
ROLES = st.one_of(
    st.builds(
        lambda metadata, rest: {"apiVersion": RBAC, "kind": "Role", "metadata": metadata, **rest},
        WITHIN,
        optional(rules=GRANTS),
    ),
    st.builds(
        lambda metadata, rest: {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": metadata, **rest},
        named(*NAMES),
        optional(rules=GRANTS, aggregationRule=few({"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]})),
    ),
)
SUBJECTS = st.one_of(
    st.builds(
        lambda name, space: {"kind": "ServiceAccount", "name": name, "namespace": space}, few("default", "ci"), SPACES
    ),
    st.builds(
        lambda kind, name: {"kind": kind, "name": name, "apiGroup": "rbac.authorization.k8s.io"},
        few("User", "Group"),
        few(
            *("system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts", "ann"),
            *("system:masters", "platform-admins", "system:serviceaccounts:team-a"),
        ),
    ),
)
BOUND = st.builds(
    lambda kind, name: {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
    few("Role", "ClusterRole"),
    few("cluster-admin", "admin", "edit", "view", "kubeflow-edit", "system:discovery", "kubeflow-admin", "one"),
)
BINDINGS = st.builds(
    lambda kind, metadata, role, rest: {
        "apiVersion": RBAC,
        "kind": kind,
        "metadata": {"name": "b"} if kind.startswith("Cluster") else metadata,
        "roleRef": role,
        **rest,
    },
    few("RoleBinding", "ClusterRoleBinding"),
    WITHIN,
    BOUND,
    optional(subjects=st.lists(SUBJECTS, max_size=3)),
)
ANNOTATIONS = st.dictionaries(
    few(
        *INTERNAL,
        *INTERNAL_WHEN_SET,
        RANGES,
        "service.beta.kubernetes.io/aws-load-balancer-type",
        "service.beta.kubernetes.io/aws-load-balancer-scheme",
        "other",
    ),
    few("internal", "Internal", "true", "True", "false", "", "intranet", "private", "external", "nlb-ip", "10.0.0.0/8")
    | few("0.0.0.0/0, 10.0.0.0/8", " ::/0 ,", ",", "internet-facing"),
    max_size=3,
)
PORT = st.fixed_dictionaries(
    {"port": few(80, 8265, 9400, 10001)}, optional={"name": few("", "http"), "nodePort": few(30000)}
)
SERVICES = st.builds(
    lambda metadata, spec: {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec},
    named(*NAMES, namespace=SPACES, annotations=ANNOTATIONS),
    optional(
        type=few("ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName", ""),
        loadBalancerClass=few("service.k8s.aws/nlb", "other"),
        loadBalancerSourceRanges=lists("0.0.0.0/0", "::/0", "10.0.0.0/8"),
        externalIPs=lists("192.0.2.1"),
        selector=st.dictionaries(few("app", "team"), few("a", "b"), max_size=2),
        ports=st.lists(PORT, max_size=2),
    ),
)
LABELS = st.dictionaries(
    few(ENFORCE, f"{ENFORCE}-version", "resource.kubernetes.io/admin-access", "team"),
    few("privileged", "baseline", "restricted", "true", "false", "v1.30", ""),
    max_size=4,
)
NAMESPACES = st.builds(
    lambda metadata: {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}, named(*NAMES, labels=LABELS)
)
ACCOUNTS = st.builds(
    lambda metadata, rest: {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata, **rest},
    named(
        *NAMES,
        namespace=SPACES,
        annotations=st.dictionaries(
            few(
                "eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id", "x"
            ),
            few("a", ""),
            max_size=3,
        ),
    ),
    optional(automountServiceAccountToken=BOOLS),
)
QUOTAS = st.builds(
    lambda metadata, spec: {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": spec},
    WITHIN,
    optional(
        hard=st.dictionaries(
            few(
                *("cpu", "requests.cpu", "limits.memory", "pods", "nvidia.com/gpu", "requests.nvidia.com/gpu"),
                *(
                    "limits.nvidia.com/gpu",
                    "requests.amd.com/gpu",
                    "requests.limits.google.com/tpu",
                    "limits.requests.x",
                ),
                *("gpu.nvidia.com.deviceclass.resource.k8s.io/devices", "nic.deviceclass.resource.k8s.io/devices"),
                *("requests.nvidia.com/mig-1g.5gb", "count/jobs.batch", "requests.x.com/vgpu", "requests.storage"),
            ),
            few("1", "8", "64Gi"),
            max_size=4,
        )
    ),
)
ASKED = {
    "deviceClassName": few("gpu.nvidia.com", "nic"),
    "adminAccess": BOOLS,
    "allocationMode": few("All", "ExactCount"),
}
REQUEST = st.one_of(
    named("r", **ASKED),
    named("r", exactly=optional(**ASKED)),
    named("r", firstAvailable=st.lists(named("s", **ASKED), min_size=1, max_size=2)),
    named("r", deviceClassName=few(""), firstAvailable=st.lists(named("s", **ASKED), min_size=1, max_size=2)),
)
CLAIM = optional(devices=optional(requests=st.lists(REQUEST, max_size=3)))
CLAIMS = st.builds(
    lambda kind, version, metadata, spec: {
        "apiVersion": f"resource.k8s.io/{version}",
        "kind": kind,
        "metadata": metadata,
        "spec": spec if kind == "ResourceClaim" else {"spec": spec},
    },
    few("ResourceClaim", "ResourceClaimTemplate"),
    few("v1", "v1beta2", "v1beta1"),
    WITHIN,
    CLAIM,
)
TLS = optional(
    mode=few("SIMPLE", "mutual", "PASSTHROUGH"),
    httpsRedirect=BOOLS,
    minProtocolVersion=few("TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2"),
    credentialName=few("c"),
)
SERVER = st.fixed_dictionaries(
    {"port": named("a", number=few(80, 443), protocol=few("HTTP", "http", "HTTPS", "GRPC", "TLS"))},
    optional={"hosts": lists("*", "a.example"), "tls": TLS},
).filter(lambda server: "protocol" in server["port"])
GATEWAYS = st.builds(
    lambda metadata, spec: {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": metadata,
        "spec": spec,
    },
    WITHIN,
    optional(servers=st.lists(SERVER, max_size=3)),
)
MESHES = st.builds(
    lambda metadata, rest: {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": metadata,
        **rest,
    },
    WITHIN,
    optional(spec=optional(mtls=optional(mode=few("STRICT", "PERMISSIVE", "DISABLE", "UNSET")))),
)
GENERATED: dict[str, Objects] = {
    "role": ROLES,
    "role_binding": BINDINGS,
    "service": SERVICES,
    "namespace": NAMESPACES,
    "service_account": ACCOUNTS,
    "resource_quota": QUOTAS,
    "device_claim": CLAIMS,
    "gateway": GATEWAYS,
    "peer_authentication": MESHES,
}
"""Objects as the API server hands them to admission: what its validation refuses never gets there."""


def read(kind: str, whole: dict[str, Any]) -> Asset:
    found = [item for item in examine("o.json", json.dumps(whole).encode()) if isinstance(item, Asset)]
    return next(item for item in found if item.kind == kind)


def seen(whole: dict[str, Any], it: object = None) -> Any:
    return ENVIRONMENT.Activation({"object": whole, "it": whole if it is None else it})


def rules(kind: str) -> list[Exported]:
    return [item for item in EXPORTED if item.rule.kind == kind]


def test_every_kind_with_definitions_has_generated_objects_and_a_policy() -> None:
    assert GENERATED.keys() == OBJECTS.keys() == {item.rule.kind for item in EXPORTED}
    assert len(EXPORTED) >= 39


def test_what_has_no_text_is_named_by_what_it_reads() -> None:
    for item in export(RULES):
        api = item.rule.kind == "workload" or item.rule.kind in OBJECTS or item.rule.kind in WITHOUT_TEXT
        assert item.reason.startswith(UNSEEN) is not api, item.rule.id
        if api and item.reason:
            assert item.reason.startswith("`"), item.rule.id


def test_a_kind_read_from_an_object_of_the_api_server_is_not_called_unseen() -> None:
    of_files = {"kernel", "server"}  # a ConfigMap that a program reads, and what an operator runs
    kinds = set()
    for key, readers in READERS.items():
        if key not in COMPONENTS:
            kinds |= {reader.kind.kind for reader in ((readers,) if isinstance(readers, Reader) else readers)}
    assert kinds - of_files == OBJECTS.keys() | WITHOUT_TEXT


@pytest.mark.parametrize("kind", sorted(GENERATED))
def test_a_definition_gives_what_the_collector_reads(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(GENERATED[kind])
    def holds(whole: dict[str, Any]) -> None:
        pending: list[tuple[Struct, object]] = [(read(kind, whole).facts, whole)]
        while pending:
            part, native = pending.pop()
            for name, definition in getattr(type(part), "definitions", {}).items():
                if name == "grants" and getattr(part, "aggregated", False):
                    continue  # the controller overwrites them: the collector says nothing, and no rule asks
                pending.extend(agree(part, name, definition, seen(whole, native)))

    holds()


@pytest.mark.parametrize("kind", sorted(GENERATED))
def test_admission_answers_as_the_closures_do(kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(GENERATED[kind])
    def holds(whole: dict[str, Any]) -> None:
        asset = read(kind, whole)
        for item in rules(kind):
            assert value_of(item.expression, seen(whole)) is closures(item, asset), item.rule.id

    holds()


def matched(whole: dict[str, Any]) -> bool:
    """Whether a policy is asked about an object, as its group and kind are among those of its shape."""
    return whole["kind"] != "DeviceClass" and not str(whole["apiVersion"]).startswith("gateway.networking.k8s.io/")


def native(item: Exported) -> Iterator[dict[str, Any]]:
    """The objects of the rule's kind in its native examples."""
    found = examples(item.rule)
    for example in (*found.passing, *found.failing):
        if example.source.endswith((".yaml", ".yml", ".json")) and "apiVersion" in example.text:
            for document in documents(example.text.encode()):
                loaded = load(document.text)
                assert isinstance(loaded, Mapping)
                whole = json.loads(json.dumps(loaded))
                reader = READERS.get((str(whole.get("apiVersion")).rpartition("/")[0], whole.get("kind")))
                if isinstance(reader, Reader) and reader.kind.kind == item.rule.kind and matched(whole):
                    yield whole


@pytest.mark.parametrize("item", EXPORTED, ids=lambda item: item.rule.id)
def test_admission_answers_as_the_closures_do_on_the_native_examples(item: Exported) -> None:
    for whole in native(item):
        assert value_of(item.expression, seen(whole)) is closures(item, read(item.rule.kind, whole)), whole


@pytest.mark.parametrize("item", EXPORTED, ids=lambda item: item.rule.id)
def test_some_generated_object_is_refused(item: Exported) -> None:
    how = settings(max_examples=20_000, deadline=None, database=None, phases=[Phase.generate], derandomize=True)
    find(GENERATED[item.rule.kind], lambda whole: value_of(item.expression, seen(whole)) is False, settings=how)


def asked(kind: str, old: dict[str, Any], new: dict[str, Any], expression: str = "", user: str = "ann") -> bool:
    request = {"operation": "UPDATE", "userInfo": {"username": user}}
    here = ENVIRONMENT.Activation({"object": new, "oldObject": old, "request": request})
    return all(value_of(text, here) is True for _, text in conditions(expression, OBJECTS[kind]))


@pytest.mark.parametrize("kind", sorted(GENERATED))
def test_an_update_that_changes_the_answer_is_asked_about(kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(GENERATED[kind], GENERATED[kind])
    def holds(old: dict[str, Any], new: dict[str, Any]) -> None:
        # An update keeps the kind, the name and, of a binding, the role.
        new = {**new, **{key: old[key] for key in ("kind", "apiVersion", "roleRef") if key in old}}
        new["metadata"] = {**new["metadata"], "name": old["metadata"]["name"]}
        new["metadata"].pop("namespace", None)
        if "namespace" in old["metadata"]:
            new["metadata"]["namespace"] = old["metadata"]["namespace"]
        if kind == "device_claim" and old["kind"] != new["kind"]:
            return
        for item in rules(kind):
            before, after = (value_of(item.expression, seen(whole)) for whole in (old, new))
            if before is not after:
                assert asked(kind, old, new, item.expression), item.rule.id

    holds()


@pytest.mark.parametrize("kind", sorted(GENERATED))
def test_an_update_of_finalizers_is_not_asked_about(kind: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(GENERATED[kind])
    def holds(old: dict[str, Any]) -> None:
        new = {**old, "metadata": {**old["metadata"], "finalizers": []}}
        for item in rules(kind):
            assert not asked(kind, old, new, item.expression)
            created = {"object": new, "request": {"operation": "CREATE"}}
            assert value_of(changed(item.expression, OBJECTS[kind]), ENVIRONMENT.Activation(created)) is True

    holds()


def test_what_the_api_server_makes_itself_is_let_through() -> None:
    old = {"kind": "ClusterRole", "metadata": {"name": "system:x"}, "rules": []}
    new = {**old, "rules": [{"verbs": ["*"]}]}
    assert asked("role", old, new)
    assert not asked("role", old, new, user="system:apiserver")
    assert asked("role", old, new, user="system:kube-controller-manager")
