"""The use `kinds`: the vocabulary in words, taken from the kinds' own source."""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from types import NoneType

from msgspec import Struct, UnsetType

from holdfast.core.cel.types import Type, describe
from holdfast.core.errors import UsageError
from holdfast.core.fact import Kind
from holdfast.kinds import catalog


class Field(Struct, frozen=True):
    """A documented field of a kind."""

    path: str
    type: str
    meaning: str
    not_shown_by: tuple[str, ...]


names = catalog.names


def kind_named(name: str) -> type[Kind]:
    """A kind by name. Raises UsageError."""
    kind = catalog.kind(name)
    if kind is None:
        import difflib

        close = difflib.get_close_matches(name, catalog.names(), n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"one of {', '.join(catalog.names())}"
        raise UsageError(f"there is no kind `{name}`", hint=hint)
    return kind


def purpose(struct: type[object]) -> str:
    """The first line of a kind's docstring."""
    return (inspect.getdoc(struct) or "").partition("\n")[0]


def fields(struct: type[Struct], prefix: str = "", hidden: dict[str, frozenset[str]] | None = None) -> list[Field]:
    """The fields of a kind in order, those of list elements after their list."""
    result = []
    types = describe(struct).fields or {}
    meanings = _meanings(struct)
    not_shown = hidden if hidden is not None else getattr(struct, "not_shown_by", {})
    for name, hint in typing.get_type_hints(struct).items():
        if name not in types:
            continue
        result.append(
            Field(prefix + name, _words(types[name]), meanings.get(name, ""), tuple(sorted(not_shown.get(name, ()))))
        )
        element = _element(hint)
        if element is not None:
            result.extend(fields(element, f"{prefix}{name}[].", {}))
    return result


def options(struct: type[Struct]) -> list[tuple[str, str, str]]:
    """(name, type, meaning) of the fields of a settings struct."""
    meanings = _meanings(struct)
    hints = typing.get_type_hints(struct)
    return [(name, _readable(hints[name]), meanings.get(name, "")) for name in struct.__struct_fields__]


def _readable(hint: object) -> str:
    """A type in the words of a settings file."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return ", ".join(map(str, arguments))
    if origin is tuple:
        return f"list of {_readable(arguments[0])}"
    named = [part for part in arguments if part is not NoneType]
    if named:
        return _readable(named[0])
    return {"str": "text"}.get(getattr(hint, "__name__", ""), getattr(hint, "__name__", str(hint)).lower())


def _words(type_: Type) -> str:
    return "list" if type_.name == "list" and type_.of is not None and type_.of.fields is not None else str(type_)


def _element(hint: object) -> type[Struct] | None:
    """The struct inside `Fact[list[Struct]]` or `Fact[Struct]`."""
    for part in typing.get_args(hint):
        if part in (NoneType, UnsetType):
            continue
        inner = typing.get_args(part)[0] if typing.get_origin(part) is list else part
        if isinstance(inner, type) and issubclass(inner, Struct):
            return inner
    return None


def _meanings(struct: type[Struct]) -> dict[str, str]:
    """Field -> the string that stands under it in the source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(struct))).body[0]
    assert isinstance(body, ast.ClassDef)
    meanings = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as meaning)):
                meanings[name] = " ".join(meaning.split())
    return meanings
