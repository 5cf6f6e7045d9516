"""The regular expressions of `matches`: RE2's answers in time that grows with the text, whatever the pattern.

Python's engine backtracks: on a hostile text it can take for ever, and what it matches differs from RE2. So a pattern
becomes Thompson's automaton, whose sets of states turn into the states of a deterministic one as texts need them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from holdfast.core.cel.charsets import PERL, Ranges
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.re2 import Chars, Choice, Edge, Node, Sequence, parse_pattern

MAX_STATES = 10_000
"""Largest automaton; counted repetitions are written out in it."""
LONGEST = 1 << 20
"""Longest text that is searched, in characters."""
WORK = 600_000
"""Most states of the automaton that one search may visit to find new steps, about a second; then it is unknown."""
KEPT = 200_000
"""Most that the steps found so far may hold, in states and characters; then they are forgotten."""
SHORT, ANSWERS = 256, 1024
"""Answers about texts up to this length are kept, and how many: names and paths come again and again."""

NOTHING, LINE_FEED, WORD, OTHER = range(4)
"""What stands beside a place in the text."""
HOLDS: dict[str, Callable[[int, int], bool]] = {
    "start": lambda before, after: before == NOTHING,
    "end": lambda before, after: after == NOTHING,
    "line_start": lambda before, after: before in (NOTHING, LINE_FEED),
    "line_end": lambda before, after: after in (NOTHING, LINE_FEED),
    "word_boundary": lambda before, after: (before == WORD) != (after == WORD),
}
MATCH: Final = 0
"""The state in which the pattern was found."""


def compile_pattern(pattern: str, at: int = 0) -> Callable[[str], bool | None]:
    """A searcher, which answers None when a text is too long or takes too much work. Raises CelError."""
    return _Automaton(parse_pattern(pattern, at), at).search


class _Step(dict[Any, Any]):
    """A state of the deterministic automaton: character (None at the end) -> the next, or the answer."""

    __slots__ = ("automaton", "before", "states")

    def __init__(self, automaton: _Automaton, states: frozenset[int], before: int) -> None:
        super().__init__()
        self.automaton = automaton
        self.states = states
        self.before = before

    def __missing__(self, char: str | None) -> Any:
        """The step that nobody has taken yet."""
        return self.automaton.find(self, char)


class _Automaton:
    """A compiled pattern. State number `n` has `outs[n]` and may be left by a character, past an edge or freely."""

    def __init__(self, tree: Node, at: int = 0) -> None:
        self.at = at
        self.sets: list[Ranges | None] = [None]
        self.edges: list[str] = [""]
        self.outs: list[tuple[int, ...]] = [()]
        self.first = self.build(tree, MATCH)
        self.anchored = not any(map(self.begins, (LINE_FEED, WORD, OTHER)))
        self.answers: dict[str, bool] = {}
        self.steps: dict[tuple[frozenset[int], int], _Step] = {}
        self.kept = self.work = 0

    def search(self, text: str) -> bool | None:
        """Whether the pattern is somewhere in the text; None when that takes too long to say."""
        answer = self.answers.get(text)
        if answer is None and len(text) <= LONGEST:
            answer = self.walk(text)
            if answer is not None and len(text) <= SHORT:
                if len(self.answers) >= ANSWERS:
                    self.answers.clear()
                self.answers[text] = answer
        return answer

    def walk(self, text: str) -> bool | None:
        self.work = 0
        if (len(text) + 1) * len(self.outs) > WORK:
            self.forget()  # so that the answer never depends on what was searched before
        step: Any = self.step(frozenset((self.first,)), NOTHING)
        for char in text:
            step = step[char]
            if step.__class__ is not _Step:
                return cast("bool | None", step)
        return cast("bool | None", step[None])

    def begins(self, before: int) -> bool:
        """Whether the pattern can begin behind such a character, and not only at the start of the text."""
        reached = [self.closure((self.first,), before, after) for after in (NOTHING, LINE_FEED, WORD, OTHER)]
        return any(state == MATCH or self.sets[state] is not None for state in set().union(*reached))

    def find(self, step: _Step, char: str | None) -> Any:
        """The step from `step` over `char`, remembered; True and False are answers, None gives up."""
        after = _beside(char)
        reached = self.closure(step.states, step.before, after)
        self.work += len(reached)
        if self.work > WORK:
            return None
        found: Any = MATCH in reached
        if not found and char is not None:
            point = ord(char)
            states = frozenset(
                self.outs[state][0] for state in reached if (ranges := self.sets[state]) and _holds(ranges, point)
            )
            if not self.anchored:
                states |= {self.first}
            found = self.step(states, after) if states else False
        step[char] = found
        self.kept += 1
        return found

    def step(self, states: frozenset[int], before: int) -> _Step:
        known = self.steps.get((states, before))
        if known is None:
            if self.kept > KEPT:
                self.forget()
            self.kept += len(states)
            known = self.steps[states, before] = _Step(self, states, before)
        return known

    def forget(self) -> None:
        for step in self.steps.values():
            step.clear()
        self.steps.clear()
        self.kept = 0

    def closure(self, states: Iterable[int], before: int, after: int) -> set[int]:
        """The states that are reached without a character, between two characters of these sorts."""
        reached, waiting = set(states), list(states)
        while waiting:
            state = waiting.pop()
            edge = self.edges[state]
            if self.sets[state] is None and (not edge or HOLDS[edge](before, after)):
                fresh = [out for out in self.outs[state] if out not in reached]
                reached.update(fresh)
                waiting.extend(fresh)
        return reached

    def add(self, ranges: Ranges | None, edge: str, outs: tuple[int, ...]) -> int:
        if len(self.outs) >= MAX_STATES:
            raise CelError("this pattern is too large", self.at, hint="its counted repetitions are written out")
        self.sets.append(ranges)
        self.edges.append(edge)
        self.outs.append(outs)
        return len(self.outs) - 1

    def build(self, node: Node, after: int) -> int:
        """The state in which `node` begins, when what follows it begins in `after`."""
        match node:
            case Chars(ranges=ranges):
                return self.add(ranges, "", (after,))
            case Edge(kind=kind):
                return self.add(None, kind, (after,))
            case Sequence(items=items):
                for item in reversed(items):
                    after = self.build(item, after)
                return after
            case Choice(options=options):
                return self.add(None, "", tuple([self.build(option, after) for option in options]))
            case _:
                return self.repeat(node.body, node.low, node.high, after)

    def repeat(self, body: Node, low: int, high: int | None, after: int) -> int:
        entry = after
        if high is None:
            loop = self.add(None, "", ())
            first = self.build(body, loop)
            self.outs[loop] = (first, after)
            entry = first if low else loop
        else:
            for _ in range(high - low):
                entry = self.add(None, "", (self.build(body, entry), after))
        for _ in range(low - (high is None and low > 0)):
            entry = self.build(body, entry)
        return entry


def _beside(char: str | None) -> int:
    if char is None:
        return NOTHING
    if char == "\n":
        return LINE_FEED
    return WORD if _holds(PERL["w"], ord(char)) else OTHER


def _holds(ranges: Ranges, point: int) -> bool:
    return any(low <= point <= high for low, high in ranges)
