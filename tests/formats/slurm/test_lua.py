"""Where Lua runs programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.slurm.lua import executions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('os.execute("logger " .. job.name)', [("os.execute", 1, 1)]),
        ("x = io.popen(command)", [("io.popen", 1, 5)]),
        ("\nio.popen('a' .. b, 'r')", [("io.popen", 2, 1)]),
        ('os.execute(string.format("x %s", job.name))', [("os.execute", 1, 1)]),
        ('os.execute("date")', []),
        ("io.popen('date', 'r')", []),
        ("os.execute 'date'", []),
        ("os.execute()", []),
        ("-- os.execute(x)", []),
        ("--[[ os.execute(x) ]] y()", []),
        ("--[==[ os.execute(x) ]] ]==] io.popen(z)", [("io.popen", 1, 30)]),
        ("s = [[ os.execute(x) ]]", []),
        ("'os.execute(x)'", []),
        ("[[ never closed os.execute(x)", []),
        ("pos.execute(x)", []),
    ],
)
def test_executions(text, found):
    assert [tuple(each) for each in executions(text)] == found


def test_hostile_text_is_read_once():
    for text in ("[[" * 200_000, "--[==" * 100_000, "os.execute(" * 50_000, '"' * 400_000, "[=" * 200_000):
        assert len(list(executions(text))) <= 50_000


@given(st.text(max_size=300))
def test_any_text(text):
    list(executions(text))
