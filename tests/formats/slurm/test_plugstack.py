"""plugstack.conf, as spank.c reads it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.slurm.plugstack import Entry, read


def entries(text: str, **files: list[tuple[str, bytes]]) -> list[Entry]:
    return list(read(text.encode(), "plugstack.conf", lambda pattern, of: files.get(pattern)))


def test_plugins_in_their_order():
    assert entries("# x\nrequired pyxis.so container_scope=job\n\noptional /opt/a.so # y\n") == [
        Entry("pyxis.so", True, ("container_scope=job",), "plugstack.conf", 2),
        Entry("/opt/a.so", False, (), "plugstack.conf", 4),
    ]


def test_included_files():
    found = entries("include d\nrequired z.so\n", d=[("d/a.conf", b"optional a.so\n"), ("d/b.conf", b"")])
    assert [(entry.plugin, entry.path, entry.included) for entry in found] == [
        ("", "plugstack.conf", "d"),
        ("a.so", "d/a.conf", ""),
        ("z.so", "plugstack.conf", ""),
    ]


@pytest.mark.parametrize("line", ["Required a.so", "required", "include", "load a.so"])
def test_other_lines_are_troubles(line):
    (entry,) = entries(f"\n{line}\n")
    assert (entry.plugin, entry.line) == ("", 2)
    assert "not a line" in entry.trouble


def test_what_is_not_here_or_in_a_cycle_is_a_trouble():
    *_, gone = entries("include gone\n")
    assert "is not here" in gone.trouble
    *_, cycle = entries("include self\n", self=[("self", b"include self\n")])
    assert "cycle" in cycle.trouble


@pytest.mark.parametrize("data", [b"\0", b"x" * (1 << 21)])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(FormatError):
        list(read(data, "a", lambda pattern, of: None))


@given(st.text(max_size=200))
def test_any_text(text):
    with suppress(FormatError):
        list(read(text.encode("utf-8", "surrogatepass"), "a", lambda pattern, of: [("b", b"x")]))


def test_what_includes_add_up_to_is_bounded():
    files = {f"f{at}": [(f"f{at}", f"include f{at + 1}\n".encode() * 10)] for at in range(9)}
    with pytest.raises(FormatError, match="with all that it includes"):
        entries("include f0\n", **files, f9=[("f9", b"")])
