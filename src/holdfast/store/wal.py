"""Reads the log of SQLite as far as it can be trusted: SQLite itself ends silently at the first frame that is damaged.

Source: SQLite, "Database File Format", section 4 "The Write-Ahead Log".
"""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

__all__ = ["damage_of", "pages_in"]

HEADER, FRAME = 32, 24
MAGICS = {0x377F0682: "<", 0x377F0683: ">"}
"""First number of a log -> the order of bytes that its checksums are made with."""


def damage_of(path: str) -> str:
    """What is wrong with a log, in words; empty for nothing, and for one that is not there. Raises OSError."""
    try:
        with open(path, "rb") as file:
            head = file.read(HEADER)
            if len(head) < HEADER:
                return ""
            order = MAGICS.get(int.from_bytes(head[:4], "big"), "")
            size = int.from_bytes(head[8:12], "big")
            if not order or not 512 <= size <= 65536 or _pair(head[24:]) != _sums(head[:24], order, (0, 0)):
                return "the log is damaged: its header is not what was written"
            good, ends = _walked(file, head, order, size)
    except FileNotFoundError:
        return ""
    # One transaction may be torn by a crash before it was acknowledged; of two, the first one was acknowledged.
    return f"the log is damaged: what was written after frame {good} cannot be read" if ends > 1 else ""


def pages_in(path: str) -> set[int]:
    """The pages in a log, those of frames that were never committed included. Raises OSError."""
    try:
        with open(path, "rb") as file:
            head = file.read(HEADER)
            if len(head) < HEADER:
                return set()
            size = int.from_bytes(head[8:12], "big")
            found = set()
            while len(frame := file.read(FRAME)) == FRAME:
                found.add(int.from_bytes(frame[:4], "big"))
                file.seek(size, os.SEEK_CUR)
            return found
    except FileNotFoundError:
        return set()


def _walked(file: BinaryIO, head: bytes, order: str, size: int) -> tuple[int, int]:
    """How many frames are good, and how many ends of transactions of this log come after them.

    Frames of an earlier log have other salts.
    """
    good = ends = 0
    sums, sound = _pair(head[24:]), True
    while len(frame := file.read(FRAME + size)) == FRAME + size:
        same = frame[8:16] == head[16:24]
        if sound and same:
            sums = _sums(frame[FRAME:], order, _sums(frame[:8], order, sums))
            if sums == _pair(frame[16:24]):
                good += 1
                continue
        sound = False
        ends += same and frame[4:8] != bytes(4)
    return good, ends


def _pair(data: bytes) -> tuple[int, int]:
    first, second = struct.unpack(">II", data)
    return first, second


def _sums(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second
