"""Development containers as workloads: properties, features and the arguments of `docker run`."""

from __future__ import annotations

import json

import pytest
from tests.collect.looking import gaps, one

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET, Secret
from holdfast.kinds.workload import EnvVar, Mount, Port, Volume

PATH = ".devcontainer/devcontainer.json"


def read(document: dict[str, object]):
    return one(json.dumps(document), PATH)


def test_a_bare_container_has_the_engines_defaults():
    asset = one('{\n  // with a comment\n  "image": "r.io/a:1",\n}', PATH)
    facts = asset.facts
    assert (asset.id, asset.source) == (f"workload/{PATH}/devcontainer", "devcontainer")
    assert (facts.name, facts.controller, facts.api_group, facts.namespace) == (
        "devcontainer",
        "devcontainer",
        None,
        None,
    )
    assert (facts.host_network, facts.host_pid, facts.host_ipc, facts.host_users) == (False, False, False, UNSET)
    (found,) = facts.containers
    assert (found.image, found.registry, found.repository, found.tag) == ("r.io/a:1", "r.io", "a", "1")
    assert (found.privileged, found.allow_privilege_escalation, found.run_as_user) == (False, True, None)
    assert (found.env, found.ports, found.mounts, found.devices, found.gpu_count) == ([], [], [], [], 0)
    assert asset.spot("containers[0].tag") == Spot(3, 3, "/image")


@pytest.mark.parametrize(
    ("document", "fact", "value", "pointer"),
    [
        ({"privileged": True}, "privileged", True, "/privileged"),
        ({"privileged": "yes"}, "privileged", False, ""),
        ({"runArgs": ["--privileged"]}, "privileged", True, "/runArgs/0"),
        ({"runArgs": ["--privileged=false"]}, "privileged", False, "/runArgs/0"),
        ({"features": {"ghcr.io/devcontainers/features/docker-in-docker:2": {}}}, "privileged", True,
         "/features/ghcr.io~1devcontainers~1features~1docker-in-docker:2"),
        ({"features": {"ghcr.io/devcontainers/features/node:1": {}}}, "privileged", False, ""),
        ({"features": 5}, "privileged", False, ""),
        ({"image": "${localEnv:IMAGE}"}, "image", UNSET, "/image"),
        ({"image": "${localEnv:IMAGE}"}, "tag", UNSET, "/image"),
        ({"build": {"dockerfile": "Dockerfile"}}, "image", None, ""),
        ({"capAdd": ["SYS_PTRACE"], "runArgs": ["--cap-add=cap_sys_admin"]}, "capabilities_added", ["SYS_PTRACE", "SYS_ADMIN"],
         "/runArgs/0"),
        ({"capAdd": "ALL"}, "capabilities_added", [], ""),
        ({"runArgs": ["--cap-drop", "ALL"]}, "capabilities_dropped", ["ALL"], "/runArgs/0"),
        ({"securityOpt": ["seccomp=unconfined"]}, "seccomp", "Unconfined", "/securityOpt"),
        ({"runArgs": ["--security-opt", "apparmor=unconfined"]}, "apparmor", "Unconfined", ""),
        ({"securityOpt": ["no-new-privileges"]}, "allow_privilege_escalation", False, ""),
        ({"runArgs": ["--read-only"]}, "read_only_root", True, ""),
        ({"containerUser": "root"}, "run_as_user", 0, "/containerUser"),
        ({"containerUser": "vscode"}, "run_as_user", UNSET, "/containerUser"),
        ({"containerUser": "root", "runArgs": ["-u", "1000:1000"]}, "run_as_user", 1000, "/runArgs/0"),
        ({"runArgs": ["--device", "/dev/kfd:/dev/kfd"]}, "devices", ["/dev/kfd"], "/runArgs/0"),
        ({"runArgs": ["--memory", "2g"]}, "memory_limit_bytes", 2 << 30, "/runArgs/0"),
        ({"runArgs": ["-m=2x"]}, "memory_limit_bytes", UNSET, "/runArgs/0"),
        ({"runArgs": ["--env-file", "x"]}, "env_from", ["x"], "/runArgs/0"),
        ({"runArgs": ["--gpus", "all"]}, "gpu_count", -1, "/runArgs/0"),
        ({"runArgs": ["--gpus=2"]}, "gpu_count", 2, "/runArgs/0"),
        ({"runArgs": ["--gpus", '"device=0,1"']}, "gpu_count", 2, "/runArgs/0"),
        ({"runArgs": ["--gpus", "count=3"]}, "gpu_count", 3, "/runArgs/0"),
        ({"runArgs": ["--gpus", "${localEnv:G}"]}, "gpu_count", UNSET, "/runArgs/0"),
        ({"hostRequirements": {"gpu": "optional"}}, "gpu_count", -1, "/hostRequirements/gpu"),
        ({"hostRequirements": {"gpu": False}}, "gpu_count", 0, ""),
        ({"runArgs": ["--gpus"]}, "gpu_count", UNSET, "/runArgs/0"),
        ({"runArgs": [5, "--privileged"]}, "privileged", True, "/runArgs/1"),
        ({"runArgs": ["--env", "--privileged"]}, "privileged", False, ""),
        ({"runArgs": "--privileged"}, "privileged", False, ""),
    ],
)  # fmt: skip
def test_a_property_or_argument_is_a_fact_with_its_place(document, fact, value, pointer):
    asset = read(document)
    assert getattr(asset.facts.containers[0], fact) == value
    assert asset.spot(f"containers[0].{fact}").pointer == pointer


