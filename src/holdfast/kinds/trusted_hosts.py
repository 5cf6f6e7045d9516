"""`trusted_hosts`: hosts whose users come in without any proof."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class TrustedHost(Part, frozen=True):
    """A row of the file."""

    known_by: ClassVar[tuple[str, ...]] = ("name",)

    name: Fact[str] = UNSET
    """The row as written."""
    every_host: Fact[bool] = UNSET
    """Whether it stands for every host (`+`)."""
    every_user: Fact[bool] = UNSET
    """Whether users of these hosts come in under any name (`+` behind the host)."""


class TrustedHosts(Kind, frozen=True):
    """`hosts.equiv`, `shosts.equiv`, `.rhosts` or `.shosts`.

    rsh and rlogin take them for proof; sshd does with HostbasedAuthentication, once the host's key is known.
    Source: hosts.equiv(5), rcmd(3), sshd(8).
    """

    kind: ClassVar[str] = "trusted_hosts"
    places: ClassVar[tuple[str, ...]] = ("name",)

    name: Fact[str] = UNSET
    """The file's path."""
    hosts: Fact[list[TrustedHost]] = UNSET
    """Its rows, those behind a minus left out."""
