"""What the uses of the store answer, on made-up runs: differences, incidents, rights, requirements."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.store.runs import DAY, START, Recorder, finding, sighting

from holdfast.app import requirements as table
from holdfast.app.attest import drop, listed, state
from holdfast.app.coverage import coverage, detail, shown
from holdfast.app.diff import difference
from holdfast.app.diff import shown as shown_difference
from holdfast.app.findings import page, page_mark
from holdfast.app.findings import shown as shown_findings
from holdfast.app.incident import incident
from holdfast.app.incident import shown as shown_incident
from holdfast.app.inventory import everything
from holdfast.app.recorded import access, attack_paths, shown_access
from holdfast.app.remembered import remembered
from holdfast.config import Settings
from holdfast.core.errors import HoldfastError, RuleError, UsageError
from holdfast.core.finding import Suppression
from holdfast.core.inventory import Selection, Wanted
from holdfast.core.run import Link
from holdfast.store.database import Database
from holdfast.store.migrate import migrate
from holdfast.store.query import items
from holdfast.store.sqlite import Sqlite

NOW = datetime.fromtimestamp(START / 1_000_000, UTC) + timedelta(days=9)
PUBLIC = {"exposure": ("public", "fact")}
PRIVATE = {"exposure": ("private", "fact"), "owner": ("ml", "label team")}


@pytest.fixture
def database(tmp_path: Path) -> Any:
    found = Sqlite(str(tmp_path / "store.db"))
    migrate(found)
    yield found
    found.close()


@pytest.fixture
def record(database: Database, tmp_path: Path) -> Recorder:
    return Recorder(database, tmp_path / "keys")


def sorts(database: Database, first: int | None = None, last: int | None = None) -> list[tuple[str, str]]:
    return [(change.sort, change.subject) for change in difference(database, first, last).changes]


def test_a_difference_says_what_a_change_means(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a", attributes=PRIVATE, facts='{"name":"x","holds":["a","b"],"n":{"m":1}}'))
    record(
        sighting("bucket/a", attributes=PUBLIC, facts='{"name":"y","holds":["a","c"],"n":{"m":2,"k":1}}'),
        sighting("endpoint/e", links=[Link("reads", "bucket/a"), Link("runs_on", "bucket/a")]),
        sighting("bucket/b", attributes=PUBLIC),
        sighting("bucket/c"),
    )
    assert sorts(database) == [
        ("new endpoint", "bucket/b"),
        ("new endpoint", "endpoint/e"),
        ("more exposed", "bucket/a"),
        ("new reach", "endpoint/e"),
        ("new asset", "bucket/c"),
        ("changed", "bucket/a"),
    ]
    (changed,) = (change for change in difference(database, 1, 2).changes if change.sort == "changed")
    assert changed.details == [
        "holds[1]: b -> c",
        "n.k: unseen -> 1",
        "n.m: 1 -> 2",
        "name: x -> y",
        "owner: ml -> unknown",
    ]
    record(sighting("bucket/a", attributes=PRIVATE, facts='{"name":"y","holds":["a"]}'), sighting("endpoint/e"))
    assert sorts(database)[-5:] == [
        ("gone", "bucket/b"),
        ("gone", "bucket/c"),
        ("changed", "bucket/a"),
        ("less exposed", "bucket/a"),
        ("lost reach", "endpoint/e"),
    ]
    assert difference(database, 0, 3).runs[0][0] == 1
    text = shown_difference(difference(database, 1, 3), "text").decode()
    assert "control" not in text
    assert json.loads(shown_difference(difference(database, 1, 3), "json"))["schema"] == "holdfast.diff/1"


def test_what_came_and_went_between_two_runs_is_no_difference(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a"))
    record(sighting("bucket/a", facts='{"name":"y"}'))
    record(sighting("bucket/a"))
    assert sorts(database, 1, 3) == []


def test_a_relation_alone_may_be_all_that_changed(database: Database, record: Recorder) -> None:
    record(sighting("workload/w"), sighting("bucket/a"))
    record(sighting("workload/w", links=[Link("mounts", "bucket/a")]), sighting("bucket/a"))
    assert sorts(database) == [("new reach", "workload/w")]


def test_a_finding_that_comes_back_or_fails_anew_is_a_control_that_regressed(
    database: Database, record: Recorder
) -> None:
    bad = finding("public", "bucket/a")
    record(sighting("bucket/a", "pp"))
    record(sighting("bucket/a", "fp"), sighting("bucket/b", "fp"), findings=[bad, finding("public", "bucket/b")])
    assert ("control regressed", "bucket/a") in sorts(database)
    assert ("new finding", "bucket/b") in sorts(database)
    record(sighting("bucket/a", "pp"), sighting("bucket/b", "pp"))
    assert ("resolved", "bucket/a") in sorts(database)
    held = Suppression("a demo", "settings")
    record(
        sighting("bucket/a", "fp"),
        sighting("bucket/b", "pp"),
        findings=[finding("public", "bucket/a", suppressed=held)],
    )
    assert sorts(database) == [("suppressed", "bucket/a")]
    assert "(a demo)" in shown_difference(difference(database, None, None), "text").decode()


def test_runs_that_there_are_not_are_wrong_usage(database: Database, record: Recorder) -> None:
    with pytest.raises(UsageError, match="no run is recorded"):
        difference(database, None, None)
    record()
    for first, last in ((1, 1), (2, 1), (-1, 1), (0, 2)):
        with pytest.raises(UsageError, match="there is nothing from run"):
            difference(database, first, last)
    assert shown_difference(difference(database, None, None), "text").endswith(b"nothing changed\n")


def test_an_incident_follows_rights_and_what_leads_there(database: Database, record: Recorder) -> None:
    record(
        sighting("workload/w", links=[Link("runs_on", "instance/m"), Link("reachable_from", "internet")]),
        sighting("instance/m", links=[Link("assumes", "identity/r"), Link("runs_on", "workload/w")]),
        sighting(
            "identity/r", links=[Link("reads", "bucket/a"), Link("writes", "bucket/a"), Link("reads", "bucket/b")]
        ),
        sighting("bucket/a", facts='{"access_logs":true}', attributes={"owner": ("data", "x")}),
        sighting("bucket/b", facts='{"access_logs":null}'),
        sighting("service/s", links=[Link("serves", "workload/w")]),
        sighting("route/x", links=[Link("serves", "service/s")]),
    )
    found = incident(database, Settings(), "workload/w", ["req_1"], "")
    assert {(store, right) for store, right, _ in found.stores} >= {("bucket/a", "reads"), ("bucket/a", "writes")}
    assert {logged for store, _, logged in found.stores if store == "bucket/a"} == {"logged"}
    assert {logged for store, _, logged in found.stores if store == "bucket/b"} == {"unknown whether it is logged"}
    assert set(found.endpoints) >= {"service/s", "route/x"}
    assert ("data", "not known", "data in reach") in found.owners
    leaked = incident(database, Settings(), "bucket/a", [], "")
    assert ("identity/r", "writes", True) in leaked.holders
    assert ("instance/m", "reads", True) in leaked.holders
    assert ("its sessions and keys", "identity/r") in leaked.credentials
    assert ("bucket/a", "logged") in leaked.logs
    assert "  identity/r: writes it\n" in shown_incident(leaked, "text").decode()
    assert found.playbook is not None
    assert "note" not in shown_incident(found, "text").decode()
    noted = incident(database, Settings(), "workload/w", [], "a key in a gist")
    assert "note\n  a key in a gist" in shown_incident(noted, "text").decode()


def test_an_incident_about_what_is_gone_or_only_spoken_of_shows_what_was_known(
    database: Database, record: Recorder
) -> None:
    record(sighting("workload/w", links=[Link("reads", "bucket/b")]), sighting("bucket/a", attributes=PRIVATE))
    record(sighting("workload/w", links=[Link("reads", "bucket/b")]))
    assert incident(database, Settings(), "bucket/a", [], "").asset.value("owner") == "ml"
    spoken = incident(database, Settings(), "bucket/b", [], "")
    assert (spoken.asset.declared, spoken.logs, spoken.playbook) == (False, [], None)
    record(sighting("bucket/b", attributes=PRIVATE), origin="acme/other")
    assert incident(database, Settings(), "bucket/b", [], "").asset.origin == "acme/other"
    with pytest.raises(UsageError, match="there is no asset"):
        incident(database, Settings(), "bucket/none", [], "")


def test_rights_come_in_every_format_and_nobody_is_said(database: Database, record: Recorder) -> None:
    record(
        sighting("identity/r", links=[Link("reads", "bucket/a", False), Link("writes", "bucket/a")]),
        sighting("bucket/a", facts='{"holds":"models"}'),
        sighting("bucket/b", facts='{"holds":"logs"}'),
    )
    held = access(database, models=True)
    assert {(each.holder, each.target) for each in held} == {("identity/r", "bucket/a")}
    assert access(database, readers_of="bucket/a") == held
    assert b"possibly" in shown_access(held, "text")
    assert shown_access(held, "csv").startswith(b"holder,asset,right,certain,by way of\r\n")
    assert json.loads(shown_access(held, "json"))["access"][0]["holder"] == "identity/r"
    assert shown_access(access(database, readers_of="bucket/b"), "text").startswith(b"nobody")
    with pytest.raises(UsageError, match="there is no asset"):
        access(database, reach_of="identity/none")
    assert attack_paths(database, "", "", 10, date(2026, 12, 1)) == []


def test_what_cannot_be_judged_any_more_is_not_remembered(database: Database, record: Recorder) -> None:
    record(
        sighting("bucket/a", facts='{"name":"x"}'),
        sighting("bucket/b", facts='{"tags":"…"}'),
        sighting("nokind/c", ""),
        sighting("slurm_database/d", facts='{"storage_password":"sha256:1"}'),
        sighting("workload/w", links=[Link("reads", "bucket/z")]),
    )
    names = ["bucket/a", "bucket/b", "nokind/c", "bucket/z", "bucket/none", "slurm_database/d"]
    assert set(
        remembered(database, {each.name: each.id for each in items(database, Selection()) if each.name in names})
    ) == {"bucket/a", "slurm_database/d"}


def test_pages_end_where_there_are_no_more(database: Database, record: Recorder) -> None:
    record(
        sighting("bucket/a", "fp"),
        findings=[finding("public", "bucket/a", owner="ml", fingerprint=f"f{n}") for n in range(3)],
    )
    wanted = Wanted(limit=2)
    data, mark = shown_findings(page(database, wanted), wanted, "csv")
    assert (page_mark(mark), page_mark("")) == ((3, 2), None)
    assert data.count(b"\r\n") == 3
    rest = Wanted(limit=2, after=page_mark(mark))
    assert shown_findings(page(database, rest), rest, "table")[1] == ""
    assert json.loads(shown_findings(page(database, rest), rest, "json")[0])["next"] is None


def test_requirements_are_judged_by_answers_age_and_people(database: Database, record: Recorder) -> None:
    assert {row.state for row in coverage(None, NOW)} == {"unknown"}
    assert {row.state for row in coverage(database, NOW, ["W53", "W13", "W104"])} == {"unknown"}
    rules = {"bucket": ("bucket-public-access-not-blocked",)}
    rule = "bucket-public-access-not-blocked"
    seen = [sighting(f"bucket/{name}", letter) for name, letter in zip("abcd", "pfun", strict=True)]
    held = Suppression("a demo", "settings", "2099-12-31")
    for owner, exception in (("ops", Suppression("a demo", "settings")), ("", held)):
        record(*seen, rules=rules, findings=[finding(rule, "bucket/b", suppressed=exception, owner=owner)])
        assert coverage(database, NOW, ["W53"])[0].counts["failing"] == 1, "an exception has an owner and an end"
    record(*seen, rules=rules, findings=[finding(rule, "bucket/b", suppressed=held, owner="ops")])
    (row,) = coverage(database, NOW, ["W53"])
    assert (row.state, row.counts) == ("unknown", {"unknown": 1, "accepted": 1, "verified": 1, "not_applicable": 1})
    (inventory,) = coverage(database, NOW, ["W13"])
    assert inventory.state == "verified"
    (later,) = coverage(database, NOW + timedelta(days=99), ["W13"])
    assert later.state == "stale"
    assert "bucket/a" in detail(row).decode()
    many = [sighting(f"bucket/n{number}", "f") for number in range(30)]
    record(*many, rules=rules)
    (row,) = coverage(database, NOW, ["W53"])
    assert (row.state, row.counts) == ("failing", {"failing": 30})
    assert "    and 10 more" in detail(row).decode()
    text = shown(coverage(database, NOW), "table").decode()
    assert "requirements, " in text
    assert shown(coverage(database, NOW), "csv").startswith(b"id,state,")


def test_a_run_that_could_not_read_all_verifies_no_inventory(database: Database, record: Recorder) -> None:
    record(outcome="partial")
    assert coverage(database, NOW, ["W13"])[0].state == "unknown"


def test_people_state_within_bounds_and_may_withdraw(database: Database, record: Recorder, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(b"x" * 3_000_000)

    def say(requirement: str = "Z38", **fields: Any) -> Any:
        given = {"subject": "*", "person": "Jo", "statement": "done", "file": "", "until": None, "now": NOW, **fields}
        return state(database, record.ledger, requirement=requirement, **given)

    for wrong in (
        {"requirement": "X99"},
        {"person": " "},
        {"statement": ""},
        {"until": NOW.date() - timedelta(days=1)},
        {"until": NOW.date() + timedelta(days=366)},
        {"file": str(tmp_path / "none.pdf")},
        {"file": str(tmp_path)},
    ):
        with pytest.raises(UsageError):
            say(**wrong)
    made = say(file=str(tmp_path / "paper.pdf"))
    assert (made.id, made.file, len(made.digest)) == (1, "paper.pdf", 64)
    assert say("W53", until=date(9999, 12, 31)).until == date(9999, 12, 31), "a machine asks again anyway"
    assert b"(over)" in listed(database, NOW.date() + timedelta(days=999))
    drop(database, record.ledger, 1, NOW)
    with pytest.raises(UsageError, match="there is no attestation 1"):
        drop(database, record.ledger, 1, NOW)


def test_an_inventory_comes_in_every_format(database: Database, record: Recorder) -> None:
    record(sighting("bucket/a", "fp", attributes=PUBLIC, links=[Link("reads", "bucket/b")]), sighting("bucket/b"))
    for form in ("table", "json", "csv", "cyclonedx"):
        assert b"bucket" in everything(database, Selection(), form, NOW)
    (bom,) = json.loads(everything(database, Selection(), "cyclonedx", NOW))["dependencies"]
    assert bom == {"ref": "bucket/a", "dependsOn": ["bucket/b"]}
    assert everything(database, Selection(seen_before=START + DAY), "csv", NOW).count(b"\r\n") == 1


def test_a_wrong_proof_and_a_missing_table_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "PROOFS", tmp_path)
    monkeypatch.setattr(table, "SHIPPED", tmp_path / "requirements.json")
    with pytest.raises(HoldfastError, match="missing or damaged"):
        table.requirements()
    (tmp_path / "W13").mkdir()
    for wrong in ("by: [dance]\n", "nothing: true\n", "rules: [\n"):
        (tmp_path / "W13/expected.yaml").write_text(wrong)
        with pytest.raises(RuleError):
            table.build()
    (tmp_path / "W13/expected.yaml").write_text("by: [inventory]\n")
    assert table.build() == 1
    assert [each.id for each in table.requirements() if each.served] == ["W13"]
