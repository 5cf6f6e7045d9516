"""Configuration of nginx with what it includes -> `route` assets: one for each place that forwards or shows files."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from holdfast.collect.configs.nginx_scope import Listen, Node, Scope, filled, level, listen, resolved, upstreams
from holdfast.collect.configs.nginx_stream import streams
from holdfast.collect.configs.routes import guarded, local, products, route
from holdfast.collect.configs.settings import matching, missing, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import nginx
from holdfast.formats.servers.address import loopback
from holdfast.kinds.route import Route

HOME = "/etc/nginx"
MAX_DIRECTIVES = 50_000
"""Directives of one configuration, files counted too, each as often as it is included."""
DEEPEST = 32
"""Files that may include one another."""
ROOTS = frozenset(("http", "events", "stream"))
"""Blocks of a main file."""
PARTS = frozenset(("server", "upstream", "location", "map", "limit_req_zone", "proxy_cache_path"))
"""Directives of which a file has one at least that others include for what it serves."""
SIGN = re.compile(rb"(?m)^[ \t]*(?:http|server|location|upstream)\b[^;\n]*\{")
"""What only a configuration of nginx holds."""
PASSES = ("proxy_pass", "grpc_pass", "uwsgi_pass", "scgi_pass")
STATUS = {"stub_status": "stub_status", "autoindex": "autoindex", "api": "api"}
STOCK = ("mime.types", "_params", "fastcgi.conf", "koi-utf", "koi-win", "win-utf", "options-ssl-nginx.conf")
"""Files that packages of nginx and of Certbot ship: they let nobody in and keep nobody out."""
SCHEME = re.compile(r"\$scheme|\$http_x_forwarded_proto|\$https")
"""Variables of a condition that sends clients without TLS elsewhere."""


def read(files: Files) -> Iterator[Asset | Gap]:
    """What each main file serves, and what files serve that no main file includes."""
    read_files: dict[str, list[nginx.Directive]] = {}
    broken: dict[str, Gap] = {}
    for path in files:
        data = files.read(path) or b""
        try:
            read_files[path] = nginx.read(data)
        except FormatError as error:
            if SIGN.search(data):  # many a program has a folder `conf.d`
                broken[path] = unreadable(path, "a configuration file of nginx", error, data)
    included: set[str] = set()
    mains = [path for path, found in read_files.items() if any(each.name in ROOTS for each in found)]
    for path in mains:
        yield from _served(files, path, included)
    yield from (gap for path, gap in broken.items() if path not in included)
    for path, found in read_files.items():
        available = mains and "sites-available" in path.split("/")  # and not enabled
        if path not in included and path not in mains and not available and any(each.name in PARTS for each in found):
            yield from _served(files, path, included)


def _served(files: Files, path: str, included: set[str]) -> Iterator[Asset | Gap]:
    expanding = _Expanding(files)
    nodes = expanding.nodes(path)
    included |= expanding.included
    yield from expanding.gaps
    main = any(node.name in ROOTS for node in nodes)
    http = [inner for node in nodes if node.name == "http" for inner in node.block] if main else nodes
    scope = Scope((level(http),), complete=not expanding.gaps)
    named = upstreams(http)
    seen: Counter[str] = Counter()
    stream = [inner for node in nodes if node.name == "stream" for inner in node.block]
    if not main:  # only in a stream does a server hand on what no location is for
        bytewise = [node for node in nodes if node.name == "server" and any(x.name == "proxy_pass" for x in node.block)]
        http = [node for node in nodes if node not in bytewise]
        stream = [node for node in nodes if node in bytewise or node.name in ("upstream", "map")]
    for node in http:
        if node.name == "server":
            yield from _Server(scope, node, named, files, path).routes(seen)
    yield from streams(stream, files, path, seen, complete=not expanding.gaps)


class _Expanding:
    """Puts the directives of included files in the place of the includes."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.included: set[str] = set()
        self.gaps: list[Gap] = []
        self.open: list[str] = []
        self.left = MAX_DIRECTIVES
        self.directives: dict[str, list[nginx.Directive]] = {}
        """What was read, by path: a file may be included thousands of times."""
        self.matches: dict[str, list[str]] = {}

    def nodes(self, path: str) -> list[Node]:
        """The directives of a file with those of the files that it includes."""
        self.open.append(path)
        nodes = [node for each in self._read(path) for node in self._expanded(each, path)]
        self.open.pop()
        return nodes

    def _read(self, path: str) -> list[nginx.Directive]:
        """The directives of a file as it is; one that cannot be read is a gap, once."""
        if path not in self.directives:
            data = self.files.read(path) or b""
            try:
                self.directives[path] = nginx.read(data)
            except FormatError as error:
                self.gaps.append(unreadable(path, "a configuration file of nginx", error, data))
                self.directives[path] = []
        return self.directives[path]

    def _matching(self, name: str) -> list[str]:
        """The files that an include means; names count from the main file's folder, wherever the include stands."""
        if name not in self.matches:
            found = [*matching(self.files, name, self.open[0], HOME)]
            if not found and not name.startswith("/"):  # a part of a configuration whose main file is not here
                found = [*matching(self.files, name, posixpath.join(posixpath.dirname(self.open[0]), "..", "x"), HOME)]
            self.matches[name] = found
        return self.matches[name]

    def _room(self, path: str, line: int) -> bool:
        """Whether one more directive or file may be taken in; the first that may not is a gap."""
        self.left -= 1
        if self.left == -1:
            what = f"the configuration has more than {MAX_DIRECTIVES} directives with all that it includes"
            self.gaps.append(Gap(path, what, "unreadable", line))
        return self.left >= 0

    def _expanded(self, directive: nginx.Directive, path: str) -> Iterator[Node]:
        if not self._room(path, directive.line):
            return
        if directive.name != "include" or not directive.args:
            block = [node for each in directive.block or () for node in self._expanded(each, path)]
            yield Node(directive.name, directive.args, directive.line, path, block)
            return
        name = directive.args[0]
        found = self._matching(name)
        if not found and not any(sign in name for sign in "*?[$") and not name.endswith(STOCK):
            self.gaps.append(missing(path, name, directive.line))
        if found and len(self.open) > DEEPEST:
            what = f"files include one another more than {DEEPEST} deep"
            self.gaps.append(Gap(path, what, "unreadable", directive.line))
            return
        for each in found:
            self.included.add(each)
            if each not in self.open and self._room(path, directive.line):
                yield from self.nodes(each)


