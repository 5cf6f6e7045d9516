"""The rows of `/etc/pam.d/*` and `/etc/pam.conf`.

Source: pam.d(5), pam.conf(5) of Linux-PAM 1.5.2, libpam/pam_handlers.c and pam_misc.c of 1.7.2 (checked 2026-11-30);
`@include` is Debian's, PAM(7) of libpam-runtime.
"""

from __future__ import annotations

import re

from msgspec import Struct

from holdfast.core.errors import FormatError
from holdfast.core.plain_text import Problem, decoded

__all__ = ["CONTROLS", "Row", "include", "read"]

SIZE = 1 << 20
ROWS = 5_000
TYPES = frozenset(("auth", "account", "password", "session"))
CONTROLS = {
    "required": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "bad"},
    "requisite": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "die"},
    "sufficient": {"success": "done", "new_authtok_reqd": "done", "default": "ignore"},
    "optional": {"success": "ok", "new_authtok_reqd": "ok", "default": "ignore"},
}
"""The four words, as what each result of a module leads to."""
_PAIRS = re.compile(r"\s*(?:[a-z_]+\s*=\s*(?:ok|done|bad|die|ignore|reset|[1-9]\d{0,8})\s*)*")
"""What stands between brackets: results and what they lead to."""
_TOKEN = re.compile(r"\[((?:[^\]\\]|\\.)*)\]|([^\s\[]\S*)")


class Row(Struct, frozen=True):
    """One row."""

    service: str
    """Which service it is for; empty in `pam.d`, where the file's name says so."""
    type: str
    """`auth`, `account`, `password`, `session`; `@include` for all of them from another file."""
    control: str
    """As written, in lower case; a bracketed one without its brackets."""
    module: str
    """The module's file name without folder and `.so`: `pam_unix`; for `include` and `substack` a file's name."""
    arguments: tuple[str, ...]
    line: int
    path: str = ""
    folder: str = ""
    """Where the module lies, with a `/` at its end, as far as the row says."""

    def action(self, result: str) -> str:
        """What a result leads to: `ok`, `done`, `bad`, `die`, `ignore`, `reset` or a number of modules to jump over."""
        pairs = CONTROLS.get(self.control) or dict(pair.partition("=")[::2] for pair in self.control.split())
        return pairs.get(result) or pairs.get("default") or "bad"


def read(
    data: bytes, path: str = "", *, services: bool = False, problems: list[Problem] | None = None
) -> tuple[Row, ...]:
    """The rows in their order; a row that is none is left out (PAM then refuses, which opens nothing).

    Such rows, and those with a control that PAM takes for a refusal, are added to `problems`. `services` says that each
    row begins with a service, as in `pam.conf`. Raises FormatError for binary text and past 1 MiB or 5,000 rows.
    """
    found: list[Row] = []
    parts: list[str] = []
    start = 1
    for line, raw in enumerate(decoded(data, SIZE).split("\n"), 1):
        start = start if parts else line
        text = raw.partition("#")[0].rstrip("\r")
        if text.endswith("\\"):
            parts.append(text[:-1])
            continue
        tokens = list(_TOKEN.finditer(" ".join([*parts, text])))
        row = _row([match[1] if match[1] is not None else match[2] for match in tokens], start, path, services)
        parts = []
        if row is not None:
            found.append(row)
        if problems is not None and tokens and (row is None or not _controlled(row)):
            what = "not a row of PAM" if row is None else f"no control of PAM: {row.control[:40]!r}"
            problems.append(Problem(start, f"{what}; whatever needs it is refused"))
        if len(found) + len(problems or ()) > ROWS:
            raise FormatError(f"more than {ROWS} rows", line=line, column=1)
    return tuple(found)


def _row(words: list[str], line: int, path: str, services: bool) -> Row | None:
    if len(words) == 2 and words[0] == "@include":
        return Row("", "@include", "include", words[1], (), line, path)
    service = words.pop(0).lower() if services and words else ""
    if len(words) < 3 or words[0].lower().lstrip("-") not in TYPES:
        return None
    control = words[1].lower()
    other = control in ("include", "substack")
    folder, slash, name = words[2].rpartition("/")
    module = words[2] if other else name.removesuffix(".so")
    where = "" if other else f"{folder}{slash}"
    return Row(service, words[0].lower().lstrip("-"), control, module, tuple(words[3:]), line, path, where)


def _controlled(row: Row) -> bool:
    """Whether PAM knows what each result of a module leads to."""
    known = row.control in CONTROLS or row.control in ("include", "substack")
    return known or ("=" in row.control and _PAIRS.fullmatch(row.control) is not None)


def include(row: Row) -> str | None:
    """The file whose rows stand in for this one, None for a module."""
    return row.module if row.control in ("include", "substack") else None
