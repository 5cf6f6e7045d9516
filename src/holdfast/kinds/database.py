"""`database`: a managed database, cache, or store of embeddings."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.statement import Statement


class Database(Kind, frozen=True):
    """OpenSearch, RDS or Cloud SQL (pgvector), Azure AI Search, Vertex AI Vector Search, MemoryDB, Redis, Cosmos DB."""

    kind: ClassVar[str] = "database"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure` or `nebius`."""
    service: Fact[str] = UNSET
    """`opensearch`, `opensearch-serverless`, `rds`, `cloud-sql`, `postgresql`, `ai-search`, `vector-search`, `redis` or
    `cosmos`."""
    public_network: Fact[bool] = UNSET
    """Whether it is reached from outside private networks."""
    open_ranges: Fact[list[str]] = UNSET
    """Addresses that its own rules admit: `0.0.0.0/0` for all; absent where it has no rules of its own."""
    security_groups: Fact[list[str]] = UNSET
    """Groups of firewall rules that hold for it."""
    network: Fact[str] = UNSET
    """The network that it lies in; absent for the one that the provider makes for everybody."""
    port: Fact[int] = UNSET
    """The port at which it answers."""
    policy: Fact[list[Statement]] = UNSET
    """What its policy says; absent for none."""
    anonymous: Fact[bool] = UNSET
    """Whether its policy admits anybody without an identity."""
    tls: Fact[bool] = UNSET
    """Whether connections must be encrypted."""
    encryption: Fact[str] = UNSET
    """Encryption at rest: `provider`, `kms` (a key of the customer's) or `none`."""
    keys_allowed: Fact[bool] = UNSET
    """Whether a static key opens it beside identities."""
    fine_grained: Fact[bool] = UNSET
    """Whether it has roles of its own for indexes and documents."""
    audit_logs: Fact[bool] = UNSET
    """Whether its requests are logged."""
    backups: Fact[bool] = UNSET
    """Whether it is backed up."""
    literal_password: Fact[bool] = UNSET
    """Whether its administrator's password stands in the configuration."""
    deletion_protection: Fact[bool] = UNSET
    """Whether it cannot be deleted by mistake."""
