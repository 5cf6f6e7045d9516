"""A request to AWS as far as it is known: who asks for what, and the policies that apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, Struct

from holdfast.core.fact import Fact
from holdfast.core.statement import Statement

__all__ = ["Caller", "Policies", "Request", "Values"]

Values = Fact[tuple[Fact[str], ...]]
"""The values of a context key: None when the request lacks it, UNSET when nobody knows; a value may be UNSET too."""


class Caller(Struct, frozen=True):
    """Who asks.

    `sort` is `user`, `role` (any session of it), `federated` (a session of GetFederationToken, `arn` being the user's),
    `root` (the account itself), `service`, `federation` (somebody whom an identity provider vouches for) or
    `anonymous`.
    """

    sort: str
    arn: Fact[str] = None
    """ARN of the user or role; host name of a service; ARN or name of an identity provider."""
    session: Fact[str] = None
    """ARN of the session of a role or federated user."""
    account: Fact[str] = None
    """Its account: twelve digits; absent for services and anonymous requests."""


class Request(Struct, frozen=True):
    """One action on one resource."""

    action: str
    """`s3:GetObject`; case does not matter."""
    resource: Fact[str] = UNSET
    """Its ARN, or `*` for actions without one."""
    caller: Caller = Caller("anonymous")
    context: Mapping[str, Values] = {}
    """Context keys in small letters -> their values."""
    closed: bool = False
    """Whether the request has no keys but those of `context`; otherwise any other key is not known."""
    resource_account: Fact[str] = UNSET
    """The account that owns the resource; absent where the resource has no owner of its own (the caller's then)."""

    def values(self, key: str) -> Values:
        """The values of a key."""
        return self.context.get(key.lower(), None if self.closed else UNSET)

    def one(self, key: str) -> Fact[str]:
        """The value of a key for a policy variable; one with several values cannot stand there."""
        found = self.values(key)
        if found is None or found is UNSET:
            return found
        return found[0] if len(found) == 1 else None if not found else UNSET


Level = Sequence[Statement]


class Policies(Struct, frozen=True):
    """What applies to a request; UNSET where nobody has seen it, None where there is none."""

    identity: Fact[Sequence[Statement]] = ()
    """Of the user with its groups, or of the role."""
    complete: bool = True
    """Whether `identity` is all of them."""
    resource: Fact[Sequence[Statement]] = None
    """Of the resource: bucket, queue, key or trust policy."""
    boundary: Fact[Sequence[Statement]] = None
    session: Fact[Sequence[Statement]] = None
    scps: Fact[Sequence[Level]] = None
    """Service control policies, one list a level from the root to the account: each level must allow."""
    rcps: Fact[Sequence[Level]] = None
    """Resource control policies, likewise."""
