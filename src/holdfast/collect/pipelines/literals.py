"""Credentials that stand in the scripts and inputs of a pipeline.

What looks like a token of a known issuer is one wherever it stands; other texts are only where something names them
one: a variable, an option, an input, a header, a URL. Passwords of test databases are short and plain, and are left.

Sources, checked 2026-11-30: the issuers' documentation of their formats (Hugging Face, GitHub "Token formats",
GitLab "Token overview", Docker, npm, PyPI, Google API keys, Slack, OpenAI, Anthropic, NVIDIA NGC, Databricks,
Replicate, Groq); docker-login(1), curl(1); RFC 6750.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from holdfast.formats.servers.masking import is_literal, names_secret

TOKEN = re.compile(
    r"(?<![\w-])(?:(?P<prefix>hf_|gh[pousr]_|github_pat_|glpat-|dckr_pat_|npm_|pypi-|nvapi-|sk-ant-|sk-proj-|sk-|xox[abprs]-"
    r"|AIza|dapi|r8_|gsk_)[\w-]{16,250})(?![\w-])",
    re.ASCII,
)
"""What looks like a token, to be measured by `SHAPES`."""
SHAPES: Mapping[str, re.Pattern[str]] = {
    prefix: re.compile(shape, re.ASCII)
    for prefix, shape in {
        "hf_": r"[A-Za-z0-9]{30,40}",
        "ghp_": r"[A-Za-z0-9]{36,}",
        "gho_": r"[A-Za-z0-9]{36,}",
        "ghu_": r"[A-Za-z0-9]{36,}",
        "ghs_": r"[A-Za-z0-9]{36,}",
        "ghr_": r"[A-Za-z0-9]{36,}",
        "github_pat_": r"\w{36,}",
        "glpat-": r"[\w-]{20,}",
        "dckr_pat_": r"[\w-]{20,}",
        "npm_": r"[A-Za-z0-9]{36}",
        "pypi-": r"[\w-]{60,}",
        "nvapi-": r"[\w-]{40,}",
        "sk-ant-": r"[\w-]{30,}",
        "sk-proj-": r"[\w-]{30,}",
        "sk-": r"[A-Za-z0-9]{32,}",
        "AIza": r"[\w-]{35}",
        "dapi": r"[0-9a-f]{32}",
        "r8_": r"[A-Za-z0-9]{37}",
        "gsk_": r"[A-Za-z0-9]{40,}",
        "xox": r"\d{8,}-[\w-]{10,}",
    }.items()
}
KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----\s{1,4}[A-Za-z0-9+/]{32}")
GIVEN = re.compile(
    r"(?<![\w.$/-])-{0,2}(?P<name>[A-Za-z_][\w-]{1,60})[\"']?[ \t]?[=:][ \t]?[\"']?(?P<value>[^\s\"';&|,]{16,512})"
    r"|(?<!\S)--?(?P<option>[A-Za-z][\w-]{1,60})[ \t]{1,4}[\"']?(?P<word>[^\s\"';&|,-][^\s\"';&|,]{15,512})",
    re.ASCII,
)
"""A name with a value behind an equals sign or a colon, or an option with one behind a blank."""
LOGIN = re.compile(
    r"\b(?:docker|podman|buildah|skopeo|nerdctl|helm|oras|crane|cosign|regctl)\b[^\n;&|]{0,200}?\blogin\b[^\n;&|]{0,300}?\s"
    r"(?:-p[ =]?|--password[ =])[\"']?(?P<value>[^\s\"';&|]{8,512})"
)
BASIC = re.compile(
    r"\bcurl\b[^\n;&|]{0,300}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"'$]{1,100}:(?P<value>[^\s\"';&|]{8,512})"
    r"|https?://[^\s:/@\"'$]{1,100}:(?P<inside>[^\s/@\"']{8,512})@(?!localhost|127\.)"
)
HEADER = re.compile(
    r"(?i)\bauthorization[\"']?\s{0,4}[:=,]\s{0,4}[\"']?(?:bearer|token|basic)\s{1,4}(?P<value>[^\s\"',;]{16,1024})"
)
PLACEHOLDER = re.compile(
    r"(?i)(?:your|change|example|placeholder|dummy|replace|insert|fake|redacted|x{4,}|test|1234567|abcdef|\.\.\.|\*{3})|[<>{}$%]"
    r"|^(?:https?:/)?/"
)
MANY = 20
"""Most credentials of a text that are told."""
SIZE = 1 << 18
"""Longest text that is looked through, in characters."""


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """The prefix and the whole of what looks like a token of a known issuer."""
    for match in TOKEN.finditer(text):
        prefix = match["prefix"]
        shape = SHAPES.get("xox" if prefix.startswith("xox") else prefix)
        body = match[0][len(prefix) :]
        if shape is not None and shape.fullmatch(body) and len(set(body)) > 8 and not PLACEHOLDER.search(body):
            yield prefix, match[0]


def strong(value: str, least: int = 16) -> bool:
    """Whether a value that something names a credential is one, rather than a placeholder or a plain word."""
    return (
        len(value) >= least
        and is_literal(value)
        and any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
        and PLACEHOLDER.search(value) is None
    )


def credentials(text: str) -> list[str]:
    """What credentials stand in a text: the names given to them, or the beginning by which a token is known."""
    text = text[:SIZE]
    found = [f"{prefix}..." for prefix, _ in tokens(text)]
    if KEY.search(text):
        found.append("private key")
    for match in GIVEN.finditer(text):
        name, value = match["name"] or match["option"], match["value"] or match["word"]
        if names_secret(name) and strong(value):
            found.append(name)
    found += ["login" for match in LOGIN.finditer(text) if strong(match["value"], 8)]
    found += ["user" for match in BASIC.finditer(text) if strong(match["value"] or match["inside"], 8)]
    found += ["Authorization" for match in HEADER.finditer(text) if strong(match["value"])]
    return list(dict.fromkeys(found))[:MANY]


def given(inputs: Mapping[str, str]) -> list[str]:
    """The inputs of an action that are literal credentials."""
    found = []
    for name, value in inputs.items():
        if "${{" not in value and names_secret(name) and strong(value, 12):
            found.append(name)
        else:
            found += credentials(value)
    return list(dict.fromkeys(found))[:MANY]
