"""`container_runtime`: the engine that starts containers on a host."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind, Part, Secret
from holdfast.core.permissions import Permissions


class Listener(Part, frozen=True):
    """An address on which the engine answers."""

    known_by: ClassVar[tuple[str, ...]] = ("address",)

    address: Fact[str] = UNSET
    """As written: `tcp://0.0.0.0:2375`, `127.0.0.1:10010`."""
    purpose: Fact[str] = UNSET
    """`api` (starts containers), `stream` (exec, attach and port-forward sessions) or `metrics`."""
    loopback: Fact[bool] = UNSET
    """Whether only the same host can reach it."""
    tls: Fact[bool] = UNSET
    """Whether it speaks TLS."""
    client_certificates: Fact[bool] = UNSET
    """Whether a client must show a certificate."""


class EngineSecret(Part, frozen=True):
    """A literal credential in the configuration."""

    name: Fact[str] = UNSET
    """The key that it stands under: `https-proxy`, `splunk-token`, `password`, `Authorization`."""
    value: Fact[Secret] = UNSET
    """The credential, or the address that holds it."""


class ContainerRuntime(Kind, frozen=True):
    """An engine as its configuration files set it up; documented defaults are filled in.

    A flag on the engine's command line may say otherwise where the file is silent: Docker refuses to start when both
    speak, and systemd's unit of the distribution sets its socket only.
    """

    kind: ClassVar[str] = "container_runtime"
    places: ClassVar[tuple[str, ...]] = ("path",)
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = {"permissions": frozenset({"config", "unit"})}

    name: Fact[str] = UNSET
    """`docker`, `containerd`, `cri-o` or `podman`."""
    path: Fact[str] = UNSET
    """The file that says so, or the first of several."""
    permissions: Fact[Permissions] = UNSET
    """Owner and mode of that file."""
    listeners: Fact[list[Listener]] = UNSET
    """TCP addresses on which it answers; local sockets are left out."""
    insecure_registries: Fact[list[str]] = UNSET
    """Registries (`*` for each) from which images come over plain HTTP or with unverified certificates."""
    default_runtime: Fact[str] = UNSET
    """The low-level runtime of containers that name none: `runc`, `crun`, `nvidia`; absent for the engine's own."""
    runtimes: Fact[list[str]] = UNSET
    """The low-level runtimes that are set up by name."""
    cdi: Fact[bool] = UNSET
    """Whether devices come in through the Container Device Interface; absent where the version decides."""
    user_namespaces: Fact[bool] = UNSET
    """Whether root in a container is another user on the host, unless the container asks otherwise.

    Absent where each pod or user decides.
    """
    no_new_privileges: Fact[bool] = UNSET
    """Whether setuid programs in containers have no effect, unless the container asks otherwise."""
    inter_container: Fact[bool] = UNSET
    """Whether containers on the default network reach one another."""
    live_restore: Fact[bool] = UNSET
    """Whether containers outlive a restart of the engine."""
    seccomp: Fact[bool] = UNSET
    """Whether containers run under a system call filter, unless they ask otherwise."""
    apparmor: Fact[bool] = UNSET
    """Whether AppArmor profiles are applied where the kernel has them."""
    packet_filter: Fact[bool] = UNSET
    """Whether the engine keeps packet filter rules that separate its networks."""
    log_driver: Fact[str] = UNSET
    """Where the output of containers goes: `json-file`, `journald`, `none`, ...; absent for the engine's own."""
    experimental: Fact[bool] = UNSET
    """Whether features are on that the vendor does not support yet."""
    devices: Fact[list[str]] = UNSET
    """Host devices that every container gets."""
    capabilities: Fact[list[str]] = UNSET
    """Capabilities that the configuration gives every container, without `CAP_`; none for its own set."""
    host_namespaces: Fact[list[str]] = UNSET
    """Namespaces of the host in which containers run unless they ask otherwise: `pid`, `network`, `ipc`."""
    own_programs: Fact[list[str]] = UNSET
    """Low-level runtimes and monitors that lie where plain users write."""
    secrets: Fact[list[EngineSecret]] = UNSET
    """Literal credentials in the files: of proxies, log receivers and registries."""
    api_group: Fact[str] = UNSET
    """The group whose members may use the engine's socket, a name or a number; absent for the engine's own."""
    privileged: Fact[bool] = UNSET
    """Whether every container is privileged unless it asks otherwise; absent where the engine has no such switch."""
