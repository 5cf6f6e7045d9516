"""Rules asked of assets: findings with their place, name, facts and fingerprint; unknowns with their reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.core.things import Inner, Piece, Thing
from tests.engine.rules import asset, condition, rule

from holdfast.core.asset import Spot
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import UNSET, Secret, shown
from holdfast.core.finding import Finding, Location, NotAsked
from holdfast.core.rule import Rule
from holdfast.engine.evaluate import Answers, Question, evaluate


class Floor:
    """Stands in for `below_floor`, with evidence that rates the finding."""

    def __call__(self, *arguments: Any) -> Any:
        return {"old": True, "new": False}.get(arguments[1], UNKNOWN)

    def evidence(self, *arguments: Any) -> dict[str, object]:
        if arguments[1] == "odd":
            return {"version_floor": "odd is no version"}
        return {"advisories": ["CVE-1"], "fixed_version": "2", "severity": "critical"}


def answers(asked: Rule | list[Rule], *facts: Thing, **more: Any) -> Answers:
    rules = asked if isinstance(asked, list) else [asked]
    assets = [asset(fact, f"n{number}", **more) for number, fact in enumerate(facts)]
    return evaluate(rules, assets, {"below_floor": Floor()})


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1
    return found[0]


# --- the four answers ----------------------------------------------------------------------------

T, F, U = True, False, UNSET


@pytest.mark.parametrize(
    ("applies", "fails", "answer"),
    [
        (T, T, "fail"),
        (T, F, "pass"),
        (T, U, "unknown"),
        (F, T, "not applicable"),
        (F, F, "not applicable"),
        (F, U, "not applicable"),
        (U, T, "unknown"),
        (U, F, "not applicable"),
        (U, U, "unknown"),
    ],
)
def test_a_question_has_one_of_four_answers(applies: Any, fails: Any, answer: str) -> None:
    found = answers(rule("q", "p"), Thing(p=applies, q=fails))
    counts = {
        "fail": len(found.findings),
        "unknown": len(found.unknown),
        "pass": found.passes,
        "not applicable": found.not_applicable,
    }
    assert counts == {**dict.fromkeys(counts, 0), answer: 1}


def test_each_element_has_an_answer_of_its_own() -> None:
    parts = [
        Piece(n=1, ok=True),
        Piece(n=1, ok=False),
        Piece(n=1),
        Piece(n=0, ok=True),
        Piece(ok=True),
        Piece(ok=False),
    ]
    found = answers(rule("x.ok", "x.n > 0", "parts"), Thing(parts=parts))
    assert (len(found.findings), found.passes, len(found.unknown), found.not_applicable) == (1, 1, 2, 2)


def test_findings_come_in_the_order_of_assets_then_rules_then_elements() -> None:
    rules = [rule("x.ok", each="parts", id="r1"), rule("p", id="r2"), rule("true", id="r3", kind="other")]
    one = Thing(p=True, parts=[Piece(name="a", ok=True), Piece(name="b", ok=True)])
    found = answers(rules, one, Thing(p=True, parts=[]))
    assert [(f.asset, f.rule, f.message) for f in found.findings] == [
        ("thing/here/n0", "r1", "a: Something is wrong"),
        ("thing/here/n0", "r1", "b: Something is wrong"),
        ("thing/here/n0", "r2", "thing/here/n0: Something is wrong"),
        ("thing/here/n1", "r2", "thing/here/n1: Something is wrong"),
    ]


def test_an_environment_is_kept_for_what_is_explained_later() -> None:
    question = Question(rule("x.ok", each="parts"), {})
    asked = question.ask(asset(Thing(parts=[Piece(ok=True, n=1), Piece(ok=False), Piece(ok=True, n=3), Piece(n=4)])))
    assert [answer for answer, _, _ in asked] == [True, False, True, UNKNOWN]
    assert [env[1].n for answer, _, env in asked if answer is not False] == [1, 3, 4]


def test_a_condition_can_be_asked_in_place_of_the_rules_own() -> None:
    question = Question(rule("p"), {}, condition("!p"))
    assert question.ask(asset(Thing(p=True)))[0][0] is False


# --- lists that cannot be seen -------------------------------------------------------------------


@pytest.mark.parametrize("parts", [None, UNSET])
def test_a_list_that_is_not_there_is_one_unknown(parts: Any) -> None:
    found = only(answers(rule("x.ok", each="parts"), Thing(parts=parts)).unknown)
    assert found.facts == {"parts": None}
    assert found.reason == ("could not be seen: parts" if parts is UNSET else "not there: parts")


def test_a_list_that_cannot_be_seen_is_not_applicable_where_the_asset_alone_says_so() -> None:
    assert answers(rule("x.ok", "p", "parts"), Thing(p=False)).not_applicable == 1
    assert len(answers(rule("x.ok", "p && x.n > 0", "parts"), Thing(p=True)).unknown) == 1
    assert len(answers(rule("x.ok", "x.n > 0", "parts"), Thing()).unknown) == 1


# --- unknown with reasons, and not asked ---------------------------------------------------------


@pytest.mark.parametrize(
    ("fails", "facts", "reason", "shown_facts"),
    [
        ("p", {}, "could not be seen: p", {"p": None}),
        ("p && q", {"p": True}, "could not be seen: q", {"q": None}),
        ("a > 1", {"a": None}, "not there: a", {"a": None}),
        ("a > 1 || q", {"a": None}, "could not be seen: q; not there: a", {"a": None, "q": None}),
        ("int(s) > 1", {"s": "x"}, "the condition has no answer for s", {"s": "x"}),
        ("1 / 0 > 1", {}, "the condition has no answer for these values", {}),
        (
            'below_floor("x", s)',
            {"s": "odd"},
            "version_floor: odd is no version",
            {"s": "odd", "version_floor": "odd is no version"},
        ),
        ('below_floor("x", s)', {}, "could not be seen: s", {"s": None}),
        ("has(s) ? q : p", {"s": None, "q": True}, "could not be seen: p", {"p": None}),
    ],
)
def test_an_unknown_says_why(fails: str, facts: dict[str, Any], reason: str, shown_facts: dict[str, Any]) -> None:
    found = only(answers(rule(fails), Thing(**facts)).unknown)
    assert (found.status, found.severity, found.reason) == ("unknown", "high", reason)
    assert found.facts == shown_facts


def test_an_unknown_guard_is_a_reason_too() -> None:
    found = only(answers(rule("q", "p"), Thing(q=True)).unknown)
    assert found.reason == "could not be seen: p"


def test_what_a_source_can_never_show_is_not_asked() -> None:
    found = answers([rule("hidden", id="b"), rule("hidden && p", id="a")], Thing(p=True), Thing(p=True))
    assert found.not_asked == [NotAsked("a", "file", ("hidden",)), NotAsked("b", "file", ("hidden",))]
    assert found.unknown == []


def test_the_same_fact_is_unknown_from_a_source_that_could_have_shown_it() -> None:
    found = answers(rule("hidden"), Thing(), source="cluster")
    assert found.not_asked == []
    assert only(found.unknown).reason == "could not be seen: hidden"


def test_a_second_fact_that_could_have_been_seen_makes_it_unknown() -> None:
    found = answers(rule("hidden && p"), Thing())
    assert found.not_asked == []
    assert only(found.unknown).reason == "could not be seen: hidden, p"


def test_an_absent_fact_beside_it_makes_it_unknown() -> None:
    found = answers(rule("hidden && a > 1"), Thing(a=None))
    assert found.not_asked == []
    assert only(found.unknown).reason == "could not be seen: hidden; not there: a"


def test_what_another_object_decides_is_not_asked() -> None:
    found = answers(rule("p"), Thing(), partial=True)
    assert (found.unknown, found.not_asked) == ([], [NotAsked("a-rule", "file", ("p",))])
    stated = answers(rule("p"), Thing(), partial=True, spots={"p": Spot(1, 1)})
    assert only(stated.unknown).reason == "could not be seen: p"


def test_a_list_or_an_element_that_a_source_can_never_show_is_not_asked() -> None:
    assert answers(rule("x.ok", each="hidden_parts"), Thing()).not_asked == [
        NotAsked("a-rule", "file", ("hidden_parts",))
    ]
    dark = answers(rule("hidden_parts[0].ok"), Thing(hidden_parts=[Piece()]))
    assert dark.not_asked == [NotAsked("a-rule", "file", ("hidden_parts[0].ok",))]


# --- findings ------------------------------------------------------------------------------------


def test_a_finding_carries_the_rule_the_place_and_the_facts() -> None:
    spots = {"": Spot(1, 1), "parts[1]": Spot(7, 3, "/parts/1"), "parts[1].ok": Spot(9, 5, "/parts/1/ok")}
    parts = [Piece(name="a", ok=False), Piece(name="b", ok=True, n=2)]
    asked = rule("x.ok", "x.n > 1", "parts")
    found = only(answers(asked, Thing(parts=[replace(parts[0], n=2), parts[1]]), spots=spots).findings)
    assert found.location == Location("a.yaml", 9, 5, "/parts/1/ok")
    assert found.facts == {"parts[1].n": 2, "parts[1].ok": True}
    assert (found.rule, found.title, found.because, found.fix) == ("a-rule", "Something is wrong", "It is.", "Mend it.")
    assert (found.severity, found.confidence, found.status, found.reason) == ("high", "medium", "fail", "")
    assert (found.requirements, found.tags, found.suppressed, found.baseline_state) == (
        ("G16",),
        ("cwe-250",),
        None,
        "",
    )


@pytest.mark.parametrize(
    ("fails", "each", "spots", "line"),
    [
        ("x.ok", "parts", {"": 1, "parts": 2}, 2),
        ("x.ok", "parts", {"": 1, "parts": 2, "parts[0]": 3}, 3),
        ("x.ok && p", "parts", {"": 1, "parts[0]": 3, "parts[0].ok": 4}, 4),
        ("x.ok && p", "parts", {"": 1, "parts[0]": 3, "p": 5}, 3),
        ("x.inner.n == 7", "parts", {"": 1, "parts[0]": 3, "parts[0].inner": 4}, 4),
        ("p && parts[0].ok", "", {"": 1, "p": 2}, 2),
        ("p", "", {"": 6}, 6),
    ],
)
def test_a_finding_lies_at_the_last_deciding_fact_with_a_place_else_at_its_element(
    fails: str, each: str, spots: dict[str, int], line: int
) -> None:
    facts = Thing(p=True, parts=[Piece(ok=True, inner=Inner(n=7))])
    placed = {path: Spot(number, 1) for path, number in spots.items()}
    assert only(answers(rule(fails, each=each), facts, spots=placed).findings).location.line == line


@pytest.mark.parametrize("applies", ['x.matches("^a")', 'x in ["a"]', 'x != "a"', 'x.startsWith("a")'])
def test_a_list_of_texts_that_was_not_seen_is_unknown(applies: str) -> None:
    assert len(answers(rule("p", applies, each="names"), Thing(p=True, names=UNSET)).unknown) == 1
    assert len(answers(rule(applies, each="names"), Thing(names=UNSET)).unknown) == 1


@pytest.mark.parametrize(
    ("facts", "each", "message"),
    [
        (Thing(parts=[Piece(name="train")]), "parts", "train: Something is wrong"),
        (Thing(parts=[Piece(name="")]), "parts", "thing/here/n0: Something is wrong"),
        (Thing(parts=[Piece(name=None)]), "parts", "thing/here/n0: Something is wrong"),
        (Thing(names=["SYS_ADMIN"]), "names", "SYS_ADMIN: Something is wrong"),
        (Thing(names=[""]), "names", "thing/here/n0: Something is wrong"),
        (Thing(nums=[7]), "nums", "thing/here/n0: Something is wrong"),
        (Thing(tags={"k": "v"}), "tags.map(k, k)", "k: Something is wrong"),
        (Thing(), "", "thing/here/n0: Something is wrong"),
    ],
)
def test_a_message_is_the_name_and_the_title(facts: Thing, each: str, message: str) -> None:
    assert only(answers(rule("true", each=each), facts).findings).message == message


def test_a_list_inside_a_struct_and_a_computed_list_have_paths_too() -> None:
    inner = only(answers(rule('x == "b"', each="inner.names"), Thing(inner=Inner(names=["b"]))).findings)
    assert inner.facts == {"inner.names[0]": "b"}
    computed = only(
        answers(
            rule("x.n == 2", each="parts.filter(y, y.ok)"), Thing(parts=[Piece(ok=False), Piece(ok=True, n=2)])
        ).findings
    )
    assert computed.facts == {"x[0].n": 2}


def test_evidence_rates_the_finding_and_is_shown() -> None:
    found = only(answers(rule('below_floor("x", s)', "has(s)"), Thing(s="old")).findings)
    assert found.severity == "critical"
    assert found.facts == {"s": "old", "advisories": ["CVE-1"], "fixed_version": "2"}


def test_a_fact_called_severity_does_not_rate_the_finding() -> None:
    found = only(answers(rule('severity == "odd"'), Thing(severity="odd")).findings)
    assert (found.severity, found.facts) == ("high", {"severity": "odd"})


def test_every_sort_of_fact_is_plain_json() -> None:
    when = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    fails = "d > 1.0 && at == at && span == span && size(names) == 30 && size(tags) == 30 && has(parts[0]) && has(inner) && p"
    facts = Thing(
        d=1.5,
        at=when,
        span=dt.timedelta(hours=1),
        names=[str(n) for n in range(30)],
        tags={str(n): "v" for n in range(30)},
        parts=[Piece(name="a"), Piece()],
        inner=Inner(n=1),
        p=True,
    )
    found = only(answers(rule(fails), facts).findings)
    assert found.facts["d"] == 1.5
    assert (found.facts["at"], found.facts["span"]) == ("2026-11-21 00:00:00+00:00", "1:00:00")
    assert found.facts["names"] == [str(n) for n in range(20)]
    assert found.facts["tags"] == {str(n): "v" for n in range(20)}
    assert (found.facts["parts[0]"], found.facts["inner"]) == ("a", "inner")
    assert msgspec.json.decode(msgspec.json.encode(found), type=Finding) == found
    nothing = only(answers(rule("size(parts) == 2"), Thing(parts=[Piece(name="a"), Piece(n=None)])).findings)
    assert nothing.facts == {"parts": ["a", "piece"]}


# --- fingerprints --------------------------------------------------------------------------------


def print_of(facts: Thing, asked: Rule, **more: Any) -> str:
    found = answers(asked, facts, **more)
    return only([*found.findings, *found.unknown]).fingerprint


def test_a_fingerprint_does_not_move_with_lines_files_titles_or_the_order_of_elements() -> None:
    asked = rule("x.ok", each="parts")
    first = print_of(Thing(parts=[Piece(name="a", ok=True), Piece(name="b", ok=False)]), asked, spots={"": Spot(1, 1)})
    moved = print_of(
        Thing(parts=[Piece(name="b", ok=False), Piece(name="a", ok=True)]),
        replace(asked, title="Another title", severity="low"),
        spots={"": Spot(90, 7)},
        path="b.yaml",
    )
    assert first == moved


@pytest.mark.parametrize(
    "other",
    [
        (Thing(parts=[Piece(name="b", ok=True, n=1)]), {}),
        (Thing(parts=[Piece(name="a", ok=True, n=2)]), {}),
        (Thing(parts=[Piece(name="a", ok=True, n=1)]), {"id": "other-rule"}),
    ],
)
def test_a_fingerprint_changes_with_the_element_the_evidence_and_the_rule(other: tuple[Thing, dict[str, str]]) -> None:
    asked = rule("x.ok && x.n > 0", each="parts")
    first = print_of(Thing(parts=[Piece(name="a", ok=True, n=1)]), asked)
    assert first != print_of(other[0], replace(asked, **other[1]))


def test_a_rated_finding_keeps_its_rating_in_the_fingerprint_only() -> None:
    assert print_of(Thing(s="old"), rule('below_floor("x", s)')) != print_of(Thing(s="old"), rule('s == "old"'))


# --- secrets -------------------------------------------------------------------------------------

CANARY = "sk-live-4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    ("fails", "each"),
    [
        ("secret.startsWith(s)", ""),
        ("x.secret.startsWith(s)", "parts"),
        ("x.startsWith(s)", "secrets"),
        ("secrets.exists(y, y.startsWith(s))", ""),
        ("secrets == secrets", ""),
        ("tags[secret] == s", ""),
        ("tags[string(secret)] == s", ""),
        ("tags[secret + t] == s", ""),
        ('secret.split("-").exists(y, y == "live")', ""),
        ('x == "live"', 'secret.split("-")'),
        ("parts.exists(y, y.secret == secret)", ""),
        ("int(secret) > 1", ""),
        ("below_floor(t, secret)", ""),
        ('secret.matches("^sk-")', ""),
    ],
)
def test_a_secret_never_leaves_a_finding(fails: str, each: str) -> None:
    secret = Secret(CANARY)
    facts = Thing(
        s="sk-",
        t="",
        secret=secret,
        secrets=[secret],
        parts=[Piece(secret=secret)],
        tags={secret: "sk-"},
    )
    found = answers(rule(fails, each=each), facts)
    made = [*found.findings, *found.unknown]
    assert made
    for one in made:
        text = msgspec.json.encode(one).decode() + repr(one) + str(one.facts)
        assert CANARY not in text
        assert "4eC39HqLyjWDarjtT1zdp7dc" not in text


def test_a_secret_that_changes_changes_the_fingerprint() -> None:
    asked = rule("secret.startsWith(s)")
    first = print_of(Thing(s="sk-", secret=Secret(CANARY)), asked)
    assert first == print_of(Thing(s="sk-", secret=Secret(CANARY)), asked)
    assert first != print_of(Thing(s="sk-", secret=Secret("sk-other")), asked)
    assert only(answers(asked, Thing(s="sk-", secret=Secret(CANARY))).findings).facts["secret"] == shown(Secret(CANARY))


# --- laws ----------------------------------------------------------------------------------------


def test_asking_twice_and_asking_of_more_assets_changes_nothing() -> None:
    rules = [rule("x.ok", each="parts", id="r1"), rule("p", id="r2"), rule("hidden", id="r3")]
    one, two = Thing(p=True, parts=[Piece(ok=True)]), Thing(p=False, parts=[Piece()])
    alone, both = answers(rules, one), answers(rules, one, two)
    assert both.findings[: len(alone.findings)] == alone.findings
    assert answers(rules, one, two) == both


def test_no_rule_about_a_kind_means_no_answer() -> None:
    assert answers([], Thing()) == Answers([], [], [], 0, 0)


def test_a_fact_may_stand_in_a_file_that_the_asset_includes():
    found = only(answers(rule("a > 1"), Thing(a=2), spots={"": Spot(1, 1), "a": Spot(3, 2, "", "included")}).findings)
    assert found.location == Location("included", 3, 2, "")
