from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.collect.kubernetes.reading import facts, one, read

from holdfast.collect.kubernetes import objects
from holdfast.collect.kubernetes.elements import Reader
from holdfast.collect.kubernetes.objects import assets
from holdfast.collect.kubernetes.readers import READERS
from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.formats.yaml import Mapping, Sequence, load


def test_every_kind_with_a_reader_is_looked_up_and_no_other():
    assert {kind for _, kind in READERS} == objects.OBJECTS


def test_the_group_decides_which_object_a_kind_is():
    assert (
        facts(
            "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {types: [Egress]}"
        ).ingress
        is False
    )
    assert read("apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort}") == []


def test_an_id_holds_kind_namespace_and_name_and_a_place_in_the_file():
    asset = read(
        "\n\n---\n# two\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  type: NodePort\n",
        "k8s/svc.yaml",
    )[0]
    assert (asset.id, asset.source, asset.path) == ("service/k8s/svc.yaml/Service.shop.web", "manifest", "k8s/svc.yaml")
    assert asset.spot("type")[:2] == (11, 3)
    assert asset.spot("type").pointer == "/spec/type"
    assert asset.spot("namespace")[:2] == (9, 3)


def test_ids_that_come_again_are_counted_in_source_order():
    text = "---\n".join(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{type: {t}}}\n"
        for t in ("NodePort", "ClusterIP", "LoadBalancer")
    )
    assert [(a.id, a.facts.type) for a in read(text)] == [
        ("service/a.yaml/Service..a", "NodePort"),
        ("service/a.yaml/Service..a~2", "ClusterIP"),
        ("service/a.yaml/Service..a~3", "LoadBalancer"),
    ]
    value = load(b"{apiVersion: v1, kind: Service, metadata: {name: a}}")
    assert [a.id for _ in (1, 2) for a in assets(value, "p", 1)] == ["service/p/Service..a"] * 2


RAY = """
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: r, namespace: ai}
spec:
  headGroupSpec: {template: {spec: {containers: [{name: head, image: ray}]}}}
  workerGroupSpecs:
    - {groupName: FIRST, template: {spec: {containers: [{name: w, image: ray}]}}}
    - {groupName: SECOND, template: {spec: {containers: [{name: w, image: ray}]}}}
"""


def test_templates_are_told_apart_by_the_names_of_list_items():
    ids = {a.id for a in read(RAY.replace("FIRST", "small").replace("SECOND", "large"))}
    assert ids == {
        "workload/a.yaml/RayCluster.ai.r.headGroupSpec",
        "workload/a.yaml/RayCluster.ai.r.workerGroupSpecs.small",
        "workload/a.yaml/RayCluster.ai.r.workerGroupSpecs.large",
    }
    assert ids == {a.id for a in read(RAY.replace("FIRST", "large").replace("SECOND", "small"))}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("same", ["same", "same~2"]), ("{{x}}", ["0", "1"]), ("'a/b'", ["0", "1"]), ("7", ["0", "1"])],
)
def test_items_without_a_usable_name_of_their_own(name, expected):
    text = RAY.replace("FIRST", f'"{name}"' if "{" in name else name).replace(
        "SECOND", f'"{name}"' if "{" in name else name
    )
    assert [a.id.removeprefix("workload/a.yaml/RayCluster.ai.r.workerGroupSpecs.") for a in read(text)[1:]] == expected


def test_lists_are_opened_however_they_are_nested_and_aliases_count_once():
    text = """
apiVersion: v1
kind: List
items:
- &a {apiVersion: v1, kind: Namespace, metadata: {name: one}}
- *a
- kind: RoleList
  apiVersion: v1
  items:
  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: two}}
  - just text
- {kind: 3, apiVersion: v1}
- {kind: Namespace}
"""
    assert [a.id for a in read(text)] == [
        "namespace/a.yaml/Namespace..one",
        "service_account/a.yaml/ServiceAccount..two",
    ]


def test_metadata_that_is_no_mapping():
    assert one("{apiVersion: v1, kind: Namespace, metadata: []}").id == "namespace/a.yaml/Namespace.."
    assert read("[1, 2]") == []


def readers(group, kind):
    found = READERS[group, kind]
    return (found,) if isinstance(found, Reader) else found


@pytest.mark.parametrize(("group", "kind"), list(READERS))
def test_a_spec_that_is_no_mapping_leaves_everything_unobserved(group, kind):
    text = f'{{apiVersion: {group + "/" if group else ""}v1, kind: {kind}, metadata: {{name: a}}, spec: "{{{{ x }}}}"}}'
    assert [asset.facts for asset in read(text)] == [reader.kind() for reader in readers(group, kind)]


