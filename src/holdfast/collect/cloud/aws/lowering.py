"""Resources of CloudFormation in Terraform's words, so that one reader serves both.

Names become snake case. What CloudFormation writes into one resource and Terraform into several, as the parts of a
bucket, becomes several.

Source: AWS CloudFormation Template Reference; Terraform AWS provider 6 (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from holdfast.collect.cloud.aws.adjusting import adjust
from holdfast.collect.cloud.aws.spelling import INNER, KEPT, PARTS, RAISED, RENAMED, SPREAD, TYPES, Part, Spread
from holdfast.collect.cloud.resource import Resource
from holdfast.core.known import Reference, Unknown, known

ACRONYM, WORD = re.compile(r"([A-Z]+)([A-Z][a-z])"), re.compile(r"([a-z0-9])([A-Z])")
STEP = re.compile(r"([A-Za-z0-9]+)")


def lowered(resource: Resource) -> Iterator[Resource]:
    """A resource in Terraform's words, with the resources that its parts become; one of an unknown type stays."""
    type = TYPES.get(resource.type)
    if type is None:
        yield resource
        return
    whole = _renamed(resource, type)
    if type:
        yield whole
    for part in PARTS.get(type, ()):
        yield from _part(whole, part)
    for spread in SPREAD.get(resource.type, ()):
        yield from _spread(whole, spread)


def _renamed(resource: Resource, type: str) -> Resource:
    attributes = _mapping(resource.attributes)
    spots = {_path(path): spot for path, spot in resource.spots.items()}
    raised = RAISED.get(type, "")
    if raised:
        inner = known(attributes.pop(raised, None))
        attributes.update(inner if isinstance(inner, dict) else {})
        spots = {path.removeprefix(f"{raised}."): spot for path, spot in spots.items()}
    for old, new in RENAMED.get(type, {}).items():
        if old in attributes:
            attributes[new] = attributes.pop(old)
            spots.update({f"{new}{path[len(old) :]}": spot for path, spot in spots.items() if path.startswith(old)})
    adjust(type, attributes)
    return replace(resource, type=type, attributes=attributes, spots=spots, written=resource.type)


def _part(whole: Resource, part: Part) -> Iterator[Resource]:
    value: Any = whole.attributes
    for step in part.path.split("."):
        value = known(value).get(step) if isinstance(known(value), dict) else None
    value = known(value)
    if value is None:
        return
    if isinstance(value, Unknown) or part.attribute:
        attributes: dict[str, Any] = {part.block or "configuration": value}
    elif part.block:
        attributes = {part.block: value if isinstance(value, list) else [value]}
    else:
        attributes = dict(value) if isinstance(value, dict) else {"configuration": value}
    at = len(part.path)
    listed = isinstance(value, list) or part.attribute
    lead = part.block and (part.block if listed else f"{part.block}[0]")
    spots = {
        f"{lead}{path[at:]}" if lead else path[at + 1 :]: spot
        for path, spot in whole.spots.items()
        if path == part.path or path.startswith((f"{part.path}.", f"{part.path}["))
    }
    spots[""] = whole.spot(part.path)
    attributes[part.link] = _itself(whole)
    yield replace(whole, type=part.type, address=f"{whole.address}.{part.path}", attributes=attributes, spots=spots)


def _spread(whole: Resource, spread: Spread) -> Iterator[Resource]:
    """A resource for each item of a list; one for a list that is open."""
    found = known(whole.attributes.get(spread.items))
    items = [] if found is None else found if isinstance(found, list) else [found]
    attributes = {spread.renamed.get(old, old): value for old, value in whole.attributes.items()}
    if spread.itself:
        attributes[spread.itself] = _itself(whole)
    spots = {
        f"{new}{path[len(old) :]}": spot
        for path, spot in whole.spots.items()
        for old in [path.partition(".")[0].partition("[")[0]]
        for new in [spread.renamed.get(old, old)]
    }
    for number, item in enumerate(items):
        yield replace(
            whole,
            type=spread.type,
            address=f"{whole.address}.{spread.items}[{number}]",
            attributes={**attributes, spread.link: item},
            spots=spots,
        )


def _itself(resource: Resource) -> Reference:
    return Reference(f"{resource.address} decides it", address=resource.address, attribute="id")


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name(key): item if key in KEPT else _value(item) for key, item in value.items()}


def _value(value: Any) -> Any:
    """A value with its keys in Terraform's words; what is open stays as it is."""
    inner = known(value)
    if isinstance(inner, dict):
        return {_inner(name(key)): item if key in KEPT else _value(item) for key, item in inner.items()}
    if isinstance(inner, list):
        return [_value(item) for item in inner]
    return value


def _inner(key: str) -> str:
    return INNER.get(key, key)


def name(key: str) -> str:
    """A property's name in snake case: `SSEAlgorithm` is `sse_algorithm`."""
    return WORD.sub(r"\1_\2", ACRONYM.sub(r"\1_\2", key)).lower()


def _path(path: str) -> str:
    first, *rest = path.split(".")
    return ".".join(
        [
            STEP.sub(lambda match: name(match[1]), first),
            *(STEP.sub(lambda m: _inner(name(m[1])), each) for each in rest),
        ]
    )
