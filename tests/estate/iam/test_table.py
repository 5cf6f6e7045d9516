"""The bar: the written truth table, every case of it."""

from __future__ import annotations

import pytest
from tests.estate.iam.table import Case, answer, cases

CASES = list(cases())


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 500
    assert len({case.group["source"] for case in CASES}) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_answer_is_the_documents(case: Case) -> None:
    assert answer(case) == case.wanted, case.given
