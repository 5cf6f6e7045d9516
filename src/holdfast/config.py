"""Settings: `holdfast.yaml`, read once and handed down as frozen values."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from holdfast.core.errors import FormatError, UsageError
from holdfast.core.rule import Severity
from holdfast.core.suppression import Directive
from holdfast.formats.yaml import Mapping, load

FILE = "holdfast.yaml"


class Accepted(Struct, frozen=True, forbid_unknown_fields=True):
    """A suppression in the settings."""

    reason: str
    """Why it is accepted; without it the suppression has no effect."""
    rule: str = ""
    """Only findings of this rule."""
    fingerprint: str = ""
    """Only the finding with this fingerprint, or one that starts so."""
    path: str = ""
    """Only in files that match (`*` and `?`)."""
    asset: str = ""
    """Only about assets whose id matches (`*` and `?`)."""
    until: date | None = None
    """The last day on which it holds."""


class Owner(Struct, frozen=True, forbid_unknown_fields=True):
    """Who owns what, as in CODEOWNERS: the last pattern that matches wins."""

    path: str
    """Files that match."""
    owner: str
    """A team or a person."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of `holdfast.yaml`; the command line wins over them."""

    profile: str = "ai-default"
    """Which rules are asked: `ai-default`, `strict` or `cis`."""
    fail_on: Severity = "high"
    """The severity from which on the exit code is 1."""
    rules: tuple[str, ...] = ()
    """Folders of your own rules, relative to this file."""
    exclude: tuple[str, ...] = ()
    """Files and folders that are not examined, as in .gitignore."""
    owners: tuple[Owner, ...] = ()
    """Who owns what."""
    suppressions: tuple[Accepted, ...] = ()
    """Findings that are accepted."""

    def directives(self) -> list[Directive]:
        """The suppressions, as the check applies them."""
        return [
            Directive(
                "settings",
                item.reason.strip(),
                item.rule,
                item.until.isoformat() if item.until else "",
                item.fingerprint,
                item.path,
                0,
                item.asset,
            )
            for item in self.suppressions
        ]


def read_settings(path: str = "") -> Settings:
    """The settings at `path`, or those of the current folder if there are any, or the defaults.

    Raises UsageError with the file, the line and the field.
    """
    name = path or FILE
    if not path and not os.path.exists(name):
        return Settings()
    try:
        with open(name, "rb") as file:
            document = load(file.read(1 << 20))
    except OSError as error:
        raise UsageError(f"the settings cannot be read: {error.strerror}", where=name) from error
    except FormatError as error:
        raise UsageError(error.what, where=f"{name}:{error.line}:{error.column}", hint=error.hint) from error
    try:
        return msgspec.convert(document if document is not None else {}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(str(error), where=f"{name}:{_line(document, str(error))}", hint=FIELDS) from error


def _line(document: Any, message: str) -> int:
    """The line of the field that a validation message names."""
    key = message.rpartition("$.")[2].partition("`")[0].partition("[")[0] if "$." in message else ""
    unknown = message.partition("unknown field `")[2].partition("`")[0]
    marks = document.marks if isinstance(document, Mapping) else {}
    mark = marks.get(unknown) or marks.get(key)
    return mark.line + 1 if mark is not None else 1


FIELDS = f"the fields are {', '.join(Settings.__struct_fields__)}"
