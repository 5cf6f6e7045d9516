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
