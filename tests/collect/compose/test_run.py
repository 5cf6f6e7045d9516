"""`docker run` as a workload."""

from __future__ import annotations

import shlex
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.collect.compose.run import container, started
from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET
from holdfast.kinds.workload import Container, Workload


def run(command: str) -> tuple[Workload, Container]:
    asset = container(shlex.split(command), "x.sh", "script", Spot(3, 5), Counter())
    assert asset is not None
    assert set(asset.spots.values()) == {Spot(3, 5)}
    assert isinstance(asset.facts, Workload)
    assert isinstance(asset.facts.containers, list)
    return asset.facts, asset.facts.containers[0]


def test_options_become_the_facts_of_a_workload():
    facts, first = run(
        "docker run --gpus 2 -dit --privileged --name llm -p 127.0.0.1:80:8000 -p81:81 -e A=b -eC -u 0 --pid=host"
        " --ipc host --net host -v /:/host:ro --mount type=bind,src=/a,dst=/b,readonly --cap-add SYS_ADMIN"
        " --device /dev/nvidia0 --security-opt seccomp=unconfined -m 4g --read-only --env-file e --health-cmd x"
        " vllm/vllm-openai:v1 --model m"
    )
    assert (facts.name, facts.controller) == ("llm", "docker")
    assert (facts.host_pid, facts.host_ipc, facts.host_network) == (True, True, True)
    assert (first.image, first.argv) == ("vllm/vllm-openai:v1", ["--model", "m"])
    assert (first.entrypoint_replaced, first.privileged, first.gpu_count) == (False, True, 2)
    assert [(port.host_ip, port.host_port) for port in first.ports] == [("127.0.0.1", 80), ("0.0.0.0", 81)]
    assert [(each.name, each.origin) for each in first.env] == [("A", "literal"), ("C", "host")]
    assert [(each.host_path, each.read_only) for each in first.mounts] == [("/", True), ("/a", True)]
    assert (first.capabilities_added, first.devices, first.seccomp) == (["SYS_ADMIN"], ["/dev/nvidia0"], "Unconfined")
    assert (first.memory_limit_bytes, first.read_only_root, first.run_as_user) == (4 << 30, True, 0)
    assert (first.env_from, first.liveness_probe) == (["e"], True)


@pytest.mark.parametrize(
    ("gpus", "count"),
    [("all", -1), ("2", 2), ("'\"device=0,1\"'", 2), ("device=0", 1), ("count=3,capabilities=gpu", 3), ("$N", UNSET)],
)
def test_gpus_are_counted(gpus, count):
    assert run(f"podman run --gpus {gpus} x:1")[1].gpu_count == count


@pytest.mark.parametrize(
    ("volume", "path"),
    [("$(pwd)/m:/m", "./m"), ("$PWD:/m", "."), ("${HOME}/x:/m", "~/x"), ("/a/../:/m", "/"), ("data:/m", None), ("$D:/m", UNSET)],
)  # fmt: skip
def test_folders_of_whoever_runs_it_are_relative(volume, path):
    assert run(f"nerdctl run -v '{volume}' x")[1].mounts[0].host_path == path


@pytest.mark.parametrize(
    "command",
    ["docker ps", "docker", "docker run", "docker run -it", "docker exec c vllm serve m", "podman --debug images", "run x", ""],
)  # fmt: skip
def test_other_commands_start_none(command):
    assert started(shlex.split(command)) is None
    assert container(shlex.split(command), "x.sh", "script", Spot(1, 1), Counter()) is None


@pytest.mark.parametrize(
    "command", ["docker container run x", "docker -H tcp://h run x", "/usr/bin/podman create -- x"]
)
def test_every_way_to_start_one_is_known(command):
    found = started(shlex.split(command))
    assert found is not None
    assert (found.image, found.whole) == ("x", True)


def test_options_that_nobody_has_seen_leave_the_rest_open():
    facts, first = run('docker run $OPTS --pid host "$@" $IMAGE')
    assert (facts.host_pid, facts.host_ipc, first.privileged, first.image) == (True, UNSET, UNSET, UNSET)
    assert run("docker run $IMAGE serve")[1].argv == ["serve"]


def test_a_name_comes_from_the_image_where_none_is_known():
    names = [
        run(f"docker run {words}")[0].name for words in ("--name %n a/b:1", "--name $N r:5000/c@sha256:0", "--name d e")
    ]
    assert names == ["b", "c", "d"]


@given(st.lists(st.text(max_size=12), max_size=12))
def test_no_words_break_it(words):
    container(["docker", "run", *words], "x.sh", "script", Spot(1, 1), Counter())


def test_an_unknown_switch_takes_no_option_and_an_empty_entrypoint_clears_the_images():
    assert run("podman run --passwd --privileged --gpus all i")[1].privileged is True
    facts, first = run("docker run --entrypoint '' -p 1:1 i vllm serve m")
    assert (first.argv, first.entrypoint_replaced, facts.name) == (["vllm", "serve", "m"], True, "i")


def test_only_a_variable_that_is_called_so_stands_for_the_image():
    facts, first = run("docker run -d $PORTS vllm/vllm-openai:v1 --model m")
    assert (first.image, first.argv, facts.host_pid) == ("vllm/vllm-openai:v1", ["--model", "m"], UNSET)
    assert run("docker run $APP_IMAGE --model m")[1].argv == ["--model", "m"]
