"""sshd_config with its includes and blocks: places, problems, bounds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.ssh import includes, lines, server
from holdfast.formats.ssh.blocks import Connection
from holdfast.formats.ssh.effective import effective
from holdfast.formats.ssh.keywords import ALIASES, IGNORED, KEYWORDS, NEWER
from holdfast.formats.ssh.reach import reachable
from holdfast.formats.ssh.server import Config, read

Found = Sequence[tuple[str, bytes | None]] | None
MAIN = "/etc/ssh/sshd_config"


def config(text: str, **files: str) -> Config:
    """A configuration; `a="..."` is the file /etc/ssh/a."""

    def include(pattern: str) -> Found:
        if pattern.endswith("*"):
            return [(f"/etc/ssh/{name}", content.encode()) for name, content in files.items()]
        name = pattern.removeprefix("/etc/ssh/")
        return [(pattern, files[name].encode())] if name in files else []

    return read(text.encode(), MAIN, include)


def whats(found: Config) -> list[str]:
    return [each.what for each in found.problems]


def test_a_setting_keeps_its_place_and_block() -> None:
    found = config("Port 22\nMatch User a\n  Include x\n", x="MaxSessions 3\nMatch Address 10.0.0.0/8\nPermitTTY no\n")
    assert [(each.slot, each.values, each.path, each.line) for each in found.settings] == [
        ("port", ("22",), MAIN, 1),
        ("maxsessions", ("3",), "/etc/ssh/x", 1),
        ("permittty", ("no",), "/etc/ssh/x", 3),
    ]
    _, outer, inner = (each.block for each in found.settings)
    assert outer is found.blocks[0]
    assert outer is not None
    assert outer.text == "Match User a"
    assert inner is found.blocks[1]
    assert inner is not None
    assert inner.text == "Match User a, then Match Address 10.0.0.0/8"
    assert (inner.path, inner.line) == ("/etc/ssh/x", 2)
    assert found.files == (MAIN, "/etc/ssh/x")


def test_the_blocks_of_an_included_file_end_with_it() -> None:
    found = config("Include x\nPermitTTY no\nMatch all\nInclude x\nPermitTTY no\n", x="Match User a\nMaxSessions 3\n")
    assert [each.block and each.block.text for each in found.settings] == [
        "Match User a",
        None,
        "Match all, then Match User a",
        "Match all",
    ]
    assert found.files == (MAIN, "/etc/ssh/x")
    root, other = (effective(found, Connection(user=user)) for user in ("root", "a"))
    assert (root["maxsessions"], root["permittty"]) == (("10",), ("no",))
    assert (other["maxsessions"], other["permittty"]) == (("3",), ("no",))


def test_files_of_a_pattern_come_in_order_of_their_names() -> None:
    found = config("Include *\n", b="MaxSessions 3\n", a="MaxSessions 4\n", B="MaxSessions 5\n")
    assert found.files == (MAIN, "/etc/ssh/B", "/etc/ssh/a", "/etc/ssh/b")
    assert effective(found, Connection())["maxsessions"] == ("5",)


def test_a_pattern_is_asked_once_and_relative_ones_start_in_the_folder_of_ssh() -> None:
    asked: list[str] = []

    def include(pattern: str) -> Found:
        asked.append(pattern)
        return ()

    read(b"Include x /y ~/z x\nInclude x\n", MAIN, include)
    assert asked == ["/etc/ssh/x", "/y", "~/z"]


def test_files_that_nobody_could_look_at_are_recorded() -> None:
    def include(pattern: str) -> Found:
        return None if pattern == "/a" else [("/b", None), ("/c", b"MaxSessions 3\n")]

    found = read(b"Port 22\nMatch User x\nInclude /a /b\n", MAIN, include)
    assert [(each.pattern, each.line, each.before) for each in found.unseen] == [("/a", 3, 1), ("/b", 3, 1)]
    assert [each.block for each in found.unseen] == [found.blocks[0]] * 2
    assert found.files == (MAIN, "/c")


def test_a_cycle_ends_as_in_sshd() -> None:
    found = config("Include x\nPort 22\n", x="Include x\nInclude x\n")
    assert whats(found) == ["files include each other more than 16 deep"]
    assert found.problems[0].path == "/etc/ssh/x"
    assert config("Include x\n", x="Include y\n", y="Port 22\n").problems == ()
    assert whats(config("Include *\nPort x\n", x="Include *\n", y="Port x\n")) == whats(found)


def test_sixteen_files_deep_is_fine() -> None:
    names = "abcdefghijklmnopq"
    files = {name: f"Include {following}\n" for name, following in pairwise(names)}
    assert config("Include b\n", **files, q="Port 22\n").problems == ()
    assert whats(config("Include a\n", **files, q="Port 22\n")) == ["files include each other more than 16 deep"]


def test_files_that_multiply_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ROWS", 1000)
    files = {f"f{i}": f"Include f{i + 1}\n" * 3 for i in range(12)}
    with pytest.raises(FormatError, match="more than 1000 lines"):
        config("Include f0\n", **files, f12="Port 22\n")


def test_blocks_are_bounded() -> None:
    assert config("Match User a\n" * server.BLOCKS).problems == ()
    with pytest.raises(FormatError, match="more than 256 Match blocks"):
        config("Match User a\n" * (server.BLOCKS + 1))


@pytest.mark.parametrize("data", [b"Port 22\nPort\0 22\n", b"#" * (lines.SIZE + 1)])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data, MAIN, lambda pattern: ())
    with pytest.raises(FormatError, match="/x: "):
        read(b"Include /x\n", MAIN, lambda pattern: [("/x", data)])


def test_problems_name_the_file_and_line() -> None:
    found = config("\n  Include x\nPermitRootLogin maybe\n", x="#\nNonsense 1\nMatch User a\nPort 22\n")
    assert [(each.path, each.line) for each in found.problems] == [("/etc/ssh/x", 2), ("/etc/ssh/x", 4), (MAIN, 3)]
    assert whats(found) == [
        "Nonsense: sshd does not know this keyword",
        "Port: not allowed in a Match block",
        "PermitRootLogin: the value maybe is not supported",
    ]
    assert found.refused == found.problems
    with pytest.raises(FormatError, match="would not start"):
        effective(found, Connection())


def test_what_came_later_is_no_reason_to_refuse() -> None:
    found = config("PerSourcePenalties no\nKexAlgorithms mlkem768x25519-sha256\nMatch Invalid-User x\nMaxSessions 1\n")
    assert [each.since for each in found.problems] == ["9.8", "9.9", "9.9"]
    assert found.refused == ()
    with pytest.raises(FormatError, match=r"9\.2 would not start"):
        effective(found, Connection())
    assert [each.values for each in reachable(found)["maxsessions"]] == [("10",), ("1",)]


def test_limits_of_sshd() -> None:
    assert whats(config("Port 22\n" * 256)) == []
    assert whats(config("Port 22\n" * 257)) == ["more than 256 times port"]
    subsystems = "".join(f"Subsystem s{i} /x\n" for i in range(257))
    assert whats(config(subsystems)) == ["more than 256 times subsystem"]
    assert [each.line for each in config(subsystems).problems] == [257]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Port 22\nInclude x\n", 3),
        ("Port 22\nCiphers aes256-ctr\nInclude x\n", 3),
    ],
)
def test_what_conflicts_is_found_where_it_stands(text: str, line: int) -> None:
    found = config(text, x="\n\nSubsystem a /x\n\nSubsystem a /y\n")
    assert [(each.path, each.line, each.what) for each in found.problems] == [
        ("/etc/ssh/x", 5, "the subsystem a is defined twice")
    ]
    found = config(text, x="\n\nPubkeyAcceptedAlgorithms rsa\n")
    assert [(each.path, each.line, each.what) for each in found.problems] == [
        ("/etc/ssh/x", line, "pubkeyacceptedalgorithms: no algorithm is left")
    ]


def test_a_list_of_algorithms_is_bounded() -> None:
    assert whats(config(f"Ciphers {'aes128-ctr,' * 2000}aes128-ctr\n")) == [
        "Ciphers: a list of more than 16384 characters"
    ]


def test_a_connection_that_sshd_would_end_is_an_error() -> None:
    found = config("Match User a\nAuthenticationMethods publickey\nMatch User a\nAuthenticationMethods any\n")
    assert found.problems == ()
    with pytest.raises(FormatError, match="would end the connection"):
        effective(found, Connection(user="a"))


def test_no_keyword_stands_in_two_tables() -> None:
    tables = (set(KEYWORDS), set(IGNORED), set(NEWER), set(ALIASES))
    assert sum(len(table) for table in tables) == len(set.union(*tables))
    assert set(ALIASES.values()) <= set(KEYWORDS)


KEYWORD = st.sampled_from([*KEYWORDS, *ALIASES, *IGNORED, *NEWER, "match", "include", "Match user", "x"])
TEXT = st.text(
    st.sampled_from("ab1:,*?!/[]%~.-+^=\"'\\# \t\r\f@") | st.characters(codec="utf-8", exclude_characters="\0")
)


@given(st.lists(st.tuples(KEYWORD, TEXT)), TEXT)
def test_only_a_format_error_escapes(rows: list[tuple[str, str]], user: str) -> None:
    text = "\n".join(" ".join(row) for row in rows)
    with suppress(FormatError):
        found = read(text.encode(), MAIN, lambda pattern: [(pattern, b"Match User a\nMaxSessions 3")])
        reachable(found)
        effective(found, Connection(user, (user,), user, user, user, 22, user))


@given(st.binary())
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(FormatError):
        read(data, MAIN, lambda pattern: [(pattern, data)])


def test_the_lookup_keeps_what_it_found() -> None:
    lookup = includes.Lookup(lambda pattern: [("b", b""), ("a", None)])
    assert lookup("x") == [("a", None), ("b", b"")]
    assert lookup("x") is lookup("x")
