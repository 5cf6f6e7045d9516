"""Reads hosts and ports out of DNS zones, logs of queries, logs of flows and lists, line by line.

Sources: RFC 1035, 5.1 (master files); AWS, "Flow log records" (version 2 and custom formats); Azure, "NSG flow log
format"; Zeek, conn.log; Suricata, eve.json; iptables LOG; tcpdump(8). Checked 2026-12-01.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["hosts", "seen"]

Host = tuple[str, int]
"""A name or an address, in lower case, and a port or 0."""
HOST = re.compile(
    r"(?<![\w.@-])(?P<host>(?=[^\s:]{4,253}(?![\w.-]))(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z][a-z0-9-]{1,62}|\d{1,3}))\.?"
    r"(?::(?P<port>\d{1,5}))?(?![\w-])",
    re.IGNORECASE,
)
"""A name of at least two labels, or an address, with a port or without. Source: RFC 1123, 2.1."""
ALONE = re.compile(
    r"(?<![\w.:/@-])(?!(?:port|line|pid|status|size|ttl|code|column|row|count|step)s?:)"
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z](?:[a-z0-9_-]{0,61}[a-z0-9])?):(?P<port>\d{2,5})(?![\w.:-])",
    re.IGNORECASE,
)
"""A name of one label, or an address of IPv6, with its port."""
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?", re.IGNORECASE)
TYPES = "A|AAAA|CNAME|DNAME|SRV|MX|NS|PTR|TXT|HTTPS|SVCB|SOA|CAA|DS|DNSKEY|RRSIG|NSEC3?|TLSA|SPF|ALIAS|ANAME"
LEADING = ("CNAME", "DNAME", "SRV", "MX", "NS", "PTR", "ALIAS", "ANAME")
"""Types whose data ends with a name."""
RECORD = re.compile(
    rf"(?P<owner>[^\s;()\[\]\"',]{{0,255}})(?P<rest>(?:[ \t]{{1,99}}(?:\d{{1,10}}[smhdw]?|(?P<net>IN|CH|HS))){{0,2}})"
    rf"[ \t]{{1,99}}(?P<type>{TYPES})[ \t]{{1,99}}(?P<data>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
DIRECTIVE = re.compile(r"\$(?P<what>ORIGIN|TTL|INCLUDE|GENERATE)\b[ \t]*(?P<value>\S*)", re.IGNORECASE)
VPC = ["version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"]
VPC += ["packets", "bytes", "start", "end", "action", "log-status"]
TO = frozenset("dstaddr pkt-dstaddr dest_ip dst_ip destination_ip dstip dst da id.resp_h destinationip".split())
TO_PORT = frozenset("dstport dest_port dst_port destination_port dpt dp dport id.resp_p destinationport".split())
FROM = frozenset("srcaddr src_ip source_ip srcip src sa id.orig_h sourceip".split())
FROM_PORT = frozenset("srcport src_port source_port spt sp sport id.orig_p sourceport".split())
ACTION = frozenset(("action",))
COLUMNS = (TO, TO_PORT, FROM, FROM_PORT, ACTION)
PAIR = re.compile(
    r"[\"']?(?P<name>[a-z][\w.-]{1,20})[\"']?\s{0,2}[=:]\s{0,2}[\"']?(?P<value>[\w.:-]{1,45})", re.IGNORECASE
)
TUPLE = re.compile(
    r"(?<!\d)\d{10,13},(?P<src>[\da-f.:]{3,45}),(?P<dst>[\da-f.:]{3,45}),(?P<sport>\d{1,5}),(?P<dport>\d{1,5}),[TU\d]{1,3},[IO],(?P<action>[AD])?"
)
DUMPED = re.compile(
    r"\bIP6? (?P<src>[\da-f.:]{3,60})\.(?P<sport>\d{1,5}) > (?P<dst>[\da-f.:]{3,60})\.(?P<dport>\d{1,5}):"
)
ADDRESS = re.compile(r"[\da-f:.]{3,45}|[\w.-]{1,253}", re.IGNORECASE)
DIGIT = re.compile(r"\d")
HIGH = 32767
"""A server answers from its own port to one above this: what a log of answers only shows."""
REFUSED = frozenset(("reject", "d", "deny", "drop", "block", "denied"))


def hosts(text: str) -> Iterator[Host]:
    """The hosts in a text, each with its port or 0; a single label is none without a port, a plain number never."""
    for match in HOST.finditer(text):
        host = match["host"].lower()
        if not host.replace(".", "").isdigit() or host.count(".") == 3:
            yield host, int(match["port"] or 0)
    for match in ALONE.finditer(text):
        yield match["host"].lower(), int(match["port"])


def seen(lines: Iterable[str]) -> Iterator[list[Host] | None]:
    """For each line the hosts in it; None for a line that is not understood, and for an empty one or a comment."""
    reader = _Reader()
    for line in lines:
        yield reader.line(line.rstrip("\r\n"))


class _Reader:
    """What the lines before say about the next one."""

    def __init__(self) -> None:
        self.origin = ""
        self.zone = False
        self.owner = ""
        self.depth = 0
        """Parentheses of a zone that are open."""
        self.columns: list[int] | None = None
        """Where a header says that the columns of flows are, -1 for one that is not there."""
        self.separator: str | None = None

    def line(self, line: str) -> list[Host] | None:
        """The hosts of one line."""
        if not line.strip():
            return None
        record = self._record(line)
        if record is not None:
            return record
        flow = self._flow(line)
        return _plain(line) if flow is None else [*flow, *_names(line)]

    def _record(self, line: str) -> list[Host] | None:
        directive = DIRECTIVE.match(line)
        if directive:
            self.zone = True
            if directive["what"].upper() == "ORIGIN":
                self.origin = self._full(directive["value"])
            return []
        text = line.partition(";")[0]
        if self.depth:
            self.depth += text.count("(") - text.count(")")
            return []
        match = RECORD.fullmatch(text)
        if match is None or not (self.zone or match["net"] or match["rest"]):
            return None
        self.zone = True
        self.depth = max(0, text.count("(") - text.count(")"))
        self.owner = match["owner"] or self.owner
        kind, data = match["type"].upper(), match["data"].split()
        found = [(self._full(self.owner), 0)] if self.owner else []
        if kind == "SOA":
            return []
        if kind in LEADING:
            port = int(data[2]) if kind == "SRV" and len(data) > 3 and data[2].isdigit() else 0
            found.append((self._full(data[-1]), port))
        return [each for each in found if each[0]]

    def _full(self, name: str) -> str:
        """A name of a zone with its origin, as RFC 1035 has it; without the dot at its end."""
        if name == "@":
            return self.origin
        if name.endswith("."):
            return name.rstrip(".").lower()
        return f"{name}.{self.origin}".rstrip(".").lower()

    def _flow(self, line: str) -> list[Host] | None:
        if self.columns is not None:
            words = line.split(self.separator)
            to, to_port, source, source_port, action = (
                words[at] if 0 <= at < len(words) else "" for at in self.columns
            )
            if ADDRESS.fullmatch(to.strip('" ')) or to == "-":
                return _servers(to, to_port, source, source_port, action)
        for separator in () if DIGIT.search(line) else (",", "\t", None):
            words = [word.strip('" ').lower() for word in line.removeprefix("#fields").strip().split(separator)]
            if TO.intersection(words) and TO_PORT.intersection(words):
                self.separator = separator
                self.columns = [_column(words, names) for names in COLUMNS]
                return []
        words = line.split()
        if len(words) == len(VPC) and words[0] == "2" and words[1].isdigit() and words[2].startswith("eni-"):
            return _servers(words[4], words[6], words[3], words[5], words[12])
        return _pairs(line)


def _column(words: list[str], names: frozenset[str]) -> int:
    return next((at for at, word in enumerate(words) if word in names), -1)


def _pairs(line: str) -> list[Host] | None:
    """Flows whose parts are named in the line, and those of Azure and tcpdump."""
    match = DUMPED.search(line)
    if match:
        return _servers(match["dst"], match["dport"], match["src"], match["sport"], "")
    tuples = [
        host
        for each in TUPLE.finditer(line)
        for host in _servers(each["dst"], each["dport"], each["src"], each["sport"], each["action"] or "")
    ]
    if tuples or TUPLE.search(line):
        return tuples
    given: dict[str, str] = {}
    for each in PAIR.finditer(line):
        given.setdefault(each["name"].lower(), each["value"])
    parts = [next((given[name] for name in given if name in names), "") for names in COLUMNS]
    return _servers(*parts) if parts[0] and parts[1] else None


def _servers(to: str, to_port: str, source: str, source_port: str, action: str) -> list[Host]:
    """Who served in a flow: whom it went to, or whom an answer came from; a refused one shows nobody."""
    if action.strip('" ').lower() in REFUSED:
        return []
    ends = [(each.strip('" ').lower(), _port(port)) for each, port in ((to, to_port), (source, source_port))]
    answered = ends[0][1] > HIGH >= ends[1][1] > 0
    host, port = ends[1] if answered else ends[0]
    return [(f"[{host}]" if ":" in host else host, port)] if host not in ("", "-") else []


def _names(line: str) -> Iterator[Host]:
    """The names in the line of a flow: what was asked for, where it is one to a name server."""
    return (each for each in hosts(line) if not each[0].replace(".", "").isdigit() and not each[0].startswith("["))


def _port(text: str) -> int:
    text = text.strip('" ')
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0


def _plain(line: str) -> list[Host] | None:
    """Any other line: the names in it, or a line that is a name and nothing else."""
    found = list(hosts(line))
    word = line.strip().strip("\"',").rstrip(".")
    if not found and LABEL.fullmatch(word) and not word.isdigit():
        return [(word.lower(), 0)]
    return found or None
