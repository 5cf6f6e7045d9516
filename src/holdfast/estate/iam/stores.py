"""What an identity may do with one store that is declared beside it: its own policies, then the store's.

Who reads and writes is asked for one object of the store that no policy names, and for one in each folder that a policy
names: whoever reads a part reads it. A policy that nobody has seen is not
assumed to deny, and not to grant either. Policies of organisations, of keys and of endpoints are not counted.

Sources: as for `abilities.py`; AWS IAM User Guide, "Identity-based policies and resource-based policies".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from holdfast.core.fact import Kind
from holdfast.core.statement import Statement, holes, without_holes
from holdfast.estate.iam import google
from holdfast.estate.iam.abilities import Need, X
from holdfast.estate.iam.google_public import HERE, OBJECT, READING, WRITING
from holdfast.estate.iam.guarding import Guard
from holdfast.estate.iam.powers import Amazon
from holdfast.estate.iam.truth import FALSE, Truth, every, some, unknown
from holdfast.estate.iam.wanted import READS_WRITES, SAME, Named, by_itself, paths, sorts
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.identity import Identity
from holdfast.kinds.managed_secret import ManagedSecret

MAX_KEYS = 8
"""Most objects of one bucket that are asked for."""
NAMELESS = "\ue000" * 40
"""Stands for the name of a store that the provider makes up: only wildcards and references match it."""


class Holder:
    """One identity, asked about many stores."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.statements: Sequence[Statement] = identity.statements if isinstance(identity.statements, list) else ()
        self.words = frozenset(_services(self.statements))
        self.guard = Guard(identity)
        self.amazon: Amazon | None = None

    def may(self, store: Kind, apart: bool | None, address: str = "") -> Iterator[tuple[str, bool]]:
        """`reads` and `writes` as far as it may, each with whether that is certain.

        `apart` is whether the store lies in another account, where both sides must allow; None where nobody knows.
        `address` is where the store is declared, if that is beside the identity.
        """
        if self.identity.provider == "aws":
            yield from self._amazon(store, unknown("one of the accounts") if apart is None else Truth(apart), address)
        elif self.identity.provider == "google" and isinstance(store, Bucket):
            yield from self._google(store)
        else:
            yield from self._everything(store)

    def _everything(self, store: Kind) -> Iterator[tuple[str, bool]]:
        """By the powers over all stores of a sort."""
        own = self.identity
        if isinstance(store, Bucket):
            found = {"reads": own.reads_every_bucket, "writes": own.writes_every_bucket}
        else:
            found = {"reads": own.reads_every_secret if isinstance(store, ManagedSecret) else False}
        yield from ((relation, True) for relation, power in found.items() if power is True)

    def _google(self, bucket: Bucket) -> Iterator[tuple[str, bool]]:
        policy = bucket.policy if isinstance(bucket.policy, list) else []
        own = [replace(each, resources=[HERE]) for each in policy]
        member = f"serviceAccount:{self.identity.identifier}"
        powers = {"reads": self.identity.reads_every_bucket, "writes": self.identity.writes_every_bucket}
        for relation, permission in (("reads", READING[0]), ("writes", WRITING[0])):
            request = google.GoogleRequest(permission, [HERE], member, groups=[], resource=OBJECT)
            if powers[relation] is True or google.decide(request, own).effect == "allow":
                yield relation, True

    def _amazon(self, store: Kind, apart: Truth, address: str) -> Iterator[tuple[str, bool]]:
        said, named = getattr(store, "policy", None), getattr(store, "name", None)
        name = named if isinstance(named, str) and not holes(named) else NAMELESS
        if sorts(store) == ("parameter",):
            name = name.lstrip("/")  # in ARNs one slash stands before every name
        found = Named(name, address, sorts(store))
        policy: Sequence[Statement] = found.settled(said) if isinstance(said, list) else ()
        statements = found.settled(self.statements)
        bucket = isinstance(store, Bucket)
        keys = _keys([*statements, *policy], name) if bucket else ["{x}"]
        for relation in ("reads", "writes"):
            needs = list(_needs(found.sorts, relation, name, keys, [*statements, *policy]))
            own = self._by_own_policies(statements, needs, whole=not policy)
            if not policy:
                answer = every((own[0], apart.negated))
            else:
                things = [name + need.resource.removeprefix(f"s3:::{name}") if bucket else "" for need in needs]
                answer = some(
                    self._by_both(each, need.action, policy, thing, apart)
                    for each, need, thing in zip(own, needs, things, strict=True)
                )
            if answer.value is not False:
                yield relation, answer.value is True

    def _by_own_policies(self, statements: Sequence[Statement], needs: Sequence[Need], *, whole: bool) -> list[Truth]:
        """What its own policies answer to each need; with `whole`, whether they grant one of them."""
        services = {need.action.partition(":")[0] for need in needs}
        if self.words.isdisjoint((*services, "*")):
            return [FALSE] if whole else [FALSE for _ in needs]
        amazon = self.amazon if statements is self.statements else None
        if amazon is None:
            # What was not seen neither grants nor denies, so the answer is that of what was.
            amazon = Amazon(replace(self.identity, statements_complete=True), statements)
        if statements is self.statements:
            self.amazon = amazon
        ways = tuple((need,) for need in needs)
        return [amazon.has(ways)] if whole else [amazon.has((way,)) for way in ways]

    def _by_both(self, own: Truth, action: str, policy: Sequence[Statement], thing: str, apart: Truth) -> Truth:
        """What an identity's policies and a store's own come to, for one thing in the store."""
        thing = thing.replace("{x}", X)
        denied = self.guard.says("Deny", policy, action, thing)
        if denied.value:
            return FALSE
        admitted = self.guard.says("Allow", policy, action, thing)
        inside, across = some((own, admitted)), every((own, admitted))
        allowed = some((every((inside, apart.negated)), across))
        return every((allowed, denied.negated))


def _needs(
    sorts: Sequence[str], relation: str, name: str, keys: Sequence[str], policies: Sequence[Statement]
) -> Iterator[Need]:
    """What it takes to read or write a store, one of several."""
    for action, arn in (form for sort in sorts for form in READS_WRITES[sort].get(relation, ())):
        if action not in SAME or by_itself(policies, action):
            for path in paths(name) if "{p}" in arn else ("",):
                for key in keys:
                    yield Need(action, arn.replace("{n}", name).replace("{p}", path).replace("{x}", key))


def _keys(statements: Sequence[Statement], bucket: str) -> list[str]:
    """Objects that stand for all that the policies tell apart: any one, and one of each folder named."""
    found = {"{x}": None}
    for statement in statements:
        listed = (statement.resources, statement.not_resources)
        for pattern in (each for patterns in listed if isinstance(patterns, list) for each in patterns):
            start, slash, key = pattern.rpartition(":")[2].partition("/")
            if slash and (start == bucket or statement.principals is not None):
                found[without_holes(key, "{x}").replace("*", "{x}").replace("?", "x")] = None
    return list(islice(found, MAX_KEYS))


def _services(statements: Sequence[Statement]) -> Iterator[str]:
    """The services of which statements may grant something; `*` for any."""
    for statement in statements:
        if statement.effect == "Deny":
            continue
        for action in statement.actions if isinstance(statement.actions, list) else ["*"]:
            service = action.partition(":")[0].lower()
            yield "*" if set(service) & set("*?$") else service
