"""`encryption_configuration`: how the API server encrypts what it keeps."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret


class EncryptionRule(Part, frozen=True):
    """Some resources and how they are kept; the first provider writes, all of them read."""

    known_by: ClassVar[tuple[str, ...]] = ("resources",)

    resources: Fact[list[str]] = UNSET
    """`secrets`, `configmaps`, `*.apps`, `*.*`, ..."""
    covers_secrets: Fact[bool] = UNSET
    """Whether Secrets are among them."""
    first: Fact[str] = UNSET
    """The provider that writes: `identity` (no encryption), `aescbc`, `aesgcm`, `secretbox` or `kms`."""
    providers: Fact[list[str]] = UNSET
    """All providers in order."""
    kms_versions: Fact[list[str]] = UNSET
    """`v1` or `v2` for each provider that is a key management service."""


class EncryptionKey(Part, frozen=True):
    """A key that stands in the file."""

    name: Fact[str] = UNSET
    """Its name."""
    provider: Fact[str] = UNSET
    """The provider that uses it."""
    secret: Fact[Secret] = UNSET
    """The key; unobserved where a template fills it in."""


class EncryptionConfiguration(Kind, frozen=True):
    """An EncryptionConfiguration of the API server.

    Source: apiserver.config.k8s.io/v1; Kubernetes documentation, Encrypting Confidential Data at Rest.
    """

    kind: ClassVar[str] = "encryption_configuration"

    name: Fact[str] = UNSET
    """The file's name."""
    covers_secrets: Fact[bool] = UNSET
    """Whether any of its rules is about Secrets."""
    rules: Fact[list[EncryptionRule]] = UNSET
    """Its rules in order: the first that names a resource decides."""
    keys: Fact[list[EncryptionKey]] = UNSET
    """Keys that stand in it."""
