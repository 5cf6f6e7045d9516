"""authorized_keys: the keys that open an account, and what each of them may do.

Source: OpenSSH 9.2p1, sshd(8) "AUTHORIZED_KEYS FILE FORMAT", auth2-pubkeyfile.c (`auth_check_authkey_line`),
auth-options.c (`sshauthopt_parse`), sshkey.c (`sshkey_read`); RFC 4253 6.6, RFC 5656 and PROTOCOL.certkeys for keys.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.errors import FormatError

__all__ = ["File", "Key", "Option", "Problem", "read"]

SIZE = 4 << 20
KEYS = 20_000

_TYPES: dict[str, tuple[int, int | None]] = {
    "ssh-ed25519": (1, 256),
    "sk-ssh-ed25519@openssh.com": (2, 256),
    "ecdsa-sha2-nistp256": (2, 256),
    "ecdsa-sha2-nistp384": (2, 384),
    "ecdsa-sha2-nistp521": (2, 521),
    "sk-ecdsa-sha2-nistp256@openssh.com": (3, 256),
    "ssh-dss": (4, None),
    "ssh-rsa": (2, None),
}
"""Key type -> how many fields its blob has behind the type, and its bits where the type decides them."""
_MODULUS = {"ssh-rsa": 1, "ssh-dss": 0}
"""Which field is the number whose length is the key's."""
_CERTIFICATE = "-cert-v01@openssh.com"

_SPACES = re.compile(r"[ \t]+")
_OPTION = re.compile(r'([A-Za-z0-9-]+)(?:=("(?:[^"\\]|\\"|\\(?!"))*"))?')
_FLAGS = (
    "agent-forwarding cert-authority port-forwarding pty restrict touch-required user-rc verify-required x11-forwarding"
).split()
_LASTING = ("restrict", "cert-authority")
"""Flags without an opposite."""
_PERMISSIONS = ("agent-forwarding", "port-forwarding", "pty", "user-rc", "x11-forwarding")
_VALUED = ("command", "environment", "expiry-time", "from", "permitlisten", "permitopen", "principals", "tunnel")
_ONCE = ("command", "principals", "from")
_TIME = re.compile(r"\d{8}(\d{4}(\d{2})?)?(Z|UTC)?", re.ASCII | re.IGNORECASE)


class Problem(NamedTuple):
    """A line that opens nothing, because sshd cannot read it."""

    line: int
    what: str


class Option(NamedTuple):
    """An option in front of a key, its name in lower case; `value` is empty for a flag."""

    name: str
    value: str = ""


