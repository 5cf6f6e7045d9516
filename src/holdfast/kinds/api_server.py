"""`api_server`: the front door of a Kubernetes cluster."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class ApiServer(Kind, frozen=True):
    """kube-apiserver as its flags set it up, in a static pod, for kubeadm, K3s or RKE2.

    Documented defaults are filled in; what only another tool decides is unobserved.
    Source: the kube-apiserver reference of Kubernetes 1.34; flags of older releases by their last documentation.
    """

    kind: ClassVar[str] = "api_server"

    name: Fact[str] = UNSET
    """The object's name."""
    set_up_by: Fact[str] = UNSET
    """`flags` (its own command line), `kubeadm`, `k3s` or `rke2`."""
    anonymous_auth: Fact[bool] = UNSET
    """Whether requests without credentials are let in as `system:anonymous`; true by default."""
    static_tokens: Fact[bool] = UNSET
    """Whether a file of bearer tokens (`--token-auth-file`) or of passwords (`--basic-auth-file`) is accepted."""
    authorization: Fact[list[str]] = UNSET
    """The authorizers in order; `AlwaysAllow` by default."""
    plugins_enabled: Fact[list[str]] = UNSET
    """Admission plugins that are turned on besides the default ones."""
    plugins_disabled: Fact[list[str]] = UNSET
    """Default admission plugins that are turned off."""
    insecure_port: Fact[int] = UNSET
    """The port without authentication and TLS of releases before 1.24; absent where no flag names one."""
    profiling: Fact[bool] = UNSET
    """Whether profiles of the process are served; true by default."""
    audit_log: Fact[bool] = UNSET
    """Whether requests are recorded, in a file or by a webhook, under an audit policy."""
    audit_file: Fact[bool] = UNSET
    """Whether they are recorded in a file."""
    audit_max_age: Fact[int] = UNSET
    """Days for which audit files are kept; 0 for no limit, the default."""
    audit_max_backup: Fact[int] = UNSET
    """Audit files that are kept; 0 for no limit, the default."""
    audit_max_size: Fact[int] = UNSET
    """Megabytes at which an audit file is changed; 0 for 100, the default."""
    encrypts_secrets: Fact[bool] = UNSET
    """Whether an encryption configuration is named, without which Secrets lie readable in etcd."""
    service_account_lookup: Fact[bool] = UNSET
    """Whether a token ends with its service account; true by default."""
    extends_tokens: Fact[bool] = UNSET
    """Whether tokens of service accounts live for a year where pods ask for an hour; true by default."""
    client_ca: Fact[bool] = UNSET
    """Whether client certificates are accepted."""
    tls_certificate: Fact[bool] = UNSET
    """Whether a certificate is given; otherwise it signs one itself."""
    tls_min_version: Fact[str] = UNSET
    """The lowest version of TLS; absent for Go's default, which is 1.2 or later."""
    tls_ciphers: Fact[list[str]] = UNSET
    """Cipher suites by name; empty for Go's default."""
    etcd_certificate: Fact[bool] = UNSET
    """Whether it shows etcd a client certificate."""
    etcd_ca: Fact[bool] = UNSET
    """Whether it checks the certificate of etcd against an authority of its own."""
    etcd_plain: Fact[bool] = UNSET
    """Whether it talks to etcd without TLS."""
    kubelet_ca: Fact[bool] = UNSET
    """Whether it checks the certificates of kubelets."""
    kubelet_certificate: Fact[bool] = UNSET
    """Whether it shows kubelets a client certificate."""
    open_kubeconfig: Fact[bool] = UNSET
    """Whether the administrator's kubeconfig that K3s or RKE2 writes is open to every account; absent for others."""
