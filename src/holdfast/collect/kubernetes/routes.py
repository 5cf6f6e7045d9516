"""Ways from outside a cluster to its services -> `route`.

Sources: networking.k8s.io/v1 and v1beta1 Ingress; gateway.networking.k8s.io HTTPRoute, GRPCRoute, TCPRoute, TLSRoute;
networking.istio.io VirtualService; route.openshift.io/v1 Route; traefik.io IngressRoute and IngressRouteTCP; the
annotations of ingress-nginx and of the AWS Load Balancer Controller.

A service in another namespace is written as in DNS: `name.namespace`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields, written
from holdfast.collect.kubernetes.elements import Reader, Table, name_of, namespace_of, plain, section, steps, texts
from holdfast.core.fact import Fact
from holdfast.kinds.route import Route


class Texts:
    """Texts gathered from many places, without repetition; unobserved as soon as one of them is."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self.unread = self.everything = False

    def add(self, value: object) -> None:
        """Adds a native scalar."""
        if plain(value):
            self.found[written(value)] = None
        else:
            self.unread = True

    def result(self) -> Fact[list[str]]:
        """All of them; none where one place leaves everything open."""
        return UNSET if self.unread else [] if self.everything else list(self.found)


class Way:
    """What a route is made of, gathered rule by rule."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.spec = fields.child("spec")
        self.hosts, self.paths, self.services = Texts(), Texts(), Texts()

    def each(self, fields: Fields, key: str) -> Iterator[Fields]:
        """The mappings of the list under `key`; when it cannot be read, nothing of the route is known."""
        found = steps(fields, key)
        if isinstance(found, UnsetType):
            self.hosts.unread = self.paths.unread = self.services.unread = True
        else:
            yield from found

    def host_names(self, key: str) -> None:
        """Adds the host names of the spec."""
        self.spec.note(key, "hosts")
        found = texts(self.spec.data.get(key))
        if isinstance(found, UnsetType):
            self.hosts.unread = True
        else:
            self.hosts.found.update(dict.fromkeys(found))

    def service(self, name: object, namespace: object = None) -> None:
        """Adds a service behind the route."""
        if namespace is None or namespace == self.fields.child("metadata").data.get("namespace"):
            self.services.add(name)
        else:
            self.services.add(f"{name}.{namespace}" if plain(name) and plain(namespace) else None)

    def route(self, controller: str, *, tls: Fact[bool], auth: Fact[bool]) -> Route:
        """The facts."""
        return Route(
            name=name_of(self.fields),
            namespace=namespace_of(self.fields),
            controller=controller,
            hosts=self.hosts.result(),
            paths=self.paths.result(),
            services=self.services.result(),
            tls=tls,
            auth=auth,
            loopback=False,
        )


NGINX = "nginx.ingress.kubernetes.io"
ALB = "alb.ingress.kubernetes.io"
AUTH = {
    f"{NGINX}/auth-url": None,
    f"{NGINX}/auth-type": ("basic", "digest"),
    f"{ALB}/jwt-validation": None,
    "nginx.org/basic-auth-secret": None,
    "nginx.com/jwt-key": None,
}
"""Annotations that demand authentication, with the values that do (None: any)."""
UNLESS = {
    f"{NGINX}/auth-tls-secret": (None, f"{NGINX}/auth-tls-verify-client", ("off", "optional", "optional_no_ca")),
    f"{ALB}/auth-type": (("oidc", "cognito"), f"{ALB}/auth-on-unauthenticated-request", ("allow",)),
}
"""The same, with the annotation beside it and those of its values that let callers in whom nobody knows."""
POLICIES = ("nginx.org/policies", "nginx.com/policies")
"""Annotations that name objects which may demand authentication."""
SNIPPET = re.compile(r"(?:/|-)snippets?\Z")
CERTIFICATES = (
    f"{ALB}/certificate-arn",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
)
"""Annotations that hand a certificate to a cloud's load balancer."""
ROUTER_TLS = "traefik.ingress.kubernetes.io/router.tls"


def ingress(fields: Fields) -> Route:
    """The facts of an Ingress."""
    way = Way(fields)
    way.spec.note("rules", "hosts")
    way.spec.note("rules", "services")
    for key in ("defaultBackend", "backend"):
        if key in way.spec:
            way.hosts.everything = way.paths.everything = True
            _backend(way, way.spec.child(key))
    for rule in way.each(way.spec, "rules"):
        if rule.data.get("host"):
            way.hosts.add(rule.data["host"])
        else:
            way.hosts.everything = True
        for path in way.each(rule.child("http"), "paths"):
            way.paths.add(path.data.get("path") or "/")
            _backend(way, path.child("backend"))
    tls = steps(way.spec, "tls")
    way.spec.note("tls", "tls")
    annotations = section(fields.child("metadata"), "annotations")
    if isinstance(annotations, UnsetType):
        return way.route("Ingress", tls=UNSET, auth=UNSET)
    return way.route("Ingress", tls=_ingress_tls(way.spec, annotations, tls), auth=_ingress_auth(way.spec, annotations))


