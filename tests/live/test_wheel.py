"""The wheel as users get it: built from the sources, installed into an empty environment, and run from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from tests.cli.samples import FAILING, PASSING, RULE

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "rulebook.json", "floors.json", "requirements.json", "build", "dist"
)


def run(*command: str | Path, folder: Path, code: int = 0) -> str:
    """The output of a command that ends with `code`, in an environment that knows no checkout."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE", "COV_"))}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=env, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources that has no compiled rules in it."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps")
    run(*pip, "--wheel-dir", folder, folder / "source", folder=folder)
    (built,) = folder.glob("holdfast-*.whl")
    return built


def test_it_holds_the_compiled_rules_and_every_module(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "holdfast/rulebook.json",
        "holdfast/floors.json",
        "holdfast/requirements.json",
        "holdfast/py.typed",
    } <= names
    assert {"holdfast/store/migrations/0001.sql", "holdfast/frameworks/playbooks.json"} <= names
    assert [name for name in names if name.endswith((".yaml", ".yml"))] == []
    tables = {path.name for path in (ROOT / "src/holdfast/frameworks/iam").iterdir()}
    assert {f"holdfast/frameworks/iam/{name}" for name in tables} <= names
    modules = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src/holdfast").rglob("*.py")}
    assert modules == {name for name in names if name.endswith(".py")}
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_it_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv/bin"
    run(programs / "pip", "--disable-pip-version-check", "install", "--quiet", wheel, folder=tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    (work / "pod.yaml").write_text(FAILING)
    shown = run(programs / "holdfast", "check", "pod.yaml", folder=work, code=1)
    assert f"[{RULE}]" in shown
    assert "pod.yaml:8:25" in shown
    for form in ("json", "sarif", "junit", "ocsf", "html"):
        assert RULE in run(programs / "holdfast", "check", "--format", form, folder=work, code=1)
    assert run(programs / "python", "-m", "holdfast", "rules", "list", folder=work).count("\n") > 50
    assert "workload" in run(programs / "holdfast", "kinds", folder=work)
    assert "privileged" in run(programs / "holdfast", "rules", "export", RULE, folder=work)
    skeleton = run(programs / "holdfast", "rules", "new", "workload", "our-rule", folder=work)
    (work / "our-rule.yaml").write_text(skeleton)
    run(programs / "holdfast", "rules", "test", "our-rule.yaml", folder=work)
    (work / "pod.yaml").write_text(PASSING)
    run(programs / "holdfast", "check", "pod.yaml", "--rule", RULE, folder=work)
