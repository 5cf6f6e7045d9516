"""What HAProxy forwards, and under which conditions."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, routes

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET


def only(
    root, front: str = "", back: str = "server s1 vllm-0:8000", bind: str = "bind :443 ssl crt /c.pem", before: str = ""
):
    lines = "".join(f"  {line}\n" for line in (bind, *front.split(";"), "default_backend llm") if line.strip())
    behind = "".join(f"  {line}\n" for line in back.split(";") if line.strip())
    (found,) = routes(root, {"haproxy.cfg": f"{before}frontend web\n{lines}backend llm\n{behind}"})
    return found.facts


@pytest.mark.parametrize(
    ("front", "auth"),
    [
        ("", False),
        ("http-request auth realm x", True),
        ("http-request auth unless { http_auth(users) }", True),
        ("acl ok http_auth(users); http-request deny unless ok", True),
        ("acl ok http_auth(users); http-request deny if !ok", True),
        ("http-request deny unless { http_auth_bearer -m str k }", True),
        ("http-request auth if { path /admin }", UNSET),
        ("http-request deny if { path /admin }", False),
        ("http-request auth if { path_beg / }", True),
        ("http-request auth realm x if { path_beg /admin } !{ http_auth(users) }", UNSET),
        ("acl admin path_beg /admin; acl ok http_auth(users); http-request auth if admin !ok", UNSET),
        ("http-request auth if !{ http_auth(users) }", True),
        ("http-request auth if !{ var(txn.ok) -m bool }", UNSET),
        ("http-request auth unless { http_auth(users) } or { path_beg / }", False),
        ("http-request auth unless { http_auth(users) } or { path_beg /v1 }", UNSET),
        ("http-request auth unless { http_auth(users) } or { path /health }", True),
        ("http-request lua.check", UNSET),
        ("http-request set-header X y", False),
        ("stats auth a:b", False),
    ],
)
def test_who_is_asked_for_a_login(tmp_path, front, auth):
    assert only(tmp_path, front).auth is auth


KEY = "{ req.hdr(authorization) -m str Bearer\\ x }"


@pytest.mark.parametrize(
    ("front", "auth"),
    [
        (f"http-request deny deny_status 401 unless {KEY}", True),
        (f"http-request deny if !{KEY}", True),
        (f"http-request deny if ! {KEY}", True),
        (f"http-request deny if {KEY}", False),
        (f"http-request return status 401 unless {KEY}", True),
        (f"http-request return status 200 unless {KEY}", False),
        (f"http-request return unless {KEY}", False),
        (f"http-request tarpit unless {KEY}", True),
        (f"tcp-request content reject unless {KEY}", True),
        (f"tcp-request content accept unless {KEY}", False),
        (f"tcp-request inspect-delay 5s unless {KEY}", False),
        ("http-request", False),
        ("http-request deny", False),
        ("acl key req.hdr(x-api-key) -f keys; http-request deny unless key", True),
        ("acl key req.hdr(x-api-key) -f keys; http-request deny if !key", True),
        ("acl key req.hdr(x-api-key) -f keys; http-request deny if ! key", True),
        ("acl key req.hdr(x-api-key) -f; http-request deny unless key", False),
        ("acl key hdr_str(x-api-key) -i a; acl key path /health; http-request deny unless key", True),
        ("acl key req.hdr(x-api-key) -m found; http-request deny unless key", False),
        ("acl key req.hdr_cnt(x-api-key) ge 1; http-request deny unless key", False),
        ("acl key req.hdr(x-api-key) -m reg ^sk-; http-request deny unless key", UNSET),
        ("acl key hdr_beg(authorization) Bearer; http-request deny unless key", UNSET),
        ("acl key req.hdr(host) a.example; http-request deny unless key", False),
        ("acl key req.cook(session_token) a; http-request deny unless key", True),
        ("http-request deny unless unheard-of", False),
        ("http-request deny unless { }", False),
        ("http-request set-var(txn.ok) req.hdr(x),map(/k); http-request reject if !{ var(txn.ok) -m bool }", UNSET),
        ("http-request lua.auth-intercept a b; http-request deny unless { var(txn.auth_response_successful) -m bool }", True),
        (f"http-request deny if {{ path_beg /admin }} !{KEY}", UNSET),
        (f"http-request deny if {{ path_beg / }} !{KEY}", True),
        (f"http-request deny if !{{ path /health }} !{KEY}", True),
        (f"http-request deny if !{{ path_beg /v1 }} !{KEY}", UNSET),
        (f"http-request deny if {{ path /a }} || !{KEY}", True),
        (f"http-request deny unless {KEY} or {{ path /healthz }}", True),
        (f"http-request deny unless {KEY} or {{ path_beg /v1 }}", UNSET),
        (f"http-request deny unless {KEY} or {{ var(txn.ok) -m bool }}", UNSET),
        (f"http-request deny unless {{ method OPTIONS }} || {KEY} {{ ssl_fc }}", True),
        ("http-request deny if { ssl_c_verify ne 0 }", False),
        ("http-request deny unless { ssl_c_verify 0 }", False),
        ("http-request deny if { ssl_c_used 0 }", True),
        ("http-request deny unless { ssl_c_s_dn(cn) -f /allowed }", True),
        ("http-request deny unless { ssl_c_used } { ssl_c_verify 0 }", True),
    ],
)  # fmt: skip
def test_conditions_that_turn_strangers_away(tmp_path, front, auth):
    assert only(tmp_path, front).auth is auth


@pytest.mark.parametrize(
    ("check", "auth"),
    [
        ("http_auth_bearer -m found", False), ("http_auth_bearer -m str", False), ("http_auth_bearer -m reg ^a", UNSET),
        ("http_auth(u) -m found", False), ("http_auth_group(u) -m found", True), ("http_auth_group(u) admins", True),
        ("http_auth_bearer,jwt_header_query('$.alg') -m str RS256", False), ("ssl_c_s_dn -m found", True),
        ("var(txn.b),jwt_payload_query('$.iss') -m found", False), ("ssl_c_used -m found", False),
        ("http_auth_bearer,jwt_verify(txn.alg,txn.key) 1", True), ("http_auth_bearer,jwt_verify(txn.alg,txn.key) 0", False),
        ("req.hdr(authorization),map(/etc/keys) -m found", UNSET), ("ssl_c_used 0", False), ("http_auth(u)", True),
    ],
)  # fmt: skip
def test_that_something_is_there_proves_nothing(tmp_path, check, auth):
    assert only(tmp_path, f"http-request deny unless {{ {check} }}").auth is auth


@pytest.mark.parametrize(
    ("check", "auth"),
    [
        ("http_auth(u)", False), ("ssl_c_used 0", True), ("http_auth(u) -m bool false", True), ("http_auth_group(u) admins", UNSET),
        ("http_auth_bearer,jwt_verify(txn.alg,txn.key) 0", UNSET), ("http_auth_bearer,jwt_verify(txn.alg,txn.key) -m int ne 1", True),
    ],
)  # fmt: skip
def test_checks_that_failed_turn_strangers_away(tmp_path, check, auth):
    assert only(tmp_path, f"http-request deny if {{ {check} }}").auth is auth


@pytest.mark.parametrize(
    ("term", "auth"),
    [
        ("{ path /health }", True), ("{ path -i /api/health /readyz }", True), ("{ path_beg /-/healthy /-/ready }", True),
        ("{ path_beg /.well-known/acme-challenge/ }", True), ("{ path -m beg /server-status/ }", True), ("{ path /favicon.ico }", True),
        ("{ path_reg ^/(health|ready)/?$ }", True), ("{ path -m reg ^/api/version$ }", True), ("METH_OPTIONS", True), ("LOCALHOST", True),
        ("{ method OPTIONS }", True), ("{ src 10.0.0.0/8 192.0.2.1 }", True), ("{ src -f /etc/known/1 }", True),
        ("{ path_beg /deliver }", UNSET), ("{ path_beg /v1/status/jobs }", UNSET), ("{ path_sub health }", UNSET), ("{ path }", UNSET),
        ("{ path_reg ^/health|/v1 }", UNSET), ("{ path_reg health }", UNSET), ("{ path -m sub health }", UNSET),
        ("{ hdr(host) -i live.example.com }", UNSET), ("{ url_sub /health }", UNSET), ("{ path health }", UNSET),
        ("{ method GET OPTIONS }", UNSET), ("!{ path /health }", UNSET), ("!{ src 10.0.0.0/8 }", UNSET), ("{ path_beg / /health }", False),
        ("{ src 0.0.0.0/0 }", False), ("{ src 0.0.0.0/1 128.0.0.0/1 }", False), ("{ src 10.0.0.0/8 64.0.0.0/2 }", False), ("TRUE", False),
    ],
)  # fmt: skip
def test_what_may_be_let_through_without_a_proof(tmp_path, term, auth):
    assert only(tmp_path, f"http-request deny unless {{ http_auth(u) }} or {term}").auth is auth
    assert only(tmp_path, f"http-request allow if {term}; http-request deny unless {{ http_auth(u) }}").auth is auth


@pytest.mark.parametrize(
    ("front", "auth"),
    [
        (f"http-request allow; http-request deny unless {KEY}", False),
        (f"http-request deny unless {KEY}; http-request allow", True),
        (f"http-request allow if {{ path_beg /v1 }}; http-request deny unless {KEY}", UNSET),
        (f"http-request allow if {{ path_beg /v1 }} {KEY}; http-request deny unless {KEY}", True),
        (f"http-request allow if {KEY}; http-request deny", False),
        (f"http-request allow unless !{KEY}; http-request deny unless {KEY}", True),
        (f"http-request allow unless {{ path_beg /v1 }}; http-request deny unless {KEY}", UNSET),
        (f"http-request allow unless {KEY} or {{ path_beg /v1 }}; http-request deny unless {KEY}", UNSET),
        (f"http-request allow if !{{ ssl_c_used 0 }}; http-request deny unless {KEY}", True),
        (f"http-request allow if {{ path /a }}; http-request allow; http-request deny unless {KEY}", False),
        (f"http-request allow if {{ path_beg /v1 }}; tcp-request content reject unless {KEY}", True),
        (f"tcp-request content accept if {{ path_beg /v1 }}; tcp-request content reject unless {KEY}", UNSET),
        ("http-request allow if { path_beg /v1 }; http-request deny if { path /x }", False),
        ("acl key http_auth(u); acl key path_beg /; http-request deny unless key", False),
        ("acl key http_auth(u); acl key path_beg /v1; http-request deny unless key", UNSET),
        ("acl key http_auth(u); acl key var(txn.ok) -m bool; http-request deny unless key", UNSET),
    ],
)
def test_what_is_let_through_before_is_not_guarded(tmp_path, front, auth):
    assert only(tmp_path, front).auth is auth


def test_a_name_that_is_given_and_asked_for_many_times_is_looked_at_once(tmp_path):
    names = ";".join(f"acl key path /{at}" for at in range(3000))
    asked = ";".join(["http-request deny unless key"] * 3000)
    assert only(tmp_path, f"{names};{asked}").auth is False
    assert only(tmp_path, f"{names};acl key http_auth(u);{asked}").auth is UNSET


def test_what_the_frontend_lets_through_the_backend_may_refuse(tmp_path):
    guarded = f"server s1 vllm:8000; http-request deny unless {KEY}"
    assert only(tmp_path, "http-request allow", back=guarded).auth is True
    assert only(tmp_path, "acl ok http_auth(u)", back="server s1 vllm:8000; http-request deny unless ok").auth is False


@pytest.mark.parametrize(
    ("ways", "auth"),
    [
        ([f"use_backend llm if {KEY}", "default_backend other"], True),
        ([f"use_backend llm if {KEY}", f"use_backend llm if {{ path /x }} {KEY}"], True),
        ([f"use_backend llm if {KEY}", "default_backend llm"], False),
        ([f"use_backend llm if {KEY} or {{ path /x }}"], False),
        ([f"use_backend llm unless {KEY}"], False),
        (["use_backend llm if { var(txn.ok) -m bool }"], UNSET),
    ],
)
def test_lines_that_lead_only_those_with_a_key_to_a_backend(tmp_path, ways, auth):
    rows = "".join(f"  {way}\n" for way in ways)
    text = f"frontend web\n  bind :443 ssl crt /c\n{rows}backend llm\n  server s ollama:11434\n"
    found = {each.facts.paths[0]: each for each in routes(tmp_path, {"haproxy.cfg": text})}
    assert found.get("~llm", found.get("/")).facts.auth is auth


def test_each_frontend_is_shown_where_it_leads_to_the_backend(tmp_path):
    text = "frontend {0}\n  bind :443 ssl crt /c\n  default_backend llm\n"
    both = f"{text.format('a')}{text.format('b')}backend llm\n  server s ollama:11434\n"
    lines = [
        line
        for rule, status, line in findings(tmp_path, {"haproxy.cfg": both}, "ai-default")
        if (rule, status) == ("ai-server-route-without-authentication", "fail")
    ]
    assert sorted(lines) == [3, 6]


def test_a_login_in_the_backend_or_by_certificate_counts(tmp_path):
    assert only(tmp_path, back="server s1 vllm:8000; http-request auth").auth is True
    assert only(tmp_path, bind="bind :443 ssl crt /c ca-file /ca verify required").auth is True
    assert only(tmp_path, bind="bind :443 ssl crt /c ca-file /ca verify optional").auth is False


@pytest.mark.parametrize(
    ("bind", "tls", "local"),
    [
        ("bind :443 ssl crt /c", True, False), ("bind :80", False, False), ("bind *:80,:443 ssl", True, False),
        ("bind 127.0.0.1:80", True, True), ("bind /run/x.sock", True, True), ("bind unix@/run/x.sock", True, True),
        ("bind ipv4@127.0.0.1:80", True, True), ("bind fd@3", False, UNSET), ("mode http", True, UNSET),
        ("bind :8000-8010", False, False),
    ],
)  # fmt: skip
def test_who_reaches_it_and_how(tmp_path, bind, tls, local):
    found = only(tmp_path, bind=bind)
    assert (found.tls, found.loopback) == (tls, local)
    assert only(tmp_path, "http-request redirect scheme https unless { ssl_fc }", bind=bind).tls is True


OPTIONS = "global\n  ssl-default-bind-options {}\n"


@pytest.mark.parametrize(
    ("bind", "before", "versions"),
    [
        ("bind :443 ssl crt /c", "", ["TLSv1.2", "TLSv1.3"]),
        ("bind :443 ssl crt /c ssl-min-ver TLSv1.0", "", ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]),
        ("bind :443 ssl crt /c ssl-min-ver TLSv1.0 no-tlsv10", "", ["TLSv1.1", "TLSv1.2", "TLSv1.3"]),
        (
            "bind :443 ssl crt /c",
            OPTIONS.format("ssl-min-ver TLSv1.1 no-tls-tickets"),
            ["TLSv1.1", "TLSv1.2", "TLSv1.3"],
        ),
        ("bind :443 ssl crt /c", OPTIONS.format("prefer-client-ciphers no-tlsv12"), ["TLSv1.3"]),
        ("bind :443 ssl crt /c ssl-min-ver X", "", UNSET),
        ("bind :80", "", None),
    ],
)
def test_versions(tmp_path, bind, before, versions):
    assert only(tmp_path, bind=bind, before=before).tls_versions == versions


@pytest.mark.parametrize(
    ("front", "limited", "restricted"),
    [
        ("stick-table type ip size 1m store http_req_rate(10s); http-request track-sc0 src; http-request deny if { sc_http_req_rate(0) gt 20 }",
         True, False),
        ("acl fast sc_http_req_rate(0) gt 20; http-request track-sc0 src table t; http-request deny if fast", True, False),
        ("stick-table type ip size 1m store http_req_rate(10s)", False, False),
        ("acl ours src 10.0.0.0/8; http-request deny unless ours", False, True),
        ("acl ours src 10.0.0.0/8; http-request deny if !ours", False, True),
        ("acl bad src 10.0.0.0/8; http-request deny if bad", False, False),
        ("http-request deny unless { src 0.0.0.0/0 }", False, False),
        ("http-request deny unless { src 10.0.0.0/8 } or { path_beg / }", False, False),
    ],
)  # fmt: skip
def test_limits_and_addresses(tmp_path, front, limited, restricted):
    found = only(tmp_path, front)
    assert (found.rate_limited, found.restricted) == (limited, restricted)


@pytest.mark.parametrize(
    ("back", "services", "verified"),
    [
        ("server a vllm:8000", ["vllm:8000"], None),
        ("server a vllm:8000 ssl verify none", ["vllm:8000"], False),
        ("server a vllm:8000 ssl verify required ca-file /ca", ["vllm:8000"], True),
        ("default-server ssl verify none; server a vllm:8000", ["vllm:8000"], False),
        ("server a 127.0.0.1:8000 ssl verify none", ["127.0.0.1:8000"], None),
        ("server-template a 3 ollama:11434 check", ["ollama:11434"], None),
    ],
)
def test_what_stands_behind(tmp_path, back, services, verified):
    found = only(tmp_path, back=back)
    assert (found.services, found.upstream_verified) == (services, verified)


def test_global_lines_decide_on_certificates_too(tmp_path):
    text = "global\n {}\nfrontend f\n bind :80\n default_backend b\nbackend b\n server a vllm:8000 ssl{}\n"
    for line, own, verified in (
        ("ssl-server-verify none", "", False),
        ("ssl-server-verify required", "", True),
        ("ssl-server-verify none", " verify required ca-file /ca", True),
        ("ssl-default-server-options verify none", "", False),
    ):
        (found,) = routes(tmp_path, {"haproxy.cfg": text.format(line, own)})
        assert found.facts.upstream_verified is verified


def test_defaults_and_every_way(tmp_path):
    text = """\
    defaults base
      http-request auth
    defaults
      mode http
    frontend a from base
      bind :80
      use_backend ollama if { path_beg /o }
      use_backend gone if { path_beg /g }
      use_backend %[req.hdr(x)]
      use_backend ollama if { path_beg /p }
    listen b
      bind :81
      server tensorboard 10.0.0.1:6006
    backend ollama
      server x 10.0.0.2:11434
    backend empty
    """
    found = {asset.id.rpartition("haproxy.cfg/")[2]: asset for asset in routes(tmp_path, {"haproxy.cfg": text})}
    assert list(found) == ["a/ollama", "a/gone", "a/%[req.hdr(x)]", "b/b"]
    assert [asset.facts.auth for asset in found.values()] == [True, True, True, False]
    assert [asset.facts.products for asset in found.values()] == [["ollama"], [], UNSET, ["tensorboard"]]
    assert found["a/ollama"].spots == {"": Spot(7, 1), "tls": Spot(6, 1)}


def test_statistics(tmp_path):
    text = "listen stats\n  bind :8404\n  stats enable\n  stats uri /\n"
    assert findings(tmp_path, {"haproxy.cfg": text}, "ai-default") == [("proxy-administration-reachable", "fail", 1)]
    assert findings(tmp_path, {"haproxy.cfg": text + "  stats auth admin:x\n"}) == []
    front = "frontend f\n  bind :80\n  stats enable\n  default_backend b\nbackend b\n  server s app:1\n"
    assert [asset.facts.shows for asset in routes(tmp_path, {"haproxy.cfg": front})] == [["stats"], ["stats"]]


def test_gaps_and_too_many(tmp_path, monkeypatch):
    assert gaps(tmp_path, {"haproxy.cfg": "bind :80\n"}) == [("haproxy.cfg", "unreadable", 1)]
    monkeypatch.setattr("holdfast.collect.configs.haproxy.MAX_ROUTES", 0)
    assert routes(tmp_path, {"haproxy.cfg": "listen a\n server b c:1\n"}) == []


@pytest.mark.parametrize(
    ("line", "reachable"),
    [
        ("stats socket ipv4@0.0.0.0:9999 level admin", True), ("stats socket :9999", True), ("stats socket *:9999 level user", True),
        ("stats socket 127.0.0.1:9999 level admin", False), ("stats socket /run/haproxy/admin.sock mode 660 level admin", False),
        ("stats socket unix@/run/a.sock", False), ("stats socket 0.0.0.0:9999 level admin ssl crt /a ca-file /b verify required", False),
        ("stats socket 0.0.0.0:9999 level admin ssl crt /a verify none", True), ("stats socket ipv6@:::9999", True), ("stats timeout 2m", False),
    ],
)  # fmt: skip
def test_the_interface_for_commands(tmp_path, line, reachable):
    found = findings(tmp_path, {"haproxy.cfg": f"global\n  {line}\n"}, "ai-default")
    assert found == ([("proxy-administration-reachable", "fail", 2)] if reachable else [])


def test_the_interface_for_commands_at_an_address_that_nobody_knows(tmp_path):
    for address in ('"${ADDRESS}:9999"', "fd@3"):
        found = findings(tmp_path, {"haproxy.cfg": f"global\n  stats socket {address} level admin\n"})
        assert found == [("proxy-administration-reachable", "unknown", 2)]


TUNNEL = "frontend f\n  {mode}\n  bind {bind}\n  {front}\n  default_backend cache\nbackend cache\n  {mode}\n  server a {server}\n"


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({}, "fail"), ({"mode": ""}, "fail"), ({"mode": "mode http"}, ""), ({"bind": "127.0.0.1:6379"}, ""), ({"server": "10.0.0.5:9876"}, ""),
        ({"server": "redis-0:7000"}, "fail"), ({"bind": ":6379 ssl crt /a ca-file /b verify required"}, ""), ({"bind": '"${A}:6379"'}, "unknown"),
        ({"front": "tcp-request connection reject unless { src 10.0.0.0/8 }"}, ""), ({"front": "tcp-request content reject if !{ src 10.0.0.0/8 }"}, ""),
        ({"front": "acl in src 10.0.0.0/8\n  tcp-request connection reject unless in"}, ""), ({"server": '"${REDIS}"'}, "unknown"),
    ],
)  # fmt: skip
def test_bytes_that_are_handed_on(tmp_path, parts, status):
    text = TUNNEL.format(**{"mode": "mode tcp", "bind": ":6379", "front": "", "server": "10.0.0.5:6379", **parts})
    found = {
        status
        for rule, status, _ in findings(tmp_path, {"haproxy.cfg": text})
        if rule == "proxy-forwards-internal-port"
    }
    assert found == ({status} if status else set())


def test_an_ai_server_behind_a_tunnel(tmp_path):
    text = TUNNEL.format(mode="mode tcp", bind=":11434", front="", server="ollama:11434")
    found = findings(tmp_path, {"haproxy.cfg": text}, "ai-default")
    assert ("ai-server-route-without-authentication", "fail", 5) in found
    assert "ai-server-route-without-tls" not in {rule for rule, *_ in found}


@pytest.mark.parametrize("name", ["haproxy-prod.cfg", "haproxy/lb.cfg", "my-haproxy.conf"])
def test_other_names_of_files(tmp_path, name):
    assert len(routes(tmp_path, {name: "listen a\n  bind :80\n  server s vllm:8000\n"})) == 1


def test_files_that_are_only_called_so(tmp_path):
    assert (
        gaps(
            tmp_path,
            {
                "49-haproxy.conf": '$AddUnixListenSocket /var/lib/haproxy/dev/log\n:programname, startswith, "haproxy" {\n}\n'
            },
        )
        == []
    )
