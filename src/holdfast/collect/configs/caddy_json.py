"""Caddy's own configuration, in JSON -> `route` assets: each way through each server, and the administration API.

Source: caddyserver.com/docs/json and github.com/caddyserver/caddy: modules/caddyhttp/{server,app,autohttps,routes}.go
(a host or the HTTPS port alone means TLS unless `automatic_https.disable`; the HTTP port never has it; routes run one
after another), reverseproxy/forwardauth/caddyfile.go (what `forward_auth` becomes), caddytls/connpolicy.go, admin.go
(localhost:2019 unless told otherwise); checked 2026-11-30.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.collect.configs.caddy import VERSIONS
from holdfast.collect.configs.routes import guarded, local, products, route
from holdfast.collect.configs.tables import listed, reach, spot_of, table, text_of, texts
from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import endpoint, loopback
from holdfast.formats.yaml import Mapping
from holdfast.kinds.route import Route

MAX_WAYS = 5000
"""Ways of one document that become assets."""
DEPTH = 30
"""Routes within one another that are followed."""
REFUSALS = frozenset(("401", "403", "404", "407"))


class Held(NamedTuple):
    """What holds for the handlers that come next."""

    hosts: tuple[str, ...] = ()
    path: str = "/"
    login: bool = False
    doubt: bool = False
    """Whether some requests must prove who they are from, or are turned away."""
    refuses: bool = False
    restricted: bool = False
    """Whether only listed client addresses come this far."""
    limited: bool = False


class Server(NamedTuple):
    """What holds for all ways of a server."""

    tls: bool
    versions: Fact[list[str]]
    local: bool
    login: bool


def is_caddy(values: Mapping) -> bool:
    """Whether a document is Caddy's: it has an app of HTTP servers."""
    return isinstance(reach(values, "apps", "http", "servers"), Mapping)


