"""Changes of YAML and JSON: what they look like, what is refused, and that nothing else ever moves."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.core.errors import FormatError, RepairError
from holdfast.formats.yaml import load
from holdfast.repair import documents
from holdfast.repair.documents import append, put, steps_of, take
from holdfast.repair.tree import compose, spans

POD = """\
# head
spec:
  containers:
  - name: a   # first
    # why
    securityContext:
      # needed?
      privileged: true  # for GPU
    env:
    - name: A
      value: "1"
    - name: B   # bee
      value: all
    # tail

  - name: b
    securityContext: {privileged: true, x: 1}
    args: |
      foo

  - securityContext:
    name: c
  - privileged: true
    name: d
# end
"""


def lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def at(*steps: str) -> list[str]:
    return ["spec", "containers", *steps]


def test_a_pointer_has_steps() -> None:
    assert steps_of("/a~1b/c~0d/0") == ["a/b", "c~d", "0"]
    assert steps_of("") == []


@pytest.mark.parametrize(
    ("steps", "value", "went", "came"),
    [
        (at("0", "securityContext", "allow"), False, [], ["      allow: false"]),
        (
            at("0", "securityContext", "privileged"),
            False,
            ["      privileged: true  # for GPU"],
            ["      privileged: false  # for GPU"],
        ),
        (
            at("1", "securityContext", "allow"),
            "a,b",
            ["    securityContext: {privileged: true, x: 1}"],
            ['    securityContext: {privileged: true, x: 1, allow: "a,b"}'],
        ),
        (at("1", "foo", "bar"), 7, [], ["    foo:", "      bar: 7"]),
        (at("2", "securityContext", "bar"), "yes", [], ['      bar: "yes"']),
        (at("0", "env", "0", "value"), "compute,utility", ['      value: "1"'], ['      value: "compute,utility"']),
        (at("0", "env", "1", "value"), "compute,utility", ["      value: all"], ["      value: compute,utility"]),
        (["top"], 'a "b"', [], ['top: "a \\"b\\""']),
    ],
)
def test_a_value_is_put(steps: list[str], value: Any, went: list[str], came: list[str]) -> None:
    after = put(POD, steps, value)
    assert lines(POD, after) == (went, came)
    assert put(after, steps, value) == after


@pytest.mark.parametrize(
    ("steps", "keep", "went", "came"),
    [
        (
            at("0", "securityContext", "privileged"),
            3,
            ["    securityContext:", "      # needed?", "      privileged: true  # for GPU"],
            ["    # needed?", "    # for GPU"],
        ),
        (
            at("1", "securityContext", "privileged"),
            3,
            ["    securityContext: {privileged: true, x: 1}"],
            ["    securityContext: {x: 1}"],
        ),
        (
            at("1", "securityContext", "x"),
            3,
            ["    securityContext: {privileged: true, x: 1}"],
            ["    securityContext: {privileged: true}"],
        ),
        (at("3", "privileged"), 3, ["  - privileged: true", "    name: d"], ["  - name: d"]),
        (at("0", "env", "1"), 3, ["    - name: B   # bee", "      value: all"], ["    # bee"]),
        (at("1", "args"), 3, ["    args: |", "      foo"], []),
        (at("1"), 1, ["  - name: b", "    securityContext: {privileged: true, x: 1}", "    args: |", "      foo"], []),
    ],
)
def test_an_entry_is_taken(steps: list[str], keep: int, went: list[str], came: list[str]) -> None:
    after = take(POD, steps, keep)
    assert lines(POD, after) == (went, came)
    assert all(comment in after for comment in re.findall(r"#.*", POD))


def test_what_is_not_there_is_taken_already() -> None:
    assert take(POD, at("0", "hostIPC"), 3) == POD


@pytest.mark.parametrize(
    ("before", "steps", "after"),
    [
        ("a:\n  b: 1\n", ["a", "l"], "a:\n  b: 1\n  l:\n    - new:true\n"),
        ("k:\n- x\na:\n  b: 1\n", ["a", "l"], "k:\n- x\na:\n  b: 1\n  l:\n  - new:true\n"),
        ("a:\n  l:\n  - x  # why\n  # after\n", ["a", "l"], "a:\n  l:\n  - x  # why\n  - new:true\n  # after\n"),
        ("a:\n  l: [x]\n", ["a", "l"], "a:\n  l: [x, new:true]\n"),
        ("a:\n  l: []\n", ["a", "l"], "a:\n  l: [new:true]\n"),
        ("a: {}\n", ["a", "l"], "a: {l: [new:true]}\n"),
        ("a:  # soon\n", ["a", "l"], "a:  # soon\n  l:\n    - new:true\n"),
        ("a: ~\n", ["a", "l"], "a: {l: [new:true]}\n"),
        ("a:\n  l: [new:true]\n", ["a", "l"], "a:\n  l: [new:true]\n"),
        ("a:\r\n  l:\r\n  - x\r\nb: 1", ["a", "l"], "a:\r\n  l:\r\n  - x\r\n  - new:true\r\nb: 1"),
        ("a:\n  l:\n  - x", ["a", "l"], "a:\n  l:\n  - x\n  - new:true"),
        ('{"a": ["x"]}', ["a"], '{"a": ["x", "new:true"]}'),
        ('{\n  "a": [\n    "x"\n  ]\n}\n', ["a"], '{\n  "a": [\n    "x",\n    "new:true"\n  ]\n}\n'),
    ],
)
def test_an_item_is_appended(before: str, steps: list[str], after: str) -> None:
    assert append(before, steps, "new:true") == after


JSON = '{\n    "a": {\n        "b": 1\n    },\n    "e": {},\n    "f": null\n}\n'


def test_json_stays_json_and_keeps_its_indentation() -> None:
    nested = put(JSON, ["a", "c", "d"], value=False)
    assert nested == JSON.replace('"b": 1', '"b": 1,\n        "c": {\n            "d": false\n        }')
    for text in (nested, put(JSON, ["e", "x"], "y"), take(JSON, ["a", "b"], 0), put('{"a":{"b":1}}', ["a", "c"], 2)):
        json.loads(text)
    assert '"a"' not in take(JSON, ["a", "b"], 0)


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        ("a: &x {b: 1}\nc: *x\n", lambda t: put(t, ["a", "b"], 2), "anchor"),
        ("a: &x {b: 1}\nc: *x\n", lambda t: put(t, ["c", "d"], 2), "anchor"),
        ("a: &x 1\nc: *x\n", lambda t: put(t, ["c"], 2), "anchor"),
        ("a: &x 1\nc: *x\n", lambda t: put(t, ["a"], 2), "anchor or a tag"),
        ("a: &x\n  b: {q: 1}\nc:\n  <<: *x\n", lambda t: put(t, ["c", "b", "d"], 2), "anchor"),
        ("a: &x\n  l: [1]\nc: *x\n", lambda t: append(t, ["a", "l"], "y"), "anchor"),
        ("a: |\n  x\n", lambda t: put(t, ["a"], "y"), "no single word"),
        ("a: [x]\n", lambda t: put(t, ["a"], "y"), "no single word"),
        ("a: 5\n", lambda t: put(t, ["a", "b"], "y"), "where a mapping should"),
        ("a: !x\n", lambda t: put(t, ["a", "b"], "y"), "where a mapping should"),
        (".", lambda t: take(t, [], 0), "whole document"),
        ("? a\n", lambda t: put(t, ["a", "b"], "y"), "question mark"),
        ("?  ", lambda t: put(t, ["b"], "y"), "after the change"),
        ("a: ['x:false']\n", lambda t: append(t, ["a"], "x:true"), "another value"),
        ("a: {b: 1}\n", lambda t: append(t, ["a"], "y"), "where a list should"),
        ("? a\n: b\n", lambda t: put(t, ["c"], "y"), "question mark"),
        ("a: {b: 1}\n", lambda t: take(t, ["a", "b"], 1), "nothing would be left"),
        ("a: [b,\n # c\n d]\n", lambda t: take(t, ["a", "0"], 1), "comment"),
        ("l:\n- - a\n  - b\n", lambda t: take(t, ["l", "0", "0"], 0), "shares its line"),
        ("l:\n- a: 1  # x\n  b: 2\n", lambda t: take(t, ["l", "0", "a"], 2), "comment"),
        ("{a: }\n", lambda t: put(t, ["a", "b"], "y"), "same line"),
        ("a: [x", lambda t: put(t, ["a"], "y"), "cannot be read"),
    ],
)
def test_what_is_not_safe_is_refused(text: str, change: Any, reason: str) -> None:
    with pytest.raises(RepairError, match=reason):
        change(text)


def test_a_mapping_that_merges_another_gets_a_key_of_its_own() -> None:
    assert put("a: &x\n  b: 1\nc:\n  <<: *x\n", ["c", "b"], 2) == "a: &x\n  b: 1\nc:\n  <<: *x\n  b: 2\n"


def test_blank_lines_that_are_content_stay_content() -> None:
    text = "a:\n  t: |+\n    x\n\n\nb: 1\n"
    assert load(put(text, ["a", "u"], 1).encode()) == {"a": {"t": "x\n\n\n", "u": 1}, "b": 1}


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=20),
    st.sampled_from(["a: 1\n", "{a: 1}", '{"a": 1}', "a: 'x'\n", 'a: "x"\n', "a:\n- b\n", "a: []"]),
)
def test_every_text_is_written_so_that_it_reads_the_same(value: str, text: str) -> None:
    try:
        after = append(text, ["a"], value) if load(text.encode())["a"] in ([], ["b"]) else put(text, ["a"], value)
    except RepairError:
        assert not value.isprintable()  # what YAML has no escape for, such as half a pair of surrogates
        return
    found = load(after.encode())["a"]
    assert (found[-1] if isinstance(found, list) else found) == value


# --- laws: whatever the layout, only the named place changes, and no comment is lost --------------

NAMES = st.sampled_from(["name", "image", "env", "x-y", "é", "k"])
SCALARS = st.sampled_from(["1", "true", "plain", '"quoted # no"', "'it''s'", "a b", "null", "~", "1.5"])
COMMENTS = st.sampled_from(["", "", "  # why", " # {b: [c"])


@st.composite
def blocks(draw: st.DrawFn, indent: int, depth: int) -> str:
    """A block mapping in an odd layout."""
    step = draw(st.sampled_from([1, 2, 3, 4]))
    text = ""
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        pad = " " * indent
        if draw(st.booleans()):
            text += f"{pad}# about {name}\n"
        comment, sort = draw(COMMENTS), draw(st.sampled_from(["scalar", "flow", "map", "list", "text", "none"]))
        if depth == 0 and sort in ("map", "list"):
            sort = "scalar"
        if sort == "scalar":
            text += f"{pad}{name}: {draw(SCALARS)}{comment}\n"
        elif sort == "flow":
            text += f"{pad}{name}: {draw(st.sampled_from(['{a: 1, b: {c: x}}', '[1, {a: 2}]', '{}', '[]']))}{comment}\n"
        elif sort == "none":
            text += f"{pad}{name}:{comment}\n"
        elif sort == "text":
            text += f"{pad}{name}: {draw(st.sampled_from(['|', '>-', '|+', '|2']))}{comment}\n{pad}  one # text\n\n{pad}  two\n"
        elif sort == "map":
            text += f"{pad}{name}:{comment}\n" + draw(blocks(indent + step, depth - 1))
        else:
            dash = indent + draw(st.sampled_from([0, 2]))
            items = [draw(blocks(dash + 2, depth - 1)) for _ in range(draw(st.integers(1, 2)))]
            text += f"{pad}{name}:{comment}\n" + "".join(dashed(item, dash) for item in items)
        if draw(st.integers(0, 3)) == 0:
            text += "\n"
    return text


def dashed(block: str, dash: int) -> str:
    """A block mapping as an item of a list: its first key behind a dash."""
    first = re.search(r"^ *[^ #\n]", block, re.MULTILINE)
    assert first is not None
    return f"{block[: first.start()]}{' ' * dash}- {block[first.start() + dash + 2 :]}"


def places(value: Any, way: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [way]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*way, str(key)))
    return found


def comments_of(text: str) -> list[str]:
    """The comments, as a reader that is not ours finds them: what is left when every value is blanked out."""
    for start, end in sorted(spans(compose(text), text), reverse=True):
        text = text[:start] + "v" * (end - start) + text[end:]
    return sorted(re.findall(r"(?:^|\s)(#[^\r\n]*)", text))


@settings(max_examples=400, deadline=None)
@given(st.data(), blocks(0, 3), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_only_the_named_place_changes(data: st.DataObject, text: str, eol: str, ends: bool) -> None:
    text = (text if ends else text.rstrip("\n")).replace("\n", eol)
    try:
        value = load(text.encode())
    except FormatError:
        return
    assert isinstance(value, dict)
    way = list(data.draw(st.sampled_from(places(value))))
    change = data.draw(st.sampled_from(["put", "replace", "append", "take"]))
    try:
        if change == "put":
            after = put(text, [*way, "new", "key"], value=False)
        elif change == "replace":
            after = put(text, way, "other") if way else text
        elif change == "append":
            after = append(text, [*way, "items"], "other")
        else:
            after = take(text, way, 0) if way else text
    except RepairError:
        return
    assert comments_of(after) == comments_of(text)
    if eol in text:
        assert after.count("\n") == after.count(eol)
    if change != "take":  # every line but the changed one is as it was
        assert (Counter(text.split(eol)) - Counter(after.split(eol))).total() <= 1


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="ab:- \n#{}[],&*'\"|>?!~\r\t", max_size=40),
    st.lists(st.sampled_from("ab01"), min_size=1, max_size=3),
)
def test_only_the_typed_error_escapes(text: str, steps: list[str]) -> None:
    try:
        load(text.encode())
    except FormatError:
        pass
    for change in (lambda: put(text, steps, "v"), lambda: append(text, steps, "v"), lambda: take(text, steps, 0)):
        try:
            change()
        except RepairError:
            continue


TASKS = "# a\n- name: a\n  shell: x\n- hosts: all\n  tasks: [{shell: y}]\n- block:\n    - shell: {\n        cmd: z}\n"


@pytest.mark.parametrize(("line", "steps"), [(2, ["0"]), (3, ["0"]), (7, ["2", "block", "0"])])
def test_a_task_is_found_by_its_line(line: int, steps: list[str]) -> None:
    assert documents.task_at(TASKS, line) == steps


@pytest.mark.parametrize("line", [1, 4, 5, 6, 9])
def test_what_holds_tasks_is_no_task(line: int) -> None:
    with pytest.raises(RepairError, match="no task of its own"):
        documents.task_at(TASKS, line)


def test_a_value_that_somebody_wrote_is_not_filled_in() -> None:
    assert documents.fill("a: {b: 1}\n", ["a", "c"], True) == "a: {b: 1, c: true}\n"
    assert documents.fill("a: true\n", ["a"], True) == "a: true\n"
    with pytest.raises(RepairError, match="a decision"):
        documents.fill("a: false\n", ["a"], True)


def test_a_flag_is_written_once_and_without_quotes() -> None:
    assert documents.append("a:\n- x\n", ["a"], "--b=c") == "a:\n- x\n- --b=c\n"
    assert documents.append("a: [x, --b=d, y]\n", ["a"], "--b=c") == "a: [x, --b=c, y]\n"
    assert documents.append("a: ['--b=c']\n", ["a"], "--b=c") == "a: ['--b=c']\n"
    assert documents.append("a: [1]\n", ["a"], "--b=c") == "a: [1, --b=c]\n"
