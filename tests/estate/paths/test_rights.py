from __future__ import annotations

from hypothesis import given
from tests.estate.paths.nets import BUCKETS, ROWS

from holdfast.core.relation import RELATIONS
from holdfast.estate.paths.rights import Rights

ROWS_OF_A_TEAM = [
    ("instance/m", "assumes", "identity/role", True),
    ("server/s", "runs_on", "instance/m", True),
    ("workload/w", "runs_on", "instance/m", True),
    ("identity/role", "reads", "bucket/models", True),
    ("identity/writer", "writes", "bucket/models", True),
    ("identity/maybe", "reads", "bucket/models", False),
    ("served_model/a", "derived_from", "bucket/models", True),
    ("bucket/models", "derived_from", "served_model/a", True),
    ("service_account/sa", "reads", "secrets/kubernetes/ai", True),
    ("secrets/kubernetes/ai", "reads", "stored_secret/hf", True),
]


def test_who_may_read_a_model_by_right():
    found = Rights(ROWS_OF_A_TEAM).readers("served_model/a")
    assert [(each.holder, each.certain, [step.relation for step in each.steps]) for each in found] == [
        ("identity/maybe", False, ["reads"]),
        ("identity/role", True, ["reads"]),
        ("instance/m", True, ["assumes", "reads"]),
        ("server/s", True, ["runs_on", "assumes", "reads"]),
    ]
    assert {each.target for each in found} == {"bucket/models"}


def test_who_may_change_it():
    found = Rights(ROWS_OF_A_TEAM).readers("bucket/models", writers=True)
    assert [(each.holder, each.writes) for each in found] == [("identity/writer", True)]


def test_a_reader_of_every_secret_reads_each():
    (found,) = Rights(ROWS_OF_A_TEAM).readers("stored_secret/hf")
    assert (found.holder, len(found.steps)) == ("service_account/sa", 2)


def test_which_stores_somebody_reaches():
    rights = Rights([*ROWS_OF_A_TEAM, ("identity/role", "writes", "bucket/models", True)])
    found = rights.reach("server/s")
    assert [(each.target, each.writes, len(each.steps)) for each in found] == [
        ("bucket/models", False, 3),
        ("bucket/models", True, 3),
    ]
    assert rights.reach("service_account/sa")[0].target == "stored_secret/hf"
    assert rights.reach("identity/nobody") == []


def test_of_two_ways_the_certain_and_short_one_is_told():
    rows = [
        ("identity/a", "reads", "bucket/b", False),
        ("identity/a", "assumes", "identity/c", True),
        ("identity/a", "assumes", "identity/d", True),
        ("identity/c", "reads", "bucket/b", True),
        ("identity/d", "reads", "bucket/b", True),
        ("bucket/b", "derived_from", "bucket/z", True),
        ("identity/a", "reads", "bucket/z", True),
    ]
    rights = Rights(rows)
    first = rights.readers("bucket/b")[0]
    assert (first.holder, first.certain, first.target) == ("identity/a", True, "bucket/z")
    told = {each.target: (each.certain, len(each.steps)) for each in rights.reach("identity/a")}
    assert told == {"bucket/b": (True, 2), "bucket/z": (True, 1)}


def test_a_longer_certain_way_goes_before_a_short_possible_one():
    rows = [
        ("identity/a", "assumes", "identity/c", False),
        ("identity/a", "assumes", "identity/b", True),
        ("identity/b", "assumes", "identity/c", True),
        ("identity/c", "reads", "bucket/x", True),
    ]
    for access in (Rights(rows).readers("bucket/x")[0], Rights(rows).reach("identity/a")[0]):
        assert (access.holder, access.certain, len(access.steps)) == ("identity/a", True, 3)
    unsure = [rows[0], rows[1], ("identity/b", "assumes", "identity/c", False), rows[3]]
    for access in (Rights(unsure).readers("bucket/x")[0], Rights(unsure).reach("identity/a")[0]):
        assert (access.certain, len(access.steps)) == (False, 2)


@given(ROWS)
def test_readers_and_reach_say_the_same(rows):
    rights = Rights(rows)
    rows = [row for row in rows if row[1] != "derived_from"]
    plain = Rights(rows)
    for bucket in BUCKETS:
        for access in plain.readers(bucket):
            assert bucket in {each.target for each in plain.reach(access.holder) if not each.writes}
            for step in access.steps:
                assert not RELATIONS[step.relation].needs_finding(step.source.partition("/")[0])
        assert {each.holder for each in plain.readers(bucket)} <= {each.holder for each in rights.readers(bucket)}
