"""What must not stand in commands and settings: downloads that are run at once, and literal credentials."""

from __future__ import annotations

import re

from holdfast.formats.servers.masking import is_literal, names_secret

PIPED = re.compile(
    r"\b(?:curl|wget)\b[^|;&\n]{0,1000}\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:/\S*/)?(?:(?:ba|z|da|k)?sh|python3?)\b"
    r"|\b(?:ba|z|da|k)?sh\s+(?:-c\s+[\"']?\$\(|<\(\s*)(?:curl|wget)\b"
)
ASSIGNED = re.compile(r"([A-Za-z_][\w-]{1,60})[ \t]?[=:][ \t]?[\"']?([^\s\"';&|,]{8,})", re.ASCII)
PLACEHOLDER = re.compile(
    r"(?i)x{4,}|your|change.?me|example|placeholder|dummy|redacted|\.\.\.|<|\*{3}|^/|^\$|\{\{|^https?://"
)
MENTIONED = re.compile(
    r"(?i)\{\{[^}]{0,200}?\b\w{0,60}(?:password|passwd|token|secret|api_?key|private_?key)\w{0,60}\b[^}]{0,200}\}\}"
)


def runs_download(text: str) -> bool:
    """Whether what is fetched over the network is run at once: `curl ... | sh`."""
    return PIPED.search(text) is not None


def credentials(text: str) -> list[str]:
    """The names of literal credentials in a text, such as `HF_TOKEN`; variables, paths and placeholders are none."""
    pairs = ((match[1], match[2]) for match in ASSIGNED.finditer(text))
    return list(
        dict.fromkeys(
            name for name, value in pairs if names_secret(name) and is_literal(value) and not PLACEHOLDER.search(value)
        )
    )


def mentions_secret(text: str) -> bool:
    """Whether a template expression names a secret: `{{ db_password }}`."""
    return MENTIONED.search(text) is not None
