"""A pipeline while it is being read: parts with their places, and what a job's steps say about the job."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from holdfast.collect.pipelines.effects import Effect
from holdfast.collect.pipelines.fetches import Fetch
from holdfast.collect.pipelines.order import before
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.core.image import split_image
from holdfast.kinds.pipeline import Command, Container, Job, Pipeline, Runner, Step, Trigger, Use, Variable

PUBLISHING = frozenset(("image_push", "model_push", "publish"))
STRONG = frozenset(("all", "contents", "packages", "actions", "workflows", "deployments", "pages"))
"""Scopes of a token with which others are given other code."""
CHECKING = frozenset(("scan", "test"))
Part = Trigger | Job | Runner | Use | Container | Step | Command | Variable


class Notes(Struct):
    """What the steps of a job add up to."""

    needs: list[str] = []
    secrets: set[str] = field(default_factory=set)
    effects: set[str] = field(default_factory=set)
    forgiven: set[Fact[bool]] = field(default_factory=set)
    """For each test and scan, whether the job goes on or succeeds although it failed."""
    environment: bool = False
    heedless: bool = False
    """Whether it runs although a job that it needs failed."""

    def publishes(self) -> bool:
        """Whether it publishes or deploys; what installs something without any credential is a test's own cluster."""
        deploys = "deploy" in self.effects and (self.environment or bool(self.secrets))
        return deploys or not self.effects.isdisjoint(PUBLISHING)

    def checks(self) -> bool:
        """Whether it tests or scans."""
        return not self.effects.isdisjoint(CHECKING)

    def stops(self) -> Fact[bool]:
        """Whether it fails where one of its tests and scans does."""
        return True if False in self.forgiven else UNSET if UNSET in self.forgiven else False


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
        if isinstance(part, Job):
            self.of(str(part.name))
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
            self.effect(effect, job, _inside(spot, effect.line, effect.column, block=block), tolerated)

    def fetches(self, found: Iterable[Fetch], job: str, spot: Spot, *, block: bool) -> None:
        """Takes up what a script fetches unprotected."""
        for fetch in found:
            place = _inside(spot, fetch.line, fetch.column, block=block)
            key = (fetch.name, place.line, place.column)
            if key in self.places:
                continue  # the template that it stands in is taken up once
            self.places.add(key)
            part = Use(
                reference=fetch.name,
                sort=fetch.sort,
                name=fetch.name,
                job=job,
                version=None,
                pinned=False,
                branch=False,
                vendor=False,
                local=False,
                unprotected=fetch.unprotected,
                credentials=False,
            )
            self.add("uses", part, place)

    def effect(self, effect: Effect, job: str, spot: Spot, tolerated: Fact[bool]) -> None:
        """Takes up one thing that a job does."""
        notes, forgiven = self.of(job), either(effect.tolerated, tolerated)
        notes.effects.add(effect.effect)
        if effect.effect in CHECKING:
            notes.forgiven.add(forgiven)
        place = (effect.text, spot.line, spot.column)
        if place in self.places:
            return  # the template that it stands in is taken up once
        self.places.add(place)
        self.add(
            "commands",
            Command(
                program=effect.program,
                text=effect.text,
                job=job,
                effect=effect.effect,
                pinned=effect.pinned,
                credential=effect.credential,
                tolerated=forgiven,
                piped_to_shell=effect.piped,
            ),
            spot,
        )

    def finish(self, name: str, sort: str, permissions: Fact[dict[str, str]]) -> Asset:
        """The asset: every part with what the others say of it."""
        whole = _Whole(self)
        lists = {key: [whole.part(part) for part in self.parts.get(key, ())] for key in LISTS}
        facts = Pipeline(
            name=name,
            platform=self.platform,
            sort=sort,
            permissions=permissions,
            publishes=any(notes.publishes() for notes in self.notes.values()),
            **lists,  # type: ignore[arg-type]
        )
        return Asset(f"pipeline/{self.path}/{self.platform}", facts, self.platform, self.path, self.spots)


def _inside(spot: Spot, line: int, column: int, *, block: bool) -> Spot:
    """A place in a script."""
    return Spot(spot.line + line - (0 if block else 1), column if block else spot.column, spot.pointer)


class _Whole:
    """What all parts together say of each."""

    def __init__(self, draft: Draft) -> None:
        self.notes = draft.notes
        self.before = before({name: notes.needs for name, notes in draft.notes.items()})
        self.checking = {name for name, each in draft.notes.items() if each.checks() and not each.publishes()}
        jobs = [job for job in draft.parts.get("jobs", ()) if isinstance(job, Job)]
        self.gates = {str(job.name): _gates(job, draft.notes[str(job.name)]) for job in jobs}
        """For each job, whether those that need it are held back where one of its checks fails."""
        self.holds = {str(job.name): self._holds(job) for job in jobs}
        self.fetched: dict[Fact[str], set[Fact[bool]]] = {}
        for step in draft.parts.get("steps", ()):
            if isinstance(step, Step):
                self.fetched.setdefault(step.job, set()).add(step.untrusted_checkout)

    def part(self, part: Part) -> Part:
        """A part with what its job adds up to."""
        match part:
            case Job(name=str(name)):
                return self._job(part, name, self.notes[name])
            case Use(job=str(name)) if name in self.holds:
                return replace(part, credentials=self.holds[name])
            case Command(job=str(name)) if name in self.holds:
                return replace(part, credentials=self.holds[name], publishes=self.notes[name].publishes())
            case Step(job=name):
                return replace(part, beside_untrusted=either(*self.fetched[name]))
        return part

    def _job(self, job: Job, name: str, notes: Notes) -> Job:
        return replace(
            job,
            needs=UNSET if self.before is None else self.before[name],
            secrets=sorted(notes.secrets),
            checks=notes.checks(),
            publishes=notes.publishes(),
            unchecked=self._unchecked(job, name, notes),
        )

    def _unchecked(self, job: Job, name: str, notes: Notes) -> Fact[bool]:
        """Whether it publishes whatever the checks before it, its own included, say."""
        # Where the job as a whole may fail, its steps stop at the first failure all the same.
        own = notes.stops() if job.tolerated is False else notes.checks()
        if not notes.publishes() or own is True:
            return False
        if self.before is None:
            return UNSET
        beside = {each for each in self.checking if name not in self.before[each]}
        if not beside and not notes.checks():
            return False  # there is nothing to wait for
        waited = [] if notes.heedless else [self.gates.get(each) for each in beside.intersection(self.before[name])]
        return False if True in waited else UNSET if UNSET in (own, *waited) else True

    def _holds(self, job: Job) -> bool:
        """Whether a job has something that is worth stealing."""
        notes = self.notes.get(str(job.name))
        writes = job.writes if isinstance(job.writes, list) else []
        return bool(notes and notes.secrets) or job.oidc is True or not STRONG.isdisjoint(writes)


def _gates(job: Job, notes: Notes) -> Fact[bool]:
    """Whether a job that needs this one is held back where a check fails."""
    stops = notes.stops()
    return False if job.tolerated is True else UNSET if stops is True and job.tolerated is UNSET else stops


LISTS = frozenset(("triggers", "jobs", "runners", "uses", "containers", "steps", "commands", "variables"))
