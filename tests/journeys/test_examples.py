"""The estate that `make run` shows: every planted mistake is found, and its clean twin leaves nothing open."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
PLANTED = {
    "ai-server-on-public-load-balancer",
    "build-mixes-package-indexes",
    "build-runs-piped-download",
    "container-runtime-socket",
    "device-plugin-directory-mounted",
    "gpu-container-privileged",
    "gpu-devices-chosen-by-environment",
    "gpu-namespace-allows-privileged",
    "gpu-namespace-without-pod-security",
    "gpu-operator-component-with-known-vulnerabilities",
    "gpu-operator-without-cdi",
    "gpus-chosen-by-environment",
    "host-ipc",
    "host-network",
    "image-copies-credentials",
    "image-holds-credential",
    "image-ships-cuda-compiler",
    "image-with-known-vulnerabilities",
    "inference-server-without-authentication",
    "jupyter-any-origin",
    "jupyter-without-authentication",
    "mlflow-without-authentication",
    "server-runs-as-root",
    "ollama-any-origin",
    "ollama-reachable-without-authentication",
    "open-webui-without-login",
    "privileged-container",
    "ray-dashboard-without-token",
    "remote-code-from-moving-revision",
    "role-allows-everything",
    "server-secret-in-argv",
    "sys-admin-capability",
    "vector-database-without-authentication",
    "vllm-runtime-lora-updates",
}


def test_every_planted_mistake_is_found(holdfast: Run) -> None:
    done = holdfast("check", str(EXAMPLES / "estate"), "--format", "json")
    assert done.code == 1
    assert {finding["rule"] for finding in json.loads(done.out)["findings"]} == PLANTED


def test_the_clean_twin_leaves_nothing_open(holdfast: Run) -> None:
    done = holdfast("check", str(EXAMPLES / "estate-clean"), "--format", "json")
    found = json.loads(done.out)
    assert (found["findings"], found["unknown"], done.code) == ([], [], 0)
