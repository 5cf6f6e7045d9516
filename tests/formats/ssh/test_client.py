"""ssh_config: settings with their places, and for which hosts they count."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.ssh import client
from holdfast.formats.ssh.client import Config, read
from holdfast.formats.ssh.client_keywords import ALIASES, KEYWORDS


def config(text: str, **files: str) -> Config:
    def include(pattern: str) -> Sequence[tuple[str, bytes | None]]:
        name = pattern.removeprefix("~/.ssh/")
        return [(pattern, files[name].encode())] if name in files else []

    return read(text.encode(), "config", include)


def whats(found: Config) -> list[str]:
    return [each.what for each in found.problems]


def test_a_setting_keeps_its_place_and_block() -> None:
    found = config(
        'User me\nHost a *.b !c\n  Port = 22\n  Include x\nMatch exec "true x"\nProxyCommand nc %h\n', x="Tag t\n"
    )
    assert [(each.keyword, each.args, each.path, each.line) for each in found.settings] == [
        ("user", ("me",), "config", 1),
        ("port", ("22",), "config", 3),
        ("tag", ("t",), "~/.ssh/x", 1),
        ("proxycommand", ("nc", "%h"), "config", 6),
    ]
    assert [each.block and each.block.text for each in found.settings] == [
        None,
        "Host a *.b !c",
        "Host a *.b !c",
        "Match exec true x",
    ]
    assert [each.everywhere for each in found.settings] == [True, False, False, False]
    assert found.files == ("config", "~/.ssh/x")
    assert found.problems == ()


def test_the_first_value_of_a_host_counts() -> None:
    text = "Host a\nPort 1\nPort 2\nHost a\nPort 3\nHost b\nPort 4\nHost *\nPort 5\nHost c\nPort 6\n"
    assert [each.args[0] for each in config(text).reachable("port")] == ["1", "4", "5"]
    assert config(text).reachable("user") == ()
    assert [each.args[0] for each in config("Match all\nPort 1\nHost a\nPort 2\n").reachable("port")] == ["1"]


def test_which_hosts_a_block_holds_for() -> None:
    found = config(
        "Host *.x !a.x\nInclude f\nMatch user u\nInclude f\nHost *\nInclude f\n",
        f="Host a* b.x\nPort 1\nHost *\nPort 2\n",
    )
    blocks = [each.block for each in found.settings]
    assert all(block is not None for block in blocks)
    holds = [[block and block.holds(host) for host in ("a.x", "b.x", "a")] for block in blocks]
    assert holds == [
        [False, True, False],
        [False, True, False],
        [None, None, None],
        [None, None, None],
        [True, True, True],
        [True, True, True],
    ]
    assert [each.everywhere for each in found.settings] == [False, False, False, False, False, True]


def test_a_negated_pattern_is_not_for_every_host() -> None:
    (setting,) = config("Host * !a\nForwardAgent yes\n").settings
    assert not setting.everywhere
    assert setting.block is not None
    assert [setting.block.holds(host) for host in ("a", "b")] == [False, True]


def test_a_match_line_inside_a_host_that_does_not_hold_is_not_met() -> None:
    found = config("Host a\nInclude f\n", f="Match user x\nPort 1\n")
    (setting,) = found.settings
    assert setting.block is not None
    assert [setting.block.holds(host) for host in ("a", "b")] == [None, False]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Port", "Port: nothing follows the keyword"),
        ("Port #", "Port: an argument is missing"),
        ("Nonsense 1", "Nonsense: ssh does not know this keyword"),
        ('Host ""', "Host: a pattern is missing"),
        ("Host #", "Host: a pattern is missing"),
        ("Match", "Match: nothing follows the keyword"),
        ("Match #", "Match: a Match line without a condition"),
        ("Match user", "Match: nothing to match behind user"),
        ("Match user #", "Match: nothing to match behind user"),
        ("Match planet earth", "Match: planet is not something to match"),
        ("StrictHostKeyChecking perhaps", "StrictHostKeyChecking: the value perhaps is not supported"),
        ("StrictHostKeyChecking yes no", "StrictHostKeyChecking: extra arguments at the end of the line"),
        ("User 'a", "User: a quote is not closed"),
    ],
)
def test_what_ssh_refuses_is_a_problem(text: str, what: str) -> None:
    assert whats(config(text)) == [what]


@pytest.mark.parametrize(
    "text",
    ["Match !final host x", "Match canonical all", "Match localnetwork 10.0.0.0/8", "Match user x # y", "Keepalive no"],
)
def test_what_ssh_takes_is_no_problem(text: str) -> None:
    assert whats(config(text)) == []


def test_unknown_keywords_can_be_ignored() -> None:
    assert whats(config("IgnoreUnknown Use*,x\nUseThis 1\nX 1\nUsual 1\ny 1\n")) == [
        "Usual: ssh does not know this keyword",
        "y: ssh does not know this keyword",
    ]


def test_a_cycle_ends() -> None:
    found = config("Include a\nPort 1\n", a="Include a\nInclude a\nPort 2\n")
    assert whats(found) == ["files include each other more than 16 deep"]
    assert found.settings == ()


def test_files_that_nobody_could_look_at_are_recorded() -> None:
    found = read(
        b"Port 1\nInclude a /b\n",
        "config",
        lambda pattern: None if pattern == "/etc/ssh/a" else [("/b", None)],
        user=False,
    )
    assert [(each.args, before) for each, before in found.unseen] == [(("a", "/b"), 1), (("a", "/b"), 1)]


def test_everything_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BLOCKS", 3)
    assert len(config("Host a\nPort 1\n" * 3).settings) == 3
    with pytest.raises(FormatError, match="more than 3 blocks"):
        config("Host a\nPort 1\n" * 4)
    monkeypatch.setattr(client, "ROWS", 5)
    with pytest.raises(FormatError, match="more than 5 lines"):
        config("\n\n\n\n\n")


def test_aliases_name_keywords() -> None:
    assert set(ALIASES.values()) <= KEYWORDS
    assert not set(ALIASES) & KEYWORDS


@given(st.binary())
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(FormatError):
        read(data, "config", lambda pattern: [(pattern, data)])


@given(
    st.lists(st.tuples(st.sampled_from(["Host", "Match", "Include", "ForwardAgent", "x"]), st.text("a*!, \"'\\#=u\t"))),
    st.text("ab"),
)
def test_only_a_format_error_escapes(rows: list[tuple[str, str]], host: str) -> None:
    text = "\n".join(" ".join(row) for row in rows)
    with suppress(FormatError):
        found = read(text.encode(), "config", lambda pattern: [(pattern, b"Host a\nForwardAgent yes")])
        for each in found.reachable("forwardagent"):
            assert each.block is None or each.block.holds(host) in (True, False, None)
