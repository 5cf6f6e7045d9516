"""`postgresql.conf` with what it includes and its `pg_hba.conf` -> `server` assets."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.configs.settings import Settings, asset, matching, missing, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.postgresql import conf, hba
from holdfast.kinds.server import ClientRule

HOME = "/etc/postgresql"
CONF, HBA, AUTO = "postgresql.conf", "pg_hba.conf", "postgresql.auto.conf"
MAX_FILES = 200
"""Files that one server's configuration may span."""
DEEPEST = 10
"""Lists of clients that include one another."""
MAX_RULES = 1000
"""Rules of clients that are kept as facts."""
PLACES = {
    "host": ("listen-addresses",),
    "port": ("port",),
    "tls": ("ssl",),
    "options": ("password-encryption", "log-connections"),
}
PASSWORD = re.compile(r"\bpassword\s{0,8}=\s{0,8}('(?:[^'\\]|\\.)*+'|[^\s']++)", re.IGNORECASE)
"""The password in a connection string. Source: PostgreSQL 15, 34.1.1 Connection Strings."""


class Clients(NamedTuple):
    """The rules of a pg_hba.conf, in their order, each with its file, and whether all of them could be read."""

    rules: list[tuple[hba.Rule, str]]
    complete: bool


def read(files: Files) -> Iterator[Asset | Gap]:
    """Each server whose main file is there, and each list of clients that belongs to none."""
    used: set[str] = set()
    for path in files.named(CONF):
        yield from _Cluster(files, path).read(used)
    for path in files.named(AUTO):
        if path not in used:
            yield from _Cluster(files, path).part()
    for path in files.named(HBA):
        if path not in used:
            clients, gaps = _clients(files, path)
            yield from gaps
            settings = Settings(path)
            # Whoever writes rules for other hosts means to be reached by them.
            local = [hba.same_host(rule) for rule, _ in clients.rules if rule.method != "reject"]
            loopback: Fact[bool] = False if False in local else UNSET
            yield from _server(settings, clients, files, host=UNSET, loopback=loopback, port=UNSET, tls=UNSET)


class _Cluster:
    """One server: its main file, what that includes, and who may connect."""

    def __init__(self, files: Files, path: str) -> None:
        self.files = files
        self.settings = Settings(path)
        self.settings.variables = False
        self.gaps: list[Gap] = []
        self.read_files = 0
        self.complete = True

    def read(self, used: set[str]) -> Iterator[Asset | Gap]:
        """The server; the list of clients that it has is added to `used`."""
        path = self.settings.path
        self._take(path)
        values = self.settings.values
        auto = self.files.find(posixpath.join(self.settings.text("data-directory"), AUTO), path, HOME)
        if auto is not None:
            used.add(auto)
            self._take(auto)
        name = self.settings.text("hba-file", HBA)
        found = self.files.find(name, path, HOME) or self.files.find(HBA, path, HOME)
        clients = None
        if found is not None:
            used.add(found)
            clients, gaps = _clients(self.files, found)
            self.gaps += gaps
        elif "hba-file" in values:
            self.gaps.append(missing(path, name, self.settings.spots.get("hba-file", Spot(0, 0)).line))
        yield from self.gaps
        if self.complete:
            values.setdefault("log-connections", "off")  # its default until a file says otherwise
        unseen = {} if self.complete else {
            field: UNSET
            for field, key in (("host", "listen-addresses"), ("loopback", "listen-addresses"), ("tls", "ssl"))
            if key not in values
        }  # fmt: skip
        yield from _server(self.settings, clients, self.files, **unseen)

    def part(self) -> Iterator[Asset | Gap]:
        """What `ALTER SYSTEM` wrote, where the main file is elsewhere: the rest is decided there."""
        self._take(self.settings.path)
        yield from self.gaps
        decided = {"host": "listen-addresses", "loopback": "listen-addresses", "port": "port", "tls": "ssl"}
        values = self.settings.values
        unseen: dict[str, Any] = {field: UNSET for field, key in decided.items() if key not in values}
        yield from asset("postgresql", self.settings, PLACES, files=self.files, partial=True, **unseen)

    def _take(self, path: str) -> None:
        """Takes the parameters of a file in, and those of the files that it includes where it does."""
        self.read_files += 1
        data = self.files.read(path) or b""
        try:
            parameters = conf.read(data)
        except FormatError as error:
            self.complete = False
            self.gaps.append(unreadable(path, "a configuration file of PostgreSQL", error, data))
            return
        for each in parameters:
            if each.name in hba.INCLUDES:
                self._include(each, path)
            else:
                self._put(each, path)

    def _put(self, parameter: conf.Parameter, path: str) -> None:
        value = parameter.value
        if parameter.name.endswith("conninfo") and (match := PASSWORD.search(value)):
            self.settings.put(f"{parameter.name}.password", match[1].strip("'"), parameter.line, path=path)
            value = PASSWORD.sub("password=***", value)
        self.settings.put(parameter.name, value, parameter.line, path=path)

    def _include(self, parameter: conf.Parameter, path: str) -> None:
        folder = parameter.name == "include_dir"
        name = posixpath.join(parameter.value, "*.conf") if folder else parameter.value
        found = list(matching(self.files, name, path, HOME))
        for each in found:
            if self.read_files >= MAX_FILES:
                if self.complete:
                    self.gaps.append(_too_many(path, parameter.line))
                self.complete = False
                return
            self._take(each)
        if not found and parameter.name == "include":
            self.complete = False
            self.gaps.append(missing(path, name, parameter.line))


