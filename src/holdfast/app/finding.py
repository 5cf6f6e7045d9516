"""The uses `why` and `accept`: one finding, by its fingerprint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from holdfast.app.check import Request, Sources, check
from holdfast.app.kinds import kind_named
from holdfast.config import Settings
from holdfast.core.asset import Asset
from holdfast.core.cel.types import Type, describe
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding
from holdfast.core.rule import Rule

SHORTEST = 6


class Found(Struct, frozen=True):
    """A finding, or an open question, with its rule."""

    finding: Finding
    rule: Rule


def find(request: Request, settings: Settings, fingerprint: str) -> Found:
    """The finding (or open question) whose fingerprint starts so. Raises UsageError for none or several."""
    if len(fingerprint) < SHORTEST:
        raise UsageError(f"a fingerprint has at least {SHORTEST} characters", hint="`holdfast check` shows them")
    result = check(replace(request, record=True), settings, Sources())  # what was recorded may be asked for
    found = {f.fingerprint: f for f in [*result.findings, *result.unknown] if f.fingerprint.startswith(fingerprint)}
    if not found:
        hint = "check the same targets, rules and profile as when it was found; it may also be mended"
        raise UsageError(f"no finding has the fingerprint {fingerprint}", hint=hint)
    if len(found) > 1:
        raise UsageError(f"{len(found)} findings start with {fingerprint}", hint=", ".join(sorted(found)[:5]))
    finding = next(iter(found.values()))
    return Found(finding, next(rule for rule in result.rules if rule.id == finding.rule))


def redacted_example(found: Found, today: date) -> str:
    """The facts that decided, as an example for the rule's author that fails when it is run.

    A text stays only where the rule's own condition spells it out; every other becomes `text-1`, `text-2`, ... Where
    the rule then no longer fails, because it looks into the text, its words are replaced, and at last their letters
    and digits. Raises UsageError where it does not fail even so.
    """
    for replacement in REPLACEMENTS:
        facts = redacted(found, replacement)
        if found.finding.status != "fail" or _fails(found.rule, facts, today):
            return (
                f"# An example of {found.rule.id}; texts that the rule does not spell out are replaced.\n"
                f"{'failing' if found.finding.status == 'fail' else 'unknown'}:\n"
                f"  - facts: {json.dumps(facts)}\n"
            )
    what = "an example of it would not fail without the texts of your own files"
    raise UsageError(what, where=found.rule.id, hint="leave --example out, or write one by hand")


def redacted(found: Found, replacement: Replacement) -> dict[str, object]:
    """The facts that decided, nested as an example has them, and without the texts that the rule does not spell out."""
    rule = found.rule
    redactor = _Redactor(f"{rule.each} {rule.applies_when} {rule.fails_when}", rule.kind, replacement)
    for path, value in found.finding.facts.items():
        redactor.add(path, value, absent=found.finding.status == "fail")
    return redactor.root


def _fails(rule: Rule, facts: dict[str, object], today: date) -> bool:
    """Whether a rule fails on facts."""
    from holdfast.app.predicates import predicates
    from holdfast.engine.author import Example
    from holdfast.engine.author import facts as facts_of
    from holdfast.engine.examples import Case, verdict

    known = facts_of(Example(facts=facts), kind_named(rule.kind))
    case = Case("example", "fail", (Asset(f"{rule.kind}/example/example", known, "example"),))
    return verdict(rule, rule.trees(), case, predicates(today)).right


Replacement = Callable[[str, int, str], str]
"""(a text, which one it is, the rule's condition) -> what stands in its place."""


def _numbered(text: str, number: int, condition: str) -> str:
    del text, condition
    return f"text-{number}"


def _worded(text: str, number: int, condition: str) -> str:
    """Every word that the condition does not hold is the same one."""
    del number
    return WORD.sub(lambda word: word[0] if word[0] in WORD.findall(condition) else "x", text)


def _shaped(text: str, number: int, condition: str) -> str:
    """Every word that the condition does not hold keeps its length and its sorts of characters."""
    del number
    known = WORD.findall(condition)
    return WORD.sub(lambda word: word[0] if word[0] in known else _letters(word[0]), text)


def _letters(word: str) -> str:
    return "".join("0" if c.isdigit() else "X" if c.isupper() else c if c == "_" else "x" for c in word)


WORD = re.compile(r"\w+")
STEP = re.compile(r"\.?(\w+)|\[(\d+)\]|\[\"(.*?)\"\](?=$|[.\[])", re.ASCII | re.DOTALL)
"""A step of a fact path: a field, a position or a key."""
REPLACEMENTS: tuple[Replacement, ...] = (_numbered, _worded, _shaped)
"""From what says least about a text to what says most."""


class _Redactor:
    """Builds nested facts from paths such as `containers[0].env[2].name`, and takes the free text out of them."""

    def __init__(self, condition: str, kind: str, replacement: Replacement) -> None:
        self.condition = condition
        self.replacement = replacement
        self.type = describe(kind_named(kind))
        self.root: dict[str, object] = {}
        self.texts: dict[str, str] = {}
        self.positions: dict[str, list[str]] = {}

    def add(self, path: str, value: object, *, absent: bool) -> None:
        """Puts one fact in its place; evidence that is no fact of the kind is left out."""
        steps = list(STEP.finditer(path))
        if not self.is_fact(steps, value) or (value is None and not absent):
            return
        place: Any = self.root
        key: str | int = str(steps[0][1])
        for number, step in enumerate(steps[1:], 1):
            place = self.inside(place, key, [] if step[2] else {})
            here = path[: steps[number].start()]
            key = self.position(here, step[2]) if step[2] else step[1] or self.text(step[3])
        self.put(place, key, self.redacted(value))

    def is_fact(self, steps: list[re.Match[str]], value: object) -> bool:
        """Whether a path ends at a fact that can be written out: no evidence of a predicate, no list of elements."""
        type_: Type | None = self.type
        for step in steps:
            if type_ is not None:
                type_ = (type_.fields or {}).get(step[1]) if step[1] else type_.of
        elements = type_ is not None and type_.of is not None and type_.of.fields is not None
        return bool(steps) and type_ is not None and not (elements and value)

    def position(self, path: str, index: str) -> int:
        """The place of an element among those that decided."""
        known = self.positions.setdefault(path, [])
        if index not in known:
            known.append(index)
        return known.index(index)

    def inside(self, place: Any, key: str | int, empty: object) -> Any:
        """The list or mapping at a key, made where there is none."""
        there = int(key) < len(place) if isinstance(place, list) else key in place
        if not there:
            self.put(place, key, empty)
        return place[key]

    def put(self, place: Any, key: str | int, value: object) -> None:
        """Sets an element of a list or mapping; positions come in order."""
        if isinstance(place, list) and key == len(place):
            place.append(value)
        else:
            place[key] = value

    def redacted(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.redacted(item) for item in value]
        if isinstance(value, dict):
            return {self.text(str(key)): self.redacted(item) for key, item in value.items()}
        return value

    def text(self, text: str) -> str:
        """A text as it may be shown."""
        if f'"{text}"' in self.condition or f"'{text}'" in self.condition:
            return text
        return self.texts.setdefault(text, self.replacement(text, len(self.texts) + 1, self.condition))
