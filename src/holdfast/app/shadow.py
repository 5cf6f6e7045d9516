"""The use `inventory --shadow`: what is in use and declared nowhere, by the store and by what a network shows."""

from __future__ import annotations

import gzip
import os
import re
import socket
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from holdfast import __version__
from holdfast.app.check import Sources
from holdfast.app.inventory import held, shown
from holdfast.app.predicates import predicates
from holdfast.app.record import findings_kept, sighting
from holdfast.app.store import Store, clock
from holdfast.config import Settings
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import UsageError
from holdfast.core.inventory import Selection
from holdfast.core.run import Run
from holdfast.core.suppression import apply
from holdfast.engine.evaluate import evaluate
from holdfast.engine.rulebook import load_shipped
from holdfast.estate.attributes import Attributes
from holdfast.estate.shadow import Sights, sights
from holdfast.formats.telemetry import hosts
from holdfast.kinds.telemetry import SeenHost, Telemetry
from holdfast.store.database import Database
from holdfast.store.query import items
from holdfast.store.record import Recorded, record

__all__ = ["Looked", "keep", "look", "shadow", "telemetry_run"]

LONGEST_LINE = 1 << 16
"""Characters of a line that are looked at at once."""
SOURCE = "telemetry"
NOT_SHOWN = "it shows no names, queries or flows that are understood"
EMPTY = "it is empty"
COLUMNS = ("name", "why", "where", "times", "origin")


class Looked(Struct, frozen=True):
    """A file of names, queries or flows, and what it shows."""

    path: str
    sights: Sights

    @property
    def trouble(self) -> str:
        """Why it says nothing; empty where it does."""
        if self.sights.understood:
            return ""
        if not self.sights.lines:
            return EMPTY
        return f"{NOT_SHOWN}, in {self.sights.lines} line{'s' * (self.sights.lines != 1)}"


def look(database: Database, files: Sequence[str]) -> list[Looked]:
    """Reads files and compares them with what is recorded. Raises UsageError for one that cannot be read."""
    known = frozenset(_known(database)) if files else frozenset()
    return [Looked(path, sights(_lines(path), known)) for path in files]


def shadow(database: Database, selection: Selection, looked: Sequence[Looked], format: str) -> bytes:
    """What assets of the store rely on and nothing declares, and the hosts of files that no asset accounts for."""
    rows: list[tuple[str, str, str, int, str]] = [
        (item.name, "named by another asset", item.path, 1, item.origin)
        for item in held(database, replace(selection, undeclared=True))
    ]
    for file in looked:
        unmanaged = (sight for sight in file.sights.hosts if not sight.managed)
        rows += [(sight.host, sight.why, file.path, sight.times, "") for sight in unmanaged]
    return shown("holdfast.shadow/1", "seen", COLUMNS, rows, format)


def keep(store: Store, looked: Sequence[Looked], settings: Settings, today: date, started: int) -> Recorded:
    """Records what files showed. Raises StoreError."""
    return record(store.database, store.ledger, telemetry_run(looked, settings, today, started, clock()))


def telemetry_run(looked: Sequence[Looked], settings: Settings, today: date, started: int, ended: int) -> Run:
    """What files showed, as a run: each host that looks like AI infrastructure is answered for, or is a finding."""
    assets = [_asset(file) for file in looked if not file.trouble]
    rules = [rule for rule in load_shipped() if rule.kind == SOURCE]
    letters: list[str] = []
    answers = evaluate(rules, assets, predicates(today), letters)
    found, _ = apply([*answers.findings, *answers.unknown], settings.directives(), today)
    sources = Sources()
    read = {asset.path for asset in assets}
    nothing = Attributes({}, {})

    def looked_at(path: str, _: str) -> bool:
        return path in read or not os.path.lexists(path)

    return Run(
        origin=f"{socket.gethostname()}:{SOURCE}",
        targets=[os.path.realpath(file.path) for file in looked],
        started=started,
        ended=ended,
        profile=settings.profile,
        version=__version__,
        outcome="partial" if any(file.trouble for file in looked) else "complete",
        rules={SOURCE: [rule.id for rule in rules]},
        assets=[sighting(asset, nothing, each, (), sources, str) for asset, each in zip(assets, letters, strict=True)],
        findings=findings_kept(found[: len(answers.findings)], {}),
        gaps=[Gap(os.path.realpath(file.path), file.trouble, "unreadable") for file in looked if file.trouble],
        sources_read=len(assets),
        passes=answers.passes,
        unknown=len(answers.unknown),
        not_applicable=answers.not_applicable,
        looked_at=looked_at,
    )


def _asset(file: Looked) -> Asset:
    path = os.path.realpath(file.path)
    seen = [
        SeenHost(name=sight.host, why=sight.why, times=sight.times, managed=sight.managed)
        for sight in file.sights.hosts
    ]
    facts = Telemetry(
        name=os.path.basename(path), lines=file.sights.lines, understood=file.sights.understood, hosts=seen
    )
    return Asset(f"telemetry/{path.lstrip('/')}", facts, SOURCE, path)


def _known(database: Database) -> Iterator[str]:
    """Every host that the facts of an asset name, for somebody declared it, or what uses it; and what assets are
    called, part by part.
    """
    for item in items(database, Selection()):
        if item.kind != SOURCE:
            yield from (host for host, _ in hosts(item.name))
            yield from re.split(r"[/.]", item.name.lower())
    for (text,) in database.each(
        "SELECT v.facts FROM asset_version v JOIN asset a ON a.id = v.asset AND a.changed_run = v.run"
        " WHERE a.gone_run IS NULL AND a.kind <> 'telemetry'"
    ):
        yield from (host for host, _ in hosts(text))


def _lines(path: str) -> Iterator[str]:
    """The lines of a file, which may be compressed, as clouds leave their logs."""
    try:
        with open(path, "rb") as file:
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            source: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=file) if packed else file
            while line := source.readline(LONGEST_LINE):
                yield line.decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error) as error:
        what = getattr(error, "strerror", None) or "it is damaged"
        raise UsageError(f"cannot be read: {what}", where=path) from error
