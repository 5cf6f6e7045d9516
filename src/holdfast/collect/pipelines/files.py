"""Which files are pipelines by their path, and which objects by their version: the way in for the file readers."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.pipelines import argo, github, gitlab, jenkins, tekton
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import yaml

GROUPS = (b"tekton.dev/", b"argoproj.io/")
"""What a text holds that has an object of Tekton or Argo in it."""


def by_path(path: str) -> str:
    """The platform of a file that is a pipeline by its path; empty for any other."""
    if github.WORKFLOW.fullmatch(path) or github.ACTION.fullmatch(path):
        return github.SOURCE
    if gitlab.NAME.fullmatch(path):
        return gitlab.SOURCE
    return jenkins.SOURCE if jenkins.is_workflow(path) else ""


def read_file(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """What a file shows that is a pipeline by its path; a document that cannot be read is a gap."""
    platform = by_path(path)
    if platform == jenkins.SOURCE:
        yield from jenkins.read(data, path)
        return
    is_workflow, read = (
        (github.is_workflow, github.read) if platform == github.SOURCE else (gitlab.is_workflow, gitlab.read)
    )
    line = 1
    try:
        for text in yaml.documents(data):
            line = text.line
            document = yaml.load(text.text)
            if isinstance(document, yaml.Mapping) and is_workflow(path, document):
                yield from read(document, path, line)
    except FormatError as error:
        yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", line + max(error.line - 1, 0))


def of_object(document: yaml.Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The pipelines of an object of Tekton or Argo; nothing for any other."""
    for reader in (tekton, argo):
        if reader.is_workflow(path, document):
            yield from reader.read(document, path, line)
