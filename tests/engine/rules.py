"""Rules about the kind of tests/core/things.py, compiled from conditions alone."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.core.things import SCOPE

from holdfast.core.asset import Asset
from holdfast.core.cel.check import check, check_bool
from holdfast.core.cel.parse import parse
from holdfast.core.fact import Kind
from holdfast.core.rule import Condition, Rule


def condition(fails: str, applies: str = "", each: str = "", variable: str = "x") -> Condition:
    """The compiled question."""
    scope = dict(SCOPE)
    walked = None
    if each:
        walked, type_ = check(parse(each), scope)
        assert type_.of is not None
        scope[variable] = type_.of
    guard = check_bool(parse(applies), scope, "applies_when") if applies else None
    return Condition(check_bool(parse(fails), scope, "fails_when"), guard, walked, variable if each else "")


def rule(fails: str, applies: str = "", each: str = "", **more: Any) -> Rule:
    """A rule of kind `thing`."""
    base: dict[str, Any] = {
        "id": "a-rule",
        "title": "Something is wrong",
        "kind": "thing",
        "severity": "high",
        "confidence": "medium",
        "because": "It is.",
        "fix": "Mend it.",
        "requirements": ("G16",),
        "tags": ("cwe-250",),
    }
    made = condition(fails, applies, each, more.pop("variable", "x"))
    return Rule(fails_when=fails, condition=msgspec.Raw(msgspec.json.encode(made)), **{**base, **more})


def asset(facts: Kind, name: str = "one", source: str = "file", **more: Any) -> Asset:
    """An asset that a file showed."""
    return Asset(f"thing/here/{name}", facts, source, more.pop("path", "a.yaml"), **more)
