"""A rule's repairs, checked and compiled with the rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from holdfast.core.cel.check import check, check_bool
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import Type
from holdfast.core.errors import RepairError
from holdfast.core.repair import VERBS, Repair

FACT = re.compile(r"[a-z]\w*", re.ASCII)


def compile_repairs(repairs: Iterable[Repair], scope: Mapping[str, Type], variable: str) -> tuple[Repair, ...]:
    """The repairs with their conditions compiled. Raises RepairError whose `where` is the position of a wrong one."""
    found: list[Repair] = []
    for repair in repairs:
        try:
            found.append(compile_repair(repair, scope, variable))
        except RepairError as error:
            raise RepairError(error.what, where=str(len(found)), hint=error.hint) from error
    return tuple(found)


def compile_repair(repair: Repair, scope: Mapping[str, Type], variable: str) -> Repair:
    """A repair with its condition compiled; `variable` is the name of the rule's element, if it has one.

    Raises RepairError for one that does not say one thing, or of what is not there.
    """
    verbs = [verb for verb in VERBS if getattr(repair, verb)]
    if len(verbs) != 1:
        raise RepairError("a repair has one verb", hint=f"one of {', '.join(VERBS)}")
    known = VERBS[repair.verb]
    wrong = next((source for source in repair.sources if source not in known), None)
    if wrong is not None:
        raise RepairError(f"`{repair.verb}` knows no source `{wrong}`", hint=f"one of {', '.join(known)}")
    if (repair.to is None) != (repair.verb == "remove") and repair.verb != "variable":
        what = "takes no `to`" if repair.verb == "remove" else "needs `to`, the value to write"
        raise RepairError(f"`{repair.verb}` {what}")
    if repair.verb == "variable" and repair.to is None and "dockerfile" in repair.where:
        raise RepairError("a variable is not taken out of a build file", hint="say `in: [manifest, compose]`")
    if repair.verb == "remove":
        _known(repair.remove, scope, variable)
    return replace(repair, condition=msgspec.Raw(msgspec.json.encode(_condition(repair, scope))))


def _known(fact: str, scope: Mapping[str, Type], variable: str) -> None:
    """Raises RepairError for a fact that the element does not have."""
    path = f"{variable}.{fact}" if variable else fact
    try:
        check(parse(path if FACT.fullmatch(fact) else ""), scope)
    except CelError as error:
        raise RepairError(f"there is no fact `{fact}`", hint=error.hint) from error


def _condition(repair: Repair, scope: Mapping[str, Type]) -> Any:
    if not repair.when:
        return None
    try:
        return check_bool(parse(repair.when), scope, "`when`")
    except CelError as error:
        raise RepairError(f"when: {error.what} (column {error.at + 1})", hint=error.hint) from error
