"""Envoy's static configuration."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, routes

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET

HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def config(
    filters: str = "",
    route: str = "{cluster: vllm}",
    more: str = "",
    chain: str = "",
    cluster: str = "",
    host="0.0.0.0",
):
    return f"""\
static_resources:
  listeners:
    - address: {{socket_address: {{address: {host}, port_value: 8443}}}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": {HCM}
                route_config:
                  virtual_hosts:
                    - name: ai
                      domains: [ai.example]
                      routes:
                        - match: {{prefix: /v1}}
                          route: {route}
                          {more}
                http_filters: [{filters}]
          {chain}
  clusters:
    - name: vllm
      load_assignment:
        endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: vllm-0, port_value: 8000}}}}}}}}]}}]
      {cluster}
"""


def only(root, **parts):
    (found,) = routes(root, {"envoy.yaml": config(**parts)})
    return found.facts


def http_filter(name: str, more: str = "") -> str:
    return (
        f'{{name: x, typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.{name}.v3.X{more}}}}}'
    )


JWT = http_filter(
    "jwt_authn", ", rules: [{match: {prefix: /v1/health}}, {match: {prefix: /}, requires: {provider_name: p}}]"
)


@pytest.mark.parametrize(
    ("parts", "auth"),
    [
        ({}, False),
        ({"filters": http_filter("ext_authz")}, True),
        ({"filters": http_filter("oauth2")}, True),
        ({"filters": "{name: envoy.filters.http.basic_auth}"}, True),
        ({"filters": http_filter("lua")}, UNSET),
        ({"filters": http_filter("router")}, False),
        ({"filters": http_filter("ext_authz"),
          "more": "typed_per_filter_config: {envoy.filters.http.ext_authz: {disabled: true}}"}, False),
        ({"filters": JWT}, True),
        ({"filters": http_filter("jwt_authn", ", rules: [{match: {prefix: /v1}}]")}, False),
        ({"filters": http_filter("jwt_authn", ", rules: [{match: {prefix: /v2}, requires: {}}]")}, False),
        ({"filters": http_filter("jwt_authn", ", rules: [{match: {path: /v1}, requirement_name: a}]")}, True),
        ({"filters": http_filter("jwt_authn", ", rules: [{match: {safe_regex: {}}}]")}, UNSET),
        ({"chain": "transport_socket: {typed_config: {require_client_certificate: true}}"}, True),
    ],
)  # fmt: skip
def test_who_is_asked_for_a_login(tmp_path, parts, auth):
    assert only(tmp_path, **parts).auth is auth


TLS = "transport_socket: {{typed_config: {{common_tls_context: {{tls_params: {{{0}}}}}}}}}"
UP = "transport_socket: {typed_config: {'@type': x.UpstreamTlsContext, common_tls_context: {%s}}}"


def test_facts(tmp_path):
    plain = only(tmp_path)
    assert (plain.tls, plain.tls_versions, plain.products, plain.services) == (False, None, ["vllm"], ["vllm-0:8000"])
    assert (plain.paths, plain.hosts, plain.loopback, plain.rate_limited) == (["/v1"], ["ai.example"], False, False)
    assert only(tmp_path, host="127.0.0.1").loopback is True
    assert only(tmp_path, host="''").loopback is UNSET
    assert only(tmp_path, filters=http_filter("local_ratelimit")).rate_limited is True
    assert only(tmp_path, filters=http_filter("rbac")).restricted is UNSET
    assert only(tmp_path, chain=TLS.format("")).tls_versions == ["TLSv1.2", "TLSv1.3"]
    old = only(tmp_path, chain=TLS.format("tls_minimum_protocol_version: TLSv1_1"))
    assert (old.tls, old.tls_versions) == (True, ["TLSv1.1", "TLSv1.2", "TLSv1.3"])
    assert plain.upstream_verified is None
    assert only(tmp_path, cluster=UP % "").upstream_verified is False
    assert only(tmp_path, cluster=UP % "validation_context: {trusted_ca: {}}").upstream_verified is True
    for what, verified in (
        ("validation_context: {match_typed_subject_alt_names: []}", False),
        ("validation_context: {trusted_ca: {}, trust_chain_verification: ACCEPT_UNTRUSTED}", False),
        ("validation_context: {system_root_certs: {}}", True),
        ("validation_context_sds_secret_config: {name: ca}", True),
        ("combined_validation_context: {default_validation_context: {}}", True),
    ):
        assert only(tmp_path, cluster=UP % what).upstream_verified is verified, what
    assert only(tmp_path, cluster=(UP % "").replace("Upstream", "Other")).upstream_verified is None


def test_routes_of_every_shape(tmp_path):
    assert only(tmp_path, route="{weighted_clusters: {clusters: [{name: vllm, weight: 1}, 1]}}").products == ["vllm"]
    assert only(tmp_path, route="{cluster_header: x}").products is UNSET
    assert only(tmp_path, route="{cluster: ollama-x}").products == ["ollama"]
    assert routes(tmp_path, {"envoy.yaml": config(route="redirect")}) == []
    text = config().replace("{prefix: /v1}", "{safe_regex: {regex: /a.*}}")
    assert routes(tmp_path, {"envoy.yaml": text})[0].facts.paths == ["~/a.*"]
    assert routes(tmp_path, {"envoy.yaml": config().replace("{prefix: /v1}", "{}")})[0].facts.paths == ["/"]
    text = config().replace("domains: [ai.example]", "domains: ['*']").replace("typed_config:\n", "other:\n")
    assert routes(tmp_path, {"envoy.yaml": text}) == []


def test_administration(tmp_path):
    text = "admin:\n  address:\n    socket_address: {address: 0.0.0.0, port_value: 9901}\nstatic_resources: {clusters: []}\n"
    assert findings(tmp_path, {"envoy.yaml": text}, "ai-default") == [("proxy-administration-reachable", "fail", 3)]
    (asset,) = routes(tmp_path, {})
    assert asset.spots[""] == Spot(1, 1)
    assert findings(tmp_path, {"envoy.yaml": text.replace("0.0.0.0", "127.0.0.1")}) == []


def test_other_documents_and_too_many_routes(tmp_path, monkeypatch):
    assert routes(tmp_path, {"a.yaml": "static_resources: 1\n", "b.yaml": "x: static_resources\n"}) == []
    monkeypatch.setattr("holdfast.collect.configs.envoy.MAX_ROUTES", 0)
    assert routes(tmp_path, {"envoy.yaml": config()}) == []
    text = "static_resources:\n  listeners: [{default_filter_chain: {filters: [{typed_config: 1}]}}, 1]\n  clusters: [{load_assignment: {endpoints: [{lb_endpoints: [{}]}]}}]\n"
    assert routes(tmp_path, {"envoy.yaml": text}) == []


ADMIN = "admin: {address: {socket_address: {address: 0.0.0.0, port_value: 9901}}}\n"
DYNAMIC = (
    "dynamic_resources:\n  lds_config: {path_config_source: {path: /var/lib/envoy/lds.yaml}}\n  cds_config: {ads: {}}\n"
)


def test_configuration_that_stands_elsewhere(tmp_path):
    assert findings(tmp_path, {"envoy.yaml": ADMIN + DYNAMIC}) == [("proxy-administration-reachable", "fail", 1)]
    assert gaps(tmp_path, {}) == [("envoy.yaml", "left_out", 3), ("envoy.yaml", "left_out", 4)]
    assert gaps(tmp_path, {"envoy/lds.yaml": "resources: []\n"}) == [("envoy.yaml", "left_out", 4)]


LISTENER = """\
resources:
- "@type": type.googleapis.com/envoy.config.listener.v3.Listener
  address: {socket_address: {address: 0.0.0.0, port_value: 10000}}
  filter_chains:
  - filters:
      name: x
      typed_config:
        "@type": %s
        %s
