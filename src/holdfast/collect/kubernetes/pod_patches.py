"""What Argo's `podSpecPatch` makes of a pod: a strategic merge, after everything else.

Sources, checked 2026-11-30: Argo Workflows, "Fields" (`podSpecPatch` of a workflow and of a template) and
workflowpod.go (the workflow's is applied before the template's); Kubernetes API reference, core/v1 PodSpec (merge
keys).
"""

from __future__ import annotations

from typing import Any

from holdfast.core.errors import FormatError
from holdfast.formats import yaml
from holdfast.formats.yaml import Mapping, Sequence

KEYS = {"containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath"}
"""The lists whose items are merged, and what tells these apart."""
SIZE = 1 << 16
"""Longest patch that is read, in characters."""
DEPTH = 20
CLOSED = ("hostNetwork", "hostPID", "hostIPC", "hostUsers", "serviceAccountName")
"""What of a pod is unknown where its patch cannot be read, besides the security of its containers."""
ADDED = frozenset(("init", "wait"))
"""Containers that the controller adds itself."""


def loaded(text: object) -> Mapping | None:
    """A patch as a mapping; None where it cannot be read."""
    if isinstance(text, str) and len(text) <= SIZE:
        try:
            found = yaml.load(text.encode("utf-8", "replace"))
        except FormatError:
            return None
        return found if isinstance(found, Mapping) else None
    return None


def merged(base: Mapping, patch: Mapping, mark: Any) -> Mapping:
    """A pod spec with a patch, whose values all stand at `mark`."""
    whole = _copied(base)
    for key, value in patch.items():
        own = whole.get(key)
        if isinstance(value, Mapping) and isinstance(own, Mapping):
            whole[key] = merged(own, value, mark)
        elif key in KEYS and isinstance(value, Sequence) and isinstance(own, Sequence):
            whole[key] = _lists(own, value, KEYS[key], mark)
        else:
            whole[key] = standing(value, mark)
        whole.marks[key] = mark
    return whole


def closed(base: Mapping, text: object, mark: Any) -> Mapping:
    """A pod spec of which nothing is known that a patch may change: the text stands in its place."""
    whole = _copied(base)
    containers = whole.get("containers")
    for key in CLOSED:
        whole[key], whole.marks[key] = f"{{{{{str(text)[:20]}}}}}", mark
    if isinstance(containers, Sequence):
        patch = Mapping(securityContext="{{}}")
        patch.mark, patch.marks = mark, {"securityContext": mark}
        whole["containers"] = _each(containers, [merged(item, patch, mark) for item in containers])
    return whole


def _lists(own: Sequence, patch: Sequence, key: str, mark: Any) -> Sequence:
    """A list with what a patch adds to its items, and with those that it adds."""
    items = list(own)
    names = [item.get(key) if isinstance(item, Mapping) else None for item in items]
    new = []
    for change in patch:
        if not isinstance(change, Mapping):
            continue
        if change.get(key) in names and change.get(key) is not None:
            at = names.index(change[key])
            items[at] = merged(items[at], change, mark)
        elif change.get(key) not in ADDED:
            new.append(standing(change, mark))
    return _each(own, items, new, mark)


def _each(own: Sequence, items: list[Any], new: list[Any] | None = None, mark: Any = None) -> Sequence:
    """A list like `own` with other items."""
    whole = type(own)([*items, *(new or ())])
    whole.mark, whole.marks = own.mark, [*own.marks, *(mark for _ in new or ())]
    places = getattr(own, "places", None)
    if places is not None:
        whole.places = [*places, *("/spec/podSpecPatch" for _ in new or ())]  # type: ignore[attr-defined]
    return whole


def standing(value: Any, mark: Any, depth: int = DEPTH) -> Any:
    """A copy of a value of which everything stands at `mark`."""
    if depth and isinstance(value, Mapping):
        whole = Mapping((key, standing(item, mark, depth - 1)) for key, item in value.items())
        whole.mark, whole.marks = mark, dict.fromkeys(value, mark)
        return whole
    if depth and isinstance(value, Sequence):
        items = Sequence(standing(item, mark, depth - 1) for item in value)
        items.mark, items.marks = mark, [mark for _ in value]
        return items
    return value


def _copied(base: Mapping) -> Mapping:
    whole = type(base)(base)
    whole.mark, whole.marks = base.mark, dict(base.marks)
    for name in ("places", "partial"):
        if hasattr(base, name):
            setattr(whole, name, getattr(base, name))
    return whole
