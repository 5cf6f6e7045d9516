"""NetworkPolicy -> `network_policy`, and what readers of other network policies share.

Source: the Kubernetes API reference, networking.k8s.io/v1 NetworkPolicy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields, written
from holdfast.collect.kubernetes.elements import (
    Reader,
    Table,
    element,
    name_of,
    names,
    namespace_of,
    plain,
    section,
    steps,
    table,
    texts,
)
from holdfast.core.fact import Fact
from holdfast.kinds.network_policy import ALL_PORTS, NetworkPolicy, Peer

DIRECTIONS = (("ingress", "from"), ("egress", "to"))


class Peers:
    """The peers of one policy, in source order; unobserved as soon as a rule cannot be read."""

    def __init__(self) -> None:
        self.found: list[Peer] = []
        self.denied: dict[str, list[str]] = {}
        """Ranges that a rule which comes first denies, for each direction."""
        self.unread = False

    def listed(self, fields: Fields, key: str) -> Iterator[Fields]:
        """The mappings of the list under `key`."""
        found = steps(fields, key)
        if isinstance(found, UnsetType):
            self.unread = True
        else:
            yield from found

    def texts(self, fields: Fields, key: str) -> list[str]:
        """The texts of the list under `key`."""
        found = texts(fields.data.get(key))
        if isinstance(found, UnsetType):
            self.unread = True
            return []
        return found

    def add(
        self,
        fields: Fields,
        direction: str,
        ports: Fact[list[str]],
        *,
        everyone: bool = False,
        cidr: Fact[str] = None,
        excepted: list[str] | UnsetType | None = None,
    ) -> None:
        """Adds a peer that stands at `fields`; of addresses, those that are denied before are taken out."""
        element(fields, f"peers[{len(self.found)}]")
        if excepted is None:
            excepted = []
        if not isinstance(excepted, UnsetType) and (everyone or cidr is not None):
            excepted = [*excepted, *self.denied.get(direction, ())]
        self.found.append(
            Peer(
                direction=direction,
                everyone=everyone,
                cidr=cidr,
                excepted=excepted,
                ports=ports,
            )
        )

    def add_range(self, block: Fields, direction: str, ports: Fact[list[str]]) -> None:
        """Adds the address range `{cidr, except}`."""
        inner = element(block, f"peers[{len(self.found)}]")
        cidr, excepted = inner.text("cidr", "cidr", UNSET), names(inner, "except", "excepted")
        self.add(block, direction, ports, cidr=cidr, excepted=excepted)

    def result(self) -> Fact[list[Peer]]:
        """All of them."""
        return UNSET if self.unread else self.found


def network_policy(fields: Fields) -> NetworkPolicy:
    """The facts of a NetworkPolicy."""
    spec = fields.child("spec")
    found = Peers()
    for direction, key in DIRECTIONS:
        for rule in found.listed(spec, direction):
            _rule(rule, direction, key, found)
    types = names(spec, "policyTypes", "ingress")
    return NetworkPolicy(
        name=name_of(fields),
        namespace=namespace_of(fields),
        controller="NetworkPolicy",
        cluster_wide=False,
        selector=selector(spec, "podSelector"),
        ingress=types if isinstance(types, UnsetType) else not types or "Ingress" in types,
        # Left out, the types are Ingress, and Egress where there is an egress rule (API reference).
        egress=types if isinstance(types, UnsetType) else "Egress" in types if types else bool(spec.data.get("egress")),
        peers=found.result(),
    )


def _rule(rule: Fields, direction: str, key: str, found: Peers) -> None:
    ports = ports_of(rule, "ports", _port)
    if not rule.data.get(key):
        found.add(rule, direction, ports, everyone=True)
    for item in found.listed(rule, key):
        block = section(item, "ipBlock")
        if isinstance(block, UnsetType):
            found.unread = True
        elif "ipBlock" in item:
            found.add_range(block, direction, ports)
        else:
            found.add(item, direction, ports)


def selector(fields: Fields, key: str) -> Fact[dict[str, str]]:
    """A label selector as equalities; an expression with one admissible value is one."""
    part = section(fields, key)
    fields.note(key, "selector")
    if isinstance(part, UnsetType):
        return UNSET
    labels, expressions = table(part, "matchLabels", "selector"), steps(part, "matchExpressions")
    if isinstance(labels, UnsetType) or isinstance(expressions, UnsetType):
        return UNSET
    found = dict(labels)
    for item in expressions:
        values, name = texts(item.data.get("values")), item.data.get("key")
        if item.data.get("operator") != "In" or not isinstance(name, str) or isinstance(values, UnsetType):
            return UNSET
        if len(values) != 1 or found.setdefault(name, values[0]) != values[0]:
            return UNSET
    return found


def ports_of(rule: Fields, key: str, read: Callable[[Fields], Fact[str]]) -> Fact[list[str]]:
    """The ports of the list under `key`, each as `read` writes it."""
    listed = steps(rule, key)
    if isinstance(listed, UnsetType):
        return UNSET
    result = []
    for item in listed:
        port = read(item)
        if not isinstance(port, str):
            return UNSET
        result.append(port)
    return result


def span(first: object, last: object = None) -> Fact[str]:
    """A port by number or name, or the range up to `last`."""
    if not plain(first) or (last is not None and not plain(last)):
        return UNSET
    return written(first) if last is None else f"{written(first)}-{written(last)}"


def _port(item: Fields) -> Fact[str]:
    return span(item.data["port"], item.data.get("endPort")) if "port" in item else ALL_PORTS


READERS: Table = {("networking.k8s.io", "NetworkPolicy"): Reader(NetworkPolicy, network_policy)}
