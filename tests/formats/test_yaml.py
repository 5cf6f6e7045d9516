"""YAML: what values come out, where they stood, and what is refused."""

from __future__ import annotations

import math
import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.formats import yaml
from holdfast.formats.yaml import Document, Mapping, Sequence, documents, load


def refused(text: bytes) -> tuple[str, int, int]:
    with pytest.raises(FormatError) as caught:
        load(text)
    return caught.value.what, caught.value.line, caught.value.column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nUll", "nUll"),
        ("true", True), ("Yes", True), ("ON", True), ("false", False), ("no", False), ("Off", False), ("y", "y"),
        ("0", 0), ("12", 12), ("+12", 12), ("-7", -7), ("1_000", 1000), ("0777", 511), ("-0777", -511), ("0_", 0),
        ("0o17", 15), ("0b101", 5), ("0x_Ab", 171), ("0b", "0b"), ("0x_", "0x_"), ("0899", 899.0),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1_0.5e-1", -1.05), ("1e400", "1e400"),
        (".inf", math.inf), ("-.INF", -math.inf), (".", "."), ("1.2.3", "1.2.3"), ("10.0.0.1", "10.0.0.1"),
        ("22:22", "22:22"), ("2026-11-21", "2026-11-21"), ("1" * 40, int("1" * 40)), ("1" * 41, "1" * 41),
        ('"12"', "12"), ("'true'", "true"), ("!!str 12", "12"), ("!!int '12'", 12), ("!!float '1.5'", 1.5),
        ("!!bool 'true'", True), ("!!bool maybe", "maybe"), ("!!null 'x'", None), ("!reset 5", None),
        ("!local 5", "5"), ("!!python/name:os.system x", "x"), (f"!!int {'1' * 41}", "1" * 41),
    ],
)  # fmt: skip
def test_a_scalar_is_read_as_kubernetes_reads_it(text, value):
    found = load(f"a: {text}\n".encode())["a"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_one_too():
    assert math.isnan(load(b"a: .nan")["a"])


def test_keys_are_text_whatever_they_look_like():
    assert load(b"on: 1\n1: 2\n~: 3\ntrue: 4\n'': 5\n") == {"on": 1, "1": 2, "~": 3, "true": 4, "": 5}


def test_everything_knows_where_it_stood():
    value = load(b"a:\n  - x\n  - {b: 1}\n\xc3\xa9c: &z [1,\n  2]\nd: *z\n")
    assert isinstance(value, Mapping)
    assert isinstance(value["a"], Sequence)
    assert [(mark.line, mark.column) for mark in value.marks.values()] == [(0, 0), (3, 0), (5, 0)]
    assert (value.mark.line, value.mark.column) == (0, 0)
    assert [(mark.line, mark.column) for mark in value["a"].marks] == [(1, 4), (2, 4)]
    assert (value["a"][1].mark.line, value["a"][1].marks["b"].column) == (2, 5)
    assert (value["\xe9c"].mark.line, value["\xe9c"].mark.column) == (3, 4)
    assert value["d"] is value["\xe9c"]


def test_a_byte_order_mark_and_utf_16_are_understood():
    assert load(b"\xef\xbb\xbfa: \xc3\xa9") == {"a": "\xe9"}
    (document,) = documents("a: \xe9\n".encode("utf-16"))
    assert load(document.text) == {"a": "\xe9"}


def test_json_with_tabs_is_yaml_enough():
    assert load(b'{\n\t"a": [1, {"b": "c\\u00e9"}],\n\t"d": null\n}\n') == {"a": [1, {"b": "c\xe9"}], "d": None}


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        (b"", []),
        (b"---\n---\n \n", []),
        (b"a: 1\n---\nb: 2\n", [(b"a: 1\n", 1), (b"---\nb: 2\n", 2)]),
        (b"---\na: 1\n--- # two\nb: 2\n---", [(b"---\na: 1\n", 1), (b"--- # two\nb: 2\n", 3)]),
        (b"a: |\n  ---\n  x\n---x: 1\n", [(b"a: |\n  ---\n  x\n---x: 1\n", 1)]),
        (b"a: 1\r\n---\r\nb: 2\r\n", [(b"a: 1\r\n", 1), (b"---\r\nb: 2\r\n", 2)]),
        (b"a: 1\n...\nb: 2\n...\n", [(b"a: 1\n", 1), (b"\nb: 2\n", 2)]),
        (b"a: 1\n...\n---\nb: 2\n", [(b"a: 1\n", 1), (b"---\nb: 2\n", 3)]),
    ],
)
def test_a_stream_is_cut_into_documents(text, texts):
    assert list(documents(text)) == [Document(*item) for item in texts]


