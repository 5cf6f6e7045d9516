"""What overlays make of one object."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Lookup
from collections.abc import Set as AbstractSet
from typing import Any

from holdfast.collect.kustomize.document import Image, Kustomization, Patch, Target
from holdfast.collect.kustomize.merge import Deleted, merged, native, operated, placed
from holdfast.collect.kustomize.selectors import selected
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, Sequence

SPAN = 10_000_000
"""Lines between the marks of one file and those of the next: no document has so many."""
LISTS = ("containers", "initContainers", "ephemeralContainers")
REST = re.compile(r"(?P<tag>:[\w.{}-]*)?(?P<digest>@sha256:[\w.{}-]*)?", re.ASCII)
"""What may follow the name of an image that is to be changed."""
MAX_PATTERN = 253
ESCAPED = re.compile(r"\\[.-]")
Given = Lookup[str, Lookup[str, str]]
LITERAL = re.compile(r"[\w-]+", re.ASCII)


class Rendering:
    """Applies overlays to objects, and remembers which file each mark stands in."""

    def __init__(self) -> None:
        self.files: list[str] = [""]
        """File n has its marks `n * SPAN` lines further down; the first is the object's own."""
        self.lines: list[int] = [0]
        """The line on which the documents of each start."""
        self.applied: list[Patch] = []
        self.trouble: list[tuple[Kustomization, str]] = []

    def apply(self, value: Mapping, overlays: tuple[Kustomization, ...], line: int) -> tuple[Mapping | None, bool]:
        """The object after all overlays (None for one that is removed), and whether any of them changed it."""
        names = {_name(value)}
        given: dict[str, dict[str, str]] = {"labels": {}, "annotations": {}}
        changed = False
        for overlay in overlays:
            for patch in overlay.patches:
                if not fits(patch.target, value, names, given):
                    continue
                try:
                    result = self._patched(value, patch, line)
                except Deleted:
                    self.applied.append(patch)
                    return None, True
                except FormatError as error:
                    self.trouble.append((overlay, error.what))
                    continue
                self.applied.append(patch)
                changed, value = True, result
            if overlay.images:
                found = reimaged(value, overlay.images)
                changed, value = changed or found is not value, found
            value = _renamed(value, overlay, names)
            given["labels"] |= overlay.labels
            given["annotations"] |= overlay.annotations
        return value, changed

    def _patched(self, value: Mapping, patch: Patch, line: int) -> Mapping:
        shift = self.shift(patch.body.path, patch.body.line, line)
        body = placed(patch.body.value, shift)
        if isinstance(body, Mapping):
            made = merged(value, body, known=native(value))
            return made if patch.renames else _kept(made, value)
        return operated(value, body)

    def shift(self, path: str, line: int, base: int) -> int:
        """By how many lines the marks of a document are moved that starts on `line` of a file."""
        self.files.append(path)
        self.lines.append(line)
        return (len(self.files) - 1) * SPAN + line - base


def fits(target: Target, value: Mapping, names: set[str], given: Given) -> bool:
    """Whether an object is one that a patch is for; names and kinds are patterns that must match as a whole.

    `given` holds the labels and annotations that overlays further in add.
    """
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else Mapping()
    if target.kind is not None and not _matches(target.kind, str(value.get("kind"))):
        return False
    if target.name is not None and not any(_matches(target.name, name) for name in names):
        return False
    if target.group is not None and not _matches(target.group, str(value.get("apiVersion")).rpartition("/")[0]):
        return False
    namespace = metadata.get("namespace")
    if target.namespace is not None and namespace is not None and not _matches(target.namespace, str(namespace)):
        return False
    return all(
        selector is None or selected(selector, {**_pairs(metadata.get(key)), **given.get(key, {})})
        for key, selector in (("labels", target.labels), ("annotations", target.annotations))
    )


def touches(overlay: Kustomization, value: Mapping, images: AbstractSet[str]) -> bool:
    """Whether an overlay may change an object that uses these images, under whatever name it has by then."""
    if any(text.startswith(image.name) for image in overlay.images for text in images):
        return True
    name, kind = _name(value), str(value.get("kind"))
    for patch in overlay.patches:
        of = patch.target
        if of.kind is not None and not _matches(of.kind, kind):
            continue
        literal = literal_of(of.name)
        if not literal or name in literal or (of.name is not None and _matches(of.name, name)):
            return True
    return False


