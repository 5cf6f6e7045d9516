"""Rules x assets -> findings. The closures decide; only what is not a pass costs more than that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from holdfast.core.asset import Asset
from holdfast.core.cel.ast import Binary, Conditional, Expr, Name, Select, Unary, children
from holdfast.core.cel.closures import Closure, Compiler, Predicate
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import Part, Secret, shown
from holdfast.core.finding import Finding, Location, NotAsked, fingerprint
from holdfast.core.repair import Offer
from holdfast.core.rule import Condition, Rule
from holdfast.engine.offers import offer, suited

if TYPE_CHECKING:
    from holdfast.core.cel.explain import Reason

Predicates = Mapping[str, Predicate]
FIELD = re.compile(r"[.\[]")
"""What ends the first field of a fact path."""


NOT_APPLICABLE, NOT_ASKED, PASS, UNDECIDED, FAIL = range(5)
LETTERS = "n-puf"
"""How a rule answered about an asset, from harmless to bad; of several elements the worst counts."""


class _Unseen:
    """Stands for an element of a list that could not be seen: none of its facts was."""

    def __getattr__(self, name: str) -> Any:
        return UNSET


UNSEEN = _Unseen()


class Question:
    """A rule ready to be asked: its closures, compiled once."""

    __slots__ = ("answer", "applies", "condition", "each", "env", "predicates", "rule", "unseen")

    def __init__(self, rule: Rule, predicates: Predicates, condition: Condition | None = None) -> None:
        self.rule = rule
        self.predicates = predicates
        self.condition = condition = condition or rule.trees()
        compiler = Compiler((condition.variable,) if condition.each is not None else (), predicates)
        outer = Compiler((), predicates)
        self.each: Closure | None = outer.compile(condition.each) if condition.each is not None else None
        self.applies: Closure | None = (
            compiler.compile(condition.applies_when) if condition.applies_when is not None else None
        )
        self.answer = _guarded(self.applies, compiler.compile(condition.fails_when))
        self.env: list[Any] = [None] * max(compiler.size, outer.size)
        self.unseen: object = UNKNOWN if self.each is not None and _bare(condition) else UNSEEN

    def ask(self, asset: Asset) -> list[tuple[Any, int, list[Any]]]:
        """For each element (or once, with -1): True, False, UNKNOWN or None (not applicable), and the environment.

        The environment of a pass is not kept: the next element overwrites it.
        """
        env = self.env
        env[0] = asset.facts
        if self.each is None:
            return [(self.answer(env), -1, env)]
        items = self.each(env)
        if items is UNKNOWN:
            env[1] = self.unseen
            settled = self.applies is not None and self.applies(env) is False
            return [(None if settled else UNKNOWN, -1, env)]
        answers = []
        for index, item in enumerate(items):
            env[1] = item
            answer = self.answer(env)
            settled = answer is False or answer is None
            answers.append((answer, index, env if settled else env.copy()))
        return answers

    def atoms(self, tree: Expr, env: list[Any]) -> Iterator[tuple[str, object]]:
        """The comparisons and calls that a condition joins, each with its value; True, False or UNKNOWN."""
        from holdfast.core.cel.printing import show

        pending = [tree]
        while pending:
            node = pending.pop()
            joined = isinstance(node, Conditional) or (
                isinstance(node, Binary | Unary) and node.op in ("&&", "||", "!")
            )
            if joined:
                pending.extend(reversed(children(node)))
                continue
            names = [self.condition.variable] if self.each is not None else []
            compiler = Compiler(names, self.predicates)
            closure = compiler.compile(node)
            yield show(node), closure([*env, *[None] * compiler.size])


def _bare(condition: Condition) -> bool:
    """Whether a condition asks about the elements themselves, which have no facts then: texts or numbers."""
    pending = [tree for tree in (condition.applies_when, condition.fails_when) if tree is not None]
    while pending:
        node = pending.pop()
        if isinstance(node, Name) and node.name == condition.variable:
            return True
        pending += [] if isinstance(node, Select) and isinstance(node.base, Name) else children(node)
    return False


def _guarded(applies: Closure | None, fails: Closure) -> Closure:
    """True, False, UNKNOWN, or None where the rule does not apply."""
    if applies is None:
        return fails

    def answer(env: list[Any]) -> Any:
        relevant = applies(env)
        if relevant is True:
            return fails(env)
        if relevant is False or fails(env) is False:
            return None
        return UNKNOWN

    return answer


class Answers(Struct):
    """Everything that was answered."""

    findings: list[Finding]
    unknown: list[Finding]
    not_asked: list[NotAsked]
    passes: int
    not_applicable: int
    offers: list[Offer | None] = []
    """For each finding, the repair that is known to be safe there."""
    declined: list[bool] = []
    """For each finding, whether its rule has a repair for such a source that is not known to be safe there."""


def evaluate(
    rules: Sequence[Rule], assets: Iterable[Asset], predicates: Predicates, letters: list[str] | None = None
) -> Answers:
    """Asks every rule of every asset of its kind. Findings come in the order of assets, then rules.

    `letters`, where it is given, gets a text for each asset, with a letter for each rule of its kind in their order.
    """
    waiting: dict[str, list[Rule]] = {}
    for rule in rules:
        waiting.setdefault(rule.kind, []).append(rule)
    ready: dict[str, list[Question]] = {}
    result = Answers([], [], [], 0, 0, [], [])
    not_asked: dict[tuple[str, str], NotAsked] = {}
    for asset in assets:
        kind = asset.facts.kind
        questions = ready.get(kind)
        if questions is None:
            questions = ready[kind] = [Question(rule, predicates) for rule in waiting.get(kind, ())]
        told = ""
        for question in questions:
            worst = NOT_APPLICABLE
            for answer, index, env in question.ask(asset):
                if answer is False:
                    result.passes += 1
                    worst = max(worst, PASS)
                elif answer is None:
                    result.not_applicable += 1
                elif answer is True:
                    _finding(question, asset, index, env, result)
                    worst = FAIL
                else:
                    worst = max(worst, _unknown(question, asset, index, env, result.unknown, not_asked))
            if letters is not None:
                told += LETTERS[worst]
        if letters is not None:
            letters.append(told)
    result.not_asked = [not_asked[key] for key in sorted(not_asked)]
    return result


def _reasons(question: Question, index: int, env: list[Any], answer: object) -> list[Reason]:
    from holdfast.core.cel.explain import explain  # a clean tree needs no explanation

    condition = question.condition
    if index < 0 and condition.each is not None:
        return explain(condition.each, env[:1], {}, question.predicates)
    paths = {condition.variable: f"{_base(condition)}[{index}]"} if condition.each is not None else {}
    trees: list[Expr] = [condition.fails_when]
    if condition.applies_when is not None and (answer is True or _answer_of(question, env) is UNKNOWN):
        trees.insert(0, condition.applies_when)
    found = [r for tree in trees for r in explain(tree, env, paths, question.predicates)]
    return list({(r.path, r.state == "evidence"): r for r in found}.values())


def _answer_of(question: Question, env: list[Any]) -> object:
    return question.applies(env) if question.applies is not None else True


def _base(condition: Condition) -> str:
    """The path of the list that `each` walks; its variable where the list is computed."""
    names: list[str] = []
    node = condition.each
    while isinstance(node, Select):
        names.insert(0, node.field)
        node = node.base
    return ".".join([node.name, *names]) if isinstance(node, Name) else condition.variable


def _finding(question: Question, asset: Asset, index: int, env: list[Any], result: Answers) -> None:
    reasons = _reasons(question, index, env, True)
    finding = _make(question, asset, index, env, "fail", reasons)
    offered = None
    if question.rule.repairs:
        base = f"{_base(question.condition)}[{index}]" if index >= 0 else ""
        spot = asset.spot(_place(asset, base, reasons))
        offered = offer(question.rule, question.condition, asset, base, env, spot, question.predicates)
    result.findings.append(replace(finding, repairable=True) if offered is not None else finding)
    result.offers.append(offered)
    result.declined.append(offered is None and suited(question.rule, asset))


def _unknown(
    question: Question,
    asset: Asset,
    index: int,
    env: list[Any],
    unknown: list[Finding],
    not_asked: dict[tuple[str, str], NotAsked],
) -> int:
    reasons = _reasons(question, index, env, UNKNOWN)
    blocking = [r for r in reasons if r.state in ("unseen", "absent")]
    never = tuple(r.path for r in blocking if r.state == "unseen" and _never_shown(asset, r.path))
    if blocking and (len(never) == len(blocking) or (never and asset.glimpsed)):
        source = f"{asset.source} (declared elsewhere)" if asset.glimpsed else asset.source
        not_asked.setdefault((question.rule.id, source), NotAsked(question.rule.id, source, never))
        return NOT_ASKED
    unknown.append(_make(question, asset, index, env, "unknown", blocking or reasons))
    return UNDECIDED


def _never_shown(asset: Asset, path: str) -> bool:
    """Whether the source cannot show a fact: never, or not of an asset that another object completes."""
    if path in asset.due:
        return False
    if asset.glimpsed or (asset.partial and path not in asset.spots):
        return True
    return asset.source in asset.facts.not_shown_by.get(FIELD.split(path, maxsplit=1)[0], ())


def _make(question: Question, asset: Asset, index: int, env: list[Any], status: Any, reasons: list[Reason]) -> Finding:
    rule = question.rule
    base = f"{_base(question.condition)}[{index}]" if index >= 0 else ""
    element = env[1] if index >= 0 else None
    name = _name(element)
    shown_name = name or _name(asset.facts) or asset.id
    facts = {r.path: _plain(r.value) for r in reasons}
    place = _place(asset, base, reasons)
    spot = asset.spot(place)
    evidence = {path.removeprefix(base): value for path, value in facts.items()}
    for fact in (asset.facts.volatile | element.volatile) if isinstance(element, Part) else asset.facts.volatile:
        evidence.pop(f".{fact}" if base else fact, None)
    rated = status == "fail" and any(r.state == "evidence" and r.path == "severity" for r in reasons)
    severity = facts.pop("severity") if rated else rule.severity
    return Finding(
        rule=rule.id,
        title=rule.title,
        status=status,
        severity=severity,
        confidence=rule.confidence,
        asset=asset.id,
        location=Location(spot.path or asset.path, spot.line, spot.column, spot.pointer),
        message=f"{shown_name}: {rule.title}",
        facts=facts,
        because=rule.because,
        fix=rule.fix,
        requirements=rule.requirements,
        tags=rule.tags,
        fingerprint=fingerprint(rule.id, asset.id, name or str(max(index, 0)), evidence),
        reason=_why_unknown(reasons) if status == "unknown" else "",
    )


def _why_unknown(reasons: list[Reason]) -> str:
    """Which facts could not be seen or are not there; where all were, what a predicate said, or what has no answer."""
    parts = []
    for state, words in (("unseen", "could not be seen"), ("absent", "not there")):
        paths = [r.path for r in reasons if r.state == state]
        parts += [f"{words}: {', '.join(paths)}"] if paths else []
    parts = parts or [f"{r.path}: {_plain(r.value)}" for r in reasons if r.state == "evidence"]
    seen = ", ".join(r.path for r in reasons)
    return "; ".join(parts) or f"the condition has no answer for {seen or 'these values'}"


def _name(element: object) -> str:
    """What people call an element or an asset, empty for what has no name."""
    if isinstance(element, str):
        return shown(element)
    for field in getattr(element, "known_by", ()):
        value = getattr(element, field, None)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first:
            return shown(first)
    return ""


def _place(asset: Asset, base: str, reasons: list[Reason]) -> str:
    """The last deciding fact that has a place, before all one below the element; else the element, else the asset."""
    element = asset.recorded(base)
    for below in (base, "") if not element else (base,):
        for reason in reversed(reasons):
            path: str = reason.path
            while path != below and path.startswith(below):
                if path in asset.spots:
                    return path
                path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return element


def _plain(value: Any) -> Any:
    """A deciding value as JSON shows it; secrets as fingerprints, unseen as null."""
    if value is UNKNOWN or value is UNSET or value is None:
        return None
    if isinstance(value, Secret):
        return shown(value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value[:20]]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in list(value.items())[:20]}
    if isinstance(value, Struct):
        return _name(value) or type(value).__name__.lower()
    return str(value)
