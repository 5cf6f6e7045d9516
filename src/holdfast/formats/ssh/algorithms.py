"""Lists of algorithms in OpenSSH's configuration: what is known, what is the default, and `+`, `-`, `^`.

Source: OpenSSH 9.2p1 as Debian 12 builds it: myproposal.h, kex.c (`kex_assemble_names`), sshkey.c
(`sshkey_names_valid2`), and the program's own `ssh -Q` and `sshd -T`.
"""

from __future__ import annotations

from functools import lru_cache

from holdfast.formats.ssh.lines import Refusal
from holdfast.formats.ssh.patterns import in_list

__all__ = ["DEFAULTS", "GSSAPI_KEX", "KNOWN", "assembled", "check_algorithms", "check_keys"]

_CIPHERS = (
    "3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com "
    "aes256-gcm@openssh.com chacha20-poly1305@openssh.com"
).split()
_MACS = (
    "hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64@openssh.com umac-128@openssh.com "
    "hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com hmac-sha2-256-etm@openssh.com "
    "hmac-sha2-512-etm@openssh.com hmac-md5-etm@openssh.com hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com "
    "umac-128-etm@openssh.com"
).split()
_KEX = (
    "diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256 "
    "diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1 "
    "diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 curve25519-sha256 "
    "curve25519-sha256@libssh.org sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com"
).split()
_KEYS = (
    "ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com sk-ssh-ed25519-cert-v01@openssh.com "
    "ecdsa-sha2-nistp256 ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384 "
    "ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521 ecdsa-sha2-nistp521-cert-v01@openssh.com "
    "sk-ecdsa-sha2-nistp256@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com "
    "webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-dss ssh-dss-cert-v01@openssh.com ssh-rsa "
    "ssh-rsa-cert-v01@openssh.com rsa-sha2-256 rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512 "
    "rsa-sha2-512-cert-v01@openssh.com"
).split()
_CERTIFICATE = "-cert-v01@openssh.com"
_SIGNATURES = [name for name in _KEYS if not name.endswith(_CERTIFICATE)]
_PLAIN_KEYS = (
    "ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ssh-ed25519@openssh.com "
    "sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256"
).split()
_ACCEPTED_KEYS = [name.replace("@openssh.com", "") + _CERTIFICATE for name in _PLAIN_KEYS] + _PLAIN_KEYS
_SHORT_KEYS = frozenset({"rsa", "dsa", "ecdsa", "ed25519", "ecdsa-sk", "ed25519-sk"})
"""Names of key types that a list may hold in any case; they name no algorithm."""

GSSAPI_KEX = (
    "gss-group1-sha1- gss-group14-sha1- gss-group14-sha256- gss-group16-sha512- gss-gex-sha1- gss-nistp256-sha256- "
    "gss-curve25519-sha256-"
).split()
"""What a name in `GSSAPIKexAlgorithms` begins with (Debian's patch)."""

KNOWN: dict[str, list[str]] = {
    "ciphers": _CIPHERS,
    "macs": _MACS,
    "kexalgorithms": _KEX,
    "hostkeyalgorithms": _KEYS,
    "hostbasedacceptedalgorithms": _KEYS,
    "pubkeyacceptedalgorithms": _KEYS,
    "casignaturealgorithms": _SIGNATURES,
}
"""Keyword -> every algorithm that the build has, in the order in which wildcards expand."""

DEFAULTS: dict[str, list[str]] = {
    "ciphers": (
        "chacha20-poly1305@openssh.com aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com aes256-gcm@openssh.com"
    ).split(),
    "macs": (
        "umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com "
        "hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com hmac-sha2-256 hmac-sha2-512 hmac-sha1"
    ).split(),
    "kexalgorithms": (
        "sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com curve25519-sha256 curve25519-sha256@libssh.org "
        "ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 diffie-hellman-group-exchange-sha256 "
        "diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group14-sha256"
    ).split(),
    "hostkeyalgorithms": _ACCEPTED_KEYS,
    "hostbasedacceptedalgorithms": _ACCEPTED_KEYS,
    "pubkeyacceptedalgorithms": _ACCEPTED_KEYS,
    "casignaturealgorithms": _PLAIN_KEYS,
}
"""Keyword -> the algorithms without a setting, in order."""

NEWER: dict[str, str] = {"mlkem768x25519-sha256": "9.9"}
"""Algorithms that came with a later OpenSSH, with its version."""


LONGEST = 16_384
"""Characters of a list; what is longer is refused here, whatever sshd would do."""


def _checked(listed: str) -> list[str]:
    """The names that are checked: those up to the first empty one, unless names are taken away."""
    if len(listed) > LONGEST:
        raise Refusal(f"a list of more than {LONGEST} characters")
    if not listed or (listed[0] in "+^" and len(listed) == 1):
        raise Refusal("an empty list of algorithms")
    if listed.startswith("-"):
        return []
    names = listed[listed[0] in "+^" :].split(",")
    return names[: names.index("")] if "" in names else names


def check_algorithms(keyword: str, listed: str) -> str:
    """The version of OpenSSH that the list needs, or nothing; raises `Refusal` for an unknown algorithm."""
    since = ""
    for name in _checked(listed):
        if name in NEWER:
            since = NEWER[name]
        elif name not in KNOWN[keyword]:
            raise Refusal(f"the algorithm {name[:60]} is not known")
    return since


def check_keys(listed: str) -> str:
    """The same for lists of key types, in which patterns are allowed."""
    for name in _checked(listed):
        known = name in _KEYS or name.lower() in _SHORT_KEYS
        if not known and not any(in_list(each, name) for each in _KEYS):
            raise Refusal(f"the key type {name[:60]} is not known")
    return ""


@lru_cache(maxsize=64)
def assembled(keyword: str, listed: str) -> str:
    """The list that applies, with the default and every pattern in it resolved.

    Raises `Refusal` where nothing is left, and for patterns behind `!`.
    """
    default = DEFAULTS[keyword]
    if not listed:
        return ",".join(default)
    if listed.startswith("-"):
        return ",".join(name for name in default if in_list(name, listed[1:]) != 1)
    own = listed[listed[0] in "+^" :].split(",")
    if listed.startswith("+"):
        own = [*default, *(own[: own.index("")] if "" in own else own)]
    elif listed.startswith("^"):
        own = [*own, *default]
    found: dict[str, None] = {}
    for pattern in own:
        if pattern.startswith("!"):
            raise Refusal("patterns behind ! are only for taking algorithms away")
        if pattern in NEWER:
            found[pattern] = None
        found.update(dict.fromkeys(name for name in KNOWN[keyword] if in_list(name, pattern) == 1))
    if not found:
        raise Refusal("no algorithm is left")
    return ",".join(found)
