"""A YAML or JSON file -> the assets of every Kubernetes object in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.collect.kubernetes.objects import assets
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import documents, load

DEFINITION = re.compile(rb'^kind:[ \t]*["\']?CustomResourceDefinition\b', re.MULTILINE)
"""A schema, not an object, and most of the bytes of many repositories: dropped before it is parsed."""
TEMPLATE = re.compile(rb"\{\{-?\s|\{\{[-.$(]|\{%-?\s|<%[=-]?\s|^#@", re.MULTILINE)
"""Helm, Go, Jinja, ERB and ytt templates."""


def manifests(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The assets of the objects in `data`; a document that cannot be read is a gap and does not stop the rest."""
    if b"apiVersion" not in data:
        return
    for document in documents(data):
        text = document.text
        if b"apiVersion" not in text or (b"CustomResourceDefinition" in text and DEFINITION.search(text)):
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
        yield from assets(value, path, document.line)
