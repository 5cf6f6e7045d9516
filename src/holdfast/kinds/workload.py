"""`workload`: something that runs containers from a template, whatever object wraps it."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Definition, Fact, Kind, Part, Secret

ACCELERATOR = (
    r"(?:nvidia|amd|aws\.amazon|gpu\.intel|cloud-tpus\.google|tpu\.google|huawei|metax-tech|cambricon)\.com"
    r"/(?:gpu|mig-.+|shared-gpu|neuron.*|i915|xe|v[2-6].*|.*tpu.*|Ascend.*|mlu.*)(?:\.shared)?"
    r"|habana\.ai/gaudi|google\.com/tpu|.+/vgpu"
)
"""Extended resources that are accelerators, as the vendors' device plugins name them."""


def _gpus(container: str) -> str:
    """The accelerators among a container's limits; no rule's own variable starts with an underscore."""
    limits = f"{container}.resources.limits"
    there = f"has({container}.resources) && has({limits}) ? {limits} : {{}}"
    return f"({there}).filter(_r, _r.matches({f'^(?:{ACCELERATOR})$'!r}))"


def _gpu_count(container: str) -> str:
    return f"{_gpus(container)}.map(_r, int(string({container}.resources.limits[_r]))).sum()"


def _of_context(field: str, default: str) -> Definition:
    """A field of the container's security context."""
    there = f"has(it.securityContext) && has(it.securityContext.{field})"
    return f"{there} ? it.securityContext.{field} : {default}"


def _inherited(field: str) -> tuple[str, str]:
    """A field of the container's security context or else of the pod's; absent where neither has it."""
    first = field.partition(".")[0]
    there = "has({0}.securityContext) && has({0}.securityContext." + first + ")"
    own, outer = there.format("it"), there.format("pod")
    return f"({own}) || ({outer})", f"{own} ? it.securityContext.{field} : pod.securityContext.{field}"


def _capabilities(action: str) -> Definition:
    outer = "it.securityContext.capabilities"
    there = f"has(it.securityContext) && has({outer}) && has({outer}.{action})"
    bare = "_n.upperAscii().startsWith('CAP_') ? _n.upperAscii().substring(4) : _n.upperAscii()"
    names = f"{outer}.{action}.map(_n, {bare})"
    return f"{there} ? {names} : []"


def _written_by(containers: str) -> str:
    """Whether one of the pod's containers mounts the volume `it` without read-only."""
    write = "_m.name == it.name && !(has(_m.readOnly) && _m.readOnly)"
    return f"pod.{containers}.exists(_c, has(_c.volumeMounts) && _c.volumeMounts.exists(_m, {write}))"


FILES = frozenset({"manifest", "compose", "devcontainer", "script", "unit"})
MAIN = "it.containers + (has(it.initContainers) ? it.initContainers : [])"
EPHEMERAL = "has(it.ephemeralContainers) ? it.ephemeralContainers : []"


class EnvVar(Part, frozen=True):
    """An environment variable of a container."""

    definitions: ClassVar[dict[str, Definition]] = {
        "name": "it.name",
        "value": ("!has(it.valueFrom)", "has(it.value) || has(it.valueFrom) ? it.value : ''"),
    }

    name: Fact[str] = UNSET
    """Its name."""
    value: Fact[Secret] = UNSET
    """Its literal value; absent when it comes from a Secret, a ConfigMap, a field or the caller's environment."""
    origin: Fact[str] = UNSET
    """`literal`, `secret`, `configmap`, `field`, `file` or `host`."""


class Port(Part, frozen=True):
    """A port that a container declares."""

    definitions: ClassVar[dict[str, Definition]] = {
        "container_port": "it.containerPort",
        "host_port": ("has(it.hostPort)", "it.hostPort"),
        "host_ip": (
            "has(it.hostIP) || (has(it.hostPort) && it.hostPort != 0)",
            "has(it.hostIP) ? it.hostIP : ['0.0.0.0'].filter(_a, it.hostPort != 0)[0]",
        ),
        "protocol": "has(it.protocol) ? it.protocol : 'TCP'",
    }

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

    definitions: ClassVar[dict[str, Definition]] = {
        "volume": "it.name",
        "path": "it.mountPath",
        "read_only": "has(it.readOnly) && it.readOnly",
    }

    volume: Fact[str] = UNSET
    """The volume's name; for a bind mount its host path."""
    path: Fact[str] = UNSET
    """Where it appears in the container."""
    host_path: Fact[str] = UNSET
    """The node's path behind it; absent when it is no host path."""
    read_only: Fact[bool] = UNSET
    """Whether the container may not write through it."""


