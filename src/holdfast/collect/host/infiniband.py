"""`opensm.conf`, `partitions.conf` and UFM's `gv.cfg` -> `subnet_manager`."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UNSET

from holdfast.core.asset import Spot
from holdfast.core.fact import Fact
from holdfast.formats import key_values, opensm
from holdfast.kinds.subnet_manager import SubnetManager

NAMES = frozenset(("opensm.conf", "partitions.conf", "gv.cfg"))
TRUE, FALSE = frozenset(("true", "yes", "1")), frozenset(("false", "no", "0"))
EVERYONE = frozenset(("ALL", "ALL_CAS"))
"""Members that stand for every host."""
FULL = frozenset(("full", "both"))
REQUEST_KEY = 1
FACTS = {
    "m_key": "management_key",
    "m_key_per_port": "management_key",
    "m_key_protection_level": "management_key_level",
    "sa_key": "request_key_default",
    "console": "console_open",
    "part_enforce": "partitions_enforced",
    "no_partition_enforcement": "partitions_enforced",
    "default_membership": "everyone_full",
}


class Found(NamedTuple):
    """The facts of a file with their places; all else another file decides."""

    facts: SubnetManager
    spots: dict[str, Spot]


def read(name: str, data: bytes) -> Found:
    """The facts of a file by its name. Raises FormatError."""
    if name == "partitions.conf":
        return _partitions(data)
    if name == "opensm.conf":
        found = {key: (option.value, option.line) for key, option in opensm.options(data).items()}
        facts = _options({key: value for key, (value, _) in found.items()})
    else:
        found = {key: (row.value, row.line) for key, row in key_values.last(key_values.read(data)).items()}
        facts = _ufm({key: value for key, (value, _) in found.items()})
    spots = {"": Spot(1, 1)}
    for key, fact in FACTS.items():
        if key in found:
            spots[fact] = Spot(found[key][1], 1)
    for fact in ("management_key", "management_key_level", "request_key_default", "partitions_enforced"):
        if getattr(facts, fact) is not UNSET:
            spots.setdefault(fact, Spot(1, 1))
    return Found(facts, spots)


def _options(found: dict[str, str]) -> SubnetManager:
    """OpenSM's options with its defaults: no key, level 0, request key 1, partitions enforced both ways."""
    key, per_port = opensm.number(found.get("m_key", "0")), _switch(found.get("m_key_per_port", "FALSE"))
    level, request = opensm.number(found.get("m_key_protection_level", "0")), opensm.number(found.get("sa_key", "1"))
    off = _switch(found.get("no_partition_enforcement", "FALSE"))
    return SubnetManager(
        name="opensm",
        management_key=True if per_port is True else UNSET if key is None else key != 0,
        management_key_level=UNSET if level is None else level,
        request_key_default=UNSET if request is None else request == REQUEST_KEY,
        console_open=found.get("console", "off") == "socket",
        partitions_enforced=UNSET if off is UNSET else off is False and found.get("part_enforce", "both") != "off",
    )


def _ufm(found: dict[str, str]) -> SubnetManager:
    """UFM's settings that decide something by themselves."""
    member = found.get("default_membership", "").lower()
    return SubnetManager(
        name="ufm",
        management_key=True if _switch(found.get("m_key_per_port", "")) is True else UNSET,
        everyone_full={"full": True, "limited": False}.get(member, UNSET),
    )


def _partitions(data: bytes) -> Found:
    """Who is in which partition; a file without the default one makes every port a limited member of it."""
    spots = {"": Spot(1, 1), "partitions": Spot(1, 1), "everyone_full": Spot(1, 1)}
    others: dict[str, None] = {}
    everyone = False
    for partition in opensm.partitions(data):
        if partition.key != opensm.DEFAULT_KEY:
            others.setdefault("auto" if partition.key is None else hex(partition.key))
            continue
        for member in partition.members:
            if member.who in EVERYONE and member.membership in FULL:
                everyone = True
                spots["everyone_full"] = Spot(member.line, 1)
    return Found(SubnetManager(name="opensm", partitions=list(others), everyone_full=everyone), spots)


def _switch(text: str) -> Fact[bool]:
    word = text.lower()
    return True if word in TRUE else False if word in FALSE else UNSET
