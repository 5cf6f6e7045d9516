"""KubeletConfiguration and the kubelet's flags -> `kubelet`.

Source: kubelet.config.k8s.io/v1beta1 (kubernetes/kubelet, config/v1beta1/types.go); the kubelet's reference, whose
flags have other defaults than the file: without `--config` anonymous requests are let in, every request is allowed and
port 10255 is open. Kubernetes documentation, "Drop-in directory for kubelet configuration files": each holds a part,
and only files that end in `.conf` are read; EKS's nodes read `/etc/kubernetes/kubelet/config.json.d`.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import Fields
from holdfast.collect.kubernetes.components.flags import Flags, duration
from holdfast.collect.kubernetes.elements import names
from holdfast.core.fact import Fact
from holdfast.kinds.kubelet import Kubelet

SWITCHES = frozenset((
    "anonymous-auth", "rotate-certificates", "rotate-server-certificates", "protect-kernel-defaults",
    "make-iptables-util-chains", "enable-debugging-handlers", "seccomp-default", "fail-swap-on",
    "authentication-token-webhook", "register-node", "enable-server", "cgroups-per-qos",
    "contention-profiling", "serialize-image-pulls", "allow-privileged", "enable-controller-attach-detach",
))  # fmt: skip
FOUR_HOURS = 4 * 3600
READ_ONLY = 10255
SERVER_CERTIFICATE = "RotateKubeletServerCertificate"
HOMES = ("var/lib/kubelet/", "etc/kubernetes/kubelet/", "etc/kubernetes/kubelet-config")
"""Where a configuration file lies that a kubelet reads as it is; elsewhere a tool may fill in more."""


def filled_in_elsewhere(path: str) -> bool:
    """Whether a configuration at this path is a drop-in, or one that kubeadm, kind or another tool completes."""
    return path.rpartition("/")[0].endswith(".d") or not any(home in path for home in HOMES)


def configuration(fields: Fields) -> Kubelet:
    """The facts of a KubeletConfiguration."""
    authentication = fields.child("authentication")
    fields.note("authentication", "anonymous_auth")
    idle = fields.get("streamingConnectionIdleTimeout", "streaming_idle_seconds")
    gates = fields.child("featureGates")
    return Kubelet(
        name="kubelet",
        form="file",
        anonymous_auth=authentication.child("anonymous").switch("enabled", "anonymous_auth", False),
        authorization=fields.child("authorization").text("mode", "authorization", "Webhook"),
        client_ca=authentication.child("x509").text("clientCAFile", "client_ca", None) or None,
        read_only_port=fields.number("readOnlyPort", "read_only_port", 0),
        tls_certificate=fields.text("tlsCertFile", "tls_certificate", None) or None,
        tls_min_version=fields.text("tlsMinVersion", "tls_min_version", None) or None,
        tls_ciphers=names(fields, "tlsCipherSuites", "tls_ciphers"),
        rotates_certificates=fields.switch("rotateCertificates", "rotates_certificates", False),
        server_tls_bootstrap=fields.switch("serverTLSBootstrap", "server_tls_bootstrap", False),
        protects_kernel_defaults=fields.switch("protectKernelDefaults", "protects_kernel_defaults", False),
        # Zero and nothing are the same to the kubelet: its default is put in.
        streaming_idle_seconds=_idle(idle),
        makes_iptables_chains=fields.switch("makeIPTablesUtilChains", "makes_iptables_chains", True),
        debugging_handlers=fields.switch("enableDebuggingHandlers", "debugging_handlers", True),
        event_record_qps=fields.number("eventRecordQPS", "event_record_qps", 50),
        pod_pids_limit=fields.number("podPidsLimit", "pod_pids_limit", -1),
        seccomp_default=fields.switch("seccompDefault", "seccomp_default", False),
        allowed_unsafe_sysctls=names(fields, "allowedUnsafeSysctls", "allowed_unsafe_sysctls"),
        rotates_server_certificate=gates.switch(SERVER_CERTIFICATE, "rotates_server_certificate", True),
    )


def _idle(value: object) -> Fact[int]:
    if value is None:
        return FOUR_HOURS
    if not isinstance(value, str):
        return UNSET
    found = duration(value)
    return found if isinstance(found, UnsetType) else found or FOUR_HOURS


def of_flags(flags: Flags, name: str) -> Kubelet:
    """The facts of a command line; with a configuration file that decides only what is written on it."""
    if "config" in flags or "config-dir" in flags:
        flags = Flags(flags.given, complete=False)
    return Kubelet(
        name=name,
        form="flags",
        anonymous_auth=flags.switch("anonymous-auth", True),
        authorization=flags.text("authorization-mode", "AlwaysAllow"),
        client_ca=flags.text("client-ca-file", None),
        read_only_port=flags.number("read-only-port", READ_ONLY),
        tls_certificate=flags.text("tls-cert-file", None),
        tls_min_version=flags.text("tls-min-version", None),
        tls_ciphers=flags.words("tls-cipher-suites"),
        rotates_certificates=flags.switch("rotate-certificates", False),
        server_tls_bootstrap=flags.switch("rotate-server-certificates", False),
        protects_kernel_defaults=flags.switch("protect-kernel-defaults", False),
        streaming_idle_seconds=flags.seconds("streaming-connection-idle-timeout", FOUR_HOURS),
        makes_iptables_chains=flags.switch("make-iptables-util-chains", True),
        debugging_handlers=flags.switch("enable-debugging-handlers", True),
        event_record_qps=flags.number("event-qps", 50),
        pod_pids_limit=flags.number("pod-max-pids", -1),
        seccomp_default=flags.switch("seccomp-default", False),
        allowed_unsafe_sysctls=flags.words("allowed-unsafe-sysctls"),
        rotates_server_certificate=_gate(flags),
    )


def _gate(flags: Flags) -> Fact[bool]:
    found = flags.gate(SERVER_CERTIFICATE)
    return True if found is None else found
