"""What is on file of providers, in the settings of every origin."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from msgspec import Struct

from holdfast.core.run import moment
from holdfast.store.database import Database

__all__ = ["Filed", "papers_elsewhere"]

DAYS = {"soc2": "soc2_age_days", "bridge": "bridge_left_days", "iso27001": "iso27001_left_days", "baa": "baa_left_days"}
"""Type of a paper -> the fact that counts days from the day of the run to its last, or since it."""


class Filed(Struct, frozen=True):
    """A paper that another origin has on file."""

    type: str
    until: date


def papers_elsewhere(database: Database, origin: str) -> dict[str, list[Filed]]:
    """Provider -> the papers in the settings of other origins, as their last runs saw them."""
    found: dict[str, list[Filed]] = {}
    rows = database.rows(
        "SELECT v.facts, r.ended FROM asset a JOIN asset_version v ON v.asset = a.id AND a.changed_run = v.run"
        " JOIN run r ON r.id = v.run WHERE a.kind = 'provider' AND a.gone_run IS NULL AND a.origin <> ?",
        (origin,),
    )
    for text, ended in rows:
        facts = msgspec.json.decode(text)
        for type_ in facts.get("papers") or ():
            days = facts.get(DAYS.get(type_, ""))
            if isinstance(days, int):
                until = moment(ended).date() + timedelta(days=-days if type_ == "soc2" else days)
                found.setdefault(str(facts.get("name")), []).append(Filed(type_, until))
    return found
