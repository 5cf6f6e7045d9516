"""Tree x kinds -> checked tree: every name, field and operand has a type, or the condition is refused.

The checked tree differs in one thing: a select on a map has become an index, so that evaluation needs no types.
"""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.core.cel.ast import (
    Binary,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListOf,
    Literal,
    Macro,
    Name,
    Select,
    Unary,
)
from holdfast.core.cel.errors import CelError, near_miss
from holdfast.core.cel.functions import FUNCTIONS, Overload
from holdfast.core.cel.patterns import compile_pattern
from holdfast.core.cel.types import (
    ANY,
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    NUMBERS,
    ORDERED,
    STRING,
    TIMESTAMP,
    Type,
    fits,
    list_of,
)

Scope = Mapping[str, Type]
ARITHMETIC = {
    ("+", STRING, STRING): STRING,
    ("+", TIMESTAMP, DURATION): TIMESTAMP,
    ("+", DURATION, TIMESTAMP): TIMESTAMP,
    ("+", DURATION, DURATION): DURATION,
    ("-", TIMESTAMP, TIMESTAMP): DURATION,
    ("-", TIMESTAMP, DURATION): TIMESTAMP,
    ("-", DURATION, DURATION): DURATION,
    ("%", INT, INT): INT,
    **{(op, number, number): number for op in ("+", "-", "*", "/") for number in NUMBERS},
}


def check(tree: Expr, scope: Scope) -> tuple[Expr, Type]:
    """The checked tree and its type. Raises CelError with the offset and what to write instead."""
    match tree:
        case Literal(value=value):
            return tree, {bool: BOOL, int: INT, float: DOUBLE, str: STRING}[type(value)]
        case Name():
            return _name(tree, scope)
        case Select():
            return _select(tree, scope)
        case Index():
            return _index(tree, scope)
        case Has(at=at, path=path):
            checked, _ = check(path, scope)
            assert isinstance(checked, Name | Select | Index)
            return Has(at, checked), BOOL
        case Unary():
            return _unary(tree, scope)
        case Binary():
            return _binary(tree, scope)
        case Conditional():
            return _conditional(tree, scope)
        case ListOf():
            return _list(tree, scope)
        case Call():
            return _call(tree, scope)
        case _:
            return _macro(tree, scope)


def check_bool(tree: Expr, scope: Scope, what: str) -> Expr:
    """The checked tree of a condition. Raises CelError where its type is not bool."""
    checked, type_ = check(tree, scope)
    if type_ != BOOL:
        raise CelError(f"{what} must be true or false, this is {type_}", tree.at)
    return checked


def _name(node: Name, scope: Scope) -> tuple[Expr, Type]:
    if node.name not in scope:
        raise CelError(f"there is no `{node.name}` here", node.at, hint=near_miss(node.name, scope))
    return node, scope[node.name]


def _select(node: Select, scope: Scope) -> tuple[Expr, Type]:
    base, type_ = check(node.base, scope)
    if type_.name == "map" and type_.of is not None:
        return Index(node.at, base, Literal(node.at, node.field)), type_.of
    if type_.fields is None:
        raise CelError(f"`.{node.field}` needs a struct, this is {type_}", node.at)
    if node.field not in type_.fields:
        raise CelError(f"there is no field `{node.field}` here", node.at, hint=near_miss(node.field, type_.fields))
    return Select(node.at, base, node.field), type_.fields[node.field]


def _index(node: Index, scope: Scope) -> tuple[Expr, Type]:
    base, type_ = check(node.base, scope)
    key, key_type = check(node.key, scope)
    if type_.of is None:
        raise CelError(f"only lists and maps have elements, this is {type_}", node.at)
    wanted = INT if type_.name == "list" else STRING
    if key_type != wanted:
        raise CelError(f"a {type_.name} is indexed by {wanted}, this is {key_type}", node.key.at)
    return Index(node.at, base, key), type_.of


def _unary(node: Unary, scope: Scope) -> tuple[Expr, Type]:
    operand, type_ = check(node.operand, scope)
    if node.op == "!" and type_ != BOOL:
        raise CelError(f"`!` negates a condition, this is {type_}", node.operand.at)
    if node.op == "-" and type_ not in NUMBERS:
        raise CelError(f"`-` wants a number, this is {type_}", node.operand.at)
    return Unary(node.at, node.op, operand), type_


def _binary(node: Binary, scope: Scope) -> tuple[Expr, Type]:
    left, left_type = check(node.left, scope)
    right, right_type = check(node.right, scope)
    checked = Binary(node.at, node.op, left, right)
    if node.op in ("&&", "||"):
        for side, type_ in ((node.left, left_type), (node.right, right_type)):
            if type_ != BOOL:
                raise CelError(f"`{node.op}` joins conditions, this is {type_}", side.at)
        return checked, BOOL
    if node.op == "in":
        return checked, _membership(node, left_type, right_type)
    if node.op in ("==", "!=", "<", "<=", ">", ">="):
        return checked, _comparison(node, left_type, right_type)
    result = ARITHMETIC.get((node.op, left_type, right_type))
    if result is None and node.op == "+" and left_type.name == "list" and fits(right_type, left_type):
        result = right_type if left_type.of is ANY else left_type
    if result is None:
        hint = "int(x) and double(x) convert" if {left_type, right_type} == set(NUMBERS) else ""
        raise CelError(f"`{node.op}` does not fit {left_type} and {right_type}", node.at, hint=hint)
    return checked, result


