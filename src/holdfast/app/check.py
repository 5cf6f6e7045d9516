"""The use `check`: sources in, one Result out."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from holdfast.app.paths import paths, unseen
from holdfast.app.predicates import predicates
from holdfast.app.sources import Sources
from holdfast.collect import files
from holdfast.collect.scope import common_start, named_from, scopes
from holdfast.config import Settings
from holdfast.core import baseline as baselines
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read, Rendered
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding
from holdfast.core.path import Route
from holdfast.core.repair import Offer
from holdfast.core.result import Examined, Result
from holdfast.core.rule import Rule
from holdfast.core.suppression import Directive, Notice, apply, carried
from holdfast.engine.evaluate import Answers, evaluate
from holdfast.engine.rulebook import load_shipped, select
from holdfast.estate.complete import complete
from holdfast.estate.overlays import applied, once
from holdfast.estate.ownership import owned

if TYPE_CHECKING:
    from holdfast.estate.attributes import Attributes
    from holdfast.estate.inventory import Paper

MAX_INPUT = 64 << 20
"""Longest standard input, in bytes."""
LOOKED_AT = 10
"""Attack paths of which it is said what leaves their steps unseen."""
Progress = Callable[[int], None]
MADE = ("asset_group", "provider")
"""Kinds that no source shows: they are made of all assets together."""


class Request(Struct, frozen=True):
    """What a person asked for."""

    today: date
    """The day on which the check runs: decides about expiry and about the age of tables."""
    targets: tuple[str, ...] = (".",)
    rules: tuple[str, ...] = ()
    """Ask only these; empty asks those of the profile."""
    own_rules: tuple[str, ...] = ()
    """Folders of a user's own rules."""
    profile: str = "ai-default"
    ignore: bool = True
    """Whether .gitignore is obeyed."""
    baseline: str = ""
    """A baseline file; empty for none."""
    instead: Mapping[str, bytes] = {}
    """Path -> what is examined in place of the file."""
    render: str = "auto"
    """Whether what overlays and charts make is judged: `auto`, `always` or `never`."""
    values: tuple[str, ...] = ()
    """Files of values for charts."""
    papers: Mapping[str, Sequence[Paper]] = {}
    """Provider -> what other origins have on file of it."""
    record: bool = False
    """Whether the run is recorded: what every asset should have is asked, too, and every answer is kept."""


class _Seen(Struct):
    """What the collectors said."""

    assets: list[Asset]
    edges: list[Edge]
    gaps: list[Gap]
    directives: list[Directive]
    read: int = 0
    paths: set[str] = set()
    """Files that were read."""


class Judged(Struct, frozen=True):
    """A result, with the repair that each of its findings has, if any."""

    result: Result
    offers: Sequence[Offer | None]
    declined: Sequence[bool]
    """For each finding, whether its rule has a repair that is not known to be safe there."""
    assets: Sequence[Asset]
    edges: Sequence[Edge]
    known: Sequence[Attributes]
    """The attributes of each asset; none unless the run is recorded."""
    letters: Sequence[str]
    """The answers about each asset; none unless the run is recorded."""
    start: str
    """The folder from which paths count; empty where the targets have none in common."""
    read: Collection[str]
    """The files that were read, as their targets are spelt."""


def check(request: Request, settings: Settings, sources: Sources, progress: Progress = lambda read: None) -> Result:
    """Examines the targets. Raises UsageError for a target, rule, profile or baseline that does not exist."""
    judged = judge(request, settings, sources, progress)
    return replace(judged.result, paths=attack_paths(judged, request, settings, sources))