def _ingress_tls(spec: Fields, annotations: Fields, listed: list[Fields] | UnsetType) -> Fact[bool]:
    """Whether TLS ends here: as the object says, or as an annotation asks the controller.

    Of Traefik the entry point can switch it on, too.
    """
    if isinstance(listed, UnsetType):
        return UNSET
    if listed or any(key in annotations for key in CERTIFICATES):
        return True
    ports, router = annotations.text(f"{ALB}/listen-ports", "tls", ""), annotations.text(ROUTER_TLS, "tls", "")
    if isinstance(ports, str) and '"HTTPS"' in ports:  # the certificate is found by the name of the host
        return True
    if isinstance(router, str) and router.lower() == "true":
        return True
    return UNSET if UNSET in (ports, router) or _class(spec, annotations).startswith("traefik") else False


def _class(spec: Fields, annotations: Fields) -> str:
    found = spec.data.get("ingressClassName") or annotations.data.get("kubernetes.io/ingress.class")
    return found if isinstance(found, str) else ""


def _backend(way: Way, backend: Fields) -> None:
    """A backend of v1 (`service.name`) or v1beta1 (`serviceName`); a resource backend is no service."""
    if "service" in backend:
        way.service(backend.child("service").data.get("name"))
    elif "resource" not in backend:
        way.service(backend.data.get("serviceName"))


def _ingress_auth(spec: Fields, annotations: Fields) -> Fact[bool]:
    """True where an annotation demands it; False only for controllers that nothing but annotations can tell."""
    for key, values in AUTH.items():
        demanded = _says(annotations, key, values)
        if demanded is not False:
            return demanded
    open_to_all = False
    for key, (values, beside, lenient) in UNLESS.items():
        demanded = _says(annotations, key, values)
        let_in = _says(annotations, beside, lenient) if demanded is True else False
        if UNSET in (demanded, let_in):
            return UNSET
        if demanded and not let_in:
            return True
        open_to_all = open_to_all or let_in is True
    texts_of = [str(value) for key, value in annotations.data.items() if SNIPPET.search(str(key))]
    if any(key in annotations for key in POLICIES) or any("auth" in text or not plain(text) for text in texts_of):
        return UNSET
    class_ = _class(spec, annotations)
    return False if open_to_all or class_ == "alb" or class_.startswith("nginx") else UNSET


def _says(annotations: Fields, key: str, values: tuple[str, ...] | None) -> Fact[bool]:
    """Whether an annotation stands there with one of these values, or with any."""
    value = annotations.get(key, "auth")
    if value is None:
        return False
    return (values is None or written(value) in values) if plain(value) else UNSET


def gateway_route(fields: Fields, controller: str) -> Route | None:
    """The facts of a route of the Gateway API; None for one that is attached to services only, inside a mesh."""
    way = Way(fields)
    parents = steps(way.spec, "parentRefs")
    if isinstance(parents, list) and parents and all(item.data.get("kind") == "Service" for item in parents):
        return None
    way.host_names("hostnames")
    way.spec.note("rules", "services")
    guarded: list[bool] = []
    for rule in way.each(way.spec, "rules"):
        filters = steps(rule, "filters")
        guarded.append(isinstance(filters, list) and any(item.data.get("type") == "ExternalAuth" for item in filters))
        if controller == "HTTPRoute":
            matches = list(way.each(rule, "matches"))
            for match in matches:
                way.paths.add(match.child("path").data.get("value") or "/")
            if not matches:
                way.paths.add("/")
        for backend in way.each(rule, "backendRefs"):
            if backend.data.get("kind") in (None, "Service"):
                way.service(backend.data.get("name"), backend.data.get("namespace"))
    # The Gateway's listener decides about TLS, except where it hands TLS through; policies attach authentication.
    return way.route(
        controller,
        tls=True if controller == "TLSRoute" else UNSET,
        auth=True if guarded and all(guarded) else UNSET,
    )


