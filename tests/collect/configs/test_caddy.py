"""What Caddy forwards, and under which conditions."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, routes

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET


def only(root, block: str = "", address: str = "ai.example", proxy: str = "reverse_proxy vllm:8000"):
    (found,) = routes(root, {"Caddyfile": f"{address} {{\n{block}\n{proxy}\n}}\n"})
    return found.facts


@pytest.mark.parametrize(
    ("block", "auth"),
    [
        ("", False), ("basic_auth {\n a b\n}", True), ("forward_auth authelia:9091", True), ("basic_auth /admin/* {\n}", UNSET),
        ("basic_auth * {\n}", True), ("tls {\n client_auth {\n  mode require\n }\n}", True), ("tls {\n client_auth {\n  mode verify_if_given\n }\n}", False), ("import auth", UNSET),
        ("@bad not header X k\nrespond @bad 401", UNSET), ("log", False),
    ],
)  # fmt: skip
def test_who_is_asked_for_a_login(tmp_path, block, auth):
    assert only(tmp_path, block).auth is auth


@pytest.mark.parametrize(
    ("address", "block", "tls", "local"),
    [
        ("ai.example", "", True, False), ("http://ai.example", "", False, False), (":80", "", False, False),
        (":8443", "tls internal", True, False), (":443", "", True, False), ("http://a, https://a", "tls internal", False, False),
        ("localhost", "", True, False), ("http://127.0.0.1:8080", "", False, False),
        ("localhost", "bind localhost", True, True), ("a.example", "bind unix//run/caddy", True, True), ("a.example", "bind tcp4/127.0.0.1 [::1]", True, True),
        ("a.example", "bind 127.0.0.1 10.0.0.1", True, False), (":80", "bind {$ADDRESS}", False, UNSET), (":80", "bind {$ADDRESS:127.0.0.1}", True, True),
        ("a.example", "bind fd/3", True, UNSET), ("{$SITE}", "", UNSET, False), ("{$DOMAIN}", "", True, False), ("{$SITE::80}", "", False, False),
        ("{$SITE}:80", "", False, False), (":8080", "bind 127.0.0.1", True, True),
        ("ai.example:8443", "", True, False), ("ai.example:80", "", False, False), ("10.0.0.1:9000", "", True, False),
    ],
)  # fmt: skip
def test_who_reaches_it_and_how(tmp_path, address, block, tls, local):
    found = only(tmp_path, block, address)
    assert (found.tls, found.loopback) == (tls, local)


@pytest.mark.parametrize(
    ("proxy", "services", "verified"),
    [
        ("reverse_proxy vllm:8000", ["vllm:8000"], None),
        ("reverse_proxy /v1/* {\n to http://vllm-a\n to vllm-b:1\n}", ["vllm-a:80", "vllm-b:1"], None),
        ("reverse_proxy https://vllm", ["vllm:443"], True),
        ("reverse_proxy https://vllm {\n transport http {\n  tls_insecure_skip_verify\n }\n}", ["vllm:443"], False),
        (
            "reverse_proxy https://localhost:1 {\n transport http {\n  tls_insecure_skip_verify\n }\n}",
            ["localhost:1"],
            None,
        ),
        ("handle_path /v1/* {\n reverse_proxy vllm:8000\n}", ["vllm:8000"], None),
    ],
)
def test_what_stands_behind(tmp_path, proxy, services, verified):
    found = only(tmp_path, proxy=proxy)
    assert (found.services, found.upstream_verified, found.products) == (
        services,
        verified,
        ["vllm"] if "vllm" in proxy else [],
    )
    assert found.paths == (["/v1/"] if "/v1" in proxy else ["/"])


def test_more_facts(tmp_path):
    assert only(tmp_path, "rate_limit {\n}").rate_limited is True
    assert only(tmp_path, "tls {\n protocols tls1.1\n}").tls_versions == ["TLSv1.1", "TLSv1.2", "TLSv1.3"]
    assert only(tmp_path, "tls {\n protocols\n ciphers x\n}").tls_versions is None
    assert only(tmp_path, "@out not remote_ip 10.0.0.0/8\nabort @out").restricted is True
    assert only(tmp_path, "@out {\n not remote_ip 10.0.0.0/8\n}\nabort @out").restricted is False
    assert only(tmp_path, "@out {\n remote_ip 10.0.0.0/8\n}\nabort @out").restricted is True


def test_files_and_administration(tmp_path):
    text = "{\n  admin :2019\n}\nmodels.example {\n  root * /srv\n  file_server browse\n}\nb.example {\n  file_server {\n    browse\n  }\n  file_server\n}\n"
    assert findings(tmp_path, {"Caddyfile": text}) == [
        ("proxy-administration-reachable", "fail", 2), ("route-lists-files", "fail", 6), ("route-lists-files", "fail", 9),
    ]  # fmt: skip
    assert [asset.spots[""] for asset in routes(tmp_path, {})] == [Spot(2, 1), Spot(6, 1), Spot(9, 1)]
    for quiet in ("off", "localhost:2019", "unix//run/caddy.sock"):
        assert findings(tmp_path, {"Caddyfile": f"{{\n  admin {quiet}\n  debug\n}}\n"}) == []


def test_gaps(tmp_path):
    assert gaps(tmp_path, {"Caddyfile": "a {\n"}) == [("Caddyfile", "unreadable", 1)]


SITE = "llm.example {\n reverse_proxy vllm:8000\n}\n"


def test_imports_on_the_first_level(tmp_path):
    files = {"Caddyfile": f"import sites/*\n\n{SITE}", "sites/a.caddy": ":80 {\n reverse_proxy ollama:11434\n}\n"}
    found = {asset.path.removeprefix(f"{tmp_path}/"): asset.facts.tls for asset in routes(tmp_path, files)}
    assert found == {"Caddyfile": True, "sites/a.caddy": False}
    assert gaps(tmp_path, {}) == []


def test_snippets_of_imported_files(tmp_path):
    files = {
        "Caddyfile": "import s\n:80 {\n import auth\n reverse_proxy vllm:8000\n}\n",
        "s": "(auth) {\n basic_auth * {\n }\n}\n",
    }
    (asset,) = routes(tmp_path, files)
    assert asset.facts.auth is True


@pytest.mark.parametrize(
    ("line", "kind"),
    [("import nope/*", "left_out"), ("import Caddyfile", "unreadable"), ("import /etc/passwd", "left_out")],
)
def test_imports_that_are_not_read(tmp_path, line, kind):
    files = {"Caddyfile": f"{SITE}{line}\n"}
    assert len(routes(tmp_path, files)) == 1
    assert [gap[1:] for gap in gaps(tmp_path, {})] == [(kind, 4)]


def test_an_imported_file_that_is_broken(tmp_path):
    files = {"Caddyfile": f"import s\n{SITE}", "s": "}\n"}
    assert len(routes(tmp_path, files)) == 1
    assert gaps(tmp_path, {}) == [("s", "unreadable", 1)]


def test_an_address_for_all_sites(tmp_path):
    (asset,) = routes(tmp_path, {"Caddyfile": "{\n default_bind 127.0.0.1\n}\n:80 {\n reverse_proxy ollama:11434\n}\n"})
    assert asset.facts.loopback is True


def test_the_name_of_a_site_keeps_nobody_out(tmp_path):
    site = "localhost {\n reverse_proxy ollama:11434\n}\n"
    assert ("ai-server-route-without-authentication", "fail", 2) in findings(tmp_path, {"Caddyfile": site})
    both = "{$SITE:localhost} {\n reverse_proxy {$UP:ollama:11434}\n}\n"
    assert ("ai-server-route-without-authentication", "fail", 2) in findings(tmp_path, {"Caddyfile": both})
    assert routes(tmp_path, {})[0].facts.services == ["ollama:11434"]


@pytest.mark.parametrize("proxy", ["reverse_proxy {$UP}", "reverse_proxy {\n dynamic srv a.example\n}"])
def test_services_that_nobody_can_tell(tmp_path, proxy):
    assert only(tmp_path, proxy=proxy).products is UNSET
    assert ("ai-server-route-without-authentication", "unknown", 3) in findings(tmp_path, {})


def test_arguments_of_snippets(tmp_path):
    text = "(up) {\n reverse_proxy {args[0]} {args.1} {args[2]} {args[:]}\n}\n:80 {\n import up ollama:11434 vllm:8000\n}\n"
    (asset,) = routes(tmp_path, {"Caddyfile": text})
    assert asset.facts.services == ["ollama:11434", "vllm:8000", "ollama:11434", "vllm:8000"]
    assert asset.facts.products == ["ollama", "vllm"]


@pytest.mark.parametrize("name", ["Caddyfile.prod", "Caddyfile-dev", "prod.Caddyfile", "sites/a.caddy"])
def test_other_names_of_files(tmp_path, name):
    assert len(routes(tmp_path, {name: SITE})) == 1


def test_files_that_another_one_imports_are_read_once(tmp_path):
    files = {"Caddyfile": "import sites/*.caddy\n", "sites/a.caddy": SITE}
    (asset,) = routes(tmp_path, files)
    assert asset.path.endswith("sites/a.caddy")


def test_names_that_mean_something_else(tmp_path):
    assert routes(tmp_path, {"Caddyfile.md": SITE, "caddyfile.go": SITE}) == []