def attack_paths(judged: Judged, request: Request, settings: Settings, sources: Sources) -> list[Route]:
    """The attack paths, the first of them with what leaves their steps unseen."""
    result, today = judged.result, request.today
    classes: dict[str, str | None] = {}

    def class_of(asset: str) -> str | None:
        if not classes:  # most checks have no path and never ask
            from holdfast.app.described import described

            owner = settings.owner_of
            known = judged.known or described(
                list(judged.assets),
                judged.edges,
                settings,
                today,
                named_from(judged.start),
                owner,
                whole=False,
                hide=sources.hide,
            )
            pairs = zip(judged.assets, known, strict=True)
            classes.update((asset.id, said.values.get("data_class")) for asset, said in pairs)
        return classes.get(asset)

    found = paths(judged.assets, judged.edges, result.findings, result.rules, class_of)
    if not found:
        return []
    by_id = {asset.id: asset for asset in judged.assets}

    def asked(rules: Sequence[Rule], assets: Sequence[Asset]) -> Iterable[Finding]:
        answers = evaluate(rules, assets, predicates(today))
        return [sources.masker(finding.location.path).finding(finding) for finding in answers.findings]

    shipped = load_shipped()
    return [*(unseen(route, by_id, shipped, asked) for route in found[:LOOKED_AT]), *found[LOOKED_AT:]]


def judge(request: Request, settings: Settings, sources: Sources, progress: Progress = lambda read: None) -> Judged:
    """Examines the targets; with `request.instead`, as they would be. Raises UsageError as `check` does."""
    own = own_rules(request, settings)
    rules = select(load_shipped(), ids=request.rules, profile=request.profile, own=own)
    start = common_start(request.targets)
    seen = _collect(request, settings, sources, progress, start)
    named = named_from(start)
    owner_of, declared_owner = _owners(settings, sources, named)
    assets = owned(complete(applied(seen.assets, seen.edges), seen.edges), declared_owner)
    sources.saw(assets)
    known: list[Attributes] = []
    if request.record or request.profile == "strict" or (request.rules and any(rule.kind in MADE for rule in rules)):
        from holdfast.app.described import described  # a plain check asks nothing of the whole

        whole = not request.record or any(os.path.realpath(target) == start for target in request.targets)
        known = described(
            assets,
            seen.edges,
            settings,
            request.today,
            named,
            owner_of,
            whole=whole,
            hide=sources.hide,
            elsewhere=request.papers,
        )
    letters: list[str] = []
    answers = evaluate(rules, assets, predicates(request.today), letters if request.record else None)
    directives = _directives([*seen.directives, *chain(*map(carried, assets)), *settings.directives()], sources)
    answers = _once(answers, assets)
    answered = (*answers.findings, *answers.unknown)
    hidden = [sources.masker(finding.location.path).finding(finding) for finding in answered]
    if settings.owners:
        hidden = [replace(finding, owner=owner_of(finding.location.path)) for finding in hidden]
    there_is = {rule.id for rule in (*load_shipped(), *own)}
    both, notices = apply(hidden, directives, request.today, _judged(request, rules), there_is.__contains__, named)
    findings, unknown = both[: len(answers.findings)], both[len(answers.findings) :]
    if request.baseline:
        findings = baselines.compare(findings, read_baseline(request.baseline))
    result = Result(
        findings=findings,
        unknown=unknown,
        not_asked=answers.not_asked,
        examined=Examined(
            seen.read, seen.gaps, Counter(asset.kind for asset in assets), answers.passes, answers.not_applicable
        ),
        rules=rules,
        notices=notices,
    )
    return Judged(result, answers.offers, answers.declined, assets, seen.edges, known, letters, start, seen.paths)


def _owners(
    settings: Settings, sources: Sources, named: Callable[[str], str]
) -> tuple[Callable[[str], str], Callable[[Asset], str]]:
    """Who owns a path, and who an asset, by the settings; nobody is the empty text."""

    def owner_of(path: str) -> str:
        said = settings.owner_of(path) or settings.owner_of(named(path)) if settings.owners else ""
        return sources.hide("", said)

    def declared_owner(asset: Asset) -> str:
        said = settings.owner_of_asset(asset.id, asset.path, named(asset.path)) if settings.assets else ""
        return sources.hide("", said) or owner_of(asset.path)

    return owner_of, declared_owner


def _directives(directives: Iterable[Directive], sources: Sources) -> list[Directive]:
    """Suppressions as they may be printed and kept: people write anything into reasons."""
    return [replace(each, reason=sources.hide("", each.reason)) for each in directives]


def _once(answers: Answers, assets: Sequence[Asset]) -> Answers:
    """The answers without what several renderings of one text share; what belongs to a finding goes with it."""
    findings = once(answers.findings, assets)
    kept = set(map(id, findings))
    at = [index for index, finding in enumerate(answers.findings) if id(finding) in kept]
    return replace(
        answers,
        findings=findings,
        unknown=once(answers.unknown, assets),
        offers=[answers.offers[index] for index in at],
        declined=[answers.declined[index] for index in at],
    )


