"""`encryption_key`: a key in a provider's key service."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.statement import Statement


class EncryptionKey(Kind, frozen=True):
    """AWS KMS key, Google Cloud KMS crypto key, Azure Key Vault key."""

    kind: ClassVar[str] = "encryption_key"

    name: Fact[str] = UNSET
    """Its alias or name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure` or `nebius`."""
    rotates: Fact[bool] = UNSET
    """Whether it is replaced by itself; absent for keys that cannot be (asymmetric, imported)."""
    rotation_days: Fact[int] = UNSET
    """After how many days; absent for never."""
    policy: Fact[list[Statement]] = UNSET
    """What its policy says; absent for none."""
    shared_with: Fact[list[str]] = UNSET
    """Foreign accounts, and `*` for any account, that its policy admits without a condition that names yours."""
    public: Fact[bool] = UNSET
    """Whether anybody may use it."""
    deletion_days: Fact[int] = UNSET
    """Days between the request to delete it and its end."""
    hardware: Fact[bool] = UNSET
    """Whether it lives in a hardware module."""
    vault_public: Fact[bool] = UNSET
    """Whether the vault that holds it is reached from any network (Azure)."""
    purge_protected: Fact[bool] = UNSET
    """Whether a deleted one can be brought back for a time (Azure)."""
