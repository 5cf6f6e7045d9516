"""nftables scripts: `/etc/nftables.conf`.

Tables, chains, sets, variables and the rules that filter by family, address, port, state and interface; what else a
rule asks for makes it unsure. Source: nft(8) of nftables 1.0.6.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field
from msgspec.structs import replace

from holdfast.core.errors import FormatError
from holdfast.formats.packet_filter.model import UNKNOWN, Chain, Match, Rule
from holdfast.formats.packet_filter.nft_map import Named
from holdfast.formats.packet_filter.nft_rule import rule
from holdfast.formats.packet_filter.nft_words import END, Word, words

__all__ = ["Script", "read"]

FAMILIES = {
    "ip": frozenset(("ipv4",)),
    "ip6": frozenset(("ipv6",)),
    "inet": frozenset(("ipv4", "ipv6")),
    "arp": frozenset[str](),
    "bridge": frozenset[str](),
    "netdev": frozenset[str](),
}
"""Which traffic the chains of a table see; the last three come before and beside what is filtered here."""
CHANGES = frozenset(("flush", "delete", "destroy", "rename", "replace"))
"""Commands that change what is there already."""
VERBS = frozenset(("add", "create", "insert")) | CHANGES
NOTED = frozenset(("=", "counter", "timeout", "expires", "comment", "packets", "bytes"))
"""What stands before an element's times, counters and comment."""
PLACES = frozenset(("index", "position", "handle"))
"""What says before or behind which rule another one goes; handles are not in files."""
DEPTH = 20
MEMBERS = 2_000_000
"""What the lists, variables and sets of a script stand for, each as often as it is used."""


class Script(Struct):
    """What a script and those before it set up."""

    chains: dict[tuple[str, str, str], Chain] = field(default_factory=dict)
    """By family, table and name."""
    variables: dict[str, list[str]] = field(default_factory=dict)
    sets: dict[tuple[str, str], dict[str, Named]] = field(default_factory=dict)
    """Sets and maps by family and table, then by name."""
    path: str = ""
    """The file that is being read."""
    whole: bool = True
    """False where a set or map was changed after a rule that asks for it was read."""
    left: int = MEMBERS
    """How many members may still be put in."""

    def spend(self, count: int) -> None:
        """Pays for that many members; a variable that holds another one twice doubles it. Raises FormatError."""
        self.left -= count
        if self.left < 0:
            raise FormatError(f"variables and sets stand for more than {MEMBERS} members")


Inside = tuple[str, ...]
"""Where text stands: nothing at the top, the family and name of a table, and the name of a chain in it."""
Include = Callable[[str, int, Script, Inside], None]
"""Reads the files of a pattern, which stands on a line, into a script."""


def _nothing(pattern: str, line: int, script: Script, inside: Inside) -> None:
    """Leaves other files alone."""


def read(data: bytes, script: Script | None = None, include: Include = _nothing, inside: Inside = ()) -> Script:
    """The chains, on top of those of a script that was read before; `include` reads others in place.

    `inside` says where the text stands that includes this one. Raises FormatError.
    """
    return _Reader(words(data), script or Script(), include, inside).script


