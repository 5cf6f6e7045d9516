"""Whether the conditions of HAProxy's lines turn away clients who do not prove who they are.

Source: HAProxy 2.8 Configuration Manual, 7.1 ACL basics (names that are given twice, `-m`, `-f`), 7.2 Using ACLs to
form conditions, http-request (`auth`, `deny`, `return`, `tarpit`), use_backend; checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from holdfast.core.fact import UNSET, Fact
from holdfast.formats.haproxy import Line

__all__ = ["asks"]

CHECKED = (
    "http_auth(", "http_auth_group(", "jwt_verify", "jwt_header_query", "auth_ok", "txn.authorized", "ssl_c_used",
    "ssl_fc_has_crt", "ssl_c_s_dn", "ssl_c_sha1", "http_auth_bearer", "auth_response_successful",
)  # fmt: skip
"""What a condition asks that turns away clients without an identity; `ssl_c_verify` is 0 without a certificate, too."""
FETCH = re.compile(r"(?:req\.|capture\.req\.)?(?:f?hdr|cook|url_param|urlp)(?:_([a-z]+))?\(([^,)]*)")
"""What a client sends with its request, with how it is compared."""
CREDENTIAL = re.compile(r"(?i)auth|key|token|secret|passw|credential|session")
"""Names of headers, cookies and parameters that carry a secret."""
PRESENCE = frozenset(("found", "len", "cnt"))
"""Ways of comparing that any value passes."""
FLAGS = frozenset(("-i", "-n", "-M", "-u", "--"))
EXEMPT = re.compile(r"(?i)health|ready|live|ping|status|options|well-known|robots|favicon|\bsrc\b|metrics|version")
"""What is let through without a proof and shows little."""
REFUSING = frozenset(("deny", "reject", "silent-drop", "tarpit"))
EVERYTHING = (("path_beg", "/"), ("TRUE",), ("always_true",), ("ssl_fc",))


class _Term(NamedTuple):
    """One part of a condition: what stands in braces, or the name of an ACL."""

    negated: bool
    words: tuple[str, ...]
    named: bool


def asks(lines: Iterable[Line], ways: Iterable[Line], *, stats: bool) -> Fact[bool]:
    """Whether a client must prove who it is, by a line for all requests, or by one that turns strangers away.

    `ways` are the lines that lead to a backend: where each demands a proof, others come elsewhere.
    """
    rows = [line.words for line in lines]
    acls: dict[str, list[tuple[str, ...]]] = {}
    for words in rows:
        if words[0] == "acl" and len(words) > 2:
            acls.setdefault(words[1], []).append(words[2:])
    answers = [_line(words, acls, stats=stats) for words in rows]
    led = [_leads(line.words, acls) for line in ways]
    if led:
        answers.append(False if False in led else UNSET if UNSET in led else True)
    return True if True in answers else UNSET if UNSET in answers else False


def _line(words: tuple[str, ...], acls: dict[str, list[tuple[str, ...]]], *, stats: bool) -> Fact[bool]:
    if stats and words[:2] == ("stats", "auth"):
        return True
    if words[0] not in ("http-request", "tcp-request") or len(words) < 2:
        return False
    form, alternatives = _condition(words)
    if words[:2] == ("http-request", "auth"):
        proven = [_proof(term, acls) for terms in alternatives for term in terms]
        return True if not form or True in proven else UNSET
    if not _refuses(words):
        return UNSET if words[0] == "http-request" and words[1].startswith(("lua.", "use-service")) else False
    return _unless(alternatives, acls) if form == "unless" else _if(alternatives, acls) if form else False


def _refuses(words: tuple[str, ...]) -> bool:
    """Whether a line turns requests or connections away."""
    if words[0] == "tcp-request":
        return words[1] in ("content", "connection") and words[2:3] == ("reject",)
    if words[1] == "return":
        return "status" in words[:-1] and words[words.index("status") + 1].startswith("4")
    return words[1] in REFUSING


def _condition(words: tuple[str, ...]) -> tuple[str, list[list[_Term]]]:
    """`if` or `unless`, and the alternatives behind it, each with all that it demands."""
    start = next((at for at, word in enumerate(words) if word in ("if", "unless")), len(words))
    form = words[start] if start < len(words) else ""
    alternatives: list[list[_Term]] = [[]]
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
            alternatives[-1].append(_Term(negated or word == "!{", words[at:end], False))
            at, negated = end + 1, False
        else:
            alternatives[-1].append(_Term(negated != word.startswith("!"), (word.lstrip("!"),), True))
            negated = False
    return form, alternatives


def _unless(alternatives: list[list[_Term]], acls: dict[str, list[tuple[str, ...]]]) -> Fact[bool]:
    """Whether what is not turned away has given a proof, or is let through without for a good reason."""
    answers: list[Fact[bool]] = []
    for terms in alternatives:
        proofs = [_proof(term, acls) for term in terms if not term.negated]
        exempt = any(_exempt(term, acls) for term in terms)
        answers.append(True if True in proofs else UNSET if UNSET in proofs else None if exempt else False)
    if True not in answers:
        return UNSET if UNSET in answers else False
    return UNSET if False in answers or UNSET in answers else True


def _if(alternatives: list[list[_Term]], acls: dict[str, list[tuple[str, ...]]]) -> Fact[bool]:
    """Whether an alternative turns away all that has given no proof, but for what is let through for a good reason."""
    answers: list[Fact[bool]] = []
    for terms in alternatives:
        proofs = [_proof(term, acls) if term.negated or _named(term, acls) else False for term in terms]
        rest = [term for term, proof in zip(terms, proofs, strict=True) if proof is False]
        whole = all(_exempt(term, acls) if term.negated else term.words in EVERYTHING for term in rest)
        given = True if True in proofs else UNSET if UNSET in proofs else False
        answers.append(UNSET if given and not whole else given)
    return True if True in answers else UNSET if UNSET in answers else False


def _leads(words: tuple[str, ...], acls: dict[str, list[tuple[str, ...]]]) -> Fact[bool]:
    """Whether a line leads only those to a backend who have given a proof."""
    form, alternatives = _condition(words)
    if form != "if":
        return False
    found = [[_proof(term, acls) for term in terms if not term.negated] for terms in alternatives]
    each = [True if True in proofs else UNSET if UNSET in proofs else False for proofs in found]
    return False if False in each else UNSET if UNSET in each else True


def _meant(term: _Term, acls: dict[str, list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """The expressions that a term stands for."""
    return acls.get(term.words[0], [term.words]) if term.named else [term.words]


def _named(term: _Term, acls: dict[str, list[tuple[str, ...]]]) -> bool:
    """Whether a term asks for an identity by its name; its comparison may turn it round."""
    return any(sign in word for words in _meant(term, acls) for word in words for sign in CHECKED)


def _exempt(term: _Term, acls: dict[str, list[tuple[str, ...]]]) -> bool:
    return any(EXEMPT.search(" ".join(words)) for words in _meant(term, acls))


def _proof(term: _Term, acls: dict[str, list[tuple[str, ...]]]) -> Fact[bool]:
    """Whether what fits a term has proven who it is; expressions of one name are alternatives."""
    answers = [_proves(words) for words in _meant(term, acls)]
    return True if True in answers else UNSET if UNSET in answers else False


def _proves(words: tuple[str, ...]) -> Fact[bool]:
    if any(sign in word for word in words for sign in CHECKED):
        return True
    fetch = words[0] if words else ""
    if fetch.startswith(("var(", "lua.")):
        return UNSET
    sent = FETCH.match(fetch)
    if sent is None or CREDENTIAL.search(sent[2]) is None:
        return False
    how = words[words.index("-m") + 1] if "-m" in words[:-1] else sent[1] or "str"
    if how in PRESENCE:
        return False
    if how != "str":
        return UNSET
    values = [word for word in words[1:] if word not in FLAGS and word not in ("-m", "str", "")]
    return bool(values) and values != ["-f"]
