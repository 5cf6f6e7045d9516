"""Files of Ray's cluster launcher."""

from __future__ import annotations

from tests.collect.configs.on_disk import findings, gaps, servers

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET

CLUSTER = """\
cluster_name: a
provider: {type: aws, region: eu-central-1}
head_start_ray_commands:
  - ray stop
  - ulimit -n 65536; ray start --head --port=6379 --dashboard-host=0.0.0.0
"""


def test_the_head_is_a_server(tmp_path):
    (asset,) = servers(tmp_path, {"cluster.yaml": CLUSTER})
    assert (asset.facts.product, asset.facts.loopback, asset.facts.auth) == ("ray", False, UNSET)
    assert asset.spots[""] == Spot(5, 5)
    assert ("ray-dashboard-without-token", "unknown") in {each[:2] for each in findings(tmp_path, {}, "ai-default")}


def test_other_documents_and_commands(tmp_path):
    assert servers(tmp_path, {"a.yaml": "provider: {}\nhead_start_ray_commands: ray\n"}) == []
    many = "provider: {}\nhead_start_ray_commands: ['" + "ray start;" * 10_001 + "']\n"
    assert gaps(tmp_path, {"a.yaml": many}) == [("a.yaml", "unreadable", 2)]


MINIMAL = "cluster_name: a\nprovider: {type: aws, region: eu-central-1}\n"


def test_a_file_without_commands_starts_a_head_too(tmp_path):
    (asset,) = servers(tmp_path, {"cluster.yaml": MINIMAL})
    assert (asset.facts.product, asset.facts.loopback, asset.spots[""]) == ("ray", UNSET, Spot(2, 1))
    assert [each[:2] for each in findings(tmp_path, {}, "ai-default")] == [("ray-dashboard-without-token", "unknown")]
    other = {
        "cluster.yaml": "cluster_name: a\nprovider: {type: aws}\nregion: b\n",
        "a.yaml": "cluster_name: a\nprovider: b\n",
    }
    assert servers(tmp_path, other) == []


def test_the_image_says_the_release_and_its_options_who_owns_the_host(tmp_path):
    docker = "docker: {image: 'rayproject/ray:2.9.0', run_options: ['--gpus all', --privileged]}\n"
    found = {each[:2] for each in findings(tmp_path, {"cluster.yaml": CLUSTER + docker}, "ai-default")}
    assert {("ray-dashboard-without-token", "fail"), ("gpu-container-privileged", "fail")} <= found
    assert servers(tmp_path, {})[0].facts.version == "2.9.0"
    docker = docker.replace("'--gpus all', --privileged", '"\'"')
    assert len(servers(tmp_path, {"cluster.yaml": CLUSTER + docker})) == 1
    assert len(servers(tmp_path, {"cluster.yaml": CLUSTER + "docker: {image: 1, run_options: a}\n"})) == 1


SERVE = "applications:\n  - import_path: m:a\n    runtime_env: {env_vars: {OPENAI_API_KEY: sk-proj-a1b2c3d4e5f6}}\n"


def test_a_configuration_of_serve(tmp_path):
    (asset,) = servers(tmp_path, {"serve.yaml": SERVE})
    assert (asset.facts.product, asset.facts.host, asset.facts.port) == ("ray-serve", "0.0.0.0", 8000)
    assert ("server-secret-in-file", "fail", 3) in findings(tmp_path, {}, "ai-default")
    files = {"serve.yaml": f"http_options: {{host: 127.0.0.1, port: 9}}\n{SERVE}"}
    assert [(each.facts.loopback, each.facts.port) for each in servers(tmp_path, files)] == [(True, 9)]
    assert servers(tmp_path, {"serve.yaml": "applications: [import_path]\n"}) == []
