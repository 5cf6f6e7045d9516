"""An incident for people, and as JSON (`holdfast.incident/1`)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from holdfast.core.incident import NOT_KNOWN, STANDING, Incident
from holdfast.core.run import day_of
from holdfast.report.listing import as_json
from holdfast.report.wording import visible

__all__ = ["FORMATS", "render"]

FORMATS = ("text", "json")


def render(found: Incident, format: str) -> bytes:
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
    lines += _part("who could get at it by right", [_holder(*each) for each in found.holders])
    lines += _part("disable endpoints", found.endpoints)
    lines += _part("preserve logs", [f"{name}: {where}" for name, where in found.logs])
    lines += _part("open findings", [f"{one.severity} {one.rule}: {one.asset}" for one in found.findings])
    lines += _part("request ids of providers", found.request_ids)
    lines += _part("note", [found.note] if found.note else [], empty=False)
    if found.playbook:
        steps = [f"{number}. {step}" for number, step in enumerate(found.playbook.steps, 1)]
        lines += ["", f"playbook {found.playbook.id}: {found.playbook.title}", *(f"  {step}" for step in steps)]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _holder(holder: str, right: str, certain: bool) -> str:
    return f"{holder}: {right} it{'' if certain else ', possibly'}"


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
        "holders": [{"holder": name, "right": right, "certain": sure} for name, right, sure in found.holders],
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
