"""The resources that one root module, template or program declares, and how they refer to one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET

from holdfast.collect.cloud.resource import Resource
from holdfast.core.known import Reference, Unknown, known


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

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types that are declared here, and not only looked up."""
        return (each for type in types for each in self.by_type.get(type, ()) if not each.data)

    def target(self, value: Any) -> Resource | None:
        """The resource that a value refers to."""
        return self.by_address.get(value.address) if isinstance(value, Reference) else None

    def joined(self, type: str, attribute: str, to: Resource, names: Iterable[str] = ("id", "name")) -> Joined:
        """The resources of a type whose attribute refers to another one, by reference or by one of its `names`."""
        known_names = {value for name in names if isinstance(value := known(to.attributes.get(name)), str)}
        found, complete = [], True
        for resource in self.of(type):
            answer = self._means(resource.attributes.get(attribute), to, known_names)
            if answer is None:
                complete = False
            elif answer:
                found.append(resource)
        return Joined(found, complete)

    def _means(self, value: Any, to: Resource, names: set[str]) -> bool | None:
        """Whether a value means a resource; None where it is open."""
        if isinstance(value, Reference):
            if value.address in self.by_address or value.address == to.address:
                return value.address == to.address
            return None if value.value is UNSET else known(value) in names
        value = known(value)
        if isinstance(value, str):
            return value in names
        return None if isinstance(value, Unknown) else False
