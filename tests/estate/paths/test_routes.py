from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.estate.paths.nets import OPENINGS, ROWS, distances, opening, steps

from holdfast.core.relation import INTERNET
from holdfast.estate.paths.classes import declared_class, known_class
from holdfast.estate.paths.routes import ranked, routes

CHAIN = [
    ("server/s", "reachable_from", INTERNET, True),
    ("server/s", "runs_on", "instance/m", True),
    ("instance/m", "assumes", "identity/i", True),
    ("identity/i", "reads", "bucket/b", True),
    ("identity/i", "writes", "bucket/b", True),
]
ENTRY = opening("server/s", "reachable_from")


def internal(asset: str) -> str:
    return "internal"


@given(ROWS, OPENINGS)
def test_each_target_has_the_shortest_route_that_a_plain_search_finds(rows, found):
    open_steps = steps(rows, found)
    certain = distances(pair for pair, made in open_steps.items() if any(row[3] for row in made))
    possible = distances(open_steps)
    told = routes(rows, found, internal)
    best: dict[str, list] = {}
    for route in told:
        best.setdefault(route.target, []).append(route)
    assert set(best) == {name for name in possible if name.startswith("bucket/")}
    for target, several in best.items():
        assert min(len(route.steps) for route in several) == certain.get(target, possible[target])
        assert {route.certain for route in several} == {target in certain}


@given(ROWS, OPENINGS)
def test_every_step_of_a_route_is_open_and_leads_on(rows, found):
    open_steps = steps(rows, found)
    for route in routes(rows, found, internal):
        at = INTERNET
        for step in route.steps:
            assert step.source == at
            assert step.relation in {row[1] for row in open_steps[step.source, step.target]}
            assert not route.certain or step.certain
            at = step.target
        assert at == route.target
        assert route.entry == route.steps[0].target


@given(ROWS, OPENINGS)
def test_each_entry_that_leads_to_a_target_is_told_once(rows, found):
    open_steps = steps(rows, found)
    told = routes(rows, found, internal)
    named = [(entry, route.target) for route in told for entry in (route.entry, *route.also)]
    assert len(named) == len(set(named))
    for entry, target in named:
        assert (INTERNET, entry) in open_steps
        assert entry == target or target in distances([(INTERNET, entry), *(p for p in open_steps if p[0] != INTERNET)])


@given(ROWS, OPENINGS, st.randoms(use_true_random=False))
def test_the_order_of_edges_and_findings_changes_nothing(rows, found, rng: random.Random):
    told = routes(rows, found, internal)
    rng.shuffle(rows)
    rng.shuffle(found)
    assert routes(rows, found, internal) == told


@given(ROWS, OPENINGS)
def test_an_unrelated_asset_changes_nothing(rows, found):
    other = [("identity/z", "reads", "bucket/z", True), ("endpoint/z", "reachable_from", INTERNET, True)]
    more = [opening("bucket/y", "reachable_from")]
    assert routes([*rows, *other], [*found, *more], internal) == routes(rows, found, internal)


def test_the_chain_is_one_route():
    (route,) = routes(iter(CHAIN), [ENTRY], internal)
    assert [step.relation for step in route.steps] == ["reachable_from", "runs_on", "assumes", "reads"]
    assert (route.entry, route.target, route.certain, route.also) == ("server/s", "bucket/b", True, ())
    assert route.steps[0].opened_by == (ENTRY,)
    assert [cut.findings for cut in route.cut] == [(ENTRY,)]


def test_without_a_finding_nobody_gets_in():
    assert routes(CHAIN, [], internal) == []
    assert routes(CHAIN, [opening("server/s", "runs_on")], internal) == []


@pytest.mark.parametrize("asset", ["workload/w", "route/r"])
def test_a_finding_about_what_holds_a_server_or_stands_before_it_lets_in(asset):
    rows = [*CHAIN, ("server/s", "behind", "route/r", True), ("server/s", "runs_on", "workload/w", True)]
    (route,) = routes(rows, [opening(asset, "reachable_from")], internal)
    assert (route.entry, route.steps[0].opened_by[0].asset) == ("server/s", asset)


