"""Policies of Google Cloud."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET
from holdfast.core.statement import UNRESOLVED, Condition, Principal
from holdfast.formats.iam import google
from holdfast.formats.iam.google import allow_policy, binding, deny_policy, permissions
from holdfast.formats.iam.tables import google_roles

READ = {"role": "roles/storage.objectViewer", "members": ["user:Ana@example.com"]}


def test_a_binding_is_a_statement() -> None:
    condition = {"title": "t", "expression": "request.time < timestamp('2027-01-01T00:00:00Z')"}
    text = json.dumps({"bindings": [{**READ, "condition": condition}]})
    for policy in (text, text.encode(), json.loads(text)):
        (found,) = allow_policy(policy, at="projects/p")
        assert (found.effect, found.resources, found.origin) == ("Allow", ["projects/p"], "roles/storage.objectViewer")
        assert found.principals == [Principal(type="user", name="ana@example.com")]
        assert found.conditions == [
            Condition(operator="cel", key=None, values=[condition["expression"]], quantifier=None, if_exists=False)
        ]
    assert allow_policy({}, at="projects/p") == []


def test_what_the_table_knows_of_a_role_and_what_it_does_not() -> None:
    has, lacks = permissions("roles/storage.objectViewer")
    assert has == ["storage.objects.get", "storage.objects.list", UNRESOLVED]
    assert "storage.objects.delete" in lacks
    assert set(has) | set(lacks) == {*google_roles()["asked"], UNRESOLVED}


@pytest.mark.parametrize("role", [UNSET, None, "roles/nobody.hasSeenThis", f"roles/{UNRESOLVED}", "projects/p/roles/r"])
def test_an_unknown_role_holds_anything_perhaps(role) -> None:
    assert permissions(role) == (UNSET, None)


def test_custom_roles_are_given() -> None:
    roles = {"projects/p/roles/r": ["a.b.c"], "projects/p/roles/s": UNSET}
    assert permissions("projects/p/roles/r", roles) == (["a.b.c"], None)
    assert permissions("projects/p/roles/s", roles) == (UNSET, None)
    (found,) = allow_policy({"bindings": [{**READ, "role": "projects/p/roles/r"}]}, at="projects/p", roles=roles)
    assert found.actions == ["a.b.c"]


@pytest.mark.parametrize(
    ("member", "type", "name"),
    [
        ("allUsers", "allUsers", "*"), ("allAuthenticatedUsers", "allAuthenticatedUsers", "*"), ("group:ML@example.com", "group", "ml@example.com"), ("domain:example.com", "domain", "example.com"),
        ("serviceAccount:a@p.iam.gserviceaccount.com", "serviceAccount", "a@p.iam.gserviceaccount.com"), (f"user:{UNRESOLVED}", "user", UNRESOLVED),
        ("principalSet://goog/public:all", "allUsers", "*"), ("principal://goog/subject/Ana@example.com", "user", "ana@example.com"), ("principalSet://goog/group/ml@example.com", "group", "ml@example.com"),
        ("principal://iam.googleapis.com/projects/-/serviceAccounts/a@b", "serviceAccount", "a@b"),
        ("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/P/*", "principalSet", "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/P/*"),
        (UNRESOLVED, UNSET, UNSET), (f"{UNRESOLVED}:a@b", UNSET, "a@b"), ("nobody", UNSET, UNSET),
    ],
)  # fmt: skip
def test_members(member, type, name) -> None:
    assert binding("roles/viewer", [member], at="projects/p").principals == [Principal(type=type, name=name)]


def test_what_a_template_leaves_open() -> None:
    found = binding(UNSET, UNSET, at="projects/p", condition=UNSET)
    assert (found.actions, found.principals, found.conditions, found.origin) == (UNSET, UNSET, UNSET, UNSET)
    (whole, parts) = allow_policy({"bindings": [UNSET, {"role": UNSET, "members": UNSET, "condition": UNSET}]}, at="p")
    assert (whole.effect, whole.resources) == (UNSET, ["p"])
    assert (parts.actions, parts.principals, parts.conditions) == (UNSET, UNSET, UNSET)
    (found,) = allow_policy({"bindings": [{**READ, "members": [UNSET], "condition": {"expression": UNSET}}]}, at="p")
    assert (found.principals, found.conditions) == ([Principal()], UNSET)


def test_a_deny_rule_is_a_statement() -> None:
    rule = {
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "exceptionPrincipals": ["principalSet://goog/group/a@b"],
        "deniedPermissions": [
            "cloudresourcemanager.googleapis.com/projects.delete",
            "iam.googleapis.com/roles.*",
            "x.y.z",
        ],
        "exceptionPermissions": ["iam.googleapis.com/roles.get"],
        "denialCondition": {"expression": "true"},
    }
    (found,) = deny_policy({"rules": [{"denyRule": rule}]}, at="folders/f")
    assert (found.effect, found.resources) == ("Deny", ["folders/f"])
    assert found.actions == ["resourcemanager.projects.delete", "iam.roles.*", "x.y.z"]
    assert found.not_actions == ["iam.roles.get"]
    assert found.not_principals == [Principal(type="group", name="a@b")]
    assert found.conditions[0].values == ["true"]
    (found,) = deny_policy({"rules": [{"denyRule": {"deniedPermissions": [UNSET], "denialCondition": UNSET}}]}, at="f")
    assert (found.actions, found.not_actions, found.conditions) == ([UNRESOLVED], None, UNSET)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("{", "no JSON"), ("[]", "not an object"), (b"\xff", "no JSON"), ("[" * 100_000, "nested too deep"), ({"bindings": {}}, "not a list"), ({"bindings": ["x"]}, "not an object"),
        ({"bindings": [{"role": 1}]}, "not a text"), ({"bindings": [{**READ, "members": "x"}]}, "not a list"), ({"bindings": [{**READ, "condition": "x"}]}, "not an object"), ({"bindings": [{**READ, "members": [1]}]}, "not a text"),
    ],
)  # fmt: skip
def test_what_is_refused(policy, reason) -> None:
    with pytest.raises(FormatError, match=reason):
        allow_policy(policy, at="projects/p")


def test_deny_policies_are_refused_likewise(monkeypatch) -> None:
    for policy in ({"rules": 1}, {"rules": [1]}, {"rules": [{"denyRule": 1}]}, {"rules": [{}]}):
        with pytest.raises(FormatError):
            deny_policy(policy, at="p")
    monkeypatch.setattr(google, "SIZE", 4)
    with pytest.raises(FormatError, match="more than 4"):
        deny_policy("{    }", at="p")


WORDS = st.sampled_from(
    ["bindings", "rules", "denyRule", "role", "members", "condition", "expression", "user:a", "deniedPermissions"]
)
VALUES = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.text(max_size=8), st.just(UNSET)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([allow_policy, deny_policy]))
def test_only_the_typed_error_escapes(value, read) -> None:
    for policy in (value if isinstance(value, dict) else "x", {"bindings": value, "rules": value}):
        with suppress(FormatError):
            read(policy, at="projects/p")
