"""Bar: 500 random configurations with Include and Match mean to the reader what they mean to sshd itself."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

from harness import Row

CONFIGURATIONS = 500
WHAT = f"sshd_config: of {CONFIGURATIONS} configurations, understood otherwise than by sshd"


def measure(corpora: str) -> list[Row]:
    """How many configurations mean something else to `sshd -T -C`, for at least one of six connections each."""
    del corpora
    sys.path.append(str(Path(__file__).parents[1]))
    live = importlib.import_module("tests.live.sshd_configs")
    if not Path(live.SSHD).exists():
        return [Row(WHAT, None, "configs", 0, "no sshd is installed")]
    with tempfile.TemporaryDirectory() as folder:
        outcomes = [live.compare(seed, Path(folder)) for seed in range(CONFIGURATIONS)]
    probes, refused = sum(each.probes for each in outcomes), sum(each.refused for each in outcomes)
    different = sum(bool(each.differences) for each in outcomes)
    return [Row(WHAT, different, "configs", 0, f"{probes} probes, sshd ends in {refused}")]
