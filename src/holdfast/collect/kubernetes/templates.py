"""Finds pod templates wherever they hide, by shape: a mapping whose `containers` is a list of mappings.

That covers Deployment and CronJob, Ray, Kubeflow, JobSet, Volcano and Seldon objects, and custom resources that
nobody has heard of. Argo Workflows hold single containers instead of pods and are turned into that shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.collect.fields import escape
from holdfast.formats.yaml import Mapping, Sequence

MAX_VISITS = 200_000
"""Values looked at in one object; aliases are followed once."""
NO_TEMPLATES = frozenset(("status", "metadata", "managedFields", "openAPIV3Schema", "data", "binaryData", "stringData"))
SINGLE = ("container", "script")


class Template(NamedTuple):
    """A pod spec, the mapping that holds its metadata, and the path of keys from the object to the spec."""

    spec: Mapping
    holder: Mapping
    path: tuple[str, ...]


def templates(document: Mapping) -> Iterator[Template]:
    """Every pod template of one object, in source order."""
    seen: set[int] = set()
    stack: list[tuple[Any, Mapping, tuple[str, ...]]] = [(document, document, ())]
    visits = 0
    while stack and visits < MAX_VISITS:
        value, holder, path = stack.pop()
        visits += 1
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Mapping):
            if is_pod_spec(value):
                yield Template(value, holder, path)
                continue
            step = _single(value)
            if step is not None:
                yield Template(step, value, path)
                continue
            stack.extend(
                (child, value, (*path, key))
                for key, child in reversed(value.items())
                if isinstance(child, Mapping | Sequence) and key not in NO_TEMPLATES
            )
        elif isinstance(value, Sequence):
            stack.extend(
                (child, holder, (*path, str(index)))
                for index, child in reversed(list(enumerate(value)))
                if isinstance(child, Mapping)
            )


def is_pod_spec(value: Mapping) -> bool:
    """Whether a mapping is a pod spec: its `containers` holds mappings with a name or an image."""
    containers = value.get("containers")
    return (
        isinstance(containers, Sequence)
        and len(containers) > 0
        and all(isinstance(item, Mapping) for item in containers)
        and any("image" in item or "name" in item for item in containers)
    )


def _single(value: Mapping) -> Mapping | None:
    """An Argo template, whose pod has one `container` or `script`, as a pod spec."""
    key = next((key for key in SINGLE if isinstance(value.get(key), Mapping) and "image" in value[key]), None)
    if key is None:
        return None
    spec = Mapping(value)
    spec.mark, spec.marks = value.mark, value.marks
    wrapped = Sequence([value[key], *(item for item in value.get("sidecars") or () if isinstance(item, Mapping))])
    wrapped.mark, wrapped.marks = value[key].mark, [item.mark for item in wrapped]
    spec["containers"] = wrapped
    spec.marks = {**value.marks, "containers": value.marks[key]}
    return spec


def pointer(path: tuple[str, ...]) -> str:
    """A path of keys as an RFC 6901 pointer."""
    return "".join(f"/{escape(step)}" for step in path)
