"""A GitHub Actions workflow or action -> a `pipeline`.

Source, checked 2026-11-30: GitHub Docs, "Workflow syntax for GitHub Actions" and "Metadata syntax for actions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.collect.fields import Fields, written
from holdfast.collect.pipelines import github_events
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.github_actions import reference
from holdfast.collect.pipelines.github_calls import Called, Way, joined, machines, ways
from holdfast.collect.pipelines.github_events import Events, Reach
from holdfast.collect.pipelines.github_steps import Inside, Steps, table, variables
from holdfast.collect.pipelines.github_values import Scope, secrets
from holdfast.collect.pipelines.machines import gpu, hosted_by_github
from holdfast.collect.pipelines.order import sequence
from holdfast.collect.pipelines.paths import ACTION, WORKFLOW
from holdfast.collect.pipelines.pins import branch, pinned
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, either
from holdfast.formats import yaml
from holdfast.kinds.pipeline import Job, Runner, Use

SOURCE = "github"
MAX_JOBS = 5000
"""Most jobs of a workflow that are read."""
PRIVILEGED = re.compile(r"(?:^|\s)--privileged(?:=true)?(?:\s|$)")


def is_workflow(path: str, document: Mapping[str, Any]) -> bool:
    """Whether a document is a workflow (by its folder) or an action (by its name), and has jobs or something to run."""
    if WORKFLOW.fullmatch(path):
        return isinstance(document.get("jobs"), yaml.Mapping)
    return ACTION.fullmatch(path) is not None and isinstance(document.get("runs"), yaml.Mapping)


def refused(path: str, document: object) -> str:
    """Why the platform refuses a document in the folder of workflows; empty where it does not."""
    if WORKFLOW.fullmatch(path) is None or document is None:
        return ""
    if not isinstance(document, yaml.Mapping):
        return "it is no mapping"
    jobs = document.get("jobs")
    if not isinstance(jobs, yaml.Mapping) or not jobs:
        return "`jobs` is missing, empty or no mapping"
    wrong = next((name for name, job in jobs.items() if not isinstance(job, yaml.Mapping)), None)
    if wrong is not None:
        return f"the job {wrong[:100]} is no mapping"
    return "" if isinstance(document.get("on"), str | list | dict) else "`on` is missing, or names no events"


def read(
    document: yaml.Mapping,
    path: str,
    line: int,
    by: Sequence[Called] = (),
    calls: list[tuple[str, Called]] | None = None,
) -> Iterator[Asset | Gap]:
    """The pipeline; `by` are its callers, and what it calls in its own repository is added to `calls`."""
    draft = Draft(path, SOURCE)
    root = Fields(document, "", "", {}, line)
    draft.spots[""] = Spot(line + document.mark.line, 1)
    try:
        reader = _Reader(draft, root, by)
        asset = reader.workflow() if "jobs" in document else reader.action()
    except FormatError as error:
        yield Gap(path, f"not readable as a workflow: {error.what}", "unreadable", line)
        return
    if calls is not None:
        calls += reader.steps.local
    yield asset
    yield from reader.steps.gaps


class _Reader:
    """Reads one document into a draft."""

    def __init__(self, draft: Draft, root: Fields, by: Sequence[Called]) -> None:
        self.draft = draft
        self.root = root
        self.by = by
        self.ways: list[Way] = []
        self.through: list[dict[str, Reach]] = []
        """For each way, what of it reaches each job."""
        self.steps = Steps(draft)
        self.events = Events()
        self.reached: dict[str, Reach] = {}
        self.secrets: list[str] = []
        """Those of all jobs."""

    def workflow(self) -> Asset:
        """A file under `.github/workflows`."""
        root, draft = self.root, self.draft
        self.events = github_events.events(root.data.get("on"))
        events = root.child("on")
        for trigger, key in self.events.triggers:
            draft.add("triggers", trigger, self.spot(events, key) if key in events.data else self.spot(root, "on"))
        env = self.variables(root, None)
        stated = _permissions(root.data.get("permissions"))
        jobs = root.child("jobs")
        if len(jobs.data) > MAX_JOBS:
            raise FormatError(f"more than {MAX_JOBS} jobs")
        shell = _default_shell(root, "")
        self.ways = ways(root.data.get("on"), self.events, self.by)
        scope = Scope(harmless=github_events.harmless(root.data.get("on")), given=_given(self.by)).inside(env)
        self.secrets = [name for value in env.values() for name in secrets(value)]
        self.through = [self.reach(jobs.data, way.reach) for way in self.ways]
        self.reached = self.reach(jobs.data, joined([way.reach for way in self.ways]))
        for name in filter(self.reached.__contains__, jobs.data):
            self.job(name, jobs.child(name), self.spot(jobs, name), scope, stated, shell)
        title = root.data.get("name")
        return draft.finish(title if isinstance(title, str) else draft.path, "workflow", stated)

    def action(self) -> Asset:
        """An `action.yml`: whatever calls it decides what it may do."""
        runs = self.root.child("runs")
        reach = joined([call.reach for call in self.by]) if self.by else None
        everything = Inside("runs", Scope(given=_given(self.by)), UNSET, "", secrets=[], reach=reach, called=True)
        self.steps.read(runs, everything)
        image = runs.data.get("image")
        if isinstance(image, str) and image.startswith("docker://"):
            self.draft.image(image.removeprefix("docker://"), None, "action", self.spot(runs, "image"))
        name = self.root.data.get("name")
        return self.draft.finish(name if isinstance(name, str) else self.draft.path, "action", UNSET)

    def spot(self, fields: Fields, key: str) -> Spot:
        """Where a key stands."""
        mark = fields.data.marks.get(key)
        at = fields.data.mark if mark is None else mark
        return Spot(fields.line + at.line, at.column + 1, fields.place(key))

    def variables(self, fields: Fields, job: str | None) -> dict[str, str]:
        """The variables under `env`, taken up as facts."""
        return variables(self.draft, fields.child("env"), job)

    def job(self, name: str, job: Fields, spot: Spot, scope: Scope, stated: Fact[dict[str, str]], shell: str) -> None:
        """One job."""
        draft, data = self.draft, job.data
        notes = draft.of(name)
        notes.needs = _names(data.get("needs"))
        env = self.variables(job, name)
        inner = scope.inside(env, job.child("strategy").data.get("matrix"))
        notes.secrets.update(self.secrets, (secret for value in env.values() for secret in secrets(value)))
        environment = job.child("environment").data.get("name", data.get("environment"))
        notes.environment = environment is not None
        reach = self.reached[name]
        own = _permissions(data.get("permissions"))
        permissions = stated if own is None else own
        condition = data.get("if")
        notes.heedless = github_events.heedless(condition)
        callee = data.get("uses")
        draft.add(
            "jobs",
            Job(
                name=name,
                environment=environment if isinstance(environment, str) else UNSET if environment else None,
                condition=None if condition is None else written(condition),
                permissions=UNSET if permissions is None else permissions,
                permissions_stated=permissions is not None,
                writes=_writes(permissions),
                oidc=_identity(permissions),
                secrets_inherited=isinstance(callee, str) and data.get("secrets") == "inherit",
                tolerated=_switch(data.get("continue-on-error")),
                outsiders=reach.fact(),
                outsiders_trusted=reach.trusted(),
            ),
            spot,
        )
        if isinstance(callee, str):
            given = {key.lower(): value for key, value in table(job.child("with").data).items()}
            self.call(callee, name, self.spot(job, "uses"), Called(reach, given))
            passed = table(job.child("secrets").data)
            notes.secrets.update(secret for value in passed.values() for secret in secrets(value))
            return
        self.machine(name, job, inner)
        tolerated = _switch(data.get("continue-on-error"))
        mode = data.get("cache-mode", self.root.data.get("cache-mode"))
        cache_mode = written(mode) if mode is not None else None
        inside = Inside(name, inner, tolerated, _default_shell(job, shell), [], reach, self.events.called, cache_mode)
        self.steps.read(job, inside)

    def reach(self, jobs: Mapping[str, Any], events: Reach) -> dict[str, Reach]:
        """Which of an outsider's events reach each job."""
        found: dict[str, Reach] = {}
        needs = {name: _names(job.get("needs")) for name, job in jobs.items() if isinstance(job, yaml.Mapping)}
        for name in sequence(needs):
            condition = jobs[name].get("if")
            others = () if github_events.revived(condition) else needs[name]
            reach = events.after([found[each] for each in others if each in found])
            found[name] = reach.behind(condition, approval=jobs[name].get("environment") is not None)
        return found

    def call(self, callee: str, job: str, spot: Spot, called: Called) -> None:
        """A reusable workflow."""
        found = reference(callee)
        local = found.sort == "local"
        if local:
            self.steps.local.append((found.name, called))
        self.draft.add(
            "uses",
            Use(
                reference=callee,
                sort="workflow",
                name=found.name,
                job=job,
                version=found.version,
                pinned=True if local else pinned(found.version),
                branch=False if local else branch(found.version),
                vendor=False,
                local=local,
            ),
            spot,
        )

    def machine(self, name: str, job: Fields, scope: Scope) -> None:
        """The runners, and the containers that they start."""
        variables(self.draft, job.child("container").child("credentials"), name)
        spot = self.spot(job, "runs-on")
        found: dict[tuple[str, ...] | None, list[Reach]] = {}
        for way, reached in zip(self.ways, self.through, strict=True):
            here = replace(way, reach=reached[name])
            for asked, reach in machines(job.data.get("runs-on"), scope, here):
                found.setdefault(tuple(asked) if isinstance(asked, list) else None, []).append(reach)
        for given, reaches in found.items():
            labels: Fact[list[str]] = UNSET if given is None else list(given)
            part = Runner(
                job=name,
                labels=labels,
                self_hosted=hosted_by_github(labels),
                gpu=gpu(labels),
                outsiders=either(joined(reaches).fact(), UNSET if self.events.called else False),
            )
            self.draft.add("runners", part, spot)
        for role, key, value, options in _images(job):
            privileged = isinstance(options, str) and PRIVILEGED.search(options) is not None
            images = scope.values(value) if isinstance(value, str) else UNSET
            where = self.spot(job, key)
            for image in [UNSET] if isinstance(images, UnsetType) else images:
                if image != "":
                    self.draft.image(image, name, role, where, privileged=privileged)


