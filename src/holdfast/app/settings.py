"""The uses of `holdfast.yaml`: read it, write a first one, add a suppression to it."""

from __future__ import annotations

import json
import os
from datetime import date

from msgspec import Struct

from holdfast.config import FILE, Accepted, Owner, Settings, read_settings
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding

__all__ = ["FILE", "SECTIONS", "Settings", "accept", "init", "read_settings"]

SECTIONS: dict[str, type[Struct]] = {
    "The file": Settings,
    "An entry of `suppressions`": Accepted,
    "An entry of `owners`": Owner,
}
"""The parts of the settings file, for the reference."""
FIRST = """\
# Settings of holdfast for this repository; `holdfast check` reads it.
profile: ai-default        # ai-default, strict or cis
fail_on: high              # the severity from which on `holdfast check` exits 1
# rules: [security/rules]  # folders of your own rules
exclude: []                # what is not examined, as in .gitignore
owners: []                 # - {path: "deploy/*", owner: platform-team}; the last match wins
suppressions: []           # - {rule: ..., path: ..., reason: ..., until: 2027-01-31}
"""


def init(path: str = FILE) -> None:
    """Writes a first settings file. Raises UsageError when there is one already."""
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(FIRST)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already", hint="edit it; this command never overwrites") from error
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=path) from error


def accept(finding: Finding, reason: str, until: date | None, path: str = FILE) -> None:
    """Adds a suppression of one finding to the settings. Raises UsageError."""
    if not reason.strip():
        raise UsageError("a suppression needs a reason", hint='--reason "why this is acceptable"')
    fields = [f"fingerprint: {finding.fingerprint}", f"rule: {finding.rule}", f"reason: {json.dumps(reason)}"]
    if until is not None:
        fields.append(f"until: {until.isoformat()}")
    entry = f"  - {{{', '.join(fields)}}}\n"
    text = ""
    if os.path.exists(path):
        read_settings(path)  # a file that cannot be read must not be edited
        with open(path, encoding="utf-8") as file:
            text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(_with_entry(text, entry))
    read_settings(path)


def _with_entry(text: str, entry: str) -> str:
    """The settings' text with one more suppression; comments and order stay."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.startswith("suppressions:"):
            head, _, comment = line.partition("#")
            if "[]" in head:
                lines[number] = "suppressions:" + (f"  # {comment.strip()}" if comment else "") + "\n"
            elif head.split(":", 1)[1].strip():
                raise UsageError("`suppressions` is written on one line", hint="write it as a block list first")
            return "".join([*lines[: number + 1], entry, *lines[number + 1 :]])
    if text and not text.endswith("\n"):
        text += "\n"
    return f"{text}suppressions:\n{entry}"
