"""Kustomizations -> the objects that overlays change, as they are applied.

An object that every way through the overlays changes is never applied as it stands: its asset is superseded by those
that the overlays make, and so is a patch that is read as an object of its own. Objects that no overlay changes are
judged where they stand. Names, labels and namespaces alone change nothing that is judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from collections.abc import Mapping as Lookup

from msgspec.structs import replace

from holdfast.collect.documents import objects_of, promising
from holdfast.collect.kubernetes.config_maps import may_be_secret
from holdfast.collect.kubernetes.secrets import entry
from holdfast.collect.kustomize.document import NAMES, Kustomization, Literals
from holdfast.collect.kustomize.document import read as read_one
from holdfast.collect.kustomize.graph import Graph, Way
from holdfast.collect.kustomize.render import SPAN, Rendering, containers, literal_of, touches
from holdfast.collect.partial import left_open
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, documents, load
from holdfast.kinds.config_map import ConfigMap
from holdfast.kinds.stored_secret import StoredSecret
from holdfast.kinds.workload import Workload

SUPERSEDES = "supersedes"
SOURCE = "kustomize"
MAX_RENDERED = 20_000
"""Objects that are made."""
GENERATORS = (b"secretGenerator", b"configMapGenerator")
"""What is read wherever it stands."""
MAX_NAMED = 10
"""Folders of a circle that are told."""
MAX_UNASKED = 100
"""Kustomizations of one target whose overlays are applied without being asked for."""
Item = Asset | Edge | Gap
Made = Generator[Item, None, bool]


class Applied:
    """What has been made so far."""

    def __init__(self) -> None:
        self.patches: set[int] = set()
        """Patches that some object took, by identity."""
        self.seen: dict[str, Counter[str]] = {}
        """Overlay -> how often each name came."""


def read(files: Files) -> Iterator[Item]:
    """The objects that the overlays among the files make, and what these take the place of."""
    nodes: dict[str, Kustomization] = {}
    many = files.render == "never" or (files.render == "auto" and len(tuple(files)) > MAX_UNASKED)
    if many:
        why = "overlays are not applied: bases and patches are judged where they stand; `--render always` applies them"
        first = next(iter(files))
        yield Gap(first, f"{len(tuple(files))} kustomizations, {why}", "left_out", 1)
    for path in files:
        if many and not any(sign in files.members[path] for sign in GENERATORS):
            continue
        found = read_one(path, files.members[path], files)
        if isinstance(found, Gap):
            yield found
            continue
        nodes.setdefault(found.folder, found)
        yield from _secrets(found)
        if not many:
            yield from found.gaps
    if many:
        return
    yield from _beyond(nodes, files)
    if files.root:
        yield from _missing(nodes, files)
    graph = Graph(nodes)
    for circle, path in graph.cycles.items():
        names = ", ".join(sorted(folder or "." for folder in circle)[:MAX_NAMED])
        yield Gap(path, f"names itself over others, which kustomize refuses: nothing comes of {names}", "unreadable", 1)
    applied = Applied()
    left = MAX_RENDERED
    for path, ways in graph.used.items():
        if left > 0 and (any(ways.values()) or not files.holds(path)):
            for item in _file(path, tuple(ways.values()), files, applied):
                left -= isinstance(item, Asset)
                yield item
    yield from _patches(nodes, files, applied)


def _beyond(nodes: dict[str, Kustomization], files: Files) -> Iterator[Item]:
    """Adds the kustomizations that are named though they lie outside of what is examined."""
    waiting = list(nodes.values())
    while waiting:
        node = waiting.pop()
        for place in (*node.resources, *node.components):
            if place in nodes or place.endswith((".yaml", ".yml", ".json")):
                continue
            for path in (f"{place}/{name}" for name in NAMES):
                data = files.read(path)
                found = read_one(path, data, files) if data is not None else None
                if isinstance(found, Kustomization):
                    nodes[place] = found
                    waiting.append(found)
                    yield from found.gaps
                    yield from _secrets(found)
                    break
                if found is not None:
                    yield found


def _missing(nodes: Lookup[str, Kustomization], files: Files) -> Iterator[Gap]:
    """What the kustomizations name and what is not there, or must not be read."""
    for node in nodes.values():
        for place in (*node.resources, *node.components):
            if place not in nodes and files.read(place) is None:
                yield Gap(node.path, f"{place} is not there, or beyond what is examined", "left_out", 1)


def _file(path: str, ways: tuple[Way, ...], files: Files, applied: Applied) -> Iterator[Item]:
    """What the overlays make of the objects in one file."""
    # Whatever overlay is on one of the ways.
    signs = _signs(dict.fromkeys(overlay for way in ways for overlay in way))
    beyond = not files.holds(path)
    data = files.read(path) if signs or beyond else None
    if data is None or not (beyond or _shows(data, signs)):
        return
    seen: Counter[str] = Counter()
    try:
        for document in documents(data):
            if (beyond or _shows(document.text, signs)) and promising(document.text):
                value = load(document.text)
                if isinstance(value, Mapping):
                    plain = yield from _object(value, ways, path, document.line, applied)
                    if beyond and plain:  # nobody else reads it
                        yield from objects_of(value, path, document.line, seen)
    except FormatError:
        return  # whoever reads the file itself says so


def _shows(text: bytes, signs: Iterable[tuple[bytes, ...]]) -> bool:
    return any(all(sign in text for sign in several) for several in signs)


def _signs(overlays: Iterable[Kustomization]) -> tuple[tuple[bytes, ...], ...]:
    """Texts of which a document holds all of one entry if one of the overlays may change it."""
    around = {(each.prefix, each.suffix) for each in overlays if each.prefix or each.suffix}
    found: dict[tuple[bytes, ...], None] = {}
    for overlay in overlays:
        found.update(((image.name.encode(),), None) for image in overlay.images)
        for patch in overlay.patches:
            name, kind = patch.target.name, patch.target.kind
            literal = literal_of(name)
            # An overlay further in may have put something around the name that stands in the file.
            names = {literal}
            names |= {literal.removeprefix(before).removesuffix(after) for before, after in around}
            names |= {literal.removeprefix(before) for before, _ in around}
            for each in names:
                found[(literal_of(kind).encode(), each.encode())] = None
    return tuple(found)


def _object(
    value: Mapping, ways: tuple[Way, ...], path: str, line: int, applied: Applied
) -> Generator[Item, None, bool]:
    """The objects that overlays make; answers whether it is applied as it stands, too."""
    plain = False
    made: list[Mapping] = []
    for way in _distinct(value, ways):
        rendering = Rendering()
        result, changed = rendering.apply(value, way, line)
        for overlay, trouble in rendering.trouble:
            yield Gap(overlay.path, f"a patch does not apply: {trouble}", "unreadable", overlay.line)
        applied.patches.update(map(id, rendering.applied))
        plain = plain or not changed
        if not changed or result is None or any(_alike(result, other) for other in made):
            continue
        made.append(result)
        outermost = way[-1].path
        seen = applied.seen.setdefault(outermost, Counter())
        for item in objects_of(result, outermost, line, seen):
            if isinstance(item, Asset):
                yield _homed(item, path, rendering)
            else:
                yield _told(item, path, rendering) if isinstance(item, Gap) else item
    if not plain:
        # Two objects of one name in one file: what is said of the first may hold for the second.
        own = objects_of(value, path, line, Counter())
        yield from (Edge(ways[0][-1].path, SUPERSEDES, item.id) for item in own if isinstance(item, Asset))
    return plain


def _distinct(value: Mapping, ways: tuple[Way, ...]) -> Iterable[Way]:
    """The ways that differ in the overlays that may change the object."""
    images = {text for item in containers(value) if isinstance(text := item.get("image"), str)}
    selecting = any(overlay.selects for way in ways for overlay in way)
    concerned: dict[Kustomization, bool] = {}
    found: dict[Way, Way] = {}
    for way in ways:
        for overlay in way:
            if overlay not in concerned:
                marks = selecting and bool(overlay.labels or overlay.annotations)
                concerned[overlay] = marks or touches(overlay, value, images)
        found.setdefault(tuple(overlay for overlay in way if concerned[overlay]), way)
    return found.values()


def _alike(one: Mapping, other: Mapping) -> bool:
    """Whether two objects differ in name, labels and namespace at most."""
    return {**one, "metadata": None} == {**other, "metadata": None}


def _homed(asset: Asset, path: str, rendering: Rendering) -> Asset:
    """The asset with its places each in the file in which it stands."""
    found = {}
    for fact, spot in asset.spots.items():
        number, line = divmod(spot.line, SPAN)
        found[fact] = Spot(line, spot.column, spot.pointer, rendering.files[number] if number else path)
    return replace(asset, source=SOURCE, spots=found)


def _told(gap: Gap, path: str, rendering: Rendering) -> Gap:
    """The gap at its place in the file in which it stands."""
    number, line = divmod(gap.line, SPAN)
    return replace(gap, path=rendering.files[number] if number else path, line=line)


def _patches(nodes: Lookup[str, Kustomization], files: Files, applied: Applied) -> Iterator[Item]:
    """Patches that are files of their own are no objects: where the base is elsewhere they say a part of one."""
    done = set()
    for node in nodes.values():
        for patch in node.patches:
            body = patch.body
            if not patch.by_path or not isinstance(body.value, Mapping) or body.path in done:
                continue
            done.add(body.path)
            fits = {id(each) for each in node.patches if each.body.path == body.path} & applied.patches
            seen: Counter[str] = Counter()
            for document in documents(files.members.get(body.path, b"")):
                try:
                    value = load(document.text)
                except FormatError:
                    continue
                for item in objects_of(value, body.path, document.line, seen) if isinstance(value, Mapping) else ():
                    if isinstance(item, Asset):
                        yield Edge(node.path, SUPERSEDES, item.id)
                        if not fits and isinstance(item.facts, Workload):
                            yield _part(item, node)


def _part(asset: Asset, node: Kustomization) -> Asset:
    """What a patch says whose base is not there."""
    assert isinstance(asset.facts, Workload)
    name = asset.id.partition("/")[2].removeprefix(asset.path).lstrip("/")
    facts = left_open(asset.facts, asset.spots)
    return replace(asset, id=f"workload/{node.path}/{name}", facts=facts, source=SOURCE, partial=True)


def _secrets(node: Kustomization) -> Iterator[Asset]:
    """The Secrets that are generated, and the ConfigMaps in which a credential may stand."""
    for literals in node.secrets:
        known = f"stored_secret/{node.path}/Secret.{literals.name}"
        yield Asset(known, _stored(literals, node), SOURCE, node.path, {"": _place(literals, node, "secretGenerator")})
    for literals in node.config_maps:
        found = [entry(name, value) for name, value in literals.entries if may_be_secret(name, value)]
        if found:
            known = f"config_map/{node.path}/ConfigMap.{literals.name}"
            facts = ConfigMap(name=literals.name, namespace=node.namespace, entries=found)
            yield Asset(known, facts, SOURCE, node.path, {"": _place(literals, node, "configMapGenerator")})


def _place(literals: Literals, node: Kustomization, key: str) -> Spot:
    mark = literals.value.mark
    return Spot(node.line + mark.line, mark.column + 1, f"/{key}/{literals.place}")


def _stored(literals: Literals, node: Kustomization) -> StoredSecret:
    return StoredSecret(
        name=literals.name,
        namespace=node.namespace,
        type=str(literals.value.get("type") or "Opaque"),
        entries=[entry(name, value) for name, value in literals.entries],
    )
