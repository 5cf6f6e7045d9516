"""Whether policies of a project, declared here, let nobody make keys of its service accounts.

Sources: Google Cloud, "Organization policy constraints" (`iam.disableServiceAccountKeyCreation`, which is about HMAC
keys of Cloud Storage, too, `iam.disableServiceAccountKeyUpload`, and the managed constraints of these names) and
"Restrict IAM service account usage"; Terraform Google provider 7, `google_org_policy_policy` and
`google_project_organization_policy`; checked 2026-12-01.
"""

from __future__ import annotations

from holdfast.collect.cloud.common import account_of
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block

WAYS = frozenset(("disableServiceAccountKeyCreation", "disableServiceAccountKeyUpload"))
"""Both ways to a key have to be closed."""
FAMILIES = ("iam.", "iam.managed.")


def forbids_keys(account: Block, stack: Stack) -> bool:
    """Whether the policies of an account's own project close both ways; those above a project are not looked at."""
    project = account_of(account, "project")
    policies = [Block(each, {}) for each in stack.of("google_org_policy_policy", "google_project_organization_policy")]
    closed = {_closes(policy, project) for policy in policies if isinstance(project, str)}
    return WAYS.issubset(closed)


def _closes(policy: Block, project: object) -> str:
    """The way to a key that a policy closes for a project; empty for none."""
    if policy.resource.type == "google_org_policy_policy":
        place, name = policy.text("parent"), policy.text("name")
        spec = policy.block("spec")
        rules = [_enforces(rule) for rule in spec.blocks("rules")]
        enforced = bool(rules) and all(rules) and not spec.unseen("rules")
    else:
        place, name = policy.text("project"), policy.text("constraint")
        enforced = policy.block("boolean_policy").flag("enforced", default=False) is True
    if not enforced or not isinstance(name, str) or not isinstance(place, str):
        return ""
    if place.removeprefix("projects/") != project:
        return ""
    constraint = name.rpartition("/")[2]
    return next((way for way in WAYS for family in FAMILIES if constraint == family + way), "")


def _enforces(rule: Block) -> bool:
    enforce = rule.text("enforce")
    return isinstance(enforce, str) and enforce.upper() == "TRUE" and "condition" not in rule
