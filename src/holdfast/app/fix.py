"""The use `fix`: findings that have a safe mechanical repair -> changed files, each proved by examining it again."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from holdfast.app.check import Judged, Progress, Request, Sources, judge, own_rules
from holdfast.collect.tree import read_file
from holdfast.config import Settings
from holdfast.core.errors import RepairError, UsageError
from holdfast.core.finding import Finding
from holdfast.core.repair import Offer
from holdfast.core.result import Result
from holdfast.core.rule import rank
from holdfast.engine.rulebook import load_shipped, select
from holdfast.repair.apply import apply
from holdfast.repair.diff import diff

MAX_JUDGEMENTS = 64
"""How often everything is examined again, at most, to tell the repairs that hold from those that do not."""
PACKAGED = re.compile(r"/(?:usr/)?lib/(?:systemd|sysctl\.d|modprobe\.d|udev|pam\.d|sysusers\.d|tmpfiles\.d)/")
"""Where packages keep files that those below /etc go before. Source: file-hierarchy(7), sysctl.d(5), modprobe.d(5)."""
ROUNDS = 5
"""How often what a repair uncovers is repaired in turn."""


class Identity(NamedTuple):
    """What makes a finding the same one before and after a change that moves lines."""

    rule: str
    asset: str
    message: str
    status: str
    suppressed: bool


class Refusal(Struct, frozen=True):
    """A finding that is not repaired, and why."""

    finding: Finding
    reason: str


class Patch(Struct, frozen=True):
    """One file before and after."""

    path: str
    before: bytes
    after: bytes


class Plan(Struct, frozen=True):
    """What would be changed."""

    patches: Sequence[Patch]
    repaired: Sequence[Finding]
    refused: Sequence[Refusal]
    uncovered: Sequence[Finding]
    """Findings of lesser weight that a greater one hid: they show once it is repaired."""
    declined: Sequence[Finding]
    """Findings whose rule has a repair that is not known to be safe there."""
    after: Result
    """What a check says once everything is written."""


class Job(Struct, frozen=True):
    """Findings that are one to a reader, with their repairs."""

    finding: Finding
    offers: tuple[Offer, ...]


def plan(request: Request, settings: Settings, sources: Sources, progress: Progress = lambda read: None) -> Plan:
    """Examines, repairs in memory, and examines again. Raises UsageError as a check does, and for standard input."""
    if "-" in request.targets:
        raise UsageError("standard input cannot be repaired", hint="name the file")
    planner = _Planner(_everything(request, settings), settings, frozenset(request.rules))
    planner.start(sources, progress)
    for _ in range(ROUNDS):
        jobs = planner.jobs()
        if not jobs:
            break
        planner.settle(list(jobs))
    return planner.plan()


def _everything(request: Request, settings: Settings) -> Request:
    """The request, asking the whole profile besides: a repair must not raise a finding that nobody asked for."""
    if not request.rules:
        return request
    own = own_rules(request, settings)
    named = select(load_shipped(), ids=request.rules, profile=request.profile, own=own)
    others = select(load_shipped(), ids=(), profile=request.profile, own=own)
    return replace(request, rules=tuple(dict.fromkeys(rule.id for rule in (*named, *others))))


class Trouble(NamedTuple):
    """Why repairs do not hold together."""

    reason: str
    suspects: frozenset[Identity]
    """The repairs that it may be due to; none: any."""
    certain: bool = False
    """Whether each of them is one that does not hold."""


class _Planner:
    def __init__(self, request: Request, settings: Settings, wanted: frozenset[str]) -> None:
        self.request = request
        self.settings = settings
        self.wanted = wanted
        self.before: dict[str, bytes] = {}
        self.texts: dict[str, bytes] = {}
        self.repaired: dict[Identity, Finding] = {}
        self.refused: dict[Identity, Refusal] = {}
        self.uncovered: dict[Identity, Finding] = {}
        self.judgements = 0
        self.roots = tuple(os.path.realpath(target) for target in request.targets)

    def start(self, sources: Sources, progress: Progress) -> None:
        """Examines the files as they are."""
        self.judged = judge(self.request, self.settings, sources, progress)

    def jobs(self) -> dict[Identity, Job]:
        """What can be repaired now and was not refused, the last place of each file first."""
        found: dict[Identity, Job] = {}
        for finding, offer in zip(self.judged.result.findings, self.judged.offers, strict=True):
            who = identity(finding)
            asked = not self.wanted or finding.rule in self.wanted
            if offer is not None and finding.suppressed is None and who not in self.refused and asked:
                before = found[who].offers if who in found else ()
                found[who] = Job(finding, (*before, offer))
        return found

    def settle(self, names: Sequence[Identity]) -> None:
        """Makes the repairs that hold together; where they do not, first those not suspected, then the others."""
        now = self.jobs()
        jobs = {name: now[name] for name in names if name in now}
        texts = self.changed(jobs)
        jobs = {name: job for name, job in jobs.items() if name not in self.refused}
        if not jobs:
            return
        if self.judgements >= MAX_JUDGEMENTS:
            self.refuse(jobs, "too many repairs do not hold together; name fewer files, or one rule")
            return
        self.judgements += 1
        after = judge(replace(self.request, instead=texts), self.settings, Sources())
        trouble, uncovered = compare(self.judged, after, jobs)
        if trouble is None:
            self.texts, self.judged = texts, after
            self.repaired.update((name, job.finding) for name, job in jobs.items())
            self.uncovered.update((identity(finding), finding) for finding in uncovered)
            return
        suspects = [name for name in jobs if name in trouble.suspects] or list(jobs)
        if len(jobs) == 1 or (trouble.certain and len(suspects) == len(jobs)):
            self.refuse(jobs, trouble.reason)
            return
        if len(suspects) == len(jobs):
            suspects = suspects[len(jobs) // 2 :]
        self.settle([name for name in jobs if name not in suspects])
        self.settle(suspects)

    def refuse(self, jobs: dict[Identity, Job], reason: str) -> None:
        """Remembers why these are not repaired."""
        self.refused.update((name, Refusal(job.finding, reason)) for name, job in jobs.items())

    def changed(self, jobs: dict[Identity, Job]) -> dict[str, bytes]:
        """The texts with repairs made, from the end of each file on, so that places before it stay where they are."""
        texts = dict(self.texts)
        for name, job in sorted(jobs.items(), key=lambda pair: (-pair[1].offers[0].line, -pair[1].offers[0].column)):
            tried = dict(texts)
            try:
                for offer in sorted(job.offers, key=lambda offer: -offer.line):
                    text = tried[offer.path] if offer.path in tried else self.read(offer.path)
                    tried[offer.path] = apply(text, offer)
            except RepairError as error:
                self.refused[name] = Refusal(job.finding, error.what)
                continue
            texts = tried
        return texts

    def read(self, path: str) -> bytes:
        """A file that may be changed. Raises RepairError."""
        if path not in self.before:
            self.before[path] = changeable(path, self.roots)
        return self.before[path]

    def declined(self) -> list[Finding]:
        """What is open and asked for, and has a repair that is not known to be safe there."""
        still_open = set(map(id, self.judged.result.open()))
        pairs = zip(self.judged.result.findings, self.judged.declined, strict=True)
        return [
            finding
            for finding, declined in pairs
            if declined
            and id(finding) in still_open
            and identity(finding) not in self.refused
            and (not self.wanted or finding.rule in self.wanted)
        ]

    def plan(self) -> Plan:
        changed = {path: text for path, text in self.texts.items() if text != self.before[path]}
        left = {identity(finding) for finding in self.judged.result.findings}
        return Plan(
            [Patch(path, self.before[path], text) for path, text in sorted(changed.items())],
            list(self.repaired.values()),
            list(self.refused.values()),
            [finding for name, finding in self.uncovered.items() if name in left],
            self.declined(),
            self.judged.result,
        )


def identity(finding: Finding) -> Identity:
    """What stays the same of a finding while lines move and its evidence changes."""
    suppressed = finding.suppressed is not None
    return Identity(finding.rule, finding.asset, finding.message, finding.status, suppressed)


def compare(before: Judged, after: Judged, jobs: dict[Identity, Job]) -> tuple[Trouble | None, list[Finding]]:
    """Why the repairs must not be made, None where they may; and the lesser findings that they uncover.

    They must settle their own findings, settle or hide no other one, leave nothing open, and raise nothing but what
    weighs less than a finding of the same asset that they settle.
    """

    def of(asset: str) -> frozenset[Identity]:
        return frozenset(name for name in jobs if name.asset == asset)

    if len(after.result.examined.gaps) != len(before.result.examined.gaps):
        paths = {gap.path for gap in after.result.examined.gaps}
        suspects = frozenset(name for name, job in jobs.items() if any(offer.path in paths for offer in job.offers))
        return Trouble("the file could not be read any more", suspects), []
    old = Counter(map(identity, (*before.result.findings, *before.result.unknown)))
    new = Counter(map(identity, (*after.result.findings, *after.result.unknown)))
    left = frozenset(name for name in jobs if name in new)
    if left:
        return Trouble("it would still be found", left, certain=True), []
    hidden = next((name for name in old - new if name not in jobs), None)
    if hidden is not None:
        return Trouble(f"{hidden.rule} would no longer be seen", of(hidden.asset)), []
    uncovered, added = [], new - old
    for finding in (*after.result.findings, *after.result.unknown):
        if identity(finding) not in added:
            continue
        greater = [job.finding for job in jobs.values() if job.finding.asset == finding.asset]
        if finding.status != "fail" or not any(rank(one.severity) > rank(finding.severity) for one in greater):
            what = f"{finding.rule} would be {'found' if finding.status == 'fail' else 'left open'} then"
            return Trouble(what, of(finding.asset)), []
        uncovered.append(finding)
    return None, uncovered


def changeable(path: str, roots: Sequence[str]) -> bytes:
    """The bytes of a file that may be changed. Raises RepairError with the reason for any other."""
    real = os.path.realpath(path)
    if not any(real == root or real.startswith(f"{root.rstrip('/')}/") for root in roots):
        raise RepairError("it lies outside of what was named")
    if PACKAGED.search(real):
        raise RepairError("it belongs to a package, which will replace it; one of its name below /etc goes before it")
    if real != os.path.abspath(path) and os.path.islink(path):
        raise RepairError("it is a symbolic link; name the file itself")
    try:
        if os.stat(path).st_nlink > 1:
            raise RepairError("it has other names (hard links), which would no longer be the same file")
        return read_file(path)
    except (OSError, ValueError) as error:
        raise RepairError(f"cannot be read: {error}") from error


def patch_text(patch: Patch, sources: Sources) -> bytes | None:
    """The diff of a patch; None where it would print a credential that stands beside a change."""
    masker = sources.masker(patch.path)

    def shown(line: bytes) -> bool:
        text = line.decode("utf-8", "replace")
        return masker.text(text) == text

    return diff(name_in_diff(patch.path), patch.before, patch.after, shown)


def name_in_diff(path: str) -> str:
    """A path as diffs have it: relative to the current folder, or without its first `/` where it lies elsewhere."""
    inside = os.path.relpath(path)
    return os.path.abspath(path).lstrip("/") if inside.startswith("../") else inside
