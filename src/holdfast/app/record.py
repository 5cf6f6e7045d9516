"""The use `check --store`: a check as a run, recorded and sealed."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

import msgspec
from msgspec.structs import replace

from holdfast import __version__
from holdfast.app.check import Judged, Request, Sources
from holdfast.app.named import known_origin
from holdfast.app.paths import edges_of
from holdfast.app.store import clock, connect, open_store, stored
from holdfast.collect.repository import origin_of
from holdfast.collect.scope import common_start, named_from, repositories_below, starts
from holdfast.config import Settings
from holdfast.core.asset import Asset
from holdfast.core.errors import UsageError
from holdfast.core.fact import shown
from holdfast.core.finding import Finding
from holdfast.core.run import Link, Outcome, Run, Sighting
from holdfast.estate.attributes import Attributes, credentials
from holdfast.estate.inventory import weight
from holdfast.estate.overlays import RENDERED
from holdfast.kinds import catalog
from holdfast.report.wording import data, whole
from holdfast.store.database import StoreError
from holdfast.store.papers import papers_elsewhere
from holdfast.store.record import Recorded, examined_before, record

__all__ = [
    "Recorded",
    "clock",
    "failed",
    "filed_elsewhere",
    "findings_kept",
    "one_origin",
    "one_origin_seen",
    "remember",
    "remember_failure",
    "retire",
    "run_of",
    "sighting",
]

LONGEST = 1000
"""Characters of a name at most."""
KEPT = 960
"""Characters of a longer one that are kept before the digest of all of it."""
SEVERAL = 5
"""Repositories that are named."""
JOINED = "estate"
"""The source of what joins assets and is none: every secret of a namespace, a zone of the network."""
UNRULED = "inventory"
"""The source of what is made of the whole: it is gone only where the whole was looked at."""


def remember(run: Run, settings: Settings) -> Recorded:
    """Records a run in the store of this installation. Raises StoreError."""
    with open_store(settings.store) as store:
        return record(store.database, store.ledger, run)


def remember_failure(run: Run, settings: Settings) -> None:
    """Records a run that failed, if the same was examined before: else somebody only mistyped. Raises StoreError."""
    with open_store(settings.store) as store:
        if examined_before(store.database, run):
            record(store.database, store.ledger, run)


def retire(origin: str, reason: str, settings: Settings) -> Recorded:
    """Records that an origin is no more: its assets are gone, its findings resolved. Raises StoreError, UsageError."""
    now = clock()
    with open_store(settings.store, create=False) as store:
        known_origin(store.database, origin)
        return record(
            store.database,
            store.ledger,
            Run(
                origin=origin,
                targets=[],
                started=now,
                ended=now,
                profile="",
                version=__version__,
                outcome="complete",
                rules={},
                reason=_text(f"retired: {reason}"),
                looked_at=lambda path, source: True,
            ),
        )


def filed_elsewhere(request: Request, settings: Settings) -> Request:
    """The request with what other origins have on file of providers. Where there is no store yet, nobody has.

    What is wrong with a store is told where the run is recorded.
    """
    if not stored(settings.store):
        return request
    origin = _origin(request, common_start(request.targets))
    try:
        with closing(connect(settings.store, create=False)) as database:
            return replace(request, papers=papers_elsewhere(database, origin))
    except StoreError:
        return request


def one_origin(request: Request) -> None:
    """Raises UsageError for targets of several repositories: an asset belongs to the address of its own."""
    found = starts(request.targets)
    if len(found) > 1:
        raise _several(list(found.values()))


def one_origin_seen(judged: Judged) -> None:
    """Raises UsageError where the target is a folder that holds several repositories, or one that is not its own."""
    found = repositories_below(judged.start, judged.read)
    if found:
        raise _several([os.path.relpath(folder) for folder in found])


def _several(targets: Sequence[str]) -> UsageError:
    what = "a run is recorded for one repository, and these are " if len(targets) > 1 else "a repository lies below: "
    named = ", ".join(targets[:SEVERAL]) + (f" and {len(targets) - SEVERAL} more" if len(targets) > SEVERAL else "")
    hint = f"record each by itself: {'; '.join(f'holdfast check {shlex.quote(each)} --store' for each in targets[:2])}"
    return UsageError(f"nothing is recorded: {what}{named}", hint=f"{hint}{'; ...' * (len(targets) > 2)}")


def failed(request: Request, reason: str, started: int, ended: int) -> Run:
    """A run that ended before it saw anything."""
    return Run(
        origin=_origin(request, ""),
        targets=_targets(request, ""),
        started=started,
        ended=ended,
        profile=request.profile,
        version=__version__,
        outcome="failed",
        rules={},
        reason=_text(reason),
    )


def run_of(request: Request, judged: Judged, sources: Sources, started: int, ended: int) -> Run:
    """What a check saw and answered, as it is recorded: no credential is in it."""
    result, start = judged.result, judged.start
    named = named_from(start)
    asked: dict[str, list[str]] = {}
    for rule in result.rules:
        asked.setdefault(rule.kind, []).append(rule.id)
    kinds = {asset.kind for asset in judged.assets}
    links = _links(judged)
    owners = {asset.id: known.values.get("owner", "") for asset, known in zip(judged.assets, judged.known, strict=True)}
    unreadable = any(gap.kind == "unreadable" for gap in result.examined.gaps)
    outcome: Outcome = "partial" if unreadable else "complete"
    return Run(
        origin=_origin(request, start),
        targets=_targets(request, start),
        started=started,
        ended=ended,
        profile=request.profile,
        version=__version__,
        outcome=outcome,
        rules={kind: ids for kind, ids in asked.items() if kind in kinds},
        assets=[
            *(
                sighting(asset, known, letters, links.pop(asset.id, ()), sources, named)
                for asset, known, letters in zip(judged.assets, judged.known, judged.letters, strict=True)
            ),
            *_joints(links, whole_origin="." in _targets(request, start)),
        ],
        findings=findings_kept(result.findings, owners),
        gaps=[replace(gap, path=_path(gap.path), reason=_text(gap.reason)) for gap in result.examined.gaps],
        sources_read=result.examined.read,
        passes=result.examined.passes,
        unknown=len(result.unknown),
        not_applicable=result.examined.not_applicable,
        looked_at=_looker(request, judged, named),
    )


def _origin(request: Request, start: str) -> str:
    if request.targets == ("-",):
        return "standard input"
    return _text(origin_of(start or os.path.realpath(os.curdir)))


def _targets(request: Request, start: str) -> list[str]:
    if not start:
        return [_path(target) for target in request.targets]
    return [
        target if target == "-" else _path(os.path.relpath(os.path.realpath(target), start))
        for target in request.targets
    ]


def sighting(
    asset: Asset,
    known: Attributes,
    letters: str,
    links: Sequence[Link],
    sources: Sources,
    named: Callable[[str], str],
) -> Sighting:
    """An asset as databases can hold it: no credential is in it."""
    plain = msgspec.to_builtins(asset.facts, enc_hook=shown)
    facts = data(sources.masker(asset.path).value(plain), depth=6)
    hide = sources.masker(asset.path).text
    attributes = {name: (_text(value), _text(hide(known.because[name]))) for name, value in known.values.items()}
    held = credentials(asset.facts)
    if held:
        attributes["credentials"] = (_text(", ".join(held)), "facts")
    return Sighting(
        name=_text(asset.id),
        kind=asset.kind,
        source=asset.source,
        path=_path(named(asset.path)),
        facts=msgspec.json.encode(facts).decode(),
        attributes=attributes,
        answers=letters,
        links=links,
        weight=weight(asset, known),
        declared=not asset.glimpsed,
    )


def _joints(links: Mapping[str, Sequence[Link]], *, whole_origin: bool) -> Iterator[Sighting]:
    """What is left: relations of what joins assets. A part of an origin shows a part of them, and replaces nothing."""
    for name, those in sorted(links.items()):
        kind = name.partition("/")[0]
        if kind not in catalog.names():
            yield Sighting(_text(name), kind, JOINED, "", "{}", {}, "", those, adds=not whole_origin)


def _links(judged: Judged) -> dict[str, list[Link]]:
    found: dict[str, dict[Link, None]] = {}
    for edge in edges_of(judged.assets, judged.edges):
        found.setdefault(edge.source, {})[Link(edge.relation, _text(edge.target), edge.certain)] = None
    return {source: list(links) for source, links in found.items()}


def findings_kept(findings: Sequence[Finding], owners: Mapping[str, str]) -> list[Finding]:
    """Findings as databases can hold them, each with the owner of its asset."""
    return [_finding(finding, owners) for finding in findings]


def _finding(finding: Finding, owners: Mapping[str, str]) -> Finding:
    place = finding.location
    held = finding.suppressed
    return replace(
        finding,
        asset=_text(finding.asset),
        location=replace(place, path=_path(place.path), pointer=_text(place.pointer)),
        message=_text(finding.message),
        facts={_text(path): data(fact) for path, fact in finding.facts.items()},
        owner=_text(finding.owner or owners.get(finding.asset, "")),
        suppressed=held and replace(held, reason=_text(held.reason)),
    )


def _text(name: str) -> str:
    """A name as databases can hold it; one that has to be changed for that stays apart from every other one."""
    kept = whole(name[:LONGEST]).replace("\0", "\ufffd")
    if kept == name:
        return name
    return f"{kept[:KEPT]}~{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _path(path: str) -> str:
    """A path as databases can hold it: what lies below a folder stays below it."""
    return "/".join(map(_text, path.split("/")))


def _looker(request: Request, judged: Judged, named: Callable[[str], str]) -> Callable[[str, str], bool]:
    """Whether the run would have seen an asset of a path.

    That is so below a target, where the file was read or is not there any more: what is excluded, ignored or too long
    was not looked at. What could not be read may have been needed by everything in its folder and below.
    """
    start = judged.start
    if request.targets == ("-",):  # it is all there is of its origin: what came last is what there is
        readable = not judged.result.examined.gaps
        return lambda path, source: readable
    below = [] if not start else [target for target in _targets(request, start) if target != "-"]
    unreadable = [gap for gap in judged.result.examined.gaps if gap.kind == "unreadable"]
    blind = {_path(named(gap.path)) for gap in judged.result.examined.gaps}
    blind |= {_path(named(gap.path)).rpartition("/")[0] or "." for gap in unreadable}
    read = {_path(named(path)) for path in judged.read}
    everything = "." in below
    answers: dict[str, bool] = {}

    def seen(path: str) -> bool:
        parts = path.split("/")
        above = {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
        asked = (everything or not above.isdisjoint(below)) and above.isdisjoint(blind) and "." not in blind
        return asked and (path in read or not os.path.lexists(os.path.join(start, path)))

    def looked_at(path: str, source: str) -> bool:
        if source in RENDERED and request.render == "never":
            return False
        if source in (UNRULED, JOINED):
            return everything
        if path not in answers:
            answers[path] = seen(path)
        return answers[path]

    return looked_at
