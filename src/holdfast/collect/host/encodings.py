"""How cloud-init writes the text of a file: as it is, or encoded and compressed.

Source: cloudinit/config/cc_write_files.py, `canonicalize_extraction` and `extract_contents` (26.2, checked 2026-11-30):
what it does not know is taken for text.
"""

from __future__ import annotations

import base64
import binascii
import zlib

__all__ = ["SIZE", "TooLong", "Undecodable", "decoded", "encoded"]

CODED = frozenset(("b64", "base64"))
ZIPPED = frozenset(("gz", "gzip"))
BOTH = frozenset(f"{zipped}+{coded}" for zipped in ZIPPED for coded in CODED)
SIZE = 4 << 20
"""Longest text that is unpacked, in bytes."""
MEMBERS = 100
"""Parts of which a compressed text may be made."""
GZIP = 16 + zlib.MAX_WBITS
MAGIC = b"\x1f\x8b"


class Undecodable(ValueError):
    """A text that is not what its encoding says."""


class TooLong(Undecodable):
    """A text that is longer than what is unpacked."""


def encoded(encoding: str) -> bool:
    """Whether a text must be decoded first."""
    return encoding in CODED | ZIPPED | BOTH


def decoded(content: str, encoding: str, most: int = SIZE) -> bytes:
    """A file's text. Raises Undecodable for what cloud-init cannot decode, and for one of more than `most` bytes.

    What is compressed only is a binary value of YAML, which is written in base64, too.
    """
    if not encoded(encoding):
        return content.encode("utf-8", "replace")
    try:
        data = base64.b64decode(content, validate=False)
    except (binascii.Error, ValueError) as error:
        raise Undecodable("not base64, as its encoding says") from error
    return data if encoding in CODED else _unpacked(data, min(most, SIZE))


def _unpacked(data: bytes, most: int) -> bytes:
    found: list[bytes] = []
    left = most
    for _ in range(MEMBERS):
        unpacker = zlib.decompressobj(GZIP)
        try:
            found.append(unpacker.decompress(data, left + 1))
        except zlib.error as error:
            raise Undecodable("not compressed by gzip, as its encoding says") from error
        left -= len(found[-1])
        if left < 0:
            raise TooLong(f"more than {most} bytes once unpacked")
        if not unpacker.eof:
            raise Undecodable("compressed by gzip, but cut off")
        data = unpacker.unused_data.lstrip(b"\0")
        if not data.startswith(MAGIC):
            return b"".join(found)
    raise Undecodable(f"compressed by gzip in more than {MEMBERS} parts")
