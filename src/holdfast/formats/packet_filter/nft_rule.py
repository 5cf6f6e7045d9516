"""One row of an nftables chain -> rules; a map of verdicts gives one for each entry.

Source: nft(8) of nftables 1.0.6, "EXPRESSIONS" and "STATEMENTS".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from holdfast.formats.packet_filter.model import Match, Ports, Rule, but, everybody, ports, way
from holdfast.formats.packet_filter.nft_words import Word

__all__ = ["rule"]

VERDICTS = {"accept": "accept", "drop": "drop", "reject": "drop", "return": "return", "queue": "accept"}
SILENT = frozenset(("counter", "notrack", "continue", "log", "limit", "comment", "audit"))
"""Statements that narrow nothing; what stands behind them belongs to them."""
BEHIND = frozenset(
    "packets bytes prefix level flags group queue-threshold snaplen rate burst over mbytes kbytes with type tcp reset"
    " icmp icmpv6 icmpx second minute hour day all".split()
)
LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
TRANSPORT = ("tcp", "udp", "sctp", "dccp", "udplite")
Narrow = Callable[..., Match]
"""Narrows a match by the key of a map."""
Spend = Callable[[int], None]
"""Pays for the members that a variable or a set puts in."""
WHO = frozenset(("saddr", "mark", "iifgroup", "iiftype", "ibrname", "sport"))
"""What says who comes, or by which way; a negated one lets few through."""
PROTOCOLS = frozenset((*TRANSPORT, "icmp", "icmpv6"))
MARK = (("ip", "saddr"), ("ip6", "saddr"), ("ip", "daddr"), ("ip6", "daddr"))


def rule(
    row: list[Word],
    families: frozenset[str],
    variables: Mapping[str, list[str]],
    sets: Mapping[str, list[str]],
    spend: Spend,
) -> list[Rule]:
    """The rules that a row stands for."""
    return _Row(row, families, variables, sets, spend).rules()


class _Row:
    """A row, read from left to right."""

    def __init__(
        self,
        row: list[Word],
        families: frozenset[str],
        variables: Mapping[str, list[str]],
        sets: Mapping[str, list[str]],
        spend: Spend,
    ) -> None:
        self.row = row
        self.at = 0
        self.match = Match(families=families)
        self.variables = variables
        self.sets = sets
        self.spend = spend
        self.line = row[0].line
        self.limited = False
        self.about = ""
        """The last word that is not understood and is no sign."""

    def peek(self, ahead: int = 0) -> str:
        """A word without taking it."""
        at = self.at + ahead
        return self.row[at].text if at < len(self.row) else ""

    def rules(self) -> list[Rule]:
        """What the row stands for."""
        while self.at < len(self.row):
            word = self.peek()
            self.at += 1
            if word in VERDICTS:
                verdict = VERDICTS[word]
                sure = self.match.sure and not (self.limited and verdict == "drop") and word != "queue"
                return [Rule(replace(self.match, sure=sure), verdict, "", self.line)]
            if word in ("jump", "goto"):
                return [Rule(self.match, word, self.peek(), self.line)]
            if word in SILENT:
                self.limited = self.limited or word == "limit"
                self.behind(word)
            elif (found := self.condition(word)) is not None:
                return found
        return [Rule(self.match, "", "", self.line)]

    def behind(self, word: str) -> None:
        """Passes over what belongs to a statement."""
        while self.at < len(self.row):
            text = self.peek()
            value = self.row[self.at].quoted or text[:1].isdigit() or "/" in text
            if not (
                value or text in BEHIND or (word == "log" and text in ("emerg", "info", "warn", "debug", "notice"))
            ):
                return
            self.at += 1

    def condition(self, word: str) -> list[Rule] | None:
        """Narrows the match; the rules where a map of verdicts ends the row."""
        name = (word, self.peek())
        if word == "meta" and name[1] in ("iifname", "iif", "l4proto", "nfproto"):
            word = name[1]
            self.at += 1
        if word in ("iif", "iifname"):
            self.interface()
        elif word in ("l4proto", "nfproto") or name in (("ip", "protocol"), ("ip6", "nexthdr")):
            self.at += word in ("ip", "ip6")
            self.kind(word)
        elif name == ("ct", "state"):
            self.at += 1
            return self.state()
        elif name in MARK:
            self.at += 1
            self.address(*name)
        elif word in (*TRANSPORT, "th") and name[1] in ("dport", "sport"):
            self.at += 1
            return self.port(word, name[1])
        elif word in ("icmp", "icmpv6"):
            self.match = replace(self.match, protocols=frozenset((word,)))
            self.at += 1
            self.values()
        else:
            self.strange(word)
        return None

    def strange(self, word: str) -> None:
        """A word of an expression that is not understood."""
        spares = self.match.spares or (word == "!=" and self.about in WHO)
        self.match = replace(self.match, sure=False, spares=spares)
        self.about = word

    def values(self) -> tuple[list[str], bool]:
        """The values behind an expression, and whether all others are meant (`!=`)."""
        negated = self.peek() == "!="
        if self.peek() in ("!=", "==", "<", ">", "<=", ">="):
            if self.peek() not in ("!=", "=="):
                self.match = replace(self.match, sure=False)
            self.at += 1
        found: list[str] = []
        if self.peek() == "{":
            while self.at < len(self.row) and self.peek() != "}":
                if self.peek() not in ("{", ","):
                    found += self.resolved(self.peek())
                self.at += 1
            self.at += 1
            return found, negated
        found += self.resolved(self.peek())
        self.at += 1
        while self.peek() == ",":
            found += self.resolved(self.peek(1))
            self.at += 2
        return found, negated

    def resolved(self, word: str) -> list[str]:
        """A word, or what the variable or set that it names holds; an unknown one makes the rule unsure."""
        if word[:1] not in ("$", "@"):
            return [word]
        found = (self.variables if word[0] == "$" else self.sets).get(word[1:])
        if not found:  # an empty set is filled at run time
            self.match = replace(self.match, sure=False)
            return [word]
        self.spend(len(found))
        return list(found)

    def interface(self) -> None:
        """`iifname`."""
        found, negated = self.values()
        self.match = replace(self.match, interface=way(found, but=negated))

    def kind(self, word: str) -> None:
        """The family or the protocol."""
        found, negated = self.values()
        if word == "nfproto":
            families = self.match.families - set(found) if negated else self.match.families & set(found)
            self.match = replace(self.match, families=families)
        else:
            names = frozenset("icmpv6" if each == "ipv6-icmp" else each for each in found)
            self.match = replace(self.match, protocols=PROTOCOLS - names if negated else names)

    def address(self, family: str, side: str) -> None:
        """`ip saddr` and its like, which also say which family is meant."""
        found, negated = self.values()
        self.match = replace(self.match, families=self.match.families & {"ipv4" if family == "ip" else "ipv6"})
        if everybody(found):
            self.match = replace(self.match, opens=self.match.opens and not negated)
            return
        field = "sources" if side == "saddr" else "destinations"
        listed = tuple(f"!{each}" if negated else each for each in found)
        self.match = replace(self.match, **{field: listed})

    def state(self) -> list[Rule] | None:
        """`ct state`."""
        if self.peek() == "vmap":
            return self.verdicts(lambda match, key: replace(match, opens=match.opens and key == "new"))
        found, negated = self.values()
        names = [name for each in found for name in each.split("|")]
        self.match = replace(self.match, opens=self.match.opens and ("new" in names) != negated)
        return None

    def port(self, protocol: str, side: str) -> list[Rule] | None:
        """`tcp dport` and its like."""
        if protocol != "th":
            self.match = replace(self.match, protocols=frozenset((protocol,)))
        if side == "dport" and self.peek() == "vmap":
            return self.verdicts(_at_port)
        found, negated = self.values()
        if side == "sport":
            self.match = replace(self.match, sure=False, spares=self.match.spares or negated)
            return None
        self.match = _at_port(self.match, *found)
        if negated and self.match.ports is not None:
            self.match = replace(self.match, ports=but(self.match.ports))
        return None

    def verdicts(self, narrow: Narrow) -> list[Rule]:
        """The rules of a map: one for each entry."""
        self.at += 1
        texts = [word.text for word in self.row[self.at :] if word.text not in ("{", "}")]
        rules: list[Rule] = []
        for entry in " ".join(texts).replace(":", " ").split(","):
            key, _, rest = entry.strip().partition(" ")
            verdict, _, target = rest.strip().partition(" ")
            if key.startswith("@") or not verdict:
                return [Rule(replace(self.match, sure=False), "", "", self.line)]
            rules.append(Rule(narrow(self.match, key), VERDICTS.get(verdict, verdict), target.strip(), self.line))
        return rules


def _at_port(match: Match, *keys: str) -> Match:
    found: list[Ports | None] = [ports(key) for key in keys]
    if not all(found):
        return replace(match, sure=False)
    return replace(match, ports=tuple(pair for each in found if each for pair in each))
