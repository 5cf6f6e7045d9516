"""The one error of the rule language."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.core.errors import RuleError


class CelError(RuleError):
    """A condition that cannot be used; `at` is the offset in its text where the trouble begins."""

    def __init__(self, what: str, at: int, *, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.at = at


def near_miss(name: str, known: Iterable[str]) -> str:
    """The hint that names the known word nearest to `name`; empty when none is near."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""
