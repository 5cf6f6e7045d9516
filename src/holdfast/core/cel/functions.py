"""The functions of the rule language: one table of names, signatures and total implementations.

An implementation gets decided arguments only and answers UNKNOWN where the reference raises an error, and where
its two implementations (C++ and Go) disagree, as they do about `int(" 5")`.
Sources: the CEL language definition; its `strings`, `lists` and `math` extensions; Kubernetes' `ip` and `cidr`
libraries. Predicates need data that a pure core cannot hold; they are declared here and handed in at compile time.
"""

from __future__ import annotations

import datetime as dt
import math
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
from holdfast.core.cel.values import INT_MAX, UNKNOWN, bounded

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


WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What `trim` removes: Unicode's White_Space; Python's own notion adds the separators from U+001C."""


def _size(value: Sequence[object]) -> int:
    return len(value)


def _to_int(value: str | float) -> object:
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return bounded(int(value)) if re.fullmatch(r"[+-]?0{0,100}[0-9]{1,19}", value) else UNKNOWN
    return int(value) if -(2.0**63) < value < 2.0**63 else UNKNOWN


def _to_double(value: str | float) -> object:
    if isinstance(value, int | float):
        return float(value)
    if re.fullmatch(r"[+-]?(inf|infinity|nan)", value, re.IGNORECASE | re.ASCII):
        return float(value)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", value, re.IGNORECASE | re.ASCII):
        return UNKNOWN
    number = float(value)
    return number if math.isfinite(number) else UNKNOWN


def _to_string(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _double_text(value) if isinstance(value, float) else value if isinstance(value, str) else str(value)


def _double_text(value: float) -> str:
    """The fewest digits that read back, with an exponent below 1e-4 and from 1e6 on, as `%g` in Go and C++."""
    if not math.isfinite(value):
        return str(value)
    text = repr(value)
    mantissa, _, power = text.removeprefix("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    if not power and len(whole) <= 6:
        return text.removesuffix(".0")
    digits = (whole + fraction).rstrip("0")
    sign, point = "-" * (value < 0), "." * (len(digits) > 1)
    return f"{sign}{digits[0]}{point}{digits[1:]}e{int(power or len(whole) - 1):+03d}"


def _to_timestamp(text: str) -> object:
    # RFC 3339: Python 3.11 reads it, but also much else; finer than its microseconds is unknown.
    match = re.fullmatch(
        r"(\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(?:\.\d{1,6})?)0{0,3}(Z|[+-]\d\d:[0-5]\d)", text, re.ASCII
    )
    if match is None:
        return UNKNOWN
    try:
        return dt.datetime.fromisoformat(match[1] + match[2]).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return UNKNOWN


NANOSECONDS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def _to_duration(text: str) -> object:
    # Go's duration syntax, as CEL has it: -1h30m, 1.5s, 0; finer than Python's microseconds is unknown.
    if len(text) > 64 or not re.fullmatch(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|us|ns|m|s))+)", text, re.ASCII):
        return UNKNOWN
    total = 0
    for whole, fraction, unit in re.findall(r"(\d*)\.?(\d*)(h|ms|us|ns|m|s)", text):
        total += int(whole or 0) * NANOSECONDS[unit]
        total += int(fraction or 0) * NANOSECONDS[unit] // 10 ** len(fraction)
    if total % 1000 or total > INT_MAX:
        return UNKNOWN
    length = dt.timedelta(microseconds=total // 1000)
    return -length if text[0] == "-" else length


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


def _trim(text: str) -> str:
    return text.strip(WHITE_SPACE)


def _lower(text: str) -> str:
    return re.sub("[A-Z]+", lambda match: match.group().lower(), text)


def _upper(text: str) -> str:
    return re.sub("[a-z]+", lambda match: match.group().upper(), text)


def _sum(values: list[Any]) -> object:
    total = sum(values)
    return total if isinstance(total, float) else bounded(total)


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
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN
    refused = address.version == 6 and (address.scope_id is not None or address.ipv4_mapped is not None)
    return UNKNOWN if refused else address


def _network(text: str) -> Any:
    """An address with its prefix: Kubernetes keeps the bits behind the prefix, for equality."""
    import ipaddress

    base, _, prefix = text.partition("/")
    if not re.fullmatch(r"0|[1-9][0-9]{0,2}", prefix, re.ASCII) or _address(base) is UNKNOWN:
        return UNKNOWN
    try:
        return ipaddress.ip_interface(text)
    except ValueError:
        return UNKNOWN


def _contains_ip(outer: Any, other: Any) -> object:
    inner = _address(other) if isinstance(other, str) else other
    return UNKNOWN if inner is UNKNOWN else inner in outer.network


def _contains_cidr(outer: Any, other: Any) -> object:
    inner = _network(other) if isinstance(other, str) else other
    if inner is UNKNOWN:
        return UNKNOWN
    return inner.version == outer.version and inner.network.subnet_of(outer.network)


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
    "trim": _methods((STRING,), STRING, _trim),
    "split": _methods((STRING, STRING), list_of(STRING), _split),
    "replace": _methods((STRING, STRING, STRING), STRING, _replace),
    "indexOf": _methods((STRING, STRING), INT, _index_of),
    "charAt": _methods((STRING, INT), STRING, _char_at),
    "substring": _methods((STRING, INT), STRING, _substring) + _methods((STRING, INT, INT), STRING, _substring),
    "join": _methods((list_of(STRING), STRING), STRING, lambda parts, separator: separator.join(parts)),
    # Not of durations: the sum of none would have to be a duration, and at evaluation a list has no type.
    "sum": [o for t in (INT, DOUBLE) for o in _methods((list_of(t),), t, _sum)],
    "min": [o for t in (INT, DOUBLE, STRING, TIMESTAMP, DURATION) for o in _methods((list_of(t),), t, _least)],
    "max": [o for t in (INT, DOUBLE, STRING, TIMESTAMP, DURATION) for o in _methods((list_of(t),), t, _most)],
    "distinct": [o for t in (INT, DOUBLE, STRING, BOOL) for o in _methods((list_of(t),), list_of(t), _distinct)],
    "int": _globals(INT, _to_int, STRING, DOUBLE, INT),
    "double": _globals(DOUBLE, _to_double, STRING, INT, DOUBLE),
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
    "containsIP": _methods((CIDR, IP), BOOL, _contains_ip) + _methods((CIDR, STRING), BOOL, _contains_ip),
    "containsCIDR": _methods((CIDR, CIDR), BOOL, _contains_cidr) + _methods((CIDR, STRING), BOOL, _contains_cidr),
    "prefixLength": _methods((CIDR,), INT, lambda outer: outer.network.prefixlen),
    "below_floor": [Overload((STRING, STRING), BOOL, None)],
    "has_floor": [Overload((STRING,), BOOL, None)],
}
"""Name -> overloads.

`has_floor(name)`: whether a version-floor table knows a component or image; `below_floor(name, version)`: whether an
advisory of it applies.
"""
PREDICATES = frozenset(name for name, overloads in FUNCTIONS.items() if overloads[0].call is None) - {"matches"}
