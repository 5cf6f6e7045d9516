"""Files of iptables-save: `/etc/iptables/rules.v4`, `rules.v6`.

Source: iptables(8), iptables-save(8), iptables-restore(8), iptables-extensions(8) of iptables 1.8.9: a line that is
refused, or a table without COMMIT, leaves the table as it was.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import decoded
from holdfast.formats.packet_filter.model import Chain, Match, Rule, but, everybody, joined, ports, way

__all__ = ["read"]

SIZE = 4 << 20
ROWS = 50_000
HOOKS = {"INPUT": "input", "FORWARD": "forward", "OUTPUT": "output"}
VERDICTS = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "drop", "RETURN": "return"}
SILENT = frozenset(("LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "TRACE", "AUDIT", "NOTRACK", "TCPMSS", "SECMARK"))
"""Targets after which the next rule is looked at."""
VALUED = re.compile(r"--?(?:[psdijgomc]|[a-z][a-z0-9-]*)")
COUNTERS = re.compile(r"\[\d+:\d+\][ \t]*")
"""What `iptables-save -c` puts before a rule."""
COMMAND = re.compile(r"#|\*\w|:\S|-{1,2}[A-Za-z]|COMMIT\b")
"""How a line begins."""
HARMLESS = frozenset(
    "-m --match --comment --reject-with --log-prefix --log-level --limit --limit-burst --log-uid -c --nflog-prefix"
    " --nflog-group --set-mark --set-xmark".split()
)
"""Options that do not narrow what a rule fits; a limit lets the first packets through."""
WHO = frozenset(
    "--match-set --mac-source --src-cc --source-country --src-type --src-group --physdev-in --mark --rcheck --update"
    " --sport --sports --source-port --source-ports --pol".split()
)
"""Options that say who comes, or by which way; negated, they let few through."""
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "ipv6-icmp": "icmpv6", "0": "all"}
KNOWN = frozenset(("tcp", "udp", "icmp", "icmpv6", "sctp"))
"""Protocols that are left where one is negated."""


def read(data: bytes, *, family: str) -> dict[str, Chain]:
    """The chains of the filter table by name; `family` is `ipv4` or `ipv6`.

    Raises FormatError for text without a filter table, for lines and tables that iptables-restore refuses, for binary
    text, and past 4 MiB or 50,000 rows.
    """
    families = frozenset((family,))
    chains: dict[str, Chain] = {}
    table, tables = "", 0
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        row = COUNTERS.sub("", raw.strip(), count=1) if raw.startswith("[") else raw.strip()
        if line > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
        if row and COMMAND.match(row) is None:
            what = f"iptables-restore refuses the line: {row[:40]!r}" if tables else "no table of iptables-save"
            raise FormatError(what, line=line, column=1)
        if row.startswith("*"):
            table = row[1:].strip()
            tables += 1
        elif row.startswith("COMMIT"):
            table = ""
        elif table == "filter" and row.startswith(":"):
            name, _, policy = row[1:].partition(" ")
            verdict = VERDICTS.get(policy.partition(" ")[0], "accept")
            chains[name] = Chain(name, families, HOOKS.get(name, ""), verdict, line)
        elif table == "filter" and row.startswith(("-A ", "-I ", "--append ", "--insert ")):
            chain, rule = _rule(row, line, families)
            into = chains.setdefault(chain, Chain(chain, families, HOOKS.get(chain, ""), "accept", line)).rules
            into.insert(len(into) if row.startswith(("-A", "--a")) else _place(row), rule)
    if table:
        raise FormatError("no COMMIT ends the last table, so that iptables-restore leaves it as it was")
    if not tables:
        raise FormatError("no table of iptables-save")
    return chains


def _rule(row: str, line: int, families: frozenset[str]) -> tuple[str, Rule]:
    try:
        words = shlex.split(row)
    except ValueError:
        words = row.split()
    chain = words[1] if len(words) > 1 else ""
    match, verdict, target = Match(families=families), "", ""
    for name, negated, value in _options(words[2:]):
        if name in ("-j", "--jump", "-g", "--goto"):
            verdict, target = VERDICTS.get(value, ""), ""
            if not verdict and value not in SILENT:
                verdict, target = "jump" if name in ("-j", "--jump") else "goto", value
        else:
            match = _narrowed(match, name, value, negated=negated)
    if verdict == "drop" and "--limit" in words:  # what comes faster goes on
        match = replace(match, sure=False)
    return chain, Rule(match, verdict, target, line)


def _place(row: str) -> int:
    """Where an inserted rule goes: to the front, or before the rule whose number it names."""
    words = row.split(None, 3)
    return max(int(words[2]) - 1, 0) if len(words) > 2 and words[2].isdecimal() and len(words[2]) < 6 else 0


def _options(words: list[str]) -> Iterator[tuple[str, bool, str]]:
    """Each option with whether it is negated and its value."""
    at, negated = 0, False
    while at < len(words):
        word = words[at]
        at += 1
        if word == "!":
            negated = True
        elif VALUED.fullmatch(word):
            if at < len(words) and words[at] == "!":
                negated = True
                at += 1
            value = words[at] if at < len(words) and not VALUED.fullmatch(words[at]) else ""
            at += bool(value)
            yield word, negated, value
            negated = False


def _narrowed(match: Match, name: str, value: str, *, negated: bool) -> Match:
    """A match with one more condition."""
    if name in ("-p", "--protocol"):
        protocol = PROTOCOLS.get(value, value)
        if protocol == "all":
            return match
        return replace(match, protocols=KNOWN - {protocol} if negated else frozenset((protocol,)))
    if name in ("-s", "--source", "--src", "-d", "--destination", "--dst", "--src-range", "--dst-range"):
        field = "sources" if name.startswith(("-s", "--s")) else "destinations"
        listed = value.split(",")
        if everybody(listed):
            return replace(match, opens=match.opens and not negated)
        return replace(match, **{field: tuple(f"!{each}" if negated else each for each in listed)})
    if name in ("--dport", "--dports", "--destination-port", "--destination-ports"):
        found = [ports(each) for each in value.split(",")]
        if not all(found):
            return replace(match, sure=False)
        listed_ports = joined(pair for each in found if each for pair in each)
        return replace(match, ports=but(listed_ports) if negated else listed_ports)
    if name in ("-i", "--in-interface"):
        return replace(match, interface=way((value,), but=negated))
    if name == "--syn":
        return replace(match, opens=match.opens and not negated)
    if name in ("--state", "--ctstate"):
        return replace(match, opens=match.opens and ("NEW" in value.split(",")) != negated)
    spares = match.spares or (negated and name in WHO)
    return match if name in HARMLESS else replace(match, sure=False, spares=spares)
