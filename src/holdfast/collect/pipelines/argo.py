"""Argo's workflows -> a `pipeline` each: templates are jobs.

The pods that they become are `workload` assets of their own; this is the view of what they run and where it is from.

Source, checked 2026-11-30: Argo Workflows documentation, "Fields", "DAG", "Steps", "Cron Workflows", "Workflow
Templates", "Enhanced Depends Logic"; `{{...}}` is put in as text before the script is run ("Workflow Variables").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from holdfast.collect.fields import Fields, written
from holdfast.collect.pipelines.argo_artifacts import artifacts
from holdfast.collect.pipelines.draft import Draft
from holdfast.collect.pipelines.literals import credentials
from holdfast.collect.pipelines.pods import container, name_of
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import yaml
from holdfast.formats.servers.masking import shown
from holdfast.kinds.pipeline import Job, Step, Trigger, Use

SOURCE = "argo"
KINDS = frozenset(("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"))
PARAMETER = re.compile(r"\{\{=?\s{0,8}(?:inputs|workflow)\.parameters[^{}\n]{1,200}\}\}")
ANY = re.compile(r"\{\{[^{}\n]{1,300}\}\}")
READING = frozenset(("get", "delete", "patch"))
"""Actions of `resource` templates that make no object of their manifest."""
TASK = re.compile(r"[A-Za-z_][\w-]*")


def is_workflow(path: str, document: Mapping[str, Any]) -> bool:  # noqa: ARG001 - one signature for all platforms
    """Whether a document is one of Argo's workflows, by its version and kind."""
    version = document.get("apiVersion")
    return isinstance(version, str) and version.startswith("argoproj.io/") and str(document.get("kind")) in KINDS