def virtual_service(fields: Fields) -> Route | None:
    """The facts of an Istio VirtualService; None for one that only sidecars inside the mesh obey, the default."""
    way = Way(fields)
    gateways = texts(way.spec.data.get("gateways"))
    if not isinstance(gateways, UnsetType) and set(gateways) <= {"mesh"}:
        return None
    way.host_names("hosts")
    if "*" in way.hosts.found:
        way.hosts.everything = True
    for protocol in ("http", "tls", "tcp"):
        way.spec.note(protocol, "services")
        for rule in way.each(way.spec, protocol):
            if protocol == "http":
                _uris(way, rule)
            for target in way.each(rule, "route"):
                _destination(way, target.child("destination").data.get("host"))
    return way.route("VirtualService", tls=UNSET, auth=UNSET)


def _uris(way: Way, rule: Fields) -> None:
    matches = list(way.each(rule, "match"))
    for match in matches:
        uri = match.child("uri").data
        way.paths.add(None if "regex" in uri else uri.get("prefix") or uri.get("exact") or "/")
    if not matches:
        way.paths.add("/")


def _destination(way: Way, host: object) -> None:
    """A short name lies in the route's own namespace; of a full one the first two labels name the service."""
    if isinstance(host, str) and host.count(".") >= 2 and host.split(".")[2] == "svc":
        name, namespace = host.split(".")[:2]
        way.service(name, namespace)
    else:
        way.services.add(host)


def openshift_route(fields: Fields) -> Route:
    """The facts of an OpenShift Route; the router makes up a host name where none is written."""
    way = Way(fields)
    way.spec.note("host", "hosts")
    way.spec.note("to", "services")
    way.spec.note("tls", "tls")
    way.hosts.add(way.spec.data.get("host"))
    way.paths.add(way.spec.data.get("path") or "/")
    for target in (way.spec.child("to"), *way.each(way.spec, "alternateBackends")):
        way.services.add(target.data.get("name"))
    tls = section(way.spec, "tls")
    return way.route("Route", tls=tls if isinstance(tls, UnsetType) else bool(tls.data), auth=False)


MATCHER = re.compile(r"\b(Host|HostSNI|Path|PathPrefix)\(([^()]{0,1024})\)")
QUOTED = re.compile(r"[`\"]([^`\"]{1,253})[`\"]")
MAX_MATCH = 8192


def traefik_route(fields: Fields, controller: str) -> Route:
    """The facts of a Traefik IngressRoute or IngressRouteTCP."""
    way = Way(fields)
    way.spec.note("routes", "services")
    way.spec.note("tls", "tls")
    plain_routes = True
    for rule in way.each(way.spec, "routes"):
        plain_routes = plain_routes and not rule.data.get("middlewares")
        _traefik_match(way, rule.data.get("match"))
        for target in way.each(rule, "services"):
            if target.data.get("kind") in (None, "Service"):
                way.service(target.data.get("name"), target.data.get("namespace"))
    tls = section(way.spec, "tls")
    # An entry point can switch TLS on for all of its routes, and a middleware is an object of its own.
    return way.route(
        controller,
        tls=True if not isinstance(tls, UnsetType) and "tls" in way.spec else UNSET,
        auth=False if plain_routes and not way.services.unread else UNSET,
    )


def _traefik_match(way: Way, match: object) -> None:
    """Hosts and paths of a rule; negations, and alternatives of more than hosts, are not understood."""
    if not isinstance(match, str) or not plain(match) or len(match) > MAX_MATCH:
        way.hosts.unread = way.paths.unread = True
        return
    calls = MATCHER.findall(match)
    hosts = [name for call, values in calls if call.startswith("Host") for name in QUOTED.findall(values)]
    if "!" in match or "HostRegexp" in match or ("||" in match and any(call != "Host" for call, _ in calls)):
        way.hosts.unread = way.paths.unread = True
    elif not hosts or "*" in hosts:
        way.hosts.everything = True
    for host in hosts:
        way.hosts.add(host)
    prefixes = [path for call, values in calls if call.startswith("Path") for path in QUOTED.findall(values)]
    for path in prefixes or ["/"]:
        way.paths.add(path)


GATEWAY = "gateway.networking.k8s.io"
READERS: Table = {
    ("networking.k8s.io", "Ingress"): Reader(Route, ingress),
    ("extensions", "Ingress"): Reader(Route, ingress),
    ("networking.istio.io", "VirtualService"): Reader(Route, virtual_service),
    ("route.openshift.io", "Route"): Reader(Route, openshift_route),
    **{
        (GATEWAY, kind): Reader(Route, partial(gateway_route, controller=kind))
        for kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute")
    },
    **{
        (group, kind): Reader(Route, partial(traefik_route, controller=kind))
        for group in ("traefik.io", "traefik.containo.us")
        for kind in ("IngressRoute", "IngressRouteTCP")
    },
}
