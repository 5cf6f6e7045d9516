"""The use `coverage`: what serves each requirement in this build, and how far the recorded estate meets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from holdfast.app.check import MADE
from holdfast.app.requirements import requirements
from holdfast.app.verified import Verified
from holdfast.core.errors import UsageError
from holdfast.core.requirement import STATES, Attestation, Covered, Requirement, State, of_letters, worst
from holdfast.core.run import day_of, micros
from holdfast.engine.rulebook import load_shipped
from holdfast.report.coverage import FORMATS, detail
from holdfast.report.coverage import render as shown
from holdfast.store.attestations import attestations
from holdfast.store.coverage import Answered, accepted, answered, changes_since, last_runs, matches
from holdfast.store.database import Database

__all__ = ["FORMATS", "areas", "coverage", "detail", "shown"]

NAMED = 20
"""Assets of one state that are named."""
ESTATE = "the whole estate"
LEDGER = "the ledger"
LACKING = {
    "telemetry": "no log of queries or flows was read: `holdfast inventory --shadow --seen FILE --store`",
}
"""Kind of which something must have been seen -> what to say where nothing was."""


def areas() -> list[str]:
    """The areas of the requirements."""
    return sorted({each.area for each in requirements()})


def coverage(
    database: Database | None, now: datetime, wanted: Sequence[str] = (), verified: Verified | None = None
) -> list[Covered]:
    """The rows of the table, or those that are wanted, with their state in a store; without one all are unknown.

    `verified` is what the last check of the ledger found.

    Raises UsageError for a requirement that there is not.
    """
    every = {each.id: each for each in requirements()}
    missing = [id_ for id_ in wanted if id_ not in every]
    if missing:
        raise UsageError(f"there is no requirement `{missing[0]}`", hint="`holdfast coverage` lists all of them")
    judge = _Judge(database, now, every, verified, named=bool(wanted))
    return [judge.row(every[id_]) for id_ in (wanted or every)]


class _Judge:
    """Judges requirements by one state of a store."""

    def __init__(
        self,
        database: Database | None,
        now: datetime,
        every: Mapping[str, Requirement],
        verified: Verified | None,
        *,
        named: bool,
    ) -> None:
        self.database, self.now, self.every, self.verified, self.named = database, now, every, verified, named
        self.done: dict[str, Covered] = {}
        self.answers: list[Answered] = list(answered(database)) if database else []
        self.accepted = accepted(database, now.date()) if database else frozenset()
        self.stated: dict[str, list[Attestation]] = {}
        for each in attestations(database) if database else ():
            self.stated.setdefault(each.requirement, []).append(each)
        self.runs = last_runs(database) if database else {}
        rules = load_shipped() if database else ()
        self.kinds = {rule.id: rule.kind for rule in rules}
        self.naming: dict[str, list[str]] = {}
        """Requirement -> every rule that names it, proved to see it or not: none of them may fail."""
        for rule in rules:
            for id_ in rule.requirements:
                self.naming.setdefault(id_, []).append(rule.id)

    def row(self, requirement: Requirement) -> Covered:
        """The state of a requirement."""
        if requirement.id not in self.done:
            self.done[requirement.id] = self._row(requirement)
        return self.done[requirement.id]

    def _row(self, requirement: Requirement) -> Covered:
        if requirement.of:
            parts = [self.row(self.every[id_]) for id_ in requirement.of]
            said = ", ".join(f"{part.requirement.id} {part.state}" for part in parts)
            return Covered(requirement, worst(part.state for part in parts), {}, f"rolls up {said}")
        if not requirement.served:
            return Covered(requirement, "unknown", {}, "nothing in this build serves it")
        if self.database is None:
            return Covered(requirement, "unknown", {}, "no run is recorded: `holdfast check --store`")
        found: dict[State, list[str]] = {}
        rest = self._machines(requirement, found)
        people = self._people(requirement, found)
        counts: dict[State, int] = {state: len(found[state]) for state in STATES if found.get(state)}
        named = {state: found[state][:NAMED] for state in counts} if self.named else {}
        because = "; ".join(text for text in (rest, people) if text)
        return Covered(requirement, worst(counts), counts, because or self._silent(requirement), named)

    def _silent(self, requirement: Requirement) -> str:
        """Why nothing at all is known."""
        if any(self.kinds.get(rule) in MADE for rule in requirement.rules):
            return "it is asked where a run looks at all of an origin: a repository from its top"
        return "no recorded run saw an asset that it is about"

    def _machines(self, requirement: Requirement, found: dict[State, list[str]]) -> str:
        """Sorts assets by what rules said of them."""
        old = micros(self.now - timedelta(days=requirement.max_age_days))
        last = 0
        for each in self.answers:
            rules = self.naming.get(requirement.id, ()) if each.kind in requirement.needs else requirement.rules
            about = [rule for rule in rules if self.kinds.get(rule) == each.kind]
            letters = [each.letters.get(rule, "-") for rule in about]  # a rule that was not asked answered nothing
            letters += ["f" for rule in self.naming.get(requirement.id, ()) if each.letters.get(rule) == "f"]
            if not letters:
                continue
            state = of_letters(letters)
            for name, seen, key in each.assets:
                own = state
                if state == "failing" and self._all_accepted(requirement, each, key):
                    own = of_letters(letters, accepted=True)
                if own in ("verified", "unknown", "accepted", "not_applicable") and seen < old:
                    own = "stale"
                found.setdefault(own, []).append(name)
                last = max(last, seen)
        lacking = [kind for kind in requirement.needs if all(each.kind != kind for each in self.answers)]
        if lacking:
            found.setdefault("unknown", []).append(ESTATE)
        if requirement.features:
            self._features(requirement, found)
            checked = f"; {self._ledger(requirement, found)}" if "ledger" in requirement.features else ""
            return f"the runs that are recorded{checked}" + (f"; last seen {day_of(last)}" if last else "")
        return "; ".join([*([f"last seen {day_of(last)}"] if last else []), *(LACKING[kind] for kind in lacking)])

    def _all_accepted(self, requirement: Requirement, each: Answered, key: int) -> bool:
        named = {*requirement.rules, *self.naming.get(requirement.id, ())}
        failing = [rule for rule in named if each.letters.get(rule) == "f"]
        return all((key, rule) in self.accepted for rule in failing)

    def _features(self, requirement: Requirement, found: dict[State, list[str]]) -> None:
        """What commands serve is verified by the runs that are recorded, origin by origin."""
        old = micros(self.now - timedelta(days=requirement.max_age_days))
        for origin, (ended, outcome) in self.runs.items():
            state: State = "stale" if ended < old else "verified" if outcome == "complete" else "unknown"
            found.setdefault(state, []).append(origin)

    def _ledger(self, requirement: Requirement, found: dict[State, list[str]]) -> str:
        """What the ledger serves is verified by the last check of all of it."""
        last = self.verified
        if last is None:
            found.setdefault("unknown", []).append(LEDGER)
            return "nobody has checked the ledger: `holdfast ledger verify`"
        old = last.at < micros(self.now - timedelta(days=requirement.max_age_days))
        found.setdefault("failing" if last.problems else "stale" if old else "verified", []).append(LEDGER)
        return f"the ledger was checked on {day_of(last.at)}: {last.problems} problems in {last.entries} entries"

    def _people(self, requirement: Requirement, found: dict[State, list[str]]) -> str:
        """Sorts by what people attested; what changed since, or is over, has to be looked at again."""
        said = self.stated.get(requirement.id, [])
        if not said:
            if requirement.attested:
                found.setdefault("unknown", []).append(ESTATE)
                return f"nobody attested it: `holdfast attest {requirement.id}`"
            return ""
        texts = []
        newest = {each.subject: each for each in said}  # who attests something again replaces what was said of it
        for each in newest.values():
            state, text = self._attested(each)
            found.setdefault(state, []).append(ESTATE if each.subject == "*" else each.subject)
            texts.append(text)
        return "; ".join(texts)

    def _attested(self, each: Attestation) -> tuple[State, str]:
        assert self.database is not None
        who = f"{each.person} on {day_of(each.made)}"
        if each.until < self.now.date():
            return "stale", f"attested by {who}, ended on {each.until}"
        if each.subject != "*" and not matches(self.database, each.subject):
            return "unknown", f"attested by {who} about {each.subject}, which is no asset"
        changed = [] if each.subject == "*" else changes_since(self.database, each.subject, each.made)
        if changed:
            return "stale", f"attested by {who}, reassessment due: {changed[0]} changed since"
        return "verified", f"attested by {who} until {each.until}"
