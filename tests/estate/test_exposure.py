from __future__ import annotations

import pytest
from tests.estate.cluster import completed, deployment, service, thing, workload

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import UNSET
from holdfast.estate.complete import complete
from holdfast.estate.exposure import MAX_NAMED
from holdfast.kinds.service import Service
from holdfast.kinds.workload import Container, Port, Workload


@pytest.mark.parametrize(
    ("spec", "exposure"),
    [
        ("", "cluster"), ("type: NodePort", "node"), ("type: LoadBalancer", "public"), ("type: ExternalName", UNSET), ("type: '${T}'", UNSET),
        ("externalIPs: [198.51.100.1]", "node"), ("type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb", "node"),
        ("type: LoadBalancer, loadBalancerClass: '${C}'", UNSET),
    ],
)  # fmt: skip
def test_what_a_service_opens(spec, exposure):
    found = workload(a=deployment() + service(f"selector: {{app: web}}{', ' if spec else ''}{spec}"))
    assert found.exposure == exposure
    assert found.exposed_by == (UNSET if exposure is UNSET else ["Service/svc"])


def test_the_farthest_wins_unless_something_unseen_could_reach_farther():
    both = service(name="near") + service("selector: {app: web}, type: NodePort", "far")
    found = workload(a=deployment() + both)
    assert (found.exposure, found.exposed_by) == ("node", ["Service/near", "Service/far"])
    unseen = service("selector: {app: web}, type: '${T}'", "unseen")
    assert workload(a=deployment() + both + unseen).exposure is UNSET
    public = service("selector: {app: web}, type: LoadBalancer", "public")
    assert workload(a=deployment() + both + unseen + public).exposure == "public"


@pytest.mark.parametrize(
    ("selector", "labels", "selected"),
    [
        ("app: web", "app: web, more: x", True), ("app: web, tier: a", "app: web", False), ("app: api", "app: web", False),
        ("owner: only", "app: web", False), ("app: '${A}'", "app: '${A}'", False), ("n: 1", "n: '1'", True),
    ],
)  # fmt: skip
def test_selectors_select_the_labels_of_pods(selector, labels, selected):
    found = workload(a=deployment(labels=labels) + service(f"selector: {{{selector}}}"))
    assert (found.exposure == "cluster") is selected


def test_a_selector_selects_within_its_namespace():
    assert workload(a=deployment(namespace="ai"), b=service(namespace="ai")).exposure == "cluster"
    assert workload(a=deployment(namespace="ai"), b=service(namespace="ops")).exposure is UNSET
    assert workload(a=deployment(namespace="ai"), b=service()).exposure is UNSET
    assert workload(x__a=deployment(), y__b=service()).exposure == "cluster"
    assert workload(a=deployment(namespace="'${N}'"), b=service(namespace="'${N}'")).exposure is UNSET


def test_services_without_selectors_and_pods():
    assert workload(a=deployment() + service("type: LoadBalancer")).exposure is UNSET
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: web}}, spec: {containers: [{name: c, image: x}]}}"
    assert workload(a=pod + service()).exposure == "cluster"


@pytest.mark.parametrize(
    ("spec", "exposure"),
    [
        ("hostNetwork: true", "node"), ("hostNetwork: '${H}'", UNSET), ("initContainers: [{name: i, image: x, ports: [{hostPort: 80}]}]", "node"),
        ("initContainers: [{name: i, image: x, ports: [{hostPort: 80, hostIP: 127.0.0.1}]}]", UNSET),
        ("initContainers: [{name: i, image: x, ports: [{hostPort: 80, hostIP: '${IP}'}]}]", UNSET),
        ("initContainers: [{name: i, image: x, ports: [{hostPort: '${P}'}]}]", UNSET), ("initContainers: [{name: i, image: x, ports: [{containerPort: 80}]}]", UNSET),
    ],
)  # fmt: skip
def test_what_a_workload_opens_on_its_node(spec, exposure):
    found = workload(a=deployment(spec=spec))
    assert (found.exposure, found.exposed_by) == (exposure, UNSET if exposure is UNSET else [])


