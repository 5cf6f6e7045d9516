"""A kustomization file -> what it names and what it changes.

Source: the kustomization file reference (kustomize.config.k8s.io/v1beta1, Component v1alpha1) of kustomize 5.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from holdfast.collect.kustomize.selectors import readable
from holdfast.collect.together import Files
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, Sequence, documents, load

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
REMOTE = re.compile(r"[a-z+]+://|git@|[\w.-]+\.(?:com|org|io|net|dev)(?::|/)|.*[?&]ref=", re.ASCII | re.IGNORECASE)
"""An address that kustomize would fetch."""
UNAPPLIED = (
    "generators",
    "transformers",
    "validators",
    "helmCharts",
    "helmChartInflationGenerator",
    "replacements",
    "vars",
)
"""What runs programs, fetches charts or copies values: objects may come from it, or change, that are not shown here."""


SELECTORS = ("labelSelector", "annotationSelector")


class Text(NamedTuple):
    """A value and where it stands: the file, and the line (from 1) on which its document starts."""

    value: Mapping | Sequence
    path: str
    line: int


class Target(NamedTuple):
    """Which objects a patch is for; None for any."""

    kind: str | None
    name: str | None
    namespace: str | None
    group: str | None
    labels: str | None
    annotations: str | None
    """Selectors, which are looked at as they are written."""


class Patch(NamedTuple):
    """A strategic merge patch (a mapping) or operations of RFC 6902 (a list)."""

    body: Text
    target: Target
    by_path: bool
    """Whether it is a file of its own."""
    renames: bool = False
    """Whether it may change the object's name, and its kind."""


class Image(NamedTuple):
    """What an image becomes."""

    name: str
    new_name: str | None
    tag: str | None
    digest: str | None


class Literals(NamedTuple):
    """A Secret or ConfigMap that is made from literals."""

    name: str
    entries: tuple[tuple[str, str], ...]
    value: Mapping
    place: int
    """Its index in the list."""


class Kustomization(Struct, frozen=True, eq=False):
    """One file."""

    path: str
    line: int
    resources: tuple[str, ...]
    """Files and folders, as paths like those of the files that are examined."""
    components: tuple[str, ...]
    patches: tuple[Patch, ...]
    images: tuple[Image, ...]
    namespace: str | None
    prefix: str
    suffix: str
    labels: dict[str, str]
    annotations: dict[str, str]
    """What is added to every object, after the patches of the same file."""
    secrets: tuple[Literals, ...]
    config_maps: tuple[Literals, ...]
    gaps: tuple[Gap, ...]

    @property
    def folder(self) -> str:
        """The folder it lies in."""
        return posixpath.dirname(self.path)

    @property
    def changes(self) -> bool:
        """Whether it changes objects, be it only what they are called."""
        named = self.prefix or self.suffix or self.namespace or self.labels or self.annotations
        return bool(self.patches or self.images or named)

    @property
    def selects(self) -> bool:
        """Whether one of its patches is for objects with certain labels or annotations."""
        return any(each.target.labels or each.target.annotations for each in self.patches)


def read(path: str, data: bytes, files: Files) -> Kustomization | Gap:
    """The file; a gap for one that cannot be read."""
    try:
        document = next(documents(data), None)
        value = load(document.text) if document is not None else Mapping()
    except FormatError as error:
        return Gap(path, f"not readable as YAML: {error.what}", "unreadable", error.line)
    if document is None or not isinstance(value, Mapping):
        return Gap(path, "not a kustomization", "unreadable", 1)
    gaps: list[Gap] = []
    here = _Reader(path, document.line, value, files, gaps)
    resources = here.places("resources", "bases")
    return Kustomization(
        path=path,
        line=document.line,
        resources=resources,
        components=here.places("components"),
        patches=tuple(here.patches()),
        images=tuple(here.images()),
        namespace=_text(value.get("namespace")),
        prefix=_text(value.get("namePrefix")) or "",
        suffix=_text(value.get("nameSuffix")) or "",
        labels=here.labels(),
        annotations=_texts(value.get("commonAnnotations")),
        secrets=tuple(here.generated("secretGenerator")),
        config_maps=tuple(here.generated("configMapGenerator")),
        gaps=(*gaps, *here.unapplied()),
    )


