"""User data that is a list of documents, each with its type (`#cloud-config-archive`).

Source: cloud-init, "User-data formats", Cloud config archive; cloudinit/user_data.py, `_explode_archive` (26.2, checked
2026-11-30): a row that is a text is a part, and one without a type is a configuration unless its start says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from holdfast.collect.host.multipart import OURS, PARTS, placed
from holdfast.collect.host.parts import Item
from holdfast.core.coverage import Gap
from holdfast.formats.yaml import Mapping, Sequence

__all__ = ["SIGN", "read"]

SIGN = b"#cloud-config-archive"


def read(
    rows: Sequence, path: str, inner: Callable[[bytes, str], Iterator[Item]], known: Callable[[bytes], object]
) -> Iterator[Item]:
    """What the parts of an archive make, each at its place; `inner` reads one whose start is `known`."""
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if number == PARTS:
            yield Gap(path, f"an archive of more than {PARTS} parts: the rest was not examined", "left_out")
            return
        table = isinstance(row, Mapping)
        content, type = (row.get("content", ""), row.get("type")) if table else (row, None)
        mark = (row.marks if table else {}).get("content", rows.marks[number])
        if not isinstance(content, str):
            yield Gap(path, "not readable as a part of an archive: no table with a text", "unreadable", mark.line + 1)
            continue
        if not content.strip() or content in seen:
            continue
        seen.add(content)
        data = content.encode("utf-8", "replace")
        before = mark.line + ("\n" in content)
        if type and not str(type).startswith(OURS) and not known(data):
            yield Gap(path, "a part that is none of cloud-init's formats: it was not examined", "left_out", before + 1)
            continue
        for item in inner(data, f"{path}#{number + 1}"):
            yield placed(item, path, before, kept=True)
