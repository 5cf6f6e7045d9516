"""`audit_policy`: what the API server records of the requests it gets."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part


class AuditRule(Part, frozen=True):
    """One rule: the first that matches a request decides."""

    known_by: ClassVar[tuple[str, ...]] = ("level",)

    level: Fact[str] = UNSET
    """`None`, `Metadata`, `Request` or `RequestResponse`; any other is refused, and unobserved."""
    omitted_stages: Fact[list[str]] = UNSET
    """Stages that it leaves no record of, those of the whole policy included."""
    everything: Fact[bool] = UNSET
    """Whether it matches every request."""
    users: Fact[list[str]] = UNSET
    """Users it is limited to; empty for all."""
    groups: Fact[list[str]] = UNSET
    """Groups it is limited to; empty for all."""
    verbs: Fact[list[str]] = UNSET
    """Verbs it is limited to; empty for all."""
    namespaces: Fact[list[str]] = UNSET
    """Namespaces it is limited to; empty for all."""
    resources: Fact[list[str]] = UNSET
    """Resources it is limited to, as `group/resource` (`/secrets` of the core group); empty for all."""
    urls: Fact[list[str]] = UNSET
    """Paths that are no resources, to which it is limited; empty for all."""
    holds_secrets: Fact[bool] = UNSET
    """Whether it is the first to match requests that carry the contents of Secrets or bearer tokens, with their bodies.

    Tokens are in the answers to TokenRequests (`serviceaccounts/token`) and in TokenReviews.
    """


class AuditPolicy(Kind, frozen=True):
    """A Policy of audit.k8s.io. Source: audit.k8s.io/v1; Kubernetes documentation, Auditing."""

    kind: ClassVar[str] = "audit_policy"

    name: Fact[str] = UNSET
    """The object's name, or the file's."""
    rules: Fact[list[AuditRule]] = UNSET
    """Its rules in order."""
    records_secrets: Fact[bool] = UNSET
    """Whether reading and changing Secrets leaves a record."""
    records_exec: Fact[bool] = UNSET
    """Whether exec, attach and port-forward into pods leave a record."""
    records_rights: Fact[bool] = UNSET
    """Whether changes to roles and role bindings leave a record."""
    records_pods: Fact[bool] = UNSET
    """Whether making a pod leaves a record."""
    omitted_stages: Fact[list[str]] = UNSET
    """Stages that are never recorded: `RequestReceived`, ..."""