def test_compose_services_are_reached_through_published_ports_only():
    found = workload(a="services: {web: {image: x, labels: {app: web}, ports: ['8080:80']}}", b=service())
    assert (found.exposure, found.exposed_by) == ("node", [])
    assert (
        workload(
            a="services: {web: {image: x, labels: {app: web}, ports: ['127.0.0.1:8080:80']}}", b=service()
        ).exposure
        is UNSET
    )


INGRESS = thing(
    "Ingress",
    "spec: {rules: [{http: {paths: [{backend: {service: {name: svc}}}]}}]}",
    "way",
    api="networking.k8s.io/v1",
)


def test_routes_make_workloads_public():
    found = workload(a=deployment() + service() + INGRESS)
    assert (found.exposure, found.exposed_by) == ("public", ["Service/svc", "Ingress/way"])
    assert workload(a=deployment() + service(name="other") + INGRESS).exposure == "cluster"


def test_routes_find_services_in_other_namespaces():
    route = thing(
        "HTTPRoute",
        "spec: {rules: [{backendRefs: [{name: svc, namespace: ai}]}]}",
        "way",
        "edge",
        "gateway.networking.k8s.io/v1",
    )
    found = workload(a=deployment(namespace="ai") + service(namespace="ai") + route)
    assert (found.exposure, found.exposed_by) == ("public", ["Service/svc", "HTTPRoute/way"])
    assert workload(a=deployment(namespace="other") + service(namespace="other") + route).exposure == "cluster"


def test_products_behind_services_and_routes():
    found = completed(
        a=deployment(image="vllm/vllm-openai:v0.9.0")
        + service()
        + service(name="empty", spec="selector: {no: pod}")
        + INGRESS
    )
    assert found["Service..svc"].facts.products == ["vllm"]
    assert found["Ingress..way"].facts.products == ["vllm"]
    assert found["Service..empty"].facts.products is UNSET
    found = completed(a=deployment() + service() + INGRESS.replace("name: svc", "name: elsewhere"))
    assert found["Service..svc"].facts.products == []
    assert found["Ingress..way"].facts.products is UNSET


def test_edges_other_than_those_of_servers_do_not_count():
    web = Asset("workload/w", Workload(namespace=None, api_group="apps", labels={"a": "b"}), "manifest")
    svc = Asset("service/s", Service(name="s", namespace=None, type="ClusterIP", selector={"a": "b"}), "manifest")
    assert (
        complete([web, svc], [Edge("server/x", "runs_on", "workload/w"), Edge("workload/w", "declares", "x")])[
            1
        ].facts.products
        == []
    )


def test_what_a_source_has_shown_is_kept():
    shown = Workload(namespace=None, api_group="apps", labels={"a": "b"}, exposure="public", exposed_by=["x"])
    svc = Asset("service/s", Service(name="s", namespace=None, type="ClusterIP", selector={"a": "b"}), "manifest")
    assert complete([Asset("workload/w", shown, "manifest"), svc], [])[0].facts.exposure == "public"


def test_too_many_services_leave_exposure_open():
    web = Asset(
        "workload/w",
        Workload(
            namespace=None, api_group="apps", labels={"a": "b"}, containers=[Container(ports=[Port(host_port=None)])]
        ),
        "manifest",
    )
    many = [
        Asset(f"service/{i}", Service(name=f"s{i}", namespace=None, type="ClusterIP", selector={"a": "b"}), "manifest")
        for i in range(501)
    ]
    assert complete([web, *many], [])[0].facts.exposure is UNSET
    found = complete([web, *many[:500]], [])[0].facts
    assert (found.exposure, len(found.exposed_by)) == ("cluster", MAX_NAMED)


def test_labels_that_cannot_be_read():
    web = Asset("workload/w", Workload(namespace=None, api_group="apps", labels=UNSET, host_network=True), "manifest")
    assert complete([web], [])[0].facts.exposure is UNSET
