"""Version floors: is this version below the first one that fixes what is known?

A `FloorTable` holds one row per advisory, never merged, because each has a severity and a branch
map of its own. `below` gives one of three answers; "fixed" needs a table that is still fresh,
while "below" stays true however old the table is.

Blind spot: a distribution may ship the fix as a patch under a lower upstream number
(`0.5.15-4ubuntu0.1`). Only the upstream part is compared, so such a package reads as below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

__all__ = [
    "Advisory",
    "EndOfLife",
    "FloorTable",
    "Scheme",
    "Source",
    "Verdict",
    "Version",
    "below",
    "parse_version",
]

Scheme = Literal["numeric", "calendar", "driver", "build", "release", "paired"]
"""How a component spells its versions; `parse_version` says what each one accepts."""
Severity = Literal["low", "medium", "high", "critical"]

MAX_TEXT = 1024
"""Characters; nothing longer is a version, so longer text is not looked at."""
_LAST = 10**9
"""Above every number that parses: the patch release after all others."""
ANY = "*"
"""The branch key that covers every branch without a key of its own."""

_WORST_FIRST = {"critical": 0, "high": 1, "medium": 2, "low": 3}
_END = (0, 0)
"""Closes the stages of a version: what sorts below it is a pre-release, what sorts above a post-release."""
_STAGES = {
    "dev": -5,
    "nightly": -5,
    "snapshot": -5,
    "canary": -5,
    "alpha": -4,
    "a": -4,
    "beta": -3,
    "b": -3,
    "preview": -2,
    "pre": -2,
    "c": -2,
    "rc": -2,
    "post": 1,
}
_MAX_STAGES = 3

_NUMBERS = re.compile(r"(?:[0-9]{1,4}:)?[vVr]?([0-9]{1,9}(?:\.[0-9]{1,9}){0,5})")
# One-letter stages count only when glued to the number: `-a100` and `-b200` are GPUs, not previews.
_STAGE = re.compile(
    r"(?:[-._~+]?(dev|nightly|snapshot|canary|alpha|beta|preview|pre|rc|post)|(a|b|c))[-._]?([0-9]{0,9})(?![0-9a-zA-Z])",
    re.IGNORECASE,
)
_DRIVER = re.compile(r"v?([3-9][0-9]{2}(?:\.[0-9]{1,4}){1,2})(?![0-9a-zA-Z.])")
_BUILD = re.compile(r"(?:[a-z0-9]+-){0,4}b([0-9]{1,9})(?![0-9a-zA-Z])")
_RELEASE = re.compile(r"RELEASE\.([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2})-([0-9]{2})-([0-9]{2})Z(?![0-9a-zA-Z])")


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a row was read: a title for people and an id or address that finds it again."""

    title: str
    ref: str


class Advisory(Struct, frozen=True, forbid_unknown_fields=True):
    """One published vulnerability of one component."""

    id: str
    """CVE number, or the vendor's bulletin number where there is no CVE."""
    title: str
    """What goes wrong, in our own words."""
    severity: Severity
    """As the vendor, NVD or GHSA rates it, unless `rating` says otherwise."""
    fixed: Mapping[str, str]
    """Branch -> first fixed version; `*` covers the other branches; empty means that no fix is known."""
    source: Source
    checked: date
    """The day on which the row was compared with its source."""
    confidence: Literal["confirmed", "secondary"]
    """`secondary`: no primary source (vendor, GHSA, OSV, NVD, the project itself) was seen."""
    introduced: str | None = None
    """First affected version; none means all earlier ones."""
    unaffected: tuple[str, ...] = ()
    """Branches that never had the flaw."""
    rating: Literal["published", "ours"] = "published"
    """`ours`: no published score was at hand; the severity is read from the advisory's text."""


class EndOfLife(Struct, frozen=True, forbid_unknown_fields=True):
    """A branch that gets no more fixes from `since` on: every version of it is below the floor."""

    branch: str
    since: date
    source: Source


