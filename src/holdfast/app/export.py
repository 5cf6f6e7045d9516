"""The use `rules export`: rules as native Kubernetes admission policies.

Source: Kubernetes documentation, Validating Admission Policy (stable since 1.30), and the API reference,
admissionregistration.k8s.io/v1. What is written here has not been tried on an API server: see `NOTES`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from holdfast.core.cel import podspec
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.kubernetes import admission
from holdfast.core.errors import UsageError
from holdfast.core.rule import Rule
from holdfast.kinds import catalog

ACTIONS = ("Deny", "Warn", "Audit")
FAILURE = ("Fail", "Ignore")
NOTES = (
    "needs Kubernetes 1.30 or later; tried against the reference implementation of CEL, not on an API server",
    "static pods are not covered: the kubelet starts them from files, and refusing their mirror pods stops nothing",
    "nothing is exempt by name: put the namespaces of privileged components into --exempt-namespace",
    "what a policy cannot tell (a CEL error, a missing fact) is decided by the failure policy and the action",
)
"""What whoever applies the policies must know."""
MAX_MESSAGE = 200
"""Characters; the API server may cut warnings beyond 256, its own words included."""


class Exported(Struct, frozen=True):
    """A rule as admission text, or the reason why it cannot be."""

    rule: Rule
    expression: str = ""
    """Over a pod."""
    template: str = ""
    """Over the pod template of a controller; empty where labels or annotations decide, which CEL cannot merge."""
    reason: str = ""


class Plan(Struct, frozen=True):
    """How the policies are enforced."""

    actions: tuple[str, ...] = ("Warn",)
    """What a violation does: `Deny`, `Warn`, `Audit`; the first two exclude each other."""
    failure: str = "Fail"
    """What an expression does that cannot be evaluated: `Fail` counts as a violation, `Ignore` lets the object in."""
    exempt: tuple[str, ...] = ()
    """Namespaces that are left out."""
    templates: bool = False
    """Whether the templates of controllers are judged too, before a pod is made from them."""


class Shape(NamedTuple):
    """One sort of objects that a policy is asked about."""

    suffix: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    variables: tuple[tuple[str, str], ...]
    unchanged: str
    """The expression that is true for an update that changes nothing which a rule reads."""


PODS = Shape(
    "",
    (("", ("pods", "pods/ephemeralcontainers")),),
    (("pod", "object.spec"),),
    "object.spec == oldObject.spec",
)
TEMPLATE = "{0}.kind == 'CronJob' ? dyn({0}).spec.jobTemplate.spec.template : dyn({0}).spec.template"
TEMPLATES = Shape(
    "-templates",
    (
        ("", ("replicationcontrollers",)),
        ("apps", ("deployments", "replicasets", "statefulsets", "daemonsets")),
        ("batch", ("jobs", "cronjobs")),
    ),
    # `dyn`: the type checker would hold each of the kinds against the paths of the others.
    (
        ("job", "object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec : dyn(object).spec"),
        ("pod", "variables.job.template.spec"),
    ),
    f"({TEMPLATE.format('object')}) == ({TEMPLATE.format('oldObject')})",
)
METADATA = ("labels", "annotations")


def export(rules: Iterable[Rule]) -> Iterator[Exported]:
    """Every rule about workloads, as one admission expression where its fields allow."""
    for rule in rules:
        kind = catalog.kind(rule.kind)
        if kind is None or not kind.definitions:
            yield Exported(rule, reason=f"admission does not see a {rule.kind}")
            continue
        condition = rule.trees()
        try:
            expression = admission(condition, kind)
        except CelError as error:
            yield Exported(rule, reason=error.what)
            continue
        try:
            template = admission(condition, kind, podspec.TEMPLATE)
        except CelError:
            template = ""
        yield Exported(rule, expression, template)


def plan(actions: Sequence[str], failure: str, exempt: Sequence[str], *, templates: bool) -> Plan:
    """How the policies are enforced. Raises UsageError for what Kubernetes refuses."""
    chosen = tuple(dict.fromkeys(actions)) or ("Warn",)
    if {"Deny", "Warn"} <= set(chosen):
        raise UsageError("`Deny` and `Warn` exclude each other", hint="a denial tells the reason, too; add `Audit`")
    return Plan(chosen, failure, tuple(dict.fromkeys(exempt)), templates)


def manifest(exported: Exported, how: Plan) -> str:
    """The ValidatingAdmissionPolicies of a rule, each with its binding, as YAML."""
    found = [_policy(exported.rule, exported.expression, PODS, how)]
    if how.templates and exported.template:
        found.append(_policy(exported.rule, exported.template, TEMPLATES, how))
    return "---\n".join(found)


def changed(expression: str, shape: Shape) -> str:
    """The match condition: updates that change nothing which the expression reads are not asked about.

    A controller that takes its finalizer off a pod which was there before the policy must not be stopped by it.
    """
    same = [PODS.unchanged if "variables.job" in expression else shape.unchanged]
    for key in METADATA:
        if f"object.metadata.{key}" in expression:
            sides = (f"has({of}.metadata.{key}) ? {of}.metadata.{key} : {{}}" for of in ("object", "oldObject"))
            same.append("({}) == ({})".format(*sides))
    return f"request.operation == 'CREATE' || !({' && '.join(same)})"


def _policy(rule: Rule, expression: str, shape: Shape, how: Plan) -> str:
    name = f"holdfast-{rule.id}{shape.suffix}"
    resources = "".join(
        f"""
      - apiGroups: ["{group}"]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [{", ".join(names)}]"""
        for group, names in shape.groups
    )
    variables = "".join(f"\n    - {{name: {key}, expression: {_quoted(text)}}}" for key, text in shape.variables)
    return f"""\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: {name}
  labels: {{app.kubernetes.io/managed-by: holdfast}}
  annotations:
    holdfast/because: {_quoted(rule.because)}
    holdfast/fix: {_quoted(rule.fix)}
    holdfast/tried: "not on an API server"
