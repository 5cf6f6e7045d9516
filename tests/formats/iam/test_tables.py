"""The tables of providers' own policies and roles: whole, dated, readable."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from holdfast.core.errors import HoldfastError
from holdfast.core.fact import UNSET
from holdfast.formats.iam import tables
from holdfast.formats.iam.aws import managed_policy
from holdfast.formats.iam.azure import builtin_role
from holdfast.formats.iam.google import permissions

FOLDER = Path(tables.FOLDER)
AWS, AZURE, GOOGLE = (
    json.loads((FOLDER / name).read_text()) for name in ("aws-managed.json", "azure-roles.json", "google-roles.json")
)


@pytest.mark.parametrize("rows", [AWS, AZURE, GOOGLE["roles"]], ids=["aws", "azure", "google"])
def test_every_row_is_dated_and_says_where_it_comes_from(rows) -> None:
    assert len(rows) > 50
    for name, row in rows.items():
        assert row["source"].startswith("https://"), name
        assert date.fromisoformat(row["seen"]) <= date.fromisoformat(row["checked"]), name


def test_every_managed_policy_can_be_read() -> None:
    for arn in AWS:
        assert re.fullmatch(r"arn:aws:iam::aws:policy/[\w/+-]+", arn)
        found = managed_policy(arn)
        assert found
        assert all(UNSET not in (each.effect, each.actions, each.resources, each.conditions) for each in found)


def test_every_built_in_role_can_be_read_by_name_and_id() -> None:
    for name, row in AZURE.items():
        assert builtin_role(name) == builtin_role(row["id"])
        assert builtin_role(name)


def test_every_predefined_role_has_what_was_asked() -> None:
    asked = set(GOOGLE["asked"])
    assert len(asked) == len(GOOGLE["asked"])
    for name, row in GOOGLE["roles"].items():
        assert set(row["has"]) <= asked
        assert permissions(name)[0] is not UNSET


def test_a_damaged_installation_is_said(monkeypatch, tmp_path) -> None:
    tables._table.cache_clear()
    monkeypatch.setattr(tables, "FOLDER", str(tmp_path))
    with pytest.raises(HoldfastError, match="missing or damaged"):
        tables.aws_policies()
    (tmp_path / "azure-roles.json").write_text("[")
    with pytest.raises(HoldfastError, match="missing or damaged"):
        tables.azure_roles()
    tables._table.cache_clear()
