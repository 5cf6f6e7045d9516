"""Envoy's static configuration -> `route` assets: each route of each listener, and the administration interface.

Source: www.envoyproxy.io/docs/envoy/latest/api-v3: bootstrap, listener, http_connection_manager, route, cluster,
transport_sockets/tls (TLS 1.2 at least unless told otherwise; a server's certificate is verified only with a
validation context); checked 2026-11-30.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.collect.configs.routes import guarded, local, products, route
from holdfast.collect.configs.tables import listed, reach, spot_of, table, text_of
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import loopback
from holdfast.formats.yaml import Mapping
from holdfast.kinds.route import Route

ANCHORS = {
    "trusted_ca", "system_root_certs", "ca_certificate_provider_instance", "verify_certificate_spki",
    "verify_certificate_hash", "custom_validator_config",
}  # fmt: skip
"""What a certificate is held against."""
LOGINS = ("ext_authz", "oauth2", "basic_auth", "api_key_auth")
MAY_ASK = ("rbac", "lua", "wasm", "golang", "ext_proc", "dynamic_modules")
LIMITS = ("ratelimit", "local_ratelimit", "rate_limit_quota")
VERSIONS = ("TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3")
NAMES = {"TLSv1_0": "TLSv1.0", "TLSv1_1": "TLSv1.1", "TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}
MAX_ROUTES = 5000
"""Routes of one document that become assets."""


class Cluster(NamedTuple):
    """A group of servers."""

    services: list[str]
    verified: Fact[bool]


class Chain(NamedTuple):
    """What holds for all routes of a filter chain."""

    host: str
    port: str
    tls: bool
    versions: Fact[list[str]]
    client_certificate: bool


def is_envoy(values: Mapping) -> bool:
    """Whether a document is a bootstrap configuration of Envoy."""
    static = values.get("static_resources")
    return isinstance(static, Mapping) and not {"listeners", "clusters"}.isdisjoint(static)


def envoy(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The ways through Envoy and its administration interface."""
    seen: Counter[str] = Counter()
    admin = reach(values, "admin", "address", "socket_address")
    if isinstance(admin, Mapping):
        yield _admin(values, admin, path, line, seen)
    static = table(values, "static_resources")
    clusters = {text_of(each.get("name")): _cluster(each) for each in listed(static, "clusters")}
    left = MAX_ROUTES
    for listener in listed(static, "listeners"):
        for asset in _listener(listener, clusters, path, line, seen):
            left -= 1
            if left < 0:
                return
            yield asset


def _admin(values: Mapping, address: Mapping, path: str, line: int, seen: Counter[str]) -> Asset:
    host = text_of(address.get("address"))
    facts = Route(
        name=None, namespace=None, controller="envoy", hosts=[], paths=["/"], services=[], tls=False, auth=False,
        products=[], loopback=_local(host), restricted=False, rate_limited=False, tls_versions=None,
        upstream_verified=None, shows=["admin"],
    )  # fmt: skip
    spots = {"": spot_of(values, "admin", line), "loopback": spot_of(address, "address", line)}
    return route(facts, path, None, spots, seen, f"admin:{text_of(address.get('port_value'))}")


def _cluster(cluster: Mapping) -> Cluster:
    services = []
    for locality in listed(table(cluster, "load_assignment"), "endpoints"):
        for each in listed(locality, "lb_endpoints"):
            address = reach(each, "endpoint", "address", "socket_address")
            if isinstance(address, Mapping):
                services.append(f"{text_of(address.get('address'))}:{text_of(address.get('port_value'))}")
    socket = cluster.get("transport_socket")
    verified: Fact[bool] = None
    if isinstance(socket, Mapping) and "UpstreamTlsContext" in text_of(reach(socket, "typed_config", "@type")):
        tls = table(table(socket, "typed_config"), "common_tls_context")
        verified = _validates(tls)
    return Cluster(services, None if services and all(map(local, services)) else verified)


def _validates(tls: Mapping) -> bool:
    """Whether a certificate is verified: without an authority or a fingerprint to hold it against, none is."""
    own = table(tls, "validation_context")
    if text_of(own.get("trust_chain_verification")) == "ACCEPT_UNTRUSTED":
        return False
    elsewhere = ("validation_context_", "combined_validation_context")
    return bool(own.keys() & ANCHORS) or any(key.startswith(elsewhere) for key in tls)


def _listener(
    listener: Mapping, clusters: dict[str, Cluster], path: str, line: int, seen: Counter[str]
) -> Iterator[Asset]:
    address = reach(listener, "address", "socket_address")
    address = address if isinstance(address, Mapping) else Mapping()
    chains = [*listed(listener, "filter_chains"), *_only(listener.get("default_filter_chain"))]
    for each in chains:
        chain = _chain(each, text_of(address.get("address")), text_of(address.get("port_value")))
        for filter in listed(each, "filters"):
            config = table(filter, "typed_config")
            if "HttpConnectionManager" in text_of(config.get("@type")):
                manager = _Manager(config, chain, clusters, path, line)
                yield from manager.routes(seen)


