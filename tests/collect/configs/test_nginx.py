"""What nginx forwards, and under which conditions."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import HOST, findings, gaps, items, routes, write

from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET

MAIN = "etc/nginx/nginx.conf"
DEBIAN = {
    **HOST,
    MAIN: """\
    user www-data;
    worker_processes auto;
    include /etc/nginx/modules-enabled/*.conf;
    events { worker_connections 768; }
    http {
        sendfile on;
        include /etc/nginx/mime.types;
        ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; # Dropping SSLv3, ref: POODLE
        ssl_prefer_server_ciphers on;
        access_log /var/log/nginx/access.log;
        gzip on;
        include /etc/nginx/conf.d/*.conf;
        include /etc/nginx/sites-enabled/*;
    }
    """,
    "etc/nginx/sites-available/default": """\
    server {
        listen 80 default_server;
        listen [::]:80 default_server;
        root /var/www/html;
        index index.html index.htm index.nginx-debian.html;
        server_name _;
        location / { try_files $uri $uri/ =404; }
    }
    """,
}
"""What Debian 12's nginx 1.22.1 ships, without comments."""


def debian(root):
    write(root, DEBIAN)
    enabled = root / "etc/nginx/sites-enabled"
    enabled.mkdir()
    (enabled / "default").symlink_to("../sites-available/default")
    return root


def test_what_debian_ships_has_nothing_to_find(tmp_path):
    assert findings(debian(tmp_path), {}) == []
    assert [item for item in items(tmp_path, {}) if isinstance(item, Asset)] == []


def test_a_site_on_debian_takes_old_tls_from_the_main_file(tmp_path):
    site = "server { listen 443 ssl; location /v1 { limit_req zone=a; auth_request /auth; proxy_pass http://vllm:8000; } }\n"
    found = findings(debian(tmp_path), {"etc/nginx/conf.d/ai.conf": site})
    # True: the main file that Debian ships names TLSv1 and TLSv1.1, and this site takes that over.
    assert found == [("route-accepts-old-tls", "fail", 8)]
    (route,) = routes(tmp_path, {})
    assert route.spots["tls_versions"] == Spot(8, 1, "", f"{tmp_path}/etc/nginx/nginx.conf")
    assert route.spots[""] == Spot(1, 1, "", f"{tmp_path}/etc/nginx/conf.d/ai.conf")
    assert route.id == f"route/{tmp_path}/{MAIN}/default:443/v1"


def only(root, location: str, around: str = "", listen: str = "443 ssl", http: str = ""):
    text = f"http {{ {http} server {{ listen {listen}; {around} location / {{ {location} }} }} }}\n"
    (found,) = routes(root, {"nginx.conf": text})
    return found.facts


PASS = "proxy_pass http://vllm:8000;"


@pytest.mark.parametrize(
    ("location", "around", "auth"),
    [
        (PASS, "", False),
        (f"auth_basic x; {PASS}", "", True),
        (PASS, "auth_basic x;", True),
        (f"auth_basic off; {PASS}", "auth_basic x;", False),
        (f"auth_request /auth; {PASS}", "", True),
        (f"auth_jwt realm; {PASS}", "", True),
        (PASS, "ssl_verify_client on;", True),
        (PASS, "ssl_verify_client optional;", False),
        (f"auth_basic x; satisfy any; allow 10.0.0.0/8; deny all; {PASS}", "", True),
        (f"auth_basic x; satisfy any; allow all; {PASS}", "", False),
        (f"auth_basic x; satisfy any; {PASS}", "", True),
        (f"auth_basic x; satisfy all; allow all; {PASS}", "", True),
        (f"access_by_lua_block {{ x() }} {PASS}", "", UNSET),
        (f'if ($http_authorization != "Bearer k") {{ return 401; }} {PASS}', "", True),
        (PASS, "if ($api_key_ok = 0) { return 403; }", True),
        (f"if ($bad_agent) {{ return 403; }} {PASS}", "", UNSET),
        (f"if ($x) {{ return 200; }} {PASS}", "", False),
        (PASS, "include gone.conf;", UNSET),
        (f"include fastcgi_params; {PASS}", "", False),
    ],
)  # fmt: skip
def test_who_is_asked_for_a_login(tmp_path, location, around, auth):
    assert only(tmp_path, location, around).auth is auth


@pytest.mark.parametrize(
    ("listen", "around", "tls", "local"),
    [
        ("443 ssl", "", True, False),
        ("80", "", False, False),
        ("443 ssl; listen [::]:80", "", False, False),
        ("443 ssl; listen 80", "if ($scheme = http) { return 301 https://$host$request_uri; }", True, False),
        ("80", "if ($http_x_forwarded_proto != https) { return 301 https://$host$request_uri; }", True, False),
        ("443 ssl; listen 127.0.0.1:80", "", True, False),
        ("127.0.0.1:80", "", True, True),
        ("[::1]:80; listen unix:/run/x.sock", "", True, True),
        ("443", "ssl on;", True, False),
        ("443 quic", "", True, False),
        ("localhost", "", True, True),
        ("10.0.0.5", "", False, False),
        ("443 ssl", "allow 127.0.0.1; allow ::1; deny all;", True, True),
        ("443 ssl", "allow 10.0.0.0/8; deny all;", True, False),
    ],
)
def test_who_reaches_it_and_how(tmp_path, listen, around, tls, local):
    found = only(tmp_path, PASS, around, listen)
    assert (found.tls, found.loopback) == (tls, local)


@pytest.mark.parametrize(
    ("location", "http", "services", "products", "guarded"),
    [
        ("proxy_pass http://vllm:8000;", "", ["vllm:8000"], ["vllm"], UNSET),
        ("proxy_pass http://127.0.0.1:11434/;", "", ["127.0.0.1:11434"], ["ollama"], False),
        ("proxy_pass http://127.0.0.1:8000;", "", ["127.0.0.1:8000"], [], UNSET),
        ("proxy_pass http://app;", "", ["app:80"], [], UNSET),
        ("proxy_pass https://app;", "", ["app:443"], [], UNSET),
        ("proxy_pass http://llms;", "upstream llms { least_conn; server 10.0.0.5:8000; server vllm-b:8000 weight=2; }",
         ["10.0.0.5:8000", "vllm-b:8000"], ["vllm"], UNSET),
        ("proxy_pass http://vllm_backend;", "upstream vllm_backend { server 10.0.0.5:8000; }", ["10.0.0.5:8000"], ["vllm"], UNSET),
        ("set $u vllm; proxy_pass http://$u;", "upstream vllm { server 10.0.0.5:8000; }", ["10.0.0.5:8000"], ["vllm"], UNSET),
        ("set $u app; proxy_pass http://$u;", "upstream app { server 10.0.0.5:8000; }", ["10.0.0.5:8000"], [], UNSET),
        ("set $up http://ollama:11434; proxy_pass $up;", "", ["ollama:11434"], ["ollama"], False),
        ("proxy_pass http://$backend;", "", [], UNSET, UNSET),
        ("grpc_pass grpc://triton:8001;", "", ["triton:8001"], ["triton"], UNSET),
        ("proxy_pass http://qdrant;", "", ["qdrant:80"], ["qdrant"], UNSET),
        ("proxy_pass http://travllmer:1;", "", ["travllmer:1"], [], UNSET),
        ("limit_except GET { proxy_pass http://ollama:1; }", "", ["ollama:1"], ["ollama"], False),
    ],
)  # fmt: skip
def test_what_stands_behind(tmp_path, location, http, services, products, guarded):
    found = only(tmp_path, location, http=http)
    assert (found.services, found.products, found.guarded) == (services, products, guarded)


def test_names_and_paths_hint_at_the_product_but_say_nothing_of_its_login(tmp_path):
    found = only(tmp_path, "proxy_pass http://127.0.0.1:8080;", "server_name ollama.example.com;")
    assert (found.products, found.guarded, found.hosts) == (["ollama"], UNSET, ["ollama.example.com"])


@pytest.mark.parametrize(
    ("location", "around", "verified"),
    [
        (PASS, "", None),
        ("proxy_pass https://vllm:8443;", "", False),
        ("proxy_pass https://vllm:8443;", "proxy_ssl_verify on;", True),
        ("proxy_ssl_verify off; proxy_pass https://vllm:8443;", "proxy_ssl_verify on;", False),
        ("proxy_pass https://127.0.0.1:8443;", "", None),
        ("grpc_pass grpcs://vllm:8443;", "proxy_ssl_verify on;", False),
    ],
)
def test_whether_the_service_is_verified(tmp_path, location, around, verified):
    assert only(tmp_path, location, around).upstream_verified is verified


def test_limits_and_addresses(tmp_path):
    assert only(tmp_path, PASS).rate_limited is False
    assert only(tmp_path, PASS, "limit_req zone=a;").rate_limited is True
    assert only(tmp_path, f"access_by_lua_file x.lua; {PASS}").rate_limited is UNSET
    assert only(tmp_path, PASS, "allow 10.0.0.0/8; deny all;").restricted is True
    assert only(tmp_path, PASS, "deny 10.0.0.0/8;").restricted is False
    assert only(tmp_path, PASS, "ssl_protocols TLSv1.2 TLSv1.3;").tls_versions == ["TLSv1.2", "TLSv1.3"]
    assert only(tmp_path, PASS).tls_versions is None
    assert only(tmp_path, PASS, listen="80").tls_versions is None


def test_every_place_is_a_route(tmp_path):
    text = """\
    events {}
    http {
      server {
        server_name a.example;
        listen 80;
        autoindex on;
        location = /auth { internal; proxy_pass http://auth; }
        location /v1 { proxy_pass http://vllm:8000; location /v1/models { proxy_pass http://vllm:8000; } }
        location ~ ^/(api|ws) { proxy_pass http://open-webui:8080; }
        location /status { stub_status; }
        location /v1 { proxy_pass http://vllm:8000; }
        location { proxy_pass http://vllm:8000; }
      }
      server { listen 80 default_server; return 301 https://$host$request_uri; location / { proxy_pass http://x; } }
      server { location /x { proxy_pass http://x; } }
    }
    """
    found = routes(tmp_path, {"nginx.conf": text})
    assert [(asset.id.rpartition("nginx.conf/")[2], asset.spot("").line, asset.facts.shows) for asset in found] == [
        ("a.example:80/v1", 8, []), ("a.example:80/v1/models", 8, []), ("a.example:80~^/(api|ws)", 9, []),
        ("a.example:80/status", 10, ["stub_status"]), ("a.example:80/v1~2", 11, []), ("a.example:80/", 12, []),
        ("a.example:80/~2", 3, ["autoindex"]), ("default:80/x", 15, []),
    ]  # fmt: skip


def test_files_that_nothing_includes_are_judged_alone(tmp_path):
    files = {
        "deploy/nginx/vllm.conf": f"server {{ listen 80; location / {{ {PASS} }} }}\n",
        "deploy/conf.d/default.conf": "upstream a { server b:1; }\n",
        "deploy/conf.d/java.conf": "key=value\n",
        "deploy/nginx/gzip.conf": "gzip on;\n",
        "my-nginx.conf": "server { location / { proxy_pass http://ollama:11434; } }\n",
        "templates/default.conf.template": "server { listen ${PORT}; location / { proxy_pass http://tei:${X}; } }\n",
    }
    found = routes(tmp_path, files)
    assert sorted(str(asset.facts.products) for asset in found) == ["UNSET", "['ollama']", "['vllm']"]
    assert gaps(tmp_path, {}) == []


def test_sites_that_are_not_enabled_serve_nothing(tmp_path):
    site = {"etc/nginx/sites-available/ai": f"server {{ location / {{ {PASS} }} }}\n"}
    assert routes(tmp_path, {**DEBIAN, **site}) == []
    assert len(routes(tmp_path / "other", site)) == 1


def test_includes_count_from_the_main_file_and_end(tmp_path):
    files = {
        "nginx.conf": "http { include conf/a.conf; include nginx.conf; include gone.conf; include gone/*.conf; include; }\n",
        "conf/a.conf": f"server {{ include conf/b.conf; location / {{ {PASS} }} }}\n",
        "conf/b.conf": "auth_basic x;\n",
    }
    (route,) = routes(tmp_path, files)
    assert route.facts.auth is True
    assert gaps(tmp_path, {}) == [("nginx.conf", "left_out", 1)]
    assert gaps(tmp_path, {"conf/b.conf": "server { auth_basic"}) == [
        ("conf/b.conf", "unreadable", 1),
        ("nginx.conf", "left_out", 1),
    ]
    assert gaps(tmp_path, {"nginx.conf": "http { listen {{ port }}"}) == [("nginx.conf", "template", 1)]
    assert gaps(tmp_path, {"nginx.conf": "http {"}) == [("nginx.conf", "unreadable", 1)]


def test_parts_without_their_main_file_find_what_lies_beside_it(tmp_path):
    files = {
        "x/conf.d/a.conf": f"server {{ include login/a.conf; location / {{ {PASS} }} }}\n",
        "x/login/a.conf": "auth_basic x;\n",
    }
    (route,) = routes(tmp_path, files)
    assert route.facts.auth is True


def test_a_vllm_that_everybody_reaches(tmp_path):
    text = (
        "http {\n  server {\n    listen 80;\n    location / {\n      proxy_pass http://ollama:11434;\n    }\n  }\n}\n"
    )
    assert findings(tmp_path, {"nginx.conf": text}, "ai-default") == [
        ("ai-server-route-without-authentication", "fail", 5), ("ai-server-route-without-rate-limit", "fail", 5),
        ("ai-server-route-without-tls", "fail", 3),
    ]  # fmt: skip


COMPOSE = "services:\n  vllm:\n    image: vllm/vllm-openai:v0.25.0\n    command: --model m{}\n"


def test_servers_beside_say_whether_they_ask_for_a_login(tmp_path):
    site = f"server {{ listen 443 ssl; location /v1 {{ limit_req zone=a; {PASS} }} }}\n"
    files = {"compose.yaml": COMPOSE.format(""), "nginx/nginx.conf": f"http {{ {site} }}\n"}
    rule = "ai-server-route-without-authentication"
    assert (rule, "fail", 1) in findings(tmp_path, files, "ai-default")
    files["compose.yaml"] = COMPOSE.format(" --api-key ${KEY}")
    assert rule not in {each[0] for each in findings(tmp_path, files, "ai-default")}
    (tmp_path / "compose.yaml").unlink()
    # A server in another folder is another's.
    assert rule not in {
        each[0] for each in findings(tmp_path, {"other/compose.yaml": COMPOSE.format("")}, "ai-default")
    }


def test_includes_add_up_to_so_many_directives(tmp_path, monkeypatch):
    monkeypatch.setattr("holdfast.collect.configs.nginx.MAX_DIRECTIVES", 100)
    files = {
        "nginx/nginx.conf": "http { include 0.conf; }\n",
        "nginx/4.conf": f"server {{ location / {{ {PASS} }} }}\n",
    }
    files |= {f"nginx/{at}.conf": f"include {at + 1}.conf;\n" * 10 for at in range(4)}
    found = items(tmp_path, files)
    assert [(each.kind, each.line) for each in found if isinstance(each, Gap)] == [("unreadable", 1)]
    assert all(each.facts.auth is UNSET for each in found if isinstance(each, Asset))


def test_includes_are_followed_so_deep(tmp_path):
    files = {f"nginx/{at}.conf": f"include {at + 1}.conf;\n" for at in range(400)}
    files |= {"nginx/nginx.conf": "http { include 0.conf; }\n", "nginx/400.conf": "server { listen 80; }\n"}
    assert gaps(tmp_path, files)[0] == ("nginx/31.conf", "unreadable", 1)


STREAM = """\
stream {{
  upstream cache {{ server redis-0:6379; server redis-1:6379; }}
  map $ssl_preread_server_name $named {{ a.example vllm:8000; default etcd:2379; }}
  server {{ listen {listen}; {more} proxy_pass {target}; }}
}}
"""


@pytest.mark.parametrize(
    ("listen", "more", "target", "status"),
    [
        ("6379", "", "redis:6379", "fail"), ("6379", "", "cache", "fail"), ("9000", "", "$named", "fail"), ("127.0.0.1:6379", "", "cache", ""),
        ("unix:/run/a.sock", "", "cache", ""), ("6379", "allow 10.0.0.0/8; deny all;", "cache", ""), ("6379", "allow all;", "cache", "fail"),
        ("6379 ssl", "ssl_verify_client on;", "cache", ""), ("6379 ssl", "", "cache", "fail"), ("6379", "", "$remote", "unknown"),
        ("9000", "", "web:9876", ""),
    ],
)  # fmt: skip
def test_streams(tmp_path, listen, more, target, status):
    found = findings(tmp_path, {"nginx.conf": STREAM.format(listen=listen, more=more, target=target)})
    assert {status for rule, status, _ in found if rule == "proxy-forwards-internal-port"} == (
        {status} if status else set()
    )


def test_an_ai_server_behind_a_stream(tmp_path):
    text = STREAM.format(listen="443 ssl", more="", target="ollama:11434")
    (asset,) = routes(tmp_path, {"nginx.conf": text})
    assert (asset.facts.products, asset.facts.tls, asset.facts.tunnels, asset.partial) == (["ollama"], True, [], True)
    assert ("ai-server-route-without-authentication", "fail", 4) in findings(tmp_path, {}, "ai-default")


def test_what_a_map_may_give(tmp_path):
    text = "http { map $host $up { default http://ollama:11434; b vllm; } server { listen 80; location / { proxy_pass $up; } } }"
    (asset,) = routes(tmp_path, {"nginx.conf": text})
    assert asset.facts.services == ["ollama:11434", "vllm:80"]


def test_what_returns_hands_nothing_on(tmp_path):
    text = "http {{ server {{ listen 80; location / {{ {} proxy_pass http://ollama:11434; }} }} }}"
    assert routes(tmp_path, {"nginx.conf": text.format("return 302 https://x.example;")}) == []
    assert len(routes(tmp_path, {"nginx.conf": text.format("if ($a) { return 302 https://x.example; }")})) == 1


def test_a_list_of_addresses_is_named_for_what_it_is(tmp_path):
    text = (
        "http { server { listen 443 ssl; allow 10.0.0.0/8; deny all; location / { proxy_pass http://ollama:11434; } } }"
    )
    found = {rule for rule, *_ in findings(tmp_path, {"nginx.conf": text})}
    assert "ai-server-route-trusts-addresses" in found
    assert "ai-server-route-without-authentication" not in found


def test_parts_of_a_stream_whose_main_file_is_not_here(tmp_path):
    text = "upstream cache { server redis:6379; }\nserver { listen 6379; proxy_pass cache; }\nserver { listen 80; location / { proxy_pass http://ollama:11434; } }\n"
    found = routes(tmp_path, {"default.conf": text})
    assert sorted(str(asset.facts.tunnels) for asset in found) == ["['redis']", "[]"]
