"""Caddyfiles -> `route` assets: each `reverse_proxy` and file listing of each site, and the administration API.

Source: caddyserver.com/docs: caddyfile/concepts (addresses), automatic-https (a host name means TLS, `http://` and
`:80` do not), caddyfile/directives/{reverse_proxy,basic_auth,forward_auth,tls,file_server,bind} (every interface,
whatever the address says: `localhost` is a name that clients call), caddyfile/options (`default_bind`; `admin`,
localhost:2019 unless told otherwise); caddyconfig/httpcaddyfile/addresses.go;
rate limits are a module (github.com/mholt/caddy-ratelimit); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.collect.configs.routes import guarded, local, products, route
from holdfast.collect.configs.settings import matching, missing, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import caddyfile
from holdfast.formats.caddyfile import Directive, Site
from holdfast.formats.servers.address import authority, endpoint, loopback
from holdfast.kinds.route import Route

HOME = "/etc/caddy"
MAX_FILES = 100
"""Files that one Caddyfile imports."""
LOGINS = frozenset(("basic_auth", "basicauth", "forward_auth", "authorize", "authenticate", "jwtauth"))
WRAPPERS = frozenset(("handle", "handle_path", "route"))
PLAIN = re.compile(r"http://.*|:(?!443\b)\d{1,5}(?:/.*)?|[^/]*:80(?:/.*)?")
"""Addresses without TLS: a host of any sort has it on every port but 80. Source: Caddy, Automatic HTTPS, Activation."""
VARIABLE = re.compile(r"\{\$(\w+)\}", re.ASCII)
HOST_NAMED = re.compile(r"DOMAIN|HOST|FQDN|SERVER_?NAME", re.IGNORECASE)
VERSIONS = {"tls1.0": "TLSv1.0", "tls1.1": "TLSv1.1", "tls1.2": "TLSv1.2", "tls1.3": "TLSv1.3"}


def read(files: Files) -> Iterator[Asset | Gap]:
    """The ways through Caddy, by its files and those that they import."""
    wholes = [_Whole(files, path) for path in files]
    imported = {each for whole in wholes for each in whole.read[1:]}
    for whole in wholes:
        path = whole.read[0]
        if path in imported:
            continue
        yield from whole.gaps
        try:
            sites = caddyfile.sites(whole.top)
        except FormatError as error:
            yield unreadable(path, "a Caddyfile", error, files.read(path) or b"")
            continue
        seen: Counter[str] = Counter()
        binds = [arg for _, site in sites if not site.addresses for arg in _args(site, "default_bind")]
        for home, site in sites:
            yield from _routes(site, home, seen, binds)


def _args(site: Site, name: str) -> list[str]:
    return [arg for each in site.directives if each.name == name for arg in each.args]


def _routes(site: Site, path: str, seen: Counter[str], binds: list[str]) -> Iterator[Asset]:
    if not site.addresses:
        yield from _admin(site, path, seen)
        return
    for facts, spot, name in _Site(site, binds).ways(site.directives, _Held(), "/"):
        yield route(facts, path, None, {"": spot}, seen, name)


def site_ways(site: Site) -> Iterator[tuple[Route, str]]:
    """The ways of a site that stands alone, each with its label."""
    for facts, _, label in _Site(site, []).ways(site.directives, _Held(), "/"):
        yield facts, label


class _Whole:
    """The first level of a file, with that of the files that it imports there."""

    def __init__(self, files: Files, path: str) -> None:
        self.files = files
        self.top: list[tuple[str, Directive]] = []
        self.gaps: list[Gap] = []
        self.read: list[str] = []
        """Its path, then those of the files that it imports."""
        self.take(path)

    def take(self, path: str) -> None:
        """Adds a file. What it imports inside of its sites stays unknown there."""
        self.read.append(path)
        data = self.files.read(path) or b""
        try:
            top = caddyfile.read(data)
        except FormatError as error:
            self.gaps.append(unreadable(path, "a Caddyfile", error, data))
            return
        for each in top:
            if each.name != "import":
                self.top.append((path, each))
            elif each.args:
                self.imported(each.args[0], each.line, path)

    def imported(self, pattern: str, line: int, path: str) -> None:
        """Adds the files that an import names, each once."""
        found = list(matching(self.files, pattern, path, HOME))
        if not found:
            self.gaps.append(missing(path, pattern, line))
        for each in found:
            if each in self.read or len(self.read) >= MAX_FILES:
                reason = f"it imports {pattern} again, or more than {MAX_FILES} files"
                self.gaps.append(Gap(path, reason, "unreadable", line))
            else:
                self.take(each)


def _admin(site: Site, path: str, seen: Counter[str]) -> Iterator[Asset]:
    for each in site.directives:
        if each.name == "admin" and each.args and each.args[0] != "off":
            yield administration(each.args[0], path, {"": Spot(each.line, 1)}, seen)


def administration(address: str, path: str, spots: dict[str, Spot], seen: Counter[str]) -> Asset:
    """The administration API at an address."""
    _, port = endpoint(address.removeprefix("tcp/"), "2019")
    facts = Route(
        name=None, namespace=None, controller="caddy", hosts=[], paths=["/"], services=[], tls=False,
        auth=False, products=[], loopback=bound(address),
        restricted=False, rate_limited=False, tls_versions=None, upstream_verified=None, shows=["admin"],
    )  # fmt: skip
    return route(facts, path, None, spots, seen, f"admin:{port}")


class _Site:
    """One site."""

    def __init__(self, site: Site, binds: list[str]) -> None:
        """`binds` are the addresses of all sites that name none of their own."""
        self.site = site
        self.hosts = [_host(address) for address in site.addresses]
        self.binds = _args(site, "bind") or binds

    def ways(self, block: tuple[Directive, ...], outer: _Held, path: str) -> Iterator[tuple[Route, Spot, str]]:
        """Each directive that forwards or lists files, with those that hold around it."""
        around = _held(block, outer)
        for each in block:
            prefix = each.args[0] if each.args and each.args[0].startswith("/") else path
            if each.name == "reverse_proxy":
                yield self._route(each, around, prefix, []), Spot(each.line, 1), self._label(prefix)
            elif each.name == "file_server" and ("browse" in each.args or any(x.name == "browse" for x in each.block)):
                yield self._route(each, around, prefix, ["autoindex"]), Spot(each.line, 1), self._label(prefix)
            elif each.name in WRAPPERS:
                yield from self.ways(each.block, around, prefix)

    def _label(self, path: str) -> str:
        return f"{self.site.addresses[0]}{path}"

    def _route(self, way: Directive, around: _Held, path: str, shows: list[str]) -> Route:
        services = [] if shows else [_address(arg) for arg in way.args if not arg.startswith(("/", "@", "*"))]
        services += [_address(arg) for each in way.block if each.name == "to" for arg in each.args]
        found = products(services, [*self.hosts, path])
        unresolved = not shows and (not services or any("{" in service for service in services))
        return Route(
            name=self.hosts[0] or None,
            namespace=None,
            controller="caddy",
            hosts=[host for host in self.hosts if host],
            paths=[path.rstrip("*") or "/"],
            services=[service for service in services if "{" not in service],
            tls=self._tls(around.tls),
            auth=True if around.login else UNSET if around.doubt or (around.refuses and around.matches) else False,
            products=UNSET if unresolved and not found else found,
            guarded=guarded(products(services)),
            loopback=self._loopback(),
            tls_versions=around.versions,
            rate_limited=around.limited,
            restricted=around.addresses and around.refuses,
            upstream_verified=_verified(way, services),
            shows=shows,
        )

    def _tls(self, tls: bool) -> Fact[bool]:
        """Whether clients of other hosts meet TLS: by a host name, or a `tls` directive on another port."""
        plain = [each for each in self.site.addresses if PLAIN.fullmatch(each)]
        forced = any(each.startswith("http://") for each in plain)
        if self._loopback() is True or (plain and tls and not forced):
            return True
        return False if plain else UNSET if any(map(_unclear, self.site.addresses)) else True

    def _loopback(self) -> Fact[bool]:
        """Whether every socket is one of this host; the addresses of sites say nothing on it."""
        answers = [bound(each) for each in self.binds] or [False]
        return False if False in answers else UNSET if UNSET in answers else True


def bound(address: str) -> Fact[bool]:
    """Whether a network address, such as `tcp4/127.0.0.1` or `unix//run/caddy`, is open to the same host alone."""
    network, slash, rest = address.partition("/")
    if slash and network.startswith("unix"):
        return True
    return (
        loopback(endpoint(rest if slash else address)[0])
        if not {"{", "$"} & set(address) and network != "fd"
        else UNSET
    )


def _unclear(address: str) -> bool:
    """Whether a variable without a default decides on TLS; one whose name says so holds the name of a host."""
    match = VARIABLE.match(address)
    return match is not None and HOST_NAMED.search(match[1]) is None


def _demands(client: Directive) -> bool:
    """Whether TLS asks every client for a certificate: `request` and `verify_if_given` let others in too.

    Source: Caddy, tls directive, client_auth (mode is `require_and_verify` where authorities are trusted, else
    `require`). Checked 2026-11-30.
    """
    modes = [inner.args[0] for inner in client.block if inner.name == "mode" and inner.args]
    return not modes or modes[-1].startswith("require")


def _host(address: str) -> str:
    host, _ = endpoint(address)
    return host if isinstance(host, str) else ""


def _address(upstream: str) -> str:
    text = authority(upstream)
    return text if ":" in text or "{" in text else f"{text}:{443 if upstream.startswith('https://') else 80}"


class _Held(NamedTuple):
    """What holds for every way in a block."""

    login: bool = False
    """Whether every request must prove who it is from."""
    doubt: bool = False
    """Whether some must, or what is imported may ask."""
    refuses: bool = False
    """Whether requests are turned away, those that a matcher names as a rule."""
    matches: bool = False
    addresses: bool = False
    """Whether a matcher looks at the client's address."""
    tls: bool = False
    versions: Fact[list[str]] = None
    limited: bool = False


