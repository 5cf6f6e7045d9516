"""The facts of a workload as CEL over the native pod spec, for admission.

`it` is the native element that a kind or part was read from, `pod` the pod spec around it, `object` the object that is
asked about. What has no entry needs other objects, or data that admission does not have.
Source: the Kubernetes API reference, core/v1 PodSpec; Common Expression Language in Kubernetes (lists, strings and
quantity libraries).
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.core.fact import Definition
from holdfast.core.image import MAX_LENGTH, REFERENCE

ACCELERATOR = (
    r"(?:nvidia|amd|aws\.amazon|gpu\.intel|cloud-tpus\.google|tpu\.google|huawei|metax-tech|cambricon)\.com"
    r"/(?:gpu|mig-.+|shared-gpu|neuron.*|i915|xe|v[2-6].*|.*tpu.*|Ascend.*|mlu.*)(?:\.shared)?"
    r"|habana\.ai/gaudi|google\.com/tpu|.+/vgpu"
)
"""Extended resources that are accelerators, as the vendors' device plugins name them."""
RDMA = r"rdma/.+|(?:nvidia|mellanox)\.com/.*(?:rdma|hca|ib|sriov|roce|mlnx|mlx).*|vpc\.amazonaws\.com/efa"
"""Extended resources that are RDMA devices."""
SOURCES = (
    "hostPath", "emptyDir", "secret", "configMap", "persistentVolumeClaim", "projected", "downwardAPI", "csi",
    "ephemeral", "nfs", "iscsi", "fc", "cephfs", "rbd", "glusterfs", "flexVolume", "flocker", "cinder", "azureDisk",
    "azureFile", "awsElasticBlockStore", "gcePersistentDisk", "gitRepo", "vsphereVolume", "photonPersistentDisk",
    "portworxVolume", "quobyte", "scaleIO", "storageos",
)  # fmt: skip
"""The types of volumes of Kubernetes 1.30."""
LATER = ("image",)
"""Those that came later: the type checker of an older API server must not see them."""
ERROR = "[''][1]"
"""A text that is an error to read, as every absent fact is."""


def _chosen(pairs: list[tuple[str, str]], otherwise: str) -> str:
    """The value of the first test that holds."""
    return "".join(f"{test} ? {value} : " for test, value in pairs) + otherwise


def _limits(container: str, key: str = "limits") -> str:
    limits = f"{container}.resources.{key}"
    return f"(has({container}.resources) && has({limits}) ? {limits} : {{}})"


def _gpus(container: str) -> str:
    """The accelerators among a container's limits; no rule's own variable starts with an underscore."""
    return f"{_limits(container)}.filter(_r, _r.matches({f'^(?:{ACCELERATOR})$'!r}))"


def _gpu_count(container: str) -> str:
    return f"{_gpus(container)}.map(_r, int(string({container}.resources.limits[_r]))).sum()"


def _quantity(there: str, value: str) -> Definition:
    return there, f"quantity(string({value})).asInteger()"


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


def _normalised(path: str) -> str:
    return f"'/' + ({path}).split('/').filter(_p, _p != '' && _p != '.').join('/')"


def _of_image(test: str) -> str:
    """A test of the image reference; an error where it is none."""
    hosted = "it.image.contains('/') && it.image.split('/')[0].matches('[.:]|^localhost$')"
    pattern = f"^(?:{REFERENCE.pattern})$"
    whole = f"({hosted} ? it.image : 'docker.io/' + it.image).matches({pattern!r})"
    valid = f"size(it.image) <= {MAX_LENGTH} && {whole}"
    return f"has(it.image) && it.image != '' && ({valid} ? {test} : [true][1])"


def _types() -> Iterator[str]:
    """A list's items rather than a chain of tests: the depth of an expression is bounded."""
    for name in SOURCES:
        yield f"has(it.{name}) ? '{name}' : ''"
    for name in LATER:
        yield f"has(dyn(it).{name}) ? '{name}' : ''"


