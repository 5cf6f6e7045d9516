"""The facts of Kubernetes objects other than pods as CEL over the native object, for admission.

`it` is the native element that a part was read from, or the object itself. What has no entry needs other objects, or
nobody has proved its text yet.
Sources: the Kubernetes API reference (rbac.authorization.k8s.io/v1, core/v1, resource.k8s.io v1, v1beta2, v1beta1 and
v1alpha3); Istio 1.28, networking.istio.io/v1 Gateway and security.istio.io/v1 PeerAuthentication; Common Expression
Language in Kubernetes.
"""

from __future__ import annotations

from holdfast.core.cel.podspec import ACCELERATOR, TEMPLATE
from holdfast.core.fact import Definition

NAMED: dict[str, Definition] = {"name": TEMPLATE["name"]}
WITHIN: dict[str, Definition] = {**NAMED, "namespace": TEMPLATE["namespace"]}


def _list(of: str, key: str) -> str:
    """A list that may be left out."""
    return f"has({of}.{key}) ? {of}.{key} : []"


def _annotations() -> str:
    return "(has(object.metadata.annotations) ? object.metadata.annotations : {})"


GRANT: dict[str, Definition] = {
    "groups": _list("it", "apiGroups"),
    "resources": _list("it", "resources"),
    "verbs": _list("it", "verbs"),
    "names": _list("it", "resourceNames"),
    "urls": _list("it", "nonResourceURLs"),
}
ROLE: dict[str, Definition] = {
    **WITHIN,
    "cluster_wide": "object.kind == 'ClusterRole'",
    "aggregated": "has(dyn(object).aggregationRule)",
    # A role without rules is written as `rules: null`.
    "grants": "has(object.rules) && dyn(object.rules) != null ? object.rules : []",
}
SUBJECT: dict[str, Definition] = {
    "type": "it.kind",
    "name": "it.name",
    "namespace": ("has(it.namespace)", "it.namespace"),
}
ROLE_BINDING: dict[str, Definition] = {
    **WITHIN,
    "cluster_wide": "object.kind == 'ClusterRoleBinding'",
    "role": "object.roleRef.name",
    "role_type": "object.roleRef.kind",
    "subjects": _list("object", "subjects"),
}
LABELS = "has(object.metadata.labels) ? object.metadata.labels : {}"
ENFORCE = "pod-security.kubernetes.io/enforce"


def _label(name: str) -> Definition:
    return f"'{name}' in ({LABELS})", f"object.metadata.labels['{name}']"


NAMESPACE: dict[str, Definition] = {
    **NAMED,
    "labels": LABELS,
    "pod_security": _label(ENFORCE),
    "pod_security_version": _label(f"{ENFORCE}-version"),
}
CLOUD = "service.beta.kubernetes.io"
AWS_SCHEME = f"{CLOUD}/aws-load-balancer-scheme"
AWS_TYPE = f"{CLOUD}/aws-load-balancer-type"
RANGES = f"{CLOUD}/load-balancer-source-ranges"
INTERNAL = {
    "networking.gke.io/load-balancer-type": "internal",
    "cloud.google.com/load-balancer-type": "internal",
    f"{CLOUD}/azure-load-balancer-internal": "true",
    f"{CLOUD}/openstack-internal-load-balancer": "true",
    f"{CLOUD}/cce-load-balancer-internal-vpc": "true",
    f"{CLOUD}/alibaba-cloud-loadbalancer-address-type": "intranet",
    f"{CLOUD}/oci-load-balancer-internal": "true",
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": "private",
    AWS_SCHEME: "internal",
}
"""The annotation that keeps a cloud's load balancer internal, with its value. Source: Kubernetes docs, Service,
"Internal load balancer"."""
INTERNAL_WHEN_SET = (
    f"{CLOUD}/aws-load-balancer-internal",
    "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid",
)
"""The same, for annotations that any value but an empty one or `false` turns on."""
AWS_CLASS = "service.k8s.aws/nlb"
AWS_CONTROLLER = ("external", "nlb-ip")
"""Classes and types of the AWS Load Balancer Controller, whose load balancers are internal unless told otherwise."""


def _internal() -> str:
    have = _annotations()
    said = [f"['{key}', '{value}']" for key, value in INTERNAL.items()]
    switches = [f"'{key}'" for key in INTERNAL_WHEN_SET]
    aws = (
        f"has(object.spec.loadBalancerClass) && object.spec.loadBalancerClass == '{AWS_CLASS}'"
        f" || '{AWS_TYPE}' in {have} && {have}['{AWS_TYPE}'] in {list(AWS_CONTROLLER)}"
    )
    return (
        f"[{', '.join(said)}].exists(_p, _p[0] in {have} && {have}[_p[0]].lowerAscii() == _p[1])"
        f" || [{', '.join(switches)}].exists(_k, _k in {have} && !({have}[_k].lowerAscii() in ['', 'false']))"
        f" || ({TYPE}) == 'LoadBalancer' && !('{AWS_SCHEME}' in {have}) && ({aws})"
    )