def _only(value: Any) -> list[Mapping]:
    return [value] if isinstance(value, Mapping) else []


def _chain(chain: Mapping, host: str, port: str) -> Chain:
    config = reach(chain, "transport_socket", "typed_config")
    if not isinstance(config, Mapping):
        return Chain(host, port, tls=False, versions=None, client_certificate=False)
    least = text_of(reach(config, "common_tls_context", "tls_params", "tls_minimum_protocol_version"))
    first = VERSIONS.index(least) if least in VERSIONS else VERSIONS.index("TLSv1_2")
    versions = [NAMES[each] for each in VERSIONS[first:]]
    return Chain(host, port, True, versions, text_of(config.get("require_client_certificate")) == "true")


class _Manager:
    """One HTTP connection manager."""

    def __init__(self, config: Mapping, chain: Chain, clusters: dict[str, Cluster], path: str, line: int) -> None:
        self.config = config
        self.chain = chain
        self.clusters = clusters
        self.path = path
        self.line = line
        self.filters = {_kind(each): table(each, "typed_config") for each in listed(config, "http_filters")}

    def routes(self, seen: Counter[str]) -> Iterator[Asset]:
        """Each route that leads to a cluster."""
        for host in listed(table(self.config, "route_config"), "virtual_hosts"):
            for each in listed(host, "routes"):
                action = each.get("route")
                if isinstance(action, Mapping):
                    yield self._route(host, each, action, seen)

    def _route(self, host: Mapping, entry: Mapping, action: Mapping, seen: Counter[str]) -> Asset:
        names = [text_of(action.get("cluster"))] if "cluster" in action else []
        weighted = reach(action, "weighted_clusters", "clusters")
        names += [text_of(each.get("name")) for each in weighted or () if isinstance(each, Mapping)]
        known = [self.clusters[name] for name in names if name in self.clusters]
        services = [service for cluster in known for service in cluster.services]
        found = products(services, [name for name in names if name])
        verified = [cluster.verified for cluster in known if cluster.verified is not None]
        path = _path(table(entry, "match"))
        domains = [text_of(each) for each in host.get("domains") or () if text_of(each) != "*"]
        facts = Route(
            name=text_of(host.get("name")) or None,
            namespace=None,
            controller="envoy",
            hosts=domains,
            paths=[path],
            services=services,
            tls=self.chain.tls,
            auth=self._auth(path, entry, host),
            products=found if names or found else UNSET,
            guarded=guarded(products(services)),
            loopback=_local(self.chain.host),
            tls_versions=self.chain.versions,
            rate_limited=any(each in self.filters for each in LIMITS),
            restricted=UNSET if "rbac" in self.filters else False,
            upstream_verified=False if False in verified else True if verified else None,
            shows=[],
        )
        spots = {"": Spot(entry.mark.line + self.line, entry.mark.column + 1)}
        spots["products"] = spot_of(action, "cluster", self.line)
        return route(facts, self.path, None, spots, seen, f"{domains[0] if domains else '*'}:{self.chain.port}{path}")

    def _auth(self, path: str, entry: Mapping, host: Mapping) -> Fact[bool]:
        if self.chain.client_certificate:
            return True
        off = {_last(name) for each in (entry, host) for name, value in table(each, "typed_per_filter_config").items()
               if isinstance(value, Mapping) and text_of(value.get("disabled")) == "true"}  # fmt: skip
        if any(each in self.filters and each not in off for each in LOGINS):
            return True
        if "jwt_authn" in self.filters and "jwt_authn" not in off:
            return _demands_token(self.filters["jwt_authn"], path)
        return UNSET if any(each in self.filters for each in MAY_ASK) else False


def _demands_token(config: Mapping, path: str) -> Fact[bool]:
    """Whether the first rule that matches a path demands a token."""
    for rule in listed(config, "rules"):
        match = table(rule, "match")
        prefix = match.get("prefix")
        if not isinstance(prefix, str) and match.get("path") != path:
            return UNSET
        if not isinstance(prefix, str) or path.startswith(prefix):
            return "requires" in rule or "requirement_name" in rule
    return False


def _kind(filter: Mapping) -> str:
    """`jwt_authn` for the filter of that type, whatever its name: types live in packages of that name."""
    kind = text_of(reach(filter, "typed_config", "@type"))
    parts = kind.split(".")
    return parts[-3] if len(parts) > 3 else _last(text_of(filter.get("name")))


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _path(match: Mapping) -> str:
    for key in ("prefix", "path", "path_separated_prefix"):
        if isinstance(match.get(key), str):
            return text_of(match[key])
    pattern = reach(match, "safe_regex", "regex")
    return f"~{pattern}" if isinstance(pattern, str) else "/"


def _local(host: str) -> Fact[bool]:
    return loopback(host) if host else UNSET