class FloorTable(Struct, frozen=True, forbid_unknown_fields=True):
    """The floors of one component, decoded from plain dicts with `msgspec.convert`.

    Raises `msgspec.ValidationError` there when a row is malformed or names a version that the
    scheme cannot read.
    """

    component: str
    scheme: Scheme
    advisories: tuple[Advisory, ...]
    maximum_age_days: Annotated[int, Meta(ge=1, le=730)]
    """Days after `sources_until` during which "fixed" may be said."""
    checked: date
    """The day on which somebody last went through the table."""
    sources_until: date
    """The day up to which the sources were seen; a later advisory cannot be in the table."""
    aliases: tuple[str, ...] = ()
    """Image names, without registry, whose tag carries this component's version."""
    tag_prefixes: tuple[str, ...] = ()
    """Text that some tags put in front of the version (`lab-4.2.5`)."""
    branches: tuple[str, ...] = ()
    """Known branches beyond those that an advisory or `eol_branches` names."""
    eol_branches: tuple[EndOfLife, ...] = ()

    def __post_init__(self) -> None:
        """Refuse, while decoding, versions and branches that could not be compared later."""
        ids = [a.id for a in self.advisories]
        if len(set(ids)) < len(ids):
            raise ValueError(f"{self.component}: an advisory is listed twice")
        for advisory in self.advisories:
            for text in (*advisory.fixed.values(), *filter(None, [advisory.introduced])):
                _own(self, text)
        for branch in _named_branches(self):
            _numbers(branch)


class Version(Struct, frozen=True):
    """A parsed version; compare `key`, in which 1.2 and 1.2.0 are the same."""

    text: str
    parts: tuple[int, ...]
    """The numbers as written; a tag such as `7.2` has two and floats over its patches."""
    key: tuple[tuple[int, ...], tuple[tuple[int, int], ...]]
    """The numbers without trailing zeros, then (rank, number) for each stage, closed by (0, 0)."""


class Verdict(Struct, frozen=True):
    """The answer about one version."""

    state: Literal["below", "fixed", "unknown"]
    reason: str = ""
    """Why the answer is unknown, or that the branch is at its end of life."""
    advisories: tuple[Advisory, ...] = ()
    """Those that apply, the most severe first, then by id."""
    fixed_version: str | None = None
    """The lowest version that none of them touches, on the same branch where there is one."""
    unconfirmed: tuple[Advisory, ...] = ()
    """Rows from secondary sources that would apply but were left out of `state`."""


def parse_version(scheme: Scheme, text: str) -> Version | None:
    """Read a version or an image tag; None when `text` is not a version of that scheme.

    - numeric: `1.17.8-ubuntu20.04`, `v0.8.5.post1`, `1.4.0-rc.3`, `1:2.3-4+deb12u1`
    - calendar: `25.07-py3`, `r26.03` (year 15 to 99, month 1 to 12)
    - driver: NVIDIA's Linux drivers, `535.309.01`; other vendors' small numbers are refused
    - build: llama.cpp's `b5000`, also as `server-cuda-b5000`
    - release: MinIO's `RELEASE.2025-09-07T16-13-09Z`
    - paired: the second of two versions, `4.5.3-4.8.2-ubuntu22.04` (dcgm-exporter); one alone is taken as it

    Words after the number that name no stage (`-py310-gpu`) are variants and do not count.
    """
    if len(text) > MAX_TEXT:
        return None
    return _PARSERS[scheme](text.strip())


