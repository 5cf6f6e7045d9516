"""A YAML or JSON file -> the assets of every Kubernetes object and compose file in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.collect.kubernetes.objects import assets
from holdfast.collect.launches import of_workload
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, documents, load

DEFINITION = b"CustomResourceDefinition"
KIND = re.compile(rb"kind:[ \t]*[\"']?\Z")
TEMPLATE = re.compile(rb"\{\{-?\s|\{\{[-.$(]|\{%-?\s|<%[=-]?\s|^#@", re.MULTILINE)
"""Helm, Go, Jinja, ERB and ytt templates."""


def read_documents(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The assets of a file; a document that cannot be read is a gap and does not stop the rest."""
    if b"apiVersion" not in data and b"services" not in data:
        return
    for document in documents(data):
        text = document.text
        if (b"apiVersion" not in text and b"services" not in text) or is_definition(text):
            continue
        try:
            value = load(text)
        except FormatError as error:
            line = document.line + max(error.line - 1, 0)
            if TEMPLATE.search(text):
                yield Gap(path, "an unrendered template: render it and check the result", "template", line)
            else:
                yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", line)
            continue
        yield from _with_servers(value, path, document.line)


def _with_servers(value: object, path: str, line: int) -> Iterator[Asset | Edge]:
    for asset in _assets(value, path, line):
        yield asset
        yield from of_workload(asset)


def _assets(value: object, path: str, line: int) -> Iterator[Asset]:
    if isinstance(value, Mapping) and isinstance(value.get("services"), Mapping):
        from holdfast.collect.compose import compose, is_compose

        if is_compose(path, value):
            return compose(value, path, line)
    return assets(value, path, line)


def is_definition(text: bytes) -> bool:
    """Whether a document is a CustomResourceDefinition: a schema, and most of the bytes of many repositories."""
    at = text.find(DEFINITION)
    while at >= 0:
        start = text.rfind(b"\n", 0, at) + 1
        if KIND.fullmatch(text, start, at):
            return True
        at = text.find(DEFINITION, at + 1)
    return False
