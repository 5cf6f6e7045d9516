"""A repair at its place in a file: the right document of a stream, and reasons where the place is gone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import RepairError
from holdfast.core.repair import Offer, Repair
from holdfast.repair.apply import apply

STREAM = "# one\na: {b: 1}\n---\na: {b: 1}\n...\na: {b: 1}\n... # end\n---\na: {b: 1}\n"


def offer(repair: Repair, line: int = 1, pointer: str = "/a", path: str = "x.yaml") -> Offer:
    return Offer(repair, path, line, 1, pointer, pointer.rpartition("/")[0])


@pytest.mark.parametrize("line", [2, 4, 6, 9])
def test_only_the_document_that_holds_the_line_changes(line: int) -> None:
    after = apply(STREAM.encode(), offer(Repair(set="b", to=2), line)).decode()
    lines = STREAM.splitlines(keepends=True)
    lines[line - 1] = "a: {b: 2}\n"
    assert after == "".join(lines)


@pytest.mark.parametrize(
    ("data", "repair", "line", "pointer", "reason"),
    [
        (b"\xff\xfea", Repair(set="b", to=2), 1, "/a", "not in UTF-8"),
        (b"a: {{ x }}\n", Repair(set="b", to=2), 1, "/a", "template"),
        (b"a: 1\n", Repair(set="b", to=2), 0, "/a", "not there any more"),
        (b"", Repair(set="b", to=2), 1, "/a", "not there any more"),
        (b"a: 1\n", Repair(variable="X", to="1"), 1, "/b/c", "not there any more"),
        (b"[]\n", Repair(variable="X", to="1"), 1, "/a", "not there any more"),
        (b"a: [\n", Repair(variable="X", to="1"), 1, "/a", "not there any more"),
        (b"a: 1\n" * 2, Repair(set="b", to=2), 1, "/a", "cannot be read"),
        (b"---\na: 1\n" * 100_001, Repair(set="b", to=2), 1, "/a", "documents"),
    ],
)
def test_what_is_gone_is_refused(data: bytes, repair: Repair, line: int, pointer: str, reason: str) -> None:
    with pytest.raises(RepairError, match=reason):
        apply(data, offer(repair, line, pointer))


def test_a_mark_and_line_ends_stay() -> None:
    after = apply(b"\xef\xbb\xbfX=1\r\n", offer(Repair(setting="X", to="2"), path="slurm.conf"))
    assert after == b"\xef\xbb\xbfX=2\r\n"


REPAIRS = st.sampled_from(
    [
        Repair(set="b.c", to=True),
        Repair(add="b", to="x"),
        Repair(remove="b"),
        Repair(variable="A", to="x"),
        Repair(variable="A"),
        Repair(setting="A", to="x"),
    ]
)


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(st.binary(max_size=40), st.text(alphabet='ab:- \n{}[]#&*=A"', max_size=40).map(str.encode)),
    REPAIRS,
    st.integers(0, 3),
    st.sampled_from(["", "/a", "/a/b", "/0", "/a/0/b"]),
    st.sampled_from(["x.yaml", "slurm.conf", "Dockerfile"]),
)
def test_only_the_typed_error_escapes(data: bytes, repair: Repair, line: int, pointer: str, path: str) -> None:
    try:
        apply(data, offer(repair, line, pointer, path))
    except RepairError:
        return
