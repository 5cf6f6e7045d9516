"""A rule's YAML -> a compiled Rule, or an error that names file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, get_args

import msgspec
from msgspec import Struct

from holdfast.core.cel.ast import Expr
from holdfast.core.cel.check import check, check_bool
from holdfast.core.cel.errors import CelError, near_miss
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import Type, describe
from holdfast.core.errors import FormatError, RepairError, RuleError
from holdfast.core.fact import Kind, Secret
from holdfast.core.relation import OPENING
from holdfast.core.repair import Repair
from holdfast.core.rule import Condition, Confidence, Maturity, Rule, Severity, Source
from holdfast.engine.places import Places
from holdfast.engine.repairs import compile_repairs
from holdfast.engine.rulebook import PROFILES
from holdfast.formats.yaml import Mapping, load
from holdfast.formats.yaml import Sequence as Items
from holdfast.kinds import catalog

STEP = re.compile(r"\[([0-9]+)\]|\.(\w+)")
"""A step of a path in msgspec's messages."""
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
REQUIRED = ("id", "title", "kind", "fails_when", "severity", "because", "fix", "sources", "passing", "failing")
OPTIONAL = ("each", "applies_when", "confidence", "maturity", "profiles", "requirements", "tags", "repair", "opens")

NOUNS = {"opens": "relation that a rule opens"}
"""Fields of a rule that hold a list of known words -> what one is called, where it is not the field's own name."""


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A passing or failing example: native text for the real collector, or facts."""

    source: str = ""
    """The file name that native `text` pretends to have."""
    text: str = ""
    facts: dict[str, Any] | None = None
    """Facts as JSON: omitted is unobserved, null is absent."""
    title: str = ""


def facts(example: Example, kind: type[Kind]) -> Kind:
    """The facts of an example. Raises msgspec.ValidationError where one does not have the type of its field."""
    return msgspec.convert(example.facts, kind, dec_hook=_secret)


def _secret(type_: type[Any], value: Any) -> Secret:
    assert type_ is Secret  # the only type of a fact that JSON does not have
    if not isinstance(value, str):
        raise TypeError(f"Expected `str`, got `{type(value).__name__}`")
    return Secret(value)


def _stray(value: Any, type_: Type) -> tuple[tuple[str, ...], Iterable[str]] | None:
    """The way to the first field that the type lacks, and the fields that it has there."""
    items: Iterable[tuple[Any, Any]] = ()
    if type_.fields is not None and isinstance(value, dict):
        items = value.items()
    elif type_.name == "list" and isinstance(value, list):
        items = enumerate(value)
    for name, item in items:
        inner = type_.of if type_.fields is None else type_.fields.get(name)
        if inner is None:
            return (str(name),), type_.fields or ()
        found = _stray(item, inner)
        if found is not None:
            return (str(name), *found[0]), found[1]
    return None


class Examples(Struct, frozen=True):
    """The examples of a rule."""

    passing: tuple[Example, ...]
    failing: tuple[Example, ...]


def compile_rule(data: bytes, path: str) -> Rule:
    """The compiled rule of one YAML file. Raises RuleError with `path:line:column`."""
    return _Author(data, path).rule()


class _Author:
    def __init__(self, data: bytes, path: str) -> None:
        self.path = path
        try:
            document = load(data)
        except FormatError as error:
            raise RuleError(
                error.what, where=f"{path}:{error.line or 1}:{error.column or 1}", hint=error.hint
            ) from error
        if not isinstance(document, Mapping):
            raise RuleError("a rule is a mapping", where=f"{path}:1:1", hint="`holdfast rules new KIND` writes one")
        self.data = document
        self.places = Places(data.decode("utf-8-sig", "replace"))

    def rule(self) -> Rule:
        self.known_fields()
        rule_id = self.text("id")
        if not SLUG.fullmatch(rule_id):
            raise self.error("id", f"{rule_id!r} is no slug", "lower-case words joined by `-`")
        kind = catalog.kind(self.text("kind"))
        if kind is None:
            name = self.text("kind")
            hint = near_miss(name, catalog.names()) or f"one of {', '.join(catalog.names())}"
            raise self.error("kind", f"there is no kind `{name}`", hint)
        scope, condition = self.condition(describe(kind))
        examples = Examples(self.examples("passing", kind), self.examples("failing", kind))
        return Rule(
            id=rule_id,
            title=self.text("title"),
            kind=kind.kind,
            each=self.text("each", ""),
            applies_when=self.text("applies_when", ""),
            fails_when=self.text("fails_when"),
            severity=self.choice("severity", get_args(Severity)),
            confidence=self.choice("confidence", get_args(Confidence), "high"),
            maturity=self.choice("maturity", get_args(Maturity), "stable"),
            profiles=self.texts("profiles", PROFILES),
            because=self.text("because"),
            fix=self.text("fix"),
            requirements=self.texts("requirements"),
            tags=self.texts("tags"),
            opens=self.texts("opens", OPENING),
            sources=self.sources(),
            condition=msgspec.Raw(msgspec.json.encode(condition)),
            examples=msgspec.Raw(msgspec.json.encode(examples)),
            repairs=self.repairs(scope, condition.variable),
        )

    def repairs(self, scope: dict[str, Type], variable: str) -> tuple[Repair, ...]:
        """The repairs, their facts and conditions checked."""
        if self.data.get("repair") is None:
            return ()
        try:
            return compile_repairs(self.structs("repair", Repair), scope, variable)
        except RepairError as error:
            raise self.error("repair", error.what, error.hint, self.mark("repair", [error.where])) from error

    def sources(self) -> tuple[Source, ...]:
        found = tuple(self.structs("sources", Source))
        wrong = next((source.checked for source in found if not DATE.fullmatch(source.checked)), None)
        if wrong is not None:
            raise self.error(
                "sources", f"`checked` is no date: {wrong[:40]}", "the day of the last look, as 2026-11-21"
            )
        return found

    def known_fields(self) -> None:
        for key in self.data:
            if key not in REQUIRED and key not in OPTIONAL:
                hint = near_miss(key, REQUIRED + OPTIONAL) or f"it has {', '.join(REQUIRED + OPTIONAL)}"
                raise self.error(key, f"a rule has no field `{key}`", hint)
        missing = [key for key in REQUIRED if self.data.get(key) in (None, "", [])]
        if missing:
            raise RuleError(f"a rule needs `{missing[0]}`", where=f"{self.path}:1:1")

    def condition(self, kind: Type) -> tuple[dict[str, Type], Condition]:
        """What the rule can speak of, and its question."""
        scope = dict(kind.fields or {})
        each, variable = None, ""
        if self.data.get("each") is not None:
            each, variable, element = self.each(scope)
            scope = {**scope, variable: element}
        applies = self.tree("applies_when", scope) if self.data.get("applies_when") is not None else None
        fails = self.tree("fails_when", scope)
        return scope, Condition(fails_when=fails, applies_when=applies, each=each, variable=variable)

    def each(self, scope: dict[str, Type]) -> tuple[Expr, str, Type]:
        text = self.text("each")
        match = re.fullmatch(r"(.+?)\s+as\s+([a-z][a-z0-9_]*)", text)
        if match is None:
            raise self.error("each", f"expected `LIST as NAME`, got `{text}`", "for example `containers as c`")
        if match[2] in scope:
            raise self.error("each", f"`{match[2]}` already means something else", "choose another name")
        try:
            tree, type_ = check(parse(match[1]), scope)
        except CelError as error:
            raise self.located("each", text, error) from error
        if type_.name != "list" or type_.of is None:
            raise self.error("each", f"`{match[1]}` is no list but {type_}")
        return tree, match[2], type_.of

    def tree(self, key: str, scope: dict[str, Type]) -> Expr:
        text = self.text(key)
        try:
            return check_bool(parse(text), scope, f"`{key}`")
        except CelError as error:
            raise self.located(key, text, error) from error

    def located(self, key: str, text: str, error: CelError) -> RuleError:
        """The error with its place in the file."""
        line, column = self.places.of(*self.place(key), text, error.at)
        return RuleError(f"{key}: {error.what}", where=f"{self.path}:{line}:{column}", hint=error.hint)

    def place(self, key: str) -> tuple[int, int]:
        """Where a key stands."""
        mark = self.data.marks.get(key, self.data.mark)
        return mark.line + 1, mark.column + 1

    def error(self, key: str, what: str, hint: str = "", mark: Any = None) -> RuleError:
        """An error about the value of a key, or about what stands at `mark`."""
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else self.place(key)
        value = self.data.get(key)
        if mark is None and isinstance(value, str) and key in REQUIRED + OPTIONAL:
            line, column = self.places.of(line, column, value.strip(), 0)
        return RuleError(what, where=f"{self.path}:{line}:{column}", hint=hint)

    def invalid(self, key: str, error: msgspec.ValidationError, above: Sequence[str] = ()) -> RuleError:
        """A validation error, at the field or item that it names; `above` is the way to what was validated."""
        what, _, path = str(error).partition(" - at `$")
        unknown = re.search(r"unknown field `([^`]*)`", what)
        steps = [*above, *(index or name for index, name in STEP.findall(path)), *([unknown[1]] if unknown else [])]
        return self.error(key, f"{key}: {what}", mark=self.mark(key, steps))

    def mark(self, key: str, steps: Sequence[str]) -> Any:
        """Where the field or item stands to which `steps` lead from a key, or the last that is there."""
        node: Any = self.data[key]
        mark = self.data.marks[key]
        for step in steps:
            if isinstance(node, Mapping) and step in node.marks:
                node, mark = node[step], node.marks[step]
            elif isinstance(node, Items) and step.isdigit() and int(step) < len(node):
                node, mark = node[int(step)], node.marks[int(step)]
        return mark

    def examples(self, key: str, kind: type[Kind]) -> tuple[Example, ...]:
        """Examples whose facts fit the kind."""
        found: list[Example] = self.structs(key, Example)
        for number, example in enumerate(found):
            if example.facts is None:
                continue
            above = (str(number), "facts")
            stray = _stray(example.facts, describe(kind))
            if stray is not None:
                steps, known = stray
                what = f"{key}: a {kind.kind} has no field `{'.'.join(steps)}`"
                raise self.error(key, what, near_miss(steps[-1], known), self.mark(key, (*above, *steps)))
            try:
                facts(example, kind)
            except msgspec.ValidationError as error:
                raise self.invalid(key, error, above) from error
        return tuple(found)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.data.get(key, default)
        if isinstance(value, bool) and key.endswith("_when"):
            return "true" if value else "false"
        if not isinstance(value, str):
            raise self.error(key, f"`{key}` is a text, not {type(value).__name__}")
        return value.strip()

    def texts(self, key: str, allowed: Sequence[str] = ()) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"`{key}` is a list of texts")
        for number, item in enumerate(value):
            if not isinstance(item, str):
                raise self.error(key, f"`{key}` is a list of texts", mark=self.mark(key, [str(number)]))
            if item not in (allowed or (item,)):
                what = f"`{item}` is no {NOUNS.get(key, key.removesuffix('s'))}"
                raise self.error(key, what, f"one of {', '.join(allowed)}", self.mark(key, [str(number)]))
        return tuple(value)

    def choice(self, key: str, allowed: Sequence[Any], default: str | None = None) -> Any:
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, f"`{value}` is no {key}", near_miss(value, allowed) or f"one of {', '.join(allowed)}")
        return value

    def structs(self, key: str, type_: type[Any]) -> list[Any]:
        value = self.data.get(key)
        if not isinstance(value, list):
            raise self.error(key, f"`{key}` is a list")
        try:
            return msgspec.convert(value, list[type_])  # type: ignore[valid-type]
        except msgspec.ValidationError as error:
            raise self.invalid(key, error) from error
