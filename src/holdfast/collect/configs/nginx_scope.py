"""What holds in a block of nginx: its own directives, and those of the blocks around it that it inherits.

Source: nginx.org/en/docs, modules ngx_http_auth_basic, auth_request, auth_jwt, access, limit_req, limit_conn,
core (`satisfy`), ssl (`ssl_verify_client`), proxy and grpc (`*_ssl_verify`, off by default); a directive is inherited
from the block around only where the block has none of that name; checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import authority

LOGINS = ("auth_basic", "auth_request", "auth_jwt", "auth_jwt_require", "auth_digest", "auth_pam", "auth_ldap",
          "auth_oidc", "auth_gss")  # fmt: skip
"""Directives that demand an identity unless their first word is `off`."""
SCRIPTED = ("access_by_lua_block", "access_by_lua_file", "access_by_lua", "rewrite_by_lua_block", "js_access",
            "auth_http", "perl")  # fmt: skip
"""Directives that may demand one, by a program."""
LIMITS = ("limit_req",)
KEY = re.compile(r"\$http_(?:authorization|x_api_key|api_key)|\$\w*(?:api_?key|token|authori[sz]ed)", re.IGNORECASE)
"""Variables of a condition that looks at a client's key."""
SECURE = ("https://", "grpcs://", "suwsgi://")
LOCAL = frozenset(("127.0.0.1", "127.0.0.0/8", "::1", "localhost", "unix:"))

PORT = re.compile(r"(?:(\[[^\]]*\]|[^:\s]*):)?(\d{1,5})")
VARIABLE = re.compile(r"\$\{?(\w+)\}?")
URL = re.compile(r"(?:(\w+)://)?(\[[^\]]*\](?::\d+)?|[^/\s]+)")


class Listen(NamedTuple):
    """One `listen` directive."""

    host: str
    port: str
    tls: bool


class Node(NamedTuple):
    """A directive with the file that it stands in, includes put in place."""

    name: str
    args: tuple[str, ...]
    line: int
    path: str
    block: list[Node]

    def spot(self) -> Spot:
        """Its place in its own file."""
        return Spot(self.line, 1, "", self.path)


ACCESS = "allow and deny"
"""The name under which both are found, in their order."""
Level = dict[str, list[Node]]
"""The directives of a block by their names, in their order."""


def level(block: Sequence[Node]) -> Level:
    """A block by the names of its directives."""
    found: Level = {}
    for node in block:
        found.setdefault(node.name, []).append(node)
        if node.name in ("allow", "deny"):
            found.setdefault(ACCESS, []).append(node)  # their order counts
    return found


