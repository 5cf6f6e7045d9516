"""Traefik's static and dynamic configuration, YAML or TOML -> `route` assets: each router, and the API.

Source: doc.traefik.io/traefik/reference: install-configuration (entryPoints, `api.insecure` serves API and dashboard
on port 8080 of every address) and routing-configuration (routers of HTTP and TCP, middlewares, TLS options with TLS 1.2
at least and `clientAuth`, serversTransport verifies unless `insecureSkipVerify`); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.collect.configs.routes import guarded, local, products, route, tunnel
from holdfast.collect.configs.tables import reach, spot_of, table, text_of, texts
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import toml as reader
from holdfast.formats.servers.address import authority, endpoint, loopback
from holdfast.formats.yaml import Mapping
from holdfast.kinds.route import Route

LOGINS = frozenset(("basicauth", "digestauth", "forwardauth"))
LIMITS = frozenset(("ratelimit",))
LISTS = frozenset(("ipallowlist", "ipwhitelist"))
MAY_ASK = frozenset(("plugin",))
INTERNAL = {"api@internal": "dashboard", "dashboard@internal": "dashboard"}
VERSIONS = {"VersionTLS10": "TLSv1.0", "VersionTLS11": "TLSv1.1", "VersionTLS12": "TLSv1.2", "VersionTLS13": "TLSv1.3"}
PREFIX = re.compile(r"Path(?:Prefix)?\(\s{0,8}[`'\"]([^`'\"]{1,256})")
HOST = re.compile(r"Host\(([^)]{1,1024})\)")
QUOTED = re.compile(r"[`'\"]([^`'\"]{1,256})")
HOLE = re.compile(r"\$|\{\{")
"""What something else fills in."""
DEEPEST = 20
"""Chains of middlewares that are followed."""


def is_traefik(values: Mapping) -> bool:
    """Whether a document is a static or a dynamic configuration."""
    if isinstance(values.get("entryPoints"), Mapping):
        return True
    if isinstance(reach(values, "api"), Mapping) and "providers" in values:
        return True
    return any(isinstance(reach(values, layer, "routers"), Mapping) for layer in ("http", "tcp"))


def toml(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """What a configuration in TOML describes; the places of its settings are not kept."""
    try:
        values = reader.read(data).value
    except FormatError as error:
        yield Gap(path, f"not readable as TOML: {error.what}", "unreadable", error.line)
        return
    found = _mapping(values)
    if is_traefik(found) or "api" in found:
        yield from traefik(found, path, 1)


def _mapping(values: dict[str, object], depth: int = 0) -> Mapping:
    """Tables as the mappings that documents consist of; without places."""
    found = Mapping()
    for key, value in values.items():
        if isinstance(value, dict):
            found[key] = _mapping(value, depth + 1) if depth < DEEPEST else Mapping()
        elif isinstance(value, list):
            found[key] = [_mapping(each, depth + 1) if isinstance(each, dict) else each for each in value]
        else:
            found[key] = value
    return found


def traefik(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The routers, and the API with its dashboard where it is served without one."""
    seen: Counter[str] = Counter()
    reader = _Reader(values, path, line)
    if text_of(reach(values, "api", "insecure")).lower() == "true":
        address = text_of(reach(values, "entryPoints", "traefik", "address")) or ":8080"
        host, port = endpoint(address, "8080")
        facts = replace(_EMPTY, loopback=loopback(host), shows=["api"])
        spots = {"": spot_of(table(values, "api"), "insecure", line)}
        yield route(facts, path, None, spots, seen, f"traefik:{port}")
    routers = table(table(values, "http"), "routers")
    for name, router in routers.items():
        if isinstance(router, Mapping):
            spots = {"": spot_of(routers, name, line)}
            yield route(reader.route(name, router), path, None, spots, seen, name)
    routers = table(table(values, "tcp"), "routers")
    for name, router in routers.items():
        if isinstance(router, Mapping):
            spots = dict.fromkeys(("", "products", "tunnels", "restricted"), spot_of(routers, name, line))
            yield route(reader.tunnel(name, router), path, None, spots, seen, f"tcp:{name}", tunnelled=True)


_EMPTY = Route(
    name=None, namespace=None, controller="traefik", hosts=[], paths=["/"], services=[], tls=False, auth=False,
    products=[], loopback=False, restricted=False, rate_limited=False, tls_versions=None,
    upstream_verified=None, shows=[],
)  # fmt: skip


