"""The one error of the rule language."""

from __future__ import annotations

from holdfast.core.errors import RuleError


class CelError(RuleError):
    """A condition that cannot be used; `at` is the offset in its text where the trouble begins."""

    def __init__(self, what: str, at: int, *, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.at = at
