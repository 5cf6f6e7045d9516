"""The use `incident`: what a responder has to know about an asset, from what was recorded before the incident."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from holdfast.app.masking import Masker
from holdfast.config import Provider, Settings
from holdfast.core.entry import Record
from holdfast.core.errors import UsageError
from holdfast.core.incident import NOT_KNOWN, Incident, Playbook
from holdfast.core.inventory import Item, Listed, Wanted
from holdfast.estate.paths.rights import Access, Rights
from holdfast.report.incident import FORMATS
from holdfast.report.incident import render as shown
from holdfast.store.database import Database
from holdfast.store.graph import Edge, Names, edges
from holdfast.store.ledger import Ledger
from holdfast.store.query import facts, findings, item, numbered

__all__ = ["FORMATS", "Incident", "incident", "seal", "shown"]

PLAYBOOKS = Path(__file__).parents[1] / "frameworks/playbooks.json"
ACTING = frozenset(("runs_on", "assumes", "commands", "holds_credential"))
UNLOGGED = "unknown whether it is logged"
FRONT = frozenset(("runs_on", "behind", "serves"))
IDENTITIES = ("identity/", "service_account/")


def incident(
    database: Database, settings: Settings, name: str, request_ids: Sequence[str], note: str, origin: str = ""
) -> Incident:
    """Puts together what a responder needs. Raises UsageError for an asset that there is not, or that is several."""
    with database.snapshot():
        asset = _asset(database, name, origin)
        names = Names(database)
        node = names.of.get(asset.id, name)  # what is gone has no relations any more
        rows = edges(database, names)
        controlled = _controlled(node, rows)
        rights = Rights(rows)
        reached = _reached(controlled, rights)
        holders = [*rights.readers(node), *rights.readers(node, writers=True)]
        front = _front(controlled, rows)
        concerned = dict.fromkeys((*controlled, *(each.target for each in reached), *front))
        items = _items(database, {each: names.key[each] for each in concerned if each in names.key} or {node: asset.id})
        known = facts(database, [each.id for each in items.values()])
        open_ = _open(database, [items[each] for each in controlled if each in items])
    providers = {provider.name: provider for provider in settings.providers}
    return Incident(
        asset=asset,
        provider_contact=_contact(providers, asset),
        credentials=[
            (credential, each)
            for each in dict.fromkeys((*controlled, *front, *(each.holder for each in holders)))
            for credential in _credentials(each, items.get(each))
        ],
        stores=[(a.target, "writes" if a.writes else "reads", _logged(items.get(a.target), known)) for a in reached],
        holders=[(each.holder, "writes" if each.writes else "reads", each.certain) for each in holders],
        endpoints=front,
        logs=[(key, each.value("logs") or _logged(each, known, NOT_KNOWN)) for key, each in items.items()],
        owners=_owners(items, controlled, {a.target for a in reached}),
        findings=open_,
        playbook=_playbook(asset, known.get(asset.id)),
        request_ids=request_ids,
        note=note,
    )


def _asset(database: Database, name: str, origin: str) -> Item:
    """The asset of an id; where several origins have one that is there, the origin has to be said."""
    found = item(database, name)
    if not found:
        hint = "`holdfast inventory --all-kinds --name PATTERN` finds its id"
        raise UsageError(f"there is no asset `{name}`", hint=hint)
    best = found[0]
    alike = [each for each in found if (not each.gone, each.declared) == (not best.gone, best.declared)]
    origins = list(dict.fromkeys(each.origin for each in alike))
    if not origin:
        if len(origins) > 1:
            hint = f"say which one: --origin {shlex.quote(origins[0])}"
            raise UsageError(f"several origins have an asset `{name}`: {', '.join(origins)}", hint=hint)
        return best
    here = [each for each in found if each.origin == origin]
    if not here:
        raise UsageError(f"there is no asset `{name}` in {origin}", hint=f"there is one in {', '.join(origins)}")
    return here[0]


def _items(database: Database, keys: Mapping[str, int]) -> dict[str, Item]:
    """The assets behind nodes, those left out that others only speak of."""
    held = numbered(database, list(keys.values()))
    return {node: held[key] for node, key in keys.items() if key in held and held[key].declared}


def _open(database: Database, items: Sequence[Item]) -> list[Listed]:
    return [one for each in items for one in findings(database, Wanted(asset=each.name, origin=each.origin, limit=50))]


def _controlled(name: str, rows: Sequence[Edge]) -> list[str]:
    """What whoever controls the asset acts as, itself first."""
    out: dict[str, list[str]] = {}
    for source, relation, target, _ in rows:
        if relation in ACTING:
            out.setdefault(source, []).append(target)
    found = {name: None}
    waiting = [name]
    for each in waiting:
        for target in sorted(out.get(each, ())):
            if target not in found and not target.startswith("zone/"):
                found[target] = None
                waiting.append(target)
    return list(found)


def _reached(controlled: Sequence[str], rights: Rights) -> list[Access]:
    found: dict[tuple[str, bool], Access] = {}
    for each in controlled:
        for access in rights.reach(each):
            found.setdefault((access.target, access.writes), access)
    return [found[key] for key in sorted(found)]


def _front(controlled: Sequence[str], rows: Sequence[Edge]) -> list[str]:
    """What is called to get there: servers on it, routes and Services in front of it, and itself where it is open."""
    into: dict[str, list[str]] = {}
    open_ = set()
    for source, relation, target, _ in rows:
        if relation in FRONT:
            first, then = (target, source) if relation == "behind" else (source, target)
            into.setdefault(then, []).append(first)
        elif relation == "reachable_from":
            open_.add(source)
    found: dict[str, None] = {}
    waiting = [controlled[0]]
    for each in waiting:
        for source in sorted(into.get(each, ())):
            if source not in found and source != controlled[0]:
                found[source] = None
                waiting.append(source)
    return [*([controlled[0]] if controlled[0] in open_ else []), *found]


def _credentials(name: str, each: Item | None) -> list[str]:
    held = each.value("credentials") if each else ""
    sessions = ["its sessions and keys"] if name.startswith(IDENTITIES) else []
    return [*sessions, *(held.split(", ") if held else [])]


def _logged(each: Item | None, known: Mapping[int, Any], otherwise: str = UNLOGGED) -> str:
    """Whether access is logged, or what to say where nobody knows."""
    answer = (known.get(each.id) or {}).get("access_logs") if each else None
    return "logged" if answer is True else "not logged" if answer is False else otherwise


def _contact(providers: Mapping[str, Provider], asset: Item) -> str:
    provider = providers.get(asset.value("provider"))
    return Masker().text(provider.contact) if provider else ""


def _owners(items: Mapping[str, Item], controlled: Sequence[str], stores: set[str]) -> list[tuple[str, str, str]]:
    found: dict[tuple[str, str], str] = {}
    for name, each in items.items():
        why = (
            "the asset"
            if name == controlled[0]
            else "data in reach"
            if name in stores
            else "what it acts as, or leads to it"
        )
        owner = each.value("owner")
        if owner:
            found.setdefault((owner, each.value("contact") or NOT_KNOWN), why)
    return [(owner, contact, why) for (owner, contact), why in found.items()]


def _playbook(asset: Item, told: Any) -> Playbook | None:
    books = msgspec.json.decode(PLAYBOOKS.read_bytes(), type=list[Playbook])
    said = told if isinstance(told, dict) else {}
    words = {str(said.get(field, "")).lower() for field in ("product", "engine", "service")}
    by_product = (book for book in books if words.intersection(book.products))
    by_kind = (book for book in books if asset.kind in book.kinds)
    return next(by_product, None) or next(by_kind, None)


def seal(database: Database, ledger: Ledger, found: Incident, now: int) -> int:
    """Keeps what was put together, request ids included, as an entry of the ledger, and answers its number."""
    with database.transaction():
        record = Record("response", ledger.pseudonym(found.asset.name), shown(found, "json"))
        return ledger.seal([record], now)[0]
