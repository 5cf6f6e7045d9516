"""The use `rules export`: rules as native Kubernetes admission policies.

Source: Kubernetes documentation, Validating Admission Policy (stable since 1.30), and the API reference,
admissionregistration.k8s.io/v1. What is written here has not been tried on an API server: see `NOTES`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from holdfast.app.admitted import OBJECTS, PODS, TEMPLATES, WITHOUT_TEXT, Shape, conditions
from holdfast.app.settled import inert, inert_templates
from holdfast.core.cel import podspec
from holdfast.core.cel.errors import CelError
from holdfast.core.cel.kubernetes import OBJECT, admission
from holdfast.core.errors import UsageError
from holdfast.core.rule import Rule
from holdfast.kinds import catalog
from holdfast.report.text import counted

ACTIONS = ("Deny", "Warn", "Audit")
FAILURE = ("Fail", "Ignore")
NOTES = (
    "needs Kubernetes 1.30 or later; tried against the reference implementation of CEL, not on an API server",
    "static pods are not covered: the kubelet starts them from files, and refusing their mirror pods stops nothing",
    "nothing is exempt by name: put the namespaces of privileged components into --exempt-namespace",
    "--exempt-namespace reaches nothing that has no namespace, such as a ClusterRole",
    "what the API server itself writes, such as its own roles and namespaces, is not asked about",
    "what a policy cannot tell (a CEL error, a missing fact) is decided by the failure policy and the action",
)
"""What whoever applies the policies must know."""
UNSEEN = "admission does not see"
"""How the reason begins for what never comes to an API server."""
MAX_MESSAGE = 200
"""Characters; the API server may cut warnings beyond 256, its own words included."""


class Exported(Struct, frozen=True):
    """A rule as admission text, or the reason why it cannot be."""

    rule: Rule
    expression: str = ""
    """Over a pod, or the object that the rule is about; empty where the rule can fail for none."""
    template: str = ""
    """Over the pod template of a controller; empty where labels or annotations decide, which CEL cannot merge."""
    reason: str = ""
    """Why there is no expression."""


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


def export(rules: Iterable[Rule]) -> Iterator[Exported]:
    """Every rule as one admission expression, where Kubernetes has what it is about and its fields allow."""
    for rule in rules:
        if rule.kind == "workload":
            yield _over_pods(rule)
        elif rule.kind in OBJECTS or rule.kind in WITHOUT_TEXT:
            yield _over_objects(rule)
        else:
            yield Exported(rule, reason=f"{UNSEEN} a {rule.kind}")


def _over_pods(rule: Rule) -> Exported:
    condition, kind = rule.trees(), catalog.kind(rule.kind)
    assert kind is not None
    try:
        expression = admission(condition, kind)
    except CelError as error:
        return Exported(rule, reason=error.what)
    try:
        template = admission(condition, kind, podspec.TEMPLATE)
    except CelError:
        template = ""
    if template and inert_templates(rule, kind, podspec.TEMPLATE):
        template = ""
    return _alive(Exported(rule, expression, template), inert(rule, kind, podspec.POD))


def _alive(exported: Exported, settled: Sequence[str]) -> Exported:
    """Without the expression that facts settle which are the same for every object."""
    if not settled:
        return exported
    there = "; --templates judges controllers" if exported.template else ""
    what = "is the same for every object there, so that a policy could never refuse one"
    reason = f"`{', '.join(settled)}` {what}{there}"
    return Exported(exported.rule, "", exported.template, reason)


def _over_objects(rule: Rule) -> Exported:
    kind = catalog.kind(rule.kind)
    assert kind is not None
    try:
        expression = admission(rule.trees(), kind, root=OBJECT)
    except CelError as error:
        return Exported(rule, reason=error.what)
    if rule.kind not in OBJECTS:
        return Exported(rule, reason=f"`{rule.kind}` has no definition over the native object")
    return _alive(Exported(rule, expression), inert(rule, kind, getattr(kind, "definitions", {})))


def plan(actions: Sequence[str], failure: str, exempt: Sequence[str], *, templates: bool) -> Plan:
    """How the policies are enforced. Raises UsageError for what Kubernetes refuses."""
    chosen = tuple(dict.fromkeys(actions)) or ("Warn",)
    if {"Deny", "Warn"} <= set(chosen):
        raise UsageError("`Deny` and `Warn` exclude each other", hint="a denial tells the reason, too; add `Audit`")
    return Plan(chosen, failure, tuple(dict.fromkeys(exempt)), templates)


def policies(exported: Exported, how: Plan) -> list[tuple[str, Shape]]:
    """The expressions of a rule's policies, each with what it is asked about."""
    found = [(exported.expression, OBJECTS.get(exported.rule.kind, PODS))] if exported.expression else []
    return [*found, (exported.template, TEMPLATES)] if how.templates and exported.template else found


def manifest(exported: Exported, how: Plan) -> str:
    """The ValidatingAdmissionPolicies of a rule, each with its binding, as YAML."""
    return "---\n".join(_policy(exported.rule, text, shape, how) for text, shape in policies(exported, how))


def _policy(rule: Rule, expression: str, shape: Shape, how: Plan) -> str:
    name = f"holdfast-{rule.id}{shape.suffix}"
    resources = "".join(
        f"""
      - apiGroups: ["{group}"]
        apiVersions: [{", ".join(versions)}]
        operations: [CREATE, UPDATE]
        resources: [{", ".join(names)}]"""
        for group, versions, names in shape.groups
    )
    variables = _expressions("variables", shape.variables)
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
{_expressions("matchConditions", conditions(expression, shape))}{variables}  validations:
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


def _expressions(key: str, named: Sequence[tuple[str, str]]) -> str:
    """A list of named expressions; nothing where there are none."""
    items = "".join(f"    - {{name: {name}, expression: {_quoted(text)}}}\n" for name, text in named)
    return f"  {key}:\n{items}" if items else ""


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
    return head + "---\n".join(manifest(item, how) for item in items if policies(item, how))


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
                if policies(item, how)
            ],
            "refused": [
                {"rule": item.rule.id, "kind": item.rule.kind, "reason": item.reason}
                for item in items
                if not policies(item, how)
            ],
            "notes": NOTES,
        },
        indent=2,
    ).encode()


def refusals(items: Iterable[Exported], how: Plan) -> Iterator[str]:
    """Why the others cannot be exported, a line for each reason; what Kubernetes never sees is only counted."""
    unseen, found = 0, dict[str, list[str]]()
    for item in items:
        if item.reason.startswith(UNSEEN):
            unseen += 1
        elif not policies(item, how):
            what, _, reason = item.reason.rpartition("` ")
            found.setdefault(reason, []).append(f"{item.rule.id} ({what.lstrip('`')})" if what else item.rule.id)
    for reason, ids in found.items():
        yield f"{counted(len(ids), 'rule')} on what {reason}: {', '.join(ids)}"
    if unseen:
        yield f"{counted(unseen, 'rule')} on what never comes to an API server; --format json lists them"


def _names(item: Exported, how: Plan) -> list[str]:
    return [f"holdfast-{item.rule.id}{shape.suffix}" for _, shape in policies(item, how)]
