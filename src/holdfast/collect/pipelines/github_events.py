"""Who can start a GitHub workflow, and which of its jobs and steps an outsider's event reaches.

An outsider may read the repository and nothing more: open a pull request from a fork, an issue or a discussion, and
comment. Conditions are evaluated for such an event; what they ask beyond it is unknown.

Sources, checked 2026-11-30: GitHub Docs, "Events that trigger workflows", "Contexts", "Secure use reference"
(mitigating the risks of untrusted code checkout) and "Approving workflow runs from forks"; the webhook payloads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from holdfast.collect.fields import written
from holdfast.core.errors import FormatError
from holdfast.formats import yaml
from holdfast.formats.github_expressions import UNKNOWN, evaluate, find, parse, truthy
from holdfast.kinds.pipeline import Trigger

OUTSIDER = "an-outsider"
FORK_RUNS = frozenset(("pull_request", "pull_request_review", "pull_request_review_comment"))
"""Events of a fork's pull request: the run has a token that may only read, and no secrets."""
TRUSTED_RUNS = frozenset(
    "pull_request_target workflow_run issue_comment issues discussion discussion_comment fork watch".split()
)
"""Events that anybody can cause and that run in the context of the default branch, with secrets and its token."""
GUARDED = frozenset(("pull_request_target", "workflow_run"))
"""Events under which the checkout refuses the code of forks."""
CALLED = frozenset(("workflow_call",))
INSIDERS_ONLY = frozenset(
    "labeled unlabeled assigned unassigned milestoned demilestoned locked unlocked pinned unpinned transferred deleted"
    " typed untyped review_requested review_request_removed auto_merge_enabled auto_merge_disabled enqueued dequeued"
    " answered unanswered category_changed".split()
)
"""Activities that need the triage role, or write access; to delete or transfer an issue needs more still."""
NO_TEXT = frozenset(("boolean", "number", "choice", "environment"))
"""Types of inputs whose text the platform limits."""
REVIVING = frozenset(("always", "failure", "cancelled"))
"""Functions with which a job runs although one that it needs was skipped."""
HEEDING = re.compile(r"\bneeds\.|&&\s*success\s*\(|!\s*failure\s*\(")
"""Where a condition asks how the jobs before ended."""


class Own:
    """A name that only the repository itself has: it equals any literal that is written out for it, no outsider's."""

    def __eq__(self, other: object) -> bool:
        return other != OUTSIDER

    __hash__ = None  # type: ignore[assignment]


class Actor:
    """Who caused a run: never somebody who is named; a bot can be made to act for an outsider."""

    def __eq__(self, other: object) -> Any:
        return UNKNOWN if isinstance(other, str) and other.lower().endswith("[bot]") else other == OUTSIDER

    __hash__ = None  # type: ignore[assignment]


OWN, ACTOR = Own(), Actor()
HEAD: Mapping[str, object] = {
    "repo.fork": True,
    "repo.full_name": OUTSIDER,
    "repo.owner.login": OUTSIDER,
    "user.login": OUTSIDER,
}
ALWAYS: Mapping[str, object] = {
    "github.repository": OWN,
    "github.repository_owner": OWN,
    "github.event.repository.full_name": OWN,
    "github.event.repository.fork": False,
    "github.event.repository.owner.login": OWN,
    "github.actor": ACTOR,
    "github.triggering_actor": ACTOR,
    "github.event.sender.login": ACTOR,
    **{
        f"github.event.{what}.author_association": "NONE"
        for what in ("pull_request", "issue", "comment", "review", "discussion")
    },
    **{
        f"github.event.{what}.user.login": OUTSIDER
        for what in ("pull_request", "issue", "comment", "review", "discussion")
    },
    **{f"github.event.pull_request.head.{key}": value for key, value in HEAD.items()},
    "github.event.pull_request.base.repo.full_name": OWN,
    "github.event.pull_request.merged": False,
    "github.event.workflow_run.event": "pull_request",
    "github.event.workflow_run.head_repository.full_name": OUTSIDER,
    "github.event.workflow_run.head_repository.fork": True,
    "github.event.workflow_run.head_repository.owner.login": OUTSIDER,
    "github.event.workflow_run.repository.full_name": OWN,
    "github.event.workflow_run.actor.login": ACTOR,
    "github.event.workflow_run.triggering_actor.login": ACTOR,
    "github.ref_type": "branch",
    "github.ref_protected": UNKNOWN,
}
"""What an outsider's event holds, whichever it is."""
ACTION = "github.event.action"
CHOICES: tuple[Mapping[str, object], ...] = tuple(
    {"github.event.pull_request.draft": draft, ACTION: action}
    for draft in (False, True)
    for action in ("opened", "synchronize", "edited")
)
"""What an outsider chooses: a pull request is a draft or none, and is opened, pushed to or edited."""
NOTHING: Mapping[str, object] = {}


class Events(Struct):
    """The events of a workflow."""

    triggers: list[tuple[Trigger, str]] = []
    """Each with its key, for its place."""
    called: bool = False
    """Whether another workflow can call it."""

    def outsiders(self, *, trusted: bool) -> list[str]:
        """The events that an outsider can cause; with `trusted`, those that then run with secrets."""
        found = (each for each, _ in self.triggers if each.outsiders is True and (each.trusted is True or not trusted))
        return [str(each.name) for each in found]