def test_lines_of_a_later_document_count_from_its_own_start():
    first, second = documents(b"a: 1\n...\n\nb: 2\n")
    assert first.line + load(first.text).marks["a"].line == 1
    assert second.line + load(second.text).marks["b"].line == 4


def test_more_documents_than_anybody_writes_are_refused():
    with pytest.raises(FormatError, match="more than 100000 documents"):
        list(documents(b"a\n---\n" * (yaml.MAX_DOCUMENTS + 1)))


def test_a_merge_key_gives_way_to_what_stands_beside_it_and_to_earlier_sources():
    value = load(b"a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 0\nd: {<<: *b}\n")
    assert value["c"] == {"x": 0, "y": 1, "z": 2}
    assert (value["c"].marks["z"].line, value["c"].marks["x"].line) == (1, 4)
    assert value["d"] == {"y": 2, "z": 2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a: [1\n", ("did not find expected ',' or ']'", 2, 1)),
        (b"a:\n\tb: 1\n", ("found character that cannot start any token", 2, 1)),
        (b"a: 1\nb: 2\na: 3\n", ("the key `a` stands twice", 3, 1)),
        (b"a: {{ .Values.x }}\n", ("a mapping, list or alias as a key", 1, 5)),
        (b"[a, b]: 1\n", ("a mapping, list or alias as a key", 1, 1)),
        (b"a: *b\n", ("an alias has no anchor before it", 1, 4)),
        (b"a: &a\n  b: *a\n", ("alias *a stands inside its own anchor", 2, 6)),
        (b"a: &a [*a]\n", ("alias *a stands inside its own anchor", 1, 8)),
        (b"a: {<<: 5}\n", ("`<<` merges something that is not a mapping", 1, 10)),
        (b"a: {<<: [{}, 5]}\n", ("`<<` merges something that is not a mapping", 1, 16)),
        (b"a: 1\r---\rb: 2\r", ("a second document", 2, 1)),
        (b"a: \x00\n", ("not text: control characters are not allowed", 1, 1)),
        (b"a: 1\nb: \xff\n", ("not text: invalid leading UTF-8 octet", 2, 1)),
        (b"\xff\xfea", ("not text: incomplete UTF-16 character", 1, 1)),
        (b"%FOO\nx", ("found unknown directive name", 1, 5)),
        (
            b"a: !%ED%A0%80 x",
            ("not YAML: 'utf-8' codec can't decode byte 0xed in position 1: invalid continuation byte", 0, 0),
        ),
    ],
)
def test_what_is_no_single_document_is_refused_with_its_place(text, expected):
    assert refused(text) == expected


def test_an_anchor_on_a_key_can_be_named_again():
    assert load(b"&k a: 1\nb: *k\nc: &v x\nd: *v\n") == {"a": 1, "b": "a", "c": "x", "d": "x"}


@pytest.mark.parametrize("opening", [b"[", b"{a: ", b"- ", b"? ", b"[{", b"a: {"])
def test_nesting_beyond_the_limit_is_refused_and_does_not_crash(opening):
    assert refused(opening * 50_000)[0] in (
        f"nested more than {yaml.MAX_DEPTH} deep",
        "a mapping, list or alias as a key",
        "mapping values are not allowed in this context",
    )


def test_blocks_nest_as_deep_as_the_limit_and_no_deeper():
    block = b"".join(b" " * depth + b"a:\n" for depth in range(yaml.MAX_DEPTH))
    value, depth = load(block), 0
    while isinstance(value, Mapping):
        value, depth = value["a"], depth + 1
    assert depth == yaml.MAX_DEPTH
    assert refused(block + b" " * yaml.MAX_DEPTH + b"a:\n")[0] == f"nested more than {yaml.MAX_DEPTH} deep"


def test_an_alias_counts_as_all_that_it_stands_for():
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)]
    assert refused(b"\n".join(lines))[0] == f"more than {yaml.MAX_NODES} values"
    assert load(b"\n".join(lines[:4]))["a3"][9][9][9][9] == "x"


def test_merge_keys_cannot_multiply_either():
    pairs = b", ".join(b"k%d: 1" % n for n in range(1000))
    merges = b"\n".join(b"m%d: {<<: *a}" % n for n in range(1100))
    assert refused(b"a: &a {%s}\n%s\n" % (pairs, merges))[0] == f"more than {yaml.MAX_NODES} values"


def test_values_and_bytes_are_bounded():
    assert refused(b"[" + b"a," * (yaml.MAX_NODES + 1) + b"]")[0] == f"more than {yaml.MAX_NODES} values"
    assert refused(b"#" * (yaml.MAX_BYTES + 1))[0].startswith(f"a document of {yaml.MAX_BYTES + 1} bytes")
    assert load(b"a: '" + b"x" * (yaml.MAX_BYTES - 5) + b"'")["a"][-1] == "x"


