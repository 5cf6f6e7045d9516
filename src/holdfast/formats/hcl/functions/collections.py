"""Functions that work on lists and maps. What they do not look at may be unknown. Source: Terraform's documentation."""

from __future__ import annotations

import itertools
import math
from typing import Any

from holdfast.core.known import Text, Unknown, is_open, known, nodes, plain
from holdfast.formats.hcl.values import (
    MAX_LENGTH,
    Budget,
    Exhausted,
    Failure,
    boolean,
    equal,
    mapping,
    number,
    sequence,
    string,
)

__all__ = ["COSTLY", "PARTIAL", "STRICT"]


def _unknown(*values: Any) -> Unknown | None:
    """The reason of the first unknown among some values."""
    for value in values:
        if isinstance(value, Unknown | Text):
            return Unknown(value.reason if isinstance(value, Unknown) else "text that is known in part")
    return None


def _length(value: Any) -> Any:
    if isinstance(value, str | list | dict):
        return len(value)
    return _unknown(value) or len(sequence(value))


def _element(items: Any, place: Any) -> Any:
    if found := _unknown(items, place):
        return found
    if not sequence(items):
        raise Failure("element() of an empty list")
    return items[int(number(place)) % len(items)]


def _lookup(items: Any, key: Any, *default: Any) -> Any:
    if found := _unknown(items, key):
        return found
    if string(key) in mapping(items):
        return items[string(key)]
    if len(default) != 1:
        raise Failure(f"lookup() finds no `{string(key)}`")
    return default[0]


def _merge(*maps: Any) -> Any:
    if found := _unknown(*maps):
        return found
    return {key: value for each in maps if each is not None for key, value in mapping(each).items()}


def _concat(*lists: Any) -> Any:
    if found := _unknown(*lists):
        return found
    if sum(len(sequence(each)) for each in lists) > MAX_LENGTH:
        raise Exhausted(f"more than {MAX_LENGTH} elements")
    return [item for each in lists for item in each]


def _coalesce(*values: Any) -> Any:
    for value in values:
        if value is None or value == "":
            continue
        return _unknown(value) if isinstance(value, Unknown) else value
    raise Failure("coalesce() of nothing")


def _coalescelist(*lists: Any) -> Any:
    for each in lists:
        if each is None or each == []:
            continue
        return _unknown(each) or sequence(each)
    raise Failure("coalescelist() of nothing")


def _contains(budget: Budget, items: Any, wanted: Any) -> Any:
    if found := _unknown(items):
        return found
    answers = [equal(item, wanted, budget) for item in sequence(items)]
    return True if True in answers else Unknown("an element is unknown") if None in answers else False


def _flatten(budget: Budget, items: Any) -> Any:
    if found := _unknown(items):
        return found
    flat: list[Any] = []
    waiting = [iter(sequence(items))]
    while waiting:
        for item in waiting[-1]:
            budget.charge(1)
            value = known(item)
            if isinstance(value, Unknown):
                return Unknown(value.reason)
            if isinstance(value, list):
                waiting.append(iter(value))
                break
            flat.append(item)
            if len(flat) > MAX_LENGTH:
                raise Exhausted(f"more than {MAX_LENGTH} elements")
        else:
            waiting.pop()
    return flat


def _keys(items: Any) -> Any:
    return _unknown(items) or sorted(mapping(items))


def _values(items: Any) -> Any:
    return _unknown(items) or [items[key] for key in sorted(mapping(items))]


def _zipmap(keys: Any, values: Any) -> Any:
    if found := _unknown(keys, values) or _unknown(*sequence(keys)):
        return found
    if len(keys) != len(sequence(values)):
        raise Failure("zipmap() of lists of different lengths")
    return dict(zip(map(string, keys), values, strict=True))


def _one(items: Any) -> Any:
    if found := _unknown(items):
        return found
    items = items if isinstance(items, list) else [] if items is None else [items]
    if len(items) > 1:
        raise Failure("one() of more than one element")
    return items[0] if items else None


def _tolist(items: Any) -> Any:
    return items if items is None else _unknown(items) or sequence(items)


def _tomap(items: Any) -> Any:
    return items if items is None else _unknown(items) or mapping(items)


def _key(value: Any) -> Any:
    """What is the same for equal values that are all known, and only for them."""
    if isinstance(value, list):
        return "list", tuple(_key(item) for item in value)
    if isinstance(value, dict):
        return "map", frozenset((key, _key(item)) for key, item in value.items())
    return isinstance(value, bool), value


