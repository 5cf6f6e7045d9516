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
MARKER = b"oldfast:"
"""What a file holds that has a suppression, or what somebody may have meant to be one."""
NAME = "holdfast:ignore"
MEANT = re.compile(r"holdfast:[ \t]?ignore", re.IGNORECASE)
COMMENT = re.compile(NAME + r"(?P<file>-file)?\[(?P<rules>[^\]\r\n]{0,400})\][ \t:]*(?P<text>[^\r\n]{0,500})")
RULE = re.compile(r"[a-z0-9-]{1,80}")
UNTIL = re.compile(
    r"[ \t,;]*[(]?\buntil(?:[ \t]*[=:][ \t]*(?P<set>[^ \t]+)|[ \t]+(?P<said>\d[^ \t]*))[ \t]*$",
    re.ASCII | re.IGNORECASE,
)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
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
    trouble: str = ""
    """What is wrong with the way it is written; it then has no effect."""

    @property
    def where(self) -> str:
        """Where it stands, for messages."""
        if self.by == "settings":
            return "suppressions in the settings"
        if self.by == "annotation":
            return f"{self.path}, annotation of {self.asset.rpartition('/')[2]}"
        return f"{self.path}:{self.line}" if self.line else self.path

    def covers(self, finding: Finding, elsewhere: Callable[[str], str] = str) -> bool:
        """Whether it speaks of a finding, its reason and date aside; `elsewhere` gives a path its other name."""
        place = finding.location
        return (
            self.rule in ("", finding.rule)
            and finding.fingerprint.startswith(self.fingerprint)
            and (self._names(self.path, place.path) or self._names_elsewhere(place.path, elsewhere))
            and (not self.line or place.line in (self.line, self.line + 1))
            and self._names(self.asset, finding.asset)
        )

    def _names_elsewhere(self, path: str, elsewhere: Callable[[str], str]) -> bool:
        """Whether settings, which may lie elsewhere, mean a path by its other name."""
        return self.by == "settings" and self._names(self.path, elsewhere(path))

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
        meant = MEANT.search(line)
        if meant is None or not _commented(line[: meant.start()]):
            continue
        match = COMMENT.match(line, meant.start())
        if match is None or MEANT.search(match["text"]):
            yield Directive(
                "comment", "", path=path, line=number, trouble=f"write `{NAME}[rule-id] reason`, once a line"
            )
            continue
        reason, until = _dated(match["text"])
        for rule in (part.strip() for part in match["rules"].split(",")):
            trouble = "" if RULE.fullmatch(rule) else f"`{rule}` is no rule id; `{NAME}[rule-id] reason` is the form"
            place = 0 if match["file"] and not trouble else number
            yield Directive("comment", reason, rule, until, path=path, line=place, trouble=trouble)


def _commented(before: str) -> bool:
    """Whether what stands before a marker opens a comment: `#` or `//` outside of quotes, others at the start."""
    if before.lstrip().startswith((";", "//", "/*", "<!--")):
        return True
    quote, last = "", " "
    for char in before:
        if quote:
            quote = "" if char == quote and last != "\\" else quote
        elif char in "'\"" and not last.isalnum():
            quote = char
        elif (char == "#" and last.isspace()) or (char == "/" and last == "/" and "://" not in before):
            return True
        last = char
    return False


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
    if match is None:
        return text.strip(" \t-"), ""
    return text[: match.start()].strip(" \t-"), (match["set"] or match["said"]).strip(".,;()")


def apply(
    findings: Sequence[Finding],
    directives: Iterable[Directive],
    today: date,
    judged: Callable[[Directive], bool] = lambda directive: True,
    known: Callable[[str], bool] = lambda rule: True,
    elsewhere: Callable[[str], str] = str,
) -> tuple[list[Finding], list[Notice]]:
    """The findings, with what covers them, and what is to be said about the directives.

    `judged` says whether this check could have needed a directive at all; only then is it missed. `known` says
    whether there is a rule of that id. `elsewhere` gives a path the name that it has in its repository.
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
        covering = [directive for directive in valid if directive.covers(finding, elsewhere)]
        used.update(covering)
        first = Suppression(covering[0].reason, covering[0].by, covering[0].until) if covering else None
        result.append(replace(finding, suppressed=first))
    # An annotation speaks of all assets that its object shows; one that needs it is enough.
    needed = {replace(directive, asset="") for directive in used if directive.by == "annotation"}
    missed = (directive for directive in valid if directive not in used and replace(directive, asset="") not in needed)
    for directive in missed:
        missing = bool(directive.rule) and not known(directive.rule)
        if directive.by != "baseline" and (missing or judged(directive)):
            why = "names a rule that there is not" if missing else "is not needed any more"
            notices.append(Notice(directive.where, f"the suppression of {_subject(directive)} {why}"))
    return result, notices


def _subject(directive: Directive) -> str:
    return directive.rule or directive.fingerprint or directive.asset or directive.path


def _trouble(directive: Directive, today: date) -> str:
    if directive.trouble:
        return f"not understood as a suppression: {directive.trouble}"
    subject = _subject(directive)
    if not directive.reason:
        return f"the suppression of {subject} gives no reason and has no effect"
    if " until=" in f" {directive.reason.lower()}":
        return f"the suppression of {subject} has its date inside the reason: write `until=YYYY-MM-DD` last"
    if not directive.until:
        return ""
    try:
        ended = date.fromisoformat(directive.until) < today if DATE.fullmatch(directive.until) else None
    except ValueError:
        ended = None
    if ended is None:
        return f"the suppression of {subject} names a date that is none: {directive.until}; write until=YYYY-MM-DD"
    return f"the suppression of {subject} ended on {directive.until}" if ended else ""
