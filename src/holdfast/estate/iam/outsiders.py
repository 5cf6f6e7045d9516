"""Who outside reaches a queue, key, secret, registry or search domain by its own policy.

A policy of such a resource is about that resource alone, so what it writes as `Resource` is not looked at. Strangers
are those of `public`: somebody without credentials, and a user of an account that no policy names.

Sources: Amazon SQS Developer Guide, "Basic examples of Amazon SQS policies"; Amazon SNS Developer Guide, "Example cases
for Amazon SNS access control"; Kinesis Data Streams Developer Guide, "Sharing your data stream with another account";
AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key", "kms: condition keys"; AWS Secrets Manager
User Guide, "Resource-based policies"; Amazon ECR User Guide, "Private repository policies"; Amazon OpenSearch Service
Developer Guide, "Identity and Access Management". Checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from msgspec import UNSET, Struct
from msgspec.structs import replace

from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, Principal, Statement
from holdfast.estate.iam.abilities import X
from holdfast.estate.iam.decide import decide
from holdfast.estate.iam.public import ALLOWED, ANSWERS, MAX_WEIGHT, OWNER, fact_of, named_accounts
from holdfast.estate.iam.request import Caller, Policies, Values
from holdfast.estate.iam.stranger import (
    OTHER,
    StrangeRequest,
    addresses,
    anybody,
    chosen,
    of_others,
    values_of,
    weight,
    who,
)
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown

__all__ = ["USES", "Outsiders", "outsiders", "refuses_plain"]

USES = {
    "sqs": ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SetQueueAttributes"),
    "sns": ("sns:Publish", "sns:Subscribe", "sns:SetTopicAttributes"),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords", "kinesis:GetRecords", "kinesis:SubscribeToShard"),
    "kms": ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:PutKeyPolicy"),
    "secretsmanager": ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
    "ecr": ("ecr:BatchGetImage", "ecr:PutImage"),
    "es": ("es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"),
}
"""Service -> what somebody does who uses or takes over one of its resources."""


class Outsiders(Struct, frozen=True):
    """Who may do one of a service's uses; unobserved where a condition or a name decides that nobody has seen."""

    anybody: Fact[bool]
    """Whether anybody may: without credentials, or with those of any account."""
    anonymous: Fact[bool]
    """Whether it goes without credentials."""
    accounts: Fact[list[str]]
    """`*` where any account may; empty where no account is named; unobserved where one is, as it may be your own."""


def outsiders(statements: Sequence[Statement], service: str) -> Outsiders:
    """Who outside reaches a resource of a service in `USES` by its policy."""
    if weight(statements) > MAX_WEIGHT:
        return Outsiders(UNSET, UNSET, UNSET)
    own = [_of_this_resource(statement) for statement in statements]
    anonymous = _may(own, service, [Caller("anonymous")])
    known = _may(own, service, anybody(own))
    named = named_accounts(statements, UNSET)
    accounts: Fact[list[str]] = [EVERYBODY] if known.value else [] if named == [] and known.value is False else UNSET
    return Outsiders(fact_of(some((anonymous, known))), fact_of(anonymous), accounts)


def refuses_plain(statements: Sequence[Statement], service: str) -> Fact[bool]:
    """Whether a policy denies everybody every use without TLS."""
    if weight(statements) > MAX_WEIGHT:
        return UNSET
    everything = replace(ALLOWED, principals=[Principal(type="AWS", name=EVERYBODY)])
    own = [everything, *map(_of_this_resource, statements)]
    callers = (Caller("anonymous"), *anybody())
    plain: dict[str, Values] = {"aws:securetransport": ("false",)}
    return fact_of(every(_denied(own, action, caller, plain) for action, caller in product(USES[service], callers)))


def _denied(statements: Sequence[Statement], action: str, caller: Caller, context: dict[str, Values]) -> Truth:
    """Whether an explicit denial meets a caller whom everything else allows."""
    allowed, explicit = _answer(statements, action, caller, {**_context(statements, caller), **context})
    return allowed if allowed.value is None else TRUE if explicit else FALSE


def _of_this_resource(statement: Statement) -> Statement:
    """The statement about this very resource; what one with NotResource spares is not known."""
    spared = statement.not_resources is not None
    return replace(of_others(statement), resources=UNSET if spared else None, not_resources=None)


def _may(statements: Sequence[Statement], service: str, callers: Sequence[Caller]) -> Truth:
    own_choice = chosen(statements)
    return some(
        _answer(statements, action, caller, {**_context(statements, caller, address), **own_choice})[0]
        for action, caller, address in product(USES[service], callers, addresses(statements))
    )


def _context(statements: Sequence[Statement], caller: Caller, address: str = "192.0.2.1") -> dict[str, Values]:
    """What is known of a stranger; a key is used through any service that its policy names, from another account."""
    through = next(values_of(statements, "kms:viaservice"), None)
    return {
        **who(caller, address),
        "kms:calleraccount": (X,) if caller.account else None,
        "kms:viaservice": None if through is None else (through.replace("*", "x"),),
    }


def _answer(
    statements: Sequence[Statement], action: str, caller: Caller, context: dict[str, Values]
) -> tuple[Truth, bool]:
    request = StrangeRequest(action, OTHER, caller, context, resource_account=OWNER)
    decision = decide(request, Policies(identity=[ALLOWED], resource=statements))
    return ANSWERS.get(decision.effect, unknown(decision.reason)), decision.explicit
