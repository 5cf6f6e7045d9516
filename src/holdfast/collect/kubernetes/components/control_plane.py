"""The flags of the control plane -> `api_server`, `cluster_controller`, `etcd`.

Sources: the references of kube-apiserver, kube-controller-manager and kube-scheduler (1.34, older flags by their last
documentation); etcd 3.6, Configuration options.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.kubernetes.components.flags import Flags
from holdfast.core.fact import Fact
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.cluster_controller import ClusterController
from holdfast.kinds.etcd import Etcd

API_SERVER, MANAGER, SCHEDULER, ETCD = "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"
SWITCHES = {
    API_SERVER: frozenset((
        "anonymous-auth", "profiling", "contention-profiling", "service-account-lookup", "allow-privileged",
        "service-account-extend-token-expiration", "enable-bootstrap-token-auth", "enable-aggregator-routing",
        "audit-log-compress", "audit-log-truncate-enabled", "audit-webhook-truncate-enabled", "kubelet-https",
        "enable-priority-and-fairness", "enable-logs-handler", "watch-cache", "enable-garbage-collector",
    )),
    MANAGER: frozenset((
        "profiling", "contention-profiling", "use-service-account-credentials", "leader-elect", "allocate-node-cidrs",
        "authorization-always-allow", "configure-cloud-routes", "enable-garbage-collector",
    )),
    SCHEDULER: frozenset(("profiling", "contention-profiling", "leader-elect", "permit-port-sharing")),
    ETCD: frozenset((
        "client-cert-auth", "auto-tls", "peer-client-cert-auth", "peer-auto-tls", "pre-vote", "strict-reconfig-check",
        "force-new-cluster", "enable-pprof", "experimental-initial-corrupt-check", "initial-corrupt-check",
    )),
}  # fmt: skip
"""Flags that take no word of their own."""
LOCAL = ("127.", "localhost", "[::1]", "::1")


def api_server(flags: Flags, name: str, by: str = "flags") -> ApiServer:
    """The facts of kube-apiserver."""
    # A file may let anonymous requests in for some paths only.
    anonymous: Fact[bool] = UNSET if "authentication-config" in flags else flags.switch("anonymous-auth", True)
    in_file, by_webhook = flags.named("audit-log-path"), flags.named("audit-webhook-config-file")
    return ApiServer(
        name=name,
        set_up_by=by,
        anonymous_auth=anonymous,
        static_tokens=flags.named("token-auth-file", "basic-auth-file"),
        authorization=UNSET if "authorization-config" in flags else flags.words("authorization-mode", ["AlwaysAllow"]),
        plugins_enabled=_joined(flags, "enable-admission-plugins", "admission-control"),
        plugins_disabled=flags.words("disable-admission-plugins"),
        insecure_port=flags.number("insecure-port", None),
        profiling=flags.switch("profiling", True),
        # Without a policy nothing is recorded.
        audit_log=_both(flags.named("audit-policy-file"), _either(in_file, by_webhook)),
        audit_file=in_file,
        audit_max_age=flags.number("audit-log-maxage", 0),
        audit_max_backup=flags.number("audit-log-maxbackup", 0),
        audit_max_size=flags.number("audit-log-maxsize", 0),
        encrypts_secrets=flags.named("encryption-provider-config", "experimental-encryption-provider-config"),
        service_account_lookup=flags.switch("service-account-lookup", True),
        extends_tokens=flags.switch("service-account-extend-token-expiration", True),
        client_ca=UNSET if "authentication-config" in flags else flags.named("client-ca-file"),
        tls_certificate=flags.named("tls-cert-file", "tls-sni-cert-key"),
        tls_min_version=flags.text("tls-min-version", None),
        tls_ciphers=flags.words("tls-cipher-suites"),
        etcd_certificate=_both(flags.named("etcd-certfile"), flags.named("etcd-keyfile")),
        etcd_ca=flags.named("etcd-cafile"),
        etcd_plain=_plain(flags.words("etcd-servers")),
        kubelet_ca=flags.named("kubelet-certificate-authority"),
        kubelet_certificate=_both(flags.named("kubelet-client-certificate"), flags.named("kubelet-client-key")),
        open_kubeconfig=None,
    )


def controller(flags: Flags, name: str, program: str) -> ClusterController:
    """The facts of the controller manager or the scheduler."""
    manages = program == MANAGER
    return ClusterController(
        name=name,
        program=program,
        profiling=flags.switch("profiling", True),
        loopback=_loopback(flags.text("bind-address", flags.text("address", ""))),
        separate_credentials=flags.switch("use-service-account-credentials", False) if manages else None,
        service_account_key=flags.named("service-account-private-key-file") if manages else None,
        root_ca=flags.named("root-ca-file") if manages else None,
    )


def etcd(flags: Flags, name: str) -> Etcd:
    """The facts of etcd; a file of its own (`--config-file`) replaces every flag."""
    if "config-file" in flags:
        return Etcd(name=name)
    return Etcd(
        name=name,
        client_cert_auth=flags.switch("client-cert-auth", False),
        client_tls=_both(flags.named("cert-file"), flags.named("key-file")),
        client_auto_tls=flags.switch("auto-tls", False),
        plain_client_urls=_plain(flags.words("listen-client-urls", ["http://localhost:2379"])),
        peer_cert_auth=flags.switch("peer-client-cert-auth", False),
        peer_tls=_both(flags.named("peer-cert-file"), flags.named("peer-key-file")),
        peer_auto_tls=flags.switch("peer-auto-tls", False),
    )


def _joined(flags: Flags, *names: str) -> list[str] | UnsetType:
    found: list[str] = []
    for name in names:
        part = flags.words(name)
        if isinstance(part, UnsetType):
            if name in flags or name == names[0]:
                return UNSET
            continue
        found += part
    return found


def _both(first: bool | UnsetType, second: bool | UnsetType) -> bool | UnsetType:
    if first is False or second is False:
        return False
    return UNSET if UNSET in (first, second) else True


def _either(first: bool | UnsetType, second: bool | UnsetType) -> bool | UnsetType:
    if first is True or second is True:
        return True
    return UNSET if UNSET in (first, second) else False


def _plain(urls: list[str] | UnsetType) -> bool | UnsetType:
    """Whether one of the addresses is without TLS, beyond loopback."""
    if isinstance(urls, UnsetType):
        return UNSET
    plain = [url[len("http://") :] for url in urls if url.startswith("http://")]
    return any(not host.startswith(LOCAL) for host in plain)


def _loopback(address: Fact[str]) -> bool | UnsetType:
    return address.startswith(LOCAL) if isinstance(address, str) else UNSET
