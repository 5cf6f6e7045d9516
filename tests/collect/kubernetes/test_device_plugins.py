"""The device plugin's configurations, wherever they stand."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.collect.kubernetes.reading import read

from holdfast.collect.documents import read_documents
from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.kinds.device_plugin import DevicePlugin
from holdfast.kinds.kernel import Kernel

SLICED = "version: v1\nsharing:\n  timeSlicing:\n    resources:\n    - {name: nvidia.com/gpu, replicas: 4}\n"


def config_map(**texts: str) -> str:
    data = "".join(f"  {key}: |-\n{textwrap.indent(text.rstrip(), '    ')}\n" for key, text in texts.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: plugin, namespace: gpu-operator}}\ndata:\n{data}"


def the(text: str):
    (asset,) = read(config_map(any=text))
    (config,) = asset.facts.configs
    return config


def shapes(text: str, path: str = "values.yaml") -> list[Asset]:
    found = [item for item in read_documents(text.encode(), path) if isinstance(item, Asset)]
    return [item for item in found if isinstance(item.facts, DevicePlugin)]


def test_a_config_map_with_several_configurations():
    (asset,) = read(config_map(readme="sharing is good", whole="flags: {migStrategy: mixed}\n", shared=SLICED))
    assert (asset.facts.name, asset.facts.namespace, asset.facts.tenants) == ("plugin", "gpu-operator", UNSET)
    whole, shared = asset.facts.configs
    assert (whole.name, whole.sharing, whole.replicas, whole.mig_strategy) == ("whole", None, 1, "mixed")
    assert (whole.renamed, whole.single_requests, whole.shared_resources) == (None, None, [])
    assert (shared.name, shared.sharing, shared.replicas) == ("shared", "timeSlicing", 4)
    assert (shared.renamed, shared.single_requests, shared.shared_resources) == (False, False, ["nvidia.com/gpu"])
    assert (shared.mig_strategy, shared.device_list_strategies, shared.imex_channels) == (None, [], [])


def test_facts_stand_at_their_line():
    (asset,) = read(config_map(whole="flags: {migStrategy: mixed}\n", shared=SLICED))
    assert asset.spot("configs[0].mig_strategy").line == 6
    assert asset.spot("configs[1].sharing")[:3] == (10, 1, "/data/shared")
    assert asset.spot("configs[1].single_requests").line == 8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sharing: {mps: {resources: [{name: a, replicas: 2}]}}", ("mps", 2, False, True)),
        ("sharing: {mps: {failRequestsGreaterThanOne: false, resources: [{name: a, replicas: 2}]}}", ("mps", 2, False, False)),
        ("sharing: {timeSlicing: {renameByDefault: true, failRequestsGreaterThanOne: true, resources: [{name: a, replicas: 2}]}}", ("timeSlicing", 2, True, True)),
        ("sharing: {timeSlicing: {resources: [{name: a, replicas: 1}]}}", (None, 1, None, None)),
        ("sharing: {timeSlicing: {resources: []}}", (None, 1, None, None)),
        ("sharing: {timeSlicing: {resources: [{name: a, replicas: 3}]}, mps: {resources: [{name: a, replicas: 2}]}}", ("mps", 2, False, True)),
        ("sharing: {timeSlicing: {resources: [{name: a, replicas: '{{ n }}'}]}}", (UNSET, UNSET, False, False)),
        ("sharing: {timeSlicing: {resources: [{name: a, replicas: 2}, {name: b, replicas: '{{ n }}'}]}}", ("timeSlicing", UNSET, False, False)),
        ("sharing: {timeSlicing: '{{ s }}'}", (UNSET, UNSET, UNSET, UNSET)),
        ("flags: {migStrategy: none}\nsharing: '{{ s }}'", (UNSET, UNSET, UNSET, UNSET)),
    ],
)  # fmt: skip
def test_sharing(text, expected):
    found = the(text)
    assert (found.sharing, found.replicas, found.renamed, found.single_requests) == expected


@pytest.mark.parametrize(
    ("text", "strategies", "channels"),
    [
        ("flags: {plugin: {deviceListStrategy: envvar}}", ["envvar"], []),
        ("flags: {plugin: {deviceListStrategy: 'cdi-cri, volume-mounts'}}", ["cdi-cri", "volume-mounts"], []),
        ("flags: {plugin: {deviceListStrategy: [cdi-cri]}}\nimex: {channelIDs: [0]}", ["cdi-cri"], ["0"]),
        ("flags: {plugin: {deviceListStrategy: '{{ s }}'}}\nimex: '{{ i }}'", UNSET, UNSET),
        ("flags: '{{ f }}'\nimex: {channelIDs: []}", UNSET, []),
        ("flags: {plugin: '{{ p }}'}\nimex: {}", UNSET, []),
    ],
)  # fmt: skip
def test_flags(text, strategies, channels):
    found = the(text)
    assert (found.device_list_strategies, found.imex_channels) == (strategies, channels)


@pytest.mark.parametrize(
    "data",
    [
        "{a: '{sharing'}", "{a: 'version: v2\n\n  sharing: {mps: {}}'}", "{a: 'sharing: {people: 3}'}", "text", "{}", "[sharing]",
        "{a: [sharing], b: 3}", "{a: 'sharing'}", "{a: '{sharing: {mps: {}}, other: 1}'}",
    ],
)  # fmt: skip
def test_other_config_maps_are_none(data):
    assert read(f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {data}}}") == []
    assert read("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}") == []


@pytest.mark.parametrize(
    ("head", "path"),
    [
        ("config:\n  map:\n    default: |-\n", ["default"]),
        ("devicePlugin:\n  config:\n    data:\n      x: |-\n", ["x"]),
    ],
)
def test_values_of_charts(head, path):
    (asset,) = shapes(head + textwrap.indent(SLICED, "        "))
    assert [config.name for config in asset.facts.configs] == path
    assert (asset.id, asset.source, asset.facts.name) == ("device_plugin/values.yaml", "config", None)
    assert asset.spot("configs[0].sharing").line == head.count("\n") + 3


def test_a_file_of_its_own():
    (asset,) = shapes(SLICED, "config.yaml")
    assert (asset.facts.configs[0].name, asset.facts.configs[0].sharing) == (None, "timeSlicing")
    assert asset.spot("configs[0].sharing")[:2] == (3, 3)


def test_values_that_hold_none():
    assert shapes("config:\n  map: {}\nsharing: {timeSlicing: 1}\n") == []
    assert shapes("config: sharing\ndata_sharing: 1\n") == []


def test_parameters_of_the_driver():
    text = "# c\nNVreg_RestrictProfilingToAdminUsers=0\n NVreg_DeviceFileMode = 0666 \nother\n"
    (asset,) = read(config_map(**{"nvidia.conf": text, "nvidia-uvm.conf": "uvm_x=1", "other.conf": "NVreg_A=1"}))
    assert isinstance(asset.facts, Kernel)
    assert asset.facts.module_options == {
        "nvidia.NVreg_RestrictProfilingToAdminUsers": "0",
        "nvidia.NVreg_DeviceFileMode": "0666",
    }
    assert (asset.facts.name, asset.partial, asset.facts.sysctl) == ("plugin", True, UNSET)
    assert asset.spot('module_options["nvidia.NVreg_DeviceFileMode"]')[:3] == (8, 1, "/data/nvidia.conf")


def test_both_in_one_config_map():
    found = read(config_map(**{"nvidia.conf": "NVreg_A=1\nNVreg_B=2", "any": SLICED}))
    assert [type(asset.facts) for asset in found] == [DevicePlugin, Kernel]


SCALARS = st.sampled_from(["version", "v1", "sharing", "timeSlicing", "mps", "resources", "replicas", "name", "flags",
                           "plugin", "deviceListStrategy", "imex", "channelIDs", 2, True, None, "{{ x }}"])  # fmt: skip
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS.map(str), inner, max_size=4)
)


@given(TREES, st.text(max_size=40))
def test_whatever_stands_in_a_config_map_is_read_or_left_alone(tree, text):
    import json

    body = json.dumps({"sharing": tree})
    for value in (body, text, f"sharing: {text}"):
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": value}}
        read(json.dumps(document))
        list(read_documents(value.encode("utf-8", "replace"), "config.yaml"))
