"""One Kubernetes object -> assets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from holdfast.collect.fields import TEMPLATED, Composed, Fields
from holdfast.collect.kubernetes.pod import workload
from holdfast.collect.kubernetes.templates import Template, pointer, templates
from holdfast.core.asset import Asset, Spot
from holdfast.core.suppression import ANNOTATION, annotation
from holdfast.formats.yaml import Mapping, Sequence

if TYPE_CHECKING:
    from holdfast.collect.kubernetes.elements import Reader

SOURCE = "manifest"
OBJECTS = frozenset((
    "Service", "Ingress", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "VirtualService", "Route", "IngressRoute",
    "IngressRouteTCP", "NetworkPolicy", "GlobalNetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy",
    "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy", "Role", "ClusterRole", "RoleBinding",
    "ClusterRoleBinding", "ServiceAccount", "Namespace", "ResourceQuota", "ClusterPolicy", "NVIDIADriver",
    "ResourceClaim", "ResourceClaimTemplate", "DeviceClass", "KubeletConfiguration", "ClusterConfiguration",
    "InitConfiguration", "JoinConfiguration", "EncryptionConfiguration", "Policy", "AdmissionConfiguration",
    "PodSecurityConfiguration", "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication",
    "DestinationRule", "EncryptionConfig", "Gateway", "Secret", "ConfigMap", "HelmRelease", "Application",
    "InferenceService", "TrainedModel", "LLMInferenceService", "Prometheus", "Milvus",
    "KubeadmControlPlane", "KubeadmControlPlaneTemplate", "KubeadmConfig", "KubeadmConfigTemplate", "NodeConfig",
))  # fmt: skip
"""Kinds for which the readers are worth loading; the group decides whether there is one."""
WRAPPERS = frozenset(("spec", "template", "jobTemplate", "podTemplateSpec"))
CARRIERS = frozenset(("HelmRelease", "Application"))
"""Kinds that carry anything: where no reader knows what, pods are looked for in them."""
PLAIN = re.compile(r"[\w.-]{1,253}", re.ASCII)


PODS = {
    "Pod": ("spec",),
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"), ("spec", "template", "spec")),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Where the pods of Kubernetes' own kinds stand."""
GROUPS = frozenset(("", "apps", "batch"))
"""The groups of these kinds."""


def malformed(document: Mapping) -> str:
    """Where an object that holds a pod has something else in its place; empty for all others.

    What is left out may be added by another file, and a template's text is filled in elsewhere.
    """
    way = PODS.get(str(document.get("kind")))
    if way is None or str(document.get("apiVersion")).rpartition("/")[0] not in GROUPS:
        return ""
    value = document
    for depth, step in enumerate(way, 1):
        found = value.get(step)
        if not isinstance(found, Mapping):
            return "" if _elsewhere(found) else ".".join(way[:depth])
        value = found
    containers = value.get("containers")
    return "" if isinstance(containers, Sequence) or _elsewhere(containers) else ".".join((*way, "containers"))


def _elsewhere(value: object) -> bool:
    return value is None or (isinstance(value, str) and TEMPLATED.search(value) is not None)


def assets(document: object, path: str, line: int, seen: Counter[str] | None = None) -> Iterator[Asset]:
    """Every asset that a document shows; `line` is the line (from 1) on which it starts.

    `seen` counts the ids of the file so far: an id that comes again gets `~2`, `~3`, ... in the order of the source.
    """
    seen = Counter() if seen is None else seen
    for item, place in objects(document):
        for asset in _read(item, path, line, seen):
            yield below(asset, place) if place else asset


def objects(document: object) -> Iterator[tuple[Mapping, str]]:
    """The document, or the objects of a List however lists are nested, and the pointer of each.

    Each comes once, whatever aliases say.
    """
    stack: list[tuple[object, str, Mapping | None]] = [(document, "", None)]
    met = set()
    while stack:
        item, place, around = stack.pop()
        if not isinstance(item, Mapping) or id(item) in met:
            continue
        met.add(id(item))
        items = item.get("items")
        if isinstance(items, Sequence) and str(item.get("kind", "")).endswith("List"):
            stack.extend((items[index], f"{place}/items/{index}", item) for index in range(len(items) - 1, -1, -1))
        else:
            yield item if around is None else _typed(item, around), place


def _typed(item: Mapping, around: Mapping) -> Mapping:
    """An item of a typed list, which leaves out what the list says for all: `PodList` holds Pods."""
    kind = str(around["kind"]).removesuffix("List")
    if not kind or "kind" in item or "apiVersion" not in around:
        return item
    typed = Mapping(item)
    typed.mark, typed.marks = item.mark, item.marks
    typed["kind"], typed["apiVersion"] = kind, around["apiVersion"]
    return typed