def _ranges() -> str:
    listed, have = "object.spec.loadBalancerSourceRanges", _annotations()
    annotated = f"{have}['{RANGES}'].split(',').map(_r, _r.trim()).filter(_r, _r != '')"
    return f"has({listed}) && size({listed}) > 0 ? {listed} : '{RANGES}' in {have} ? {annotated} : []"


TYPE = "has(object.spec.type) && object.spec.type != '' ? object.spec.type : 'ClusterIP'"
SERVICE_PORT: dict[str, Definition] = {
    "name": "has(it.name) ? it.name : ''",
    "port": "it.port",
    "node_port": ("has(it.nodePort)", "it.nodePort"),
}
SERVICE: dict[str, Definition] = {
    **WITHIN,
    "type": TYPE,
    "internal": _internal(),
    "source_ranges": _ranges(),
    "external_ips": _list("object.spec", "externalIPs"),
    "selector": "has(object.spec.selector) ? object.spec.selector : {}",
    "ports": _list("object.spec", "ports"),
}
CLOUD_IDENTITIES = (
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/client-id",
)
"""Annotations by which EKS, GKE and Azure let pods act as a cloud identity."""
SERVICE_ACCOUNT: dict[str, Definition] = {
    **WITHIN,
    "automount_token": "has(object.automountServiceAccountToken) ? object.automountServiceAccountToken : true",
    "cloud_identity": (
        f"{list(CLOUD_IDENTITIES)}.exists(_k, _k in {_annotations()})",
        f"{_annotations()}[{list(CLOUD_IDENTITIES)}.filter(_k, _k in {_annotations()})[0]]",
    ),
}
DEVICE_CLASS = ".deviceclass.resource.k8s.io/devices"
ACCELERATOR_CLASSES = ("gpu", "mig.", "tpu", "neuron", "gaudi")
"""A quota on dynamically allocated devices bounds accelerators when the name of their class says so."""
HARD = "has(object.spec.hard) ? object.spec.hard : {}"
RESOURCE_QUOTA: dict[str, Definition] = {
    **WITHIN,
    "hard": HARD,
    "bounds_gpus": f"({HARD}).exists(_k, _k.endsWith('{DEVICE_CLASS}')"
    f" ? {list(ACCELERATOR_CLASSES)}.exists(_w, _k.contains(_w))"
    f" : _k.matches({f'^(?:requests[.])?(?:limits[.])?(?:{ACCELERATOR})$'!r}))",
}
ASKED = (
    "(object.kind == 'ResourceClaim' ? dyn(object).spec : dyn(object).spec.spec)",
    "[{0}].filter(_s, has(_s.devices) && has(_s.devices.requests)).map(_s, _s.devices.requests)",
)


def _asks(test: str) -> str:
    """Whether a request passes: flat up to v1beta1, below `exactly` since v1beta2, or one of its alternatives."""
    here = f"has({{0}}.deviceClassName) && ({test})"
    nested = (
        f"has(_q.exactly) && {here.format('_q.exactly')}"
        f" || has(_q.firstAvailable) && _q.firstAvailable.exists(_a, {here.format('_a')})"
    )
    return f"{ASKED[1].format(ASKED[0])}.exists(_l, _l.exists(_q, {here.format('_q')} || {nested}))"


DEVICE_CLAIM: dict[str, Definition] = {
    **WITHIN,
    "controller": "object.kind",
    "admin_access": _asks("has({0}.adminAccess) && {0}.adminAccess"),
    "all_devices": _asks("has({0}.allocationMode) && {0}.allocationMode == 'All'"),
}

AUTOMATIC = "TLS_AUTO"
"""The lowest version of TLS where Istio's Gateway leaves it to the proxy."""
# `dyn`: the settings of TLS are an object, whose keys are walked as those of a map.
SECURED = "dyn({0}).exists(_k, _k != 'httpsRedirect')"
LISTENER: dict[str, Definition] = {
    "name": "has(it.port) && has(it.port.name) ? it.port.name : ''",
    "port": ("has(it.port) && has(it.port.number)", "it.port.number"),
    "protocol": "it.port.protocol.upperAscii()",
    "hosts": _list("it", "hosts"),
    "tls_mode": (
        f"has(it.tls) && {SECURED.format('it.tls')}",
        f"[it.tls].filter(_t, {SECURED.format('_t')}).map(_t, has(_t.mode) ? _t.mode.upperAscii() : 'PASSTHROUGH')[0]",
    ),
    "redirects": "has(it.tls) && has(it.tls.httpsRedirect) && it.tls.httpsRedirect",
    "tls_min_version": (
        f"has(it.tls) && has(it.tls.minProtocolVersion) && it.tls.minProtocolVersion != '{AUTOMATIC}'",
        f"[it.tls.minProtocolVersion].filter(_v, _v != '{AUTOMATIC}')[0]",
    ),
}
GATEWAY: dict[str, Definition] = {
    **WITHIN,
    "controller": "'istio'",
    "listeners": "has(object.spec.servers) ? object.spec.servers : []",
}
"""A Gateway of Istio; in the Gateway API routes decide what a listener does."""
PEER_AUTHENTICATION: dict[str, Definition] = {
    **WITHIN,
    "mode": "has(object.spec) && has(object.spec.mtls) && has(object.spec.mtls.mode) ? object.spec.mtls.mode : 'UNSET'",
}
