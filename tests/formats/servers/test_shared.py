from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.fact import UNSET, either
from holdfast.formats.servers.address import authority, endpoint, loopback, port
from holdfast.formats.servers.facts import any_origin, first, matches, negate, true
from holdfast.formats.servers.facts import given as is_given
from holdfast.formats.servers.flags import MAX_VALUE, Syntax, complete, parse
from holdfast.formats.servers.image import release, split
from holdfast.formats.servers.masking import holds_secret, names_secret, shown


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("v0.8.5", "0.8.5"), ("0.6.3.post1", "0.6.3.post1"), ("25.07-py3", "25.07"), ("2.9.0-py310-cu118", "2.9.0"),
        ("7.2-alpine", "7.2"), ("1.0.0-rc1", "1.0.0-rc1"), ("0.9.0rc2", "0.9.0rc2"), ("7.2.4-debian-11-r5", "7.2.4"),
        ("latest", None), ("7", None), ("16-alpine", None), ("2024-10-07", None), ("nightly", None), ("", None),
        ("2.4.x", None), ("1.2.3+cu118", "1.2.3"), ("main-1.2.3", None),
    ],
)  # fmt: skip
def test_release_of_a_tag(tag, version):
    assert release(tag) == version


def test_image_parts():
    image = split("registry.test:5000/team/app:v1@sha256:ab")
    assert (image.name, image.owned, image.tag, image.digest) == ("app", "team/app", "v1", "sha256:ab")
    assert split("redis").owned == "redis"


def test_flags_of_many_dialects():
    syntax = Syntax(switches=frozenset({"fast"}), lists=frozenset({"keys"}), aliases={"p": "port"}, attached=frozenset("p"), negated=True)  # fmt: skip
    parsed = parse("pos --a=1 --fast b -p80 -p=81 --keys x y --no-cache --n -1 --last --a 2 -- --z".split(), syntax)
    assert parsed.options == {
        "a": "2",
        "fast": "true",
        "port": "81",
        "keys": "x y",
        "cache": "false",
        "n": "-1",
        "last": "true",
    }
    assert parsed.positional == ("pos", "b", "--z")
    assert parsed.given[0] == ("a", "1")
    assert len(parse(["--a", "v" * (MAX_VALUE + 1)], syntax).options["a"]) == MAX_VALUE


@pytest.mark.parametrize("name", ["api-key", "API_KEY", "VLLM_API_KEY", "token", "HF_TOKEN", "password", "MINIO_ROOT_PASSWORD", "requirepass", "AWS_SECRET_ACCESS_KEY", "LITELLM_MASTER_KEY", "client-secret", "ngrok-authtoken"])  # fmt: skip
def test_names_of_credentials(name):
    assert names_secret(name)


@pytest.mark.parametrize("name", ["max-tokens", "max-total-tokens", "tokenizer", "eos-token", "api-key-file", "ssl-keyfile", "AWS_ACCESS_KEY_ID", "primary-key", "monkey"])  # fmt: skip
def test_names_of_other_things(name):
    assert not names_secret(name)


