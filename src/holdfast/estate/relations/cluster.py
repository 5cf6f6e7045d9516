"""What reaches pods: strangers through load balancers and routes, other pods as far as network policies let them.

Every pod may speak to every other unless a policy says otherwise, and policies outside the files may: so reach inside a
cluster is certain only where it was seen that none denies it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.core.relation import INTERNET
from holdfast.estate.isolation import scope
from holdfast.estate.relations.places import in_cluster
from holdfast.estate.relations.policies import Policies
from holdfast.estate.selectors import Selectors, pod_labels
from holdfast.kinds.route import Route
from holdfast.kinds.server import Server
from holdfast.kinds.service import Service
from holdfast.kinds.workload import Workload

ZONE = "zone/cluster"
EVERY_ADDRESS = ("0.0.0.0/0", "::/0")
MAX_FRONTS = 50
"""Most Services and routes in front of one workload that are told."""


class Front(NamedTuple):
    """A Service, with what it lets in from the internet and the routes that lead to it."""

    asset: str
    public: Fact[bool]
    ports: frozenset[int] | None
    """The ports of the pods to which it leads; None where one of them is a name or was not seen."""
    routes: tuple[str, ...]


def cluster(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[Edge]:
    """`reachable_from`, `in_zone` and `behind` of pods and the servers in them."""
    pods = [asset for asset in assets if isinstance(asset.facts, Workload) and in_cluster(asset.facts)]
    if not pods:
        return
    running: dict[str, list[Asset]] = {}
    servers = {asset.id: asset for asset in assets if isinstance(asset.facts, Server)}
    for edge in edges:
        if edge.relation == "runs_on" and edge.source in servers:
            running.setdefault(edge.target, []).append(servers[edge.source])
    fronts = Selectors(_fronts(assets))
    policies = Policies(assets)
    for pod in pods:
        facts = pod.facts
        assert isinstance(facts, Workload)
        yield from _own_zones(pod.id, facts)
        labels = pod_labels(pod)
        found = fronts.select(facts.namespace, labels) if isinstance(labels, dict) else None
        admitted = policies.admit(pod, scope(facts.namespace, pod.path), labels) if isinstance(labels, dict) else True
        for inside in running.get(pod.id, [pod]):
            yield from _inside(inside, facts)
            yield from _through(inside, found or [], admitted)


def _own_zones(pod: str, facts: Workload) -> Iterator[Edge]:
    """From where a pod speaks: its namespace, and the whole cluster where nothing denies that."""
    yield Edge(pod, "in_zone", _zone(facts))
    if facts.default_deny_egress is not True:
        yield Edge(pod, "in_zone", ZONE, certain=facts.default_deny_egress is False)


def _zone(facts: Workload) -> str:
    return f"{ZONE}/{facts.namespace}" if isinstance(facts.namespace, str) else f"{ZONE}/default"


def _inside(asset: Asset, pod: Workload) -> Iterator[Edge]:
    """Who inside the cluster reaches it; a policy that denies may still name peers of its own namespace."""
    if isinstance(asset.facts, Server) and asset.facts.loopback is True:
        return
    denied = pod.default_deny_ingress
    yield Edge(asset.id, "reachable_from", _zone(pod), certain=denied is False)
    if denied is not True:
        yield Edge(asset.id, "reachable_from", ZONE, certain=denied is False)


def _through(asset: Asset, fronts: Sequence[Front], admitted: Fact[bool]) -> Iterator[Edge]:
    server = asset.facts if isinstance(asset.facts, Server) else None
    port = server.port if server is not None else UNSET
    if server is not None and server.loopback is True:
        return
    leading = [front for front in fronts if front.ports is None or not isinstance(port, int) or port in front.ports]
    for front in leading[:MAX_FRONTS]:
        for each in (front.asset, *front.routes[:MAX_FRONTS]):
            yield Edge(asset.id, "behind", each)
    answers = [front.public for front in leading]
    if admitted is not False and (True in answers or UNSET in answers):
        loopback = server.loopback if server is not None else False
        yield Edge(
            asset.id, "reachable_from", INTERNET, certain=True in answers and loopback is False and admitted is True
        )


def _fronts(assets: Sequence[Asset]) -> Iterator[tuple[object, Mapping[str, str], Front]]:
    ways: dict[tuple[object, str], list[tuple[str, Fact[bool]]]] = {}
    for asset in assets:
        if isinstance(asset.facts, Route):
            for key in _services(asset.facts):
                ways.setdefault(key, []).append((asset.id, _open(asset.facts)))
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Service) or not isinstance(facts.name, str) or not isinstance(facts.selector, dict):
            continue
        if facts.selector and facts.type != "ExternalName" and facts.namespace is not UNSET:
            found = ways.get((facts.namespace, facts.name), [])
            answers = [_balanced(facts), *(way for _, way in found)]
            public: Fact[bool] = True if True in answers else UNSET if UNSET in answers else False
            routes = tuple(route for route, way in found if way is not False)
            yield facts.namespace, facts.selector, Front(asset.id, public, _targets(facts), routes)


def _services(route: Route) -> Iterator[tuple[object, str]]:
    for name in route.services if isinstance(route.services, list) else ():
        service, dot, namespace = name.partition(".")
        yield (namespace if dot else route.namespace), service


def _open(route: Route) -> Fact[bool]:
    """Whether a route lets strangers through: it neither asks who they are nor lists their addresses."""
    return not (route.auth is True or route.restricted is True or route.loopback is True)


def _balanced(service: Service) -> Fact[bool]:
    """Whether a load balancer lets the internet in."""
    if service.type != "LoadBalancer" or service.internal is True:
        return False
    ranges = service.source_ranges
    if isinstance(ranges, list) and ranges and not any(each in ranges for each in EVERY_ADDRESS):
        return False
    return True if service.internal is False and ranges is not UNSET else UNSET


def _targets(service: Service) -> frozenset[int] | None:
    found: set[int] = set()
    for port in service.ports if isinstance(service.ports, list) else ():
        if not isinstance(port.target_port, str) or not port.target_port.isdecimal():
            return None
        found.add(int(port.target_port))
    return frozenset(found) or None