def below(table: FloorTable, version_text: str, today: date, *, include_secondary: bool = False) -> Verdict:
    """Compare a version with the table; `include_secondary` lets unconfirmed rows count as well."""
    version = parse_version(table.scheme, _without_prefix(table, version_text))
    if version is None:
        return Verdict("unknown", f"`{version_text[:40]}` names no version of {table.component}")
    stale = (today - table.sources_until).days > table.maximum_age_days
    # That no fix is known yet is the one fact of a row that ages: a fix may have come since.
    rows = [a for a in table.advisories if a.fixed or not stale]
    counted = [a for a in rows if include_secondary or a.confidence == "confirmed"]
    unconfirmed = _sorted(a for a in rows if a not in counted and _applies(table, a, version))
    decisive = _sorted(a for a in counted if _applies(table, a, version))
    ended = _ended(table, version, today)
    if ended is None and (doubt := _doubt(table, counted, version, today)):
        return Verdict("unknown", doubt, unconfirmed=unconfirmed)
    if decisive or ended is not None:
        reason = f"branch {ended.branch} gets no fixes since {ended.since.isoformat()}" if ended else ""
        return Verdict("below", reason, decisive, _first_clean(table, counted, version, today), unconfirmed)
    if stale:
        reason = f"the table's sources end on {table.sources_until.isoformat()}"
        return Verdict("unknown", reason, unconfirmed=unconfirmed)
    return Verdict("fixed", unconfirmed=unconfirmed)


def _applies(table: FloorTable, advisory: Advisory, version: Version) -> bool:
    """True when `version` is in the range that the advisory names."""
    if advisory.introduced is not None and version.key < _own(table, advisory.introduced).key:
        return False
    if _branch_of(advisory.unaffected, version) is not None:
        return False
    branch = _branch_of(advisory.fixed, version)
    if branch is not None or ANY in advisory.fixed:
        return version.key < _own(table, advisory.fixed[branch or ANY]).key
    # No fix on its own branch: affected while a higher branch needed one, or while none has any.
    return not advisory.fixed or bool(_higher(table, [advisory], version))


def _first_clean(table: FloorTable, rows: list[Advisory], version: Version, today: date) -> str | None:
    """Climb from fix to fix until no row applies and the branch is alive; None if that never happens."""
    at = version
    while True:
        steps = [_next_fix(table, a, at) for a in rows if _applies(table, a, at)]
        if _ended(table, at, today) is not None:
            alive = (v for v in _higher(table, rows, at) if _ended(table, v, today) is None)
            steps.append(min(alive, key=_key, default=None))
        if not steps:
            return at.text
        climbed = [step for step in steps if step is not None]
        if len(climbed) < len(steps):
            return None
        at = max(climbed, key=_key)


def _next_fix(table: FloorTable, advisory: Advisory, version: Version) -> Version | None:
    """The first fixed version after `version`: on its branch, else the nearest higher one."""
    branch = _branch_of(advisory.fixed, version)
    if branch is not None:
        return _own(table, advisory.fixed[branch])
    return min(_higher(table, [advisory], version), key=_key, default=None)


def _higher(table: FloorTable, rows: Iterable[Advisory], version: Version) -> list[Version]:
    fixes = (_own(table, text) for row in rows for text in row.fixed.values())
    return [fix for fix in fixes if fix.key > version.key]


def _doubt(table: FloorTable, rows: list[Advisory], version: Version, today: date) -> str:
    """Why nothing can be said about the version: it floats, or its branch is unknown; empty if neither."""
    named = _named_branches(table)
    if _branch_of(named, version) is None and any(a.fixed and ANY not in a.fixed for a in table.advisories):
        return f"the branch of {version.text} is not in the table"
    answers = {
        _ended(table, one, today) is not None or any(_applies(table, a, one) for a in rows)
        for one in _completions(table, named, version)
    }
    return f"{version.text} names no patch release, and those of its branch differ" if len(answers) > 1 else ""


def _completions(table: FloorTable, named: Iterable[str], version: Version) -> list[Version]:
    """The corner cases of what a short tag such as `7.2` or `7` may stand for; else the version itself."""
    if table.scheme not in ("numeric", "paired") or len(version.parts) > 2 or len(version.key[1]) > 1:
        return [version]
    inside = [_numbers(b) for b in named if _numbers(b)[: len(version.parts)] == version.parts]
    stems = [version.parts, *inside]
    return [version, *(_version(version.text, (*stem, end)) for stem in stems for end in (0, _LAST))]


