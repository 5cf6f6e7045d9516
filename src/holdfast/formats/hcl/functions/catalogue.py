"""One call of a function: finds it, counts its arguments, and looks after those that are unknown.

What depends on the time, on chance, on the machine or on a provider is unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from holdfast.core.errors import FormatError
from holdfast.core.known import MAX_TEXT, Text, Unknown, known, size
from holdfast.formats.hcl.expressions import template
from holdfast.formats.hcl.functions import collections, encoding, network, numbers, text
from holdfast.formats.hcl.scope import Scope
from holdfast.formats.hcl.syntax import Expr
from holdfast.formats.hcl.values import MAX_VALUE, Exhausted, Failure, fitting, mapping, string

__all__ = ["call"]

_TAKES_ANY = 0x04
"""The flag of code that takes any number of arguments: `inspect.CO_VARARGS`, without what importing it costs."""

Render = Callable[[Expr, Mapping[str, Any], Scope], Any]


def call(name: str, arguments: list[Any], scope: Scope, render: Render) -> Any:
    """The value of a function, with arguments that are no Lazy. Raises Failure and Exhausted."""
    name = name.removeprefix("core::")
    fewest: float
    most: float
    arguments = [known(each) for each in arguments]
    if name in _SCOPED:
        function: Any = functools.partial(_SCOPED[name], scope, render)
        fewest, most = (1, 2) if name.startswith("template") else (1, 1)
    elif name in _COSTLY:
        function = functools.partial(_COSTLY[name], scope.budget)
        fewest, most = (each - 1 for each in _arity(_COSTLY[name]))
    elif name in _PARTIAL or name in _STRICT:
        function = _PARTIAL.get(name) or _STRICT[name]
        fewest, most = _arity(function)
    else:
        return Unknown(f"{name}() is not evaluated")
    if not fewest <= len(arguments) <= most:
        raise Failure(f"{name}() with {len(arguments)} arguments")
    scope.budget.charge(_cost(arguments))
    if name in _STRICT or name in text.COSTLY_STRICT:
        try:
            arguments = [_plain(each, scope) for each in arguments]
        except _Open as error:
            return Unknown(str(error))
    found = function(*arguments)
    scope.budget.charge(_cost([found]))
    most = MAX_TEXT if isinstance(found, str) else MAX_VALUE
    if isinstance(found, str | list | dict) and len(found) > most:  # what grows a little each time grows without end
        raise Exhausted(f"{name}() makes more than {most} characters or elements")
    return found


@functools.cache
def _arity(function: Any) -> tuple[float, float]:
    code = function.__code__
    return code.co_argcount, float("inf") if code.co_flags & _TAKES_ANY else code.co_argcount


def _cost(arguments: list[Any]) -> int:
    return sum(
        len(each) if isinstance(each, list | dict) else size(each) >> 5
        for each in arguments
        if isinstance(each, list | dict | str | Text)
    )


class _Open(Exception):
    """Something in an argument is unknown."""


def _plain(value: Any, scope: Scope) -> Any:
    """The value with no Reference in it. Raises _Open when any of it is unknown."""
    value = known(value)
    if isinstance(value, list):
        scope.budget.charge(len(value))
        return [_plain(item, scope) for item in value]
    if isinstance(value, dict):
        scope.budget.charge(len(value))
        return {key: _plain(item, scope) for key, item in value.items()}
    if isinstance(value, Unknown | Text):
        raise _Open(value.reason if isinstance(value, Unknown) else "text that is known in part")
    return value


def _bytes(scope: Scope, path: Any) -> bytes | Unknown:
    if not isinstance(path, str):
        return Unknown("the path of a file is unknown")
    content = scope.load(path) if scope.load else None
    return content if content is not None else Unknown(f"the file {path[:200]} was not read")


def _file(scope: Scope, render: Render, path: Any) -> Any:
    del render
    content = _bytes(scope, path)
    if isinstance(content, Unknown):
        return content
    scope.budget.charge(len(content) >> 5)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Failure("a file that is not UTF-8") from error


def _fileexists(scope: Scope, render: Render, path: Any) -> Any:
    del render
    content = _bytes(scope, path)
    return content if isinstance(content, Unknown) else True


def _filebase64(scope: Scope, render: Render, path: Any) -> Any:
    import base64

    del render
    content = _bytes(scope, path)
    return content if isinstance(content, Unknown) else base64.b64encode(content).decode()


def _templatefile(scope: Scope, render: Render, path: Any, variables: Any = None) -> Any:
    return _templatestring(scope, render, _file(scope, render, path), variables)


def _templatestring(scope: Scope, render: Render, content: Any, variables: Any = None) -> Any:
    if isinstance(content, Unknown | Text) or isinstance(variables, Unknown):
        return Unknown("a template or its variables are unknown")
    try:
        tree = template(string(content))
    except FormatError as error:
        raise Failure(f"a template that cannot be read: {error}") from error
    return render(tree, mapping(variables or {}), scope)


def _yamldecode(scope: Scope, render: Render, content: Any) -> Any:
    del render
    if not isinstance(content, str) or scope.yaml is None:
        return Unknown("YAML text that is unknown in part")
    try:
        return fitting(_plain(scope.yaml(content.encode("utf-8", "replace")), scope))
    except FormatError as error:
        raise Failure("no YAML") from error


_SCOPED: dict[str, Any] = {
    "file": _file, "fileexists": _fileexists, "filebase64": _filebase64,
    "templatefile": _templatefile, "templatestring": _templatestring,
    "yamldecode": _yamldecode,
}  # fmt: skip
_COSTLY: dict[str, Any] = {**text.COSTLY, **text.COSTLY_STRICT, **collections.COSTLY, **encoding.COSTLY}
"""Functions whose first argument is the budget, because what they cost shows only while they work."""
_PARTIAL: dict[str, Any] = {**text.PARTIAL, **numbers.PARTIAL, **collections.PARTIAL, **encoding.PARTIAL}
_STRICT: dict[str, Any] = {
    **text.STRICT, **numbers.STRICT, **collections.STRICT, **encoding.STRICT, **network.STRICT,
}  # fmt: skip
