"""The resources that one root module, template or program declares, and how they refer to one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource
from holdfast.core.known import Reference, Text, Unknown, known

Found = TypeVar("Found")
NAMING = frozenset(
    (
        *("", "id", "name", "arn", "self_link", "bucket", "Ref", "Arn", "principal_id", "object_id", "client_id"),
        *("email", "member", "unique_id"),
    )
)
"""Attributes that name their own resource, or the identity it was given; any other one may name another."""


MAX_STEPS = 16
"""Most references that are followed from one to the next."""
MAX_OPEN = 50
"""Most resources that may belong to another one, because what they name is open, that are looked at for each."""


class Links(NamedTuple):
    """What one attribute of the resources of a type names, so that nobody compares every resource with every other."""

    named: dict[str, list[int]]
    """Address or text -> the positions of the resources whose attribute leads to it."""
    open: list[int]
    """The positions of those whose attribute may name anything."""


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
        self.links: dict[tuple[str, str], Links] = {}
        self.told: dict[Callable[[Stack], Any], Any] = {}
        self.sought: dict[str, set[str]] = {}
        """The types that were sought for other resources -> the addresses of those that belong, or may, to one."""

    def once(self, of_all: Callable[[Stack], Found]) -> Found:
        """What a function or class makes of the whole stack, made once."""
        if of_all not in self.told:
            self.told[of_all] = of_all(self)
        found: Found = self.told[of_all]
        return found

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
        found, complete = [], not to.elsewhere and self.all_looked_at(type, attribute)
        for resource, answer in self.matched(type, attribute, to, names):
            if answer is None:
                complete = False
            elif answer:
                found.append(resource)
        return Joined(found, complete)

    def matched(
        self, type: str, attribute: str, to: Resource, names: Iterable[str] = ("id", "name")
    ) -> Iterator[tuple[Resource, bool | None]]:
        """The resources of a type whose attribute means another one, or may: None where it is open."""
        claimed = self.sought.setdefault(type, set())
        resources = list(self.of(type))
        links = self._links(type, attribute, resources)
        meant = {to.address, *(text for name in names if isinstance(text := known(to.attributes.get(name)), str))}
        at = {position for each in meant for position in links.named.get(each, ())}
        claimed.update(resources[position].address for position in links.open)
        for position in sorted(at.union(links.open[:MAX_OPEN])):
            resource = resources[position]
            answer = self.means(resource.attributes.get(attribute), to, names, attribute)
            if answer is not False:
                claimed.add(resource.address)
                yield resource, answer

    def all_looked_at(self, type: str, attribute: str) -> bool:
        """Whether `matched` looks at every resource of a type that may belong to another one."""
        return len(self._links(type, attribute, list(self.of(type))).open) <= MAX_OPEN

    def _links(self, type: str, attribute: str, resources: Sequence[Resource]) -> Links:
        """What the attribute names; whatever `means` may answer with True or None is here."""
        found = self.links.get((type, attribute))
        if found is None:
            found = self.links[type, attribute] = Links({}, [])
            for position, resource in enumerate(resources):
                keys, is_open = self.names(resource.attributes.get(attribute), attribute)
                for key in keys:
                    found.named.setdefault(key, []).append(position)
                if is_open:
                    found.open.append(position)
        return found

    def names(self, value: Any, link: str) -> tuple[set[str], bool]:
        """Addresses and texts that a value leads to, and whether it may lead anywhere."""
        found: set[str] = set()
        anywhere = False
        for _ in range(MAX_STEPS):
            if not isinstance(value, Reference):
                pieces = value.pieces if isinstance(value, Text) else ()
                held = {piece.address for piece in pieces if isinstance(piece, Reference)}
                text = {value} if isinstance(value, str) else set()
                nowhere = held.isdisjoint(self.by_address) if pieces else isinstance(value, Unknown)
                return found | held | text, anywhere or nowhere
            found.add(value.address)
            there = self.by_address.get(value.address)
            if value.value is not UNSET:
                value = value.value
                continue
            anywhere = anywhere or there is None or value.attribute.rpartition(".")[2] not in NAMING
            if there is None or link not in there.attributes:
                return found, anywhere
            value = there.attributes[link]  # only where its type fits, which `means` knows
        return found, True

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
