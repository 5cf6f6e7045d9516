"""The use `incident`: what a responder has to know about an asset, from what was recorded before the incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from holdfast.config import Provider, Settings
from holdfast.core.entry import Record
from holdfast.core.errors import UsageError
from holdfast.core.inventory import Item, Listed, Wanted
from holdfast.core.run import day_of
from holdfast.estate.paths.rights import Access, Rights
from holdfast.report.listing import as_json
from holdfast.report.wording import visible
from holdfast.store.database import Database
from holdfast.store.graph import Edge, Names, edges
from holdfast.store.ledger import Ledger
from holdfast.store.query import facts, findings, item, numbered

__all__ = ["FORMATS", "Incident", "incident", "seal", "shown"]

FORMATS = ("text", "json")
PLAYBOOKS = Path(__file__).parents[1] / "frameworks/playbooks.json"
STANDING = ("owner", "contact", "environment", "data_class", "exposure", "purpose", "logs", "rollback", "provider")
"""What a responder asks first."""
ACTING = frozenset(("runs_on", "assumes", "holds_credential"))
FRONT = frozenset(("runs_on", "behind", "serves"))
IDENTITIES = ("identity/", "service_account/")
NOT_KNOWN = "not known"


class Playbook(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done first."""

    id: str
    title: str
    kinds: tuple[str, ...]
    products: tuple[str, ...]
    steps: tuple[str, ...]


class Incident(Struct, frozen=True):
    """Everything that was known of an asset and of what it reaches."""

    asset: Item
    provider_contact: str
    credentials: Sequence[tuple[str, str]]
    """To be revoked: name, and the asset that holds it."""
    stores: Sequence[tuple[str, str, str]]
    """To be inspected: asset, `reads` or `writes`, and whether access to it is logged."""
    endpoints: Sequence[str]
    """To be disabled: what leads to the asset."""
    logs: Sequence[tuple[str, str]]
    """To be preserved: asset, and where its logs are."""
    owners: Sequence[tuple[str, str, str]]
    """To be told: owner, contact, and why."""
    findings: Sequence[Listed]
    playbook: Playbook | None
    request_ids: Sequence[str] = ()
    """Ids that providers gave to requests, as the responder collected them."""
    note: str = ""


def incident(database: Database, settings: Settings, name: str, request_ids: Sequence[str], note: str) -> Incident:
    """Puts together what a responder needs. Raises UsageError for an asset that there is not."""
    with database.snapshot():
        found = item(database, name)
        if not found:
            hint = "`holdfast inventory --all-kinds --name PATTERN` finds its id"
            raise UsageError(f"there is no asset `{name}`", hint=hint)
        asset = found[0]
        names = Names(database)
        node = names.of.get(asset.id, name)  # what is gone has no relations any more
        rows = edges(database, names)
        controlled = _controlled(node, rows)
        reached = _reached(controlled, rows)
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
            (credential, each) for each in (*controlled, *front) for credential in _credentials(each, items.get(each))
        ],
        stores=[(a.target, "writes" if a.writes else "reads", _logged(items.get(a.target), known)) for a in reached],
        endpoints=front,
        logs=[(key, each.value("logs") or NOT_KNOWN) for key, each in items.items()],
        owners=_owners(items, controlled, {a.target for a in reached}),
        findings=open_,
        playbook=_playbook(asset, known.get(asset.id)),
        request_ids=request_ids,
        note=note,
    )


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


def _reached(controlled: Sequence[str], rows: Sequence[Edge]) -> list[Access]:
    rights = Rights(rows)
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


def _logged(each: Item | None, known: Mapping[int, Any]) -> str:
    answer = (known.get(each.id) or {}).get("access_logs") if each else None
    return "logged" if answer is True else "not logged" if answer is False else "unknown whether it is logged"


def _contact(providers: Mapping[str, Provider], asset: Item) -> str:
    provider = providers.get(asset.value("provider"))
    return provider.contact if provider else ""


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


def shown(found: Incident, format: str) -> bytes:
    """The incident in a format."""
    if format == "json":
        return as_json("holdfast.incident/1", _document(found))
    lines = [
        f"incident  {visible(found.asset.name, 300)}  ({found.asset.kind}, last seen {day_of(found.asset.last_seen)})"
    ]
    lines += [f"  {name.replace('_', ' '):12} {visible(found.asset.value(name)) or NOT_KNOWN}" for name in STANDING]
    lines.append(f"  {'provider contact':12} {visible(found.provider_contact) or NOT_KNOWN}")
    lines += _part("tell", [f"{owner} ({contact}): {why}" for owner, contact, why in found.owners])
    lines += _part("revoke credentials", [f"{name}, held by {holder}" for name, holder in found.credentials])
    lines += _part("inspect stores", [f"{store}: it {right} it, {logged}" for store, right, logged in found.stores])
    lines += _part("disable endpoints", found.endpoints)
    lines += _part("preserve logs", [f"{name}: {where}" for name, where in found.logs])
    lines += _part("open findings", [f"{one.severity} {one.rule}: {one.asset}" for one in found.findings])
    lines += _part("request ids of providers", found.request_ids)
    lines += _part("note", [found.note] if found.note else [], empty=False)
    if found.playbook:
        steps = [f"{number}. {step}" for number, step in enumerate(found.playbook.steps, 1)]
        lines += ["", f"playbook {found.playbook.id}: {found.playbook.title}", *(f"  {step}" for step in steps)]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _part(title: str, told: Iterable[str], *, empty: bool = True) -> list[str]:
    found = [f"  {visible(each, 300)}" for each in told]
    if not found and not empty:
        return []
    return ["", title, *(found or ["  nothing that was recorded"])]


def _document(found: Incident) -> dict[str, object]:
    pairs = ("owner", "contact", "why")
    return {
        "asset": found.asset.name,
        "kind": found.asset.kind,
        "attributes": {name: found.asset.value(name) or None for name in STANDING},
        "provider_contact": found.provider_contact or None,
        "owners": [dict(zip(pairs, owner, strict=True)) for owner in found.owners],
        "credentials": [{"name": name, "holder": holder} for name, holder in found.credentials],
        "stores": [{"asset": store, "right": right, "logs": logged} for store, right, logged in found.stores],
        "endpoints": list(found.endpoints),
        "logs": [{"asset": name, "where": where} for name, where in found.logs],
        "findings": [
            {"rule": one.rule, "severity": one.severity, "asset": one.asset, "fingerprint": one.fingerprint}
            for one in found.findings
        ],
        "request_ids": list(found.request_ids),
        "note": found.note or None,
        "playbook": msgspec.to_builtins(found.playbook) if found.playbook else None,
    }
