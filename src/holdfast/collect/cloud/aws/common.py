"""What all resources of AWS have in common."""

from __future__ import annotations

import re

from msgspec import UNSET

from holdfast.collect.cloud.values import Block
from holdfast.core.fact import Fact

GPUS = (
    (re.compile(r"p5\.4xlarge"), 1),
    (re.compile(r"p6e-gb\d+\.36xlarge"), 4),
    (re.compile(r"p[3-6][a-z]*(?:-[a-z0-9]+)?\.(?:16|24|32|48)xlarge|p[56][a-z]*\.\d+xlarge|p6[\w-]*\.\d+xlarge"), 8),
    (re.compile(r"p3\.8xlarge|g[456][a-z]*\.(?:12|24)xlarge|g7[a-z]*\.24xlarge"), 4),
    (re.compile(r"g[4567][a-z]*\.(?:48xlarge|metal)|p2\.8xlarge"), 8),
    (re.compile(r"p2\.16xlarge"), 16),
    (re.compile(r"gr?[4567][a-z]*\.\w+|p[23]\.\w+|vt1\.\w+|dl[12]q?\.\w+|trn[123][a-z]*\.\w+|inf[12]\.\w+"), 1),
)
"""Machine types with accelerators -> at least so many. Source: Amazon EC2, "Accelerated computing" (2026-11-30)."""


def tags(block: Block) -> Fact[dict[str, str]]:
    """A resource's tags with those that its provider's configuration adds."""
    own = block.table("tags", "tags")
    return block.table("tags_all") if "tags_all" in block else own


def gpus_of(type: Fact[str]) -> Fact[int]:
    """Accelerators of a machine type: 0 for none, unobserved where the type is open."""
    if not isinstance(type, str):
        return UNSET
    return next((count for pattern, count in GPUS if pattern.fullmatch(type)), 0)
