"""Slurm's configuration files, as Slurm's own parser takes them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.slurm import conf
from holdfast.formats.slurm.conf import Configuration, Pair, boolean, items, read

FILES: dict[str, bytes] = {}


def config(text: str, **files: str) -> Configuration:
    def include(name: str, of: str) -> tuple[str, bytes] | None:
        text = files.get(name.replace(".", "_"))
        return None if text is None else (name, text.encode())

    return read(text.encode(), "slurm.conf", include)


def values(text: str, **files: str) -> dict[str, str]:
    return {key: pair.value for key, pair in config(text, **files).settings.items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ClusterName=ai\n", {"clustername": "ai"}),
        ("CLUSTERNAME = ai", {"clustername": "ai"}),
        ("  ClusterName=ai  \r\n", {"clustername": "ai"}),
        ('Reason="two words"\n', {"reason": "two words"}),
        ('Reason=""\n', {"reason": ""}),
        ("A=1\nA=2\n", {"a": "2"}),
        ("A=1 # why\n", {"a": "1"}),
        ("A=x\\#y\n", {"a": "x#y"}),
        ("A=x\\\\#y\n", {"a": "x\\"}),
        ("A=1,\\\n2\n", {"a": "1,2"}),
        ("A=1 \\\n# gone\nB=2\n", {"a": "1", "b": "2"}),
        ("# all \\\nA=1\n", {"a": "1"}),
        ("SelectType+=x\n", {"selecttype": "x"}),
        ("A=1 \\", {"a": "1"}),
        ("\n\n", {}),
    ],
)
def test_settings(text, found):
    assert values(text) == found
    assert not config(text).troubles


def test_a_place_is_where_the_key_stands():
    (pair,) = config("\n# x\n  AuthType=auth/munge\n").settings.values()
    assert pair == Pair("authtype", "auth/munge", "slurm.conf", 3, 3)
    (added,) = config("Flags += x\n").settings.values()
    assert added.operator == "+"


def test_a_continued_line_is_at_its_first():
    (record,) = config("A=1\nNodeName=a \\\n  Gres=gpu:8\n").records
    assert record.first.line == 2
    assert record.pairs["gres"].value == "gpu:8"


@pytest.mark.parametrize("text", ["A=1 B=2\n", "A\n", "A=1 rest\n", "= 1\n", " Include x\n", "NodeName=a loose\n"])
def test_what_slurm_refuses_leaves_everything_open(text):
    (trouble,) = config(text).troubles
    assert (trouble.line, trouble.path) == (1, "slurm.conf")
    assert "refuses" in trouble.what


def test_included_files_count_where_they_stand():
    found = config("A=1\nInclude more.conf\nB=1\n", more_conf="A=2\nB=2\n")
    assert {key: (pair.value, pair.path) for key, pair in found.settings.items()} == {
        "a": ("2", "more.conf"),
        "b": ("1", "slurm.conf"),
    }


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("include gone.conf", "is not here"),
        ("INCLUDE nodes.d/*.conf", "no patterns"),
        ("Include x-%c.conf", "needs a ClusterName"),
    ],
)
def test_what_cannot_be_included_is_said(line, why):
    (trouble,) = config(f"A=1\n{line}\n").troubles
    assert why in trouble.what
    assert trouble.line == 2


def test_the_name_of_the_cluster_stands_in_names_of_files():
    found = config("ClusterName=AI\nInclude x-%c.conf\n", **{"x-ai_conf": "B=2\n"})
    assert found.settings["b"].value == "2"


def test_a_cycle_ends():
    (trouble,) = config("Include self.conf\n", self_conf="Include self.conf\n").troubles
    assert "cycle" in trouble.what


def test_lines_that_may_stand_several_times_all_count():
    found = config("Prolog=/a\nProlog=/b\nSlurmctldHost=h1(10.0.0.1)\nSlurmctldHost=h2 \n")
    assert [pair.value for pair in found.repeated] == ["/a", "/b"]
    assert [record.first.value for record in found.records] == ["h1(10.0.0.1)", "h2"]


@pytest.mark.parametrize("data", [b"A=\0", b"A=1\n" * 2_000_000])
def test_what_is_no_configuration_is_refused(data):
    with pytest.raises(FormatError):
        read(data, "slurm.conf", lambda name, of: None)


def test_settings_are_bounded(monkeypatch):
    monkeypatch.setattr(conf, "LINES", 10)
    with pytest.raises(FormatError, match="more than 10"):
        config("NodeName=a\n" * 11)


def test_yes_and_no():
    assert [boolean(word) for word in ("YES", "up", "1", "no", "Down", "0", "maybe", "")] == [
        True, True, True, False, False, False, None, None,
    ]  # fmt: skip
    assert items("a, b,,c ") == ["a", "b", "c"]


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r'(?i:[ ]?[a-z]{1,4}[ ]?[+*]?=[ ]?("[a-z ]{0,4}"|[a-z\\#]{1,4})[ ]?(#.*|\\)?)', fullmatch=True),
        st.just("Include self.conf"),
    ),
    max_size=8,
)


@given(LINES)
def test_any_text_is_read_or_refused(lines):
    text = "\n".join(lines)
    with suppress(FormatError):
        found = read(text.encode("utf-8", "surrogatepass"), "a", lambda name, of: ("b", b"x=1"))
        every = [*found.settings.values(), *(record.first for record in found.records)]
        assert all(pair.key == pair.key.lower() and 1 <= pair.line <= text.count("\n") + 1 for pair in every)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda key: key not in conf.RECORDS and key != "include"), st.text(alphabet="abc/,:[]-\\# ", max_size=12).filter(lambda v: v.strip()), max_size=6))  # fmt: skip
def test_what_is_written_is_read_back(settings):
    def escaped(value: str) -> str:
        return value.replace("\\", "\\\\").replace("#", "\\#")

    text = "".join(f'{key}="{escaped(value)}"\n' for key, value in settings.items())
    assert values(text) == settings


def test_what_includes_add_up_to_is_bounded(monkeypatch):
    monkeypatch.setattr(conf, "LINES", 100)
    with pytest.raises(FormatError, match="more than 100 settings"):
        config("include f0\n", **{f"f{at}": f"include f{at + 1}\n" * 10 for at in range(9)}, f9="")


def test_a_look_for_an_included_file_costs_as_much_as_many_lines(monkeypatch):
    monkeypatch.setattr(conf, "LINES", 100)
    looked = []
    with pytest.raises(FormatError, match="too many included files"):
        read(b"Include none\n" * 100, "slurm.conf", lambda name, of: looked.append(name))
    assert len(looked) == 100 // conf.INCLUDED
