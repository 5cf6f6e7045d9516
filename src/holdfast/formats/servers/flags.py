"""Command-line flags of many dialects, read into long names and values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

MAX_WORDS = 4096
"""Words of one command that are read; what follows counts as unseen."""
MAX_VALUE = 8192
"""Characters of one value that are kept."""


class Syntax(Struct, frozen=True):
    """What must be known about a program's flags to read them without running it."""

    switches: frozenset[str] = frozenset()
    """Long names that never take the next word as a value."""
    lists: frozenset[str] = frozenset()
    """Long names that take every following word up to the next flag; the words are joined by a space."""
    aliases: Mapping[str, str] = {}
    """Other spelling (short letter, old name) -> long name."""
    attached: frozenset[str] = frozenset()
    """Short letters whose value may be written against them (`-p8080`)."""
    negated: bool = False
    """Whether `--no-x` is `x` set to false."""
    config: frozenset[str] = frozenset()
    """Long names whose value is a file that can set the others."""
    config_env: frozenset[str] = frozenset()
    """Variables whose value is such a file."""
    config_files: tuple[str, ...] = ()
    """Paths in the product's image where it looks for such a file by itself."""
    secrets: frozenset[str] = frozenset()
    """Names of flags and variables that hold credentials though their name does not say so."""
    env: tuple[str, ...] = ()
    """Variables of the product: a name, or a prefix that ends in `_` or `.`."""
    variables: tuple[str, str] | None = None
    """How a setting of its file is called as a variable: what stands before it, and between its parts."""
    tag: str = ""
    """Regular expression whose first group is the release in a tag, where the common form does not fit."""


class Flags(Struct, frozen=True):
    """The flags and the other words of one command."""

    options: dict[str, str]
    """Long name -> value, the last one wins."""
    positional: tuple[str, ...] = ()
    """The words that are neither a flag nor its value."""
    given: tuple[tuple[str, str], ...] = ()
    """Every flag as given, those that a later one overrides included."""


def names(text: str) -> frozenset[str]:
    """The names in a text that separates them by blanks: how product files write them down."""
    return frozenset(text.split())


_NUMBER = re.compile(r"-\d")


def is_flag(word: str) -> bool:
    """Whether `word` is spelled as a flag: a dash and more, but not a negative number."""
    return len(word) > 1 and word[0] == "-" and not _NUMBER.match(word)


_VARIABLE = re.compile(r"\$(?:(\w+)|\{([\w.-]*)\}|\(([\w.-]+)\))(.*)", re.ASCII | re.DOTALL)
_ONE_WORD = re.compile(
    r"(?:model|path|dir|file|name|repo|id|ur[il]|tag|app|port|host|module|image|checkpoint|ckpt|weights)s?\d*$",
    re.IGNORECASE,
)
"""A variable that by its name stands for one word: what is served, or where it lies."""
_FLAGS = re.compile(r"(?:arg|argument|opt|option|flag|param|parameter|extra|cmd|command)s?\d*$", re.IGNORECASE)
"""A variable that by its name stands for flags, even where a value would be expected."""


def complete(words: Sequence[str], syntax: Syntax) -> bool:
    """Whether no unresolved word may stand for flags that nobody has seen: `$ARGS`, `"$@"`, `$(cat flags)`."""
    for index, word in enumerate(words):
        if word.startswith("$"):
            before = words[index - 1] if index else ""
            valued = is_flag(before) and "=" not in before and before.lstrip("-") not in syntax.switches
            if _may_be_flags(word, valued=valued):
                return False
    return True


def _may_be_flags(word: str, *, valued: bool) -> bool:
    """Whether an unresolved word, `valued` where a flag expects a value, may stand for flags."""
    variable = _VARIABLE.fullmatch(word)
    if variable is None:
        return not valued or word[:2] in ("$@", "$*") or "[@]" in word
    if variable[4]:  # part of a word: `$DIR/model`
        return False
    name = variable[1] or variable[2] or variable[3] or ""
    return _FLAGS.search(name) is not None if valued else _ONE_WORD.search(name) is None


def parse(words: Sequence[str], syntax: Syntax) -> Flags:
    """The flags in `words`: the last one wins, a switch is `true`, `_` in a name is `-`."""
    given: list[tuple[str, str]] = []
    positional: list[str] = []
    words = words[:MAX_WORDS]
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            positional.extend(words[index:])
            break
        if not is_flag(word):
            positional.append(word)
            continue
        name, value = _split(word, syntax)
        if value is None and syntax.negated and name.startswith("no-"):
            name, value = name[3:], "false"
        if value is None:
            end = _value_end(words, index, name, syntax)
            value = " ".join(words[index:end]) if end > index else "true"
            index = end
        given.append((name, value[:MAX_VALUE]))
    return collected(given, positional)


def collected(given: Sequence[tuple[str, str]], positional: Sequence[str] = ()) -> Flags:
    """Flags from names and values in the order in which they are given."""
    return Flags(options=dict(given), positional=tuple(positional), given=tuple(given))


def _split(word: str, syntax: Syntax) -> tuple[str, str | None]:
    """The long name in a flag word, and the value written into the same word."""
    name, equals, value = word.lstrip("-").partition("=")
    if word[1] != "-" and len(name) > 1 and name[0] in syntax.attached and name not in syntax.aliases:
        return syntax.aliases.get(name[0], name[0]), word[2:].removeprefix("=")
    long = name.replace("_", "-")
    return syntax.aliases.get(name) or syntax.aliases.get(long, long), value if equals else None


def _value_end(words: Sequence[str], start: int, name: str, syntax: Syntax) -> int:
    """Where the value that follows a flag ends; `start` when it takes none."""
    if name in syntax.switches:
        return start
    limit = len(words) if name in syntax.lists else min(start + 1, len(words))
    end = start
    while end < limit and not is_flag(words[end]):
        end += 1
    return end
