"""The use `paths`: attack paths through the recorded estate, and who reaches what by right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from holdfast import __version__
from holdfast.app.paths import unseen
from holdfast.app.remembered import judged, remembered
from holdfast.core.asset import Asset
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding
from holdfast.core.path import Route, label
from holdfast.core.rule import Rule
from holdfast.engine.rulebook import load_shipped
from holdfast.estate.paths.rights import Access, Rights
from holdfast.estate.paths.routes import routes
from holdfast.report import html, json_paths, text_paths
from holdfast.report.listing import as_csv, as_json, table
from holdfast.store.database import Database
from holdfast.store.graph import Names, classes, edges, openings

__all__ = ["ACCESS_FORMATS", "FORMATS", "access", "attack_paths", "shown", "shown_access"]

FORMATS = ("text", "json", "html")
ACCESS_FORMATS = ("text", "json", "csv")
SEARCHED = 1000
"""Stores for which every entry is looked for where one entry is asked for."""
MODELS = ("served_model", "registry", "bucket")
"""Kinds that keep artefacts of models."""


def attack_paths(database: Database, target: str, entry: str, limit: int, today: date) -> list[Route]:
    """The routes of the recorded estate, what matters most first; `target` and `entry` limit them to one asset each.

    Each with what leaves its steps unseen, as today's rules judge it.
    """
    rules = load_shipped()
    with database.snapshot():
        names = Names(database)
        rows, found = edges(database, names), openings(database, names, rules, today)
        known = classes(database, names)
        targets, entries = names.called.get(target, ()), names.called.get(entry, ())
        # Another entry than that of the shortest route is known only once all of them were looked for.
        most = max(limit, SEARCHED) if entry else limit
        every = routes(rows, found, known.get, most, lambda route: not target or route.target in targets)
        told = [route for route in every if not entry or not {route.entry, *route.also}.isdisjoint(entries)][:limit]
        nodes = {step.target for route in told for step in route.steps} & names.key.keys()
        assets = remembered(database, {node: names.key[node] for node in sorted(nodes)})

    def judge(asked: Sequence[Rule], those: Sequence[Asset]) -> list[Finding]:
        return judged(asked, those, today)

    return [unseen(route, assets, rules, judge) for route in told]


def shown(found: Sequence[Route], format: str, now: datetime) -> bytes:
    """Routes in a format."""
    if format == "json":
        return json_paths.render(found)
    if format == "html":
        return html.render_paths(found, html.Options(lambda path: (), __version__, now, "The recorded estate"))
    if not found:
        return b"no attack path: no finding opens a way from the internet to a store of data\n"
    text = "\n\n".join("\n".join(text_paths.lines(route)) for route in found)
    return f"{text}\n".encode("utf-8", "backslashreplace")


def access(database: Database, *, readers_of: str = "", reach_of: str = "", models: bool = False) -> list[Access]:
    """Who may read or write an asset, what somebody reaches, or who may read or copy each artefact of a model.

    Raises UsageError for an asset that there is not.
    """
    with database.snapshot():
        names = Names(database)
        rows = edges(database, names)
        asked = readers_of or reach_of
        if asked and asked not in names.called:
            raise UsageError(f"there is no asset `{asked}`", hint="`holdfast inventory --all-kinds` lists them")
        stores = _models(database, names) if models else names.called.get(readers_of, [])
    rights = Rights(rows)
    if reach_of:
        return [each for node in names.called[reach_of] for each in rights.reach(node)]
    return [each for store in stores for each in (*rights.readers(store), *rights.readers(store, writers=True))]


def _models(database: Database, names: Names) -> list[str]:
    """The assets that keep artefacts of models: what serves them, and buckets that hold models or checkpoints."""
    rows = database.rows(
        "SELECT a.id, a.kind, v.facts FROM asset a JOIN asset_version v ON v.asset = a.id AND v.run = a.changed_run"
        " WHERE a.gone_run IS NULL AND a.kind IN (?, ?, ?) ORDER BY a.name",
        MODELS,
    )
    kept = ('"holds":"models"', '"holds":"checkpoints"')
    return [names.of[key] for key, kind, facts in rows if kind != "bucket" or any(word in facts for word in kept)]


def shown_access(found: Sequence[Access], format: str) -> bytes:
    """Rights in a format, each with the steps that it rests on."""
    columns = ("holder", "asset", "right", "certain", "by way of")
    rows = [
        (
            each.holder,
            each.target,
            "writes" if each.writes else "reads",
            "yes" if each.certain else "possibly",
            ", ".join(f"{step.relation} {label(step.target)}" for step in each.steps),
        )
        for each in found
    ]
    if format == "json":
        return as_json("holdfast.access/1", {"access": [dict(zip(columns, row, strict=True)) for row in rows]})
    if format == "csv":
        return as_csv(columns, rows)
    if not rows:
        return b"nobody, as far as the recorded assets show\n"
    return table(columns, rows, widest=70)