class _Reader:
    """Answers about one document."""

    def __init__(self, values: Mapping, path: str, line: int) -> None:
        self.values = values
        self.http = table(values, "http")
        self.path = path
        self.line = line

    def route(self, name: str, router: Mapping) -> Route:
        """The facts of one router."""
        rule = text_of(router.get("rule"))
        service = text_of(router.get("service"))
        services = self._services(service)
        found = products(services, [service, name, rule])
        hidden = service.endswith("@internal") is False and (not services or any(HOLE.search(x) for x in services))
        middlewares, complete = self._middlewares(router)
        entries = self._entries(router)
        tls = "tls" in router or any("tls" in table(entry, "http") for entry in entries)
        unseen: Fact[bool] = False if complete else UNSET
        return replace(
            _EMPTY,
            name=name,
            hosts=[host for group in HOST.findall(rule) for host in QUOTED.findall(group)],
            paths=PREFIX.findall(rule) or ["/"],
            services=services,
            tls=tls if tls or all(entries) else UNSET,
            auth=True
            if middlewares & LOGINS or self._certificate(router)
            else UNSET
            if middlewares & MAY_ASK
            else unseen,
            products=UNSET if hidden and not found else found,
            guarded=guarded(products(services)),
            loopback=_local(entries),
            tls_versions=self._versions(router) if tls else None,
            rate_limited=True if middlewares & LIMITS else unseen,
            restricted=True if middlewares & LISTS else unseen,
            upstream_verified=self._verified(service, services),
            shows=[INTERNAL[service]] if service in INTERNAL else [],
        )

    def tunnel(self, name: str, router: Mapping) -> Route:
        """The facts of one router of TCP."""
        service = text_of(router.get("service"))
        services = self._services(service, layer="tcp")
        middlewares, complete = self._middlewares(router, "tcp")
        rule = text_of(router.get("rule"))
        facts = replace(
            _EMPTY,
            name=name,
            hosts=[host for host in QUOTED.findall(rule) if host != "*"],
            tls="tls" in router and text_of(reach(router, "tls", "passthrough")) != "true",
            auth=self._certificate(router),
            loopback=_local(self._entries(router)),
            tls_versions=UNSET if "tls" in router else None,
            restricted=True if middlewares & LISTS else False if complete else UNSET,
        )
        known = [each for each in services if not HOLE.search(each)]
        return tunnel(facts, known, [service, name], complete=bool(services) and known == services)

    def _entries(self, router: Mapping) -> list[Mapping]:
        return [table(table(self.values, "entryPoints"), each) for each in texts(router.get("entryPoints"))]

    def _services(self, name: str, layer: str = "http") -> list[str]:
        """The addresses behind a service; one of several kinds of several services too, each once."""
        pending, done = [name.partition("@")[0]], set[str]()
        found: list[str] = []
        while pending:
            current = pending.pop(0)
            if current in done:
                continue
            done.add(current)
            service = table(table(table(self.values, layer), "services"), current)
            found += [text_of(each.get("url")) or text_of(each.get("address")) for each in _servers(service)]
            inner = reach(service, "weighted", "services")
            pending += [
                text_of(reach(each, "name")).partition("@")[0] for each in (inner if isinstance(inner, list) else ())
            ]
        return [authority(url) or url for url in found if url]

    def _middlewares(self, router: Mapping, layer: str = "http") -> tuple[set[str], bool]:
        """The kinds of middlewares that a request passes, and whether all of them are in this document."""
        kinds: set[str] = set()
        complete = True
        pending = texts(router.get("middlewares"))
        for each in texts(router.get("entryPoints")) if layer == "http" else ():
            pending += texts(reach(self.values, "entryPoints", each, "http", "middlewares"))
        done: set[str] = set()
        while pending:
            name = pending.pop().partition("@")[0]
            if name in done:
                continue
            done.add(name)
            middleware = table(table(self.values, layer), "middlewares").get(name)
            if not isinstance(middleware, Mapping):
                complete = False
                continue
            kinds |= {kind.lower() for kind in middleware}
            pending += texts(reach(middleware, "chain", "middlewares"))
        return kinds, complete

    def _certificate(self, router: Mapping) -> bool:
        """Whether clients must show a certificate."""
        if "tls" not in router or text_of(reach(router, "tls", "passthrough")) == "true":
            return False
        name = text_of(reach(router, "tls", "options")).partition("@")[0] or "default"
        return text_of(reach(self.values, "tls", "options", name, "clientAuth", "clientAuthType")).startswith("Require")

    def _versions(self, router: Mapping) -> Fact[list[str]]:
        name = text_of(reach(router, "tls", "options")).partition("@")[0] or "default"
        options = table(table(table(self.values, "tls"), "options"), name)
        if not options and name != "default":
            return UNSET
        least = text_of(options.get("minVersion")) or "VersionTLS12"
        names = list(VERSIONS)
        return [VERSIONS[each] for each in names[names.index(least) :]] if least in VERSIONS else UNSET

    def _verified(self, name: str, services: list[str]) -> Fact[bool]:
        service = table(table(self.http, "services"), name.partition("@")[0])
        secure = [text_of(each.get("url")) for each in _servers(service)]
        if not any(url.startswith(("https://", "h2c+https://")) for url in secure) or all(map(local, services)):
            return None
        transport = text_of(reach(service, "loadBalancer", "serversTransport")).partition("@")[0]
        settings = table(table(self.http, "serversTransports"), transport) if transport else {}
        skip = settings.get("insecureSkipVerify", reach(self.values, "serversTransport", "insecureSkipVerify"))
        return text_of(skip).lower() != "true"


def _local(entries: list[Mapping]) -> bool:
    """Whether every entry point that is known is open to the same host alone."""
    addresses = [loopback(endpoint(text_of(each.get("address")))[0]) for each in entries if each]
    return bool(addresses) and all(each is True for each in addresses)


def _servers(service: Mapping) -> list[Mapping]:
    found = reach(service, "loadBalancer", "servers")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
