"""The estate that `make run` shows: every planted mistake is found, and its clean twin leaves nothing open."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
PLANTED = {
    "ai-port-open-to-the-internet",
    "ai-server-on-public-load-balancer",
    "ai-server-route-without-rate-limit",
    "bucket-public-access-not-blocked",
    "bucket-publicly-readable",
    "bucket-without-versioning",
    "build-mixes-package-indexes",
    "build-runs-piped-download",
    "container-runtime-socket",
    "credential-in-environment",
    "device-plugin-directory-mounted",
    "everyone-may-enter-containers",
    "gpu-container-privileged",
    "gpu-devices-chosen-by-environment",
    "gpu-instance-with-public-address",
    "gpu-namespace-allows-privileged",
    "gpu-namespace-without-pod-security",
    "gpu-operator-component-with-known-vulnerabilities",
    "gpu-operator-without-cdi",
    "gpu-shared-by-namespaces",
    "gpus-chosen-by-environment",
    "host-ipc",
    "host-network",
    "image-copies-credentials",
    "image-holds-credential",
    "image-installs-package-with-known-vulnerabilities",
    "image-ships-cuda-compiler",
    "image-with-known-vulnerabilities",
    "inference-server-without-authentication",
    "instance-metadata-without-token",
    "instance-role-holds-whole-service",
    "jupyter-any-origin",
    "jupyter-without-authentication",
    "machine-publishes-internal-port",
    "mlflow-without-authentication",
    "ollama-any-origin",
    "ollama-reachable-without-authentication",
    "open-webui-without-login",
    "outsiders-inject-commands",
    "own-runner-open-to-forks",
    "privileged-container",
    "pull-request-code-runs-with-secrets",
    "queue-open-to-anybody",
    "ray-dashboard-without-token",
    "redis-without-password",
    "remote-code-from-moving-revision",
    "role-allows-everything",
    "route-accepts-old-tls",
    "route-forwards-vllm-control-paths",
    "server-behind-weak-token",
    "server-runs-as-root",
    "server-secret-in-argv",
    "slurm-controller-runs-as-root",
    "slurm-escapable-process-tracking",
    "slurm-gpu-partition-open",
    "slurm-gpus-unconstrained",
    "slurm-program-evaluates-job-values",
    "slurm-without-accounting",
    "ssh-server-accepts-passwords",
    "ssh-server-lets-root-in",
    "sudo-hands-out-gpu-settings",
    "sudo-shell-without-password",
    "sys-admin-capability",
    "vector-database-without-authentication",
    "vllm-runtime-lora-updates",
    "workload-identity-changes-every-bucket",
    "workload-identity-changes-its-own-rights",
    "workload-identity-reads-every-bucket",
}


def test_every_planted_mistake_is_found(holdfast: Run) -> None:
    done = holdfast("check", str(EXAMPLES / "estate"), "--format", "json")
    assert done.code == 1
    assert {finding["rule"] for finding in json.loads(done.out)["findings"]} == PLANTED


def test_one_way_leads_to_the_internal_documents(holdfast: Run) -> None:
    done = holdfast("check", str(EXAMPLES / "estate"), "--format", "json")
    found = [path for path in json.loads(done.out)["paths"] if path["target"].endswith("aws_s3_bucket.documents")]
    assert [step["relation"] for step in found[0]["steps"]] == ["reachable_from", "runs_on", "assumes", "reads"]
    assert len(found) == 1


def test_the_clean_twin_leaves_nothing_open(holdfast: Run) -> None:
    done = holdfast("check", str(EXAMPLES / "estate-clean"), "--format", "json")
    found = json.loads(done.out)
    assert (found["findings"], found["unknown"], found["paths"], done.code) == ([], [], [], 0)
