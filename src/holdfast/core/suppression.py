"""Suppressions: which findings do not count, why, and until when.

A suppression without a reason or past its date has no effect and is reported, as is one that nothing needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from holdfast.core.asset import Asset
from holdfast.core.finding import Finding, Suppression

By = Literal["comment", "annotation", "settings", "baseline"]
COMMENT = re.compile(r"holdfast:ignore(?P<file>-file)?\[(?P<rule>[a-z0-9-]{1,80})\][ \t:]*(?P<text>[^\r\n]{0,500})")
UNTIL = re.compile(r"[ \t]*[(]?\buntil[= :]+(\d{4}-\d\d-\d\d)[)]?[ \t]*$", re.ASCII)
MARKER = b"holdfast:ignore"
MAX_ANNOTATION = 4096
ANNOTATION = "holdfast/ignore"
"""The annotation: one `rule-id: reason` a line (or parted by `;`)."""


class Directive(Struct, frozen=True):
    """One suppression as somebody wrote it; empty fields match everything."""

    by: By
    reason: str
    rule: str = ""
    until: str = ""
    """ISO date."""
    fingerprint: str = ""
    """A fingerprint or the start of one, at least 8 characters."""
    path: str = ""
    """A file; in settings with `*` and `?`."""
    line: int = 0
    """For a comment: it speaks of its own line and the next; 0 of the whole file."""
    asset: str = ""
    """An asset id; in settings with `*` and `?`."""

    @property
    def where(self) -> str:
        """Where it stands, for messages."""
        return f"{self.path}:{self.line}" if self.line else self.path or self.asset or self.fingerprint or self.by

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of a finding, its reason and date aside."""
        place = finding.location
        return (
            self.rule in ("", finding.rule)
            and finding.fingerprint.startswith(self.fingerprint)
            and self._names(self.path, place.path)
            and (not self.line or place.line in (self.line, self.line + 1))
            and self._names(self.asset, finding.asset)
        )

    def _names(self, pattern: str, name: str) -> bool:
        """Whether a pattern fits; only settings have patterns, elsewhere hostile names could pretend to be one."""
        return not pattern or pattern == name or (self.by == "settings" and fnmatchcase(name, pattern))


class Notice(Struct, frozen=True):
    """Something about the suppressions that their authors should know."""

    where: str
    what: str


def comments(text: str, path: str) -> Iterator[Directive]:
    """The suppressions in the comments of a file."""
    for number, line in enumerate(text.splitlines(), 1):
        match = COMMENT.search(line)
        if match is not None:
            reason, until = _dated(match["text"])
            yield Directive("comment", reason, match["rule"], until, path=path, line=0 if match["file"] else number)


def annotation(text: str) -> Iterator[tuple[str, str]]:
    """The (rule id, text after it) pairs in an annotation of an object."""
    for part in re.split(r"[\n;]", text[:MAX_ANNOTATION]):
        rule, _, rest = part.strip().partition(":")
        if rule:
            yield rule.strip(), rest.strip()


def carried(asset: Asset) -> Iterator[Directive]:
    """The suppressions that an asset's source carries for it."""
    for rule, text in asset.suppressions:
        reason, until = _dated(text)
        yield Directive("annotation", reason, rule, until, path=asset.path, asset=asset.id)


def _dated(text: str) -> tuple[str, str]:
    text = text.rstrip(" \t-*/#>")  # what closes a comment
    match = UNTIL.search(text)
    return (text[: match.start()].strip(" \t-"), match[1]) if match else (text.strip(" \t-"), "")


def apply(
    findings: Sequence[Finding],
    directives: Iterable[Directive],
    today: date,
    judged: Callable[[Directive], bool] = lambda directive: True,
) -> tuple[list[Finding], list[Notice]]:
    """The findings, with what covers them, and what is to be said about the directives.

    `judged` says whether this check could have needed a directive at all; only then is it missed.
    """
    notices: list[Notice] = []
    valid: list[Directive] = []
    for directive in directives:
        trouble = _trouble(directive, today)
        if trouble:
            notices.append(Notice(directive.where, trouble))
        else:
            valid.append(directive)
    used: set[Directive] = set()
    result = []
    for finding in findings:
        covering = [directive for directive in valid if directive.covers(finding)]
        used.update(covering)
        first = Suppression(covering[0].reason, covering[0].by, covering[0].until) if covering else None
        result.append(replace(finding, suppressed=first))
    # An annotation speaks of all assets that its object shows; one that needs it is enough.
    needed = {replace(directive, asset="") for directive in used if directive.by == "annotation"}
    missed = (directive for directive in valid if directive not in used and replace(directive, asset="") not in needed)
    for directive in missed:
        if directive.by != "baseline" and judged(directive):
            subject = directive.rule or directive.fingerprint or "everything"
            notices.append(Notice(directive.where, f"the suppression of {subject} is not needed any more"))
    return result, notices


def _trouble(directive: Directive, today: date) -> str:
    subject = directive.rule or directive.fingerprint or "everything"
    if not directive.reason:
        return f"the suppression of {subject} gives no reason and has no effect"
    try:
        if directive.until and date.fromisoformat(directive.until) < today:
            return f"the suppression of {subject} ended on {directive.until}"
    except ValueError:
        return f"the suppression of {subject} names a date that is none: {directive.until}"
    return ""
