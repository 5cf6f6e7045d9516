"""SSH keys that open more than one account."""

from __future__ import annotations

from tests.formats.ssh.test_authorized_keys import ECDSA, ED25519, FINGERPRINT, RSA

from holdfast.collect.ssh.configuration import keys
from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET, Fact
from holdfast.estate.complete import complete
from holdfast.kinds.authorized_keys import AuthorizedKeys, SharedKey


def shared(*texts: str) -> list[Fact[list[SharedKey]]]:
    """What is known of files `0`, `1`, ... with these texts."""
    items = [item for number, text in enumerate(texts) for item in keys(str(number), text.encode())]
    assets = complete([item for item in items if isinstance(item, Asset)], [])
    return [asset.facts.shared for asset in assets if isinstance(asset.facts, AuthorizedKeys)]


def test_a_key_in_several_files_is_shared() -> None:
    found = shared(f"{ED25519} a\n{RSA} b\n", f"restrict {ED25519}\n", f"{ECDSA}\n{ED25519} c\n")
    assert found == [
        [SharedKey(fingerprint=FINGERPRINT, comment="a", files=["1", "2"])],
        [SharedKey(fingerprint=FINGERPRINT, comment=None, files=["0", "2"])],
        [SharedKey(fingerprint=FINGERPRINT, comment="c", files=["0", "1"])],
    ]


def test_where_no_other_file_holds_a_key_nothing_is_known() -> None:
    assert shared(f"{ED25519}\n{ED25519}\n", f"{RSA}\n", "") == [UNSET, UNSET, UNSET]


def test_an_authority_is_not_a_key_of_somebody() -> None:
    assert shared(f"cert-authority {ED25519}\n", f"cert-authority {ED25519}\n") == [UNSET, UNSET]


def test_other_assets_hold_no_keys() -> None:
    assert complete([Asset("x", AuthorizedKeys(), "config", "x")], [])[0].facts == AuthorizedKeys()
