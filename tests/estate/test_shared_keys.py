"""SSH keys that open more than one account."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256

from tests.formats.ssh.test_authorized_keys import ECDSA, ED25519, FINGERPRINT, RSA

from holdfast.collect.ssh.configuration import keys
from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET, Fact
from holdfast.estate.complete import complete
from holdfast.kinds.authorized_keys import AuthorizedKeys, SharedKey


def printed(key: str) -> str:
    """The fingerprint of a public key, by RFC 4253's blob and OpenSSH's spelling."""
    return "SHA256:" + b64encode(sha256(b64decode(key.split()[1])).digest()).decode().rstrip("=")


def shared(*texts: str) -> list[Fact[list[SharedKey]]]:
    """What is known of files `0`, `1`, ... with these texts."""
    items = [item for number, text in enumerate(texts) for item in keys(str(number), text.encode())]
    assets = complete([item for item in items if isinstance(item, Asset)], [])
    return [asset.facts.shared for asset in assets if isinstance(asset.facts, AuthorizedKeys)]


def test_a_key_in_several_files_is_shared() -> None:
    found = shared(f"{ED25519} a\n{RSA} b\n", f"restrict {ED25519}\n", f"{ECDSA}\n{ED25519} c\n")
    assert found == [
        [
            SharedKey(fingerprint=FINGERPRINT, comment="a", files=["1", "2"]),
            SharedKey(fingerprint=printed(RSA), comment="b", files=[]),
        ],
        [SharedKey(fingerprint=FINGERPRINT, comment=None, files=["0", "2"])],
        [
            SharedKey(fingerprint=printed(ECDSA), files=[], comment=None),
            SharedKey(fingerprint=FINGERPRINT, comment="c", files=["0", "1"]),
        ],
    ]


def test_a_key_in_no_other_file_that_was_seen_opens_one_account() -> None:
    alone = SharedKey(fingerprint=FINGERPRINT, comment=None, files=[])
    (first, second, empty) = shared(f"{ED25519}\n{ED25519}\n", f"{RSA} b\n", "")
    assert first == [alone]
    assert isinstance(second, list)
    assert [(key.comment, key.files) for key in second] == [("b", [])]
    assert empty == []


def test_one_file_does_not_tell_what_others_hold() -> None:
    assert shared(f"{ED25519}\n{RSA}\n") == [UNSET]


def test_an_authority_is_not_a_key_of_somebody() -> None:
    assert shared(f"cert-authority {ED25519}\n", f"cert-authority {ED25519}\n") == [[], []]


def test_other_assets_hold_no_keys() -> None:
    assert complete([Asset("x", AuthorizedKeys(), "config", "x")], [])[0].facts == AuthorizedKeys()
