"""GitHub's workflows and actions with those of their repository that they call.

A called workflow or action sees the events and the inputs of its callers; so callers are read first. Callers in other
repositories are not seen.

Source, checked 2026-11-30: GitHub Docs, "Reuse workflows" (`./.github/workflows/{filename}`; the `github` context is
the caller's) and "Workflow syntax" (`jobs.<job_id>.steps[*].uses`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from holdfast.collect.pipelines import github
from holdfast.collect.pipelines.github_calls import Called
from holdfast.collect.pipelines.order import sequence
from holdfast.collect.pipelines.paths import ACTION, WORKFLOW
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import yaml

CALL = re.compile(rb"""["']?uses["']?[ \t]*:[ \t]*["']?(\./[^\s"',}#]{1,300})""")
MAX_CALLERS = 50
"""Most callers of one file that are told apart; it then counts as called by nobody known."""


def read(files: Files) -> Iterator[Asset | Edge | Gap]:
    """The pipelines of all files, each after those that call it."""
    data = {path: files.read(path) or b"" for path in files}
    callers: dict[str, list[str]] = {path: [] for path in data}
    for path, text in data.items():
        for target in {_target(path, name.decode("utf-8", "replace"), data) for name in CALL.findall(text)}:
            if target is not None and target != path:
                callers[target].append(path)
    called: dict[str, list[Called]] = {}
    for path in sequence(callers):
        yield from _one(path, data, called)


def _one(path: str, data: Mapping[str, bytes], called: dict[str, list[Called]]) -> Iterator[Asset | Edge | Gap]:
    """The pipelines of one file; whom it calls is added to `called`."""
    line = 1
    by = called.get(path, [])
    try:
        for text in yaml.documents(data[path]):
            line = text.line
            document = yaml.load(text.text)
            reason = github.refused(path, document)
            if reason:
                yield Gap(path, f"the platform refuses this workflow: {reason}", "left_out", line)
            if isinstance(document, yaml.Mapping) and github.is_workflow(path, document):
                calls: list[tuple[str, Called]] = []
                yield from github.read(document, path, line, by if len(by) <= MAX_CALLERS else [], calls)
                yield from _calls(path, calls, data, called)
    except FormatError as error:
        yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", line + max(error.line - 1, 0))


def _calls(
    path: str, calls: list[tuple[str, Called]], data: Mapping[str, bytes], called: dict[str, list[Called]]
) -> Iterator[Edge]:
    """An edge to every workflow and action that a file calls, each of which is told."""
    told = set()
    for name, call in calls:
        target = _target(path, name, data)
        if target is not None:
            called.setdefault(target, []).append(call)
        other = f"pipeline/{target or _file(root(path), name)}/{github.SOURCE}"
        if other not in told:
            told.add(other)
            yield Edge(f"pipeline/{path}/{github.SOURCE}", "calls", other)


def root(path: str) -> str:
    """The root of the repository of a workflow or action, with a slash behind it, as far as its path tells."""
    match = WORKFLOW.fullmatch(path)
    return match["root"] if match else path.partition(".github/")[0] if ".github/" in path else ""


def _file(base: str, name: str) -> str:
    """The path of what `uses` names."""
    found = posixpath.normpath(base + name.removeprefix("./"))
    return found if found.endswith((".yml", ".yaml")) else f"{found}/action.yml"


def _target(path: str, name: str, data: Mapping[str, bytes]) -> str | None:
    """The file that `uses` names, where it is among those that are read."""
    found = _file(root(path), name)
    other = f"{found.removesuffix('.yml')}.yaml" if ACTION.fullmatch(found) else found
    return found if found in data else other if other in data else None
