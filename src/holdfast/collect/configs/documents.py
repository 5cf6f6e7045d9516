"""YAML and JSON documents that configure a server, recognised by what they hold, whatever their files are called."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from holdfast.collect.configs.settings import HOLES
from holdfast.collect.readers import SIGNS
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, documents, load


class Format(NamedTuple):
    """How a format is recognised: a text that its files hold, then what the document says."""

    sign: bytes
    accepts: str
    """`module:function` below this folder: mapping -> whether it is one."""
    reads: str
    """`module:function`: mapping, path, line on which it starts -> its assets."""
    sure: bool = False
    """Whether the sign stands in no other files, so that one that cannot be read should have been."""


FORMATS = (
    Format(b"head_start_ray_commands", "ray:is_cluster", "ray:cluster", sure=True),
    Format(b"static_resources", "envoy:is_envoy", "envoy:envoy", sure=True),
    Format(b"entryPoints", "traefik:is_traefik", "traefik:traefik"),
    Format(b"loadBalancer", "traefik:is_traefik", "traefik:traefik"),
    Format(b"singleuser", "jupyter:is_chart", "jupyter:chart"),
    Format(b"litellm_params", "stores:is_litellm", "stores:litellm", sure=True),
    Format(b"http_port", "stores:is_qdrant", "stores:qdrant"),
    Format(b"grpc_port", "stores:is_qdrant", "stores:qdrant"),
    Format(b"authorizationEnabled", "stores:is_milvus", "stores:milvus"),
    Format(b"persist_path", "stores:is_chroma", "stores:chroma"),
    *(Format(sign, "stores:is_vllm", "stores:vllm") for sign in (b"max-model-len", b"gpu-memory-util", b"tensor-par")),
)


def signed(data: bytes) -> bool:
    """Whether a text may hold such a document; False is certain."""
    return any(sign in data for sign in SIGNS)


def read(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The assets of the documents that are recognised; all others say nothing."""
    try:
        for document in documents(data):
            if signed(document.text):
                yield from _read(document.text, path, document.line)
    except FormatError as error:
        yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", 1)


def _read(text: bytes, path: str, line: int) -> Iterator[Asset | Gap]:
    try:
        value = load(text)
    except FormatError as error:
        if not any(each.sure for each in FORMATS if each.sign in text):
            return
        at = line + max(error.line - 1, 0)
        hole = any(sign in text for sign in HOLES)
        yield template(path, at) if hole else Gap(path, f"not readable as YAML: {error.what}", "unreadable", at)
        return
    if isinstance(value, Mapping):
        for reads in {each.reads: None for each in FORMATS if each.sign in text and _load(each.accepts)(value)}:
            yield from _load(reads)(value, path, line)


def _load(name: str) -> Callable[..., Iterator[Asset]]:
    module, _, function = name.partition(":")
    found: Callable[..., Iterator[Asset]] = getattr(
        importlib.import_module(f"holdfast.collect.configs.{module}"), function
    )
    return found
