"""sudoers: statements and what commands give."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.sudoers import statements
from holdfast.formats.sudoers.power import power
from holdfast.formats.sudoers.statements import Alias, Command, Default, Include, Problem, Specification, read
from holdfast.formats.sudoers.words import cut, rows, unquoted, words


def spec(text: str) -> Specification:
    (found,) = read(text.encode()).statements
    assert isinstance(found, Specification)
    return found


def test_rows_comments_numbers_and_continuations() -> None:
    text = '# c\nA = \\\n  1 # x\n\n#12 ALL=ALL\nB (#0) x#y\nC "a#b" \\# d\n#include x # not a comment\nD \\'
    assert list(rows(text)) == [
        (2, "A =    1"), (5, "#12 ALL=ALL"), (6, "B (#0) x"), (7, 'C "a#b" \\# d'), (8, "#include x # not a comment"), (9, "D"),
    ]  # fmt: skip


def test_lists_are_cut_where_no_sign_is_quoted() -> None:
    assert cut('a, "b, c", d\\,e, (f, g) h, /x ^a,b$, i', ",") == ["a", '"b, c"', "d\\,e", "(f, g) h", "/x ^a,b$", "i"]
    assert cut("a=b=c", "=", 1) == ["a", "b=c"]
    assert words('"a b"  c\\ d e') == ['"a b"', "c\\ d", "e"]
    assert unquoted('"a\\"b"') == 'a"b'


def test_includes() -> None:
    text = b'@include /etc/a\n#include "b c"\n@includedir /etc/sudoers.d\n#includedir x\\ y\n'
    assert read(text).statements == (
        Include("/etc/a", False, 1), Include("b c", False, 2), Include("/etc/sudoers.d", True, 3), Include("x y", True, 4),
    )  # fmt: skip


def test_aliases() -> None:
    text = (
        b"User_Alias A = a, %b : B = c\nCmnd_Alias C = sha224:0abc /x y, /z : D = /w\nCmd_Alias E = /v\nHost_Alias F\n"
    )
    found = read(text)
    assert found.statements == (
        Alias("User", "A", ("a", "%b"), 1), Alias("User", "B", ("c",), 1), Alias("Cmnd", "C", ("sha224:0abc /x y", "/z"), 2),
        Alias("Cmnd", "D", ("/w",), 2), Alias("Cmnd", "E", ("/v",), 3),
    )  # fmt: skip
    assert found.problems == (Problem(4, "not a statement: 'Host_Alias F'"),)


def test_defaults() -> None:
    text = b'Defaults !authenticate, env_keep += "A B", x\nDefaults:%ml,bob !lecture\nDefaults!/bin/x noexec\nDefaults@h a=1\nDefaults>root -\n'
    found = read(text)
    assert found.statements == (
        Default("", "authenticate", "off", "", 1), Default("", "env_keep", "+=", "A B", 1), Default("", "x", "on", "", 1),
        Default(":%ml,bob", "lecture", "off", "", 2), Default("!/bin/x", "noexec", "on", "", 3), Default("@h", "a", "=", "1", 4),
        Default(">root", "-", "on", "", 5),
    )  # fmt: skip


def test_a_specification_hands_on_tags_and_users() -> None:
    found = spec(
        'alice, "domain users", %ml h1, h2 = (root, bin : adm) NOPASSWD: SETENV: /bin/a, !/bin/b x, PASSWD: CWD=/x (bob) sha256:abc= /bin/c'
    )
    assert (found.users, found.hosts) == (("alice", '"domain users"', "%ml"), ("h1", "h2"))
    assert found.commands == (
        Command("/bin/a", False, ("root", "bin"), {"PASSWD": False, "SETENV": True}),
        Command("/bin/b x", True, ("root", "bin"), {"PASSWD": False, "SETENV": True}),
        Command("/bin/c", False, ("bob",), {"PASSWD": True, "SETENV": True}),
    )


def test_several_specifications_in_a_row_and_lists_of_digests() -> None:
    first, second = read(b"a h=sha224:aa, sha256:bb /x : i = (b) /y, /z\n").statements
    assert isinstance(first, Specification)
    assert isinstance(second, Specification)
    assert [command.text for command in first.commands] == ["/x"]
    assert (second.hosts, [command.text for command in second.commands]) == (("i",), ["/y", "/z"])
    assert spec("a ALL=!!/x").commands[0].negated is False
    assert spec("a ALL=/x ^b:c$").commands[0].text == "/x ^b:c$"


@pytest.mark.parametrize("row", ["a", "a b", "a = /x", "a b =", "Defaults"])
def test_what_is_no_statement_is_a_problem(row: str) -> None:
    assert len(read(row.encode()).problems) == 1


@pytest.mark.parametrize(
    "data", [b"\0", b"#" * (statements.SIZE + 1), b"a b=c\n" * (statements.ROWS + 1), b"a " * statements.LONG]
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@pytest.mark.parametrize(
    ("text", "everything", "escape", "gpu", "own", "wild"),
    [
        ("ALL", True, False, False, False, False),
        ("/usr/bin/*", True, False, False, False, False),
        ("/usr/bin/", True, False, False, False, False),
        ("/opt/tools/", False, False, False, False, False),
        ("/usr/bin/vim", False, True, False, False, False),
        ("/usr/bin/python3.11", False, True, False, False, False),
        ('/usr/bin/vim ""', False, True, False, False, False),
        ("/usr/bin/vim /etc/motd", False, True, False, False, False),
        ("/usr/bin/vim -es /etc/motd", False, False, False, False, False),
        ("/usr/bin/nano -R /etc/motd", False, False, False, False, False),
        ("/usr/bin/less /var/log/syslog", False, True, False, False, False),
        ('/usr/bin/less ""', False, False, False, False, False),
        ("/usr/bin/man nvidia-smi", False, True, False, False, False),
        ("/usr/bin/man -P cat nvidia-smi", False, False, False, False, False),
        ("/usr/sbin/visudo -c", False, False, False, False, False),
        ("/usr/sbin/visudo -f /etc/sudoers.d/ml", False, True, False, False, False),
        ("/usr/bin/crontab -e", False, True, False, False, False),
        ("/usr/bin/crontab -l", False, False, False, False, False),
        ("/usr/bin/systemctl edit vllm", False, True, False, False, False),
        ("/usr/bin/systemctl restart vllm", False, False, False, False, False),
        ("sudoedit /etc/motd", False, False, False, False, False),
        ("/usr/bin/vim /etc/*", False, True, False, False, True),
        ("/usr/bin/vim ^/etc/[a-z]*$", False, True, False, False, False),
        ("/usr/bin/tail ^/etc/[a-z]*$", False, False, False, False, False),
        ("/usr/bin/nvidia-smi", False, False, True, False, False),
        ("/usr/bin/nvidia-smi -pm 1", False, False, False, False, False),
        ("/home/a/x", False, False, False, True, False),
        ("sudoedit", False, True, False, False, False),
    ],
)
def test_what_a_command_gives(text: str, everything: bool, escape: bool, gpu: bool, own: bool, wild: bool) -> None:
    found = power(text)
    assert (found.everything, found.escape, found.gpu, found.own, found.wild) == (everything, escape, gpu, own, wild)


PIECES = st.sampled_from(
    [
        "alice ",
        "ALL",
        "=",
        "(",
        ")",
        "NOPASSWD:",
        ",",
        "!",
        ":",
        "\\",
        "\n",
        '"',
        "#",
        "^",
        "$",
        "Defaults",
        "@include ",
        "X_Alias",
        " /bin/sh",
        "sha224:a",
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_any_text_gives_statements_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        for each in read(text.encode("utf-8", "replace")).statements:
            if isinstance(each, Specification):
                assert all(power(command.text) for command in each.commands)
