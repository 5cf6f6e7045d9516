"""Policies of Istio, gateways and Secrets."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.kubernetes.reading import facts, one

from holdfast.core.asset import Asset
from holdfast.estate.complete import complete
from holdfast.kinds.request_authentication import RequestAuthentication

POLICY = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: ml}\n"


def policy(spec: str):
    return facts(f"{POLICY}spec: {spec}\n")


def test_a_policy_without_rules_is_no_policy_with_an_empty_rule() -> None:
    nothing, empty, missing = policy("{}"), policy("{rules: [{}]}"), facts(POLICY)
    assert (nothing.action, nothing.rules, nothing.selector, nothing.at_gateway) == ("ALLOW", [], {}, False)
    assert missing.rules == []
    assert (empty.rules[0].anyone, empty.rules[0].any_operation) == (True, True)


@pytest.mark.parametrize(
    ("rule", "anyone", "any_operation"),
    [
        ("{from: [{source: {principals: ['*']}}]}", False, True),
        ("{from: [{source: {}}]}", True, True),
        ("{from: [{source: {namespaces: [a]}}, {}]}", True, True),
        ("{to: [{operation: {paths: ['/x']}}]}", True, False),
        ("{to: [{operation: {methods: [GET]}}, {operation: {}}]}", True, True),
        ("{when: [{key: source.ip, values: ['10.0.0.0/8']}]}", False, True),
        ("{when: [{key: source.ip, values: ['0.0.0.0/0']}]}", True, True),
        ("{when: [{key: source.ip, notValues: ['10.0.0.0/8']}]}", True, True),
        ("{when: [{key: source.ip, values: '{{ x }}'}]}", False, True),
        ("{when: [{key: 'request.headers[user]', notValues: ['*']}]}", False, True),
        ("{when: [{key: 'request.headers[user]', notValues: ['z']}]}", True, True),
        ("{when: [{key: 'request.auth.claims[iss]', notValues: ['z']}]}", True, True),
        ("{when: [{key: 'request.headers[user]', notValues: {z: y}}]}", False, True),
        ("{when: [{key: 'request.headers[user]', values: ['a'], notValues: ['z']}]}", False, True),
        ("{when: [{key: 'request.headers[user]', notValues: []}]}", False, True),
        ("{when: [{key: connection.sni, notValues: ['z']}]}", False, True),
        ("{from: [{source: {remoteIpBlocks: ['0.0.0.0/1', '128.0.0.0/1']}}]}", True, True),
        ("{from: [{source: {ipBlocks: ['::/1', '8000::/1', '10.0.0.0/8']}}]}", True, True),
        ("{from: [{source: {ipBlocks: ['0.0.0.0/1', '8000::/1']}}]}", False, True),
        ("{from: [{source: {ipBlocks: ['0.0.0.0/0']}}]}", True, True),
        ("{from: [{source: {remoteIpBlocks: ['10.0.0.0/8', '::/0']}}]}", True, True),
        ("{from: [{source: {ipBlocks: ['10.0.0.0/8']}}]}", False, True),
        ("{from: [{source: {notPrincipals: [x]}}]}", True, True),
        ("{from: [{source: {notNamespaces: [x], namespaces: [y]}}]}", False, True),
        ("{from: [{source: {namespaces: ['*']}}]}", False, True),
        ("{from: [{source: {requestPrincipals: ['*']}}]}", False, True),
        ("{from: [{source: {namespaces: '{{ x }}'}}]}", UNSET, True),
        ("{from: [{source: {namespaces: '{{ x }}'}}, {source: {}}]}", True, True),
        ("{to: [{operation: {paths: ['/*']}}]}", True, True),
        ("{to: [{operation: {paths: ['*'], methods: ['*']}}]}", True, True),
        ("{to: [{operation: {notPaths: ['/x']}}]}", True, False),
        ("{to: [{operation: {methods: '{{ x }}'}}]}", True, UNSET),
    ],
)
def test_what_a_rule_limits(rule: str, anyone: object, any_operation: object) -> None:
    (found,) = policy(f"{{rules: [{rule}]}}").rules
    assert (found.anyone, found.any_operation) == (anyone, any_operation)


@pytest.mark.parametrize(
    ("rule", "workloads", "whole"),
    [
        ("{}", False, True),
        ("{to: [{operation: {methods: [GET, POST]}}]}", False, True),
        ("{to: [{operation: {methods: [GET]}}]}", False, False),
        ("{to: [{operation: {methods: [POST], paths: ['/*']}}]}", False, True),
        ("{to: [{operation: {methods: [POST], paths: ['/v1/*']}}]}", False, False),
        ("{to: [{operation: {ports: ['8080']}}]}", False, False),
        ("{from: [{source: {namespaces: ['*']}}]}", True, True),
        ("{from: [{source: {principals: ['*']}}]}", True, True),
        ("{from: [{source: {principals: ['*'], namespaces: [ml]}}]}", False, True),
        ("{from: [{source: {principals: ['*']}}], when: [{key: k, values: [v]}]}", False, True),
        ("{from: [{source: {principals: 5}}]}", UNSET, True),
    ],
)
def test_whether_every_workload_may_ask_for_anything(rule: str, workloads: object, whole: object) -> None:
    (found,) = policy(f"{{rules: [{rule}]}}").rules
    assert (found.any_workload, found.whole_api) == (workloads, whole)


DESTINATION = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r}\nspec: "


def test_how_clients_of_the_mesh_speak_to_a_host() -> None:
    text = (
        "{host: h, trafficPolicy: {tls: {mode: SIMPLE, insecureSkipVerify: true}, portLevelSettings: [{port: {number: 1},"
        " tls: {mode: DISABLE}}, {port: {number: 2}}]}, subsets: [{name: s, trafficPolicy: {tls: {}}}, {name: t}]}\n"
    )
    found = facts(DESTINATION + text)
    assert found.host == "h"
    assert [(each.mode, each.skips_verification) for each in found.modes] == [
        ("SIMPLE", True),
        ("DISABLE", False),
        ("DISABLE", False),
    ]
    assert facts(DESTINATION + "{host: h}\n").modes == []


@pytest.mark.parametrize(
    "spec",
    [
        "{trafficPolicy: x}",
        "{trafficPolicy: {tls: x}}",
        "{trafficPolicy: {portLevelSettings: x}}",
        "{subsets: x}",
        "{subsets: [{trafficPolicy: x}]}",
    ],
)
def test_what_cannot_be_read_of_a_destination_says_nothing(spec: str) -> None:
    assert facts(f"{DESTINATION}{spec}\n").modes is UNSET


def test_whom_a_rule_names() -> None:
    text = (
        "{action: DENY, selector: {matchLabels: {istio: ingressgateway}}, rules: [{from: [{source: {principals: [a],"
        " serviceAccounts: [b], requestPrincipals: ['*'], namespaces: [c], ipBlocks: [d], remoteIpBlocks: [e]}},"
        " {source: {notRequestPrincipals: ['*']}}], when: [{key: 'request.headers[x-user]', values: [u]}, {key: 1}]}]}"
    )
    found = policy(text)
    (rule,) = found.rules
    assert (found.action, found.at_gateway, found.selector) == ("DENY", True, {"istio": "ingressgateway"})
    assert (rule.principals, rule.request_principals, rule.namespaces) == (["a", "b"], ["*"], ["c"])
    assert (rule.addresses, rule.without_token, rule.trusted_headers) == (["d", "e"], True, ["x-user"])


def test_what_a_policy_is_attached_to() -> None:
    assert policy("{targetRefs: [{kind: Gateway, name: g}], targetRef: {kind: Service, name: s}}").targets == [
        *("Service/s", "Gateway/g"),
    ]
    assert policy("{targetRefs: [{kind: Gateway, name: g}]}").at_gateway is True
    assert policy("{targetRefs: x}").at_gateway is UNSET


@pytest.mark.parametrize(
    "spec", ["{rules: x}", "{rules: [{from: x}]}", "{rules: [{from: [{source: {principals: {}}}]}]}"]
)
def test_what_cannot_be_read_says_nothing(spec: str) -> None:
    rules = policy(spec).rules
    assert rules is UNSET or rules[0].principals is UNSET


PEER = "apiVersion: security.istio.io/v1beta1\nkind: PeerAuthentication\nmetadata: {name: d, namespace: ml}\n"


def test_modes_of_mutual_tls() -> None:
    found = facts(f"{PEER}spec: {{mtls: {{mode: STRICT}}, portLevelMtls: {{8080: {{mode: DISABLE}}, 9090: {{}}}}}}\n")
    assert (found.mode, found.ports, found.selector) == ("STRICT", {"8080": "DISABLE", "9090": "UNSET"}, {})
    assert facts(PEER).mode == "UNSET"
    assert facts(f"{PEER}spec: {{portLevelMtls: x}}\n").ports is UNSET
    assert facts(f"{PEER}spec: {{portLevelMtls: {{80: {{mode: [a]}}}}}}\n").ports is UNSET


REQUEST = "apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: r, namespace: ml}\n"


def test_issuers_of_tokens() -> None:
    found = facts(f"{REQUEST}spec: {{jwtRules: [{{issuer: a, jwksUri: 'http://a/keys'}}, {{issuer: b}}]}}\n")
    assert (found.issuers, found.plain_keys) == (["a", "b"], True)
    assert facts(f"{REQUEST}spec: {{jwtRules: [{{issuer: a, jwksUri: 'https://a/keys'}}]}}\n").plain_keys is False
    assert facts(f"{REQUEST}spec: {{jwtRules: [{{issuer: '{{{{ x }}}}'}}]}}\n").issuers is UNSET
    assert facts(f"{REQUEST}spec: {{jwtRules: x}}\n").issuers is UNSET


TOKENS = '{from: [{source: {requestPrincipals: ["*"]}}]}'


@pytest.mark.parametrize(
    ("selector", "policies", "demanded"),
    [
        ("{}", [], UNSET),
        ("{}", ["{rules: [{}]}"], False),
        ("{}", [f"{{rules: [{TOKENS}]}}"], True),
        ("{}", [f"{{rules: [{TOKENS}, {{}}]}}"], False),
        ("{}", ["{rules: [{}]}", '{action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]}]}'], True),
        ("{}", ["{rules: [{}]}", "{action: CUSTOM, provider: {name: p}, rules: [{}]}"], UNSET),
        ("{}", ["{rules: [{from: [{source: {namespaces: [a]}}]}]}"], UNSET),
        ("{}", ["{selector: {matchLabels: {app: a}}, rules: [{}]}"], UNSET),
        ("{matchLabels: {app: a}}", ["{selector: {matchLabels: {app: a}}, rules: [{}]}"], False),
        ("{matchLabels: {app: a}}", ["{rules: [{}]}"], False),
        ("{}", ["{targetRefs: [{kind: Gateway, name: g}], rules: [{}]}"], UNSET),
        ("{}", ["{rules: x}"], UNSET),
        ("x", ["{rules: [{}]}"], UNSET),
    ],
)
def test_whether_a_token_is_demanded(selector: str, policies: list[str], demanded: object) -> None:
    asking = one(f"{REQUEST}spec: {{selector: {selector}, jwtRules: [{{issuer: a}}]}}\n")
    found: list[Asset] = [asking, *(one(f"{POLICY}spec: {each}\n") for each in policies)]
    completed = complete(found, [])[0].facts
    assert isinstance(completed, RequestAuthentication)
    assert completed.demanded is demanded


def test_a_policy_of_another_namespace_counts_for_nothing() -> None:
    other = one(POLICY.replace("namespace: ml", "namespace: other") + "spec: {rules: [{}]}\n")
    assert complete([one(REQUEST), other], [])[0].facts.demanded is UNSET  # type: ignore[attr-defined]


def test_servers_of_an_istio_gateway() -> None:
    asset = one(
        "apiVersion: networking.istio.io/v1\n"
        "kind: Gateway\n"
        "metadata: {name: g, namespace: i}\n"
        "spec:\n"
        "  servers:\n"
        "    - {port: {number: 80, name: http, protocol: http}, hosts: ['*'], tls: {httpsRedirect: true}}\n"
        "    - port: {number: 443, name: https, protocol: HTTPS}\n"
        "      tls: {mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_0}\n"
        "    - {port: {number: 444, protocol: TLS}, tls: {minProtocolVersion: TLS_AUTO}}\n"
    )
    plain, secure, passed = asset.facts.listeners
    assert (asset.facts.controller, plain.protocol, plain.redirects, plain.tls_mode) == ("istio", "HTTP", True, None)
    assert (plain.hosts, plain.port, plain.name) == (["*"], 80, "http")
    assert (secure.tls_mode, secure.redirects, secure.tls_min_version) == ("SIMPLE", False, "TLSV1_0")
    assert (passed.tls_mode, passed.tls_min_version, passed.hosts) == ("PASSTHROUGH", None, [])
    assert asset.spot("listeners[1]").line == 7


def test_listeners_of_the_gateway_api() -> None:
    head = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: "
    found = facts(
        head + "{gatewayClassName: envoy, listeners: [{name: a, port: 80, protocol: HTTP},"
        " {name: b, port: 443, protocol: HTTPS, hostname: h, tls: {certificateRefs: []}}, {hostname: [x]}]}\n"
    )
    plain, secure, odd = found.listeners
    assert (found.controller, plain.tls_mode, plain.redirects, plain.hosts) == ("envoy", None, UNSET, [])
    assert (secure.tls_mode, secure.hosts, odd.hosts, odd.protocol) == ("TERMINATE", ["h"], UNSET, UNSET)
    assert facts(head + "{listeners: x}\n").listeners is UNSET


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"


def test_values_of_a_secret() -> None:
    asset = one(
        SECRET + "data: {a: bWluaW8xMjM=, b: '%%', c: null}\nstringData:\n  d: hunter2\n  e: '{{ x }}'\n  f: <you>\n"
    )
    found = {entry.name: entry for entry in asset.facts.entries}
    assert {name: entry.shipped for name, entry in found.items()} == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
        "e": UNSET,
        "f": False,
    }
    assert str.__str__(found["d"].value) == "hunter2"
    assert "hunter2" not in repr(asset.facts)
    assert (found["c"].value, found["e"].value, found["f"].value) == (None, UNSET, None)
    assert asset.spot("entries[3].value").line == 6
    assert facts(SECRET + "data: x\n").entries is UNSET
    assert facts(SECRET).entries == []


@pytest.mark.parametrize(
    "text", ["changeme", "CHANGE_ME", "your-password", "xxxx", "****", "...", "<token>", "TODO: fill"]
)
def test_placeholders_are_no_values(text: str) -> None:
    assert facts(SECRET + f"stringData: {{a: '{text}'}}\n").entries[0].value is None
