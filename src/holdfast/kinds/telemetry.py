"""`telemetry`: names and flows of a network, as a zone, a log or a list shows them."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class SeenHost(Part, frozen=True):
    """A host that looks like AI infrastructure."""

    known_by: ClassVar[tuple[str, ...]] = ("name",)
    volatile: ClassVar[frozenset[str]] = frozenset(("times", "why"))

    name: Fact[str] = UNSET
    """A name or an address."""
    why: Fact[str] = UNSET
    """Why it looks like that: a provider's domain, a word in its name, a port."""
    times: Fact[int] = UNSET
    """How often it was seen."""
    managed: Fact[bool] = UNSET
    """Whether an asset that was recorded is called so, or names it."""


class Telemetry(Kind, frozen=True):
    """A DNS zone, a log of queries or flows, or a list of names, read by `holdfast inventory --shadow --seen`."""

    kind: ClassVar[str] = "telemetry"
    volatile: ClassVar[frozenset[str]] = frozenset(("lines", "understood"))

    name: Fact[str] = UNSET
    """The name of the file."""
    lines: Fact[int] = UNSET
    """Lines that are not empty."""
    understood: Fact[int] = UNSET
    """Lines that show names, queries or flows."""
    hosts: Fact[list[SeenHost]] = UNSET
    """The hosts that look like AI infrastructure, the most often seen first."""
