"""Lines of OpenSSH's configuration files, split into words the way OpenSSH does it.

Source: OpenSSH 9.2p1, misc.c (`strdelim`, `argv_split`) and servconf.c (`load_server_config`,
`process_server_config_line_depth`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.core.errors import FormatError

__all__ = ["Refusal", "Row", "rows", "token", "words"]

SIZE = 1 << 20
WHITESPACE = " \t\r\n"

_DELIMITER = re.compile(r'[ \t\r\n"=]')
_PLAIN = re.compile(r"[^ \t]+")
_SPECIAL = re.compile(r"['\"\\#]")
_ORDINARY = re.compile(r"[^ \t'\"\\]+")


class Refusal(ValueError):
    """OpenSSH refuses the line; the text says why."""


class Row(NamedTuple):
    """A keyword with what follows it."""

    keyword: str
    """As written."""
    rest: str
    """The line behind the keyword; empty where nothing follows."""
    line: int


def rows(data: bytes, what: str) -> Iterator[Row]:
    """The lines that hold a keyword.

    Raises `FormatError` for more than 1 MiB and for NUL bytes; `what` names the file in its text.
    """
    if len(data) > SIZE:
        raise FormatError(f"{what}: {len(data)} bytes, more than {SIZE}")
    if b"\0" in data:
        raise FormatError(f"{what}: a NUL byte", line=data.count(b"\n", 0, data.index(b"\0")) + 1, column=1)
    for line, raw in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        text = raw.lstrip(" \t\r")
        text = text[:1] + text[1:].rstrip(WHITESPACE + "\f")
        keyword, rest = token(text)
        if keyword == "":
            keyword, rest = token(rest)
        if keyword and not keyword.startswith("#"):
            yield Row(keyword, rest or "", line)


def token(text: str | None) -> tuple[str | None, str | None]:
    """The next word of a line and what follows it; `=` and quotes end a word too.

    Both are None where a quote stays open, the rest is None at the end of the line.
    """
    if text is None:
        return None, None
    found = _DELIMITER.search(text)
    if found is None:
        return text, None
    at = found.start()
    if text[at] == '"':
        text = text[:at] + text[at + 1 :]
        end = text.find('"', at)
        return (None, None) if end < 0 else (text[:end], text[end + 1 :].lstrip(WHITESPACE))
    rest = text[at + 1 :].lstrip(WHITESPACE)
    if text[at] != "=" and rest.startswith("="):
        rest = rest[1:].lstrip(WHITESPACE)
    return text[:at], rest


def words(text: str, *, comments: bool = True) -> list[str]:
    """The arguments of a line, up to a comment, without quotes and escapes.

    Raises `Refusal` for a quote that stays open.
    """
    if not _SPECIAL.search(text):
        return _PLAIN.findall(text)
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
        elif comments and text[at] == "#":
            break
        else:
            word, at = _word(text, at)
            found.append(word)
    return found


def _word(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    quote = ""
    while at < len(text):
        char = text[at]
        if match := _ORDINARY.match(text, at):
            parts.append(match[0])
            at = match.end()
            continue
        if char == "\\":
            following = text[at + 1 : at + 2]
            escaped = following != "" and (following in "'\"\\" or (following == " " and not quote))
            parts.append(following if escaped else char)
            at += escaped
        elif not quote and char in " \t":
            break
        elif not quote and char in "'\"":
            quote = char
        elif char == quote:
            quote = ""
        else:
            parts.append(char)
        at += 1
    if quote:
        raise Refusal("a quote is not closed")
    return "".join(parts), at
