"""Scripts of GitHub jobs that get the code of a pull request by themselves, without the checkout action.

Sources, checked 2026-11-30: gh-pr-checkout(1), gh-pr-view(1) (`headRefOid`, `headRepository`); GitHub Docs, pull
request refs and the webhook payload `pull_request`; git-clone(1), git-fetch(1) (a commit as refspec); pip, "VCS
Support".
"""

from __future__ import annotations

import re

from holdfast.collect.pipelines.github_values import Scope
from holdfast.core.fact import Fact, either

PULLS = re.compile(
    r"\bgh\s+pr\s+checkout\b|\bgit\b[^\n]{0,300}\bpull/[^\n]{0,200}/(?:head|merge)\b"
    r"|(?:\bgh\s+pr\s+diff|pull_request\.(?:patch|diff)_url)\b[^\n]{0,200}\|\s{0,8}(?:git\s+(?:apply|am)|patch)\b"
)
"""Commands that name a pull request itself."""
COMMAND = re.compile(
    r"\b(?:git\b[^\n;|&]{0,200}?\s(?P<verb>clone|pull|fetch|checkout|switch|reset|merge|rebase|cherry-pick|worktree"
    r"|remote|submodule|restore)|gh\s+repo\s+clone|(?:pip[\d.]{0,5}|pipx|npm|pnpm|yarn|uv)\s[^\n;|&]{0,200}?\b(?:install|add|i)"
    r"|go\s+(?:install|get|run)|cargo\s+install|(?:curl|wget|gh\s+api))(?=\s)(?P<rest>(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'"
    r"|\$\{\{[^\n]{0,400}?\}\}|[^\n;|&]){0,1000})"
)
"""Commands that get code from an address, at a reference."""
TAKES = re.compile(
    r"\bgit\b[^\n;|&]{0,200}?\s(?:checkout|switch|reset|merge|rebase|cherry-pick|worktree|restore|read-tree|archive|show)\s"
    r"|\bFETCH_HEAD\b"
)
"""Commands that put what was fetched among the files; without one, a `git fetch` is for comparing."""
ARCHIVE = re.compile(
    r"tarball|zipball|/archive/|\.(?:tar\.gz|tgz|zip|patch|diff)\b|raw\.githubusercontent|(?:patch|diff)_url"
)
"""What a download of code says of itself; others ask the platform's interface a question."""
ASSIGNMENT = re.compile(r"(?:^|[\s;])(?:export\s+|\$env:)?(\w{1,80})\s?=\s?([^\n]{1,500})", re.ASCII)
VARIABLE = re.compile(r"\$(?:env:)?(?:\{(?:env:)?(\w{1,80})[^}\n]{0,80}\}|(\w{1,80}))", re.ASCII)
SETTLED = re.compile(
    r"\s(?:-[bBcC]|--orphan|--create)\s|\sclone\b[^\n]{0,500}?\s[\"']?(?:https://|git@|ssh://)[\w.@:/~-]{1,300}[\"']?(?:\s|$)"
)
"""Where an unknown word is a new branch's name, or a version of a repository that is written out."""
HEAD_FIELD = re.compile(r"headRefOid|headRepository|\bhead\.(?:sha|repo)\b|\.(?:patch|diff)_url\b")
"""Fields of a pull request, asked of the platform or of the event's file."""
SIZE = 1 << 18
"""Longest script that is looked through, in characters."""


def takes(script: str) -> bool:
    """Whether a script puts what was fetched among its files."""
    return TAKES.search(script) is not None


def fetches(script: str, scope: Scope, *, taken: bool) -> Fact[bool]:
    """Whether a script gets the code of a pull request; `taken` says whether its job uses what is only fetched.

    Unobserved where the reference is put together elsewhere. Raises FormatError for an expression that is none.
    """
    text = script.replace("\\\n", " ")
    if PULLS.search(text):
        return True
    if len(text) > SIZE or not ("git" in text or "://" in text or "gh " in text):
        return False
    assigned: dict[str, str] = {}
    for match in ASSIGNMENT.finditer(text):
        assigned[match[1]] = f"{assigned.get(match[1], '')} {match[2]}"[:2000]
    found: list[Fact[bool]] = []
    for match in COMMAND.finditer(text):
        whole = _expanded(match[0], assigned, scope)
        downloads = match["verb"] is None and re.match(r"curl|wget|gh\s+api", match[0]) is not None
        if (match["verb"] in ("fetch", "remote") and not taken) or (downloads and not ARCHIVE.search(whole)):
            continue
        fetched = True if HEAD_FIELD.search(_shell_words(whole)) else scope.fetches_head(whole)
        if fetched is True or (match["verb"] and not SETTLED.search(match[0])):
            found.append(fetched)
    return either(*found)


def _expanded(text: str, assigned: dict[str, str], scope: Scope) -> str:
    """The text with what its variables hold behind it; those of variables in turn, once."""
    whole = text
    for _ in range(2):
        names = dict.fromkeys(match[1] or match[2] for match in VARIABLE.finditer(whole))
        values = [value for name in names for value in (assigned.get(name), scope.env.get(name)) if value]
        whole = " ".join([text, *values])[:20_000]
    return whole


def _shell_words(text: str) -> str:
    """What is left without the expressions, which are judged by their paths."""
    return re.sub(r"\$\{\{.*?\}\}", "", text, flags=re.DOTALL)
