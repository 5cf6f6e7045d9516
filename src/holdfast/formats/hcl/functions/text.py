"""Functions that work on text. Source: Terraform's and go-cty's function documentation."""

from __future__ import annotations

import re
from typing import Any

from holdfast.core.known import Text, Unknown, known, size, text
from holdfast.formats.hcl.functions.patterns import compiled, replacement
from holdfast.formats.hcl.values import (
    MAX_LENGTH,
    MAX_TEXT,
    Budget,
    Exhausted,
    Failure,
    boolean,
    number,
    sequence,
    string,
)

__all__ = ["COSTLY", "COSTLY_STRICT", "PARTIAL", "STRICT"]

_VERB = re.compile(r"%(?:%|([-+ 0#]*)(\d+)?(?:\.(\d+))?(?:\[(\d+)\])?([a-zA-Z]))")
WIDEST = 1000


def _pieces(value: Any, change: Any) -> Any:
    """Text, all of whose known pieces are changed."""
    if isinstance(value, Text):
        return text([change(piece) if isinstance(piece, str) else piece for piece in value.pieces])
    return Unknown(value.reason) if isinstance(value, Unknown) else change(string(value))


def _lower(value: Any) -> Any:
    return _pieces(value, str.lower)


def _upper(value: Any) -> Any:
    return _pieces(value, str.upper)


def _tostring(value: Any) -> Any:
    return value if value is None or isinstance(value, Text | Unknown) else string(value)


def _join(separator: Any, *lists: Any) -> Any:
    pieces: list[Any] = []
    for items in lists:
        if isinstance(items, Unknown):
            return Unknown(items.reason)
        for item in sequence(items):
            found = known(item)
            pieces += [separator if isinstance(separator, Text | Unknown) else string(separator)] if pieces else []
            pieces.append(found if isinstance(found, Text | Unknown) else string(found))
    return text(pieces)


def _verb(match: re.Match[str], value: Any, budget: Budget) -> str:
    """One verb of format(). https://developer.hashicorp.com/terraform/language/functions/format."""
    flags, width, precision, _, letter = match.groups()
    digits = int(precision) if precision else None
    if int(width or 0) > WIDEST or (digits or 0) > WIDEST:
        raise Exhausted("a width that is too large")
    if letter in "sqv":
        from holdfast.formats.hcl.functions.encoding import jsonencode

        plain = isinstance(value, str | int | float) or value is None
        shown = string(value) if plain and value is not None else string(jsonencode(budget, value))
        shown = shown if letter != "q" else string(jsonencode(budget, shown))
        shown = shown[:digits]
        return (
            shown.ljust(int(width or 0)) if "-" in flags else shown.rjust(int(width or 0), "0" if "0" in flags else " ")
        )
    if letter == "t":
        return string(boolean(value)).rjust(int(width or 0))
    if letter not in "bdoxXeEfgG":
        raise Failure(f"format() has no verb %{letter}")
    found = number(value)
    sign = flags.replace("-", "<").replace("#", "")
    sign = (
        "".join(sorted(set(sign), key="< +-0".index))
        if "<" not in sign
        else "<" + sign.replace("<", "").replace("0", "")
    )
    if letter in "bdoxX":
        return format(int(found), f"{sign}{width or ''}{letter}")
    point = f".{digits}" if digits is not None else "" if letter in "gG" else ".6"
    return format(float(found), f"{sign}{width or ''}{point}{letter}")


def _format(budget: Budget, spec: Any, *values: Any) -> Any:
    if not isinstance(spec, str):
        return Unknown("the text of format() is unknown")
    pieces: list[Any] = []
    at = used = 0
    for match in _VERB.finditer(spec):
        pieces.append(spec[at : match.start()])
        at = match.end()
        if match[0] == "%%":
            pieces.append("%")
            continue
        used = int(match[4]) if match[4] and len(match[4]) < 6 else used + 1
        if not 0 < used <= len(values):
            raise Failure("format() has fewer values than verbs")
        value = known(values[used - 1])
        pieces.append(value if isinstance(value, Text | Unknown) else _verb(match, value, budget))
        budget.charge(size(pieces[-1]) >> 5)  # here, because formatlist() and `%q` write a value again and again
    pieces.append(spec[at:])
    if "%" in _VERB.sub("", spec):
        raise Failure("format() does not know a verb")
    return text(pieces)


def _formatlist(budget: Budget, spec: Any, *values: Any) -> Any:
    if any(isinstance(value, Unknown) for value in values):
        return Unknown("a list of formatlist() is unknown")
    lengths = {len(value) for value in values if isinstance(value, list)}
    if len(lengths) > 1:
        raise Failure("lists of different lengths")
    rounds = lengths.pop() if lengths else 1
    budget.charge(rounds * (1 + (len(spec) >> 3 if isinstance(spec, str) else 0)))
    return [
        _format(budget, spec, *(each[at] if isinstance(each, list) else each for each in values))
        for at in range(rounds)
    ]