TAGGED = r"it.image.split('@')[0].matches(':[A-Za-z0-9_.-]+$')"
TAG = "it.image.split('@')[0].split(':')"
MAIN = "it.containers + (has(it.initContainers) ? it.initContainers : [])"
EPHEMERAL = "has(it.ephemeralContainers) ? it.ephemeralContainers : []"
ON_HOST = "_v.name == it.name && has(_v.hostPath)"

VARIABLE: dict[str, Definition] = {
    "name": "it.name",
    "value": ("!has(it.valueFrom)", "has(it.value) || has(it.valueFrom) ? it.value : ''"),
    "origin": _chosen(
        [
            ("!has(it.valueFrom)", "'literal'"),
            ("has(it.valueFrom.secretKeyRef)", "'secret'"),
            ("has(it.valueFrom.configMapKeyRef)", "'configmap'"),
            ("has(dyn(it.valueFrom).fileKeyRef)", "'file'"),  # since 1.34
        ],
        "'field'",
    ),
}
PORT: dict[str, Definition] = {
    "container_port": "it.containerPort",
    "host_port": ("has(it.hostPort)", "it.hostPort"),
    "host_ip": (
        "has(it.hostIP) || (has(it.hostPort) && it.hostPort != 0)",
        "has(it.hostIP) ? it.hostIP : ['0.0.0.0'].filter(_a, it.hostPort != 0)[0]",
    ),
    "protocol": "has(it.protocol) ? it.protocol : 'TCP'",
}
MOUNT: dict[str, Definition] = {
    "volume": "it.name",
    "path": "it.mountPath",
    "host_path": (
        f"has(pod.volumes) && pod.volumes.exists(_v, {ON_HOST})",
        _normalised(f"pod.volumes.filter(_v, {ON_HOST})[0].hostPath.path + (has(it.subPath) ? '/' + it.subPath : '')"),
    ),
    "read_only": "has(it.readOnly) && it.readOnly",
}
CONTAINER: dict[str, Definition] = {
    "name": "it.name",
    # The API server lets no two containers of a pod have the same name.
    "role": _chosen(
        [
            ("pod.containers.exists(_c, _c.name == it.name)", "'main'"),
            ("!has(pod.initContainers) || !pod.initContainers.exists(_c, _c.name == it.name)", "'ephemeral'"),
            ("has(it.restartPolicy) && it.restartPolicy == 'Always'", "'sidecar'"),
        ],
        "'init'",
    ),
    "image": ("has(it.image)", "it.image"),
    "tag": (_of_image(TAGGED), f"[{TAG}].filter(_t, {_of_image(TAGGED)}).map(_t, _t[size(_t) - 1])[0]"),
    "digest": (_of_image("it.image.contains('@')"), f"[it.image].filter(_t, {_of_image('true')})[0].split('@')[1]"),
    "argv": "(has(it.command) ? it.command : []) + (has(it.args) ? it.args : [])",
    "entrypoint_replaced": "has(it.command) && size(it.command) > 0",
    "env": "has(it.env) ? it.env : []",
    "ports": "has(it.ports) ? it.ports : []",
    "mounts": "has(it.volumeMounts) ? it.volumeMounts : []",
    "gpu_count": _gpu_count("it"),
    "gpu_resources": f"{_gpus('it')}.map(_r, _r)",
    "rdma": " || ".join(
        f"{_limits('it', key)}.exists(_r, _r.matches({f'^(?:{RDMA})$'!r}))" for key in ("limits", "requests")
    ),
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
    "memory_limit_bytes": _quantity(f"'memory' in {_limits('it')}", "it.resources.limits['memory']"),
    "liveness_probe": "has(it.livenessProbe)",
    "readiness_probe": "has(it.readinessProbe)",
}
VOLUME: dict[str, Definition] = {
    "name": "it.name",
    "type": f"[{', '.join(_types())}, 'emptyDir'].filter(_t, _t != '')[0]",
    "host_path": ("has(it.hostPath)", _normalised("it.hostPath.path")),
    "medium": (
        "has(it.emptyDir) && has(it.emptyDir.medium) && it.emptyDir.medium != ''",
        "[it.emptyDir.medium].filter(_m, _m != '')[0]",  # an error, as every absent value, where it is empty
    ),
    "size_limit_bytes": _quantity("has(it.emptyDir) && has(it.emptyDir.sizeLimit)", "it.emptyDir.sizeLimit"),
    "writable": f"{_written_by('containers')}"
    f" || (has(pod.initContainers) && {_written_by('initContainers')})"
    f" || (has(pod.ephemeralContainers) && {_written_by('ephemeralContainers')})",
}
CLAIM: dict[str, Definition] = {
    "name": "it.name",
    "claim": ("has(it.resourceClaimName)", "it.resourceClaimName"),
    "template": ("has(it.resourceClaimTemplateName)", "it.resourceClaimTemplateName"),
}
TEMPLATE: dict[str, Definition] = {
    "name": _chosen(
        [
            ("has(object.metadata.name)", "object.metadata.name"),
            ("has(object.metadata.generateName)", "object.metadata.generateName"),
        ],
        "''",
    ),
    "namespace": ("has(object.metadata.namespace)", "object.metadata.namespace"),
    "controller": "object.kind",
    "api_group": "object.apiVersion.contains('/') ? object.apiVersion.split('/')[0] : ''",
    "containers": [MAIN, EPHEMERAL],
    "gpu_count": f"({MAIN}).map(_c, {_gpu_count('_c')}).sum() + ({EPHEMERAL}).map(_c, {_gpu_count('_c')}).sum()",
    "volumes": "has(it.volumes) ? it.volumes : []",
    "claims": "has(it.resourceClaims) ? it.resourceClaims : []",
    "host_network": "has(it.hostNetwork) && it.hostNetwork",
    "host_pid": "has(it.hostPID) && it.hostPID",
    "host_ipc": "has(it.hostIPC) && it.hostIPC",
    "host_users": "has(it.hostUsers) ? it.hostUsers : true",
    "service_account": _chosen(
        [
            ("has(it.serviceAccountName)", "it.serviceAccountName"),
            ("has(it.serviceAccount)", "it.serviceAccount"),
        ],
        "'default'",
    ),
    "runtime_class": ("has(it.runtimeClassName)", "it.runtimeClassName"),
    "node_selector": "has(it.nodeSelector) ? it.nodeSelector : {}",
    "deadline_seconds": (
        "has(it.activeDeadlineSeconds) || has(variables.job.activeDeadlineSeconds)",
        "has(it.activeDeadlineSeconds) ? it.activeDeadlineSeconds : variables.job.activeDeadlineSeconds",
    ),
    "ttl_seconds": ("has(variables.job.ttlSecondsAfterFinished)", "variables.job.ttlSecondsAfterFinished"),
    # Nothing is exempted by name at admission: whoever may name a pod could claim the exemption.
    "expected_privilege": "false",
    # The settings of a check are not there at admission: reading it would be an error, as of all that is absent.
    "owner": ("false", ERROR),
}
"""A pod template of a controller: labels and annotations of template and object cannot be merged in CEL."""
POD: dict[str, Definition] = {
    **TEMPLATE,
    "controller": "'Pod'",
    "api_group": "''",
    "labels": "has(object.metadata.labels) ? object.metadata.labels : {}",
    "annotations": "has(object.metadata.annotations) ? object.metadata.annotations : {}",
    "deadline_seconds": ("has(it.activeDeadlineSeconds)", "it.activeDeadlineSeconds"),
    "ttl_seconds": ("false", "[0][1]"),
}
"""A pod itself."""
