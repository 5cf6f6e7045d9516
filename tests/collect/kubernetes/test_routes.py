from __future__ import annotations

import pytest
from tests.collect.kubernetes.reading import facts, one, read

from holdfast.core.fact import UNSET


def ingress(spec: str, annotations: str = "{}", version: str = "networking.k8s.io/v1"):
    return facts(
        f"{{apiVersion: {version}, kind: Ingress, metadata: {{name: a, namespace: shop, annotations: {annotations}}}, spec: {spec}}}"
    )


RULES = "rules: [{host: a.test, http: {paths: [{path: /x, backend: {service: {name: web, port: {number: 80}}}}, {backend: {service: {name: api}}}]}}]"


def test_ingress():
    found = ingress(f"{{{RULES}, tls: [{{hosts: [a.test]}}]}}")
    assert (found.controller, found.namespace, found.hosts, found.paths) == ("Ingress", "shop", ["a.test"], ["/x", "/"])
    assert (found.services, found.tls, found.products) == (["web", "api"], True, UNSET)


def test_ingress_that_answers_to_all_hosts():
    assert ingress("{defaultBackend: {service: {name: web}}, rules: [{host: a.test}]}").hosts == []
    found = ingress("{rules: [{host: a.test}, {http: {paths: [{backend: {service: {name: web}}}]}}]}")
    assert (found.hosts, found.services, found.tls) == ([], ["web"], False)


def test_ingress_of_the_first_version_and_resource_backends():
    found = ingress(
        "{backend: {serviceName: web}, rules: [{http: {paths: [{backend: {resource: {kind: Bucket}}}]}}]}",
        version="extensions/v1beta1",
    )
    assert found.services == ["web"]


@pytest.mark.parametrize(
    ("spec", "unseen"),
    [
        ("{rules: '${R}'}", "hosts paths services"), ("{rules: ['${R}']}", "hosts paths services"),
        ("{rules: [{host: '${H}'}]}", "hosts"), ("{rules: [{host: a, http: {paths: [{path: '${P}', backend: {service: {name: w}}}]}}]}", "paths"),
        ("{rules: [{http: {paths: [{backend: {service: {name: '${S}'}}}]}}]}", "services"), ("{tls: '${T}'}", "tls"),
    ],
)  # fmt: skip
def test_ingress_parts_that_cannot_be_read(spec, unseen):
    found = ingress(spec)
    assert {field for field in ("hosts", "paths", "services", "tls") if getattr(found, field) is UNSET} == set(
        unseen.split()
    )


N, A = "nginx.ingress.kubernetes.io", "alb.ingress.kubernetes.io"


@pytest.mark.parametrize(
    ("spec", "annotations", "auth"),
    [
        ("{}", "{}", UNSET), ("{ingressClassName: nginx}", "{}", False), ("{ingressClassName: nginx-internal}", "{}", False),
        ("{ingressClassName: alb}", "{}", False), ("{ingressClassName: kong}", "{}", UNSET),
        ("{}", "{kubernetes.io/ingress.class: nginx}", False), ("{}", f"{{{N}/auth-url: https://auth}}", True),
        ("{}", f"{{{N}/auth-type: basic}}", True), ("{ingressClassName: nginx}", f"{{{N}/auth-type: none}}", False),
        ("{}", f"{{{A}/auth-type: oidc}}", True), ("{ingressClassName: alb}", f"{{{A}/auth-type: none}}", False),
        ("{ingressClassName: nginx}", f"{{{N}/auth-url: '${{U}}'}}", UNSET), ("{}", "'${A}'", UNSET),
        ("{}", f"{{{N}/auth-tls-secret: a/b}}", True), ("{}", f"{{{N}/auth-tls-secret: a/b, {N}/auth-tls-verify-client: 'on'}}", True),
        ("{}", f"{{{N}/auth-tls-secret: a/b, {N}/auth-tls-verify-client: optional}}", False), ("{ingressClassName: nginx}", f"{{{N}/auth-tls-verify-client: 'on'}}", False),
        ("{}", f"{{{N}/auth-tls-secret: a/b, {N}/auth-tls-verify-client: '${{V}}'}}", UNSET),
        ("{}", f"{{{A}/auth-type: oidc, {A}/auth-on-unauthenticated-request: allow}}", False), ("{}", f"{{{A}/auth-type: oidc, {A}/auth-on-unauthenticated-request: deny}}", True),
        ("{}", f"{{{A}/auth-type: oidc, {A}/auth-on-unauthenticated-request: allow, {N}/auth-url: https://auth}}", True),
        ("{ingressClassName: alb}", f"{{{A}/jwt-validation: '{{}}'}}", True), ("{ingressClassName: nginx}", "{nginx.org/policies: jwt}", UNSET),
        ("{ingressClassName: nginx}", "{nginx.com/policies: jwt}", UNSET), ("{ingressClassName: nginx}", f"{{{N}/configuration-snippet: auth_request /a;}}", UNSET),
        ("{ingressClassName: nginx}", f"{{{N}/server-snippet: gzip on;}}", False), ("{ingressClassName: nginx}", "{nginx.org/location-snippets: auth_jwt x;}", UNSET),
    ],
)  # fmt: skip
def test_ingress_authentication(spec, annotations, auth):
    assert ingress(spec, annotations).auth is auth


