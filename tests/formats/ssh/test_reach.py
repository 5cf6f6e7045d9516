"""Every value that some connection can get, and what one block says of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.ssh.blocks import Block, Connection, criteria
from holdfast.formats.ssh.patterns import address, addresses, in_list, matches, network
from holdfast.formats.ssh.reach import Reached, cases, reachable
from holdfast.formats.ssh.server import Config, read

MAIN = "sshd_config"


def config(text: str) -> Config:
    return read(text.encode(), MAIN, lambda pattern: ())


def values(text: str, keyword: str = "x11forwarding") -> list[tuple[str, int]]:
    """Value and line of each place that counts."""
    return [(" ".join(each.values), each.line) for each in reachable(config(text))[keyword]]


def block(text: str, outer: Block | None = None) -> Block:
    return Block(criteria(text)[0], MAIN, 1, outer)


def test_a_default_has_no_place() -> None:
    assert reachable(config(""))["port"] == (Reached(("22",), None, "", 0),)


def test_a_block_replaces_what_is_global() -> None:
    found = config("X11Forwarding no\nMatch User a\nX11Forwarding yes\n")
    assert reachable(found)["x11forwarding"] == (
        Reached(("no",), None, MAIN, 1),
        Reached(("yes",), found.blocks[0], MAIN, 3),
    )


def test_a_block_for_everybody_stands_for_the_global_part() -> None:
    found = config("X11Forwarding no\nMatch User *\nX11Forwarding yes\n")
    assert reachable(found)["x11forwarding"] == (Reached(("yes",), found.blocks[0], MAIN, 3),)


@pytest.mark.parametrize(
    ("first", "second", "shadowed"),
    [
        ("User a", "User a", True),
        ("User a,b", "User b", True),
        ("User a*", "User ab,ac", True),
        ("User a*", "User a*,b", False),
        ("User !ab,a*", "User ab", False),
        ("User *", "User a*", True),
        ("User a", "User A", False),
        ("Host A.example", "Host a.EXAMPLE", True),
        ("Group a,b", "Group a", True),
        ("Group !b,a", "Group a", False),
        ("Group *", "Group a*", True),
        ("Address 10.0.0.0/8", "Address 10.1.0.0/16,10.2.0.0/16", True),
        ("Address 10.1.0.0/16", "Address 10.0.0.0/8", False),
        ("Address !10.1.0.0/16,10.0.0.0/8", "Address 10.1.0.0/16", False),
        ("Address 10.*", "Address 10.1.0.0/16", False),
        ("LocalPort 22", "LocalPort ssh", True),
        ("LocalPort 22", "LocalPort 23", False),
        ("User a", "User a Address 10.0.0.0/8", True),
        ("User a Address 10.0.0.0/8", "User a", False),
        ("RDomain x", "User x", False),
        ("invalid-user x", "invalid-user y", False),
        ("all", "User a", True),
    ],
)
def test_an_earlier_block_shadows_a_narrower_one(first: str, second: str, shadowed: bool) -> None:
    text = f"Match {first}\nX11Forwarding yes\nMatch {second}\nX11Forwarding no\n"
    lines = {line for _, line in values(text)}
    assert (4 in lines) is not shadowed
    assert block(second).within(block(first)) is shadowed


@pytest.mark.parametrize(
    ("outer", "inner", "impossible"),
    [
        ("User a", "User b", True),
        ("User a,b", "User b,c", False),
        ("User a*", "User b", True),
        ("User b", "User a*", True),
        ("User a*", "User b*", False),
        ("Group a", "Group b", False),
        ("Host a", "Host A", False),
        ("Address 10.0.0.0/8", "Address 11.0.0.0/8", True),
        ("Address 10.0.0.0/8", "Address 10.1.0.0/16", False),
        ("Address 10.0.0.0/8", "Address 1?.*", False),
        ("LocalPort 22", "LocalPort 23", True),
        ("LocalPort 22", "LocalPort ssh", False),
        ("User a", "Host a", False),
        ("all", "all", False),
    ],
)
def test_conditions_that_contradict_each_other_are_left_out(outer: str, inner: str, impossible: bool) -> None:
    assert block(inner, block(outer)).impossible is impossible
    if outer != "all":
        both = f"Match {outer} {inner}\nX11Forwarding yes\n"
        assert (len(values(both)) == 1) is impossible


def test_lists_that_are_too_long_prove_nothing() -> None:
    users = ",".join(f"user{i}" for i in range(100))
    networks = ",".join(f"10.{i}.0.0/16" for i in range(100))
    for attribute, listed in (("User", users), ("Address", networks)):
        narrow, wide = (criteria(f"{attribute} {text}")[0] for text in (f"{listed},x", listed))
        assert not Block(wide, MAIN, 1).within(Block(narrow, MAIN, 1))


def test_a_refused_configuration_has_no_cases() -> None:
    assert cases(config("Nonsense 1\n")) == ()
    assert reachable(config("Nonsense 1\n")) == {}


def test_a_case_that_sshd_would_end_is_left_out() -> None:
    # sshd refuses `any` behind other methods, even in a block that is not met.
    text = "Match User a\nAuthenticationMethods publickey\nMatch User b\nAuthenticationMethods any\n"
    assert [each.block and each.block.line for each in cases(config(text))] == [None, 3]


def test_values_that_grow_are_shown_with_what_they_grow_on() -> None:
    text = "AllowUsers a\nMatch User *\nAllowUsers b\nMatch User c\nAllowUsers d e\n"
    assert values(text, "allowusers") == [("b", 3), ("b d e", 5)]


def test_second_values_belong_to_their_keyword() -> None:
    assert values("RekeyLimit 1G\nMatch User a\nRekeyLimit default 1h\n", "rekeylimit") == [
        ("1073741824 0", 1),
        ("0 3600", 3),
    ]


def test_what_a_connection_lacks_meets_no_condition() -> None:
    for text in ("User *", "Group *", "Host *", "Address *", "LocalAddress *", "LocalPort 22", "RDomain *"):
        assert not block(text).met_by(Connection())
    assert block("all").met_by(Connection())
    assert not block("version x").met_by(Connection(user="x"))


def test_a_user_can_be_excluded() -> None:
    assert block("User a").excludes_user("root")
    assert block("User !root,*").excludes_user("root")
    assert not block("User r*").excludes_user("root")
    assert not block("Group a").excludes_user("root")


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_patterns_match_like_their_definition(pattern: str, text: str) -> None:
    import re

    expression = "".join({"*": ".*", "?": "."}.get(char, char) for char in pattern)
    assert matches(text, pattern) == (re.fullmatch(expression, text) is not None)


def test_a_pattern_of_stars_takes_no_time() -> None:
    assert not matches("a" * 1000, "*a" * 500 + "b")


def test_lists() -> None:
    assert in_list("a", "b,a") == 1
    assert in_list("a", "!a,*") == -1
    assert in_list("a", "*,!a") == -1
    assert in_list("a", "") == 0
    assert in_list("", "a,") == 0
    assert in_list("", ",") == 1
    assert in_list("a", f"a,{'b' * 1023}") == 0
    assert in_list("a", "A", lower=True) == 1


def test_addresses() -> None:
    assert address("1.2.3.4.5") is None
    assert address("::1%lo") is None
    assert address("999.1.1.1") is None
    assert address("x") is None
    assert network("a" * 64) is None
    assert network("10.0.0.0/x") is None
    assert addresses("x", "x") == 0
    assert addresses(None, "*") == 0
    assert addresses("10.0.0.1", "::/0,10.0.0.*") == 1