@pytest.mark.parametrize(
    "text",
    [b"a: " + b"'" * 200_001, b'"' + b"\\" * 200_000, b"&a " * 50_000, b"!" * 200_000, b"-" * 200_000, b": " * 100_000,
     b"- - - - - - - - - - \n" * 5_000, b"a:\n" * 100_000, b"#" * 500_000, b"|\n" * 100_000, b"*a " * 50_000,
     b"{" * 9 + b"a," * 100_000, b"\n " * 200_000, b"%TAG ! x\n" * 20_000, b"a: b: c\n" * 50_000, b"k" * 300_000 + b": 1"],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_odd_input_costs_time_in_proportion(text):
    try:
        load(text)
    except FormatError:
        pass


@given(st.binary(max_size=200) | st.text(alphabet="a:-[]{}&*!|>'\"%@`#,? \n\t0123.~<", max_size=80).map(str.encode))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_read_or_refused(data):
    try:
        for document in documents(data):
            value = load(document.text)
            assert value is None or isinstance(value, Mapping | Sequence | str | int | float)
    except FormatError as error:
        assert error.line >= 0


MANIFEST = b"""\
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, labels: &l {x: "1"}}
spec:
  template:
    metadata: {labels: *l}
    spec:
      containers:
        - name: c
          image: "r/i:1"
          args: [--a, -b]
          resources: {limits: {nvidia.com/gpu: 1}}
          command:
            - |
              echo
"""


@given(st.integers(0, len(MANIFEST)), st.binary(max_size=4), st.integers(0, 4))
@settings(max_examples=80, deadline=None)
def test_a_damaged_manifest_is_read_or_refused(at, data, cut):
    try:
        load(MANIFEST[:at] + data + MANIFEST[at + cut :])
    except FormatError as error:
        assert error.line <= MANIFEST.count(b"\n") + data.count(b"\n") + data.count(b"\r") + 2


def test_memory_stays_in_proportion():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    value = load(b"[" + b"a," * 900_000 + b"]")
    assert len(value) == 900_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (rb'{"a": "\ud83d\ude00"}', "\N{GRINNING FACE}"),
        (rb'{"a": "\uD83D\uDE00 \\ud83d"}', "\N{GRINNING FACE} \\ud83d"),
        (rb'{"a": "\ud83d"}', "\N{REPLACEMENT CHARACTER}"),
        (rb'{"a": "\ude00\ud83d"}', "\N{REPLACEMENT CHARACTER}" * 2),
    ],
)
def test_json_may_escape_what_lies_beyond_16_bits_as_surrogates(text, value):
    assert load(text) == {"a": value}


def test_an_escape_that_no_format_has_is_an_error():
    with pytest.raises(FormatError, match="invalid Unicode"):
        load(rb'{"a": "\U00110000"}')


TAGS = {"!Ref": "Ref", "!Sub": "Fn::Sub", "!If": "Fn::If"}


def test_short_tags_are_mappings_with_one_key():
    value = load(
        b"a: !Ref x\nb: !Sub\n  - y\n  - {k: !Ref 1}\nc: [!If [p, !Ref q, r], !Other s]\nd: !Sub {e: 5}\n", TAGS
    )
    assert value == {
        "a": {"Ref": "x"},
        "b": {"Fn::Sub": ["y", {"k": {"Ref": "1"}}]},
        "c": [{"Fn::If": ["p", {"Ref": "q"}, "r"]}, "s"],
        "d": {"Fn::Sub": {"e": 5}},
    }
    assert (value["a"].mark.line, value["a"].marks["Ref"].column) == (0, 3)
    assert value["b"]["Fn::Sub"].marks[1].line == 3
    assert load(b"!Ref x", TAGS) == {"Ref": "x"}
    assert load(b"a: &x !Sub y\nb: *x\n", TAGS)["a"] == {"Fn::Sub": "y"}


def test_tags_mean_nothing_to_those_who_name_none():
    assert load(b"a: !Ref x") == {"a": "x"}


def test_tags_count_as_values(monkeypatch):
    monkeypatch.setattr(yaml, "MAX_NODES", 5)
    with pytest.raises(FormatError, match="more than 5 values"):
        load(b"[!Ref a, !Ref b, !Ref c]", TAGS)


def test_pairs_of_surrogates_are_joined_with_tags_too():
    assert load(b'a: !Sub "\\ud83d\\ude00"', TAGS) == {"a": {"Fn::Sub": "\U0001f600"}}
