"""Prints every bar with its number: `make bench CORPORA=folder-of-checkouts`.

The corpora are public repositories, checked out by whoever measures, below one folder:
BishopFox/badPods, ray-project/kuberay, kubeflow/manifests, bridgecrewio/terragoat,
terraform-aws-modules/terraform-aws-s3-bucket.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from harness import Row, machine

BARS = (
    *("startup", "trees", "terraform", "evaluation", "mutants", "iam", "sshd", "store", "paths", "ledger"),
    *("flips", "crashes", "noise", "peer"),
)
RESULTS = Path(__file__).parent / "results.json"


def alone(name: str, corpora: str) -> list[Row]:
    """The rows of one benchmark, from a process of its own: the peak memory of a child is never below its parent's."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(rows_of, name, corpora).result()


def rows_of(name: str, corpora: str) -> list[Row]:
    """The rows of one benchmark."""
    found: list[Row] = importlib.import_module(name).measure(corpora)
    return found


def main() -> int:
    """Runs every benchmark, prints the table, keeps the numbers with the machine they were taken on."""
    corpora = sys.argv[1] if len(sys.argv) > 1 else ""
    print(machine())
    rows: list[Row] = []
    for name in BARS:
        for row in alone(name, corpora):
            rows.append(row)
            value = "-" if row.value is None else f"{row.value:.3f}" if row.unit == "CPU s" else f"{row.value:.4g}"
            bar = "" if row.bar is None else f"bar {row.bar:g}"
            print(f"{row.what:64} {value:>9} {row.unit:8} {bar:9} {row.met:12} {row.note}", flush=True)
    RESULTS.write_text(json.dumps({"machine": machine(), "rows": [row._asdict() for row in rows]}, indent=1) + "\n")
    return 1 if any(row.met == "MISSED" for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
