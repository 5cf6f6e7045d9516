"""Role definitions and assignments of Azure."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET
from holdfast.core.statement import UNRESOLVED, Principal
from holdfast.formats.iam import azure
from holdfast.formats.iam.azure import Permission, assignment, builtin_role, definition, denial

SCOPE = "/subscriptions/s"


def test_an_assignment_is_a_statement_for_each_plane_that_its_role_names() -> None:
    control, data = assignment("Storage Blob Data Reader", "ana", scope=SCOPE)
    assert (control.plane, data.plane) == ("control", "data")
    assert data.actions == ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]
    assert (data.resources, data.principals) == ([SCOPE], [Principal(type="principal", name="ana")])
    assert (data.effect, data.conditions, data.origin) == ("Allow", [], "Storage Blob Data Reader")
    (found,) = assignment("Owner", "ana", scope=SCOPE)
    assert (found.plane, found.actions, found.not_actions) == ("control", ["*"], None)


@pytest.mark.parametrize(
    "name",
    ["Contributor", "contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c", "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"],
)  # fmt: skip
def test_built_in_roles_by_name_and_id(name) -> None:
    (found,) = builtin_role(name) or []
    assert found.actions == ["*"]
    assert "Microsoft.Authorization/*/Write" in found.not_actions


@pytest.mark.parametrize("role", ["Nobody Has Seen This", UNSET, f"{UNRESOLVED}"])
def test_an_unknown_role_holds_anything_on_both_planes_perhaps(role) -> None:
    control, data = assignment(role, "ana", scope=SCOPE)
    assert (control.actions, data.actions) == (UNSET, UNSET)
    assert (control.plane, data.plane) == ("control", "data")


def test_what_a_template_leaves_open() -> None:
    (found,) = assignment("Owner", UNSET, scope=UNSET, condition=UNSET)
    assert (found.principals, found.resources, found.conditions) == (UNSET, UNSET, UNSET)
    assert definition([{"actions": UNSET, "dataActions": ["a", UNSET], "condition": UNSET}]) == [
        Permission(actions=UNSET, data_actions=["a", UNRESOLVED], condition=UNSET)
    ]
    assert len(assignment("x", "ana", scope=SCOPE, permissions=UNSET)) == 2


def test_custom_roles_and_conditions() -> None:
    own = definition([{"actions": ["a/*"], "notActions": ["a/b"], "condition": "role's"}])
    (found,) = assignment("own", "ana", scope=SCOPE, condition="assignment's", permissions=own)
    assert (found.actions, found.not_actions) == (["a/*"], ["a/b"])
    assert [each.values for each in found.conditions] == [["assignment's"], ["role's"]]


def test_deny_assignments() -> None:
    blocks = definition([{"actions": ["*"], "dataActions": ["*"]}])
    found = denial(
        blocks, ["00000000-0000-0000-0000-000000000000"], scope=f"{SCOPE}/", excluded=["ana"], children=False
    )
    assert [(each.effect, each.plane, each.resources) for each in found] == [
        ("Deny", "control", [f"{SCOPE}$"]),
        ("Deny", "data", [f"{SCOPE}$"]),
    ]
    assert found[0].principals == [Principal(type="principal", name="*")]
    assert found[0].not_principals == [Principal(type="principal", name="ana")]
    (found,) = denial(blocks[:1] and definition([{"actions": ["*"]}]), UNSET, scope=UNSET)
    assert (found.principals, found.not_principals, found.resources) == (UNSET, None, UNSET)


@pytest.mark.parametrize(
    ("permissions", "reason"),
    [({}, "not a list"), (["x"], "not an object"), ([{"actions": "x"}], "not a list"), ([{"actions": [1]}], "not a text"), ([{"condition": 1}], "not a text")],
)  # fmt: skip
def test_what_is_refused(permissions, reason) -> None:
    with pytest.raises(FormatError, match=reason):
        definition(permissions)


def test_definitions_are_bounded(monkeypatch) -> None:
    monkeypatch.setattr(azure, "TEXTS", 2)
    assert definition([{"actions": ["a"]}, {"notActions": ["b"]}])
    with pytest.raises(FormatError, match="more than 2"):
        definition([{"actions": ["a", "b"]}, {"dataActions": ["c"]}])


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.text(max_size=8), st.just(UNSET)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["actions", "notActions", "dataActions", "condition"]), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(VALUES)
def test_only_the_typed_error_escapes(value) -> None:
    with suppress(FormatError):
        definition(value)
