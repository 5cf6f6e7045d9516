"""Configuration of Jupyter programs in Python (`jupyter_server_config.py`), read as syntax and never run.

What counts is what `c.Class.trait` is set to, the later one wins: by an assignment, `setattr`, `update` and `merge`,
under another name for `c` or for a class. A class that the file makes is the one that it inherits from, and what
cannot be told where it logs people in by itself. A value that a condition, a function or an expression decides is
unresolved; what `os.environ["X"]` gives is kept elsewhere. Blind spots: what imported modules do, and hooks that
change a spawner as it starts.

Sources: traitlets.readthedocs.io/en/stable/config.html (`c = get_config()`, `load_subconfig`), traitlets
config/loader.py (Config.merge, LazyConfigValue.update); Python 3.11, ast; checked 2026-11-30.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact
from holdfast.formats.traitlets import syntax

__all__ = ["Config", "Trait", "parse", "read"]

SIZE = 1 << 20
TRAITS = 10_000
DEPTH = 12
KEY = 400
"""Characters of the longest key of an entry; longer ones are unresolved."""
NAME = 4000
"""Characters of the longest name of a setting."""
ELSEWHERE = "$"
"""Stands for a value that is set and kept elsewhere."""
GROUP = "{}"
"""The value of what holds others, which have names of their own below it."""
MERGES = frozenset(("update", "merge"))


class Trait(NamedTuple):
    """One setting: a text, several texts joined by a comma; unobserved where it is not resolved."""

    name: str
    """`Class.trait`, and what a dictionary or a list of them holds below that: `DockerSpawner.volumes./data`."""
    value: Fact[str]
    line: int
    column: int


class Config(NamedTuple):
    """The settings in their order, and whether no other file or function can add to them."""

    traits: list[Trait]
    complete: bool


def read(data: bytes) -> Config:
    """The settings of a file. Raises FormatError for what is not Python, or more than 10,000 settings."""
    tree = parse(data)
    reader = _Reader(syntax.uses(tree))
    reader.block(tree.body, sure=True)
    return Config([each for each in reader.traits if each is not None], reader.complete)


def parse(data: bytes) -> ast.Module:
    """A file's syntax. Raises FormatError for what is not Python, and past 1 MiB."""
    if len(data) > SIZE:
        raise FormatError(f"{len(data)} bytes, more than {SIZE}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that no string needs
            return ast.parse(data.decode("utf-8-sig", "replace"))
    except SyntaxError as error:
        raise FormatError(f"not Python: {error.msg}", line=error.lineno or 0, column=error.offset or 0) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise FormatError(f"not Python that can be read: {type(error).__name__}") from None


class _Reader:
    """Walks statements, with the names that hold one constant."""

    def __init__(self, uses: syntax.Uses) -> None:
        self.traits: list[Trait | None] = []
        self.complete = not uses.handed
        self.changed = uses.changed
        self.classes = uses.classes
        self.names: dict[str, Any] = {}
        self.aliases = {syntax.ROOT: ""}
        self.states: dict[str, Fact[str]] = {}
        self.below: dict[str, list[int]] = {}
        """For a trait, where those that it holds stand in `traits`."""
        self.lengths: dict[str, int] = {}

    def block(self, statements: Sequence[ast.stmt], *, sure: bool) -> None:
        """Takes statements in; where they are not `sure` to run, what they set is unresolved."""
        stack = [(statement, sure) for statement in reversed(statements)]
        while stack:
            statement, sure = stack.pop()
            inner = list(syntax.inner(statement))
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
            self._call(statement.value, sure=sure)

    def _assign(self, target: ast.expr, value: ast.AST, *, sure: bool) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for each, item in zip(target.elts, syntax.items(value, len(target.elts)), strict=True):
                self._assign(each, item, sure=sure)
            return
        if isinstance(target, ast.Name):
            self._name(target.id, value, sure=sure)
            return
        name = syntax.trait(target, self.aliases, self.classes)
        if name is None:
            self.complete = self.complete and syntax.root(target) not in self.aliases
        elif "." in name:
            self._put(name, value if sure else None, target)
        else:  # `c.Class = ...` sets all of it
            self._merge(name, value if sure else None, target)

    def _name(self, name: str, value: ast.AST, *, sure: bool) -> None:
        """A name for a constant, for `c` or for a class of it."""
        meant = "" if syntax.is_config(value) else syntax.trait(value, self.aliases, self.classes)
        if meant is not None and "." not in meant:
            self.complete = self.complete and sure and self.aliases.get(name, meant) == meant
            self.aliases[name] = meant
            return
        if name in self.aliases:  # now something else, if this runs
            self.complete = False
        held = isinstance(value, ast.Constant) or (name not in self.changed and syntax.is_group(value))
        self.names[name] = value if sure and held and name not in self.names else None

    def _call(self, call: ast.Call, *, sure: bool) -> None:
        """A method that changes a value in its place, or anything that may set others."""
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in syntax.METHODS:
            name = syntax.trait(function.value, self.aliases, self.classes)
            if name is not None:
                self._changed(name, function.attr, call, sure=sure)
            elif syntax.root(function.value) in self.aliases:
                self.complete = False
            return
        if isinstance(function, ast.Name) and function.id == "setattr" and len(call.args) == 3:
            owner, key = syntax.trait(call.args[0], self.aliases, self.classes), self._key(call.args[1])
            if owner is not None and key is not None:
                self._assign(ast.copy_location(ast.Attribute(call.args[0], key), call), call.args[2], sure=sure)
            elif syntax.root(call.args[0]) in self.aliases:
                self.complete = False
            return
        named = isinstance(function, ast.Name) and function.id in ("load_subconfig", "exec", "execfile")
        if named or syntax.trait(function, self.aliases, self.classes) is not None:
            self.complete = False

    def _changed(self, name: str, method: str, call: ast.Call, *, sure: bool) -> None:
        """A method changes what `name` holds."""
        given = syntax.merged(call, [self._held(each) for each in call.args]) if method in MERGES else None
        if "." not in name:
            self._merge(name, given if sure else None, call)
            return
        value = call.args[0] if len(call.args) == 1 else None
        if sure and given is not None and self.states.get(name, GROUP) == GROUP:
            if name not in self.states:
                self._record(name, GROUP, call)
            for key, item in self._entries(given):
                self._put(f"{name}.{key}", item, call)
        elif sure and method == "append" and isinstance(value, ast.Dict) and self.states.get(name, GROUP) == GROUP:
            if name not in self.states:
                self._record(name, GROUP, call)
            self.lengths[name] = self.lengths.get(name, 0) + 1
            self._put(f"{name}.{self.lengths[name] - 1}", value, call)
        else:
            self._put(name, None, call)

    def _merge(self, name: str, value: ast.AST | None, place: ast.expr) -> None:
        """Puts a dictionary of classes, or of one class's traits, over what is there."""
        if value is None:
            self.complete = False
            return
        pending = [(name, value)]
        while pending:
            owner, group = pending.pop()
            group = self._held(group)
            if not syntax.is_group(group) or isinstance(group, ast.List | ast.Tuple):
                self.complete = False
                continue
            for key, item in self._entries(group):
                if owner:
                    self._put(f"{owner}.{key}", item, place)
                else:
                    pending.insert(0, (key, item))

    def _held(self, value: Any) -> Any:
        """What a name stands for, where that is known."""
        return self.names[value.id] if isinstance(value, ast.Name) and value.id in self.names else value

    def _entries(self, group: ast.AST) -> list[tuple[str, ast.AST]]:
        """The entries of a dictionary whose keys are known; the others make the settings incomplete."""
        found: list[tuple[str, ast.AST]] = []
        for key, item in syntax.pairs(group):
            text = key if isinstance(key, str) else self._key(key)
            if text is None:
                self.complete = False
            else:
                found.append((text, item))
        return found

    def _put(self, name: str, value: ast.AST | None, place: ast.expr) -> None:
        for index in self.below.pop(name, ()):
            self.traits[index] = None  # it held others until now
        pending: list[tuple[str, ast.AST | None, int]] = [(name, value, 0)]
        while pending:
            name, value, depth = pending.pop()
            value = self._held(value)
            if depth < DEPTH and syntax.is_group(value):
                inner = [(key if isinstance(key, str) else self._key(key), item) for key, item in syntax.pairs(value)]
                pending += [(f"{name}.{key}", item, depth + 1) for key, item in reversed(inner) if key is not None]
                self.lengths[name] = len(inner)
                text: Fact[str] = UNSET if any(key is None for key, _ in inner) else GROUP
            else:
                text = self._text(value, DEPTH)
            self._record(name, text, place)

    def _record(self, name: str, text: Fact[str], place: ast.expr) -> None:
        if len(name) > NAME:
            self.complete = False
            return
        owner, _, rest = name.partition(".")
        first, dot, _ = rest.partition(".")
        if dot:
            self.below.setdefault(f"{owner}.{first}", []).append(len(self.traits))
        self.states[name] = text
        self.traits.append(Trait(name, text, place.lineno, place.col_offset + 1))
        if len(self.traits) > TRAITS:
            raise FormatError(f"more than {TRAITS} settings", line=place.lineno, column=1)

    def _key(self, key: ast.expr | None) -> str | None:
        """The key of an entry as text, None where it is not resolved."""
        text = self._text(key, 0)
        return text if isinstance(text, str) and text != ELSEWHERE and len(text) <= KEY else None

    def _text(self, value: ast.AST | None, depth: int) -> Fact[str]:
        """A value as text; a class by its name."""
        if isinstance(value, ast.Constant):
            return syntax.constant(value.value)
        if isinstance(value, ast.Name) and value.id in self.names:
            return self._text(self.names[value.id], depth - 1) if depth >= 0 else UNSET
        if isinstance(value, ast.Name) or (isinstance(value, ast.Attribute) and syntax.dotted(value)):
            # Only a class is meant by such a name: constants are known, and others begin in lower case.
            last = value.id if isinstance(value, ast.Name) else value.attr
            if last in self.classes:
                return self.classes[last] or UNSET
            return last if last[:1].isupper() and not last.isupper() else UNSET
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            inner = self._text(value.operand, 0)
            return f"-{inner}" if isinstance(inner, str) else UNSET
        if isinstance(value, ast.List | ast.Tuple | ast.Set) and depth > 0:
            items = [self._text(each, depth - 1) for each in value.elts]
            texts = [each for each in items if isinstance(each, str)]
            return ",".join(texts) if len(texts) == len(items) else UNSET
        if syntax.is_empty(value):
            return ""
        if isinstance(value, ast.Subscript) and syntax.dotted(value.value) in ("os.environ", "environ"):
            return ELSEWHERE
        return UNSET
