"""A kind with every type of fact once, and short ways to ask conditions about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from holdfast.core.cel.check import check
from holdfast.core.cel.closures import Compiler, Predicate
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import describe
from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret


class Inner(Part, frozen=True):
    """A struct in a struct."""

    n: Fact[int] = UNSET
    names: Fact[list[str]] = UNSET


class Piece(Part, frozen=True):
    """An element."""

    name: Fact[str] = UNSET
    n: Fact[int] = UNSET
    ok: Fact[bool] = UNSET
    secret: Fact[Secret] = UNSET
    inner: Fact[Inner] = UNSET


class Thing(Kind, frozen=True):
    """Every type once."""

    kind: ClassVar[str] = "thing"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {
        "hidden": frozenset({"file"}),
        "hidden_parts": frozenset({"file"}),
    }

    a: Fact[int] = UNSET
    b: Fact[int] = UNSET
    d: Fact[float] = UNSET
    e: Fact[float] = UNSET
    s: Fact[str] = UNSET
    t: Fact[str] = UNSET
    p: Fact[bool] = UNSET
    q: Fact[bool] = UNSET
    at: Fact[dt.datetime] = UNSET
    span: Fact[dt.timedelta] = UNSET
    secret: Fact[Secret] = UNSET
    severity: Fact[str] = UNSET
    namespace: Fact[str] = UNSET
    tags: Fact[dict[str, str]] = UNSET
    names: Fact[list[str]] = UNSET
    nums: Fact[list[int]] = UNSET
    doubles: Fact[list[float]] = UNSET
    flags: Fact[list[bool]] = UNSET
    secrets: Fact[list[Secret]] = UNSET
    parts: Fact[list[Piece]] = UNSET
    inner: Fact[Inner] = UNSET
    hidden: Fact[bool] = UNSET
    hidden_parts: Fact[list[Piece]] = UNSET


SCOPE = describe(Thing).fields or {}


def ask(text: str, facts: Kind | None = None, predicates: Mapping[str, Predicate] | None = None, **fields: Any) -> Any:
    """What a condition or any other expression comes to."""
    tree, _ = check(parse(text), SCOPE)
    compiler = Compiler((), predicates)
    closure = compiler.compile(tree)
    return closure([facts or Thing(**fields), *[None] * (compiler.size - 1)])


def refusal(text: str, scope: Mapping[str, Any] = SCOPE) -> CelError:
    """The error that a text is refused with."""
    with pytest.raises(CelError) as caught:
        check(parse(text), scope)
    return caught.value
