"""Hides credentials in what leaves the process: excerpts of sources, and texts that decided."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from msgspec import Struct
from msgspec.structs import replace

from holdfast.core.asset import Asset
from holdfast.core.fact import Secret
from holdfast.core.finding import Finding
from holdfast.engine.floors import EVIDENCE
from holdfast.formats.servers.masking import HIDDEN, holds_secret, is_literal, names_secret, shown
from holdfast.kinds.server import FileSecret
from holdfast.kinds.stored_secret import SecretEntry

WORD = re.compile(r"[A-Za-z_][\w.-]{1,80}", re.ASCII)
GIVEN = re.compile(
    r"""["']?[ \t]{0,8}(?P<sign>[=:,]|[ \t])[ \t]{0,8}"""
    r"""(?:"(?P<double>[^"]*)"?|'(?P<single>[^']*)'?|(?P<bare>[^\s"'{[&|>!*][^\s"']*))"""
)
"""What follows a name: an equals sign, a colon, a comma or a space, and a value, quoted or not."""
INSTRUCTION = re.compile(r"\s*(?:ENV|ARG)\s*", re.IGNORECASE)
"""The instructions of a Dockerfile that give a variable a value behind a space."""
TOKEN = re.compile(
    r"\b(?:sk-[\w-]{16,}|hf_\w{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|nvapi-[\w-]{16,}|AKIA[0-9A-Z]{16}"
    r"|xox[abprs]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)|(?<=Bearer )\S+",
    re.ASCII,
)
"""Texts that are credentials by their looks. Source: the issuers' documentation of their token formats."""
COMMANDS = (
    r"(?<![\w.-])[\w.-]{1,64}+:SECRET[\"']?+(?=[^\n|]{0,200}+\|\s{0,8}+(?:sudo\s{1,8}+)?chpasswd\b)",
    r"(?:echo|printf)\s{1,8}+(?:-\w{1,4}+\s{1,8}+)?SECRET[\"']?+\s{0,8}+\|\s{0,8}+(?:sudo\s{1,8}+)?passwd\b",
    r"(?:echo|printf)\s{1,8}+(?:-\w{1,4}+\s{1,8}+)?SECRET[\"']?+\s{0,8}+\|\s{0,8}+\w{1,20}+ login\b",
    r"\bcurl\b(?:(?!curl)[^|;&\n]){0,400}?\s(?:-u|--user|--proxy-user|-U)[= ]?+[\"']?+[^\s:\"']{1,128}+:SECRET",
    r"\bsshpass\s{1,8}+-p[= ]?+SECRET",
    r"\blogin\b(?:(?!login)[^|;&\n]){0,400}?\s-p[= ]?+SECRET",
    r"\bredis-cli\b(?:(?!redis-cli)[^|;&\n]){0,200}?\s-a[= ]?+SECRET",
    r"\bmysql\w{0,8}+(?:(?!mysql)[^|;&\n]){0,400}?\s-p(?! )SECRET",
    r"\b[Aa]uthorization:\s{0,4}+(?:Basic|Token|Digest)\s{1,4}+SECRET",
    r"\b(?:requirepass|masterauth|insecure-password)\s{1,8}+SECRET",
    r"\bstats\s{1,8}+auth\s{1,8}+[^\s:\"']{1,128}+:SECRET",
    r"\bproxy_set_header\s{1,8}+(?i:[\w-]{0,32}?(?:api-?key|token|secret|authorization))\s{1,8}+SECRET",
    r"\$http_(?:\w{1,40}_)?(?:key|token|secret|authorization)\s{0,8}+!?=\s{0,8}+SECRET",
    r"\bwandb\s{1,8}+login\s{1,8}+(?:--?[\w=-]{1,60}+\s{1,8}+){0,6}+SECRET",
    r"\bhtpasswd\s{1,8}+-\w{0,8}?b\w{0,8}+\s{1,8}+\S{1,128}+\s{1,8}+\S{1,128}+\s{1,8}+SECRET",
    r"\bon\b(?:(?! on\b)[^|;\n\"']){0,200}?\s>(?P<secret>[^\s\"'/&]{3,256}+)(?=[\s\"']|$)",
)
"""Commands that take a credential, SECRET, without a name for it.

Source: chpasswd(8), passwd(1), curl(1), sshpass(1), docker-login(1), htpasswd(1),
redis-cli(1), mysql(1), `wandb login`; RFC 7617; Redis, ACL SETUSER and redis.conf; HAProxy, userlist and stats auth.
"""
SCANNED = 1 << 18
"""Characters of one text in which commands are looked for."""
COMMANDING = re.compile(r"pass|auth|_header|http_|curl|login|redis-cli|mysql|uthorization| >")
"""What a text holds that one of the patterns above matches."""
SHORTEST = 3
"""Shorter values are not hunted for elsewhere: they would hide half of every line."""


