"""`matches` answers as RE2 does, refuses what it cannot, and takes bounded time whatever pattern and text are."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st
from tests.core.reference import ERROR, reference

from holdfast.core.cel import patterns
from holdfast.core.cel.charsets import EVERYTHING, LAST, POSIX, complement, folded, union
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.patterns import LONGEST, compile_pattern
from holdfast.core.cel.re2 import MAX_GROUPS, MAX_REPEAT

PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]

ANSWERS: list[tuple[str, str, bool]] = [
    # ends and lines
    ("a$", "a\n", False),
    ("a$", "ba", True),
    ("$", "a\n", True),
    ("^a", "ba", False),
    ("a\\z", "a", True),
    ("\\Aa", "a", True),
    ("^$", "", True),
    ("^$", "\n", False),
    ("(?m)a$", "a\nb", True),
    ("(?m)^b$", "a\nb\nc", True),
    ("(?m)^$", "a\n", True),
    ("(?m)\\Ab", "a\nb", False),
    ("(?m)a\\z", "a\nb", False),
    (".", "\n", False),
    ("(?s).", "\n", True),
    ("a$b", "ab", False),
    ("^*a", "ba", True),
    # words
    ("\\bb\\b", "a b c", True),
    ("\\bb\\b", "abc", False),
    ("\\b", "é", False),
    ("a\\b", "aé", True),
    # sets
    ("\\s", "\v", False),
    ("\\S", "\v", True),
    ("\\s", "\f", True),
    ("\\s", "\x1c", False),
    ("\\v", "\v", True),
    ("[[:space:]]", "\v", True),
    ("\\d", "１", False),
    ("\\w", "é", False),
    ("\\W", "é", True),
    ("[^a]", "\n", True),
    ("[[:alpha:]]", "x", True),
    ("[[:^alpha:]]", "x", False),
    ("[[:alpha:]-]", "-", True),
    ("[:alpha:]", "p", True),
    ("[]a]", "]", True),
    ("[^]a]", "]", False),
    ("[a-]", "-", True),
    ("[-a]", "-", True),
    ("[a-c-e]", "-", True),
    ("[a-c-e]", "d", False),
    ("[--a]", "5", True),
    ("[\\d-z]", "-", True),
    ("[\\d-z]", "m", False),
    ("[[a]", "[", True),
    ("[a&&b]", "&", True),
    ("[\\s\\S]", "\n", True),
    ("[^\\s\\S]", "a", False),
    ("[^\\x00-\\x{10FFFF}]", "a", False),
    ("[\\]\\\\\\-]", "\\", True),
    # escapes
    ("\\x41\\x{1D11E}", "A𝄞", True),
    ("\\101\\012", "A\n", True),
    ("\\a\\f\\t\\n\\r", "\a\f\t\n\r", True),
    ("\\.\\_\\-\\ ", "._- ", True),
    ("\\Qa.b*\\E+", "a.b***", True),
    ("\\Qa.b", "a.b", True),
    ("\\Qa.b", "axb", False),
    ("\\Qab\\E{2}", "abb", True),
    # repetitions
    ("^a{2,3}$", "aaaa", False),
    ("^a{2,}$", "aaaa", True),
    ("^a{0}$", "", True),
    ("^a{1000}$", "a" * 1000, True),
    ("^(a{10}){10}$", "a" * 100, True),
    ("a{,2}", "a{,2}", True),
    ("a{,2}", "aa", False),
    ("a{", "a{", True),
    ("a{01}", "a{01}", True),
    ("a{x}", "a{x}", True),
    ("^(ab?)*$", "aababa", True),
    ("^(a|b)*c$", "ababc", True),
    ("^(?:a+)+$", "aaaab", False),
    ("^a+?$", "aaa", True),
    ("^a??$", "a", True),
    # groups and flags
    ("^(a|b|)c$", "c", True),
    ("^(?:a|b)c$", "bc", True),
    ("^(?P<x>a)(?<y>b)$", "ab", True),
    ("()", "", True),
    ("|", "", True),
    ("(?i)aB", "Ab", True),
    ("(?i:a)b", "Ab", True),
    ("(?i:a)b", "AB", False),
    ("(a(?i)b)c", "aBc", True),
    ("(a(?i)b)c", "aBC", False),
    ("a(?i)b|c", "C", True),
    ("(?i)(?-i)a", "A", False),
    ("(?i-i)a", "A", False),
    ("(?is)A.", "a\n", True),
    ("(?ms-i)A", "a", False),
    ("(?U)a+", "a", True),
    ("(?)a", "a", True),
    ("(?i)k", "\u212a", True),
    ("(?i)\\x{212a}", "k", True),
    ("(?i)s", "ſ", True),
    ("(?i)ſ", "S", True),
    ("(?i)i", "İ", False),
    ("(?i)i", "ı", False),
    ("(?i)\\w", "ſ", True),
    ("(?i)\\W", "ſ", False),
    ("(?i)[^k]", "\u212a", False),
    ("(?i)[^\\W]", "ſ", True),
    ("(?i)[[:lower:]]", "A", True),
    ("(?i)[^a-z]", "ſ", False),
    ("(?i)x✂", "X✂", True),
]


@pytest.mark.parametrize(("pattern", "text", "answer"), ANSWERS)
def test_a_pattern_answers_as_the_table_and_re2_say(pattern: str, text: str, answer: bool) -> None:
    assert compile_pattern(pattern)(text) is answer
    assert reference("x.matches(pattern)", x=text, pattern=pattern) is answer


@pytest.mark.parametrize("name", POSIX)
def test_a_posix_class_holds_what_it_holds_in_re2(name: str) -> None:
    search = compile_pattern(f"[[:{name}:]]")
    for point in (*range(1, 128), 0xE9, 0x3B1):
        theirs = reference("x.matches(pattern)", x=chr(point), pattern=f"[[:{name}:]]")
        assert search(chr(point)) is theirs, point


REFUSED = [
    # what RE2 refuses too
    ("a(?=b)", 2, "look-around is not RE2's", "write the condition as two patterns"),
    ("a(?!b)", 2, "look-around is not RE2's", "write the condition as two patterns"),
    ("(?<=a)b", 1, "look-around is not RE2's", "write the condition as two patterns"),
    ("(?<!a)b", 1, "look-around is not RE2's", "write the condition as two patterns"),
    ("(a)\\1", 4, "a back-reference is not RE2's", "write the condition as two patterns"),
    ("(?P<x>a)(?P=x)", 9, "a back-reference is not RE2's", "write the condition as two patterns"),
    ("(a)?(?(1)b)", 5, "a conditional group is not RE2's", "write the condition as two patterns"),
    ("(?>a)", 1, "an atomic group is not RE2's", "write (?:...)"),
    ("a(?#b)", 2, "a comment is not RE2's", "leave it out"),
    ("(?x)a", 1, "this group is not RE2's", "(?:...), (?P<name>...), (?i), (?m), (?s) and (?U) are"),
    ("(?i", 1, "this group is not RE2's", "(?:...), (?P<name>...), (?i), (?m), (?s) and (?U) are"),
    ("(?i-)a", 1, "this group is not RE2's", "(?:...), (?P<name>...), (?i), (?m), (?s) and (?U) are"),
    ("a++", 3, "a repetition is repeated", "possessive quantifiers are not RE2's; use one of * + ? {n,m}"),
    ("a{2}{3}", 5, "a repetition is repeated", "possessive quantifiers are not RE2's; use one of * + ? {n,m}"),
    ("a???", 4, "a repetition is repeated", "possessive quantifiers are not RE2's; use one of * + ? {n,m}"),
    ("*a", 1, "there is nothing to repeat", "write \\ before the sign to mean itself"),
    ("(|*)", 3, "there is nothing to repeat", "write \\ before the sign to mean itself"),
    ("a{3,2}", 2, "this count is impossible", f"at most {MAX_REPEAT}, and the lower one first"),
    ("a{1001}", 2, "this count is impossible", f"at most {MAX_REPEAT}, and the lower one first"),
    ("(a", 3, "a group is not closed", "end it with )"),
    ("a)", 2, "no group is open", "write \\) to mean the sign"),
    ("x[a", 2, "a character class is not closed", "end it with ]"),
    ("[]", 1, "a character class is not closed", "end it with ]"),
    ("[z-a]", 2, "a range runs backwards", "write the lower end first"),
    ("[a-\\d]", 4, "\\d cannot be used", "write the character itself"),
    ("[\\b]", 2, "\\b cannot be used", "write the character itself"),
    ("\\q", 1, "\\q cannot be used", "write the character itself"),
    ("\\é", 1, "\\é cannot be used", "write the character itself"),
    ("\\x4", 1, "\\x cannot be used", "write the character itself"),
    ("\\x{110000}", 1, "\\x cannot be used", "write the character itself"),
    ("a\\Z", 2, "\\Z cannot be used", "use \\z for the end"),
    ("a\\", 2, "\\ cannot be used", "write the character itself"),
    ("[a\\", 3, "\\ cannot be used", "write the character itself"),
    # what only RE2 reads
    ("\\C", 1, "\\C cannot be used", "use . for a character"),
    ("a\\Bb", 2, "\\B cannot be used", "write what stands around it"),
    ("\\pL", 1, "\\p cannot be used", "list the ranges that you mean"),
    ("[\\PN]", 2, "\\P cannot be used", "list the ranges that you mean"),
    ("(?i)É", 5, "(?i) knows the letters of ASCII only", "list both cases, as in [éÉ]"),
    ("(?i)[\\x{80}-\\x{10FFFF}]", 23, "(?i) knows the letters of ASCII only", "list both cases, as in [éÉ]"),
]


@pytest.mark.parametrize(("pattern", "number", "what", "hint"), REFUSED)
def test_a_refused_pattern_says_which_character_is_wrong(pattern: str, number: int, what: str, hint: str) -> None:
    with pytest.raises(CelError) as caught:
        compile_pattern(pattern, 17)
    error = caught.value
    assert (error.what, error.hint, error.at) == (f"{what}, at character {number} of the pattern", hint, 17)


def test_an_unknown_class_names_those_that_exist() -> None:
    with pytest.raises(CelError, match=r"there is no class \[:foo:\], at character 2") as caught:
        compile_pattern("[[:foo:]]")
    assert caught.value.hint.startswith("there are alnum, alpha")


@pytest.mark.parametrize(("pattern", "number"), [(row[0], row[1]) for row in REFUSED[:33]])
def test_what_re2_refuses_is_refused(pattern: str, number: int) -> None:
    assert reference("x.matches(pattern)", x="a", pattern=pattern) == ERROR


def test_groups_are_nested_to_a_bound() -> None:
    assert compile_pattern("(" * MAX_GROUPS + "a" + ")" * MAX_GROUPS)("a") is True
    with pytest.raises(CelError, match=f"groups are nested more than {MAX_GROUPS} deep, at character {MAX_GROUPS + 1}"):
        compile_pattern("(" * (MAX_GROUPS + 1) + "a" + ")" * (MAX_GROUPS + 1))


@pytest.mark.parametrize("pattern", ["(a{100}){11}", "((a{10}){10}){11}", "(a{2,}){501}"])
def test_counts_inside_one_another_multiply_to_a_bound(pattern: str) -> None:
    with pytest.raises(CelError, match=f"multiply to more than {MAX_REPEAT}"):
        compile_pattern(pattern, 3)
    assert reference("x.matches(pattern)", x="a", pattern=pattern) == ERROR


def test_a_pattern_has_a_largest_size() -> None:
    with pytest.raises(CelError, match="this pattern is too large"):
        compile_pattern("[ab]{1000}" * 11, 3)


# --- sets of characters --------------------------------------------------------------------------


def test_sets_join_and_turn_round() -> None:
    assert union(((97, 99),), ((98, 101), (103, 103)), ((102, 102),)) == ((97, 103),)
    assert union() == ()
    assert complement(()) == EVERYTHING
    assert complement(EVERYTHING) == ()
    assert complement(((0, 9), (11, LAST - 1))) == ((10, 10), (LAST, LAST))


def test_folding_adds_the_other_case_of_ascii() -> None:
    assert folded(((0x61, 0x61),)) == ((0x41, 0x41), (0x61, 0x61))
    assert folded(((0x31, 0x31), (0x2702, 0x2702))) == ((0x31, 0x31), (0x2702, 0x2702))
    assert folded(((0xE9, 0xE9),)) is None
    assert folded(((0x4E00, 0x9FFF),)) is None


# --- generated -----------------------------------------------------------------------------------

ATOMS = ["a", "b", "k", "é", "𝄞", ".", "\\d", "\\w", "\\s", "\\S", "\\W", "[ab]", "[^a]", "[a-cx]", "[^\\w]", "[é-ü]"]
ATOMS += [
    "^",
    "$",
    "\\A",
    "\\z",
    "\\b",
    "\\.",
    "\\n",
    "\\x61",
    "[[:alpha:]]",
    "[[:^space:]]",
    "\\Qa+\\E",
    "(?i)",
    "(?s)",
]
SUFFIXES = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "*?", "{0}"]


@st.composite
def written(draw: st.DrawFn, depth: int = 3) -> str:
    """The text of a pattern, nearly always a valid one."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.integers(0, 3)) == 0:
            opening = draw(st.sampled_from(["(", "(?:", "(?i:", "(?m:", "(?P<n>", "(?-i:"]))
            inner = "|".join(draw(st.lists(written(depth - 1), min_size=1, max_size=2)))
            parts.append(f"{opening}{inner}){draw(st.sampled_from(SUFFIXES))}")
        else:
            atom = draw(st.sampled_from(ATOMS))
            flag = atom.startswith("(?") or atom.endswith("E")
            parts.append(atom if flag else atom + draw(st.sampled_from(SUFFIXES)))
    return "".join(parts)


