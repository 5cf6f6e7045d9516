"""A rule's examples: each must come out as it says, and together they must notice every mutant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec import Struct

from holdfast.core.asset import Asset
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.errors import RuleError
from holdfast.core.rule import Condition, Rule
from holdfast.engine.author import Example, Examples, facts
from holdfast.engine.evaluate import Predicates, Question
from holdfast.engine.mutants import mutants
from holdfast.kinds import catalog

Collect = Callable[[str, bytes], Iterable[Asset]]
"""(file name, text) -> the assets that the real collector sees in it."""


class Verdict(Struct, frozen=True):
    """What a rule says about one example."""

    name: str
    expected: str
    got: str
    """`fail`, `pass`, `unknown` or `not applicable`: the worst over all assets and elements."""

    @property
    def right(self) -> bool:
        """Whether the example came out as it says: a passing one may also be not applicable."""
        return self.got == self.expected or (self.expected == "pass" and self.got == "not applicable")


class Case(Struct, frozen=True):
    """An example with its assets at hand."""

    name: str
    expected: str
    assets: tuple[Asset, ...]


def cases(rule: Rule, collect: Collect) -> list[Case]:
    """The examples of a rule. Raises RuleError where one does not fit the kind or shows no asset of it."""
    examples = msgspec.json.decode(rule.examples, type=Examples)
    result = []
    for expected, group in (("pass", examples.passing), ("fail", examples.failing)):
        for number, example in enumerate(group, 1):
            name = f"{expected}ing example {number}" + (f" ({example.title})" if example.title else "")
            result.append(Case(name, expected, _assets(rule, example, name, collect)))
    return result


def _assets(rule: Rule, example: Example, name: str, collect: Collect) -> tuple[Asset, ...]:
    kind = catalog.kind(rule.kind)
    if kind is None:
        raise RuleError(f"there is no kind `{rule.kind}`", where=rule.id)
    if example.facts is not None:
        try:
            known = facts(example, kind)
        except msgspec.ValidationError as error:
            raise RuleError(f"{name}: {error}", where=rule.id, hint=f"`holdfast kinds show {rule.kind}`") from error
        return (Asset(f"{rule.kind}/example/{name}", known, "example"),)
    found = tuple(a for a in collect(example.source, example.text.encode()) if a.kind == rule.kind)
    if not found:
        raise RuleError(f"{name}: the collector sees no {rule.kind} in it", where=rule.id)
    return found


def verdict(rule: Rule, condition: Condition, case: Case, predicates: Predicates) -> Verdict:
    """How an example comes out under a condition (the rule's own, or a mutant's)."""
    question = Question(rule, predicates, condition)
    answers = [answer for asset in case.assets for answer, _, _ in question.ask(asset)]
    if any(answer is True for answer in answers):
        got = "fail"
    elif any(answer is UNKNOWN for answer in answers):
        got = "unknown"
    else:
        got = "pass" if any(answer is False for answer in answers) else "not applicable"
    return Verdict(case.name, case.expected, got)


def survivors(rule: Rule, prepared: Iterable[Case], predicates: Predicates) -> Iterator[str]:
    """What was changed in each mutant that no example notices."""
    prepared = list(prepared)
    for mutant in mutants(rule.trees()):
        if all(verdict(rule, mutant.condition, case, predicates).right for case in prepared):
            yield mutant.what