class Container(Part, frozen=True):
    """A container of the template: main, init, sidecar and ephemeral ones alike."""

    definitions: ClassVar[dict[str, Definition]] = {
        "name": "it.name",
        "image": ("has(it.image)", "it.image"),
        "argv": "(has(it.command) ? it.command : []) + (has(it.args) ? it.args : [])",
        "entrypoint_replaced": "has(it.command) && size(it.command) > 0",
        "env": "has(it.env) ? it.env : []",
        "ports": "has(it.ports) ? it.ports : []",
        "mounts": "has(it.volumeMounts) ? it.volumeMounts : []",
        "gpu_count": _gpu_count("it"),
        "gpu_resources": f"{_gpus('it')}.map(_r, _r)",
        "privileged": _of_context("privileged", "false"),
        "allow_privilege_escalation": _of_context("allowPrivilegeEscalation", "true"),
        "run_as_user": _inherited("runAsUser"),
        "run_as_non_root": f"{_inherited('runAsNonRoot')[0]} ? ({_inherited('runAsNonRoot')[1]}) : false",
        "read_only_root": _of_context("readOnlyRootFilesystem", "false"),
        "capabilities_added": _capabilities("add"),
        "capabilities_dropped": _capabilities("drop"),
        "seccomp": _inherited("seccompProfile.type"),
        "apparmor": _inherited("appArmorProfile.type"),
        "proc_mount": _of_context("procMount", "'Default'"),
        "liveness_probe": "has(it.livenessProbe)",
        "readiness_probe": "has(it.readinessProbe)",
    }

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

    definitions: ClassVar[dict[str, Definition]] = {
        "name": "it.name",
        "host_path": (
            "has(it.hostPath)",
            "'/' + it.hostPath.path.split('/').filter(_p, _p != '' && _p != '.').join('/')",
        ),
        "medium": (
            "has(it.emptyDir) && has(it.emptyDir.medium) && it.emptyDir.medium != ''",
            "[it.emptyDir.medium].filter(_m, _m != '')[0]",  # an error, as every absent value, where it is empty
        ),
        "writable": f"{_written_by('containers')}"
        f" || (has(pod.initContainers) && {_written_by('initContainers')})"
        f" || (has(pod.ephemeralContainers) && {_written_by('ephemeralContainers')})",
    }

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


class Workload(Kind, frozen=True):
    """A pod template, compose service, development container or container that a command starts."""

    definitions: ClassVar[dict[str, Definition]] = {
        "containers": [MAIN, EPHEMERAL],
        "gpu_count": f"({MAIN}).map(_c, {_gpu_count('_c')}).sum() + ({EPHEMERAL}).map(_c, {_gpu_count('_c')}).sum()",
        "controller": "'Pod'",
        "api_group": "''",
        "volumes": "has(it.volumes) ? it.volumes : []",
        "host_network": "has(it.hostNetwork) && it.hostNetwork",
        "host_pid": "has(it.hostPID) && it.hostPID",
        "host_ipc": "has(it.hostIPC) && it.hostIPC",
        "host_users": "has(it.hostUsers) ? it.hostUsers : true",
        "service_account": (
            "has(it.serviceAccountName) ? it.serviceAccountName"
            " : has(it.serviceAccount) ? it.serviceAccount : 'default'"
        ),
        "runtime_class": ("has(it.runtimeClassName)", "it.runtimeClassName"),
        "node_selector": "has(it.nodeSelector) ? it.nodeSelector : {}",
        "deadline_seconds": ("has(it.activeDeadlineSeconds)", "it.activeDeadlineSeconds"),
        # Nothing is exempted by name at admission: whoever may name a pod could claim the exemption.
        "expected_privilege": "false",
        # The settings of a check are not there at admission: reading it would be an error, as of all that is absent.
        "owner": ("false", "[''][1]"),
    }
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
