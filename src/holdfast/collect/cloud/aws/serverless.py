"""Collections of OpenSearch Serverless, which hold embeddings: their policies name them by patterns.

Source: Amazon OpenSearch Service Developer Guide, "Network access for Amazon OpenSearch Serverless", "Encryption in
Amazon OpenSearch Serverless", "Data access control for Amazon OpenSearch Serverless" (every request is signed);
Terraform AWS provider 6, `aws_opensearchserverless_security_policy` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.common import asset
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.core.known import document, known
from holdfast.kinds.database import Database

POLICY = "aws_opensearchserverless_security_policy"
KIND = "collection"


def collection(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A collection: for nobody until a network policy lets somebody in, and always encrypted."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    name = own.text("name", "name", None)
    facts = Database(
        name=name or resource.name,
        provider="aws",
        service="opensearch-serverless",
        public_network=_public(name, stack, spots),
        open_ranges=None,
        policy=None,
        anonymous=False,
        tls=True,
        encryption=_encryption(name, stack),
        keys_allowed=False,
        fine_grained=True,
        audit_logs=UNSET,
        backups=True,
        literal_password=False,
        deletion_protection=False,
    )
    yield asset(resource, facts, spots)


def _public(name: Fact[str], stack: Stack, spots: dict[str, Spot]) -> Fact[bool]:
    """Whether a network policy lets the internet in; one that is not here may."""
    answers: list[Fact[bool]] = []
    for policy, rules in stack.once(_policies).get("network", ()):
        for rule in rules:
            opened = known(rule.get("AllowFromPublic", False)) if isinstance(rule, Mapping) else UNSET
            opened = opened if isinstance(opened, bool) else UNSET
            meant = _means(rule, name)
            if meant is True and opened is True:
                Block(policy, spots).note("policy", "public_network")
            answers.append(False if False in (meant, opened) else UNSET if UNSET in (meant, opened) else True)
    return either(*answers) if answers else UNSET


def _encryption(name: Fact[str], stack: Stack) -> Fact[str]:
    """With a key of AWS's own or, where the policy names one, the customer's."""
    for _, rules in stack.once(_policies).get("encryption", ()):
        for rule in rules:
            if _means(rule, name) is True:
                return "kms" if rule.get("KmsARN") is not None else "provider"
    return UNSET


def _policies(stack: Stack) -> dict[str, list[tuple[Resource, list[Any]]]]:
    """Type -> the policies that are of it, or may be, each with its parts: a list, or a single one for encryption."""
    found: dict[str, list[tuple[Resource, list[Any]]]] = {}
    for each in stack.of(POLICY):
        written = document(each.attributes.get("policy"))
        parts = written if isinstance(written, list) else [written]
        type = Block(each, {}).text("type", default=UNSET)
        for name in (type,) if isinstance(type, str) else ("network", "encryption"):
            found.setdefault(name, []).append((each, parts))
    return found


def _means(rule: Any, name: Fact[str]) -> Fact[bool]:
    """Whether a part of a policy is about a collection."""
    if not isinstance(rule, Mapping):
        return UNSET
    answers: list[Fact[bool]] = []
    listed = known(rule.get("Rules"))
    for each in listed if isinstance(listed, list) else [None]:
        if not isinstance(each, Mapping) or not isinstance(each.get("Resource"), list):
            answers.append(UNSET)
        elif each.get("ResourceType") == KIND:
            for pattern in map(known, each["Resource"]):
                meant = isinstance(pattern, str) and isinstance(name, str)
                answers.append(_fits(f"{KIND}/{name}", pattern) if meant else pattern == f"{KIND}/*" or UNSET)
    return either(*answers) if answers else False


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" in pattern else name == pattern
