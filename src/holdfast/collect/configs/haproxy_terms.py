"""Terms of HAProxy's conditions: what proves who a client is, and what may be let through without.

Source: HAProxy 2.8 Configuration Manual, 7.1 ACL basics (names that are given twice, `-m`, `-f`), 7.2 Using ACLs to
form conditions, 7.3 Fetching samples (http_auth, http_auth_group, http_auth_bearer, ssl_c_used), jwt_verify,
jwt_header_query; checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.packet_filter.model import everybody

__all__ = ["Acls", "Term", "condition", "everything", "exempt", "listed", "proof", "refuses_strangers"]

CHECKED = (
    "http_auth(", "http_auth_group(", "jwt_verify", "auth_ok", "txn.authorized", "ssl_c_used", "ssl_fc_has_crt",
    "ssl_c_s_dn", "ssl_c_sha1", "auth_response_successful",
)  # fmt: skip
"""What a condition asks that turns away clients without an identity; `ssl_c_verify` is 0 without a certificate, too."""
GIVEN = ("http_auth_group(", "ssl_c_s_dn", "ssl_c_sha1")
"""What is there only when an identity was checked."""
READ = ("jwt_header_query", "jwt_payload_query")
"""What only reads a token."""
FETCH = re.compile(
    r"(?:(?:req\.|capture\.req\.)?(?:f?hdr|cook|url_param|urlp)(?:_([a-z]+))?\(([^,)]*)|http_auth_bearer)"
)
"""What a client sends with its request, with how it is compared."""
CREDENTIAL = re.compile(r"(?i)auth|key|token|secret|passw|credential|session")
"""Names of headers, cookies and parameters that carry a secret."""
PRESENCE = frozenset(("found", "len", "cnt"))
"""Ways of comparing that any value passes."""
FLAGS = frozenset(("-i", "-n", "-M", "-u", "--"))
NONE = frozenset(("0", "false", "ne"))
"""Values of a check that fit those who do not pass it."""
WORD = (
    r"(?:[\w.]+[-_])?(?:health(?:y|z|check)?|ready|readyz|readiness|live|livez|liveness|alive|startupz|heartbeat|ping"
    r"|status|metrics|version|favicon|robots)(?:\.[a-z]{2,4})?"
)
HARMLESS = re.compile(rf"(?i){WORD}")
"""Last segments of paths that show little."""
HARMLESS_PATTERN = re.compile(rf"(?i)\^(?:/[\w-]+)*/(?:{WORD}|\({WORD}(?:\|{WORD})*\))(?:/\?)?\$")
PATHS = {"path": "", "path_beg": "", "path_str": "", "path_end": "", "url": "", "url_beg": "", "path_reg": "reg"}
WIDE = 8
"""Networks with a shorter prefix are no list of those who are known."""
ALWAYS = (("path_beg", "/"), ("TRUE",), ("always_true",), ("ssl_fc",))


class Term(NamedTuple):
    """One part of a condition: what stands in braces, or the name of an ACL."""

    negated: bool
    words: tuple[str, ...]
    named: bool


Ask = Callable[[Term, "Acls"], Fact[bool]]


class Acls:
    """The ACLs of a section; what is asked of a term is found out once."""

    def __init__(self, rows: Iterable[tuple[str, ...]]) -> None:
        self.expressions: dict[str, dict[tuple[str, ...], None]] = {}
        """By name; those of one name are alternatives."""
        self.known: dict[tuple[Ask, Term], Fact[bool]] = {}
        for words in rows:
            if words[0] == "acl" and len(words) > 2:
                self.expressions.setdefault(words[1], {})[words[2:]] = None

    def meant(self, term: Term) -> list[tuple[str, ...]]:
        """The expressions that a term stands for."""
        return list(self.expressions.get(term.words[0], [term.words])) if term.named else [term.words]

    def once(self, ask: Ask, term: Term) -> Fact[bool]:
        """What is asked of a term."""
        key = (ask, term)
        if key not in self.known:
            self.known[key] = ask(term, self)
        return self.known[key]


def condition(words: tuple[str, ...]) -> tuple[str, list[list[Term]]]:
    """`if` or `unless`, and the alternatives behind it, each with all that it demands."""
    start = next((at for at, word in enumerate(words) if word in ("if", "unless")), len(words))
    form = words[start] if start < len(words) else ""
    alternatives: list[list[Term]] = [[]]
    at, negated = start + 1, False
    while at < len(words):
        word = words[at]
        at += 1
        if word in ("or", "||"):
            alternatives.append([])
        elif word == "!":
            negated = True
        elif word.removeprefix("!") == "{":
            end = next((place for place in range(at, len(words)) if words[place] == "}"), len(words))
            alternatives[-1].append(Term(negated or word == "!{", words[at:end], False))
            at, negated = end + 1, False
        else:
            alternatives[-1].append(Term(negated != word.startswith("!"), (word.lstrip("!"),), True))
            negated = False
    return form, alternatives


def proof(term: Term, acls: Acls) -> Fact[bool]:
    """Whether what fits a term has proven who it is; expressions of one name are alternatives."""
    return acls.once(_proof, term)


def refuses_strangers(term: Term, acls: Acls) -> Fact[bool]:
    """Whether all that has proven nothing fits a term: one that is negated, or that asks for a check that failed.

    jwt_verify gives 0 for a wrong signature, and less than that for what is no token.
    """
    return acls.once(_refuses, term)


def exempt(term: Term, acls: Acls) -> bool:
    """Whether what fits a term may be let through without a proof: paths that show little, addresses that are known."""
    return acls.once(_exempt, term) is True


def listed(term: Term, acls: Acls) -> bool:
    """Whether only addresses that are known fit a term, but for what it negates."""
    return acls.once(_listed, term) is True


def everything(term: Term, acls: Acls) -> bool:
    """Whether every request fits a term."""
    return acls.once(_everything, term) is True


def _proof(term: Term, acls: Acls) -> Fact[bool]:
    meant = acls.meant(term)
    answers = [_proves(words) for words in meant]
    if True not in answers:
        return UNSET if UNSET in answers else False
    others = [words for words, answer in zip(meant, answers, strict=True) if answer is False and not _spared(words)]
    return True if not others and UNSET not in answers else False if any(map(_always, others)) else UNSET


def _refuses(term: Term, acls: Acls) -> Fact[bool]:
    if term.negated:
        return proof(term, acls)
    answers: list[Fact[bool]] = []
    for words in acls.meant(term):
        asked = any(sign in word for word in words for sign in CHECKED)
        failed = _failed(words) and ("ne" in words or "jwt_verify" not in words[0])
        answers.append(asked and (failed or (UNSET if len(words) > 1 else False)))
    return True if True in answers else UNSET if UNSET in answers else False


def _exempt(term: Term, acls: Acls) -> Fact[bool]:
    return all(map(_spared, acls.meant(term)))


def _listed(term: Term, acls: Acls) -> Fact[bool]:
    return all(words[:1] == ("src",) and _spared(words) for words in acls.meant(term))


def _everything(term: Term, acls: Acls) -> Fact[bool]:
    return not term.negated and any(map(_always, acls.meant(term)))


def _always(words: tuple[str, ...]) -> bool:
    values = _values(words)
    return words in ALWAYS or (words[:1] == ("path_beg",) and "/" in values) or (words[:1] == ("src",) and _all(values))


def _all(values: list[str]) -> bool:
    """Whether networks come to everybody, or nearly."""
    prefixes = [each.rpartition("/")[2] for each in values if "/" in each and not each.startswith("-f ")]
    return everybody(values) or any(len(each) < 3 and each.isdecimal() and int(each) < WIDE for each in prefixes)


def _spared(words: tuple[str, ...]) -> bool:
    """Whether an expression names paths that show little, addresses that are known, or what browsers ask beforehand."""
    values = _values(words)
    if words[:1] in (("METH_OPTIONS",), ("LOCALHOST",)):
        return True
    if not values:
        return False
    if words[0] == "method":
        return values == ["OPTIONS"]
    if words[0] == "src":
        return not _all(values)
    how = words[words.index("-m") + 1] if "-m" in words[:-1] else PATHS.get(words[0], "sub")
    if words[0] not in PATHS or how not in ("", "str", "beg", "end", "reg"):
        return False
    return all(HARMLESS_PATTERN.fullmatch(each) if how == "reg" else _harmless(each) for each in values)


def _harmless(path: str) -> bool:
    segments = path.strip("/").split("/")
    return path.startswith("/") and (segments[0] == ".well-known" or HARMLESS.fullmatch(segments[-1]) is not None)


def _failed(words: tuple[str, ...]) -> bool:
    """Whether a check is compared with what it gives where it was not passed."""
    return not NONE.isdisjoint(words[1:])


def _values(words: tuple[str, ...]) -> list[str]:
    """What an expression compares with; the name of a file for what stands in it."""
    found: list[str] = []
    at = 1
    while at < len(words):
        if words[at] in ("-m", "-f"):
            found += [f"-f {each}" for each in words[at + 1 : at + 2] if words[at] == "-f"]
            at += 2
            continue
        found += [words[at]] if words[at] not in FLAGS and words[at] else []
        at += 1
    return found


def _proves(words: tuple[str, ...]) -> Fact[bool]:
    fetch = words[0] if words else ""
    how = words[words.index("-m") + 1] if "-m" in words[:-1] else ""
    if any(sign in word for word in words for sign in CHECKED):
        return not _failed(words) and (how not in PRESENCE or any(sign in fetch for sign in GIVEN))
    if any(sign in fetch for sign in READ):
        return False
    if fetch.startswith(("var(", "lua.")):
        return UNSET
    sent = FETCH.match(fetch)
    if sent is None or (sent[2] is not None and CREDENTIAL.search(sent[2]) is None):
        return False
    how = how or sent[1] or "str"
    if how in PRESENCE:
        return UNSET if ",map" in fetch else False
    return bool(_values(words)) if how == "str" else UNSET
