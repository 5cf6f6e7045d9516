from __future__ import annotations

import pytest

from holdfast.core.path import Cut, Opening, Route, Step, words
from holdfast.core.relation import OPENING, RELATIONS


def test_a_rule_opens_the_way_in_and_the_way_out_of_a_container():
    assert OPENING == ("reachable_from", "runs_on")
    assert RELATIONS["reachable_from"].needs_finding("bucket")
    assert RELATIONS["runs_on"].needs_finding("workload")
    assert not RELATIONS["runs_on"].needs_finding("server")
    assert not RELATIONS["reads"].needs_finding("identity")


@pytest.mark.parametrize("name", RELATIONS)
def test_every_relation_says_what_it_means(name):
    relation = RELATIONS[name]
    assert relation.meaning
    assert relation.flow == "none" or "{to}" in relation.step


def opening(severity, confidence="high", **more):
    return Opening("f", "r", "a/a", severity, confidence, ("reachable_from",), **more)


def test_a_route_is_as_likely_as_its_weakest_step():
    steps = (
        Step("zone/internet", "reachable_from", "server/a", opened_by=(opening("critical"), opening("low"))),
        Step("server/a", "runs_on", "workload/a"),
        Step("workload/a", "runs_on", "instance/a", opened_by=(opening("medium", "low"),)),
    )
    assert Route("server/a", "instance/a", "internal", steps).strength == (2, 0)
    assert Route("server/a", "instance/a", "internal", steps[1:2]).strength == (0, 0)


def test_effort_and_words():
    assert (opening("low").effort, opening("low", repairable=True).effort) == (2, 1)
    assert words(Cut("identity/x/a", "assumes", "identity/x/b")) == "acts as identity b"
