"""The `ray start` that KubeRay writes for a head: its server, with the place of the parameters."""

from __future__ import annotations

from textwrap import indent

import pytest
from tests.collect.looking import servers, workloads

from holdfast.core.asset import Edge, Spot
from holdfast.core.fact import UNSET

HEAD = """\
headGroupSpec:
  rayStartParams: {PARAMS}
  template:
    spec:
      containers:
      - name: ray-head
        image: IMAGE
        EXTRA
workerGroupSpecs:
- rayStartParams: {}
  template: {spec: {containers: [{name: worker, image: IMAGE}]}}
"""


def cluster(
    params: str = "", more: str = "", *, image: str = "rayproject/ray:2.52.0", extra: str = "", meta: str = ""
) -> str:
    body = HEAD.replace("PARAMS", params).replace("IMAGE", image).replace("EXTRA", extra) + more
    return f"apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {{name: r{meta}}}\nspec:\n{indent(body, '  ')}"


def head(text: str):
    (asset,) = servers(text)
    return asset.facts


def test_the_operator_opens_the_dashboard_to_every_interface():
    (asset,) = servers(cluster())
    facts = asset.facts
    assert (facts.product, facts.version, facts.host, facts.loopback, facts.port) == (
        "ray",
        "2.52.0",
        "0.0.0.0",
        False,
        8265,
    )
    assert (facts.auth, facts.tls, facts.image) == (False, False, "rayproject/ray:2.52.0")
    assert facts.options == {"head": "true", "dashboard-host": "0.0.0.0"}
    assert asset.id == "server/a.yaml/RayCluster..r.headGroupSpec.ray-head.ray"
    assert asset.spots[""] == Spot(6, 5, "/spec/headGroupSpec/rayStartParams")


def test_the_server_runs_on_the_head():
    from tests.collect.looking import items

    (edge,) = [item for item in items(cluster()) if isinstance(item, Edge)]
    first, second = workloads(cluster())
    assert (edge.relation, edge.target) == ("runs_on", first.id)
    assert second.facts.containers[0].name == "worker"


def test_without_parameters_the_head_group_is_the_place():
    (asset,) = servers(cluster().replace("  rayStartParams: {}\n    template:\n", "  template:\n"))
    assert asset.spots[""] == Spot(5, 3, "/spec/headGroupSpec")
    assert asset.facts.host == "0.0.0.0"


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ("dashboard-host: 127.0.0.1", {"dashboard-host": "127.0.0.1"}),
        ("block: 'true'", {"block": "true", "dashboard-host": "0.0.0.0"}),
        ("no-monitor: 'False'", {"dashboard-host": "0.0.0.0"}),
        ("no-monitor: true", {"no-monitor": "true", "dashboard-host": "0.0.0.0"}),
        ("include-dashboard: 'true'", {"include-dashboard": "true", "dashboard-host": "0.0.0.0"}),
        ("log-color: 'false'", {"log-color": "false", "dashboard-host": "0.0.0.0"}),
        ("dashboard-port: 9000", {"dashboard-port": "9000", "dashboard-host": "0.0.0.0"}),
        ("dashboard-host: '{{ x }}'", {"dashboard-host": "${x}"}),
        ("dashboard-host: [a]", {"dashboard-host": "$"}),
    ],
)
def test_parameters_become_flags_as_the_operator_writes_them(params, options):
    assert head(cluster(params)).options == {"head": "true", **options}


def test_values_that_are_unseen_leave_facts_open():
    facts = head(cluster("dashboard-host: '{{ x }}'"))
    assert (facts.host, facts.loopback) == (UNSET, UNSET)
    assert head(cluster("dashboard-host: 127.0.0.1")).loopback is True
    assert head(cluster("dashboard-port: 9000")).port == 9000


@pytest.mark.parametrize(
    ("more", "extra", "auth"),
    [
        ("authOptions: {mode: token}", "", True),
        ("authOptions: {mode: disabled}", "", False),
        ("authOptions: {}", "", UNSET),
        ("authOptions: {mode: '{{ x }}'}", "", UNSET),
        ("authOptions: text", "", False),
        ("", "env: [{name: RAY_AUTH_MODE, value: token}]", True),
        ("authOptions: {mode: token}", "env: [{name: RAY_AUTH_MODE, value: disabled}]", False),
        ("", "envFrom: [{configMapRef: {name: c}}]", UNSET),
        ("", "env: [{name: RAY_AUTH_MODE, valueFrom: {configMapKeyRef: {name: a, key: b}}}]", UNSET),
    ],
)
def test_tokens_are_asked_for_by_the_cluster_or_its_container(more, extra, auth):
    assert head(cluster(more=more, extra=extra)).auth == auth


