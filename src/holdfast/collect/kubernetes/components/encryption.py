"""EncryptionConfiguration -> `encryption_configuration`. Source: apiserver.config.k8s.io/v1, types_encryption.go."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import TEMPLATED, Fields
from holdfast.collect.kubernetes.elements import elements, names, steps
from holdfast.core.fact import Fact, Secret
from holdfast.kinds.encryption_configuration import EncryptionConfiguration, EncryptionKey, EncryptionRule

EVERY = frozenset(("secrets", "secrets.", "*.", "*.*"))
"""The names under which Secrets are encrypted: their own, all of the core group, and everything."""
KEYED = frozenset(("aescbc", "aesgcm", "secretbox"))


def encryption(fields: Fields) -> EncryptionConfiguration:
    """The facts of an EncryptionConfiguration."""
    found = elements(fields, "resources", "rules")
    if isinstance(found, UnsetType):
        return EncryptionConfiguration(name="EncryptionConfiguration")
    keys: list[EncryptionKey] = []
    rules = [_rule(item, fields, keys) for item in found]
    covered = [rule.covers_secrets for rule in rules]
    return EncryptionConfiguration(
        name="EncryptionConfiguration",
        covers_secrets=True if True in covered else UNSET if UNSET in covered else False,
        rules=rules,
        keys=keys,
    )


def _rule(item: Fields, whole: Fields, keys: list[EncryptionKey]) -> EncryptionRule:
    resources, listed = names(item, "resources", "resources"), steps(item, "providers")
    item.note("providers", "first")
    item.note("providers", "providers")
    if isinstance(listed, UnsetType):
        return EncryptionRule(resources=resources, covers_secrets=_covers(resources))
    providers: list[str] = []
    for provider in listed:
        name = next(iter(provider.data), "")
        providers.append(str(name))
        if name in KEYED:
            _keys(provider.child(name), str(name), whole, keys)
    versions = [item.child("kms").text("apiVersion", "kms_versions", "v1") for item in listed if "kms" in item.data]
    return EncryptionRule(
        resources=resources,
        covers_secrets=_covers(resources),
        first=providers[0] if providers else None,
        providers=providers,
        kms_versions=UNSET if UNSET in versions else [str(version) for version in versions],
    )


def _covers(resources: list[str] | UnsetType) -> Fact[bool]:
    return UNSET if isinstance(resources, UnsetType) else not EVERY.isdisjoint(resources)


def _keys(provider: Fields, name: str, whole: Fields, keys: list[EncryptionKey]) -> None:
    for key in steps(provider, "keys") or ():
        at = f"keys[{len(keys)}]"
        own = Fields(key.data, key.pointer, at, whole.spots, whole.line)
        own.here()
        value = own.get("secret", "secret")
        known = isinstance(value, str) and value != "" and not _placeholder(value)
        keys.append(
            EncryptionKey(
                name=own.text("name", "name", ""),
                provider=name,
                secret=Secret(value) if known else UNSET if value else None,
            )
        )


def _placeholder(text: str) -> bool:
    """Whether something else stands for the key: a template, `<BASE 64 ENCODED SECRET>`, a variable."""
    return TEMPLATED.search(text) is not None or "<" in text or "$" in text or " " in text
