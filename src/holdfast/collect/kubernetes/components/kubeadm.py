"""kubeadm's ClusterConfiguration -> the parts of the control plane that it sets up.

kubeadm puts flags of its own before those of `extraArgs`, which win. Source: kubernetes/cmd/kubeadm
(controlplane/manifests.go, etcd/local.go) and its configuration APIs v1beta3 (`extraArgs` a map) and v1beta4 (a list).
"""

from __future__ import annotations

from functools import partial

from msgspec import UNSET

from holdfast.collect.fields import TEMPLATED, Fields, written
from holdfast.collect.kubernetes.components import control_plane
from holdfast.collect.kubernetes.components.flags import Flags, collected
from holdfast.collect.kubernetes.components.kubelet import of_flags
from holdfast.collect.kubernetes.components.programs import component
from holdfast.collect.kubernetes.elements import Reader
from holdfast.core.fact import Kind
from holdfast.formats.yaml import Mapping, Sequence
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.cluster_controller import ClusterController
from holdfast.kinds.etcd import Etcd
from holdfast.kinds.kubelet import Kubelet

GIVEN = "given by kubeadm"
OWN: dict[str, dict[str, str]] = {
    control_plane.API_SERVER: {
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        **dict.fromkeys(
            (
                "client-ca-file", "tls-cert-file", "tls-private-key-file", "kubelet-client-certificate",
                "kubelet-client-key", "etcd-cafile", "etcd-certfile", "etcd-keyfile", "service-account-key-file",
            ),
            GIVEN,
        ),
        "etcd-servers": "https://127.0.0.1:2379",
    },
    control_plane.MANAGER: {
        "bind-address": "127.0.0.1",
        "use-service-account-credentials": "true",
        **dict.fromkeys(("service-account-private-key-file", "root-ca-file"), GIVEN),
    },
    control_plane.SCHEDULER: {"bind-address": "127.0.0.1"},
    control_plane.ETCD: {
        "client-cert-auth": "true",
        "peer-client-cert-auth": "true",
        **dict.fromkeys(("cert-file", "key-file", "peer-cert-file", "peer-key-file"), GIVEN),
        "listen-client-urls": "https://127.0.0.1:2379",
    },
}  # fmt: skip
"""The flags that kubeadm sets where nobody says otherwise, those that decide a fact."""
PLACES = {
    control_plane.API_SERVER: ("apiServer",),
    control_plane.MANAGER: ("controllerManager",),
    control_plane.SCHEDULER: ("scheduler",),
    control_plane.ETCD: ("etcd", "local"),
}


def part(fields: Fields, program: str, *, whole: bool = True) -> Kind | None:
    """The facts of one program; None for etcd that runs elsewhere.

    Where it is not `whole`, something else may put in more arguments.
    """
    place = fields
    for key in PLACES[program]:
        if key in place:
            place.note(key, "")
        place = place.child(key)
    if program == control_plane.ETCD and "external" in fields.child("etcd"):
        return None
    own = OWN[program]
    if program == control_plane.API_SERVER and "external" in fields.child("etcd"):
        own = {key: value for key, value in own.items() if not key.startswith("etcd")}
    flags = _flags(place, "extraArgs", own)
    return component(program, Flags(flags.given, complete=whole and flags.complete), program, "kubeadm")


def node(fields: Fields) -> Kubelet | None:
    """What an InitConfiguration or JoinConfiguration says to the kubelet of a node; None for nothing."""
    registration = fields.child("nodeRegistration")
    if "kubeletExtraArgs" not in registration:
        return None
    registration.note("kubeletExtraArgs", "")
    flags = _flags(registration, "kubeletExtraArgs", {})
    # The file that kubeadm writes decides the rest.
    facts = of_flags(Flags(flags.given, complete=False), "kubelet")
    place = fields.spots[""]
    fields.spots.update({name: place for name in facts.__struct_fields__ if getattr(facts, name) is not UNSET})
    return facts


def _flags(place: Fields, key: str, own: dict[str, str]) -> Flags:
    """The flags of kubeadm and of the map or list under `key`; the latter replace the former."""
    given = place.data.get(key)
    extra: list[tuple[str, str]] = []
    complete = True
    if isinstance(given, Mapping):
        extra = [(str(name), written(value)) for name, value in given.items()]
    elif isinstance(given, Sequence):
        extra = [(str(item.get("name")), written(item.get("value"))) for item in given if isinstance(item, Mapping)]
    elif given is not None:
        complete = False
    named = {name for name, _ in extra}
    kept = [(name, value) for name, value in own.items() if name not in named]
    return collected([*kept, *extra], complete=complete and not any(TEMPLATED.search(name) for name in named))


def _reader(kind: type[Kind], program: str) -> Reader:
    return Reader(kind, partial(part, program=program))


CLUSTER = (
    _reader(ApiServer, control_plane.API_SERVER),
    _reader(ClusterController, control_plane.MANAGER),
    _reader(ClusterController, control_plane.SCHEDULER),
    _reader(Etcd, control_plane.ETCD),
)
NODE = (Reader(Kubelet, node, partial=lambda _: True),)