def _images(job: Fields) -> Iterator[tuple[str, str, Any, Any]]:
    """(role, key of the job, image, options) of the containers that a job asks for."""
    container = job.data.get("container")
    if isinstance(container, yaml.Mapping):
        yield "job", "container", container.get("image"), container.get("options")
    elif container is not None:
        yield "job", "container", container, None
    for service in job.child("services").data.values():
        if isinstance(service, yaml.Mapping):
            yield "service", "services", service.get("image"), service.get("options")


def _given(calls: Sequence[Called]) -> dict[str, str]:
    """Input -> what all callers give it."""
    found: dict[str, str] = {}
    for call in calls:
        for name, value in call.inputs.items():
            found[name] = f"{found.get(name, '')} {value}".strip()
    return found


def _permissions(value: object) -> dict[str, str] | None:
    """Scope -> level, `all` for every scope; absent when nothing is stated."""
    if isinstance(value, str):
        return {"all": value.removesuffix("-all")}
    return {key: written(level) for key, level in value.items()} if isinstance(value, yaml.Mapping) else None


def _writes(permissions: Fact[dict[str, str]]) -> list[str]:
    """The scopes that may be written; the identity token is no scope of the repository."""
    given = permissions.items() if isinstance(permissions, dict) else ()
    return [scope for scope, level in given if level == "write" and scope != "id-token"]


def _identity(permissions: Fact[dict[str, str]]) -> bool:
    """Whether a job with these permissions gets an identity token; no default of the platform gives one."""
    return isinstance(permissions, dict) and "write" in (permissions.get("id-token"), permissions.get("all"))


def _switch(value: object) -> bool | UnsetType:
    return False if value is None else value if isinstance(value, bool) else UNSET


def _default_shell(fields: Fields, outer: str) -> str:
    shell = fields.child("defaults").child("run").data.get("shell", outer)
    return shell if isinstance(shell, str) else outer


def _names(value: object) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [each for each in value if isinstance(each, str)]
        if isinstance(value, list)
        else []
    )
