from __future__ import annotations

import pytest
from tests.estate.cluster import deployment, rbac, thing
from tests.estate.relations.sources import edges

HF = thing("Secret", "stringData: {token: x}", "hf", "ai")
IN_ENV = "env: [{name: T, valueFrom: {secretKeyRef: {name: hf, key: token}}}]"
IN_BULK = "envFrom: [{secretRef: {name: hf}}, {configMapRef: {name: settings}}]"
MOUNTED = "volumeMounts: [{name: v, mountPath: /s}]"


def pod(container: str, volumes: str = "", namespace: str = "ai") -> str:
    return thing(
        "Pod", f"spec: {{containers: [{{name: c, image: x, {container}}}], volumes: [{volumes}]}}", "web", namespace
    )


@pytest.mark.parametrize(
    ("container", "volumes"),
    [
        (IN_ENV, ""),
        (IN_BULK, ""),
        (MOUNTED, "{name: v, secret: {secretName: hf}}"),
        (MOUNTED, "{name: v, projected: {sources: [{configMap: {name: a}}, {secret: {name: hf}}]}}"),
    ],
)
def test_a_pod_has_the_secrets_that_it_is_given_whether_a_file_holds_them_or_not(container, volumes):
    source = pod(container, volumes)
    assert edges("mounts", a_yaml=source, b_yaml=HF) == {"web mounts hf"}
    assert edges("mounts", a_yaml=source) == {"web mounts stored_secret/named/ai/hf"}
    assert edges("mounts", a_yaml=source, b_yaml=HF.replace("ai", "ops")) == {"web mounts stored_secret/named/ai/hf"}


@pytest.mark.parametrize(
    ("container", "volumes"),
    [
        ("env: [{name: T, valueFrom: {configMapKeyRef: {name: hf, key: token}}}]", ""),
        ("envFrom: [{configMapRef: {name: hf}}]", ""),
        ("volumeMounts: [{name: other, mountPath: /s}]", "{name: v, secret: {secretName: hf}}"),
        (MOUNTED, "{name: v, configMap: {name: hf}}"),
        ("envFrom: [{secretRef: {name: '{{ .Values.secret }}'}}]", ""),
        ("env: '{{ toYaml .Values.env }}', " + IN_BULK, ""),
        ("tty: true", "{name: v, secret: {secretName: hf}}"),
    ],
)
def test_what_is_no_secret_or_not_given_to_a_container_is_no_edge(container, volumes):
    assert edges("mounts", a_yaml=pod(container, volumes)) == set()
    assert edges("mounts", a_yaml=pod(container, volumes), b_yaml=HF) == set()


def test_a_secret_without_which_the_pod_starts_may_not_be_there():
    optional = pod("envFrom: [{secretRef: {name: hf, optional: true}}]")
    assert edges("mounts", a_yaml=optional) == {"web mounts stored_secret/named/ai/hf?"}
    assert edges("mounts", a_yaml=optional, b_yaml=HF) == {"web mounts hf"}
    assert edges("mounts", a_yaml=optional + pod(IN_ENV).replace("web", "api")) == {
        "web mounts stored_secret/named/ai/hf?",
        "api mounts stored_secret/named/ai/hf",
    }


def test_what_is_outside_of_a_cluster_has_no_secrets():
    assert edges("mounts", compose_yaml="services: {web: {image: x, env_file: [hf]}}", b_yaml=HF) == set()


def bound(rule: str, sort: str = "Role", namespace: str = "ai") -> str:
    held = "" if sort == "ClusterRole" else namespace
    return (
        thing("ServiceAccount", "automountServiceAccountToken: true", "job", "ai")
        + deployment(namespace="ai", spec="serviceAccountName: job")
        + rbac(sort, f"rules: [{{{rule}}}]", "r", held)
        + rbac(
            f"{sort}Binding",
            f"roleRef: {{kind: {sort}, name: r}}, subjects: [{{kind: ServiceAccount, name: job, namespace: ai}}]",
            "b",
            held,
        )
    )


READ = "apiGroups: [''], resources: [secrets], verbs: [list]"


def test_who_may_read_secrets_reads_those_of_the_namespace_or_all():
    every = {"secrets/kubernetes/ai reads hf", "secrets/kubernetes reads hf"}
    job = "job reads "
    assert edges("reads", a_yaml=bound(READ), b_yaml=HF) == {*every, f"{job}secrets/kubernetes/ai"}
    assert edges("reads", a_yaml=bound(READ, "ClusterRole"), b_yaml=HF) == {*every, f"{job}secrets/kubernetes"}
    assert edges("reads", a_yaml=bound(READ, namespace="ops"), b_yaml=HF) == {*every, f"{job}secrets/kubernetes/ops"}
    assert edges("reads", a_yaml=bound(READ.replace("secrets", "configmaps")), b_yaml=HF) == every


def test_secrets_without_a_manifest_are_a_store_of_their_own():
    job = "job reads stored_secret/kubernetes"
    assert edges("reads", a_yaml=bound(READ, "ClusterRole")) == {job}
    assert edges("reads", a_yaml=bound(READ)) == {f"{job}/ai?"}


def test_what_a_pod_is_given_is_among_those_of_its_namespace():
    found = edges("reads", a_yaml=bound(READ), b_yaml=HF, c_yaml=pod(IN_ENV.replace("hf", "db")))
    assert "secrets/kubernetes/ai reads stored_secret/named/ai/db" in found


def test_a_pod_without_a_token_and_account_reads_nothing():
    right = bound(READ).replace("kind: ServiceAccount, metadata", "kind: ConfigMap, metadata")
    assert edges("reads", a_yaml=right) == {"web reads stored_secret/kubernetes/ai?"}
    without = right.replace("serviceAccountName: job", "serviceAccountName: job, automountServiceAccountToken: false")
    assert edges("reads", a_yaml=without) == set()


def test_files_that_leave_the_namespace_open_mean_what_is_applied_with_them():
    own, other = pod(IN_ENV, namespace=""), HF.replace(", namespace: ai", "")
    found = edges("mounts", "reads", apps__x__pod_yaml=own, apps__y__secret_yaml=other)
    assert "secrets/kubernetes/default of apps/y reads hf" in found
    assert "secrets/kubernetes/default of apps/x reads hf" not in found
