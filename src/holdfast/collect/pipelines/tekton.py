"""Tekton's objects -> a `pipeline` each: tasks, pipelines, their runs, and what triggers them.

The pods that they become are `workload` assets of their own; this is the view of what they run and where it is from.

Source, checked 2026-11-30: Tekton documentation, "Tasks", "Pipelines", "PipelineRuns", "Git Resolver" (revision and
its default `main`), "Bundles Resolver", "HTTP Resolver" (`digest`), "Hub Resolver" (`version`, or a constraint),
"EventListeners" and "Interceptors" (`secretRef`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.fields import Fields, written
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.pins import branch, pinned
from holdfast.collect.pipelines.pods import container, name_of
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact
from holdfast.formats import yaml
from holdfast.kinds.pipeline import Job, Trigger, Use

SOURCE = "tekton"
GROUPS = ("tekton.dev/", "triggers.tekton.dev/")
TASKS = frozenset(("Task", "ClusterTask", "StepAction", "TaskRun"))
INTERCEPTORS = frozenset(("github", "gitlab", "bitbucket", "slack", "cel"))
"""Those that come with Tekton. Source: Tekton, "Interceptors"."""
PIPELINES = frozenset(("Pipeline", "PipelineRun"))
SORTS = {"EventListener": "trigger", "Pipeline": "pipeline"}
KINDS = TASKS | PIPELINES | {"TriggerTemplate", "EventListener"}
PARAMETER = re.compile(r"\$\((?:params|inputs\.params|tt\.params)[.\[][^()\n]{1,200}\)")
ANY = re.compile(r"\$\([\w.\-\[\]'\"*]{1,200}\)")
CONSTRAINT = re.compile(r"[<>=!~^*,|xX]|^latest$|^\s*$")
"""A version of the hub that stands for whichever is the newest among several."""
AT_COMMIT = re.compile(r"/[0-9a-f]{40}/")
"""An address that names the commit of what it fetches."""
RESULT = re.compile(r"\$\(tasks\.([\w-]+)\.(?:results|status|outputs)")


def is_workflow(path: str, document: Mapping[str, Any]) -> bool:  # noqa: ARG001 - one signature for all platforms
    """Whether a document is one of Tekton's objects that run something, by its version and kind."""
    version = document.get("apiVersion")
    return isinstance(version, str) and version.startswith(GROUPS) and str(document.get("kind")) in KINDS


