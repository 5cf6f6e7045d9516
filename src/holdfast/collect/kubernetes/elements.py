"""Lists, maps and sections of an object that count only when all of them can be read.

A role whose third verb is a template, or a selector that is text instead of a map, says nothing that a rule may rely
on: where `Fields` skips what it cannot read, these answer with unobserved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.fields import TEMPLATED, Fields, written
from holdfast.core.fact import Fact, Kind
from holdfast.formats.yaml import Mapping, Sequence


class Reader(NamedTuple):
    """What one native kind becomes; `read` answers None for an object that is none of that kind after all."""

    kind: type[Kind]
    read: Callable[[Fields], Kind | None]
    partial: Callable[[str], bool] | None = None
    """Whether something else decides what an object at this path leaves out; None for never."""
    beside: bool = False
    """Whether the object's pods are workloads besides."""


Table = dict[tuple[str, str], Reader | tuple[Reader, ...]]
"""(API group, native kind) -> its reader, or several; the core group is empty."""


def stated(facts: Kind, spots: Iterable[str]) -> Kind:
    """The facts that have a place in the source, and their name; all others become unobserved."""
    known = {re.split(r"[.\[]", spot, maxsplit=1)[0] for spot in spots} | {"name", "form", "set_up_by"}
    return replace(facts, **{name: UNSET for name in facts.__struct_fields__ if name not in known})


def name_of(fields: Fields) -> Fact[str]:
    """The object's name, or the prefix from which the server makes one."""
    metadata = fields.child("metadata")
    return metadata.text("name", "name", metadata.text("generateName", "name", ""))


def namespace_of(fields: Fields) -> Fact[str]:
    """The object's namespace; None when the file leaves it open."""
    return fields.child("metadata").text("namespace", "namespace", None)


def section(fields: Fields, key: str) -> Fields | UnsetType:
    """The mapping under `key`, empty when it is missing."""
    value = fields.data.get(key)
    return UNSET if value is not None and not isinstance(value, Mapping) else fields.child(key)


def steps(fields: Fields, key: str) -> list[Fields] | UnsetType:
    """The mappings of the list under `key`, on the way to an element; their facts belong to what `fields` fills."""
    value = fields.data.get(key)
    if value is None:
        return []
    if not isinstance(value, Sequence) or not all(isinstance(item, Mapping) for item in value):
        return UNSET
    base = fields.place(key)
    return [Fields(item, f"{base}/{at}", fields.fact, fields.spots, fields.line) for at, item in enumerate(value)]


def element(fields: Fields, fact: str) -> Fields:
    """`fields` as the element `fact` (`peers[3]`), with its place noted."""
    found = Fields(fields.data, fields.pointer, fact, fields.spots, fields.line)
    found.here()
    return found


def elements(fields: Fields, key: str, fact: str) -> list[Fields] | UnsetType:
    """The mappings of the list under `key`, each the element `fact[i]`."""
    fields.get(key, fact)
    found = steps(fields, key)
    if isinstance(found, UnsetType):
        return UNSET
    return [element(item, f"{fact}[{at}]") for at, item in enumerate(found)]


def names(fields: Fields, key: str, fact: str) -> list[str] | UnsetType:
    """A list of texts; numbers and switches are written out."""
    return texts(fields.get(key, fact))


def texts(value: Any) -> list[str] | UnsetType:
    """A native list of scalars as texts; none when it is missing."""
    if value is None:
        return []
    if not isinstance(value, Sequence):
        return UNSET
    if all(type(item) is str for item in value):  # nearly always; one search is faster than one for each
        return UNSET if TEMPLATED.search("\n".join(value)) else list(value)
    return [written(item) for item in value] if all(plain(item) for item in value) else UNSET


def table(fields: Fields, key: str, fact: str) -> dict[str, str] | UnsetType:
    """A map of texts, each noted at its own place."""
    value = fields.data.get(key)
    if isinstance(value, Mapping) and not all(plain(item) for item in value.values()):
        return UNSET
    return fields.table(key, fact)


def plain(value: Any) -> bool:
    """Whether a value is a scalar that nothing fills in later."""
    if isinstance(value, str):
        return not TEMPLATED.search(value)
    return isinstance(value, int | float)


def exists(facts: Iterable[Fact[bool]]) -> bool | UnsetType:
    """Whether one of them is true; unobserved when that hangs on one that is."""
    found: bool | UnsetType = False
    for fact in facts:
        if fact is True:
            return True
        if fact is UNSET:
            found = UNSET
    return found
