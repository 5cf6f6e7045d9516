"""Which facts decided: only those that mattered, by their path, and never a part of a secret."""

from __future__ import annotations

from typing import Any

import pytest
from tests.core.things import SCOPE, Inner, Piece, Thing

from holdfast.core.cel.check import check
from holdfast.core.cel.explain import MOST, explain
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import STRING
from holdfast.core.cel.values import UNKNOWN
from holdfast.core.fact import UNSET, Secret, shown

U = UNKNOWN
PARTS = [
    Piece(name="x", n=1, ok=True),
    Piece(name="y", n=2, ok=False),
    Piece(name="z", n=None, inner=Inner(n=7, names=["p", "q"])),
]


class Floor:
    def __call__(self, *arguments: Any) -> Any:
        return arguments[1] == "old"

    def evidence(self, *arguments: Any) -> dict[str, object]:
        return {"fixed_version": f"newer than {arguments[1]}"}


def reasons(text: str, **facts: Any) -> dict[str, Any]:
    tree, _ = check(parse(text), SCOPE)
    found = explain(tree, [Thing(**facts)], {}, {"below_floor": Floor()})
    return {reason.path: reason.value for reason in found}


def states(text: str, **facts: Any) -> dict[str, str]:
    tree, _ = check(parse(text), SCOPE)
    return {reason.path: reason.state for reason in explain(tree, [Thing(**facts)], {}, {"below_floor": Floor()})}


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("true", {}, {}),
        ("p", {"p": True}, {"p": True}),
        ("!p", {"p": False}, {"p": False}),
        ("-a < 0", {"a": 1}, {"a": 1}),
        ("a + b > 2", {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ("a > 0 && a < 5", {"a": 1}, {"a": 1}),
        # of a junction, what gave the answer
        ("p || q", {"p": False, "q": True}, {"q": True}),
        ("p || q", {"p": True, "q": True}, {"p": True}),
        ("p || q", {"p": UNSET, "q": True}, {"q": True}),
        ("p || q", {"p": False, "q": False}, {"p": False, "q": False}),
        ("p && q", {"p": True, "q": False}, {"q": False}),
        ("p && q", {"p": True, "q": True}, {"p": True, "q": True}),
        ("p && q", {"p": True, "q": UNSET}, {"q": U}),
        ("p && q", {"p": UNSET, "q": UNSET}, {"p": U, "q": U}),
        ("p && q", {"p": UNSET, "q": False}, {"q": False}),
        # has
        ("has(s)", {"s": "x"}, {"s": "x"}),
        ("has(s)", {"s": None}, {"s": None}),
        ("has(s)", {"s": UNSET}, {"s": U}),
        ("has(tags.k)", {"tags": {"k": "v"}}, {'tags["k"]': "v"}),
        ("has(tags.k)", {"tags": {}}, {'tags["k"]': None}),
        # the branch taken
        ("p ? q : a > 1", {"p": True, "q": False, "a": 2}, {"p": True, "q": False}),
        ("p ? q : a > 1", {"p": False, "q": False, "a": 2}, {"p": False, "a": 2}),
        ("p ? q : a > 1", {"p": UNSET, "q": False, "a": 2}, {"p": U}),
        # paths
        ("inner.n == 7", {"inner": Inner(n=7)}, {"inner.n": 7}),
        ("names[1] == s", {"names": ["a", "b"], "s": "b"}, {"names[1]": "b", "s": "b"}),
        ("names[a] == s", {"names": ["a"], "a": 0, "s": "b"}, {"names[0]": "a", "s": "b"}),
        ("tags[s] == t", {"tags": {"k": "v"}, "s": "k", "t": "v"}, {'tags["k"]': "v", "t": "v"}),
        ("tags[s] == t", {"tags": {"k": "v"}, "s": UNSET, "t": "v"}, {"tags[unknown]": U, "t": "v"}),
        ("parts[2].inner.names[0] == s", {"parts": PARTS, "s": "p"}, {"parts[2].inner.names[0]": "p", "s": "p"}),
        # quantifiers: the element that fits, those that do not, those that cannot be seen
        ("parts.exists(x, x.n == 2)", {"parts": PARTS}, {"parts[1].n": 2}),
        ("parts.exists(x, x.n > 5 && x.ok)", {"parts": PARTS[:2]}, {"parts[0].n": 1, "parts[1].n": 2}),
        ("parts.all(x, x.ok)", {"parts": PARTS}, {"parts[1].ok": False}),
        ("parts.all(x, x.n > 0)", {"parts": PARTS[:2]}, {"parts[0].n": 1, "parts[1].n": 2}),
        ("parts.exists(x, x.n > 5)", {"parts": PARTS}, {"parts[2].n": None}),
        ("parts.exists(x, x.ok)", {"parts": []}, {"parts": []}),
        ("parts.exists(x, x.ok)", {"parts": UNSET}, {"parts": U}),
        ("parts.exists_one(x, x.n == 2)", {"parts": PARTS[:2]}, {"parts[0].n": 1, "parts[1].n": 2}),
        ("parts.exists_one(x, x.ok)", {"parts": None}, {"parts": None}),
        ("size(parts.filter(x, x.ok)) > 0", {"parts": PARTS[:2]}, {"parts[0].ok": True, "parts[1].ok": False}),
        ("names.exists(x, x == s)", {"names": ["a", "b"], "s": "b"}, {"names[1]": "b", "s": "b"}),
        ("tags.exists(k, tags[k] == s)", {"tags": {"a": "1", "b": "2"}, "s": "2"}, {'tags["b"]': "2", "s": "2"}),
        (
            '["x", "k"].exists(k, k in tags && tags[k] == "v")',
            {"tags": {"k": "v"}},
            {"tags": {"k": "v"}, 'tags["k"]': "v"},
        ),
        (
            "parts.exists(x, x.inner.names.exists(y, y == s))",
            {"parts": PARTS, "s": "q"},
            {"parts[2].inner.names[1]": "q", "s": "q"},
        ),
        # computed lists are named by what they come from
        ('s.split(",").exists(x, x == "b")', {"s": "a,b"}, {"s": "a,b"}),
        ('s.split(",")[1] == "b"', {"s": "a,b"}, {"s": "a,b"}),
        ("parts.filter(x, x.n > 1)[0].n == 2", {"parts": PARTS[:2]}, {"parts[0].n": 1, "parts[1].n": 2}),
        ("[a, b].exists(x, x == 2)", {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ("tags[s + t] == s", {"tags": {"kk": "k"}, "s": "k", "t": "k"}, {"tags[s + t]": "k", "s": "k"}),
        # predicates
        ('below_floor("x", s)', {"s": "old"}, {"s": "old", "fixed_version": "newer than old"}),
        ('below_floor("x", s)', {"s": UNSET}, {"s": U}),
    ],
)
def test_the_facts_that_decided_are_named(text: str, facts: dict[str, Any], expected: dict[str, Any]) -> None:
    assert reasons(text, **facts) == expected


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("p && has(s)", {"p": True, "s": None}, {"s": "seen"}),
        ("a > 1", {"a": None}, {"a": "absent"}),
        ("a > 1", {"a": UNSET}, {"a": "unseen"}),
        ("tags.k == s", {"tags": {}, "s": "x"}, {'tags["k"]': "absent", "s": "seen"}),
        ("tags.k == s", {"tags": None, "s": "x"}, {'tags["k"]': "unseen", "s": "seen"}),
        ('below_floor("x", s)', {"s": "old"}, {"s": "seen", "fixed_version": "evidence"}),
    ],
)
def test_absent_and_unobserved_are_told_apart(text: str, facts: dict[str, Any], expected: dict[str, str]) -> None:
    assert states(text, **facts) == expected


