"""Small sources whose verdict is known, and a rule of one's own."""

from __future__ import annotations

RULE = "gpu-container-privileged"
"""What `FAILING` fails, with severity high."""
FAILING = """\
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
PASSING = FAILING.replace("true", "false")
UNDECIDED = FAILING.replace("true", '"${PRIVILEGED}"')
BROKEN = "apiVersion: v1\nkind: Pod\nspec: [}\n"
TEMPLATE = "apiVersion: v1\nkind: Pod\n{{ if .Values.gpu }}\nspec: {}\n{{ end }}\n"


def own_rule(rule_id: str, severity: str = "medium", fails_when: str = 'has(name) && name == "train"') -> str:
    """The text of a rule about workloads that `FAILING` and its kin fail."""
    return f"""\
id: {rule_id}
title: A workload is called train
kind: workload
fails_when: {fails_when}
severity: {severity}
because: We call nothing so.
fix: Rename it.
sources: [{{title: Our handbook, checked: "2026-01-01"}}]
passing:
  - facts: {{name: other}}
  - facts: {{name: null}}
failing:
  - facts: {{name: train}}
"""
