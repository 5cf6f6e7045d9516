"""What the ledger seals: the envelope, which is the leaf of the tree and says nothing about anybody.

The payload stands apart. The envelope holds a commitment to it under a random salt, so that payload and salt can be
erased without breaking a proof, and so that nobody can guess a short payload from what stays.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta, Struct

from holdfast.core.errors import FormatError

__all__ = [
    "KEPT",
    "KINDS",
    "LONGEST",
    "SALT",
    "Envelope",
    "Kind",
    "Record",
    "commitment",
    "decode",
    "decode_all",
    "encode",
    "pseudonym",
]

Kind = Literal[
    "run",
    "finding",
    "suppression",
    "decision",
    "response",
    "approval",
    "attestation",
    "erasure",
    "key",
    "retention",
    "start",
]
KINDS: tuple[str, ...] = get_args(Kind)
"""What an entry can be about; a name is never given another meaning."""
KEPT = ("erasure", "key", "retention", "start")
"""Kinds whose payload is never erased: the others are judged by it."""
SALT = 32
"""Bytes of a salt."""
SUBJECTS = (0, 32)
"""Hexadecimal digits of a subject."""
LONGEST = 16 << 20
"""Bytes of a payload at most; what is longer is stored elsewhere and sealed by its digest."""
PSEUDONYM = re.compile(r"[0-9a-f]{32}")
HEX = re.compile(r"[0-9a-f]+")
INNER, OUTER = bytes(byte ^ 0x36 for byte in range(256)), bytes(byte ^ 0x5C for byte in range(256))
INNER_REST, OUTER_REST = b"\x36" * (64 - SALT), b"\x5c" * (64 - SALT)

Natural = Annotated[int, Meta(ge=0)]
Id = Annotated[str, Meta(min_length=16, max_length=16)]
Pseudonym = Annotated[str, Meta(max_length=32)]
Digest = Annotated[str, Meta(min_length=64, max_length=64)]


class Record(NamedTuple):
    """What is to be sealed."""

    kind: str
    subject: str
    """A pseudonym, or empty."""
    payload: bytes

    def check(self) -> None:
        """Raises ValueError for what no envelope can say."""
        if self.kind not in KINDS:
            raise ValueError(f"there is no entry of kind {self.kind}")
        if self.subject and not PSEUDONYM.fullmatch(self.subject):
            raise ValueError("a subject is a pseudonym: Ledger.pseudonym makes one of a name")
        if len(self.payload) > LONGEST:
            raise ValueError(f"a payload has {LONGEST} bytes at most, not {len(self.payload)}")


class Envelope(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An entry, as it is hashed: this JSON, in this order, without spaces."""

    v: Literal[1]
    """The version of this form."""
    at: Natural
    """Microseconds since 1970-01-01 UTC by the clock of who sealed it; the order is that of the entries, not this."""
    source: Id
    """Who sealed it: the random id of an installation, 16 hexadecimal digits."""
    number: Natural
    """How many this source had sealed before: counts from 0 without a gap."""
    session: Id
    """The random id of the process, 16 hexadecimal digits."""
    kind: Kind
    """What it is about."""
    subject: Pseudonym
    """Whom or what it is about: the pseudonym of an asset id or the like, 32 hexadecimal digits; empty for nothing."""
    length: Natural
    """Bytes of the payload."""
    commitment: Digest
    """HMAC-SHA-256 of the payload with the salt as key, 64 hexadecimal digits."""


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Envelope)
encode = _ENCODER.encode
"""Envelope -> the canonical bytes."""


def decode(data: bytes) -> Envelope:
    """The envelope of canonical bytes. Raises FormatError for any others."""
    try:
        envelope = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"no envelope: {str(error)[:100]}") from error
    digits = envelope.source + envelope.session + envelope.subject + envelope.commitment
    # Spaces, other escapes, another order and fields twice decode, too: only what would be written again is canonical.
    if _ENCODER.encode(envelope) != data or len(envelope.subject) not in SUBJECTS or not HEX.fullmatch(digits):
        raise FormatError("the envelope is not in its canonical form")
    return envelope


def decode_all(data: Sequence[bytes]) -> list[Envelope] | None:
    """The envelopes of many; None where `decode` would refuse one of them. It takes half the time."""
    read, write = _DECODER.decode, _ENCODER.encode
    try:
        envelopes = [read(each) for each in data]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        return None
    digits = "".join([f"{each.source}{each.session}{each.subject}{each.commitment}" for each in envelopes])
    if [write(each) for each in envelopes] != data or not HEX.fullmatch(digits):
        return None
    return envelopes if all(len(each.subject) in SUBJECTS for each in envelopes) else None


def commitment(salt: bytes, payload: bytes) -> str:
    """What an envelope says of a payload: HMAC-SHA-256.

    Written out, because checking a ledger computes it for every entry and the library takes twice the time. Source: RFC
    2104, section 2. Raises ValueError for a salt of another length.
    """
    if len(salt) != SALT:
        raise ValueError(f"a salt has {SALT} bytes")
    inner = hashlib.sha256(salt.translate(INNER) + INNER_REST + payload).digest()
    return hashlib.sha256(salt.translate(OUTER) + OUTER_REST + inner).hexdigest()


def pseudonym(key: bytes, name: str) -> str:
    """What stands for a name in envelopes: whoever lacks the key can neither read nor guess it."""
    return hmac.digest(key, name.encode(), "sha256")[:16].hex()