def _named_branches(table: FloorTable) -> set[str]:
    named = {b for a in table.advisories for b in (*a.fixed, *a.unaffected)}
    return (named | {*table.branches} | {e.branch for e in table.eol_branches}) - {ANY}


def _ended(table: FloorTable, version: Version, today: date) -> EndOfLife | None:
    over = {e.branch: e for e in table.eol_branches if today >= e.since}
    branch = _branch_of(over, version)
    return None if branch is None else over[branch]


def _branch_of(branches: Iterable[str], version: Version) -> str | None:
    """The longest branch whose numbers begin the version's."""
    own = [b for b in branches if b != ANY and version.parts[: len(_numbers(b))] == _numbers(b)]
    return max(own, key=lambda b: len(_numbers(b)), default=None)


def _numbers(branch: str) -> tuple[int, ...]:
    return tuple(int(part) for part in branch.split("."))


def _own(table: FloorTable, text: str) -> Version:
    """A version that the table itself names; one that does not parse is a defect of the data."""
    version = parse_version(table.scheme, text)
    if version is None:
        raise ValueError(f"{table.component}: {text!r} is not a {table.scheme} version")
    return version


def _without_prefix(table: FloorTable, text: str) -> str:
    for prefix in table.tag_prefixes:
        if text.startswith(prefix):
            return text[len(prefix) :]
    return text


def _sorted(advisories: Iterable[Advisory]) -> tuple[Advisory, ...]:
    return tuple(sorted(advisories, key=lambda a: (_WORST_FIRST[a.severity], a.id)))


def _key(version: Version) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    return version.key


def _version(text: str, parts: tuple[int, ...], stages: tuple[tuple[int, int], ...] = ()) -> Version:
    size = len(parts)
    while size > 1 and parts[size - 1] == 0:
        size -= 1
    return Version(text, parts, (parts[:size], (*stages, _END)))


def _parse_numeric(text: str) -> Version | None:
    match = _NUMBERS.match(text)
    if match is None:
        return None
    parts = _numbers(match[1])
    at = match.end()
    stages: list[tuple[int, int]] = []
    while len(stages) < _MAX_STAGES and (stage := _STAGE.match(text, at)) is not None:
        stages.append((_STAGES[(stage[1] or stage[2]).lower()], int(stage[3] or 0)))
        at = stage.end()
    # `2f3a9c1` is a commit and `2024-05-01` a day: neither is a version.
    if parts[0] >= 1000 or (at < len(text) and text[at] not in "-+_.~"):
        return None
    return _version(text, parts, tuple(stages))


def _parse_calendar(text: str) -> Version | None:
    version = _parse_numeric(text)
    if version is None or len(version.parts) < 2:
        return None
    year, month = version.parts[:2]
    return version if 15 <= year <= 99 and 1 <= month <= 12 else None


def _parse_driver(text: str) -> Version | None:
    match = _DRIVER.match(text)
    return None if match is None else _version(text, _numbers(match[1]))


def _parse_build(text: str) -> Version | None:
    match = _BUILD.match(text)
    return None if match is None else _version(text, (int(match[1]),))


def _parse_release(text: str) -> Version | None:
    match = _RELEASE.match(text)
    return None if match is None else _version(text, tuple(int(part) for part in match.groups()))


def _parse_paired(text: str) -> Version | None:
    first, dash, rest = text.partition("-")
    if _parse_numeric(first) is None:
        return None
    second = _parse_numeric(rest) if dash else None
    # `4.5.3-1-ubuntu22.04` has a build number, not a second version.
    return second if second is not None and len(second.parts) > 1 else _parse_numeric(text)


_PARSERS: Mapping[Scheme, Callable[[str], Version | None]] = {
    "numeric": _parse_numeric,
    "calendar": _parse_calendar,
    "driver": _parse_driver,
    "build": _parse_build,
    "release": _parse_release,
    "paired": _parse_paired,
}
