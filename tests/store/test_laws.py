"""Laws of what a run leaves in the store, on made-up runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.store.runs import RULES, Recorder, finding, sighting

from holdfast.core.finding import Finding
from holdfast.core.inventory import Item, Selection, Wanted
from holdfast.core.run import Link, Sighting
from holdfast.store.database import Database
from holdfast.store.migrate import migrate
from holdfast.store.query import findings, items, like, relations
from holdfast.store.sqlite import Sqlite

FEW = settings(max_examples=25, deadline=None)
NAMES = st.sampled_from(["bucket/a", "bucket/a#2", "bucket/b/c", "workload/w", "workload/w#2", "workload/x"])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["owner", "exposure", "data_class", "region"]), st.tuples(st.sampled_from("ab"), st.just("x"))
)
LINKS = st.lists(st.builds(Link, st.sampled_from(["reads", "runs_on"]), NAMES, st.booleans()), max_size=2)
LETTERS = st.sampled_from("fupn-")


@st.composite
def seen(draw: st.DrawFn) -> Sighting:
    name = draw(NAMES)
    answers = "".join(draw(LETTERS) for _ in RULES[name.partition("/")[0]])
    folder = draw(st.sampled_from(["", "a/", "b/"]))
    return replace(
        sighting(name, answers, links=draw(LINKS), attributes=draw(ATTRIBUTES)), path=f"{folder}{draw(NAMES)}"
    )


ASSETS = st.lists(seen(), max_size=6)


@contextmanager
def store() -> Iterator[tuple[Database, Recorder]]:
    with TemporaryDirectory() as folder:
        database = Sqlite(f"{folder}/store.db")
        migrate(database)
        try:
            yield database, Recorder(database, Path(folder) / "keys")
        finally:
            database.close()


def failing(assets: list[Sighting]) -> list[Finding]:
    return [
        finding(rule, one.name)
        for one in assets
        for rule, letter in zip(RULES[one.kind], one.answers, strict=True)
        if letter == "f"
    ]


def known(database: Database, *, times: bool = False) -> object:
    found = items(database, Selection())
    rows = [replace(one, id=0, last_seen=0, **({} if times else {"first_seen": 0, "changed": 0})) for one in found]
    edges = relations(database, [one.id for one in found])
    told = [(one.fingerprint, one.state, one.asset, one.reopened) for one in findings(database, Wanted(limit=999))]
    return sorted(map(repr, rows)), sorted(edges), sorted(told)


@FEW
@given(ASSETS)
def test_the_same_run_again_changes_nothing_but_the_last_day(assets: list[Sighting]) -> None:
    with store() as (database, record):
        record(*assets, findings=failing(assets))
        before = known(database, times=True)
        done = record(*assets, findings=failing(assets))
        assert (done.new, done.changed, done.gone, done.entries) == (0, 0, 0, 1)
        assert not any(count for _, count in done.changes())
        assert known(database, times=True) == before


@FEW
@given(ASSETS, st.randoms())
def test_the_order_of_assets_does_not_matter(assets: list[Sighting], random: object) -> None:
    alike = {(one.source, one.name): one for one in assets}  # which of several gets a number is a matter of order
    assets = list(alike.values())
    shuffled = random.sample(assets, len(assets))  # type: ignore[attr-defined]
    with store() as (one, record), store() as (other, record_other):
        record(*assets, findings=failing(assets))
        record_other(*shuffled, findings=failing(shuffled))
        assert known(one) == known(other)


@FEW
@given(ASSETS, ASSETS)
def test_a_run_over_a_part_leaves_everything_else(assets: list[Sighting], later: list[Sighting]) -> None:
    def inside(path: str) -> bool:
        return path.startswith("a/")

    with store() as (database, record):
        record(*assets, findings=failing(assets))
        taken = {one.name for one in items(database, Selection())}
        part = [one for one in later if inside(one.path) and one.name not in taken]
        elsewhere = [one for one in items(database, Selection()) if not inside(one.path)]
        record(*part, findings=failing(part), looked_at=lambda path, source: inside(path))
        left: dict[int, Item] = {one.id: one for one in items(database, Selection())}
        for one in elsewhere:
            if one.source != "named":  # what is only spoken of goes with those who speak of it
                assert left[one.id] == one


TEXT = st.text(alphabet="aA%_!*?[]\\/.-é\n", max_size=8)


def test_a_pattern_means_in_the_store_what_it_means_in_the_settings(database: Database) -> None:
    @settings(max_examples=300, deadline=None)
    @given(TEXT, TEXT)
    def alike(pattern: str, name: str) -> None:
        sql = "SELECT CASE WHEN CAST(? AS TEXT) LIKE ? ESCAPE '!' THEN 1 ELSE 0 END"
        ((answer,),) = database.rows(sql, (name, like(pattern)))
        assert bool(answer) == fnmatchcase(name, pattern.replace("[", "[[]"))

    alike()
