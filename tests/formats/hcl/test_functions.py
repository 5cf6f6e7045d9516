"""Terraform's functions: the cases of its documentation, the errors, and arguments that are unknown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.known import Reference, Text, Unknown, is_open
from holdfast.formats import yaml
from holdfast.formats.hcl.evaluate import evaluate
from holdfast.formats.hcl.expressions import expression
from holdfast.formats.hcl.functions import catalogue
from holdfast.formats.hcl.scope import Scope

X = Unknown("not known")
FILES = {
    "hello.txt": b"Hello",
    "hello.tpl": b"Hello ${name}%{ if loud }!%{ endif }",
    "bad.tpl": b"${",
    "raw.bin": b"\xff",
}
NAMES = {
    "x": X, "part": Text(("a", X, "b")), "half": ["a", X], "open": {"a": 1, "b": X}, "given": Reference("r", value="logs"),
    "nested": [Reference("r", value="k"), {"a": Reference("r", value=2)}],
}  # fmt: skip


def value(text):
    return evaluate(expression(text), Scope(NAMES, load=FILES.get, yaml=yaml.load))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("abs(-3)", 3), ("ceil(1.2)", 2), ("floor(-1.2)", -2), ("max(5, 12, 9)", 12), ("min(5, 12, 9)", 5), ("max([1, 3]...)", 3), ("sum([1, 2.5])", 3.5), ("pow(3, 2)", 9), ("pow(4, 0.5)", 2), ("log(16, 2)", 4.0), ("signum(-9)", -1), ("signum(0)", 0),
        ('parseint("100", 10)', 100), ('parseint("ff", 16)', 255), ('parseint("-z", 36)', -35), ("range(3)", [0, 1, 2]), ("range(1, 4)", [1, 2, 3]), ("range(1, 8, 2)", [1, 3, 5, 7]), ("range(4, 1)", [4, 3, 2]), ("range(4, 1, -2)", [4, 2]), ("range(0)", []),
        ('tonumber("5")', 5), ("tonumber(null)", None), ('tobool("true")', True), ("tobool(null)", None), ("tostring(5)", "5"), ("tostring(true)", "true"), ("tostring(null)", None),
        ('lower("ABC")', "abc"), ('upper("abc")', "ABC"), ('title("hello wOrld")', "Hello WOrld"), ('trim("?!hi?!", "!?")', "hi"), ('trim("hi", "")', "hi"), ('trimspace(" \\n hi ")', "hi"), ('trimprefix("hello", "he")', "llo"), ('trimsuffix("hello", "lo")', "hel"),
        ('chomp("a\\r\\n\\n")', "a"), ('indent(2, "a\\nb")', "a\n  b"), ('substr("hello world", 1, 4)', "ello"), ('substr("hello", -2, -1)', "lo"), ('substr("hello", 1, -1)', "ello"), ('strrev("abc")', "cba"), ('strcontains("abc", "b")', True),
        ('startswith("hello", "he")', True), ('endswith("hello", "he")', False), ('split(",", "a,b")', ["a", "b"]), ('split("", "ab")', ["a", "b"]), ('join("-", ["a", 1, true])', "a-1-true"), ('join(",", [], ["a"], ["b"])', "a,b"), ('replace("1 + 2", "+", "-")', "1 - 2"),
        ('replace("hello world", "/w.*d/", "all")', "hello all"), ('replace("a-b", "/(\\\\w)-(?P<x>\\\\w)/", "$2$1 $${x} $$ $9")', "ba b $ "), ('replace("abc", "", "-")', "abc"), ('regex("[a-z]+", "53453453.345345aaabbbccc23454")', "aaabbbccc"), ('regex("(\\\\d+)-(\\\\d+)", "a 1-2")', ["1", "2"]),
        ('regex("^(?P<y>\\\\d{4})", "2026-11")', {"y": "2026"}), ('regexall("[a-z]", "1a2b")', ["a", "b"]), ('length(regexall("x", "abc"))', 0), ('regex("a\\\\z", "ba")', "a"), ('basename("a/b.txt")', "b.txt"), ('basename("/")', "/"), ('basename("")', "."), ('dirname("a/b/c.txt")', "a/b"), ('dirname("c")', "."),
        ('format("Hello, %s!", "A")', "Hello, A!"), ('format("%d%%", 5)', "5%"), ('format("%5.1f|%-5s|%05d|%+d|%x|%X|%o|%b|%e|%g", 3.14159, "ab", 42, 7, 255, 255, 8, 5, 1.5, 0.5)', "  3.1|ab   |00042|+7|ff|FF|10|101|1.500000e+00|0.5"), ('format("%s %v %q %t", [1], {a = 1}, "q", "true")', '[1] {"a":1} "q" true'),
        ('format("%[2]s %[1]s", "a", "b")', "b a"), ('format("%.2s", "abc")', "ab"), ('format("%6s|%06s", "ab", "ab")', "    ab|0000ab"), ('format("% d", 5)', " 5"), ('format("%v", null)', "null"), ('format("%-4d|", 5)', "5   |"), ('format("%f", 1)', "1.000000"),
        ('formatlist("%s-%s", ["a", "b"], "c")', ["a-c", "b-c"]), ('formatlist("x")', ["x"]),
        ("length([1, 2])", 2), ("length({a = 1})", 1), ('length("abc")', 3), ('element(["a", "b"], 3)', "b"), ('element(["a", "b"], -1)', "b"), ('lookup({a = 1}, "a", 2)', 1), ('lookup({}, "a", 2)', 2), ("merge({a = 1}, null, {a = 2, b = 3})", {"a": 2, "b": 3}), ("merge()", {}),
        ("concat([1], [2, 3])", [1, 2, 3]), ('coalesce(null, "", "a")', "a"), ("coalescelist(null, [], [1])", [1]), ('contains(["a"], "a")', True), ('contains(["1"], 1)', False), ("flatten([[1, [2]], [], 3])", [1, 2, 3]), ("keys({b = 1, a = 2})", ["a", "b"]), ("values({b = 1, a = 2})", [2, 1]),
        ('zipmap(["a", "b"], [1, 2])', {"a": 1, "b": 2}), ("one([])", None), ("one([1])", 1), ("one(null)", None), ("one(5)", 5), ("tolist([1])", [1]), ("tolist(null)", None), ("tomap({a = 1})", {"a": 1}), ("tomap(null)", None), ('toset(["b", "a", "b"])', ["a", "b"]), ("toset([2, 1, 2])", [2, 1]), ("toset([{a = 1}, {a = 1}])", [{"a": 1}]), ("toset(null)", None),
        ('distinct(["a", "b", "a", 1, 1, "1"])', ["a", "b", 1, "1"]), ('compact(["a", "", null, "b"])', ["a", "b"]), ('index(["a", "b"], "b")', 1), ('sort(["b", "a"])', ["a", "b"]), ("reverse([1, 2])", [2, 1]), ("slice([1, 2, 3], 1, 2)", [2]), ("chunklist([1, 2, 3], 2)", [[1, 2], [3]]), ("chunklist([1, 2], 0)", [[1, 2]]),
        ("setproduct([1, 2], [3])", [[1, 3], [2, 3]]), ('setunion(["a"], ["b", "a"])', ["a", "b"]), ('setintersection(["a", "b"], ["b"])', ["b"]), ('setsubtract(["a", "b"], ["b"])', ["a"]), ('transpose({a = ["x", "y"], b = ["x"]})', {"x": ["a", "b"], "y": ["a"]}), ("list(1, 2)", [1, 2]),
        ('alltrue([true, "true"])', True), ("alltrue([true, null])", False), ("alltrue([])", True), ("anytrue([false, true])", True), ("anytrue([false, null])", False), ("sensitive(5)", 5), ("nonsensitive([1])", [1]),
        ('jsonencode({b = [1, 1.5, null, true], a = "<&>\\""})', '{"a":"\\u003c\\u0026\\u003e\\"","b":[1,1.5,null,true]}'), ("jsonencode([])", "[]"), ("jsonencode({})", "{}"), ('jsondecode("{\\"a\\": [1, null]}")', {"a": [1, None]}), ("jsondecode(5)", 5),
        ('yamlencode({a = 1, b = [1, {c = "x"}], d = {e = []}, f = {}})', '"a": 1\n"b":\n- 1\n- "c": "x"\n"d":\n  "e": []\n"f": {}\n'), ("yamlencode([1, [2, 3]])", "- 1\n- - 2\n  - 3\n"), ('yamldecode("a: [1, yes]")', {"a": [1, True]}),
        ('base64encode("Hello")', "SGVsbG8="), ('base64decode("SGVsbG8=")', "Hello"), ('urlencode("a b/é")', "a+b%2F%C3%A9"), ('csvdecode("a,b\\n1,2\\n")', [{"a": "1", "b": "2"}]), ('md5("a")', "0cc175b9c0f1b6a831c399e269772661"), ('sha256("")', "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ('cidrsubnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24"), ('cidrsubnet("fd00::/48", 16, 1)', "fd00:0:0:1::/64"), ('cidrhost("10.12.112.0/20", 16)', "10.12.112.16"), ('cidrhost("10.0.0.0/24", -1)', "10.0.0.255"), ('cidrnetmask("172.16.0.0/12")', "255.240.0.0"), ('cidrsubnets("10.1.0.0/16", 4, 4, 8)', ["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24"]),
        ('file("hello.txt")', "Hello"), ('filebase64("hello.txt")', "SGVsbG8="), ('fileexists("hello.txt")', True), ('templatefile("hello.tpl", {name = "A", loud = true})', "Hello A!"), ('templatestring("x$${a}", {a = 1})', "x1"), ('core::upper("a")', "A"), ("upper(given)", "LOGS"), ("jsonencode(nested)", '["k",{"a":2}]'),
        ('sort([given, "a"])', ["a", "logs"]), ("merge({a = 1}, {b = x}).a", 1), ('try(jsondecode("{"), "no")', "no"),
    ],
)  # fmt: skip
def test_functions_give_what_terraform_documents(text, found):
    got = value(text)
    assert got == found
    assert type(got) is type(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("upper(part)", Text(("A", X, "B"))), ("lower(x)", X), ("tostring(part)", NAMES["part"]), ("tonumber(x)", X), ("tobool(x)", X), ("tonumber(part)", Unknown("text that is known in part")), ('join("-", half)', Text(("a-", X))), ('join(x, ["a", "b"])', Text(("a", X, "b"))), ('join(",", x)', X),
        ('format("%s/%d", part, x)', Text(("a", X, "b/", X))), ("format(x, 1)", Unknown("the text of format() is unknown")), ('formatlist("%s", half)', ["a", Text((X,))]), ('formatlist("%s", x)', Unknown("a list of formatlist() is unknown")), ('startswith(part, "a")', True), ('startswith(part, "b")', False), ('endswith(part, "b")', True), ('endswith(part, "xb")', Unknown("text that is known in part")), ('startswith(part, "ab")', Unknown("text that is known in part")),
        ('startswith(x, "a")', Unknown("text that is known in part")), ('endswith(x, "a")', Unknown("text that is known in part")), ('replace(part, "zz", "-")', NAMES["part"]), ('replace(part, "ab", "-")', Unknown("text that is known in part")), ('replace(part, "a", x)', Text((X, X, "b"))), ('replace("a.b", ".", x)', Text(("a", X, "b"))), ('replace(x, "a", "b")', Unknown("text that is known in part")), ('replace(part, "/a/", "b")', Unknown("text that is known in part")), ('replace("a", "/a/", x)', Unknown("text that is known in part")),
        ("length(half)", 2), ("length(x)", X), ("length(part)", Unknown("text that is known in part")), ("element(half, 0)", "a"), ("element(half, x)", X), ('lookup(open, "a", 0)', 1), ("lookup(open, x, 0)", X), ("merge(open, {c = 3})", {"a": 1, "b": X, "c": 3}), ("merge(x, {})", X), ("concat(half, [1])", ["a", X, 1]), ("concat(x)", X),
        ("coalesce(null, x, 1)", X), ('coalesce("a", x)', "a"), ("coalesce(part)", NAMES["part"]), ("coalescelist(x, [1])", X), ('contains(half, "a")', True), ('contains(half, "b")', Unknown("an element is unknown")), ("contains(x, 1)", X), ("flatten([[1], half])", X), ("flatten(x)", X), ("keys(open)", ["a", "b"]), ("keys(x)", X), ("values(open)", [1, X]), ("values(x)", X),
        ('zipmap(["a", "b"], half)', {"a": "a", "b": X}), ("zipmap(half, [1, 2])", X), ("zipmap(x, [])", X), ("one([x])", X), ("one(x)", X), ("tolist(half)", ["a", X]), ("tolist(x)", X), ("tomap(open)", {"a": 1, "b": X}), ("tomap(x)", X), ("toset(half)", ["a", X]), ("toset(x)", X), ("setproduct(half, [1])", [["a", 1], [X, 1]]), ("setproduct(x)", X),
        ("slice(half, 0, 1)", ["a"]), ("slice(x, 0, 1)", X), ("chunklist(half, 1)", [["a"], [X]]), ("chunklist(x, 1)", X), ("alltrue([false, x])", False), ("alltrue([true, x])", X), ("alltrue(x)", X), ("anytrue([true, x])", True), ("anytrue([false, x])", X), ("reverse(half)", [X, "a"]), ("reverse(x)", X), ("sensitive(x)", X),
        ("jsonencode(open)", Text(('{"a":1,"b":', X, "}"))), ("jsonencode([part])", Text(('["a', X, 'b"]'))), ("jsondecode(jsonencode(open))", {"a": 1, "b": X}), ("jsondecode(x)", X), ("yamlencode(open)", Text(('"a": 1\n"b": ', X, "\n"))), ("yamldecode(x)", Unknown("YAML text that is unknown in part")), ("sort(half)", X), ("distinct([part])", Unknown("text that is known in part")), ('split(",", x)', X), ("max(1, x)", X),
        ("file(x)", Unknown("the path of a file is unknown")), ('file("none")', Unknown("the file none was not read")), ('filebase64("none")', Unknown("the file none was not read")), ('fileexists("none")', Unknown("the file none was not read")), ('templatefile("none", {})', Unknown("a template or its variables are unknown")), ('templatefile("hello.tpl", x)', Unknown("a template or its variables are unknown")), ('templatefile("hello.tpl", {name = x, loud = false})', Text(("Hello ", X))),
        ("timestamp()", Unknown("timestamp() is not evaluated")), ('provider::aws::arn_parse("a")', Unknown("provider::aws::arn_parse() is not evaluated")), ("issensitive(1)", Unknown("whether a value is sensitive is not followed")),
    ],
)  # fmt: skip
def test_unknown_arguments_leave_known_what_they_can(text, found):
    assert value(text) == found


@pytest.mark.parametrize(
    "text",
    ['abs("a")', "abs()", "abs(1, 2)", "max()", "sum([])", "sum(1)", "range(1, 2, 0)", "range(2000)", "range(1, 2, 3, 4)", "range()", 'parseint("z", 10)', 'parseint("1", 99)', 'parseint("1_0", 10)', "pow(0, -1)", "pow(10, 999)", "log(-1, 2)", "log(1, 1)", 'tonumber("a")', 'tobool("a")', "tostring([])",
     "element([], 0)", 'lookup({}, "a")', 'lookup({}, "a", 1, 2)', 'lookup([], "a")', "merge([])", "concat({})", "coalesce()", "coalesce(null)", "coalescelist()", "coalescelist(1)", "contains({}, 1)", "flatten({})", "keys([])", "values(1)", 'zipmap(["a"], [])', "one([1, 2])", "tolist({})", "tomap([])", "toset({})", "index([], 1)", "slice([], 0, 1)", "chunklist([1], -1)",
     "split(1, [])", 'join(",", [[1]])', 'join(",", 1)', 'format("%s")', 'format("%y", 1)', 'format("%d", "a")', 'format("%")', 'format("%[9]s", 1)', 'formatlist("%s%s", [1], [1, 2])', 'regex("a", "b")', 'regex("[", "b")', 'base64decode("*")', 'csvdecode("")', 'csvdecode("a\\n1,2")', 'yamldecode("[")', 'jsondecode("{")', "jsondecode([])",
     'cidrsubnet("10.0.0.0", 8, 2)', 'cidrsubnet("10.0.0.0/x", 8, 2)', 'cidrsubnet("10.0.0.0/30", 8, 2)', 'cidrsubnet("10.0.0.0/16", 8, 256)', 'cidrhost("10.0.0.0/24", 256)', 'cidrnetmask("fd00::/48")', 'cidrsubnets("10.0.0.0/30", 1, 1, 1)', 'cidrsubnets("10.0.0.0/30", 9)', 'file("raw.bin")', 'templatefile("bad.tpl", {})', 'templatefile("hello.tpl", {})', 'templatefile("hello.tpl", [])', "templatestring([], {})", "file()", 'file("a", "b")', "templatefile()", "dirname()", 'try(abs("a"))'],
)  # fmt: skip
def test_what_a_function_refuses_is_an_error_that_try_catches(text):
    assert isinstance(value(text), Unknown)
    assert value(f'try({text}, "other")') == "other"


@pytest.mark.parametrize(
    "pattern",
    [
        "(a)\\\\1",
        "(?=a)",
        "a{1,99999}",
        "[[:alpha:]]",
        "\\\\p{L}",
        "(a*)*",
        "a*+",
        "a" * 501,
        "a$",
        "a*a*a*a*a*a*a*a*a*",
        "|" * 30,
    ],
)
def test_patterns_beyond_the_safe_part_are_not_searched(pattern):
    assert value(f'regex("{pattern}", "aaa\\n")') == Unknown("a regular expression that is not evaluated")
    assert value(f'can(regex("{pattern}", "aaa\\n"))') == Unknown("a regular expression that is not evaluated")


def test_half_a_surrogate_is_replaced():
    assert evaluate(expression("jsonencode(v)"), Scope({"v": "\ud800"})) == '"?"'


def test_without_a_reader_of_files_or_yaml_these_are_unknown():
    bare = Scope()
    assert isinstance(evaluate(expression('file("a")'), bare), Unknown)
    assert isinstance(evaluate(expression('yamldecode("a")'), bare), Unknown)


VALUES = st.recursive(
    st.sampled_from(
        [
            None,
            True,
            0,
            1,
            -3,
            2.5,
            "",
            "a",
            "10.0.0.0/8",
            "%s",
            "(",
            "5",
            X,
            NAMES["part"],
            Reference("r"),
            Reference("r", value=["a"]),
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)
NAMED = sorted([*catalogue._SCOPED, *catalogue._PARTIAL, *catalogue._STRICT])


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(NAMED), st.lists(VALUES, max_size=3))
def test_no_function_raises_or_invents(name, arguments):
    names = {f"v{at}": each for at, each in enumerate(arguments)}
    found = evaluate(expression(f"{name}({', '.join(names)})"), Scope(names, load=FILES.get, yaml=yaml.load))
    if name in catalogue._STRICT and any(is_open(each) for each in arguments):
        assert isinstance(found, Unknown)


def test_base64_of_what_is_known_in_part_keeps_its_parts_and_stays_open():
    found = value('base64encode("#!/bin/sh ${x} end")')
    assert [piece for piece in found.pieces if isinstance(piece, str)] == ["#!/bin/sh ", " end"]
    assert (found.prefix, found.suffix) == ("", "")
    assert isinstance(value("base64encode(x)"), Unknown)
