"""Questions about Python's syntax tree that configuration in Python is read by; nothing is run.

Source: docs.python.org/3.11/library/ast.html, checked 2026-11-30.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from holdfast.core.fact import UNSET, Fact

ROOT = "c"
"""What the configuration is called in its files."""
GROUPS = ("dict", "Config", "Bunch")
"""Calls that make a dictionary."""
METHODS = frozenset(("append", "extend", "update", "insert", "add", "prepend", "setdefault", "merge"))
"""Methods that change what they are called on, and nothing of what they are handed."""
LOOKS = frozenset(("print", "len", "repr", "str", "type", "id", "hasattr", "getattr", "isinstance", "setattr"))
"""Functions that change nothing of what they are handed, or are read by themselves."""


LOGIN = frozenset(("authenticate", "get_authenticated_user"))
"""Methods of an authenticator that decide who somebody is."""
PLAIN = frozenset(("object", "Authenticator", "LocalAuthenticator"))
"""Classes that decide nothing of that."""
TOLD = PLAIN | {"PAMAuthenticator", "LDAPAuthenticator"}
"""Classes that are neither for testing nor open to whoever comes."""
OWN = "own:"
"""Stands before the class that one is at bottom which logs people in by itself, where it is one of these."""
KINDS = ("Authenticator", "Spawner")
DEPTH = 12


class Uses(NamedTuple):
    """What a whole file does with its names."""

    changed: frozenset[str]
    """Names of values that are changed in their place, or handed to a function."""
    handed: bool
    """Whether the configuration is handed to a function, or may come from another module."""
    classes: Mapping[str, str | None]
    """What each class of the file is at bottom, and each name of an import; None for what cannot be told."""


def uses(tree: ast.AST) -> Uses:
    """How a file uses its names, whatever it runs of it."""
    changed: set[str] = set()
    configs = {ROOT}
    handed_over: set[str] = set()
    other = False
    bases: dict[str, list[str] | None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and is_config(node.value):
            configs.update(each.id for each in node.targets if isinstance(each, ast.Name))
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            changed.add(root(node))
        elif isinstance(node, ast.AugAssign):
            changed.add(root(node.target))
        elif isinstance(node, ast.ImportFrom):
            other = other or any(each.name == "*" or (each.asname or each.name) == ROOT for each in node.names)
            bases.update((each.asname, [each.name]) for each in node.names if each.asname)
        elif isinstance(node, ast.ClassDef):
            found = _bases(node)
            bases[node.name] = None if bases.get(node.name, found) != found else found
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                changed.add(root(node.func.value))
            if not (isinstance(node.func, ast.Name) and node.func.id in LOOKS):
                given = [*node.args, *(each.value for each in node.keywords)]
                names = {root(each) for each in given if _whole(each)}
                keeps = isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
                handed_over |= names & configs if keeps else names
    classes = {name: _bottom(name, bases) for name in bases}
    return Uses(frozenset(changed | handed_over), other or not configs.isdisjoint(handed_over), classes)


def _bases(node: ast.ClassDef) -> list[str] | None:
    """The classes that one inherits from, by their last names; None where these do not tell how it logs people in."""
    own = any(getattr(each, "name", "") in LOGIN for each in node.body)
    names = [dotted(each).rpartition(".")[2] for each in node.bases]
    if own:
        return [f"{OWN}{names[0]}"] if names and TOLD.issuperset(names) else None
    return names if all(names) and len(names) <= DEPTH else None


def _bottom(name: str, bases: Mapping[str, list[str] | None]) -> str | None:
    """The class that one is at bottom, which no other one of the file makes."""
    for _ in range(DEPTH):
        if name not in bases:
            return name
        inherited = bases[name]
        if inherited is None or any(bases.get(each, ()) is None for each in inherited):
            return None
        if len(inherited) > 1 and any(base.startswith(OWN) for each in inherited for base in bases.get(each) or ()):
            return None
        told = [each for each in inherited if each.endswith(KINDS) and each not in PLAIN] or inherited
        if len(told) > 1:
            return None
        if not told:
            return name
        name = told[0]
    return None


def _whole(value: ast.AST) -> bool:
    """Whether a value is a name, or a class below one: `c`, `c.ServerApp`."""
    return isinstance(value, ast.Name) or (isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name))


def root(value: ast.AST) -> str:
    """The name that an expression begins with, empty where it begins with none."""
    while isinstance(value, ast.Attribute | ast.Subscript):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def is_config(value: ast.AST | None) -> bool:
    """Whether a value is `get_config()`."""
    return calls(value, "get_config")


def calls(value: ast.AST | None, *names: str) -> bool:
    """Whether a value is a call of one of these functions."""
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in names


def is_group(value: Any) -> bool:
    """Whether a value holds others by name: a dictionary, a call that makes one, or a list of dictionaries."""
    if isinstance(value, ast.Dict):
        return True
    if isinstance(value, ast.List | ast.Tuple):
        return any(is_map(each) for each in value.elts)
    return is_map(value)


def is_map(value: ast.AST | None) -> bool:
    """Whether a value is a dictionary, or a call that makes one out of what stands there."""
    if isinstance(value, ast.Dict):
        return True
    if not isinstance(value, ast.Call) or not calls(value, *GROUPS):
        return False
    return len(value.args) + len(value.keywords) > 0 and all(map(is_map, value.args))


def pairs(group: ast.AST) -> Iterator[tuple[ast.expr | str | None, ast.expr]]:
    """The entries of a group, with the key as a text or an expression; None for what `**` puts in."""
    if isinstance(group, ast.Dict):
        yield from zip(group.keys, group.values, strict=True)
    elif isinstance(group, ast.List | ast.Tuple):
        for index, each in enumerate(group.elts):
            yield (None if isinstance(each, ast.Starred) else str(index)), each
    elif isinstance(group, ast.Call):
        for each in group.args:
            yield from pairs(each)
        for keyword in group.keywords:
            yield keyword.arg, keyword.value


def merged(call: ast.Call, given: list[Any]) -> ast.AST | None:
    """What `x.update(...)` or `x.merge(...)` puts in, None for what is no dictionary; `given` are its arguments."""
    made = ast.Call(ast.Name("dict", ast.Load()), given, call.keywords)
    return made if is_map(made) else None


def is_empty(value: ast.AST | None) -> bool:
    """Whether a value is `set()` or another call that makes something empty."""
    return (
        isinstance(value, ast.Call)
        and calls(value, "set", "dict", "list", "tuple")
        and not (value.args or value.keywords)
    )


def items(value: ast.AST, count: int) -> Sequence[ast.AST]:
    """What a tuple of targets gets, each unresolved where that cannot be seen."""
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == count:
        return value.elts
    return [ast.Pass()] * count


def inner(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statements inside a statement."""
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(statement, field, ())
    for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield from each.body


