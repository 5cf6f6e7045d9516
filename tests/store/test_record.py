"""What a run leaves in the store: nothing is lost by what it did not look at."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from tests.store.runs import DAY, RULES, START, Recorder, finding, sighting

from holdfast.core.coverage import Gap
from holdfast.core.finding import Suppression
from holdfast.core.inventory import Selection, Wanted
from holdfast.core.run import Link
from holdfast.store.database import Database, StoreError
from holdfast.store.query import count, facts, findings, item, items, latest_run, relations, runs


@pytest.fixture
def record(database: Database, tmp_path: Path) -> Recorder:
    return Recorder(database, tmp_path / "keys")


def states(database: Database) -> dict[str, str]:
    return {
        one.fingerprint: state
        for state in ("open", "suppressed", "resolved")
        for one in findings(database, Wanted(state=state))
    }


def test_an_asset_has_a_first_and_a_last_day(database: Database, record: Recorder) -> None:
    assert record(sighting("bucket/a"), sighting("bucket/b")).new == 2
    done = record(sighting("bucket/a"), sighting("bucket/b", facts='{"name":"y"}'))
    assert (done.new, done.changed, done.gone) == (0, 1, 0)
    a, b = items(database, Selection())
    assert (a.first_seen, a.changed, a.last_seen) == (START + DAY, START + DAY, START + 2 * DAY)
    assert (b.first_seen, b.changed, b.last_seen) == (START + DAY, START + 2 * DAY, START + 2 * DAY)
    assert facts(database, [b.id]) == {b.id: {"name": "y"}}


def test_what_a_run_looked_for_and_did_not_find_is_gone_and_may_come_back(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a"), sighting("bucket/b"))
    assert record(sighting("bucket/b")).gone == 1
    assert [one.name for one in items(database, Selection())] == ["bucket/b"]
    assert [one.gone for one in items(database, Selection(gone=True))] == [START + 2 * DAY]
    assert record(sighting("bucket/b")).gone == 0, "it is gone once"
    back = record(sighting("bucket/a"), sighting("bucket/b"))
    assert (back.new, back.changed) == (0, 1)
    assert count(database, Selection()) == 2


def test_what_a_run_did_not_look_at_stays(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a"), sighting("bucket/b", path="b/b.yaml"))
    done = record(looked_at=lambda path, source: path.startswith("b/"), gaps=[Gap("a", "cannot be read", "unreadable")])
    assert done.gone == 1
    (a,) = items(database, Selection())
    assert (a.name, a.last_seen) == ("bucket/a", START + DAY)


def test_another_origin_or_source_is_left_alone(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a"))
    record(sighting("bucket/a"), origin="acme/other")
    record(origin="acme/other")
    assert [(one.origin, one.name) for one in items(database, Selection())] == [("acme/ml", "bucket/a")]
    record(
        sighting("bucket/a"),
        sighting("bucket/a", source="terraform"),
        looked_at=lambda path, source: source == "manifest",
    )
    record(sighting("bucket/a", source="terraform"), looked_at=lambda path, source: source == "manifest")
    assert [one.source for one in item(database, "bucket/a") if not one.gone] == ["terraform"]


def test_a_failed_run_changes_nothing_and_is_recorded(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a", "fp"), findings=[finding("public", "bucket/a")])
    record(outcome="failed", rules={}, reason="there is no such folder", looked_at=lambda path, source: False)
    assert count(database, Selection()) == 1
    assert states(database) == {"public-bucket/a": "open"}
    assert [row[3] for row in runs(database)] == ["failed", "complete"]
    assert latest_run(database) == 2


def test_what_several_objects_are_called_is_numbered(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a"), sighting("bucket/a", facts='{"name":"other"}'))
    assert [one.name for one in items(database, Selection())] == ["bucket/a", "bucket/a#2"]


def test_relations_follow_their_asset(database: Database, record: Recorder) -> None:
    record(
        sighting("workload/w", links=[Link("reads", "bucket/a"), Link("runs_on", "node/n", False)]),
        sighting("bucket/a"),
    )
    w, a, n = items(database, Selection())
    assert [n.name, n.declared, n.kind] == ["node/n", False, "node"]
    assert relations(database, [w.id]) == [
        ("workload/w", "reads", "bucket/a", True),
        ("workload/w", "runs_on", "node/n", False),
    ]
    record(sighting("workload/w", links=[Link("writes", "bucket/a")]), sighting("bucket/a"))
    assert relations(database, [w.id]) == [("workload/w", "writes", "bucket/a", True)]
    assert items(database, Selection(undeclared=True)) == [], "nothing speaks of it any more"
    record(sighting("bucket/a"))
    assert relations(database, [w.id]) == []


def test_a_finding_is_opened_resolved_and_reopened(database: Database, record: Recorder) -> None:
    bad = sighting("bucket/a", "fp")
    assert record(bad, findings=[finding("public", "bucket/a")]).opened == 1
    assert record(bad, findings=[finding("public", "bucket/a")]).changes()[0] == ("opened", 0)
    assert record(sighting("bucket/a", "pp")).resolved == 1
    assert states(database) == {"public-bucket/a": "resolved"}
    assert record(bad, findings=[finding("public", "bucket/a")]).reopened == 1
    (one,) = findings(database, Wanted())
    assert (one.reopened, one.opened, one.resolved) == (1, START + DAY, 0)


@pytest.mark.parametrize("letter", ["u", "-"])
def test_what_could_not_be_judged_resolves_nothing(database: Database, record: Recorder, letter: str) -> None:
    record(sighting("bucket/a", "fp"), findings=[finding("public", "bucket/a")])
    assert record(sighting("bucket/a", f"{letter}p")).resolved == 0
    assert states(database) == {"public-bucket/a": "open"}


def test_a_rule_that_is_not_asked_resolves_nothing(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a", "fp"), findings=[finding("public", "bucket/a")])
    assert record(sighting("bucket/a", "p"), rules={"bucket": ("unlogged",)}).resolved == 0
    assert states(database) == {"public-bucket/a": "open"}


def test_what_is_gone_takes_its_findings_along(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a", "fp"), findings=[finding("public", "bucket/a")])
    assert record().resolved == 1


def test_a_suppression_has_a_reason_and_an_end(database: Database, record: Recorder) -> None:
    held = Suppression("a demo", "settings", "2027-01-31")
    bad = sighting("bucket/a", "fp")
    record(bad, findings=[finding("public", "bucket/a")])
    assert record(bad, findings=[finding("public", "bucket/a", suppressed=held)]).suppressed == 1
    (one,) = findings(database, Wanted(state="suppressed"))
    assert (one.reason, one.until) == ("a demo", "2027-01-31")
    again = record(bad, findings=[finding("public", "bucket/a")])
    assert (again.opened, again.reopened) == (0, 0)
    assert states(database) == {"public-bucket/a": "open"}


def test_every_change_is_sealed_and_the_row_names_its_entry(database: Database, record: Recorder) -> None:
    bad = sighting("bucket/a", "fp")
    first = record(bad, findings=[finding("public", "bucket/a")])
    assert first.entries == 2
    (one,) = findings(database, Wanted())
    ((content,),) = database.rows("SELECT content FROM payload WHERE seq = ?", (one.entry,))
    assert msgspec.json.decode(bytes(content)) == {
        "asset": "bucket/a",
        "fingerprint": "public-bucket/a",
        "origin": "acme/ml",
        "rule": "public",
        "severity": "high",
        "state": "open",
    }
    assert record(bad, findings=[finding("public", "bucket/a", line=7)]).entries == 1, "a line that moves is no change"
    (moved,) = findings(database, Wanted())
    assert (moved.line, moved.entry) == (7, one.entry)


def test_findings_come_a_page_at_a_time_the_worst_first(database: Database, record: Recorder) -> None:
    severities = ["low", "critical", "medium", "critical", "info"]
    all_of_them = [
        finding("public", "bucket/a", severity=severity, fingerprint=f"f{at}") for at, severity in enumerate(severities)
    ]
    record(sighting("bucket/a", "fp"), findings=all_of_them)
    seen: list[str] = []
    after = None
    while page := findings(database, Wanted(after=after, limit=2)):
        seen += [one.fingerprint for one in page]
        after = ({"critical": 4, "medium": 2, "low": 1, "info": 0}[page[-1].severity], page[-1].id)
    assert seen == ["f1", "f3", "f2", "f0", "f4"]
    assert [one.fingerprint for one in findings(database, Wanted(at_least="medium"))] == ["f1", "f3", "f2"]
    assert findings(database, Wanted(rule="other")) == findings(database, Wanted(owner="x")) == []
    assert findings(database, Wanted(asset="bucket/b")) == findings(database, Wanted(origin="x")) == []


def test_assets_are_selected_by_what_is_known_of_them(database: Database, record: Recorder) -> None:
    known = {"owner": ("ml", "label team"), "data_class": ("internal", "settings"), "exposure": ("public", "fact")}
    record(sighting("bucket/a", attributes=known), sighting("bucket/a_b"), sighting("workload/w"))

    def names(**fields: object) -> list[str]:
        return [one.name for one in items(database, Selection(**fields))]  # type: ignore[arg-type]

    assert names(owner="ml") == names(data_class="internal") == names(exposure="public") == ["bucket/a"]
    assert names(owner="other") == names(environment="x") == names(provider="x") == names(origin="x") == []
    assert names(kinds=("workload",)) == ["workload/w"]
    assert names(lacking=("owner",)) == ["bucket/a_b", "workload/w"]
    assert names(names="bucket/a?b") == ["bucket/a_b"]
    assert names(names="bucket/*") == ["bucket/a", "bucket/a_b"]
    assert names(names="bucket/%") == []
    assert names(seen_before=START + DAY) == []
    assert len(names(seen_before=START + DAY + 1)) == 3
    assert [one.name for one in items(database, Selection(), after=1, limit=1)] == ["bucket/a_b"]
    with pytest.raises(ValueError, match="facts"):
        names(lacking=("facts",))


def test_nothing_of_a_run_is_kept_when_it_cannot_be_recorded(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a"))
    with pytest.raises(KeyError):
        record(sighting("bucket/b"), findings=[finding("public", "bucket/unseen")])
    assert [one.name for one in items(database, Selection())] == ["bucket/a"]
    assert latest_run(database) == 1


def test_a_run_keeps_its_gaps_and_what_it_asked(database: Database, record: Recorder) -> None:
    record(gaps=[Gap("x.yaml", "cannot be read", "unreadable", 3)], outcome="partial")
    assert database.rows("SELECT run, path, reason, kind, line FROM gap") == [
        (1, "x.yaml", "cannot be read", "unreadable", 3)
    ]
    ((rules,),) = database.rows("SELECT s.rules FROM run r JOIN rule_set s ON s.digest = r.rules")
    assert json.loads(rules) == {kind: list(ids) for kind, ids in RULES.items()}


def test_text_that_is_sql_is_text(database: Database, record: Recorder) -> None:
    name = "bucket/'; DROP TABLE asset; --"
    record(sighting(name))
    assert [one.name for one in item(database, name)] == [name]


def test_two_writers_wait_for_one_another(connect, tmp_path: Path) -> None:
    from holdfast.store.migrate import migrate

    one, other = connect(), connect()
    migrate(one)
    migrate(other)
    first, second = Recorder(one, tmp_path / "keys"), Recorder(other, tmp_path / "keys")
    first(sighting("bucket/a"))
    second(sighting("bucket/b"), looked_at=lambda path, source: False)
    first(sighting("bucket/a"), sighting("bucket/b"))
    assert count(other, Selection()) == 2
    assert [row[0] for row in runs(one)] == [3, 2, 1]


def test_a_newer_schema_is_refused(database: Database) -> None:
    from holdfast.store.migrate import migrate

    with database.transaction():
        database.run("UPDATE meta SET value = '99' WHERE name = 'schema'")
    with pytest.raises(StoreError, match="schema 99, newer than 1"):
        migrate(database)
