"""A checked tree as admission text: definitions put in, what has none refused by name."""

from __future__ import annotations

from typing import ClassVar

import pytest

from holdfast.core.cel.check import check, check_bool
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.kubernetes import RESERVED, admission
from holdfast.core.cel.parse import parse
from holdfast.core.cel.types import describe
from holdfast.core.fact import UNSET, Definition, Fact, Kind, Part
from holdfast.core.rule import Condition


class Deep(Part, frozen=True):
    n: Fact[int] = UNSET


class Box(Part, frozen=True):
    definitions: ClassVar[dict[str, Definition]] = {
        "name": "it.name",
        "n": ("has(it.n)", "it.n"),
        "words": "it.args",
        "deeps": "it.deeps",
    }
    name: Fact[str] = UNSET
    n: Fact[int] = UNSET
    words: Fact[list[str]] = UNSET
    deeps: Fact[list[Deep]] = UNSET


class Pod(Kind, frozen=True):
    kind: ClassVar[str] = "pod"
    definitions: ClassVar[dict[str, Definition]] = {
        "host": "pod.hostNetwork",
        "label": ("has(pod.labels)", "pod.labels['it']"),
        "boxes": ["pod.containers", "pod.initContainers"],
        "spare": ("has(pod.spare)", "pod.spare"),
        "tags": "pod.tags",
    }
    host: Fact[bool] = UNSET
    label: Fact[str] = UNSET
    boxes: Fact[list[Box]] = UNSET
    spare: Fact[list[Box]] = UNSET
    tags: Fact[dict[str, str]] = UNSET
    other: Fact[int] = UNSET


def condition(fails: str, each: str = "", applies: str = "") -> Condition:
    scope = dict(describe(Pod).fields or {})
    tree, variable = None, ""
    if each:
        text, _, variable = each.partition(" as ")
        tree, type_ = check(parse(text), scope)
        assert type_.of is not None
        scope[variable] = type_.of
    guard = check_bool(parse(applies), scope, "applies_when") if applies else None
    return Condition(check_bool(parse(fails), scope, "fails_when"), guard, tree, variable)


P = "variables.pod"


@pytest.mark.parametrize(
    ("fails", "text"),
    [
        ("host", f"!(({P}.hostNetwork))"),
        ("true", "!(true)"),
        ("!host", f"!(!(({P}.hostNetwork)))"),
        ('label == "it"', f"!((({P}.labels['it']) == \"it\"))"),
        ("has(host)", "!((true))"),
        ("has(label)", f"!((has({P}.labels)))"),
        ('has(tags["a"])', f'!(("a" in ({P}.tags)))'),
        ('tags.a == "b"', f'!((({P}.tags)["a"] == "b"))'),
        (
            'host ? label in ["a", "b"] : -1 > 0',
            f'!((({P}.hostNetwork) ? (({P}.labels[\'it\']) in ["a", "b"]) : (-1 > 0)))',
        ),
        (
            'label.startsWith("a") && size(label) > 1',
            f"!((({P}.labels['it']).startsWith(\"a\") && (size(({P}.labels['it'])) > 1)))",
        ),
        (
            "boxes.exists(c, c.n > 1)",
            f"!((({P}.containers).exists(c, ((c.n) > 1)) || ({P}.initContainers).exists(c, ((c.n) > 1))))",
        ),
        (
            "boxes.all(c, has(c.n))",
            f"!((({P}.containers).all(c, (has(c.n))) && ({P}.initContainers).all(c, (has(c.n)))))",
        ),
        (
            'spare.exists(c, c.words.exists(w, w == "x"))',
            f'!((({P}.spare).exists(c, ((c.args).exists(w, (w == "x"))))))',
        ),
        ("spare.filter(c, c.n > 1).size() > 0", f"!(((({P}.spare).filter(c, ((c.n) > 1))).size() > 0))"),
        ('label.split(",").exists(w, w == "x")', f'!(((({P}.labels[\'it\']).split(",")).exists(w, (w == "x"))))'),
        ('tags.exists(k, k == "a")', f'!((({P}.tags).exists(k, (k == "a"))))'),
    ],
)
def test_every_construct_is_printed_over_the_raw_object(fails: str, text: str) -> None:
    assert admission(condition(fails), Pod) == text


def test_a_guard_comes_before_the_condition() -> None:
    assert admission(condition("host", applies="has(label)"), Pod) == f"!((has({P}.labels))) || !(({P}.hostNetwork))"


def test_every_native_list_of_the_elements_is_walked() -> None:
    assert admission(condition("c.n > 1", "boxes as c", "has(c.n)"), Pod) == (
        f"({P}.containers).all(c, !((has(c.n))) || !(((c.n) > 1)))"
        f" && ({P}.initContainers).all(c, !((has(c.n))) || !(((c.n) > 1)))"
    )


@pytest.mark.parametrize(
    ("fails", "each", "what"),
    [
        ("other > 1", "", "`other` has no definition over the native object"),
        ("size(boxes) > 1", "", "`boxes` can only be walked"),
        ("spare[0].n > 1", "", "`n` of a computed element has no definition over the native object"),
        ("has(spare[0].n)", "", "only fields with a definition can be asked for"),
        ("c.deeps.exists(d, d.n > 1)", "spare as c", "`n` has no definition over the native object"),
        ("boxes.exists_one(c, c.n > 1)", "", "`exists_one` over lists of several native types"),
        ('below_floor("x", label)', "", "`below_floor` needs data that admission does not have"),
        ("object.n > 1", "spare as object", "`object` means something else at admission"),
        ("spare.exists(_c, _c.n > 1)", "", "`_c` means something else at admission"),
        ("spare.filter(c, c.n > 1).exists(d, d.n > 1)", "", "`n` has no definition over the native object"),
    ],
)
def test_what_admission_cannot_see_is_refused_by_name(fails: str, each: str, what: str) -> None:
    with pytest.raises(CelError) as caught:
        admission(condition(fails, each), Pod)
    assert caught.value.what == what


def test_admissions_own_variables_are_reserved() -> None:
    assert {"object", "oldObject", "request", "params", "variables"} <= RESERVED
