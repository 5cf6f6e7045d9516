"""What Cluster API and EKS hand to the nodes they make -> the parts of the control plane, and kubelets.

Sources: Cluster API, controlplane.cluster.x-k8s.io and bootstrap.cluster.x-k8s.io, v1beta1 (`extraArgs` a map) and
v1beta2 (a list); "ClusterClass", whose patches add to templates; nodeadm of Amazon EKS, node.eks.aws/v1alpha1
NodeConfig (`kubelet.config` is a KubeletConfiguration, `kubelet.flags` come after it). Checked 2026-11-30.
"""

from __future__ import annotations

from functools import partial

from msgspec import UNSET

from holdfast.collect.fields import Fields, written
from holdfast.collect.kubernetes.components import control_plane, kubeadm, kubelet
from holdfast.collect.kubernetes.components.flags import Flags
from holdfast.collect.kubernetes.components.flags import read as read_flags
from holdfast.collect.kubernetes.elements import Reader, Table
from holdfast.core.fact import Kind
from holdfast.formats.yaml import Sequence
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.cluster_controller import ClusterController
from holdfast.kinds.etcd import Etcd
from holdfast.kinds.kubelet import Kubelet

CONTROL_PLANE, BOOTSTRAP = "controlplane.cluster.x-k8s.io", "bootstrap.cluster.x-k8s.io"
PROGRAMS: dict[str, type[Kind]] = {
    control_plane.API_SERVER: ApiServer,
    control_plane.MANAGER: ClusterController,
    control_plane.SCHEDULER: ClusterController,
    control_plane.ETCD: Etcd,
}
TEMPLATE = ("spec", "template", "spec")
SPECS = {
    "KubeadmControlPlane": (CONTROL_PLANE, ("spec", "kubeadmConfigSpec")),
    "KubeadmControlPlaneTemplate": (CONTROL_PLANE, (*TEMPLATE, "kubeadmConfigSpec")),
    "KubeadmConfig": (BOOTSTRAP, ("spec",)),
    "KubeadmConfigTemplate": (BOOTSTRAP, TEMPLATE),
}
"""Native kind -> its group, and the way to what a machine is told."""
MACHINES = frozenset((*SPECS, *(f"{kind}List" for kind in SPECS), "List"))
"""Kinds of documents in which such objects may be."""


def _below(fields: Fields, steps: tuple[str, ...]) -> Fields:
    for step in steps:
        fields = fields.child(step)
    return fields


def _part(fields: Fields, steps: tuple[str, ...], program: str, *, whole: bool) -> Kind | None:
    """One program of the cluster that kubeadm is told to set up; None where it is told nothing of it."""
    given = _below(fields, steps)
    if "clusterConfiguration" not in given:
        return None
    given.note("clusterConfiguration", "")
    return kubeadm.part(given.child("clusterConfiguration"), program, whole=whole)


def _node(fields: Fields, steps: tuple[str, ...]) -> Kubelet | None:
    return kubeadm.node(_below(fields, steps))


def _readers(steps: tuple[str, ...], *, whole: bool) -> tuple[Reader, ...]:
    return (
        *(Reader(kind, partial(_part, steps=steps, program=name, whole=whole)) for name, kind in PROGRAMS.items()),
        *(
            Reader(Kubelet, partial(_node, steps=(*steps, key)), partial=lambda _: True)
            for key in ("initConfiguration", "joinConfiguration")
        ),
    )


def _configured(fields: Fields) -> Kubelet | None:
    """The kubelet's file that a NodeConfig adds to what EKS sets up."""
    given = _below(fields, ("spec", "kubelet"))
    if "config" not in given:
        return None
    given.note("config", "")
    return kubelet.configuration(given.child("config"))


def _started(fields: Fields) -> Kubelet | None:
    """The flags that a NodeConfig adds."""
    given = _below(fields, ("spec", "kubelet"))
    words = given.data.get("flags")
    if not isinstance(words, Sequence):
        return None
    given.note("flags", "")
    flags = read_flags([written(word) for word in words], kubelet.SWITCHES, complete=False)
    facts = kubelet.of_flags(Flags(flags.given, complete=False), "kubelet")
    spots = {name: fields.spots[""] for name in facts.__struct_fields__ if getattr(facts, name) is not UNSET}
    fields.spots.update(spots)
    return facts


READERS: Table = {
    **{(group, kind): _readers(way, whole="template" not in way) for kind, (group, way) in SPECS.items()},
    ("node.eks.aws", "NodeConfig"): (
        Reader(Kubelet, _configured, partial=lambda _: True),
        Reader(Kubelet, _started, partial=lambda _: True),
    ),
}
