"""Traefik's static and dynamic configuration, YAML or TOML -> `route` assets: each router, and the dashboard.

Source: doc.traefik.io/traefik/reference: install-configuration (entryPoints, `api.insecure` serves API and dashboard
on port 8080 of every address) and routing-configuration (routers, middlewares, TLS options with TLS 1.2 at least,
serversTransport verifies unless `insecureSkipVerify`); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.collect.configs.routes import guarded, local, products, route
from holdfast.collect.configs.tables import reach, spot_of, table, text_of, texts
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import toml as reader
from holdfast.formats.servers.address import endpoint, loopback
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
DEEPEST = 20
"""Chains of middlewares that are followed."""


def is_traefik(values: Mapping) -> bool:
    """Whether a document is a static or a dynamic configuration."""
    if isinstance(values.get("entryPoints"), Mapping):
        return True
    http = values.get("http")
    return isinstance(http, Mapping) and isinstance(http.get("routers"), Mapping)


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
    """The routers, and the dashboard where it is served without one."""
    seen: Counter[str] = Counter()
    reader = _Reader(values, path, line)
    if text_of(reach(values, "api", "insecure")).lower() == "true":
        address = text_of(reach(values, "entryPoints", "traefik", "address")) or ":8080"
        host, port = endpoint(address, "8080")
        facts = replace(_EMPTY, loopback=loopback(host), shows=["api", "dashboard"])
        spots = {"": spot_of(table(values, "api"), "insecure", line)}
        yield route(facts, path, None, spots, seen, f"traefik:{port}")
    routers = table(table(values, "http"), "routers")
    for name, router in routers.items():
        if isinstance(router, Mapping):
            spots = {"": spot_of(routers, name, line)}
            yield route(reader.route(name, router), path, None, spots, seen, name)


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
        middlewares, complete = self._middlewares(router)
        entries = [table(table(self.values, "entryPoints"), each) for each in texts(router.get("entryPoints"))]
        tls = "tls" in router or any("tls" in table(entry, "http") for entry in entries)
        unseen: Fact[bool] = False if complete else UNSET
        addresses = [loopback(endpoint(text_of(each.get("address")))[0]) for each in entries if each]
        return replace(
            _EMPTY,
            name=name,
            hosts=[host for group in HOST.findall(rule) for host in QUOTED.findall(group)],
            paths=PREFIX.findall(rule) or ["/"],
            services=services,
            tls=tls if tls or all(entries) else UNSET,
            auth=True if middlewares & LOGINS else UNSET if middlewares & MAY_ASK else unseen,
            products=found,
            guarded=guarded(products(services)),
            loopback=bool(addresses) and all(each is True for each in addresses),
            tls_versions=self._versions(router) if tls else None,
            rate_limited=True if middlewares & LIMITS else unseen,
            restricted=True if middlewares & LISTS else unseen,
            upstream_verified=self._verified(service, services),
            shows=[INTERNAL[service]] if service in INTERNAL else [],
        )

    def _services(self, name: str, depth: int = 0) -> list[str]:
        """The addresses behind a service; one of several kinds of several services too."""
        service = table(table(self.http, "services"), name.partition("@")[0])
        found = [text_of(each.get("url")) for each in _servers(service)]
        inner = reach(service, "weighted", "services")
        for each in inner if isinstance(inner, list) and depth < DEEPEST else ():
            found += self._services(text_of(reach(each, "name")), depth + 1)
        return [url.partition("://")[2].partition("/")[0] or url for url in found if url]

    def _middlewares(self, router: Mapping) -> tuple[set[str], bool]:
        """The kinds of middlewares that a request passes, and whether all of them are in this document."""
        kinds: set[str] = set()
        complete = True
        pending = texts(router.get("middlewares"))
        for each in texts(router.get("entryPoints")):
            pending += texts(reach(self.values, "entryPoints", each, "http", "middlewares"))
        done: set[str] = set()
        while pending:
            name = pending.pop().partition("@")[0]
            if name in done:
                continue
            done.add(name)
            middleware = table(self.http, "middlewares").get(name)
            if not isinstance(middleware, Mapping):
                complete = False
                continue
            kinds |= {kind.lower() for kind in middleware}
            pending += texts(reach(middleware, "chain", "middlewares"))
        return kinds, complete

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


def _servers(service: Mapping) -> list[Mapping]:
    found = reach(service, "loadBalancer", "servers")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
