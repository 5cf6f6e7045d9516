"""Every error that holdfast raises on purpose.

    HoldfastError            exit 70 unless a subclass says otherwise
    ├── UsageError           exit 2   wrong arguments or settings
    ├── RuleError            exit 2   a rule that cannot be used, with file, line and column
    ├── FormatError          a source that could not be read: becomes a skipped entry, never a crash
    └── RepairError          a repair that would not be safe: becomes a reason, never a crash

The command line catches `HoldfastError`; anything else is a bug and exits 70.
"""

from __future__ import annotations

LONGEST = 200
"""Characters of another library's error that are told."""


class HoldfastError(Exception):
    """What happened, where, and what to do next, in one line each."""

    exit_code = 70

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  {self.hint}" if self.hint else text


class UsageError(HoldfastError):
    """The command line or a settings file asks for something that does not exist."""

    exit_code = 2


class RuleError(HoldfastError):
    """A rule that cannot be used; `where` is `file:line:column`."""

    exit_code = 2


class FormatError(HoldfastError):
    """Bytes that a reader refuses: truncated, too deep, too large, or not that format at all.

    `line` and `column` count from 1; 0 means the whole source.
    """

    def __init__(self, what: str, *, line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(what, where=f"{line}:{column}" if line else "", hint=hint)
        self.line = line
        self.column = column


class RepairError(HoldfastError):
    """A repair that would not be safe; becomes a reason that is shown, never a crash."""


def told(error: Exception) -> str:
    """What a parser's error says of the text, shortened; in our words where it speaks of itself."""
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:LONGEST]