def read(document: yaml.Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The pipeline of one object."""
    draft = Draft(path, SOURCE)
    root = Fields(document, "", "", {}, line)
    draft.spots[""] = _here(root)
    kind = str(document["kind"])
    spec = root.child("spec")
    if kind == "CronWorkflow":
        schedules = spec.data.get("schedules", spec.data.get("schedule"))
        for schedule in schedules if isinstance(schedules, list) else [schedules]:
            draft.add(
                "triggers",
                Trigger(name="cron", filters=[written(schedule)], outsiders=False, trusted=True),
                _here(spec),
            )
        spec = spec.child("workflowSpec")
    gaps: list[Gap] = []
    templates = list(spec.items("templates", "templates"))
    _order(draft, templates)
    for template in templates:
        gaps += _template(draft, template)
    artifacts(draft, spec.child("arguments"), None)
    refers = spec.child("workflowTemplateRef").data
    if refers:
        draft.add("uses", _kept(written(refers.get("name")), None), _here(spec))
    asset = draft.finish(name_of(document), "workflow", None)
    yield replace(asset, id=f"pipeline/{path}/{SOURCE}.{kind.lower()}.{name_of(document)}")
    yield from gaps


class Inner(NamedTuple):
    """An object that a template creates."""

    object: yaml.Mapping
    line: int
    """The line of the file (from 1) on which its text starts."""
    pointer: str


def manifests(document: yaml.Mapping, path: str, line: int) -> Iterator[Inner | Gap]:
    """The objects that `resource` templates create, change or replace; a gap for one that cannot be read.

    What Argo puts in counts as a value that is filled in later.
    """
    spec = Fields(document, "", "", {}, line).child("spec")
    spec = spec.child("workflowSpec") if document["kind"] == "CronWorkflow" else spec
    for template in [*spec.items("templates", "templates"), spec.child("templateDefaults")]:
        resource = template.child("resource")
        text = resource.data.get("manifest")
        if "manifestFrom" in resource.data:
            place = _here(resource).line
            yield Gap(path, "the manifest of a resource template is an artifact, which is not read", "left_out", place)
        if not isinstance(text, str) or str(resource.data.get("action")) in READING:
            continue
        key = resource.data.marks["manifest"]
        start = line + key.line + ("\n" in text)
        try:
            for part in yaml.documents(ANY.sub("$(argo)", text).encode("utf-8", "replace")):
                inner = yaml.load(part.text)
                if isinstance(inner, yaml.Mapping):
                    yield Inner(inner, start + part.line - 1, resource.place("manifest"))
        except FormatError as error:
            yield Gap(path, f"the manifest of a resource template is not readable: {error.what}", "unreadable", start)


def _template(draft: Draft, template: Fields) -> Iterator[Gap]:
    """One template: a container, a script, several containers, or the calls of others."""
    name = written(template.data.get("name", "template"))
    part = Job(
        name=name,
        environment=None,
        condition=None,
        permissions=None,
        permissions_stated=False,
        writes=[],
        oidc=False,
        secrets_inherited=False,
        tolerated=False,
    )
    draft.add("jobs", part, _here(template))
    found = [template.child(key) for key in ("container", "script")]
    found += template.child("containerSet").items("containers", "containers")
    for each in found:
        if each.data:
            yield from container(draft, each, name, PARAMETER, ANY, None)
    _http(draft, template.child("http"), name)
    artifacts(draft, template.child("inputs"), name)
    for call in _calls(template):
        artifacts(draft, call.child("arguments"), name)
        reference = call.child("templateRef").data
        if reference:
            draft.add("uses", _kept(written(reference.get("name")), name), _here(call))


def _http(draft: Draft, http: Fields, job: str) -> None:
    """A template that sends a request."""
    if not http.data:
        return
    headers = http.data.get("headers")
    given = {
        f"header {written(each.get('name'))}": written(each["value"])
        for each in (headers if isinstance(headers, list) else ())
        if isinstance(each, dict) and not isinstance(each.get("value", {}), dict | list)
    }
    given |= {key: written(http.data[key]) for key in ("url", "body") if isinstance(http.data.get(key), str)}
    text = "\n".join(f"{name.removeprefix('header ')}: {value}" for name, value in given.items())
    step = Step(
        name=job,
        job=job,
        uses="http",
        script=None,
        inputs={key: shown(key.removeprefix("header "), value) for key, value in given.items()},
        secrets=[],
        credentials=credentials(text),
        injected=[],
        parameters=[],
        revealed=[],
        untrusted_checkout=False,
        runs_artifact=False,
        keeps_token=False,
        caches=False,
        tolerated=False,
    )
    draft.add("steps", step, _here(http))


def _kept(name: str, job: str | None) -> Use:
    """A template that is kept in the same cluster."""
    return Use(
        reference=name,
        sort="template",
        name=name,
        job=job,
        version=None,
        pinned=True,
        branch=False,
        vendor=False,
        local=True,
        credentials=False,
    )


def _calls(template: Fields) -> Iterator[Fields]:
    """The tasks and steps of a template."""
    yield from template.child("dag").items("tasks", "tasks")
    for group in _groups(template):
        yield from group


def _groups(template: Fields) -> Iterator[list[Fields]]:
    """The groups of steps that run one after the other."""
    groups = template.data.get("steps")
    for at, group in enumerate(groups if isinstance(groups, yaml.Sequence) else ()):
        if isinstance(group, yaml.Sequence):
            yield [
                Fields(step, f"{template.pointer}/steps/{at}/{index}", "", template.spots, template.line)
                for index, step in enumerate(group)
                if isinstance(step, yaml.Mapping)
            ]


def _order(draft: Draft, templates: list[Fields]) -> None:
    """What each template waits for: the templates of the tasks and steps before the calls of it."""
    for template in templates:
        tasks = {written(task.data.get("name")): task.data for task in template.child("dag").items("tasks", "tasks")}
        for task in tasks.values():
            before = task.get("dependencies")
            names = before if isinstance(before, list) else TASK.findall(written(task.get("depends")))
            draft.of(written(task.get("template"))).needs += [
                written(tasks[name].get("template")) for name in names if name in tasks
            ]
        earlier: list[str] = []
        for group in _groups(template):
            called = [written(step.data.get("template")) for step in group]
            for name in called:
                draft.of(name).needs += earlier
            earlier = [*earlier, *called]


def _here(fields: Fields) -> Spot:
    mark = fields.data.mark
    return Spot(fields.line + (mark.line if mark else 0), (mark.column if mark else 0) + 1, fields.pointer)
