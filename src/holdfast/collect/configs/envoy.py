"""Envoy's configuration -> `route` assets: each route of each listener, and the administration interface.

Source: www.envoyproxy.io/docs/envoy/latest/api-v3: bootstrap (`static_resources`, `dynamic_resources`, `admin`),
discovery (`resources` of a file), listener, http_connection_manager, tcp_proxy, redis_proxy, route, cluster,
transport_sockets/tls (TLS 1.2 at least unless told otherwise; a server's certificate is verified only with a
validation context); names may be written as JSON's (`staticResources`); checked 2026-11-30.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from msgspec.structs import replace

from holdfast.collect.configs.routes import guarded, local, products, route, tunnel
from holdfast.collect.configs.settings import missing
from holdfast.collect.configs.tables import listed, reach, spot_of, table, text_of
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
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
TUNNELS = frozenset(("tcp_proxy", "redis_proxy"))
"""Filters that hand on bytes."""
BOOTSTRAP = ("static_resources", "dynamic_resources", "staticResources", "dynamicResources")
KNOWN = frozenset(
    ("listeners", "clusters", "lds_config", "cds_config", "ads_config", "ldsConfig", "cdsConfig", "adsConfig")
)
RESOURCES = "type.googleapis.com/envoy.config."
UPPER = re.compile(r"[A-Z]")
DEEPEST = 60
"""Mappings within one another whose names are put right."""
MAX_LOOKS = 100_000
"""Filter chains, filters, hosts and routes of one document that are looked at."""
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
    tls: Fact[bool]
    versions: Fact[list[str]]
    client_certificate: bool


def is_envoy(values: Mapping) -> bool:
    """Whether a document is a bootstrap configuration of Envoy, or a file of resources that one finds."""
    for key in BOOTSTRAP:
        value = values.get(key)
        if isinstance(value, Mapping) and not KNOWN.isdisjoint(value):
            return True
    return any(text_of(each.get("@type")).startswith(RESOURCES) for each in listed(values, "resources"))


def envoy(values: Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The ways through Envoy and its administration interface."""
    if not {"staticResources", "dynamicResources"}.isdisjoint(values):
        values = _plain(values, {})
    seen: Counter[str] = Counter()
    admin = reach(values, "admin", "address", "socket_address")
    if isinstance(admin, Mapping):
        yield _admin(values, admin, path, line, seen)
    yield from _elsewhere(values, path, line)
    yield from islice(_Whole(values, path, line).assets(seen), MAX_ROUTES)


def _plain(value: Any, done: dict[int, Any], depth: int = 0) -> Any:
    """A document whose names are written as JSON's, with those of the API; its places stay.

    What stands in many places (an alias) is made once.
    """
    if depth > DEEPEST or not isinstance(value, Mapping | list):
        return value
    if id(value) in done:
        return done[id(value)]
    if isinstance(value, list):
        items: list[Any] = []
        done[id(value)] = items
        items += [_plain(each, done, depth + 1) for each in value]
        return items
    found = Mapping()
    done[id(value)] = found
    found.mark, found.marks = value.mark, {}
    for key, each in value.items():
        name = UPPER.sub(lambda match: f"_{match[0].lower()}", key) if key.isidentifier() else key
        found[name] = _plain(each, done, depth + 1)
        if key in value.marks:
            found.marks[name] = value.marks[key]
    return found


def _elsewhere(values: Mapping, path: str, line: int) -> Iterator[Gap]:
    """Listeners and clusters that Envoy finds elsewhere: in a file that is not here, or by asking a server."""
    dynamic = table(values, "dynamic_resources")
    for key in ("lds_config", "cds_config"):
        source = dynamic.get(key)
        if not isinstance(source, Mapping):
            continue
        file = text_of(source.get("path")) or text_of(reach(source, "path_config_source", "path"))
        at = spot_of(dynamic, key, line).line
        if not file:
            yield Gap(path, f"its `{key}` comes from a server, which is not asked", "left_out", at)
        elif not any(os.path.lexists(os.path.join(os.path.dirname(path), each)) for each in _near(file)):
            yield missing(path, file, at)


def _near(file: str) -> Iterator[str]:
    """Where a file may be that is named by its place on a host: at the end of its own path, from here."""
    parts = file.strip("/").split("/")
    yield from ("/".join(parts[at:]) for at in range(len(parts)))


class _Whole:
    """The listeners and clusters of one document."""

    def __init__(self, values: Mapping, path: str, line: int) -> None:
        static = table(values, "static_resources")
        found = listed(values, "resources")
        self.path = path
        self.line = line
        self.left = MAX_LOOKS
        self.listeners = [*listed(static, "listeners"), *(each for each in found if _is(each, "Listener"))]
        clusters = [*listed(static, "clusters"), *(each for each in found if _is(each, "Cluster"))]
        self.clusters = {text_of(each.get("name")): _cluster(each) for each in clusters}
        self.tables = [each for each in found if _is(each, "RouteConfiguration")]

    def looks(self) -> bool:
        """Whether one more place may be looked at: an alias may stand in any number of them."""
        self.left -= 1
        return self.left >= 0

    def assets(self, seen: Counter[str]) -> Iterator[Asset | Gap]:
        """The ways of all listeners, and those of tables of routes, of which the listeners are elsewhere."""
        for listener in self.listeners:
            yield from _listener(listener, self, seen)
        anywhere = Chain("", "", UNSET, UNSET, client_certificate=False)
        for each in self.tables:
            yield from _Manager(Mapping(route_config=each), anywhere, self).routes(seen)


