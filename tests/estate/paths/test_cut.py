from __future__ import annotations

from itertools import combinations

from hypothesis import given
from tests.estate.paths.nets import OPENINGS, ROWS, distances, opening, steps

from holdfast.core.relation import INTERNET, RELATIONS
from holdfast.estate.paths import cut as cuts
from holdfast.estate.paths.cut import cheapest
from holdfast.estate.paths.graph import Graph
from holdfast.estate.paths.openings import Openings
from holdfast.estate.paths.routes import routes


def internal(asset: str) -> str:
    return "internal"


def done(rows, found, cut):
    """What is left once a cut was made."""
    repaired = {each.finding for part in cut for each in part.findings}
    gone = {(part.source, part.relation, part.target) for part in cut if not part.findings}
    left = [row for row in rows if row[:3] not in gone]
    return left, [each for each in found if each.finding not in repaired]


@given(ROWS, OPENINGS)
def test_nothing_leads_to_a_target_once_its_cut_is_made(rows, found):
    for route in routes(rows, found, internal):
        assert route.cut
        left = routes(*done(rows, found, route.cut), internal)
        assert route.target not in {each.target for each in left}


def price(openings, rows):
    """What closing a step costs; None where it cannot be closed."""
    findings, rights = {}, 0
    for source, name, _, _ in rows:
        if RELATIONS[name].needs_finding(source.partition("/")[0]):
            findings.update((each.finding, each.effort) for each in openings.of(source, name))
        elif RELATIONS[name].effort:
            rights = max(rights, RELATIONS[name].effort)
        else:
            return None
    return sum(findings.values()) + rights


@given(ROWS, OPENINGS)
def test_no_set_of_steps_is_cheaper(rows, found):
    openings = Openings(found, rows)
    graph = Graph(rows, openings.opened)
    open_steps = steps(rows, found)
    prices = {pair: price(openings, made) for pair, made in open_steps.items()}
    dear = {pair: cost for pair, cost in prices.items() if cost is not None}
    for target in sorted(name for name in distances(open_steps) if name.startswith("bucket/")):
        pairs = {}
        for part in cheapest(graph, openings, target):
            pairs[part.source, part.target] = prices[part.source, part.target]
        told = sum(pairs.values())
        for size in range(1, 3):
            for gone in combinations(dear, size):
                if sum(dear[pair] for pair in gone) < told:
                    assert target in distances(pair for pair in open_steps if pair not in gone)


def test_what_fix_repairs_is_cheaper_than_a_right():
    rows = [
        ("server/s", "reachable_from", INTERNET, True),
        ("server/s", "assumes", "identity/i", True),
        ("identity/i", "reads", "bucket/b", True),
        ("identity/i", "writes", "bucket/b", True),
    ]
    several = [opening("server/s", "reachable_from", name=f"f{number}") for number in range(3)]
    one = [opening("server/s", "reachable_from", name="f", repairable=True)]
    (route,) = routes(rows, one, internal)
    assert [(part.findings[0].finding, part.effort) for part in route.cut] == [("f", 1)]
    (route,) = routes(rows, several, internal)
    assert [(part.relation, part.effort, part.findings) for part in route.cut] == [("assumes", 5, ())]
    (route,) = routes([*rows, ("identity/j", "assumes", "identity/i", True)], several, internal)
    assert [part.relation for part in route.cut] == ["assumes"]


def test_reading_and_writing_are_taken_away_together():
    rows = [(f"server/{name}", "reachable_from", INTERNET, True) for name in "stu"]
    rows += [(f"server/{name}", "assumes", "identity/i", True) for name in "stu"]
    rows += [("identity/i", "reads", "bucket/b", True), ("identity/i", "writes", "bucket/b", False)]
    (route,) = routes(rows, [opening(f"server/{name}", "reachable_from") for name in "stu"], internal)
    assert [(part.source, part.relation) for part in route.cut] == [("identity/i", "reads"), ("identity/i", "writes")]


def test_what_is_not_reached_or_too_large_has_none(monkeypatch):
    rows = [("bucket/b", "reachable_from", INTERNET, True), ("identity/i", "reads", "bucket/c", True)]
    openings = Openings([opening("bucket/b", "reachable_from")], rows)
    graph = Graph(rows, openings.opened)
    assert cheapest(graph, openings, "bucket/c") == ()
    assert len(cheapest(graph, openings, "bucket/b")) == 1
    monkeypatch.setattr(cuts, "MAX_STEPS", 0)
    assert cheapest(graph, openings, "bucket/b") == ()