def test_ingress_with_a_certificate_of_the_cloud():
    assert ingress("{}", f"{{{A}/certificate-arn: arn}}").tls is True
    assert ingress("{}", "'${A}'").tls is UNSET


TRAEFIK = "traefik.ingress.kubernetes.io/router"


@pytest.mark.parametrize(
    ("spec", "annotations", "tls"),
    [
        ("{ingressClassName: alb}", f"{{{A}/listen-ports: '[{{\"HTTP\": 80}}, {{\"HTTPS\":443}}]'}}", True), ("{ingressClassName: alb}", f"{{{A}/listen-ports: '[{{\"HTTP\": 80}}]'}}", False),
        ("{ingressClassName: alb}", f"{{{A}/listen-ports: '${{P}}'}}", UNSET), ("{}", "{appgw.ingress.kubernetes.io/appgw-ssl-certificate: c}", True),
        ("{}", f"{{{TRAEFIK}.tls: 'true'}}", True), ("{}", f"{{{TRAEFIK}.tls: 'false'}}", False), ("{}", f"{{{TRAEFIK}.tls: '${{T}}'}}", UNSET),
        ("{ingressClassName: traefik}", f"{{{TRAEFIK}.entrypoints: websecure}}", UNSET), ("{}", "{kubernetes.io/ingress.class: traefik}", UNSET), ("{ingressClassName: nginx}", "{}", False),
    ],
)  # fmt: skip
def test_tls_that_an_annotation_asks_for(spec, annotations, tls):
    assert ingress(spec, annotations).tls is tls


def gateway(kind: str, spec: str):
    return read(
        f"{{apiVersion: gateway.networking.k8s.io/v1, kind: {kind}, metadata: {{name: a, namespace: shop}}, spec: {spec}}}"
    )


def test_routes_of_the_gateway_api():
    rules = "rules: [{matches: [{path: {type: PathPrefix, value: /v1}}], backendRefs: [{name: web, port: 80}, {name: api, namespace: core}, {kind: Bucket, name: b}]}, {backendRefs: [{name: web}]}]"
    (asset,) = gateway("HTTPRoute", f"{{parentRefs: [{{name: gw}}], hostnames: [a.test], {rules}}}")
    found = asset.facts
    assert (found.controller, found.hosts, found.paths, found.services) == (
        "HTTPRoute",
        ["a.test"],
        ["/v1", "/"],
        ["web", "api.core"],
    )
    assert (found.tls, found.auth) == (UNSET, UNSET)
    (asset,) = gateway("TCPRoute", "{rules: [{backendRefs: [{name: db, namespace: shop}]}]}")
    assert (asset.facts.services, asset.facts.paths, asset.facts.hosts) == (["db"], [], [])
    assert gateway("TLSRoute", "{}")[0].facts.tls is True
    assert gateway("GRPCRoute", "{rules: [{matches: [{method: {service: s}}]}]}")[0].facts.paths == []
    assert gateway("HTTPRoute", "{hostnames: '${H}'}")[0].facts.hosts is UNSET


def test_authentication_in_a_filter_must_guard_every_rule():
    guarded = "{filters: [{type: ExternalAuth}], backendRefs: []}"
    assert gateway("HTTPRoute", f"{{rules: [{guarded}]}}")[0].facts.auth is True
    assert gateway("HTTPRoute", f"{{rules: [{guarded}, {{backendRefs: []}}]}}")[0].facts.auth is UNSET


def test_routes_inside_a_mesh_are_none():
    assert gateway("HTTPRoute", "{parentRefs: [{kind: Service, name: web}]}") == []
    assert len(gateway("HTTPRoute", "{parentRefs: [{kind: Service, name: web}, {name: gw}]}")) == 1
    assert virtual("{hosts: [a], http: []}") == virtual("{gateways: [mesh]}") == []


