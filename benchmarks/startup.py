"""Bar: `holdfast --version` and one small pod file, cold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness import HOLDFAST, Row, median

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: train
  namespace: research
  labels:
    app: train
spec:
  hostIPC: true
  containers:
    - name: train
      image: registry.example/train:1
      command: ["python", "train.py"]
      env:
        - name: NCCL_DEBUG
          value: INFO
      resources:
        limits:
          nvidia.com/gpu: 8
      securityContext:
        privileged: true
      volumeMounts:
        - {name: scratch, mountPath: /scratch}
  volumes:
    - {name: scratch, hostPath: {path: /mnt/nvme}}
"""


def measure(corpora: str) -> list[Row]:
    """CPU seconds of both."""
    del corpora
    version = median([*HOLDFAST, "--version"])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pod.yaml").write_text(POD)
        pod = median([*HOLDFAST, "check", "pod.yaml"], cwd=folder)
    return [
        Row("holdfast --version", version.cpu_seconds, "CPU s", 0.05),
        Row("one 25-line pod file, all rules, cold", pod.cpu_seconds, "CPU s", 0.15),
        Row("  its peak memory", pod.peak_mb, "MB", 64),
    ]
