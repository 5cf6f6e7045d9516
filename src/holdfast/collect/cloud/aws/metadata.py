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
DEMANDING = re.compile(r"al2023|amazon-linux-2023|amazon linux 2023", re.IGNORECASE)
"""Images that demand a token unless told otherwise."""


def tokens(own: Block, stack: Stack) -> Fact[bool]:
    """Whether IMDSv2 is demanded."""
    if own.unseen("metadata_options"):
        return UNSET
    metadata = own.block("metadata_options")
    answer: Fact[str] = metadata.text("http_tokens", "metadata_tokens", None)
    if answer is None:
        answer = _default(own, stack, "http_tokens", "no-preference")
    if answer is None and any(map(DEMANDING.search, _images(own, stack))):
        return True
    return answer == "required" if isinstance(answer, str) or answer is None else UNSET


def hops(own: Block, stack: Stack) -> Fact[int]:
    """How far an answer of the service may travel: one step, or two for an image that demands a token."""
    if own.unseen("metadata_options"):
        return UNSET
    answer: Fact[int] = own.block("metadata_options").number("http_put_response_hop_limit", "metadata_hops", None)
    if answer is None:
        default = _default(own, stack, "http_put_response_hop_limit", "-1")
        answer = (
            int(default) if isinstance(default, str) and default.isdecimal() else None if default is None else UNSET
        )
    if answer is None and any(map(DEMANDING.search, _images(own, stack))):
        return 2
    return 1 if answer is None else answer


def off(own: Block, stack: Stack) -> Fact[bool]:
    """Whether the service answers nobody."""
    if own.unseen("metadata_options"):
        return UNSET
    answer: Fact[str] = own.block("metadata_options").text("http_endpoint", "metadata_off", None)
    if answer is None:
        answer = _default(own, stack, "http_endpoint", "no-preference")
    return answer == "disabled" if isinstance(answer, str) or answer is None else UNSET


def _default(own: Block, stack: Stack, name: str, silent: str) -> Fact[str]:
    """What the account says for the region of an instance; absent where it has no preference."""
    found: list[Fact[str]] = []
    for each in stack.of(DEFAULTS):
        if (each.region, each.account) == (own.resource.region, own.resource.account):
            default: Fact[str] = Block(each, {}).text(name, default=None)
            if default not in (None, silent):
                found.append(UNSET if each.maybe else default)
    return found[0] if found else None


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
