"""Hides credentials in what leaves the process: excerpts of sources, and texts that decided."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import overload

from msgspec import Struct, UnsetType
from msgspec.structs import astuple, replace

from holdfast.app.looks import without, without_logins
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
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*+)"?|'(?P<single>[^']*)'?|(?P<bare>[^\s"'{[&|>!*][^\s"']*))"""
)
"""What follows a name: an equals sign, a colon, a comma or a space, and a value, quoted or not."""
INSTRUCTION = re.compile(r"\s*(?:ENV|ARG)\s*", re.IGNORECASE)
"""The instructions of a Dockerfile that give a variable a value behind a space."""
SEVERAL = re.compile(r"[ \t]{0,16}+ENV[ \t]", re.IGNORECASE)
"""The one that takes several."""
REST = re.compile(r"\*\*\*(?:[ \t]{1,16}+[^\s=\"'$\\]{1,256}+(?!\S))*+")
"""Its words that are no assignments: the rest of a value that should stand in quotes."""
TOKEN = re.compile(
    r"\b(?:sk-[\w-]{16,}|hf_\w{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|dckr_pat_[\w-]{16,}|npm_\w{30,}"
    r"|pypi-[\w-]{50,}|AIza[\w-]{35}|dapi[0-9a-f]{32}|r8_\w{30,}|gsk_\w{30,}|nvapi-[\w-]{16,}|AKIA[0-9A-Z]{16}"
    r"|xox[abprs]-[\w-]{10,}|hv[sb]\.[\w-]{20,}|rpa_\w{20,}|(?<=hooks\.slack\.com/services/)[\w/]{20,}"
    r"|(?<=AccountKey=)[\w+/]{20,}=*|(?<=SharedAccessKey=)[\w+/]{20,}=*|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)"
    r"|(?<=Bearer )(?!\$)[^\s\"']+",
    re.ASCII,
)
"""Texts that are credentials by their looks. Source: the issuers' documentation of their token formats."""
HEADER = r"(?i:[\w-]{0,48}?(?:[_-]key|apikey|token|secret|auth(?:orization)?|passw(?:or)?d|credential)s?)"
"""Names of HTTP headers that carry a credential."""
VALUE = (
    r"(?P<quote>[\"'])?+(?:(?i:bearer|basic|token|api-?key|digest|negotiate)\\?+[ \t]{1,4}+)?+"
    r"(?P<secret>(?![-{}!|])(?(quote)[^\"'\n]{1,512}|[^\s\"'|]{1,512}))"
)
"""What follows the name of such a header: the scheme, which may be shown, and the credential, which may hold blanks
where it stands in quotes."""
NAMED = rf"[-+>?]?+[\"']?+{HEADER}[\"']?+\s{{1,8}}+{VALUE}"
OPERATOR = r"(?:\s{1,4}+(?:-m\s{1,4}+(?!found\b)\w{1,8}+|-i|eq))*+"
MARK = r"(?P<mark>[\"'])?+"
UP_TO = r"(?P<secret>(?(mark)[^\"'\n]{1,256}+|[^\s\"'|]{1,256}+))"
"""A credential up to the end of its word, or of the quotes that are open."""
WORD_BEHIND = MARK + UP_TO
LOGIN = rf"{MARK}[^\s:\"']{{1,128}}+:{UP_TO}"
"""A user and a credential in one word."""
PARTS = (
    *(("NAMED", NAMED), ("HEADER", HEADER), ("OPERATOR", OPERATOR), ("VALUE", VALUE)),
    *(("LOGIN", LOGIN), ("SECRET", WORD_BEHIND)),
)
"""What stands for a part of the patterns below."""
CLUSTER_KEY = (
    r"(?:echo|printf)\s{1,8}+(?:-[-\w]{1,4}+\s{1,8}+)?(?P<quote>[\"'])?+"
    r"(?P<secret>(?(quote)[^\"'\n]{1,512}+|[^\s\"'|>]{1,512}+))"
    r"[^\n;&>]{0,200}+>{1,2}+\s{0,4}+[^\s;&|>]{0,200}?(?:munge|slurm|jwt_hs256)\.key\b"
)
"""What writes the key that the members of a Slurm cluster share."""
SETS_HEADER = (
    r"(?:_set_header|\b(?:add_header|header|header_up|request_header|(?:set|add)-header|RequestHeader\s{1,8}\w{1,8}))"
    r"\s{1,8}+NAMED"
)
COMMANDS = (
    (("chpasswd",), r"(?<![\w.-])[\w.-]{1,64}+:SECRET[\"']?+(?=[^\n|]{0,200}+\|\s{0,8}+(?:sudo\s{1,8}+)?chpasswd\b)"),
    (
        ("passwd",),
        r"(?:echo|printf)\s{1,8}+(?:-\w{1,4}+\s{1,8}+)?SECRET[\"']?+\s{0,8}+\|\s{0,8}+(?:sudo\s{1,8}+)?passwd\b",
    ),
    (("login",), r"(?:echo|printf)\s{1,8}+(?:-\w{1,4}+\s{1,8}+)?SECRET[\"']?+\s{0,8}+\|\s{0,8}+\w{1,20}+ login\b"),
    ((".key",), CLUSTER_KEY),
    (
        ("curl",),
        r"\bcurl\b(?:(?!curl)[^|;&\n]){0,400}?\s(?:-u|--user|--proxy-user|-U)[= ]?+LOGIN",
    ),
    (("sshpass",), r"\bsshpass\s{1,8}+-p[= ]?+SECRET"),
    (("login",), r"\blogin\b(?:(?!login)[^|;&\n]){0,400}?\s-p[= ]?+SECRET"),
    (("redis-cli",), r"\bredis-cli\b(?:(?!redis-cli)[^|;&\n]){0,200}?\s-a[= ]?+SECRET"),
    (("mysql",), r"\bmysql\w{0,8}+(?:(?!mysql)[^|;&\n]){0,400}?\s-p(?! )SECRET"),
    (("uthorization",), r"\b[Aa]uthorization:\s{0,4}+(?:Basic|Token|Digest)\s{1,4}+SECRET"),
    (
        ("requirepass", "masterauth", "insecure-password"),
        r"\b(?:requirepass|masterauth|insecure-password)\s{1,8}+SECRET",
    ),
    (("stats",), r"\bstats\s{1,8}+auth\s{1,8}+[^\s:\"']{1,128}+:SECRET"),
    (("eader",), SETS_HEADER),
    (("hdr",), r"\bhdr(?:_\w{1,4})?\(HEADER[^()\s]{0,8}\)[\w,.-]{0,64}+OPERATOR\s{1,4}+VALUE"),
    (("$http_",), r"\$http_(?:\w{1,40}_)?(?:key|token|secret|auth|authorization)\s{0,8}+!?=\s{0,8}+VALUE"),
    (("pass",), r"\b(?:pass(?:word|wd|phrase)|passcode)\s{1,4}is[\s:]{1,4}(?=\S{0,64}?(?:\d|[A-Z]{3}))SECRET"),
    (("alias set",), r"\bmc\s{1,8}+alias\s{1,8}+set\s{1,8}+(?:\S{1,256}+\s{1,8}+){3}SECRET"),
    (("ldap",), r"\bldap\w{1,16}+(?:(?!ldap)[^|;&\n]){0,400}?\s-w[= ]?+SECRET"),
    (
        (" set ",),
        r"\bset\s{1,8}+(?:[\w.-]{0,64}[_-])?(?:secret_access_key|session_token|api[-_]key|token|password)\s{1,8}+SECRET",
    ),
    (("machine ",), r"\bmachine\s{1,8}+\S{1,256}+\s{1,8}+login\s{1,8}+\S{1,256}+\s{1,8}+password\s{1,8}+SECRET"),
    (("ookie:",), r"\b[Cc]ookie:\s{0,4}+[^=\s]{1,64}+=(?P<secret>[^\s\"';]{4,1024}+)"),
    (("sudo",), r"\bsudo\s{1,8}+(?:-\S{1,32}+\s{1,8}+){0,4}-\w{0,8}S\w{0,8}\b[^\n|;&]{0,200}?<<<\s{0,4}+SECRET"),
    (("from-literal",), r"--from-literal[= ][\"']?+[\w.-]{1,128}+=SECRET"),
    (("wandb",), r"\bwandb\s{1,8}+login\s{1,8}+(?:--?[\w=-]{1,60}+\s{1,8}+){0,6}+SECRET"),
    (("htpasswd",), r"\bhtpasswd\s{1,8}+-\w{0,8}?b\w{0,8}+\s{1,8}+\S{1,128}+\s{1,8}+\S{1,128}+\s{1,8}+SECRET"),
    ((" >",), r"\bon\b(?:(?! on\b)[^|;\n\"']){0,200}?\s>(?P<secret>[^\s\"'/&]{3,256}+)(?=[\s\"']|$)"),
)
"""Commands that take a credential, SECRET, without a name for it, each behind texts of which it holds one.

Source: chpasswd(8), passwd(1), curl(1), sshpass(1), docker-login(1), htpasswd(1),
redis-cli(1), mysql(1), `wandb login`; RFC 7617; Redis, ACL SETUSER and redis.conf; HAProxy, userlist, stats auth,
set-header and hdr; nginx, proxy_set_header; Caddy, header_up; Apache, RequestHeader.
"""
SCANNED = 1 << 18
"""Characters of one text in which commands are looked for."""
USER = re.compile(
    r"\bhttps?://(?P<user>(?!(?-i:[a-z._-]{1,19})[:@])[^\s:/@\"'${}<>*]{8,512}+)(?=(?::(?:x-oauth-basic)?+)?+@)",
    re.IGNORECASE,
)
"""Who logs in at a URL without a password: a token, unless it looks like somebody's short name."""
VARIABLE = re.compile(r"\bvariable[ \t]{1,8}+\"?([\w-]{1,80}+)\"?[ \t]{0,8}+\{")
DEFAULT = re.compile(r"\bdefault[ \t]{0,40}+=[ \t]{0,40}+\"([^\"\n]{1,1024}+)\"")
SENSITIVE = re.compile(r"\bsensitive[ \t]{0,40}+=[ \t]{0,40}+true\b")
DECLARATION = 4096
"""Characters of the declaration of a variable that are looked at."""
PLAIN = frozenset((bool, int, float, str, dict, type(None), UnsetType))
"""Types of facts, by far the most, that hold no credential; a `Secret` is a type of its own."""
LONG = 8
"""From this length on, a value is hidden wherever it stands; a shorter one counts only where it stands alone."""
FEW = 20
"""Up to so many values are sought one after the other."""
SHORTEST = 3
"""Shorter values are not hunted for elsewhere: they would hide half of every line."""


