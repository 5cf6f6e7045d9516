"""A YAML or JSON file -> the assets of every Kubernetes object, compose file and document of a known shape in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from holdfast.collect.holes import TEMPLATE
from holdfast.collect.kubernetes.components.cluster_api import MACHINES
from holdfast.collect.kubernetes.objects import assets, below, malformed
from holdfast.collect.launches import of_workload
from holdfast.collect.readers import load as load_reader
from holdfast.collect.shapes import HEAD as FRONT
from holdfast.collect.shapes import read_shape, signed, sure, whole
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap, Read, Rendered, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Kind
from holdfast.core.suppression import Directive
from holdfast.formats.yaml import Document, Mapping, documents, load
from holdfast.kinds.workload import Workload

if TYPE_CHECKING:
    from holdfast.collect.pipelines.argo import Inner

Found = Asset | Edge | Gap | Read | Directive | Rendered
"""What a file shows, and what is said of files that it names."""
PIPELINES = re.compile(r"(?:\w+\.)*tekton\.dev/|argoproj\.io/")
"""Versions of objects that are pipelines besides the pods that they become."""
HOLDING = frozenset(("ConfigMap", "ConfigMapList", "List"))
"""Kinds that may hold files."""
EMBEDDED = 3
"""How many objects may stand as text inside one another."""
OBJECT = re.compile(rb"^apiVersion:", re.MULTILINE)
"""What says that a document is an object of Kubernetes, which is known by its kind or by nothing."""
RAY = frozenset(("RayCluster", "RayJob", "RayService", "RayCronJob"))
CLOUD = b"#cloud-config"
"""How a document for cloud-init begins."""
HEAD = 200
"""Bytes in which it begins behind the line that makes it a template."""
VARIABLES = re.compile(r"(?:^|/)(?:group_vars|host_vars|vars|defaults)/")
"""Folders whose files hold variables of Ansible."""
BOM = b"\xef\xbb\xbf"
BLANK = rb"(?:[ \t]*(?:#[^\r\n]*+|---[ \t]*+(?:#[^\r\n]*+)?)?\r?\n)*+"
FIRST = re.compile(BLANK + rb"(.)", re.DOTALL)
"""The first character of the first line that is neither blank, comment nor `---`."""
EMPTY = re.compile(
    BLANK + rb"""(?:apiVersion:[ \t]*["']?(?:apiextensions|kustomize\.config)\.k8s\.io/\w+["']?[ \t]*\r?\n)?"""
    rb"""kind:[ \t]*["']?(?:CustomResourceDefinition|Kustomization)["']?[ \t]*\r?\n(?=[^ \t\r\n]|\Z)"""
)
"""How objects begin in which nothing is examined: schemas, most of the bytes of many repositories, and overlays."""
ROOT = re.compile(rb"""^(?:["']?(?:apiVersion|services)["']?[ \t]*:|[?]|<<|"[^"\n]*\\)|\r(?!\n)""", re.MULTILINE)
"""A key of a block mapping at column 1 that makes it a document for us, or that only a parser understands."""
ESCAPED = re.compile(rb'"[^"\n]*\\[xuU][^"\n]*"[ \t]*:')
"""A key may be spelt with escapes; nobody does so by chance."""
YTT = re.compile(rb"(?:^|[ \t])#@", re.MULTILINE)
"""ytt templates are YAML, but the values stand in their comments."""


class Root(Struct):
    """What the first level of a JSON document must hold to be one for us."""

    version: Raw | UnsetType = field(name="apiVersion", default=UNSET)
    services: Raw | UnsetType = UNSET


JSON = msgspec.json.Decoder(Root | list[Raw])
"""What may stand at the first level of a JSON document; a list is no document for us, whatever it holds."""


def read_documents(data: bytes, path: str) -> Iterator[Found]:
    """The assets of a file; a document that cannot be read is a gap and does not stop the rest."""
    if path.endswith(".json") and (b'"destination_groups"' in data or b'"FirewallSection' in data):
        from holdfast.collect import nsx

        if nsx.is_export(data):
            yield from nsx.read(data, path)
            return
    if data.startswith(CLOUD) or (data.startswith(b"## template") and CLOUD in data[:HEAD]):
        from holdfast.collect.host import cloud_init

        yield from cloud_init.read(data, path)
        return
    if (first := FIRST.match(data)) and first[1] == b"-":
        from holdfast.collect.host import ansible_walk

        if ansible_walk.promising(data):
            from holdfast.collect.host import ansible

            yield from ansible.read(data, path)
    elif (variables := VARIABLES.search(path) is not None) or b"ansible_" in data:
        from holdfast.collect.host import ansible_variables

        yield from ansible_variables.read(data, path, variables=variables)
    reader = whole(data)
    if reader:
        yield from load_reader(reader)(data, path)
        return
    binary = b"\0" in data
    if not (_mentions(data) or binary or signed(data)):
        return
    seen: Counter[str] = Counter()
    try:
        for document in documents(data):
            if promising(document.text):
                yield from _read(document, path, seen)
            elif (
                not OBJECT.search(document.text, 0, FRONT) and not EMPTY.match(document.text) and signed(document.text)
            ):
                yield from _shaped(document, path)
            elif binary and b"\0" in document.text:
                yield Gap(path, "binary, not text: it holds a NUL byte", "unreadable", document.line)
    except FormatError as error:
        yield _unreadable(path, error, 1)


def _read(document: Document, path: str, seen: Counter[str]) -> Iterator[Asset | Edge | Gap]:
    value = _loaded(document, path)
    if isinstance(value, Gap):
        yield value
    elif isinstance(value, Mapping):
        hole = YTT.search(document.text) if b"#@" in document.text else None
        if hole is not None:
            yield _template(document, path, hole)
            return
        if "apiVersion" not in value and signed(document.text):
            yield from read_shape(value, document.text, path, document.line)
        yield from objects_of(value, path, document.line, seen, document.text)


def _shaped(document: Document, path: str) -> Iterator[Asset | Edge | Gap]:
    """The assets of a document that its contents make known."""
    value = _loaded(document, path)
    if isinstance(value, Gap):
        if sure(document.text):
            yield value
    elif isinstance(value, Mapping):
        yield from read_shape(value, document.text, path, document.line)


def _loaded(document: Document, path: str) -> Any:
    """The value of a document, or the gap that it is."""
    try:
        return load(document.text)
    except FormatError as error:
        hole = TEMPLATE.search(document.text)
        if hole is not None:
            return _template(document, path, hole)
        return _unreadable(path, error, document.line + max(error.line - 1, 0))


def _unreadable(path: str, error: FormatError, line: int) -> Gap:
    language = "JSON" if path.endswith(".json") else "YAML"
    return Gap(path, f"not readable as {language}: {error.what}", "unreadable", line)


def broken(data: bytes, path: str) -> Iterator[Gap]:
    """The documents of a file that cannot be read at all, for a file that somebody names and that shows nothing."""
    try:
        for document in documents(data):
            try:
                load(document.text)
            except FormatError as error:
                yield _unreadable(path, error, document.line + max(error.line - 1, 0))
    except FormatError as error:
        yield _unreadable(path, error, 1)


def _template(document: Document, path: str, hole: re.Match[bytes]) -> Gap:
    line = document.line + document.text.count(b"\n", 0, hole.start())
    return template(path, line)


def objects_of(
    value: Mapping, path: str, line: int, seen: Counter[str], text: bytes = b"", depth: int = EMBEDDED
) -> Iterator[Asset | Edge | Gap]:
    """The assets of one document that starts on a line, with the servers in them, and of `depth` objects in it.

    `text` is the document's.
    """
    if PIPELINES.match(str(value.get("apiVersion"))):
        from holdfast.collect.pipelines.files import embedded, of_object

        yield from of_object(value, path, line)
        for inner in embedded(value, path, line) if depth else ():
            yield from [inner] if isinstance(inner, Gap) else _embedded(inner, path, seen, depth - 1)
    if wrong := malformed(value):
        yield Gap(path, f"`{wrong}` holds no pod that Kubernetes would take", "unreadable", line)
    heads = None
    for asset in _assets(value, path, line, seen):
        yield asset
        yield from of_workload(asset)
        if _runs_kubernetes(asset.facts):
            from holdfast.collect.kubernetes.components import programs

            yield from programs.of_workload(asset)
        if isinstance(asset.facts, Workload) and asset.facts.controller in RAY:
            from holdfast.collect.kubernetes import ray

            heads = ray.heads(value) if heads is None else heads
            yield from ray.of_head(asset, heads, line)
    if str(value.get("kind")) in MACHINES:
        from holdfast.collect.kubernetes.components import first_boot

        yield from first_boot.read(value, path, line, seen)
    if str(value.get("kind")) in HOLDING:
        from holdfast.collect.kubernetes import config_maps

        yield from config_maps.opened(value, path, line, text)


def _embedded(inner: Inner, path: str, seen: Counter[str], depth: int) -> Iterator[Asset | Edge | Gap]:
    """The assets of an object that stands as text in another one, with their places in the file."""
    for item in objects_of(inner.object, path, inner.line, seen, depth=depth):
        yield below(item, inner.pointer) if isinstance(item, Asset) else item


def _runs_kubernetes(facts: Kind) -> bool:
    """Whether one of the first words of a workload's commands may be a part of a control plane."""
    for container in facts.containers if isinstance(facts, Workload) and isinstance(facts.containers, list) else ():
        for word in container.argv[:4] if isinstance(container.argv, list) else ():
            if "kube" in word or "etcd" in word:
                return True
    return False


def _assets(value: Mapping, path: str, line: int, seen: Counter[str]) -> Iterator[Asset]:
    if "services" in value:
        from holdfast.collect.compose.document import compose, is_compose

        if is_compose(path, value):
            return _composed(list(compose(value, path, line)), path)
    return assets(value, path, line, seen)


def _composed(found: list[Asset], path: str) -> Iterator[Asset]:
    """The services of a compose file, and the ways that their labels open."""
    yield from found
    if any(name.startswith("traefik.") for each in found for name in getattr(each.facts, "labels", None) or ()):
        from holdfast.collect.configs.proxy_labels import labelled

        yield from labelled(found, path)


def _mentions(text: bytes) -> bool:
    if b"apiVersion" in text or b"services" in text:
        return True
    return (b"\\x" in text or b"\\u" in text or b"\\U" in text) and ESCAPED.search(text) is not None


def promising(text: bytes) -> bool:
    """Whether a document can show anything: a look at its first level, without parsing it.

    False is certain; a document that is not understood at a glance is parsed.
    """
    text = text.removeprefix(BOM)
    if not _mentions(text) or EMPTY.match(text):
        return False
    first = FIRST.match(text)
    if first is None or first[1].isalnum():
        return first is not None and ROOT.search(text) is not None
    return _json(text) if first[1] in b"{[" else True


def _json(text: bytes) -> bool:
    """Whether a document that looks like JSON, or like JSON line by line, holds one for us; True for all else."""
    found: list[Root | list[Raw]]
    try:
        found = [JSON.decode(text)]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        try:
            found = JSON.decode_lines(text)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return True
    return any(isinstance(root, Root) and (root.version, root.services) != (UNSET, UNSET) for root in found)
