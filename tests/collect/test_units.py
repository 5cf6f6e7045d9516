"""Units of systemd that start servers."""

from __future__ import annotations

import pytest
from tests.collect.looking import gaps, items, servers

from holdfast.collect.together import Files
from holdfast.collect.units import units
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.server import Server

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


def test_a_unit_may_start_a_container():
    text = b"[Service]\nExecStart=/usr/bin/docker run --name %n ollama/ollama:0.1.30\nExecStart=/bin/sh -c 'docker run redis:7'\n"
    assert [server.facts.product for server in servers(text, "a.service")] == ["ollama", "redis"]


def test_wrappers_before_an_engine_are_taken_off():
    text = b"[Service]\nExecStart=/usr/bin/env A=b docker run x\nExecStart=/usr/bin/numactl -N 0 podman run y\n"
    assert [item.id.rpartition("/")[2] for item in items(text, "a.service")] == ["docker.x", "podman.y"]


@pytest.mark.parametrize("folder", ["lib/systemd/system", "usr/lib/systemd/system", "a/usr/lib/systemd/system"])
def test_units_of_packages_find_their_environment_below_the_same_root(folder):
    root = "a/" if folder.startswith("a/") else ""
    unit = b"[Service]\nEnvironmentFile=-/etc/default/munge\nExecStart=/usr/sbin/munged $OPTIONS\n"
    files = Files({f"{folder}/munge.service": unit, f"{root}etc/default/munge": b'OPTIONS="--force"\n'})
    found = [item.facts for item in units(files) if isinstance(item, Asset)]
    assert [facts.options for facts in found if isinstance(facts, Server)] == [{"force": "true"}]


def test_a_variable_decides_facts_where_it_is_written():
    text = """\
[Service]
Environment="VLLM_API_KEY=sk-abcdef1234567890abcdef12" A=b
Environment=VLLM_API_KEY=sk-abcdef1234567890abcdef13
Environment=VLLM_SERVER_DEV_MODE=1 HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyzABCDEFGH
ExecStart=/opt/vllm serve m --host 0.0.0.0
"""
    (asset,) = servers(text, "vllm.service")
    lines = {fact: spot.line for fact, spot in asset.spots.items()}
    assert lines == {
        "": 5, "secret_in_env": 3, "weak_secret": 3, "auth": 3,
        'env["VLLM_API_KEY"]': 3, 'env["VLLM_SERVER_DEV_MODE"]': 4, 'env["HF_TOKEN"]': 4,
    }  # fmt: skip


def test_a_variable_that_a_flag_overrides_decides_nothing():
    (asset,) = servers(
        "[Service]\nEnvironment=LLAMA_ARG_HOST=0.0.0.0\nExecStart=/usr/bin/llama-server --host 127.0.0.1\n", "a.service"
    )
    assert (asset.spot("host").line, asset.spot("loopback").line, asset.facts.loopback) == (3, 3, True)


def test_the_variables_of_a_unit_are_not_those_of_the_container_that_it_starts():
    text = "[Service]\nEnvironment=OLLAMA_HOST=127.0.0.1\nExecStart=/usr/bin/docker run -e OLLAMA_HOST=0.0.0.0 ollama/ollama:0.1.30\n"
    (asset,) = servers(text, "a.service")
    assert (asset.facts.host, list(asset.spots)) == ("0.0.0.0", [""])
