"""A check as a run: what is recorded of it, and where it looked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from holdfast.app.check import Request, Sources, judge
from holdfast.app.record import failed, run_of
from holdfast.config import Accepted, Described, Owner, Settings
from holdfast.core.run import Run

TODAY = date(2026, 12, 1)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}}}\nspec: {{hostPID: true, containers: [{{name: c, image: r/x:1}}]}}\n"


def recorded(*targets: str, settings: Settings | None = None, **fields: object) -> Run:
    request = Request(TODAY, targets or (".",), record=True, profile="strict", **fields)  # type: ignore[arg-type]
    sources = Sources()
    return run_of(request, judge(request, settings or Settings(), sources), sources, 1, 2)


@pytest.fixture
def tree(here: Path) -> Path:
    for name in ("a/one.yaml", "b/two.yaml"):
        (here / name).parent.mkdir()
        (here / name).write_text(POD.format(Path(name).stem))
    return here


def test_paths_targets_and_groups_are_named_alike_however_a_target_is_spelt(tree: Path) -> None:
    one, other = recorded(), recorded(str(tree))
    assert one.targets == other.targets == ["."]
    assert one.origin == other.origin
    assert sorted((each.name, each.path, each.facts) for each in one.assets if each.source != "inventory") == sorted(
        (each.name, each.path, each.facts) for each in other.assets if each.source != "inventory"
    )
    assert {each.name for each in one.assets} == {each.name for each in other.assets}
    assert {finding.fingerprint for finding in one.findings} == {finding.fingerprint for finding in other.findings}


def test_a_run_looks_below_its_targets_only(tree: Path) -> None:
    part, whole = recorded("a"), recorded()
    assert [part.looked_at(path, "manifest") for path in ("a/x.yaml", "b/x.yaml", "ab/x.yaml")] == [True, False, False]
    assert part.looked_at("a/x.yaml", "manifest"), "the same is answered twice"
    assert [part.looked_at("", "inventory"), whole.looked_at("", "inventory")] == [False, True]
    assert [each.source for each in part.assets if each.source == "inventory"] == []


def test_what_could_not_be_read_was_not_looked_at(tree: Path) -> None:
    (tree / "a/one.yaml").write_text("apiVersion: v1\nkind: [\n")
    run = recorded()
    assert run.outcome == "partial"
    asked = ("a/one.yaml", "a/other.yaml", "a/below/gone.yaml", "b/gone.yaml")
    assert [run.looked_at(path, "manifest") for path in asked] == [False, False, False, True], "all near it may need it"


def test_what_is_there_and_was_not_read_was_not_looked_at(tree: Path) -> None:
    (tree / ".gitignore").write_text("a/\n")
    run = recorded()
    assert run.outcome == "complete"
    assert [run.looked_at(path, "manifest") for path in ("a/one.yaml", "a/gone.yaml")] == [False, True]


def test_what_is_not_rendered_was_not_looked_at(tree: Path) -> None:
    assert not recorded(render="never").looked_at("a/gone.yaml", "kustomize")
    assert recorded(render="auto").looked_at("a/gone.yaml", "kustomize")


def test_targets_that_have_nothing_in_common_hold_nothing_to_be_missed(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "x.yaml").write_text(POD.format("x"))
    run = recorded("a", str(other))
    assert run.targets == ["a", str(other)]
    assert not run.looked_at("a/one.yaml", "manifest")


def test_standard_input_is_an_origin_of_its_own(here: Path) -> None:
    run = failed(Request(TODAY, ("-",)), "why\udcff", 1, 2)
    assert (run.origin, run.targets, run.outcome) == ("standard input", ["-"], "failed")
    assert run.reason.startswith("why\ufffd")


def test_a_finding_has_the_owner_of_its_asset_and_its_suppression(tree: Path) -> None:
    settings = Settings(
        assets=(Described(asset="*one", owner="team-a"),),
        owners=(Owner(path="b/*", owner="team-b"),),
        suppressions=(Accepted(reason="a\0demo", asset="*one"),),
    )
    run = recorded(settings=settings)
    assert {finding.owner for finding in run.findings if finding.location.path.startswith("a/")} == {"team-a"}
    assert {finding.owner for finding in run.findings if finding.location.path.startswith("b/")} == {"team-b"}
    held = [finding.suppressed for finding in run.findings if finding.suppressed]
    assert held
    assert all(each.reason.startswith("a\ufffddemo~") for each in held)


def test_names_that_no_database_holds_stay_apart(tree: Path) -> None:
    (tree / "a/odd.yaml").write_text(POD.format('"n\\0m"') + "---\n" + POD.format('"n\ufffdm"'))
    names = [each.name for each in recorded("a").assets if "n\ufffdm" in each.name]
    assert len(set(names)) == 2
    assert all(name.isprintable() or "\ufffd" in name for name in names)
