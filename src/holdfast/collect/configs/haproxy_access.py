"""Whether the conditions of HAProxy's lines turn away clients who do not prove who they are.

Source: HAProxy 2.8 Configuration Manual, http-request (`auth`, `deny`, `return`, `tarpit`; `allow` ends the evaluation
of the rules of the section), tcp-request, use_backend; checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holdfast.collect.configs.haproxy_terms import Acls, Term, condition, everything, exempt, proof, refuses_strangers
from holdfast.core.fact import UNSET, Fact
from holdfast.formats.haproxy import Line

__all__ = ["Rules", "asks"]

REFUSING = frozenset(("deny", "reject", "silent-drop", "tarpit"))
Words = tuple[str, ...]


class Rules:
    """The lines of one section, those of its defaults first."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.rows = [line.words for line in lines]
        self.acls = Acls(self.rows)
        self.answers: list[Fact[bool]] | None = None

    def asked(self) -> list[Fact[bool]]:
        """What each line answers, less what was let through before it."""
        if self.answers is None:
            self.answers = _section(self.rows, self.acls)
        return self.answers


def asks(sections: Sequence[Rules], ways: Iterable[Line], *, stats: bool) -> Fact[bool]:
    """Whether a client must prove who it is, by a line for all requests, or by one that turns strangers away.

    `sections` are the frontend and the backend behind it, `ways` the lines of the frontend that lead there: where each
    demands a proof, others come elsewhere.
    """
    answers = [answer for each in sections for answer in each.asked()]
    if stats:
        answers += [True for each in sections for words in each.rows if words[:2] == ("stats", "auth")]
    led = [_leads(line.words, sections[0].acls) for line in ways]
    if led:
        answers.append(False if False in led else UNSET if UNSET in led else True)
    return True if True in answers else UNSET if UNSET in answers else False


def _section(rows: Iterable[Words], acls: Acls) -> list[Fact[bool]]:
    answers: list[Fact[bool]] = []
    through: dict[Words, Fact[bool]] = {}
    for words in rows:
        rules = words[:1] if words[0] == "http-request" else words[:2]
        if words[:2] == ("http-request", "allow") or (words[0] == "tcp-request" and words[2:3] == ("accept",)):
            before, now = through.get(rules, False), _passes(words, acls)
            through[rules] = True if True in (before, now) else UNSET if UNSET in (before, now) else False
            continue
        answer = _line(words, acls)
        passed = through.get(rules, False)
        answers.append(answer if answer is False or passed is False else False if passed is True else UNSET)
    return answers


def _passes(words: Words, acls: Acls) -> Fact[bool]:
    """Whether strangers are let through; unknown where it is some paths of theirs."""
    form, alternatives = condition(words)
    if not form:
        return True
    if form == "unless":
        if len(alternatives) > 1 or len(alternatives[0]) != 1:
            return UNSET
        alternatives = [[alternatives[0][0]._replace(negated=not alternatives[0][0].negated)]]
    answers = [_open(terms, acls) for terms in alternatives]
    return True if True in answers else UNSET if UNSET in answers else False


def _open(terms: list[Term], acls: Acls) -> Fact[bool]:
    """Whether strangers fit all of these terms."""
    if all(everything(term, acls) for term in terms):
        return True
    known = any(not term.negated and (exempt(term, acls) or proof(term, acls) is True) for term in terms)
    failed = any(term.negated and refuses_strangers(term._replace(negated=False), acls) is True for term in terms)
    return False if known or failed else UNSET


def _line(words: Words, acls: Acls) -> Fact[bool]:
    if words[0] not in ("http-request", "tcp-request") or len(words) < 2:
        return False
    form, alternatives = condition(words)
    login = words[:2] == ("http-request", "auth")
    if not login and not _refuses(words):
        return UNSET if words[0] == "http-request" and words[1].startswith(("lua.", "use-service")) else False
    if not form:
        return login
    return _unless(alternatives, acls) if form == "unless" else _if(alternatives, acls, login=login)


def _refuses(words: Words) -> bool:
    """Whether a line turns requests or connections away."""
    if words[0] == "tcp-request":
        return words[1] in ("content", "connection") and words[2:3] == ("reject",)
    if words[1] == "return":
        return "status" in words[:-1] and words[words.index("status") + 1].startswith("4")
    return words[1] in REFUSING


def _unless(alternatives: list[list[Term]], acls: Acls) -> Fact[bool]:
    """Whether what is not turned away has given a proof, or is let through without for a good reason."""
    answers: list[Fact[bool]] = []
    for terms in alternatives:
        proofs = [proof(term, acls) for term in terms if not term.negated]
        spared = any(exempt(term, acls) for term in terms if not term.negated)
        answers.append(True if True in proofs else UNSET if UNSET in proofs else None if spared else False)
        if answers[-1] is False and all(everything(term, acls) for term in terms):
            return False
    if True not in answers:
        return UNSET if UNSET in answers else False
    return UNSET if False in answers or UNSET in answers else True


def _if(alternatives: list[list[Term]], acls: Acls, *, login: bool) -> Fact[bool]:
    """Whether an alternative turns away all that has given no proof, but for what is let through for a good reason.

    With `login` all that fits is asked for one.
    """
    answers: list[Fact[bool]] = []
    for terms in alternatives:
        proofs = [refuses_strangers(term, acls) for term in terms]
        rest = [term for term, answer in zip(terms, proofs, strict=True) if answer is False]
        whole = all(exempt(term, acls) if term.negated else everything(term, acls) for term in rest)
        given = True if True in proofs or (login and UNSET not in proofs) else UNSET if UNSET in proofs else False
        answers.append(UNSET if given and not whole else given)
    return True if True in answers else UNSET if UNSET in answers else False


def _leads(words: Words, acls: Acls) -> Fact[bool]:
    """Whether a line leads only those to a backend who have given a proof."""
    form, alternatives = condition(words)
    if form != "if":
        return False
    found = [[proof(term, acls) for term in terms if not term.negated] for terms in alternatives]
    each = [True if True in proofs else UNSET if UNSET in proofs else False for proofs in found]
    return False if False in each else UNSET if UNSET in each else True
