"""Files that are templates of what is examined."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.core.coverage import Gap, template


def template_file(data: bytes, path: str) -> Iterator[Gap]:
    """The gap that a template is, where it would become something that is examined."""
    rendered = path.rpartition(".")[0]
    if b"apiVersion" in data or b"services" in data or rendered.endswith((".sh", ".service")):
        yield template(path, 1)
