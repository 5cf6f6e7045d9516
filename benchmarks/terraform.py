"""Bar: about 90 files, 240 KB of public Terraform, a complete check."""

from __future__ import annotations

from harness import HOLDFAST, Row, corpus, median

TREES = (("terraform-aws-modules/terraform-aws-s3-bucket", 0.5), ("bridgecrewio/terragoat", 0.5))


def measure(corpora: str) -> list[Row]:
    """CPU seconds and peak memory of each."""
    rows = []
    for name, bar in TREES:
        path = corpus(name, corpora)
        if path is None:
            rows.append(Row(f"{name}, whole tree", None, "CPU s", bar, "not below CORPORA"))
            continue
        cost = median([*HOLDFAST, "check", "."], cwd=path)
        rows.append(Row(f"{name}, whole tree", cost.cpu_seconds, "CPU s", bar))
        rows.append(Row("  its peak memory", cost.peak_mb, "MB", 64))
    return rows
