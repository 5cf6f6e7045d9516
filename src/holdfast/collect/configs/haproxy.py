"""HAProxy's configuration -> `route` assets: each way from a frontend to a backend, statistics, the runtime API.

Source: HAProxy 2.8 Configuration Manual: bind (`ssl`, `ssl-min-ver`, TLS 1.2 at least unless told otherwise, `verify
required`), http-request (`auth`, `deny`, `track-sc`), stick-table, server (`ssl`, `verify none`; verified otherwise),
stats (`stats enable`, `stats auth`, `stats admin`), `stats socket` (level `operator` unless told otherwise), `mode`
(`tcp` unless told otherwise); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from holdfast.collect.configs.haproxy_access import Rules, asks
from holdfast.collect.configs.haproxy_terms import Acls, condition, everything, listed
from holdfast.collect.configs.routes import guarded, local, products, route, tunnel, tunnels
from holdfast.collect.configs.settings import unreadable
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats import haproxy
from holdfast.formats.haproxy import Line, Section
from holdfast.formats.servers.address import loopback
from holdfast.kinds.route import Route

SIGN = re.compile(rb"(?m)^(?:global|defaults|frontend|backend|listen)\b[^={]*$")
"""What only a configuration of HAProxy holds."""
ADDRESS = re.compile(r"(?:(?:ipv4|ipv6|tcp4|tcp6)@)?(.*?):(\d{1,5})(?:-\d{1,5})?")
VERSIONS = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
OFF = {"no-sslv3": "SSLv3", "no-tlsv10": "TLSv1.0", "no-tlsv11": "TLSv1.1", "no-tlsv12": "TLSv1.2"}
REFUSALS = frozenset(
    (
        *(("http-request", action) for action in ("deny", "reject", "silent-drop", "tarpit")),
        ("tcp-request", "connection"),
        ("tcp-request", "content"),
    )
)
"""How lines begin that turn requests or connections away."""
MAX_ROUTES = 1000
"""Ways of one file that become assets."""


def read(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The ways through HAProxy."""
    try:
        sections = haproxy.read(data)
    except FormatError as error:
        if SIGN.search(data) or path.endswith(
            "haproxy.cfg"
        ):  # what logs and rotates the logs of HAProxy is called so, too
            yield unreadable(path, "a configuration file of HAProxy", error, data)
        return
    whole = _Whole(sections)
    seen: Counter[str] = Counter()
    left = MAX_ROUTES
    for line in whole.globals:
        if line.words[:2] == ("stats", "socket") and len(line.words) > 2:
            yield _runtime(line, path, seen)
    for section in sections:
        if section.kind not in ("frontend", "listen"):
            continue
        front = _Front(section, whole)
        for facts, spots, name in front.routes():
            left -= 1
            if left >= 0:
                yield route(facts, path, None, spots, seen, name, tunnelled="tunnels" in spots)


def _runtime(line: Line, path: str, seen: Counter[str]) -> Asset:
    """The interface by which commands are given to a running HAProxy."""
    hosts = _addresses(line.words[2])
    answers = [loopback(host) for host in hosts]
    facts = Route(
        name=None, namespace=None, controller="haproxy", hosts=[], paths=["/"], services=[], tls="ssl" in line.words,
        auth=_verifies(line.words), products=[], guarded=UNSET, restricted=False, rate_limited=False,
        loopback=False if False in answers else UNSET if UNSET in answers else True,
        tls_versions=None, upstream_verified=None,
        shows=["stats" if ("level", "user") in pairwise(line.words) else "admin"],
    )  # fmt: skip
    return route(facts, path, None, {"": Spot(line.line, 1)}, seen, f"runtime:{line.words[2]}")


def _addresses(text: str) -> list[str]:
    """The hosts in the addresses of a `bind`; `$` for one that cannot be told, a path for a socket file."""
    found = []
    for part in text.split(","):
        match = ADDRESS.fullmatch(part)
        host = part if part.startswith(("/", "unix@", "abns@")) else match[1] if match else "$"
        found.append(host.replace("unix@", "unix:").replace("abns@", "unix:"))
    return found


def _verifies(words: tuple[str, ...]) -> bool:
    """Whether a `bind` demands a certificate of clients."""
    return "verify" in words[:-1] and words[words.index("verify") + 1] == "required"


