"""Who reaches a bucket by its policy alone, and whether the policy insists on TLS.

*Anybody* is somebody without credentials, and a user of an account that no policy names; in no organisation, from no
listed address, through a VPC of their own, sending whatever headers the policy asks for. A range of addresses counts as
everybody's where it is wider than /8 (IPv6: /32), as for S3 itself. Access control lists and Block Public Access are
not looked at.

Sources: Amazon S3 User Guide, "Blocking public access", "The meaning of 'public'", "Bucket policy examples"; AWS Config
rule s3-bucket-ssl-requests-only. Checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, NAMED, Principal, Statement, without_holes
from holdfast.estate.iam.abilities import X
from holdfast.estate.iam.decide import decide
from holdfast.estate.iam.request import Caller, Policies, Values
from holdfast.estate.iam.stranger import OTHER, StrangeRequest, addresses, anybody, chosen, of_others, weight, who
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown

__all__ = ["ALLOWED", "ANSWERS", "MAX_WEIGHT", "OWNER", "Public", "fact_of", "named_accounts", "public", "tls_only"]

BUCKET = f"arn:aws:s3:::{OTHER}"
OBJECT = f"{BUCKET}/{X}"
READING = (("s3:GetObject", OBJECT), ("s3:GetObjectVersion", OBJECT))
WRITING = (("s3:PutObject", OBJECT), ("s3:DeleteObject", OBJECT), ("s3:PutBucketPolicy", BUCKET))
LISTING = (("s3:ListBucket", BUCKET), ("s3:ListBucketVersions", BUCKET))
MAX_WEIGHT = 2_000
"""Most texts of a policy that is judged; S3 stores 20 KB."""
OWNER = "\ue002"
ALLOWED = Statement(
    effect="Allow",
    actions=None,
    not_actions=None,
    resources=None,
    not_resources=None,
    principals=None,
    not_principals=None,
    conditions=[],
)
"""What a stranger's administrator let them do in their own account."""
ANSWERS = {"allow": TRUE, "deny": FALSE}


class Public(Struct, frozen=True):
    """What anybody may do; unobserved where a condition or a text decides that nobody has seen."""

    reads: Fact[bool]
    """Whether anybody reads objects."""
    writes: Fact[bool]
    """Whether anybody writes or deletes objects, or changes the policy."""
    lists: Fact[bool]
    """Whether anybody lists objects."""
    anonymously: Fact[bool]
    """Whether one of these goes without any credentials."""
    accounts: Fact[list[str]]
    """Other accounts that the policy names in an Allow (twelve digits); unobserved where a name was not resolved."""


def public(statements: Sequence[Statement], *, account: Fact[str] = UNSET) -> Public:
    """Who outside reaches a bucket by its policy; `account` owns it and is not counted among the others."""
    if weight(statements) > MAX_WEIGHT:
        return Public(UNSET, UNSET, UNSET, UNSET, UNSET)
    own = [_of_this_bucket(statement) for statement in statements]
    callers = [Caller("anonymous"), *anybody(own)]
    found = [_may(own, needs, callers) for needs in (READING, WRITING, LISTING)]
    bare = _may(own, (*READING, *WRITING, *LISTING), callers[:1])
    reads, writes, lists, anonymously = (fact_of(truth) for truth in (*found, bare))
    return Public(reads, writes, lists, anonymously, named_accounts(statements, account))


def tls_only(statements: Sequence[Statement]) -> Fact[bool]:
    """Whether a bucket's policy denies everybody every read, write and listing without TLS."""
    if weight(statements) > MAX_WEIGHT:
        return UNSET
    own = [_of_this_bucket(statement) for statement in statements]
    needs = (*READING[:1], *WRITING[:2], *LISTING[:1])
    context: dict[str, Values] = {"aws:securetransport": ("false",), "s3:tlsversion": None}
    callers = (Caller("anonymous"), *anybody())
    return fact_of(every(_denied(own, need, caller, context) for need, caller in product(needs, callers)))


def fact_of(truth: Truth) -> Fact[bool]:
    """A truth as a fact."""
    return UNSET if truth.value is None else truth.value


def _of_this_bucket(statement: Statement) -> Statement:
    """The statement with the bucket's own name in its resources: S3 stores no policy that names another bucket."""

    def named(pattern: str) -> str:
        bucket, slash, key = pattern.partition("/")
        anything = "*" if "*" in without_holes(bucket, "") else ""
        return f"{BUCKET}{anything}{slash}{key}"

    def all_named(patterns: Fact[list[str]]) -> Fact[list[str]]:
        return [named(pattern) for pattern in patterns] if isinstance(patterns, list) else patterns

    return replace(
        of_others(statement), resources=all_named(statement.resources), not_resources=all_named(statement.not_resources)
    )


def _context(caller: Caller, address: str) -> dict[str, Values]:
    known = caller.sort != "anonymous"
    return {
        **who(caller, address),
        "s3:dataaccesspointaccount": None,
        "s3:dataaccesspointarn": None,
        "s3:tlsversion": ("1.3",),
        "s3:authtype": ("REST-HEADER",) if known else None,
        "s3:signatureversion": ("AWS4-HMAC-SHA256",) if known else None,
        "s3:x-amz-server-side-encryption-aws-kms-key-id": (X,),
    }


def _answer(
    statements: Sequence[Statement], need: tuple[str, str], caller: Caller, context: dict[str, Values]
) -> tuple[Truth, bool]:
    request = StrangeRequest(need[0], need[1], caller, context, resource_account=OWNER)
    decision = decide(request, Policies(identity=[ALLOWED], resource=statements))
    return ANSWERS.get(decision.effect, unknown(decision.reason)), decision.explicit


def _may(statements: Sequence[Statement], needs: Sequence[tuple[str, str]], callers: Sequence[Caller]) -> Truth:
    own_choice = chosen(statements)
    return some(
        _answer(statements, need, caller, {**_context(caller, address), **own_choice})[0]
        for need, caller, address in product(needs, callers, addresses(statements))
    )


def _denied(
    statements: Sequence[Statement], need: tuple[str, str], caller: Caller, context: dict[str, Values]
) -> Truth:
    """Whether an explicit denial meets a caller whom everything else allows."""
    everything = replace(ALLOWED, principals=[Principal(type="AWS", name=EVERYBODY)])
    asked = {**_context(caller, addresses(())[0]), **context}
    allowed, explicit = _answer([everything, *statements], need, caller, asked)
    if allowed.value is None:
        return allowed
    return TRUE if explicit else FALSE


def named_accounts(statements: Sequence[Statement], account: Fact[str]) -> Fact[list[str]]:
    """The accounts but `account` that a policy names in an Allow; unobserved where a name was not resolved."""
    found: set[str] = set()
    for statement in statements:
        if statement.effect == "Deny":
            continue
        if isinstance(statement.principals, UnsetType) or statement.principals is None:
            return UNSET
        for principal in statement.principals:
            name = principal.name
            if not isinstance(name, str) or principal.type not in ("AWS", "Service", "Federated", "CanonicalUser"):
                return UNSET
            if principal.type != "AWS" or name in (EVERYBODY, NAMED):
                continue  # what the same configuration declares is your own
            owner = name.split(":")[4] if name.count(":") >= 5 else name
            if owner != NAMED and not owner.isdecimal():
                return UNSET
            found.add(owner)
    return sorted(found - {str(account), NAMED})
