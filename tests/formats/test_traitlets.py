"""Configuration in Python, read as syntax."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET
from holdfast.formats.traitlets.config import Trait, read


def last(text: str) -> dict[str, object]:
    return {trait.name: trait.value for trait in read(text.encode()).traits}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("''", ""), ("'a'", "a"), ("True", "true"), ("False", "false"), ("None", ""), ("8888", "8888"), ("1.5", "1.5"),
        ("-1", "-1"), ("-X()", UNSET), ("b'x'", "x"), ("['a', 'b']", "a,b"), ("{'a'}", "a"), ("('a',)", "a"), ("set()", ""),
        ("['a', x()]", UNSET), ("os.environ['T']", "$"), ("environ['T']", "$"), ("os.environ.get('T')", UNSET),
        ("f'{x}'", UNSET), ("GitHubOAuthenticator", "GitHubOAuthenticator"), ("dummy.DummyAuthenticator", "DummyAuthenticator"),
        ("unknown", UNSET), ("TOKEN", UNSET), ("m.TOKEN", UNSET), ("'a' if x else 'b'", UNSET), ("...", UNSET),
        ("f().X", UNSET), ("(lambda: 1)", UNSET), ("'a' 'b'", "ab"), ("[[[[[[[[[[[[[[1]]]]]]]]]]]]]]", UNSET),
    ],
)  # fmt: skip
def test_values(value, text):
    assert read(f"c = get_config()\nc.A.b = {value}\n".encode()).traits == [Trait("A.b", text, 2, 1)]


def test_places_that_are_meant():
    text = "c['A']['b'] = 1\nc.A['c'] = 2\n  \nc.A.d: int = 3\nx = c.A.e = 4\nother.A.f = 5\nc[0]['x'] = 6\nf().A.g = 7\na, c.A.h = 1, 2\n"
    assert last(text) == {"A.b": "1", "A.c": "2", "A.d": "3", "A.e": "4", "0.x": "6", "A.h": "2"}


def test_the_later_one_wins_and_conditions_leave_it_open():
    text = "c.A.a = 1\nc.A.a = 2\nc.A.b = 1\nif x:\n    c.A.b = 2\nelse:\n    c.A.c = 1\nc.A.c = 3\n"
    assert last(text) == {"A.a": "2", "A.b": UNSET, "A.c": "3"}


@pytest.mark.parametrize(
    "block",
    ["def f(s):\n c.A.a = 2", "for x in y:\n c.A.a = 2", "while x:\n c.A.a = 2", "try:\n c.A.a = 2\nexcept E:\n pass",
     "try:\n pass\nexcept E:\n c.A.a = 2", "try:\n pass\nfinally:\n c.A.a = 2", "class X:\n c.A.a = 2",
     "match x:\n case 1:\n  c.A.a = 2", "if x:\n with y:\n  c.A.a = 2", "c.A.a += 'x'", "c.A.a.append('x')", "c.A.a.update(x=1)",
     "c.A.a = x()"],
)  # fmt: skip
def test_what_may_run_leaves_it_open(block):
    assert last(f"c.A.a = 1\n{block}\n") == {"A.a": UNSET}


def test_a_with_block_runs():
    assert last("with open(x) as f:\n    c.A.a = 1\n") == {"A.a": "1"}


def test_constants_are_put_in_unless_they_change():
    assert last("P = '/x'\nc.A.a = P\n") == {"A.a": "/x"}
    assert last("P = '/x'\nP = '/y'\nc.A.a = P\n") == {"A.a": UNSET}
    assert last("if x:\n    P = '/x'\nc.A.a = P\n") == {"A.a": UNSET}
    assert last("P = f()\nc.A.a = P\n") == {"A.a": UNSET}


def test_dictionaries_are_flat():
    text = "K = '/data'\nc.D.volumes = {'/a': {'bind': '/b', 'mode': 'ro'}, K: '/c', x(): 1, **y}\nc.D.z = {}\n"
    assert last(text) == {
        "D.volumes": UNSET, "D.volumes./a": "{}", "D.volumes./a.bind": "/b", "D.volumes./a.mode": "ro",
        "D.volumes./data": "/c", "D.z": "{}",
    }  # fmt: skip
    assert last("c.D.a = " + "{'a': " * 14 + "1" + "}" * 14) | {} != {}


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("c.A.a = 1", True), ("load_subconfig('x.py')", False), ("exec(open('x').read())", False), ("configure(c)", False),
        ("c.merge(other)", False), ("c.A = other", False), ("c = get_config()", True), ("print('x')", True),
        ("x.append(1)", True), ("c.A.set(1)", False), ("f().append(1)", True), ("os.makedirs('x')", True),
    ],
)  # fmt: skip
def test_what_may_set_more(text, complete):
    assert read(text.encode()).complete is complete


@pytest.mark.parametrize(
    "text", ["c.A.a = ", "c.A.a = 'x", "\0", "1+" * 100_000 + "1", "-" * 100_000 + "1", "c.A.a = 1\n" * 10_001]
)
def test_what_cannot_be_read(text):
    with pytest.raises(FormatError):
        read(text.encode())


def test_what_a_trait_holds_is_put_together():
    text = "c.D.a.update({'x': 1})\nc.D.a.update(y=2)\nc.D.l.append({'n': 1})\nc.D.l.append({'n': 2})\n"
    assert last(text) == {
        "D.a": "{}",
        "D.a.x": "1",
        "D.a.y": "2",
        "D.l": "{}",
        "D.l.0": "{}",
        "D.l.0.n": "1",
        "D.l.1": "{}",
        "D.l.1.n": "2",
    }
    assert last("c.D.l = [{'n': 1}]\nc.D.l.append({'n': 2})\n")["D.l.1.n"] == "2"
    assert last("c.D.a = {'x': 1}\nc.D.a = {'y': 1}\n") == {"D.a": "{}", "D.a.y": "1"}
    assert last("c.D.a = {'x': 1}\nc.D.a.update(other)\n") == {"D.a": UNSET}
    assert last("c.D.l.append(x)\n") == {"D.l": UNSET}


def test_names_of_dictionaries_that_nothing_changes():
    assert last("h = {'p': True}\nc.D.h = h\n") == {"D.h": "{}", "D.h.p": "true"}
    assert last("c.D.h = dict(p=True, **more)\n") == {"D.h": UNSET, "D.h.p": "true"}
    for change in ("h['p'] = False", "h.update(p=False)", "f(h)", "h |= x", "del h['p']", "h = {}"):
        assert last(f"h = {{'p': True}}\n{change}\nc.D.h = h\n") == {"D.h": UNSET}


def test_a_class_that_gets_other_than_a_dictionary():
    assert read(b"c.merge({'A': x})\nc.B = [{'b': 1}]\nc.C = {x: 1}\n") == ([], False)


def test_long_names_are_not_multiplied():
    entries = ", ".join(f"'{index}': 1" for index in range(5000))
    text = f"K = '{'k' * 400_000}'\nc.A.b = {{K: {{{entries}}}}}\ns = c['{'k' * 5000}']\ns.a = 1\n"
    found = read(text.encode())
    assert (found.traits, found.complete) == ([Trait("A.b", UNSET, 2, 1)], False)


def test_size_and_warnings():
    with pytest.raises(FormatError, match="bytes"):
        read(b"#" * ((1 << 20) + 1))
    assert last("c.A.a = '\\d'\n") == {"A.a": "\\d"}


WORDS = st.sampled_from(
    [
        "c",
        ".A",
        ".b",
        "=",
        "1",
        "'x'",
        "\n",
        " ",
        "if x:",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "os.environ['a']",
        "(",
        ")",
        "def f():",
    ]
)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=20).map("".join) | st.binary(max_size=80).map(lambda b: b.decode("latin-1")))
def test_nothing_but_the_error_escapes(text):
    try:
        found = read(text.encode())
    except FormatError:
        return
    assert all("." in trait.name for trait in found.traits)


@pytest.mark.parametrize(
    ("classes", "meant"),
    [
        ("class My(DummyAuthenticator): pass", "DummyAuthenticator"),
        ("class My(jupyterhub.auth.DummyAuthenticator): x = 1", "DummyAuthenticator"),
        ("class Own(DummyAuthenticator): pass\nclass My(Own): pass", "DummyAuthenticator"),
        ("from a import DummyAuthenticator as D\nclass My(D): pass", "DummyAuthenticator"),
        ("from a import DummyAuthenticator as My", "DummyAuthenticator"),
        ("class Mixin: pass\nclass My(Mixin, DummyAuthenticator): pass", "DummyAuthenticator"),
        ("class My(LocalAuthenticator, GitHubOAuthenticator): pass", "GitHubOAuthenticator"),
        ("class My(AAuthenticator, BAuthenticator): pass", UNSET),
        ("class My(A, B): pass", UNSET),
        ("class My(Authenticator):\n  async def authenticate(self, h, d): return 'x'", "own:Authenticator"),
        (
            "class Own(PAMAuthenticator):\n  def authenticate(self): pass\nclass My(Own): pass",
            "own:PAMAuthenticator",
        ),
        ("class My(DummyAuthenticator):\n  def authenticate(self): pass", UNSET),
        ("class My(Authenticator, NativeAuthenticator):\n  def authenticate(self): pass", UNSET),
        ("class My:\n  def authenticate(self): pass", UNSET),
        (
            "class Own(Authenticator):\n  def authenticate(self): pass\nclass My(Own, DummyAuthenticator): pass",
            UNSET,
        ),
        ("class Mixin:\n  def authenticate(self): pass\nclass My(Mixin, DummyAuthenticator): pass", UNSET),
        ("class My(make()): pass", UNSET),
        ("class My(My): pass", UNSET),
        ("class Other(My): pass\nclass My(Other): pass", UNSET),
        ("if x:\n  class My(DummyAuthenticator): pass\nelse:\n  class My(PAMAuthenticator): pass", UNSET),
        ("class My: pass", "My"),
        ("class My(object): pass", "object"),
        (f"class My({', '.join('A' * n for n in range(1, 30))}): pass", UNSET),
    ],
)
def test_a_class_of_the_file_is_the_one_that_it_inherits_from(classes, meant):
    assert last(f"{classes}\nc.JupyterHub.authenticator_class = My\n")["JupyterHub.authenticator_class"] == meant


def test_settings_of_a_class_of_the_file_are_those_of_the_one_that_it_inherits_from():
    text = "class My(DummyAuthenticator): pass\nclass Own(make()): pass\n"
    assert last(f"{text}c.My.password = 'x'\nc['My']['a'] = 1\nc.Own.b = 2\n") == {
        "DummyAuthenticator.password": "x",
        "DummyAuthenticator.a": "1",
        "Own.b": "2",
    }
    text = "class My(Authenticator):\n  def authenticate(self): pass\nc.My.allow_all = True\n"
    assert last(text) == {"Authenticator.allow_all": "true"}