class Key(Struct, frozen=True):
    """A key that opens the account."""

    type: str
    """As written: `ssh-ed25519`, `ssh-rsa`, ..."""
    bits: int
    """The length of the modulus of RSA and DSA, of the curve otherwise."""
    fingerprint: str
    """`SHA256:...`, as `ssh-keygen -l` prints it."""
    comment: str
    line: int
    options: tuple[Option, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """What the options of that name say."""
        return tuple(each.value for each in self.options if each.name == name)

    def has(self, name: str) -> bool:
        """Whether an option of that name is there."""
        return any(each.name == name for each in self.options)

    def permits(self, name: str) -> bool:
        """Whether `agent-forwarding`, `port-forwarding`, `pty`, `user-rc` or `x11-forwarding` is left to the key."""
        allowed = True
        for each in self.options:
            if each.name in (name, f"no-{name}", "restrict"):
                allowed = each.name == name
        return allowed


class File(NamedTuple):
    """An authorized_keys file."""

    keys: tuple[Key, ...]
    problems: tuple[Problem, ...]


def read(data: bytes) -> File:
    """The keys of a file; lines that sshd cannot read become problems.

    Raises `FormatError` for more than 4 MiB, 20,000 keys or problems, and for NUL bytes.
    """
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    if b"\0" in data:
        raise FormatError("a NUL byte", line=data.count(b"\n", 0, data.index(b"\0")) + 1, column=1)
    keys: list[Key] = []
    problems: list[Problem] = []
    for line, raw in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        text = raw.lstrip(" \t")
        if not text.strip("\r") or text.startswith("#"):
            continue
        if len(keys) + len(problems) == KEYS:
            raise FormatError(f"more than {KEYS} lines", line=line, column=1)
        try:
            keys.append(_key(text, line))
        except ValueError as error:
            problems.append(Problem(line, str(error)))
    return File(tuple(keys), tuple(problems))


def _key(text: str, line: int) -> Key:
    """The key of a line; raises `ValueError` where sshd finds none."""
    first = _SPACES.split(text, maxsplit=2)
    options: tuple[Option, ...] = ()
    if not _known(first[0]):
        end = _end_of_options(text)
        options, text = _options(text[:end]), text[end:].lstrip(" \t")
        first = _SPACES.split(text, maxsplit=2)
    if len(first) < 2 or not _known(first[0]):
        raise ValueError("neither a key nor options before one")
    kind, fields = _fields(first[0], first[1].rstrip("\r"))
    bits = _TYPES[kind][1]
    if bits is None:
        bits = int.from_bytes(fields[_MODULUS[kind]], "big").bit_length()
        if kind == "ssh-rsa" and bits < 1024:
            raise ValueError("an RSA key of less than 1024 bits")
    blob = b"".join(len(each).to_bytes(4, "big") + each for each in (kind.encode(), *fields))
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    comment = first[2].rstrip("\r") if len(first) > 2 else ""
    return Key(first[0], bits, f"SHA256:{digest}", comment, line, options)


def _known(kind: str) -> bool:
    return _plain(kind) in _TYPES


def _plain(kind: str) -> str:
    """The type of the key in a certificate of that type."""
    if not kind.endswith(_CERTIFICATE):
        return kind
    short = kind.removesuffix(_CERTIFICATE)
    return f"{short}@openssh.com" if short.startswith("sk-") else short


def _fields(kind: str, text: str) -> tuple[str, list[bytes]]:
    """The key's own type, and the fields of its blob behind that."""
    try:
        blob = base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("a key that is not base64") from None
    fields: list[bytes] = []
    at = 0
    count = _TYPES[_plain(kind)][0]
    certificate = kind != _plain(kind)
    while at < len(blob) and len(fields) <= count + certificate:
        end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
        if end > len(blob):
            raise ValueError("a key that breaks off")
        fields.append(blob[at + 4 : end])
        at = end
    if len(fields) != count + 1 + certificate or (at < len(blob) and not certificate):
        raise ValueError("a key that is not what its type says")
    if fields[0] != kind.encode():
        raise ValueError("a key of another type than the line says")
    own = fields[1 + certificate :]
    if "ecdsa" in kind and own[0] != _plain(kind).removesuffix("@openssh.com").rpartition("-")[2].encode():
        raise ValueError("a key of another curve than the line says")
    return _plain(kind), own


def _end_of_options(text: str) -> int:
    """Where the options end: at the first blank outside of quotes."""
    quoted, at = False, 0
    while at < len(text) and (quoted or text[at] not in " \t"):
        if text[at] == "\\" and text[at + 1 : at + 2] == '"':
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        at += 1
    if quoted:
        raise ValueError("a quote is not closed")
    return min(at, len(text))


def _options(text: str) -> tuple[Option, ...]:
    found: list[Option] = []
    at = 0
    while True:
        match = _OPTION.match(text, at)
        if match is None:
            raise ValueError(f"options that sshd does not know: {text[at : at + 40]}")
        found.append(_option(match[1].lower(), match[2], found))
        at = match.end()
        if at == len(text):
            return tuple(found)
        if text[at] != ",":
            raise ValueError(f"options that sshd does not know: {text[at : at + 40]}")
        at += 1


def _option(name: str, quoted: str | None, before: list[Option]) -> Option:
    if quoted is None:
        flag = name.removeprefix("no-")
        if flag not in _FLAGS or (flag in _LASTING and flag != name):
            raise ValueError(f"an option that sshd does not know: {name[:40]}")
        return Option(name)
    value = quoted[1:-1].replace('\\"', '"')
    if name not in _VALUED:
        raise ValueError(f"an option that sshd does not know: {name[:40]}")
    if name in _ONCE and any(each.name == name for each in before):
        raise ValueError(f"{name} is given twice")
    if name == "expiry-time" and not _TIME.fullmatch(value):
        raise ValueError("an expiry-time that is not YYYYMMDD, with HHMM or HHMMSS")
    if name == "environment" and not re.fullmatch(r"\w+=.*", value, re.ASCII | re.DOTALL):
        raise ValueError("an environment that is not NAME=value")
    if name in ("permitopen", "permitlisten"):
        _check_forward(name, value)
    return Option(name, value)


def _check_forward(name: str, value: str) -> None:
    """host:port, where a host may be in brackets."""
    host, colon, port = value.rpartition(":")
    if not colon and name == "permitlisten":
        host, port = "*", value
    number = int(port) if re.fullmatch(r"\d{1,5}", port, re.ASCII) else 0
    if not (host or colon) or not (port == "*" or 0 < number < 65536):
        raise ValueError(f"{name} is not host:port")
