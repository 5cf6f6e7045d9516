"""The relations between assets: what each means, which way an attacker's control flows over it, and what it takes.

An edge says what *is* so: a server runs on a machine. A step is what an attacker *does* with it: who controls the
server acts with what the machine may do. Some steps need a finding that opens them; the others follow from rights that
were given. What a rule opens is one of the relations here.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["INTERNET", "OPENING", "RELATIONS", "Relation"]

Flow = Literal["along", "against", "none"]
INTERNET = "zone/internet"
"""The zone where every entry from outside starts."""
GRANT = 5
"""Effort of taking a right away: somebody must find out who needs it."""


class Relation(Struct, frozen=True):
    """One relation, as data."""

    meaning: str
    """`A RELATION B`, in words."""
    flow: Flow
    """Which way control flows: from the source to the target, from the target to the source, or not at all."""
    step: str
    """What an attacker does, `{to}` being where it leads."""
    opened_for: tuple[str, ...] = ()
    """Kinds of the source for which the step needs a finding that opens it; `*` for every kind."""
    effort: int = 0
    """What cutting it costs where no finding opens it; 0 where it cannot be cut."""
    takes: bool = False
    """Whether the step ends in the data of its target, rather than in control over it."""

    def needs_finding(self, kind: str) -> bool:
        """Whether a step from an edge with such a source needs a finding that opens it."""
        return "*" in self.opened_for or kind in self.opened_for


RELATIONS: dict[str, Relation] = {
    "reachable_from": Relation(
        "an asset is reached from a zone of the network, past every filter that was seen",
        "against",
        "gets into {to}",
        opened_for=("*",),
    ),
    "in_zone": Relation("what runs there sends packets from a zone", "along", "speaks from {to}"),
    "behind": Relation("a service, route or workload stands in front of an asset, or holds it", "none", ""),
    "runs_on": Relation(
        "a program runs in a container, or a container on a machine",
        "along",
        "acts on {to}",
        opened_for=("workload",),
    ),
    "hosts": Relation("a machine runs a workload, and whoever owns it owns that", "along", "owns {to}"),
    "assumes": Relation("something acts as an identity", "along", "acts as {to}", effort=GRANT),
    "commands": Relation(
        "an identity may run what it likes in a workload or on a machine",
        "along",
        "runs commands on {to}",
        effort=GRANT,
    ),
    "reads": Relation("an identity may read what a store holds", "along", "reads {to}", effort=GRANT, takes=True),
    "writes": Relation(
        "an identity may write, replace or send what a store holds", "along", "writes to {to}", effort=GRANT, takes=True
    ),
    "mounts": Relation("a workload has a store mounted", "along", "reads {to}", effort=GRANT, takes=True),
    "holds_credential": Relation(
        "a secret, or what has it in its environment, opens an asset", "along", "logs in to {to}", effort=GRANT
    ),
    "serves": Relation("a server hands out a model", "along", "takes {to}", takes=True),
    "derived_from": Relation("a model or store was made from another, and carries what that holds", "none", ""),
}
"""Name -> relation."""
OPENING = tuple(name for name, relation in RELATIONS.items() if relation.opened_for)
"""The relations that a rule can open."""
