"""A model server of a cluster that strangers get into, and what its pod and service account lead to from there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run

SERVER = """
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm, namespace: ai}
spec:
  template:
    metadata: {labels: {app: vllm}}
    spec:
      serviceAccountName: vllm
      containers:
      - name: vllm
        image: vllm/vllm-openai:v0.30.0
        args: [--model, m, --host, 0.0.0.0, --port, "8000", --api-key, team-token]
        ports: [{containerPort: 8000}]
        env: [TAKEN]
---
apiVersion: v1
kind: Service
metadata:
  name: vllm
  namespace: ai
  annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing}
spec: {type: LoadBalancer, selector: {app: vllm}, ports: [{port: 80, targetPort: 8000}]}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: vllm, namespace: ai}}
"""
TAKEN = "{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: hf-token, key: token}}}"
OTHERS = """
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: trainer, namespace: ai,
  annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/trainer"}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker, namespace: ai}
rules: [{apiGroups: [batch], resources: [jobs], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: maker, namespace: ai}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: maker}
subjects: [{kind: ServiceAccount, name: vllm, namespace: ai}]
"""
CLOUD = """
resource "aws_iam_role" "trainer" {
  name = "trainer"
  assume_role_policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity",
    Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/AB12" },
    Condition = { StringEquals = {
      "oidc.eks.eu-central-1.amazonaws.com/id/AB12:sub" = "system:serviceaccount:ai:trainer",
      "oidc.eks.eu-central-1.amazonaws.com/id/AB12:aud" = "sts.amazonaws.com"
    } }
  }] })
}
resource "aws_iam_role_policy" "trainer" {
  role   = aws_iam_role.trainer.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::corpus/*" }] })
}
resource "aws_s3_bucket" "corpus" { bucket = "corpus" }
"""


@pytest.fixture
def paths(holdfast: Run, tmp_path: Path) -> Any:
    def found(manifests: str, cloud: str = "") -> list[list[tuple[str, str]]]:
        (tmp_path / "serving.yaml").write_text(manifests)
        (tmp_path / "cloud.tf").write_text(cloud)
        told = json.loads(holdfast("check", str(tmp_path), "--format", "json").out)["paths"]
        return [[(step["relation"], step["to"].rpartition("/")[2]) for step in path["steps"]] for path in told]

    return found


INTO = [("reachable_from", "Deployment.ai.vllm.vllm.vllm"), ("runs_on", "Deployment.ai.vllm")]


def test_a_server_has_the_secret_that_its_pod_is_given(paths: Any) -> None:
    assert paths(SERVER.replace("TAKEN", TAKEN)) == [[*INTO, ("mounts", "hf-token")]]
    assert paths(SERVER.replace("TAKEN", "")) == []
    behind = SERVER.replace("TAKEN", TAKEN).replace("type: LoadBalancer", "type: ClusterIP")
    assert paths(behind) == []


def test_who_makes_jobs_runs_them_as_every_account_of_the_namespace(paths: Any) -> None:
    onward = [
        *INTO,
        ("assumes", "ServiceAccount.ai.vllm"),
        ("assumes", "ai"),
        ("assumes", "ServiceAccount.ai.trainer"),
        ("assumes", "aws_iam_role.trainer"),
        ("reads", "aws_s3_bucket.corpus"),
    ]
    assert onward in paths(SERVER.replace("TAKEN", "") + OTHERS, CLOUD)
    near_misses = (
        OTHERS.replace("verbs: [create]", "verbs: [get]"),
        OTHERS.replace("kind: ServiceAccount, name: vllm", "kind: ServiceAccount, name: other"),
        OTHERS.replace("name: trainer, namespace: ai", "name: trainer, namespace: ops"),
    )
    for each in near_misses:
        assert all("corpus" not in path[-1][1] for path in paths(SERVER.replace("TAKEN", "") + each, CLOUD))
