"""A GitLab CI configuration -> a `pipeline`.

A job takes what it `extends` from the same file, and `default`; what an included file adds is examined where it lies.
Pipelines of merge requests from forks run in the fork, with its runners and variables, unless a member starts them.

Source, checked 2026-11-30: GitLab Docs, "CI/CD YAML syntax reference" (`include`, `extends`, `!reference`, `needs`,
`stages`, `allow_failure`, `id_tokens`, `services`, `tags`) and "Merge request pipelines" (forked projects).
"""

from __future__ import annotations

import itertools
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import UNSET

from holdfast.collect.fields import escape, written
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.gitlab_values import (
    copied,
    extended,
    fill,
    included,
    lines,
    mapping,
    names,
    spoken_of,
    stored,
    table,
    written_by_others,
)
from holdfast.collect.pipelines.literals import credentials
from holdfast.collect.pipelines.machines import gpu, hosted_by_gitlab
from holdfast.collect.pipelines.paths import GITLAB
from holdfast.collect.pipelines.scripts import Script, run, take
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact, Secret
from holdfast.formats import yaml
from holdfast.kinds.pipeline import Job, Runner, Step, Trigger, Variable

SOURCE = "gitlab"
GLOBAL = frozenset(
    "default include stages variables workflow image services cache before_script after_script spec types".split()
)
"""Keys of the first level that are no jobs."""
INHERITED = ("image", "services", "before_script", "after_script", "tags", "id_tokens")
STAGES = (".pre", "build", "test", "deploy", ".post")
MAX_JOBS = 5000
"""Most jobs that are read; GitLab allows 500 in a pipeline unless it is set otherwise."""
DIND = re.compile(r"(?:^|/)docker:[\w.-]*dind|(?:^|/)docker@")


def is_workflow(path: str, document: Mapping[str, Any]) -> bool:
    """Whether a document is a CI configuration: by its name or folder, and jobs, stages or includes in it."""
    if not GITLAB.fullmatch(path):
        return False
    jobs = (isinstance(value, dict) and ("script" in value or "trigger" in value) for value in document.values())
    return "include" in document or "stages" in document or any(jobs)


class Named(NamedTuple):
    """A file that a configuration includes."""

    name: str
    local: bool
    """Whether it is one of the same repository."""
    line: int


def read(document: yaml.Mapping, path: str, line: int, named: list[Named]) -> Iterator[Asset | Gap]:
    """The pipeline; what it includes is added to `named` before."""
    if len(document) > MAX_JOBS:
        yield Gap(path, f"not readable as a pipeline: more than {MAX_JOBS} jobs", "unreadable", line)
        return
    reader = _Reader(Draft(path, SOURCE), document, line)
    asset = reader.pipeline()
    named += reader.named
    yield asset
    yield from reader.gaps


