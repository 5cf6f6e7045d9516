"""Bar: whole public repositories."""

from __future__ import annotations

import json

from harness import HOLDFAST, Row, corpus, median, run

TREES = (("BishopFox/badPods", 0.25), ("ray-project/kuberay", 0.5), ("kubeflow/manifests", 0.8))
TEMPLATES = 233


def measure(corpora: str) -> list[Row]:
    """CPU seconds and peak memory of each; and the pod templates of the one whose number is known."""
    rows = []
    for name, bar in TREES:
        path = corpus(name, corpora)
        if path is None:
            rows.append(Row(f"{name}, whole tree", None, "CPU s", bar, "not below CORPORA"))
            continue
        cost = median([*HOLDFAST, "check", "."], cwd=path)
        rows.append(Row(f"{name}, whole tree", cost.cpu_seconds, "CPU s", bar))
        rows.append(Row("  its peak memory", cost.peak_mb, "MB", 64))
        if name == "ray-project/kuberay":
            seen = json.loads(run([*HOLDFAST, "check", ".", "--format", "json"], cwd=path).output)["examined"]["assets"]
            rows.append(Row("  pod templates not seen", max(0, TEMPLATES - seen.get("workload", 0)), "of 233", 0))
    return rows
