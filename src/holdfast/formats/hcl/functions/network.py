"""Functions that work on address ranges. Source: Terraform's documentation of cidrhost, cidrnetmask and cidrsubnet."""

from __future__ import annotations

from typing import Any

from holdfast.formats.hcl.values import Failure, number, string

__all__ = ["STRICT"]


def _network(value: Any) -> Any:
    import ipaddress

    text = string(value)
    try:
        if "/" not in text:
            raise Failure("an address range without its length")
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise Failure(f"no address range: {text[:60]}") from error


def _subnet(network: Any, bits: int, place: int) -> Any:
    import ipaddress

    length = network.prefixlen + bits
    if not 0 <= bits <= 64 or length > network.max_prefixlen or not 0 <= place < 1 << bits:
        raise Failure("no such part of the address range")
    first = int(network.network_address) + (place << (network.max_prefixlen - length))
    kind = ipaddress.IPv4Network if network.version == 4 else ipaddress.IPv6Network
    return kind((first, length))


def _cidrsubnet(prefix: Any, bits: Any, place: Any) -> str:
    return str(_subnet(_network(prefix), int(number(bits)), int(number(place))))


def _cidrsubnets(prefix: Any, *bits: Any) -> list[str]:
    network = _network(prefix)
    found, at = [], int(network.network_address)
    for each in bits:
        length = network.prefixlen + int(number(each))
        if not network.prefixlen < length <= network.max_prefixlen:
            raise Failure("no such part of the address range")
        size = 1 << (network.max_prefixlen - length)
        at = (at + size - 1) // size * size
        if at + size > int(network.broadcast_address) + 1:
            raise Failure("the address range is used up")
        found.append(str(type(network)((at, length))))
        at += size
    return found


def _cidrhost(prefix: Any, place: Any) -> str:
    network, place = _network(prefix), int(number(place))
    if not -network.num_addresses <= place < network.num_addresses:
        raise Failure("no such host in the address range")
    return str(network[place])


def _cidrnetmask(prefix: Any) -> str:
    network = _network(prefix)
    if network.version != 4:
        raise Failure("cidrnetmask() is for IPv4")
    return str(network.netmask)


STRICT = {
    "cidrsubnet": _cidrsubnet, "cidrsubnets": _cidrsubnets, "cidrhost": _cidrhost, "cidrnetmask": _cidrnetmask,
}  # fmt: skip
