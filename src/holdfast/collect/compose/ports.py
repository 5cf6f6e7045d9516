"""The ports of a compose service. Source: the Compose Specification, ports."""

from __future__ import annotations

import re

from msgspec import UNSET

from holdfast.collect.compose.interpolation import number, resolve, text_of
from holdfast.collect.fields import Fields, written
from holdfast.core.asset import Spot
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, Sequence
from holdfast.kinds.workload import Port

SHORT = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:.]+\]|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|::1?):)?"
    r"(?:(?P<host>[0-9]{1,5}(?:-[0-9]{1,5})?)?:)?"
    r"(?P<container>[0-9]{1,5}(?:-[0-9]{1,5})?)(?:/(?P<protocol>\w+))?",
    re.ASCII,
)
LONGEST = 64
"""Characters of a short form; an address, two ranges and a protocol are shorter."""
ANY_ADDRESS = "0.0.0.0"  # noqa: S104  # what Compose means by leaving the host IP out
MAX_RANGE = 1000
"""Ports of a range that are told one by one; of a longer one only the first is."""


def ports(service: Fields) -> Fact[list[Port]]:
    """The published ports, those of a range one by one."""
    value = service.get("ports", "ports")
    if value is None:
        return []
    if not isinstance(value, Sequence):
        return UNSET
    result: list[Port] = []
    for index, item in enumerate(value):
        mark = value.marks[index]
        spot = Spot(service.line + mark.line, mark.column + 1, service.item("ports", index))
        for port in _long(item) if isinstance(item, Mapping) else short(written(item)):
            service.spots[f"{service.fact}.ports[{len(result)}]"] = spot
            result.append(port)
    return result


def short(text: str) -> list[Port]:
    """The ports of one entry in the short form, which is that of `docker run --publish` too."""
    resolved, complete = resolve(text)
    match = SHORT.fullmatch(resolved) if complete and len(resolved) <= LONGEST else None
    if match is None:
        return [Port()]
    protocol = (match["protocol"] or "tcp").upper()
    # `8080` alone publishes the port too, on a number that the engine chooses.
    address = (match["ip"] or ANY_ADDRESS).strip("[]")
    return _pairs(match["container"], match["host"], address, protocol)


def _pairs(container: str, host: str | None, address: Fact[str], protocol: Fact[str]) -> list[Port]:
    inside, outside = _range(container), _range(host) if host else []
    # As many on both sides; a range for one port means any of the range, which the engine chooses.
    known = outside if len(outside) == len(inside) else []
    return [
        Port(container_port=port, host_port=known[at] if known else None, host_ip=address, protocol=protocol)
        for at, port in enumerate(inside)
    ]


def _range(text: str) -> list[int]:
    first, _, last = text.partition("-")
    low, high = int(first), int(last or first)
    return list(range(low, high + 1)) if low <= high < low + MAX_RANGE else [low]


def _long(item: Mapping) -> list[Port]:
    published, target = text_of(item.get("published")), number(item.get("target"))
    address, protocol = text_of(item.get("host_ip")), text_of(item.get("protocol"))
    address = address or ANY_ADDRESS if address is not UNSET else UNSET
    protocol = (protocol or "tcp").upper() if isinstance(protocol, str | None) else UNSET
    if isinstance(target, int) and isinstance(published, str) and published:
        match = SHORT.fullmatch(f"{published}:{target}")
        if match is not None and not match["ip"]:
            return _pairs(str(target), match["host"], address, protocol)
        return [Port(container_port=target, host_ip=address, protocol=protocol)]
    host: Fact[int] = UNSET if published is UNSET else None
    return [Port(container_port=target, host_port=host, host_ip=address, protocol=protocol)]