def test_leaving_a_container_takes_a_finding():
    rows = [*CHAIN[2:], ("workload/w", "reachable_from", INTERNET, True), ("workload/w", "runs_on", "instance/m", True)]
    entry = opening("workload/w", "reachable_from")
    assert routes(rows, [entry], internal) == []
    (route,) = routes(rows, [entry, opening("workload/w", "runs_on")], internal)
    assert [bool(step.opened_by) for step in route.steps] == [True, True, False, False]


def test_an_entry_that_joins_a_route_is_named_beside_it():
    rows = [*CHAIN, ("server/t", "reachable_from", INTERNET, True), ("server/t", "runs_on", "instance/m", True)]
    (route,) = routes(rows, [ENTRY, opening("server/t", "reachable_from")], internal)
    assert (route.entry, route.also) == ("server/s", ("server/t",))


def test_an_entry_with_a_way_of_its_own_has_a_route():
    rows = [*CHAIN, ("server/t", "reachable_from", INTERNET, True), ("server/t", "holds_credential", "bucket/b", True)]
    told = routes(rows, [ENTRY, opening("server/t", "reachable_from")], internal)
    assert [route.entry for route in told] == ["server/t", "server/s"]
    assert len(told[0].cut) == 2


def test_routes_come_in_the_order_of_what_matters():
    rows = [(f"bucket/{name}", "reachable_from", INTERNET, True) for name in "abcdefg"]
    rows.append(("bucket/h", "reachable_from", INTERNET, False))
    classes = {"a": "internal", "b": "restricted", "c": "public", "e": "confidential", "f": "PII", "h": "restricted"}
    severities = {"d": "low", "g": "critical"}
    found = [opening(f"bucket/{name}", "reachable_from", severity=severities.get(name, "high")) for name in "abcdefgh"]
    told = routes(rows, found, lambda asset: classes.get(asset[-1]))
    assert [route.target[-1] for route in told] == ["b", "f", "h", "e", "a", "g", "d"]
    assert [route.data_class for route in told[-2:]] == ["unknown", "unknown"]
    assert told[2].certain is False
    assert ranked(list(reversed(told))) == told


def test_only_so_many_stores_have_a_cut_and_all_are_told():
    rows = [(f"bucket/{number}", "reachable_from", INTERNET, True) for number in range(5)]
    found = [opening(f"bucket/{number}", "reachable_from") for number in range(5)]
    told = routes(rows, found, internal, limit=2)
    assert [(route.target, bool(route.cut)) for route in told] == [
        (f"bucket/{number}", number < 2) for number in range(5)
    ]
    assert [route.target for route in routes(rows, found, internal, 2, lambda route: route.target[-1] > "2")] == [
        "bucket/3",
        "bucket/4",
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (None, "unknown"),
        ("", "unknown"),
        ("gold", "unknown"),
        ("Public", "public"),
        ("not public", "unknown"),
        ("non-public", "confidential"),
        ("internal", "internal"),
        ("Internal Use Only", "internal"),
        ("internal/pii", "restricted"),
        ("Highly Confidential", "restricted"),
        ("health", "restricted"),
    ],
)
def test_words_for_classes(written, meant):
    assert known_class(written) == meant


def test_labels_declare_a_class():
    from holdfast.core.asset import Asset
    from holdfast.kinds.bucket import Bucket
    from holdfast.kinds.instance import Instance
    from holdfast.kinds.queue import Queue

    def of(facts):
        return declared_class(Asset("bucket/a", facts, "terraform"))

    assert of(Bucket(tags={"data-classification": "internal"})) == "internal"
    assert of(Bucket(tags={"team": "internal", "Sensitivity": ""})) is None
    assert of(Bucket()) is None
    assert of(Instance(data_class="pii")) == "pii"
    assert of(Queue()) is None
