"""The way in for the readers of files: what is a pipeline by its path, and what by an object's version."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.pipelines import argo, argo_events, tekton
from holdfast.collect.pipelines.argo import Inner
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.formats import yaml


def of_object(document: yaml.Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The pipelines of an object of Tekton or Argo; nothing for any other."""
    for reader in (tekton, argo, argo_events):
        if reader.is_workflow(path, document):
            yield from reader.read(document, path, line)


def embedded(document: yaml.Mapping, path: str, line: int) -> Iterator[Inner | Gap]:
    """The objects that a pipeline creates from a text in it."""
    if argo.is_workflow(path, document):
        yield from argo.manifests(document, path, line)