TEXTS = st.text(st.sampled_from("aabbkK\u212aAxé𝄞 \n1._-\v"), max_size=8)


def compare(pattern: str, text: str) -> None:
    """Ours is a refusal or RE2's answer."""
    try:
        answer = compile_pattern(pattern)(text)
    except CelError:
        return
    assert answer is reference("x.matches(pattern)", x=text, pattern=pattern)


@settings(max_examples=80, deadline=None, phases=PHASES)
@given(pattern=written(), text=TEXTS)
@example(pattern="(?:|a)+?b", text="ab")
@example(pattern="(a*)*b", text="aab")
@example(pattern="(?:\\b)*a", text="xa")
@example(pattern="(?:a|(?i)b)c", text="BC")
def test_a_pattern_that_is_accepted_answers_like_re2(pattern: str, text: str) -> None:
    compare(pattern, text)


PIECES = st.sampled_from(list("ab()[]{}*+?|^$.\\-,:=!<>P12xiQEd ") + ["(?", "[^", "[:", ":]", "\\x{", "{1,", "é"])


@settings(max_examples=80, deadline=None, phases=PHASES)
@given(pattern=st.lists(PIECES, max_size=12).map("".join), text=TEXTS)
def test_any_text_is_a_refusal_or_answers_like_re2(pattern: str, text: str) -> None:
    assume("\x00" not in pattern)
    compare(pattern, text)


