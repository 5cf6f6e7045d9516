"""Measures whole processes the way the operating system accounts for them."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

RUNS = 7
HOLDFAST = [sys.executable, "-m", "holdfast"]


class Row(NamedTuple):
    """One bar: what was measured, how much it was, and how much it may be."""

    what: str
    value: float | None
    unit: str
    bar: float | None
    note: str = ""

    @property
    def met(self) -> str:
        """Whether the bar is met; a row without a bar only informs."""
        if self.value is None:
            return "not measured"
        return "" if self.bar is None else "met" if self.value <= self.bar else "MISSED"


class Process(NamedTuple):
    """What one run of a process cost."""

    cpu_seconds: float
    peak_mb: float
    output: bytes


def run(command: Sequence[str], cwd: str | None = None) -> Process:
    """Runs a command to its end and reads its user and system time and its peak memory."""
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd, env=environment)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Process(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def median(command: Sequence[str], cwd: str | None = None, runs: int = RUNS) -> Process:
    """The median of several runs after a warm-up."""
    run(command, cwd)
    done = [run(command, cwd) for _ in range(runs)]
    middle = statistics.median(item.cpu_seconds for item in done)
    return Process(middle, max(item.peak_mb for item in done), done[0].output)


def machine() -> str:
    """Where the numbers were taken."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
    system = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    return f"{model or platform.processor()}, {system}"


def corpus(name: str, corpora: str) -> str | None:
    """The path of a public repository below the folder that was given, or None."""
    for candidate in (name, name.rpartition("/")[2], name.replace("/", "+")):
        if corpora and (Path(corpora) / candidate).is_dir():
            return str(Path(corpora) / candidate)
    return None
