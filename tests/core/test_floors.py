"""Version floors: parsing, the three answers, their laws, and the data that ships."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any, get_args

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.floors import MAX_TEXT, FloorTable, Scheme, Verdict, below, parse_version

TODAY = date(2026, 11, 21)
SOURCE = {"title": "somewhere", "ref": "https://example.org/1"}
FILES = sorted(
    (f for f in (files("holdfast") / "frameworks" / "floors").iterdir() if f.name.endswith(".yaml")),
    key=lambda f: f.name,
)


def row(ident: str = "CVE-1", fixed: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    base = {"id": ident, "title": "t", "severity": "high", "source": SOURCE, "checked": TODAY}
    return {**base, "confidence": "confirmed", "fixed": {"*": "1.2.3"} if fixed is None else fixed, **more}


def table(*rows: dict[str, Any], scheme: str = "numeric", **more: Any) -> FloorTable:
    base = {"component": "thing", "scheme": scheme, "advisories": rows, "maximum_age_days": 180}
    return msgspec.convert({**base, "checked": TODAY, "sources_until": TODAY, **more}, FloorTable)


def shipped(name: str) -> FloorTable:
    text = next(f for f in FILES if f.name == f"{name}.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), FloorTable)


def key(text: str) -> Any:
    version = parse_version("numeric", text)
    assert version is not None
    return version.key


def ids(verdict: Verdict) -> list[str]:
    return [a.id for a in verdict.advisories]


# --- parsing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "text", "parts"),
    [
        ("numeric", "1.17.8", (1, 17, 8)),
        ("numeric", "v1.17.8-ubuntu20.04", (1, 17, 8)),
        ("numeric", "2.9.0-py310-gpu", (2, 9, 0)),
        ("numeric", "2.6.0+cu124", (2, 6, 0)),
        ("numeric", "0.8.5.post1", (0, 8, 5)),
        ("numeric", "1:2.3-4+deb12u1", (2, 3)),
        ("numeric", "1.1.5+ds1-1+deb12u1", (1, 1, 5)),
        ("numeric", " 7.2 ", (7, 2)),
        ("numeric", "nightly", None),
        ("numeric", "latest", None),
        ("numeric", "", None),
        ("numeric", "2f3a9c1", None),
        ("numeric", "2024-05-01", None),
        ("numeric", "1.2.3xyz", None),
        ("numeric", "\u0661.\u0662", None),
        ("calendar", "25.07-py3", (25, 7)),
        ("calendar", "r26.03", (26, 3)),
        ("calendar", "26.13", None),
        ("calendar", "2.40.0", None),
        ("driver", "535.309.01", (535, 309, 1)),
        ("driver", "535.183.01-0ubuntu0.22.04.1", (535, 183, 1)),
        ("driver", "535-5.15.0-1041-nvidia-ubuntu22.04", None),
        ("driver", "6.16.6", None),
        ("driver", "535.183.01.02", None),
        ("build", "b5000", (5000,)),
        ("build", "server-cuda-b5000", (5000,)),
        ("build", "b5000a", None),
        ("release", "RELEASE.2025-09-07T16-13-09Z", (2025, 9, 7, 16, 13, 9)),
        ("release", "2025.9.7", None),
        ("paired", "4.5.3-4.8.2-ubuntu22.04", (4, 8, 2)),
        ("paired", "4.8.2", (4, 8, 2)),
        ("paired", "4.5.3-1-ubuntu22.04", (4, 5, 3)),
        ("paired", "ubuntu-4.8.2", None),
    ],
)
def test_reads_real_tags(scheme: Scheme, text: str, parts: tuple[int, ...] | None) -> None:
    version = parse_version(scheme, text)
    assert parts == (None if version is None else version.parts)


RISING = """
1.0.dev1 1.0.0-nightly2 1.0a1.dev2 1.0a1 1.0.0-alpha.2 1.0b1 1.0.0-rc.1 1.0rc2 1.0~rc3-1 1.0
1.0.post1.dev1 1.0.post1 1.0.0.1 1.0.1 1.2 1.10
"""


def test_orders_stages_around_the_release() -> None:
    assert all(key(low) < key(high) for low, high in pairwise(RISING.split()))


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-a100", "1.0.0-b200", "1.0-py3", "1.0+cu124", "1.0-stable"])
def test_variants_are_the_release_itself(text: str) -> None:
    assert key(text) == key("1")


# --- the three answers -----------------------------------------------------------------------

DRIVER = table(
    row("CVE-A", {"535": "535.309.01", "580": "580.159.03", "595": "595.71.05"}, severity="medium"),
    row("CVE-B", {"535": "535.288.01", "580": "580.126.09"}, severity="critical"),
    row("CVE-C", {"580": "580.95.05"}, unaffected=["535"]),
    scheme="driver",
    branches=["600"],
    eol_branches=[
        {"branch": "570", "since": date(2026, 5, 21), "source": SOURCE},
        {"branch": "595", "since": date(2027, 4, 1), "source": SOURCE},
    ],
)


@pytest.mark.parametrize(
    ("text", "state", "advisories", "fix"),
    [
        ("535.309.01", "fixed", [], None),
        ("535.288.01", "below", ["CVE-A"], "535.309.01"),
        ("535.183.01", "below", ["CVE-B", "CVE-A"], "535.309.01"),
        ("580.82.07", "below", ["CVE-B", "CVE-C", "CVE-A"], "580.159.03"),
        ("580.159.03", "fixed", [], None),
        ("595.45.04", "below", ["CVE-A"], "595.71.05"),
        ("600.10", "fixed", [], None),
        ("570.211.01", "below", ["CVE-B", "CVE-C", "CVE-A"], "580.159.03"),
        ("615.10", "unknown", [], None),
        ("470.256.02", "unknown", [], None),
        ("6.8.5", "unknown", [], None),
    ],
)
def test_branches_are_judged_apart(text: str, state: str, advisories: list[str], fix: str | None) -> None:
    verdict = below(DRIVER, text, TODAY)
    assert (state, advisories, fix) == (verdict.state, ids(verdict), verdict.fixed_version)
    assert bool(verdict.reason) == (state == "unknown" or text.startswith("570"))


def test_a_branch_without_a_fix_points_to_the_nearest_higher_one() -> None:
    verdict = below(
        table(row(fixed={"1.2": "1.2.8", "1.4": "1.4.1", "1.3": "1.3.3"}), branches=["1.1"]), "1.1.9", TODAY
    )
    assert (verdict.state, verdict.fixed_version) == ("below", "1.2.8")


def test_the_star_covers_the_other_branches() -> None:
    floors = table(row(fixed={"1.2": "1.2.8", "*": "1.4.0-rc.3"}))
    states = {v: below(floors, v, TODAY).state for v in ("1.1.0", "1.2.8", "1.3.9", "1.4.0-rc.2", "1.4.0", "2.0.0")}
    assert list(states.values()) == ["below", "fixed", "below", "below", "fixed", "fixed"]


def test_the_longest_branch_wins() -> None:
    floors = table(row(fixed={"2": "2.9.9", "2.4": "2.4.1"}))
    assert below(floors, "2.4.1", TODAY).state == "fixed"
    assert below(floors, "2.5.1", TODAY).state == "below"


def test_nothing_applies_before_the_flaw_came_in() -> None:
    floors = table(row(introduced="1.1.0"))
    assert [below(floors, v, TODAY).state for v in ("1.0.9", "1.1.0", "1.2.3")] == ["fixed", "below", "fixed"]


def test_the_proposed_version_avoids_later_flaws_too() -> None:
    floors = table(row("CVE-1", {"*": "1.2.3"}), row("CVE-2", {"*": "1.5.0"}, introduced="1.2.0"))
    verdict = below(floors, "1.1.0", TODAY)
    assert (ids(verdict), verdict.fixed_version) == (["CVE-1"], "1.5.0")


def test_an_open_flaw_has_no_fixed_version_and_is_forgotten_when_the_table_is_old() -> None:
    floors = table(row("CVE-1", {}, introduced="1.0.0"), row("CVE-2", {"*": "1.1.0"}))
    assert ((v := below(floors, "1.0.1", TODAY)).state, v.fixed_version) == ("below", None)
    later = TODAY + timedelta(days=181)
    assert ids(below(floors, "1.0.1", later)) == ["CVE-2"]
    assert below(floors, "1.2.0", later).state == "unknown"


def test_an_ended_branch_without_a_living_one_has_no_fixed_version() -> None:
    ended = [{"branch": "0", "since": TODAY, "source": SOURCE}]
    verdict = below(table(row(fixed={"*": "0.11.0"}), eol_branches=ended), "0.12.0", TODAY)
    assert (verdict.state, verdict.fixed_version, ids(verdict)) == ("below", None, [])
    assert verdict.reason == "branch 0 gets no fixes since 2026-11-21"


def test_an_end_of_life_counts_from_its_day() -> None:
    assert below(DRIVER, "595.71.05", date(2027, 3, 31)).state == "fixed"
    verdict = below(DRIVER, "595.71.05", date(2027, 4, 1))
    assert (verdict.state, verdict.fixed_version) == ("below", None)


def test_age_turns_fixed_into_unknown_and_leaves_below_alone() -> None:
    last = TODAY + timedelta(days=180)
    days = (last, last + timedelta(days=1))
    floors = table(row())
    assert [below(floors, "1.2.3", day).state for day in days] == ["fixed", "unknown"]
    assert [below(floors, "1.2.2", day).state for day in days] == ["below", "below"]


FLOATING = {"6": "below", "7": "unknown", "7.2": "unknown", "7.2.14": "fixed", "8.6": "unknown", "9": "fixed"}


@pytest.mark.parametrize(("text", "state"), FLOATING.items())
def test_a_floating_tag_is_unknown_unless_all_it_may_mean_agree(text: str, state: str) -> None:
    floors = table(row(fixed={"7.2": "7.2.14", "7.4": "7.4.9", "*": "8.6.3"}))
    assert state == below(floors, text, TODAY).state


def test_secondary_rows_count_only_when_asked_for() -> None:
    floors = table(row("CVE-1"), row("CVE-2", {"*": "1.3.0"}, confidence="secondary"))
    quiet, loud = below(floors, "1.2.5", TODAY), below(floors, "1.2.5", TODAY, include_secondary=True)
    assert (quiet.state, [a.id for a in quiet.unconfirmed]) == ("fixed", ["CVE-2"])
    assert (loud.state, ids(loud), loud.fixed_version, loud.unconfirmed) == ("below", ["CVE-2"], "1.3.0", ())


def test_severity_then_id_orders_the_advisories() -> None:
    severities = {"C": "low", "B": "medium", "D": "high", "A": "high", "E": "critical"}
    rows = [row(ident, severity=severity) for ident, severity in severities.items()]
    assert ids(below(table(*rows), "1.0.0", TODAY)) == ["E", "A", "D", "B", "C"]


def test_a_tag_prefix_is_taken_off() -> None:
    floors = table(row(), tag_prefixes=["main-"])
    assert [below(floors, t, TODAY).state for t in ("main-v1.2.0-stable", "dev-v1.2.0")] == [
        "below",
        "unknown",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [row(), row()],
        [row(fixed={"*": "soon"})],
        [row(introduced="early")],
        [row(fixed={"x.y": "1.0"})],
        [row(severity="grave")],
        [row(surprise=1)],
    ],
)
def test_a_defective_table_is_refused_when_it_is_decoded(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(msgspec.ValidationError):
        table(*rows)


# --- laws ------------------------------------------------------------------------------------

SCHEMES = st.sampled_from(get_args(Scheme))
NUMBERS = st.integers(0, 4)
VERSIONS = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(lambda p: ".".join(map(str, p)))


@st.composite
def tables(draw: st.DrawFn) -> FloorTable:
    rows = []
    for index in range(draw(st.integers(1, 4))):
        branches = draw(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3, unique=True))
        fixed = {f"{a}.{b}": f"{a}.{b}.{draw(NUMBERS)}" for a, b in branches}
        if draw(st.booleans()):
            fixed["*"] = draw(VERSIONS)
        rows.append(row(f"CVE-{index}", fixed, introduced=draw(st.none() | VERSIONS)))
    ended = [
        {"branch": f"{a}.{b}", "since": TODAY, "source": SOURCE}
        for a, b in draw(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=2, unique=True))
    ]
    return table(*rows, eol_branches=ended, branches=[f"{a}.{b}" for a in range(5) for b in range(5)])


@settings(max_examples=60, deadline=None)
@given(tables(), VERSIONS, NUMBERS)
def test_raising_a_version_on_its_branch_never_makes_it_below(floors: FloorTable, text: str, more: int) -> None:
    """Except by a flaw that came in between the two."""
    stem, _, patch = text.rpartition(".")
    raised = f"{stem}.{int(patch) + more}"
    after = below(floors, raised, TODAY)
    if below(floors, text, TODAY).state == "fixed" and after.state == "below":
        for advisory in after.advisories:
            assert key(text) < key(advisory.introduced or "0") <= key(raised)


@settings(max_examples=60, deadline=None)
@given(tables(), VERSIONS)
def test_the_proposed_version_is_higher_and_fixed(floors: FloorTable, text: str) -> None:
    verdict = below(floors, text, TODAY)
    if verdict.fixed_version is not None:
        assert key(text) < key(verdict.fixed_version)
        assert below(floors, verdict.fixed_version, TODAY).state == "fixed"


@settings(deadline=None)
@given(tables(), VERSIONS, st.integers(0, 2000))
def test_time_never_turns_an_answer_into_fixed(floors: FloorTable, text: str, days: int) -> None:
    if below(floors, text, TODAY).state != "fixed":
        assert below(floors, text, TODAY + timedelta(days=days)).state != "fixed"


TAGS = st.from_regex(
    r"(v|1:)?[0-9]{1,3}(\.[0-9]{1,3}){0,3}([-.+~]?(rc|a|b|post|dev|py)\.?[0-9]{0,2}){0,2}", fullmatch=True
)


@settings(deadline=None)
@given(st.lists(TAGS, min_size=3, max_size=3))
def test_parsed_versions_are_totally_ordered(texts: list[str]) -> None:
    keys = [v.key for text in texts if (v := parse_version("numeric", text))]
    for a in keys:
        for b in keys:
            assert (a < b) + (a == b) + (a > b) == 1
            assert all(not (a <= b <= c) or a <= c for c in keys)


@settings(max_examples=60, deadline=None)
@given(SCHEMES, st.text(max_size=MAX_TEXT) | TAGS | st.from_regex(r"[0-9.\-+~a-z:]{0,60}", fullmatch=True))
def test_arbitrary_text_never_raises(scheme: Scheme, text: str) -> None:
    version = parse_version(scheme, text)
    assert version is None or version.key[1][-1] == (0, 0)


@settings(deadline=None)
@given(SCHEMES, st.integers(1, 2000))
def test_longer_text_is_no_version(scheme: Scheme, extra: int) -> None:
    assert parse_version(scheme, "1.2.3" + "-" * MAX_TEXT + "x" * extra) is None


@settings(deadline=None)
@given(st.sampled_from(FILES), st.text(max_size=40) | TAGS)
def test_shipped_tables_answer_any_text(file: Any, text: str) -> None:
    verdict = below(shipped(file.name.removesuffix(".yaml")), text, TODAY)
    assert bool(verdict.advisories) <= (verdict.state == "below")
    assert verdict.state != "unknown" or verdict.reason


# --- the data --------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_shipped_table_is_sound(file: Any) -> None:
    floors = msgspec.convert(yaml.safe_load(file.read_text("utf-8")), FloorTable)
    assert file.name == f"{floors.component}.yaml"
    assert floors.advisories
    assert floors.sources_until <= floors.checked
    for advisory in floors.advisories:
        assert floors.sources_until <= advisory.checked <= floors.checked
        assert advisory.id.startswith("CVE-")
        assert len(advisory.title) > 20
        for branch, text in advisory.fixed.items():
            assert branch == "*" or f"{text}.".startswith((f"{branch}.", f"{branch}-"))
    for source in [a.source for a in floors.advisories] + [e.source for e in floors.eol_branches]:
        assert source.title
        assert source.ref.startswith("https://")


def test_every_fixed_version_is_free_of_its_own_flaw() -> None:
    for file in FILES:
        floors = shipped(file.name.removesuffix(".yaml"))
        for advisory in floors.advisories:
            for text in advisory.fixed.values():
                assert advisory.id not in ids(below(floors, text, floors.checked, include_secondary=True))


@pytest.mark.parametrize(
    ("component", "tag", "state", "fix"),
    [
        ("nvidia-driver", "580.159.03-ubuntu24.04", "fixed", None),
        ("nvidia-driver", "580.126.09", "below", "580.159.03"),
        ("nvidia-driver", "570.211.01", "below", "580.159.03"),
        ("nvidia-container-toolkit", "v1.17.8-ubuntu20.04", "below", "1.19.1"),
        ("dcgm", "4.5.3-4.8.2-ubuntu22.04", "fixed", None),
        ("dcgm-exporter", "4.5.3-4.8.1-ubuntu22.04", "below", "4.8.2"),
        ("runc", "1.2.8", "below", "1.3.6"),
        ("runc", "1.1.12", "below", "1.3.6"),
        ("docker-engine", "29.7.0-dind", "fixed", None),
        ("ray", "2.51.0-py310-gpu", "below", "2.56.0"),
        ("vllm", "v0.10.1", "below", "0.27.0"),
        ("triton", "25.07-py3", "below", "26.06"),
        ("ollama", "0.17.1-rocm", "fixed", None),
        ("llama.cpp", "server-cuda-b5000", "below", "b8492"),
        ("litellm", "main-v1.84.0-stable", "fixed", None),
        ("redis", "7.4.5-alpine", "below", "7.4.9"),
        ("redis", "7-alpine", "unknown", None),
        ("minio", "RELEASE.2025-09-07T16-13-09Z", "below", "RELEASE.2026-04-11T03-20-12Z"),
        ("slurm", "24.11.5-1", "below", "25.05.0"),
        ("torchserve", "0.12.0-gpu", "below", None),
        ("jupyterlab", "lab-4.2.5", "below", "4.5.10"),
    ],
)
def test_shipped_floors_answer_real_tags(component: str, tag: str, state: str, fix: str | None) -> None:
    verdict = below(shipped(component), tag, TODAY)
    assert (state, fix) == (verdict.state, verdict.fixed_version)