def _is(resource: Mapping, name: str) -> bool:
    return text_of(resource.get("@type")).endswith(f".{name}")


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


def _listener(listener: Mapping, whole: _Whole, seen: Counter[str]) -> Iterator[Asset | Gap]:
    address = reach(listener, "address", "socket_address")
    address = address if isinstance(address, Mapping) else Mapping()
    pipe = isinstance(reach(listener, "address", "pipe"), Mapping)
    host = "unix:" if pipe else text_of(address.get("address"))
    for each in [*_many(listener, "filter_chains"), *_many(listener, "default_filter_chain")]:
        chain = _chain(each, host, text_of(address.get("port_value")))
        filters = _many(each, "filters")
        for filter in filters if whole.looks() else ():
            if not whole.looks():
                return
            config = table(filter, "typed_config")
            if _kind(filter) == "http_connection_manager":
                yield from _Manager(config, chain, whole).routes(seen)
            elif (kind := _kind(filter)) in TUNNELS:
                checks = any(_kind(other) in ("rbac", "ext_authz") for other in filters)
                yield _tunnel(config, kind, chain, whole, seen, checks=checks)


def _many(value: Mapping, key: str) -> list[Mapping]:
    """The mappings under a key; one that stands alone counts as a list."""
    found = value.get(key)
    return [found] if isinstance(found, Mapping) else listed(value, key)


def _tunnel(config: Mapping, kind: str, chain: Chain, whole: _Whole, seen: Counter[str], *, checks: bool) -> Asset:
    """What a filter hands on as it comes, or as the protocol of one service."""
    names = [text_of(config["cluster"])] if "cluster" in config else []
    names += [text_of(each.get("name")) for each in listed(table(config, "weighted_clusters"), "clusters")]
    routes = table(config, "prefix_routes")
    names += [text_of(each.get("cluster")) for each in [*_many(routes, "catch_all_route"), *_many(routes, "routes")]]
    known = [service for name in names if name in whole.clusters for service in whole.clusters[name].services]
    facts = Route(
        name=None, namespace=None, controller="envoy", hosts=[], paths=["/"], tls=chain.tls,
        auth=chain.client_certificate or any(key.startswith("downstream_auth_password") for key in config)
        or (UNSET if checks else False),
        loopback=_local(chain.host), tls_versions=chain.versions, rate_limited=False,
        restricted=UNSET if checks else False, upstream_verified=None, shows=[],
    )  # fmt: skip
    facts = tunnel(facts, known, names, complete=bool(known))
    if kind == "redis_proxy":
        facts = replace(facts, tunnels=["redis"])
    here = Spot(config.mark.line + whole.line, config.mark.column + 1) if config.mark else Spot(whole.line, 1)
    fields = ("", "products", "tunnels", "loopback", "auth", "restricted")
    return route(facts, whole.path, None, dict.fromkeys(fields, here), seen, f"{kind}:{chain.port}", tunnelled=True)


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

    def __init__(self, config: Mapping, chain: Chain, whole: _Whole) -> None:
        self.config = config
        self.chain = chain
        self.whole = whole
        self.clusters = whole.clusters
        self.path = whole.path
        self.line = whole.line
        self.elsewhere = not chain.port and not chain.host
        """Whether its listener stands in another document."""
        filters = listed(config, "http_filters")
        self.filters = {_kind(each): table(each, "typed_config") for each in filters if not _off(each)}
        self.sleeping = {_kind(each) for each in filters if _off(each)}
        """Filters that only hosts and routes switch on."""

    def routes(self, seen: Counter[str]) -> Iterator[Asset | Gap]:
        """Each route that leads to a cluster."""
        for key in ("rds", "scoped_routes"):
            if key in self.config:
                at = spot_of(self.config, key, self.line).line
                yield Gap(self.path, f"its routes are found by `{key}`: they stand elsewhere", "left_out", at)
        for host in listed(table(self.config, "route_config"), "virtual_hosts"):
            for each in listed(host, "routes") if self.whole.looks() else ():
                if not self.whole.looks():
                    return
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
        hidden = len(known) < len(names) or not names or not all(cluster.services for cluster in known)
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
            auth=UNSET if self.elsewhere else self._auth(path, entry, host),
            products=found if found or not hidden else UNSET,
            guarded=guarded(products(services) if services else found),
            loopback=_local(self.chain.host),
            tls_versions=self.chain.versions,
            rate_limited=UNSET if self.elsewhere else any(each in self.filters for each in LIMITS),
            restricted=UNSET if "rbac" in self.filters or self.elsewhere else False,
            upstream_verified=False if False in verified else True if verified else None,
            shows=[],
        )
        spots = {"": Spot(entry.mark.line + self.line, entry.mark.column + 1)}
        spots["products"] = spot_of(action, "cluster", self.line)
        asset = route(facts, self.path, None, spots, seen, f"{domains[0] if domains else '*'}:{self.chain.port}{path}")
        return replace(asset, partial=self.elsewhere)

    def _auth(self, path: str, entry: Mapping, host: Mapping) -> Fact[bool]:
        if self.chain.client_certificate:
            return True
        given = [table(each, "typed_per_filter_config") for each in (host, entry)]
        own = {_last(name): value for each in given for name, value in each.items() if isinstance(value, Mapping)}
        off = {name for name, value in own.items() if _off(value)}
        if any(each in self.sleeping and each in own and each not in off for each in (*LOGINS, "jwt_authn")):
            return UNSET
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


def _off(value: Mapping) -> bool:
    return text_of(value.get("disabled")) == "true"


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