class Scope:
    """The directives of a block and of all those around it, the innermost last."""

    def __init__(self, levels: tuple[Level, ...], *, complete: bool) -> None:
        """`complete` is False where a file around the block was not seen."""
        self.levels = levels
        self.complete = complete

    def inside(self, block: list[Node]) -> Scope:
        """The scope of a block in this one."""
        return Scope((*self.levels, level(block)), complete=self.complete)

    def own(self, *names: str, inside: bool = False) -> list[Node]:
        """The directives of the block itself; with `inside`, those in its conditions too."""
        found = [node for name in names for node in self.levels[-1].get(name, ())]
        conditions = (
            [node for name in ("if", "limit_except") for node in self.levels[-1].get(name, ())] if inside else []
        )
        return [*found, *(each for node in conditions for each in node.block if each.name in names)]

    def nearest(self, *names: str) -> list[Node]:
        """The directives of these names in the innermost block that has any."""
        for around in reversed(self.levels):
            found = [node for name in names for node in around.get(name, ())]
            if found:
                return found
        return []

    def variable(self, name: str) -> str | None:
        """What `set` gives a variable in the innermost block that does."""
        for around in reversed(self.levels):
            for node in around.get("set", ()):
                if node.args[:1] == (f"${name}",) and len(node.args) > 1:
                    return node.args[1]
        return None

    def mapped(self, name: str) -> list[str]:
        """What `map` may give a variable."""
        found = [node for around in self.levels for node in around.get("map", ()) if node.args[1:2] == (f"${name}",)]
        parts = ((each.args[-1] if each.args else "") for node in found for each in node.block)
        return [part for part in parts if part]

    def auth(self) -> Fact[bool]:
        """Whether a client must prove who it is."""
        if any(self._on(name) for name in LOGINS):
            return not self._any_address()
        verified = self.nearest("ssl_verify_client")
        if verified and verified[-1].args[:1] == ("on",):
            return True
        conditions = [node for around in self.levels for node in around.get("if", ()) if _refuses(node)]
        if any(KEY.search(" ".join(node.args)) for node in conditions):
            return True
        return UNSET if conditions or self.nearest(*SCRIPTED) or not self.complete else False

    def _on(self, name: str) -> bool:
        found = self.nearest(name)
        return bool(found) and found[-1].args[:1] != ("off",)

    def _any_address(self) -> bool:
        """Whether a client from any address is let in without the proof."""
        satisfy = self.nearest("satisfy")
        if not satisfy or satisfy[-1].args[:1] != ("any",):
            return False
        # What no rule matches is left to the login; only a rule for all lets everybody in.
        everybody = [node.name for node in self.nearest(ACCESS) if node.args[:1] == ("all",)]
        return everybody[:1] == ["allow"]

    def limited(self) -> Fact[bool]:
        """Whether requests of a client are limited in number."""
        if self.nearest(*LIMITS):
            return True
        return UNSET if self.nearest(*SCRIPTED) or not self.complete else False

    def restricted(self) -> bool:
        """Whether only listed addresses are let in."""
        return _denies_all(self.nearest(ACCESS))

    def only_local(self) -> bool:
        """Whether only the host itself is let in, by its address."""
        rules = self.nearest(ACCESS)
        allowed = [node.args[0] for node in rules if node.name == "allow" and node.args]
        return _denies_all(rules) and LOCAL.issuperset(allowed)

    def verified(self, passing: Sequence[Node]) -> Fact[bool]:
        """Whether certificates of the services behind are verified; None where there are none."""
        schemes = {node.name.partition("_")[0] for node in passing if node.args and node.args[0].startswith(SECURE)}
        if not schemes:
            return None
        return all(self._verifies(scheme) for scheme in schemes)

    def _verifies(self, scheme: str) -> bool:
        found = self.nearest(f"{scheme}_ssl_verify")
        return bool(found) and found[-1].args[:1] == ("on",)


def _refuses(condition: Node) -> bool:
    """Whether an `if` turns requests away: `if ($http_authorization != $key) { return 401; }`."""
    return any(inner.name == "return" and inner.args[:1] in (("401",), ("403",), ("444",)) for inner in condition.block)


def _denies_all(rules: Sequence[Node]) -> bool:
    """Whether what the rules do not allow is denied: the first that matches decides."""
    for node in rules:
        if node.args[:1] == ("all",):
            return node.name == "deny"
    return False


def upstreams(block: Sequence[Node]) -> dict[str, list[str]]:
    """The addresses of each group of servers in a block."""
    return {
        node.args[0]: [each.args[0] for each in node.block if each.name == "server" and each.args]
        for node in block
        if node.name == "upstream" and node.args
    }


def filled(scope: Scope, passing: Node) -> str:
    """The address of one `proxy_pass`, variables of `set` put in."""
    text = passing.args[0] if passing.args else ""
    for _ in range(4):
        text = VARIABLE.sub(lambda match: scope.variable(match[1]) or match[0], text)
    return text


def resolved(scope: Scope, passing: Node, named: dict[str, list[str]], *, raw: bool = False) -> list[str]:
    """The addresses that one `proxy_pass` leads to, variables of `set` and `map` put in.

    Where it names no port, its scheme says it; a `raw` one has none.
    """
    text = filled(scope, passing)
    scheme, sign, rest = text.partition("://")
    only = VARIABLE.fullmatch(rest if sign else text)
    found: list[str] = []
    for each in (scope.mapped(only[1]) if only else []) or [text]:
        match = URL.match(each)
        name = authority(each) if match else each
        port = "443" if ((match and match[1]) or (sign and scheme) or "http").endswith("s") else "80"
        if name in named:
            found += named[name]
        else:
            found.append(name if raw or PORT.fullmatch(name) or ":" in name else f"{name}:{port}")
    return found


def listen(args: tuple[str, ...]) -> Listen:
    """Source: nginx.org/en/docs/http/ngx_http_core_module.html#listen (no address is every one, no port is 80)."""
    tls = "ssl" in args or "quic" in args
    if args[0].startswith("unix:"):
        return Listen(args[0], args[0], tls)
    match = PORT.fullmatch(args[0])
    if match is None:
        return Listen(args[0], "80", tls)
    return Listen(match[1] or "*", match[2], tls)
