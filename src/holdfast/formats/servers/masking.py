"""Which flags and variables hold credentials, and how their values are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import UnsetType

from holdfast.core.fact import UNSET, Fact

HIDDEN = "***"
"""Stands for a literal credential."""
UNSEEN = "$"
"""Stands for a value that is set but kept elsewhere."""

_NAME = re.compile(
    r"(?:^|[-_.])(?:(?:api|access|secret|master|admin|private|encryption|auth|shared|salt|fernet|jwt|license)[-_]?keys?"
    r"|[a-z]*token|[a-z]*password|[a-z]*(?<!by)pass|passwd|passphrase"
    r"|(?:(?:cookie|client|session|signing|webhook|app)[-_]?)?secret|secret-?access-?key|requirepass|masterauth"
    r"|auth[-_]?string|allowed[-_]keys|credentials)$",
    re.IGNORECASE,
)
# Words about text, not about access; and references to where a credential is kept.
_NOT_NAME = re.compile(
    r"(?:^|[-_.])(?:eos|bos|pad|image|audio|video|mask|stop|sep|unk|cls)[-_]?token$"
    r"|access[-_]key[-_]id$|(?:^|[-_.])existing[-_](?:[a-z]{1,20}[-_])?secret$|^(?:no|show|disable|enable|allow|reset|require)[-_.]",
    re.IGNORECASE,
)
_URL = re.compile(
    r"([a-z][a-z0-9+.-]{1,30}://[^\s:/@]{0,256}:)(?!\d{1,5}(?:[/?#]|$))([^\s\"'<>]{1,256})@", re.IGNORECASE
)
"""A login in a URL; a port is none, and what people write as a password may hold signs that should be escaped."""
_SIGNED = re.compile(
    r"([?&](?:sig|signature|x-(?:amz|goog|oss)-(?:signature|credential|security-token))=)([^&\s\"'<>$]{4,2048})",
    re.IGNORECASE,
)
"""What makes a URL a key to what it names. Sources: Azure, "Service SAS"; S3 and Cloud Storage, "Signed URLs"."""
_PLACEHOLDER = re.compile(
    r"<.*>|\{.*\}|\*+|.{0,16}x{3,}|.{0,16}\.{3,}|.*change[-_ ]?(?:me|this|it).*"
    r"|(?:replace|change|insert|your|put|todo|fixme|example|dummy|placeholder|fake|mock(?:ed)?)(?![a-z]).*"
    r"|.{0,16}[-_](?:here|placeholder)|(?:sk-)?(?:1234|fake|dummy|anything)"
    r"|(?:no|not)[-_ ]?(?:api[-_ ]?)?(?:key|token|password|needed|required|used)[-_ ]?(?:needed|required|used)?",
    re.IGNORECASE | re.DOTALL,
)
_TEMPLATE = re.compile(r"<.*>|\{.*\}|\*+|.{0,16}\.{3,}", re.DOTALL)
"""What documentation writes where a value belongs; no program is started with it."""
_SHOWN = 4096
"""Characters of a value that are looked at for placeholders."""
ENOUGH = 15
"""Characters from which on a credential that stands alone is not short. Source: NIST SP 800-63B-4, 3.1.1.2."""
_NOTHING = frozenset({"", "empty", "none", "null", "true", "false", "yes", "no", "0", "1"})
_HASHED = ("argon2:", "sha1:", "sha256:", "scram-sha-256")


def names_secret(name: str, extra: frozenset[str] = frozenset()) -> bool:
    """Whether a flag or variable called `name` holds a credential."""
    return name in extra or (_NAME.search(name) is not None and _NOT_NAME.search(name) is None)


def is_literal(value: str) -> bool:
    """Whether `value` of a credential is the credential itself: resolved, not empty, not a hash of it."""
    return "$" not in value and value.lower() not in _NOTHING and not value.startswith(_HASHED)


def is_placeholder(value: str) -> bool:
    """Whether `value` stands where somebody shall put a credential, or where a program wants one that nobody checks."""
    return _PLACEHOLDER.fullmatch(value[:_SHOWN]) is not None


def is_nothing(value: str) -> bool:
    """Whether `value` of a credential says that there is none."""
    return value.lower() in _NOTHING


def holds_secret(name: str, value: str, extra: frozenset[str] = frozenset()) -> bool:
    """Whether a literal credential stands in `value`, as a whole or inside a URL."""
    return any(literals(name, value, extra))


def literals(name: str, value: str, extra: frozenset[str] = frozenset()) -> Iterator[str]:
    """The literal credentials in `value`: the whole of it, or those inside its URLs."""
    found = [value] if names_secret(name, extra) else [match[2] for match in _URL.finditer(value)]
    yield from filter(is_literal, found)


def any_short(
    started: Iterable[tuple[str, str]], stated: Iterable[tuple[str, str]], extra: frozenset[str] = frozenset()
) -> Fact[bool]:
    """Whether one of the literal credentials is short, or is one that everybody tries; absent where none stands there.

    A program that is started with `changeme` takes `changeme`; in a configuration file somebody may still replace it.
    """
    given = [value for name, value in started if names_secret(name, extra) and is_literal(value)]
    known = [value for value in given if not _TEMPLATE.fullmatch(value[:_SHOWN])]
    filed = [value for name, value in stated if names_secret(name, extra) and is_literal(value)]
    found = [*known, *(value for value in filed if not is_placeholder(value))]
    return any(len(value) < ENOUGH or is_placeholder(value) for value in found) if found else None


def option(name: str, value: str | UnsetType, extra: frozenset[str] = frozenset()) -> Fact[str]:
    """A setting as it may be printed, unobserved where only its being set is known: no credential, and elsewhere."""
    if not isinstance(value, str) or (value == UNSEEN and not names_secret(name, extra)):
        return UNSET
    return shown(name, value, extra)


def shown(name: str, value: str, extra: frozenset[str] = frozenset()) -> str:
    """`value` as it may be printed: an empty one stays empty, a credential does not stay."""
    if names_secret(name, extra):
        if value.lower() in _NOTHING:
            return value
        return UNSEEN if "$" in value else HIDDEN
    value = _URL.sub(lambda match: f"{match[1]}{match[2] if '$' in match[2] else HIDDEN}@", value)
    return _SIGNED.sub(rf"\1{HIDDEN}", value) if "=" in value else value
