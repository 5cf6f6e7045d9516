"""What the labels of a build machine say about it.

Sources, checked 2026-11-30: GitHub Docs, "GitHub-hosted runners reference" and "Using self-hosted runners in a
workflow" (the label `self-hosted`); GitLab Docs, "Hosted runners for GitLab.com" (tags `saas-...`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from holdfast.core.fact import Fact

GITHUB = re.compile(
    r"(?:ubuntu|windows|macos)-(?:latest|slim|\d+(?:\.\d+)?)(?:-(?:arm|intel|x?large|vs\d{4}))*", re.IGNORECASE
)
"""The labels of machines that GitHub makes anew for each job; others may be larger ones, or one's own."""
GITLAB = re.compile(r"(?:gitlab-org|saas)-.*|gitlab-org")
GPU = re.compile(
    r"(?:^|[-_./:\s\d])(?:gpus?|cuda|rocm|nvidia|a10g?|a30|a40|a100|h100|h200|h800|h20|b200|b300|gb200|gb300|l4|l40s?|t4"
    r"|v100|p100|mi2[15]0x?|mi3\d{2}x?|rtx\w*|dgx\w*|g[456](?:dn|e)?|p[345](?:dn|de?|en)?)(?![a-z])",
    re.IGNORECASE,
)
"""Names of GPUs, of their software, and of the instance types of clouds that have them."""


def hosted_by_github(labels: Fact[list[str]]) -> bool | UnsetType:
    """Whether a runner is one's own: GitHub gives every such runner a label, though it need not be asked for."""
    if not isinstance(labels, list) or not labels:
        return UNSET
    if any(label.lower() == "self-hosted" for label in labels):
        return True
    return False if all(map(GITHUB.fullmatch, labels)) else UNSET


def hosted_by_gitlab(tags: Sequence[str]) -> bool | UnsetType:
    """Whether a runner is one's own; untagged jobs go wherever untagged jobs may."""
    return False if tags and all(map(GITLAB.fullmatch, tags)) else UNSET


def gpu(labels: Fact[list[str]]) -> bool | UnsetType:
    """Whether a label names a GPU."""
    return any(map(GPU.search, labels)) if isinstance(labels, list) else UNSET