class _Reader:
    """Reads one document into a draft."""

    def __init__(self, draft: Draft, root: yaml.Mapping, line: int) -> None:
        self.draft = draft
        self.root = root
        self.line = line
        self.named: list[Named] = []
        self.gaps: list[Gap] = []
        self.known: dict[str, str] = {}
        """Variables of all jobs."""
        self.secrets: list[str] = []
        """The stored secrets that these hold."""
        draft.spots[""] = Spot(line + root.mark.line, 1)

    def spot(self, mark: Any, pointer: str) -> Spot:
        """The place of a mark."""
        return Spot(self.line + mark.line, mark.column + 1, pointer)

    def pipeline(self) -> Asset:
        """The whole file."""
        root, draft = self.root, self.draft
        self.triggers()
        self.includes(root.get("include"), None)
        self.known = self.variables(root.get("variables"), "/variables", None)
        self.secrets = [name for value in self.known.values() for name in stored(value)]
        default = mapping(root.get("default"))
        for source, pointer in ((root, ""), (default, "/default")):
            self.images(source, pointer, None)
        jobs = {
            name: extended(root, value)
            for name, value in root.items()
            if name not in GLOBAL and not name.startswith(".") and isinstance(value, yaml.Mapping)
        }
        for name, needs in _needs(root, jobs):
            draft.of(name).needs = needs
        for name, job in jobs.items():
            self.job(name, job, default)
        return draft.finish(draft.path, "pipeline", None)

    def triggers(self) -> None:
        """The events that rules speak of; a push when none does."""
        found: dict[str, Spot] = {}
        for name, value in self.root.items():
            if not isinstance(value, yaml.Mapping):
                continue
            for key in ("rules", "only"):
                for event in spoken_of(value.get(key)):
                    found.setdefault(event, self.spot(value.marks[key], f"/{escape(name)}/{key}"))
        for event, spot in (found or {"push": self.draft.spots[""]}).items():
            self.draft.add("triggers", Trigger(name=event, filters=[], outsiders=False, trusted=True), spot)

    def includes(self, value: object, job: str | None, pointer: str = "/include") -> None:
        """Files taken in from this and other repositories."""
        items = value if isinstance(value, yaml.Sequence) else [value]
        for at, item in enumerate(items):
            mark = value.marks[at] if isinstance(value, yaml.Sequence) else self.root.marks.get("include")
            where = f"{pointer}/{at}" if isinstance(value, yaml.Sequence) else pointer
            if isinstance(item, str):
                item = {"remote" if item.startswith(("https://", "http://")) else "local": item}  # noqa: PLW2901
            if isinstance(item, dict):
                use = included(item, job)
                spot = self.spot(mark, where) if mark else self.draft.spots[""]
                if use is not None:
                    self.draft.add("uses", use, spot)
                    self.named.append(Named(str(use.reference), use.local is True, spot.line))
                elif isinstance(item.get("artifact"), str):
                    self.named.append(Named(f"the artifact {item['artifact']}", False, spot.line))

    def variables(self, value: object, pointer: str, job: str | None) -> dict[str, str]:
        """Variables, taken up as facts."""
        found = {}
        for name, item in mapping(value).items():
            given = item.get("value", "") if isinstance(item, dict) else item
            if isinstance(given, dict | list):
                continue
            text = found[name] = written(given)
            held = stored(text)
            literal = Secret(text) if text and "$" not in text else None
            mark = mapping(value).marks[name]
            part = Variable(name=name, value=literal, secret=held[0] if held else None, job=job)
            self.draft.add("variables", part, self.spot(mark, f"{pointer}/{escape(name)}"))
        return found

    def images(self, owner: yaml.Mapping, pointer: str, job: str | None) -> None:
        """The image of a job and those of its services, each place once."""
        services = owner.get("services")
        found = [("job", "image", owner.get("image"), owner.marks.get("image"))]
        for at, item in enumerate(services if isinstance(services, yaml.Sequence) else ()):
            found.append(("service", "services", item, services.marks[at]))  # type: ignore[union-attr]
        for role, key, item, mark in found:
            image = item.get("name") if isinstance(item, dict) else item
            if image is None or mark is None:
                continue
            spot = self.spot(mark, f"{pointer}/{key}")
            if not self.draft.placed("containers", spot):
                dind = role == "service" and isinstance(image, str) and DIND.search(image) is not None
                self.draft.image(image if isinstance(image, str) else UNSET, job, role, spot, privileged=dind)

    def job(self, name: str, job: yaml.Mapping, default: yaml.Mapping) -> None:
        """One job."""
        draft, pointer = self.draft, f"/{escape(name)}"
        mark = self.root.marks[name]
        variables = self.variables(self.root[name].get("variables"), f"{pointer}/variables", name)
        known = ChainMap(variables, table(job.get("variables")), self.known)
        self.images(job, pointer, name)
        whole = copied(job)
        for source in (self.root, default):
            fill(whole, source, INHERITED)
        environment = job.get("environment")
        environment = environment.get("name") if isinstance(environment, dict) else environment
        notes = draft.of(name)
        notes.environment = environment is not None
        notes.heedless = _heedless(job)
        allowed = job.get("allow_failure", job.get("when") == "manual")  # by default such a job stops nothing
        rules = job.get("rules", job.get("only"))
        draft.add(
            "jobs",
            Job(
                name=name,
                environment=environment if environment is None or isinstance(environment, str) else UNSET,
                condition=None if rules is None else "rules",
                permissions=None,
                permissions_stated=False,
                writes=[],
                oidc="id_tokens" in whole,
                secrets_inherited=False,
                tolerated=allowed if isinstance(allowed, bool) else UNSET,
                outsiders=False,
                outsiders_trusted=False,
            ),
            self.spot(mark, pointer),
        )
        self.machine(name, whole, self.spot(mark, pointer))
        if isinstance(job.get("trigger"), dict):
            self.includes(job["trigger"].get("include"), name, f"{pointer}/trigger/include")
        self.scripts(name, whole, known, allowed if isinstance(allowed, bool) else UNSET)

    def machine(self, name: str, job: yaml.Mapping, spot: Spot) -> None:
        """The runner that a job's tags ask for."""
        tags = job.get("tags")
        labels = [written(tag) for tag in tags] if isinstance(tags, list) else []
        if "tags" in job.marks:
            spot = self.spot(job.marks["tags"], f"/{escape(name)}/tags")
        part = Runner(
            job=name,
            labels=labels,
            self_hosted=UNSET if any("$" in label for label in labels) else hosted_by_gitlab(labels),
            gpu=gpu(labels),
            outsiders=False,
        )
        self.draft.add("runners", part, spot)

    def scripts(self, name: str, job: yaml.Mapping, known: ChainMap[str, str], tolerated: Fact[bool]) -> None:
        """What a job runs, command list by command list."""
        texts = []
        for key in ("before_script", "script", "after_script"):
            forgiven = True if key == "after_script" else tolerated  # its outcome is not the job's
            for text, mark in lines(self.root, job.get(key), job.marks.get(key)):
                texts.append(text)
                spot = self.spot(mark, f"/{escape(name)}/{key}")
                self.gaps += take(self.draft, Script(text, name, spot, (), known, forgiven), stored)
        script = "\n".join(texts)
        own = (each for value in (*known.maps[0].values(), *known.maps[1].values()) for each in stored(value))
        held = sorted({*stored(script), *self.secrets, *own})
        self.draft.of(name).secrets.update(held)
        step = Step(
            name=None,
            job=name,
            uses=None,
            script=script or None,
            inputs={},
            secrets=held,
            credentials=credentials(script),
            injected=run(script, lambda name: written_by_others(name, known)),
            parameters=[],
            revealed=[],
            untrusted_checkout=False,
            runs_artifact=False,
            keeps_token=False,
            caches="cache" in job,
            tolerated=False,
            outsiders_trusted=False,
        )
        self.draft.add("steps", step, self.spot(self.root.marks[name], f"/{escape(name)}"))


def _heedless(job: yaml.Mapping) -> bool:
    """Whether a job runs although one before it failed: as it says itself, or as one of its rules does."""
    conditions = job.get("rules")
    stated = [job, *map(mapping, conditions if isinstance(conditions, list) else ())]
    return any(each.get("when") == "always" for each in stated)


def _needs(root: yaml.Mapping, jobs: Mapping[str, yaml.Mapping]) -> Iterator[tuple[str, list[str]]]:
    """The jobs that each waits for: those it names, or those of the stage before, which waited for theirs."""
    stages = root.get("stages")
    order = [".pre", *stages, ".post"] if isinstance(stages, list) else list(STAGES)
    place = {stage: at for at, stage in enumerate(order) if isinstance(stage, str)}
    staged: dict[int, list[str]] = {}
    own = {name: place.get(written(job.get("stage", "test")), 0) for name, job in jobs.items()}
    for name, at in own.items():
        staged.setdefault(at, []).append(name)
    previous = {at: staged[last] for last, at in itertools.pairwise(sorted(staged))}
    for name, job in jobs.items():
        named = job.get("needs")
        if isinstance(named, list):
            yield name, names([item.get("job") if isinstance(item, dict) else item for item in named])
        else:
            yield name, previous.get(own[name], [])