spec:
  failurePolicy: {how.failure}
  matchConstraints:
    resourceRules:{resources}
  matchConditions:
    - {{name: changed, expression: {_quoted(changed(expression, shape))}}}
  variables:{variables}
  validations:
    - expression: {_quoted(expression)}
      message: {_quoted(_message(rule))}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {name}
  labels: {{app.kubernetes.io/managed-by: holdfast}}
spec:
  policyName: {name}
  validationActions: [{", ".join(how.actions)}]
{_exempted(how.exempt)}"""


def _message(rule: Rule) -> str:
    """One line: the API server refuses line feeds."""
    whole = " ".join(f"{rule.title}. {rule.fix}".split())
    return whole if len(whole) <= MAX_MESSAGE else f"{' '.join(rule.title.split())} (holdfast explain {rule.id})"


def _exempted(namespaces: Sequence[str]) -> str:
    if not namespaces:
        return ""
    return f"""\
  matchResources:
    namespaceSelector:
      matchExpressions:
        - {{key: kubernetes.io/metadata.name, operator: NotIn, values: [{", ".join(map(_quoted, namespaces))}]}}
"""


def _quoted(text: str) -> str:
    """A text as YAML; JSON's escapes for what lies beyond the first plane mean something else there."""
    return json.dumps(text, ensure_ascii=False)


def written(items: Iterable[Exported], how: Plan) -> str:
    """Everything that can be exported as one stream, under the notes."""
    head = "".join(f"# {note}\n" for note in NOTES)
    return head + "---\n".join(manifest(item, how) for item in items if item.expression)


def report(items: Sequence[Exported], how: Plan) -> bytes:
    """What was exported and what was not, as JSON."""
    return json.dumps(
        {
            "schema": "holdfast.admission/1",
            "actions": how.actions,
            "failure_policy": how.failure,
            "exempt_namespaces": how.exempt,
            "exported": [
                {"rule": item.rule.id, "policies": _names(item, how), "templates": bool(item.template)}
                for item in items
                if item.expression
            ],
            "refused": [
                {"rule": item.rule.id, "kind": item.rule.kind, "reason": item.reason} for item in items if item.reason
            ],
            "notes": NOTES,
        },
        indent=2,
    ).encode()


def _names(item: Exported, how: Plan) -> list[str]:
    shapes = (PODS, TEMPLATES) if how.templates and item.template else (PODS,)
    return [f"holdfast-{item.rule.id}{shape.suffix}" for shape in shapes]
