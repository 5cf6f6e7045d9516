"""Image references: their parts, and the version that a tag states."""

from __future__ import annotations

import re

from msgspec import Struct


class Image(Struct, frozen=True):
    """The parts of an image reference that identify a product."""

    name: str
    """The last path segment: `vllm-openai`."""
    owned: str
    """The last two path segments: `vllm/vllm-openai`; equal to `name` where there is only one."""
    tag: str
    """The tag; empty when none is given."""
    digest: str
    """The digest with its algorithm; empty when none is given."""


_RELEASE = re.compile(
    r"v?(\d{1,6}(?:\.\d{1,9}){1,4}(?:\.?(?:post|dev)\d{1,9}|[-.]?(?:rc|alpha|beta|a|b)[-.]?\d{1,4})?)(?![^-_+])"
)


def split(reference: str) -> Image:
    """The parts of `reference`, without judging whether it is well formed.

    Grammar: OCI distribution specification and github.com/distribution/reference.
    """
    path, _, digest = reference.partition("@")
    head, slash, last = path.rpartition("/")
    name, _, tag = last.partition(":")
    owner = head.rpartition("/")[2]
    return Image(name=name, owned=f"{owner}/{name}" if slash else name, tag=tag, digest=digest)


def release(tag: str) -> str | None:
    """The release that `tag` names, without a leading `v` and without build variants.

    `None` for `latest`, for names, and for one number alone: `redis:7` floats over every 7.x.
    """
    match = _RELEASE.match(tag)
    return match[1] if match else None
