"""The wheel, as a user gets it: built, installed into an empty environment, used."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: train}
spec:
  containers:
    - name: train
      image: registry.example/train:1
      securityContext: {privileged: true}
      resources: {limits: {nvidia.com/gpu: 8}}
"""


@pytest.mark.live
def test_a_wheel_installs_into_an_empty_environment_and_checks_a_pod(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True)
    wheel = next(tmp_path.glob("holdfast-*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert {"holdfast/rulebook.json", "holdfast/floors.json", "holdfast/py.typed"} <= set(names)
    assert [name for name in names if name.endswith(".yaml")] == []
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv/bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)], check=True)
    (tmp_path / "pod.yaml").write_text(POD)
    done = subprocess.run(
        [tmp_path / "venv/bin/holdfast", "check", "pod.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "gpu-container-privileged" in done.stdout
    assert "pod.yaml:8:" in done.stdout
    assert done.stderr == ""
