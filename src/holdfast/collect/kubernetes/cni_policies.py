"""The network policies of Cilium and Calico -> `network_policy`.

Sources: the API types cilium.io/v2 (Rule, its Sanitize for the defaults) and projectcalico.org/v3
(NetworkPolicySpec, GlobalNetworkPolicySpec, Rule, TierSpec).
"""

from __future__ import annotations

import re
from functools import partial

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.elements import Reader, Table, exists, name_of, names, namespace_of, plain, section
from holdfast.collect.kubernetes.policies import DIRECTIONS, Peers, ports_of, selector, span
from holdfast.core.fact import Fact
from holdfast.kinds.network_policy import ALL_PORTS, NetworkPolicy

WORLD = "0.0.0.0/0"
WORLDS = {"world": WORLD, "world-ipv4": WORLD, "world-ipv6": "::/0"}
"""What Cilium's entities of everything outside the cluster stand for."""
BY_LABELS = ("Endpoints", "Services", "Groups", "Nodes", "FQDNs")
SOURCES = re.compile(r"(?:k8s|any)[:.]")
"""Prefixes of Cilium's label sources that a pod's own labels carry."""


def cilium_policy(fields: Fields, controller: str, *, cluster_wide: bool) -> NetworkPolicy:
    """The facts of a CiliumNetworkPolicy or its cluster-wide kin, with one rule in `spec` or several in `specs`."""
    found = Peers()
    rules = [*([fields.child("spec")] if "spec" in fields else ()), *found.listed(fields, "specs")]
    for rule in rules:
        for direction, key in DIRECTIONS:
            found.denied[direction] = _cilium_denied(rule, direction, key, found)
            for item in found.listed(rule, direction):
                _cilium_rule(item, direction, key, found)
    found.unread |= not rules
    return NetworkPolicy(
        name=name_of(fields),
        namespace=None if cluster_wide else namespace_of(fields),
        controller=controller,
        cluster_wide=cluster_wide,
        selector=_endpoints(rules[0]) if len(rules) == 1 else UNSET,
        ingress=UNSET if found.unread else exists(_denies(rule, "ingress") for rule in rules),
        egress=UNSET if found.unread else exists(_denies(rule, "egress") for rule in rules),
        peers=found.result(),
    )


def _endpoints(rule: Fields) -> Fact[dict[str, str]]:
    """The pod labels that a rule selects; a rule about nodes selects no pods."""
    if "endpointSelector" not in rule:
        return UNSET
    found = selector(rule, "endpointSelector")
    return {SOURCES.sub("", key, count=1): found[key] for key in found} if isinstance(found, dict) else found


def _denies(rule: Fields, direction: str) -> Fact[bool]:
    """Whether a direction is denied by default: as written, or because it has rules."""
    switches = section(rule, "enableDefaultDeny")
    if isinstance(switches, UnsetType):
        return UNSET
    return switches.switch(direction, direction, bool(rule.data.get(direction) or rule.data.get(f"{direction}Deny")))


def _cilium_denied(rule: Fields, direction: str, key: str, found: Peers) -> list[str]:
    """The ranges that are denied on every port; what is denied comes before what is allowed."""
    denied: list[str] = []
    for item in found.listed(rule, f"{direction}Deny"):
        if not item.data.get("toPorts"):
            denied += found.texts(item, f"{key}CIDR")
            for block in found.listed(item, f"{key}CIDRSet"):
                cidr = block.data.get("cidr")
                if isinstance(cidr, str) and plain(cidr) and not block.data.get("except"):
                    denied.append(cidr)
    return denied


def _cilium_rule(rule: Fields, direction: str, key: str, found: Peers) -> None:
    groups = list(found.listed(rule, "toPorts"))
    ports = _cilium_ports(groups)
    for word in BY_LABELS:
        for item in found.listed(rule, f"{key}{word}"):
            found.add(item, direction, ports)
    for block in found.texts(rule, f"{key}CIDR"):
        found.add(rule, direction, ports, cidr=block)
    for item in found.listed(rule, f"{key}CIDRSet"):
        found.add_range(item, direction, ports)
    for entity in found.texts(rule, f"{key}Entities"):
        found.add(rule, direction, ports, everyone=entity == "all", cidr=WORLDS.get(entity))
    named = any(word.startswith(key) and word != "toPorts" for word in rule.data)
    if groups and not named:  # ports without peers are open to all; a rule without either opens nothing
        found.add(rule, direction, ports, everyone=True)


def _cilium_ports(groups: list[Fields]) -> Fact[list[str]]:
    found: list[str] = []
    for group in groups:
        ports = ports_of(group, "ports", _cilium_port)
        if not isinstance(ports, list):
            return UNSET
        found += ports
    return found


def _cilium_port(item: Fields) -> Fact[str]:
    """One port or a range of them; 0 stands for all."""
    found = span(item.data.get("port"), item.data.get("endPort"))
    return ALL_PORTS if isinstance(found, str) and found.partition("-")[0] == "0" else found


