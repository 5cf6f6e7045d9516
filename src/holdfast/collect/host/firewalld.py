"""Zones of firewalld of one host -> `packet_filter`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from holdfast.collect.host.node import below
from holdfast.collect.host.settings import unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats.key_values import last
from holdfast.formats.key_values import read as read_settings
from holdfast.formats.packet_filter.firewalld import Zone, ZonePort, read
from holdfast.formats.packet_filter.model import everybody, negated
from holdfast.kinds.packet_filter import OpenPorts, PacketFilter

__all__ = ["zones"]

SPARED = 200
"""Rules of one zone that refuse all but some; with more it is not told what they leave."""


def zones(files: Files, root: str, paths: Sequence[str]) -> Iterator[Asset | Gap]:
    """What the zones of a host let in together; the default one is that of every interface that no zone names."""
    found: list[tuple[Zone, str]] = []
    for path in paths:
        data = files.members[path]
        try:
            found.append((read(data), path))
        except FormatError as error:
            yield unreadable(path, data, "a zone of firewalld", error)
    if not found:
        return
    default = _default(files, root)
    spots = {"": Spot(found[0][0].line, 1, "", found[0][1])}
    openings: list[OpenPorts] = []
    rest: Fact[str] = UNSET
    for zone, path in found:
        name = path.rpartition("/")[2].removesuffix(".xml")
        if name == default:
            rest = "accept" if zone.target == "ACCEPT" else "drop"
            spots["ipv4_input"] = spots["ipv6_input"] = Spot(zone.line, 1, "", path)
        for port in zone.ports:
            spots[f"openings[{len(openings)}]"] = Spot(port.line, 1, "", path)
            openings.append(_ports(_spared(port, zone), zone, everywhere=name == default))
    facts = PacketFilter(
        name=root or ".",
        filters=True,
        ipv4_input=rest,
        ipv6_input=rest,
        ipv4_forward="drop",
        ipv6_forward="drop",
        openings=openings,
    )
    yield Asset(f"packet_filter/{root}firewalld", facts, files.source, found[0][1], spots, partial=True)


def _default(files: Files, root: str) -> str:
    """The zone of interfaces that none names. Source: firewalld.conf(5) of 2.3, DefaultZone."""
    data = files.read(below(files, root, "etc/firewalld/firewalld.conf")) or b""
    try:
        settings = last(read_settings(data))
    except FormatError:
        return ""
    return next((each.value for key, each in settings.items() if key.lower() == "defaultzone"), "public")


def _spared(port: ZonePort, zone: Zone) -> ZonePort:
    """What rich rules that refuse all but some leave of a row that opens a port for everybody."""
    if len(zone.spared) > SPARED:
        return replace(port, sure=False)
    for rule in zone.spared:
        if port.first is None or port.last is None or rule.first is None or rule.last is None:
            continue
        same = not port.protocol or rule.protocol in ("", port.protocol)
        if (port.sources and not negated(port.sources)) or not same or rule.first > port.last or rule.last < port.first:
            continue
        whole = rule.first <= port.first and port.last <= rule.last
        port = replace(port, sources=rule.sources) if whole else replace(port, sure=False)
    return port


def _ports(port: ZonePort, zone: Zone, *, everywhere: bool) -> OpenPorts:
    """What one row opens; a zone that is not the default one may be that of an interface all the same."""
    sources = [*port.sources, *zone.sources]
    limited = bool(sources) and not negated(sources) and not everybody(sources)
    return OpenPorts(
        name=port.name,
        family="inet",
        protocol=port.protocol or UNSET,
        first=UNSET if port.first is None else port.first,
        last=UNSET if port.last is None else port.last,
        sources=sources,
        interface=None,
        anywhere=False if limited else True if everywhere and port.sure else UNSET,
    )
