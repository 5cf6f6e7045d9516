"""`logging`: where a host's messages go."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class LogTarget(Part, frozen=True):
    """Another host that gets messages."""

    known_by: ClassVar[tuple[str, ...]] = ("address",)

    address: Fact[str] = UNSET
    """`host:port` or a URL."""
    protocol: Fact[str] = UNSET
    """`udp`, `tcp`, `relp`, `https`, `http`."""
    tls: Fact[bool] = UNSET
    """Whether the way there is encrypted."""
    anonymous: Fact[bool] = UNSET
    """Whether any certificate of the receiver does (`StreamDriverAuthMode="anon"`)."""
    loopback: Fact[bool] = UNSET
    """Whether it is the host itself."""


class LogSource(Part, frozen=True):
    """A port on which messages of other hosts are taken."""

    known_by: ClassVar[tuple[str, ...]] = ("name",)

    name: Fact[str] = UNSET
    """Module and port: `imtcp 514`."""
    tls: Fact[bool] = UNSET
    """Whether it asks for TLS."""
    loopback: Fact[bool] = UNSET
    """Whether only the host itself can reach it."""


class Logging(Kind, frozen=True):
    """rsyslog and journald as the host's files set them up."""

    kind: ClassVar[str] = "logging"
    places: ClassVar[tuple[str, ...]] = ("name",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "ships": frozenset({"config"}),
        "journal": frozenset({"config", "host"}),
    }

    name: Fact[str] = UNSET
    """The folder that holds the host's `etc`."""
    targets: Fact[list[LogTarget]] = UNSET
    """Where messages are sent."""
    ships: Fact[bool] = UNSET
    """Whether messages leave the host, by one of these or by an agent whose folder lies in `etc`."""
    takes_from_others: Fact[bool] = UNSET
    """Whether messages of other hosts are taken."""
    journal: Fact[str] = UNSET
    """`persistent`, `volatile`, `auto` or `none`."""
    own_programs: Fact[list[str]] = UNSET
    """Programs to which rsyslog hands messages, as root, though they lie where plain users write."""
    sources: Fact[list[LogSource]] = UNSET
    """The ports on which rsyslog takes messages of others."""