def literal_of(pattern: str | None) -> str:
    """The text that a pattern stands for, empty for one that stands for several."""
    bare = ESCAPED.sub("", pattern or "")
    return (pattern or "").replace("\\", "") if LITERAL.fullmatch(bare) else ""


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern of Go's, which is RE2's, matches a whole text; it comes from whoever wrote the overlay."""
    literal = literal_of(pattern)
    if literal or len(pattern) > MAX_PATTERN:
        return literal == text
    return _compiled(pattern)(text[:MAX_PATTERN]) is True


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> Callable[[str], bool | None]:
    from holdfast.core.cel.errors import CelError
    from holdfast.core.cel.patterns import compile_pattern  # most overlays name what they change

    try:
        return compile_pattern(f"^(?:{pattern})$")
    except CelError:
        return lambda _: False


def _pairs(value: object) -> dict[str, str]:
    return {str(key): str(each) for key, each in value.items()} if isinstance(value, Mapping) else {}


def _name(value: Mapping) -> str:
    metadata = value.get("metadata")
    return str(metadata.get("name") or "") if isinstance(metadata, Mapping) else ""


def _renamed(value: Mapping, overlay: Kustomization, names: set[str]) -> Mapping:
    """The object with the names and the namespace that an overlay gives it."""
    metadata = value.get("metadata")
    if not isinstance(metadata, Mapping):
        return value
    name = f"{overlay.prefix}{_name(value)}{overlay.suffix}"
    names.add(name)
    changes = {"name": name} if name != _name(value) else {}
    if overlay.namespace is not None:
        changes["namespace"] = overlay.namespace
    if not changes:
        return value
    inner = _with(metadata, changes)
    return _with(value, {"metadata": inner})


def _kept(made: Mapping, value: Mapping) -> Mapping:
    """A patched object with the kind, the name and the namespace that it had."""
    metadata, before = made.get("metadata"), value.get("metadata")
    if isinstance(metadata, Mapping) and isinstance(before, Mapping):
        own = {key: before[key] for key in ("name", "namespace") if key in before and metadata.get(key) != before[key]}
        made = _with(made, {"metadata": _with(metadata, own)}) if own else made
    kind = value.get("kind")
    return _with(made, {"kind": kind}) if made.get("kind") != kind else made


def _with(base: Mapping, changes: dict[str, Any]) -> Mapping:
    copy = Mapping({**base, **changes})
    copy.mark, copy.marks = base.mark, {**dict.fromkeys(changes, base.mark), **base.marks}
    return copy


def reimaged(value: Mapping, images: tuple[Image, ...]) -> Mapping:
    """The object with images changed in every list of containers; itself where none is."""
    if not any(_changed(item, image) for item in containers(value) for image in images):
        return value
    result: Mapping = placed(value, 0)
    for item in containers(result):
        for image in images:
            item["image"] = _changed(item, image) or item.get("image")
    return result


def _changed(container: Mapping, image: Image) -> str:
    """The new reference, empty where it stays."""
    text = container.get("image")
    if not isinstance(text, str) or not text.startswith(image.name):
        return ""
    rest = REST.fullmatch(text[len(image.name) :])
    if rest is None:
        return ""
    tag, digest = rest["tag"] or "", rest["digest"] or ""
    if image.tag is not None or image.digest is not None:
        tag = f":{image.tag}" if image.tag is not None else ""
        digest = f"@{image.digest}" if image.digest is not None else ""
    new = f"{image.new_name or image.name}{tag}{digest}"
    return new if new != text else ""


def containers(value: Mapping) -> Iterator[Mapping]:
    """The mappings in every list of containers of an object."""
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            for key in LISTS:
                found = item.get(key)
                yield from (each for each in found if isinstance(each, Mapping)) if isinstance(found, Sequence) else ()
            stack.extend(child for child in item.values() if isinstance(child, Mapping | Sequence))
        elif isinstance(item, Sequence):
            stack.extend(child for child in item if isinstance(child, Mapping | Sequence))
