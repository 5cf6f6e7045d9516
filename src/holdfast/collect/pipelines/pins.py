"""References to code that is kept elsewhere: what cannot be moved, and what moves with every push."""

from __future__ import annotations

import re

from msgspec import UNSET, UnsetType

COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
"""A full commit id; an abbreviated one may be made to collide, and some platforms take it for a branch."""
DIGEST = re.compile(r"sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128}")
COMPUTED = re.compile(r"\$\{\{|\$[\w{(\[]|\{\{")
"""A reference that something else fills in later."""
BRANCH = re.compile(
    r"refs/heads/.+|(?:main|master|trunk|devel(?:op)?|dev|head|next|nightly|edge|stable|unstable|beta|latest|~latest)"
    r"|(?:release|releases|feature|dev)/.+",
    re.IGNORECASE,
)
"""Names that are branches by custom; tags look like versions."""


def pinned(version: str | None) -> bool | UnsetType:
    """Whether a version is a full commit or a digest; unobserved when it is computed."""
    if version is None:
        return False
    if COMPUTED.search(version):
        return UNSET
    return (COMMIT.fullmatch(version) or DIGEST.fullmatch(version)) is not None


def branch(version: str | None) -> bool | UnsetType:
    """Whether a version is a branch, or missing, which means the default branch."""
    if version is None:
        return True
    return UNSET if COMPUTED.search(version) else BRANCH.fullmatch(version) is not None
