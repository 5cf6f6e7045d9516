"""Configuration files that containers mount."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, items

from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import UNSET
from holdfast.estate.complete import complete
from holdfast.kinds.server import Server

CONF = "bind 0.0.0.0\nrequirepass abcdef\n"


def compose(
    mount: str, command: str = "redis-server /usr/local/etc/redis/redis.conf", image: str = "redis:7.4.1"
) -> str:
    return f"services:\n  cache:\n    image: {image}\n    command: {command}\n    volumes: ['{mount}']\n    ports: ['6379:6379']\n"


def server(root, files) -> Server:
    found = items(root, files)
    assets = complete(
        [item for item in found if isinstance(item, Asset)], [item for item in found if isinstance(item, Edge)]
    )
    (asset,) = [asset for asset in assets if isinstance(asset.facts, Server) and asset.source == "compose"]
    return asset.facts


@pytest.mark.parametrize(
    "mount",
    [
        "./conf/redis.conf:/usr/local/etc/redis/redis.conf:ro",
        "./conf:/usr/local/etc/redis",
        "./x/../conf/redis.conf:/x",
    ],
)
def test_a_mounted_file_says_what_the_command_leaves_open(tmp_path, mount):
    found = server(tmp_path, {"compose.yaml": compose(mount), "conf/redis.conf": CONF})
    assert (found.auth, found.host, found.port, found.loopback, found.tls) == (True, "0.0.0.0", 6379, False, False)
    assert "redis-without-password" not in {each[0] for each in findings(tmp_path, {})}


def test_what_the_command_says_stays(tmp_path):
    command = "redis-server /usr/local/etc/redis/redis.conf --port 7000"
    files = {"compose.yaml": compose("./redis.conf:/usr/local/etc/redis/redis.conf", command), "redis.conf": CONF}
    assert server(tmp_path, files).port == 7000


def test_the_guard_of_the_program_is_not_taken_for_that_of_the_image(tmp_path):
    files = {"compose.yaml": compose("./redis.conf:/usr/local/etc/redis/redis.conf"), "redis.conf": "port 6379\n"}
    assert (server(tmp_path, files).auth, server(tmp_path, {}).loopback) == (False, UNSET)


@pytest.mark.parametrize(
    "mount", ["/etc/redis.conf:/usr/local/etc/redis/redis.conf", "./other.conf:/x.conf", "data:/data"]
)
def test_other_mounts_say_nothing(tmp_path, mount):
    assert server(tmp_path, {"compose.yaml": compose(mount), "redis.conf": CONF}).auth is UNSET


def test_a_file_of_another_product_says_nothing(tmp_path):
    files = {"compose.yaml": compose("./c:/usr/local/etc/redis"), "c/mongod.conf": "net: {bindIp: 0.0.0.0}\n"}
    assert server(tmp_path, files).auth is UNSET
