"""Who can reach a workload, and which products stand behind a Service or a route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.estate.selectors import Selectors, pod_labels
from holdfast.kinds.route import Route
from holdfast.kinds.server import Server
from holdfast.kinds.service import Service
from holdfast.kinds.workload import Workload

RANKS = ("cluster", "node", "public")
"""From near to far."""
LOOPBACK = ("127.", "::1", "localhost")
MAX_NAMED = 200
"""Most Services and routes that are named for one workload."""
Running = set[tuple[str, Fact[bool]]]
"""Products, each with whether it asks for a login."""


class Front(NamedTuple):
    """A Service with the routes that lead to it."""

    position: int
    name: str
    reach: Fact[str]
    routes: tuple[str, ...]


def exposure(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """`exposure` and `exposed_by` of workloads, `products` of services and routes, `guarded` of routes.

    A Service reaches the pods that its selector selects in its namespace; where the files leave the namespace of
    both open they count as the same. A load balancer or a route makes them public, a node port, an external address
    or an internal load balancer reaches them through the nodes, any other Service inside the cluster.
    """
    ways = _ways(assets)
    selectors = Selectors(_fronts(assets, ways))
    running = _products(assets, edges)
    behind: dict[int, Running] = {}
    for position, asset in enumerate(assets):
        facts = asset.facts
        if not isinstance(facts, Workload):
            continue
        labels = pod_labels(asset)
        fronts = selectors.select(facts.namespace, labels) if isinstance(labels, dict) else []
        if fronts is None or labels is UNSET:
            continue
        for front in fronts:
            behind.setdefault(front.position, set()).update(running.get(asset.id, ()))
        reach = _farthest([*(front.reach for front in fronts), *_on_node(facts)])
        if reach is not None:
            names = chain.from_iterable((f"Service/{front.name}", *front.routes) for front in fronts)
            yield position, {"exposure": reach, "exposed_by": list(dict.fromkeys(islice(names, MAX_NAMED)))}
    for position, products in behind.items():
        yield position, {"products": _names(products)}
    yield from _behind_routes(assets, behind)
    yield from _behind_proxies(assets)


def _ways(assets: Sequence[Asset]) -> dict[tuple[object, str], list[str]]:
    """(namespace, service) -> the routes that lead there."""
    ways: dict[tuple[object, str], list[str]] = {}
    for asset in assets:
        if isinstance(asset.facts, Route):
            for key in _services(asset.facts):
                ways.setdefault(key, []).append(f"{asset.facts.controller}/{asset.facts.name}")
    return ways


def _services(route: Route) -> Iterator[tuple[object, str]]:
    for name in route.services if isinstance(route.services, list) else ():
        service, dot, namespace = name.partition(".")
        yield (namespace if dot else route.namespace), service


def _fronts(
    assets: Sequence[Asset], ways: Mapping[tuple[object, str], list[str]]
) -> Iterator[tuple[object, Mapping[str, str], Front]]:
    for position, asset in enumerate(assets):
        facts = asset.facts
        # A Service without a selector has its addresses written elsewhere.
        if not isinstance(facts, Service) or not isinstance(facts.name, str) or not isinstance(facts.selector, dict):
            continue
        if facts.selector and facts.type != "ExternalName" and facts.namespace is not UNSET:
            routes = tuple(ways.get((facts.namespace, facts.name), ())[:MAX_NAMED])
            reach = "public" if routes else _reach(facts)
            yield facts.namespace, facts.selector, Front(position, facts.name, reach, routes)


def _reach(service: Service) -> Fact[str]:
    if service.type == "LoadBalancer":
        return "public" if service.internal is False else "node" if service.internal else UNSET
    if service.type == "NodePort" or (isinstance(service.external_ips, list) and service.external_ips):
        return "node"
    return "cluster" if service.type == "ClusterIP" else UNSET


def _on_node(workload: Workload) -> Iterator[Fact[str]]:
    """`node` for each way in that the workload opens on its node by itself; unobserved where the address is."""
    if workload.host_network is True:
        yield "node"
    for container in workload.containers if isinstance(workload.containers, list) else ():
        for port in container.ports if isinstance(container.ports, list) else ():
            if port.host_port is not None and not (isinstance(port.host_ip, str) and port.host_ip.startswith(LOOPBACK)):
                yield UNSET if UNSET in (port.host_ip, port.host_port) else "node"


def _farthest(reaches: Iterable[Fact[str]]) -> str | None:
    """The farthest of several; None for none, and where one that is unobserved could reach farther."""
    found = list(reaches)
    if "public" in found:
        return "public"
    known = [reach for reach in found if isinstance(reach, str)]
    return max(known, key=RANKS.index) if known and len(known) == len(found) else None


def _products(assets: Sequence[Asset], edges: Sequence[Edge]) -> dict[str, Running]:
    """Workload id -> the products that run in it, each with whether it asks for a login."""
    products = {asset.id: asset.facts for asset in assets if isinstance(asset.facts, Server)}
    running: dict[str, Running] = {}
    for edge in edges:
        server = products.get(edge.source) if edge.relation == "runs_on" else None
        if server is not None and isinstance(server.product, str):
            running.setdefault(edge.target, set()).add((server.product, server.auth))
    return running


def _names(running: Running) -> list[str]:
    return sorted({product for product, _ in running})


def _guarded(running: Running) -> Fact[bool]:
    logins = {login for _, login in running}
    return False if False in logins else True if logins == {True} else UNSET


def _behind_routes(assets: Sequence[Asset], behind: Mapping[int, Running]) -> Iterator[tuple[int, dict[str, object]]]:
    named: dict[tuple[object, str], Running] = {}
    for position, products in behind.items():
        service = assets[position].facts
        if isinstance(service, Service) and isinstance(service.name, str):
            named.setdefault((service.namespace, service.name), set()).update(products)
    for position, asset in enumerate(assets):
        if isinstance(asset.facts, Route):
            found = [named[key] for key in _services(asset.facts) if key in named]
            if found:
                running = set().union(*found)
                yield position, {"products": _names(running), "guarded": _guarded(running)}


def _behind_proxies(assets: Sequence[Asset]) -> Iterator[tuple[int, dict[str, object]]]:
    """`guarded` of what proxies forward to, where the servers of that product are in the same folders."""
    running: dict[str, set[tuple[str, Fact[bool]]]] = {}
    for asset in assets:
        if isinstance(asset.facts, Server) and isinstance(asset.facts.product, str):
            running.setdefault(asset.facts.product, set()).add((_folder(asset), asset.facts.auth))
    for position, asset in enumerate(assets):
        facts = asset.facts
        if isinstance(facts, Route) and asset.source in ("config", "host") and isinstance(facts.products, list):
            folder = _folder(asset)
            near = [
                {(product, auth) for other, auth in running.get(product, ()) if _beside(folder, other)}
                for product in facts.products
            ]
            if near and all(near) and facts.guarded is UNSET:
                yield position, {"guarded": _guarded(set().union(*near))}


def _folder(asset: Asset) -> str:
    return asset.path.rpartition("/")[0]


def _beside(one: str, other: str) -> bool:
    """Whether one folder is the other, lies in it or holds it."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/") or "" in (one, other)
