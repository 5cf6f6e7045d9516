"""One row of an nftables chain -> rules; a map of verdicts gives one for each entry.

Source: nft(8) of nftables 1.0.6, "EXPRESSIONS" and "STATEMENTS".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from msgspec.structs import replace

from holdfast.formats.packet_filter.model import UNKNOWN, Match, Rule
from holdfast.formats.packet_filter.nft_map import Named, entries
from holdfast.formats.packet_filter.nft_narrow import (
    FAMILY,
    Narrow,
    columns,
    narrow_address,
    narrow_family,
    narrow_interface,
    narrow_nothing,
    narrow_port,
    narrow_protocol,
    narrow_state,
    narrow_strange,
)
from holdfast.formats.packet_filter.nft_words import Word

__all__ = ["rule"]

VERDICTS = {"accept": "accept", "drop": "drop", "reject": "drop", "return": "return", "queue": "accept"}
SILENT = frozenset(("counter", "notrack", "continue", "log", "limit", "comment", "audit"))
"""Statements that narrow nothing; what stands behind them belongs to them."""
KEPT = frozenset(("add", "update", "delete", "meter"))
"""Statements that put something of a packet into a set."""
BEHIND = frozenset(
    "packets bytes prefix level flags group queue-threshold snaplen rate burst over mbytes kbytes with type tcp reset"
    " icmp icmpv6 icmpx second minute hour day all".split()
)
TRANSPORT = ("tcp", "udp", "sctp", "dccp", "udplite")
Spend = Callable[[int], None]
"""Pays for the members that a variable or a set puts in."""
WHO = frozenset(("saddr", "mark", "iifgroup", "iiftype", "ibrname", "sport"))
"""What says who comes, or by which way; a negated one lets few through."""
PER_RULE = 10
"""How many members a word of a map counts for: each entry becomes a rule."""
META = frozenset(("iifname", "iif", "l4proto", "nfproto", "protocol"))


def rule(
    row: list[Word],
    families: frozenset[str],
    variables: Mapping[str, list[str]],
    sets: Mapping[str, Named],
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
        sets: Mapping[str, Named],
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
            elif word in KEPT and "@" in (self.peek()[:1], self.peek(1)[:1]):
                self.kept()
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

    def kept(self) -> None:
        """Passes over what is put into a set; one with a rate in it limits what the rule fits."""
        while self.at < len(self.row) and self.peek() != "}":
            self.limited = self.limited or self.peek() in ("limit", "count")
            self.at += 1
        self.at += 1

    def condition(self, word: str) -> list[Rule] | None:
        """Narrows the match; the rules where a map of verdicts ends the row."""
        first = narrow_strange if word == "vmap" else self.selected(word)
        if first is None:
            self.strange(word)
            return None
        narrows = [first]
        while self.peek() == "." and word != "vmap":
            self.at += 2
            narrows.append(self.selected(self.peek(-1)) or self.passed())
        if word == "vmap" or self.peek() == "vmap":
            self.at += word != "vmap"
            return self.verdicts(narrows)
        found, negated = self.values()
        if len(narrows) == 1:
            self.match = first(self.match, found, negated)
            return None
        self.match = replace(self.match, sure=False, spares=self.match.spares or negated)
        for narrow, keys in zip(narrows, columns(found, len(narrows)) if not negated else (), strict=False):
            self.match = narrow(self.match, keys, False)
        return None

    def selected(self, word: str) -> Narrow | None:
        """What the values of an expression narrow, its words taken; None where it is not understood."""
        second = self.peek()
        if word == "meta" and second in META:
            self.at += 1
            return narrow_family if second == "protocol" else self.selected(second)
        if word in ("iif", "iifname"):
            return narrow_interface
        if word == "nfproto":
            return narrow_family
        if word == "l4proto":
            return narrow_protocol
        if (word, second) == ("ct", "state"):
            self.at += 1
            return narrow_state
        if word in FAMILY and second in ("saddr", "daddr", "protocol", "nexthdr"):
            self.at += 1
            self.match = replace(self.match, families=self.match.families & {FAMILY[word]})
            sides = {"saddr": "sources", "daddr": "destinations"}
            return partial(narrow_address, sides[second]) if second in sides else narrow_protocol
        if word in (*TRANSPORT, "th") and second in ("dport", "sport"):
            self.at += 1
            self.match = self.match if word == "th" else replace(self.match, protocols=frozenset((word,)))
            return partial(narrow_port, second)
        if word in ("icmp", "icmpv6"):
            self.match = replace(self.match, protocols=frozenset((word,)))
            self.at += 1
            return narrow_nothing
        return None

    def passed(self) -> Narrow:
        """Passes over a part of a joined expression that is not understood."""
        while self.at < len(self.row) and self.peek() not in (".", "{", "vmap", "!=", "==") and self.peek()[:1] != "@":
            self.at += 1
        return narrow_strange

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
        named = self.sets.get(word[1:]) if word[0] == "@" else None
        if named is not None:
            named.used = True
        found = named.members if named is not None else self.variables.get(word[1:]) if word[0] == "$" else None
        if not found:  # an empty set is filled at run time
            self.match = replace(self.match, sure=False)
            return [word]
        self.spend(len(found))
        return list(found)

    def verdicts(self, narrows: list[Narrow]) -> list[Rule]:
        """The rules of a map: one for each entry, that for all other keys last."""
        found = entries(self.mapped())
        if not found or any(len(keys) < len(narrows) and keys != ["*"] for keys, _, _ in found):
            return [Rule(self.match, UNKNOWN, "", self.line)]
        rules: list[Rule] = []
        others: list[Rule] = []
        whole = self.match
        for keys, verdict, target in found:
            match = replace(whole, sure=whole.sure and verdict != "queue")
            for narrow, key in zip(narrows, keys if keys != ["*"] else (), strict=False):
                match = narrow(match, values := self.resolved(key), False)
                match = replace(match, sure=match.sure and (key[:1] not in ("$", "@") or values != [key]))
            into = others if keys == ["*"] else rules
            into.append(Rule(match, VERDICTS.get(verdict, verdict), target, self.line))
        if not all(each.verdict in ("accept", "drop") for each in rules):
            others = [replace(each, match=replace(each.match, sure=False)) for each in others]
        return rules + others

    def mapped(self) -> list[str]:
        """The words of a map of verdicts, written here or named; none where it cannot be read."""
        name = self.peek()
        if name == "{":
            return [word.text for word in self.row[self.at :] if word.text not in ("{", "}") or word.quoted]
        named = self.sets.get(name[1:]) if name[:1] == "@" else None
        if named is not None:
            named.used = True
        found = named.members if named is not None else self.variables.get(name[1:], []) if name[:1] == "$" else []
        self.spend(PER_RULE * len(found))
        return found
