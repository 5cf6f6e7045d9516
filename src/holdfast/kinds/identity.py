"""`identity`: somebody or something that a cloud grants rights to."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part
from holdfast.core.statement import Condition, Statement


class Trust(Part, frozen=True):
    """Somebody who may become an identity."""

    type: Fact[str] = UNSET
    """`anyone`, `account` (whoever an account lets), `principal` (one user, role or service account), `service` (of the
    provider) or `federated` (whom an identity provider vouches for)."""
    name: Fact[str] = UNSET
    """Account id, ARN or address, host name of a service, issuer of an identity provider; `*` for anyone."""
    subjects: Fact[list[str]] = UNSET
    """Patterns of the subjects that an identity provider may vouch for (`repo:acme/*`); empty for every subject, absent
    where there is no such provider."""
    conditions: Fact[list[Condition]] = UNSET
    """Everything that must hold when it is assumed."""


class Identity(Kind, frozen=True):
    """A role, user or group of AWS, a service account of Google or Nebius, an identity of Azure.

    A collector fills what the source shows, `statements` with the readers of `formats/iam`: for AWS those of all inline
    and attached policies, for Google and Azure one for each binding or assignment that names the identity. Everything
    from `trusts` on follows from them (`estate/iam/powers.py`) and is left unobserved.

    A power counts what the identity's own policies and boundary grant on things that no policy names, in at least one
    region, project or resource group. Policies of resources and of the organisation are not counted; keys and roles are
    taken to leave it to their account. A condition that nobody can judge makes a power unknown, not false.
    """

    kind: ClassVar[str] = "identity"
    known_by: ClassVar[tuple[str, ...]] = ("name", "identifier")
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        # keys that configuration makes are seen; those that somebody makes by hand only where a policy forbids them
        "static_keys": frozenset({"terraform", "cloudformation", "pulumi"})
    }

    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure` or `nebius`."""
    sort: Fact[str] = UNSET
    """`role`, `user`, `group`, `service_account`, `managed_identity`, `service_principal`, or `everybody`, to whom
    Google lets a project grant roles."""
    name: Fact[str] = UNSET
    """Its name in the account, project or directory."""
    identifier: Fact[str] = UNSET
    """What policies call it: its ARN, address or object id."""
    account: Fact[str] = UNSET
    """AWS account, Google project or Azure subscription that it lives in."""
    policies: Fact[list[str]] = UNSET
    """Managed policies (AWS, by ARN) or roles (by name) that it holds."""
    statements: Fact[list[Statement]] = UNSET
    """What its policies say, of its groups too; principals in them are not looked at."""
    statements_complete: Fact[bool] = UNSET
    """Whether `statements` are all that it holds; unobserved where a policy or role was not seen."""
    boundary: Fact[list[Statement]] = UNSET
    """The permissions boundary of an AWS role or user; absent when it has none."""
    trust_policy: Fact[list[Statement]] = UNSET
    """The trust policy of an AWS role; absent for what nobody assumes."""
    pods: Fact[list[str]] = UNSET
    """Service accounts of clusters to whose pods EKS Pod Identity hands it: `NAMESPACE:NAME`."""
    static_keys: Fact[bool] = UNSET
    """Whether it has credentials that live until somebody deletes them: access keys, key files, client secrets."""

    trusts: Fact[list[Trust]] = UNSET
    """Who may become it."""
    workload: Fact[bool] = UNSET
    """Whether programs hold it: instances, containers, functions, training jobs."""
    on_instances: Fact[bool] = UNSET
    """Whether virtual machines get its credentials from their metadata service."""
    anyone_may_assume: Fact[bool] = UNSET
    """Whether everybody with an account of their own, at the cloud or at an open identity provider, may become it."""
    any_repository_may_assume: Fact[bool] = UNSET
    """Whether a job of somebody else's repository on a shared build service (GitHub Actions, ...) may become it."""
    whole_services: Fact[list[str]] = UNSET
    """Services of which it is granted every action by wildcard (`s3:*`, `Microsoft.Storage/*`); `*` for all of them."""
    administrator: Fact[bool] = UNSET
    """Whether it may do everything, hand out rights included."""
    changes_own_rights: Fact[bool] = UNSET
    """Whether it can make itself stronger than its policies say, alone: by policies, keys or roles in its reach."""
    passes_any_role: Fact[bool] = UNSET
    """Whether it may start things with a role or service account that is stronger than its own."""
    assumes_any_role: Fact[bool] = UNSET
    """Whether it may become any other role or service account that leaves this to its account."""
    reads_every_bucket: Fact[bool] = UNSET
    """Whether it reads the objects of any bucket or storage account."""
    writes_every_bucket: Fact[bool] = UNSET
    """Whether it writes objects to any bucket."""
    deletes_every_bucket: Fact[bool] = UNSET
    """Whether it deletes objects of any bucket."""
    writes: Fact[list[str]] = UNSET
    """What the buckets are for that it may write objects to, of those that are declared beside it on AWS:
    `checkpoints`, `datasets`, `logs`, `models`."""
    reads_every_secret: Fact[bool] = UNSET
    """Whether it reads any secret of the provider's secret store."""
    decrypts_with_every_key: Fact[bool] = UNSET
    """Whether it decrypts with any key of the provider's key store."""
    creates_access_keys: Fact[bool] = UNSET
    """Whether it makes or reads long-lived keys of others."""
    disables_logging: Fact[bool] = UNSET
    """Whether it can stop the record of what is done in the account."""
    launches_instances: Fact[bool] = UNSET
    """Whether it starts virtual machines."""
