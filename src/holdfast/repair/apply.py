"""A repair at its place -> the bytes of the file with it made."""

from __future__ import annotations

import re

from holdfast.core.errors import FormatError, RepairError
from holdfast.core.repair import Offer
from holdfast.formats.yaml import documents as parted
from holdfast.repair import blocks, documents, settings, variables

BOM = "\ufeff"
TEMPLATE = re.compile(r"\{\{-?\s|\{\{[-.$(#]|\{[%#]-?\s|<%[=#-]?\s|(?:^|[ \t])#@", re.MULTILINE)
"""Helm, Go, Jinja, ERB and ytt. What a cluster fills in itself is no template: Argo's `{{inputs.x}}`, `$(X)`."""


CHANGES = {"set": documents.put, "fill": documents.fill, "add": documents.append}


def apply(data: bytes, offer: Offer) -> bytes:
    """The file with a repair made; unchanged where it is there already. Raises RepairError with the reason."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RepairError("the file is not in UTF-8") from error
    bom, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    repair = offer.repair
    if repair.verb == "setting":
        text = settings.put(text, offer.path, repair.setting, str(repair.to), offer.line)
    elif repair.verb == "drop":
        text = settings.drop(text, offer.line, repair.drop, str(repair.to).split())
    elif repair.verb == "argument":
        assert repair.to is not None  # checked when the rule was compiled
        text = blocks.put(text, offer.line, repair.argument, repair.to)
    elif repair.verb == "variable" and not offer.pointer:
        text = variables.in_build_file(text, offer.line, offer.column, repair.variable, str(repair.to))
    else:
        text = _in_document(text, offer)
    return (bom + text).encode()


def _in_document(text: str, offer: Offer) -> str:
    """Changes the one document of the stream in which the place lies."""
    start, end = _document(text, offer.line)
    if offer.source != "ansible" and TEMPLATE.search(text, start, end):
        raise RepairError("a template fills in parts of the document")
    try:
        steps = documents.steps_of(offer.pointer)
        if offer.source == "ansible":  # whose places have lines only
            steps = documents.task_at(text[start:end], offer.line - text.count("\n", 0, start))
        changed = _changed(text[start:end], steps, offer)
    except (FormatError, LookupError, TypeError, ValueError) as error:
        raise RepairError("the place is not there any more") from error
    return text[:start] + changed + text[end:]


def _changed(document: str, steps: list[str], offer: Offer) -> str:
    repair = offer.repair
    match repair.verb:
        case "variable" if repair.to is None:
            return variables.take(document, steps, repair.variable)
        case "variable":
            return variables.put(document, steps, repair.variable, str(repair.to))
        case "remove":
            return documents.take(document, steps, len(documents.steps_of(offer.element)))
        case verb:
            below = steps if repair.target == "." else [*steps, *repair.target.split(".")]
            assert repair.to is not None  # checked when the rule was compiled
            return CHANGES[verb](document, below, repair.to)


def _document(text: str, line: int) -> tuple[int, int]:
    """Where the document starts and ends that holds a line."""
    data = text.encode()
    try:
        found = [document for document in parted(data) if document.line <= line]
    except FormatError as error:
        raise RepairError(error.what) from error
    if not found:
        raise RepairError("the document is not there any more")
    start = 0
    for _ in range(found[-1].line - 1):
        start = data.index(b"\n", start) + 1
    if data.startswith(b"...", start):
        start += 3
    return len(data[:start].decode()), len(data[: start + len(found[-1].text)].decode())
