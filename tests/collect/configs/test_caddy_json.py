"""What Caddy forwards by its own configuration in JSON."""

from __future__ import annotations

import json

import pytest
from tests.collect.configs.on_disk import findings, routes

from holdfast.core.fact import UNSET

PROXY = {"handler": "reverse_proxy", "upstreams": [{"dial": "vllm:8000"}]}
LOGIN = {"handler": "authentication", "providers": {"http_basic": {"accounts": []}}}
ASKS = {
    "handler": "reverse_proxy",
    "upstreams": [{"dial": "authelia:9091"}],
    "rewrite": {"method": "GET", "uri": "/verify"},
    "handle_response": [{"match": {"status_code": [2]}, "routes": []}],
}
NO = {"handler": "static_response", "status_code": 403}
OUTSIDE = [{"not": [{"remote_ip": {"ranges": ["10.0.0.0/8"]}}]}]


def config(*found, listen=(":443",), http=None, admin=None, **server):
    apps = {"http": {**(http or {}), "servers": {"srv0": {"listen": list(listen), "routes": list(found), **server}}}}
    return json.dumps({"apps": apps, **({"admin": admin} if admin else {})}, indent=1)


def way(*handlers, **match):
    return {"handle": list(handlers), **({"match": [match]} if match else {})}


def only(root, *found, **server):
    (asset,) = routes(root, {"caddy.json": config(*found, **server)})
    return asset.facts


def test_a_way(tmp_path):
    nested = way({"handler": "subroute", "routes": [way(PROXY, path=["/v1/*"])]}, host=["ai.example"])
    (asset,) = routes(tmp_path, {"caddy.json": config(nested)})
    facts = asset.facts
    assert (facts.name, facts.controller, facts.hosts, facts.paths) == ("ai.example", "caddy", ["ai.example"], ["/v1/"])
    assert (facts.services, facts.products, facts.shows) == (["vllm:8000"], ["vllm"], [])
    assert (facts.tls, facts.auth, facts.loopback, facts.upstream_verified) == (True, False, False, None)
    assert asset.spots[""].line > 5


@pytest.mark.parametrize(
    ("found", "auth"),
    [
        ([way(LOGIN, PROXY)], True), ([way(PROXY, LOGIN)], False), ([way(LOGIN), way(PROXY)], True), ([way(ASKS, PROXY)], True),
        ([way(LOGIN, path=["/admin/*"]), way(PROXY)], UNSET), ([way(NO, header={"X": None}), way(PROXY)], UNSET),
        ([way({"handler": "subroute", "routes": [way(LOGIN)]}, PROXY)], True), ([way(PROXY)], False),
        ([{"handle": [NO], "match": OUTSIDE}, way(PROXY)], False),
    ],
)  # fmt: skip
def test_who_is_asked_for_a_login(tmp_path, found, auth):
    assert only(tmp_path, *found).auth is auth


@pytest.mark.parametrize(
    ("found", "restricted"),
    [
        ([{"handle": [NO], "match": OUTSIDE}, way(PROXY)], True), ([way(PROXY, remote_ip={"ranges": ["10.0.0.0/8"]})], True),
        ([way(PROXY, path=["/"])], False), ([way(NO, path=["/x"]), way(PROXY)], False),
    ],
)  # fmt: skip
def test_listed_addresses(tmp_path, found, restricted):
    assert only(tmp_path, *found).restricted is restricted


@pytest.mark.parametrize(
    ("server", "host", "tls", "local"),
    [
        ({}, [], True, False), ({"listen": [":8443"]}, [], False, False), ({"listen": [":8443"]}, ["a"], True, False),
        ({"listen": [":80"]}, ["a"], False, False), ({"listen": [":80", ":443"]}, ["a"], False, False),
        ({"automatic_https": {"disable": True}}, ["a"], False, False), ({"listen": [":1"], "tls_connection_policies": [{}]}, [], True, False),
        ({"listen": ["127.0.0.1:80"]}, [], True, True), ({"listen": ["unix//run/caddy.sock"]}, [], True, True),
        ({"listen": ["tcp/0.0.0.0:8080"], "http": {"http_port": 8080}}, ["a"], False, False), ({"listen": []}, ["a"], True, False),
    ],
)  # fmt: skip
def test_who_reaches_it_and_how(tmp_path, server, host, tls, local):
    found = only(tmp_path, way(PROXY, host=host) if host else way(PROXY), **server)
    assert (found.tls, found.loopback) == (tls, local)


@pytest.mark.parametrize(
    ("policies", "auth", "versions"),
    [
        ([{"client_authentication": {"mode": "require_and_verify"}}], True, None),
        ([{"client_authentication": {"trusted_ca_certs": ["x"]}}, {}], False, None),
        ([{"client_authentication": {"ca": {"provider": "file"}}}], True, None),
        ([{"client_authentication": {"mode": "verify_if_given"}}], False, None),
        ([{"protocol_min": "tls1.1"}], False, ["TLSv1.1", "TLSv1.2", "TLSv1.3"]),
    ],
)
def test_policies_of_tls(tmp_path, policies, auth, versions):
    found = only(tmp_path, way(PROXY), tls_connection_policies=policies)
    assert (found.auth, found.tls_versions) == (auth, versions)


@pytest.mark.parametrize(
    ("dial", "transport", "verified"),
    [("a:1", {}, None), ("a:1", {"tls": {}}, True), ("a:1", {"tls": {"insecure_skip_verify": True}}, False), ("localhost:1", {"tls": {}}, None)],
)  # fmt: skip
def test_the_certificate_behind(tmp_path, dial, transport, verified):
    proxy = {"handler": "reverse_proxy", "upstreams": [{"dial": dial}], "transport": transport}
    assert only(tmp_path, way(proxy)).upstream_verified is verified


def test_listings_and_limits(tmp_path):
    found = only(tmp_path, way({"handler": "rate_limit"}, {"handler": "file_server", "browse": {}}))
    assert (found.shows, found.rate_limited, found.services) == (["autoindex"], True, [])


def test_the_administration(tmp_path):
    def text(admin):
        return config(way(PROXY), admin=admin)

    (shown, _) = routes(tmp_path, {"caddy.json": text({"listen": "0.0.0.0:2019"})})
    assert (shown.facts.shows, shown.facts.loopback, shown.id) == (["admin"], False, f"route/{shown.path}/admin:2019")
    told = findings(tmp_path, {"caddy.json": text({"listen": ":2019"})})
    assert "proxy-administration-reachable" in {rule for rule, status, _ in told if status == "fail"}
    assert len(routes(tmp_path, {"caddy.json": text({"listen": ":2019", "disabled": True})})) == 1
    (local, _) = routes(tmp_path, {"caddy.json": text({"listen": "unix//run/admin.sock"})})
    assert local.facts.loopback is True


def test_deep_and_foreign_documents(tmp_path):
    deep = way(PROXY)
    for _ in range(40):
        deep = way({"handler": "subroute", "routes": [deep]})
    assert routes(tmp_path, {"a.json": config(deep)}) == []
    others = ['{"a": "reverse_proxy"}', '{"apps": {"http": {"servers": {"a": 1}}}, "b": "reverse_proxy"}']
    assert routes(tmp_path, {f"b{at}.json": text for at, text in enumerate(others)}) == []
