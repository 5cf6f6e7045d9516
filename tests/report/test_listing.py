"""Tables, CSV and JSON that carry nothing but text."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.report.listing import FORMULA, as_csv, as_json, table

CELLS = st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80)), max_size=4)


@given(CELLS)
def test_a_table_has_one_line_a_row_and_nothing_that_steers_a_terminal(rows: list[tuple[str, str]]) -> None:
    text = table(("one", "two"), rows).decode()
    assert text.count("\n") == len(rows) + 1
    assert text.replace("\n", "").isprintable()


@given(CELLS)
def test_no_cell_of_a_csv_is_a_formula_or_ends_its_line(rows: list[tuple[str, str]]) -> None:
    text = as_csv(("one", "two"), rows).decode()
    found = list(csv.reader(io.StringIO(text)))
    assert [len(row) for row in found] == [2] * (len(rows) + 1)
    for cell in (cell for row in found for cell in row):
        assert not cell.startswith(FORMULA) or cell == "-"
        assert cell.isprintable()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\uff1d1", "-=1"])
def test_what_a_spreadsheet_would_compute_is_quoted(cell: str) -> None:
    assert as_csv(("a",), [(cell,)]).decode() == f"a\r\n'{cell}\r\n"


def test_a_dash_that_says_nothing_stays() -> None:
    assert as_csv(("a",), [("-",)]) == b"a\r\n-\r\n"


def test_a_long_cell_is_cut_in_its_middle() -> None:
    assert table(("a",), [("x" * 40 + "y" * 40,)], widest=11) == "A\nxxxxx…yyyyy\n".encode()
    assert table(("a",), [("x" * 11,)], widest=11) == b"A\nxxxxxxxxxxx\n"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(st.dictionaries(st.text(min_size=1, max_size=5).filter(lambda name: name.isascii()), JSON, max_size=3))
def test_any_document_is_json_with_its_schema_first(document: dict[str, object]) -> None:
    data = as_json("s/1", {f"_{name}": value for name, value in document.items()})
    assert data.endswith(b"\n")
    assert next(iter(json.loads(data).items())) == ("schema", "s/1")


def test_what_was_asked_for_is_never_cut_but_what_it_holds_is() -> None:
    found = json.loads(as_json("s/1", {"rows": [{"a": list(range(60)), "b": "\ud800", "c": "x" * 2000}] * 60}))
    assert len(found["rows"]) == 60
    assert (len(found["rows"][0]["a"]), found["rows"][0]["b"], len(found["rows"][0]["c"])) == (50, "\ufffd", 1000)
