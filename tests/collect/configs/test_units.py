"""Units with the environment files that they name."""

from __future__ import annotations

from tests.collect.configs.on_disk import HOST, findings, server, servers

from holdfast.core.fact import UNSET

UNIT = "etc/systemd/system/minio.service"
MINIO = {
    UNIT: "[Service]\nEnvironmentFile=/etc/default/minio\nExecStart=/usr/local/bin/minio server $MINIO_OPTS $MINIO_VOLUMES\n",
    "etc/default/minio": 'MINIO_ROOT_USER=minioadmin\nMINIO_ROOT_PASSWORD=minioadmin\nMINIO_OPTS="--address 127.0.0.1:9000"\nMINIO_VOLUMES=/data\n',
}


def test_an_environment_file_beside_is_read(tmp_path):
    beside, found = (each.facts for each in servers(tmp_path, MINIO))
    assert (beside.default_secret, [each.name for each in beside.file_secrets]) == (UNSET, ["MINIO-ROOT-PASSWORD"])
    assert (found.host, found.default_secret, found.secret_in_env, found.env_complete) == (
        "127.0.0.1",
        True,
        True,
        True,
    )
    assert ("server-default-credential", "fail", 3) in findings(tmp_path, {}, "ai-default")


def test_one_that_is_not_here_leaves_the_rest_open(tmp_path):
    files = {UNIT: MINIO[UNIT]}
    assert server(tmp_path, files).default_secret is UNSET
    files[UNIT] = MINIO[UNIT].replace("=/etc/default", "=-/etc/default")
    assert server(tmp_path, files).env_complete is UNSET
    assert server(tmp_path, HOST).env_complete is True


def test_one_that_cannot_be_read_leaves_the_rest_open(tmp_path):
    assert (
        server(tmp_path, {**MINIO, "etc/default/minio": "".join(f"A{n}=1\n" for n in range(10_001))}).env_complete
        is UNSET
    )


REDIS = "etc/systemd/system/redis.service"
START = "[Service]\nExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no\n"


def test_a_unit_that_names_its_file_leaves_the_word_to_it(tmp_path):
    conf = {"etc/redis/redis.conf": "bind 127.0.0.1 -::1\nport 6379\n"}
    (asset,) = servers(tmp_path, {**HOST, REDIS: START, **conf})
    assert asset.path.endswith("redis.conf")
    assert findings(tmp_path, {}) == []
    found = servers(tmp_path, {REDIS: START.replace("--daemonize", "--bind 0.0.0.0 --daemonize")})
    assert sorted(asset.path.rpartition("/")[2] for asset in found) == ["redis.conf", "redis.service"]
    (tmp_path / "etc/redis/redis.conf").unlink()
    assert server(tmp_path, {REDIS: START}).auth is UNSET


def test_later_files_win(tmp_path):
    files = {
        "ollama.service": "[Service]\nEnvironment=OLLAMA_HOST=127.0.0.1\nEnvironmentFile=a.env\nEnvironmentFile=b.env\nExecStart=/usr/bin/ollama serve\n",
        "a.env": "OLLAMA_HOST=10.0.0.1\n",
        "b.env": "OLLAMA_HOST=0.0.0.0\n",
    }
    assert server(tmp_path, files).host == "0.0.0.0"