class _Reader:
    def __init__(self, path: str, line: int, value: Mapping, files: Files, gaps: list[Gap]) -> None:
        self.path, self.line, self.value, self.files, self.gaps = path, line, value, files, gaps
        self.folder = posixpath.dirname(path)

    def at(self, key: str) -> int:
        """The line on which a key stands."""
        return self.line + int(self.value.marks[key].line)

    def listed(self, key: str) -> Iterator[object]:
        found = self.value.get(key)
        yield from found if isinstance(found, Sequence) else ()

    def place(self, name: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, name))

    def places(self, *keys: str) -> tuple[str, ...]:
        found = []
        for key in keys:
            for item in self.listed(key):
                if isinstance(item, str) and REMOTE.match(item):
                    self.gaps.append(
                        Gap(self.path, f"a remote base is not fetched: {item[:200]}", "left_out", self.at(key))
                    )
                elif isinstance(item, str) and "\n" not in item:
                    found.append(self.place(item))
        return tuple(found)

    def unapplied(self) -> Iterator[Gap]:
        for key in UNAPPLIED:
            if self.value.get(key):
                what = f"`{key}` of a kustomization are not applied: what they make or change is not shown"
                yield Gap(self.path, what, "left_out", self.at(key))

    def patches(self) -> Iterator[Patch]:
        for item in self.listed("patchesStrategicMerge"):
            if isinstance(item, str):
                yield from self.body("patchesStrategicMerge", item, None)
        for key in ("patchesJson6902", "patches"):
            for item in self.listed(key):
                if isinstance(item, Mapping):
                    text = item.get("patch") if isinstance(item.get("patch"), str) else item.get("path")
                    target = item.get("target")
                    self.selectors(key, target)
                    if isinstance(text, str):
                        options = item.get("options")
                        renames = isinstance(options, Mapping) and options.get("allowNameChange") is True
                        for patch in self.body(key, text, target if isinstance(target, Mapping) else None):
                            yield patch._replace(renames=renames)

    def selectors(self, key: str, target: object) -> None:
        """Tells which selectors of a target nobody can read."""
        if not isinstance(target, Mapping):
            return
        for text in (_text(target.get(name)) for name in SELECTORS):
            if text is not None and not readable(text):
                what = f"not readable as a selector: `{text[:200]}`; what the patch changes was not examined"
                self.gaps.append(Gap(self.path, what, "unreadable", self.at(key)))

    def body(self, key: str, text: str, target: Mapping | None) -> Iterator[Patch]:
        """The patches in a file that is named, or in text that stands here."""
        inline = "\n" in text or text.lstrip().startswith(("{", "[", "-")) or ": " in text
        path = self.path if inline else self.place(text)
        data = text.encode("utf-8", "replace") if inline else self.files.read(path)
        if data is None:
            self.gaps.append(Gap(self.path, f"the patch {text[:200]} is not there", "left_out", self.at(key)))
            return
        try:
            for document in documents(data):
                value = load(document.text)
                if isinstance(value, Mapping | Sequence):
                    # Text inside a file has no lines of its own that are known: it lies where its list starts.
                    line = self.at(key) if inline else document.line
                    yield Patch(Text(value, path, line), _target(target, value), by_path=not inline)
        except FormatError as error:
            self.gaps.append(Gap(path, f"not readable as a patch: {error.what}", "unreadable", error.line or 1))

    def images(self) -> Iterator[Image]:
        for item in self.listed("images"):
            if isinstance(item, Mapping) and isinstance(item.get("name"), str):
                tag, digest = item.get("newTag"), item.get("digest")
                yield Image(item["name"], _text(item.get("newName")), _text(tag), _text(digest))

    def labels(self) -> dict[str, str]:
        """The labels that every object gets."""
        found = _texts(self.value.get("commonLabels"))
        for item in self.listed("labels"):
            found |= _texts(item.get("pairs")) if isinstance(item, Mapping) else {}
        return found

    def generated(self, key: str) -> Iterator[Literals]:
        """What a generator makes Secrets or ConfigMaps from; the files that it names are read by themselves."""
        for index, item in enumerate(self.listed(key)):
            if isinstance(item, Mapping):
                pairs = [
                    (name, _unquoted(value))
                    for literal in _items(item.get("literals"))
                    if isinstance(literal, str)
                    for name, equals, value in [literal.partition("=")]
                    if equals
                ]
                pairs += self.environment(item)
                yield Literals(_text(item.get("name")) or "", tuple(pairs), item, index)

    def environment(self, item: Mapping) -> Iterator[tuple[str, str]]:
        """The variables of the files that a generator reads, one a line."""
        single = item.get("env")
        for name in [*_items(item.get("envs")), *([single] if single else [])]:
            data = self.files.read(self.place(name)) if isinstance(name, str) else None
            for row in (data or b"").decode("utf-8", "replace").splitlines():
                key, equals, value = row.strip().partition("=")
                if equals and not key.startswith("#"):
                    yield key, value


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _items(value: object) -> Sequence | tuple[()]:
    """The items of a list; nothing else has any."""
    return value if isinstance(value, Sequence) else ()


def _texts(value: object) -> dict[str, str]:
    """The pairs of a mapping of texts."""
    pairs = value.items() if isinstance(value, Mapping) else ()
    return {str(key): str(each) for key, each in pairs if isinstance(each, str | int | float)}


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int | float) and value != "" else None


def _target(given: Mapping | None, patch: Mapping | Sequence) -> Target:
    """Whom a patch names: its target, or else the object that it is written as."""
    if given is not None:
        keys = ("kind", "name", "namespace", "group", *SELECTORS)
        return Target(*(_text(given.get(key)) for key in keys))
    if not isinstance(patch, Mapping):
        return Target(None, None, None, None, None, None)
    metadata = patch.get("metadata")
    name, namespace = (
        (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, Mapping) else (None, None)
    )
    literal = re.escape(name) if isinstance(name, str) else None
    return Target(_text(patch.get("kind")), literal, _text(namespace), None, None, None)
