"""/etc/rancher/k3s/config.yaml and /etc/rancher/rke2/config.yaml -> what they change of the control plane.

Every key is a flag of `k3s server`, `k3s agent`, `rke2 server` or `rke2 agent` without its dashes. What they leave out
is set by K3s and RKE2 themselves, mostly hardened; Secrets are encrypted by RKE2 always, by K3s when asked to. Files of
`config.yaml.d` beside it hold more; a `+` behind a key adds to what the files before say.
Sources: K3s documentation, `k3s server`, Secrets Encryption, Configuration File, "Multiple Config Files"; RKE2
documentation, Server Configuration Reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.documents import Found, read_documents
from holdfast.collect.fields import written
from holdfast.collect.kubernetes.components import control_plane
from holdfast.collect.kubernetes.components.flags import Flags, collected
from holdfast.collect.kubernetes.components.flags import read as read_flags
from holdfast.collect.kubernetes.components.programs import component
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Kind
from holdfast.formats.yaml import Mapping, Sequence, documents, load
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.kubelet import Kubelet

ARGUMENTS = {
    "kube-apiserver-arg": control_plane.API_SERVER,
    "kube-controller-manager-arg": control_plane.MANAGER,
    "kube-scheduler-arg": control_plane.SCHEDULER,
    "etcd-arg": control_plane.ETCD,
    "kubelet-arg": "kubelet",
}
SWITCHES = frozenset(
    ("secrets-encryption", "protect-kernel-defaults", "cluster-init", "disable-agent", "disable-network-policy",
     "disable-cloud-controller", "disable-kube-proxy", "disable-scheduler", "disable-apiserver", "disable-etcd",
     "disable-controller-manager", "disable-helm-controller", "docker", "selinux", "rootless", "debug",
     "flannel-ipv6-masq", "prefer-bundled-bin", "embedded-registry", "etcd-disable-snapshots",
     "etcd-expose-metrics", "enable-pprof", "egress-selector-mode-disabled", "kine-tls", "multi-cluster-cidr",
     "vpn-auth-disabled")
)  # fmt: skip
"""Flags that take no word of their own."""
OWN = frozenset((*ARGUMENTS, "write-kubeconfig-mode", "secrets-encryption", "protect-kernel-defaults"))
"""Keys that decide a fact."""
Part = tuple[Kind, Spot]
"""The facts of a program, and where its arguments stand."""


def read(data: bytes, path: str) -> Iterator[Found]:
    """The parts of a control plane in one file; manifests that lie beside it are read as such."""
    if b"apiVersion" in data or not path.endswith((".yaml", ".yml")) or not any(key.encode() in data for key in OWN):
        yield from read_documents(data, path)
        return
    try:
        for document in documents(data):
            value = load(document.text)
            value = _joined(value) if isinstance(value, Mapping) else Mapping()
            if not OWN.isdisjoint(value):
                folders = path.split("/")
                product = "rke2" if "rke2" in folders else "k3s"
                yield from _parts(value, path, document.line, product, alone="config.yaml.d" not in folders)
    except FormatError as error:
        yield Gap(path, f"not readable as YAML: {error.what}", "unreadable", error.line)


def _joined(value: Mapping) -> Mapping:
    """The keys without the `+` that adds what they hold to the values before."""
    if not any(key.endswith("+") for key in value):
        return value
    found = Mapping()
    found.mark, found.marks = value.mark, {}
    for key, item in value.items():
        name = key.removesuffix("+")
        before = found.get(name)
        both = Sequence(each for part in (before, item) for each in (part if isinstance(part, Sequence) else [part]))
        found[name] = both if before is not None and key != name else item
        found.marks[name] = value.marks[key]
    return found


class Mark(NamedTuple):
    """Where a flag stands: in the row of its command."""

    line: int = 0
    column: int = 0


def of_words(words: tuple[str, ...], path: str, line: int, product: str) -> Iterator[Asset]:
    """What the words of a command on a line change; the rest stands in a file of its own."""
    given = read_flags(words, SWITCHES, complete=False).given
    table = Mapping((key, _given(key, values)) for key, values in given.items() if key in OWN)
    table.marks = dict.fromkeys(table, Mark())
    if table:
        yield from _parts(table, path, line, product, alone=False)


def _given(key: str, values: list[str]) -> object:
    if key in ARGUMENTS:
        return Sequence(values)
    return {"true": True, "false": False}.get(values[-1], values[-1])


def _parts(value: Mapping, path: str, line: int, product: str, *, alone: bool = True) -> Iterator[Asset]:
    found: dict[str, Part] = {}
    for key, program in ARGUMENTS.items():
        if key in value:
            found[program] = component(program, _flags(value[key]), product, product), _spot(value, key, line)
    yield from _api_server(value, path, line, product, found.pop(control_plane.API_SERVER, None), alone)
    yield from _kubelet(value, path, line, found.pop("kubelet", None))
    for program, (facts, spot) in found.items():
        yield _asset(facts, program, path, {"": spot})


def _api_server(value: Mapping, path: str, line: int, product: str, found: Part | None, alone: bool) -> Iterator[Asset]:
    facts = found[0] if found and isinstance(found[0], ApiServer) else ApiServer(name=product, set_up_by=product)
    spots = {"": found[1]} if found else {}
    more: dict[str, object] = {}
    for key, fact in (("secrets-encryption", "encrypts_secrets"), ("write-kubeconfig-mode", "open_kubeconfig")):
        if key in value:
            more[fact] = _switch(value[key]) if fact == "encrypts_secrets" else _readable(value[key])
            spots[fact] = _spot(value, key, line)
    if "encrypts_secrets" not in more and facts.encrypts_secrets is UNSET:
        more["encrypts_secrets"] = True if product == "rke2" else False if found and alone else UNSET
    if found or spots:
        spots.setdefault("", next(iter(spots.values())))
        yield _asset(replace(facts, **more), control_plane.API_SERVER, path, spots)


def _kubelet(value: Mapping, path: str, line: int, found: Part | None) -> Iterator[Asset]:
    facts = found[0] if found and isinstance(found[0], Kubelet) else Kubelet(name="kubelet", form="flags")
    spots = {"": found[1]} if found else {}
    if "protect-kernel-defaults" in value:
        spots["protects_kernel_defaults"] = _spot(value, "protect-kernel-defaults", line)
        spots.setdefault("", spots["protects_kernel_defaults"])
        facts = replace(facts, protects_kernel_defaults=_switch(value["protect-kernel-defaults"]))
    if spots:
        yield _asset(facts, "kubelet", path, spots)


def _asset(facts: Kind, program: str, path: str, spots: dict[str, Spot]) -> Asset:
    return Asset(f"{facts.kind}/{path}/{program}", facts, "config", path, spots, partial=True)


def _flags(value: object) -> Flags:
    items = value if isinstance(value, Sequence) else [value]
    pairs = [written(item).partition("=") for item in items]
    return collected([(name, text if equals else "true") for name, equals, text in pairs], complete=False)


def _spot(value: Mapping, key: str, line: int) -> Spot:
    mark = value.marks[key]
    return Spot(line + mark.line, mark.column + 1, f"/{key}")


def _switch(value: object) -> Fact[bool]:
    return value if isinstance(value, bool) else UNSET


def _readable(value: object) -> Fact[bool]:
    """Whether a mode, octal as text or as a number that YAML read as octal or decimal, lets others read."""
    text = f"{value:o}" if isinstance(value, int) and value not in (600, 640, 644, 660, 664, 666) else str(value)
    return bool(int(text[-1], 8) & 4) if text.isdecimal() and not set(text) & set("89") else UNSET
