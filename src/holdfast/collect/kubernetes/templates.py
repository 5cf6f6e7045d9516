"""Finds pod templates wherever they hide, by shape: a mapping whose `containers` is a list of mappings.

That covers Deployment and CronJob, Ray, Kubeflow, JobSet, Volcano and Seldon objects, and custom resources that
nobody has heard of. The few shapes that hold containers in another way are in `shapes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.collect.fields import escape
from holdfast.collect.kubernetes.shapes import BESIDE, TRIGGERS, patched, shaped
from holdfast.formats.yaml import Mapping, Sequence

NEVER = frozenset(("metadata", "managedFields", "openAPIV3Schema"))
AT_TOP = frozenset(("status", "data", "binaryData", "stringData"))
"""Where no template can be: in any mapping, and in the object itself."""
PATCHED = frozenset(("TrainJob",))
"""Kinds whose pod specs only change those of another object."""

_Path = tuple[Any, str] | None
"""A path from its end: (what comes before, the last step)."""


class Template(NamedTuple):
    """A pod spec, the mapping that holds its metadata, and the path of keys from the object to the spec."""

    spec: Mapping
    holder: Mapping
    path: tuple[str, ...]


def templates(document: Mapping) -> Iterator[Template]:
    """Every pod template of one object, in source order; one that aliases repeat comes each time."""
    kind = document.get("kind")
    stack: list[tuple[Any, Mapping, _Path]] = [(document, document, None)]
    while stack:
        value, holder, path = stack.pop()
        if isinstance(value, Sequence):
            for index in range(len(value) - 1, -1, -1):
                if isinstance(value[index], Mapping):
                    stack.append((value[index], holder, (path, str(index))))
            continue
        within = None
        if not TRIGGERS.isdisjoint(value):
            steps = _steps(path)
            found, within = shaped(str(kind), value, holder, steps)
            for spec, inner, step in found:
                yield Template(spec, inner, (*steps, *step))
        if within is None and is_pod_spec(value):
            within = BESIDE
            steps = _steps(path)
            yield Template(patched(value) if kind in PATCHED else value, holder, steps)
        skip = NEVER if path is not None else NEVER | AT_TOP
        for key in reversed(value):
            child = value[key]
            if isinstance(child, dict | list) and key not in skip and (within is None or key in within):
                stack.append((child, value, (path, key)))


def is_pod_spec(value: Mapping) -> bool:
    """Whether a mapping is a pod spec: its `containers` holds a mapping with a name or an image."""
    containers = value.get("containers")
    return isinstance(containers, Sequence) and any(
        isinstance(item, Mapping) and ("image" in item or "name" in item) for item in containers
    )


def _steps(path: _Path) -> tuple[str, ...]:
    found = []
    while path is not None:
        path, step = path
        found.append(step)
    return tuple(reversed(found))


def pointer(path: tuple[str, ...]) -> str:
    """A path of keys as an RFC 6901 pointer."""
    return "".join(f"/{escape(step)}" for step in path)