def trait(target: ast.AST, aliases: Mapping[str, str], classes: Mapping[str, str | None]) -> str | None:
    """`Class.trait` for `c.Class.trait` or `c["Class"]["trait"]`, empty for `c` itself, None for all else.

    `aliases` are the names of the configuration (for an empty text) and of its classes; a setting of one of the
    file's own `classes` is one of the class that it inherits from.
    """
    parts: list[str] = []
    while not isinstance(target, ast.Name):
        if isinstance(target, ast.Attribute):
            parts.append(target.attr)
            target = target.value
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
            parts.append(str(target.slice.value))
            target = target.value
        else:
            return None
    begin = aliases.get(target.id)
    if begin is None:
        return None
    found = [*([begin] if begin else []), *reversed(parts)]
    return ".".join([(classes.get(found[0]) or found[0]).removeprefix(OWN), *found[1:]]) if found else ""


def dotted(value: ast.AST) -> str:
    """The name `a.b.c`, empty for another expression."""
    parts: list[str] = []
    while isinstance(value, ast.Attribute):
        parts.append(value.attr)
        value = value.value
    return ".".join([value.id, *reversed(parts)]) if isinstance(value, ast.Name) else ""


def constant(value: object) -> Fact[str]:
    """A constant as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value) if isinstance(value, str | int | float) else UNSET
