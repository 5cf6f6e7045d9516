"""ConfigMap -> the assets of the files in it, read as files of their names or contents are, and `config_map`.

An asset of such a file has `MANIFEST/ConfigMap.NAMESPACE.NAME/KEY` where one of a file has its path; its places are
those of the manifest. Source: the Kubernetes API reference, core/v1 ConfigMap: at most 1 MiB in all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace

from holdfast.collect import readers
from holdfast.collect.fields import Fields
from holdfast.collect.holes import TEMPLATE
from holdfast.collect.kubernetes.elements import name_of, namespace_of
from holdfast.collect.kubernetes.objects import SOURCE, identity, objects, suppressions
from holdfast.collect.kubernetes.secrets import entry
from holdfast.collect.shapes import signed
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap, template
from holdfast.formats.servers.masking import is_nothing, literals, names_secret
from holdfast.formats.yaml import Mapping
from holdfast.kinds.config_map import ConfigMap
from holdfast.kinds.device_plugin import DevicePlugin
from holdfast.kinds.stored_secret import SecretEntry

MAX_BYTES = 1 << 20
"""What the keys of one ConfigMap may hold."""
MAX_KEYS = 500
MAX_SECRET = 4096
"""Characters of a value that may be a credential."""
INSIDE = "/ConfigMap."
"""What the place of a key has in it."""
ELSEWHERE = frozenset(
    (readers.KUSTOMIZE, readers.HELM, readers.TEMPLATE, readers.DEVELOPMENT, readers.PROGRAM, readers.TERRAFORM,
     *readers.BUILDERS.values())
)  # fmt: skip
"""Readers of files that a pod does not get from a ConfigMap."""
YAML = "named.yaml"
CONTENTS = (
    ("redis.conf", rb"(?m)^[ \t]*(?:protected-mode|requirepass|masterauth|maxmemory-policy|aclfile)[ \t]+\S"),
    ("nginx.conf", rb"(?m)^[ \t]*(?:server|http|upstream[ \t]+\S{1,200})[ \t]*\{[ \t]*(?:#.*)?$"),
    ("haproxy.cfg", rb"(?m)^(?:frontend|backend|listen)[ \t]+\S+[ \t]*(?:#.*)?$"),
    ("jupyter_server_config.py", rb"(?m)^c\.\w+\.\w+[ \t]*="),
    ("named.sh", rb"\A#!.*sh\b"),
)
"""The name that the right reader has, and what shows that it is right, for keys whose own name says nothing."""
PLAIN = re.compile(r"[\w-]+(?:\.conf|\.cfg|\.py|\.txt)?", re.ASCII)
"""Names of keys that say nothing: without an extension, or with one that many programs use."""
NAMES = frozenset(("AZURE_STORAGE_KEY", "KAGGLE_KEY"))
"""Names of credentials besides those that look so."""
TOKEN = re.compile(r"(?:sk-|hf_|gh[pousr]_|github_pat_|glpat-|nvapi-|xox[abprs]-|AKIA)[\w-]{16,}", re.ASCII)
"""Values that are credentials by their looks, whatever they are called."""
BLOCK = re.compile(rb":[ \t]+(?:[&!][^ \t]+[ \t]+)*([|>])")
Item = Asset | Edge | Gap


class Start(NamedTuple):
    """Where the text of a key lies in the manifest."""

    pointer: str
    line: int
    """The line of its first row, or the one on which it stands as a whole."""
    column: int
    block: bool
    """Whether each of its rows has a line of its own."""

    def spot(self, spot: Spot) -> Spot:
        """The place in the manifest of a place in the text."""
        if not self.block:
            return Spot(self.line, self.column, self.pointer)
        return Spot(self.line + max(spot.line, 1) - 1, self.column + max(spot.column, 1) - 1, self.pointer)


def opened(value: Mapping, path: str, line: int, text: bytes = b"") -> Iterator[Item]:
    """What the ConfigMaps in a document hold; `text` is the document's, which starts on `line`."""
    if INSIDE in path:  # a ConfigMap in a ConfigMap: nobody reads it as a file
        return
    rows = text.split(b"\n")
    seen: Counter[str] = Counter()
    for item, place in objects(value):
        if item.get("kind") == "ConfigMap" and item.get("apiVersion") == "v1" and isinstance(item.get("data"), Mapping):
            name = ".".join(("ConfigMap", *identity(item)))
            seen[name] += 1
            known = name if seen[name] == 1 else f"{name}~{seen[name]}"
            fields = Fields(item, place, "", {}, line)
            yield from _of_credentials(fields, path, known)
            yield from _Opened(fields, path, known, rows).read()


