"""A rule's YAML: what compiles, and that every error names the file, the line and the column."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from holdfast.core.cel.printing import show
from holdfast.core.errors import RuleError
from holdfast.core.rule import Source
from holdfast.engine.author import OPTIONAL, REQUIRED, Examples, _Author, compile_rule
from holdfast.engine.places import Places
from holdfast.formats.yaml import load

RULE = dedent("""\
    id: a-rule
    title: A container is privileged
    kind: workload
    each: containers as c
    applies_when: c.gpu_count > 0
    fails_when: c.privileged
    severity: high
    because: It is.
    fix: Do not.
    sources: [{title: Somewhere, checked: "2026-11-21"}]
    passing:
      - facts: {containers: [{name: a, privileged: false}]}
    failing:
      - title: named
        facts: {containers: [{name: a, privileged: true}]}
    """)


def changed(field: str, text: str) -> str:
    """The rule with another text for one field."""
    lines = RULE.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{field}:"))
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return "".join([*lines[:start], f"{field}:{text}\n" if text else "", *lines[end:]])


def error(text: str) -> RuleError:
    with pytest.raises(RuleError) as caught:
        compile_rule(text.encode(), "r.yaml")
    return caught.value


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# --- what compiles -------------------------------------------------------------------------------


def test_a_rule_compiles_with_its_defaults() -> None:
    rule = compile_rule(RULE.encode(), "r.yaml")
    assert (rule.id, rule.kind, rule.severity, rule.confidence, rule.maturity) == (
        "a-rule",
        "workload",
        "high",
        "high",
        "stable",
    )
    assert (rule.profiles, rule.requirements, rule.tags) == ((), (), ())
    assert rule.sources == (Source("Somewhere", "2026-11-21"),)
    condition = rule.trees()
    assert condition.each is not None
    assert condition.applies_when is not None
    assert (show(condition.each), condition.variable) == ("containers", "c")
    assert (show(condition.applies_when), show(condition.fails_when)) == ("c.gpu_count > 0", "c.privileged")
    examples = msgspec.json.decode(rule.examples, type=Examples)
    assert examples.failing[0].title == "named"
    assert examples.passing[0].facts == {"containers": [{"name": "a", "privileged": False}]}


def test_a_rule_may_say_everything() -> None:
    more = "confidence: low\nmaturity: unverified\nprofiles: [strict, cis]\nrequirements: [G16]\ntags: [attack.t1611]\n"
    rule = compile_rule((RULE + more).encode(), "r.yaml")
    assert (rule.confidence, rule.maturity, rule.profiles) == ("low", "unverified", ("strict", "cis"))
    assert (rule.requirements, rule.tags) == (("G16",), ("attack.t1611",))


@pytest.mark.parametrize(("value", "text"), [(" true", "true"), (" false", "false")])
def test_a_condition_may_be_a_plain_yes_or_no(value: str, text: str) -> None:
    rule = compile_rule(changed("fails_when", value).encode(), "r.yaml")
    assert show(rule.trees().fails_when) == text


def test_a_rule_without_elements_is_asked_of_the_asset() -> None:
    text = changed("each", "").replace("applies_when: c.gpu_count > 0\n", "").replace("c.privileged", "host_network")
    condition = compile_rule(text.encode(), "r.yaml").trees()
    assert (condition.each, condition.applies_when, condition.variable) == (None, None, "")


def test_a_secret_may_stand_in_an_example() -> None:
    facts = "\n  - facts: {containers: [{env: [{name: TOKEN, value: x}]}]}"
    assert compile_rule(changed("passing", facts).encode(), "r.yaml").id == "a-rule"


def test_compiling_reads_every_field_that_a_rule_may_have() -> None:
    known = error(RULE + "zzz: 1\n").hint
    assert known == f"it has {', '.join(REQUIRED + OPTIONAL)}"


# --- conditions: exact places --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        (" c.privleged", 6, 13),
        (" c.privileged && c.privleged", 6, 29),
        (" !!str c.privileged && c.privleged", 6, 35),
        ("   # note\n  c.privileged\n   && c.privleged  # note", 8, 7),
        (' "c.privileged && c.privleged"', 6, 30),
        (' "c.name == \\"a\\" && c.name == \\"\\u0041\\" && c.privleged"', 6, 57),
        (' "c.name == \\"\\\\x41\\" \\\n    || c.privleged"', 7, 8),
        (" 'c.name == ''a'' && c.privleged'", 6, 33),
        (" 'c.privileged\n\n    && c.privleged'", 8, 8),
        (" |\n  c.privileged\n    && c.privleged", 8, 8),
        (" |2-  # note\n    c.privileged\n  || c.privleged", 8, 6),
        (' >\n  c.privileged\n  && c.name.startsWith("x")\n\n  && c.privleged', 10, 6),
        (" >-\n  c.privileged  // CEL's own comment\n", 7, 3),
        (" &anchor c.privleged", 6, 21),
        ("\n  c.privleged", 7, 3),
    ],
)
def test_an_error_in_a_condition_names_its_place_in_the_file(written: str, line: int, column: int) -> None:
    text = changed("fails_when", written)
    if "CEL's own" in written:  # a folded comment swallows what follows: here nothing does
        assert compile_rule(text.encode(), "r.yaml").id == "a-rule"
        return
    found = error(text)
    assert found.what == "fails_when: there is no field `privleged` here"
    assert found.hint == "did you mean `privileged`?"
    assert found.where == f"r.yaml:{line}:{column}"
    assert text.splitlines()[line - 1][column - 1 :].startswith("c.privleged")


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        (" c.privileged &&", 6, 28),
        (' "c.privileged &&"', 6, 29),
        (" 'c.privileged &&'", 6, 29),
        (" |\n  c.privileged\n    &&\n", 8, 7),
        (" >\n  c.privileged\n    &&", 8, 7),
    ],
)
def test_an_error_at_the_end_stands_behind_the_last_character(written: str, line: int, column: int) -> None:
    found = error(changed("fails_when", written))
    assert found.what == "fails_when: expected a value, got `the end`"
    assert found.where == f"r.yaml:{line}:{column}"


def test_a_condition_behind_an_alias_is_placed_at_its_key() -> None:
    text = changed("fails_when", " *other").replace("title: A", "title: &other A")
    assert error(text).where == "r.yaml:6:1"


def test_a_condition_in_a_quoted_key_is_found() -> None:
    text = RULE.replace("fails_when: c.privileged", '"fails_when": c.privleged')
    assert error(text).where == "r.yaml:6:15"
    text = RULE.replace("fails_when: c.privileged", "'fails_when' : c.privleged")
    assert error(text).where == "r.yaml:6:16"
    text = RULE.replace("fails_when: c.privileged", "? fails_when\n: c.privleged")
    assert error(text).where == "r.yaml:7:3"


def test_a_byte_order_mark_and_other_line_ends_do_not_move_a_place() -> None:
    text = changed("fails_when", " c.privleged")
    with pytest.raises(RuleError) as caught:
        compile_rule(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "r.yaml")
    assert caught.value.where == "r.yaml:6:13"


@pytest.mark.parametrize(
    ("field", "written", "what", "hint", "where"),
    [
        ("applies_when", " c.gpu_count", "applies_when: `applies_when` must be true or false, this is int", "", "5:15"),
        ("each", " container as c", "each: there is no `container` here", "did you mean `containers`?", "4:7"),
        ("each", ' "containers.size( as c"', "each: expected a value, got `the end`", "", "4:24"),
        ("each", " containers", "expected `LIST as NAME`, got `containers`", "for example `containers as c`", "4:7"),
        ("each", " containers as name", "`name` already means something else", "choose another name", "4:7"),
        ("each", " labels as c", "`labels` is no list but map of string to string", "", "4:7"),
        ("each", " [a]", "`each` is a text, not Sequence", "", "4:1"),
        ("fails_when", " 7", "`fails_when` is a text, not int", "", "6:1"),
        ("fails_when", " {a: b}", "`fails_when` is a text, not Mapping", "", "6:1"),
    ],
)
def test_an_unusable_condition_is_refused(field: str, written: str, what: str, hint: str, where: str) -> None:
    found = error(changed(field, written))
    assert (found.what, found.hint, found.where) == (what, hint, f"r.yaml:{where}")


# --- other fields --------------------------------------------------------------------------------

MORE = line_of(RULE, "passing:")


@pytest.mark.parametrize(
    ("text", "what", "hint", "where"),
    [
        ("[1]", "a rule is a mapping", "`holdfast rules new KIND` writes one", "1:1"),
        ("", "a rule is a mapping", "`holdfast rules new KIND` writes one", "1:1"),
        ("a: [", "did not find expected node content", "", "2:1"),
        ("a: \x00", "not text: control characters are not allowed", "", "1:1"),
        (changed("severity", ""), "a rule needs `severity`", "", "1:1"),
        (changed("failing", " []"), "a rule needs `failing`", "", "1:1"),
        (changed("fix", " ''"), "a rule needs `fix`", "", "1:1"),
        (RULE + "severty: low\n", "a rule has no field `severty`", "did you mean `severity`?", "16:1"),
        (changed("id", " A_Rule"), "'A_Rule' is no slug", "lower-case words joined by `-`", "1:5"),
        (changed("id", " 7"), "`id` is a text, not int", "", "1:1"),
        (changed("kind", " workloda"), "there is no kind `workloda`", "did you mean `workload`?", "3:7"),
        (changed("severity", " hgih"), "`hgih` is no severity", "did you mean `high`?", "7:11"),
        (
            changed("severity", ' "worst of all"'),
            "`worst of all` is no severity",
            "one of info, low, medium, high, critical",
            "7:12",
        ),
        (RULE + "confidence: sure\n", "`sure` is no confidence", "one of low, medium, high", "16:13"),
        (RULE + "maturity: stabel\n", "`stabel` is no maturity", "did you mean `stable`?", "16:11"),
        (RULE + "tags: cwe-1\n", "`tags` is a list of texts", "", "16:7"),
        (RULE + "tags: [a, 7]\n", "`tags` is a list of texts", "", "16:11"),
        (
            RULE + "profiles: [strict, ai-defult]\n",
            "`ai-defult` is no profile",
            "one of ai-default, strict, cis",
            "16:20",
        ),
        (
            RULE + "opens: [reachable_from, reads]\n",
            "`reads` is no relation that a rule opens",
            "one of reachable_from, runs_on",
            "16:25",
        ),
        (changed("sources", " here"), "`sources` is a list", "", "10:10"),
        (
            changed("sources", "\n  - title: a\n    checked: '2026-11-21'\n    urll: b"),
            "sources: Object contains unknown field `urll`",
            "",
            "13:5",
        ),
        (
            changed("sources", "\n  - title: a\n    checked: yesterday"),
            "`checked` is no date: yesterday",
            "the day of the last look, as 2026-11-21",
            "10:1",
        ),
        (changed("sources", "\n  - {title: a}"), "sources: Object missing required field `checked`", "", "11:5"),
        (changed("sources", "\n  - {title: 7, checked: ''}"), "sources: Expected `str`, got `int`", "", "11:6"),
        (changed("passing", "\n  - 7"), "passing: Expected `object`, got `int`", "", f"{MORE + 1}:5"),
        (changed("passing", "\n  - {fact: {}}"), "passing: Object contains unknown field `fact`", "", f"{MORE + 1}:6"),
        (
            changed("passing", "\n  - facts: {continers: []}"),
            "passing: a workload has no field `continers`",
            "did you mean `containers`?",
            f"{MORE + 1}:13",
        ),
        (
            changed("passing", "\n  - facts:\n      containers:\n        - {name: a}\n        - {nmae: b}"),
            "passing: a workload has no field `containers.1.nmae`",
            "did you mean `name`?",
            f"{MORE + 4}:12",
        ),
        (
            changed("passing", "\n  - facts: {containers: [{gpu_count: many}]}"),
            "passing: Expected `int | null`, got `str`",
            "",
            f"{MORE + 1}:27",
        ),
        (
            changed("passing", "\n  - facts: {containers: [{env: [{value: 7}]}]}"),
            "passing: Expected `str`, got `int`",
            "",
            f"{MORE + 1}:34",
        ),
        (
            changed("passing", "\n  - facts: {labels: {team: 7}}"),
            "passing: Expected `str`, got `int`",
            "",
            f"{MORE + 1}:13",
        ),
    ],
)
def test_an_error_says_what_where_and_what_instead(text: str, what: str, hint: str, where: str) -> None:
    found = error(text)
    assert (found.what, found.hint, found.where) == (what, hint, f"r.yaml:{where}")


def test_a_way_that_leads_nowhere_ends_at_the_last_place_there_is() -> None:
    author = _Author(RULE.encode(), "r.yaml")
    assert (author.mark("failing", ["0", "facts", "nowhere", "7"]).line, author.mark("failing", ["9"]).line) == (14, 12)


PIECES = st.sampled_from(
    ["a", "c.privleged", '"', "'", "\\", "\n", "  ", " ", "|", ">", "# x", "&&", ": ", "é", "''", '\\"', "\u2028"]
)
STYLES = st.sampled_from([" {}", ' "{}"', " '{}'", " |\n  {}", " >\n  {}", " |-\n  {}"])


@settings(max_examples=150, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(style=STYLES, content=st.lists(PIECES, max_size=8).map("".join))
def test_any_condition_compiles_or_is_refused_with_a_place(style: str, content: str) -> None:
    text = changed("fails_when", style.replace("{}", content.replace("\n", "\n  ")))
    try:
        compile_rule(text.encode(), "r.yaml")
    except RuleError as found:
        name, line, column = found.where.split(":")
        assert name == "r.yaml"
        assert 1 <= int(line) <= len(text.splitlines()) + 1
        assert int(column) >= 1


WORDS = st.lists(st.sampled_from(["ab", "é", '"', "'", "\\", "#x", "c:d", "𝄞"]), min_size=1, max_size=5)


def quoted(words: list[str], style: str) -> str:
    """The words as a value in one of YAML's styles, one line each."""
    match style:
        case "double":
            return '"' + "\n  ".join(words).replace("\\", "\\\\").replace('"', '\\"') + '"'
        case "single":
            return "'" + "\n  ".join(words).replace("'", "''") + "'"
        case "escaped":
            return '"' + " \\\n  ".join("".join(f"\\U{ord(char):08x}" for char in word) for word in words) + '"'
        case _:
            return f"{style}\n  " + "\n  ".join(words)