class _Reader:
    """Goes through the words once."""

    def __init__(self, found: list[Word], script: Script, include: Include, inside: Inside) -> None:
        self.words = found
        self.at = 0
        self.script = script
        self.include = include
        while self.at < len(self.words):
            if len(inside) == 3:
                self.chain((inside[0], inside[1], inside[2]))
            else:
                self.statement(*inside[:2] or ("", ""))

    def take(self) -> str:
        """The next word."""
        text = self.words[self.at].text if self.at < len(self.words) else END
        self.at += 1
        return text

    @property
    def line(self) -> int:
        """The line of the next word."""
        return self.words[min(self.at, len(self.words) - 1)].line

    def row(self) -> list[Word]:
        """The words up to the end of the row; braces may go over several."""
        found: list[Word] = []
        depth = 0
        while self.at < len(self.words):
            word = self.words[self.at]
            if not word.quoted:
                if word.text == END and not depth:
                    break
                depth += (word.text == "{") - (word.text == "}")
                if depth < 0:
                    break
                if depth > DEPTH:
                    raise FormatError(f"nested more than {DEPTH} deep", line=word.line, column=1)
            self.at += 1
            if word.text != END or word.quoted:
                found.append(word)
        return found

    def statement(self, family: str, table: str) -> None:
        """A statement at the top or in a table."""
        line, first, verb = self.line, self.take(), "add"
        if first in VERBS:
            verb, first = first, self.take()
        if first == "include":
            self.include(self.take(), line, self.script, (family, table) if table else ())
        elif first == "define" or first == "redefine":
            self.define()
        elif verb in CHANGES and first not in (END, "}"):
            self.changed(verb, first, line)
        elif first == "table" and not table:
            self.table()
        elif first in ("chain", "set", "map", "element", "rule"):
            self.named(first, family, table, line, front=verb == "insert")
        elif first not in (END, "}"):
            self.row()

    def changed(self, verb: str, what: str, line: int) -> None:
        """Takes in a command that empties or removes what is there; what it leaves of rules may not be known."""
        row = [word.text for word in self.row()]
        family, *names = row if row[:1] and row[0] in FAMILIES else ("ip", *row)
        table, name = (*names, "", "")[:2]
        if what in ("ruleset", "table"):
            self.script.spend(len(self.script.chains))
            of = {key[:2] for key in self.script.chains} | set(self.script.sets)
            every = what == "ruleset"
            for key in of if every else of & {(family, table)}:
                if not every or not row or key[0] == family:
                    self.emptied(key, gone=every or verb != "flush")
        elif what == "chain" and verb != "rename":
            chain = self.script.chains.get((family, table, name))
            if chain is not None:
                chain.rules.clear()
            if verb != "flush":
                self.script.chains.pop((family, table, name), None)
        elif what in ("chain", "rule"):
            empty = Chain(name, FAMILIES[family], line=line, rules=[])
            chain = self.script.chains.setdefault((family, table, name), empty)
            chain.rules.insert(0, Rule(Match(families=chain.families), UNKNOWN, "", line, self.script.path))
        elif name in (named := self.script.sets.get((family, table), {})):
            self.script.whole = self.script.whole and not named[name].used and what != "element"
            named[name].members.clear()

    def emptied(self, table: tuple[str, str], *, gone: bool) -> None:
        """Empties the chains of a table, or removes it with its sets."""
        for key in [key for key in self.script.chains if key[:2] == table]:
            self.script.chains[key].rules.clear()
            if gone:
                del self.script.chains[key]
        if gone:
            self.script.sets.pop(table, None)

    def define(self) -> None:
        """`define NAME = VALUE`."""
        row = self.row()
        if len(row) > 2:
            self.script.variables[row[0].text] = self.listed(row[2:])

    def listed(self, row: list[Word]) -> list[str]:
        """The members of a list or a value, variables put in."""
        found: list[str] = []
        for word in row:
            if word.text in ("{", "}", ",") and not word.quoted:
                continue
            inner = self.script.variables.get(word.text[1:]) if word.text.startswith("$") else None
            self.script.spend(len(inner) if inner else 1)
            found += [word.text] if inner is None else inner
        return found

    def table(self) -> None:
        """`table [FAMILY] NAME { ... }`."""
        family = self.take()
        if family not in FAMILIES:
            name, family = family, "ip"
        else:
            name = self.take()
        if self.at < len(self.words) and self.words[self.at].text == "{":
            self.at += 1
            while self.at < len(self.words) and self.words[self.at].text != "}":
                self.statement(family, name)
            self.at += 1

    def named(self, what: str, family: str, table: str, line: int, *, front: bool) -> None:
        """A chain, a set, its elements or a rule, in a table or with the table's name in front."""
        if not table:
            family = self.take()
            if family not in FAMILIES:
                table, family = family, "ip"
            else:
                table = self.take()
        name = self.take()
        key = (family, table, name)
        if what == "rule":
            self.rule(key, front=front)
        elif what == "chain":
            self.script.chains.setdefault(key, Chain(name, FAMILIES[family], line=line, rules=[]))
            if self.at < len(self.words) and self.words[self.at].text == "{":
                self.at += 1
                self.chain(key)
        else:
            self.members(key)

    def chain(self, key: tuple[str, str, str]) -> None:
        """The rows of a chain."""
        while self.at < len(self.words) and self.words[self.at].text != "}":
            if self.words[self.at].text == END:
                self.at += 1
            elif self.words[self.at].text == "include":
                line = self.line
                self.at += 1
                self.include(self.take(), line, self.script, key)
            else:
                self.rule(key)
        self.at += 1

    def members(self, key: tuple[str, str, str]) -> None:
        """The elements of a set or map; what else stands in it says how it is kept."""
        row = self.row()
        texts = [word.text for word in row]
        start = (
            texts.index("elements") + 1
            if "elements" in texts
            else 0
            if texts[:1] == ["{"] and "type" not in texts
            else len(row)
        )
        texts = self.listed(row[start:])
        pairs = zip(("", *texts), texts, strict=False)
        found = [text for before, text in pairs if text not in NOTED and before not in NOTED - {"=", "counter"}]
        named = self.script.sets.setdefault(key[:2], {}).setdefault(key[2], Named())
        if found and named.used and named.members:
            self.script.whole = False
        named.members += found

    def rule(self, key: tuple[str, str, str], *, front: bool = False) -> None:
        """A row of a chain: what it is hooked to, its policy, or a rule, which goes to the end or to the front."""
        line, row = self.line, self.row()
        chain = self.script.chains.setdefault(key, Chain(key[2], FAMILIES[key[0]], line=line, rules=[]))
        texts = [word.text for word in row]
        if texts[:1] == ["type"] and "hook" in texts[:-1]:
            chain.hook = texts[texts.index("hook") + 1] if texts[1:2] == ["filter"] else ""
        if texts[:1] == ["policy"] and len(texts) > 1:
            chain.policy = "drop" if texts[1] == "drop" else "accept"
        elif texts and texts[0] not in ("type", "comment"):
            if texts[0] in PLACES:
                found = [Rule(Match(families=chain.families), UNKNOWN, "", line)]
                front = True
            else:
                sets = self.script.sets.get(key[:2], {})
                found = rule(row, chain.families, self.script.variables, sets, self.script.spend)
            at = 0 if front else len(chain.rules)
            chain.rules[at:at] = [replace(each, path=self.script.path) for each in found]
