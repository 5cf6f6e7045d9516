"""Signs and verifies checkpoints with Ed25519 and ML-DSA-44; private keys and the time come in as arguments.

Source: C2SP signed-note (type 1) and tlog-cosignature (types 4 and 6); RFC 8032; FIPS 204.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

from holdfast.core.checkpoint import Checkpoint, Note, Signature

__all__ = ["COSIGNATURE", "ED25519", "ML_DSA_44", "SEED", "Signer", "Verifier", "key_id", "signed_by"]

ED25519, COSIGNATURE, ML_DSA_44 = 0x01, 0x04, 0x06
"""The algorithms by the byte that stands for them in keys."""
PUBLIC = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}
"""Bytes of a public key."""
VALUE = {ED25519: 64, COSIGNATURE: 72, ML_DSA_44: 2428}
"""Bytes of a signature, with its time."""
SEED = 32
"""Bytes of a private key, of all three."""
TIME = struct.Struct(">Q")


def key_id(name: str, type: int, public: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return hashlib.sha256(f"{name}\n".encode() + bytes([type]) + public).digest()[:4]


class Verifier(NamedTuple):
    """A public key and the name of whose it is."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        """What its signatures carry."""
        return key_id(self.name, self.type, self.public)

    def usable(self) -> bool:
        """Whether the algorithm is one of ours and the key has its length."""
        return len(self.public) == PUBLIC.get(self.type)

    def time(self, checkpoint: Checkpoint, value: bytes) -> int | None:
        """The second since 1970 that a signature states, 0 for those that state none; None where it does not verify."""
        from cryptography.exceptions import InvalidSignature

        if not self.usable() or len(value) != VALUE[self.type]:
            return None
        at = 0 if self.type == ED25519 else TIME.unpack_from(value)[0]
        try:
            message = _message(self.name, self.type, checkpoint, at)
            self._loaded().verify(value if self.type == ED25519 else value[TIME.size :], message)
        except (InvalidSignature, ValueError):
            return None
        return int(at)

    def _loaded(self) -> Any:
        if self.type == ML_DSA_44:
            from cryptography.hazmat.primitives.asymmetric import mldsa

            return mldsa.MLDSA44PublicKey.from_public_bytes(self.public)
        from cryptography.hazmat.primitives.asymmetric import ed25519

        return ed25519.Ed25519PublicKey.from_public_bytes(self.public)


class Signer:
    """A private key: 32 bytes, the seed of RFC 8032 or of FIPS 204."""

    def __init__(self, name: str, type: int, seed: bytes) -> None:
        if type == ML_DSA_44:
            from cryptography.hazmat.primitives.asymmetric import mldsa

            self._key: Any = mldsa.MLDSA44PrivateKey.from_seed_bytes(seed)
        else:
            from cryptography.hazmat.primitives.asymmetric import ed25519

            self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, type, self._key.public_key().public_bytes_raw())
        self.seed = seed
        self.id = self.verifier.id

    def sign(self, checkpoint: Checkpoint, seconds: int) -> Signature:
        """A line for a note; `seconds` since 1970 stand in cosignatures. Raises ValueError for too long a name."""
        name, type, _ = self.verifier
        value = self._key.sign(_message(name, type, checkpoint, seconds))
        return Signature(name, self.id, value if type == ED25519 else TIME.pack(seconds) + value)


def _message(name: str, type: int, checkpoint: Checkpoint, seconds: int) -> bytes:
    if type == ED25519:
        return checkpoint.body()
    if seconds >> 63:
        raise ValueError("a time after the end of time")
    if type == COSIGNATURE:
        return f"cosignature/v1\ntime {seconds}\n".encode() + checkpoint.body()
    return b"".join(
        (
            b"subtree/v1\n\0",
            _counted(name),
            TIME.pack(seconds),
            _counted(checkpoint.origin),
            TIME.pack(0),
            TIME.pack(checkpoint.size),
            checkpoint.root,
        )
    )


def _counted(text: str) -> bytes:
    data = text.encode()
    if not 0 < len(data) < 256:
        raise ValueError("this algorithm takes names of 1 to 255 bytes")
    return bytes([len(data)]) + data


def signed_by(note: Note, verifiers: Iterable[Verifier]) -> list[Verifier] | None:
    """Which of these keys signed a note; None where one that is known signed wrongly, which spoils all of it."""
    found = []
    known = {(verifier.name, verifier.id): verifier for verifier in verifiers}
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.id))
        if verifier is None:
            continue
        if verifier.time(note.checkpoint, signature.value) is None:
            return None
        found.append(verifier)
    return found
