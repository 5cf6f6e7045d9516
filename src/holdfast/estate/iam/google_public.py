"""Who reaches a bucket of Google Cloud by its allow policy alone: anybody, and anybody who has an account.

Source: Cloud Storage, "Make data public", "IAM permissions for Cloud Storage"; IAM, "Principal identifiers" (allUsers,
allAuthenticatedUsers). Checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from holdfast.core.fact import Fact
from holdfast.core.statement import Statement
from holdfast.estate.iam.abilities import X
from holdfast.estate.iam.google import GoogleRequest, Resource, decide

__all__ = ["Public", "public"]

READING = ("storage.objects.get", "storage.objects.list")
WRITING = ("storage.objects.create", "storage.objects.delete", "storage.objects.update", "storage.buckets.setIamPolicy")
OBJECT = Resource(f"projects/_/buckets/{X}/objects/{X}", "storage.googleapis.com/Object", "storage.googleapis.com")
STRANGER = f"user:{X}@{X}"
MAX_STATEMENTS = 2_000
HERE = "bucket"
ANSWERS: dict[str, Fact[bool]] = {"allow": True, "deny": False, "unknown": UNSET}


class Public(Struct, frozen=True):
    """What anybody may do; unobserved where a condition or a role decides that nobody has seen."""

    reads: Fact[bool]
    """Whether anybody reads or lists objects, with or without an account."""
    writes: Fact[bool]
    """Whether anybody writes or deletes objects, or changes the policy."""
    for_a_login: bool
    """Whether one of these takes an account, whoever's."""


def public(statements: Sequence[Statement]) -> Public:
    """Who outside reaches a bucket by its policy; every statement is taken to be about the bucket."""
    if len(statements) > MAX_STATEMENTS:
        return Public(UNSET, UNSET, for_a_login=False)
    own = [replace(statement, resources=[HERE]) for statement in statements]
    bare = [_may(own, permissions, "") for permissions in (READING, WRITING)]
    known = [_may(own, permissions, STRANGER) for permissions in (READING, WRITING)]
    return Public(
        _either(bare[0], known[0]), _either(bare[1], known[1]), for_a_login=True in known and True not in bare
    )


def _may(statements: Sequence[Statement], permissions: Sequence[str], member: str) -> Fact[bool]:
    requests = (GoogleRequest(each, [HERE], member, groups=[], resource=OBJECT) for each in permissions)
    answers = [ANSWERS[decide(request, statements).effect] for request in requests]
    return True if True in answers else UNSET if UNSET in answers else False


def _either(left: Fact[bool], right: Fact[bool]) -> Fact[bool]:
    return True if True in (left, right) else UNSET if UNSET in (left, right) else False