def read(document: yaml.Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The pipeline of one object; of a TriggerTemplate, those of the objects in it."""
    root = Fields(document, "", "", {}, line)
    objects, of = [root], ""
    if document["kind"] == "TriggerTemplate":
        inner = root.child("spec").items("resourcetemplates", "")
        objects = [
            each for each in inner if each.data.get("kind") != "TriggerTemplate" and is_workflow(path, each.data)
        ]
        of = name_of(document)
    for each in objects:
        reader = _Reader(Draft(path, SOURCE), each)
        yield reader.object(of)
        yield from reader.gaps


class _Reader:
    """Reads one object into a draft."""

    def __init__(self, draft: Draft, root: Fields) -> None:
        self.draft = draft
        self.root = root
        self.gaps: list[Gap] = []
        draft.spots[""] = _here(root)

    def object(self, of: str) -> Asset:
        """The whole object; `of` is the template that it stands in."""
        data, spec = self.root.data, self.root.child("spec")
        kind, name = str(data["kind"]), name_of(data)
        if kind in TASKS:
            inner = spec.child("taskSpec") if "taskSpec" in spec.data else spec
            self.task(name, inner if kind != "StepAction" else spec, kind)
            self.refer(spec, "taskRef", None)
        elif kind in PIPELINES:
            self.refer(spec, "pipelineRef", None)
            inner = spec.child("pipelineSpec") if "pipelineSpec" in spec.data else spec
            for key in ("tasks", "finally"):
                for task in inner.items(key, key):
                    self.referred(task, finally_=key == "finally")
        elif kind == "EventListener":
            self.listener(spec)
        sort = "run" if kind.endswith("Run") else SORTS.get(kind, "task")
        asset = self.draft.finish(name, sort, None)
        scope = f"{of}." if of else ""
        return replace(asset, id=f"pipeline/{self.draft.path}/{SOURCE}.{kind.lower()}.{scope}{name}")

    def listener(self, spec: Fields) -> None:
        """An EventListener: who may start its triggers."""
        for trigger in spec.items("triggers", "triggers"):
            checks = trigger.data.get("interceptors")
            text = _flat(checks)
            part = Trigger(
                name=written(trigger.data.get("name", trigger.data.get("triggerRef", "trigger"))),
                filters=[],
                trusted=True,
                verified=UNSET
                if "triggerRef" in trigger.data or "webhook" in text or ("secretRef" not in text and _foreign(checks))
                else "secretRef" in text,
            )
            self.draft.add("triggers", part, _here(trigger))

    def task(self, name: str, spec: Fields, kind: str) -> None:
        """A task's steps."""
        self.job(name, _here(spec) if spec.data else _here(self.root), None)
        common = spec.child("stepTemplate").data.get("env")
        steps = [spec] if kind == "StepAction" else list(spec.items("steps", "steps"))
        for step in steps:
            if step.data.get("ref"):
                self.refer(step, "ref", name)
            self.gaps += container(self.draft, step, name, PARAMETER, ANY, common)

    def referred(self, task: Fields, *, finally_: bool) -> None:
        """A task of a pipeline."""
        data = task.data
        name = written(data.get("name", "task"))
        after = data.get("runAfter")
        named = [each for each in after if isinstance(each, str)] if isinstance(after, list) else []
        self.draft.of(name).needs = [] if finally_ else [*named, *RESULT.findall(_flat(data))]
        self.job(name, _here(task), "when" if "when" in data else None, tolerated=data.get("onError") == "continue")
        self.refer(task, "taskRef", name)
        for step in task.child("taskSpec").items("steps", "steps"):
            self.gaps += container(self.draft, step, name, PARAMETER, ANY, None)

    def job(self, name: str, spot: Spot, condition: str | None, *, tolerated: bool = False) -> None:
        """A task."""
        part = Job(
            name=name,
            environment=None,
            condition=condition,
            permissions=None,
            permissions_stated=False,
            writes=[],
            oidc=False,
            secrets_inherited=False,
            tolerated=tolerated,
        )
        self.draft.add("jobs", part, spot)

    def refer(self, owner: Fields, key: str, job: str | None) -> None:
        """A reference to a task, a pipeline or a step that is kept elsewhere."""
        data = owner.child(key).data
        given = owner.child(key).data.get("params")
        params = {
            written(item.get("name")): written(item.get("value"))
            for item in (given if isinstance(given, list) else ())
            if isinstance(item, dict) and not isinstance(item.get("value"), dict | list)
        }
        resolver = "bundles" if "bundle" in data else data.get("resolver")
        if not isinstance(resolver, str):
            return
        name, version = _resolved(
            resolver, {**params, **({"bundle": written(data["bundle"])} if "bundle" in data else {})}
        )
        local = resolver == "cluster"
        moves: Fact[bool] = branch(version) if resolver == "git" else False
        if resolver == "hub":
            moves = version is None or CONSTRAINT.search(version) is not None
        part = Use(
            reference=f"{resolver}: {name}" + (f"@{version}" if version else ""),
            sort="task",
            name=name,
            job=job,
            version=version,
            pinned=True if local or (resolver == "http" and AT_COMMIT.search(name)) else pinned(version),
            branch=moves,
            vendor=False,
            local=local,
            credentials=True,
        )
        mark = owner.data.marks[key]
        self.draft.add("uses", part, Spot(owner.line + mark.line, mark.column + 1, owner.place(key)))


def _resolved(resolver: str, params: Mapping[str, str]) -> tuple[str, str | None]:
    """What a resolver fetches, and its version."""
    if resolver == "git":
        repository = params.get("url") or "/".join(filter(None, (params.get("org"), params.get("repo"))))
        return f"{repository} {params.get('pathInRepo', '')}".strip(), params.get("revision")
    if resolver == "bundles":
        name, mark, digest = params.get("bundle", "").partition("@")
        return name, digest if mark else None
    if resolver == "http":
        return params.get("url", ""), params.get("digest")
    return f"{params.get('catalog', '')} {params.get('name', '')}".strip(), params.get("version")


def _foreign(checks: object) -> bool:
    """Whether an interceptor is none of those that come with Tekton: one of one's own may verify as it likes."""
    refs = [each.get("ref") for each in checks if isinstance(each, dict)] if isinstance(checks, list) else []
    return any(isinstance(ref, dict) and str(ref.get("name")) not in INTERCEPTORS for ref in refs)


def _here(fields: Fields) -> Spot:
    mark = fields.data.mark
    return Spot(fields.line + (mark.line if mark else 0), (mark.column if mark else 0) + 1, fields.pointer)


def _flat(value: object) -> str:
    """Keys and texts of a value, joined, to look for a word in it."""
    found: list[str] = []
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            found += item.keys()
            todo += item.values()
        elif isinstance(item, list):
            todo += item
        elif isinstance(item, str):
            found.append(item)
    return "\n".join(found)
