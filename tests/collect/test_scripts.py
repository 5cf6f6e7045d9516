"""Shell scripts that start servers."""

from __future__ import annotations

from tests.collect.looking import gaps, items, servers

from holdfast.core.asset import Asset, Edge, Spot


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


def test_containers_that_commands_start_are_workloads_with_their_servers():
    text = b"sudo docker run --privileged -p 80:8000 vllm/vllm-openai:v0.6.0 --model m\nbash -c 'podman run x:1'\ndocker ps\n"
    found = [item for item in items(text, "run.sh") if isinstance(item, Asset)]
    assert [(asset.id, asset.source, asset.spot("").line) for asset in found] == [
        ("workload/run.sh/docker.vllm-openai", "script", 1),
        ("server/run.sh/docker.vllm-openai.vllm-openai.vllm", "script", 1),
        ("workload/run.sh/podman.x", "script", 2),
    ]


def test_the_text_of_a_shell_is_read_once():
    assert len(servers(b"sh -c 'mlflow server --host h'\n", "run.sh")) == 1


def test_containers_are_counted_by_their_names():
    text = b"docker run hello-world\ndocker run a\ndocker run --name a b\n"
    assert [item.id for item in items(text, "run.sh") if isinstance(item, Asset)] == [
        "workload/run.sh/docker.hello-world",
        "workload/run.sh/docker.a",
        "workload/run.sh/docker.a~2",
    ]
