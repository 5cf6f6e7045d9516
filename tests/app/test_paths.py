from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from tests.report.results import OPEN_DOOR, finding

from holdfast.app import paths as module
from holdfast.app.paths import edges_of, openings, paths, rights, unseen
from holdfast.core.asset import Asset, Edge
from holdfast.core.finding import Suppression
from holdfast.core.path import Unseen
from holdfast.core.rule import UNSEEN, Rule
from holdfast.estate.paths.classes import STORES
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.instance import Instance

RULE = replace(OPEN_DOOR, opens=("reachable_from",), severity="high")
FOUND = finding(RULE, asset="bucket/a")
PUBLIC = Asset("bucket/a", Bucket(provider="aws", public_read=True, tags={"sensitivity": "pii"}), "terraform")
CLOSED = Asset("bucket/a", Bucket(provider="aws", public_read=False), "terraform")


def test_a_finding_opens_what_its_rule_says():
    (opening,) = openings([replace(FOUND, repairable=True)], [RULE])
    assert (opening.finding, opening.asset, opening.relations) == (FOUND.fingerprint, "bucket/a", ("reachable_from",))
    assert opening.repairable


def test_what_is_suppressed_milder_or_of_another_rule_opens_nothing():
    accepted = replace(FOUND, suppressed=Suppression("known", "comment"))
    milder = replace(FOUND, severity="medium")
    unknown = replace(FOUND, status="unknown")
    assert openings([accepted, milder, unknown], [RULE]) == []
    assert openings([FOUND], [OPEN_DOOR]) == []
    assert len(openings([replace(FOUND, severity="critical")], [RULE])) == 1


def test_labels_say_the_class_unless_somebody_knows_better():
    (route,) = paths([PUBLIC], [], [FOUND], [RULE])
    assert (route.target, route.data_class) == ("bucket/a", "restricted")
    (route,) = paths([PUBLIC], [], [FOUND], [RULE], lambda asset: "internal")
    assert route.data_class == "internal"
    assert paths([PUBLIC], [], [FOUND], [RULE], lambda asset: "public") == []


def test_nothing_is_looked_for_without_an_entry_or_a_store():
    escape = replace(RULE, opens=("runs_on",))
    assert paths([PUBLIC], [], [FOUND], [escape]) == []
    assert paths([PUBLIC], [], [], [RULE]) == []
    assert paths([Asset("instance/a", Instance(), "terraform")], [], [FOUND], [RULE]) == []
    assert paths([CLOSED], [], [FOUND], [RULE]) == []
    assert paths([PUBLIC], [], [replace(FOUND, asset="bucket/z")], [RULE]) == []


def test_records_that_are_not_kept_are_told_at_their_step():
    (route,) = paths([PUBLIC], [], [FOUND], [RULE])
    blind = replace(OPEN_DOOR, id="no-logs", tags=(UNSEEN,))
    asked: list[tuple[list[str], list[str]]] = []

    def judge(rules: Sequence[Rule], assets: Sequence[Asset]):
        asked.append(([rule.id for rule in rules], [asset.id for asset in assets]))
        return [finding(blind, asset="bucket/a", message="nobody looks")]

    told = unseen(route, {"bucket/a": PUBLIC}, [OPEN_DOOR, blind], judge)
    assert asked == [(["no-logs"], ["bucket/a"])]
    assert told.steps[0].unseen == (Unseen("no-logs", "bucket/a", "nobody looks"),)


def test_rights_are_a_query_over_the_edges():
    edges = edges_of([PUBLIC], [Edge("server/s", "runs_on", "workload/w"), Edge("workload/w", "mounts", "bucket/a")])
    assert [edge.relation for edge in edges] == ["runs_on", "mounts", "reachable_from"]
    assert [access.holder for access in rights(edges).readers("bucket/a")] == ["server/s", "workload/w"]
    assert [access.target for access in rights(edges).reach("server/s")] == ["bucket/a"]


def test_the_kinds_that_hold_data_are_those_of_the_graph():
    assert module.DATA <= STORES
