"""`/etc/nftables.conf` with its includes, iptables-save files, and firewalld of each host -> `packet_filter`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.host.firewalld import zones
from holdfast.collect.host.nft_scripts import Scripts
from holdfast.collect.host.node import below, by_root
from holdfast.collect.host.settings import unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.key_values import last
from holdfast.formats.key_values import read as read_settings
from holdfast.formats.packet_filter import iptables
from holdfast.formats.packet_filter.model import ALL_PORTS, Chain, everybody, halves, negated
from holdfast.formats.packet_filter.walk import Find, Opening, Outcome, internal, walk
from holdfast.kinds.packet_filter import OpenPorts, PacketFilter

METADATA = ("169.254.169.254", "169.254.169.254/32", "169.254.0.0/16", "fd00:ec2::254")
MAX_BASE = 100
"""Base chains of one host that are gone through, once for each family."""
FAMILIES, HOOKS = ("ipv4", "ipv6"), ("input", "forward", "output")
SAVED = {
    **dict.fromkeys(("rules.v4", "iptables", "iptables.rules", "user.rules"), "ipv4"),
    **dict.fromkeys(("rules.v6", "ip6tables", "ip6tables.rules", "user6.rules"), "ipv6"),
}
"""Files in the format of iptables-save: of Debian, RHEL and Arch, and those of ufw, the part that users write."""
UFW = {"ufw-user-input": "input", "ufw6-user-input": "input", "ufw-user-output": "output", "ufw6-user-output": "output",
       "ufw-user-forward": "forward", "ufw6-user-forward": "forward"}  # fmt: skip
"""Chains of ufw, and where they come in. Source: ufw-framework(8) of ufw 0.36."""


def read(files: Files) -> Iterator[Asset | Gap]:
    """The filter of each host whose files were found."""
    ours = [path for path in files if not path.endswith(".xml") or "firewalld" in path.split("/")]
    for root, paths in by_root(ours, "iptables", "nftables", "nftables.d", "sysconfig", "ufw", "firewalld"):
        described = [path for path in paths if path.endswith(".xml")]
        yield from zones(files, root, described)
        rules = [path for path in paths if path not in described]
        if rules:
            yield from _Host(files, root, rules, alone=not described).assets()


class _Host:
    """One host's base chains with the files that hold them."""

    def __init__(self, files: Files, root: str, paths: list[str], *, alone: bool = True) -> None:
        self.files = files
        self.root = root
        self.paths = paths
        self.alone = alone
        """Whether no other program keeps rules on the host."""
        self.found: dict[tuple[str, str], list[tuple[Outcome, str]]] = {}
        """(hook, family) -> what becomes of connections there, with the file."""
        self.gaps: list[Gap] = []
        self.spots: dict[str, Spot] = {}
        self.whole = True
        self.scripts = Scripts(files)
        self.chains = 0
        """Base chains that were gone through."""

    def assets(self) -> Iterator[Asset | Gap]:
        """The filter, and what could not be read."""
        saved: set[str] = set()
        parts = [path for path in self.paths if path.endswith(".nft")]
        for path in self.paths:
            name = path.rpartition("/")[2]
            if name in SAVED:
                saved.add(SAVED[name])
                self.saved(path, SAVED[name])
            elif path not in parts:
                self.script(path)
        if len(parts) == len(self.paths):
            for path in parts:
                self.part(path)
        yield from (*self.scripts.gaps, *self.gaps)
        if not self.found and (not self.whole or parts or not self.alone):
            return
        spots = {"": Spot(1, 1), **self.spots}
        facts = self.facts(saved, spots)
        yield Asset(f"packet_filter/{self.root}filter", facts, self.files.source, self.paths[0], spots)

    def saved(self, path: str, family: str) -> None:
        """Takes in an iptables-save file."""
        data = self.files.members[path]
        try:
            chains = iptables.read(data, family=family)
        except FormatError as error:
            self.broken(path, data, "rules of iptables", error)
            return
        ours = path.endswith(("user.rules", "user6.rules"))
        if ours and self.setting("etc/ufw/ufw.conf", "enabled") == "NO":
            return
        for name, hook in UFW.items():
            if ours and name in chains:
                chains[name].hook = hook
                chains[name].policy = self.rest(hook)
        self.walk(list(chains.values()), chains.get, (family,), path)

    def setting(self, path: str, key: str) -> str:
        """A setting of ufw in upper case, empty where it is not there or cannot be read."""
        data = self.files.read(below(self.files, self.root, path)) or b""
        try:
            found = last(read_settings(data))
        except FormatError:
            return ""
        return found[key].value.strip("\"'").upper() if key in found else ""

    def rest(self, hook: str) -> str:
        """What ufw does with what no rule names.

        Source: ufw(8) of ufw 0.36: incoming and forwarded packets are dropped, outgoing ones accepted.
        """
        given = self.setting("etc/default/ufw", f"default_{hook}_policy")
        return "accept" if (given or ("ACCEPT" if hook == "output" else "DROP")) == "ACCEPT" else "drop"

    def script(self, path: str) -> None:
        """Takes in an nftables script with what it includes."""
        script = self.scripts.read(path)
        self.whole = self.whole and script.whole and self.scripts.whole
        tables: dict[tuple[str, str], dict[str, Chain]] = {}
        for key, chain in script.chains.items():
            tables.setdefault(key[:2], {})[key[2]] = chain
        for inside in tables.values():
            self.walk(list(inside.values()), inside.get, FAMILIES, path)

    def part(self, path: str) -> None:
        """Takes in a script that others include, where none of those is here."""
        if path in self.scripts.seen:
            return
        before = len(self.found)
        self.script(path)
        if len(self.found) == before and self.whole:
            self.gaps.append(Gap(path, "the file that includes these rules is not here", "left_out"))

    def broken(self, path: str, data: bytes, what: str, error: FormatError) -> None:
        """Notes a file that cannot be read; what it filters is open from then on."""
        self.whole = False
        self.gaps.append(unreadable(path, data, what, error))

    def walk(self, chains: list[Chain], find: Find, families: tuple[str, ...], path: str) -> None:
        """Goes through every base chain."""
        for chain in chains:
            for family in families:
                if chain.hook in HOOKS and family in chain.families:
                    self.chains += 1
                    if self.chains > MAX_BASE * len(FAMILIES):
                        self.whole = False
                        return
                    self.found.setdefault((chain.hook, family), []).append((walk(chain, find, family), path))
                    if len(self.scripts.seen) <= 1:  # of a file that another one includes, the line alone says little
                        self.spots.setdefault(f"{family}_{chain.hook}", Spot(chain.line, 1, "", path))

    def facts(self, saved: set[str], spots: dict[str, Spot]) -> PacketFilter:
        """What the chains come to."""
        incoming = [each for family in FAMILIES for each in self.found.get(("input", family), ())]
        blocked = [each for (hook, _), found in self.found.items() if hook != "input" for each in found]
        defaults = {(hook, family): self.default(hook, family, saved) for hook in HOOKS for family in FAMILIES}
        dropping = any(outcome.default == "drop" or outcome.rules for outcome, _ in incoming)
        return PacketFilter(
            name=self.root or ".",
            filters=dropping if self.whole else True if dropping else UNSET,
            ipv4_input=defaults["input", "ipv4"],
            ipv6_input=defaults["input", "ipv6"],
            ipv4_forward=defaults["forward", "ipv4"],
            ipv6_forward=defaults["forward", "ipv6"],
            ipv4_output=defaults["output", "ipv4"],
            ipv6_output=defaults["output", "ipv6"],
            openings=self.openings(spots),
            metadata_blocked=self.known(any(name in METADATA for outcome, _ in blocked for name in outcome.blocked)),
        )

    def known(self, answer: bool) -> Fact[bool]:
        """An answer that only holds when all was read, unless what was read is enough."""
        whole = self.whole and all(outcome.whole for found in self.found.values() for outcome, _ in found)
        return True if answer else False if whole else UNSET

    def default(self, hook: str, family: str, saved: set[str]) -> Fact[str]:
        """What becomes of the rest: dropped where any chain drops it; unknown where none of the family was seen."""
        found = self.found.get((hook, family), [])
        if any(outcome.default == "drop" and outcome.whole for outcome, _ in found):
            return "drop"
        if not self.whole or not all(outcome.whole for outcome, _ in found):
            return UNSET
        alone = saved and not self.scripts.seen and family not in saved and self.files.host is None
        return UNSET if alone else "accept"

    def openings(self, spots: dict[str, Spot]) -> Fact[list[OpenPorts]]:
        """What is opened in chains that drop the rest; where several do, each has to open it."""
        made: list[OpenPorts] = []
        rows: dict[tuple[Opening, str], int] = {}
        shares: dict[Opening, set[int]] = {}
        for family in FAMILIES:
            found = self.found.get(("input", family), [])
            deciding = [each for each in found if each[0].default == "drop"] or found
            if not self.whole or not all(outcome.whole for outcome, _ in found) or len(deciding) > 1:
                return UNSET
            for outcome, path in deciding:
                for opening in outcome.openings:
                    known = (opening._replace(family=""), path)
                    if known in rows:  # one row of a table for both families
                        made[rows[known]] = replace(made[rows[known]], family="inet")
                        continue
                    rows[known] = len(made)
                    spots[f"openings[{len(made)}]"] = Spot(opening.line, 1, "", opening.path or path)
                    made.append(_ports(_joined(opening, shares)))
        return _told_apart(made, spots)


