"""Istio's policies -> `authorization_policy`, `peer_authentication`, `request_authentication`, `destination_rule`.

Sources: security.istio.io/v1 (v1beta1 has the same fields), Istio 1.28: what an AuthorizationPolicy leaves out is not
limited, `rules: [{}]` matches every request, and no rules match none; `*` matches whatever is not empty, so that
`principals` and `namespaces` of it demand a certificate. networking.istio.io/v1 DestinationRule. Checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import (
    Reader,
    Table,
    element,
    elements,
    exists,
    name_of,
    namespace_of,
    plain,
    section,
    steps,
    texts,
)
from holdfast.collect.kubernetes.policies import selector as label_selector
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping
from holdfast.kinds.authorization_policy import AuthorizationPolicy, AuthorizationRule
from holdfast.kinds.destination_rule import ClientTls, DestinationRule
from holdfast.kinds.peer_authentication import PeerAuthentication
from holdfast.kinds.request_authentication import RequestAuthentication

GROUP = "security.istio.io"
HEADER = "request.headers["
KEYS = ("jwksUri", "jwks_uri")
ANYONE, WORKLOADS, SOME = "anyone", "workloads", "some"
"""Whom a source lets in."""
BLOCKS = frozenset(("ipBlocks", "remoteIpBlocks"))
ADDRESSES = frozenset(("source.ip", "remote.ip"))
HALVES = (frozenset(("0.0.0.0/1", "128.0.0.0/1")), frozenset(("::/1", "8000::/1")))
CHOSEN = (HEADER, "request.auth.", "source.")
"""How the keys begin of what a caller may leave out."""
NETWORKING = "networking.istio.io"


def authorization_policy(fields: Fields) -> AuthorizationPolicy:
    """The facts of an AuthorizationPolicy."""
    spec = fields.child("spec")
    found = elements(spec, "rules", "rules")
    selector, targets = label_selector(spec, "selector"), _targets(spec)
    return AuthorizationPolicy(
        name=name_of(fields),
        namespace=namespace_of(fields),
        action=spec.text("action", "action", "ALLOW"),
        selector=selector,
        targets=targets,
        at_gateway=_at_gateway(selector, targets),
        rules=UNSET if isinstance(found, UnsetType) else [_rule(item) for item in found],
    )


def _at_gateway(selector: Fact[dict[str, str]], targets: Fact[list[str]]) -> Fact[bool]:
    if not isinstance(selector, dict) or not isinstance(targets, list):
        return UNSET
    selected = any("gateway" in value for value in selector.values())
    return selected or any(target.startswith("Gateway/") for target in targets)


def _targets(spec: Fields) -> list[str] | UnsetType:
    listed = steps(spec, "targetRefs")
    if isinstance(listed, UnsetType):
        return UNSET
    single = [spec.child("targetRef")] if "targetRef" in spec else []
    return [f"{item.data.get('kind')}/{item.data.get('name')}" for item in [*single, *listed]]


def _rule(item: Fields) -> AuthorizationRule:
    sources, operations, conditions = (steps(item, key) for key in ("from", "to", "when"))
    if isinstance(sources, UnsetType) or isinstance(operations, UnsetType) or isinstance(conditions, UnsetType):
        return AuthorizationRule()
    callers = [source.child("source").data for source in sources]
    done = [operation.child("operation").data for operation in operations]
    limited = any(_limits(condition) for condition in conditions)
    asked = [_callers(caller) for caller in callers] or [ANYONE]
    return AuthorizationRule(
        # One entry is enough; one without conditions of its own holds for all.
        anyone=False if limited else exists(_is(each, ANYONE) for each in asked),
        any_workload=False if limited else exists(_is(each, WORKLOADS) for each in asked),
        any_operation=not done or exists(_whole(operation, post=False) for operation in done),
        whole_api=not done or exists(_whole(operation, post=True) for operation in done),
        principals=_named(callers, "principals", "serviceAccounts"),
        request_principals=_named(callers, "requestPrincipals"),
        namespaces=_named(callers, "namespaces"),
        addresses=_named(callers, "ipBlocks", "remoteIpBlocks"),
        without_token=any(caller.get("notRequestPrincipals") == ["*"] for caller in callers),
        trusted_headers=_headers(conditions),
    )


def _limits(condition: Fields) -> bool:
    """Whether a condition leaves anybody out, besides some callers that it names."""
    values = texts(condition.data.get("values"))
    key = str(condition.data.get("key"))
    if isinstance(values, UnsetType):
        return True
    others = texts(condition.data.get("notValues"))
    if not values and isinstance(others, list) and others and "*" not in others and key.startswith(CHOSEN):
        return False  # whoever sends something else, or nothing, gets in
    if key not in ADDRESSES:
        return True
    return bool(values) and not _everywhere(values)


def _callers(source: Mapping) -> str:
    """Whom a source lets in: anyone, all workloads of the mesh, or some; empty where that cannot be read."""
    found = ANYONE
    for key, value in source.items():
        named = texts(value)
        if isinstance(named, UnsetType):
            return ""
        if not named or key.startswith("not") or (key in BLOCKS and _everywhere(named)):
            continue
        if key not in ("principals", "namespaces") or "*" not in named:
            return SOME
        found = WORKLOADS
    return found


def _is(found: str, wanted: str) -> Fact[bool]:
    return found == wanted if found else UNSET


def _everywhere(blocks: list[str]) -> bool:
    """Whether one of the address ranges is all addresses, or two are both halves of them."""
    return any(block.endswith("/0") for block in blocks) or any(half.issubset(blocks) for half in HALVES)


def _whole(operation: Mapping, *, post: bool) -> Fact[bool]:
    """Whether an operation leaves nothing out; with `post` it may leave out other methods than that."""
    for key, value in operation.items():
        named = texts(value)
        if isinstance(named, UnsetType):
            return UNSET
        every = ("*", "/*") if key == "paths" else ("*", "POST") if post and key == "methods" else ("*",)
        if named and (key.startswith("not") or not any(name in named for name in every)):
            return False
    return True


def _named(callers: list[Mapping], *keys: str) -> list[str] | UnsetType:
    found: list[str] = []
    for caller in callers:
        for key in keys:
            part = texts(caller.get(key))
            if isinstance(part, UnsetType):
                return UNSET
            found += part
    return found


def _headers(conditions: list[Fields]) -> list[str]:
    keys = [condition.data.get("key") for condition in conditions if condition.data.get("values")]
    return [key[len(HEADER) : -1] for key in keys if isinstance(key, str) and key.startswith(HEADER)]


def peer_authentication(fields: Fields) -> PeerAuthentication:
    """The facts of a PeerAuthentication."""
    spec = fields.child("spec")
    ports = section(spec, "portLevelMtls")
    spec.note("mtls", "mode")
    spec.note("portLevelMtls", "ports")
    return PeerAuthentication(
        name=name_of(fields),
        namespace=namespace_of(fields),
        selector=label_selector(spec, "selector"),
        mode=spec.child("mtls").text("mode", "mode", "UNSET"),
        ports=UNSET if isinstance(ports, UnsetType) else _modes(ports),
    )


def _modes(ports: Fields) -> dict[str, str] | UnsetType:
    found: dict[str, str] = {}
    for port in ports.data:
        mode = ports.child(port).data.get("mode", "UNSET")
        if not plain(mode):
            return UNSET
        found[str(port)] = str(mode)
    return found


def request_authentication(fields: Fields) -> RequestAuthentication:
    """The facts of a RequestAuthentication."""
    spec = fields.child("spec")
    rules = steps(spec, "jwtRules")
    spec.note("jwtRules", "issuers")
    spec.note("jwtRules", "plain_keys")
    issuers: Fact[list[str]] = UNSET
    plain_keys: Fact[bool] = UNSET
    if isinstance(rules, list):
        named = [rule.data.get("issuer") for rule in rules]
        issuers = [str(name) for name in named] if all(plain(name) for name in named) else UNSET
        plain_keys = any(str(rule.data.get(key, "")).startswith("http://") for rule in rules for key in KEYS)
    return RequestAuthentication(
        name=name_of(fields),
        namespace=namespace_of(fields),
        selector=label_selector(spec, "selector"),
        issuers=issuers,
        plain_keys=plain_keys,
    )


def destination_rule(fields: Fields) -> DestinationRule:
    """The facts of a DestinationRule: how clients in the mesh speak to a host."""
    spec = fields.child("spec")
    settings = list(_client_settings(spec))
    return DestinationRule(
        name=name_of(fields),
        namespace=namespace_of(fields),
        host=spec.text("host", "host", None),
        modes=UNSET if UNSET in settings else [each for each in settings if isinstance(each, ClientTls)],
    )


def _client_settings(spec: Fields) -> Iterator[ClientTls | UnsetType]:
    """The TLS of every traffic policy: that of the host, of its ports, and of its subsets."""
    subsets = steps(spec, "subsets")
    policies: list[Fields | UnsetType] = [section(spec, "trafficPolicy")]
    for subset in [UNSET] if isinstance(subsets, UnsetType) else subsets:
        policies.append(UNSET if isinstance(subset, UnsetType) else section(subset, "trafficPolicy"))
    number = 0
    for policy in policies:
        ports = UNSET if isinstance(policy, UnsetType) else steps(policy, "portLevelSettings")
        if isinstance(policy, UnsetType) or isinstance(ports, UnsetType):
            yield UNSET
            continue
        for place in (policy, *ports):
            if "tls" not in place:
                continue
            tls = section(place, "tls")
            if isinstance(tls, UnsetType):
                yield UNSET
                continue
            here = element(tls, f"modes[{number}]")
            number += 1
            yield ClientTls(
                mode=here.text("mode", "mode", "DISABLE"),
                skips_verification=here.switch("insecureSkipVerify", "skips_verification", False),
            )


READERS: Table = {
    (NETWORKING, "DestinationRule"): Reader(DestinationRule, destination_rule),
    (GROUP, "AuthorizationPolicy"): Reader(AuthorizationPolicy, authorization_policy),
    (GROUP, "PeerAuthentication"): Reader(PeerAuthentication, peer_authentication),
    (GROUP, "RequestAuthentication"): Reader(RequestAuthentication, request_authentication),
}
