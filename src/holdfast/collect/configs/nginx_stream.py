"""The `stream` block of nginx -> `route` assets: each server that hands on bytes.

Source: nginx.org/en/docs/stream: ngx_stream_core_module (`listen`, `ssl` as a word of it), ngx_stream_proxy_module,
ngx_stream_access_module (`allow`, `deny`), ngx_stream_ssl_module (`ssl_verify_client`), ngx_stream_map_module;
checked 2026-11-30.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from holdfast.collect.configs.nginx_scope import Node, Scope, level, listen, resolved, upstreams
from holdfast.collect.configs.routes import route, tunnel
from holdfast.collect.together import Files
from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET, Fact
from holdfast.formats.servers.address import loopback
from holdfast.kinds.route import Route


def streams(block: Sequence[Node], files: Files, path: str, seen: Counter[str], *, complete: bool) -> Iterator[Asset]:
    """The ways through a `stream` block; `complete` is False where a file around it was not seen."""
    outer = Scope((level(block),), complete=complete)
    named = upstreams(block)
    for node in block:
        scope = outer.inside(node.block)
        for passing in scope.own("proxy_pass") if node.name == "server" else ():
            yield _way(scope, passing, resolved(scope, passing, named, raw=True), files, path, seen)


def _way(scope: Scope, passing: Node, services: list[str], files: Files, path: str, seen: Counter[str]) -> Asset:
    listens = [listen(each.args) for each in scope.own("listen") if each.args]
    facts = Route(
        name=None,
        namespace=None,
        controller="nginx",
        hosts=[],
        paths=["/"],
        tls=bool(listens) and all(each.tls for each in listens),
        auth=scope.auth(),
        loopback=True if scope.only_local() else _loopback([each.host for each in listens]),
        tls_versions=UNSET if any(each.tls for each in listens) else None,
        rate_limited=False,
        restricted=scope.restricted(),
        upstream_verified=None,
        shows=[],
    )
    known = [service for service in services if "$" not in service]
    facts = tunnel(facts, known, passing.args[:1], complete=known == services)
    spots = dict.fromkeys(("", "products", "tunnels", "loopback"), passing.spot())
    name = f"stream:{listens[0].port if listens else ''}"
    return route(facts, path, files, spots, seen, name, tunnelled=True)


def _loopback(hosts: Sequence[str]) -> Fact[bool]:
    answers = [loopback(host) for host in hosts]
    return False if False in answers else UNSET if UNSET in answers or not answers else True
