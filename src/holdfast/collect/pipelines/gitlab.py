"""A GitLab CI configuration -> a `pipeline`.

A job takes what it `extends` from the same file, and `default`; what an included file adds is examined where it lies.
Pipelines of merge requests from forks run in the fork, with its runners and variables, unless a member starts them.

Source, checked 2026-11-30: GitLab Docs, "CI/CD YAML syntax reference" (`include`, `extends`, `!reference`, `needs`,
`stages`, `allow_failure`, `id_tokens`, `services`, `tags`) and "Merge request pipelines" (forked projects).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import EMPTY, escape, written
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.machines import gpu, hosted_by_gitlab
from holdfast.collect.pipelines.paths import GITLAB
from holdfast.collect.pipelines.pins import branch, pinned
from holdfast.collect.pipelines.scripts import Script, take
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact, Secret
from holdfast.formats import yaml
from holdfast.formats.servers.masking import names_secret
from holdfast.kinds.pipeline import Job, Runner, Step, Trigger, Use, Variable

SOURCE = "gitlab"
GLOBAL = frozenset(
    "default include stages variables workflow image services cache before_script after_script spec types".split()
)
"""Keys of the first level that are no jobs."""
INHERITED = ("image", "services", "before_script", "after_script", "tags", "id_tokens")
STAGES = (".pre", "build", "test", "deploy", ".post")
EVENT = re.compile(r"""\$\{?CI_PIPELINE_SOURCE\}?\s{0,8}==\s{0,8}["']([a-z_]{1,40})["']""")
REF = re.compile(r"\$\{?CI_(?:COMMIT_(?:BRANCH|TAG|REF)|DEFAULT_BRANCH)")
VARIABLE = re.compile(r"\$(?:\{(\w+)|(\w+))", re.ASCII)
OWN = frozenset("CI_JOB_TOKEN CI_REGISTRY_PASSWORD CI_DEPENDENCY_PROXY_PASSWORD CI_JOB_JWT".split())
"""Tokens that the platform makes for a job and that end with it."""
DIND = re.compile(r"(?:^|/)docker:[\w.-]*dind|(?:^|/)docker@")
MOVING = re.compile(r"/(?:main|master|HEAD)/")
MAX_BASES = 11
"""How deep templates may extend one another: GitLab's limit."""
DEPTH = 10
"""How deep lists of commands may be nested: GitLab's limit."""


def is_workflow(path: str, document: Mapping[str, Any]) -> bool:
    """Whether a document is a CI configuration: by its name or folder, and jobs, stages or includes in it."""
    if not GITLAB.fullmatch(path):
        return False
    jobs = (isinstance(value, dict) and ("script" in value or "trigger" in value) for value in document.values())
    return "include" in document or "stages" in document or any(jobs)


def read(document: yaml.Mapping, path: str, line: int) -> Iterator[Asset | Edge | Gap]:
    """The pipeline, and an edge to every file of the same repository that it includes."""
    reader = _Reader(Draft(path, SOURCE), document, line)
    asset = reader.pipeline()
    yield asset
    for target in dict.fromkeys(reader.local):
        yield Edge(asset.id, "includes", f"pipeline/{target.lstrip('/')}/{SOURCE}")
    yield from reader.gaps


class _Reader:
    """Reads one document into a draft."""

    def __init__(self, draft: Draft, root: yaml.Mapping, line: int) -> None:
        self.draft = draft
        self.root = root
        self.line = line
        self.local: list[str] = []
        self.gaps: list[Gap] = []
        draft.spots[""] = Spot(line + root.mark.line, 1)

    def spot(self, mark: Any, pointer: str) -> Spot:
        """The place of a mark."""
        return Spot(self.line + mark.line, mark.column + 1, pointer)

    def pipeline(self) -> Asset:
        """The whole file."""
        root, draft = self.root, self.draft
        self.triggers()
        self.includes(root.get("include"), None)
        self.variables(root.get("variables"), "/variables", None)
        default = _mapping(root.get("default"))
        for source, pointer in ((root, ""), (default, "/default")):
            self.images(source, pointer, None)
        jobs = {
            name: self.extended(value)
            for name, value in root.items()
            if name not in GLOBAL and not name.startswith(".") and isinstance(value, yaml.Mapping)
        }
        for name, needs in self.needs(jobs):
            draft.of(name).needs = needs
        for name, job in jobs.items():
            self.job(name, job, default)
        return draft.finish(draft.path, "pipeline", None)

    def extended(self, job: yaml.Mapping) -> yaml.Mapping:
        """A job with what it extends in this file; of several, the last one wins."""
        whole = _copy(job)
        todo, seen = _names(whole.pop("extends", None)), 0
        while todo and seen < MAX_BASES * 4:
            base = self.root.get(todo.pop())
            seen += 1
            if isinstance(base, yaml.Mapping):
                _fill(whole, base)
                todo = [*_names(base.get("extends")), *todo]
        return whole

    def triggers(self) -> None:
        """The events that rules speak of; a push when none does."""
        found: dict[str, Spot] = {}
        for name, value in self.root.items():
            if not isinstance(value, yaml.Mapping):
                continue
            for key in ("rules", "only"):
                for event in _events(value.get(key)):
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
                use = _include(item, job)
                if use is not None:
                    self.draft.add("uses", use, self.spot(mark, where) if mark else self.draft.spots[""])
                    if use.local is True and isinstance(use.name, str):
                        self.local.append(use.name)

    def variables(self, value: object, pointer: str, job: str | None) -> dict[str, str]:
        """Variables, taken up as facts."""
        found = {}
        for name, item in _mapping(value).items():
            given = item.get("value", "") if isinstance(item, dict) else item
            if isinstance(given, dict | list):
                continue
            text = found[name] = written(given)
            held = _stored(text)
            literal = Secret(text) if text and "$" not in text else None
            mark = _mapping(value).marks[name]
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
                dind = isinstance(image, str) and DIND.search(image) is not None
                self.draft.image(image if isinstance(image, str) else UNSET, job, role, spot, privileged=dind)

    def needs(self, jobs: Mapping[str, yaml.Mapping]) -> Iterator[tuple[str, list[str]]]:
        """The jobs that each waits for: those it names, or those of the stage before, which waited for theirs."""
        stages = self.root.get("stages")
        order = [".pre", *stages, ".post"] if isinstance(stages, list) else list(STAGES)
        place = {stage: at for at, stage in enumerate(order) if isinstance(stage, str)}
        staged: dict[int, list[str]] = {}
        own = {name: place.get(written(job.get("stage", "test")), 0) for name, job in jobs.items()}
        for name, at in own.items():
            staged.setdefault(at, []).append(name)
        previous = {at: staged[last] for last, at in itertools.pairwise(sorted(staged))}
        for name, job in jobs.items():
            named = job.get("needs")
            found = [item.get("job") if isinstance(item, dict) else item for item in named or ()]
            direct = [each for each in found if isinstance(each, str)]
            yield name, direct if isinstance(named, list) else previous.get(own[name], [])

    def job(self, name: str, job: yaml.Mapping, default: yaml.Mapping) -> None:
        """One job."""
        draft, pointer = self.draft, f"/{escape(name)}"
        mark = self.root.marks[name]
        variables = self.variables(self.root[name].get("variables"), f"{pointer}/variables", name)
        known = {**_table(self.root.get("variables")), **_table(job.get("variables")), **variables}
        self.images(job, pointer, name)
        whole = _copy(job)
        for source in (self.root, default):
            _fill(whole, source, INHERITED)
        environment = job.get("environment")
        environment = environment.get("name") if isinstance(environment, dict) else environment
        notes = draft.of(name)
        notes.environment = environment is not None
        allowed = job.get("allow_failure", False)
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

    def scripts(self, name: str, job: yaml.Mapping, known: Mapping[str, str], tolerated: Fact[bool]) -> None:
        """What a job runs, command list by command list."""
        texts = []
        for key in ("before_script", "script", "after_script"):
            for text, mark in self.lines(job.get(key), job.marks.get(key), DEPTH):
                texts.append(text)
                spot = self.spot(mark, f"/{escape(name)}/{key}")
                self.gaps += take(self.draft, Script(text, name, spot, (), known, tolerated), _stored)
        script = "\n".join(texts)
        held = sorted({*_stored(script), *(each for value in known.values() for each in _stored(value))})
        self.draft.of(name).secrets.update(held)
        step = Step(
            name=None,
            job=name,
            uses=None,
            script=script or None,
            inputs={},
            secrets=held,
            injected=[],
            parameters=[],
            untrusted_checkout=False,
            keeps_token=False,
            caches="cache" in job,
            tolerated=False,
            outsiders_trusted=False,
        )
        self.draft.add("steps", step, self.spot(self.root.marks[name], f"/{escape(name)}"))

    def lines(self, value: object, mark: Any, depth: int) -> Iterator[tuple[str, Any]]:
        """The commands of a list, those of nested and referenced ones with it."""
        if isinstance(value, str):
            yield value, mark
        if not isinstance(value, yaml.Sequence) or depth < 0:
            return
        target = self.referenced(value)
        if target is not None:
            yield from self.lines(*target, depth - 1)
            return
        for at, item in enumerate(value):
            yield from self.lines(item, value.marks[at], depth - 1)

    def referenced(self, value: yaml.Sequence) -> tuple[object, Any] | None:
        """What `!reference [job, key]` stands for; the tag itself is not kept."""
        if len(value) < 2 or not all(isinstance(item, str) for item in value):
            return None
        owner = self.root.get(value[0])
        if not isinstance(owner, yaml.Mapping) or value[1] not in owner:
            return None
        return owner[value[1]], owner.marks[value[1]]


def _include(item: Mapping[str, Any], job: str | None) -> Use | None:
    """One entry under `include`."""
    key = next((key for key in ("local", "remote", "project", "template", "component") if key in item), "")
    target = item.get(key)
    if not isinstance(target, str):
        return None
    name, version = target, item.get("ref")
    if key == "component":
        name, _, version = target.partition("@")
    version = written(version) if version else None
    shipped = key in ("local", "template")
    kept: bool | UnsetType = shipped or pinned(version)
    moves: bool | UnsetType = False if shipped else branch(version)
    if key == "remote":
        kept, moves = "integrity" in item, MOVING.search(target) is not None
    return Use(
        reference=target,
        sort="component" if key == "component" else "include",
        name=name,
        job=job,
        version=version,
        pinned=kept,
        branch=moves,
        vendor=key == "template",
        local=key == "local",
        credentials=True,
    )


def _stored(text: str) -> list[str]:
    """The variables of a text that hold credentials kept in the settings, by their names."""
    names = dict.fromkeys(match[1] or match[2] for match in VARIABLE.finditer(text))
    return [name for name in names if names_secret(name) and name not in OWN]


def _events(value: object) -> Iterator[str]:
    """The events that a list of rules, or what stands under `only`, names."""
    items = value if isinstance(value, list) else value.get("refs", []) if isinstance(value, dict) else [value]
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("if"), str):
            yield from EVENT.findall(item["if"])
            if REF.search(item["if"]):
                yield "push"
        elif isinstance(item, str):
            yield "merge_request_event" if item == "merge_requests" else "push"


def _mapping(value: object) -> yaml.Mapping:
    return value if isinstance(value, yaml.Mapping) else EMPTY


def _table(value: object) -> dict[str, str]:
    return {name: written(item) for name, item in _mapping(value).items() if not isinstance(item, dict | list)}


def _names(value: object) -> list[str]:
    found = [value] if isinstance(value, str) else value
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def _copy(mapping: yaml.Mapping) -> yaml.Mapping:
    whole = yaml.Mapping(mapping)
    whole.mark, whole.marks = mapping.mark, dict(mapping.marks)
    return whole


def _fill(whole: yaml.Mapping, base: yaml.Mapping, keys: tuple[str, ...] = ()) -> None:
    """Takes from `base` what is missing; mappings are merged, lists replaced."""
    for key in keys or base:
        if key not in base:
            continue
        value, own = base[key], whole.get(key)
        if key not in whole:
            whole[key], whole.marks[key] = value, base.marks[key]
        elif isinstance(own, yaml.Mapping) and isinstance(value, yaml.Mapping) and own is not value:
            merged = _copy(own)
            _fill(merged, value)
            whole[key] = merged
