"""Traefik's static and dynamic configuration."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, routes

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET


def config(
    router: str = "", middlewares: str = "", url: str = "http://vllm:8000", more: str = "", balancer: str = ""
) -> str:
    return f"""\
http:
  routers:
    ai:
      rule: Host(`ai.example`) && PathPrefix(`/v1`)
      service: llm
      {router}
  services:
    llm: {{loadBalancer: {{servers: [{{url: "{url}"}}]{balancer}}}}}
  middlewares: {{{middlewares}}}
{more}
"""


def only(root, *parts, **named):
    (found,) = routes(root, {"dynamic.yml": config(*parts, **named)})
    return found.facts


@pytest.mark.parametrize(
    ("router", "middlewares", "auth", "limited", "restricted"),
    [
        ("", "", False, False, False),
        ("middlewares: [a]", "a: {basicAuth: {users: []}}", True, False, False),
        ("middlewares: [a@file]", "a: {forwardAuth: {address: x}}", True, False, False),
        ("middlewares: [a]", "a: {chain: {middlewares: [b, a]}}, b: {digestAuth: {}}", True, False, False),
        ("middlewares: [a]", "a: {rateLimit: {average: 1}}", False, True, False),
        ("middlewares: [a]", "a: {ipAllowList: {}}", False, False, True),
        ("middlewares: [a]", "a: {plugin: {}}", UNSET, False, False),
        ("middlewares: [gone@docker]", "", UNSET, UNSET, UNSET),
        ("middlewares: a", "a: {compress: {}}", False, False, False),
    ],
)
def test_middlewares(tmp_path, router, middlewares, auth, limited, restricted):
    found = only(tmp_path, router, middlewares)
    assert (found.auth, found.rate_limited, found.restricted) == (auth, limited, restricted)


def test_facts(tmp_path):
    found = only(tmp_path)
    assert (found.hosts, found.paths, found.services, found.products) == (
        ["ai.example"],
        ["/v1"],
        ["vllm:8000"],
        ["vllm"],
    )
    assert (found.tls, found.tls_versions, found.loopback, found.upstream_verified) == (False, None, False, None)
    found = only(tmp_path, "tls: {}")
    assert (found.tls, found.tls_versions) == (True, ["TLSv1.2", "TLSv1.3"])
    assert only(tmp_path, "entryPoints: [web]").tls is UNSET
    web = "entryPoints: {web: {address: '127.0.0.1:80', http: {tls: {}, middlewares: [a]}}}"
    found = only(tmp_path, "entryPoints: [web]", "a: {basicAuth: {}}", more=web)
    assert (found.tls, found.loopback, found.auth) == (True, True, True)
    old = "tls: {options: {default: {minVersion: VersionTLS11}, odd: {minVersion: x}}}"
    assert only(tmp_path, "tls: {}", more=old).tls_versions == ["TLSv1.1", "TLSv1.2", "TLSv1.3"]
    assert only(tmp_path, "tls: {options: odd}", more=old).tls_versions is UNSET
    assert only(tmp_path, "tls: {options: gone}", more=old).tls_versions is UNSET


@pytest.mark.parametrize(
    ("url", "balancer", "more", "verified"),
    [
        ("https://vllm:8443", "", "", True),
        ("https://vllm:8443", "", "serversTransport: {insecureSkipVerify: true}", False),
        ("https://vllm:8443", ", serversTransport: t", "  serversTransports: {t: {insecureSkipVerify: true}}", False),
        ("https://vllm:8443", ", serversTransport: t", "  serversTransports: {t: {rootCAs: [x]}}", True),
        ("https://127.0.0.1:8443", "", "serversTransport: {insecureSkipVerify: true}", None),
    ],
)
def test_whether_the_service_is_verified(tmp_path, url, balancer, more, verified):
    assert only(tmp_path, url=url, balancer=balancer, more=more).upstream_verified is verified


def test_weighted_services(tmp_path):
    text = (
        config()
        .replace("service: llm", "service: both")
        .replace("  services:\n", "  services:\n    both: {weighted: {services: [{name: llm}, 1]}}\n")
    )
    assert routes(tmp_path, {"dynamic.yml": text})[0].facts.services == ["vllm:8000"]


def test_the_dashboard(tmp_path):
    text = "entryPoints: {web: {address: ':80'}}\napi:\n  insecure: true\n"
    assert findings(tmp_path, {"traefik.yml": text}, "ai-default") == [("proxy-administration-reachable", "fail", 3)]
    assert routes(tmp_path, {})[0].spots[""] == Spot(3, 3)
    assert findings(tmp_path, {"traefik.yml": text + "  x: 1\n"}, "ai-default") != []
    local = text.replace("':80'}", "':80'}, traefik: {address: '127.0.0.1:8080'}")
    assert findings(tmp_path, {"traefik.yml": local}) == []
    router = "http: {routers: {d: {rule: Host(`x`), service: api@internal, tls: {}}, no: 1}}\nloadBalancer: 1\n"
    assert findings(tmp_path, {"traefik.yml": router}, "ai-default") == [("proxy-administration-reachable", "fail", 1)]


def test_toml(tmp_path):
    text = '[entryPoints.web]\naddress = ":80"\n[api]\ninsecure = true\n[[a.list]]\nb = [1]\n'
    assert routes(tmp_path, {"traefik.toml": text})[0].facts.shows == ["api"]
    assert routes(tmp_path, {"traefik.toml": "[log]\nlevel = 'INFO'\n"}) == []
    assert gaps(tmp_path, {"traefik.toml": "[log\n"}) == [("traefik.toml", "unreadable", 1)]
    assert gaps(tmp_path, {"traefik.toml": "a." * 100_000 + "b = 1\n"}) == [("traefik.toml", "unreadable", 1)]
    deep = ".".join(["a"] * 30) + " = 1\n[api]\ninsecure = true\n"
    assert len(routes(tmp_path, {"traefik.toml": deep})) == 1


def test_other_documents_say_nothing(tmp_path):
    assert routes(tmp_path, {"a.yaml": "x: entryPoints\n", "b.yaml": "http: {}\nloadBalancer: 1\n"}) == []


TCP = """\
entryPoints: {{cache: {{address: "{address}"}}}}
tcp:
  routers:
    cache:
      entryPoints: [cache]
      rule: HostSNI(`*`)
      service: {service}
      {router}
  services:
    cache: {{loadBalancer: {{servers: [{{address: "redis:6379"}}]}}}}
    both: {{weighted: {{services: [{{name: cache}}]}}}}
  middlewares: {{list: {{ipAllowList: {{sourceRange: [10.0.0.0/8]}}}}}}
