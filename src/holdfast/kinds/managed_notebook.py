"""`managed_notebook`: a notebook that a provider runs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class ManagedNotebook(Kind, frozen=True):
    """Amazon SageMaker notebook or domain, Google Workbench or Colab Enterprise, Azure Machine Learning compute."""

    kind: ClassVar[str] = "managed_notebook"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure` or `nebius`."""
    gpus: Fact[int] = UNSET
    """GPUs of its machine type; 0 for none."""
    public_internet: Fact[bool] = UNSET
    """Whether it reaches the internet directly, past your network's controls."""
    public_address: Fact[bool] = UNSET
    """Whether it has an address that the internet reaches."""
    private_network: Fact[bool] = UNSET
    """Whether it lies in a network of yours."""
    root: Fact[bool] = UNSET
    """Whether its users are root on it."""
    role: Fact[str] = UNSET
    """The identity that its code runs as; absent for none."""
    default_role: Fact[bool] = UNSET
    """Whether that is the account that the provider makes for everybody."""
    key: Fact[str] = UNSET
    """The customer's key that encrypts its disk; absent for the provider's."""
    shared: Fact[bool] = UNSET
    """Whether several people use the same one (access by service account, shared spaces)."""
    idle_shutdown: Fact[bool] = UNSET
    """Whether it ends when nobody uses it."""
    metadata_tokens: Fact[bool] = UNSET
    """Whether its metadata service demands a session token."""
    terminal: Fact[bool] = UNSET
    """Whether it offers a shell."""
    downloads: Fact[bool] = UNSET
    """Whether files can be downloaded from it."""
