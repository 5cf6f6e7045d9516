"""Which paths a .gitignore leaves out: written cases, and git itself as the oracle."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.collect.ignoring import Patterns


@pytest.mark.parametrize(
    ("lines", "path", "answer"),
    [
        ("", "a", None), ("# a\n\n", "a", None), ("a", "a", True), ("a", "x/a", True), ("a", "ab", None),
        ("/a", "a", True), ("/a", "x/a", None), ("x/a", "x/a", True), ("x/a", "y/x/a", None), ("a/", "a", None),
        ("a/", "a/", True), ("/a/", "x/a/", None), ("*.log", "x/y.log", True), ("*.log", ".log", True),
        ("*.log\n!keep.log", "keep.log", False), ("!keep.log\n*.log", "keep.log", True), ("*", "x/y", True),
        ("a?c", "abc", True), ("a?c", "a/c", None), ("a*c", "a/c", None), ("a*c", "abbc", True), ("x/*", "x/a", True),
        ("x/*", "x/a/b", None), ("**/a", "x/y/a", True), ("**/a", "a", True), ("**/a/b", "x/a/b", True),
        ("a/**", "a/b/c", True), ("a/**", "a/", None), ("a/**/b", "a/b", True), ("a/**/b", "a/x/y/b", True),
        ("a/**/b/**/c", "a/b/x/c", True), ("a/**/**/b", "a/b", True), ("/**/a", "x/a", True), ("**/", "x/", True),
        ("[ab]c", "bc", True), ("[!ab]c", "bc", None), ("[^ab]c", "xc", True), ("[a-c]", "b", True), ("[c-a]", "b", None),
        ("[!c-a]", "b", True), ("[]x]", "]", True), ("[[:digit:]]x", "5x", True), ("[[:wrong:]]", "w", None), ("[", "[", None),
        ("a[/]b", "a/b", None), ("[\\]]", "]", True), ("\\#a", "#a", True), ("\\!a", "!a", True), ("a\\*", "a*", True),
        ("a\\*", "ab", None), ("a\\", "a", None), ("a ", "a", True), ("a\\ ", "a ", True), ("a\r", "a", True),
        ("/", "a", None), ("!", "a", None), ("a**b", "axyb", True), ("a+(b)", "a+(b)", True), ("[a-]", "-", True),
    ],
)  # fmt: skip
def test_the_last_pattern_that_fits_decides(lines, path, answer):
    assert Patterns(lines.split("\n")).check(path.removesuffix("/"), folder=path.endswith("/")) is answer


def test_stars_cost_time_in_proportion():
    patterns = Patterns(["*a" * 40 + "b", "/" + "**/a*a*a*a*a*/" * 20 + "b", "/" + "**/" * 50 + "x"])
    assert patterns.check("/".join(["a" * 250] * 15), folder=False) is None


PIECE = st.sampled_from(["a", "b", "ab", "*", "**", "?", "[ab]", "[!a]", "[a-b]", "\\a", "a*", "*b", ".", " "])
LINE = st.builds(
    lambda mark, lead, steps, tail: mark + lead + "/".join(steps) + tail,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PIECE, min_size=1, max_size=4),
    st.sampled_from(["", "", "/"]),
)
NAMES = ("a", "b", "ab", "ba", "abb", ".")
PATHS = [f"{x}/{y}/{z}" for x in NAMES[:4] for y in NAMES[:4] for z in NAMES[:5]] + [*NAMES[:5], "a/b", "b/a", "ab/b"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the oracle")
@given(st.lists(LINE, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_git_agrees(repository: Path, lines: list[str]):
    (repository / ".gitignore").write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["git", "-C", str(repository), "check-ignore", "--no-index", "--stdin"],
        input="\n".join(PATHS), capture_output=True, text=True, check=False,
    )  # fmt: skip
    patterns = Patterns(lines)

    def ignored(path: str) -> bool:
        steps = path.split("/")
        above = ["/".join(steps[:end]) for end in range(1, len(steps))]
        return any(patterns.check(folder, folder=True) for folder in above) or bool(patterns.check(path, folder=False))

    assert [path for path in PATHS if ignored(path)] == done.stdout.split("\n")[:-1]
