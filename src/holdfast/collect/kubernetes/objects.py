"""One Kubernetes object -> assets."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.pod import workload
from holdfast.collect.kubernetes.templates import Template, pointer, templates
from holdfast.core.asset import Asset, Spot
from holdfast.formats.yaml import Mapping, Sequence

SOURCE = "manifest"


def assets(document: object, path: str, line: int) -> Iterator[Asset]:
    """Every asset that a document shows; `line` is the line (from 1) on which it starts."""
    if not isinstance(document, Mapping):
        return
    if isinstance(document.get("items"), Sequence) and str(document.get("kind", "")).endswith("List"):
        for item in document["items"]:
            yield from assets(item, path, line)
        return
    kind, version = document.get("kind"), document.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str):
        return
    group = version.rpartition("/")[0]
    for template in templates(document):
        yield _workload(document, template, path, line, kind, group)


def _workload(document: Mapping, template: Template, path: str, line: int, kind: str, group: str) -> Asset:
    spots: dict[str, Spot] = {}
    pod = Fields(template.spec, pointer(template.path), "", spots, line)
    pod.here()
    owner = Fields(document, "", "", spots, line)
    holder = Fields(template.holder, pointer(template.path[:-1]), "", spots, line)
    facts = workload(owner, holder, pod, kind, group)
    return Asset(
        id="/".join(("workload", path, _name(document, template, kind))),
        facts=facts,
        source=SOURCE,
        path=path,
        spots=spots,
    )


def _name(document: Mapping, template: Template, kind: str) -> str:
    """`Kind.namespace.name`, and the path to the template where an object holds more than one."""
    metadata = document.get("metadata")
    name = space = ""
    if isinstance(metadata, Mapping):
        name = str(metadata.get("name") or metadata.get("generateName") or "")
        space = str(metadata.get("namespace") or "")
    inner = [step for step in template.path if step not in ("spec", "template", "jobTemplate", "podTemplateSpec")]
    return ".".join([kind, space, name, *inner])
