"""`encrypted_disk`: a block device that a host opens with a key."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.permissions import Permissions


class EncryptedDisk(Kind, frozen=True):
    """A row of `crypttab`. Cipher and key derivation stand in the device's header, not here."""

    kind: ClassVar[str] = "encrypted_disk"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "key_permissions": frozenset({"config"}),
        "key_in_clear": frozenset({"config", "host"}),
    }

    name: Fact[str] = UNSET
    """The name under /dev/mapper."""
    device: Fact[str] = UNSET
    """The device below it."""
    key_file: Fact[str] = UNSET
    """The file that holds the key; absent where it is asked for or comes from hardware."""
    key_permissions: Fact[Permissions] = UNSET
    """Owner and mode of that file."""
    key_in_clear: Fact[bool] = UNSET
    """Whether that file lies on a file system that is not encrypted itself; absent without a key file."""
    random_key: Fact[bool] = UNSET
    """Whether each boot makes a new key, as swap and temporary space want it."""
    hardware: Fact[bool] = UNSET
    """Whether a TPM, FIDO2 or PKCS#11 token holds the key."""
    plain: Fact[bool] = UNSET
    """Whether there is no header, so that a passphrase is hashed once without salt."""