def _read(item: Mapping, path: str, line: int, seen: Counter[str]) -> Iterator[Asset]:
    kind, version = item.get("kind"), item.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str):
        return
    group = version.rpartition("/")[0]
    readers = _readers(group, kind) if kind in OBJECTS else ()
    shown = 0
    for reader in readers:
        found = _object(item, reader, path, line, kind, seen)
        if found is not None:
            shown += 1
            yield found
    if readers and (shown or kind not in CARRIERS) and not any(reader.beside for reader in readers):
        return
    for template in templates(item):
        yield _workload(item, template, path, line, kind, group, seen)


def below(asset: Asset, place: str) -> Asset:
    """An object of a list, or of a text, with pointers from the root of the document."""
    spots = {fact: Spot(spot.line, spot.column, place + spot.pointer) for fact, spot in asset.spots.items()}
    return replace(asset, spots=spots)


def _readers(group: str, kind: str) -> tuple[Reader, ...]:
    from holdfast.collect.kubernetes.elements import Reader
    from holdfast.collect.kubernetes.readers import READERS  # most checks of one file meet none of these kinds

    found = READERS.get((group, kind), ())
    return (found,) if isinstance(found, Reader) else found


def _object(document: Mapping, reader: Reader, path: str, line: int, kind: str, seen: Counter[str]) -> Asset | None:
    spots: dict[str, Spot] = {}
    fields = Fields(document, "", "", spots, line)
    fields.here()
    spec = document.get("spec")
    # Text in the place of a spec is a template's: nothing of the object is known.
    facts = reader.read(fields) if spec is None or isinstance(spec, Mapping) else reader.kind()
    if facts is None:
        return None
    name = ".".join((kind, *identity(document)))
    partial = reader.partial is not None and reader.partial(path)
    if partial:
        from holdfast.collect.kubernetes.elements import stated

        facts = stated(facts, spots)
    known = _once(f"{facts.kind}/{path}/{name}", seen)
    return Asset(known, facts, SOURCE, path, spots, suppressions(document), partial, labels=labels(document))


def _workload(
    document: Mapping, template: Template, path: str, line: int, kind: str, group: str, seen: Counter[str]
) -> Asset:
    spots: dict[str, Spot] = {}
    pod = Fields(template.spec, pointer(template.path), "", spots, line)
    pod.here()
    owner = Fields(document, "", "", spots, line)
    holder = Fields(template.holder, pointer(template.path[:-1]), "", spots, line)
    facts = workload(owner, holder, pod, kind, group)
    name = ".".join((kind, *identity(document), *_steps(document, template.path)))
    return Asset(
        _once(f"workload/{path}/{name}", seen),
        facts,
        SOURCE,
        path,
        spots,
        suppressions(document, template.holder),
        partial=isinstance(template.spec, Composed) and template.spec.partial,
        labels=labels(document),
    )


def suppressions(*holders: Mapping) -> tuple[tuple[str, str], ...]:
    """What the annotations of an object, or of its template, accept."""
    found: dict[tuple[str, str], None] = {}
    for holder in holders:
        metadata = holder.get("metadata")
        annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
        text = annotations.get(ANNOTATION) if isinstance(annotations, Mapping) else None
        if isinstance(text, str):
            found.update(dict.fromkeys(annotation(text)))
    return tuple(found)


def labels(document: Mapping) -> dict[str, str]:
    """The annotations and labels of an object; labels win."""
    metadata = document.get("metadata")
    found: dict[str, str] = {}
    if not isinstance(metadata, Mapping):
        return found
    for name in ("annotations", "labels"):
        table = metadata.get(name)
        if isinstance(table, Mapping):
            found.update((key, value) for key, value in table.items() if isinstance(value, str))
    return found


def identity(document: Mapping) -> tuple[str, str]:
    """Namespace and name, empty where the file leaves them out."""
    metadata = document.get("metadata")
    if not isinstance(metadata, Mapping):
        return "", ""
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or metadata.get("generateName") or "")


def _steps(document: Mapping, path: tuple[str, ...]) -> list[str]:
    """What tells one template of an object from another: keys, and the names of list items rather than their places."""
    found: list[str] = []
    value: Any = document
    for step in path:
        if isinstance(value, Sequence):
            value = value[int(step)]
            found.append(_label(value) or step)
        else:
            value = value.get(step)
            if step not in WRAPPERS:
                found.append(step)
    return found


def _label(item: Any) -> str | None:
    names = (item.get(key) for key in ("name", "groupName")) if isinstance(item, Mapping) else ()
    return next((name for name in names if isinstance(name, str) and PLAIN.fullmatch(name)), None)


def _once(name: str, seen: Counter[str]) -> str:
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}~{seen[name]}"
