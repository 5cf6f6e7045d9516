"""The predicates `has_floor` and `below_floor`, over the compiled version-floor tables.

Both take a component's name or an image's repository, so that one rule can ask about every product.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from holdfast.core.cel.values import UNKNOWN
from holdfast.core.errors import HoldfastError
from holdfast.core.image import split_image
from holdfast.core.rule import rank

if TYPE_CHECKING:
    from holdfast.core.floors import FloorTable, Verdict

PACKAGE = os.path.dirname(os.path.dirname(__file__))
SHIPPED = os.path.join(PACKAGE, "floors.json")
AUTHORED = os.path.join(PACKAGE, "frameworks", "floors")


class FloorBook(Struct, frozen=True):
    """The compiled tables; each is decoded when it is first asked for."""

    names: Mapping[str, tuple[str, ...]]
    """Component or image repository -> components."""
    tables: Mapping[str, msgspec.Raw]


def key(name: str) -> str:
    """How a component or repository is looked up: small, without registry, tag and Docker's `library/`."""
    reference = split_image(name) if "/" in name or ":" in name else None
    text = reference.repository if reference else name
    return text.lower().removeprefix("library/").replace(".", "-")


class Floors:
    """The tables, loaded when a rule first asks."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._book: FloorBook | None = None
        self._components: dict[str, tuple[str, ...]] = {}
        self._decoded: dict[str, FloorTable] = {}
        self._verdicts: dict[tuple[str, str], list[tuple[str, Verdict]]] = {}

    @property
    def book(self) -> FloorBook:
        """The shipped tables. Raises HoldfastError where the installation is damaged."""
        if self._book is None:
            try:
                with open(SHIPPED, "rb") as file:
                    self._book = msgspec.json.decode(file.read(), type=FloorBook)
            except (OSError, msgspec.MsgspecError) as error:
                raise HoldfastError(
                    "the version floors of this installation are missing or damaged",
                    where=SHIPPED,
                    hint="install holdfast again; in a checkout, run `make rulebook`",
                ) from error
        return self._book

    def components(self, name: str) -> tuple[str, ...]:
        """The components that a name stands for; an image may carry several."""
        found = self._components.get(name)
        if found is None:
            found = self._components[name] = self.book.names.get(key(name), ())
        return found

    def verdicts(self, name: str, version: str) -> list[tuple[str, Verdict]]:
        """What each component's table says about a version."""
        asked = (name, version)
        if asked not in self._verdicts:
            from holdfast.core.floors import FloorTable, below  # 10 ms that most runs need not spend

            found = []
            for component in self.components(name):
                if component not in self._decoded:
                    self._decoded[component] = msgspec.json.decode(self.book.tables[component], type=FloorTable)
                found.append((component, below(self._decoded[component], version, self.today)))
            self._verdicts[asked] = found
        return self._verdicts[asked]


EVIDENCE = frozenset(("advisories", "fixed_version", "severity", "version_floor"))
"""The names under which `below_floor` says what it knows; their texts are the tables' own."""


class HasFloor:
    """`has_floor(name)`: whether a table knows the component or image."""

    def __init__(self, floors: Floors) -> None:
        self.floors = floors

    def __call__(self, *arguments: Any) -> Any:
        """True or False."""
        return bool(self.floors.components(arguments[0]))

    def evidence(self, *arguments: Any) -> Mapping[str, object]:
        """Nothing beyond the facts themselves."""
        del arguments
        return {}


class BelowFloor:
    """`below_floor(name, version)`: whether an advisory applies; unknown for what no table can compare."""

    def __init__(self, floors: Floors) -> None:
        self.floors = floors

    def __call__(self, *arguments: Any) -> Any:
        """True, False or UNKNOWN."""
        verdicts = [verdict for _, verdict in self.floors.verdicts(*arguments)]
        if any(verdict.state == "below" for verdict in verdicts):
            return True
        return False if verdicts and all(verdict.state == "fixed" for verdict in verdicts) else UNKNOWN

    def evidence(self, *arguments: Any) -> Mapping[str, object]:
        """The advisories, the first version without them, and the worst severity; or why it is unknown."""
        verdicts = self.floors.verdicts(*arguments)
        worst = [(component, verdict) for component, verdict in verdicts if verdict.state == "below"]
        if not worst:
            return {"version_floor": _reasons(verdicts)}
        advisories = sorted(
            (advisory for _, verdict in worst for advisory in verdict.advisories),
            key=lambda advisory: -rank(advisory.severity),
        )
        evidence: dict[str, object] = {
            "advisories": [f"{advisory.id} ({advisory.severity}): {advisory.title}" for advisory in advisories],
            "fixed_version": ", ".join(verdict.fixed_version or "none known" for _, verdict in worst),
        }
        if advisories:
            evidence["severity"] = advisories[0].severity
        if any(verdict.reason for _, verdict in worst):  # the end of a branch's life
            evidence["version_floor"] = _reasons(worst)
        return evidence


def _reasons(verdicts: list[tuple[str, Verdict]]) -> str:
    return "; ".join(f"{component}: {verdict.reason or verdict.state}" for component, verdict in verdicts)
