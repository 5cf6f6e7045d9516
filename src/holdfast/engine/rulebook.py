"""The rulebook: every compiled rule, loaded from one JSON file, with a user's own beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from holdfast.core.errors import HoldfastError, UsageError
from holdfast.core.rule import Rule

PACKAGE = os.path.dirname(os.path.dirname(__file__))
SHIPPED = os.path.join(PACKAGE, "rulebook.json")
AUTHORED = os.path.join(PACKAGE, "rules")
PROFILES = ("ai-default", "strict", "cis")


class Rulebook(Struct, frozen=True):
    """The compiled rules, in order of id."""

    schema: str
    rules: tuple[Rule, ...]


def load_shipped() -> tuple[Rule, ...]:
    """The rules that came with the package."""
    try:
        with open(SHIPPED, "rb") as file:
            return msgspec.json.decode(file.read(), type=Rulebook).rules
    except (OSError, msgspec.MsgspecError) as error:
        raise HoldfastError(
            "the rulebook of this installation is missing or damaged",
            where=SHIPPED,
            hint="install holdfast again; in a checkout, run `make rulebook`",
        ) from error


def select(rules: Iterable[Rule], *, ids: Sequence[str], profile: str, own: Iterable[Rule] = ()) -> list[Rule]:
    """The rules to ask: those named by `ids`, else those of the profile; a user's own rules always.

    Raises UsageError for an id or a profile that does not exist.
    """
    mine = {rule.id: rule for rule in own}
    everything = {**{rule.id: rule for rule in rules}, **mine}
    if ids:
        missing = [rule_id for rule_id in ids if rule_id not in everything]
        if missing:
            from difflib import get_close_matches  # only a mistake needs it

            close = get_close_matches(missing[0], everything, n=1)
            hint = f"did you mean `{close[0]}`?" if close else "`holdfast rules list` shows all of them"
            raise UsageError(f"there is no rule `{missing[0]}`", hint=hint)
        return [everything[rule_id] for rule_id in ids]
    if profile not in PROFILES:
        raise UsageError(f"there is no profile `{profile}`", hint=f"one of {', '.join(PROFILES)}")
    return [
        rule
        for rule in everything.values()
        if rule.id in mine or (profile in rule.profiles and rule.maturity == "stable")
    ]
