"""Conditions of AWS policies: does a request pass them? Three-valued.

Several values of one key in the policy are alternatives, for negated operators none may match; several keys and
operators must all hold. A key that the request lacks fails, passes negated operators and `...IfExists`; with
`ForAllValues` it passes, with `ForAnyValue` it fails. Left open, because the documents leave it open: a key with
several values without a quantifier where they differ, `ForAnyValue` with `...IfExists` and no key, a negated operator
with a variable that the request lacks, values that are no numbers, dates, addresses or ARNs, and operators that are not
documented.

Sources: AWS IAM User Guide, "Condition operators", "Single-valued vs. multivalued context keys", "Condition with
multiple context keys or values". Checked 2026-11-30.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import operator
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from holdfast.core.fact import Fact
from holdfast.core.statement import Condition, Statement, holes
from holdfast.estate.iam import match
from holdfast.estate.iam.match import HOLE, NEVER, Token
from holdfast.estate.iam.request import Request, Values
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown

Test = Callable[[tuple[Token, ...], Fact[str]], Truth]


class Operator(NamedTuple):
    """How one value of the policy is compared with one of the request."""

    test: Test
    negated: bool = False
    variables: bool = True
    """Whether policy variables are replaced in its values."""


def _date(text: str) -> dt.datetime:
    if len(text) > 4 and text.isdecimal():
        return dt.datetime.fromtimestamp(int(text), dt.UTC)
    padded = text if len(text) > 7 else {4: f"{text}-01-01", 7: f"{text}-01"}[len(text)]
    found = dt.datetime.fromisoformat(padded)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _compared(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Test:
    """The comparison of two texts as what they stand for; unknown when one of them does not stand for it."""

    def test(parts: tuple[Token, ...], text: Fact[str]) -> Truth:
        if HOLE in parts or isinstance(text, UnsetType):
            return unknown("a value that is not known")
        if NEVER in parts or text is None:
            return FALSE
        pattern = "".join(part if isinstance(part, str) else part.name for part in parts)
        try:
            return TRUE if compare(read(text), read(pattern)) else FALSE
        except (ValueError, KeyError, OverflowError, OSError, InvalidOperation, binascii.Error):
            return unknown("a value of another type than its operator compares")

    return test


def _within(address: Any, network: Any) -> bool:
    return address.version == network.version and bool(network.supernet_of(address))


def _network(text: str) -> Any:
    return ipaddress.ip_network(text, strict=False)


def _bool(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _small(parts: tuple[Token, ...], text: Fact[str]) -> Truth:
    return match.same(parts, text, ignore_case=True)


ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(match.same),
    "StringNotEquals": Operator(match.same, negated=True),
    "StringEqualsIgnoreCase": Operator(_small),
    "StringNotEqualsIgnoreCase": Operator(_small, negated=True),
    "StringLike": Operator(match.glob),
    "StringNotLike": Operator(match.glob, negated=True),
    "ArnEquals": Operator(match.arn),
    "ArnLike": Operator(match.arn),
    "ArnNotEquals": Operator(match.arn, negated=True),
    "ArnNotLike": Operator(match.arn, negated=True),
    "Bool": Operator(_compared(_bool, operator.eq)),
    "BinaryEquals": Operator(_compared(_bytes, operator.eq), variables=False),
    "IpAddress": Operator(_compared(_network, _within), variables=False),
    "NotIpAddress": Operator(_compared(_network, _within), negated=True, variables=False),
    **{f"Numeric{name}": Operator(_compared(Decimal, order), variables=False) for name, order in ORDERS.items()},
    **{f"Date{name}": Operator(_compared(_date, order), variables=False) for name, order in ORDERS.items()},
    "NumericNotEquals": Operator(_compared(Decimal, operator.eq), negated=True, variables=False),
    "DateNotEquals": Operator(_compared(_date, operator.eq), negated=True, variables=False),
}


def passes(statement: Statement, request: Request) -> Truth:
    """Whether a request passes every condition of a statement."""
    conditions = statement.conditions
    if isinstance(conditions, UnsetType):
        return unknown("conditions that could not be resolved")
    return every(_holds(condition, statement.variables, request) for condition in conditions or ())


def _holds(condition: Condition, variables: Fact[bool], request: Request) -> Truth:
    key, values, name = condition.key, condition.values, condition.operator
    if not isinstance(key, str) or holes(key) or not isinstance(values, list) or not isinstance(name, str):
        return unknown("a condition that could not be resolved")
    given = request.values(key)
    if name == "Null":
        found = some(_null(value, given) for value in values)
    elif name in OPERATORS:
        test = OPERATORS[name]
        replaced = variables if test.variables else False
        patterns = [match.tokens(value, replaced, request.one) for value in values]
        found = _Test(condition, test, patterns).of(given)
    else:
        return unknown(f"the operator {name[:64]}")
    return unknown(f"a condition on {key}") if found.value is None else found


def _null(written: str, given: Values) -> Truth:
    if given is UNSET or written.lower() not in ("true", "false"):
        return unknown("")
    return TRUE if (written.lower() == "true") == (not given) else FALSE


class _Test(NamedTuple):
    condition: Condition
    operator: Operator
    patterns: list[tuple[Token, ...]]

    def of(self, given: Values) -> Truth:
        if isinstance(given, UnsetType):  # decided only if it is the same with the key and without
            without, with_one = self._without(), self._with((UNSET,))
            return without if without.value is with_one.value else unknown("")
        return self._with(given) if given else self._without()

    def _without(self) -> Truth:
        if self.condition.quantifier == "ForAllValues":
            return TRUE
        if self.condition.quantifier == "ForAnyValue":
            return unknown("") if self.condition.if_exists else FALSE
        if self.condition.if_exists is UNSET:
            return unknown("")
        return TRUE if self.condition.if_exists or self.operator.negated else FALSE

    def _with(self, given: tuple[Fact[str], ...]) -> Truth:
        results = [self._one(value) for value in given]
        quantifier = self.condition.quantifier
        if quantifier == "ForAllValues":
            return every(results)
        if quantifier == "ForAnyValue":
            return some(results)
        alike = quantifier is None and all(result.value is results[0].value for result in results)
        return results[0] if alike else unknown("")

    def _one(self, value: Fact[str]) -> Truth:
        found = some(self.operator.test(pattern, value) for pattern in self.patterns)
        if not self.operator.negated:
            return found
        missing = found.value is False and any(NEVER in pattern for pattern in self.patterns)
        return unknown("") if missing else found.negated
