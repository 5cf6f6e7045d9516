"""`bucket`: object storage."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind
from holdfast.core.statement import Statement


class Bucket(Kind, frozen=True):
    """A bucket or container of objects with everything that decides who reaches it and what is kept.

    Amazon S3 bucket, Google Cloud Storage bucket, Azure storage account with its containers, and S3-compatible
    storage (CoreWeave, Nebius, MinIO). Documented defaults of the provider are filled in for new resources.
    """

    kind: ClassVar[str] = "bucket"

    name: Fact[str] = UNSET
    """Its name; absent where the provider makes one up."""
    provider: Fact[str] = UNSET
    """`aws`, `google`, `azure`, `coreweave`, `nebius` or `minio`; `s3` for a policy in a file of its own."""
    region: Fact[str] = UNSET
    """Where the objects lie."""
    account: Fact[str] = UNSET
    """The account, project or subscription."""
    holds: Fact[str] = UNSET
    """What it is for, by its name and labels: `checkpoints`, `models`, `datasets`, `logs`, `state` or `other`."""
    tags: Fact[dict[str, str]] = UNSET
    """Its tags or labels."""
    public_block: Fact[bool] = UNSET
    """Whether public access is refused whatever a policy or list says (all four settings of S3; Google's public access
    prevention; Azure's `allow_blob_public_access = false`), on the bucket or its account; absent where the
    provider has no such switch."""
    public_read: Fact[bool] = UNSET
    """Whether anybody may read or list objects, by list or policy, the block considered."""
    public_write: Fact[bool] = UNSET
    """Whether anybody may write, delete or change rights, by list or policy, the block considered."""
    shared_with: Fact[list[str]] = UNSET
    """Foreign accounts that its policy or list admits, `*` for any; not those whom a condition limits to yours."""
    policy: Fact[list[Statement]] = UNSET
    """What its policy says; absent for none."""
    acl_reads: Fact[bool] = UNSET
    """Whether its access control list lets everybody read or list."""
    acl_writes: Fact[bool] = UNSET
    """Whether its access control list lets everybody write or change rights."""
    acl: Fact[str] = UNSET
    """The canned access control list (`private`, `public-read`, ...); absent where lists are switched off."""
    lists_off: Fact[bool] = UNSET
    """Whether access control lists of single objects have no effect (S3 BucketOwnerEnforced; Google's uniform
    bucket-level access; always on Azure)."""
    tls_only: Fact[bool] = UNSET
    """Whether requests without TLS are refused."""
    encryption: Fact[str] = UNSET
    """Encryption at rest: `provider` (the provider's keys, the default of all), `kms` (a key of the customer's in a key
    service), `kms-dual`, or `none`."""
    key: Fact[str] = UNSET
    """The key of the customer's that encrypts it; absent for none."""
    versioning: Fact[bool] = UNSET
    """Whether overwritten and deleted objects are kept."""
    locked: Fact[bool] = UNSET
    """Whether objects cannot be deleted for a time (S3 Object Lock, Google's retention policy, Azure immutability)."""
    lifecycle: Fact[bool] = UNSET
    """Whether rules expire or move objects."""
    access_logs: Fact[bool] = UNSET
    """Whether requests for objects are logged (server access logs, data events of the same configuration)."""
    force_destroy: Fact[bool] = UNSET
    """Whether the tool that manages it deletes it with all objects."""
    keys_allowed: Fact[bool] = UNSET
    """Whether a static key of the whole account opens it beside identities (Azure's shared key)."""