def virtual(spec: str):
    return read(
        f"{{apiVersion: networking.istio.io/v1beta1, kind: VirtualService, metadata: {{name: a, namespace: shop}}, spec: {spec}}}"
    )


def test_virtual_service():
    (asset,) = virtual(
        "{gateways: [gw, mesh], hosts: [a.test], http: [{match: [{uri: {prefix: /jupyter}}, {uri: {exact: /x}}, {headers: {}}], route: [{destination: {host: web}}]},"
        " {route: [{destination: {host: api.core.svc.cluster.local}}, {destination: {host: db.shop.svc.cluster.local}}]}], tcp: [{route: [{destination: {host: www.example.org}}]}]}"
    )
    found = asset.facts
    assert (found.hosts, found.paths) == (["a.test"], ["/jupyter", "/x", "/"])
    assert found.services == ["web", "api.core", "db", "www.example.org"]
    assert (found.tls, found.auth) == (UNSET, UNSET)
    assert virtual("{gateways: [gw], hosts: ['*']}")[0].facts.hosts == []
    assert virtual("{gateways: ['${GW}'], hosts: ['*'], http: [{match: [{uri: {regex: .*}}]}]}")[0].facts.paths is UNSET
    assert (
        virtual("{gateways: [gw], http: [{route: [{destination: {host: $(NAME).x.svc}}]}]}")[0].facts.services is UNSET
    )


def openshift(spec: str):
    return facts(f"{{apiVersion: route.openshift.io/v1, kind: Route, metadata: {{name: a}}, spec: {spec}}}")


def test_openshift_route():
    found = openshift(
        "{host: a.test, path: /x, to: {kind: Service, name: web}, alternateBackends: [{name: api}], tls: {termination: edge}}"
    )
    assert (found.hosts, found.paths, found.services, found.tls, found.auth) == (
        ["a.test"],
        ["/x"],
        ["web", "api"],
        True,
        False,
    )
    assert openshift("{to: {name: web}}").hosts is UNSET
    assert (openshift("{to: {name: web}}").tls, openshift("{tls: '${T}'}").tls) == (False, UNSET)


def traefik(spec: str, kind: str = "IngressRoute"):
    return facts(
        f"{{apiVersion: traefik.io/v1alpha1, kind: {kind}, metadata: {{name: a, namespace: shop}}, spec: {spec}}}"
    )


@pytest.mark.parametrize(
    ("match", "hosts", "paths"),
    [
        ("Host(`a.test`) && PathPrefix(`/x`)", ["a.test"], ["/x"]), ("Host(`a.test`) || Host(`b.test`)", ["a.test", "b.test"], ["/"]),
        ("Host(`a.test`, `b.test`)", ["a.test", "b.test"], ["/"]), ("PathPrefix(`/x`)", [], ["/x"]), ("HostSNI(`*`)", [], ["/"]),
        ("Host(`a.test`) || PathPrefix(`/x`)", UNSET, UNSET), ("!Host(`a.test`)", UNSET, UNSET), ("HostRegexp(`.+`)", UNSET, UNSET),
        ("${MATCH}", UNSET, UNSET), ("Host(`" + "a" * 9000 + "`)", UNSET, UNSET),
    ],
)  # fmt: skip
def test_traefik_matches(match, hosts, paths):
    found = traefik(f"{{routes: [{{match: '{match}', services: [{{name: web}}]}}]}}")
    assert (found.hosts, found.paths) == (hosts, paths)


def test_traefik_route():
    found = traefik(
        "{routes: [{match: 'Host(`a`)', services: [{name: web, namespace: core}, {kind: TraefikService, name: api@internal}]}], tls: {}}"
    )
    assert (found.controller, found.services, found.tls, found.auth) == ("IngressRoute", ["web.core"], True, False)
    found = traefik("{routes: [{match: 'Host(`a`)', middlewares: [{name: auth}]}]}")
    assert (found.tls, found.auth) == (UNSET, UNSET)
    assert traefik("{tls: '${T}'}", "IngressRouteTCP").tls is UNSET
    assert traefik("{routes: '${R}'}").auth is UNSET
    assert traefik("{routes: [{match: 'Host(`a`)', services: [{name: web, namespace: '${N}'}]}]}").services is UNSET


def test_places():
    asset = one(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  tls: []\n  rules:\n  - host: a\n"
    )
    assert asset.spot("tls")[:2] == (5, 3)
    assert asset.spot("hosts")[:2] == asset.spot("services")[:2] == (6, 3)
