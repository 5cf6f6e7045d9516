"""Values of expressions: the specification's operators, templates and loops, and what stays open."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.known import Reference, Text, Unknown
from holdfast.formats.hcl.evaluate import evaluate
from holdfast.formats.hcl.expressions import expression, template
from holdfast.formats.hcl.reader import read
from holdfast.formats.hcl.scope import Scope
from holdfast.formats.hcl.values import MAX_LENGTH, Budget, Failure, Lazy

X = Unknown("not known")
REF = Reference("r", address="aws_x.y", attribute="id")
GIVEN = Reference("r", address="aws_x.y", attribute="name", value="logs")


class Deep(Lazy):
    """`deep.a.b.c`: every member is one more of it; `deep.none` is missing."""

    def member(self, key):
        if key == "none":
            raise Failure("no such member")
        return self

    def whole(self):
        return {"deep": True}


NAMES = {
    "x": X, "ref": REF, "given": GIVEN, "deep": Deep(), "n": None, "s": "text", "t": True, "f": False, "i": 5,
    "list": ["a", "b", "c"], "objects": [{"k": 1, "l": ["p"]}, {"k": 2, "l": ["q"]}], "map": {"b": 2, "a": 1},
    "part": Text(("arn:", X, ":end")), "half": ["a", X], "block": Reference("r", address="aws_x.y", attribute="b", value=[{"c": 1}]),
}  # fmt: skip


def value(text, **names):
    return evaluate(expression(text), Scope({**NAMES, **names}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # literals and operators
        ("1", 1), ("1.5", 1.5), ("1e3", 1000), ("1.50e1", 15), ("12.0", 12), ("true", True), ("null", None), ('"a"', "a"), ("-1", -1), ("- i", -5), ("!t", False),
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 4 - 3", 3), ("7 / 2", 3.5), ("6 / 2", 3), ("7 % 3", 1), ("-7 % 3", -1), ("1.5 + 1.5", 3), ('"2" * 3', 6),
        ("1 < 2", True), ("2 <= 2", True), ("3 > 4", False), ("4 >= 5", False), ("1 == 1", True), ('1 == "1"', False), ("1 == true", False), ("1 == 1.0", True),
        ("null == null", True), ("n != null", False), ("[1, [2]] == [1, [2]]", True), ("{a = 1} == {a = 2}", False), ("[1] == [1, 2]", False), ("{a = 1} == {b = 1}", False),
        ("1 + 1 == 2 && 2 < 3 || false", True), ("t && f", False), ("t || f", True), ("!f && t", True), ('!"false"', True), ("t ? 1 : 2", 1), ("f ? 1 : t ? 2 : 3", 2),
        ("t == f ? 1 : 2", 2), ("1 < 2 == true", True), ("-2 + 3", 1), ("2 - -3", 5),
        # collections
        ("[1, 2,]", [1, 2]), ("[]", []), ("[\n1\n,\n2\n]", [1, 2]), ("{}", {}), ('{a = 1, "b" : 2}', {"a": 1, "b": 2}), ("{\n a = 1 # c\n\n b = 2\n}", {"a": 1, "b": 2}),
        ("{(s) = 1}", {"text": 1}), ('{"${s}-x" = 1}', {"text-x": 1}), ("{s = s}", {"s": "text"}), ("{1 = 2}", {"1": 2}), ("{true = 1, null = 2, if = 3}", {"true": 1, "null": 2, "if": 3}),
        ("{for = 1}", {"for": 1}), ("{(t ? s : s) = 1}", {"text": 1}), ("{map.a = 3}", {"1": 3}), ("{a = 1, a = 2}", {"a": 2}),
        ("list[0]", "a"), ('list["1"]', "b"), ("list.2", "c"), ("objects.0.k", 1), ("objects[1].l[0]", "q"), ('objects[1]["k"]', 2), ("map.a", 1), ('map["b"]', 2), ("[1, 2][1]", 2),
        ("{a = {b = 3}}.a.b", 3), ("[[1, 2]].0.1", 2), ("deep.a[0].b", {"deep": True}), ("[deep]", [{"deep": True}]), ("map . a", 1),
        # splats
        ("objects[*].k", [1, 2]), ("objects.*.k", [1, 2]), ("objects[*].l[0]", ["p", "q"]), ('objects[*]["k"]', [1, 2]), ("objects.*.l.0", ["p", "q"]), ("s[*]", ["text"]), ("n[*]", []), ("map[*].a", [1]),
        ("objects[*].l[*]", [["p"], ["q"]]), ("objects.*.l.*", [["p"], ["q"]]), ("objects.*.k[0]", 1), ("list[*]", ["a", "b", "c"]), ("x[*].a", X), ("ref[*]", REF),
        # loops
        ("[for v in list : v]", ["a", "b", "c"]), ("[for i, v in list : i]", [0, 1, 2]), ('[for k, v in map : "${k}=${v}"]', ["a=1", "b=2"]), ('[for v in list : v if v != "b"]', ["a", "c"]),
        ("{for k, v in map : k => v + 1}", {"a": 2, "b": 3}), ("{for i, v in list : v => i if i < 1}", {"a": 0}), ('{for o in objects : "same" => o.k...}', {"same": [1, 2]}),
        ("[for a in [[1, 2], [3]] : [for b in a : b * 2]]", [[2, 4], [6]]), ('{\n for v in list :\n v => 1\n if v == "a"\n}', {"a": 1}), ("[for v in deep : v]", [True]),
        # templates
        ('"a ${s} b"', "a text b"), ('"${s}"', "text"), ('"${i}"', 5), ('"${i}x"', "5x"), ('"${1.5}|${true}|${1e21}"', "1.5|true|1000000000000000000000"), ('"$${s} %%{if} $ % \\" \\\\ \\n\\u00e9\\U0001F600"', '${s} %{if} $ % " \\ \n\xe9\U0001f600'),
        ('"%{ if t }yes%{ else }no%{ endif }"', "yes"), ('"%{ if f }yes%{ endif }!"', "!"), ('"%{ for v in list }${v},%{ endfor }"', "a,b,c,"), ('"%{ for i, v in list }${i}${v}%{ endfor }"', "0a1b2c"),
        ('"%{ if f }a%{ else }%{ if t }b%{ endif }%{ endif }"', "b"), ('"a  ${~ s ~}  b"', "atextb"), ('"a %{~ if t ~} b %{~ endif ~} c"', "abc"), ('"x${"y${"z"}"}"', "xyz"), ('""', ""), ('"$"', "$"), ('"100%"', "100%"), ('"%{ if t }%{ endif }"', ""),
        ('"${[1][0]}${ {a = 1}.a }"', "11"), ('"\\ud800"', "\ufffd"), ('"${\n s\n}"', "text"), ('"${~ s}a"', "texta"),
    ],
)  # fmt: skip
def test_values(text, found):
    got = value(text)
    assert got == found
    assert type(got) is type(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<<EOT\n  a\n b ${s}\nEOT\n", "  a\n b text\n"), ("<<-EOT\n    a\n\n      b\n    EOT\n", "a\n\n  b\n"), ("<<-EOT\n\tx\n\t  y\n\tEOT\n", "x\n  y\n"),
        ("<<-EOT\n  ${s}\n    b\nEOT\n", "text\n  b\n"), ("<<-EOT\n${s}\n    b\nEOT\n", "text\n    b\n"), ("<<EOT\nEOT\n", ""), ("<<EOT\n$${s} \\n\nEOT\n", "${s} \\n\n"),
        ("<<EOT\n%{ for v in list ~}\n- ${v}\n%{ endfor ~}\nend\nEOT\n", "- a\n- b\n- c\nend\n"), ("<<EOT\n  %{~ if t }\nx\n%{~ endif }\nEOT\n", "\nx\n"), ("<<-E\n   \n   a\n   E", "   \na\n"),
        ("<<EOT\r\nx\r\nEOT\r\n", "x\r\n"), ("<<-EOT\n  \n EOT", "  \n"),
    ],
)  # fmt: skip
def test_heredocs(text, found):
    body = read(f"a = {text}".encode())
    assert evaluate(body.attributes["a"].value, Scope(NAMES)) == found


def test_a_heredoc_may_stand_inside_an_expression_that_goes_on():
    body = read(b"a = [<<A\nx\nA\n, <<-B\n  y\n  B\n]\nb = f(<<A\n1\nA\n)\nc = 1")
    assert evaluate(body.attributes["a"].value, Scope()) == ["x\n", "y\n"]
    assert set(body.attributes) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x", X), ("ref", REF), ("given", GIVEN), ("x.a.b[0]", X), ('"a-${x}"', Text(("a-", X))), ('"${x}"', X), ('"${part}/${s}"', Text(("arn:", X, ":end/text"))), ('"${ref}-${given}"', Text((REF, "-logs"))),
        ("[1, x]", [1, X]), ("{a = x, b = 1}", {"a": X, "b": 1}), ("x + 1", X), ("!x", X), ("-x", X), ("x == 1", X), ("x == x", X), ('given == "logs"', True), ('part == "urn:"', False), ('"urn:" == part', False), ("part == 5", Unknown("a value that is known in part")),
        ("x && false", False), ("false && x", False), ("x && true", X), ("x || true", True), ("x || false", X), ("part && true", Unknown("a value that is known in part")), ("[1, x] == [2, x]", False), ("[1, x] == [1, x]", Unknown("a value that is known in part")), ("half != list", True),
        ("x ? 1 : 1", 1), ("x ? 1 : 2", X), ("x ? [1, x] : [1, x]", X), ("x ? list[9] : 1", X), ("[for v in x : v]", X), ("[for v in half : v]", ["a", X]), ('[for v in half : v if v == "a"]', X), ("{for v in half : v => 1}", X),
        ("{(x) = 1}", X), ('{"a${x}" = 1}', Unknown("a value that is known in part")), ("list[x]", X), ('list["${x}1"]', Unknown("an index that is known in part")), ("half[*]", ["a", X]), ("f(x...)", X), ("max(x...)", X), ("half[1].b", X),
        ("ref.a[0].b", Reference("r", address="aws_x.y", attribute="id.a[0].b")), ("block[0].c", Reference("r", address="aws_x.y", attribute="b[0].c", value=1)), ("block[0].d", Reference("r", address="aws_x.y", attribute="b[0].d")), ("block[3].d", Reference("r", address="aws_x.y", attribute="b[3].d")),
        ('"%{ for v in x }${v}%{ endfor }"', Text((X,))), ('"a%{ if x }b%{ endif }"', Text(("a", X))), ('"%{ for v in half }${v},%{ endfor }"', Text(("a,", X, ","))),
    ],
)  # fmt: skip
def test_what_is_unknown_stays_where_it_is(text, found):
    assert value(text) == found


@pytest.mark.parametrize(
    "text",
    ["nope", "map.z", "list[3]", "list[-1]", "list[1.5]", "n.a", "s.a", "1 / 0", "1 % 0", "5 % 1e-320", "-s", "!i", "s + 1", "n + 1", '"a${n}"', '"a${list}"', '"a${map}"',
     "[for v in s : v]", "[for v in n : v]", '{for v in list : "k" => v}', "i ? 1 : 2", '"1_0" + 1', '" 1" + 1', 'list["a"]', "max(s...)", "deep.none", '"" + 1', '"inf" + 1', "1e300 * 1e300",
     '"%{ for v in s }%{ endfor }"', '"%{ if s }%{ endif }"', "{(list) = 1}", "list && true"],
)  # fmt: skip
def test_what_terraform_refuses_is_unknown_and_caught_by_try(text):
    assert isinstance(value(text), Unknown)
    assert value(f'try({text}, "other")') == "other"
    assert value(f"can({text})") is False
    assert isinstance(value(f"[{text}]"), Unknown)


def test_try_and_can_do_not_take_the_unknown_for_an_error():
    assert value("try(x, 1)") == X
    assert value("can(x)") == X
    assert value("can(ref)") is True
    assert value("can([x])") is True
    assert value("try(list[7], n.a, 3)") == 3
    assert isinstance(value("try()"), Unknown)
    assert isinstance(value("can()"), Unknown)


def test_a_template_sees_text_only():
    assert evaluate(template("plain"), Scope()) == "plain"
    assert evaluate(template("a ${s}\n%{ if t }b\n%{ endif }c"), Scope(NAMES)) == "a text\nb\nc"
    assert evaluate(template("${i}"), Scope(NAMES)) == 5
    assert evaluate(template('say "hi" \\n ${s}'), Scope(NAMES)) == 'say "hi" \\n text'
    with pytest.raises(FormatError):
        template("${")
    with pytest.raises(FormatError):
        template("${" + " " * (5 << 20))


def test_an_expression_is_all_of_a_text():
    with pytest.raises(FormatError, match="expected the end"):
        expression("1 2")


HOSTILE = [
    "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]",
    "setproduct(range(1000), range(1000), range(1000))",
    'join("", [for a in range(1000) : replace(s, "", s)])',
    '"%{ for a in big }${bigger}%{ endfor }"',
    'replace(bigger, "a", bigger)',
    'format("%999999999d", 1)', "jsonencode(laughs)", "flatten(laughs)", "merge(laughs...)", "[for a in big : laughs]", "distinct([for a in big : [a]])",
    'regex("(a|a)*b", bigger)', 'regexall("a*a*a*b", bigger)', 'replace(bigger, "/a?a?a?a?a?a?a?a?a?a?a?/", "$0$0$0")', "concat([big, big, big, big]...)", 'indent(999999999, "a\\nb")',
    "sort(laughs)", "yamlencode(laughs)", "pow(10, 308) * pow(10, 308)", 'cidrsubnets("10.0.0.0/8", big...)', 'formatlist("%s", [for a in big : bigger])', "chunklist(big, 1)", "transpose({a = big})", "slice(big, 0, 99999)",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_evaluation_is_bounded(text):
    laughs = ["x"]
    for _ in range(36):
        laughs = [laughs, laughs]
    start = time.process_time()
    found = value(text, big=[str(at) for at in range(MAX_LENGTH)], bigger="a" * (1 << 20), laughs=laughs, s="ab" * 100)
    assert time.process_time() - start < 10
    assert isinstance(found, Unknown | list | str | dict | int | float)


def test_a_budget_ends_all_evaluations_that_share_it():
    scope = Scope(NAMES, budget=Budget(50))
    assert isinstance(evaluate(expression("[for a in range(100) : a]"), scope), Unknown)
    assert evaluate(expression("1 + 1"), scope) == Unknown("the evaluation takes more than it may")
    assert evaluate(expression("1"), scope) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[for a in many : a]",
        '"${long}${long}"',
        'join("", [long, long])',
        'replace(long, "/x/", "yy")',
        'replace(long, "x", "yy")',
        "base64encode(base64encode(long))",
        'format("%s%s", long, long)',
        '"${open}${open}"',
        "pit.a",
    ],
)
def test_what_one_expression_makes_is_bounded(text):
    class Pit(Lazy):
        def member(self, key):
            return self.member(key)

    half_open = Text((Unknown("not known"),) * 10_000)
    found = value(text, many=[1] * (MAX_LENGTH + 1), long="x" * 600_000, pit=Pit(), open=half_open)
    assert isinstance(found, Unknown)
    assert any(word in found.reason for word in ("more than", "too long", "too deep"))


def test_a_lazy_object_says_nothing_by_itself():
    for ask in (lambda: Lazy().member("a"), Lazy().whole):
        with pytest.raises(NotImplementedError):
            ask()


def test_what_is_kept_is_bounded_in_depth_and_size():
    deep = 1
    for _ in range(60):
        deep = [deep]
    assert value("d", d=deep) == Unknown("the value is too large")
    assert value("[for a in d : d]", d=[[1] * 1000] * 1000) == Unknown("the value is too large")
    assert value("1" + " + 1" * 150).reason == "the evaluation takes more than it may"


EXPRESSIONS = st.recursive(
    st.sampled_from(["1", "s", "x", "list", "map", "n", "t", "half", "part", "ref", "given", "objects", '"a"', "0.5", "-3", '"${s}${x}"']),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", "&&", "||"]), inner).map(" ".join).map("({})".format),
        st.tuples(inner, inner).map("[{0[0]}, {0[1]}]".format), st.tuples(inner, inner).map("{{a = {0[0]}, (s) = {0[1]}}}".format),
        st.tuples(inner, inner, inner).map("({0[0]} ? {0[1]} : {0[2]})".format), st.tuples(inner, inner).map("{0[0]}[{0[1]}]".format), inner.map("{0}[*]".format),
        st.tuples(inner, inner).map("[for k, v in {0[0]} : {0[1]}]".format), inner.map('"<${{{0}}}>"'.format),
        st.tuples(st.sampled_from(["merge", "concat", "length", "try", "flatten", "keys", "jsonencode", "tostring", "toset", "format", "join", "lookup", "coalesce", "contains", "element", "zipmap", "one", "distinct", "split", "replace", "max", "sum", "regex", "substr", "range", "jsondecode", "yamlencode", "alltrue", "slice", "chunklist", "cidrsubnet"]), st.lists(inner, max_size=3)).map(lambda each: f"{each[0]}({', '.join(each[1])})"),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(EXPRESSIONS)
def test_evaluation_never_raises(text):
    evaluate(expression(text), Scope(NAMES))


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS, st.sampled_from([1, "a", None, True, ["a"], {"a": 1}]))
def test_what_is_decided_stays_so_whatever_the_unknown_turns_out_to_be(text, filling):
    from holdfast.core.known import is_open

    tree = expression(text)
    open_ = evaluate(
        tree,
        Scope(
            {
                "s": "text",
                "list": ["a", "b"],
                "map": {"a": 1},
                "n": None,
                "t": True,
                "objects": [{"k": 1}],
                "half": ["a", X],
                "x": X,
                "part": "p",
                "ref": 1,
                "given": 2,
            }
        ),
    )
    if not is_open(open_):
        filled = evaluate(
            tree,
            Scope(
                {
                    "s": "text",
                    "list": ["a", "b"],
                    "map": {"a": 1},
                    "n": None,
                    "t": True,
                    "objects": [{"k": 1}],
                    "half": ["a", filling],
                    "x": filling,
                    "part": "p",
                    "ref": 1,
                    "given": 2,
                }
            ),
        )
        assert filled == open_ or isinstance(filled, Unknown)
