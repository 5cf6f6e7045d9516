"""Credentials that no name and no command goes before: logins in one word, keys by their looks, users of basic auth."""

from __future__ import annotations

import re

from holdfast.formats.servers.masking import HIDDEN, is_literal

__all__ = ["without", "without_logins"]

ADDRESSED = (
    r"users?|groups?|serviceaccount|domain|deleted|principal(?:set)?|mailto|e-?mail|contact|owner|team|by|from|to|cc"
    r"|npm|pkg|gem|docker|oci|git|sip|acct"
)
"""What stands before a name with an at sign that is no login."""
LOGIN = re.compile(
    rf"(?<![\w/@:.+-])(?!(?i:{ADDRESSED}):)(?P<user>[\w.+-]{{1,64}}:)"
    r"(?=[^\s@]{0,256}[A-Za-z])(?=[^\s@]{0,256}(?:\d|[A-Z]{3}))[^\s:/@\"'$<>{}*]{4,256}@(?=[a-z\d])(?!sha\d{3}:)",
    re.ASCII,
)
"""`user:password@host` without a scheme: the password has letters, and a digit or capitals; a digest is none."""
KEY = re.compile(
    r"(?<![\w/+=.-])(?=[A-Za-z/+]{0,39}\d)(?=[a-z\d/+]{0,39}[A-Z])(?=[A-Z\d/+]{0,39}[a-z])"
    r"(?![A-Za-z\d/+]{0,32}[a-z]{8})[A-Za-z\d/+]{40}(?![\w/+=.-])",
    re.ASCII,
)
"""A secret access key of AWS: forty characters of base64 without a word among them; a digest in hexadecimal has no
capitals. Source: IAM, "Manage access keys for IAM users"."""
BASIC = re.compile(
    r"basic[-_.]?auth[\w.-]{0,40}+[\"']?\s{0,4}+[=:]\s{0,4}+[\"']?(?P<users>[^\s\"':=,]{1,128}:[^\s\"']{1,2048})",
    re.IGNORECASE,
)
"""Users of basic auth where a label, an annotation or a setting names them. Source: Traefik, BasicAuth, `users`."""
USERS = re.compile(r"basic[-_.]?auth[\w.-]{0,40}", re.IGNORECASE)


def without(text: str) -> str:
    """`text` with `***` for every one of them."""
    if ":" in text and "@" in text:
        text = LOGIN.sub(rf"\g<user>{HIDDEN}@", text)
    if len(text) >= 40:  # as long as a key
        text = KEY.sub(HIDDEN, text)
    return BASIC.sub(_hidden, text) if "auth" in text.lower() else text


def without_logins(name: str, value: str) -> str:
    """The value of a label, without the passwords of its users where its name says that it holds some."""
    return _users(value) if USERS.search(name) else value


def _hidden(match: re.Match[str]) -> str:
    start = match.start("users") - match.start()
    return match[0][:start] + _users(match["users"])


def _users(value: str) -> str:
    """`user:password,user:password`; a hash, or what is taken from a variable, stays."""
    parts = (each.partition(":") for each in value.split(","))
    return ",".join(f"{user}{colon}{HIDDEN if given and is_literal(given) else given}" for user, colon, given in parts)
