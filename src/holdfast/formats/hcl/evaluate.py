"""Values of HCL expressions; what is missing is Unknown, never an error, and the rest stays known.

Source: hclsyntax/spec.md "Expressions", and Terraform's language documentation for what its errors are: an
expression that Terraform would refuse is Unknown as a whole, unless `try` or `can` stands around it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import UNSET

from holdfast.core.known import Reference, Text, Unknown, known, size, text
from holdfast.core.statement import UNRESOLVED
from holdfast.formats.hcl.functions.catalogue import call
from holdfast.formats.hcl.scope import Scope
from holdfast.formats.hcl.syntax import (
    Binary,
    Call,
    Choice,
    Expr,
    For,
    Index,
    Literal,
    ObjectOf,
    Path,
    Select,
    Splat,
    Template,
    TextFor,
    TupleOf,
    Unary,
)
from holdfast.formats.hcl.values import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TEXT,
    Exhausted,
    Failure,
    Lazy,
    boolean,
    equal,
    fitting,
    number,
    settled,
    string,
    whole,
)

__all__ = ["evaluate", "index", "value_of"]


def evaluate(expr: Expr, scope: Scope) -> Any:
    """The value of an expression: see `holdfast.core.known` for what it may hold. Never raises."""
    if type(expr) is Literal:
        return expr.value
    try:
        return fitting(whole(value_of(expr, scope)), scope.budget)
    except (Failure, Exhausted) as error:
        return Unknown(str(error))
    except RecursionError:  # a step that costs more of the stack than others may pass before the budget ends it
        return Unknown("the evaluation is nested too deep")


def value_of(expr: Expr, scope: Scope) -> Any:
    """The value, or a Lazy. Raises Failure and Exhausted."""
    if type(expr) is Literal:
        return expr.value
    budget = scope.budget
    budget.steps -= 1
    if budget.steps < 0 or budget.depth >= MAX_DEPTH:
        raise Exhausted("the evaluation takes more than it may")
    budget.depth += 1
    try:
        return _KINDS[type(expr)](expr, scope)
    finally:
        budget.depth -= 1


def index(value: Any, key: Any) -> Any:
    """`value[key]`, also `value.key`. Raises Failure where Terraform would."""
    if isinstance(key, Unknown | Text):
        return key if isinstance(key, Unknown) else Unknown("an index that is known in part")
    if isinstance(value, Lazy):
        return value.member(key)
    if isinstance(value, dict):
        key = string(key)
        if key not in value:
            raise Failure(f"there is no `{key}` in it")
        return value[key]
    if isinstance(value, list):
        place = number(key)
        if not isinstance(place, int) or not -len(value) <= place < len(value) or place < 0:
            raise Failure(f"a list of {len(value)} has no element {place}")
        return value[place]
    if isinstance(value, Reference):
        return _deeper(value, key)
    if isinstance(value, Unknown):
        return value
    raise Failure("what is selected from has no elements")


def _deeper(reference: Reference, key: str | int) -> Reference:
    """An attribute or element of what a Reference names."""
    step = f"[{key}]" if isinstance(key, int) else key if not reference.attribute else f".{key}"
    value = UNSET
    if reference.value is not UNSET:
        try:
            found = index(known(reference), key)
            value = UNSET if found is None else found
        except Failure:  # what the configuration leaves out, the provider may still add
            value = UNSET
    attribute = reference.attribute + step
    return Reference(reference.reason, "", reference.address, attribute, value)


def _path(expr: Path, scope: Scope) -> Any:
    names = expr.names
    value = scope.names.get(names[0], UNSET)
    if value is UNSET:
        value = scope.missing(names[0])
    for name in names[1:]:
        value = index(value, name)
    return value


def _select(expr: Select, scope: Scope) -> Any:
    return index(value_of(expr.base, scope), expr.name)


def _index(expr: Index, scope: Scope) -> Any:
    return index(value_of(expr.base, scope), settled(value_of(expr.key, scope)))


def _splat(expr: Splat, scope: Scope) -> Any:
    base = whole(value_of(expr.base, scope))
    over = known(base)
    if isinstance(over, Unknown) and not (isinstance(over, Reference) and not over.attribute):
        return over
    items = over if isinstance(over, list) else [] if over is None else [base]
    scope.budget.charge(len(items))
    keys = [key if isinstance(key, str) else settled(value_of(key, scope)) for key in expr.each]
    found = []
    for item in items:
        for key in keys:
            item = index(item, key)  # noqa: PLW2901  # one selection after the other
        found.append(whole(item))
    return found


def _unary(expr: Unary, scope: Scope) -> Any:
    value = settled(value_of(expr.operand, scope))
    if isinstance(value, Unknown | Text):
        return _open(value)
    return not boolean(value) if expr.operator == "!" else -number(value)


def _open(*values: Any) -> Unknown:
    """The first of some values that is unknown, without what it would have been."""
    for value in values:
        if isinstance(value, Unknown):
            return Unknown(value.reason)
    return Unknown("a value that is known in part")


def _divided(left: float, right: float) -> float:
    return left // right if isinstance(left, int) and isinstance(right, int) and left % right == 0 else left / right


def _remainder(left: float, right: float) -> float:
    import math

    return left - right * math.trunc(left / right) if abs(left) < 1 << 53 else 0


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": _divided, "%": _remainder,
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
BEYOND = 1 << 256
ISSUED = (":sub", ":aud")
"""How keys of conditions end that say whose identity token is meant: which issuer it is may be open."""


def _binary(expr: Binary, scope: Scope) -> Any:
    name = expr.operator
    left = settled(value_of(expr.left, scope))
    if name in ("&&", "||"):
        return _logic(left, expr.right, scope, decides=name == "||")
    right = settled(value_of(expr.right, scope))
    if name in ("==", "!="):
        same = equal(left, right, scope.budget)
        return _open(left, right) if same is None else same == (name == "==")
    if isinstance(left, Unknown | Text) or isinstance(right, Unknown | Text):
        return _open(left, right)
    left, right = number(left), number(right)
    if name in ("/", "%") and not right:
        raise Failure("division by zero")
    try:
        value = ARITHMETIC[name](left, right)
    except OverflowError as error:
        raise Failure("a number that is too large") from error
    if not -BEYOND < value < BEYOND:
        raise Failure("a number that is too large")
    return int(value) if type(value) is float and value.is_integer() else value


def _logic(left: Any, right: Expr, scope: Scope, decides: bool) -> Any:
    """`&&` and `||`: one operand may decide, whatever the other is."""
    values = []
    for value in (left, right):
        found = settled(value_of(value, scope)) if isinstance(value, Expr) else value
        found = found if isinstance(found, Unknown | Text) else boolean(found)
        if found is decides:
            return decides
        values.append(found)
    opened = [value for value in values if not isinstance(value, bool)]
    return _open(*opened) if opened else not decides


def _choice(expr: Choice, scope: Scope) -> Any:
    test = settled(value_of(expr.test, scope))
    if not isinstance(test, Unknown | Text):
        return value_of(expr.then if boolean(test) else expr.otherwise, scope)
    found = []
    for branch in (expr.then, expr.otherwise):
        try:
            found.append(whole(value_of(branch, scope)))
        except Failure:
            return _open(test)
    return found[0] if equal(found[0], found[1], scope.budget) else _open(test)


def _call(expr: Call, scope: Scope) -> Any:
    if expr.name in ("try", "can"):
        return _attempt(expr, scope)
    arguments = [whole(value_of(each, scope)) for each in expr.arguments]
    if expr.expand:
        last = known(arguments.pop())
        if isinstance(last, Unknown):
            return _open(last)
        if not isinstance(last, list):
            raise Failure("`...` behind what is no list")
        arguments += last
    return call(expr.name, arguments, scope, evaluate_template)


def evaluate_template(tree: Expr, names: Mapping[str, Any], scope: Scope) -> Any:
    """A template's value when it sees these variables only. Raises Failure and Exhausted."""
    return whole(value_of(tree, scope.within(names, alone=True)))