@settings(max_examples=150, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(words=WORDS, style=st.sampled_from(["double", "single", "escaped", "|", ">-", ">", "|+"]))
def test_every_character_of_a_value_is_found_where_it_was_written(words: list[str], style: str) -> None:
    text = f"key: {quoted(words, style)}\nnext: x\n"
    value: Any = load(text.encode())["key"].rstrip("\n")
    places = Places(text)
    lines = text.splitlines()
    for offset, char in enumerate(value):
        if not char.isspace():
            line, column = places.of(1, 1, value, offset)
            there = lines[line - 1][column - 1 :]
            assert there.startswith((char, f"\\{char}", f"\\U{ord(char):08x}"))
            assert line > 1 or column > 5


@pytest.mark.parametrize("text", ["key", "key: ", "key: 'it''s", 'key: "\\', "key: |", "key: *a", "key x: y"])
def test_what_is_not_there_is_placed_at_its_key(text: str) -> None:
    assert Places(text).of(1, 1, "zz", 1) == (1, 1)
    assert Places(text).of(1, 1, "zz", 2) == (1, 1)
    assert Places(text).of(1, 1, "z", 0) == (1, 1)


@pytest.mark.parametrize("text", ["key: 'zz' z", 'key: "zz" z'])
def test_a_quoted_value_ends_with_its_quote(text: str) -> None:
    assert Places(text).of(1, 1, "zzz", 1) == (1, 8)
    assert Places(text).of(1, 1, "zzz", 2) == (1, 1)


def test_places_count_from_one_and_end_with_the_text() -> None:
    places = Places("ab\ncd\n")
    assert [places.at(offset) for offset in (0, 1, 2, 3, 5, 6, 99)] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 3),
        (2, 4),
        (2, 97),
    ]
    assert Places("").at(0) == (1, 1)
