"""The best peer that installs from PyPI, in the same run: checkov, where it is on PATH or in CHECKOV."""

from __future__ import annotations

import os
import shutil

from harness import Row, corpus, run
from terraform import TREES as CLOUDS
from trees import TREES


def measure(corpora: str) -> list[Row]:
    """CPU seconds of one run over each repository that it can finish."""
    program = os.environ.get("CHECKOV") or shutil.which("checkov")
    if program is None:
        return [Row("peer: checkov", None, "CPU s", None, "not installed")]
    rows = [Row("peer: checkov --version", run([program, "--version"]).cpu_seconds, "CPU s", None)]
    compared = [*((name, "kubernetes") for name, _ in TREES[:2]), *((name, "terraform") for name, _ in CLOUDS)]
    for name, framework in compared:
        path = corpus(name, corpora)
        if path is not None:
            command = [program, "-d", path, "--framework", framework, "--quiet", "--compact", "--skip-download"]
            cost = run(command)
            rows.append(Row(f"peer: checkov on {name}", cost.cpu_seconds, "CPU s", None, f"peak {cost.peak_mb:.0f} MB"))
    return rows
