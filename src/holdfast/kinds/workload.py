"""`workload`: something that runs containers from a template, whatever object wraps it."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.cel import podspec
from holdfast.core.fact import UNSET, Definition, Fact, Kind, Part, Secret

FILES = frozenset({"manifest", "compose", "devcontainer", "script", "unit"})


class EnvVar(Part, frozen=True):
    """An environment variable of a container."""

    definitions: ClassVar[dict[str, Definition]] = podspec.VARIABLE

    name: Fact[str] = UNSET
    """Its name."""
    value: Fact[Secret] = UNSET
    """Its literal value; absent when it comes from a Secret, a ConfigMap, a field or the caller's environment."""
    origin: Fact[str] = UNSET
    """`literal`, `secret`, `configmap`, `field`, `file` or `host`."""


class Port(Part, frozen=True):
    """A port that a container declares."""

    definitions: ClassVar[dict[str, Definition]] = podspec.PORT

    container_port: Fact[int] = UNSET
    """The port inside the container."""
    host_port: Fact[int] = UNSET
    """The port on the node; absent when it is not published there."""
    host_ip: Fact[str] = UNSET
    """The node's address it is bound to; `0.0.0.0` when published without one, absent when not published."""
    protocol: Fact[str] = UNSET
    """`TCP`, `UDP` or `SCTP`."""


class Mount(Part, frozen=True):
    """A volume as one container sees it."""

    definitions: ClassVar[dict[str, Definition]] = podspec.MOUNT

    volume: Fact[str] = UNSET
    """The volume's name; for a bind mount its host path."""
    path: Fact[str] = UNSET
    """Where it appears in the container."""
    host_path: Fact[str] = UNSET
    """The node's path behind it; absent when it is no host path."""
    read_only: Fact[bool] = UNSET
    """Whether the container may not write through it."""


class SecretUse(Part, frozen=True):
    """A Secret of Kubernetes that a container is given."""

    name: Fact[str] = UNSET
    """Its name."""
    optional: Fact[bool] = UNSET
    """Whether the container starts without it, too."""


class Container(Part, frozen=True):
    """A container of the template: main, init, sidecar and ephemeral ones alike."""

    definitions: ClassVar[dict[str, Definition]] = podspec.CONTAINER

    name: Fact[str] = UNSET
    """Its name, unique in the workload."""
    role: Fact[str] = UNSET
    """`main`, `init`, `sidecar` (an init container that keeps running) or `ephemeral`."""
    image: Fact[str] = UNSET
    """The image reference as written; absent where the image is built from a local file."""
    registry: Fact[str] = UNSET
    """The image's registry host, `docker.io` when none is written."""
    repository: Fact[str] = UNSET
    """The image's repository without registry, tag and digest."""
    tag: Fact[str] = UNSET
    """The image's tag; absent when none is written."""
    digest: Fact[str] = UNSET
    """The image's digest (`sha256:...`); absent when it is not pinned."""
    argv: Fact[list[str]] = UNSET
    """Command and arguments as written; empty when the image's own run."""
    entrypoint_replaced: Fact[bool] = UNSET
    """Whether `argv` replaces the image's entrypoint; otherwise it is handed to that entrypoint."""
    env: Fact[list[EnvVar]] = UNSET
    """Its environment variables."""
    env_from: Fact[list[str]] = UNSET
    """Names of Secrets, ConfigMaps and files whose keys all become environment variables."""
    secrets: Fact[list[SecretUse]] = UNSET
    """The Secrets that it has in its environment or among its files."""
    ports: Fact[list[Port]] = UNSET
    """The ports it declares."""
    mounts: Fact[list[Mount]] = UNSET
    """The volumes that it mounts."""
    devices: Fact[list[str]] = UNSET
    """Host device nodes handed in by path."""
    gpu_count: Fact[int] = UNSET
    """Accelerators that it asks for through the scheduler or the runtime; -1 means all of the host's."""
    gpu_resources: Fact[list[str]] = UNSET
    """The extended resources asked for: `nvidia.com/gpu`, `nvidia.com/mig-1g.10gb`, `amd.com/gpu`, ..."""
    rdma: Fact[bool] = UNSET
    """Whether it asks for an RDMA device through a device plugin."""
    privileged: Fact[bool] = UNSET
    """Whether it has all capabilities and every device of the node."""
    allow_privilege_escalation: Fact[bool] = UNSET
    """Whether a process may gain more privileges than its parent; the platforms' default is true."""
    run_as_user: Fact[int] = UNSET
    """The user id it is made to run as (the pod's where the container has none); absent leaves it to the image."""
    run_as_non_root: Fact[bool] = UNSET
    """Whether the kubelet refuses to start it as root."""
    read_only_root: Fact[bool] = UNSET
    """Whether its root file system is read-only."""
    capabilities_added: Fact[list[str]] = UNSET
    """Capabilities added, upper case without `CAP_`."""
    capabilities_dropped: Fact[list[str]] = UNSET
    """Capabilities dropped, upper case without `CAP_`."""
    seccomp: Fact[str] = UNSET
    """Seccomp profile type (`RuntimeDefault`, `Localhost`, `Unconfined`); absent leaves it to the node."""
    apparmor: Fact[str] = UNSET
    """AppArmor profile type; absent leaves it to the node."""
    proc_mount: Fact[str] = UNSET
    """`Default` or `Unmasked`."""
    memory_limit_bytes: Fact[int] = UNSET
    """Memory limit in bytes; absent when there is none."""
    cpu_limit_millis: Fact[int] = UNSET
    """CPU limit in thousandths of a core; absent when there is none."""
    liveness_probe: Fact[bool] = UNSET
    """Whether a liveness probe is set."""
    readiness_probe: Fact[bool] = UNSET
    """Whether a readiness probe is set."""


