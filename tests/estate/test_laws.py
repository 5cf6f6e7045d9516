from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import UNSET
from holdfast.estate.complete import complete
from holdfast.estate.nearest import MAX_FOLDERS, Nearest, folders
from holdfast.estate.selectors import MAX_TRIED, Selectors
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.network_policy import NetworkPolicy, Peer
from holdfast.kinds.resource_quota import ResourceQuota
from holdfast.kinds.role import Grant, Role
from holdfast.kinds.role_binding import RoleBinding, Subject
from holdfast.kinds.route import Route
from holdfast.kinds.server import Server
from holdfast.kinds.service import Service
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.workload import Container, Port, Workload

NAMES = st.sampled_from(["a", "b", "job"])
SPACES = st.sampled_from([None, "ai", "ops", UNSET])
LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), NAMES, max_size=2)
SWITCHES = st.sampled_from([True, False, None, UNSET])
PATHS = st.sampled_from(["a.yaml", "x/a.yaml", "x/y/a.yaml", "z/a.yaml"])


def maybe(values):
    return st.one_of(st.just(UNSET), st.none(), values)


def lists(values):
    return maybe(st.lists(values, max_size=3))


PORTS = st.builds(Port, host_port=maybe(st.integers(1, 9)), host_ip=maybe(st.sampled_from(["127.0.0.1", "0.0.0.0"])))
IMAGES = st.sampled_from(["calico/node", "amazon-k8s-cni"])
CONTAINERS = st.builds(
    Container,
    registry=maybe(st.sampled_from(["quay.io", "602401143452.dkr.ecr.eu.amazonaws.com"])),
    repository=maybe(IMAGES),
    ports=lists(PORTS),
)
PEERS = st.builds(Peer, direction=st.sampled_from(["ingress", "egress"]), everyone=SWITCHES, ports=lists(NAMES))
GRANTS = st.builds(Grant, groups=lists(NAMES), resources=lists(NAMES), verbs=lists(NAMES), names=lists(NAMES))
SUBJECTS = st.builds(
    Subject,
    type=maybe(st.sampled_from(["ServiceAccount", "User", "Group"])),
    name=maybe(
        st.sampled_from(["job", "system:serviceaccount:ai:job", "system:serviceaccounts", "system:serviceaccounts:ai"])
    ),
    namespace=SPACES,
)
FACTS = st.one_of(
    st.builds(Workload, name=NAMES, namespace=SPACES, api_group=st.sampled_from(["apps", None, UNSET]), controller=st.sampled_from(["Pod", "Deployment"]), labels=maybe(LABELS), containers=lists(CONTAINERS), host_network=SWITCHES, service_account=maybe(st.sampled_from(["job", "calico-node"])), gpu_count=maybe(st.integers(-1, 2)), automount_token=SWITCHES),
    st.builds(Service, name=maybe(NAMES), namespace=SPACES, selector=maybe(LABELS), type=maybe(st.sampled_from(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"])), internal=SWITCHES, external_ips=lists(NAMES)),
    st.builds(Route, name=NAMES, namespace=SPACES, controller=st.just("Ingress"), services=lists(st.sampled_from(["a", "b.ai", "job.ops"]))),
    st.builds(NetworkPolicy, namespace=SPACES, selector=maybe(LABELS), ingress=SWITCHES, egress=SWITCHES, peers=lists(PEERS), cluster_wide=SWITCHES),
    st.builds(Role, name=maybe(NAMES), namespace=SPACES, cluster_wide=SWITCHES, grants=lists(GRANTS)),
    st.builds(RoleBinding, namespace=SPACES, cluster_wide=SWITCHES, role=maybe(NAMES), role_type=maybe(st.sampled_from(["Role", "ClusterRole"])), subjects=lists(SUBJECTS)),
    st.builds(ServiceAccount, name=maybe(NAMES), namespace=SPACES, automount_token=SWITCHES),
    st.builds(Namespace, name=maybe(st.sampled_from(["ai", "ops"])), pod_security=maybe(NAMES)),
    st.builds(ResourceQuota, namespace=SPACES, bounds_gpus=SWITCHES),
    st.builds(Server, product=maybe(NAMES)),
)  # fmt: skip


@st.composite
def estates(draw):
    parts = draw(st.lists(st.tuples(FACTS, PATHS), max_size=14))
    assets = [Asset(f"{facts.kind}/{at}", facts, "manifest", path) for at, (facts, path) in enumerate(parts)]
    ids = [asset.id for asset in assets] or ["x"]
    edges = draw(st.lists(st.builds(Edge, st.sampled_from(ids), st.just("runs_on"), st.sampled_from(ids)), max_size=5))
    return assets, edges


ESTATES = estates()


@settings(max_examples=150, deadline=None)
@given(ESTATES)
def test_completing_twice_is_completing_once(estate):
    assets, edges = estate
    once = complete(assets, edges)
    assert complete(once, edges) == once


@settings(max_examples=150, deadline=None)
@given(ESTATES)
def test_what_was_seen_never_changes(estate):
    assets, edges = estate
    after = complete(assets, edges)
    assert [(asset.id, asset.path) for asset in assets] == [(asset.id, asset.path) for asset in after]
    for old, new in zip(assets, after, strict=True):
        changed = {name for name in old.facts.__struct_fields__ if getattr(old.facts, name) != getattr(new.facts, name)}
        assert all(getattr(old.facts, name) is UNSET for name in changed)


STRANGERS = st.sampled_from(
    [
        Workload(
            namespace="far",
            api_group="apps",
            labels={"app": "a"},
            service_account="job",
            containers=[],
            gpu_count=4,
            host_network=False,
        ),
        Service(name="a", namespace="far", selector={"app": "a"}, type="LoadBalancer", internal=False),
        Route(name="r", namespace="far", controller="Ingress", services=["a"]),
        NetworkPolicy(namespace="far", selector={}, ingress=True, egress=True, peers=[], cluster_wide=False),
        RoleBinding(
            namespace="far",
            cluster_wide=False,
            role="a",
            role_type="Role",
            subjects=[Subject(type="ServiceAccount", name="job", namespace="far")],
        ),
        ServiceAccount(name="job", namespace="far", automount_token=False),
        Namespace(name="far", pod_security="restricted"),
        ResourceQuota(namespace="far", bounds_gpus=True),
        Role(name="stranger", namespace="far", cluster_wide=False, grants=[]),
        Server(product="vllm"),
    ]
)


@settings(max_examples=50, deadline=None)
@given(ESTATES, STRANGERS, st.integers(0, 14))
def test_an_unrelated_asset_changes_nothing(estate, stranger, position):
    assets, edges = estate
    position = min(position, len(assets))
    more = [*assets[:position], Asset("stranger", stranger, "manifest", "q/a.yaml"), *assets[position:]]
    after = complete(more, edges)
    assert [*after[:position], *after[position + 1 :]] == complete(assets, edges)


def slow(select, labels):
    return {owner for _, pairs, owner in select if all(labels.get(key) == value for key, value in pairs.items())}


@given(st.lists(LABELS, max_size=12), LABELS)
def test_selectors_find_what_trying_them_all_finds(selectors, labels):
    entries = [("ns", pairs, at) for at, pairs in enumerate(selectors)]
    index = Selectors([*entries, ("other", {}, -1)])
    assert set(index.select("ns", labels) or ()) == slow(entries, labels)
    assert index.select("nowhere", labels) == []


def test_selectors_give_up_where_too_many_must_be_tried():
    index = Selectors([("ns", {"a": "b", f"k{i}": "v"}, i) for i in range(100)])
    assert index.select("ns", {"a": "b"}) == []
    both = Selectors([("ns", {"a": "b", "c": str(i)}, i) for i in range(3)])
    assert both.select("ns", {"a": "b", "c": "1"}) == [1]
    wide = {f"k{i}": "v" for i in range(200)}
    pairs = [{f"k{i}": "v", f"k{j}": "v", "x": "y"} for i in range(200) for j in range(i)][: MAX_TRIED + 1]
    assert Selectors(("ns", pair, 0) for pair in pairs).select("ns", wide) is None


def test_the_nearest_folder_wins():
    index: Nearest[str] = Nearest()
    for path in ("a.yaml", "x/a.yaml", "x/y/a.yaml"):
        index.add(path, "n", path)
    assert index.find("x/y/q.yaml", "n") == ["x/y/a.yaml"]
    assert index.find("x/q.yaml", "n") == ["x/a.yaml", "x/y/a.yaml"]
    assert index.find("z/q.yaml", "n") == ["a.yaml", "x/a.yaml", "x/y/a.yaml"]
    assert index.find("a.yaml", "other") == []
    assert folders("/".join("d" * 100)) == (*(["/".join("d" * n) for n in range(99, 99 - MAX_FOLDERS, -1)]), "")


def test_ten_thousand_workloads_and_a_thousand_services():
    random.seed(7)
    assets = [
        Asset(f"workload/{i}", Workload(namespace=f"n{i % 50}", api_group="apps", labels={"app": f"a{i % 1000}", "tier": "x"}, containers=[], service_account=f"s{i % 200}", gpu_count=0, host_network=False), "manifest", f"d{i % 300}/f.yaml")
        for i in range(10_000)
    ]  # fmt: skip
    assets += [
        Asset(f"service/{i}", Service(name=f"s{i}", namespace=f"n{i % 50}", type="ClusterIP", internal=False, selector={"app": f"a{i}", "tier": "x"}), "manifest", "f")
        for i in range(1_000)
    ]  # fmt: skip
    random.shuffle(assets)
    after = complete(assets, [])
    assert all(asset.facts.exposure == "cluster" for asset in after if isinstance(asset.facts, Workload))