def caddy(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The ways through Caddy and its administration API."""
    seen: Counter[str] = Counter()
    admin = table(values, "admin")
    if admin.get("disabled") is not True and text_of(admin.get("listen")):
        yield _admin(admin, path, line, seen)
    http = table(table(values, "apps"), "http")
    servers = table(http, "servers")
    for name, server in servers.items():
        if isinstance(server, Mapping):
            yield from _Ways(_server(server, http), name, path, line, seen).assets(server)


def _admin(admin: Mapping, path: str, line: int, seen: Counter[str]) -> Asset:
    host, port = _address(text_of(admin["listen"]), "2019")
    facts = Route(
        name=None, namespace=None, controller="caddy", hosts=[], paths=["/"], services=[], tls=False, auth=False,
        products=[], loopback=loopback(host), restricted=False, rate_limited=False, tls_versions=None,
        upstream_verified=None, shows=["admin"],
    )  # fmt: skip
    return route(facts, path, None, {"": spot_of(admin, "listen", line)}, seen, f"admin:{port}")


def _address(text: str, default: str = "") -> tuple[str, str]:
    """Host and port of a network address; a socket file is a host that begins with `unix:`."""
    network, slash, rest = text.partition("/")
    if slash and network.startswith("unix"):
        return f"unix:{rest}", ""
    host, port = endpoint(rest if slash else text, default)
    return host or "", port or ""


def _server(server: Mapping, http: Mapping) -> Server:
    plain, secure = text_of(http.get("http_port")) or "80", text_of(http.get("https_port")) or "443"
    listen = [_address(each) for each in texts(server.get("listen"))] or [("", secure)]
    ports = {port for host, port in listen if not host.startswith("unix:")}
    policies = listed(server, "tls_connection_policies")
    automatic = table(server, "automatic_https").get("disable") is not True
    hosts = any("host" in match for each in listed(server, "routes") for match in listed(each, "match"))
    encrypts = bool(policies) or (automatic and (hosts or ports == {secure}))
    least = next((text for each in policies if (text := text_of(each.get("protocol_min"))) in VERSIONS), None)
    known = list(VERSIONS)
    return Server(
        tls=encrypts and plain not in ports,
        versions=None if least is None else list(VERSIONS.values())[known.index(least) :],
        local=all(loopback(host) is True for host, _ in listen),
        login=bool(policies) and all(map(_demands, policies)),
    )


def _demands(policy: Mapping) -> bool:
    """Whether every client must show a certificate."""
    client = policy.get("client_authentication")
    if not isinstance(client, Mapping):
        return False
    mode = text_of(client.get("mode"))
    return mode.startswith("require") if mode else len(client) > 0


class _Ways:
    """The ways through one server."""

    def __init__(self, server: Server, name: str, path: str, line: int, seen: Counter[str]) -> None:
        self.server = server
        self.name = name
        self.path = path
        self.line = line
        self.seen = seen
        self.found: list[Asset] = []

    def assets(self, server: Mapping) -> list[Asset]:
        """The ways, in their order."""
        self.follow(listed(server, "routes"), Held(login=self.server.login), DEPTH)
        return self.found

    def follow(self, routes: list[Mapping], held: Held, depth: int) -> Held:
        """Adds the ways of routes that run one after another; returns what holds after them."""
        for each in routes:
            matches = listed(each, "match")
            inner = self.handled(each, _matched(held, matches), depth)
            if not matches:
                held = inner._replace(hosts=held.hosts, path=held.path)
                continue
            asked = (inner.login and not held.login) or inner.doubt
            refused = inner.refuses and not held.refuses
            outsiders = refused and all(map(_others, matches))
            held = held._replace(
                doubt=held.doubt or asked or (refused and not outsiders), restricted=held.restricted or outsiders
            )
        return held

    def handled(self, each: Mapping, held: Held, depth: int) -> Held:
        """What the handlers of a route do, one after another."""
        for handler in listed(each, "handle"):
            name = text_of(handler.get("handler"))
            if name == "subroute" and depth:
                held = self.follow(listed(handler, "routes"), held, depth - 1)
            elif name == "authentication" or (name == "reverse_proxy" and _asks(handler)):
                held = held._replace(login=True)
            elif name == "rate_limit":
                held = held._replace(limited=True)
            elif name == "error" or (name == "static_response" and text_of(handler.get("status_code")) in REFUSALS):
                held = held._replace(refuses=True)
            elif name == "reverse_proxy" or (name == "file_server" and "browse" in handler):
                self.add(handler, held, [] if name == "reverse_proxy" else ["autoindex"])
        return held

    def add(self, handler: Mapping, held: Held, shows: list[str]) -> None:
        """Adds a way."""
        if len(self.found) >= MAX_WAYS:
            return
        services = [dial for each in listed(handler, "upstreams") if (dial := text_of(each.get("dial")))]
        facts = Route(
            name=held.hosts[0] if held.hosts else self.name,
            namespace=None,
            controller="caddy",
            hosts=list(held.hosts),
            paths=[held.path],
            services=services,
            tls=self.server.tls or self.server.local,
            auth=True if held.login else UNSET if held.doubt else False,
            products=products(services, [*held.hosts, self.name, held.path]),
            guarded=guarded(products(services)),
            loopback=self.server.local,
            tls_versions=self.server.versions,
            rate_limited=held.limited,
            restricted=held.restricted,
            upstream_verified=_verified(handler, services),
            shows=shows,
        )
        label = f"{self.name}:{held.hosts[0] if held.hosts else ''}{held.path}"
        spot = spot_of(handler, "handler", self.line)
        self.found.append(route(facts, self.path, None, {"": spot}, self.seen, label))


def _matched(held: Held, matches: list[Mapping]) -> Held:
    """What holds for the requests that a route is for."""
    hosts = tuple(host for match in matches for host in texts(match.get("host")))
    paths = [path for match in matches for path in texts(match.get("path"))]
    addresses = bool(matches) and all("remote_ip" in match or "client_ip" in match for match in matches)
    return held._replace(
        hosts=hosts or held.hosts,
        path=(paths[0].rstrip("*") or "/") if paths else held.path,
        restricted=held.restricted or addresses,
    )


def _others(match: Mapping) -> bool:
    """Whether a matcher is for clients whose address is not in a list."""
    return any("remote_ip" in each or "client_ip" in each for each in listed(match, "not"))


def _asks(handler: Mapping) -> bool:
    """Whether a proxy only asks another service for leave, as `forward_auth` does: what that admits goes on."""
    asked = reach(handler, "rewrite", "method") == "GET"
    return asked and any(
        "2" in texts(reach(each, "match", "status_code")) for each in listed(handler, "handle_response")
    )


def _verified(handler: Mapping, services: list[str]) -> Fact[bool]:
    tls = reach(handler, "transport", "tls")
    if not isinstance(tls, Mapping) or (services and all(map(local, services))):
        return None
    return tls.get("insecure_skip_verify") is not True
