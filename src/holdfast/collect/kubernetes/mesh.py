"""Istio's security policies -> `authorization_policy`, `peer_authentication`, `request_authentication`.

Source: security.istio.io/v1 (v1beta1 has the same fields), Istio 1.28: what an AuthorizationPolicy leaves out is not
limited, `rules: [{}]` matches every request, and no rules match none.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import (
    Reader,
    Table,
    elements,
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
from holdfast.kinds.peer_authentication import PeerAuthentication
from holdfast.kinds.request_authentication import RequestAuthentication

GROUP = "security.istio.io"
HEADER = "request.headers["
KEYS = ("jwksUri", "jwks_uri")


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
    return AuthorizationRule(
        # An entry without conditions of its own holds for all.
        anyone=not conditions and (not callers or not all(callers)),
        any_operation=not done or not all(done),
        principals=_named(callers, "principals", "serviceAccounts"),
        request_principals=_named(callers, "requestPrincipals"),
        namespaces=_named(callers, "namespaces"),
        addresses=_named(callers, "ipBlocks", "remoteIpBlocks"),
        without_token=any(caller.get("notRequestPrincipals") == ["*"] for caller in callers),
        trusted_headers=_headers(conditions),
    )


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


READERS: Table = {
    (GROUP, "AuthorizationPolicy"): Reader(AuthorizationPolicy, authorization_policy),
    (GROUP, "PeerAuthentication"): Reader(PeerAuthentication, peer_authentication),
    (GROUP, "RequestAuthentication"): Reader(RequestAuthentication, request_authentication),
}
