"""Signed notes as text: checkpoints, the lines of signatures, and keys. Source: C2SP signed-note, tlog-checkpoint."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import NamedTuple

from holdfast.core.checkpoint import Checkpoint, Note, Signature
from holdfast.core.errors import FormatError

__all__ = [
    "LONGEST",
    "Key",
    "base64_bytes",
    "decimal",
    "format_note",
    "format_signature",
    "key_text",
    "parse_checkpoint",
    "parse_key",
    "parse_note",
    "parse_private_key",
    "parse_signatures",
    "private_key_text",
]

LONGEST = 1 << 17
"""Bytes of a note at most: 16 post-quantum signatures take half of it."""
MOST_SIGNATURES, MOST_EXTENSIONS = 64, 16
DASH = "— "
PRIVATE = "PRIVATE+KEY"
LARGEST = (1 << 63) - 1


class Key(NamedTuple):
    """A key as its text says: not yet known to belong to its id."""

    name: str
    id: bytes
    type: int
    material: bytes


def base64_bytes(text: str, length: int = -1) -> bytes:
    """The bytes of base64 that has one way to be written only. Raises FormatError."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("not base64") from error
    if b64encode(data).decode() != text or (length >= 0 and len(data) != length):
        raise FormatError("not base64 of this length, or not in its only form")
    return data


def decimal(text: str) -> int:
    """A number without a sign, without leading zeroes. Raises FormatError."""
    if not (text.isascii() and text.isdigit() and len(text) < 20) or str(int(text)) != text or int(text) > LARGEST:
        raise FormatError("not a number in its only form")
    return int(text)


def parse_note(data: bytes) -> Note:
    """A signed checkpoint. Raises FormatError."""
    body, parting, rest = _text(data).rpartition("\n\n")
    if not parting or not rest:
        raise FormatError("no signatures after an empty line")
    return Note(parse_checkpoint(f"{body}\n"), parse_signatures(rest))


def _text(data: bytes) -> str:
    if len(data) > LONGEST:
        raise FormatError(f"longer than {LONGEST} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8") from error
    if any(letter < " " and letter != "\n" for letter in text):
        raise FormatError("control characters")
    return text


def parse_checkpoint(body: str) -> Checkpoint:
    """The text that is signed, its last newline included. Raises FormatError."""
    lines = body.split("\n")
    if lines.pop() or len(lines) < 3 or not all(lines) or len(lines) > 3 + MOST_EXTENSIONS:
        raise FormatError("a checkpoint has three lines or a few more, none of them empty")
    return Checkpoint(lines[0], decimal(lines[1]), base64_bytes(lines[2], 32), tuple(lines[3:]))


def parse_signatures(text: str) -> tuple[Signature, ...]:
    """Lines of signatures, as below a note and as a witness answers. Raises FormatError."""
    lines = text.split("\n")
    if lines.pop() or not lines or len(lines) > MOST_SIGNATURES:
        raise FormatError("no lines of signatures, or too many")
    return tuple(map(_signature, lines))


def _signature(line: str) -> Signature:
    words = line.split(" ")
    if len(words) != 3 or f"{words[0]} " != DASH or not _is_name(words[1]):
        raise FormatError("a line of a signature is a dash, a name and base64")
    value = base64_bytes(words[2])
    if len(value) < 5:
        raise FormatError("a signature of no bytes")
    return Signature(words[1], value[:4], value[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name)) and name.isprintable()


def format_signature(signature: Signature) -> str:
    """One line."""
    return f"{DASH}{signature.name} {b64encode(signature.id + signature.value).decode()}\n"


def format_note(note: Note) -> bytes:
    """The text of a signed checkpoint."""
    return note.checkpoint.body() + b"\n" + "".join(map(format_signature, note.signatures)).encode()


def parse_key(text: str) -> Key:
    """A verifier key: NAME+ID+BASE64. Raises FormatError."""
    parts = text.split("+", 2)
    if len(text) > LONGEST or len(parts) != 3 or not _is_name(parts[0]):
        raise FormatError("a key is a name, an id and base64, with + between them")
    name, number, packed = parts
    try:
        id = bytes.fromhex(number)
    except ValueError as error:
        raise FormatError("the id of a key is hexadecimal") from error
    data = base64_bytes(packed)
    if id.hex() != number or len(id) != 4 or len(data) < 2:
        raise FormatError("the id of a key has eight digits, and the key some bytes")
    return Key(name, id, data[0], data[1:])


def key_text(key: Key) -> str:
    """A verifier key's text."""
    return f"{key.name}+{key.id.hex()}+{b64encode(bytes([key.type]) + key.material).decode()}"


def parse_private_key(data: bytes) -> Key:
    """The text of a private key: a line, PRIVATE+KEY+NAME+ID+BASE64. Raises FormatError."""
    line, newline, rest = _text(data).partition("\n")
    if not line.startswith(f"{PRIVATE}+") or not newline or rest:
        raise FormatError("not one line of a private key")
    return parse_key(line[len(PRIVATE) + 1 :])


def private_key_text(key: Key) -> bytes:
    """A private key's text."""
    return f"{PRIVATE}+{key_text(key)}\n".encode()