@pytest.mark.parametrize(("group", "kind"), list(READERS))
def test_an_empty_object_is_read(group, kind):
    found = read(f"{{apiVersion: {group + '/' if group else ''}v1, kind: {kind}}}")
    nothing = kind in (
        "VirtualService",
        "InitConfiguration",
        "JoinConfiguration",
        "ConfigMap",
        "HelmRelease",
        "Application",
        "InferenceService",
        "KubeadmControlPlane",
        "KubeadmControlPlaneTemplate",
        "KubeadmConfig",
        "KubeadmConfigTemplate",
        "NodeConfig",
    )
    assert [type(a.facts) for a in found] == ([] if nothing else [reader.kind for reader in readers(group, kind)])


def test_what_aliases_multiply_is_read_in_bounded_time():
    verbs = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nx: &v ["
        + "get," * 300
        + "]\nrules:\n"
    )
    grants = facts(verbs + "- {verbs: *v, resources: *v, apiGroups: *v}\n" * 300).grants
    assert (len(grants), len(grants[-1].verbs)) == (300, 300)


SCALARS = st.none() | st.booleans() | st.integers(-9, 99999) | st.floats(allow_nan=False) | st.sampled_from(
    ["", "*", "a", "{{ .x }}", "${Y}", "Allow", "Deny", "All", "In", "0.0.0.0/0", "Host(`a`) && Path(`/`)", "a == 'b'", "Service", "http", "sha256:0"]
)  # fmt: skip
KEYS = st.sampled_from(
    """spec specs rules subjects roleRef metadata labels annotations name namespace kind selector ports port endPort from to ingress
    egress ingressDeny apiServer extraArgs etcd local external nodeRegistration kubeletExtraArgs authentication providers keys
    secret resources verbs level plugins defaults jwtRules issuer mtls mode portLevelMtls servers listeners data stringData
    podSelector matchLabels matchExpressions key operator values ipBlock cidr except policyTypes types action
    source destination nets notNets protocol http host hosts paths path backend service serviceName defaultBackend tls
    gateways route routes match uri regex prefix parentRefs hostnames backendRefs filters matches services middlewares
    endpointSelector nodeSelector enableDefaultDeny toPorts fromEndpoints toEntities fromCIDRSet toCIDR subject pods
    namespaces networks protocols tcp destinationPort range number portNumber portRange namedPort start end
    driver toolkit devicePlugin env value enabled repository image version config cdi mig strategy usePrecompiled
    devices requests exactly firstAvailable deviceClassName adminAccess allocationMode hard verbs resources apiGroups
    resourceNames nonResourceURLs aggregationRule targetPort nodePort type externalIPs loadBalancerSourceRanges
    alternateBackends tier namespaceSelector""".split()
)


def marked(value):
    """Plain values as the YAML reader would hand them on."""
    if isinstance(value, dict):
        found = Mapping({key: marked(item) for key, item in value.items()})
        found.mark, found.marks = MARK, dict.fromkeys(found, MARK)
        return found
    if isinstance(value, list):
        items = Sequence(marked(item) for item in value)
        items.mark, items.marks = MARK, [MARK] * len(items)
        return items
    return value


class MARK:
    line = column = 0


VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=40
)


@settings(max_examples=60, deadline=2000)
@given(data=st.data(), body=st.dictionaries(KEYS, VALUES, max_size=6))
def test_no_object_of_any_kind_breaks_a_reader(data, body):
    group, kind = data.draw(st.sampled_from(sorted(READERS)))
    spec = data.draw(st.dictionaries(KEYS, VALUES, max_size=6))
    document = marked({"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "spec": spec, **body})
    for asset in assets(document, "p", 1, Counter()):
        assert isinstance(asset, Asset)
        for field in asset.facts.__struct_fields__:
            value = getattr(asset.facts, field)
            assert value is UNSET or value is None or isinstance(value, bool | int | str | list | dict), (field, value)
        assert all(isinstance(spot.line, int) for spot in asset.spots.values())


def test_items_of_a_typed_list_have_the_kind_that_the_list_says():
    items = "- metadata: {name: n}\n  spec: {containers: [{name: c, image: i}]}\n"
    for kind, found in (("PodList", ["workload/a.yaml/Pod..n"]), ("List", [])):
        text = f"apiVersion: v1\nkind: {kind}\nitems:\n{items}"
        assert [asset.id for asset in assets(load(text.encode()), "a.yaml", 1)] == found
    assert list(assets(load(f"kind: PodList\nitems:\n{items}".encode()), "a.yaml", 1)) == []


def test_something_else_where_a_mapping_should_stand_is_no_default():
    text = (
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication: [1]\nauthorization: 5\n"
    )
    (asset,) = assets(load(text.encode()), "a.yaml", 1)
    assert (asset.facts.anonymous_auth, asset.facts.authorization, asset.facts.client_ca) == (UNSET, UNSET, UNSET)
