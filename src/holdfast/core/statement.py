"""Statements: what a policy document grants or denies, in one shape for every provider.

A grant of AWS, a role binding of Google and a role assignment of Azure become the same `Statement`; kinds that hold
policies (an identity, a bucket, a key, a secret) hold a list of them. Patterns keep the provider's own wildcards.

A text that a source shows only in part holds a *hole*: `UNRESOLVED` where anything may stand, wildcards included (a
Terraform variable), `NAMED` where one existing thing's name stands (another resource's attribute), which holds no
wildcard. `arn:aws:s3:::${unresolved}/*` may match any object and no queue. No policy variable of a provider is
spelled like them: those have a colon or a single sign between the braces.
"""

from __future__ import annotations

import re
from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Part

__all__ = [
    "EVERYBODY", "NAMED", "REFERENCE", "UNRESOLVED", "Condition", "Principal", "Statement", "holes", "reference",
    "without_holes",
]  # fmt: skip

UNRESOLVED = "${unresolved}"
"""A piece of text that could not be resolved: it may be anything, a wildcard too."""
NAMED = "${name}"
"""A piece of text that is some existing thing's name: it may be any text without a wildcard."""
REFERENCE = re.compile(r"\$\{=([^{}]+)\}")
"""A hole that says whose name it is: `${=aws_s3_bucket.data}`. Only `Statement.referring` has such."""
EVERYBODY = "*"
"""The name of a principal that is anybody."""


class Principal(Part, frozen=True):
    """Whom a statement is about."""

    type: Fact[str] = UNSET
    """AWS: `AWS`, `Service`, `Federated`, `CanonicalUser`. Google: `user`, `group`, `serviceAccount`, `domain`, ....
    Azure: `principal`."""
    name: Fact[str] = UNSET
    """ARN, account id, host name of a service, address or object id; `*` for anybody."""


class Condition(Part, frozen=True):
    """One test of a request: one operator on one key. All conditions of a statement must hold."""

    known_by: ClassVar[tuple[str, ...]] = ("key",)

    operator: Fact[str] = UNSET
    """AWS: the operator without prefix and suffix (`StringLike`). Google: `cel`. Azure: `abac`."""
    key: Fact[str] = UNSET
    """The context key, as written (`aws:SourceIp`); absent where the values hold a whole expression."""
    values: Fact[list[str]] = UNSET
    """What it is compared with; one match is enough. For `cel` and `abac` the expression's text."""
    quantifier: Fact[str] = UNSET
    """`ForAllValues` or `ForAnyValue`; absent for a key with one value."""
    if_exists: Fact[bool] = UNSET
    """Whether a missing key satisfies it (`...IfExists`)."""


class Statement(Part, frozen=True):
    """One grant or denial. An action or resource is meant when the list holds it and its `not_` list does not."""

    known_by: ClassVar[tuple[str, ...]] = ("sid", "origin")

    effect: Fact[str] = UNSET
    """`Allow` or `Deny`."""
    actions: Fact[list[str]] = UNSET
    """Patterns of actions (`s3:Get*`, `storage.objects.get`, `Microsoft.Storage/*/read`); absent means all."""
    not_actions: Fact[list[str]] = UNSET
    """Patterns of actions that are not meant; absent when there are none."""
    resources: Fact[list[str]] = UNSET
    """Patterns of resources (AWS ARNs; the resource names of Google and scopes of Azure, which include what lies
    below them); absent means all."""
    not_resources: Fact[list[str]] = UNSET
    """Patterns of resources that are not meant; absent when there are none."""
    principals: Fact[list[Principal]] = UNSET
    """Who is meant; absent in a policy of the identity itself."""
    not_principals: Fact[list[Principal]] = UNSET
    """Who is not meant, everybody else being; absent when there is no such element."""
    conditions: Fact[list[Condition]] = UNSET
    """Tests that a request must pass; empty when there are none."""
    variables: Fact[bool] = UNSET
    """Whether `${aws:username}` and the like are replaced (AWS policies of version 2012-10-17)."""
    plane: Fact[str] = UNSET
    """Azure: `control` or `data`, which share no action; absent elsewhere."""
    sid: Fact[str] = UNSET
    """The statement's own name; absent when it has none."""
    on: Fact[str] = UNSET
    """The address of the thing that it is for, where that is declared beside it and is no project or the like."""
    referring: Fact[list[str]] = UNSET
    """Those of its resources, or of those that are not meant, which name something that is declared beside it: with
    `${=ADDRESS}` where its name or ARN stands (`${=aws_s3_bucket.data}/*`); unobserved where none was seen to."""
    origin: Fact[str] = UNSET
    """The policy that it stands in; for Google and Azure the role."""


def holes(text: str) -> bool:
    """Whether a text was resolved only in part."""
    return UNRESOLVED in text or NAMED in text


def reference(address: str) -> str:
    """The hole for the name of what is declared at an address."""
    return f"${{={address}}}"


def without_holes(text: str, filling: str) -> str:
    """The text with every hole filled in the same way."""
    return text.replace(UNRESOLVED, filling).replace(NAMED, filling)