def calico_policy(fields: Fields, *, cluster_wide: bool) -> NetworkPolicy:
    """The facts of a Calico NetworkPolicy or GlobalNetworkPolicy."""
    spec = fields.child("spec")
    found = Peers()
    for direction in ("ingress", "egress"):
        for rule in found.listed(spec, direction):
            _calico_rule(rule, direction, found)
    types = names(spec, "types", "ingress")
    # Another tier's default action may be Pass, which leaves what no rule names to the next tier.
    last_word = spec.text("tier", "ingress", "default") == "default"
    denied: dict[str, Fact[bool]] = {}
    for direction in ("ingress", "egress"):
        if isinstance(types, UnsetType):
            denied[direction] = UNSET
        elif types:
            denied[direction] = direction.capitalize() in types
        else:  # left out, they follow from the rules, and are Ingress where there are none
            denied[direction] = bool(spec.data.get(direction)) or (direction == "ingress" and "egress" not in spec)
        if denied[direction] is True and not last_word:
            denied[direction] = UNSET
    return NetworkPolicy(
        name=name_of(fields),
        namespace=None if cluster_wide else namespace_of(fields),
        controller="GlobalNetworkPolicy" if cluster_wide else "NetworkPolicy",
        cluster_wide=cluster_wide,
        selector=_calico_selector(spec),
        ingress=denied["ingress"],
        egress=denied["egress"],
        peers=found.result(),
    )


PLAIN = frozenset(("action", "metadata", "source", "destination"))
"""What a rule of Calico consists of that asks for no protocol."""


def _calico_rule(rule: Fields, direction: str, found: Peers) -> None:
    action = rule.data.get("action")
    if action not in ("Allow", "Deny", "Log", "Pass"):
        found.unread = True
    entity = section(rule, "source" if direction == "ingress" else "destination")
    target = section(rule, "destination")
    protocol = rule.data.get("protocol")
    if isinstance(entity, UnsetType) or isinstance(target, UnsetType):
        found.unread = True
        return
    if action == "Deny" and entity.data.keys() == {"nets"} and rule.data.keys() <= PLAIN:
        own = rule.data.get("destination" if direction == "ingress" else "source")
        if not own:  # what is denied on every port is not allowed by a rule that follows
            found.denied.setdefault(direction, []).extend(found.texts(entity, "nets"))
    if action != "Allow" or protocol in ("ICMP", "ICMPv6"):
        return
    ports: Fact[list[str]] = names(target, "ports", "peers")
    if ports == [] and protocol is not None:
        ports = [ALL_PORTS]
    if isinstance(ports, list):
        ports = [port.replace(":", "-") for port in ports]
    blocks, without = found.texts(entity, "nets"), found.texts(entity, "notNets")
    by_labels = entity.data.keys() - {"nets", "notNets", "ports", "notPorts"}
    for block in blocks:
        found.add(rule, direction, ports, cidr=block, excepted=without)
    if not blocks and without and not by_labels:
        found.add(rule, direction, ports, cidr=WORLD, excepted=without)
    elif not blocks:
        found.add(rule, direction, ports, everyone=not by_labels)


EQUALITY = re.compile(r"\s*([\w./-]{1,317})\s*==\s*(?:'([^']{0,63})'|\"([^\"]{0,63})\")\s*", re.ASCII)
EVERYTHING = ("", "all()")
MAX_SELECTOR = 4096


def _calico_selector(spec: Fields) -> Fact[dict[str, str]]:
    """Equalities joined by `&&` as labels; any other expression is unobserved."""
    narrowed = [spec.text(key, "selector", "") for key in ("namespaceSelector", "serviceAccountSelector")]
    on_hosts = any(spec.data.get(key) for key in ("preDNAT", "doNotTrack"))
    text = spec.text("selector", "selector", "")
    if isinstance(text, UnsetType) or len(text) > MAX_SELECTOR or on_hosts:
        return UNSET
    if any(isinstance(item, UnsetType) or item.strip() not in EVERYTHING for item in narrowed):
        return UNSET
    if text.strip() in EVERYTHING:
        return {}
    found: dict[str, str] = {}
    for term in text.split("&&"):
        match = EQUALITY.fullmatch(term)
        if match is None or found.setdefault(match[1], value := match[2] or match[3] or "") != value:
            return UNSET
    return found


CILIUM = (("CiliumNetworkPolicy", False), ("CiliumClusterwideNetworkPolicy", True))
CALICO = (("NetworkPolicy", False), ("GlobalNetworkPolicy", True))
READERS: Table = {
    **{
        ("cilium.io", kind): Reader(NetworkPolicy, partial(cilium_policy, controller=kind, cluster_wide=wide))
        for kind, wide in CILIUM
    },
    **{
        (group, kind): Reader(NetworkPolicy, partial(calico_policy, cluster_wide=wide))
        for group in ("projectcalico.org", "crd.projectcalico.org")
        for kind, wide in CALICO
    },
}
