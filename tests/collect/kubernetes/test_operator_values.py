"""Values of the GPU operator's chart."""

from __future__ import annotations

from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.collect.kubernetes.reading import read

from holdfast.collect.documents import read_documents
from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.kinds.gpu_operator import GpuOperator
from holdfast.kinds.workload import Workload

VALUES = """\
driver:
  version: 535.104.05
toolkit:
  env:
  - {name: ACCEPT_NVIDIA_VISIBLE_DEVICES_ENVVAR_WHEN_UNPRIVILEGED, value: "false"}
cdi: {enabled: false}
"""


def found(text: str) -> list[Asset]:
    items = [item for item in read_documents(text.encode(), "values.yaml") if isinstance(item, Asset)]
    return [item for item in items if isinstance(item.facts, GpuOperator)]


@pytest.mark.parametrize(("text", "line"), [(VALUES, 2), ("gpu-operator:\n" + VALUES.replace("\n", "\n  ").join(["  ", ""]), 3)])  # fmt: skip
def test_what_values_say(text, line):
    (asset,) = found(text)
    facts = asset.facts
    assert (asset.id, asset.source, asset.partial, facts.name) == ("gpu_operator/values.yaml", "config", True, "values")
    assert (facts.cdi_enabled, facts.envvar_devices_unprivileged) == (False, False)
    assert (facts.volume_mount_devices, facts.mig_strategy, facts.confidential_mode) == (UNSET, UNSET, UNSET)
    assert facts.components[0].version == "535.104.05"
    assert asset.spot("components[0].version").line == line


@pytest.mark.parametrize(
    "text",
    ["toolkit: {a: 1}\n", "toolkit: x\ndriver: y\n", "driver: {a: 1}\ndevicePlugin: {b: 1}\n# toolkit:\n", "kind: A\ntoolkit: {}\ndriver: {}\n", "gpu-operator: toolkit:x\n"],
)  # fmt: skip
def test_other_documents(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'driver: {version: "535.104.05"}\n',
        "driver: {version: 580.65.06-ubuntu22.04, repository: nvcr.io/nvidia}\n",
        "driver: {usePrecompiled: true}\n",
        "gpu-operator: {cdi: {enabled: false}, driver: {enabled: false}}\n",
        "gpu-operator: {cdi: {enabled: false}}\n",
        "dcgmExporter: {service: {type: LoadBalancer}}\n",
    ],
)
def test_one_operand_may_be_enough(text):
    (asset,) = found(text)
    assert asset.partial


@pytest.mark.parametrize(
    "text",
    [
        "driver: {version: '1.2'}\n",
        "driver: {version: '535.104.05', jdbc: x}\n",
        "driver: local\n",
        "driver: {name: x}\n",
        "dcgmExporter: {a: b}\n",
        "gpu-operator: {enabled: true}\n",
    ],
)
def test_a_word_that_others_use_is_not_enough(text):
    assert found(text) == []


def test_the_service_in_front_of_the_metrics():
    (asset,) = found("dcgmExporter: {service: {type: LoadBalancer}}\n")
    assert (asset.facts.exporter_service, asset.spot("exporter_service").line) == ("LoadBalancer", 1)
    (asset,) = found(VALUES)
    assert asset.facts.exporter_service is UNSET


FLUX = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: gpus}\nspec:\n"
ARGO = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: gpus}\nspec:\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FLUX + "  chart: {spec: {chart: gpu-operator}}\n  values:\n" + indent(VALUES, "    "), 8),
        (ARGO + "  source:\n    chart: gpu-operator\n    helm:\n      valuesObject:\n" + indent(VALUES, "        "), 10),
        (ARGO + "  sources:\n  - {repoURL: x}\n  - chart: gpu-operator\n    helm:\n      values: |\n" + indent(VALUES, "        "), 11),
    ],
)  # fmt: skip
def test_objects_that_install_the_chart(text, line):
    (asset,) = read(text)
    assert (asset.partial, asset.facts.name, asset.facts.cdi_enabled, asset.facts.data_class) == (
        True,
        "gpus",
        False,
        UNSET,
    )
    assert asset.facts.components[0].version == "535.104.05"
    assert asset.spot("components[0].version").line == line


@pytest.mark.parametrize("values", ["values: '['", "values: text", "values: 3", "parameters: []"])
def test_values_that_say_nothing(values):
    (asset,) = read(ARGO + f"  source: {{chart: gpu-operator, helm: {{{values}}}}}\n")
    assert (asset.facts.components, asset.facts.cdi_enabled) == (UNSET, UNSET)


def test_other_charts_are_searched_for_pods():
    pod = "{spec: {template: {spec: {containers: [{name: a, image: 'x:1'}]}}}}"
    for text in (
        FLUX + f"  chart: {{spec: {{chart: other}}}}\n  values: {pod}\n",
        ARGO + f"  source: {{chart: other, helm: {{valuesObject: {pod}}}}}\n",
        ARGO + f"  sources: text\n  other: {pod}\n",
    ):
        assert [type(asset.facts) for asset in read(text)] in ([Workload], [])


KEYS = st.sampled_from(
    ["driver", "toolkit", "cdi", "env", "name", "value", "config", "enabled", "version", "gpu-operator"]
)
TREES = st.recursive(KEYS | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))  # fmt: skip


@given(TREES)
def test_whatever_stands_in_values_is_read_or_left_alone(tree):
    import json

    body = json.dumps(tree)
    list(read_documents(f"toolkit: {body}\ndriver: {body}\n".encode(), "values.yaml"))
    read(FLUX + f"  chart: {{spec: {{chart: gpu-operator}}}}\n  values: {body}\n")
    read(ARGO + f"  source: {{chart: gpu-operator, helm: {{values: {json.dumps(body)}}}}}\n")
