"""Errors in settings name the file, the line and the field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from holdfast.app.settings import accept, init, with_entry
from holdfast.config import MAX_BYTES, Accepted, Described, Owner, Paper, Provider, Settings, fits, read_settings
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding, Location


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(text: str | bytes) -> Settings:
    Path("s.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_settings("s.yaml")


def test_without_a_file_the_defaults_hold() -> None:
    assert read_settings() == Settings()
    Path("holdfast.yaml").write_text("profile: strict\n")
    assert read_settings() == Settings(profile="strict")


@pytest.mark.parametrize("text", ["", "# nothing\n", "rules:\nowners:\n"])
def test_what_says_nothing_changes_nothing(text: str) -> None:
    assert settings(text) == Settings()


def test_everything_can_be_set() -> None:
    text = """\
profile: cis
fail_on: low
rules: [ours]
exclude: [vendor/]
owners: [{path: "*", owner: platform}]
assets: [{asset: "bucket/*", data_class: internal, contact: "+1 555 0100"}]
providers: [{name: lambda, trust: partner, papers: [{type: soc2, until: 2026-09-30, file: lambda.pdf}]}]
store: postgresql://records/holdfast
suppressions: [{rule: a, reason: b, until: 2027-01-31, path: x, asset: y, fingerprint: zzzzzzzz}]
"""
    accepted = Accepted("b", "a", "zzzzzzzz", "x", "y", date(2027, 1, 31))
    described = Described(asset="bucket/*", data_class="internal", contact="+1 555 0100")
    provider = Provider("lambda", "partner", papers=(Paper("soc2", date(2026, 9, 30), "lambda.pdf"),))
    assert settings(text) == Settings(
        profile="cis",
        fail_on="low",
        rules=("ours",),
        exclude=("vendor/",),
        owners=(Owner("*", "platform"),),
        assets=(described,),
        providers=(provider,),
        store="postgresql://records/holdfast",
        suppressions=(accepted,),
    )


@pytest.mark.parametrize(
    ("entry", "what"), [("{owner: a}", "names no asset"), ("{asset: x}", "says nothing"), ("{}", "names no asset")]
)
def test_an_entry_for_assets_names_some_and_says_something(entry: str, what: str) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        settings(f"profile: strict\nassets:\n  - {{path: a, owner: b}}\n  - {entry}\n")
    assert caught.value.where.endswith(":4")


def test_rules_lie_beside_the_settings() -> None:
    Path("sub").mkdir()
    Path("sub/s.yaml").write_text("rules: [ours, /theirs]\n")
    assert read_settings("sub/s.yaml").rules == ("sub/ours", "/theirs")


@pytest.mark.parametrize(
    ("text", "where", "says", "hint"),
    [
        ("a: [", "s.yaml:2:1", "", ""),
        ("\n\nprofil: strict\n", "s.yaml:3", "unknown field `profil`", "profile, fail_on"),
        ("\nprofile: lax\n", "s.yaml:2", "profile: Invalid enum value 'lax'", "one of ai-default, strict, cis"),
        ("\nfail_on: 3\n", "s.yaml:2", "fail_on: Expected `text`, got `number`", ""),
        ("rules: ours\n", "s.yaml:1", "rules: Expected `list`, got `text`", ""),
        ("- a\n", "s.yaml:1", "Expected `mapping`, got `list`", ""),
        ("suppressions:\n  - rule: a\n", "s.yaml:2", "missing required field `reason`", "reason, rule"),
        ("suppressions:\n  - reason: a\n    x: b\n", "s.yaml:3", "unknown field `x`", "reason, rule"),
        ("suppressions:\n- {reason: a}\n- reason: a\n  until: 1\n", "s.yaml:4", "suppressions[1].until: ", ""),
        ("suppressions:\n  - reason: a\n    until: soon\n", "s.yaml:3", "Invalid", "a day is written as"),
        (
            "suppressions:\n- {reason: a, rule: r}\n- {reason: a}\n",
            "s.yaml:3",
            "would silence all of them",
            "name a rule",
        ),
        ("suppressions:\n- {reason: a, fingerprint: abc}\n", "s.yaml:2", "at least 8 characters, not 3", ""),
        ("\nfail_on: hi\n", "s.yaml:2", "fail_on: Invalid enum value 'hi'", "one of info, low"),
        ("\nowners:\n  - path: a\n", "s.yaml:3", "missing required field `owner`", "path, owner"),
        ("#" * (MAX_BYTES + 1), "s.yaml", "longer than", ""),
        ("é".encode("latin-1"), "s.yaml", "", ""),
    ],
)
def test_an_error_names_file_line_and_field(text: str | bytes, where: str, says: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(text)
    assert caught.value.where.startswith(where)
    assert says in caught.value.what
    assert hint in caught.value.hint


def test_a_folder_is_no_settings_file() -> None:
    with pytest.raises(UsageError, match="the settings cannot be read: Is a directory"):
        read_settings(".")


def test_init_needs_a_place_to_write() -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        init("no/where.yaml")


def test_accept_needs_a_file_that_it_can_write(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Location("a.yaml", 1, 1, "")
    finding = Finding(
        *("a", "A", "fail", "high", "high", "workload/a", place, "A", {}, "Why.", "Fix.", (), ()),  # type: ignore[arg-type]
        fingerprint="0" * 32,
    )
    today = date(2026, 11, 21)
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        accept(finding, "ours", None, today, "no/where.yaml")
    Path("s.yaml").write_bytes(b"# \xe9\n")
    with pytest.raises(UsageError, match="the settings cannot be read"):
        accept(finding, "ours", None, today, "s.yaml")
    assert Path("s.yaml").read_bytes() == b"# \xe9\n"


def test_an_entry_goes_first_and_comments_stay() -> None:
    text = "suppressions: []  # none\n# end\n"
    assert with_entry(text, "{a: b}") == "suppressions:  # none\n  - {a: b}\n# end\n"
    assert with_entry("", "{a: b}") == "suppressions:\n  - {a: b}\n"


@pytest.mark.parametrize(
    ("pattern", "path", "means"),
    [
        ("cloud/", "cloud/a/b.tf", True),
        ("/cloud/", "x/cloud/a.tf", False),
        ("cloud", "x/cloud/a.tf", True),
        ("s.tf", "a/b/s.tf", True),
        ("**/sub", "a/sub/x.tf", True),
        ("/cloud/**/s.tf", "cloud/a/b/s.tf", True),
        ("deploy/*", "deploy/a/b.yaml", True),
        ("*.tf", "a/b.yaml", False),
        ("a?c/*", "abc/d", True),
        ("cloud/", "cloudy/a.tf", False),
    ],
)
def test_patterns_of_files_are_those_of_codeowners(pattern: str, path: str, means: bool) -> None:
    assert fits(path, pattern) is means


@pytest.mark.parametrize(
    ("text", "field", "known"),
    [
        ('assets: [{asset: "*", exposure: sideways}]', "assets[0].exposure", "one of public, node, cluster, private"),
        ("providers: [{name: aws, trust: some}]", "providers[0].trust", "one of own, datacenter, partner, marketplace"),
        (
            "providers: [{name: aws, papers: [{type: iso9001, until: 2027-01-01, file: x}]}]",
            "providers[0].papers[0].type",
            "one of soc2, bridge, iso27001, baa",
        ),
    ],
)
def test_a_value_that_nothing_knows_is_refused_with_those_that_are(text: str, field: str, known: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(text)
    assert (field in caught.value.what, caught.value.hint) == (True, known)
