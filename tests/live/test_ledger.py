"""The ledger on a real PostgreSQL server, and what a loss of power leaves of it in a file."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.lossy import power_losses

pytestmark = pytest.mark.live
ROOT = Path(__file__).parents[2]
PROGRAMS = "/usr/lib/postgresql/15/bin"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server that is there for these tests alone; it refuses to run as root."""
    folder = tempfile.mkdtemp(prefix="holdfast-postgres-")
    somebody = ["runuser", "-u", "nobody", "--"] if os.getuid() == 0 else []
    if somebody:
        shutil.chown(folder, "nobody")
    run = [*somebody, "env", "LC_ALL=C.UTF-8"]
    subprocess.run(
        [*run, f"{PROGRAMS}/initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "holdfast"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    options = f"-k {folder} -h '' -c fsync=off"
    control = [*run, f"{PROGRAMS}/pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w"]
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    yield f"postgresql://holdfast@/postgres?host={folder}"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    shutil.rmtree(folder)


def test_the_store_passes_its_tests_on_postgresql(server: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-k", "postgres", "-p", "no:cacheprovider", "tests/store"]
    environment = {**os.environ, "HOLDFAST_TEST_POSTGRES": server}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " deselected" in done.stdout or "passed" in done.stdout or "[100%]" in done.stdout


def test_the_commands_work_on_postgresql(server: str, tmp_path: Path) -> None:
    environment = {**os.environ, "HOLDFAST_HOME": str(tmp_path / "home"), "HOLDFAST_STORE": server}

    def holdfast(*words: str) -> subprocess.CompletedProcess[str]:
        run = [sys.executable, "-m", "holdfast", *words]
        return subprocess.run(run, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)

    (tmp_path / "a.yaml").write_text("a: 1\n")
    assert holdfast("check", "a.yaml", "--store").returncode == 0
    assert holdfast("ledger", "rotate").returncode == 0
    assert holdfast("ledger", "verify").stdout.startswith("all is as it was sealed: 3 entries")
    assert holdfast("ledger", "prove", "1").stdout.startswith("c2sp.org/tlog-proof@v1\n")


def test_a_loss_of_power_loses_nothing_acknowledged(tmp_path: Path) -> None:
    wrong, acknowledged = power_losses(tmp_path, 6, random.Random(11))
    assert wrong == []
    assert acknowledged > 6
