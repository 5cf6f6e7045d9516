"""A pipeline while it is being read: parts with their places, and what a job's steps say about the job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from holdfast.collect.pipelines.effects import Effect
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.image import split_image
from holdfast.kinds.pipeline import Command, Container, Job, Pipeline, Runner, Step, Trigger, Use, Variable

PUBLISHING = frozenset(("image_push", "model_push", "publish"))
STRONG = frozenset(("all", "contents", "packages", "actions", "workflows", "deployments", "pages"))
"""Scopes of a token with which others are given other code."""
CHECKING = frozenset(("scan", "test"))
Part = Trigger | Job | Runner | Use | Container | Step | Command | Variable


def either(*facts: Fact[bool]) -> bool | UnsetType:
    """Whether one of them is true; unobserved where none is and one is unobserved."""
    return True if True in facts else UNSET if UNSET in facts else False


class Notes(Struct):
    """What the steps of a job add up to."""

    needs: list[str] = []
    secrets: set[str] = field(default_factory=set)
    effects: set[str] = field(default_factory=set)
    environment: bool = False

    def publishes(self) -> bool:
        """Whether it publishes or deploys; what installs something without any credential is a test's own cluster."""
        deploys = "deploy" in self.effects and (self.environment or bool(self.secrets))
        return deploys or not self.effects.isdisjoint(PUBLISHING)

    def checks(self) -> bool:
        """Whether it tests or scans."""
        return not self.effects.isdisjoint(CHECKING)


class Draft:
    """The parts of one pipeline, in the order in which they stand."""

    def __init__(self, path: str, platform: str) -> None:
        self.path = path
        self.platform = platform
        self.spots: dict[str, Spot] = {}
        self.parts: dict[str, list[Part]] = {}
        self.notes: dict[str, Notes] = {}
        self.places: set[tuple[str, int, int]] = set()

    def placed(self, fact: str, spot: Spot) -> bool:
        """Whether an element of the list `fact` stands there already, taken from the same template."""
        return (fact, spot.line, spot.column) in self.places

    def add(self, fact: str, part: Part, spot: Spot) -> None:
        """Takes up an element of the list `fact`."""
        found = self.parts.setdefault(fact, [])
        self.spots[f"{fact}[{len(found)}]"] = spot
        self.places.add((fact, spot.line, spot.column))
        found.append(part)

    def of(self, job: str) -> Notes:
        """What is known of a job so far."""
        return self.notes.setdefault(job, Notes())

    def image(
        self, reference: str | UnsetType, job: str | None, role: str, spot: Spot, *, privileged: Fact[bool] = False
    ) -> None:
        """Takes up an image that the pipeline runs; what is no reference is computed."""
        parts = None if isinstance(reference, UnsetType) else split_image(reference)
        known = parts is not None
        self.add(
            "containers",
            Container(
                image=reference if known else UNSET,
                job=job,
                role=role,
                tag=parts.tag if parts else UNSET,
                digest=parts.digest if parts else UNSET,
                privileged=privileged,
            ),
            spot,
        )

    def effects(self, found: Iterable[Effect], job: str, spot: Spot, *, tolerated: Fact[bool], block: bool) -> None:
        """Takes up what a script does; a block scalar starts on the line after its key."""
        for effect in found:
            line = spot.line + effect.line - (0 if block else 1)
            column = effect.column if block else spot.column
            self.effect(effect, job, Spot(line, column, spot.pointer), tolerated)

    def effect(self, effect: Effect, job: str, spot: Spot, tolerated: Fact[bool]) -> None:
        """Takes up one thing that a job does."""
        self.of(job).effects.add(effect.effect)
        if self.placed("commands", spot):
            return
        self.add(
            "commands",
            Command(
                program=effect.program,
                text=effect.text,
                job=job,
                effect=effect.effect,
                pinned=effect.pinned,
                credential=effect.credential,
                tolerated=either(effect.tolerated, tolerated),
                piped_to_shell=effect.piped,
            ),
            spot,
        )

    def finish(self, name: str, sort: str, permissions: Fact[dict[str, str]]) -> Asset:
        """The asset: every part with what the others say of it."""
        jobs = {str(job.name): job for job in self.parts.get("jobs", ()) if isinstance(job, Job)}
        fetched = {
            (step.job, step.untrusted_checkout) for step in self.parts.get("steps", ()) if isinstance(step, Step)
        }
        lists = {key: [self._summed(part, jobs, fetched) for part in self.parts.get(key, ())] for key in LISTS}
        facts = Pipeline(
            name=name,
            platform=self.platform,
            sort=sort,
            permissions=permissions,
            publishes=any(notes.publishes() for notes in self.notes.values()),
            **lists,  # type: ignore[arg-type]
        )
        return Asset(f"pipeline/{self.path}/{self.platform}", facts, self.platform, self.path, self.spots)

    def _summed(self, part: Part, jobs: Mapping[str, Job], fetched: set[tuple[Fact[str], Fact[bool]]]) -> Part:
        """A part with what its job adds up to; `fetched` says of each job what its steps check out."""
        match part:
            case Job(name=str(name)):
                return self._job(part, name)
            case Use(job=str(name)) if name in jobs:
                return replace(part, credentials=self._holds(jobs[name]))
            case Command(job=str(name)) if name in jobs:
                return replace(part, credentials=self._holds(jobs[name]), publishes=self.of(name).publishes())
            case Step(job=name):
                return replace(part, beside_untrusted=either(*(fact for job, fact in fetched if job == name)))
        return part

    def _job(self, job: Job, name: str) -> Job:
        notes, before = self.of(name), self.before(name)
        checking = {
            other for other, each in self.notes.items() if each.checks() and not each.publishes() and other != name
        }
        beside = {other for other in checking if name not in self.before(other)}
        return replace(
            job,
            needs=before,
            secrets=sorted(notes.secrets),
            checks=notes.checks(),
            publishes=notes.publishes(),
            unchecked=notes.publishes() and not notes.checks() and bool(beside) and beside.isdisjoint(before),
        )

    def _holds(self, job: Job) -> bool:
        """Whether a job has something that is worth stealing."""
        writes = job.writes if isinstance(job.writes, list) else []
        return bool(self.of(str(job.name)).secrets) or job.oidc is True or not STRONG.isdisjoint(writes)

    def before(self, job: str) -> list[str]:
        """Every job that one waits for, also indirectly."""
        found: dict[str, None] = {}
        todo = list(self.of(job).needs)
        while todo:
            name = todo.pop()
            if name not in found:
                found[name] = None
                todo += self.notes[name].needs if name in self.notes else []
        return sorted(found)


LISTS = frozenset(("triggers", "jobs", "runners", "uses", "containers", "steps", "commands", "variables"))
