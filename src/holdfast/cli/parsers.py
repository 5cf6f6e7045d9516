"""Argument parsers that show examples first and say what a mistyped word may have meant."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NoReturn

from holdfast.core.errors import HoldfastError

MOST_DIGITS = 5


class Parser(argparse.ArgumentParser):
    """A parser whose help starts with examples; options are never abbreviated, scripts depend on their names."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **options: Any) -> None:
        options = {"formatter_class": argparse.RawDescriptionHelpFormatter, **options, "allow_abbrev": False}
        super().__init__(*args, **options)
        self.show(examples)

    def show(self, examples: Sequence[str]) -> None:
        """Puts examples under the description."""
        if examples:
            self.description = "\n  ".join([f"{self.description or ''}\n", *examples])

    def names(self) -> list[str]:
        """Every option, those of the subcommands included."""
        found: list[str] = []
        for action in self._actions:
            found += action.option_strings
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  # argparse offers no other way
                for inner in action.choices.values():
                    found += inner.names()
        return found

    def refuse(self, extra: Sequence[str]) -> NoReturn:
        """Ends with what the first argument that nobody knows may have meant."""
        self.error(f"there is no `{extra[0]}` here{nearest(extra[0].partition('=')[0], self.names())}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = ", ".join(map(str, action.choices))
            hint = nearest(str(value), map(str, action.choices)) or f"; one of {known}"
            raise argparse.ArgumentError(action, f"there is no `{value}`{hint}")

    def error(self, message: str) -> NoReturn:
        """Ends with what is wrong and where to read on; the usage would bury it."""
        message = message.replace(", TARGET", "")  # argparse asks for what may be left out, too
        self.exit(2, f"{self.prog}: {message}\n  `{self.prog} --help` shows what there is\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Ends the command; what was typed may hold anything, so nothing in it steers the terminal."""
        from holdfast.app.reports import visible

        lines = message.splitlines() if message else []
        super().exit(status, "".join(f"{visible(line)}\n" for line in lines))


def tell(error: HoldfastError) -> None:
    """Says what is wrong; what was examined may hold anything, so nothing in it steers the terminal."""
    from holdfast.app.reports import visible

    print("holdfast: " + "\n".join(visible(line, 4000) for line in str(error).splitlines()), file=sys.stderr)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` for a near miss, else nothing."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def number(text: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= MOST_DIGITS and int(text)):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {10**MOST_DIGITS - 1}")
    return int(text)


def words(text: str) -> str:
    """Text that can be stored. Raises ArgumentTypeError for bytes that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError(f"`{text}` is not UTF-8") from error
    return text


def prose(text: str) -> str:
    """What somebody says, to be kept: without what looks like a credential, for what is sealed stays. Says so.

    Raises ArgumentTypeError for bytes that are not UTF-8.
    """
    from holdfast.app.masking import Masker

    masked = Masker().text(words(text))
    if masked != text:
        print("holdfast: what looks like a credential in what you typed is kept as ***", file=sys.stderr)
    return masked


def day(text: str) -> date:
    """A day in ISO 8601. Raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("a day is written as 2027-01-31") from error
