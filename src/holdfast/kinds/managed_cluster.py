"""`managed_cluster`: a cluster that a provider runs."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class ManagedCluster(Kind, frozen=True):
    """A Kubernetes control plane that a provider runs, or another cluster of its own making."""

    kind: ClassVar[str] = "managed_cluster"

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure`, `coreweave` or `nebius`."""
    service: Fact[str] = UNSET
    """`kubernetes`; a live account may show `hyperpod`, `ray`, `emr` or `dataproc` as well."""
    version: Fact[str] = UNSET
    """The version of its software that is asked for."""
    public_api: Fact[bool] = UNSET
    """Whether its interface is reached from outside private networks."""
    api_ranges: Fact[list[str]] = UNSET
    """Addresses that reach a public interface; empty for none, `0.0.0.0/0` for all."""
    private_nodes: Fact[bool] = UNSET
    """Whether its nodes have private addresses alone."""
    audit_logs: Fact[bool] = UNSET
    """Whether requests to its interface are logged."""
    secrets_key: Fact[str] = UNSET
    """The customer's key that encrypts its secrets; absent for none."""
    network_policy: Fact[bool] = UNSET
    """Whether network policies are enforced."""
    workload_identity: Fact[bool] = UNSET
    """Whether pods get identities of their own instead of their node's."""
    local_accounts: Fact[bool] = UNSET
    """Whether accounts outside the identity provider open it (client certificates, basic authentication)."""
    shielded_nodes: Fact[bool] = UNSET
    """Whether its nodes start signed and measured software."""
    legacy_rights: Fact[bool] = UNSET
    """Whether old rights without roles hold (Google's legacy ABAC)."""
    default_role: Fact[bool] = UNSET
    """Whether some of its nodes run as the account that the provider makes for everybody (Google)."""
