"""The functions of the rule language: one table of names, signatures and total implementations.

An implementation gets decided arguments only and answers UNKNOWN where the reference raises an error.
Sources: the CEL language definition; its `strings`, `lists` and `math` extensions; Kubernetes' `ip` and `cidr`
libraries. Predicates need data that a pure core cannot hold; they are declared here and handed in at compile time.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from holdfast.core.cel.types import (
    ANY,
    BOOL,
    CIDR,
    DOUBLE,
    DURATION,
    INT,
    IP,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
)
from holdfast.core.cel.values import UNKNOWN, bounded

MAX_TEXT = 1 << 20
"""Longest string or list that a function builds."""


class Overload(Struct, frozen=True):
    """One signature of a function; a method's receiver is its first parameter."""

    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., Any] | None
    """None: a predicate, whose implementation is handed in at compile time."""
    method: bool = False
    literal_last: bool = False
    """Whether the last argument must be written as a literal (patterns)."""


def _size(value: Sequence[object]) -> int:
    return len(value)


def _to_int(value: str | float) -> object:
    if isinstance(value, str):
        return bounded(int(value)) if re.fullmatch(r"[+-]?[0-9]{1,19}", value) else UNKNOWN
    return int(value) if -(2.0**63) < value < 2.0**63 else UNKNOWN


def _to_double(value: str | int) -> object:
    try:
        return float(value) if isinstance(value, int) or "_" not in value else UNKNOWN
    except ValueError:
        return UNKNOWN


def _to_string(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str.__str__(value) if isinstance(value, str) else str(value)


def _to_timestamp(text: str) -> object:
    # RFC 3339: Python 3.11 reads it, but also much else.
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", text, re.ASCII):
        return UNKNOWN
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return UNKNOWN


UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def _to_duration(text: str) -> object:
    # Go's duration syntax, as CEL has it: -1h30m, 1.5s.
    if not re.fullmatch(r"[+-]?(\d{1,12}(\.\d{1,9})?(h|ms|us|ns|m|s))+", text, re.ASCII):
        return UNKNOWN
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)", text)
    seconds = sum(float(number) * UNITS[unit] for number, unit in parts)
    return dt.timedelta(seconds=-seconds if text[0] == "-" else seconds)


def _split(text: str, separator: str) -> object:
    return text.split(separator) if separator else list(text)


def _replace(text: str, old: str, new: str) -> object:
    longest = len(text) + text.count(old) * max(0, len(new) - len(old))
    return text.replace(old, new) if longest <= MAX_TEXT else UNKNOWN


def _substring(text: str, start: int, end: int | None = None) -> object:
    stop = len(text) if end is None else end
    return text[start:stop] if 0 <= start <= stop <= len(text) else UNKNOWN


def _char_at(text: str, index: int) -> object:
    return text[index : index + 1] if 0 <= index <= len(text) else UNKNOWN


def _lower(text: str) -> str:
    return re.sub("[A-Z]+", lambda match: match.group().lower(), text)


def _upper(text: str) -> str:
    return re.sub("[a-z]+", lambda match: match.group().upper(), text)


def _sum(values: list[Any]) -> object:
    if not values:
        return 0
    if isinstance(values[0], float):
        return float(sum(values))
    return bounded(sum(values)) if isinstance(values[0], int) else sum(values, dt.timedelta())


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _index_of(text: str, part: str) -> int:
    return text.find(part)


def _least(values: list[Any]) -> object:
    return min(values) if values else UNKNOWN


def _most(values: list[Any]) -> object:
    return max(values) if values else UNKNOWN


def _address(text: str) -> Any:
    import ipaddress

    # Kubernetes refuses zones and IPv4-mapped IPv6 addresses, Python reads them.
    if "%" in text or (":" in text and "." in text):
        return UNKNOWN
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN


def _network(text: str) -> Any:
    import ipaddress

    base, slash, prefix = text.partition("/")
    if not slash or not re.fullmatch(r"[0-9]{1,3}", prefix, re.ASCII) or _address(base) is UNKNOWN:
        return UNKNOWN
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return UNKNOWN


def _contains(network: Any, other: Any) -> object:
    inner = _network(other) if isinstance(other, str) and "/" in other else other
    if isinstance(inner, str):
        inner = _address(inner)
    if inner is UNKNOWN:
        return UNKNOWN
    if inner.version != network.version:
        return False
    return inner.subnet_of(network) if hasattr(inner, "subnet_of") else inner in network