def _held(block: tuple[Directive, ...], outer: _Held) -> _Held:
    """What a block adds to what holds around it: a login with a matcher holds for some requests only."""
    names = {each.name for each in block}
    logins = [each for each in block if each.name in LOGINS]
    tls = [inner for each in block if each.name == "tls" for inner in each.block]
    matchers = [each for each in block if each.name.startswith("@")]
    certificate = any(_demands(inner) for inner in tls if inner.name == "client_auth")
    return _Held(
        login=outer.login
        or certificate
        or any(not each.args or each.args[0][0:1] not in ("/", "@") for each in logins),
        doubt=outer.doubt or bool(logins) or "import" in names,
        refuses=outer.refuses or not names.isdisjoint(("respond", "error", "abort")),
        matches=outer.matches or bool(matchers),
        addresses=outer.addresses
        or any("remote_ip" in (*each.args, *(x.name for x in each.block)) for each in matchers),
        tls=outer.tls or "tls" in names,
        versions=next((found for inner in tls if (found := _versions(inner)) is not None), outer.versions),
        limited=outer.limited or "rate_limit" in names,
    )


def _versions(protocols: Directive) -> Fact[list[str]]:
    if protocols.name != "protocols" or not protocols.args or protocols.args[0] not in VERSIONS:
        return None
    return list(VERSIONS.values())[list(VERSIONS).index(protocols.args[0]) :]


def _verified(way: Directive, services: list[str]) -> Fact[bool]:
    transports = [inner for each in way.block if each.name == "transport" for inner in each.block]
    secure = any(arg.startswith("https://") for arg in way.args) or any(
        each.name.startswith("tls") for each in transports
    )
    if not secure or (services and all(map(local, services))):
        return None
    return not any(each.name == "tls_insecure_skip_verify" for each in transports)
