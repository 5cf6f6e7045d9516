"""The uses of the rulebook by a person: list, explain, test and write rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec
from msgspec import Struct

from holdfast.app.kinds import kind_named
from holdfast.app.predicates import predicates
from holdfast.app.rulebook import rules_at
from holdfast.collect.files import examine
from holdfast.core.asset import Asset, Edge
from holdfast.core.cel.explain import explain
from holdfast.core.cel.printing import show
from holdfast.core.cel.types import STRING, describe
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.errors import RepairError, UsageError
from holdfast.core.fact import Kind
from holdfast.core.rule import Rule
from holdfast.engine.author import SLUG, Examples
from holdfast.engine.evaluate import Question, evaluate
from holdfast.engine.examples import Verdict, cases, survivors, verdict
from holdfast.engine.rulebook import load_shipped, select
from holdfast.estate.complete import complete
from holdfast.estate.ownership import owned
from holdfast.repair.apply import apply


class Report(Struct, frozen=True):
    """How a rule's examples came out, and which mutants none of them notices."""

    rule: Rule
    verdicts: tuple[Verdict, ...]
    survivors: tuple[str, ...]
    traces: tuple[str, ...] = ()
    """For each example: the facts that decided, in words."""
    unrepaired: tuple[str, ...] = ()
    """What is wrong with the rule's repairs, by what they do to its failing examples."""

    @property
    def right(self) -> bool:
        """Whether every example is right, every mutant noticed and every repair shown."""
        return all(verdict.right for verdict in self.verdicts) and not self.survivors and not self.unrepaired


def assets_of(name: str, data: bytes) -> list[Asset]:
    """What the file collectors see in one text, completed as a check would."""
    found = list(examine(name, data))
    edges = [item for item in found if isinstance(item, Edge)]
    return owned(complete([item for item in found if isinstance(item, Asset)], edges))


def try_rule(rule: Rule, *, trace: bool = False) -> Report:
    """Runs a rule's examples and its mutants. Raises RuleError where an example does not fit."""
    prepared = cases(rule, assets_of)
    known = predicates(TODAY)
    verdicts = tuple(verdict(rule, rule.trees(), case, known) for case in prepared)
    traces = tuple(line for case in prepared for line in _trace(rule, case.name, case.assets)) if trace else ()
    return Report(rule, verdicts, tuple(survivors(rule, prepared, known)), traces, tuple(unrepaired(rule)))


def unrepaired(rule: Rule) -> Iterator[str]:
    """What is wrong with a rule's repairs: each native failing example that has one must pass once it is made.

    Every repair needs such an example, except of settings, whose files may mean something together only.
    """
    shown: set[int] = set()
    for number, example in enumerate(examples(rule).failing if rule.repairs else (), 1):
        if example.facts is not None:
            continue
        text = example.text.encode()
        answers = evaluate([rule], assets_of(example.source, text), predicates(TODAY))
        offers = [found for found in answers.offers if found is not None]
        shown.update(rule.repairs.index(found.repair) for found in offers)
        try:
            for found in sorted(offers, key=lambda found: -found.line):
                text = apply(text, found)
        except RepairError as error:
            yield f"failing example {number}: {error.what}"
            continue
        if evaluate([rule], assets_of(example.source, text), predicates(TODAY)).offers and offers:
            yield f"failing example {number} still fails once it is repaired"
    for number, repair in enumerate(rule.repairs):
        if number not in shown and repair.verb != "setting":
            yield f"no failing example shows the repair: {repair}"