def test_variables_bring_their_paths() -> None:
    scope = {**SCOPE, "c": SCOPE["parts"].of, "w": STRING}
    tree, _ = check(parse('c.n == 2 && w == "x"'), scope)  # type: ignore[arg-type]
    found = explain(tree, [Thing(), PARTS[1], "x"], {"c": "parts[1]", "w": "names[4]"}, {})
    assert [(reason.path, reason.value) for reason in found] == [("parts[1].n", 2), ("names[4]", "x")]


def test_an_element_of_a_computed_list_is_not_shown() -> None:
    tree, _ = check(parse('w == "x"'), {"w": STRING})
    assert explain(tree, [Thing(), "x"], {"w": "w[0]"}, {}) == []


CANARY = "hunter2,sk-live-4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    "text",
    [
        "secret == s",
        'secret.split(",").exists(x, x.startsWith("hunter"))',
        'secret.split(",").exists(x, tags[x] == "v")',
        "tags[string(secret)] == s",
        'tags[secret + ""] == s',
        "tags[secret] == s",
        "secrets.exists(x, tags[x] == s)",
        "secrets.map(x, x + s).exists(y, tags[y] == s)",
        "secrets.exists(x, x == s)",
        "parts.exists(x, x.secret == s)",
        "secrets[0] == s",
        "[secret].exists(x, tags[x] == s)",
        "!below_floor(s, secret)",
    ],
)
def test_no_part_of_a_secret_is_shown(text: str) -> None:
    secret = Secret(CANARY)
    found = reasons(
        text,
        s="v",
        secret=secret,
        secrets=[secret],
        parts=[Piece(secret=secret)],
        tags={CANARY: "v", "hunter2": "v", CANARY + "v": "v"},
    )
    assert found
    rendered = " ".join([*found, *map(shown, found.values())])
    hidden = rendered.replace(repr({CANARY: "v", "hunter2": "v", CANARY + "v": "v"}), "")
    assert "hunter2" not in hidden
    assert "sk-live" not in hidden


def test_an_answer_is_explained_by_a_bounded_number_of_facts() -> None:
    assert len(reasons("parts.all(x, x.n > 0)", parts=[Piece(n=1)] * 10_000)) == MOST
    assert len(reasons("parts.exists(x, x.n > 0)", parts=[Piece()] * 10_000)) == MOST
    assert len(reasons("parts.all(x, x.n > 0) && p && q", parts=[Piece(n=1)] * 200, p=True, q=True)) == MOST
