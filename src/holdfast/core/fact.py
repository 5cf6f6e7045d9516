"""Facts: the fields of a kind, each a value, absent or unobserved.

A *value* was seen. *Absent* (`None`) means: looked, and it is not there. *Unobserved* (`UNSET`)
means: could not look. A kind is a frozen `msgspec.Struct` whose fields are `Fact[...]`; the string
under each field is its documentation, shown by `holdfast kinds show`.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar, Union

from msgspec import UNSET, Struct, UnsetType

T = TypeVar("T")

Fact = Union[T, None, UnsetType]
"""A field of a kind: a value, `None` (absent) or `UNSET` (unobserved)."""

__all__ = ["UNSET", "Definition", "Fact", "Kind", "Part", "Secret", "either", "shown"]


class Secret(str):
    """A string that may be a credential: compared as itself, always printed as a fingerprint."""

    __slots__ = ()

    def __repr__(self) -> str:
        return shown(self)

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(shown(self), spec)


def shown(value: object) -> str:
    """The text that may leave the process for `value`: a `Secret` as a short SHA-256 fingerprint."""
    if isinstance(value, Secret):
        import hashlib

        digest = hashlib.sha256(str.__str__(value).encode("utf-8", "surrogatepass")).hexdigest()
        return f"<secret sha256:{digest[:12]}>"
    return str(value)


Definition = str | tuple[str, str] | list[str]
"""A fact as CEL over the native object: its value; (whether it is there, its value); or, for a list whose elements
have several native types, one list each: the type checker of the API server refuses to join them.

`it` is the native element that the part or kind was read from, `pod` the pod spec around it.
"""


def either(*answers: Fact[bool]) -> Fact[bool]:
    """Kleene's or, where an absent fact counts as false."""
    if any(answer is True for answer in answers):
        return True
    return UNSET if any(answer is UNSET for answer in answers) else False


class Part(Struct, frozen=True):
    """An element inside a kind (a container, a volume): never an asset of its own."""

    known_by: ClassVar[tuple[str, ...]] = ("name", "path")
    """The fields that people call it by: the first that has a text, or a list of texts, is its name."""
    definitions: ClassVar[dict[str, Definition]] = {}
    """Field -> its definition, for native admission; a rule is exported when all its fields have one."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Facts that change while a finding stays the same one: ages, counts, lists of what is concerned."""


class Kind(Struct, frozen=True):
    """The typed vocabulary of one sort of asset. Subclasses document every field."""

    kind: ClassVar[str]
    """The kind's name, as rules spell it."""
    places: ClassVar[tuple[str, ...]] = ()
    """Fields (`name`, `settings.file`) that hold paths below what was examined: they count from where ids do."""
    known_by: ClassVar[tuple[str, ...]] = ("name", "product", "path")
    """The fields that people call it by: the first that has a text is its name."""
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {}
    """Field -> sources that can never show it; a rule left undecided by it is *not asked* there."""
    definitions: ClassVar[dict[str, Definition]] = {}
    """Field -> its definition, for native admission; a rule is exported when all its fields have one."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Facts that change while a finding stays the same one: ages, counts, lists of what is concerned."""