class _Whole:
    """All sections, and what the `defaults` and `global` sections add to others."""

    def __init__(self, sections: list[Section]) -> None:
        self.globals = [line for section in sections if section.kind == "global" for line in section.lines]
        self.backends = {section.name: section for section in sections if section.kind in ("backend", "listen")}
        named = {section.name: section for section in sections if section.kind == "defaults" and section.name}
        self._lines: dict[int, tuple[Line, ...]] = {}
        last: tuple[Line, ...] = ()
        for section in sections:
            parent = named[section.parent].lines if section.parent in named else last
            if section.kind == "defaults":
                last = (*(named[section.parent].lines if section.parent in named else ()), *section.lines)
            self._lines[section.line] = (*parent, *section.lines)

    def lines(self, section: Section) -> tuple[Line, ...]:
        """The lines that hold in a section, those of its defaults first."""
        return self._lines[section.line]

    def option(self, name: str) -> str:
        """The value of a word in the default options of all `bind` lines, such as `ssl-min-ver`."""
        for line in self.globals:
            if line.words[0] == "ssl-default-bind-options":
                if name in line.words[:-1]:
                    return line.words[line.words.index(name) + 1]
                if name in line.words:
                    return name
        return ""

    def words(self, keyword: str, instead: str = "") -> Iterator[str]:
        """The words of all `global` lines that start with a keyword, which `instead` takes the place of."""
        for line in self.globals:
            if line.words[0] == keyword:
                yield from (instead, *line.words[1:])


