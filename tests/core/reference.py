"""The reference implementation of CEL (PyPI cel-expr-python), where there is a wheel of it."""

from __future__ import annotations

from typing import Any

import pytest

ERROR = "error"
"""What stands for any error of the reference."""

try:
    from cel_expr_python import cel
    from cel_expr_python.ext.ext_strings import ExtStrings
except ImportError:  # there are wheels for x86-64 only
    cel = None


def environment() -> Any:
    """One with the `strings` extension."""
    variables = {"x": cel.Type.DYN, "pattern": cel.Type.DYN}
    return cel.NewEnv(variables=variables, extensions=[ExtStrings()])


ENVIRONMENT = environment() if cel is not None else None


def reference(text: str, **data: Any) -> Any:
    """What it answers, `ERROR` for any error; skips the test where it is not installed."""
    if ENVIRONMENT is None:
        pytest.skip("the reference has wheels for x86-64 only")
    try:
        value = ENVIRONMENT.compile(text, disable_check=True).eval(data=data)
    except RuntimeError:
        return ERROR
    return ERROR if value.type() == cel.Type.ERROR else plain(value)


def plain(value: Any) -> Any:
    """A value of the reference as Python has it; lists hold values of their own."""
    found = value.value()
    return [plain(item) for item in found] if isinstance(found, list) else found