class Masker:
    """Knows the credentials of some assets, and recognises others by the names before them."""

    def __init__(self, assets: Iterable[Asset] = ()) -> None:
        those = list(assets)
        shared = {id(asset.hidden): asset.hidden for asset in those}  # that of a whole stack, for all of its assets
        found = chain(*shared.values(), *(credentials(asset.facts) for asset in those))
        values = dict.fromkeys(str.__str__(value) for value in found)
        self.hide(form for value in values for form in spellings(value))

    def hide(self, spelt: Iterable[str]) -> None:
        """Knows nothing but these credentials."""
        values = sorted(set(spelt), key=len, reverse=True)
        self.long: dict[str, list[str]] = {}
        """Beginning -> the values that begin so, the longest first."""
        for value in values:
            if len(value) >= LONG:
                self.long.setdefault(value[:LONG], []).append(value)
        short = [re.escape(value) for value in values if len(value) < LONG]
        self.short = re.compile(rf"(?<!\w)(?:{'|'.join(short)})(?!\w)") if short else None

    def text(self, text: str) -> str:
        """`text` with `***` for every credential."""
        text = self._without_known(text)
        pieces, last = [], 0
        for start, end in named(text):
            pieces += [text[last:start], HIDDEN]
            last = end
        masked = "".join([*pieces, text[last:]])
        if SEVERAL.match(masked):
            masked = REST.sub(HIDDEN, masked)
        rest, masked = masked[SCANNED:], masked[:SCANNED]
        for pattern in _patterns(masked):
            masked = pattern.sub(_without_secret, masked)
        masked += rest
        return without(shown("", TOKEN.sub(HIDDEN, USER.sub(_without_user, masked))))

    def surely(self, text: str) -> str:
        """`text` without what is known to be a credential; its words are not judged by those before them."""
        return TOKEN.sub(HIDDEN, self._without_known(text))

    def _without_known(self, text: str) -> str:
        if len(self.long) > FEW:
            text = "".join(self._pieces(text))
        else:
            for value in chain(*self.long.values()):
                text = text.replace(value, HIDDEN)
        return text if self.short is None else self.short.sub(HIDDEN, text)

    def _pieces(self, text: str) -> Iterator[str]:
        """`text` with its long values hidden, in one pass however many there are."""
        at = done = 0
        while at <= len(text) - LONG:
            found = next((value for value in self.long.get(text[at : at + LONG], ()) if text.startswith(value, at)), "")
            if found:
                yield text[done:at]
                yield HIDDEN
                at += len(found)
                done = at
            else:
                at += 1
        yield text[done:]

    def value(self, value: object) -> object:
        """A fact as JSON has it, with its texts masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self._under(key, item) for key, item in value.items()}
        return value

    def _under(self, key: object, value: object) -> object:
        """What stands under a key, which may be the name of a credential; `secret` is called what names one, too."""
        if not isinstance(value, str) or not isinstance(key, str):
            return self.value(value)
        if key != "secret" and names_secret(key) and is_literal(value):
            return HIDDEN
        return self.text(without_logins(key, value))

    def finding(self, finding: Finding) -> Finding:
        """A finding with its message and the texts among its facts masked.

        What tables of versions say is nobody's credential.
        """
        facts = {path: item if path in EVIDENCE else self.value(item) for path, item in finding.facts.items()}
        name, colon, title = finding.message.rpartition(f": {finding.title}")
        message = f"{self.text(name)}{colon}" if colon and not title else self.text(finding.message)
        return replace(finding, facts=facts, message=message)


class Lines(Sequence[str]):
    """The lines of a source, masked as they are asked for."""

    def __init__(self, text: str, masker: Masker) -> None:
        self.plain = text.splitlines()
        self.masker = masker
        self.declared = Masker()
        self.declared.hide(form for value in declared(text) for form in spellings(value))

    def __len__(self) -> int:
        return len(self.plain)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self._masked(line) for line in self.plain[at]]
        return self._masked(self.plain[at])

    def _masked(self, line: str) -> str:
        return self.masker.text(self.declared.surely(line))


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


def declared(text: str) -> Iterator[str]:
    """The defaults of Terraform's variables that hold credentials, also where they stand on a line of their own."""
    starts = list(VARIABLE.finditer(text))
    for start, following in zip_longest(starts, starts[1:]):
        end = min(start.end() + DECLARATION, following.start() if following else len(text))
        found = DEFAULT.search(text, start.end(), end)
        if found and (names_secret(start[1]) or SENSITIVE.search(text, start.end(), end)) and is_literal(found[1]):
            yield found[1]