class Volume(Part, frozen=True):
    """A volume of the template."""

    definitions: ClassVar[dict[str, Definition]] = podspec.VOLUME

    name: Fact[str] = UNSET
    """Its name."""
    type: Fact[str] = UNSET
    """`hostPath`, `emptyDir`, `secret`, `configMap`, `persistentVolumeClaim`, `bind`, ... as the platform spells it."""
    host_path: Fact[str] = UNSET
    """The node's path, normalised; absent when it is no host path."""
    writable: Fact[bool] = UNSET
    """Whether a container mounts it without read-only."""
    medium: Fact[str] = UNSET
    """`Memory` for a RAM-backed emptyDir; absent otherwise."""
    size_limit_bytes: Fact[int] = UNSET
    """The emptyDir's limit in bytes; absent when there is none."""


class Claim(Part, frozen=True):
    """A dynamic resource allocation claim that the workload uses."""

    definitions: ClassVar[dict[str, Definition]] = podspec.CLAIM

    name: Fact[str] = UNSET
    """Its name inside the pod."""
    claim: Fact[str] = UNSET
    """The ResourceClaim shared by name; absent when a template makes one per pod."""
    template: Fact[str] = UNSET
    """The ResourceClaimTemplate; absent when a claim is shared by name."""


class Right(Part, frozen=True):
    """What a service account may do."""

    verb: Fact[str] = UNSET
    """The verb, `*` for all."""
    group: Fact[str] = UNSET
    """The API group, empty for core, `*` for all."""
    resource: Fact[str] = UNSET
    """The resource with its subresource (`pods/exec`), `*` for all."""
    cluster_wide: Fact[bool] = UNSET
    """Whether it holds in every namespace."""
    namespace: Fact[str] = UNSET
    """The one namespace in which it holds; absent where it holds in every one, or its file leaves it open."""


class Workload(Kind, frozen=True):
    """A pod template, compose service, development container or container that a command starts."""

    definitions: ClassVar[dict[str, Definition]] = podspec.POD
    kind: ClassVar[str] = "workload"
    not_shown_by: ClassVar[dict[str, frozenset[str]]] = dict.fromkeys(
        (
            "exposure",
            "exposed_by",
            "default_deny_ingress",
            "default_deny_egress",
            "rights",
            "pod_security",
            "gpu_quota",
            "automount_token",
        ),
        FILES,
    )

    name: Fact[str] = UNSET
    """The name of the object that holds the template."""
    namespace: Fact[str] = UNSET
    """The namespace it is declared in; absent when the file leaves it to the one who applies it."""
    controller: Fact[str] = UNSET
    """What holds the template: `Deployment`, `RayCluster`, `compose`, `devcontainer`, `docker` (`docker run`), ..."""
    api_group: Fact[str] = UNSET
    """The API group of that object, empty for core; absent outside Kubernetes."""
    labels: Fact[dict[str, str]] = UNSET
    """Labels of the template and of the object that holds it; the template's win."""
    annotations: Fact[dict[str, str]] = UNSET
    """Annotations, merged in the same way."""
    containers: Fact[list[Container]] = UNSET
    """Every container, init and ephemeral ones included."""
    volumes: Fact[list[Volume]] = UNSET
    """Every volume."""
    claims: Fact[list[Claim]] = UNSET
    """Dynamic resource claims."""
    gpu_count: Fact[int] = UNSET
    """Accelerators that all containers ask for together; -1 means all of the host's."""
    host_network: Fact[bool] = UNSET
    """Whether it shares the node's network."""
    host_pid: Fact[bool] = UNSET
    """Whether it sees the node's processes."""
    host_ipc: Fact[bool] = UNSET
    """Whether it shares the node's System V IPC and shared memory."""
    host_users: Fact[bool] = UNSET
    """Whether it runs in the node's user namespace; the platform's default is true."""
    service_account: Fact[str] = UNSET
    """Its service account; `default` when none is named, absent outside Kubernetes."""
    automount_token: Fact[bool] = UNSET
    """Whether the service account's token is mounted."""
    runtime_class: Fact[str] = UNSET
    """The RuntimeClass; absent for the node's default."""
    node_selector: Fact[dict[str, str]] = UNSET
    """Node labels that it demands."""
    deadline_seconds: Fact[int] = UNSET
    """The active deadline of a job; absent when it may run for ever."""
    ttl_seconds: Fact[int] = UNSET
    """How long a finished job is kept; absent when nobody removes it."""
    expected_privilege: Fact[bool] = UNSET
    """Whether image and service account are those of a cluster component that is privileged by design."""
    owner: Fact[str] = UNSET
    """Who owns its file by the settings (`owners`); absent where they name nobody."""
    exposure: Fact[str] = UNSET
    """Who can reach it: `public` (load balancer or route), `node` (node port, host port or host network), `cluster`."""
    exposed_by: Fact[list[str]] = UNSET
    """The Services and routes that reach it."""
    default_deny_ingress: Fact[bool] = UNSET
    """Whether a NetworkPolicy denies it incoming traffic that is not named."""
    default_deny_egress: Fact[bool] = UNSET
    """Whether a NetworkPolicy denies it outgoing traffic that is not named."""
    rights: Fact[list[Right]] = UNSET
    """What its service account may do."""
    pod_security: Fact[str] = UNSET
    """The namespace's enforced Pod Security level: `privileged`, `baseline` or `restricted`."""
    gpu_quota: Fact[bool] = UNSET
    """Whether the namespace's ResourceQuota bounds accelerators."""
