"""Errors: what happened, where, what to do, and the exit code of each."""

from __future__ import annotations

import pytest

from holdfast.core.cel.errors import CelError
from holdfast.core.errors import FormatError, HoldfastError, RuleError, UsageError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HoldfastError("x"), 70),
        (UsageError("x"), 2),
        (RuleError("x"), 2),
        (CelError("x", 3), 2),
        (FormatError("x"), 70),
    ],
)
def test_an_error_has_an_exit_code(error: HoldfastError, code: int) -> None:
    assert error.exit_code == code
    assert isinstance(error, HoldfastError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (HoldfastError("it broke"), "it broke"),
        (HoldfastError("it broke", where="a.yaml:3:1"), "a.yaml:3:1: it broke"),
        (HoldfastError("it broke", hint="mend it"), "it broke\n  mend it"),
        (HoldfastError("it broke", where="a:1:1", hint="mend it"), "a:1:1: it broke\n  mend it"),
        (FormatError("cut short", line=4, column=2), "4:2: cut short"),
        (FormatError("cut short"), "cut short"),
    ],
)
def test_an_error_says_what_where_and_what_to_do(error: HoldfastError, text: str) -> None:
    assert str(error) == text


def test_an_error_of_the_language_knows_its_offset() -> None:
    assert CelError("x", 7, hint="y").at == 7
    assert FormatError("x", line=4, column=2).column == 2