def events(value: object) -> Events:
    """The events under `on`: a name, a list of names, or a mapping."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        value = dict.fromkeys((name for name in value if isinstance(name, str)), None)
    if not isinstance(value, dict):
        return Events()
    found = [(_trigger(name, details), name) for name, details in value.items()]
    return Events(found, not CALLED.isdisjoint(value))


def _trigger(name: str, details: object) -> Trigger:
    filters = [f"{key}: {written(item)}" for key, item in _filters(details)]
    types = {item for key, item in _filters(details) if key == "types"}
    outsiders = name in FORK_RUNS | TRUSTED_RUNS and not (types and types <= INSIDERS_ONLY)
    return Trigger(
        name=name,
        filters=filters,
        outsiders=UNSET if name in CALLED else outsiders,
        trusted=UNSET if name in CALLED else name not in FORK_RUNS,
    )


def _filters(details: object) -> list[tuple[str, object]]:
    maps = details if isinstance(details, list) else [details]
    found = [(key, value) for each in maps if isinstance(each, yaml.Mapping) for key, value in each.items()]
    return [
        (key, item)
        for key, value in found
        if key not in ("inputs", "outputs", "secrets")
        for item in (value if isinstance(value, list) else [value])
        if not isinstance(item, dict | list)
    ]


def harmless(value: object) -> frozenset[str]:
    """The inputs under `on` that are no free text, by their types."""
    called = value.values() if isinstance(value, dict) else ()
    declared = (each.get("inputs") for each in called if isinstance(each, dict))
    inputs = (item for each in declared if isinstance(each, dict) for item in each.items())
    return frozenset(
        name.lower() for name, item in inputs if isinstance(item, dict) and str(item.get("type")) in NO_TEXT
    )


class Reach(Struct, frozen=True):
    """What becomes of an outsider's events: those that surely get here, and those of which nobody can say."""

    surely: frozenset[str]
    maybe: frozenset[str] = frozenset()

    def fact(self) -> bool | UnsetType:
        """Whether any of them gets here."""
        return True if self.surely else UNSET if self.maybe else False

    def trusted(self) -> bool | UnsetType:
        """Whether one of them gets here that runs with secrets."""
        return Reach(self.surely & TRUSTED_RUNS, self.maybe & TRUSTED_RUNS).fact()

    def guarded(self) -> bool:
        """Whether all of those with secrets are such that the checkout refuses a fork's code."""
        trusted = (self.surely | self.maybe) & TRUSTED_RUNS
        return bool(trusted) and trusted <= GUARDED

    def behind(self, condition: object, *, approval: bool = False) -> Reach:
        """What gets past a condition; an approval, if its environment demands one, may stop everything."""
        surely, maybe = set(), set()
        for event in self.surely | self.maybe:
            outcome = holds(condition, event)
            if outcome is True and event in self.surely and not approval:
                surely.add(event)
            elif outcome is not False:
                maybe.add(event)
        return Reach(frozenset(surely), frozenset(maybe))

    def after(self, others: list[Reach]) -> Reach:
        """What reaches a job that needs others: what reaches all of them."""
        surely, maybe = self.surely, self.surely | self.maybe
        for other in others:
            surely &= other.surely
            maybe &= other.surely | other.maybe
        return Reach(surely, maybe - surely)


def holds(condition: object, event: str) -> object:
    """Whether a condition holds for an outsider's event: True, False or UNKNOWN."""
    if condition is None or isinstance(condition, bool):
        return condition is not False
    if not isinstance(condition, str):
        return UNKNOWN
    text = condition.strip()
    try:
        inner = list(find(text))
        if inner and (len(inner) > 1 or (inner[0].start, inner[0].end) != (0, len(text))):
            return UNKNOWN
        tree = parse(inner[0].source if inner else text)
        chosen = CHOICES if any(name in text for name in CHOICES[0]) else (NOTHING,)
        answers = [truthy(evaluate(tree, context(event, each))) for each in chosen]
    except FormatError:
        return UNKNOWN
    if True in answers:
        return True
    # Which activities start the run, nobody has looked up: another one than those that are tried may pass.
    return False if all(answer is False for answer in answers) and ACTION not in text else UNKNOWN


def revived(condition: object) -> bool:
    """Whether a condition lets a job run although one that it needs was skipped."""
    return isinstance(condition, str) and any(f"{name}(" in condition.replace(" ", "") for name in REVIVING)


def heedless(condition: object) -> bool:
    """Whether a job runs although one that it needs failed: nothing asks for their results."""
    return revived(condition) and HEEDING.search(str(condition)) is None


def context(event: str, chosen: Mapping[str, object] = NOTHING) -> Callable[[tuple[str, ...]], object]:
    """The values of an outsider's event by context path, with those that are the outsider's choice."""
    ref = "refs/pull/1/merge" if event in FORK_RUNS else UNKNOWN
    known = {**ALWAYS, **chosen, "github.event_name": event, "github.ref": ref}

    def value(steps: tuple[str, ...]) -> object:
        path = ".".join(steps)
        if path in known:
            return known[path]
        if path.startswith(("inputs.", "github.event.inputs.")):
            return None  # nobody fills in a form
        return True if path == "github.event.pull_request" and event.startswith("pull_request") else UNKNOWN

    return value
