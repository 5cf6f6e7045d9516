"""Patches: `git apply` and `patch` make the one file of the other, and no hunk prints what must not be shown."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.repair.diff import diff, quoted

TOOLS = [("git", "apply", "-p1"), ("patch", "-p1", "--quiet")]


def applied(tool: tuple[str, ...], path: str, before: bytes, patch: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(before)
        done = subprocess.run(tool, input=patch, cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, (done.stderr, done.stdout, patch)
        return file.read_bytes()


LINES = st.lists(st.sampled_from([b"a", b"b: 1", b"  c\r", b"", b"\xc3\xa9", b"-- x", b"+y"]), max_size=12)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool[0])
@settings(max_examples=60, deadline=None)
@given(LINES, LINES, st.booleans(), st.booleans())
def test_a_patch_applies(tool: tuple[str, ...], old: list[bytes], new: list[bytes], one: bool, two: bool) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    before, after = b"\n".join(old) + b"\n" * one, b"\n".join(new) + b"\n" * two
    if not before or not after or before == after:
        return  # a patch from or to nothing makes or deletes a file
    patch = diff("f.yaml", before, after, lambda _: True)
    assert patch is not None
    arguments = (*tool, "--binary") if tool[0] == "patch" else tool
    assert applied(arguments, "f.yaml", before, patch) == after


@pytest.mark.parametrize("path", ["a b.yaml", "d/é.yaml", 'q"\\.yaml'])
def test_odd_names_are_found(path: str) -> None:
    patch = diff(path, b"a\n", b"b\n", lambda _: True)
    assert patch is not None
    assert applied(TOOLS[0], path, b"a\n", patch) == b"b\n"


def test_a_name_is_quoted_where_it_must_be() -> None:
    assert quoted("a/b.yaml") == b"a/b.yaml"
    assert quoted("a/\t\n\x01é") == b'"a/\\t\\n\\001\\303\\251"'
    assert quoted("a/\udcff") == b'"a/\\377"'


FILE = b"".join(b"line %d\n" % number for number in range(9))


@pytest.mark.parametrize(("secret", "context"), [(8, 3), (1, 2), (7, 2), (2, 1), (6, 1)])
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool[0])
def test_context_stops_before_a_credential(tool: tuple[str, ...], secret: int, context: int) -> None:
    changed = FILE.replace(b"line 4", b"line four")
    patch = diff("f", FILE, changed, lambda line: b"line %d" % secret not in line)
    assert patch is not None
    assert patch.count(b"\n line") == 2 * context
    assert applied(tool, "f", FILE, patch) == changed


@pytest.mark.parametrize("secret", [3, 4, 5])
def test_a_credential_beside_a_change_or_in_it_leaves_no_patch(secret: int) -> None:
    assert diff("f", FILE, FILE.replace(b"4", b"four"), lambda line: b"line %d" % secret not in line) is None
