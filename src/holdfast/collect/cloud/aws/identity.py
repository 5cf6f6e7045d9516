"""IAM: roles, users and groups with everything that grants them rights.

Source: AWS IAM User Guide, "Policies and permissions in IAM"; Terraform AWS provider 6, `aws_iam_role` and its
companions (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, Struct, field

from holdfast.collect.cloud.common import asset, decided_by_policy
from holdfast.collect.cloud.names import arn_of, aws_managed
from holdfast.collect.cloud.policy import holed, statements
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.known import known
from holdfast.core.statement import Statement
from holdfast.formats.iam.aws import identity_policy, managed_policy, trust_policy
from holdfast.kinds.identity import Identity

SORTS = {"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group"}
NAMES = ("name", "id", "arn")
OF_AWS = "arn:aws:iam::aws:policy/"


KEYS = {"aws_iam_access_key": "user", "aws_iam_service_specific_credential": "user_name"}
"""Credentials of a user, those of Bedrock among them -> the attribute that says whose."""
TRUSTING = ("trusts", "anyone_may_assume", "any_repository_may_assume")
"""What a trust policy decides."""
POWERS = tuple(
    "whole_services administrator changes_own_rights passes_any_role assumes_any_role reads_every_bucket"
    " writes_every_bucket deletes_every_bucket reads_every_secret decrypts_with_every_key creates_access_keys"
    " disables_logging launches_instances".split()
)
"""What the policies of an identity decide."""


class Held(Struct):
    """What an identity holds, gathered from all that attaches to it."""

    statements: list[Statement] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    complete: bool = True
    count: int = 0
    """How many policies it holds."""

    def add(self, found: Fact[list[Statement]]) -> None:
        """Adds the statements of one policy; one that was not seen leaves the rest open."""
        self.count += found is not None
        if isinstance(found, list):
            self.statements.extend(found)
        elif found is UNSET:
            self.complete = False


def identity(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A role, user or group."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    sort = SORTS[resource.type]
    held = Held()
    _inline(own, stack, sort, held, spots)
    _attached(own, stack, sort, held, spots)
    if sort == "user":
        _groups(resource, stack, held)
    boundary = own.data.get("permissions_boundary")
    facts = Identity(
        provider="aws",
        sort=sort,
        name=own.text("name", "name", None) or resource.name,
        identifier=_arn(resource),
        account=resource.account if isinstance(resource.account, str) else UNSET,
        policies=held.policies,
        statements=held.statements,
        statements_complete=True if held.complete else UNSET,
        boundary=None if boundary is None else _managed(boundary, stack),
        trust_policy=statements(own.raw("assume_role_policy", "trust_policy"), trust_policy, "trust policy")
        if sort == "role"
        else None,
        static_keys=_keys(resource, stack) if sort == "user" else False,
        pods=list(_pods(resource, stack)) if sort == "role" else [],
    )
    decided_by_policy(spots, *TRUSTING, policy="trust_policy")
    if held.count == 1:  # of several nobody has said yet which one decides
        decided_by_policy(spots, *POWERS, policy="statements")
        decided_by_policy(spots, *POWERS, policy="policies")
    yield asset(resource, facts, spots)


def _arn(resource: Resource) -> Fact[str]:
    """Its ARN, with holes for partition and account; unobserved where its name is made up."""
    found = holed(arn_of(resource.type, resource.attributes))
    return found if isinstance(found, str) else UNSET


def _inline(own: Block, stack: Stack, sort: str, held: Held, spots: dict[str, Spot]) -> None:
    """Policies that stand in the identity, or in a resource of their own that names it."""
    held.complete = held.complete and not own.unseen("inline_policy")
    for block in own.blocks("inline_policy"):
        block.note("policy", "statements")
        held.add(statements(block.raw("policy"), identity_policy, str(block.text("name") or "inline policy")))
    joined = stack.joined(f"aws_iam_{sort}_policy", sort, own.resource, NAMES)
    held.complete = held.complete and joined.complete
    for resource in joined.resources:
        policy = Block(resource, spots)
        held.add(statements(policy.raw("policy", "statements"), identity_policy, resource.address))


def _attached(own: Block, stack: Stack, sort: str, held: Held, spots: dict[str, Spot]) -> None:
    """Managed policies that are attached, one by one or as a list."""
    joined = stack.joined(f"aws_iam_{sort}_policy_attachment", sort, own.resource, NAMES)
    held.complete = held.complete and joined.complete
    values = []
    for resource in joined.resources:
        Block(resource, spots).note("policy_arn", "policies")
        values.append(resource.attributes.get("policy_arn"))
    whole = stack.joined(f"aws_iam_{sort}_policy_attachments_exclusive", f"{sort}_name", own.resource, NAMES)
    held.complete = held.complete and whole.complete
    lists = [Block(resource, spots).raw("policy_arns", "policies") for resource in whole.resources]
    for exclusive in (*lists, own.raw("managed_policy_arns", "policies")):
        if isinstance(exclusive, list):
            values.extend(exclusive)
        elif exclusive is not None:
            held.complete = False
    for resource in stack.of("aws_iam_policy_attachment"):
        holders = known(resource.attributes.get(f"{sort}s"))
        for value in holders if isinstance(holders, list) else [] if holders is None else [holders]:
            meant = stack.means(value, own.resource, NAMES)
            held.complete = held.complete and meant is not None
            if meant:
                values.append(resource.attributes.get("policy_arn"))
    for value in values:
        held.policies.append(_name(value, stack))
        held.add(_managed(value, stack))


def _name(value: object, stack: Stack) -> str:
    target = stack.target(value)
    found = literal(aws_managed(value))
    return target.address if target is not None else found if isinstance(found, str) else "?"


def _managed(value: object, stack: Stack) -> Fact[list[Statement]]:
    """The statements of a managed policy: one declared here, or one of AWS's that is known."""
    target = stack.target(value)
    if target is not None and target.type == "aws_iam_policy" and not target.data:
        found = statements(target.attributes.get("policy"), identity_policy, target.address)
        return [] if found is None else found
    if target is not None and target.data:
        named = literal(target.attributes.get("name"))
        value = target.attributes.get("arn") or (f"{OF_AWS}{named}" if isinstance(named, str) else UNSET)
    arn = literal(aws_managed(value))
    if not isinstance(arn, str):
        return UNSET
    known = managed_policy(arn)
    return UNSET if known is None else known


