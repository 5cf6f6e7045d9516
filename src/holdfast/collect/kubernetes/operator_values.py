"""Values of the NVIDIA GPU operator's chart -> `gpu_operator`, which says what they state and no more.

They stand in files, in Flux's HelmRelease and in Argo CD's Application. Sources: NVIDIA/gpu-operator,
deployments/gpu-operator/values.yaml (26.7); fluxcd.io, helm-controller API v2; argo-cd.readthedocs.io, Helm; checked
2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.accelerators import OPERANDS, set_up
from holdfast.collect.kubernetes.elements import Reader, Table, name_of, stated, steps
from holdfast.core.asset import Asset, Spot
from holdfast.core.errors import FormatError
from holdfast.formats.yaml import Mapping, load
from holdfast.kinds.gpu_operator import GpuOperator

CHART = "gpu-operator"
TELLING = frozenset(("toolkit", "dcgmExporter", "migManager"))
"""Operands that no other chart calls so; one of them must be there."""
PARTS = OPERANDS.keys() | {"operator", "cdi", "mig", "daemonsets", "validator", "nfd", "sandboxWorkloads"}
ENOUGH = 2
OWN = frozenset(("usePrecompiled", "useOpenKernelModules", "kernelModuleType", "nvidiaDriverCRD", "kernelModuleConfig"))
DRIVER = OWN | {
    "enabled", "repository", "image", "version", "imagePullPolicy", "imagePullSecrets", "startupProbe", "livenessProbe",
    "readinessProbe", "rdma", "upgradePolicy", "manager", "env", "resources", "repoConfig", "certConfig", "hostNetwork",
    "licensingConfig", "virtualTopology", "secretEnv", "args",
}  # fmt: skip
"""What the chart's `driver` may hold, and of that what no other chart calls so."""
EXPORTER = frozenset(("service", "serviceMonitor", "version", "config", "env", "enabled"))
VERSION = re.compile(r"[0-9]{3}\.[0-9]{2,3}(?:\.[0-9]{2})?(?:-.*)?", re.ASCII)
"""A version of NVIDIA's driver."""
MAX_TEXT = 1 << 18


def is_values(document: Mapping) -> bool:
    """Whether a document is a file of such values, for the chart itself or for one that brings it along."""
    return _own(document) is not None


def _own(document: Mapping) -> Mapping | None:
    inner = document.get(CHART)
    for found in (document, inner):
        if isinstance(found, Mapping) and "kind" not in found:
            sections = {key for key in PARTS if isinstance(found.get(key), Mapping)}
            if sections and (found is inner or (len(sections) >= ENOUGH and sections & TELLING) or _tells(found)):
                return found
    return None


def _tells(values: Mapping) -> bool:
    """Whether one operand alone says that the values are the operator's."""
    driver, exporter = values.get("driver"), values.get("dcgmExporter")
    if isinstance(exporter, Mapping) and not EXPORTER.isdisjoint(exporter):
        return True
    if not isinstance(driver, Mapping) or not DRIVER.issuperset(driver):
        return False
    return VERSION.fullmatch(str(driver.get("version"))) is not None or not OWN.isdisjoint(driver)


def values(document: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The operator as the values set it up; what they leave out, the chart's version or other values decide."""
    found = _own(document)
    if found is not None:
        spots: dict[str, Spot] = {}
        fields = Fields(found, "" if found is document else f"/{CHART}", "", spots, line)
        fields.here()
        facts = replace(set_up(fields), name="values")
        yield Asset(f"gpu_operator/{path}", stated(facts, spots), "config", path, spots, partial=True)


def helm_release(fields: Fields) -> GpuOperator | None:
    """The operator as Flux installs it; None for any other chart."""
    spec = fields.child("spec")
    if spec.child("chart").child("spec").data.get("chart") != CHART:
        return None
    return replace(set_up(spec.child("values")), name=name_of(fields))


def application(fields: Fields) -> GpuOperator | None:
    """The operator as Argo CD installs it; None for any other chart."""
    spec = fields.child("spec")
    listed = steps(spec, "sources")
    for source in (spec.child("source"), *(listed if isinstance(listed, list) else ())):
        if source.data.get("chart") == CHART:
            helm = source.child("helm")
            facts = set_up(helm.child("valuesObject")) if "valuesObject" in helm else _of_text(helm)
            return replace(facts, name=name_of(fields))
    return None


def _of_text(helm: Fields) -> GpuOperator:
    """What values say that are one text."""
    text = helm.data.get("values")
    try:
        value = load(text.encode("utf-8", "replace")) if isinstance(text, str) and len(text) <= MAX_TEXT else None
    except FormatError:
        value = None
    if not isinstance(value, Mapping):
        return GpuOperator()
    spots: dict[str, Spot] = {}
    facts = set_up(Fields(value, "", "", spots, helm.line + helm.data.marks["values"].line + 1))
    helm.spots.update({fact: Spot(spot.line, 1, helm.place("values")) for fact, spot in spots.items()})
    return facts


READERS: Table = {
    ("helm.toolkit.fluxcd.io", "HelmRelease"): Reader(GpuOperator, helm_release, partial=lambda _path: True),
    ("argoproj.io", "Application"): Reader(GpuOperator, application, partial=lambda _path: True),
}