def _attempt(expr: Call, scope: Scope) -> Any:
    """`try(a, b)` is the first that is no error, `can(a)` whether it is none."""
    reason = "try() without arguments"
    for each in expr.arguments:
        try:
            value = whole(value_of(each, scope))
        except Failure as error:
            reason = str(error)
            continue
        if expr.name == "try":
            return value
        value = known(value)
        return _open(value) if isinstance(value, Unknown) and not isinstance(value, Reference) else True
    if expr.name == "can" and expr.arguments:
        return False
    raise Failure(reason)


def _tuple(expr: TupleOf, scope: Scope) -> Any:
    return [whole(value_of(item, scope)) for item in expr.items]


def _object(expr: ObjectOf, scope: Scope) -> Any:
    found: dict[str, Any] = {}
    for name, value in expr.items:
        key = settled(value_of(name, scope))
        if isinstance(key, Text) and key.suffix.endswith(ISSUED):
            key = "".join(piece if isinstance(piece, str) else UNRESOLVED for piece in key.pieces)
            if key in found:
                return _open(Unknown("two keys that are known in part"))
        if isinstance(key, Unknown | Text):
            return _open(key)
        found[string(key)] = whole(value_of(value, scope))
    return found


def _elements(over: Any) -> Iterator[tuple[Any, Any]]:
    """Keys and values of a list, or of a mapping in the order of its keys. Raises Failure for what is neither."""
    if isinstance(over, list):
        return iter(enumerate(over))
    if isinstance(over, dict):
        return iter(sorted(over.items()))
    raise Failure("`for` over what has no elements")