"""
FOUND = (
    'route_config: {virtual_hosts: [{name: a, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: %s}}]}]}'
)
CLUSTER = """\
- "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
  name: backend
  load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: ollama, port_value: 11434}}}}]}]}
"""


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (LISTENER % (HCM, FOUND % "ollama"), "fail"), (LISTENER % (HCM, FOUND % "backend"), "unknown"), (LISTENER % (HCM, FOUND % "backend") + CLUSTER, "fail"),
    ],
)  # fmt: skip
def test_resources_in_a_file(tmp_path, text, status):
    found = findings(tmp_path, {"lds.yaml": text}, "ai-default")
    assert {status for rule, status, _ in found if rule == "ai-server-route-without-authentication"} == {status}


def test_routes_that_are_found_elsewhere(tmp_path):
    text = LISTENER % (HCM, "rds: {route_config_name: x, config_source: {ads: {}}}")
    assert gaps(tmp_path, {"lds.yaml": text}) == [("lds.yaml", "left_out", 9)]


def test_a_table_of_routes_alone(tmp_path):
    text = 'resources:\n- "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration\n  virtual_hosts:\n  - {name: a, domains: [b.example], routes: [{match: {prefix: /}, route: {cluster: ollama}}]}\n'
    (asset,) = routes(tmp_path, {"rds.yaml": text})
    assert (asset.facts.products, asset.facts.auth, asset.facts.loopback, asset.partial) == (
        ["ollama"],
        UNSET,
        UNSET,
        True,
    )
    assert findings(tmp_path, {}, "ai-default") == []


def test_a_cluster_whose_members_are_found_elsewhere(tmp_path):
    assert only(tmp_path, cluster="type: EDS").services == ["vllm-0:8000"]
    text = config().replace("      load_assignment:", "      type: EDS\n      ignored:")
    (asset,) = routes(tmp_path, {"envoy.yaml": text})
    assert (asset.facts.products, asset.facts.services) == (["vllm"], [])
    (asset,) = routes(
        tmp_path, {"envoy.yaml": text.replace("cluster: vllm", "cluster: any").replace("name: vllm", "name: any")}
    )
    assert asset.facts.products is UNSET


TCP = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"
REDIS = "type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy"


@pytest.mark.parametrize(
    ("kind", "more", "products", "tunnels", "auth"),
    [
        (TCP, "cluster: ollama", ["ollama"], UNSET, False), (TCP, "cluster: backend", ["ollama"], [], False),
        (TCP, "weighted_clusters: {clusters: [{name: backend}]}", ["ollama"], [], False), (TCP, "cluster: gone", UNSET, UNSET, False),
        (REDIS, "prefix_routes: {catch_all_route: {cluster: gone}}", UNSET, ["redis"], False),
        (REDIS, "downstream_auth_passwords: [{inline_string: x}]", UNSET, ["redis"], True),
    ],
)  # fmt: skip
def test_bytes_that_are_handed_on(tmp_path, kind, more, products, tunnels, auth):
    (asset,) = routes(tmp_path, {"lds.yaml": LISTENER % (kind, more) + CLUSTER})
    found = asset.facts
    assert (found.products, found.tunnels, found.auth, found.loopback, asset.partial) == (
        products,
        tunnels,
        auth,
        False,
        True,
    )


def test_names_as_in_json(tmp_path):
    text = '{"admin": {"address": {"socketAddress": {"address": "0.0.0.0", "portValue": 9901}}}, "staticResources": {"clusters": []}}'
    assert findings(tmp_path, {"envoy.json": text}) == [("proxy-administration-reachable", "fail", 1)]


def test_a_listener_on_a_socket_file(tmp_path):
    text = LISTENER % (HCM, FOUND % "ollama")
    (asset,) = routes(
        tmp_path,
        {
            "lds.yaml": text.replace(
                "socket_address: {address: 0.0.0.0, port_value: 10000}", "pipe: {path: /run/a.sock}"
            )
        },
    )
    assert asset.facts.loopback is True


def test_aliases_that_stand_in_many_places(tmp_path):
    lines = ["a0: &a0 {x: y}"]
    lines += [
        f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}, *a{at - 1}, *a{at - 1}, *a{at - 1}, *a{at - 1}]" for at in range(1, 25)
    ]
    assert (
        routes(tmp_path, {"envoy.yaml": "\n".join([*lines, "staticResources: {listeners: *a24, clusters: []}"])}) == []
    )
    many = "[" + ", ".join(["*f"] * 300) + "]"
    text = f"f: &f {{name: x}}\nc: &c {{filters: {many}}}\nl: &l {{filter_chains: {many.replace('*f', '*c')}}}\nstatic_resources: {{listeners: {many.replace('*f', '*l')}}}\n"
    assert routes(tmp_path, {"envoy.yaml": text}) == []


@pytest.mark.parametrize(
    ("more", "auth"),
    [
        ("", False), ("typed_per_filter_config: {envoy.filters.http.ext_authz: {config: {}}}", UNSET),
        ("typed_per_filter_config: {envoy.filters.http.ext_authz: {disabled: true}}", False),
    ],
)  # fmt: skip
def test_a_filter_that_is_switched_off(tmp_path, more, auth):
    assert only(tmp_path, filters="{name: envoy.filters.http.ext_authz, disabled: true}", more=more).auth is auth


def test_a_manager_by_its_name(tmp_path):
    text = config(route="{cluster: ollama}").replace(f'"@type": {HCM}', "stat_prefix: x")
    assert [asset.facts.products for asset in routes(tmp_path, {"envoy.yaml": text})] == [["ollama"]]
