"""Requirements: what answers say together."""

from __future__ import annotations

import pytest

from holdfast.core.requirement import Requirement, of_letters, worst


@pytest.mark.parametrize(
    ("letters", "state"),
    [
        ("pf", "failing"),
        ("fu", "failing"),
        ("pu", "unknown"),
        ("p-", "unknown"),
        ("pn", "verified"),
        ("n", "not_applicable"),
        ("", "not_applicable"),
    ],
)
def test_one_fail_fails_and_one_open_answer_is_no_pass(letters: str, state: str) -> None:
    assert of_letters(letters) == state


def test_what_is_accepted_is_neither_failing_nor_verified() -> None:
    assert of_letters("fp", accepted=True) == "accepted"
    assert of_letters("fu", accepted=True) == "unknown"


def test_the_worst_state_comes_first_and_none_is_unknown() -> None:
    assert worst(["verified", "stale", "accepted"]) == "stale"
    assert worst([]) == "unknown"


def test_a_requirement_says_what_serves_it() -> None:
    bare = Requirement("X1", "area", "Something", derived=False, controls={})
    assert (bare.by, bare.served) == ([], False)
    full = Requirement("X1", "a", "S", derived=False, controls={}, rules=["r"], features=["check"], attested=True)
    assert (full.by, full.served) == (["r", "holdfast check", "attestation"], True)
    assert Requirement("X2", "a", "S", derived=True, controls={}, of=["X1"]).served