def _judged(request: Request, rules: Sequence[Rule]) -> Callable[[Directive], bool]:
    """Whether a check could have needed a suppression: its rule was asked."""
    asked = {rule.id for rule in rules}
    everything = request.targets == (".",)

    def judged(directive: Directive) -> bool:
        if directive.by == "settings" and not everything:
            return False
        if not directive.rule:
            return not request.rules
        return directive.rule in asked

    return judged


def own_rules(request: Request, settings: Settings) -> list[Rule]:
    """The user's own rules, asked or not. Raises UsageError and RuleError."""
    folders = (*settings.rules, *request.own_rules)
    if not folders:
        return []
    from holdfast.app.rulebook import rules_at  # compiling rules costs as much as checking a folder

    return [rule for folder in folders for rule in rules_at(folder)]


def _collect(request: Request, settings: Settings, sources: Sources, progress: Progress, start: str) -> _Seen:
    seen = _Seen([], [], [], [])
    done: set[str] = set()
    rendered: set[str] = set()
    identity = os.path.realpath if len(request.targets) > 1 else str
    renaming = scopes(request.targets, start)
    for target in request.targets:
        here: set[str] = set()
        rename = renaming.get(target)
        for item in _found(target, request, settings, sources):
            if not isinstance(item, Edge) and identity(item.path) in done:
                continue  # an earlier target held the same file
            match item:
                case Asset() | Edge():
                    _keep(item if rename is None else rename(item), seen)
                case Gap():
                    seen.gaps.append(item)
                    here.add(identity(item.path))
                case Directive():
                    seen.directives.append(item)
                case Rendered():
                    rendered.add(item.path)
                case Read():
                    seen.read += 1
                    seen.paths.add(item.path)
                    here.add(identity(item.path))
                    progress(seen.read)
        done |= here
    seen.gaps[:] = [gap for gap in seen.gaps if gap.kind != "template" or gap.path not in rendered]
    return seen


def _keep(item: Asset | Edge, seen: _Seen) -> None:
    if isinstance(item, Asset):
        seen.assets.append(item)
    else:
        seen.edges.append(item)


def _found(target: str, request: Request, settings: Settings, sources: Sources) -> Iterable[files.Item | Read]:
    """What one target holds. Raises UsageError."""
    if target != "-":
        if not os.path.lexists(target):
            hint = "a target is a file or a folder; without one it is the folder that you are in"
            raise UsageError(f"there is no file or folder `{target}`", hint=hint)
        options = files.Options(
            target, request.ignore, settings.exclude, request.instead, request.render, request.values
        )
        return files.collect(options)
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(data) > MAX_INPUT:
        raise UsageError(f"standard input is longer than {MAX_INPUT} bytes", hint="check files instead")
    sources.keep("-", data)
    return files.standard_input(data)


def read_baseline(path: str) -> baselines.Baseline:
    """A baseline file. Raises UsageError."""
    try:
        with open(path, "rb") as file:
            found = msgspec.json.decode(file.read(), type=baselines.Baseline)
    except OSError as error:
        hint = "`holdfast check --write-baseline FILE` writes one"
        raise UsageError(f"the baseline cannot be read: {error.strerror}", where=path, hint=hint) from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"not a baseline: {error}", where=path) from error
    if found.schema != baselines.SCHEMA:
        raise UsageError(f"not a baseline of this program: `{found.schema}`", where=path)
    return found


def write_baseline(path: str, findings: Sequence[Finding]) -> int:
    """Writes what is open now as a baseline and answers how many that is. Raises UsageError."""
    baseline = baselines.of(findings)
    write_file(path, baselines.encode(baseline))
    return len(baseline.fingerprints)


def write_file(path: str, data: bytes) -> None:
    """Writes a file that the user named. Raises UsageError."""
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=path) from error


__all__ = [
    "Notice",
    "Request",
    "Result",
    "Sources",
    "attack_paths",
    "check",
    "judge",
    "read_baseline",
    "write_baseline",
    "write_file",
]
