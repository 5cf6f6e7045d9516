"""Configuration of Jupyter programs in Python (`jupyter_server_config.py`), read as syntax and never run.

What counts are assignments to `c.Class.trait`, the later one wins. A value that a condition, a function or an
expression decides is unresolved; what `os.environ["X"]` gives is kept elsewhere. Blind spots: other names for `c` or
for a part of it, and what imported modules do.

Sources: traitlets.readthedocs.io/en/stable/config.html (`c = get_config()`, `load_subconfig`); Python 3.11, ast;
checked 2026-11-30.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact

__all__ = ["Config", "Trait", "read"]

SIZE = 1 << 20
TRAITS = 10_000
DEPTH = 12
ELSEWHERE = "$"
"""Stands for a value that is set and kept elsewhere."""
METHODS = frozenset(("append", "extend", "update", "insert", "add", "prepend", "setdefault", "merge"))
ROOT = "c"


class Trait(NamedTuple):
    """One setting: a text, several texts joined by a comma; unobserved where it is not resolved."""

    name: str
    """`Class.trait`, and what a dictionary holds below that: `DockerSpawner.volumes./data`."""
    value: Fact[str]
    line: int
    column: int


class Config(NamedTuple):
    """The settings in their order, and whether no other file or function can add to them."""

    traits: list[Trait]
    complete: bool


def read(data: bytes) -> Config:
    """The settings of a file. Raises FormatError for what is not Python, or more than 10,000 settings."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that no string needs
            tree = ast.parse(data.decode("utf-8-sig", "replace"))
    except SyntaxError as error:
        raise FormatError(f"not Python: {error.msg}", line=error.lineno or 0, column=error.offset or 0) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise FormatError(f"not Python that can be read: {type(error).__name__}") from None
    reader = _Reader()
    reader.block(tree.body, sure=True)
    return Config(reader.traits, reader.complete)


class _Reader:
    """Walks statements, with the names that hold one constant."""

    def __init__(self) -> None:
        self.traits: list[Trait] = []
        self.complete = True
        self.names: dict[str, Any] = {}

    def block(self, statements: Sequence[ast.stmt], *, sure: bool) -> None:
        """Takes statements in; where they are not `sure` to run, what they set is unresolved."""
        stack = [(statement, sure) for statement in reversed(statements)]
        while stack:
            statement, sure = stack.pop()
            inner = list(_inner(statement))
            plain = isinstance(statement, ast.With)
            stack += [(each, sure and plain) for each in reversed(inner)]
            self._statement(statement, sure=sure)

    def _statement(self, statement: ast.stmt, *, sure: bool) -> None:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                self._assign(target, statement.value, sure=sure)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            self._assign(statement.target, statement.value, sure=sure)
        elif isinstance(statement, ast.AugAssign):
            self._assign(statement.target, statement, sure=False)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._call(statement.value)

    def _assign(self, target: ast.expr, value: ast.AST, *, sure: bool) -> None:
        name = _trait(target)
        if name is None:
            if isinstance(target, ast.Name):
                known = sure and isinstance(value, ast.Constant) and target.id not in self.names
                self.names[target.id] = value if known else None
            return
        if "." not in name:  # `c.Class = ...` sets all of it
            self.complete = self.complete and name == ""
            return
        self._put(name, value if sure else None, target)

    def _call(self, call: ast.Call) -> None:
        """A method that changes a value in its place, or anything that may set others."""
        if isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
            name = _trait(call.func.value)
            if name is not None and "." in name:
                self._put(name, None, call)
                return
            if name is None:
                return  # another object's
        named = isinstance(call.func, ast.Name) and call.func.id in ("load_subconfig", "exec", "execfile")
        handed = any(isinstance(each, ast.Name) and each.id == ROOT for each in call.args)
        if named or handed or _trait(call.func) is not None:
            self.complete = False

    def _put(self, name: str, value: ast.AST | None, place: ast.expr) -> None:
        pending: list[tuple[str, ast.AST | None, int]] = [(name, value, 0)]
        while pending:
            name, value, depth = pending.pop()
            if isinstance(value, ast.Dict) and depth < DEPTH:
                keys = [self._key(key) for key in value.keys]
                pending += [
                    (f"{name}.{key}", item, depth + 1)
                    for key, item in zip(reversed(keys), reversed(value.values), strict=True)
                    if key is not None
                ]
                text: Fact[str] = UNSET if None in keys else "{}"
            else:
                text = self._text(value, DEPTH)
            self.traits.append(Trait(name, text, place.lineno, place.col_offset + 1))
            if len(self.traits) > TRAITS:
                raise FormatError(f"more than {TRAITS} settings", line=place.lineno, column=1)

    def _key(self, key: ast.expr | None) -> str | None:
        """The key of an entry as text, None where it is not resolved."""
        text = self._text(key, 0)
        return text if isinstance(text, str) else None

    def _text(self, value: ast.AST | None, depth: int) -> Fact[str]:
        """A value as text; a class by its name."""
        if isinstance(value, ast.Constant):
            return _constant(value.value)
        if isinstance(value, ast.Name) and value.id in self.names:
            return self._text(self.names[value.id], 0)
        if isinstance(value, ast.Name) or (isinstance(value, ast.Attribute) and _dotted(value)):
            # Only a class is meant by such a name: constants are known, and others begin in lower case.
            last = value.id if isinstance(value, ast.Name) else value.attr
            return last if last[:1].isupper() and not last.isupper() else UNSET
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            inner = self._text(value.operand, 0)
            return f"-{inner}" if isinstance(inner, str) else UNSET
        if isinstance(value, ast.List | ast.Tuple | ast.Set) and depth:
            items = [self._text(each, depth - 1) for each in value.elts]
            texts = [each for each in items if isinstance(each, str)]
            return ",".join(texts) if len(texts) == len(items) else UNSET
        if (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id == "set"
            and not value.args
        ):
            return ""
        if isinstance(value, ast.Subscript) and _dotted(value.value) in ("os.environ", "environ"):
            return ELSEWHERE
        return UNSET


def _inner(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statements inside a statement."""
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(statement, field, ())
    for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield from each.body


def _trait(target: ast.AST) -> str | None:
    """`Class.trait` for `c.Class.trait` or `c["Class"]["trait"]`, empty for `c` itself, None for all else."""
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
    return ".".join(reversed(parts)) if target.id == ROOT else None


def _dotted(value: ast.AST) -> str:
    """The name `a.b.c`, empty for another expression."""
    parts: list[str] = []
    while isinstance(value, ast.Attribute):
        parts.append(value.attr)
        value = value.value
    return ".".join([value.id, *reversed(parts)]) if isinstance(value, ast.Name) else ""


def _constant(value: object) -> Fact[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value) if isinstance(value, str | int | float) else UNSET
