"""`endpoint`: a model that a provider serves."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Endpoint(Kind, frozen=True):
    """Amazon SageMaker or Bedrock endpoint, Google Vertex AI endpoint, Azure OpenAI or Machine Learning endpoint."""

    kind: ClassVar[str] = "endpoint"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure`, `coreweave`, `nebius` or `dstack`."""
    service: Fact[str] = UNSET
    """`sagemaker`, `bedrock`, `vertex`, `openai`, `machine-learning`, `ai-services`, `run`, `functions`, ..."""
    public_network: Fact[bool] = UNSET
    """Whether it can be called from outside private networks."""
    anonymous: Fact[bool] = UNSET
    """Whether anybody may call it without an identity."""
    keys_allowed: Fact[bool] = UNSET
    """Whether a static key opens it beside identities (Azure's local authentication)."""
    private_network: Fact[bool] = UNSET
    """Whether its containers lie in a network of yours."""
    isolated: Fact[bool] = UNSET
    """Whether its containers have no network at all."""
    key: Fact[str] = UNSET
    """The customer's key that encrypts what it keeps; absent for the provider's."""
    request_logs: Fact[bool] = UNSET
    """Whether requests and answers are captured, or calls logged."""
    filtered: Fact[bool] = UNSET
    """Whether contents are filtered (Bedrock guardrail, Azure content filter)."""
    role: Fact[str] = UNSET
    """The identity that its containers run as."""
    secrets_in_env: Fact[list[str]] = UNSET
    """Names of environment variables of its containers whose value is a literal credential."""
    rate_limited: Fact[bool] = UNSET
    """Whether the number of requests is limited."""
    network_rules: Fact[bool] = UNSET
    """Whether it lists the networks that may call it and refuses the rest."""
