"""`registry`: where container images and models are kept."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.statement import Statement


class Registry(Kind, frozen=True):
    """Amazon ECR repository, Google Artifact Registry repository, Azure container registry, model registry."""

    kind: ClassVar[str] = "registry"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure` or `nebius`."""
    immutable_tags: Fact[bool] = UNSET
    """Whether a tag cannot be moved to another image; absent where the provider has no such setting (Azure)."""
    scans: Fact[bool] = UNSET
    """Whether pushed images are scanned."""
    policy: Fact[list[Statement]] = UNSET
    """What its policy says; absent for none."""
    public: Fact[bool] = UNSET
    """Whether anybody may pull."""
    shared_with: Fact[list[str]] = UNSET
    """Foreign accounts, and `*` for any account, that its policy admits without a condition that names yours."""
    admin_account: Fact[bool] = UNSET
    """Whether one shared account with a password opens it (Azure)."""
    public_network: Fact[bool] = UNSET
    """Whether it is reached from outside private networks."""
    key: Fact[str] = UNSET
    """The customer's key that encrypts it; absent for the provider's."""
