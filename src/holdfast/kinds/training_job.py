"""`training_job`: work on GPUs that a provider runs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class TrainingJob(Kind, frozen=True):
    """SageMaker training, Vertex AI custom job, Azure Machine Learning job, AWS Batch job definition."""

    kind: ClassVar[str] = "training_job"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure` or `nebius`."""
    image: Fact[str] = UNSET
    """The container image that it runs."""
    pinned: Fact[bool] = UNSET
    """Whether the image is named by digest."""
    gpus: Fact[int] = UNSET
    """GPUs of its machine type; 0 for none."""
    role: Fact[str] = UNSET
    """The identity that it runs as."""
    private_network: Fact[bool] = UNSET
    """Whether it runs in a network of yours."""
    isolated: Fact[bool] = UNSET
    """Whether it has no network."""
    encrypted_traffic: Fact[bool] = UNSET
    """Whether its machines speak to each other encrypted."""
    key: Fact[str] = UNSET
    """The customer's key that encrypts its disks; absent for the provider's."""
    output_key: Fact[str] = UNSET
    """The customer's key that encrypts its results; absent for the provider's."""
    privileged: Fact[bool] = UNSET
    """Whether its container has all rights on its machine."""
    secrets_in_env: Fact[list[str]] = UNSET
    """Names of variables that hold a literal credential."""
    interruptible: Fact[bool] = UNSET
    """Whether the provider may end it."""
    max_seconds: Fact[int] = UNSET
    """How long it may run; absent for no limit of its own."""