def _global_unicast(ip: Any) -> bool:
    return not (
        ip.is_multicast or ip.is_unspecified or ip.is_loopback or ip.is_link_local or str(ip) == "255.255.255.255"
    )


def _both(parameters: tuple[Type, ...], result: Type, call: Callable[..., Any]) -> list[Overload]:
    return [Overload(parameters, result, call), Overload(parameters, result, call, method=True)]


def _methods(parameters: tuple[Type, ...], result: Type, call: Callable[..., Any]) -> list[Overload]:
    return [Overload(parameters, result, call, method=True)]


def _globals(result: Type, call: Callable[..., Any], *inputs: Type) -> list[Overload]:
    return [Overload((given,), result, call) for given in inputs]


LIST, MAP = list_of(ANY), Type("map", ANY)
FUNCTIONS: dict[str, list[Overload]] = {
    "size": _both((STRING,), INT, _size) + _both((LIST,), INT, _size) + _both((MAP,), INT, _size),
    "startsWith": _methods((STRING, STRING), BOOL, str.startswith),
    "endsWith": _methods((STRING, STRING), BOOL, str.endswith),
    "contains": _methods((STRING, STRING), BOOL, str.__contains__),
    "matches": [Overload((STRING, STRING), BOOL, None, method=True, literal_last=True)],
    "lowerAscii": _methods((STRING,), STRING, _lower),
    "upperAscii": _methods((STRING,), STRING, _upper),
    "trim": _methods((STRING,), STRING, str.strip),
    "split": _methods((STRING, STRING), list_of(STRING), _split),
    "replace": _methods((STRING, STRING, STRING), STRING, _replace),
    "indexOf": _methods((STRING, STRING), INT, _index_of),
    "charAt": _methods((STRING, INT), STRING, _char_at),
    "substring": _methods((STRING, INT), STRING, _substring) + _methods((STRING, INT, INT), STRING, _substring),
    "join": _methods((list_of(STRING), STRING), STRING, lambda parts, separator: separator.join(parts)),
    "sum": [o for t in (INT, DOUBLE, DURATION) for o in _methods((list_of(t),), t, _sum)],
    "min": [o for t in (INT, DOUBLE, STRING, TIMESTAMP, DURATION) for o in _methods((list_of(t),), t, _least)],
    "max": [o for t in (INT, DOUBLE, STRING, TIMESTAMP, DURATION) for o in _methods((list_of(t),), t, _most)],
    "distinct": [o for t in (INT, DOUBLE, STRING, BOOL) for o in _methods((list_of(t),), list_of(t), _distinct)],
    "int": _globals(INT, _to_int, STRING, DOUBLE) + _globals(INT, lambda value: value, INT),
    "double": _globals(DOUBLE, _to_double, STRING, INT) + _globals(DOUBLE, lambda value: value, DOUBLE),
    "string": _globals(STRING, _to_string, INT, DOUBLE, BOOL, STRING),
    "timestamp": _globals(TIMESTAMP, _to_timestamp, STRING),
    "duration": _globals(DURATION, _to_duration, STRING),
    "isIP": _globals(BOOL, lambda text: _address(text) is not UNKNOWN, STRING),
    "ip": _globals(IP, _address, STRING),
    "family": _methods((IP,), INT, lambda ip: ip.version),
    "isLoopback": _methods((IP,), BOOL, lambda ip: ip.is_loopback),
    "isUnspecified": _methods((IP,), BOOL, lambda ip: ip.is_unspecified),
    "isLinkLocalUnicast": _methods((IP,), BOOL, lambda ip: ip.is_link_local),
    "isGlobalUnicast": _methods((IP,), BOOL, _global_unicast),
    "isCIDR": _globals(BOOL, lambda text: _network(text) is not UNKNOWN, STRING),
    "cidr": _globals(CIDR, _network, STRING),
    "containsIP": _methods((CIDR, IP), BOOL, _contains) + _methods((CIDR, STRING), BOOL, _contains),
    "containsCIDR": _methods((CIDR, CIDR), BOOL, _contains) + _methods((CIDR, STRING), BOOL, _contains),
    "prefixLength": _methods((CIDR,), INT, lambda network: network.prefixlen),
    "below_floor": [Overload((STRING, STRING), BOOL, None)],
    "has_floor": [Overload((STRING,), BOOL, None)],
}
"""Name -> overloads.

`has_floor(name)`: whether a version-floor table knows a component or image; `below_floor(name, version)`: whether an
advisory of it applies.
"""
PREDICATES = frozenset(name for name, overloads in FUNCTIONS.items() if overloads[0].call is None) - {"matches"}
