"""Patches of kustomize: strategic merge and RFC 6902, on values that know where they stood.

Nothing is changed in place: a result shares what a patch does not touch. Marks of a patch get `shift` lines more, by
which the file that they stand in is found again.
Sources: Kubernetes, Update API Objects in Place Using kubectl patch (strategic merge, `$patch`); the API reference's
patch merge keys of core/v1; RFC 6902.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, Sequence

KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "resourceClaims": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "ports": ("containerPort", "protocol"),
}
"""The lists whose items are merged, and what tells these apart."""
SERVICE_PORTS = ("port", "protocol")
DEFAULTS = {"protocol": "TCP"}
NATIVE = re.compile(r"(?:(?:apps|batch|policy|autoscaling|extensions|[\w.-]+\.k8s\.io)/)?v\w+", re.ASCII)
"""Versions of objects whose lists are known; those of others are replaced."""
MAX_OPERATIONS = 1000
UNESCAPED = (("~1", "/"), ("~0", "~"))


class Mark(NamedTuple):
    """Where a value stands."""

    line: int
    column: int


class Deleted(Exception):  # no error: the patch removes the object
    """What a patch with `$patch: delete` leaves."""


def native(value: Mapping) -> bool:
    """Whether the lists of an object are those of Kubernetes itself."""
    version = value.get("apiVersion")
    return isinstance(version, str) and NATIVE.fullmatch(version) is not None


def placed(value: Any, shift: int) -> Any:
    """A copy whose marks lie `shift` lines further down."""
    if isinstance(value, Mapping):
        copy = Mapping({key: placed(item, shift) for key, item in value.items()})
        copy.mark = _moved(value.mark, shift)
        copy.marks = {key: _moved(mark, shift) for key, mark in value.marks.items()}
        return copy
    if isinstance(value, Sequence):
        items = Sequence(placed(item, shift) for item in value)
        items.mark, items.marks = _moved(value.mark, shift), [_moved(mark, shift) for mark in value.marks]
        return items
    return value


def _moved(mark: Any, shift: int) -> Mark:
    return Mark(mark.line + shift, mark.column)


def _copied(base: Mapping) -> Mapping:
    copy = Mapping(base)
    copy.mark, copy.marks = base.mark, dict(base.marks)
    return copy


def _listed(like: Sequence, items: list[Any], marks: list[Any]) -> Sequence:
    found = Sequence(items)
    found.mark, found.marks = like.mark, marks
    return found


def merged(base: Mapping, patch: Mapping, *, known: bool) -> Mapping:
    """A strategic merge; `known` where the lists are Kubernetes' own. Raises Deleted."""
    directive = patch.get("$patch")
    if directive == "delete":
        raise Deleted
    if directive == "replace":
        whole: Mapping = _plain(patch)
        return whole
    result = _copied(base)
    for key, value in patch.items():
        if key.startswith("$"):
            _remove_items(result, key, value)
            continue
        old = result.get(key)
        if value is None:
            result.pop(key, None)
            result.marks.pop(key, None)
            continue
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            try:
                result[key] = merged(old, value, known=known)
            except Deleted:
                del result[key], result.marks[key]
            continue
        if isinstance(value, Sequence) and isinstance(old, Sequence) and known and key in KEYS:
            result[key] = _merged_list(old, value, _keys(key, value, old))
            continue
        result[key], result.marks[key] = _plain(value), patch.marks[key]
    return result


def _keys(key: str, *lists: Sequence) -> tuple[str, ...]:
    """What tells the items of a list apart; ports of a Service have no container port."""
    items = [item for each in lists for item in each if isinstance(item, Mapping)]
    if key == "ports" and not any("containerPort" in item for item in items):
        return SERVICE_PORTS
    return KEYS[key]


def _identity(item: Any, keys: tuple[str, ...]) -> tuple[object, ...] | None:
    """What an item is called; None where it has no name, or something that is none."""
    if not isinstance(item, Mapping):
        return None
    found = tuple(item.get(key, DEFAULTS.get(key)) for key in keys)
    nameless = found[0] is None or any(isinstance(part, Mapping | Sequence) for part in found)
    return None if nameless else found


