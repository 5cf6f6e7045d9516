"""Zones of firewalld: `zones/*.xml`.

Source: firewalld.zone(5) and firewalld.richlanguage(5) of firewalld 2.3; the ports of services are those of its own
files (config/services), checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers import expat

from msgspec import Struct, field

from holdfast.core.errors import FormatError
from holdfast.formats.packet_filter.model import ports

__all__ = ["Zone", "ZonePort", "read"]

SIZE = 1 << 20
DEPTH = 20
ELEMENTS = 20_000
SERVICES = {
    "ssh": "22/tcp", "http": "80/tcp", "https": "443/tcp", "http3": "443/udp", "cockpit": "9090/tcp",
    "dhcpv6-client": "546/udp", "dhcp": "67/udp", "dns": "53/udp", "mdns": "5353/udp", "ntp": "123/udp",
    "nfs": "2049/tcp", "nfs3": "2049/tcp", "rpc-bind": "111/tcp", "mountd": "20048/tcp", "samba-client": "138/udp",
    "mysql": "3306/tcp", "postgresql": "5432/tcp", "redis": "6379/tcp", "mongodb": "27017/tcp",
    "docker-registry": "5000/tcp", "kubelet": "10250/tcp", "kube-apiserver": "6443/tcp", "etcd-client": "2379/tcp",
    "etcd-server": "2380/tcp", "grafana": "3000/tcp", "prometheus": "9090/tcp", "snmp": "161/udp", "syslog": "514/udp",
    "rsyncd": "873/tcp", "vnc-server": "5900-5903/tcp", "slurmd": "6818/tcp", "slurmctld": "6817/tcp",
    "slurmdbd": "6819/tcp", "node-exporter": "9100/tcp",
}  # fmt: skip
"""Services by their first port; one that is not here may be any."""


class ZonePort(Struct, frozen=True):
    """What a zone lets in; no port where the service is not known."""

    name: str
    protocol: str
    first: int | None
    last: int | None
    sources: tuple[str, ...]
    """Addresses and networks that a rich rule limits it to."""
    sure: bool
    line: int


class Zone(Struct):
    """One zone."""

    target: str = "default"
    """`ACCEPT`, `DROP`, `%%REJECT%%` or `default`, which refuses what nothing names."""
    line: int = 1
    interfaces: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    ports: list[ZonePort] = field(default_factory=list)
    spared: list[ZonePort] = field(default_factory=list)
    """What rich rules refuse to all but their sources, before anything is let in: firewalld.richlanguage(5)."""


def read(data: bytes) -> Zone:
    """The zone. Raises FormatError for other XML, for document types, and past 1 MiB or 20,000 elements."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise FormatError(f"no XML: {expat.ErrorString(error.code)}", line=error.lineno, column=1) from None
    return reader.zone


class _Reader:
    """Goes through the elements; a rich rule is taken in where it ends."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.zone = Zone()
        self.open: list[str] = []
        self.seen = 0
        self.rule: dict[str, Mapping[str, str]] | None = None
        """Elements of the rich rule that is being read, with their attributes."""

    def refuse(self, *_: object) -> None:
        """No zone has a document type, and entities cost time."""
        raise FormatError("a document type", line=self.parser.CurrentLineNumber, column=1)

    def start(self, name: str, values: dict[str, str]) -> None:
        """An element begins."""
        line = self.parser.CurrentLineNumber
        self.seen += 1
        if len(self.open) > DEPTH or self.seen > ELEMENTS:
            raise FormatError(f"more than {ELEMENTS} elements, or {DEPTH} deep", line=line, column=1)
        if not self.open and name != "zone":
            raise FormatError("no zone of firewalld", line=line, column=1)
        self.open.append(name)
        if name == "zone":
            self.zone.target, self.zone.line = values.get("target", "default"), line
        elif self.rule is not None:
            self.rule.setdefault(name, {**values, "line": str(line)})
        elif name == "rule":
            self.rule = {"rule": {**values, "line": str(line)}}
        elif name == "interface":
            self.zone.interfaces.append(values.get("name", ""))
        elif name == "source":
            self.zone.sources.append(values.get("address") or values.get("ipset") or values.get("mac", ""))
        elif name in ("port", "service"):
            self.add(name, values, (), True, line, self.zone.ports)

    def end(self, name: str) -> None:
        """An element ends."""
        self.open.pop()
        if name != "rule" or self.rule is None:
            return
        rule, self.rule = self.rule, None
        source = rule.get("source", {})
        given = source.get("address") or source.get("ipset") or source.get("mac") or ""
        inverted = source.get("invert", "").lower() in ("true", "yes")
        refused = "drop" in rule or "reject" in rule
        if "accept" not in rule and not (refused and inverted and given and "destination" not in rule):
            return
        sources = (f"!{given}" if inverted and not refused else given,) if given else ()
        into = self.zone.spared if refused else self.zone.ports
        named = [what for what in ("port", "service") if what in rule]
        for what in named:
            self.add(what, rule[what], sources, "destination" not in rule, int(rule[what]["line"]), into)
        if refused and not named and "protocol" not in rule:
            into.append(ZonePort("", "", 0, 65535, sources, True, int(rule["rule"]["line"])))

    def add(
        self,
        what: str,
        values: Mapping[str, str],
        sources: tuple[str, ...],
        sure: bool,
        line: int,
        into: list[ZonePort],
    ) -> None:
        """A port or service that is let in, or refused."""
        if what == "service":
            name = values.get("name", "")
            span, _, protocol = SERVICES.get(name, "/").partition("/")
        else:
            span, protocol = values.get("port", ""), values.get("protocol", "tcp")
            name = f"{protocol} {span}"
        found = ports(span) if span else None
        first, last = found[0] if found else (None, None)
        if protocol in ("tcp", "udp", ""):
            into.append(ZonePort(name, protocol, first, last, sources, sure, line))