class Masker:
    """Knows the credentials of some assets, and recognises others by the names before them."""

    def __init__(self, assets: Iterable[Asset] = ()) -> None:
        values = {form for asset in assets for value in credentials(asset.facts) for form in spellings(value)}
        parts = [_whole_word(value) for value in sorted(values, key=len, reverse=True)]
        self.known = re.compile("|".join(parts)) if parts else None

    def text(self, text: str) -> str:
        """`text` with `***` for every credential."""
        if self.known is not None:
            text = self.known.sub(HIDDEN, text)
        pieces, last = [], 0
        for start, end in named(text):
            pieces += [text[last:start], HIDDEN]
            last = end
        masked = "".join([*pieces, text[last:]])
        rest, masked = masked[SCANNED:], masked[:SCANNED]
        for pattern in _patterns(masked):
            masked = pattern.sub(_without_secret, masked)
        masked += rest
        return shown("", TOKEN.sub(HIDDEN, masked))

    def value(self, value: object) -> object:
        """A fact as JSON has it, with its texts masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        return value

    def finding(self, finding: Finding) -> Finding:
        """A finding with its message and the texts among its facts masked.

        What tables of versions say is nobody's credential.
        """
        facts = {path: item if path in EVIDENCE else self.value(item) for path, item in finding.facts.items()}
        return replace(finding, facts=facts, message=self.text(finding.message))


class Lines(Sequence[str]):
    """The lines of a source, masked as they are asked for."""

    def __init__(self, text: str, masker: Masker) -> None:
        self.plain = text.splitlines()
        self.masker = masker

    def __len__(self) -> int:
        return len(self.plain)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self.masker.text(line) for line in self.plain[at]]
        return self.masker.text(self.plain[at])


def named(text: str) -> Iterator[tuple[int, int]]:
    """Where literal credentials stand behind names of credentials: `KEY=x`, `key: x`, `--key x`, `ENV KEY x`."""
    done = 0
    start = INSTRUCTION.match(text)
    instructed = start.end() if start else -1
    for word in WORD.finditer(text):
        if word.start() < done or not names_secret(word[0]):
            continue
        given = GIVEN.match(text, word.end())
        if given is None:
            continue
        flag = text[word.start() - 1 : word.start()] == "-"
        if given["sign"] not in "=:" and not flag and word.start() != instructed:
            continue
        group = given.lastgroup or "bare"
        value = given[group]
        if is_literal(value) and not (group == "bare" and given["sign"] not in "=:" and value.startswith("-")):
            done = given.end(group)
            yield given.span(group)


def commanded(text: str) -> Iterator[str]:
    """The literal credentials in commands that take them without a name: `curl -u user:password`."""
    text = text[:SCANNED]
    for pattern in _patterns(text):
        yield from (match["secret"] for match in pattern.finditer(text) if is_literal(match["secret"]))


def _patterns(text: str) -> Sequence[re.Pattern[str]]:
    """The patterns of commands that can match: none for nearly every text."""
    return _compiled() if " " in text and COMMANDING.search(text) else ()


@functools.cache
def _compiled() -> Sequence[re.Pattern[str]]:
    word = r"[\"']?+(?P<secret>[^\s\"'|]{1,256}+)"
    return [re.compile(pattern.replace("SECRET", word), re.ASCII) for pattern in COMMANDS]


def _without_secret(match: re.Match[str]) -> str:
    start, end = (place - match.start() for place in match.span("secret"))
    return f"{match[0][:start]}{HIDDEN}{match[0][end:]}" if is_literal(match["secret"]) else match[0]


def credentials(facts: Struct) -> Iterator[str]:
    """The literal credentials in an asset's facts."""
    pending: list[object] = [facts]
    while pending:
        item = pending.pop()
        if isinstance(item, Struct):
            fields = {name: getattr(item, name) for name in item.__struct_fields__}
            secret = fields.get("value")
            # A variable may hold anything; what stands in a Secret, or in a field of its own, is a credential.
            named = isinstance(item, SecretEntry | FileSecret)
            for name, value in fields.items():
                if isinstance(value, Secret) and (name != "value" or named):
                    yield str.__str__(value)
            if isinstance(secret, Secret) and not named:
                yield from _of_variable(str(fields.get("name")), str.__str__(secret))
            command = fields.get("text")  # what a build runs
            if isinstance(command, str):
                yield from commanded(command)
            pending.extend(value for value in fields.values() if not isinstance(value, str))
        elif isinstance(item, list | tuple):
            words = [word for word in item if isinstance(word, str) and not isinstance(word, Secret)]
            yield from _of_arguments(words)
            pending.extend(part for part in item if isinstance(part, Struct))


def _of_variable(name: str, value: str) -> Iterator[str]:
    if names_secret(name):
        yield value if is_literal(value) else ""
    elif holds_secret(name, value):  # inside a URL
        yield value.partition("://")[2].rpartition("@")[0].partition(":")[2]
    yield from (match[0] for match in TOKEN.finditer(value))


def _of_arguments(words: list[str]) -> Iterator[str]:
    joined = " ".join(words)
    if _patterns(joined):
        yield from commanded(joined)
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word.startswith("-") and names_secret(word.lstrip("-")) and not following.startswith("-"):
            yield following if is_literal(following) else ""
        yield from (word[start:end] for start, end in named(word))


def spellings(value: str) -> Iterator[str]:
    """The ways in which a value stands in a source: line by line, escaped as JSON and YAML do, and in base64."""
    if len(value) >= SHORTEST:
        yield base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
    for line in value.splitlines():
        bare = line.strip()
        if len(bare) >= SHORTEST:
            yield from (
                bare,
                json.dumps(bare)[1:-1],
                json.dumps(bare, ensure_ascii=False)[1:-1],
                bare.replace("'", "''"),
            )


def _whole_word(value: str) -> str:
    """A pattern for a value; a short one counts only where it stands alone."""
    pattern = re.escape(value)
    return pattern if len(value) >= 8 else rf"(?<!\w){pattern}(?!\w)"