class _Front:
    """One frontend."""

    def __init__(self, section: Section, whole: _Whole) -> None:
        self.section = section
        self.whole = whole
        self.lines = whole.lines(section)
        self.rules = Rules(self.lines)
        self.binds = [line for line in self.lines if line.words[0] == "bind" and len(line.words) > 1]
        modes = [line.words[1] for line in self.lines if line.words[0] == "mode" and len(line.words) > 1]
        self.mode = modes[-1] if modes else ""

    def routes(self) -> Iterator[tuple[Route, dict[str, Spot], str]]:
        """Each backend that it leads to, and the statistics that it shows itself."""
        targets = [
            (line.words[1], line)
            for line in self.lines
            if line.words[0] in ("use_backend", "default_backend") and len(line.words) > 1
        ]
        if self.section.kind == "listen":
            targets.append((self.section.name, Line((), self.section.line)))
        done: set[str] = set()
        for name, _ in targets:
            if name not in done:
                done.add(name)
                yield from self._way(name, [each for other, each in targets if other == name])
        if self.section.kind == "frontend" and self._stats(self.lines):
            yield self._route("stats", (), [], [Line((), self.section.line)])

    def _way(self, name: str, ways: list[Line]) -> Iterator[tuple[Route, dict[str, Spot], str]]:
        backend = self.whole.backends.get(name)
        behind = self.whole.lines(backend) if backend is not None else ()
        servers = [each for each in behind if each.words[0] in ("server", "server-template") and len(each.words) > 2]
        lines = (*self.lines, *behind) if self.section.kind == "frontend" else self.lines
        if servers or backend is None or self._stats(lines):
            yield self._route(name, behind if self.section.kind == "frontend" else (), servers, ways)

    def _route(
        self, name: str, behind: tuple[Line, ...], servers: list[Line], ways: list[Line]
    ) -> tuple[Route, dict[str, Spot], str]:
        lines = (*self.lines, *behind)
        services = [each.words[3 if each.words[0] == "server-template" else 2] for each in servers]
        found = products(services, [name, *(each.words[1] for each in servers)])
        facts = Route(
            name=self.section.name or None,
            namespace=None,
            controller="haproxy",
            hosts=[],
            paths=["/"] if not any(each.words[0] == "use_backend" for each in self.lines) else [f"~{name}"],
            services=services,
            tls=self._tls(lines),
            auth=True if self._certificate() else asks((self.rules, Rules(behind)), ways, stats=not servers),
            products=found if servers or found else UNSET if "%[" in name else [],
            guarded=guarded(products(services)),
            loopback=self._loopback(),
            tls_versions=self._versions(),
            rate_limited=_limited(lines),
            restricted=_restricted(lines),
            upstream_verified=None if services and all(map(local, services)) else self._verified(servers, lines),
            shows=["stats"] if self._stats(lines) else [],
        )
        raw = self.mode == "tcp" or (not self.mode and bool(tunnels(services)))
        if raw:
            hints = [name, *(each.words[1] for each in servers)]
            known = [each for each in services if "$" not in each]
            facts = tunnel(facts, known, hints, complete=known == services and bool(servers))
        spots = {"": Spot(ways[0].line, 1)}
        # Several frontends may lead to one backend: the line that does tells which is meant.
        spots |= {"products": Spot(servers[0].line, 1)} if servers and self.section.kind == "listen" else {}
        spots |= {"tunnels": spots.get("products", spots[""])} if raw else {}
        spots |= {"tls": Spot(self.binds[0].line, 1)} if self.binds and facts.tls is not UNSET else {}
        spots |= {"loopback": Spot(self.binds[0].line, 1)} if self.binds and facts.loopback is UNSET else {}
        return facts, spots, f"{self.section.name}/{name}"

    def _verified(self, servers: list[Line], lines: tuple[Line, ...]) -> Fact[bool]:
        """Whether the certificates of all services behind TLS are checked; the last word on it decides."""
        common = [*self.whole.words("ssl-server-verify", "verify"), *self.whole.words("ssl-default-server-options")]
        defaults = [word for each in lines if each.words[0] == "default-server" for word in each.words]
        secure = [words for each in servers if "ssl" in (words := [*common, *defaults, *each.words])]
        if not secure:
            return None
        asked = [[what for word, what in pairwise(words) if word == "verify"] for words in secure]
        return all(each[-1:] != ["none"] for each in asked)

    def _stats(self, lines: tuple[Line, ...]) -> bool:
        return any(each.words[:2] in (("stats", "enable"), ("stats", "uri")) for each in lines)

    def _hosts(self) -> list[tuple[str, bool]]:
        """The address of each `bind`, and whether it speaks TLS."""
        return [(host, "ssl" in line.words) for line in self.binds for host in _addresses(line.words[1])]

    def _loopback(self) -> Fact[bool]:
        answers = [loopback(host) for host, _ in self._hosts()]
        return False if False in answers else UNSET if UNSET in answers or not answers else True

    def _tls(self, lines: tuple[Line, ...]) -> Fact[bool]:
        plain = [host for host, tls in self._hosts() if not tls and loopback(host) is not True]
        redirected = any(
            "redirect" in each.words and "scheme" in each.words and "https" in each.words for each in lines
        )
        return not plain or redirected

    def _versions(self) -> Fact[list[str]]:
        secure = [line.words for line in self.binds if "ssl" in line.words]
        if not secure:
            return None
        least = {_least(words) or self.whole.option("ssl-min-ver") or "TLSv1.2" for words in secure}
        first = min((VERSIONS.index(each) for each in least if each in VERSIONS), default=-1)
        if first < 0:
            return UNSET
        off = {OFF[word] for words in secure for word in words if word in OFF}
        off |= {version for word, version in OFF.items() if self.whole.option(word)}
        return [version for version in VERSIONS[first:] if version not in off]

    def _certificate(self) -> bool:
        """Whether clients must show a certificate on every port."""
        return bool(self.binds) and all(_verifies(line.words) for line in self.binds)


def _least(words: tuple[str, ...]) -> str:
    return words[words.index("ssl-min-ver") + 1] if "ssl-min-ver" in words[:-1] else ""


def _limited(lines: tuple[Line, ...]) -> bool:
    """Whether a rate that a stick table counts turns requests away."""
    counted = any(each.words[0] == "stick-table" and any("rate(" in word for word in each.words) for each in lines)
    names = {
        each.words[1]
        for each in lines
        if each.words[0] == "acl" and any("_rate(" in word or "_rate" in word for word in each.words[2:])
    }
    turned = any(
        each.words[:2] in REFUSALS
        and (any("_rate" in word for word in each.words) or bool(names & set(each.words)))
        for each in lines
    )  # fmt: skip
    tracked = any("track-sc" in word for each in lines for word in each.words)
    return turned and (counted or tracked)


def _restricted(lines: tuple[Line, ...]) -> bool:
    """Whether addresses that are not listed are turned away."""
    acls = Acls(each.words for each in lines)
    for words in (each.words for each in lines if each.words[:2] in REFUSALS):
        form, alternatives = condition(words)
        spared = form == "unless"
        known = any(term.negated != spared and listed(term, acls) for terms in alternatives for term in terms)
        if form and known and not any(all(everything(term, acls) for term in terms) for terms in alternatives):
            return True
    return False
