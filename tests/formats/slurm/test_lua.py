"""Where Lua runs programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.slurm.lua import executions, loadings


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
        ("load(job_desc.comment)()", [("load", 1, 1)]),
        ("loadstring(job_desc.name)()", [("loadstring", 1, 1)]),
        ("dofile(job_desc.work_dir .. '/x.lua')", [("dofile", 1, 1)]),
        ("posix.exec(job_desc.name)", [("posix.exec", 1, 1)]),
        ("local run = os.execute\nrun(x)", [("os.execute", 1, 13)]),
        ('load("return 1")()', []),
        ('require "slurm"\nx()', []),
        ("os.execute 'date'\nx()", []),
        ("local load = 5\nm.load(x) m:load(x) load_jobs(x)", []),
        ("function load(x) end", []),
    ],
)
def test_executions(text, found):
    assert [tuple(each) for each in executions(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('dofile("/home/x/y.lua")', [("/home/x/y.lua", 1)]),
        ("\nrequire 'posix'", [("posix", 2)]),
        ('package.cpath = "/tmp/?.so;" .. package.cpath', [("/tmp/?.so", 1)]),
        (
            "package.path = package.path .. --[[ x ]]\n ';/home/a/?.lua;/b/?.lua'",
            [("/home/a/?.lua", 2), ("/b/?.lua", 2)],
        ),
        ("-- dofile('/tmp/x')", []),
        ("print(package.path, '/tmp/x')", []),
        ("x = '/tmp/y'", []),
        ("dofile(x) y = '/tmp/z'", []),
    ],
)
def test_loadings(text, found):
    assert [tuple(each) for each in loadings(text)] == found


def test_hostile_text_is_read_once():
    for text in ("[[" * 200_000, "--[==" * 100_000, "os.execute(" * 50_000, '"' * 400_000, "[=" * 200_000):
        assert len(list(executions(text))) <= 50_000


@given(st.text(max_size=300))
def test_any_text(text):
    list(executions(text))
    list(loadings(text))
