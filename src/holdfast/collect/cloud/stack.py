"""The resources that one root module, template or program declares, and how they refer to one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource
from holdfast.core.known import Reference, Text, Unknown, known

NAMING = frozenset(
    (
        *("", "id", "name", "arn", "self_link", "Ref", "Arn", "principal_id", "object_id", "client_id"),
        *("email", "member", "unique_id"),
    )
)
"""Attributes that name their own resource, or the identity it was given; any other one may name another."""


MAX_STEPS = 16
"""Most references that are followed from one to the next."""


class Joined(NamedTuple):
    """Resources that belong to another one."""

    resources: list[Resource]
    complete: bool
    """False where one more may belong to it, because what it names is open."""


class Stack:
    """Resources that are applied together."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.resources = resources
        self.by_address = {resource.address: resource for resource in resources}
        self.by_type: dict[str, list[Resource]] = {}
        for resource in resources:
            self.by_type.setdefault(resource.type, []).append(resource)
        self.asked: set[str] = set()
        """The types that somebody looked for."""
        self.sought: dict[str, set[str]] = {}
        """The types that were sought for other resources -> the addresses of those that belong, or may, to one."""

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types that are declared here, and not only looked up."""
        self.asked.update(types)
        return (each for type in types for each in self.by_type.get(type, ()) if not each.data)

    def target(self, value: Any) -> Resource | None:
        """The resource that a value refers to."""
        found = self.by_address.get(value.address) if isinstance(value, Reference) else None
        if found is not None:
            self.asked.add(found.type)
        return found

    def unasked(self) -> Iterator[Resource]:
        """The first resource of each type in each file that nobody looked for."""
        for type, resources in self.by_type.items():
            if type not in self.asked:
                yield from {each.path: each for each in reversed(resources) if not each.data}.values()

    def astray(self) -> Iterator[Resource]:
        """The resources that say something of another one which is not declared here."""
        for type, claimed in self.sought.items():
            yield from (each for each in self.by_type.get(type, ()) if not each.data and each.address not in claimed)

    def joined(self, type: str, attribute: str, to: Resource, names: Iterable[str] = ("id", "name")) -> Joined:
        """The resources of a type whose attribute refers to another one, by reference or by one of its `names`."""
        found, complete = [], True
        for resource, answer in self.matched(type, attribute, to, names):
            if answer is None:
                complete = False
            elif answer:
                found.append(resource)
        return Joined(found, complete)

    def matched(
        self, type: str, attribute: str, to: Resource, names: Iterable[str] = ("id", "name")
    ) -> Iterator[tuple[Resource, bool | None]]:
        """Each resource of a type, and whether its attribute means another one; None where it is open."""
        claimed = self.sought.setdefault(type, set())
        for resource in self.of(type):
            answer = self.means(resource.attributes.get(attribute), to, names, attribute)
            if answer is not False:
                claimed.add(resource.address)
            yield resource, answer

    def means(self, value: Any, to: Resource, names: Iterable[str] = ("id", "name"), link: str = "") -> bool | None:
        """Whether a value refers to a resource, by reference or by one of its `names`; None where it is open.

        What sets up a resource by the attribute `link` has its name (`aws_s3_bucket_policy.p.id` is the bucket's).
        """
        for _ in range(MAX_STEPS):
            if not isinstance(value, Reference):
                return self._named(value, to, names)
            if value.address == to.address:
                return True
            if value.value is UNSET:
                there = self.by_address.get(value.address)
                if there is not None and there.type.startswith(f"{to.type}_") and link in there.attributes:
                    value = there.attributes[link]
                    continue
                own = value.attribute.rpartition(".")[2] in NAMING
                return False if there is not None and (own or there.type == to.type) else None
            value = value.value
        return None

    def _named(self, value: Any, to: Resource, names: Iterable[str]) -> bool | None:
        if isinstance(value, Text):
            return self._held(value, to)
        if isinstance(value, str):
            return any(value == known(to.attributes.get(name)) for name in names)
        return None if isinstance(value, Unknown) else False

    def _held(self, value: Text, to: Resource) -> bool | None:
        """Whether text is about a resource: it holds a reference to it, and to no other one alone."""
        found = [piece for piece in value.pieces if isinstance(piece, Reference)]
        if any(piece.address == to.address for piece in found):
            return True
        return False if any(piece.address in self.by_address for piece in found) else None
