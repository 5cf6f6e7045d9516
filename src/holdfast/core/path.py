"""Attack paths: the steps from a network that strangers are in to a store of data, and what would close them."""

from __future__ import annotations

from msgspec import Struct

from holdfast.core.relation import INTERNET, RELATIONS
from holdfast.core.rule import Confidence, Severity, rank

__all__ = ["CONFIDENCES", "Cut", "Opening", "Route", "Step", "Unseen", "label", "words"]

STANDING = {
    INTERNET: "the internet",
    "zone/cluster": "the network of the cluster",
    "node/kubernetes": "a node of the cluster",
    "secrets/kubernetes": "every secret of the cluster",
    "stored_secret/kubernetes": "every secret of the cluster",
    "accounts/kubernetes": "every service account of the cluster",
    "pods/kubernetes": "every pod of the cluster",
}
"""Nodes that are no assets -> what they are called."""
HUBS = {
    "zone/cluster/": "the network of namespace ",
    "zone/group/": "the machines of security group ",
    "zone/network/": "the machines of network ",
    "secrets/kubernetes/": "every secret of namespace ",
    "stored_secret/kubernetes/": "every secret of namespace ",
    "accounts/kubernetes/": "every service account of namespace ",
    "pods/kubernetes/": "every pod of namespace ",
    "roles/": "every role of ",
}
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")


class Opening(Struct, frozen=True):
    """An open finding that lets an attacker take a step."""

    finding: str
    """Its fingerprint."""
    rule: str
    asset: str
    """Where it was found: the asset of the step, or what stands in front of it or holds it."""
    severity: Severity
    confidence: Confidence
    relations: tuple[str, ...]
    """What it opens."""
    message: str = ""
    repairable: bool = False
    """Whether `holdfast fix` closes it."""

    @property
    def strength(self) -> tuple[int, int]:
        """For comparing: how bad it is and how often such a finding is true."""
        return rank(self.severity), CONFIDENCES.index(self.confidence)

    @property
    def effort(self) -> int:
        """What closing it costs: 1 where the program does it, else 2."""
        return 1 if self.repairable else 2


class Unseen(Struct, frozen=True):
    """Why nobody would notice a step: a record that is not kept."""

    rule: str
    asset: str
    message: str = ""


class Step(Struct, frozen=True):
    """One step, in the order of control."""

    source: str
    """The asset or zone from which it is taken."""
    relation: str
    target: str
    certain: bool = True
    """Whether every fact that the step follows from was seen."""
    opened_by: tuple[Opening, ...] = ()
    """The findings of which each is enough, the worst first; empty for a step that needs none."""
    unseen: tuple[Unseen, ...] = ()


class Cut(Struct, frozen=True):
    """One thing to do so that a step is gone: repair all of its findings, or take a right away."""

    source: str
    relation: str
    target: str
    findings: tuple[Opening, ...] = ()
    """Empty for a right that is to be taken away."""
    effort: int = 0


class Route(Struct, frozen=True):
    """A way from an entry to a store that holds something."""

    entry: str
    """The first asset that is entered."""
    target: str
    data_class: str
    """`restricted`, `confidential`, `internal`, or `unknown`."""
    steps: tuple[Step, ...]
    certain: bool = True
    """Whether every step is certain; otherwise the route is possible only."""
    also: tuple[str, ...] = ()
    """Further entries whose own shortest ways end in the same steps."""
    cut: tuple[Cut, ...] = ()
    """The cheapest set of things to do after which nothing leads to the target; empty where it was not looked for."""

    @property
    def strength(self) -> tuple[int, int]:
        """How likely its weakest step is: the worst finding of each that needs one, the mildest of these."""
        return min((step.opened_by[0].strength for step in self.steps if step.opened_by), default=(0, 0))


def label(node: str) -> str:
    """What people call an asset or a zone: its kind and the last part of its id."""
    if node in STANDING:
        return STANDING[node]
    for start, words in HUBS.items():
        if node.startswith(start):
            return words + node[len(start) :]
    kind, _, rest = node.partition("/")
    return f"{kind.replace('_', ' ')} {rest.rpartition('/')[2]}"


def words(step: Step | Cut) -> str:
    """A step in words: `acts as identity trainer`."""
    return RELATIONS[step.relation].step.replace("{to}", label(step.target))
