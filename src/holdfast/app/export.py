"""The use `rules export`: rules as native Kubernetes admission policies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from msgspec import Struct

from holdfast.core.cel.errors import CelError
from holdfast.core.cel.kubernetes import admission
from holdfast.core.rule import Rule
from holdfast.kinds import catalog


class Exported(Struct, frozen=True):
    """A rule as admission text, or the reason why it cannot be."""

    rule: Rule
    expression: str = ""
    reason: str = ""


def export(rules: Iterable[Rule]) -> Iterator[Exported]:
    """Every rule about workloads, as one admission expression where its fields allow."""
    for rule in rules:
        kind = catalog.kind(rule.kind)
        if kind is None or not kind.definitions:
            yield Exported(rule, reason=f"admission does not see a {rule.kind}")
            continue
        try:
            yield Exported(rule, admission(rule.trees(), kind))
        except CelError as error:
            yield Exported(rule, reason=error.what)


def manifest(exported: Exported, action: str) -> str:
    """A ValidatingAdmissionPolicy and its binding, as YAML. `action` is `Deny`, `Warn` or `Audit`."""
    rule = exported.rule
    message = " ".join(f"{rule.title}. {rule.fix}".split())  # the API server refuses line feeds in it
    quoted = {key: _quoted(text) for key, text in {"why": rule.because, "message": message}.items()}
    return f"""\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: holdfast-{rule.id}
  annotations: {{holdfast/because: {quoted["why"]}}}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - apiGroups: [""]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [pods, pods/ephemeralcontainers]
  variables:
    - {{name: pod, expression: object.spec}}
  validations:
    - expression: {_quoted(exported.expression)}
      message: {quoted["message"]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: holdfast-{rule.id}
spec:
  policyName: holdfast-{rule.id}
  validationActions: [{action}]
"""


def _quoted(text: str) -> str:
    """A text as YAML; JSON's escapes for what lies beyond the first plane mean something else there."""
    return json.dumps(text, ensure_ascii=False)