def commanded(text: str) -> Iterator[str]:
    """The literal credentials in commands that take them without a name: `curl -u user:password`."""
    text = text[:SCANNED]
    for pattern in _patterns(text):
        yield from (match["secret"] for match in pattern.finditer(text) if is_literal(match["secret"]))


def _patterns(text: str) -> Sequence[re.Pattern[str]]:
    """The patterns of commands that can match: none for nearly every text."""
    if " " not in text:
        return ()
    return [_compiled(pattern) for signs, pattern in COMMANDS if any(sign in text for sign in signs)]


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    for name, part in PARTS:
        pattern = pattern.replace(name, part)
    return re.compile(pattern, re.ASCII)


def _without_secret(match: re.Match[str]) -> str:
    start, end = (place - match.start() for place in match.span("secret"))
    return f"{match[0][:start]}{HIDDEN}{match[0][end:]}" if is_literal(match["secret"]) else match[0]


def _without_user(match: re.Match[str]) -> str:
    return f"{match[0][: match.start('user') - match.start()]}{HIDDEN}"


def credentials(facts: Struct) -> Iterator[str]:
    """The literal credentials in an asset's facts."""
    pending: list[object] = [facts]
    while pending:
        item = pending.pop()
        if isinstance(item, Struct):
            # A variable may hold anything; what stands in a Secret, or in a field of its own, is a credential.
            own = isinstance(item, SecretEntry | FileSecret)
            for name, value in zip(item.__struct_fields__, astuple(item), strict=True):
                if type(value) in PLAIN:
                    continue
                if not isinstance(value, Secret):
                    pending.append(value)
                elif own or name != "value":
                    yield str.__str__(value)
                else:
                    yield from _of_variable(str(getattr(item, "name", None)), str.__str__(value))
            command = getattr(item, "text", None)  # what a build runs
            if isinstance(command, str):
                yield from commanded(command)
                yield from (command[start:end].rstrip(";,)") for start, end in named(command))
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
