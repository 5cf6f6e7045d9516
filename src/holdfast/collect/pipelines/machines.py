"""What the labels of a build machine say about it.

Sources, checked 2026-11-30: GitHub Docs, "GitHub-hosted runners reference", "Larger runners reference" (one label,
the name that the owner gives; GPUs are T4) and "Using self-hosted runners in a workflow" (default labels; a runner is
chosen by any of its labels); Actions Runner Controller (a scale set is asked for by its name); the labels in the
documentation of Blacksmith, Depot, Namespace, BuildJet, WarpBuild and Ubicloud; GitLab Docs, "Hosted runners for
GitLab.com" (tags `saas-...`).
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
VENDORS = re.compile(
    r"blacksmith(?:-\d+vcpu-.+)?|buildjet-\d+vcpu-.+|(?:depot|warp)-(?:ubuntu|windows|macos)-.+"
    r"|ubicloud(?:-(?:standard|premium|gpu)(?:-.+)?)?|(?:nscloud|namespace-profile)-.+",
    re.IGNORECASE,
)
"""The labels of machines that others make anew for each job."""
SELF_HOSTED = "self-hosted"
DEFAULTS = frozenset((SELF_HOSTED, *"linux windows macos x64 arm arm64".split()))
"""Labels that every machine of one's own gets. A larger machine of GitHub has one label, which may be any of the others
by its owner's choice; two together are of a machine of one's own.
"""
OWN = re.compile(
    r"(?:^|[-_./:])(?:self-?hosted|arc|actions-runner-controller|on-?prem(?:ises?)?|bare-?metal|homelab|k8s|kubernetes"
    r"|slurm)(?![a-z0-9])",
    re.IGNORECASE,
)
"""Words for machines of one's own, in names that their owners choose."""
LARGER = re.compile(r"\b(?:ubuntu|windows|macos)\b", re.IGNORECASE)
"""What the names of larger machines of GitHub mostly hold."""
FAMILY = re.compile(r"[gp]\d", re.IGNORECASE)
SIZED = re.compile(r"\dxl", re.IGNORECASE)
"""A family of instance types is one in the name of a type only: `g4dn-2xlarge`, not `p4-checks`."""
GITLAB = re.compile(r"(?:gitlab-org|saas)-.*|gitlab-org")
GPU = re.compile(
    r"(?:^|[-_./:\s\d])(gpus?|cuda|rocm|nvidia|a10g?|a30|a40|a100|h100|h200|h800|h20|b200|b300|gb200|gb300|l4|l40s?|t4"
    r"|v100|p100|mi2[15]0x?|mi3\d{2}x?|rtx\w*|dgx\w*|g[456](?:dn|e)?|p[345](?:dn|de?|en)?)(?![a-z])",
    re.IGNORECASE,
)
"""Names of GPUs, of their software, and of the instance types of clouds that have them."""


def hosted_by_github(labels: Fact[list[str]]) -> bool | UnsetType:
    """Whether a runner is one's own; unobserved for names that a larger machine of the platform may have as well."""
    if not isinstance(labels, list) or not labels:
        return UNSET
    others = [label for label in labels if not GITHUB.fullmatch(label) and not VENDORS.fullmatch(label)]
    plain = {label.lower() for label in others} & DEFAULTS
    if SELF_HOSTED in plain or (len(plain) > 1 and len(others) == len(labels)) or any(map(_own, others)):
        return True
    return UNSET if others else False


def _own(label: str) -> bool:
    """Whether a name speaks of a machine of one's own: GitHub lets out no GPUs but T4."""
    if LARGER.search(label) is not None:
        return False
    if OWN.search(label) is not None:
        return True
    names = [match[1].lower() for match in GPU.finditer(label)]
    sized = SIZED.search(label) is not None
    return "t4" not in names and any(sized or not FAMILY.match(name) for name in names)


def hosted_by_gitlab(tags: Sequence[str]) -> bool | UnsetType:
    """Whether a runner is one's own; untagged jobs go wherever untagged jobs may."""
    return False if tags and all(map(GITLAB.fullmatch, tags)) else UNSET


def gpu(labels: Fact[list[str]]) -> bool | UnsetType:
    """Whether a label names a GPU."""
    return any(map(GPU.search, labels)) if isinstance(labels, list) else UNSET
