"""postgresql.conf and pg_hba.conf as the server reads them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats.postgresql import conf, hba


@pytest.mark.parametrize(
    ("row", "name", "value"),
    [
        ("listen_addresses = '*'\t# what IP address(es)", "listen_addresses", "*"),
        ("port 5432", "port", "5432"),
        ("Ssl=on", "ssl", "on"),
        ("log_line_prefix = '%m [%p] ''q'' \\'x\\' \\n\\101\\z '", "log_line_prefix", "%m [%p] 'q' 'x' \nAz "),
        ("include_dir 'conf.d'", "include_dir", "conf.d"),
        ("pg_stat_statements.max = 10000", "pg_stat_statements.max", "10000"),
        ("shared_buffers = 128MB", "shared_buffers", "128MB"),
        ("empty = ''", "empty", ""),
        ("a = -1.5", "a", "-1.5"),
    ],
)
def test_a_parameter(row, name, value):
    assert conf.read(f"# comment\n\n{row}\r\n".encode()) == [(name, value, 3)]


@pytest.mark.parametrize("row", ["port", "port = ", "= 1", "a = 'x", "a = b c", "1a = 2", "[x]"])
def test_a_line_that_the_server_refuses(row):
    with pytest.raises(FormatError) as caught:
        conf.read(f"\n{row}\n".encode())
    assert caught.value.line == 2


def test_bounds():
    with pytest.raises(FormatError, match="bytes"):
        conf.read(b"#" * ((4 << 20) + 1))
    with pytest.raises(FormatError, match="parameters"):
        conf.read(b"a=1\n" * 50_001)
    with pytest.raises(FormatError, match="bytes"):
        hba.read(b"#" * ((4 << 20) + 1))
    with pytest.raises(FormatError, match="rules"):
        hba.read(b"local a a peer\n" * 20_001)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="a='\\# \n_1.,\"", max_size=80).map(str.encode))
def test_nothing_but_the_error_escapes(data):
    for read in (conf.read, hba.read):
        try:
            read(data)
        except FormatError as error:
            assert error.line >= 1


def rules(text: str) -> list[hba.Rule]:
    return [each for each in hba.read(text.encode()) if isinstance(each, hba.Rule)]


def test_rules():
    (first, second, third, fourth) = rules(
        "# TYPE DATABASE USER ADDRESS METHOD\n"
        'local all,"my db" +staff , bob peer map=a # x\n'
        "host all all 10.0.0.1/8 Scram-Sha-256\n"
        "hostssl all \\\n all 10.0.0.0 255.255.255.0 cert clientcert=verify-full\n"
        "host all all ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff md5\n"
    )
    assert (first.type, first.databases, first.users, first.method) == (
        "local",
        ("all", "my db"),
        ("+staff", "bob"),
        "peer",
    )
    assert (first.options, first.address, first.line) == ({"map": "a"}, "", 2)
    assert (second.address, second.method, second.line) == ("10.0.0.0/8", "scram-sha-256", 3)
    assert (third.address, third.options, third.line) == ("10.0.0.0/24", {"clientcert": "verify-full"}, 4)
    assert (fourth.address, hba.same_host(fourth)) == ("::1/128", True)


@pytest.mark.parametrize(
    "row",
    ["local all all", "host all all 10.0.0.0/8", "trust", "host all", 'local "a all peer', "include", "include a b"],
)
def test_a_rule_that_the_server_refuses(row):
    with pytest.raises(FormatError) as caught:
        hba.read(f"\n{row}\n".encode())
    assert caught.value.line == 2


def test_includes_and_an_unfinished_row():
    found = hba.read(b"include_dir hba.d\ninclude_if_exists x\nlocal all all peer \\")
    assert [type(each).__name__ for each in found] == ["Include", "Include", "Rule"]
    assert hba.read(b"local all all peer\n ,\n,,\n") != []


@pytest.mark.parametrize(
    ("address", "same", "all_addresses"),
    [
        ("127.0.0.1/32", True, False), ("::1/128", True, False), ("samehost", True, False), ("localhost", True, False),
        ("10.0.0.0/8", False, False), ("0.0.0.0/0", False, True), ("::/0", False, True), ("all", False, True),
        ("samenet", False, False), ("10.0.0.0 ffff::", False, False), (".example.com", False, False), ("$NET", None, False), ("@NET@", None, False),
    ],
)  # fmt: skip
def test_whose_addresses_match(address, same, all_addresses):
    (rule,) = rules(f"host all all {address} md5\n")
    assert (hba.same_host(rule), hba.everywhere(rule)) == (same, all_addresses)


@pytest.mark.parametrize(
    ("earlier", "later", "hidden"),
    [
        ("host all all 0.0.0.0/0 reject", "host all all 10.0.0.0/8 trust", True),
        ("host all all all reject", "host all all ::/0 trust", True),
        ("host all all ::/0 reject", "host all all fd00::/8 trust", True),
        ("host all all ::/0 reject", "host all all 10.0.0.0/8 trust", False),
        ("host all all 0.0.0.0/0 reject", "hostssl all all 10.0.0.0/8 trust", True),
        ("hostssl all all 0.0.0.0/0 reject", "host all all 10.0.0.0/8 trust", False),
        ("host all all 0.0.0.0/0 reject", "local all all trust", False),
        ("local all all peer", "local all bob trust", True),
        ("host all bob 0.0.0.0/0 md5", "host all all 0.0.0.0/0 trust", False),
        ("host all bob,eve 0.0.0.0/0 md5", "host all eve 0.0.0.0/0 trust", True),
        ("host all all 0.0.0.0/0 md5", "host replication all 0.0.0.0/0 trust", False),
        ("host a all 0.0.0.0/0 md5", "host all all 0.0.0.0/0 trust", False),
        ("host a,b all 0.0.0.0/0 md5", "host a all 0.0.0.0/0 trust", True),
        ("host all all samehost md5", "host all all samehost trust", True),
        ("host all all samenet md5", "host all all 10.0.0.0/8 trust", False),
        ("host all all 10.0.0.0/8 md5", "host all all 0.0.0.0/0 trust", False),
    ],
)
def test_the_first_rule_that_matches_decides(earlier, later, hidden):
    both = rules(f"{earlier}\n{later}\n")
    assert hba.effective(both) == both[: 1 if hidden else 2]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["host", "hostssl", "local"]).flatmap(
    lambda kind: st.tuples(st.just(kind), st.sampled_from(["all", "a", "a,b", "replication"]), st.sampled_from(["all", "u", "u,v"]),
                           st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "all", "::/0"]))), max_size=6))  # fmt: skip
def test_a_rule_that_is_left_out_never_decides(rows):
    found = rules("".join(f"{k} {d} {u} {'' if k == 'local' else a} trust\n" for k, d, u, a in rows))
    kept = hba.effective(found)
    clients = [
        (k, d, u, a)
        for k in ("local", "hostssl", "hostnossl")
        for d in ("a", "b", "replication", "c")
        for u in ("u", "v", "w")
        for a in ("10.1.2.3", "10.2.0.1", "8.8.8.8", "fd00::1")
    ]
    assert [first(found, client) for client in clients] == [first(kept, client) for client in clients]


def first(found: list[hba.Rule], client: tuple[str, str, str, str]) -> hba.Rule | None:
    """The rule that decides, worked out the slow way."""
    import ipaddress

    kind, database, user, address = client
    for rule in found:
        if rule.type != kind and not (rule.type == "host" and kind != "local"):
            continue
        in_databases = database in rule.databases or ("all" in rule.databases and database != "replication")
        if not in_databases or not ("all" in rule.users or user in rule.users):
            continue
        if (
            kind == "local"
            or rule.address == "all"
            or ipaddress.ip_address(address) in ipaddress.ip_network(rule.address)
        ):
            return rule
    return None
