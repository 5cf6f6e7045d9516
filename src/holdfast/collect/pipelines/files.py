"""The way in for the readers of files: what is a pipeline by its path, and what by an object's version."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.pipelines import argo, github, jenkins, tekton
from holdfast.collect.pipelines.paths import platform
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import yaml


def read_file(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """What a file shows that is a pipeline by its path; a document that cannot be read is a gap."""
    if platform(path) == jenkins.SOURCE:
        yield from jenkins.read(data, path)
        return
    line = 1
    try:
        for text in yaml.documents(data):
            line = text.line
            document = yaml.load(text.text)
            if isinstance(document, yaml.Mapping) and github.is_workflow(path, document):
                yield from github.read(document, path, line)
    except FormatError as error:
        yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", line + max(error.line - 1, 0))


def of_object(document: yaml.Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The pipelines of an object of Tekton or Argo; nothing for any other."""
    for reader in (tekton, argo):
        if reader.is_workflow(path, document):
            yield from reader.read(document, path, line)
