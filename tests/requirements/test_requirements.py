"""Every requirement that counts as covered: its planted violation is seen, and its clean twin passes.

A folder bears the id of a requirement and holds `expected.yaml`, which says how the requirement is served:

- `rules`: these rules see what is planted in `violation/`, and pass the same tree mended in `clean/`;
- `by`: these commands serve it, as `test_commands.py` proves;
- `needs`: kinds of which something must have been seen before the rules' answers count;
- `of`: the requirement rolls up these;
- `attested` and `max_age_days`: only people can answer it, and what they say ages.
"""

from __future__ import annotations

import csv
import shutil
from datetime import date
from functools import cache
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from holdfast.app.check import Request, Sources, check
from holdfast.config import FILE, Settings, read_settings
from holdfast.core.result import Result
from holdfast.core.rule import Rule
from holdfast.engine.rulebook import load_shipped

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "src/holdfast/frameworks/requirements.csv"
TODAY = date(2026, 12, 1)
"""On which the checks run: the tables of known vulnerabilities age."""
TREES = ("violation", "clean")


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """How a requirement is served."""

    rules: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    attested: bool = False
    needs: tuple[str, ...] = ()
    max_age_days: int = 0


@cache
def requirements() -> dict[str, bool]:
    """Every id, and whether the requirement is derived from others."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["derived"] == "yes" for row in csv.DictReader(file)}


@cache
def shipped() -> dict[str, Rule]:
    return {rule.id: rule for rule in load_shipped()}


@cache
def expected(folder: Path) -> Expected:
    return msgspec.yaml.decode((folder / "expected.yaml").read_bytes(), type=Expected)


FOLDERS = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__")
PLANTED = [path for path in FOLDERS if expected(path).rules]
COMMANDED = [path for path in FOLDERS if expected(path).by]
ROLLED_UP = [path for path in FOLDERS if expected(path).of]
ATTESTED = [path for path in FOLDERS if expected(path).attested]


def named(folder: Path) -> str:
    return folder.name


def copied(tree: Path, work: Path) -> Path:
    """The tree outside of this repository, as if it were all that there is."""
    return shutil.copytree(tree, work / tree.name)


def examine(copy: Path, *rules: str) -> Result:
    """What `holdfast check --profile strict` finds by the settings of the tree, asking all rules or only these."""
    settings = read_settings(str(copy / FILE)) if (copy / FILE).exists() else Settings()
    result = check(Request(TODAY, (str(copy),), rules=rules, profile="strict"), settings, Sources())
    assert [gap for gap in result.examined.gaps if gap.kind == "unreadable"] == []
    return result


def files(tree: Path) -> dict[str, bytes]:
    return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_a_folder_says_how_one_requirement_is_served_and_holds_nothing_else(folder: Path) -> None:
    derived = requirements()[folder.name]
    said = expected(folder)
    assert [bool(said.rules), bool(said.by), bool(said.of), said.attested].count(True) == 1
    assert not (derived and said.rules), "what is derived is served by what it is derived from"
    assert not (said.of and not derived)
    trees = TREES if said.rules else ()
    assert {path.name for path in folder.iterdir()} == {"expected.yaml", *trees}


@pytest.mark.parametrize("folder", PLANTED, ids=named)
def test_its_rules_are_about_the_requirement(folder: Path) -> None:
    rules = expected(folder).rules
    assert len(set(rules)) == len(rules)
    assert [rule for rule in rules if folder.name not in shipped()[rule].requirements] == []


@pytest.mark.parametrize("folder", PLANTED, ids=named)
def test_the_twins_are_one_tree_that_differs_in_what_is_planted(folder: Path) -> None:
    violation, clean = files(folder / "violation"), files(folder / "clean")
    assert violation.keys() & clean.keys()
    assert violation != clean


@pytest.mark.parametrize("folder", PLANTED, ids=named)
def test_what_is_planted_is_seen(folder: Path, tmp_path: Path) -> None:
    result = examine(copied(folder / "violation", tmp_path))
    failing = {finding.rule for finding in result.findings if finding.suppressed is None}
    assert set(expected(folder).rules) - failing == set()


@pytest.mark.parametrize("folder", PLANTED, ids=named)
def test_the_clean_twin_passes(folder: Path, tmp_path: Path) -> None:
    clean = copied(folder / "clean", tmp_path)
    for rule in expected(folder).rules:
        result = examine(clean, rule)
        assert (result.findings, result.unknown, result.not_asked) == ([], [], []), rule
        assert result.examined.passes, f"{rule} had nothing to say about the clean twin"
    about = [rule.id for rule in shipped().values() if folder.name in rule.requirements]
    assert examine(clean, *about).findings == []


@pytest.mark.parametrize("folder", PLANTED, ids=named)
def test_what_passes_is_what_was_mended(folder: Path, tmp_path: Path) -> None:
    violation = copied(folder / "violation", tmp_path)
    for rule in expected(folder).rules:
        clean = copied(folder / "clean", tmp_path / rule)
        passes = examine(clean, rule).examined.passes
        for finding in examine(violation, rule).findings:
            path = finding.location.path  # what is said of providers stands in the settings
            (clean / (Path(path).relative_to(violation) if path else FILE)).unlink(missing_ok=True)
        assert examine(clean, rule).examined.passes < passes, f"{rule} passed something else"


@pytest.mark.parametrize("folder", ROLLED_UP, ids=named)
def test_what_it_rolls_up_is_served_itself(folder: Path) -> None:
    of = expected(folder).of
    assert len(set(of)) == len(of)
    assert [one for one in of if requirements()[one]] == [], "derived from what stands on its own"
    assert set(of) - {path.name for path in (*PLANTED, *COMMANDED, *ATTESTED)} == set()


@pytest.mark.parametrize("folder", ATTESTED, ids=named)
def test_what_people_say_ages(folder: Path) -> None:
    assert 0 < expected(folder).max_age_days <= 365