@pytest.mark.parametrize(
    ("name", "value", "text", "literal"),
    [
        ("api-key", "k", "***", True), ("api-key", "$K", "$", False), ("token", "", "", False), ("api-key", "EMPTY", "EMPTY", False),
        ("url", "redis://:p@h:6379", "redis://:***@h:6379", True), ("url", "postgres://u:$P@h/d", "postgres://u:$P@h/d", False),
        ("url", "https://h/a?b@c", "https://h/a?b@c", False), ("password", "argon2:abc", "***", False),
    ],
)  # fmt: skip
def test_masking(name, value, text, literal):
    assert (shown(name, value), holds_secret(name, value)) == (text, literal)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True), ("/run/x.sock", True), ("127.3.2.1", True),
        ("0.0.0.0", False), ("*", False), ("", False), ("::", False), ("10.0.0.1", False), ("127.0.0.1,10.0.0.1", False),
        ("gpu.acme.test", UNSET), ("$H", UNSET), ("127.0.0.1 $H", UNSET), ("$H 0.0.0.0", False), (None, None), (UNSET, UNSET),
    ],
)  # fmt: skip
def test_who_reaches_an_address(host, expected):
    assert loopback(host) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (":9000", ("", "9000")), ("h:1", ("h", "1")), ("h", ("h", "80")), ("[::1]:2", ("::1", "2")), ("::1", ("::1", "80")),
        ("[::]", ("::", "80")), ("http://h:3/x", ("h", "3")), ("'0.0.0.0'", ("0.0.0.0", "80")), (None, (None, None)), (UNSET, (UNSET, UNSET)),
    ],
)  # fmt: skip
def test_endpoint_parts(value, expected):
    assert endpoint(value, "80") == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://u:PASS@h:80/x", "h:80"), ("http://u:pa/ss@h:80/x", "h:80"), ("http://token@h", "h"), ("u:p@h:1", "h:1"),
        ("http://[::1]:8000/@a", "[::1]:8000"), ("h:80/@scope", "h:80"), ("http://h/@scope", "h"), ("@abstract", "@abstract"),
        ("http://h:80/?u=http://z@y", "h:80"), ("unix:/run/x", "unix:"),
    ],
)  # fmt: skip
def test_who_logs_in_is_no_part_of_an_address(url, expected):
    assert authority(url) == expected


def test_ports():
    assert [port(value) for value in ("80", " 8 ", "$P", "x", "123456", "²", None)] == [
        80,
        8,
        UNSET,
        None,
        None,
        None,
        None,
    ]


def test_settings():
    assert first(None, UNSET, "x") is UNSET
    assert first(None, None) is None
    assert first("a", UNSET) == "a"
    assert is_given(None, "") is False
    assert is_given(UNSET, "$") is True
    assert is_given(UNSET, None) is UNSET
    assert [true(v) for v in ("True", "off", "", None, "$X", UNSET)] == [
        True,
        False,
        False,
        False,
        UNSET,
        UNSET,
    ]
    assert true(None, default=True) is True
    assert [matches(v, "a") for v in ("a", "b", None, "$a", UNSET)] == [True, False, False, UNSET, UNSET]
    assert [any_origin(v, default=False) for v in ('["*"]', "a,*", "https://a.test", None, "$O", UNSET)] == [True, True, False, False, UNSET, UNSET]  # fmt: skip


@given(st.lists(st.sampled_from([True, False, UNSET, None])))
def test_either_is_kleene(answers):
    decided = (
        [a if isinstance(a, bool) else False for a in answers],
        [a is not False and a is not None for a in answers],
    )
    low, high = any(decided[0]), any(decided[1])
    assert either(*answers) is (low if low == high else UNSET)
    assert negate(negate(either(*answers))) is either(*answers)


@given(st.lists(st.text(max_size=8), max_size=20), st.booleans())
def test_parse_never_raises(words, negated):
    parsed = parse(words, Syntax(negated=negated, attached=frozenset("p"), lists=frozenset({"a"})))
    assert dict(parsed.given) == parsed.options


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("server --host h", True), ("$MODEL --port 1", True), ("${MODEL_PATH}", True), ("$(MODEL)", True),
        ("--port $PORT", True), ("--host $1", True), ("$DIR/model", True), ("--model $X", True),
        ("server $ARGS", False), ("server $@", False), ("server ${ARGS}", False), ("server $(ARGS)", False),
        ("server $1", False), ("--model m $EXTRA_ARGS", False), ("--x $EXTRA_ARGS", False),
        ("--x $@", False), ("--quiet $MODEL", True), ("--quiet $X", False), ("--x=1 $X", False), ("${K:+--key}", False),
    ],
)  # fmt: skip
def test_a_word_that_may_stand_for_flags_leaves_them_open(words: str, whole: bool) -> None:
    assert complete(words.split(), Syntax(switches=frozenset({"quiet"}))) is whole