def _of_credentials(fields: Fields, path: str, name: str) -> Iterator[Asset]:
    """The ConfigMap itself, where one of its keys is a credential's."""
    found: list[SecretEntry] = []
    data = fields.child("data")
    for key, value in list(data.data.items())[:MAX_KEYS]:
        if may_be_secret(key, value):
            base = f"entries[{len(found)}]"
            Fields(data.data, data.pointer, base, fields.spots, fields.line).note(key, "value")
            fields.spots[base] = fields.spots[f"{base}.value"]
            found.append(entry(key, value))
    if found:
        fields.here()
        facts = ConfigMap(name=name_of(fields), namespace=namespace_of(fields), entries=found)
        yield Asset(f"config_map/{path}/{name}", facts, SOURCE, path, fields.spots, suppressions(fields.data))


def may_be_secret(key: str, value: Any) -> bool:
    """Whether a key has the name of a credential, or its value the looks of one."""
    if not isinstance(value, str) or len(value) > MAX_SECRET or "\n" in value.strip() or is_nothing(value.strip()):
        return False
    return names_secret(key, NAMES) or TOKEN.fullmatch(value.strip()) is not None or any(literals(key, value))


class _Opened:
    """The files in one ConfigMap."""

    def __init__(self, fields: Fields, path: str, name: str, rows: list[bytes]) -> None:
        self.path = path
        self.line = fields.line
        self.data: Mapping = fields.data["data"]
        self.pointer = fields.child("data")
        self.suppressions = suppressions(fields.data)
        self.rows = rows
        self.place = f"{path}/{name}/"
        self.starts: dict[str, Start] = {}
        """The place of each key's text, by the path that it is read under."""

    def read(self) -> Iterator[Item]:
        """What the texts show; those that belong together are read together."""
        families: dict[str, dict[str, bytes]] = {}
        left = MAX_BYTES
        for number, (key, value) in enumerate(self.data.items()):
            if not isinstance(value, str) or not (name := recognised(key, value)):
                continue
            left -= len(value)
            if left < 0 or number >= MAX_KEYS:
                yield Gap(self.path, f"`{key[:100]}` of a ConfigMap is beyond its bounds", "unreadable", self.line)
                return
            path = self.place + key.replace("/", "_")
            self.starts[path] = self._start(key, value)
            data, reader = value.encode("utf-8", "replace"), readers.reader_of(name)
            if reader in readers.TOGETHER:
                families.setdefault(reader, {})[path] = data
            else:
                yield from self._alone(list(readers.load(reader)(data, path)), path, data, sure=name == key)
        for reader, members in families.items():
            from holdfast.collect.together import Files

            yield from self._placed(readers.load(reader)(Files(members)), next(iter(members)))

    def _alone(self, items: list[object], path: str, data: bytes, *, sure: bool) -> Iterator[Item]:
        """What a text shows that is read alone; one that shows nothing may be a template.

        A text that its name does not make `sure` may be something else, where it cannot be read.
        """
        hole = None if items else TEMPLATE.search(data)
        if hole is not None:
            items = [template(path, 1 + data.count(b"\n", 0, hole.start()))]
        for item in self._placed(items, path):
            if sure or not (isinstance(item, Gap) and item.kind == "unreadable"):
                yield item

    def _start(self, key: str, value: str) -> Start:
        mark = self.data.marks[key]
        pointer = self.pointer.place(key)
        if mark.line >= len(self.rows) - 1:  # the text is not at hand: made by something else, or one line
            block = self.rows == [b""] and "\n" in value
            return Start(pointer, self.line + mark.line + block, 1, block)
        style = BLOCK.search(self.rows[mark.line], mark.column)
        if style is None or style[1] == b">":
            return Start(pointer, self.line + mark.line, mark.column + 1, block=False)
        first = next((row for row in self.rows[mark.line + 1 :] if row.strip()), b"")
        return Start(pointer, self.line + mark.line + 1, len(first) - len(first.lstrip(b" ")) + 1, block=True)

    def _placed(self, items: Iterable[object], path: str) -> Iterator[Item]:
        """What a reader found, with the places of the manifest; what it says of reading files is left out."""
        for item in items:
            if isinstance(item, Asset) and not isinstance(item.facts, DevicePlugin):  # read with the whole ConfigMap
                start = self.starts.get(item.path, self.starts[path])
                spots = {
                    fact: self.starts.get(spot.path, start).spot(spot)
                    for fact, spot in {"": Spot(1, 1), **item.spots}.items()
                }
                accepted = (*item.suppressions, *self.suppressions)
                yield replace(item, path=self.path, spots=spots, suppressions=accepted)
            elif isinstance(item, Gap):
                start = self.starts.get(item.path, self.starts[path])
                yield replace(item, path=self.path, line=start.spot(Spot(item.line, 1)).line)
            elif isinstance(item, Edge):
                yield item


def recognised(key: str, text: str) -> str:
    """The name by which the reader of a key's text is found; empty where none wants it."""
    reader = readers.reader_of(key)
    if reader:
        return "" if reader in ELSEWHERE else key
    data = text.encode("utf-8", "replace")
    if PLAIN.fullmatch(key):
        found = next((name for name, sign in CONTENTS if re.search(sign, data)), "")
        if found:
            return found
    return YAML if b"\n" in data.strip() and (b"apiVersion" in data or signed(data)) else ""
