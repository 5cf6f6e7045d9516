"""Pulumi's names in the terms of the Terraform providers that most of its providers are made from.

Source: the Pulumi documentation, "Resource names" (type tokens); property names of bridged providers are those of
Terraform in camel case, apart from exceptions that only a provider's schema tells: plurals stay as Pulumi has them.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["NATIVE", "properties", "renamed", "snake", "token"]

NATIVE = frozenset(("kubernetes", "aws-native", "azure-native", "google-native", "pulumi", "awsx", "eks"))
"""Providers with names of their own."""
MAPS = frozenset(
    ("tags", "tagsAll", "labels", "userLabels", "resourceLabels", "annotations", "metadata", "variables", "parameters")
)
"""Properties whose keys are the user's: they are not names of the provider."""
_NAME = re.compile(r"[a-z][a-zA-Z0-9]*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


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


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {snake(key): item if key in MAPS else _renamed(item) for key, item in value.items()}
