"""Values of a GitLab CI configuration: what a job extends, the commands of its lists, and what they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UnsetType

from holdfast.collect.fields import EMPTY, written
from holdfast.collect.pipelines.pins import branch, pinned
from holdfast.formats import yaml
from holdfast.formats.servers.masking import names_secret
from holdfast.kinds.pipeline import Use

EVENT = re.compile(r"""\$\{?CI_PIPELINE_SOURCE\}?\s{0,8}==\s{0,8}["']([a-z_]{1,40})["']""")
REF = re.compile(r"\$\{?CI_(?:COMMIT_(?:BRANCH|TAG|REF)|DEFAULT_BRANCH)")
VARIABLE = re.compile(r"\$(?:\{(\w+)|(\w+))", re.ASCII)
WRITTEN = re.compile(
    r"CI_(?:COMMIT_(?:MESSAGE|TITLE|DESCRIPTION|AUTHOR|BRANCH|TAG|TAG_MESSAGE|REF_NAME)"
    r"|MERGE_REQUEST_(?:TITLE|DESCRIPTION|SOURCE_BRANCH_NAME)|EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME)|GITLAB_USER_NAME"
)
"""Variables whose text the author of a change writes. Source: GitLab Docs, "Predefined CI/CD variables reference"."""
OWN = frozenset("CI_JOB_TOKEN CI_REGISTRY_PASSWORD CI_DEPENDENCY_PROXY_PASSWORD CI_JOB_JWT".split())
"""Tokens that the platform makes for a job and that end with it."""
MOVING = re.compile(r"/(?:main|master|HEAD)/")
MAX_BASES = 11
"""How deep templates may extend one another: GitLab's limit."""
MAX_PATH = 100
"""How deep templates are followed to look for circles."""
DEPTH = 10
"""How deep lists of commands may be nested: GitLab's limit."""


def extended(root: yaml.Mapping, job: yaml.Mapping) -> yaml.Mapping:
    """A job with what it extends in this file; of several, the last one wins."""
    whole = copied(job)
    todo, seen = names(whole.pop("extends", None)), 0
    while todo and seen < MAX_BASES * 4:
        base = root.get(todo.pop())
        seen += 1
        if isinstance(base, yaml.Mapping):
            fill(whole, base)
            todo = [*names(base.get("extends")), *todo]
    return whole


def lost(root: yaml.Mapping) -> Iterator[tuple[str, str, bool]]:
    """(job, what it extends, whether that closes a circle) where the base is not in the file, or extends the job."""
    bases = {name: names(job.get("extends")) for name, job in root.items() if isinstance(job, yaml.Mapping)}
    closed: set[str] = set()
    for first, extended_by in bases.items():
        path, todo = [first], [iter(extended_by)]
        while todo:
            base = next(todo[-1], None)
            if base is None:
                closed.add(path.pop())
                todo.pop()
            elif base in path:
                yield path[-1], base, True
            elif base not in bases:
                yield path[-1], base, False
            elif base not in closed:
                path.append(base)
                todo.append(iter(bases[base]))
            if len(path) > MAX_PATH:
                break


def lines(root: yaml.Mapping, value: object, mark: Any, depth: int = DEPTH) -> Iterator[tuple[str, Any]]:
    """The commands of a list, those of nested and referenced ones with it."""
    if isinstance(value, str):
        yield value, mark
    if not isinstance(value, yaml.Sequence) or depth < 0:
        return
    target = _referenced(root, value)
    if target is not None:
        yield from lines(root, *target, depth - 1)
        return
    for at, item in enumerate(value):
        yield from lines(root, item, value.marks[at], depth - 1)


def _referenced(root: yaml.Mapping, value: yaml.Sequence) -> tuple[object, Any] | None:
    """What `!reference [job, key]` stands for; the tag itself is not kept."""
    if len(value) < 2 or not all(isinstance(item, str) for item in value):
        return None
    owner = root.get(value[0])
    if not isinstance(owner, yaml.Mapping) or value[1] not in owner:
        return None
    return owner[value[1]], owner.marks[value[1]]


def included(item: Mapping[str, Any], job: str | None) -> Use | None:
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


def stored(text: str) -> list[str]:
    """The variables of a text that hold credentials kept in the settings, by their names."""
    names = dict.fromkeys(match[1] or match[2] for match in VARIABLE.finditer(text))
    return [name for name in names if names_secret(name) and name not in OWN]


def written_by_others(name: str, known: Mapping[str, str]) -> bool:
    """Whether a variable holds what the author of a change writes: one of the platform's, or one that holds such."""
    found = VARIABLE.finditer(known.get(name, ""))
    return any(map(WRITTEN.fullmatch, (name, *(match[1] or match[2] for match in found))))


def spoken_of(value: object) -> Iterator[str]:
    """The events that a list of rules, or what stands under `only`, names."""
    items = value if isinstance(value, list) else value.get("refs", []) if isinstance(value, dict) else [value]
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("if"), str):
            yield from EVENT.findall(item["if"])
            if REF.search(item["if"]):
                yield "push"
        elif isinstance(item, str):
            yield "merge_request_event" if item == "merge_requests" else "push"


def mapping(value: object) -> yaml.Mapping:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, yaml.Mapping) else EMPTY


def table(value: object) -> dict[str, str]:
    """A mapping of texts; what is not one is left out."""
    return {name: written(item) for name, item in mapping(value).items() if not isinstance(item, dict | list)}


def names(value: object) -> list[str]:
    """A name, or those of a list."""
    found = [value] if isinstance(value, str) else value
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def copied(original: yaml.Mapping) -> yaml.Mapping:
    """A copy of a mapping that can take up values from elsewhere."""
    whole = yaml.Mapping(original)
    whole.mark, whole.marks = original.mark, dict(original.marks)
    return whole


def fill(whole: yaml.Mapping, base: yaml.Mapping, keys: tuple[str, ...] = ()) -> None:
    """Takes from `base` what is missing; mappings are merged, lists replaced."""
    for key in keys or base:
        if key not in base:
            continue
        value, own = base[key], whole.get(key)
        if key not in whole:
            whole[key], whole.marks[key] = value, base.marks[key]
        elif isinstance(own, yaml.Mapping) and isinstance(value, yaml.Mapping) and own is not value:
            merged = copied(own)
            fill(merged, value)
            whole[key] = merged
