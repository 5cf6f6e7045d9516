"""Shell scripts and units that start servers."""

from __future__ import annotations

import pytest
from tests.collect.looking import gaps, items, servers

from holdfast.collect.scripts import unit as unit_of
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.server import Server


def test_a_script_starts_servers_each_at_its_place():
    found = servers("#!/bin/sh\nset -e\nHOST=0.0.0.0\nvllm serve a --host $HOST &\n  vllm serve b --port 9\n", "run.sh")
    assert [(asset.id, asset.spots[""], asset.source) for asset in found] == [
        ("server/run.sh/script.vllm", Spot(4, 1), "script"), ("server/run.sh/script.vllm~2", Spot(5, 3), "script"),
    ]  # fmt: skip
    assert [(asset.facts.host, asset.facts.port) for asset in found] == [("0.0.0.0", 8000), ("0.0.0.0", 9)]
    (edge, *_) = [item for item in items("vllm serve a\n", "run.sh") if isinstance(item, Edge)]
    assert edge == Edge("server/run.sh/script.vllm", "runs_on", "script/run.sh/script")


def test_a_script_without_a_known_name_is_not_parsed():
    assert items("echo '\n", "run.sh") == []


def test_a_script_that_cannot_be_parsed_is_a_gap():
    (gap,) = gaps("vllm serve a;" * 10_001, "run.sh")
    assert (gap.path, gap.kind) == ("run.sh", "unreadable")
    assert gap.reason.startswith("not readable as a shell script: ")


UNIT = "[Service]\nEnvironment=OLLAMA_HOST=0.0.0.0\nExecStartPre=/bin/true\nExecStart=/usr/bin/ollama serve\n"


def test_a_unit_starts_servers_with_its_environment():
    (asset,) = servers(UNIT, "ollama.service")
    assert (asset.id, asset.spots[""], asset.facts.loopback) == ("server/ollama.service/unit.ollama", Spot(4, 1), False)
    assert asset.facts.env_complete is True
    (asset,) = servers(f"{UNIT}EnvironmentFile=/etc/x\n", "ollama.service")
    assert repr(asset.facts.env_complete) == "UNSET"


def test_several_starts_are_several_servers():
    found = servers(UNIT + "ExecStart=/usr/bin/ollama serve\n", "ollama.service")
    assert [asset.id.rpartition(".")[2] for asset in found] == ["ollama", "ollama~2"]


def test_a_unit_without_a_known_name_says_nothing():
    assert items("[Service]\nExecStart=/bin/true\n", "a.service") == []


def test_a_unit_that_is_none_is_a_gap():
    (gap,) = gaps(b"ollama\n" * 300_000, "a.service")
    assert isinstance(gap, Gap)
    assert gap.reason.startswith("not readable as a unit: ")


def test_containers_that_commands_start_are_workloads_with_their_servers():
    text = b"sudo docker run --privileged -p 80:8000 vllm/vllm-openai:v0.6.0 --model m\nbash -c 'podman run x:1'\ndocker ps\n"
    found = [item for item in items(text, "run.sh") if isinstance(item, Asset)]
    assert [(asset.id, asset.source, asset.spot("").line) for asset in found] == [
        ("workload/run.sh/docker.vllm-openai", "script", 1),
        ("server/run.sh/docker.vllm-openai.vllm-openai.vllm", "script", 1),
        ("workload/run.sh/podman.x", "script", 2),
    ]


def test_a_unit_may_start_a_container():
    text = b"[Service]\nExecStart=/usr/bin/docker run --name %n ollama/ollama:0.1.30\nExecStart=/bin/sh -c 'docker run redis:7'\n"
    assert [server.facts.product for server in servers(text, "a.service")] == ["ollama", "redis"]


def test_the_text_of_a_shell_is_read_once():
    assert len(servers(b"sh -c 'mlflow server --host h'\n", "run.sh")) == 1


def test_containers_are_counted_by_their_names():
    text = b"docker run hello-world\ndocker run a\ndocker run --name a b\n"
    assert [item.id for item in items(text, "run.sh") if isinstance(item, Asset)] == [
        "workload/run.sh/docker.hello-world",
        "workload/run.sh/docker.a",
        "workload/run.sh/docker.a~2",
    ]


def test_wrappers_before_an_engine_are_taken_off():
    text = b"[Service]\nExecStart=/usr/bin/env A=b docker run x\nExecStart=/usr/bin/numactl -N 0 podman run y\n"
    assert [item.id.rpartition("/")[2] for item in items(text, "a.service")] == ["docker.x", "podman.y"]


@pytest.mark.parametrize("folder", ["lib/systemd/system", "usr/lib/systemd/system", "a/usr/lib/systemd/system"])
def test_units_of_packages_find_their_environment_below_the_same_root(folder):
    root = "a/" if folder.startswith("a/") else ""
    unit = b"[Service]\nEnvironmentFile=-/etc/default/munge\nExecStart=/usr/sbin/munged $OPTIONS\n"
    files = Files({f"{folder}/munge.service": unit, f"{root}etc/default/munge": b'OPTIONS="--force"\n'})
    assert [
        item.facts.options
        for path in (f"{folder}/munge.service",)
        for item in unit_of(files.members[path], path, files)
        if isinstance(item, Asset) and isinstance(item.facts, Server)
    ] == [{"force": "true"}]
