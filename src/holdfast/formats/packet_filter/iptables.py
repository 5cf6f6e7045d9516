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
from holdfast.formats.packet_filter.model import UNKNOWN, Chain, Match, Rule, but, everybody, joined, ports, way

__all__ = ["read"]

SIZE = 4 << 20
ROWS = 50_000
HOOKS = {"INPUT": "input", "FORWARD": "forward", "OUTPUT": "output"}
VERDICTS = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "drop", "RETURN": "return"}
COMMANDS = {
    "-A": "append", "-I": "insert", "-R": "replace", "-D": "delete", "-P": "policy", "-F": "flush", "-Z": "zero",
    "-N": "new", "-X": "remove", "--append": "append", "--insert": "insert", "--replace": "replace", "--zero": "zero",
    "--delete": "delete", "--policy": "policy", "--flush": "flush", "--new-chain": "new", "--delete-chain": "remove",
}  # fmt: skip
NUMBER = re.compile(r"[0-9]{1,5}")
DELETIONS = 1000
"""Rules that are looked for by their words; what more commands delete is not told."""
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
    saved = _Saved(frozenset((family,)))
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
            saved.named(name, line, VERDICTS.get(policy.partition(" ")[0], "accept"))
        elif table == "filter" and row.startswith("-"):
            saved.command(row, line)
    if table:
        raise FormatError("no COMMIT ends the last table, so that iptables-restore leaves it as it was")
    if not tables:
        raise FormatError("no table of iptables-save")
    return saved.done()


class _Saved:
    """The chains of the filter table, as one command after the other leaves them."""

    def __init__(self, families: frozenset[str]) -> None:
        self.families = families
        self.chains: dict[str, Chain] = {}
        self.texts: dict[str, list[list[str]]] = {}
        """What was written of each rule: one is deleted by the same words."""
        self.unknown: dict[str, int] = {}
        """Chains of which it is not told what a command left, with its line."""
        self.deletions = DELETIONS

    def named(self, name: str, line: int, policy: str) -> Chain:
        """A chain that is new or emptied."""
        self.texts[name] = []
        self.unknown.pop(name, None)
        self.chains[name] = chain = Chain(name, self.families, HOOKS.get(name, ""), policy, line, [])
        return chain

    def command(self, row: str, line: int) -> None:
        """Takes in a command. Raises FormatError for a rule by a number that no rule has."""
        try:
            words = shlex.split(row)
        except ValueError:
            words = row.split()
        verb, name = COMMANDS.get(words[0], ""), words[1] if len(words) > 1 else ""
        if verb in ("", "zero", "new"):
            if not verb:
                self.unknown.update(dict.fromkeys(self.chains, line))
        elif verb == "flush":
            for each in [each for each in self.chains if name in ("", each)]:
                self.named(each, self.chains[each].line, self.chains[each].policy)
        elif verb == "remove":  # only one without rules goes
            filled = [each for each in self.chains.values() if each.rules and (name or each.hook) in ("", each.name)]
            self.unknown.update((each.name, line) for each in filled)
        else:
            chain = self.chains[name] if name in self.chains else self.named(name, line, "accept")
            self.changed(verb, chain, words[2:], line)

    def changed(self, verb: str, chain: Chain, words: list[str], line: int) -> None:
        """Takes in a command that changes one chain."""
        texts = self.texts[chain.name]
        if verb == "policy":
            chain.policy = VERDICTS.get("".join(words[:1]), "accept")
            return
        if verb == "append":
            at = len(texts)
        elif words and NUMBER.fullmatch(words[0]):
            at, words = int(words[0]) - 1, words[1:]
        elif verb == "insert":
            at = 0
        else:
            self.deletions -= 1
            at = texts.index(words) if self.deletions > 0 and words in texts else -1
            if at < 0:  # the rule that is meant may be written in other words
                self.unknown[chain.name] = line
        if chain.name in self.unknown:
            return
        if not 0 <= at < len(texts) + (verb in ("append", "insert")):
            raise FormatError(
                f"iptables-restore refuses the line: no rule {at + 1} in {chain.name}", line=line, column=1
            )
        end = at + (verb in ("delete", "replace"))
        made = [] if verb == "delete" else [_rule(words, line, self.families)]
        chain.rules[at:end] = made
        texts[at:end] = [words] * len(made)

    def done(self) -> dict[str, Chain]:
        """The chains, those of which something is not known marked so."""
        for name, line in self.unknown.items():
            self.chains[name].rules.insert(0, Rule(Match(families=self.families), UNKNOWN, "", line))
        return self.chains


def _rule(words: list[str], line: int, families: frozenset[str]) -> Rule:
    match, verdict, target = Match(families=families), "", ""
    for name, negated, value in _options(words):
        if name in ("-j", "--jump", "-g", "--goto"):
            verdict, target = VERDICTS.get(value, ""), ""
            if not verdict and value not in SILENT:
                verdict, target = "jump" if name in ("-j", "--jump") else "goto", value
        else:
            match = _narrowed(match, name, value, negated=negated)
    if verdict == "drop" and "--limit" in words:  # what comes faster goes on
        match = replace(match, sure=False)
    return Rule(match, verdict, target, line)


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
