"""What the metadata service of an instance asks for, where the instance, its account or its image says so.

Source: Amazon EC2 User Guide, "Configure the Instance Metadata Service options" (order of precedence: the launch, the
account's defaults for the region, the image), "Set the account-level defaults"; Amazon Linux 2023 User Guide, "IMDSv2";
Terraform AWS provider 6, `aws_ec2_instance_metadata_defaults` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block
from holdfast.core.fact import Fact
from holdfast.core.known import Text, known

DEFAULTS = "aws_ec2_instance_metadata_defaults"
SILENT = ("no-preference", "-1")
"""Words with which an account leaves it to the image."""
DIGITS = 19
"""From so many digits on, a number is none of hops."""
DEMANDING = re.compile(r"al2023|amazon-linux-2023|amazon linux 2023", re.IGNORECASE)
"""Images that demand a token unless told otherwise."""


def tokens(own: Block, stack: Stack) -> Fact[bool]:
    """Whether IMDSv2 is demanded."""
    answer = _said(own, stack, "http_tokens", "metadata_tokens")
    if answer is None and _demands(own, stack):
        return True
    return UNSET if answer is UNSET else answer == "required"


def hops(own: Block, stack: Stack) -> Fact[int]:
    """How far an answer of the service may travel: one step, or two for an image that demands a token."""
    answer = _said(own, stack, "http_put_response_hop_limit", "metadata_hops")
    if answer is None:
        return 2 if _demands(own, stack) else 1
    return int(answer) if isinstance(answer, str) and answer.isdecimal() and len(answer) < DIGITS else UNSET


def off(own: Block, stack: Stack) -> Fact[bool]:
    """Whether the service answers nobody."""
    answer = _said(own, stack, "http_endpoint", "metadata_off")
    return UNSET if answer is UNSET else answer == "disabled"


def _said(own: Block, stack: Stack, name: str, fact: str) -> Fact[str]:
    """What an instance says, or its account for its region; absent where neither has a preference."""
    if own.unseen("metadata_options"):
        return UNSET
    answer: Fact[str] = own.block("metadata_options").text(name, fact, None)
    for each in stack.of(DEFAULTS):
        if answer is None and (each.region, each.account) == (own.resource.region, own.resource.account):
            default: Fact[str] = Block(each, {}).text(name, default=None)
            if default is not None and default not in SILENT:
                answer = UNSET if each.maybe else default
    return answer


def _demands(own: Block, stack: Stack) -> bool:
    """Whether the image demands a token."""
    return any(map(DEMANDING.search, _images(own, stack)))


def _images(own: Block, stack: Stack) -> Iterator[str]:
    """Names of the image, or the path under which its id is looked up."""
    value = own.data.get("ami") or own.data.get("image_id")
    target = stack.target(value)
    texts: list[Any] = [known(value)]
    if target is not None:
        found = Block(target, {})
        texts += [found.raw("name"), found.raw("name_regex")]
        for each in found.blocks("filter"):
            values = each.raw("values")
            texts += values if isinstance(values, list) else [values]
    for text in map(known, texts):
        if isinstance(text, str):
            yield text
        elif isinstance(text, Text):
            yield "".join(piece for piece in text.pieces if isinstance(piece, str))
