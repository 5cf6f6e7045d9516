"""`managed_secret`: a credential in a provider's secret store."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.statement import Statement


class ManagedSecret(Kind, frozen=True):
    """AWS Secrets Manager secret or SSM parameter, Google Secret Manager secret, Azure Key Vault secret."""

    kind: ClassVar[str] = "managed_secret"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure` or `nebius`."""
    literal: Fact[bool] = UNSET
    """Whether its value stands in the configuration."""
    plain_parameter: Fact[bool] = UNSET
    """Whether it is a parameter that is not encrypted though by its name it is a credential (SSM `String`)."""
    key: Fact[str] = UNSET
    """The customer's key that encrypts it; absent for the provider's."""
    rotates: Fact[bool] = UNSET
    """Whether it is replaced by itself; absent where the store has no such setting."""
    rotation_days: Fact[int] = UNSET
    """After how many days; absent for never."""
    by_roles: Fact[bool] = UNSET
    """Whether roles decide who reads it, and not a list of its vault (Azure); absent where there is no such list."""
    policy: Fact[list[Statement]] = UNSET
    """What its policy says; absent for none."""
    shared_with: Fact[list[str]] = UNSET
    """Foreign accounts, and `*` for any account, that its policy admits without a condition that names yours."""
    expires: Fact[bool] = UNSET
    """Whether it has an end."""