def _replace(budget: Budget, value: Any, wanted: Any, new: Any) -> Any:
    if isinstance(value, Unknown) or isinstance(wanted, Unknown | Text):
        return _UNKNOWN
    wanted = string(wanted)
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        if isinstance(value, Text) or isinstance(new, Unknown | Text):
            return _UNKNOWN
        return _substituted(budget, string(value), wanted[1:-1], string(new))
    new = new if isinstance(new, Unknown | Text) else string(new)
    pieces: list[Any] = []
    for piece in value.pieces if isinstance(value, Text) else (string(value),):
        if isinstance(piece, str):
            budget.charge(min(len(wanted), 200) >> 2)
            if isinstance(value, Text) and _astride(piece, wanted):
                return _UNKNOWN
            parts = piece.split(wanted) if wanted else [piece]
            pieces += [each for part in parts for each in (part, new)][:-1]
            if len(pieces) > MAX_LENGTH or len(parts) * (len(new) if isinstance(new, str) else 1) > MAX_TEXT:
                raise Exhausted("text that is too long")
        else:
            pieces.append(piece)
    return text(pieces)


def _astride(piece: str, wanted: str) -> bool:
    """Whether what is looked for may begin or end in this piece and continue in an unknown neighbour."""
    return any(piece.endswith(wanted[:at]) or piece.startswith(wanted[at:]) for at in range(1, min(len(wanted), 200)))


def _substituted(budget: Budget, value: str, pattern: str, new: str) -> str:
    found = compiled(pattern, value, budget)
    count = len(found.findall(value))
    if len(value) + count * (len(new) + len(value) * new.count("$")) > MAX_TEXT:
        raise Exhausted("text that is too long")
    return found.sub(replacement(new), value)


def _found(match: re.Match[str]) -> Any:
    """The result of regex(): the text, or what its groups hold."""
    if match.re.groupindex:
        return dict(match.groupdict())
    return list(match.groups()) if match.re.groups else match[0]


def _regex(budget: Budget, pattern: Any, value: Any) -> Any:
    match = compiled(string(pattern), string(value), budget).search(string(value))
    if match is None:
        raise Failure("the pattern is not in the text")
    return _found(match)


def _regexall(budget: Budget, pattern: Any, value: Any) -> Any:
    return [_found(match) for match in compiled(string(pattern), string(value), budget).finditer(string(value))]


def _substr(value: Any, offset: Any, length: Any) -> str:
    whole, first, count = string(value), int(number(offset)), int(number(length))
    first = max(len(whole) + first, 0) if first < 0 else first
    return whole[first:] if count < 0 else whole[first : first + count]


def _indent(spaces: Any, value: Any) -> str:
    count = int(number(spaces))
    if count * (string(value).count("\n") + 1) > MAX_TEXT:
        raise Exhausted("text that is too long")
    return string(value).replace("\n", "\n" + " " * count)


def _split(separator: Any, value: Any) -> list[str]:
    separator, value = string(separator), string(value)
    return value.split(separator) if separator else list(value)


def _title(value: Any) -> str:
    return re.sub(r"(?<![^\s])\S", lambda match: match[0].upper(), string(value))


def _starts(value: Any, prefix: Any) -> Any:
    if isinstance(value, Text) and isinstance(prefix, str):
        first = value.prefix
        return first.startswith(prefix) if len(first) >= len(prefix) or not prefix.startswith(first) else _UNKNOWN
    return (
        _UNKNOWN
        if isinstance(value, Text | Unknown) or not isinstance(prefix, str)
        else string(value).startswith(prefix)
    )


def _ends(value: Any, suffix: Any) -> Any:
    if isinstance(value, Text) and isinstance(suffix, str):
        last = value.suffix
        return last.endswith(suffix) if len(last) >= len(suffix) or not suffix.endswith(last) else _UNKNOWN
    return (
        _UNKNOWN if isinstance(value, Text | Unknown) or not isinstance(suffix, str) else string(value).endswith(suffix)
    )


_UNKNOWN = Unknown("text that is known in part")

COSTLY = {"format": _format, "formatlist": _formatlist, "replace": _replace}
COSTLY_STRICT = {"regex": _regex, "regexall": _regexall}
PARTIAL = {
    "lower": _lower, "upper": _upper, "tostring": _tostring, "join": _join, "startswith": _starts, "endswith": _ends,
}  # fmt: skip
STRICT = {
    "substr": _substr, "split": _split, "title": _title,
    "indent": _indent,
    "strcontains": lambda value, part: string(part) in string(value),
    "strrev": lambda value: string(value)[::-1],
    "chomp": lambda value: string(value).rstrip("\r\n"),
    "trim": lambda value, chars: string(value).strip(string(chars)) if string(chars) else string(value),
    "trimspace": lambda value: string(value).strip(),
    "trimprefix": lambda value, prefix: string(value).removeprefix(string(prefix)),
    "trimsuffix": lambda value, suffix: string(value).removesuffix(string(suffix)),
    "basename": lambda value: string(value).rstrip("/").rpartition("/")[2] or ("/" if string(value) else "."),
    "dirname": lambda value: _dirname(string(value)),
}  # fmt: skip


def _dirname(path: str) -> str:
    import posixpath

    return posixpath.normpath(posixpath.dirname(path) or ".")
