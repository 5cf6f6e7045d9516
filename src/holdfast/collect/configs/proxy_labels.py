"""Labels of a compose file by which Traefik finds its routers -> `route` assets.

Source: doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker (names of options in any case; a
router without `service` leads to the only one of its container; a service is the container, at the port that a label
names, else at its lowest one; `traefik.enable=false` hides a container); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from holdfast.collect.configs.proxy_commands import proxy_of, static
from holdfast.collect.configs.routes import guarded, products
from holdfast.collect.configs.traefik import traefik
from holdfast.collect.launches import launch_of, published
from holdfast.core.asset import Asset, Spot
from holdfast.formats.yaml import Mapping
from holdfast.kinds.route import Route
from holdfast.kinds.workload import Container, Workload

LABEL = re.compile(r"traefik\.(http|tcp)\.(routers|services|middlewares)\.([^.]{1,200})\.(.{1,200})", re.IGNORECASE)
LISTS = frozenset(("entrypoints", "middlewares"))
SPELLED = {"entrypoints": "entryPoints", "loadbalancer": "loadBalancer", "serverstransport": "serversTransport"}
EXPLICIT, VARIABLE = "--providers.docker.exposedbydefault=false", "TRAEFIK_PROVIDERS_DOCKER_EXPOSEDBYDEFAULT"
MAX_LABELS = 5000
"""Labels of one file that are looked at."""


def labelled(assets: Sequence[Asset], path: str) -> Iterator[Asset]:
    """The ways that the labels of a file's services open, as one configuration."""
    values = Mapping()
    proxy = next((one for asset in assets if (one := _proxy(asset)) is not None), _Proxy(Mapping(), "true", False))
    values["entryPoints"] = proxy.entries
    places: dict[str, Spot] = {}
    images: dict[str, str] = {}
    left = MAX_LABELS
    for asset in assets:
        facts = asset.facts
        if not isinstance(facts, Workload) or not isinstance(facts.labels, dict):
            continue
        images[str(facts.name)] = next((str(each.repository) for each in facts.containers or ()), "")
        if facts.labels.get("traefik.enable", proxy.exposes).lower() == "false":
            continue
        own = Mapping()
        for name, value in facts.labels.items():
            match = LABEL.fullmatch(name)
            if match is None or left <= 0:
                continue
            left -= 1
            layer, sort, called = match[1].lower(), match[2].lower(), match[3]
            _put(_inner(own, layer, sort, called), match[4], value)
            if sort == "routers":
                places.setdefault(f"tcp:{called}" if layer == "tcp" else called, asset.spot(f'labels["{name}"]'))
        _complete(own, facts)
        _merge(values, own)
    for found in traefik(values, path, 1):
        route = found.facts
        place = places.get(found.id.removeprefix(f"route/{path}/"))
        if place is not None and isinstance(route, Route):
            if not route.products and (behind := products((), _images(route, images))):
                route = replace(route, products=behind, guarded=guarded(behind))
            facts = replace(route, loopback=True) if proxy.hidden else route
            yield replace(found, facts=facts, spots=dict.fromkeys(found.spots, place))


def _images(route: Route, images: dict[str, str]) -> list[str]:
    """The images of the services of the file that a way leads to."""
    hosts = [each.partition(":")[0] for each in route.services or ()]
    return [images[host] for host in hosts if host in images]


class _Proxy(NamedTuple):
    """Traefik itself, where a service of the file is it."""

    entries: Mapping
    exposes: str
    """Whether it takes the services that do not say so: `true` unless told otherwise."""
    hidden: bool
    """Whether no other host reaches it."""


def _proxy(asset: Asset) -> _Proxy | None:
    facts = asset.facts
    if not isinstance(facts, Workload) or not isinstance(facts.containers, list):
        return None
    for container in facts.containers:
        launch = launch_of(container)
        if launch is None or proxy_of(launch.image, launch.argv) != "traefik":
            continue
        words = [word.lower() for word in launch.argv]
        exposes = "false" if EXPLICIT in words or launch.env.get(VARIABLE) == "false" else "true"
        return _Proxy(
            static(launch.argv, launch.env)["entryPoints"], exposes, published(asset, container) == frozenset()
        )
    return None


def _inner(value: Mapping, *keys: str) -> Mapping:
    for key in keys:
        found = value.setdefault(key, Mapping())
        value = found if isinstance(found, Mapping) else Mapping()
    return value


def _put(value: Mapping, dotted: str, text: str) -> None:
    """Puts an option where a file would have it."""
    *above, last = (SPELLED.get(part.lower(), part.lower()) for part in dotted.split("."))
    if dotted.lower() == "tls":
        if text.lower() == "true":
            value.setdefault("tls", Mapping())
        return
    _inner(value, *above)[last] = text.split(",") if last.lower() in LISTS else text


def _complete(own: Mapping, facts: Workload) -> None:
    """The service that a container is, and the one to which its routers lead that name none."""
    containers = facts.containers if isinstance(facts.containers, list) else []
    for layer in ("http", "tcp"):
        routers, services = _inner(own, layer, "routers"), _inner(own, layer, "services")
        default = next(iter(services)) if len(services) == 1 else str(facts.name)
        for router in routers.values():
            if "service" not in router:
                router["service"] = default
                _inner(services, default)
        for service in services.values():
            balancer = _inner(service, "loadBalancer")
            server = balancer.pop("server", None)
            port = server.get("port") if isinstance(server, Mapping) else None
            scheme = server.get("scheme", "http") if isinstance(server, Mapping) else "http"
            at = f"{facts.name}:{port}" if (port := port or _lowest(containers)) else str(facts.name)
            balancer["servers"] = [Mapping(url=f"{scheme}://{at}") if layer == "http" else Mapping(address=at)]


def _lowest(containers: Sequence[Container]) -> str:
    found = [port.container_port for each in containers for port in each.ports or () if port.container_port]
    known = [port for port in found if isinstance(port, int)]
    return str(min(known)) if known else ""


def _merge(into: Mapping, own: Mapping) -> None:
    for layer, sorts in own.items():
        for sort, entries in sorts.items():
            target = _inner(into, layer, sort)
            for name, entry in entries.items():
                target.setdefault(name, entry)