# --- time ----------------------------------------------------------------------------------------

N = 200_000
HOSTILE = [
    ("a*b", "a" * N),
    ("[a-z]*[0-9]", "a" * N),
    ("(x+x+)+y", "x" * N),
    ("(a|a)*b", "a" * N),
    ("(a?){30}a{30}b", "a" * N),
    ("(.*a){10}!", "ab" * (N // 2)),
    (".*.*.*.*.*.*.*.*!", "a" * N),
    ("(a|b)*a(a|b){18}c", "abbabaaabab" * (N // 11)),
    ("[a-z]{200}!", "abc" * (N // 3)),
    ("[^x]*y", "".join(map(chr, range(0x100, 0x5000)))),
    ("(?i)\\b(k|s|ſ)+$", "ks" * (N // 2)),
]


@pytest.mark.parametrize(("pattern", "text"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_no_pattern_and_text_take_for_ever(pattern: str, text: str) -> None:
    assert compile_pattern(pattern)(text) in (True, False, None)


def test_a_longer_text_is_unknown() -> None:
    search = compile_pattern("b")
    assert search("a" * LONGEST) is False
    assert search("a" * LONGEST + "b") is None


def test_what_takes_too_much_work_is_unknown_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "WORK", 20_000)
    search = compile_pattern("(a|b)*a(a|b){18}c")
    bits = "".join(Random(1).choices("ab", k=5_000))
    assert search(bits) is None
    assert search("ab" * 100) is False
    assert search(bits) is None


def test_answers_are_the_same_whatever_was_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "KEPT", 50)
    monkeypatch.setattr(patterns, "ANSWERS", 4)
    search = compile_pattern("(a|b)*a(a|b){3}c")
    texts = ["".join(letters) for letters in itertools.product("abc", repeat=5)]
    first = [search(text) for text in texts]
    assert first == [compile_pattern("(a|b)*a(a|b){3}c")(text) for text in texts]
    assert first == [search(text) for text in texts]
    assert first.count(True) > 5
