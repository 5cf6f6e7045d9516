"""Gateways of Istio and of the Gateway API -> `gateway`.

Sources: networking.istio.io/v1 Gateway (servers, `tls.httpsRedirect`, `minProtocolVersion`), Istio 1.28;
gateway.networking.k8s.io/v1 Gateway (listeners; a listener's TLS terminates by default).
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import Reader, Table, elements, name_of, names, namespace_of
from holdfast.core.cel.objects import AUTOMATIC
from holdfast.core.fact import Fact
from holdfast.kinds.gateway import Gateway, Listener


def istio(fields: Fields) -> Gateway:
    """The facts of an Istio Gateway."""
    found = elements(fields.child("spec"), "servers", "listeners")
    return _gateway(fields, "istio", UNSET if isinstance(found, UnsetType) else [_server(item) for item in found])


def _server(item: Fields) -> Listener:
    port, tls = item.child("port"), item.child("tls")
    item.note("tls", "tls_mode")
    least = tls.text("minProtocolVersion", "tls_min_version", None)
    return Listener(
        name=port.text("name", "name", ""),
        port=port.number("number", "port", None),
        protocol=_upper(port.text("protocol", "protocol", UNSET)),
        hosts=names(item, "hosts", "hosts"),
        tls_mode=_upper(tls.text("mode", "tls_mode", "PASSTHROUGH")) if _secured(tls) else None,
        redirects=tls.switch("httpsRedirect", "redirects", False),
        tls_min_version=None if least == AUTOMATIC else least,
    )


def _secured(tls: Fields) -> bool:
    """Whether TLS is set up at all, and not only redirected to."""
    return any(key != "httpsRedirect" for key in tls.data)


def standard(fields: Fields) -> Gateway:
    """The facts of a Gateway of the Gateway API."""
    spec = fields.child("spec")
    found = elements(spec, "listeners", "listeners")
    class_ = spec.text("gatewayClassName", "controller", UNSET)
    return _gateway(fields, class_, UNSET if isinstance(found, UnsetType) else [_listener(item) for item in found])


def _listener(item: Fields) -> Listener:
    tls = item.child("tls")
    host = item.text("hostname", "hosts", "")
    item.note("tls", "tls_mode")
    return Listener(
        name=item.text("name", "name", ""),
        port=item.number("port", "port", None),
        protocol=_upper(item.text("protocol", "protocol", UNSET)),
        hosts=UNSET if isinstance(host, UnsetType) else [host] if host else [],
        tls_mode=_upper(tls.text("mode", "tls_mode", "Terminate")) if "tls" in item else None,
        tls_min_version=None,
    )


def _gateway(fields: Fields, controller: Fact[str], listeners: Fact[list[Listener]]) -> Gateway:
    return Gateway(name=name_of(fields), namespace=namespace_of(fields), controller=controller, listeners=listeners)


def _upper(text: Fact[str]) -> Fact[str]:
    return text.upper() if isinstance(text, str) else text


READERS: Table = {
    ("networking.istio.io", "Gateway"): Reader(Gateway, istio),
    ("gateway.networking.k8s.io", "Gateway"): Reader(Gateway, standard),
}
