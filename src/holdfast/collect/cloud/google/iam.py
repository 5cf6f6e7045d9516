"""Allow policies on resources of Google Cloud: what members, bindings and whole policies come to.

A member adds to a policy, a binding replaces one of its roles, a policy replaces it: all are read as what they grant.

Source: Terraform Google provider 7, `google_*_iam` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.policy import holed
from holdfast.collect.cloud.resource import Resource, nested
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal
from holdfast.core.asset import Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, document, known
from holdfast.core.statement import NAMED, UNRESOLVED, Statement
from holdfast.formats.iam.google import EVERYONE, allow_policy, binding

NAMES = ("id", "name", "email", "self_link", "unique_id", "secret_id", "repository_id")
ACCOUNTS = ("member", "writer_identity")
FORMS = ("member", "binding", "policy")
CUSTOM = ("google_project_iam_custom_role", "google_organization_iam_custom_role")


class Grant(NamedTuple):
    """One role for some members on one resource."""

    role: Any
    members: Any
    """A list, or open."""
    condition: Any
    resource: Resource


def grants(resource: Resource) -> Iterator[Grant]:
    """What a member or a binding grants."""
    own = Block(resource, {})
    members = [resource.attributes.get("member")] if resource.type.endswith("_member") else own.raw("members")
    yield Grant(resource.attributes.get("role"), members, _condition(own), resource)


def _condition(own: Block) -> Any:
    if own.unseen("condition"):
        return UNSET
    return own.block("condition").raw("expression") if "condition" in own else None


def policy_grants(resource: Resource, stack: Stack) -> Fact[list[Grant]]:
    """What a whole policy grants: one that is looked up as a document, or JSON."""
    value = resource.attributes.get("policy_data")
    target = stack.target(value)
    if target is not None and target.type == "google_iam_policy":
        own = Block(target, {})
        if own.unseen("binding"):
            return UNSET
        found = own.blocks("binding")
        return [Grant(each.data.get("role"), each.raw("members"), _condition(each), target) for each in found]
    return UNSET


def statement(grant: Grant, at: str, stack: Stack) -> Statement:
    """The statement of a grant on `at`."""
    role, own = role_of(grant.role, stack)
    members = known(grant.members)
    texts = [member_text(each) for each in members] if isinstance(members, list) else UNSET
    condition = grant.condition
    text = condition if condition is None or condition is UNSET else holed(condition)
    return binding(
        role,
        texts,
        at=at,
        condition=text if text is None or isinstance(text, str) else UNSET,
        roles=own,
    )


def member_text(value: Any) -> str:
    """A member as text with holes; what providers call a `member` or a sink's writer is a service account."""
    if isinstance(value, Reference) and not isinstance(known(value), str) and value.attribute in ACCOUNTS:
        return f"serviceAccount:{NAMED}"
    text = holed(value)
    return text if isinstance(text, str) else UNRESOLVED


def role_of(value: Any, stack: Stack) -> tuple[Fact[str], Mapping[str, Fact[Sequence[str]]]]:
    """A role's name and, for one that is declared here, its permissions."""
    target = stack.target(value)
    if target is not None and target.type in CUSTOM and not target.data:
        found = Block(target, {}).texts("permissions")
        return target.address, {target.address: found if isinstance(found, list) else UNSET}
    name = literal(value)
    return (name if isinstance(name, str) else UNSET), {}


def policy(
    resource: Resource, stack: Stack, types: Iterable[str], link: str, at: str, spots: dict[str, Spot]
) -> Fact[list[Statement]]:
    """What the allow policy of a resource says, absent for none; one that may be another's is of no certain effect."""
    found: list[Statement] = []
    for each, meant in companions(resource, stack, types, link):
        if meant:
            spots.setdefault("policy", each.spot("")._replace(path=each.path))
        read = policy_grants(each, stack) if each.type.endswith("_policy") else list(grants(each))
        statements = [statement(grant, at, stack) for grant in read] if isinstance(read, list) else _document(each, at)
        found += statements if meant else [replace(one, effect=UNSET) for one in statements]
    forms = (f"{type}_iam_{form}" for type in types for form in FORMS)
    if not all(stack.all_looked_at(form, link) for form in forms):
        found.append(Statement(resources=[at]))
    return found or None


def _document(resource: Resource, at: str) -> list[Statement]:
    """The statements of a policy that is written as JSON."""
    value = document(resource.attributes.get("policy_data"))
    if isinstance(value, Mapping):
        try:
            return allow_policy(holed(value), at=at)
        except FormatError:
            pass
    return [Statement(resources=[at])]


def companions(
    resource: Resource, stack: Stack, types: Iterable[str], link: str
) -> Iterator[tuple[Resource, bool | None]]:
    """The members, bindings and policies that name a resource, and those that may."""
    for type in types:
        for form in FORMS:
            yield from stack.matched(f"{type}_iam_{form}", link, resource, NAMES)


def everybody(statements: Fact[list[Statement]]) -> Fact[bool]:
    """Whether a policy lets everybody in, whatever the role; unobserved where it may."""
    if not isinstance(statements, list):
        return False if statements is None else UNSET
    answers = [_names_everybody(one) for one in statements]
    return True if True in answers else UNSET if UNSET in answers else False


def shared(statements: Fact[list[Statement]]) -> Fact[list[str]]:
    """`*` where a policy lets everybody in; other projects are not told from one's own."""
    answer = everybody(statements)
    return UNSET if answer is UNSET else ["*"] if answer else []


def _names_everybody(one: Statement) -> Fact[bool]:
    if not isinstance(one.principals, list):
        return UNSET
    if not any(each.type in EVERYONE for each in one.principals):
        return UNSET if any(each.type is UNSET for each in one.principals) else False
    return True if one.effect == "Allow" and one.conditions == [] else UNSET


def members_of(value: Any) -> list[Any]:
    """The members of a grant, each as it was resolved."""
    found = known(value)
    return list(nested(found)) if isinstance(found, list) else [value]
