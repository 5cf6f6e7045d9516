"""Files that are templates of what is examined."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.readers import DOCUMENTS, reader_of
from holdfast.collect.shapes import signed
from holdfast.core.coverage import Gap, template


def template_file(data: bytes, path: str) -> Iterator[Gap]:
    """The gap that a template is, where it would become something that is examined."""
    reader = reader_of(path.rpartition(".")[0])
    if reader != DOCUMENTS or b"apiVersion" in data or b"services" in data or signed(data):
        yield template(path, 1)