def _groups(resource: Resource, stack: Stack, held: Held) -> None:
    """What a user holds through groups."""
    for value in _memberships(resource, stack):
        group = stack.target(value)
        if group is None:
            held.complete = False
            continue
        block = Block(group, {})
        _inline(block, stack, "group", held, {})
        _attached(block, stack, "group", held, {})


def _memberships(resource: Resource, stack: Stack) -> Iterator[object]:
    """The groups of a user, from its own side and from theirs."""
    for membership in stack.joined("aws_iam_user_group_membership", "user", resource, NAMES).resources:
        groups = known(membership.attributes.get("groups"))
        yield from groups if isinstance(groups, list) else [groups]
    for membership in stack.of("aws_iam_group_membership"):
        users = known(membership.attributes.get("users"))
        for user in users if isinstance(users, list) else [users]:
            if stack.means(user, resource, NAMES) is not False:
                yield membership.attributes.get("group")


def _pods(resource: Resource, stack: Stack) -> Iterator[str]:
    """The service accounts to whose pods a cluster hands a role.

    Source: Amazon EKS User Guide, "Learn how EKS Pod Identity grants pods access to AWS services"; Terraform AWS
    provider 6, `aws_eks_pod_identity_association` (checked 2026-12-01).
    """
    for each in stack.joined("aws_eks_pod_identity_association", "role_arn", resource, NAMES).resources:
        own = Block(each, {})
        namespace, account = own.text("namespace"), own.text("service_account")
        if isinstance(namespace, str) and isinstance(account, str):
            yield f"{namespace}:{account}"


def _keys(resource: Resource, stack: Stack) -> Fact[bool]:
    """Whether a user is given a key here that works and does not run out; others may have been made by hand."""
    for type, link in KEYS.items():
        for each in stack.joined(type, link, resource, NAMES).resources:
            own = Block(each, {})
            if own.text("status") != "Inactive" and "credential_age_days" not in own:
                return True
    return UNSET