def _distinct(items: Any) -> Any:
    found: dict[Any, Any] = {}
    for item in sequence(items):
        found.setdefault(_key(item), item)
    return list(found.values())


def _toset(budget: Budget, items: Any) -> Any:
    """A set is a list here: texts in order, without repetition; with unknown elements, as it is."""
    if items is None:
        return None
    if found := _unknown(items):
        return found
    budget.charge(nodes(sequence(items)))
    return items if is_open(items) else _set([plain(item) for item in items])


def _set(items: Any) -> list[Any]:
    found = _distinct(items)
    texts = [item for item in found if isinstance(item, str)]
    return sorted(texts) if len(texts) == len(found) else found


def _compact(items: Any) -> Any:
    return [item for item in sequence(items) if item is not None and item != ""]


def _index(items: Any, wanted: Any) -> int:
    keys = [_key(item) for item in sequence(items)]
    if _key(wanted) not in keys:
        raise Failure("index() finds no such element")
    return keys.index(_key(wanted))


def _slice(items: Any, start: Any, end: Any) -> Any:
    if found := _unknown(items, start, end):
        return found
    first, last = int(number(start)), int(number(end))
    if not 0 <= first <= last <= len(sequence(items)):
        raise Failure("slice() beyond the list")
    return items[first:last]


def _chunklist(items: Any, size: Any) -> Any:
    if found := _unknown(items, size):
        return found
    count = int(number(size)) or len(sequence(items)) or 1
    if count < 0:
        raise Failure("chunklist() of a negative size")
    return [items[at : at + count] for at in range(0, len(sequence(items)), count)]


def _setproduct(*lists: Any) -> Any:
    if found := _unknown(*lists):
        return found
    if not lists or math.prod(len(sequence(each)) for each in lists) * len(lists) > MAX_LENGTH:
        raise Exhausted(f"more than {MAX_LENGTH} elements")
    return [list(each) for each in itertools.product(*lists)]


def _sort(items: Any) -> list[str]:
    return sorted(map(string, sequence(items)))


def _common(first: Any, *others: Any) -> Any:
    kept = [{_key(item) for item in sequence(each)} for each in others]
    return _set([item for item in sequence(first) if all(_key(item) in keys for keys in kept)])


def _subtract(left: Any, right: Any) -> Any:
    gone = {_key(item) for item in sequence(right)}
    return _set([item for item in sequence(left) if _key(item) not in gone])


def _transpose(items: Any) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for key in sorted(mapping(items)):
        for value in sequence(items[key]):
            found.setdefault(string(value), []).append(key)
    return found


def _all_true(items: Any) -> Any:
    return _decided(items, decides=False)


def _any_true(items: Any) -> Any:
    return _decided(items, decides=True)


def _decided(items: Any, decides: bool) -> Any:
    if found := _unknown(items):
        return found
    values = [known(item) for item in sequence(items)]
    if any(boolean(item) is decides for item in values if item is not None and not isinstance(item, Unknown | Text)):
        return decides
    if None in values and not decides:
        return False
    return _unknown(*values) or not decides


def _itself(value: Any) -> Any:
    return value


COSTLY = {"contains": _contains, "flatten": _flatten, "toset": _toset}
PARTIAL = {
    "length": _length, "element": _element, "lookup": _lookup, "merge": _merge, "concat": _concat,
    "coalesce": _coalesce, "coalescelist": _coalescelist, "keys": _keys,
    "values": _values,
    "zipmap": _zipmap, "one": _one, "tolist": _tolist, "tomap": _tomap, "setproduct": _setproduct,
    "slice": _slice, "chunklist": _chunklist, "alltrue": _all_true, "anytrue": _any_true,
    "list": lambda *items: list(items),
    "reverse": lambda items: _unknown(items) or sequence(items)[::-1],
    "sensitive": _itself, "nonsensitive": _itself, "ephemeralasnull": _itself,
    "issensitive": lambda _: Unknown("whether a value is sensitive is not followed"),
}  # fmt: skip
STRICT = {
    "distinct": _distinct, "compact": _compact, "index": _index, "sort": _sort,
    "transpose": _transpose, "setintersection": _common, "setsubtract": _subtract,
    "setunion": lambda *sets: _set([item for each in sets for item in sequence(each)]),
}  # fmt: skip
