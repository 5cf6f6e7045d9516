"""What is said here of things that are declared elsewhere: in another state, or by a module that is not here.

A policy, a grant or a version of a secret whose bucket, role or secret no file declares still says what it says. The
thing becomes a resource of its own, of which only that is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.google.grants import PARTS
from holdfast.collect.cloud.google.iam import FORMS
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.core.asset import Asset
from holdfast.core.known import Reference, known
from holdfast.core.statement import EVERYBODY, Statement
from holdfast.formats.iam.google import EVERYONE
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.identity import Identity

__all__ = ["glimpsed", "with_elsewhere"]


class Part(NamedTuple):
    """How a resource says what it is about, and which facts of that it decides."""

    link: str
    of: str
    """The type of what it is about."""
    shows: tuple[str, ...]


SORTS = ("role", "user", "group")
SEVERAL = "aws_iam_policy_attachment"
"""What attaches a policy to several of these at once."""
RIGHTS = ("statements", "policies")
LIST = ("acl", "acl_reads", "acl_writes")
POLICY = ("policy",)
ALLOWED = ("policy", "public", "shared_with")
DATASET = "google_bigquery_dataset"
"""What has no kind: grants on it count for whom they are to."""
IAM = {
    "google_storage_bucket": POLICY,
    "google_service_account": ("trusts", "anyone_may_assume", "any_repository_may_assume"),
}
PARTS_OF = {
    **{
        f"aws_iam_{sort}_{form}": Part(sort, f"aws_iam_{sort}", RIGHTS)
        for sort in SORTS
        for form in ("policy", "policy_attachment")
    },
    **{
        f"aws_iam_{sort}_policy_attachments_exclusive": Part(f"{sort}_name", f"aws_iam_{sort}", RIGHTS)
        for sort in SORTS
    },
    "aws_iam_access_key": Part("user", "aws_iam_user", ("static_keys",)),
    "aws_s3_bucket_policy": Part("bucket", "aws_s3_bucket", POLICY),
    "aws_s3_bucket_acl": Part("bucket", "aws_s3_bucket", LIST),
    "aws_s3_bucket_public_access_block": Part("bucket", "aws_s3_bucket", ("public_block",)),
    "aws_s3_bucket_ownership_controls": Part("bucket", "aws_s3_bucket", ("lists_off",)),
    "aws_s3_bucket_versioning": Part("bucket", "aws_s3_bucket", ("versioning",)),
    "aws_sqs_queue_policy": Part("queue_url", "aws_sqs_queue", POLICY),
    "aws_sns_topic_policy": Part("arn", "aws_sns_topic", POLICY),
    "aws_kinesis_resource_policy": Part("resource_arn", "aws_kinesis_stream", POLICY),
    "aws_kms_key_policy": Part("key_id", "aws_kms_key", POLICY),
    "aws_ecr_repository_policy": Part("repository", "aws_ecr_repository", POLICY),
    "aws_secretsmanager_secret_policy": Part("secret_arn", "aws_secretsmanager_secret", POLICY),
    "aws_secretsmanager_secret_version": Part("secret_id", "aws_secretsmanager_secret", ("literal",)),
    "aws_opensearch_domain_policy": Part("domain_name", "aws_opensearch_domain", POLICY),
    **{
        f"{type}_iam_{form}": Part(link, type, IAM.get(type, ALLOWED))
        for type, (link, _) in PARTS.items()
        if type != DATASET
        for form in FORMS
    },
    **{
        f"google_storage_{name}": Part("bucket", "google_storage_bucket", LIST)
        for name in ("bucket_acl", "default_object_acl", "bucket_access_control", "default_object_access_control")
    },
    "google_service_account_key": Part("service_account_id", "google_service_account", ("static_keys",)),
    "google_secret_manager_secret_version": Part("secret", "google_secret_manager_secret", ("literal",)),
    "azurerm_role_assignment": Part("principal_id", "azurerm_user_assigned_identity", RIGHTS),
    "azurerm_storage_container": Part("storage_account_id", "azurerm_storage_account", ("acl_reads",)),
}
"""Type of a resource that says something of another one -> how."""
LOOKED_UP = frozenset(("azurerm_role_assignment",))
"""Types that may be about something of another type as well, unless they refer to what is looked up."""
NAMED = frozenset(("name", "provider", "sort", "service", "account", "region", "holds"))
"""Facts that say what a thing is."""
CALLED = {"aws_s3_bucket": "bucket", "google_service_account": "account_id"}
"""The attribute that names a resource, where that is not `name`."""
GIVEN: Mapping[str, dict[str, Any]] = {"google_artifact_registry_repository": {"format": "DOCKER"}}
"""What must be so where somebody speaks of one."""


class Found(NamedTuple):
    """A stack with the things that are declared elsewhere, and the facts of each that are seen."""

    resources: list[Resource]
    shown: Mapping[str, frozenset[str]]
    """Address of a thing -> its facts."""


def with_elsewhere(resources: list[Resource]) -> Found:
    """The resources and those that they speak of."""
    if not any(resource.type in PARTS_OF or resource.type == SEVERAL for resource in resources):
        return Found(resources, {})
    stack = Stack(resources)
    names = {of: _names(stack.of(of)) for of in {part.of for part in PARTS_OF.values()}}
    made: dict[str, Resource] = {}
    shown: dict[str, frozenset[str]] = {}
    kept = []
    apart = [part for each in resources for part in _apart(each)]
    for each in (*resources, *apart):
        part = PARTS_OF.get(each.type)
        value = each.attributes.get(part.link) if part else None
        if part is None or each.data or value is None or _here(value, part, stack, names[part.of]):
            kept += [each] if each.written != SEVERAL else []  # what is attached to those here is read as it stands
            continue
        thing = _thing(each, part, value, stack)
        if thing is None:
            kept.append(each)
            continue
        made.setdefault(thing.address, thing)
        shown[thing.address] = shown.get(thing.address, frozenset()).union(part.shows)
        kept.append(each if isinstance(known(value), str) else _about(each, part.link, thing))
    return Found([each for each in kept if each.address not in made] + list(made.values()), shown)


def _apart(resource: Resource) -> Iterator[Resource]:
    """One attachment for each role, user and group to which one resource attaches a policy."""
    if resource.type != SEVERAL or resource.data:
        return
    for sort in SORTS:
        holders = known(resource.attributes.get(f"{sort}s"))
        for number, holder in enumerate(holders if isinstance(holders, list) else ()):
            yield replace(
                resource,
                type=f"aws_iam_{sort}_policy_attachment",
                address=f"{resource.address}.{sort}s[{number}]",
                attributes={sort: holder, "policy_arn": resource.attributes.get("policy_arn")},
                written=resource.type,
            )


def glimpsed(asset: Asset, shown: frozenset[str]) -> Asset:
    """The asset with nothing but what was said of it."""
    facts = asset.facts
    seen = NAMED | shown
    unseen: dict[str, object] = {name: UNSET for name in facts.__struct_fields__ if name not in seen}
    due: tuple[str, ...] = ()
    if isinstance(facts, Identity):
        unseen["boundary"] = None  # it stands where the identity does; what is granted is a mistake under all but few
        due = ("workload",)
    elif isinstance(facts, Bucket) and isinstance(facts.policy, list) and any(map(_opens, facts.policy)):
        due = ("public_read", "public_write")
    return replace(asset, facts=replace(facts, **unseen), glimpsed=True, due=due)


def _opens(statement: Statement) -> bool:
    principals = statement.principals if isinstance(statement.principals, list) else ()
    return statement.effect == "Allow" and any(each.name == EVERYBODY or each.type in EVERYONE for each in principals)


def _names(resources: Iterable[Resource]) -> set[str]:
    found = (known(each.attributes.get(name)) for each in resources for name in ("id", CALLED.get(each.type, "name")))
    return {name for name in found if isinstance(name, str)}


def _here(value: Any, part: Part, stack: Stack, names: set[str]) -> bool:
    """Whether what a value names is declared here, or may be one of those that are."""
    keys, anywhere = stack.names(value, part.link)
    targets = [stack.by_address[key] for key in keys if key in stack.by_address]
    if any(not target.data for target in targets) or not keys.isdisjoint(names):
        return True
    return anywhere and not targets and next(stack.of(part.of), None) is not None


def _thing(each: Resource, part: Part, value: Any, stack: Stack) -> Resource | None:
    """The thing that a resource speaks of."""
    looked_up = next(_looked_up(value, part, stack), None)
    if looked_up is not None:
        attributes = {**looked_up.attributes, **GIVEN.get(part.of, {})}
        written = each.written or each.type
        return replace(looked_up, type=part.of, attributes=attributes, data=False, elsewhere=True, written=written)
    if each.type in LOOKED_UP:
        return None
    name = known(value)
    called = {"id": name, CALLED.get(part.of, "name"): name} if isinstance(name, str) else {}
    return replace(
        each,
        type=part.of,
        address=f"{part.of}({name})" if isinstance(name, str) else f"{each.address}.{part.link}",
        name=name if isinstance(name, str) else each.name,
        attributes={**called, **GIVEN.get(part.of, {})},
        spots={"": each.spot("")},
        elsewhere=True,
        written=each.written or each.type,
    )


def _looked_up(value: Any, part: Part, stack: Stack) -> Iterator[Resource]:
    keys, _ = stack.names(value, part.link)
    for key in keys:
        target = stack.by_address.get(key)
        if target is not None and target.data and (target.type == part.of or part.of == "google_service_account"):
            yield target


def _about(each: Resource, link: str, thing: Resource) -> Resource:
    """A resource that refers to the thing."""
    reference = Reference("declared elsewhere", address=thing.address, attribute="id")
    return replace(each, attributes={**each.attributes, link: reference})
