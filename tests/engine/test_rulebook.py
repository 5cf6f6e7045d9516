"""The rulebook: loading what ships, and which rules are asked."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from tests.engine.rules import rule

from holdfast.core.errors import HoldfastError, UsageError
from holdfast.core.rule import Rule
from holdfast.engine import rulebook
from holdfast.engine.rulebook import PROFILES, Rulebook, load_shipped, select

BOOK = [
    rule("p", id="default", profiles=("ai-default", "strict")),
    rule("p", id="strict-only", profiles=("strict",)),
    rule("p", id="unsure", profiles=("ai-default",), maturity="unverified"),
    rule("p", id="old", profiles=("ai-default",), maturity="deprecated"),
    rule("p", id="nowhere"),
]


def ids(rules: list[Rule]) -> list[str]:
    return [rule.id for rule in rules]


@pytest.mark.parametrize(
    ("profile", "asked"), [("ai-default", ["default"]), ("strict", ["default", "strict-only"]), ("cis", [])]
)
def test_a_profile_asks_its_stable_rules(profile: str, asked: list[str]) -> None:
    assert ids(select(BOOK, ids=[], profile=profile)) == asked


def test_rules_named_by_id_are_asked_whatever_they_are_and_in_that_order() -> None:
    assert ids(select(BOOK, ids=["old", "default", "nowhere"], profile="ai-default")) == ["old", "default", "nowhere"]


def test_a_users_own_rules_are_always_asked() -> None:
    own = [rule("q", id="mine", maturity="unverified")]
    assert ids(select(BOOK, ids=[], profile="cis", own=own)) == ["mine"]
    assert ids(select(BOOK, ids=["mine"], profile="cis", own=own)) == ["mine"]


def test_a_users_own_rule_replaces_the_shipped_one_of_its_name() -> None:
    mine = replace(BOOK[0], title="Mine", profiles=())
    assert [(r.id, r.title) for r in select(BOOK, ids=[], profile="ai-default", own=[mine])] == [("default", "Mine")]


@pytest.mark.parametrize(
    ("asked", "profile", "what", "hint"),
    [
        (["defualt"], "ai-default", "there is no rule `defualt`", "did you mean `default`?"),
        (["zzz"], "ai-default", "there is no rule `zzz`", "`holdfast rules list` shows all of them"),
        ([], "ai-defult", "there is no profile `ai-defult`", f"one of {', '.join(PROFILES)}"),
    ],
)
def test_what_does_not_exist_is_a_wrong_usage(asked: list[str], profile: str, what: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        select(BOOK, ids=asked, profile=profile)
    assert (caught.value.what, caught.value.hint) == (what, hint)


def test_the_shipped_rulebook_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rulebook.json"
    file.write_bytes(msgspec.json.encode(Rulebook("holdfast.rulebook/1", tuple(BOOK))))
    monkeypatch.setattr(rulebook, "SHIPPED", str(file))
    loaded = load_shipped()
    assert ids(list(loaded)) == ids(BOOK)
    assert loaded[0].trees() == BOOK[0].trees()


@pytest.mark.parametrize("data", [None, b"", b"{", b'{"schema": "x", "rules": [{"id": 7}]}'])
def test_a_damaged_installation_says_what_to_do(
    data: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rulebook.json"
    if data is not None:
        file.write_bytes(data)
    monkeypatch.setattr(rulebook, "SHIPPED", str(file))
    with pytest.raises(HoldfastError, match="missing or damaged") as caught:
        load_shipped()
    assert (caught.value.exit_code, caught.value.where) == (70, str(file))
    assert "make rulebook" in caught.value.hint
