from __future__ import annotations

from holdfast.core.cel.types import describe
from holdfast.core.fact import UNSET
from holdfast.core.statement import NAMED, UNRESOLVED, Statement, holes, without_holes


def test_a_statement_that_nobody_resolved_is_unobserved_throughout() -> None:
    assert all(getattr(Statement(), name) is UNSET for name in Statement.__struct_fields__)


def test_rules_read_statements() -> None:
    assert set(describe(Statement).fields or {}) == set(Statement.__struct_fields__)


def test_holes_are_found_and_filled() -> None:
    assert holes(f"arn:aws:s3:::{UNRESOLVED}/*")
    assert holes(NAMED)
    assert not holes("arn:aws:s3:::${aws:username}/*")
    assert without_holes(f"{NAMED}/{UNRESOLVED}/*", "x") == "x/x/*"
