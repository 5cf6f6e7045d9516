"""`redis.conf` and `valkey.conf` with what they include, and their ACL files -> `server` assets."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.configs.settings import Settings, asset, matching, missing, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import redis_conf
from holdfast.formats.servers.redis import DEFAULT_USER, user

HOME = "/etc/redis"
MAX_FILES = 200
"""Files that one server's configuration may span."""
SIGNS = frozenset(("bind", "port", "dir", "requirepass", "protected-mode", "appendonly", "maxmemory", "aclfile"))
"""Directives of which a configuration file has one at least; others of that name are something else's."""
PLACES = {
    "host": ("bind",),
    "loopback": ("bind", "protected-mode"),
    "port": ("port",),
    "auth": (DEFAULT_USER, "requirepass", "aclfile"),
    "tls": ("tls-port",),
}
OPEN = "on nopass ~* &* +@all"
"""The default user where an ACL file does not name it. Source: Redis, ACL, "Default user"; checked 2026-11-30."""


def read(files: Files) -> Iterator[Asset | Gap]:
    """Each server that a file starts; files that others include are parts of those."""
    found: list[tuple[_Server, list[Gap]]] = []
    for path in files:
        server = _Server(files, path)
        found.append((server, list(server.read(path))))
    included = {path for server, _ in found for path in server.included if path != server.settings.path}
    for server, gaps in found:
        if server.settings.path not in included and (server.signed or gaps):
            yield from gaps
            if server.signed and not server.sentinel:
                yield from asset("redis", server.settings, PLACES, files=files)


class _Server:
    """The settings of one server, gathered along its includes."""

    def __init__(self, files: Files, path: str) -> None:
        self.files = files
        self.settings = Settings(path)
        self.settings.variables = False
        self.included: set[str] = set()
        self.signed = self.sentinel = False

    def read(self, path: str) -> Iterator[Gap]:
        """Takes the directives of a file in, and those of the files that it includes where it does."""
        data = self.files.read(path) or b""
        try:
            directives = redis_conf.read(data)
        except FormatError as error:
            self.settings.put("include", path, error.line, path=path)  # what it says besides is unobserved
            yield unreadable(path, "a configuration file of Redis", error, data)
            return
        for each in directives:
            self.signed = self.signed or each.name in SIGNS
            self.sentinel = self.sentinel or each.name == "sentinel"
            if each.name == "include" and each.words:
                yield from self._include(each, path)
            elif each.name == "aclfile" and each.words and each.words[0]:
                yield from self._users(each, path)
            elif each.name == "user" and len(each.words) > 1:
                self._user(each.words, each.line, path)
            else:
                self.settings.put(each.name, " ".join(each.words), each.line, path=path)

    def _include(self, directive: redis_conf.Directive, path: str) -> Iterator[Gap]:
        name = directive.words[0]
        found = [each for each in matching(self.files, name, path, HOME) if each not in self.included]
        if not found and "*" not in name:
            self.settings.put("include", name, directive.line, path=path)
            yield missing(path, name, directive.line)
        for each in found:
            if len(self.included) >= MAX_FILES:
                self.settings.put("include", each, directive.line, path=path)
                yield Gap(path, f"the configuration spans more than {MAX_FILES} files", "unreadable", directive.line)
                return
            if each not in self.included:  # one of those before it may have included it
                self.included.add(each)
                yield from self.read(each)

    def _users(self, directive: redis_conf.Directive, path: str) -> Iterator[Gap]:
        """The users of an ACL file; the file does away with `requirepass`."""
        name = directive.words[0]
        found = self.files.find(name, path, HOME)
        if found is None:
            self.settings.put("aclfile", name, directive.line, path=path)
            yield missing(path, name, directive.line)
            return
        self.included.add(found)
        data = self.files.read(found) or b""
        try:
            entries = redis_conf.read(data)
        except FormatError as error:
            self.settings.put("aclfile", name, directive.line, path=path)
            yield unreadable(found, "an ACL file of Redis", error, data)
            return
        self._user(("default", *OPEN.split()), directive.line, path)
        for each in entries:
            if each.name == "user" and each.words:
                self._user(each.words, each.line, found)

    def _user(self, words: tuple[str, ...], line: int, path: str) -> None:
        for name, value in user(words[0], words[1:]).items():
            self.settings.put(name, value, line, path=path)
