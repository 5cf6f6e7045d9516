"""The configuration of a cluster's own components, read from the files in which it stands."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from msgspec import UNSET

from holdfast.collect.files import examine
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.fact import Kind
from holdfast.kinds.admission_configuration import AdmissionConfiguration
from holdfast.kinds.api_server import ApiServer
from holdfast.kinds.audit_policy import AuditPolicy
from holdfast.kinds.cluster_controller import ClusterController
from holdfast.kinds.encryption_configuration import EncryptionConfiguration
from holdfast.kinds.etcd import Etcd
from holdfast.kinds.kubelet import Kubelet

K = TypeVar("K", bound=Kind)


def seen(path: str, text: str) -> list[Asset]:
    return [item for item in examine(path, text.encode()) if isinstance(item, Asset)]


def of(kind: type[K], path: str, text: str) -> list[tuple[K, Asset]]:
    return [(asset.facts, asset) for asset in seen(path, text) if isinstance(asset.facts, kind)]


def one(kind: type[K], path: str, text: str) -> tuple[K, Asset]:
    (found,) = of(kind, path, text)
    return found


KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


def test_the_file_of_a_kubelet_has_the_defaults_of_files() -> None:
    facts, asset = one(Kubelet, "var/lib/kubelet/config.yaml", KUBELET + "streamingConnectionIdleTimeout: 0s\n")
    assert not asset.partial
    assert (facts.form, facts.anonymous_auth, facts.authorization, facts.read_only_port) == (
        "file",
        False,
        "Webhook",
        0,
    )
    assert (facts.client_ca, facts.tls_certificate, facts.tls_min_version) == (None, None, None)
    assert (facts.rotates_certificates, facts.protects_kernel_defaults, facts.seccomp_default) == (False, False, False)
    assert (facts.streaming_idle_seconds, facts.event_record_qps, facts.pod_pids_limit) == (14400, 50, -1)
    assert (facts.makes_iptables_chains, facts.debugging_handlers, facts.rotates_server_certificate) == (
        True,
        True,
        True,
    )
    assert (facts.tls_ciphers, facts.allowed_unsafe_sysctls, facts.server_tls_bootstrap) == ([], [], False)


def test_a_file_that_a_tool_completes_says_only_what_stands_in_it() -> None:
    text = KUBELET + "authentication:\n  anonymous:\n    enabled: true\nstreamingConnectionIdleTimeout: 5m\n"
    facts, asset = one(Kubelet, "deploy/kubelet.yaml", text)
    assert asset.partial
    assert (facts.anonymous_auth, facts.streaming_idle_seconds) == (True, 300)
    assert (facts.client_ca, facts.rotates_certificates, facts.authorization) == (UNSET, UNSET, UNSET)
    assert asset.spot("anonymous_auth").line == 5
    assert asset.id == "kubelet/deploy/kubelet.yaml/KubeletConfiguration.."
    odd, _ = one(Kubelet, "k.yaml", KUBELET + "streamingConnectionIdleTimeout: 5\nreadOnlyPort: none\n")
    assert (odd.streaming_idle_seconds, odd.read_only_port) == (UNSET, UNSET)
    odd, _ = one(Kubelet, "k.yaml", KUBELET + "streamingConnectionIdleTimeout: soon\n")
    assert odd.streaming_idle_seconds is UNSET


def test_flags_alone_have_the_defaults_of_flags() -> None:
    unit = (
        "[Service]\nExecStart=/usr/bin/kubelet --kubeconfig=/k --feature-gates=RotateKubeletServerCertificate=false\n"
    )
    facts, asset = one(Kubelet, "etc/systemd/system/kubelet.service", unit)
    assert not asset.partial
    assert (facts.form, facts.anonymous_auth, facts.authorization, facts.read_only_port) == (
        *("flags", True, "AlwaysAllow", 10255),
    )
    assert facts.rotates_server_certificate is False
    assert asset.spot("").line == 2


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("lib/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet --config=/c --anonymous-auth\n", 2),
        ("etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "[Service]\nEnvironment=A=--anonymous-auth=true\nExecStart=\nExecStart=/usr/bin/kubelet $A $B\n", 4),
        ("etc/systemd/system/kubelet.service.d/20-extra.conf", "[Service]\nEnvironment='A=--anonymous-auth=true'\n", 2),
        ("var/lib/kubelet/kubeadm-flags.env", "# flags\nKUBELET_KUBEADM_ARGS='--anonymous-auth'\n", 2),
        ("var/lib/kubelet/kubeadm-flags.env", 'A="--anonymous-auth --x=\'y"\n', 1),
    ],
)  # fmt: skip
def test_beside_a_file_flags_say_only_what_is_written(path: str, text: str, line: int) -> None:
    facts, asset = one(Kubelet, path, text)
    assert asset.partial
    assert (facts.anonymous_auth, facts.authorization) == (True, UNSET)
    assert (asset.source, asset.spot("").line) == ("unit", line)


def test_a_unit_without_flags_or_of_something_else_shows_no_kubelet() -> None:
    assert seen("kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet\n") == []
    assert seen("kubelet.service", "[Service]\nExecStart=/usr/bin/other --anonymous-auth\n") == []
    assert seen("kubeadm-flags.env", "nothing here\nA=\n") == []
    assert [type(item) for item in examine("kubelet.service", b"ExecStart=x\0")] == [Gap]


def pod(program: str, *flags: str, namespace: str = "kube-system", **more: object) -> str:
    import json

    container = {"name": "c", "image": "x", "command": [program, *flags], **more}
    metadata = {"name": "p", "namespace": namespace}
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}})


def server(*flags: str, **more: Any) -> ApiServer:
    return one(ApiServer, "etc/kubernetes/manifests/a.yaml", pod("kube-apiserver", *flags, **more))[0]


def test_an_api_server_without_flags_has_their_defaults() -> None:
    facts = server()
    assert (facts.anonymous_auth, facts.authorization, facts.profiling) == (True, ["AlwaysAllow"], True)
    assert (facts.static_tokens, facts.insecure_port, facts.plugins_enabled, facts.plugins_disabled) == (
        False,
        None,
        [],
        [],
    )
    assert (facts.audit_log, facts.audit_file, facts.audit_max_age) == (False, False, 0)
    assert (facts.encrypts_secrets, facts.service_account_lookup, facts.extends_tokens) == (False, True, True)
    assert (facts.client_ca, facts.tls_certificate, facts.tls_min_version, facts.tls_ciphers) == (
        False,
        False,
        None,
        [],
    )
    assert (facts.etcd_certificate, facts.etcd_ca, facts.etcd_plain) == (False, False, False)
    assert (facts.kubelet_ca, facts.kubelet_certificate, facts.open_kubeconfig) == (False, False, None)


@pytest.mark.parametrize(
    ("flags", "fact", "value"),
    [
        (["--authentication-config=/a"], "anonymous_auth", UNSET),
        (["--authentication-config=/a"], "client_ca", UNSET),
        (["--authorization-config=/a"], "authorization", UNSET),
        (["--admission-control=NodeRestriction"], "plugins_enabled", ["NodeRestriction"]),
        (["--enable-admission-plugins=A", "--admission-control=B"], "plugins_enabled", ["A", "B"]),
        (["--enable-admission-plugins=$X"], "plugins_enabled", UNSET),
        (["--enable-admission-plugins=A", "--admission-control=$X"], "plugins_enabled", UNSET),
        (["--enable-admission-plugins=A", "$MORE"], "plugins_enabled", ["A"]),
        (["--audit-log-path=-"], "audit_log", False),
        (["--audit-log-path=-", "--audit-policy-file=/p"], "audit_log", True),
        (["--audit-webhook-config-file=/w", "--audit-policy-file=/p"], "audit_log", True),
        (["--audit-policy-file=/p", "$MORE"], "audit_log", UNSET),
        (["--etcd-certfile=/c", "--etcd-keyfile=/k"], "etcd_certificate", True),
        (["--etcd-servers=http://localhost:2379"], "etcd_plain", False),
        (["--etcd-servers=http://etcd:2379"], "etcd_plain", True),
        (["--etcd-servers=$E"], "etcd_plain", UNSET),
        (["$ARGS"], "profiling", UNSET),
    ],
)
def test_flags_of_the_api_server(flags: list[str], fact: str, value: object) -> None:
    assert getattr(server(*flags), fact) == value


def test_a_program_is_found_behind_shells_and_its_variables_are_put_in() -> None:
    text = pod("sh", "-c", "exec /usr/local/bin/kube-apiserver --profiling=false --secure-port=$PORT")
    assert one(ApiServer, "a.json", text)[0].profiling is False
    text = pod("/hyperkube", "kube-apiserver", "--profiling=$(P)", env=[{"name": "P", "value": "false"}])
    assert one(ApiServer, "a.json", text)[0].profiling is False
    assert of(ApiServer, "a.json", pod("sh", "-c", f"kube-apiserver {'(' * 100_000}")) == []
    assert of(ApiServer, "a.json", pod("kubectl", "get", "pods")) == []
    text = pod("sleep").replace('"command": ["sleep"]', '"command": ["kube-apiserver"]').replace('"image": "x", ', "")
    assert len(of(ApiServer, "a.json", text)) == 1


def test_controllers() -> None:
    manager, asset = one(ClusterController, "m.yaml", pod("kube-controller-manager", "--bind-address=127.0.0.1"))
    assert (manager.program, manager.loopback, manager.separate_credentials) == ("kube-controller-manager", True, False)
    assert (manager.root_ca, manager.service_account_key, manager.profiling) == (False, False, True)
    assert asset.id == "cluster_controller/m.yaml/Pod.kube-system.p.kube-controller-manager"
    scheduler, _ = one(ClusterController, "s.yaml", pod("kube-scheduler", "--profiling=false"))
    assert (scheduler.loopback, scheduler.separate_credentials, scheduler.root_ca) == (False, None, None)
    assert one(ClusterController, "s.yaml", pod("kube-scheduler", "$X"))[0].loopback is UNSET


def test_etcd_counts_in_the_namespace_of_the_system_only() -> None:
    facts, _ = one(Etcd, "e.yaml", pod("etcd", "--listen-client-urls=http://10.0.0.1:2379", "--auto-tls"))
    assert (facts.client_cert_auth, facts.plain_client_urls, facts.client_auto_tls) == (False, True, True)
    assert one(Etcd, "e.yaml", pod("etcd"))[0].plain_client_urls is False
    assert of(Etcd, "e.yaml", pod("etcd", namespace="milvus")) == []
    assert one(Etcd, "e.yaml", pod("etcd", "--config-file=/c"))[0].client_cert_auth is UNSET
    flags = ["--read-only-port=0", "--config=/c", "--feature-gates=$G"]
    kubelet, _ = one(Kubelet, "k.yaml", pod("kubelet", *flags))
    assert (kubelet.read_only_port, kubelet.authorization, kubelet.rotates_server_certificate) == (0, UNSET, UNSET)


KUBEADM = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"


def test_kubeadm_sets_flags_of_its_own() -> None:
    found = seen("kubeadm.yaml", KUBEADM)
    assert [asset.kind for asset in found] == ["api_server", "cluster_controller", "cluster_controller", "etcd"]
    api, manager, scheduler, etcd = (asset.facts for asset in found)
    assert isinstance(api, ApiServer)
    assert (api.set_up_by, api.authorization, api.plugins_enabled) == ("kubeadm", ["Node", "RBAC"], ["NodeRestriction"])
    assert (api.etcd_certificate, api.client_ca, api.audit_log, api.encrypts_secrets) == (True, True, False, False)
    assert isinstance(manager, ClusterController)
    assert (manager.loopback, manager.separate_credentials, manager.root_ca) == (True, True, True)
    assert isinstance(scheduler, ClusterController)
    assert scheduler.loopback is True
    assert isinstance(etcd, Etcd)
    assert (etcd.client_cert_auth, etcd.peer_tls, etcd.plain_client_urls) == (True, True, False)
    assert len({asset.id for asset in found}) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        "{authorization-mode: AlwaysAllow, profiling: 'false'}",
        "[{name: authorization-mode, value: AlwaysAllow}, {name: profiling, value: 'false'}]",
    ],
)
def test_arguments_of_kubeadms_user_replace_its_own(arguments: str) -> None:
    api, asset = one(ApiServer, "kubeadm.yaml", f"{KUBEADM}apiServer:\n  extraArgs: {arguments}\n")
    assert (api.authorization, api.profiling) == (["AlwaysAllow"], False)
    assert asset.spot("").line == 3
    assert one(ApiServer, "kubeadm.yaml", KUBEADM + "apiServer: {extraArgs: none}\n")[0].profiling is UNSET


def test_etcd_elsewhere_is_nobody_of_kubeadms() -> None:
    text = KUBEADM + "etcd: {external: {endpoints: ['https://10.0.0.1:2379']}}\n"
    assert of(Etcd, "kubeadm.yaml", text) == []
    assert one(ApiServer, "kubeadm.yaml", text)[0].etcd_certificate is False


def test_what_kubeadm_says_to_the_kubelet_of_a_node() -> None:
    text = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: JoinConfiguration\n"
    facts, asset = one(Kubelet, "j.yaml", text + "nodeRegistration: {kubeletExtraArgs: {read-only-port: '10255'}}\n")
    assert (facts.read_only_port, facts.anonymous_auth, asset.partial) == (10255, UNSET, True)
    assert of(Kubelet, "j.yaml", text) == []


ENCRYPTION = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n"


def test_an_encryption_configuration() -> None:
    text = ENCRYPTION + (
        "resources:\n"
        "  - resources: [secrets, configmaps]\n"
        "    providers:\n"
        "      - aescbc: {keys: [{name: a, secret: YWJj}, {name: b, secret: '<BASE 64>'}, {name: c}]}\n"
        "      - kms: {name: k, endpoint: 'unix:///k'}\n"
        "      - identity: {}\n"
        "  - resources: ['*.apps']\n"
        "    providers: []\n"
    )
    facts, asset = one(EncryptionConfiguration, "e.yaml", text)
    assert facts.covers_secrets is True
    assert isinstance(facts.rules, list)
    assert isinstance(facts.keys, list)
    first, second = facts.rules
    assert (first.first, first.providers, first.kms_versions) == ("aescbc", ["aescbc", "kms", "identity"], ["v1"])
    assert (second.covers_secrets, second.first) == (False, None)
    assert [(key.name, key.provider) for key in facts.keys] == [("a", "aescbc"), ("b", "aescbc"), ("c", "aescbc")]
    assert str.__str__(facts.keys[0].secret) == "YWJj"  # type: ignore[arg-type]
    assert "YWJj" not in repr(facts)
    assert (facts.keys[1].secret, facts.keys[2].secret) == (UNSET, None)
    assert asset.spot("keys[0].secret").line == 6
    assert asset.spot("rules[1]").line == 9


def test_an_encryption_configuration_of_old_is_read() -> None:
    text = "apiVersion: v1\nkind: EncryptionConfig\nresources: [{resources: [secrets], providers: [{identity: {}}]}]\n"
    facts, _ = one(EncryptionConfiguration, "e.yaml", text)
    assert isinstance(facts.rules, list)
    assert (facts.covers_secrets, facts.rules[0].first) == (True, "identity")


def test_an_encryption_configuration_that_cannot_be_read_says_nothing() -> None:
    assert one(EncryptionConfiguration, "e.yaml", ENCRYPTION + "resources: x\n")[0].covers_secrets is UNSET
    text = ENCRYPTION + "resources: [{resources: x, providers: y}]\n"
    facts, _ = one(EncryptionConfiguration, "e.yaml", text)
    assert facts.covers_secrets is UNSET
    text = ENCRYPTION + "resources: [{resources: [secrets], providers: [{kms: {apiVersion: '{{ v }}'}}]}]\n"
    facts, _ = one(EncryptionConfiguration, "e.yaml", text)
    assert isinstance(facts.rules, list)
    assert facts.rules[0].kms_versions is UNSET


AUDIT = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"


TOKENS = (
    "{level: Metadata, resources: [{group: '', resources: ['serviceaccounts/token']}, "
    "{group: authentication.k8s.io, resources: [tokenreviews]}]}"
)


def audited(*rules: str) -> AuditPolicy:
    return one(AuditPolicy, "audit.yaml", AUDIT + "rules: [" + ", ".join(rules) + "]\n")[0]


@pytest.mark.parametrize(
    ("rules", "secrets", "executed", "rights", "pods"),
    [
        (["{level: Metadata}"], True, True, True, True),
        ([], False, False, False, False),
        (["{level: None, users: [a]}", "{level: Metadata}"], True, True, True, True),
        (["{level: None, userGroups: [a]}", "{level: None, namespaces: [a]}", "{level: Metadata}"], True, True, True, True),
        (["{level: None, nonResourceURLs: ['/healthz*']}", "{level: Metadata}"], True, True, True, True),
        (["{level: None, verbs: [get, list]}", "{level: Metadata}"], False, True, True, True),
        (["{level: None, resources: [{group: '', resources: [pods]}]}", "{level: Metadata}"], True, True, True, False),
        (["{level: None, resources: [{group: '', resources: ['pods/*']}]}", "{level: Metadata}"], True, False, True, False),
        (["{level: None, resources: [{group: '', resources: ['*/exec']}]}", "{level: Metadata}"], True, False, True, True),
        (["{level: None, resources: [{group: ''}]}", "{level: Metadata}"], False, False, True, False),
        (["{level: None, resources: [{group: '', resources: [secrets], resourceNames: [x]}]}", "{level: Metadata}"], *([True] * 4)),
        (["{level: Metadata, resources: x}", "{level: None}"], UNSET, UNSET, UNSET, UNSET),
        (["{level: Metadata, resources: [{group: '', resources: {}}]}", "{level: None}"], *([UNSET] * 4)),
        (["{level: '{{ x }}'}"], UNSET, UNSET, UNSET, UNSET),
        (["{level: None, userGroups: ['system:authenticated', 'system:unauthenticated']}", "{level: Metadata}"], *([False] * 4)),
        (["{level: None, userGroups: ['system:authenticated']}", "{level: Metadata}"], *([False] * 4)),
        (["{level: None, userGroups: ['system:authenticated'], users: [a]}", "{level: Metadata}"], *([True] * 4)),
        (["{level: None, userGroups: ['system:nodes']}", "{level: Metadata}"], *([True] * 4)),
        (["{level: metadata}"], *([UNSET] * 4)),
        (["{level: Metadata, omitStages: [RequestReceived]}"], *([True] * 4)),
        (["{level: Metadata, omitStages: [RequestReceived, ResponseComplete]}"], False, True, False, False),
        (["{level: Metadata, omitStages: [Panic, RequestReceived, ResponseStarted, ResponseComplete]}"], *([False] * 4)),
        (["{level: Metadata, omitStages: [requestreceived]}"], *([UNSET] * 4)),
        (["{level: Metadata, omitStages: x}"], *([UNSET] * 4)),
        (["{level: None, omitStages: x}"], *([False] * 4)),
    ],
)  # fmt: skip
def test_the_first_rule_that_matches_decides(
    rules: list[str], secrets: object, executed: object, rights: object, pods: object
) -> None:
    facts = audited(*rules)
    assert (facts.records_secrets, facts.records_exec, facts.records_rights, facts.records_pods) == (
        *(secrets, executed, rights, pods),
    )


@pytest.mark.parametrize(
    ("rules", "held"),
    [
        (["{level: RequestResponse}"], [True]),
        (["{level: Metadata, resources: [{group: '', resources: [secrets]}]}", "{level: Request}"], [False, True]),
        (["{level: Metadata, resources: [{group: '', resources: [secrets]}]}", TOKENS, "{level: RequestResponse}"], [False, False, False]),
        (["{level: RequestResponse, resources: [{group: '', resources: ['serviceaccounts/token']}]}", "{level: Metadata}"], [True, False]),
        (["{level: Request, resources: [{group: '', resources: ['serviceaccounts/*']}]}", "{level: Metadata}"], [False, False]),
        (["{level: Request, resources: [{group: authentication.k8s.io, resources: [tokenreviews]}]}", "{level: Metadata}"], [True, False]),
        (["{level: Request, verbs: [get], resources: [{group: '', resources: [secrets]}]}", "{level: Metadata}"], [False, False]),
        (["{level: RequestResponse, verbs: [list], resources: [{group: '', resources: [secrets]}]}", "{level: Metadata}"], [True, False]),
        (["{level: RequestResponse, omitStages: [RequestReceived, ResponseComplete]}"], [False]),
        (["{level: requestresponse}"], [UNSET]),
        (["{level: Metadata, verbs: [get], resources: [{group: '', resources: [secrets]}]}", "{level: Request}"], [False, True]),
        (["{level: RequestResponse, users: [admin]}", "{level: Metadata}"], [True, False]),
        (["{level: RequestResponse, nonResourceURLs: ['/x']}", "{level: Metadata}"], [False, False]),
        (["{level: '{{ x }}'}", "{level: RequestResponse}"], [UNSET, False]),
        (["{level: Metadata, resources: x}", "{level: RequestResponse}"], [UNSET, False]),
    ],
)  # fmt: skip
def test_rules_under_which_secrets_come_into_the_log(rules: list[str], held: list[object]) -> None:
    facts = audited(*rules)
    assert isinstance(facts.rules, list)
    assert [rule.holds_secrets for rule in facts.rules] == held


def test_an_audit_policy_that_cannot_be_read_says_nothing() -> None:
    facts, _ = one(AuditPolicy, "a.yaml", AUDIT + "rules: x\nomitStages: [RequestReceived]\n")
    assert (facts.records_secrets, facts.omitted_stages, facts.name) == (UNSET, ["RequestReceived"], "audit-policy")
    facts, _ = one(
        AuditPolicy, "a.yaml", AUDIT + "omitStages: [RequestReceived, ResponseComplete]\nrules: [{level: Metadata}]\n"
    )
    assert (facts.records_secrets, facts.records_exec) == (False, True)
    assert seen("a.yaml", "apiVersion: kyverno.io/v1\nkind: Policy\nspec: {}\n") == []


SECURITY = "{apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, "
ADMISSION = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n"


def test_pod_security_alone_and_inside_an_admission_configuration() -> None:
    inside = (
        SECURITY
        + "defaults: {enforce: restricted}, exemptions: {usernames: [a], namespaces: [b], runtimeClasses: [c]}}"
    )
    for text, plugins in (
        (inside, ["PodSecurity"]),
        (f"{ADMISSION}plugins: [{{name: X}}, {{name: PodSecurity, configuration: {inside}}}]\n", ["X", "PodSecurity"]),
    ):
        facts, _ = one(AdmissionConfiguration, "a.yaml", text)
        assert (facts.pod_security, facts.plugins) == ("restricted", plugins)
        assert (facts.exempt_users, facts.exempt_namespaces, facts.exempt_runtime_classes) == (["a"], ["b"], ["c"])


@pytest.mark.parametrize(
    ("plugins", "level"),
    [("[]", "privileged"), ("[{name: PodSecurity, path: p.yaml}]", UNSET), ("x", UNSET), ("[{name: X}]", "privileged")],
)
def test_a_configuration_that_says_nothing_of_pod_security_leaves_the_default(plugins: str, level: object) -> None:
    assert one(AdmissionConfiguration, "a.yaml", f"{ADMISSION}plugins: {plugins}\n")[0].pod_security == level


K3S = "etc/rancher/k3s/config.yaml"


def test_what_k3s_and_rke2_are_told() -> None:
    text = (
        "write-kubeconfig-mode: '0644'\nkube-apiserver-arg:\n  - anonymous-auth=true\n  - profiling\n"
        "kubelet-arg: read-only-port=10255\nprotect-kernel-defaults: true\nkube-controller-manager-arg: [profiling=false]\n"
    )
    api, asset = one(ApiServer, K3S, text)
    assert (api.set_up_by, api.anonymous_auth, api.profiling, api.open_kubeconfig) == ("k3s", True, True, True)
    assert (api.authorization, api.encrypts_secrets, asset.partial) == (UNSET, False, True)
    assert (asset.spot("").line, asset.spot("open_kubeconfig").line) == (2, 1)
    kubelet, _ = one(Kubelet, K3S, text)
    assert (kubelet.read_only_port, kubelet.protects_kernel_defaults, kubelet.anonymous_auth) == (10255, True, UNSET)
    assert one(ClusterController, K3S, text)[0].profiling is False
    rke2, _ = one(ApiServer, "etc/rancher/rke2/config.yaml", "kube-apiserver-arg: [profiling=false]\n")
    assert (rke2.set_up_by, rke2.encrypts_secrets) == ("rke2", True)


@pytest.mark.parametrize(
    ("mode", "open_"),
    [("0644", True), ("'0644'", True), ("644", True), ("'600'", False), ("0600", False), ("x", UNSET)],
)
def test_modes_of_the_kubeconfig(mode: str, open_: object) -> None:
    assert one(ApiServer, K3S, f"write-kubeconfig-mode: {mode}\n")[0].open_kubeconfig == open_


def test_other_files_beside_are_read_as_what_they_are() -> None:
    assert [asset.kind for asset in seen("deploy/k3s/pod.yaml", pod("sleep"))] == ["workload"]
    assert seen("deploy/k3s/values.yaml", "kubelet: x\n") == []
    assert seen("deploy/k3s/notes.txt", "kubelet-arg") == []
    assert seen(K3S, "- kubelet-arg\n") == []
    assert [type(item) for item in examine(K3S, b"kubelet-arg: [\n")] == [Gap]
    only, _ = one(Kubelet, K3S, "protect-kernel-defaults: maybe\n")
    assert only.protects_kernel_defaults is UNSET
    assert of(ApiServer, K3S, "protect-kernel-defaults: true\n") == []
    assert one(ApiServer, K3S, "secrets-encryption: true\n")[0].encrypts_secrets is True


IMAGES = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: ImagePolicyWebhook\n"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("  configuration: {imagePolicy: {defaultAllow: true}}\n", True),
        ("  configuration: {imagePolicy: {}}\n", False),
        ("  configuration: {imagePolicy: x}\n", UNSET),
        ("  path: image-policy.yaml\n", UNSET),
        ("  configuration: {imagePolicy: {defaultAllow: true}}\n- name: PodSecurity\n  path: psa.yaml\n", True),
    ],
)
def test_what_an_image_policy_does_without_an_answer(more: str, expected: object) -> None:
    facts, asset = one(AdmissionConfiguration, "a.yaml", IMAGES + more)
    assert facts.image_policy_fails_open is expected
    assert (asset.spot("image_policy_fails_open").line == 5) is (expected is True)


def test_a_file_without_an_image_policy_says_that_there_is_none() -> None:
    facts, _ = one(AdmissionConfiguration, "a.yaml", SECURITY + "defaults: {enforce: baseline}}")
    assert facts.image_policy_fails_open is None