def _trace(rule: Rule, name: str, assets: Sequence[Asset]) -> Iterator[str]:
    question = Question(rule, predicates(TODAY))
    condition = question.condition
    walked = show(condition.each) if condition.each is not None else ""
    for asset in assets:
        for answer, index, asked in question.ask(asset):
            env = asked.copy()
            if question.each is not None and index >= 0:
                env[1] = question.each(env)[index]  # that of a pass is another element's by now
            paths = {condition.variable: f"{walked}[{index}]"} if index >= 0 else {}
            yield f"{name}: {'not applicable' if answer is None else answer}"
            trees = [tree for tree in (condition.applies_when, condition.fails_when) if tree is not None]
            reasons = [reason for tree in trees for reason in explain(tree, env, paths, question.predicates)]
            yield from dict.fromkeys(f"  fact    {reason.path} = {reason.value!r}" for reason in reasons)
            for tree in trees:
                label = "applies" if tree is condition.applies_when else "fails"
                for atom, value in question.atoms(tree, env):
                    short = atom if len(atom) <= WIDTH else f"{atom[: WIDTH - 1]}…"
                    yield f"  {label:7} {short} = {'unknown' if value is UNKNOWN else value!r}"


def everything(own: Sequence[str] = (), kind: str = "") -> list[Rule]:
    """The shipped rules and those at `own`, of one kind or of all. Raises UsageError for a kind there is not."""
    if kind:
        kind_named(kind)
    found = [*load_shipped(), *(rule for place in own for rule in rules_at(place))]
    return [rule for rule in found if kind in ("", rule.kind)]


def chosen(ids: Sequence[str], profile: str, own: Sequence[str] = ()) -> list[Rule]:
    """The rules that are named; else the stable ones, of a profile or all of them. Raises UsageError."""
    if ids:
        return [find(rule_id, own) for rule_id in ids]
    stable = [rule for rule in everything(own) if rule.maturity == "stable"]
    return select(stable, ids=(), profile=profile) if profile else stable


def find(rule_id: str, own: Sequence[str] = ()) -> Rule:
    """A rule by id. Raises UsageError with the nearest id."""
    import difflib

    known = {rule.id: rule for rule in everything(own)}
    if rule_id not in known:
        close = difflib.get_close_matches(rule_id, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else "`holdfast rules list` shows all of them"
        raise UsageError(f"there is no rule `{rule_id}`", hint=hint)
    return known[rule_id]


def examples(rule: Rule) -> Examples:
    """The decoded examples of a rule."""
    return msgspec.json.decode(rule.examples, type=Examples)


def skeleton(kind_name: str, slug: str) -> str:
    """The text of a new rule of a kind, which passes its own test. Raises UsageError for an unknown kind or odd id."""
    if not SLUG.fullmatch(slug):
        raise UsageError(f"{slug!r} is no id of a rule", hint="lower-case words joined by `-`")
    return SKELETON.format(kind=kind_name, slug=slug, field=_text_field(kind_named(kind_name)))


def _text_field(kind: type[Kind]) -> str:
    """A fact of a kind that holds text: its name, or else the first."""
    fields = describe(kind).fields or {}
    return "name" if "name" in fields else next(name for name, type_ in fields.items() if type_ == STRING)


WIDTH = 100
"""Characters of one condition in a trace."""
TODAY = date(2026, 11, 21)
"""The day on which examples are judged, so that they come out alike for ever."""
SKELETON = """\
# `holdfast kinds show {kind}` lists the fields; `holdfast rules test THIS_FILE --trace` runs the examples.
id: {slug}                              # a slug, and the file's name
title: What is wrong, as one short sentence
kind: {kind}
# each: containers as c                 # one finding per element of a list
# applies_when: c.gpu_count > 0         # false: the rule does not concern it
fails_when: has({field}) && {field} == "bad"
severity: medium                        # info low medium high critical
confidence: high                        # how often a fail is a true fail
profiles: [ai-default]
because: Why it matters, in one or two sentences.
fix: What to change.
sources: [{{title: The page or manual you checked, checked: "2026-01-01"}}]
passing:
  - facts: {{{field}: good}}
  - facts: {{{field}: null}}  # null is absent, a field left out is unobserved
failing:
  - facts: {{{field}: bad}}
"""