def _told_apart(made: list[OpenPorts], spots: dict[str, Spot]) -> list[OpenPorts]:
    """Names the family where a row of a table for both opens more to one: `ip saddr` says nothing of IPv6."""
    first = {(each.name, spots[f"openings[{at}]"]) for at, each in enumerate(made) if each.family == "ipv4"}
    return [
        replace(each, name=f"{each.name} over IPv6")
        if each.family == "ipv6" and (each.name, spots[f"openings[{at}]"]) in first
        else each
        for at, each in enumerate(made)
    ]


def _joined(opening: Opening, shares: dict[Opening, set[int]]) -> Opening:
    """An opening for everybody where it adds the other half of the addresses to one before it."""
    half = halves(opening.sources or ())
    if not half:
        return opening
    share = shares.setdefault(opening._replace(sources=None, line=0, path=""), set())
    share |= half
    return opening._replace(sources=None) if share >= {0, 1} or share >= {2, 3} else opening


def _anywhere(each: Opening) -> Fact[bool]:
    """Whether strangers come in: not by interfaces of the host's own networks; by others they may."""
    way, sources = each.interface or "", each.sources
    if not (sources is None or negated(sources) or everybody(sources)):
        return False
    if way and not way.startswith("!") and internal(way):
        return False
    return True if each.sure and not way else UNSET


def _ports(each: Opening) -> OpenPorts:
    every = (each.first, each.last) == ALL_PORTS[0]
    span = str(each.first) if each.first == each.last else "every port" if every else f"{each.first}-{each.last}"
    return OpenPorts(
        name=f"{each.protocol} {span}",
        family=each.family,
        protocol=each.protocol,
        first=each.first,
        last=each.last,
        sources=list(each.sources or ()),
        interface=each.interface,
        anywhere=_anywhere(each),
    )