@pytest.mark.parametrize(
    ("more", "extra", "address", "password", "secret"),
    [
        ("gcsFaultToleranceOptions: {redisAddress: 'r:6379'}", "", "r:6379", None, False),
        ("gcsFaultToleranceOptions: {redisAddress: 'r:6379', redisPassword: {value: a1b2c3d4}}", "", "r:6379", "$", True),
        ("gcsFaultToleranceOptions: {redisAddress: 'r:1', redisPassword: {valueFrom: {secretKeyRef: {name: a, key: b}}}}", "", "r:1", "$", False),
        ("gcsFaultToleranceOptions: {redisAddress: '{{ a }}', redisPassword: {value: '{{ p }}'}}", "", "$", "$", False),
        ("gcsFaultToleranceOptions: {backend: rocksdb}", "", None, None, False),
        ("gcsFaultToleranceOptions: text", "", None, None, False),
        ("", "env: [{name: RAY_REDIS_ADDRESS, value: 'r:2'}]", "r:2", None, False),
    ],
)  # fmt: skip
def test_the_redis_that_keeps_the_state(more, extra, address, password, secret):
    facts = head(cluster(more=more, extra=extra))
    assert (facts.env.get("RAY_REDIS_ADDRESS"), facts.options.get("redis-password")) == (address, password)
    assert facts.secret_in_env is secret


@pytest.mark.parametrize(
    ("image", "more", "version"),
    [
        ("rayproject/ray:2.9.0-py310", "rayVersion: 2.52.0", "2.9.0"),
        ("rayproject/ray:latest", "rayVersion: 2.52.0", "2.52.0"),
        ("example.com/mine:7", "rayVersion: '2.46.0'", "2.46.0"),
        ("example.com/mine:7", "rayVersion: '{{ v }}'", None),
        ("example.com/mine:7", "", None),
        ("'{{ image }}'", "rayVersion: 2.46.0", "2.46.0"),
    ],
)
def test_the_cluster_says_the_version_where_the_image_does_not(image, more, version):
    assert head(cluster(more=more, image=image)).version == version


@pytest.mark.parametrize(
    ("meta", "extra", "products"),
    [
        ("", "args: [ray start --head --dashboard-host=127.0.0.1]", []),
        ("", "command: [/bin/sh, -c, 'ray start --head --dashboard-host=127.0.0.1']", ["127.0.0.1"]),
        ("", "args: [echo hello]", ["0.0.0.0"]),
        (", annotations: {ray.io/overwrite-container-cmd: 'true'}", "args: [sleep 1]", []),
        (", annotations: {ray.io/overwrite-container-cmd: 'True'}", "args: [$KUBERAY_GEN_RAY_START_CMD]", ["0.0.0.0"]),
        (", annotations: {ray.io/overwrite-container-cmd: 'false'}", "args: [sleep 1]", ["0.0.0.0"]),
        (", annotations: 5", "args: [sleep 1]", ["0.0.0.0"]),
        ("", "args: text", ["0.0.0.0"]),
    ],
)
def test_a_user_who_starts_ray_himself_is_taken_at_his_word(meta, extra, products):
    assert [asset.facts.host for asset in servers(cluster(meta=meta, extra=extra))] == products


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("RayJob", "spec.rayClusterSpec"),
        ("RayService", "spec.rayClusterConfig"),
        ("RayCronJob", "spec.jobTemplate.rayClusterSpec"),
    ],
)
def test_a_cluster_inside_another_object_is_read_like_one(kind, path):
    body = HEAD.replace("PARAMS", "").replace("IMAGE", "rayproject/ray:2.52.0").replace("EXTRA", "")
    for key in reversed(path.split(".")):
        body = f"{key}:\n{indent(body + 'authOptions: {mode: token}' if key.startswith('ray') else body, '  ')}\n"
    (asset,) = servers(f"apiVersion: ray.io/v1\nkind: {kind}\nmetadata: {{name: r}}\n{body}")
    assert asset.facts.auth is True
    assert asset.spots[""].pointer == f"/{path.replace('.', '/')}/headGroupSpec/rayStartParams"


def test_a_list_of_clusters_has_a_server_each():
    clusters = "".join(f"- {indent(cluster(), '  ').lstrip()}" for _ in range(2))
    found = servers(f"apiVersion: v1\nkind: List\nitems:\n{clusters}")
    assert [asset.spots[""].pointer for asset in found] == [
        f"/items/{index}/spec/headGroupSpec/rayStartParams" for index in range(2)
    ]
    assert found[0].id != found[1].id


def test_a_cluster_of_another_group_is_none():
    assert servers(cluster().replace("ray.io/v1", "example.com/v1")) == []


@pytest.mark.parametrize(
    "group",
    [
        "text",
        "{template: 5}",
        "{template: {spec: 5}}",
        "{template: {spec: {containers: [{image: a}], initContainers: 5}}}",
    ],
)
def test_a_head_of_another_shape_has_no_server(group):
    assert (
        servers(f"apiVersion: ray.io/v1\nkind: RayJob\nspec: {{jobTemplate: 5, x: {{headGroupSpec: {group}}}}}\n") == []
    )
    assert servers(f"apiVersion: ray.io/v1\nkind: RayCluster\nspec: {{headGroupSpec: {group}}}\n") == []


def test_without_a_dashboard_only_the_clusters_own_ports_are_left():
    facts = head(cluster("include-dashboard: 'False'"))
    assert (facts.host, facts.loopback, facts.port, facts.auth) == (None, True, None, False)


def test_a_worker_that_shares_the_heads_text_is_no_head():
    shared = "template: {spec: {containers: [{name: worker, image: rayproject/ray:2.52.0}]}}"
    text = cluster().replace("template:\n", "template: &t\n", 1).replace(shared, "template: *t")
    assert len(workloads(text)) == 2
    assert len(servers(text)) == 1
