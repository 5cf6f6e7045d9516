"""The providers' own policies and roles: dated tables, read when somebody first asks.

`frameworks/iam/aws-managed.json` holds documents of AWS managed policies, `azure-roles.json` definitions of built-in
roles, each row whole. `google-roles.json` holds, for each predefined role, which of the permissions `asked` it has; of
any other permission it says nothing. Every row names its source, when the source was seen and when it was checked.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import msgspec

from holdfast.core.errors import HoldfastError

__all__ = ["aws_policies", "azure_roles", "google_roles"]

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "frameworks", "iam")


def aws_policies() -> dict[str, Any]:
    """ARN -> row with `document`."""
    return _table("aws-managed.json")


def azure_roles() -> dict[str, Any]:
    """Name, and id in small letters, -> row with `permissions`."""
    rows = _table("azure-roles.json")
    return {**{name.lower(): row for name, row in rows.items()}, **{row["id"].lower(): row for row in rows.values()}}


def google_roles() -> dict[str, Any]:
    """`asked` -> permissions; `roles` -> role (`roles/storage.admin`) -> row with `has`."""
    return _table("google-roles.json")


@cache
def _table(name: str) -> dict[str, Any]:
    path = os.path.join(FOLDER, name)
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise HoldfastError(
            "a table of providers' policies is missing or damaged", where=path, hint="install holdfast again"
        ) from error
