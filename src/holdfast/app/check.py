"""The use `check`: sources in, one Result out."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec
from msgspec import Struct

from holdfast.app.predicates import predicates
from holdfast.collect import files
from holdfast.collect.tree import read_file
from holdfast.config import Settings
from holdfast.core import baseline as baselines
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding
from holdfast.core.result import Examined, Result
from holdfast.core.rule import Rule
from holdfast.core.suppression import Directive, Notice, apply
from holdfast.engine.evaluate import evaluate
from holdfast.engine.rulebook import load_shipped, select
from holdfast.estate.complete import complete

MAX_INPUT = 64 << 20
"""Longest standard input, in bytes."""
Progress = Callable[[int], None]


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


class Sources:
    """The lines of what was examined, read again when an excerpt is shown."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = {}

    def keep(self, path: str, data: bytes) -> None:
        """Remembers what cannot be read twice."""
        self.kept[path] = data.decode("utf-8", "replace").splitlines()

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a source, empty when it is gone."""
        if path not in self.kept:
            try:
                self.keep(path, read_file(path))
            except (OSError, ValueError):
                return ()
        return self.kept[path]


class _Seen(Struct):
    """What the collectors said."""

    assets: list[Asset]
    edges: list[Edge]
    gaps: list[Gap]
    directives: list[Directive]
    read: int = 0


def check(request: Request, settings: Settings, sources: Sources, progress: Progress = lambda read: None) -> Result:
    """Examines the targets. Raises UsageError for a target, rule, profile or baseline that does not exist."""
    rules = chosen(request, settings)
    seen = _collect(request, settings, sources, progress)
    assets = complete(seen.assets, seen.edges)
    answers = evaluate(rules, assets, predicates(request.today))
    directives = [*seen.directives, *settings.directives()]
    findings, notices = apply(answers.findings, directives, request.today)
    unknown, _ = apply(answers.unknown, directives, request.today)
    if request.baseline:
        findings = baselines.compare(findings, read_baseline(request.baseline))
    if request.rules:  # what was not asked cannot have needed a suppression
        notices = [notice for notice in notices if "not needed" not in notice.what]
    return Result(
        findings=findings,
        unknown=unknown,
        not_asked=answers.not_asked,
        examined=Examined(
            seen.read, seen.gaps, Counter(asset.kind for asset in assets), answers.passes, answers.not_applicable
        ),
        rules=rules,
        notices=notices,
    )


def chosen(request: Request, settings: Settings) -> list[Rule]:
    """The rules that a request asks."""
    own: list[Rule] = []
    folders = (*settings.rules, *request.own_rules)
    if folders:
        from holdfast.app.rulebook import rules_at  # compiling rules costs as much as checking a folder

        own = [rule for folder in folders for rule in rules_at(folder)]
    return select(load_shipped(), ids=request.rules, profile=request.profile, own=own)


def _collect(request: Request, settings: Settings, sources: Sources, progress: Progress) -> _Seen:
    seen = _Seen([], [], [], [])
    for target in request.targets:
        found: Iterable[files.Item | Read]
        if target == "-":
            data = sys.stdin.buffer.read(MAX_INPUT + 1)
            if len(data) > MAX_INPUT:
                raise UsageError(f"standard input is longer than {MAX_INPUT} bytes", hint="check files instead")
            sources.keep("-", data)
            found = files.text("-", data)
        elif os.path.lexists(target):
            found = files.collect(files.Options(target, request.ignore, settings.exclude))
        else:
            raise UsageError(f"there is no file or folder `{target}`", hint="holdfast check [TARGET ...]")
        for item in found:
            match item:
                case Asset():
                    seen.assets.append(item)
                case Edge():
                    seen.edges.append(item)
                case Gap():
                    seen.gaps.append(item)
                case Directive():
                    seen.directives.append(item)
                case Read():
                    seen.read += 1
                    progress(seen.read)
    return seen


def read_baseline(path: str) -> baselines.Baseline:
    """A baseline file. Raises UsageError."""
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=baselines.Baseline)
    except OSError as error:
        hint = "`holdfast check --write-baseline FILE` writes one"
        raise UsageError(f"the baseline cannot be read: {error.strerror}", where=path, hint=hint) from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"not a baseline: {error}", where=path) from error


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


__all__ = ["Notice", "Request", "Sources", "check", "read_baseline", "write_baseline", "write_file"]
