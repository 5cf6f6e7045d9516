"""Runs commands in this process, as a shell would, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from holdfast.cli.main import main


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def holdfast(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """`holdfast("check", ".")` -> exit code, standard output, standard error."""

    def run(*arguments: str) -> Done:
        capsysbinary.readouterr()
        code = main(list(arguments))
        out, err = capsysbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("HOLDFAST_TRACEBACK", raising=False)
    monkeypatch.delenv("HOLDFAST_STORE", raising=False)
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path / ".holdfast"))
    return tmp_path
