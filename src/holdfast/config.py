"""Settings: `holdfast.yaml`, read once and handed down as frozen values."""

from __future__ import annotations

import os
import re
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from holdfast.collect.ignoring import Patterns
from holdfast.core.errors import FormatError, UsageError
from holdfast.core.rule import SEVERITIES, Severity
from holdfast.core.suppression import Directive
from holdfast.formats.yaml import Mapping, Sequence, load

FILE = "holdfast.yaml"
SHORTEST = 8
"""Characters of a fingerprint at least; fewer fit findings that nobody has seen."""
MAX_BYTES = 1 << 20
"""Longest settings file."""
Profile = Literal["ai-default", "strict", "cis"]
Exposure = Literal["public", "node", "cluster", "private", ""]
Trust = Literal["own", "datacenter", "partner", "marketplace"]
PaperType = Literal["soc2", "bridge", "iso27001", "baa"]


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


DESCRIBED = (
    *("owner", "environment", "data_class", "exposure", "purpose"),
    *("jurisdiction", "logs", "rollback", "contact"),
)
"""What can be declared of an asset."""


def fits(path: str, pattern: str) -> bool:
    """Whether a pattern means a file: as in CODEOWNERS (`cloud/`, `/a/**/b.tf`), or with `*` going across folders."""
    if fnmatchcase(path, pattern):
        return True
    rules = _compiled(pattern)
    parts = path.split("/")
    folders = ("/".join(parts[:count]) for count in range(1, len(parts)))
    return bool(rules.check(path, folder=False)) or any(rules.check(folder, folder=True) for folder in folders)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Patterns:
    return Patterns((pattern,))


class Owner(Struct, frozen=True, forbid_unknown_fields=True):
    """Who owns what, as in CODEOWNERS: the last pattern that matches wins."""

    path: str
    """Files that match: as in CODEOWNERS, or with `*` and `?`, where `*` goes across folders."""
    owner: str
    """A team or a person."""


class Described(Struct, frozen=True, forbid_unknown_fields=True):
    """What is declared of assets, as in CODEOWNERS: the last entry that matches wins, attribute by attribute."""

    asset: str = ""
    """Assets whose id matches (`*` and `?`)."""
    path: str = ""
    """Assets in files that match: as in CODEOWNERS, or with `*` and `?`, where `*` goes across folders."""
    owner: str = ""
    """A team or a person."""
    environment: str = ""
    """`production`, `staging`, `experiment`, ..."""
    data_class: str = ""
    """The class of the data that they hold or work on: `public`, `internal`, `confidential`, `restricted`, or a word
    of yours."""
    exposure: Exposure = ""
    """Who can reach them: `public`, `node`, `cluster` or `private`; what is seen counts before it."""
    purpose: str = ""
    """What they are for."""
    jurisdiction: str = ""
    """Whose law their data is under: `eu`, `us`, ..."""
    logs: str = ""
    """Where their logs are kept."""
    rollback: str = ""
    """How they are brought back to what they were: a runbook, a command."""
    contact: str = ""
    """Whom a responder calls."""

    def covers(self, asset: str, path: str) -> bool:
        """Whether both patterns, as far as they are given, match."""
        return (not self.asset or fnmatchcase(asset, self.asset)) and (not self.path or fits(path, self.path))

    def declared(self) -> dict[str, str]:
        """Attribute -> value."""
        return {name: value for name in DESCRIBED if (value := getattr(self, name))}


class Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider attests, as it lies on file."""

    type: PaperType
    """A SOC 2 Type II report, a bridge letter, an ISO 27001 certificate, a HIPAA business associate agreement."""
    until: date
    """The last day of the report's period, or of the certificate's or agreement's validity."""
    file: str
    """Where it lies."""


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a provider that machines or models are rented from."""

    name: str
    """As assets call it: `aws`, `lambda`, `runpod`, `vast`, ..."""
    trust: Trust | None = None
    """Who runs the hardware: you, an audited provider, somebody whom it vetted, or anybody."""
    jurisdiction: str = ""
    """Whose law it is under: `eu`, `us`, ..."""
    contact: str = ""
    """Whom a responder calls."""
    health_data: bool = False
    """Whether health data is processed there, which takes a business associate agreement."""
    papers: tuple[Paper, ...] = ()
    """What it attests."""


class Witness(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody elsewhere who sees to it that the ledger only grows."""

    url: str
    """Where it answers."""
    key: str
    """Its key, as `holdfast ledger witness` prints it."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of `holdfast.yaml`; the command line wins over them."""

    profile: Profile = "ai-default"
    """Which rules are asked."""
    fail_on: Severity = "high"
    """The severity from which on the exit code is 1."""
    rules: tuple[str, ...] = ()
    """Folders of your own rules, relative to this file."""
    exclude: tuple[str, ...] = ()
    """Files and folders that are not examined, as in .gitignore."""
    owners: tuple[Owner, ...] = ()
    """Who owns what; findings name the owner, and a GPU workload with one needs no label that does."""
    assets: tuple[Described, ...] = ()
    """What is declared of assets: environment, class of data, purpose, ..."""
    providers: tuple[Provider, ...] = ()
    """What is known of providers."""
    store: str = ""
    """Where runs are recorded: `postgresql://host/database`; nothing for a file in the folder of the store."""
    suppressions: tuple[Accepted, ...] = ()
    """Findings that are accepted."""
    witnesses: tuple[Witness, ...] = ()
    """Whom `holdfast ledger cosign` asks."""
    quorum: int = 0
    """How many of the witnesses must have cosigned; fewer are exit code 1."""

    def owner_of(self, path: str) -> str:
        """Who owns a file: the last entry that matches; nobody is the empty text."""
        return next((item.owner for item in reversed(self.owners) if fits(path, item.path)), "")

    def owner_of_asset(self, asset: str, *paths: str) -> str:
        """Who owns an asset by what is declared of it, with the names of its file; nobody is the empty text."""
        covering = (
            item for item in reversed(self.assets) if item.owner and any(item.covers(asset, path) for path in paths)
        )
        return next((item.owner for item in covering), "")

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
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the settings cannot be read: {error.strerror}", where=name) from error
    settings = parse_settings(data, name)
    folder = os.path.dirname(name)
    return replace(settings, rules=tuple(os.path.join(folder, rules) for rules in settings.rules))


