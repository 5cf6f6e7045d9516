"""`kubelet`: the agent that runs the pods of a node."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Kubelet(Kind, frozen=True):
    """A kubelet as its configuration file or its flags set it up.

    The defaults of a configuration file differ from those of the flags; those that apply are filled in. What only
    another file can tell (the file that `--config` names, the flags beside a configuration file) is unobserved.
    Sources: kubelet.config.k8s.io/v1beta1 (kubernetes/kubelet, config/v1beta1/types.go) and the kubelet's reference.
    """

    kind: ClassVar[str] = "kubelet"

    name: Fact[str] = UNSET
    """The file's name."""
    form: Fact[str] = UNSET
    """`file` for a KubeletConfiguration, `flags` for a command line."""
    anonymous_auth: Fact[bool] = UNSET
    """Whether requests without credentials are let in as `system:anonymous`; true by default for flags alone."""
    authorization: Fact[str] = UNSET
    """`Webhook` (the default of a configuration file) or `AlwaysAllow` (that of flags alone)."""
    client_ca: Fact[str] = UNSET
    """The file of authorities whose client certificates are accepted; absent for none."""
    read_only_port: Fact[int] = UNSET
    """The port that answers without authentication; 0 for none. Flags alone open 10255."""
    tls_certificate: Fact[str] = UNSET
    """The certificate it serves; absent for one that it signs itself."""
    tls_min_version: Fact[str] = UNSET
    """The lowest version of TLS (`VersionTLS12`); absent for Go's default, which is 1.2 or later."""
    tls_ciphers: Fact[list[str]] = UNSET
    """Cipher suites by name; empty for Go's default."""
    rotates_certificates: Fact[bool] = UNSET
    """Whether it asks for a new client certificate before its own ends."""
    server_tls_bootstrap: Fact[bool] = UNSET
    """Whether it has its serving certificate signed by the cluster."""
    protects_kernel_defaults: Fact[bool] = UNSET
    """Whether it refuses to start where kernel settings differ from what it needs."""
    streaming_idle_seconds: Fact[int] = UNSET
    """After how many seconds an idle exec or port-forward ends; 0 for never, 4 hours by default."""
    makes_iptables_chains: Fact[bool] = UNSET
    """Whether it keeps its own iptables chains."""
    debugging_handlers: Fact[bool] = UNSET
    """Whether it serves logs, exec, attach and port-forward at all; true by default."""
    event_record_qps: Fact[int] = UNSET
    """Events a second that it records; 0 for no limit, 50 by default."""
    pod_pids_limit: Fact[int] = UNSET
    """Processes that a pod may have; -1 for those of the node, the default."""
    seccomp_default: Fact[bool] = UNSET
    """Whether containers without a seccomp profile get the runtime's."""
    allowed_unsafe_sysctls: Fact[list[str]] = UNSET
    """Kernel settings that pods may change though these are not confined to them."""
    rotates_server_certificate: Fact[bool] = UNSET
    """False where the feature gate RotateKubeletServerCertificate is turned off; true by default."""
