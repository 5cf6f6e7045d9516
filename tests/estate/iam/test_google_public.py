"""Who reaches a bucket of Google Cloud by its allow policy."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from holdfast.core.statement import UNRESOLVED
from holdfast.estate.iam import google_public as module
from holdfast.estate.iam.google_public import Public, public
from holdfast.formats.iam.google import binding

VIEWER, CREATOR, ADMIN = "roles/storage.objectViewer", "roles/storage.objectCreator", "roles/storage.admin"


def grant(role, *members, condition=None, roles=None):
    return binding(
        role, list(members), at="//storage.googleapis.com/projects/_/buckets/a", condition=condition, roles=roles
    )


@pytest.mark.parametrize(
    ("statements", "reads", "writes", "login"),
    [
        ([], False, False, False),
        ([grant(VIEWER, "allUsers")], True, False, False),
        ([grant(VIEWER, "allAuthenticatedUsers")], True, False, True),
        ([grant(VIEWER, "allUsers"), grant(ADMIN, "allAuthenticatedUsers")], True, True, False),
        ([grant(CREATOR, "allUsers")], False, True, False),
        ([grant(VIEWER, "user:a@acme.com", "domain:acme.com", "group:g@acme.com")], False, False, False),
        ([grant("organizations/1/roles/own", "allUsers")], UNSET, UNSET, False),
        ([grant("r", "allUsers", roles={"r": ["storage.objects.list"]})], True, False, False),
        ([grant(VIEWER, UNRESOLVED)], UNSET, False, False),
        ([grant(VIEWER, "allUsers", condition="resource.type == 'storage.googleapis.com/Object'")], True, False, False),
        ([grant(VIEWER, "allUsers", condition="resource.matchTag('a', 'b')")], UNSET, False, False),
        ([grant(UNSET, "allUsers")], UNSET, UNSET, False),
    ],
)
def test_who_reaches_a_bucket(statements, reads, writes, login):
    assert public(statements) == Public(reads, writes, for_a_login=login)


def test_a_policy_that_is_too_long_is_not_judged(monkeypatch):
    monkeypatch.setattr(module, "MAX_STATEMENTS", 1)
    assert public([grant(VIEWER, "allUsers")] * 2) == Public(UNSET, UNSET, for_a_login=False)
