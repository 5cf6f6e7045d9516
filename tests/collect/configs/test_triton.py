"""Models of Triton's repository, and what its vLLM backend is told."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, items, server, servers

from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET
from holdfast.kinds.served_model import ServedModel

WHOLE = """\
name: "rerank"
backend: "python"
max_batch_size: 8
version_policy: { specific: { versions: [ 1, 3 ] } }
instance_group [ { kind: KIND_GPU count: 2 }, { kind: KIND_CPU } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
parameters: [ { key: "API_KEY", value: { string_value: "a1b2c3d4e5f6" } } ]
dynamic_batching { default_queue_policy { max_queue_size: 64 } }
model_operations { op_library_filename: [ "a.so", "b.so" ] }
model_repository_agents { agents [ { name: "checksum" } ] }
"""


def model(root, text, path="models/folder/config.pbtxt") -> Asset:
    (found,) = (item for item in items(root, {path: text}) if isinstance(item, Asset))
    assert isinstance(found.facts, ServedModel)
    return found


def test_a_whole_model(tmp_path):
    found = model(tmp_path, WHOLE)
    facts = found.facts
    assert (facts.name, facts.server, facts.backend, facts.runs_code) == ("rerank", "triton", "python", True)
    assert (facts.environment, facts.environment_within) == ("$$TRITON_MODEL_DIRECTORY/env.tar.gz", True)
    assert (facts.versions, facts.devices, facts.agents) == ("specific", ["cpu", "gpu"], ["checksum"])
    assert (facts.libraries, facts.batches_requests, facts.queue_limit) == (["a.so", "b.so"], True, 64)
    assert [each.name for each in facts.secrets] == ["API_KEY"]
    assert found.spots["secrets[0]"] == Spot(7, 1)
    assert (found.spots["environment"].line, found.spots["queue_limit"].line, found.spots["libraries"].line) == (
        6,
        8,
        9,
    )


def test_what_is_left_out_is_as_triton_has_it(tmp_path):
    facts = model(tmp_path, 'platform: "tensorrt_plan"\n').facts
    assert (facts.name, facts.backend, facts.runs_code) == ("folder", "tensorrt", False)
    assert (facts.versions, facts.devices, facts.agents, facts.libraries) == ("latest", ["auto"], [], [])
    assert (facts.environment, facts.environment_within) == (None, None)
    assert (facts.batches_requests, facts.queue_limit, facts.secrets) == (False, None, [])


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("max_batch_size: 1", {"backend": None, "runs_code": UNSET}),
        ('platform: "ensemble"', {"backend": "ensemble", "runs_code": False}),
        ("dynamic_batching { }", {"queue_limit": 0, "batches_requests": True}),
        ("dynamic_batching { default_queue_policy { max_queue_size: many } }", {"queue_limit": UNSET}),
        ('parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/../e" } }', {"environment_within": False}),
        ('parameters { key: "EXECUTION_ENV_PATH" value { } }', {"environment": None}),
        ('parameters: "x"\nmodel_repository_agents { agents: "x" }\ninstance_group: "x"', {"secrets": [], "agents": [], "devices": ["auto"]}),
    ],
)  # fmt: skip
def test_facts(tmp_path, text, facts):
    found = model(tmp_path, text).facts
    assert {name: getattr(found, name) for name in facts} == facts


def test_a_folder_of_no_name(tmp_path):
    assert model(tmp_path, "max_batch_size: 1", "config.pbtxt").facts.name == tmp_path.name


def test_templates_and_broken_files_are_told(tmp_path):
    files = {
        "a/config.pbtxt": "name: 'a'\nmax_batch_size: {{ size }}\n",
        "c/config.pbtxt": "name: 'a'\n${more_of_it}\nx y\n",
        "b/config.pbtxt": "name 'b'\n",
        "d/config.pbtxt": "# nothing\n",
    }
    assert gaps(tmp_path, files) == [
        ("a/config.pbtxt", "template", 2),
        ("b/config.pbtxt", "unreadable", 1),
        ("c/config.pbtxt", "template", 2),
    ]


def test_findings_point_at_what_decides(tmp_path):
    text = 'backend: "python"\nparameters { key: "EXECUTION_ENV_PATH" value { string_value: "/tmp/e.tar.gz" } }\n'
    assert findings(tmp_path, {"m/config.pbtxt": text}) == [
        ("model-environment-open-to-others", "fail", 2),
        ("model-environment-outside-its-folder", "fail", 2),
    ]


def test_arguments_of_the_vllm_backend(tmp_path):
    text = '{"model": "a/b", "gpu_memory_utilization": 0.9,\n "trust_remote_code": true}\n'
    facts = server(tmp_path, {"m/1/model.json": text})
    assert (facts.product, facts.trust_remote_code, facts.options["model"]) == ("vllm", True, "a/b")
    assert (facts.loopback, facts.auth) == (UNSET, UNSET)
    assert ("server-trusts-remote-code", "fail", 2) in findings(tmp_path, {"m/1/model.json": text})


@pytest.mark.parametrize("text", ['{"model": {"a": 1}}', '{"model": 1, "max_model_len": 2}', '{"model": "max_model_len"}', '{"model": "trust_remote_code'])  # fmt: skip
def test_other_documents_of_that_name(tmp_path, text):
    assert servers(tmp_path, {"model.json": text}) == []


def test_what_a_script_fills_in_is_open_and_the_rest_is_read(tmp_path):
    text = """\
    name: "${model_name}"
    backend: "python"
    max_batch_size: ${triton_max_batch_size}
    instance_group [ { count: ${count} kind: ${kind} } ]
    parameters { key: "EXECUTION_ENV_PATH" value: { string_value: "/tmp/env.tar.gz" } }
    parameters { key: "HF_TOKEN" value: { string_value: "hf_a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6" } }
    parameters { key: "api_key" value: { string_value: "${key}" } }
    """
    found = findings(tmp_path, {"m/config.pbtxt": text})
    assert {
        ("model-configuration-holds-credential", "fail", 6),
        ("model-environment-open-to-others", "fail", 5),
    } <= set(found)
    (asset,) = [each for each in items(tmp_path, {}) if isinstance(each, Asset)]
    assert (asset.facts.name, asset.facts.devices, [each.name for each in asset.facts.secrets]) == (
        "m",
        UNSET,
        ["HF_TOKEN"],
    )
    text = 'backend: "${b}"\nparameters { key: "EXECUTION_ENV_PATH" value: { string_value: "${e}" } }\n'
    assert ("model-environment-open-to-others", "unknown", 2) in findings(tmp_path, {"m/config.pbtxt": text})
