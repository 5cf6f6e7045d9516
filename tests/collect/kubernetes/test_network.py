from __future__ import annotations

import pytest
from tests.collect.kubernetes.reading import facts, one

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET
from holdfast.kinds.service import ServicePort


def service(spec: str, annotations: str = "{}"):
    return facts(f"{{apiVersion: v1, kind: Service, metadata: {{name: a, annotations: {annotations}}}, spec: {spec}}}")


def test_defaults_of_the_platform():
    found = service("{ports: [{port: 80}]}")
    assert (found.name, found.namespace, found.type, found.internal) == ("a", None, "ClusterIP", False)
    assert (found.source_ranges, found.external_ips, found.selector) == ([], [], {})
    assert found.ports == [ServicePort(name="", port=80, target_port="80", node_port=None)]
    assert found.products is UNSET
    assert service('{type: ""}').type == "ClusterIP"


def test_everything_written():
    found = service(
        "{type: LoadBalancer, selector: {app: web, n: 1}, externalIPs: [198.51.100.3],"
        " loadBalancerSourceRanges: [10.0.0.0/8], ports: [{name: http, port: 80, targetPort: web, nodePort: 30080}]}"
    )
    assert (found.type, found.selector) == ("LoadBalancer", {"app": "web", "n": "1"})
    assert (found.external_ips, found.source_ranges) == (["198.51.100.3"], ["10.0.0.0/8"])
    assert found.ports == [ServicePort(name="http", port=80, target_port="web", node_port=30080)]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ("{type: '${T}'}", "type"), ("{selector: '${S}'}", "selector"), ("{selector: {a: '${S}'}}", "selector"),
        ("{selector: {a: null}}", "selector"), ("{selector: [a]}", "selector"), ("{ports: '${P}'}", "ports"),
        ("{ports: ['${P}']}", "ports"), ("{externalIPs: ['${P}']}", "external_ips"), ("{externalIPs: 1.2.3.4}", "external_ips"),
        ("{externalIPs: [[]]}", "external_ips"), ("{loadBalancerSourceRanges: [null]}", "source_ranges"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_unobserved(spec, field):
    assert getattr(service(spec), field) is UNSET


def test_parts_of_a_port_that_cannot_be_read():
    (port,) = service("{ports: [{port: '${P}', targetPort: '${T}', nodePort: x}]}").ports
    assert (port.port, port.target_port, port.node_port) == (UNSET, UNSET, UNSET)
    assert service("{ports: [{port: '${P}'}]}").ports[0].target_port is UNSET
    assert service("{ports: [{}]}").ports == [ServicePort(name="", port=None, target_port=None, node_port=None)]


B = "service.beta.kubernetes.io"


@pytest.mark.parametrize(
    ("annotation", "internal"),
    [
        ("networking.gke.io/load-balancer-type: Internal", True), ("cloud.google.com/load-balancer-type: Internal", True),
        ("networking.gke.io/load-balancer-type: External", False), (f"{B}/azure-load-balancer-internal: 'true'", True),
        (f"{B}/azure-load-balancer-internal: true", True), (f"{B}/azure-load-balancer-internal: 'false'", False),
        (f"{B}/aws-load-balancer-internal: 0.0.0.0/0", True), (f"{B}/aws-load-balancer-internal: 'false'", False),
        (f"{B}/aws-load-balancer-scheme: internal", True), (f"{B}/aws-load-balancer-scheme: internet-facing", False),
        (f"{B}/aws-load-balancer-type: external", True), (f"{B}/aws-load-balancer-type: nlb-ip", True),
        (f"{B}/aws-load-balancer-type: nlb", False), (f"{B}/aws-load-balancer-type: '${{T}}'", UNSET),
        (f"{B}/oci-load-balancer-internal: 'true'", True), (f"{B}/openstack-internal-load-balancer: 'true'", True),
        (f"{B}/alibaba-cloud-loadbalancer-address-type: intranet", True), (f"{B}/cce-load-balancer-internal-vpc: 'true'", True),
        ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid: subnet-1", True),
        ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type: private", True),
        (f"{B}/azure-load-balancer-internal: '${{X}}'", UNSET), ("other: x", False),
    ],
)  # fmt: skip
def test_internal_load_balancers(annotation, internal):
    assert service("{type: LoadBalancer}", f"{{{annotation}}}").internal is internal


def test_the_aws_controller_makes_internal_ones_unless_told():
    spec = "{type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb}"
    assert service(spec).internal is True
    assert service(spec, f"{{{B}/aws-load-balancer-scheme: internet-facing}}").internal is False
    assert service("{type: ClusterIP, loadBalancerClass: service.k8s.aws/nlb}").internal is False
    assert service("{type: LoadBalancer}", "'${A}'").internal is UNSET


def test_source_ranges_by_annotation():
    annotation = f"{{{B}/load-balancer-source-ranges: '10.0.0.0/8, 192.168.0.0/16,'}}"
    assert service("{type: LoadBalancer}", annotation).source_ranges == ["10.0.0.0/8", "192.168.0.0/16"]
    assert service("{loadBalancerSourceRanges: [172.16.0.0/12]}", annotation).source_ranges == ["172.16.0.0/12"]
    assert service("{}", f"{{{B}/load-balancer-source-ranges: '${{R}}'}}").source_ranges is UNSET


def test_places():
    asset = one(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  selector:\n    app: x\n  ports:\n  - port: 80\n    nodePort: 30000\n"
    )
    assert asset.spot('selector["app"]')[:2] == (6, 5)
    assert asset.spot("ports[0].node_port") == Spot(9, 5, "/spec/ports/0/nodePort")
    assert asset.spot("ports[0].name") == Spot(8, 5, "/spec/ports/0")
