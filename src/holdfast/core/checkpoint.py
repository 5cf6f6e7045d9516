"""The signed state of a log: origin, size and root. Source: C2SP tlog-checkpoint."""

from __future__ import annotations

from base64 import b64encode

from msgspec import Struct

__all__ = ["Checkpoint", "Note", "Signature"]


class Checkpoint(Struct, frozen=True):
    """What is signed."""

    origin: str
    """The name of the log, the same for ever."""
    size: int
    """How many entries it has."""
    root: bytes
    """The root of their tree."""
    extensions: tuple[str, ...] = ()
    """Further lines, which mean nothing here."""

    def body(self) -> bytes:
        """The text that is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines).encode()


class Signature(Struct, frozen=True):
    """A line below it."""

    name: str
    """Of the key."""
    id: bytes
    """The first four bytes of a hash of name, algorithm and public key."""
    value: bytes
    """What the key's algorithm made; for cosignatures with the time in front."""


class Note(Struct, frozen=True):
    """A checkpoint with its signatures."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]
