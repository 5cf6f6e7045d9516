#!/usr/bin/env python3
"""Verifies the proof of a ledger's entry with nothing but Python 3.7 or later.

    python3 verify_proof.py PROOF --key LOG-KEY [--witness KEY ...] [--quorum N]

Ask for the keys on another way than the proof came. Exit: 0 proven, 1 not proven, 2 wrong usage.
Sources: C2SP tlog-proof, signed-note and tlog-cosignature; RFC 6962, section 2.1; RFC 8032, section 5.1.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
from typing import Any

Point = Any  # four numbers; a type of them would need a later Python
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, HALF = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
BASE_Y = 4 * pow(5, P - 2, P) % P


class Wrong(Exception):
    """The proof does not prove it."""


def x_of(y: int, sign: int) -> int:
    """RFC 8032, section 5.1.3: the other coordinate."""
    if y >= P:
        raise Wrong("a point is not in its only form")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * HALF % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Wrong("a point is not on the curve")
    return P - x if x & 1 != sign else x


def add(a: Point, b: Point) -> Point:
    """RFC 8032, section 5.1.4."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    result = (0, 1, 1, 0)  # type: Point
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def point_of(data: bytes) -> Point:
    """A point from its 32 bytes."""
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    x = x_of(y, number >> 255)
    return (x, y, 1, x * y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032, section 5.1.7, without the cofactor."""
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or scalar >= ORDER:
        return False
    base = (x_of(BASE_Y, 0), BASE_Y, 1, x_of(BASE_Y, 0) * BASE_Y % P)
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    try:
        left = times(scalar, base)
        right = add(point_of(signature[:32]), times(int.from_bytes(digest, "little") % ORDER, point_of(public)))
    except Wrong:
        return False
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


class Key:
    """A verifier key: NAME+ID+BASE64."""

    def __init__(self, text: str) -> None:
        try:
            self.name, number, packed = text.split("+", 2)
            self.id, data = bytes.fromhex(number), base64.b64decode(packed, validate=True)
        except ValueError as error:
            raise argparse.ArgumentTypeError("a key is NAME+ID+BASE64") from error
        self.type, self.public = data[0], data[1:]
        if hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4] != self.id:
            raise argparse.ArgumentTypeError("the key and its id do not belong together")
        if self.type not in (1, 4) or len(self.public) != 32:
            raise argparse.ArgumentTypeError("this program verifies Ed25519 only")

    def verifies(self, body: bytes, value: bytes) -> bool:
        """Whether it signed that body: itself, or as a witness at a time."""
        if self.type == 1:
            return ed25519(self.public, body, value)
        time = int.from_bytes(value[:8], "big")
        return ed25519(self.public, b"cosignature/v1\ntime %d\n" % time + body, value[8:])


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2."""
    left, right, found = index, size - 1, leaf
    for step in path:
        if right == 0:
            raise Wrong("the path is too long")
        if left & 1 or left == right:
            found = hashlib.sha256(b"\x01" + step + found).digest()
            while not left & 1 and left:
                left, right = left >> 1, right >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + step).digest()
        left, right = left >> 1, right >> 1
    if right:
        raise Wrong("the path is too short")
    return found


def check(data: bytes, key: Key, witnesses: list[Key], quorum: int) -> tuple[Any, bytes | None, list[str], int, int]:
    """The entry, its payload if it is there, who signed, the size of the tree, the entry's number. Raises Wrong."""
    head, _, note = data.partition(b"\n\n")
    body, parting, lines = note.rpartition(b"\n\n")
    rows = head.decode().split("\n")
    form = [rows[0], rows[1][:6], rows[2][:6]] if parting and len(rows) > 2 else []
    if form != ["c2sp.org/tlog-proof@v1", "extra ", "index "]:
        raise Wrong("this is no proof that `holdfast ledger prove` wrote")
    extra = json.loads(base64.b64decode(rows[1][6:], validate=True).decode())
    origin, size, root = body.decode().split("\n")[:3]
    index, path = int(rows[2][6:]), [base64.b64decode(row, validate=True) for row in rows[3:]]
    if origin != key.name:
        raise Wrong("the checkpoint is of the log %r" % origin)
    if sorted(extra) not in (["envelope"], ["envelope", "payload", "salt"]):
        raise Wrong("it has other fields than envelope, salt and payload")
    envelope = extra["envelope"].encode()
    if not 0 <= index < int(size) or any(len(step) != 32 for step in path):
        raise Wrong("the index or the path is out of bounds")
    if root_of(hashlib.sha256(b"\x00" + envelope).digest(), index, int(size), path) != base64.b64decode(root):
        raise Wrong("the entry is not in the tree of the checkpoint")
    signed = []
    for line in lines.decode().splitlines():
        _, name, packed = line.split(" ")
        value = base64.b64decode(packed, validate=True)
        for known in [key, *witnesses]:
            if (name, value[:4]) == (known.name, known.id) and known not in signed:
                if not known.verifies(body + b"\n", value[4:]):
                    raise Wrong("the signature of %r does not verify" % name)
                signed.append(known)
    if key not in signed:
        raise Wrong("the checkpoint is not signed by the key of the log")
    if len(signed) - 1 < quorum:
        raise Wrong("%d of %d witnesses signed" % (len(signed) - 1, quorum))
    entry, payload = json.loads(envelope.decode()), None
    if "payload" in extra:
        payload = base64.b64decode(extra["payload"], validate=True)
        tag = hmac.new(bytes.fromhex(extra["salt"]), payload, "sha256").hexdigest()
        if tag != entry["commitment"] or len(payload) != entry["length"]:
            raise Wrong("the payload is not the one that was sealed")
    return entry, payload, [known.name for known in signed if known is not key], int(size), index


def main() -> int:
    """Prints what is proven and what is not."""
    parser = argparse.ArgumentParser(description="Verifies the proof of a ledger's entry.")
    parser.add_argument("proof", help="the file that `holdfast ledger prove` wrote")
    parser.add_argument("--key", type=Key, required=True, help="the key of the log")
    parser.add_argument("--witness", type=Key, action="append", default=[], help="the key of a witness")
    parser.add_argument("--quorum", type=int, help="how many witnesses must have signed (default: all that are named)")
    options = parser.parse_args()
    if options.key.type != 1 or len({each.public for each in options.witness if each.type == 4}) < len(options.witness):
        parser.error("the key of the log is of type 1, those of witnesses are of type 4, and no two are the same")
    quorum = len(options.witness) if options.quorum is None else options.quorum
    try:
        with open(options.proof, "rb") as file:
            entry, payload, by, size, index = check(file.read(), options.key, options.witness, quorum)
            text = json.dumps(entry, indent=1)
    except (Wrong, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
        print("NOT PROVEN: %s" % error, flush=True)
        return 1
    print("proven: this is entry %d of the log %s, signed when it had %d\n%s" % (index, options.key.name, size, text))
    print("proven: the payload is the one that was sealed:" if payload is not None else "not there: the payload")
    print("".join(c if c.isprintable() or c == "\n" else "?" for c in (payload or b"").decode("utf-8", "replace")))
    print("witnesses that saw the log so: %s" % (", ".join(by) or "none; the log may show others another history"))
    print("not proven: that what was sealed is true, and when; the time is the clock's of who sealed it", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever reads has gone
        os._exit(1)