tls: {{options: {{mutual: {{clientAuth: {{clientAuthType: RequireAndVerifyClientCert}}}}}}}}
"""


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({}, "fail"), ({"address": "127.0.0.1:6379"}, ""), ({"router": "middlewares: [list]"}, ""), ({"router": "middlewares: [gone]"}, "unknown"),
        ({"router": "tls: {options: mutual}"}, ""), ({"router": "tls: {}"}, "fail"), ({"router": "tls: {passthrough: true, options: mutual}"}, "fail"),
        ({"service": "both"}, "fail"), ({"service": "gone"}, "unknown"),
    ],
)  # fmt: skip
def test_tunnels(tmp_path, parts, status):
    text = TCP.format(**{"address": ":6379", "service": "cache", "router": "", **parts})
    found = {
        status for rule, status, _ in findings(tmp_path, {"t.yml": text}) if rule == "proxy-forwards-internal-port"
    }
    assert found == ({status} if status else set())


def test_certificates_of_clients(tmp_path):
    options = "tls: {options: {default: {clientAuth: {clientAuthType: RequireAndVerifyClientCert}}}}"
    assert only(tmp_path, "tls: {}", more=options).auth is True
    assert only(tmp_path, more=options).auth is False


def test_a_static_file_without_entry_points(tmp_path):
    text = "api:\n  insecure: true\nproviders:\n  docker: {}\n"
    assert findings(tmp_path, {"traefik.yml": text}) == [("proxy-administration-reachable", "fail", 2)]


@pytest.mark.parametrize("name", ["dynamic.toml", "traefik/routers.toml", "traefik_dynamic.toml"])
def test_other_names_of_files(tmp_path, name):
    text = "[http.routers.a]\nrule = 'Host(`a`)'\nservice = 'ollama'\n"
    assert len(routes(tmp_path, {name: text})) == 1


def test_services_of_services(tmp_path):
    rows = "".join(
        f"    s{at}: {{weighted: {{services: [{', '.join(f'{{name: s{at + 1}}}' for _ in range(9))}]}}}}\n"
        for at in range(30)
    )
    text = f"http:\n  routers: {{a: {{service: s0, rule: 'Host(`a`)'}}}}\n  services:\n{rows}    s30: {{loadBalancer: {{servers: [{{url: 'http://ollama:11434'}}]}}}}\n"
    (asset,) = routes(tmp_path, {"dynamic.yml": text})
    assert asset.facts.services == ["ollama:11434"]