def _membership(node: Binary, left: Type, right: Type) -> Type:
    if right.of is None:
        hint = "use .contains(...) for text" if right == STRING else ""
        raise CelError(f"`in` wants a list or a map on the right, this is {right}", node.right.at, hint=hint)
    wanted = right.of if right.name == "list" else STRING
    if wanted.fields is not None or not fits(left, wanted):
        raise CelError(f"`in` compares {left} with {wanted}", node.at)
    return BOOL


def _comparison(node: Binary, left: Type, right: Type) -> Type:
    numeric = left in NUMBERS and right in NUMBERS
    equality = node.op in ("==", "!=")
    if not numeric and not fits(left, right) and not fits(right, left):
        raise CelError(f"`{node.op}` compares {left} with {right}", node.at)
    if not equality and left not in ORDERED:
        raise CelError(f"`{node.op}` needs an order, {left} has none", node.at)
    if _holds_structs(left) or _holds_structs(right):
        raise CelError("structs are not compared as a whole", node.at, hint="compare their fields")
    return BOOL


def _holds_structs(type_: Type) -> bool:
    return type_.fields is not None or (type_.of is not None and _holds_structs(type_.of))


def _conditional(node: Conditional, scope: Scope) -> tuple[Expr, Type]:
    test = check_bool(node.test, scope, "the condition before `?`")
    then, then_type = check(node.then, scope)
    otherwise, type_ = check(node.otherwise, scope)
    if not fits(type_, then_type) and not fits(then_type, type_):
        raise CelError(f"both answers need one type, these are {then_type} and {type_}", node.otherwise.at)
    return Conditional(node.at, test, then, otherwise), type_ if fits(then_type, type_) and _open(
        then_type
    ) else then_type


def _open(type_: Type) -> bool:
    """Whether it is the type of `[]`, or of a list of such."""
    return type_ is ANY or (type_.of is not None and _open(type_.of))


def _list(node: ListOf, scope: Scope) -> tuple[Expr, Type]:
    items, element = [], ANY
    for item in node.items:
        checked, type_ = check(item, scope)
        if element is not ANY and type_ != element:
            raise CelError(f"a list holds one type, this is {type_} among {element}", item.at)
        element = type_
        items.append(checked)
    return ListOf(node.at, tuple(items)), list_of(element)


def _call(node: Call, scope: Scope) -> tuple[Expr, Type]:
    overloads = FUNCTIONS.get(node.function)
    if overloads is None:
        raise CelError(f"there is no function `{node.function}`", node.at, hint=near_miss(node.function, FUNCTIONS))
    checked = [check(argument, scope) for argument in node.arguments]
    types = [type_ for _, type_ in checked]
    for overload in overloads:
        if overload.method == node.method and _takes(overload, types):
            _literals(node, overload)
            return Call(node.at, node.function, tuple(a for a, _ in checked), node.method), overload.result
    given = ", ".join(map(str, types))
    raise CelError(f"`{node.function}` does not take ({given})", node.at, hint=f"it takes {signatures(node.function)}")


def _takes(overload: Overload, types: list[Type]) -> bool:
    return len(types) == len(overload.parameters) and all(map(fits, types, overload.parameters))


def signatures(function: str) -> str:
    """The signatures of a function in words, receiver first."""
    written = []
    for overload in FUNCTIONS[function]:
        parameters = [str(type_) for type_ in overload.parameters]
        receiver = f"{parameters.pop(0)}." if overload.method else ""
        written.append(f"{receiver}{function}({', '.join(parameters)})")
    return " or ".join(dict.fromkeys(written))


def _literals(node: Call, overload: Overload) -> None:
    if overload.literal_last:
        last = node.arguments[-1]
        if not isinstance(last, Literal):
            raise CelError(f"`{node.function}` wants a pattern written out", last.at)
        compile_pattern(str(last.value), last.at)


def _macro(node: Macro, scope: Scope) -> tuple[Expr, Type]:
    range_, type_ = check(node.range, scope)
    if type_.of is None:
        raise CelError(f"`{node.macro}` walks a list or a map, this is {type_}", node.range.at)
    if node.variable in scope:
        raise CelError(f"`{node.variable}` already means something else", node.at, hint="choose another variable")
    element = STRING if type_.name == "map" else type_.of
    inner = {**scope, node.variable: element}
    if node.macro == "map":
        body, result = check(node.body, inner)
        return Macro(node.at, node.macro, range_, node.variable, body), list_of(result)
    body = check_bool(node.body, inner, f"the body of `{node.macro}`")
    result = list_of(element) if node.macro == "filter" else BOOL
    return Macro(node.at, node.macro, range_, node.variable, body), result