class _Server:
    """One virtual server."""

    def __init__(self, scope: Scope, node: Node, upstreams: dict[str, list[str]], files: Files, path: str) -> None:
        self.scope = scope.inside(node.block)
        self.node = node
        self.upstreams = upstreams
        self.files = files
        self.path = path
        self.listens = [listen(each.args) for each in node.block if each.name == "listen" and each.args]
        self.listens = self.listens or [Listen("*", "80", tls=False)]
        self.tls = self._tls()
        self.hosts = [name for each in node.block if each.name == "server_name" for name in each.args if name != "_"]

    def routes(self, seen: Counter[str]) -> Iterator[Asset]:
        """The ways through the server, unless it sends everybody elsewhere."""
        if any(each.name == "return" for each in self.node.block):
            return
        stack = [(self.scope, node) for node in reversed(self.node.block) if node.name == "location"]
        while stack:
            scope, node = stack.pop()
            inner = scope.inside(node.block)
            stack += [(inner, each) for each in reversed(node.block) if each.name == "location"]
            yield from self._location(inner, node, seen)
        # What stands in the server itself holds where no location does.
        yield from self._location(self.scope, Node("location", ("/",), self.node.line, self.node.path, []), seen)

    def _location(self, scope: Scope, node: Node, seen: Counter[str]) -> Iterator[Asset]:
        passing = scope.own(*PASSES, inside=True)
        shows = sorted({STATUS[each.name] for each in scope.own(*STATUS) if each.args[:1] != ("off",)})
        if (not passing and not shows) or scope.own("internal", "return"):  # what returns hands nothing on
            return
        services = [service for each in passing for service in resolved(scope, each, self.upstreams)]
        hints = [hint for each in passing for hint in (filled(scope, each), *self.hosts, *node.args)]
        unresolved = any("$" in service for service in services)
        found = products(services, hints)
        facts = Route(
            name=self.hosts[0] if self.hosts else None,
            namespace=None,
            controller="nginx",
            hosts=self.hosts,
            paths=[_path(node.args)],
            services=[service for service in services if "$" not in service],
            tls=self.tls,
            auth=scope.auth(),
            products=UNSET if unresolved and not found else found,
            guarded=guarded(products(services)),
            loopback=self._loopback(scope),
            tls_versions=self._versions(),
            rate_limited=scope.limited(),
            restricted=scope.restricted(),
            upstream_verified=None if all(map(local, services)) else scope.verified(passing),
            shows=shows,
        )
        spots = {"": node.spot(), **self._spots(scope, passing)}
        yield route(facts, self.path, self.files, spots, seen, f"{self._label()}{_path(node.args)}")

    def _label(self) -> str:
        return f"{self.hosts[0] if self.hosts else 'default'}:{self.listens[0].port}"

    def _spots(self, scope: Scope, passing: Sequence[Node]) -> dict[str, Spot]:
        places = {
            "products": passing[:1],
            "tls": self.scope.own("listen")[:1],
            "tls_versions": self.scope.nearest("ssl_protocols")[:1],
            "upstream_verified": [*scope.nearest("proxy_ssl_verify")[:1], *passing][:1],
            "shows": scope.own(*STATUS)[:1],
        }
        return {fact: nodes[0].spot() for fact, nodes in places.items() if nodes}

    def _tls(self) -> Fact[bool]:
        """Whether clients of other hosts meet TLS on every port, or are sent to one where they do."""
        plain = [each for each in self.listens if not each.tls and loopback(each.host) is not True]
        if not plain or any(each.name == "ssl" and each.args[:1] == ("on",) for each in self.node.block):
            return True
        asked = (each for each in self.node.block if each.name == "if" and SCHEME.search(" ".join(each.args)))
        return any(inner.name in ("return", "rewrite") for each in asked for inner in each.block)

    def _versions(self) -> Fact[list[str]]:
        if not any(each.tls for each in self.listens):
            return None
        found = self.scope.nearest("ssl_protocols")
        return list(found[-1].args) if found else None  # the default of its version

    def _loopback(self, scope: Scope) -> Fact[bool]:
        if scope.only_local():
            return True
        answers = [loopback(each.host) for each in self.listens]
        return False if False in answers else UNSET if UNSET in answers else True


def _path(args: tuple[str, ...]) -> str:
    """A location's prefix; that of a pattern starts with `~`."""
    if len(args) > 1 and args[0] in ("~", "~*"):
        return f"~{args[1]}"
    return args[-1] if args else "/"