def _rounds(names: tuple[str, ...], over: Any, scope: Scope) -> Iterator[Scope]:
    """The scope of every round of a loop; one scope, changed from round to round."""
    inner = scope.within({})
    variables: Any = inner.names
    for key, value in _elements(over):
        scope.budget.charge(1)
        variables[names[-1]] = value
        if len(names) == 2:
            variables[names[0]] = key
        yield inner


def _for(expr: For, scope: Scope) -> Any:
    over = settled(value_of(expr.over, scope))
    if isinstance(over, Unknown):
        return _open(over)
    items: list[Any] = []
    found: dict[str, Any] = {}
    for inner in _rounds(expr.names, over, scope):
        if expr.test is not None:
            test = settled(value_of(expr.test, inner))
            if isinstance(test, Unknown | Text):
                return _open(test)
            if not boolean(test):
                continue
        if expr.key is None:
            items.append(whole(value_of(expr.value, inner)))
            continue
        key = settled(value_of(expr.key, inner))
        if isinstance(key, Unknown | Text):
            return _open(key)
        value = whole(value_of(expr.value, inner))
        if expr.grouped:
            found.setdefault(string(key), []).append(value)
        elif string(key) in found:
            raise Failure(f"two elements for the key `{string(key)}`")
        else:
            found[string(key)] = value
    if len(items) > MAX_LENGTH or len(found) > MAX_LENGTH:
        raise Exhausted(f"more than {MAX_LENGTH} elements")
    return items if expr.key is None else found


def _joined(pieces: list[Any], scope: Scope) -> Any:
    """Pieces as one text. Raises Exhausted past `MAX_TEXT`."""
    found = text(pieces)
    if isinstance(found, Unknown):
        raise Exhausted(found.reason)
    scope.budget.charge(size(found) >> 6)
    return found


def _piece(value: Any) -> Any:
    value = settled(value)
    return value if isinstance(value, str | Unknown | Text) else string(value)


def _template(expr: Template, scope: Scope) -> Any:
    return _joined([_piece(value_of(part, scope)) for part in expr.parts], scope)


def _text_for(expr: TextFor, scope: Scope) -> Any:
    over = settled(value_of(expr.over, scope))
    if isinstance(over, Unknown):
        return _open(over)
    pieces, length = [], 0
    for inner in _rounds(expr.names, over, scope):
        piece = _piece(value_of(expr.body, inner))
        length += len(piece) if isinstance(piece, str) else 0
        if length > MAX_TEXT:
            raise Exhausted(f"text of more than {MAX_TEXT} characters")
        pieces.append(piece)
    return _joined(pieces, scope)


_KINDS: dict[type, Callable[[Any, Scope], Any]] = {
    Path: _path, Select: _select, Index: _index, Splat: _splat, Unary: _unary, Binary: _binary, Choice: _choice,
    Call: _call, TupleOf: _tuple, ObjectOf: _object, For: _for, Template: _template, TextFor: _text_for,
    Literal: lambda expr, _: expr.value,
}  # fmt: skip
