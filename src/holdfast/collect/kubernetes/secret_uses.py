"""The Secrets that a container is given, in its environment or as files.

Source: the Kubernetes API reference, core/v1 SecretEnvSource, SecretKeySelector, SecretVolumeSource, SecretProjection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from holdfast.collect.fields import TEMPLATED, Fields
from holdfast.core.fact import Fact
from holdfast.kinds.workload import SecretUse

FACT = "secrets"


def in_volumes(pod: Fields) -> dict[str, list[SecretUse]]:
    """Name of each volume of a pod that holds Secrets -> these."""
    found: dict[str, list[SecretUse]] = {}
    for volume in _listed(pod, "volumes"):
        whole = volume.get("secret")
        uses = [_use(whole, "secretName")] if isinstance(whole, dict) else []
        projected = volume.get("projected")
        sources = projected.get("sources") if isinstance(projected, dict) else None
        for source in sources if isinstance(sources, list) else ():
            part = source.get("secret") if isinstance(source, dict) else None
            uses += [_use(part, "name")] if isinstance(part, dict) else []
        if uses and isinstance(volume.get("name"), str):
            found[volume["name"]] = uses
    return found


def given(container: Fields, volumes: Mapping[str, list[SecretUse]]) -> Fact[list[SecretUse]]:
    """The Secrets of one container, each once; unobserved where a part of what it is given cannot be read."""
    if any(container.unreadable(key) for key in ("env", "envFrom", "volumeMounts")):
        return UNSET
    return list(dict.fromkeys(_given(container, volumes)))


def _given(container: Fields, volumes: Mapping[str, list[SecretUse]]) -> Iterator[SecretUse]:
    for variable in _listed(container, "env"):
        source = variable.get("valueFrom")
        one = source.get("secretKeyRef") if isinstance(source, dict) else None
        if isinstance(one, dict):
            container.note("env", FACT)
            yield _use(one, "name")
    for source in _listed(container, "envFrom"):
        whole = source.get("secretRef")
        if isinstance(whole, dict):
            container.note("envFrom", FACT)
            yield _use(whole, "name")
    for mount in _listed(container, "volumeMounts") if volumes else ():
        name = mount.get("name")
        if isinstance(name, str) and name in volumes:
            container.note("volumeMounts", FACT)
            yield from volumes[name]


def _listed(fields: Fields, key: str) -> Iterator[dict[str, Any]]:
    value = fields.data.get(key)
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def _use(source: Mapping[str, Any], key: str) -> SecretUse:
    name, optional = source.get(key), source.get("optional", False)
    return SecretUse(
        name=name if isinstance(name, str) and name and not TEMPLATED.search(name) else UNSET,
        optional=optional if isinstance(optional, bool) else UNSET,
    )