def _too_many(path: str, line: int) -> Gap:
    return Gap(path, f"the configuration spans more than {MAX_FILES} files", "unreadable", line)


def _clients(files: Files, path: str) -> tuple[Clients, list[Gap]]:
    """The rules of a file with those that it includes."""
    return _included(files, path, 0, itertools.count())


def _included(files: Files, path: str, depth: int, taken: Iterator[int]) -> tuple[Clients, list[Gap]]:
    """The rules of one of the files; `taken` counts them, each as often as it is included."""
    data = files.read(path) or b""
    try:
        entries = hba.read(data)
    except FormatError as error:
        return Clients([], False), [unreadable(path, "a pg_hba.conf", error, data)]
    rules: list[tuple[hba.Rule, str]] = []
    gaps: list[Gap] = []
    complete = True
    for each in entries:
        if isinstance(each, hba.Rule):
            rules.append((each, path))
            continue
        name = posixpath.join(each.name, "*.conf") if each.directive == "include_dir" else each.name
        found = list(matching(files, name, path, HOME)) if depth < DEEPEST else []
        for one in found:
            if next(taken) >= MAX_FILES:
                return Clients(rules, False), [*gaps, _too_many(path, each.line)]
            more, said = _included(files, one, depth + 1, taken)
            rules += more.rules
            gaps += said
            complete = complete and more.complete
        if not found and each.directive == "include":
            complete = False
            gaps.append(missing(path, each.name, each.line))
        if len(rules) > hba.RULES:
            return Clients(rules, False), [*gaps, Gap(path, f"more than {hba.RULES} rules", "unreadable", each.line)]
    return Clients(rules, complete), gaps


def _server(settings: Settings, clients: Clients | None, files: Files, **facts: Any) -> Iterator[Asset]:
    """The server with its clients, each of which lies where its rule stands."""
    found = hba.effective([rule for rule, _ in clients.rules])[:MAX_RULES] if clients is not None else []
    spots: dict[str, Spot] = {}
    if clients is not None:
        facts |= {"auth": _auth(clients, found), "client_rules": UNSET}
        facts |= {"client_rules": [_client(rule) for rule in found]} if clients.complete else {}
        homes = {id(rule): path for rule, path in clients.rules}
        for index, rule in enumerate(found):
            place = Spot(rule.line, 1, "", homes[id(rule)])
            spots[f"client_rules[{index}]"] = place
            if _trusts(rule):
                spots["auth"] = place
    for server in asset("postgresql", settings, PLACES, files=files, **facts):
        yield replace(server, spots={**server.spots, **spots})


def _auth(clients: Clients, rules: list[hba.Rule]) -> Fact[bool]:
    """Whether clients on other hosts must prove who they are before they are every user."""
    if any(_trusts(rule) for rule in rules):
        return False
    return True if clients.complete else UNSET


def _trusts(rule: hba.Rule) -> bool:
    return rule.method == "trust" and "all" in rule.users and hba.same_host(rule) is False


def _client(rule: hba.Rule) -> ClientRule:
    same = hba.same_host(rule)
    words = (rule.type, ",".join(rule.databases), ",".join(rule.users), rule.address, rule.method)
    return ClientRule(
        text=" ".join(filter(None, words)),
        type=rule.type,
        databases=list(rule.databases),
        users=list(rule.users),
        address=rule.address or None,
        method=UNSET if set("$@{") & set(rule.method) else rule.method,
        same_host=UNSET if same is None else same,
    )
