"""Which nodes and partitions of a Slurm cluster have GPUs.

Source: slurm.conf(5) "NODE CONFIGURATION", "NODESET CONFIGURATION", "PARTITION CONFIGURATION", gres.conf(5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import UNSET, Struct

from holdfast.collect.slurm.settings import Settings
from holdfast.core.fact import Fact
from holdfast.formats.slurm.conf import Pair, Record, boolean, items
from holdfast.formats.slurm.hosts import expand
from holdfast.kinds.slurm_cluster import Partition

DEFAULT = "DEFAULT"
PIECES = frozenset(("mps", "shard"))
"""Kinds of GRES that hand out a GPU in pieces."""

MAX_FEATURES = 64
"""Features of a node that are looked at."""
NAMES = 2_000_000
"""Names of nodes that the records of a cluster stand for together; what comes after them is unobserved."""
REFUSED = 8192
"""As many names as a list costs that is malformed or too long."""


class Expanding:
    """Expands lists of nodes as long as there are names left: partitions times nodes grow with the square of a file."""

    def __init__(self) -> None:
        self.left = NAMES

    def expand(self, text: str) -> frozenset[str] | None:
        """The names that a list stands for; None where they are not known, or too many with those before."""
        if self.left <= 0:
            return None
        found = expand(text)
        self.left -= (len(text) >> 4) + (REFUSED if found is None else len(found))
        return found


class Nodes(Struct, frozen=True):
    """What the node records say."""

    names: frozenset[str]
    """The names of all nodes that could be told apart."""
    gpus: frozenset[str]
    """Those that have GPUs."""
    complete: bool
    """Whether every record could be understood."""
    any_gpu: Fact[bool]
    pieces: Fact[list[str]]
    """The kinds of GRES that hand out GPUs in pieces."""
    features: Mapping[str, frozenset[str]]
    """Feature -> nodes with GPUs that have it."""


def nodes(settings: Settings) -> Nodes:
    """The nodes of a cluster."""
    names: set[str] = set()
    with_gpus: set[str] = set()
    some_gpu = False
    pieces: set[str] = set()
    complete = settings.complete
    features: dict[str, set[str]] = {}
    expanding = Expanding()
    for pairs in _records(settings.conf.records, "nodename"):
        gres = _gres(pairs)
        if "gpu" in gres and not some_gpu:
            settings.place("gpus", pairs["gres"])
        some_gpu = some_gpu or "gpu" in gres
        pieces |= gres & PIECES
        found = expanding.expand(pairs["nodename"].value)
        complete = complete and found is not None
        names |= found or frozenset()
        if "gpu" in gres and found:
            with_gpus |= found
            for feature in _features(pairs):
                features.setdefault(feature, set()).update(found)
    types = settings.listed("grestypes", "gpus", lower=True) or []
    # Nodes that register themselves bring GPUs that no record shows.
    some_gpu = some_gpu or "gpu" in types
    return Nodes(
        names=frozenset(names),
        gpus=frozenset(with_gpus),
        complete=complete,
        any_gpu=True if some_gpu else False if settings.complete else UNSET,
        pieces=sorted(pieces | PIECES & set(types)) if settings.complete else UNSET,
        features={feature: frozenset(members) for feature, members in features.items()},
    )


def partitions(settings: Settings, known: Nodes) -> list[Partition]:
    """The partitions with what DEFAULT records give them, each with its place."""
    expanding = Expanding()
    sets = _sets(settings.conf.records, known, expanding)
    found: list[Partition] = []
    for pairs in _records(settings.conf.records, "partitionname"):
        base = f"partitions[{len(found)}]"
        settings.place(base, pairs["partitionname"])
        for key, fact in PLACED.items():
            if key in pairs:
                settings.place(f"{base}.{fact}", pairs[key])
        found.append(_partition(pairs, _has_gpus(pairs.get("nodes"), known, sets, expanding)))
    return found


PLACED = {
    "nodes": "nodes",
    "allowaccounts": "allow_accounts",
    "allowgroups": "allow_groups",
    "allowqos": "allow_qos",
    "oversubscribe": "over_subscribe",
    "shared": "over_subscribe",
    "exclusive": "exclusive",
    "exclusiveuser": "exclusive",
    "maxtime": "max_time",
    "rootonly": "root_only",
    "disablerootjobs": "disable_root_jobs",
}
"""Key of a partition record -> the fact that it states."""


def _partition(pairs: Mapping[str, Pair], gpus: Fact[bool]) -> Partition:
    def value(*keys: str, default: str = "") -> str:
        return next((pairs[key].value for key in keys if key in pairs), default)

    sharing = value("oversubscribe", "shared", default="NO").upper().partition(":")[0]
    exclusive = value("exclusive", default="NO").upper()
    if boolean(value("exclusiveuser")):
        exclusive = "USER"
    elif boolean(value("exclusivetopo")):
        exclusive = "TOPO"
    elif sharing == "EXCLUSIVE":
        exclusive = "NODE"
    return Partition(
        name=pairs["partitionname"].value,
        nodes=value("nodes") or None,
        gpus=gpus,
        state=value("state", default="UP").upper(),
        allow_accounts=_allowed(value("allowaccounts")),
        allow_groups=_allowed(value("allowgroups")),
        allow_qos=_allowed(value("allowqos")),
        root_only=boolean(value("rootonly")) is True,
        over_subscribe=sharing,
        exclusive=exclusive,
        max_time=value("maxtime", default="UNLIMITED"),
        disable_root_jobs=boolean(value("disablerootjobs")) if "disablerootjobs" in pairs else None,
    )


def _allowed(value: str) -> list[str] | None:
    """Who is named; absent where nobody is left out."""
    return None if value.upper() in ("", "ALL") else items(value)


def _records(records: Iterable[Record], key: str) -> Iterable[Mapping[str, Pair]]:
    """The records of one sort, each with what the DEFAULT records above it set."""
    defaults: dict[str, Pair] = {}
    for record in records:
        if record.first.key != key:
            continue
        if record.first.value.upper() == DEFAULT:
            defaults = {**defaults, **record.pairs}
        else:
            yield {**defaults, **record.pairs}


def _features(pairs: Mapping[str, Pair]) -> list[str]:
    """The features of a node record. Source: slurm.conf(5), Features, which may be written in the singular."""
    return next((items(pairs[key].value)[:MAX_FEATURES] for key in ("features", "feature") if key in pairs), [])


def _gres(pairs: Mapping[str, Pair]) -> set[str]:
    """The names of the generic resources of a node record: `gpu` of `gpu:a100:8(S:0-1)`."""
    return {item.partition(":")[0].lower() for item in items(pairs["gres"].value)} if "gres" in pairs else set()


class _Set(NamedTuple):
    """A node set."""

    nodes: frozenset[str]
    whole: bool
    """Whether these are all: one by feature gains others whenever a node gets the feature."""


def _sets(records: Iterable[Record], known: Nodes, expanding: Expanding) -> dict[str, _Set]:
    """Node set -> its nodes; of one by feature those that have it and GPUs."""
    found = {}
    for pairs in _records(records, "nodeset"):
        listed = expanding.expand(pairs["nodes"].value) if "nodes" in pairs else frozenset()
        feature = pairs["feature"].value if "feature" in pairs else ""
        whole = listed is not None and "nodes" in pairs and not feature
        found[pairs["nodeset"].value] = _Set((listed or frozenset()) | known.features.get(feature, frozenset()), whole)
    return found


def _has_gpus(listed: Pair | None, known: Nodes, sets: Mapping[str, _Set], expanding: Expanding) -> Fact[bool]:
    """Whether a partition's list of nodes reaches one with GPUs."""
    if listed is None or not listed.value:
        return False
    if listed.value.upper() == "ALL":
        return known.any_gpu
    names = expanding.expand(listed.value)
    members: set[str] = set()
    whole = names is not None
    for name in names or ():
        inside = sets.get(name, _Set(frozenset((name,)), whole=True))
        whole = whole and inside.whole and expanding.left > 0
        if expanding.left > 0:
            members |= inside.nodes
            expanding.left -= len(inside.nodes) if name in sets else 0
    if members & known.gpus:
        return True
    return False if whole and known.complete and members <= known.names else UNSET