@pytest.mark.parametrize(
    ("arguments", "fact", "value"),
    [
        (["--network", "host"], "host_network", True), (["--net=host"], "host_network", True), (["--pid=host"], "host_pid", True),
        (["--ipc", "host"], "host_ipc", True), (["--ipc", "private"], "host_ipc", False), (["--userns=host"], "host_users", True),
        (["--runtime", "nvidia"], "runtime_class", "nvidia"),
    ],
)  # fmt: skip
def test_arguments_that_share_the_host(arguments, fact, value):
    asset = read({"runArgs": arguments})
    assert getattr(asset.facts, fact) == value
    assert asset.spot(fact).pointer == "/runArgs/0"


def test_the_environment_comes_from_both():
    asset = read(
        {"containerEnv": {"A": "a", "B": "${localEnv:B}", "C": 5}, "runArgs": ["-e", "D=d", "--env=E", "-e", "F=${x}"]}
    )
    assert asset.facts.containers[0].env == [
        EnvVar("A", Secret("a"), "literal"), EnvVar("B", None, "host"), EnvVar("D", Secret("d"), "literal"),
        EnvVar("F", None, "host"), EnvVar("E", None, "host"),
    ]  # fmt: skip
    assert asset.spot("containers[0].env[1].value").pointer == "/containerEnv/B"
    assert asset.spot("containers[0].env[4].value").pointer == "/runArgs/2"


def test_numbers_of_appport_are_bound_to_the_loopback_address():
    asset = read({"appPort": [3000, "8921:5000"], "runArgs": ["-p", "127.0.0.1:1:2"]})
    assert asset.facts.containers[0].ports == [
        Port(3000, 3000, "127.0.0.1", "TCP"), Port(5000, 8921, "0.0.0.0", "TCP"), Port(2, 1, "127.0.0.1", "TCP"),
    ]  # fmt: skip
    assert asset.spot("containers[0].ports[1]").pointer == "/appPort/1"
    assert read({"appPort": 80}).spot("containers[0].ports[0]").pointer == "/appPort"


@pytest.mark.parametrize(
    ("document", "expected", "pointer"),
    [
        ({"mounts": ["type=bind,source=//srv/,target=/b,readonly"]}, ("bind", "//srv/", "/srv", "/b", True), "/mounts/0"),
        ({"mounts": [{"type": "volume", "source": "a", "target": "/b"}]}, ("volume", "a", None, "/b", False), "/mounts/0"),
        ({"mounts": ["src=a,dst=/b"]}, ("volume", "a", None, "/b", False), "/mounts/0"),
        ({"workspaceMount": "source=${localWorkspaceFolder},target=/w,type=bind"},
         ("bind", "${localWorkspaceFolder}", UNSET, "/w", False), "/workspaceMount"),
        ({"runArgs": ["-v", "/a=b:/c:z,ro"]}, ("bind", "/a=b", "/a=b", "/c", True), "/runArgs/0"),
        ({"runArgs": ["--volume", "name:/c"]}, ("volume", "name", None, "/c", False), "/runArgs/0"),
        ({"runArgs": ["-v", "${localEnv:HOME}/x:/c"]}, ("bind", "${localEnv:HOME}/x", UNSET, "/c", False), "/runArgs/0"),
        ({"runArgs": ["-v", "/c"]}, ("volume", "", None, "/c", False), "/runArgs/0"),
        ({"runArgs": ["-v", ""]}, ("volume", "", None, "", False), "/runArgs/0"),
        ({"runArgs": ["--mount", "type=bind,source=/,destination=/h,ro=true"]}, ("bind", "/", "/", "/h", True), "/runArgs/0"),
        ({"features": {"ghcr.io/devcontainers/features/docker-outside-of-docker:1": {}}},
         ("bind", "/var/run/docker.sock", "/var/run/docker.sock", "/var/run/docker-host.sock", False),
         "/features/ghcr.io~1devcontainers~1features~1docker-outside-of-docker:1"),
    ],
)  # fmt: skip
def test_mounts_are_read_in_every_form(document, expected, pointer):
    type_, source, host, target, read_only = expected
    asset = read(document)
    assert asset.facts.volumes == [Volume(source, type_, host, not read_only, None, None)]
    assert asset.facts.containers[0].mounts == [Mount(source, target, host, read_only)]
    assert asset.spot("volumes[0]").pointer == asset.spot("containers[0].mounts[0]").pointer == pointer


def test_a_compose_service_decides_the_rest():
    asset = read({"name": "x", "dockerComposeFile": "c.yml", "service": "s", "privileged": True})
    (found,) = asset.facts.containers
    assert (asset.facts.name, found.privileged, found.image, asset.facts.host_network) == ("x", True, UNSET, UNSET)


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', "{'a': 1}"])
def test_what_is_no_development_container_is_a_gap(text):
    found = gaps(text or "\n// nothing", PATH)
    assert [(gap.path, gap.kind) for gap in found] == [(PATH, "unreadable")]
