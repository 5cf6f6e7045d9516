"""A rule's YAML -> a compiled Rule, or an error that names file, line and column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from msgspec import Struct

from holdfast.core.cel.ast import Expr
from holdfast.core.cel.check import check, check_bool
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import Type, describe
from holdfast.core.errors import FormatError, RuleError
from holdfast.core.rule import Condition, Confidence, Maturity, Rule, Severity, Source
from holdfast.formats.yaml import Mapping, load
from holdfast.kinds import catalog

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
REQUIRED = ("id", "title", "kind", "fails_when", "severity", "because", "fix", "sources", "passing", "failing")
OPTIONAL = ("each", "applies_when", "confidence", "maturity", "profiles", "requirements", "tags")


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A passing or failing example: native text for the real collector, or facts."""

    source: str = ""
    """The file name that native `text` pretends to have."""
    text: str = ""
    facts: dict[str, Any] | None = None
    """Facts as JSON: omitted is unobserved, null is absent."""
    title: str = ""


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
        self.lines = data.decode("utf-8", "replace").splitlines()

    def rule(self) -> Rule:
        self.known_fields()
        rule_id = self.text("id")
        if not SLUG.fullmatch(rule_id):
            raise self.error("id", f"{rule_id!r} is no slug", "lower-case words joined by `-`")
        kind = catalog.kind(self.text("kind"))
        if kind is None:
            raise self.error("kind", f"there is no kind `{self.text('kind')}`", f"one of {', '.join(catalog.names())}")
        condition = self.condition(describe(kind))
        examples = Examples(tuple(self.structs("passing", Example)), tuple(self.structs("failing", Example)))
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
            profiles=self.texts("profiles"),
            because=self.text("because"),
            fix=self.text("fix"),
            requirements=self.texts("requirements"),
            tags=self.texts("tags"),
            sources=tuple(self.structs("sources", Source)),
            condition=msgspec.Raw(msgspec.json.encode(condition)),
            examples=msgspec.Raw(msgspec.json.encode(examples)),
        )

    def known_fields(self) -> None:
        for key in self.data:
            if key not in REQUIRED and key not in OPTIONAL:
                raise self.error(key, f"a rule has no field `{key}`", f"it has {', '.join(REQUIRED + OPTIONAL)}")
        missing = [key for key in REQUIRED if self.data.get(key) in (None, "", [])]
        if missing:
            raise RuleError(f"a rule needs `{missing[0]}`", where=f"{self.path}:1:1")

    def condition(self, kind: Type) -> Condition:
        scope = dict(kind.fields or {})
        each, variable = None, ""
        if self.data.get("each") is not None:
            each, variable, element = self.each(scope)
            scope = {**scope, variable: element}
        applies = self.tree("applies_when", scope) if self.data.get("applies_when") is not None else None
        fails = self.tree("fails_when", scope)
        return Condition(fails_when=fails, applies_when=applies, each=each, variable=variable)

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
        """The error's place in the file: exact where the condition stands in it literally on one line or in a block."""
        line, column = self.place(key)
        before = text[: error.at]
        first = text.splitlines()[min(before.count("\n"), len(text.splitlines()) - 1)]
        for number in range(line - 1, len(self.lines)):
            if first.strip() and first.strip() in self.lines[number]:
                start = self.lines[number].index(first.strip()) - (len(first) - len(first.lstrip()))
                line, column = number + 1, start + len(before.rpartition("\n")[2]) + 1
                break
        return RuleError(f"{key}: {error.what}", where=f"{self.path}:{line}:{column}", hint=error.hint)

    def place(self, key: str) -> tuple[int, int]:
        mark = self.data.marks.get(key, self.data.mark)
        return mark.line + 1, mark.column + 1

    def error(self, key: str, what: str, hint: str = "") -> RuleError:
        line, column = self.place(key)
        return RuleError(what, where=f"{self.path}:{line}:{column}", hint=hint)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.data.get(key, default)
        if isinstance(value, bool) and key.endswith("_when"):
            return "true" if value else "false"
        if not isinstance(value, str):
            raise self.error(key, f"`{key}` is a text, not {type(value).__name__}")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"`{key}` is a list of texts")
        return tuple(value)

    def choice(self, key: str, allowed: Sequence[Any], default: str | None = None) -> Any:
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, f"`{value}` is no {key}", f"one of {', '.join(allowed)}")
        return value

    def structs(self, key: str, type_: type[Any]) -> list[Any]:
        value = self.data.get(key)
        if not isinstance(value, list):
            raise self.error(key, f"`{key}` is a list")
        try:
            return msgspec.convert(value, list[type_])  # type: ignore[valid-type]
        except msgspec.ValidationError as error:
            raise self.error(key, f"{key}: {error}") from error
