"""The cluster-wide policies of administrators -> `network_policy`.

Source: sigs.k8s.io/network-policy-api, AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1),
ClusterNetworkPolicy (v1alpha2).
"""

from __future__ import annotations

from functools import partial

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import Reader, Table, exists, name_of, section
from holdfast.collect.kubernetes.policies import DIRECTIONS, Peers, ports_of, selector, span
from holdfast.core.fact import Fact
from holdfast.kinds.network_policy import ALL_PORTS, NetworkPolicy

KINDS = ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy")
ANY_ADDRESS = "0.0.0.0/0"
ALLOWING = ("Allow", "Accept")


def admin_policy(fields: Fields, controller: str) -> NetworkPolicy:
    """The facts of one of `KINDS`."""
    spec = fields.child("spec")
    found = Peers()
    denied = {
        direction: exists([_rule(rule, direction, key, found) for rule in found.listed(spec, direction)])
        for direction, key in DIRECTIONS
    }
    return NetworkPolicy(
        name=name_of(fields),
        namespace=None,
        controller=controller,
        cluster_wide=True,
        selector=_subject(spec),
        ingress=UNSET if found.unread else denied["ingress"],
        egress=UNSET if found.unread else denied["egress"],
        peers=found.result(),
    )


def _rule(rule: Fields, direction: str, key: str, found: Peers) -> Fact[bool]:
    """Adds what a rule allows; answers whether it denies everything.

    What no rule names falls through to other policies. A rule that denies every pod leaves them the traffic from
    outside the cluster, so only an egress rule over all addresses surely denies everything.
    """
    action = rule.data.get("action")
    ports = ports_of(rule, "protocols", _protocol) if "protocols" in rule else ports_of(rule, "ports", _port)
    everything: list[Fact[bool]] = [False]
    for item in found.listed(rule, key):
        networks = found.texts(item, "networks")
        if action in ALLOWING:
            for network in networks:
                found.add(item, direction, ports, cidr=network)
            if not networks:
                found.add(item, direction, ports)
        elif action == "Deny" and ports == []:
            found.denied.setdefault(direction, []).extend(networks)  # rules count in their order
            everything.append(ANY_ADDRESS in networks or (UNSET if item.data.get("namespaces") == {} else False))
    if action not in (*ALLOWING, "Deny", "Pass"):
        found.unread = True
    return exists(everything)


def _subject(spec: Fields) -> Fact[dict[str, str]]:
    """The labels of the pods that a policy governs; unobserved when it is limited to some namespaces."""
    subject = section(spec, "subject")
    pods = UNSET if isinstance(subject, UnsetType) else section(subject, "pods")
    if isinstance(subject, UnsetType) or isinstance(pods, UnsetType):
        return UNSET
    if "pods" in subject:
        return selector(pods, "podSelector") if selector(pods, "namespaceSelector") == {} else UNSET
    return {} if "namespaces" in subject and selector(subject, "namespaces") == {} else UNSET


def _port(item: Fields) -> Fact[str]:
    """A port of AdminNetworkPolicy."""
    if "namedPort" in item:
        return span(item.data["namedPort"])
    if "portRange" in item:
        return _range(item.child("portRange"))
    return span(item.child("portNumber").data.get("port"))


def _protocol(item: Fields) -> Fact[str]:
    """A port of ClusterNetworkPolicy."""
    if "destinationNamedPort" in item:
        return span(item.data["destinationNamedPort"])
    of = next((name for name in ("tcp", "udp", "sctp") if name in item), None)
    if of is None:
        return UNSET
    port = item.child(of).child("destinationPort")
    if not port.data:
        return ALL_PORTS
    return _range(port.child("range")) if "range" in port else span(port.data.get("number"))


def _range(bounds: Fields) -> Fact[str]:
    last = bounds.data.get("end")
    return UNSET if last is None else span(bounds.data.get("start"), last)


READERS: Table = {
    ("policy.networking.k8s.io", kind): Reader(NetworkPolicy, partial(admin_policy, controller=kind)) for kind in KINDS
}
