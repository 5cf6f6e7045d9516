"""Pulumi's names in the terms of the Terraform providers that most of its providers are made from.

Source: the Pulumi documentation, "Resource names" (type tokens); property names of bridged providers are those of
Terraform in camel case, with the plural for lists of blocks (`inlinePolicies` for `inline_policy`), apart from
exceptions that only a provider's schema tells.
"""

from __future__ import annotations

import re
from typing import Any

from holdfast.core.known import known

__all__ = ["NATIVE", "properties", "renamed", "singular", "snake", "token", "with_singulars"]

NATIVE = frozenset(("kubernetes", "aws-native", "azure-native", "google-native", "pulumi", "awsx", "eks"))
"""Providers with names of their own."""
MAPS = frozenset(
    ("tags", "tagsAll", "labels", "userLabels", "resourceLabels", "annotations", "metadata", "variables", "parameters")
)
"""Properties whose keys are the user's: they are not names of the provider."""
ENDINGS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ss", "ss"), ("s", ""))
_NAME = re.compile(r"[a-z][a-zA-Z0-9]*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


SNAKE_MAPS = frozenset(_HUMP.sub("_", name).lower() for name in MAPS)


def token(type: str) -> str:
    """A type as it stands in a stack: the short `aws:s3:Bucket` of programs is `aws:s3/bucket:Bucket`."""
    parts = type.split(":")
    if len(parts) == 2:
        parts.insert(1, "index")
    if len(parts) != 3 or "/" in parts[1] or parts[0] in NATIVE:
        return ":".join(parts)
    package, module, name = parts
    return f"{package}:{module}/{name[:1].lower()}{name[1:]}:{name}"


def snake(name: str) -> str:
    """`kmsKeyId` as `kms_key_id`; what is not written in camel case stays."""
    return _HUMP.sub("_", name).lower() if _NAME.fullmatch(name) else name


def properties(type: str, value: Any) -> Any:
    """Properties with the names that Terraform has for them; those of native providers stay."""
    return value if type.partition(":")[0] in NATIVE else _renamed(value)


def renamed(path: str) -> str:
    """The path of an attribute (`rules[0].kmsKeyId`) with the names that `properties` gives."""
    found: list[str] = []
    steps = path.split(".")
    for at, step in enumerate(steps):
        name, bracket, place = step.partition("[")
        found.append(snake(name) + bracket + place)
        if name in MAPS:
            return ".".join([*found, *steps[at + 1 :]])
    return ".".join(found)


def singular(name: str) -> str:
    """The name of one of several: `inline_policies` is `inline_policy`."""
    for ending, one in ENDINGS:
        if name.endswith(ending):
            return name[: -len(ending)] + one
    return name


def with_singulars(value: Any) -> Any:
    """Attributes with each list under its singular as well, which is Terraform's name where it holds blocks."""
    inner = known(value)
    if isinstance(inner, list):
        return [with_singulars(item) for item in inner]
    if not isinstance(inner, dict):
        return value
    found = {key: item if key in SNAKE_MAPS else with_singulars(item) for key, item in inner.items()}
    lists = {singular(key): item for key, item in found.items() if isinstance(item, list)}
    return {**lists, **found}


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {snake(key): item if key in MAPS else _renamed(item) for key, item in value.items()}