def parse_settings(data: bytes, name: str) -> Settings:
    """The settings that a text holds; `name` is what errors call it. Raises UsageError."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"the settings are longer than {MAX_BYTES} bytes", where=name)
    try:
        document = load(data)
    except FormatError as error:
        raise UsageError(error.what, where=f"{name}:{error.line}:{error.column}", hint=error.hint) from error
    try:
        settings = msgspec.convert(_given(document), Settings, strict=False)
    except msgspec.ValidationError as error:
        line, fields = _place(document, str(error))
        raise UsageError(_plainly(str(error)), where=f"{name}:{line}", hint=_hint(str(error), fields)) from error
    for index, item in enumerate(settings.suppressions):
        if item.fingerprint and len(item.fingerprint) < SHORTEST:
            line = document["suppressions"].marks[index].line + 1
            raise UsageError(
                f"a fingerprint has at least {SHORTEST} characters, not {len(item.fingerprint)}", where=f"{name}:{line}"
            )
        if not (item.rule or item.fingerprint or item.path or item.asset):
            line = document["suppressions"].marks[index].line + 1
            raise UsageError(
                "this suppression names no finding and would silence all of them",
                where=f"{name}:{line}",
                hint="name a rule, a fingerprint, a path or an asset",
            )
    for index, entry in enumerate(settings.assets):
        if not (entry.asset or entry.path) or not entry.declared():
            line = document["assets"].marks[index].line + 1
            what = "says nothing" if entry.asset or entry.path else "names no asset"
            hint = "name a path or an asset (`*` for all), and what is to be known of it"
            raise UsageError(f"this entry {what}", where=f"{name}:{line}", hint=hint)
    if not 0 <= settings.quorum <= len(settings.witnesses):
        what = f"`quorum` is {settings.quorum}, and there are {len(settings.witnesses)} witnesses"
        raise UsageError(what, where=name, hint="a number from 0 to that of the witnesses")
    return settings


def _given(document: Any) -> Any:
    """The document without keys that have no value."""
    if isinstance(document, Mapping):
        return {key: value for key, value in document.items() if value is not None}
    return {} if document is None else document


def _place(document: Any, message: str) -> tuple[int, tuple[str, ...]]:
    """The line that a validation message speaks of, and the fields that may stand there.

    The message ends with a path such as `$.suppressions[0].until`; the deepest mark along it is the place.
    """
    steps = PATH.findall(message.rpartition(" - at `$")[2])
    unknown = message.partition("unknown field `")[2].partition("`")[0]
    value, line, fields = document, 1, Settings.__struct_fields__
    for key, index in [*steps, *([(unknown, "")] if unknown else [])]:
        if isinstance(value, Mapping) and key in value:
            line, value = value.marks[key].line + 1, value[key]
            fields = SECTIONS[key].__struct_fields__ if key in SECTIONS else fields
        elif isinstance(value, Sequence) and index:
            line, value = value.marks[int(index)].line + 1, value[int(index)]
    return line, fields


WORDS = {"array": "list", "object": "mapping", "str": "text", "int": "number", "bool": "switch", "null": "nothing"}
"""What the library calls the types of values, and what people do."""
CHOICES: dict[str, tuple[str, ...]] = {
    "profile": get_args(Profile),
    "fail_on": SEVERITIES,
    "exposure": get_args(Exposure)[:-1],
    "trust": get_args(Trust),
    "type": get_args(PaperType),
}
"""The values that fields may have."""


def _plainly(message: str) -> str:
    """A validation message with the field's name instead of a path, and words for types."""
    what, _, path = message.partition(" - at `$")
    path = path.rstrip("`")
    words = re.sub(r"`([a-z]+)(?: \| null)?`", lambda match: f"`{WORDS.get(match[1], match[1])}`", what)
    return f"{path.removeprefix('.')}: {words}" if path else words


def _hint(message: str, fields: tuple[str, ...]) -> str:
    field = message.rstrip("`").rpartition(".")[2]
    if "date" in message:
        return "a day is written as 2027-01-31"
    if field in CHOICES and "enum" in message:
        return f"one of {', '.join(CHOICES[field])}"
    return f"the fields are {', '.join(fields)}"


PATH = re.compile(r"\.(\w+)|\[(\d+)\]", re.ASCII)
SECTIONS: dict[str, type[Struct]] = {
    "suppressions": Accepted,
    "owners": Owner,
    "assets": Described,
    "providers": Provider,
    "papers": Paper,
}
"""The fields of the settings that hold lists of other structs."""
