"""The uses of `holdfast.yaml`: read it, write a first one, add a suppression to it."""

from __future__ import annotations

import json
import os
import re
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from holdfast.config import (
    FILE,
    Accepted,
    Described,
    Owner,
    Paper,
    Provider,
    Settings,
    Witness,
    parse_settings,
    read_settings,
)
from holdfast.core.errors import UsageError
from holdfast.core.finding import Finding

__all__ = ["FILE", "SECTIONS", "Settings", "accept", "init", "read_settings"]

SECTIONS: dict[str, type[Struct]] = {
    "The file": Settings,
    "An entry of `suppressions`": Accepted,
    "An entry of `owners`": Owner,
    "An entry of `assets`": Described,
    "An entry of `providers`": Provider,
    "An entry of a provider's `papers`": Paper,
    "An entry of `witnesses`": Witness,
}
"""The parts of the settings file, for the reference."""
FIRST = """\
# Settings of holdfast for this repository; `holdfast check` reads it.
profile: ai-default        # ai-default, strict or cis
fail_on: high              # the severity from which on `holdfast check` exits 1
# rules: [security/rules]  # folders of your own rules
exclude: []                # what is not examined, as in .gitignore
owners: []                 # - {path: "deploy/*", owner: platform-team}; the last match wins
assets: []                 # - {asset: "bucket/*", data_class: internal, environment: production, purpose: ...}
providers: []              # - {name: lambda, papers: [{type: soc2, until: 2026-09-30, file: papers/lambda.pdf}]}
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


def accept(finding: Finding, reason: str, until: date | None, today: date, path: str = FILE) -> None:
    """Adds a suppression of one finding to the settings. Raises UsageError; the file is then as it was."""
    if not reason.strip():
        raise UsageError("a suppression needs a reason", hint='--reason "why this is acceptable"')
    if until is not None and until < today:
        raise UsageError(f"{until} is over, the suppression would have no effect")
    if finding.suppressed is not None:
        raise UsageError(f"it is accepted already, by {finding.suppressed.by}: {finding.suppressed.reason}")
    fields = [f'fingerprint: "{finding.fingerprint}"', f"rule: {finding.rule}"]
    fields.append(f"reason: {json.dumps(reason.strip(), ensure_ascii=False)}")
    if until is not None:
        fields.append(f"until: {until.isoformat()}")
    text = ""
    before = Settings()
    if os.path.exists(path):
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the settings cannot be read: {error}", where=path) from error
        before = parse_settings(text.encode(), path)
    edited = with_entry(text, f"{{{', '.join(fields)}}}")
    if not _adds_one(edited, before, path):
        hint = f"add it by hand: {{{', '.join(fields)}}}"
        raise UsageError("`suppressions` is not written as a plain list of lines", where=path, hint=hint)
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(edited)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=path) from error


def _adds_one(edited: str, before: Settings, path: str) -> bool:
    """Whether an edited text is the settings as they were with one suppression more."""
    try:
        after = parse_settings(edited.encode(), path)
    except UsageError:
        return False
    kept = after.suppressions[1:]
    return replace(after, suppressions=kept) == before and len(after.suppressions) == len(before.suppressions) + 1


def with_entry(text: str, entry: str) -> str:
    """The settings' text with one more suppression, the first of the list; comments and order stay."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    at = next((number for number, line in enumerate(lines) if line.startswith("suppressions:")), None)
    if at is None:
        return "".join([*lines, f"suppressions:\n  - {entry}\n"])
    lines[at] = re.sub(r"^suppressions:[ \t]*\[[ \t]*\]", "suppressions:", lines[at])
    items = (line for line in lines[at + 1 :] if line.strip() and not line.lstrip().startswith("#"))
    first = next(items, "")
    indent = first[: len(first) - len(first.lstrip())] if first.lstrip().startswith("- ") else "  "
    lines.insert(at + 1, f"{indent}- {entry}\n")
    return "".join(lines)