def _merged_list(base: Sequence, patch: Sequence, keys: tuple[str, ...]) -> Sequence:
    """The items of both, those of the patch that are new in front, as kustomize puts them."""
    if any(isinstance(item, Mapping) and item.get("$patch") == "replace" and len(item) == 1 for item in patch):
        kept = [at for at, item in enumerate(patch) if not (isinstance(item, Mapping) and "$patch" in item)]
        return _listed(patch, [patch[at] for at in kept], [patch.marks[at] for at in kept])
    changes = {_identity(item, keys): at for at, item in enumerate(patch)}
    items, marks, used = [], [], set()
    for at, item in enumerate(base):
        identity = _identity(item, keys)
        position = changes.get(identity) if identity is not None else None
        if position is None:
            items.append(item)
            marks.append(base.marks[at])
            continue
        used.add(position)
        try:
            items.append(merged(item, patch[position], known=True))
            marks.append(base.marks[at])
        except Deleted:
            continue
    fresh = [
        at
        for at, item in enumerate(patch)
        if at not in used and not (isinstance(item, Mapping) and item.get("$patch") == "delete")
    ]
    return _listed(
        base,
        [*(_plain(patch[at]) for at in fresh), *items],
        [*(patch.marks[at] for at in fresh), *marks],
    )


def _remove_items(result: Mapping, key: str, value: Any) -> None:
    """`$deleteFromPrimitiveList/NAME`; other directives say only in which order things stand."""
    name = key.partition("/")[2]
    old = result.get(name)
    if key.startswith("$deleteFromPrimitiveList/") and isinstance(old, Sequence) and isinstance(value, Sequence):
        kept = [at for at, item in enumerate(old) if item not in value]
        result[name] = _listed(old, [old[at] for at in kept], [old.marks[at] for at in kept])


def _plain(value: Any) -> Any:
    """A value of a patch without its directives and nulls."""
    if isinstance(value, Mapping):
        kept = _copied(value)
        for key, item in value.items():
            if key.startswith("$") or item is None:
                del kept[key], kept.marks[key]
            else:
                kept[key] = _plain(item)
        return kept
    if isinstance(value, Sequence):
        return _listed(value, [_plain(item) for item in value], list(value.marks))
    return value


def operated(base: Mapping, operations: Sequence) -> Mapping:
    """The operations of RFC 6902 on an object. Raises FormatError for one that does not apply."""
    result: Mapping = placed(base, 0)
    for operation in operations[:MAX_OPERATIONS]:
        if not isinstance(operation, Mapping):
            raise FormatError("an operation is a mapping")
        _operate(result, operation)
    return result


def _operate(root: Mapping, operation: Mapping) -> None:
    name, path = operation.get("op"), operation.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise FormatError(f"no path in an operation: {str(path)[:100]}")
    if name in ("move", "copy"):
        source = str(operation.get("from"))
        value, mark = _taken(root, source, remove=name == "move")
        _put(root, path, value, mark, insert=True)
    elif name in ("add", "replace"):
        _put(root, path, operation.get("value"), operation.marks.get("value", operation.mark), insert=name == "add")
    elif name == "remove":
        _taken(root, path, remove=True)
    elif name != "test":
        raise FormatError(f"no operation of RFC 6902: {str(name)[:100]}")


def _around(root: Mapping, path: str) -> tuple[Any, str]:
    """The container of a place, and the last step to it."""
    steps = [step.replace(*UNESCAPED[0]).replace(*UNESCAPED[1]) for step in path.split("/")[1:]]
    place: Any = root
    for step in steps[:-1]:
        if isinstance(place, Mapping) and step in place:
            place = place[step]
        elif isinstance(place, Sequence) and step.isdecimal() and int(step) < len(place):
            place = place[int(step)]
        else:
            raise FormatError(f"there is no {path[:200]}")
    return place, steps[-1]


def _put(root: Mapping, path: str, value: Any, mark: Any, *, insert: bool) -> None:
    place, step = _around(root, path)
    if isinstance(place, Mapping):
        place[step], place.marks[step] = value, mark
        return
    at = len(place) if step == "-" and isinstance(place, Sequence) else _index(place, step, path)
    if insert:
        place.insert(at, value)
        place.marks.insert(at, mark)
    elif at < len(place):
        place[at], place.marks[at] = value, mark
    else:
        raise FormatError(f"there is no {path[:200]}")


def _taken(root: Mapping, path: str, *, remove: bool) -> tuple[Any, Any]:
    place, step = _around(root, path)
    if isinstance(place, Mapping) and step in place:
        found = place[step], place.marks[step]
        if remove:
            del place[step], place.marks[step]
        return found
    at = _index(place, step, path)
    if at >= len(place):
        raise FormatError(f"there is no {path[:200]}")
    found = place[at], place.marks[at]
    if remove:
        del place[at], place.marks[at]
    return found


def _index(place: Any, step: str, path: str) -> int:
    if not isinstance(place, Sequence) or not step.isdecimal() or int(step) > len(place):
        raise FormatError(f"there is no {path[:200]}")
    return int(step)
