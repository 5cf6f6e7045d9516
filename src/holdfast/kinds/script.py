"""`script`: text that a machine runs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Script(Kind, frozen=True):
    """A shell script or systemd unit that starts a server."""

    kind: ClassVar[str] = "script"

    name: Fact[str] = UNSET
    """Its path."""
    interpreter: Fact[str] = UNSET
    """`shell` or `systemd`."""
