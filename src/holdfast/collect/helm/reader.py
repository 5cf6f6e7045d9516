"""Chart.yaml -> the objects that the chart becomes under its default values.

Each document that Helm prints names the template that it comes from (`# Source: chart/templates/x.yaml`); its line is
found where the template holds the rendered line, or the only line with its key, and is the first otherwise.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.collect.documents import objects_of, promising
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap, Rendered
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, Sequence, documents, load

SOURCE = "helm"
SUPERSEDES = "supersedes"
ORIGIN = re.compile(rb"^# Source: [^/\r\n]+/([^\r\n]+)$", re.MULTILINE)
LIBRARY = re.compile(rb"^type:[ \t]*[\"']?library\b", re.MULTILINE)
KEY = re.compile(rb"\s*(?:-\s+)?([\w.\"'/-]+:)")
MAX_NAMED = 10
"""Charts of a chart that are told."""
MAX_CHARTS = 20
"""Charts of one target that are rendered without being asked for."""
Item = Asset | Edge | Gap | Rendered


def read(files: Files) -> Iterator[Item]:
    """The objects of every chart that can be rendered; the others stay templates."""
    charts = [path for path in files if _is_chart(path, files)]
    helm = shutil.which("helm") if charts and files.render != "never" else None
    rendered = charts if helm is not None else []
    for path in files:
        if path not in rendered:  # else Helm says what is missing
            yield from _missing(path, files)
    if helm is None:
        return  # counted as templates
    if files.render == "auto" and len(charts) > MAX_CHARTS:
        why = "they are not rendered; `--render always` renders them"
        yield Gap(charts[0], f"{len(charts)} charts: {why}", "left_out", 1)
        return
    from holdfast.collect.helm import run  # most machines that examine charts do without Helm

    for path in charts:
        folder = posixpath.dirname(path) or "."
        found = run.render(helm, folder, files.values)
        if found.trouble:
            yield Gap(path, f"the chart is not rendered: {found.trouble}", "left_out", 1)
        else:
            yield from _objects(folder, found.text, files)


def _missing(path: str, files: Files) -> Iterator[Gap]:
    """The charts that a chart is made of and that are fetched from elsewhere when it is installed."""
    folder, data = posixpath.dirname(path), files.members[path]
    if not files.root or b"dependencies" not in data:
        return
    try:
        value = load(data)
    except FormatError as error:
        yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", error.line)
        return
    listed = value.get("dependencies") if isinstance(value, Mapping) else None
    absent = [
        str(item.get("name"))[:100]
        for item in (listed if isinstance(listed, Sequence) else ())
        if isinstance(item, Mapping)
        and not str(item.get("repository", "")).startswith("file:")
        and not os.path.isfile(posixpath.join(folder, "charts", str(item.get("name")), "Chart.yaml"))
    ]
    if absent:
        names = ", ".join(absent[:MAX_NAMED])
        line = int(value.marks["dependencies"].line) + 1
        yield Gap(path, f"charts that it is made of are not here: {names}", "left_out", line)


def _is_chart(path: str, files: Files) -> bool:
    """Whether a Chart.yaml is that of a chart of its own: no library, and no part of another chart."""
    folder = posixpath.dirname(path)
    if not files.root or LIBRARY.search(files.members[path]) or not os.path.isdir(posixpath.join(folder, "templates")):
        return False
    parts = folder.split("/")
    above = ["/".join(parts[:at]) for at, part in enumerate(parts) if part == "charts"]
    return not any((f"{place}/Chart.yaml" if place else "Chart.yaml") in files.members for place in above)


def _objects(folder: str, text: bytes, files: Files) -> Iterator[Item]:
    yield from _taken_over(folder, files)
    seen: dict[str, Counter[str]] = {}
    texts: dict[str, _Template] = {}
    try:
        for document in documents(text):
            origin = ORIGIN.search(document.text)
            name = (origin[1] if origin else b"Chart.yaml").decode("utf-8", "replace")
            path = posixpath.normpath(posixpath.join(folder, name))
            if not promising(document.text):
                continue
            value = load(document.text)
            if not isinstance(value, Mapping):
                continue
            template = texts.setdefault(path, _Template(files.read(path) or b""))
            lines = document.text.split(b"\n")
            for item in objects_of(value, path, 1, seen.setdefault(path, Counter()), document.text):
                yield _rendered(item, path, lines, template)
    except FormatError as error:
        chart = posixpath.normpath(posixpath.join(folder, "Chart.yaml"))
        yield Gap(chart, f"what it becomes is not readable: {error.what}", "unreadable", 1)


def _taken_over(folder: str, files: Files) -> Iterator[Item]:
    """The templates that are judged by what they become, and the objects in those that are plain YAML."""
    root = posixpath.join(folder, "templates")
    for above, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = posixpath.normpath(posixpath.join(above, name))
            yield Rendered(path)
            data = files.read(path) if name.endswith((".yaml", ".yml", ".json")) else None
            seen: Counter[str] = Counter()
            for document in documents(data or b""):
                try:
                    value = load(document.text) if promising(document.text) else None
                except FormatError:
                    continue
                for item in objects_of(value, path, document.line, seen) if isinstance(value, Mapping) else ():
                    if isinstance(item, Asset):
                        yield Edge(f"chart/{folder}", SUPERSEDES, item.id)


class _Template:
    """Where a line of a template stands."""

    def __init__(self, data: bytes) -> None:
        self.whole: dict[bytes, int] = {}
        self.keys: dict[bytes, list[int]] = {}
        for number, line in enumerate(data.split(b"\n"), 1):
            self.whole.setdefault(line.strip(), number)
            match = KEY.match(line)
            if match is not None:
                self.keys.setdefault(match[1], []).append(number)

    def line(self, rendered: bytes) -> int:
        """The line that a rendered one comes from, 1 where that cannot be told."""
        found = self.whole.get(rendered.strip()) if rendered.strip() else None
        match = KEY.match(rendered)
        same = self.keys.get(match[1], []) if match is not None else []
        return found or (same[0] if len(same) == 1 else 1)


def _rendered(item: Item, path: str, lines: list[bytes], template: _Template) -> Item:
    if isinstance(item, Asset):
        return _homed(item, path, lines, template)
    if isinstance(item, Gap):
        at = item.line - 1
        return replace(item, line=template.line(lines[at]) if 0 <= at < len(lines) else 1)
    return _named(item, path) if isinstance(item, Edge) else item


def _homed(asset: Asset, path: str, lines: list[bytes], template: _Template) -> Asset:
    """The asset as one of its template; the id is that of the rendered object."""
    spots = {}
    for fact, spot in asset.spots.items():
        at = spot.line - 1
        line = template.line(lines[at]) if 0 <= at < len(lines) else 1
        spots[fact] = Spot(line, 1, spot.pointer)
    return replace(asset, id=_own(asset.id, path), source=SOURCE, spots=spots)


def _own(id_: str, path: str) -> str:
    """The id of what a template becomes, which is not that of what stands in it."""
    return id_.replace(f"/{path}/", f"/{path}/{SOURCE}.", 1)


def _named(edge: Edge, path: str) -> Edge:
    return replace(edge, source=_own(edge.source, path), target=_own(edge.target, path))
