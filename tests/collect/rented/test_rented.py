"""Tasks, templates and commands that rent machines."""

from __future__ import annotations

import json
from datetime import date

import pytest
from msgspec import UNSET
from tests.collect.configs.on_disk import findings, write
from tests.collect.looking import items

from holdfast.app.check import Request, Sources, check
from holdfast.app.settings import Settings
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.ports import service_at, services_at
from holdfast.core.regions import law_of
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.instance import Instance
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Workload


def found(text: str, path: str, kind: type) -> list[Asset]:
    return [item for item in items(text, path) if isinstance(item, Asset) and isinstance(item.facts, kind)]


def machine(text: str, path: str = "task.yaml") -> Instance:
    (asset,) = found(text, path, Instance)
    assert isinstance(asset.facts, Instance)
    return asset.facts


def container(text: str, path: str = "task.yaml"):
    (asset,) = found(text, path, Workload)
    return asset.facts.containers[0]


SKY = """\
name: train
resources:
  infra: aws/eu-west-1/eu-west-1a
  accelerators: H100:8
  image_id: docker:nvcr.io/nvidia/pytorch:24.01-py3
  ports: [8888, 10000-10010]
  use_spot: true
  labels: {data-class: Restricted, residency: EU}
envs:
  WANDB_API_KEY: abc
  FROM_SHELL: null
secrets:
  HF_TOKEN: hf_x
run: |
  vllm serve model --host 0.0.0.0
"""


def test_a_task_of_skypilot():
    facts = machine(SKY)
    assert (facts.name, facts.provider, facts.region, facts.region_in) == ("train", "aws", "eu-west-1", "eu")
    assert (facts.data_class, facts.jurisdiction, facts.trust) == ("restricted", "eu", "datacenter")
    assert (facts.gpus, facts.interruptible, facts.template) == (8, True, True)
    assert [(port.first, port.last, port.service) for port in facts.ports] == [
        (8888, 8888, "jupyter"),
        (10000, 10010, "ray"),
    ]
    job = container(SKY)
    assert (job.registry, job.repository, job.tag) == ("nvcr.io", "nvidia/pytorch", "24.01-py3")
    assert [(variable.name, variable.origin) for variable in job.env] == [
        ("WANDB_API_KEY", "literal"), ("FROM_SHELL", "host"), ("HF_TOKEN", "literal"),
    ]  # fmt: skip
    (workload,) = found(SKY, "task.yaml", Workload)
    assert workload.spots["containers[0].env[2]"] == Spot(13, 3, "/secrets/HF_TOKEN")
    assert workload.partial is True
    (server,) = found(SKY, "task.yaml", Server)
    assert (server.facts.product, server.facts.auth) == ("vllm", False)
    assert any(isinstance(item, Edge) and item.relation == "runs_on" for item in items(SKY, "task.yaml"))


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ("infra: '*/eu-west-1', accelerators: A100", {"provider": UNSET, "region": "eu-west-1", "gpus": 1}),
        ("infra: k8s, accelerators: {A100: 1}", {"provider": "k8s", "region": None, "gpus": UNSET}),
        ("infra: '{{ cloud }}', use_spot: false", {"provider": UNSET, "region": UNSET, "gpus": 0}),
        ("cloud: GCP, region: us-central1, accelerators: 'x y'", {"provider": "gcp", "region": "us-central1", "gpus": UNSET}),
        ("any_of: [{infra: aws}]", {"provider": UNSET, "region": UNSET, "gpus": UNSET}),
        ("infra: runpod, instance_type: 1x_A100-80GB_COMMUNITY", {"trust": "marketplace", "type": "1x_A100-80GB_COMMUNITY"}),
        ("infra: runpod, instance_type: 1x_A100-80GB_SECURE", {"trust": "partner"}),
        ("infra: runpod, instance_type: other", {"trust": UNSET}),
        ("infra: vast, accelerators: A100", {"trust": "marketplace", "provider": "vast"}),
        ("cloud: vast, accelerators: A100", {"trust": "marketplace"}), ("cloud: runpod, accelerators: A100", {"trust": UNSET}),
        ("any_of: [{infra: aws}, {infra: vast}]", {"trust": "marketplace"}), ("any_of: [{infra: aws}, {cloud: gcp}]", {"trust": "datacenter"}),
        ("any_of: [{infra: aws}, {infra: k8s}]", {"trust": UNSET}),
        ("use_spot: false, ports: 8000", {"interruptible": False}),
        ("use_spot: maybe, ports: [{a: b}]", {"interruptible": UNSET, "ports": UNSET}),
        ("use_spot: true, ports: [some]", {"ports": UNSET}),
        ("image_id: ami-1, use_spot: true", {"image": None}),
        ("image_id: '{{ x }}', use_spot: true", {"image": UNSET}),
    ],
)  # fmt: skip
def test_resources(resources, expected):
    facts = machine(f"resources: {{{resources}}}\nrun: x\n")
    assert {name: getattr(facts, name) for name in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "resources: {accelerators: A100}\n",
        "resources: [accelerators]\nrun: x\n",
        "accelerators: x\nrun: y\n",
        "- accelerators\n",
    ],
)
def test_what_is_no_task(text):
    assert [item for item in items(text, "a.yaml") if isinstance(item, Asset)] == []


def test_a_template_or_broken_task_is_said_to_be_one():
    for text, kind in (("resources:\n  accelerators: {% if a %}\n", "template"), ("accelerators: [\n", "unreadable")):
        (gap,) = [item for item in items(text, "a.yaml") if isinstance(item, Gap)]
        assert gap.kind == kind


SERVICE = """\
type: service
name: llm
image: vllm/vllm-openai:v0.5.0
env:
  - HF_TOKEN
  - OPENAI_API_KEY=sk-abc
commands: [vllm serve x]
port: 8000
auth: false
privileged: true
backends: [RunPod]
regions: [eu-ro-1]
spot_policy: auto
tags: {data_class: pii}
resources: {gpu: "H100:8"}
"""


def test_a_service_of_dstack():
    facts = machine(SERVICE)
    assert (facts.provider, facts.region, facts.region_in, facts.data_class) == ("runpod", "eu-ro-1", "eu", "pii")
    assert (facts.gpus, facts.interruptible, facts.ports) == (8, True, [])
    job = container(SERVICE)
    assert job.privileged is True
    assert [(variable.name, variable.origin) for variable in job.env] == [
        ("HF_TOKEN", "host"),
        ("OPENAI_API_KEY", "literal"),
    ]
    (endpoint,) = found(SERVICE, "task.yaml", Endpoint)
    assert (endpoint.facts.anonymous, endpoint.facts.rate_limited) == (True, False)


@pytest.mark.parametrize(
    ("gpu", "count"),
    [
        ("H100:8", 8),
        ("2", 2),
        ("A100", 1),
        ("24GB..:2", 2),
        ("{count: 4}", 4),
        ("{memory: 24GB}", 1),
        ("'2..4'", 2),
        ("' '", UNSET),
    ],
)
def test_gpus_of_dstack(gpu, count):
    facts = machine(f"type: task\ncommands: [x]\nenv: {{A: 1, B: null}}\nresources: {{gpu: {gpu}}}\n")
    assert facts.gpus == count
    assert facts.provider is UNSET


def test_an_environment_of_dstack_is_no_endpoint():
    text = "type: dev-environment\nide: vscode\nspot_policy: '{{ x }}'\nregions: [a, b]\n"
    assert found(text, ".dstack.yml", Endpoint) == []
    facts = machine(text, ".dstack.yml")
    assert (facts.gpus, facts.interruptible, facts.region) == (UNSET, UNSET, UNSET)
    open_ = "type: service\nport: 1\nauth: '{{ x }}'\nrate_limits: [{rps: 4}]\n"
    (endpoint,) = found(open_, "a.yml", Endpoint)
    assert (endpoint.facts.anonymous, endpoint.facts.rate_limited) == (UNSET, True)


def pod(**fields: object) -> str:
    return json.dumps({"imageName": "a/b:1", "gpuTypeIds": ["NVIDIA H200"], **fields})


def test_a_pod_of_runpod():
    text = pod(
        name="p",
        cloudType="COMMUNITY",
        env={"HF_TOKEN": "hf_x", "S": "{{ RUNPOD_SECRET_x }}"},
        dockerStartCmd=["ollama", "serve"],
    )
    facts = machine(text, "pod.json")
    assert (facts.name, facts.trust, facts.gpus, facts.region) == ("p", "marketplace", 1, None)
    assert [port.written for port in facts.ports] == ["8888/http", "22/tcp"]
    assert [variable.origin for variable in container(text, "pod.json").env] == ["literal", "host"]
    (server,) = found(text, "pod.json", Server)
    assert server.facts.product == "ollama"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"trust": "partner", "interruptible": False}),
        ({"cloudType": "OTHER"}, {"trust": UNSET}),
        ({"cloudType": "{{ x }}"}, {"trust": UNSET}),
        ({"dataCenterIds": ["EU-RO-1"]}, {"region": "EU-RO-1", "region_in": "eu"}),
        ({"dataCenterIds": ["EU-RO-1", "US-TX-1"]}, {"region": UNSET}),
        ({"dataCenterIds": {}}, {"region": UNSET}),
        ({"gpuCount": 4}, {"gpus": 4}),
        ({"ports": []}, {"ports": []}),
        ({"networkVolumeId": "v1"}, {"volume_encrypted": False, "shown_to_all": None}),
        ({}, {"volume_encrypted": None}),
        ({"networkVolumeId": "{{ v }}"}, {"volume_encrypted": UNSET}),
    ],
)
def test_fields_of_a_pod(fields, expected):
    facts = machine(pod(**fields), "pod.json")
    assert {name: getattr(facts, name) for name in expected} == expected


def test_a_template_of_runpod_in_its_older_form():
    text = json.dumps(
        {
            "imageName": "a/b:1",
            "dockerArgs": "x",
            "ports": "6379/tcp, ",
            "env": [{"key": "A", "value": "b"}, {"key": 1}, 2],
        }
    )
    facts = machine(text, "t.json")
    assert (facts.trust, facts.gpus, facts.interruptible) == (UNSET, UNSET, UNSET)
    assert (facts.volume_encrypted, facts.shown_to_all) == (UNSET, False)
    assert [port.service for port in facts.ports] == ["redis"]
    assert [variable.name for variable in container(text, "t.json").env] == ["A"]


def test_a_request_to_lambda():
    facts = machine(
        '{"region_name": "us-west-1", "instance_type_name": "gpu_8x_h100_sxm5", "ssh_key_names": ["k"]}', "l.json"
    )
    assert (facts.provider, facts.trust, facts.region_in, facts.gpus) == ("lambda", "datacenter", "us", 8)
    assert machine("region_name: mars-1\ninstance_type_name: cpu_4x\n").region_in is UNSET


SCRIPT = """\
vastai create instance 1 --image a/b:1 --label x --env '-e HF_TOKEN=hf_x -e B -p 8080:8080 -h c' --bid_price 0.1
vastai create instance 2 --template_hash abc
vastai create instance 3 --image $IMG --env "-p $P:22"
vast.py create instance 4 --image a --env "'open"
runpodctl pod create --name p --image a/b:1 --cloud-type COMMUNITY --env '{"A":"b"}' --ports 11434/http --data-center-ids EU-RO-1
runpodctl create pod --imageName a/b:1 --communityCloud --env A=b
runpodctl template create --name t --image a --env '{broken'
runpodctl pod create --template-id abc --ports $PORTS
runpodctl pod list
vastai search offers
"""


def test_commands_that_rent():
    machines = [asset.facts for asset in found(SCRIPT, "up.sh", Instance)]
    assert [(facts.name, facts.provider, facts.trust, facts.interruptible) for facts in machines] == [
        ("x", "vast", UNSET, True),
        ("vast", "vast", UNSET, False),
        ("vast~2", "vast", UNSET, False),
        ("vast~3", "vast", UNSET, False),
        ("p", "runpod", "marketplace", UNSET),
        ("pod", "runpod", "marketplace", UNSET),
        ("t", "runpod", UNSET, UNSET),
        ("pod~2", "runpod", "partner", UNSET),
    ]
    assert [[port.written for port in facts.ports] if facts.ports is not UNSET else None for facts in machines] == [
        ["8080"], [], None, None, ["11434/http"], ["8888/http", "22/tcp"], ["8888/http", "22/tcp"], None,
    ]  # fmt: skip
    assert [facts.region for facts in machines][4:6] == ["EU-RO-1", None]
    jobs = [asset.facts.containers[0] for asset in found(SCRIPT, "up.sh", Workload)]
    assert [[variable.name for variable in job.env] for job in jobs] == [
        ["HF_TOKEN", "B"],
        [],
        [],
        [],
        ["A"],
        ["A"],
        [],
        [],
    ]
    assert [job.image for job in jobs][1:3] == [UNSET, UNSET]
    assert found(SCRIPT, "up.sh", Instance)[4].spots[""] == Spot(5, 1)


@pytest.mark.parametrize(
    ("region", "law"),
    [
        ("eu-west-1", "eu"), ("eu-west-1a", "eu"), ("eu-west-2", "uk"), ("europe-west4-b", "eu"), ("europe-west6", "ch"),
        ("us-east-1", "us"), ("us-gov-west-1", "us"), ("us-central1-a", "us"), ("eastus2", "us"), ("westeurope", "eu"),
        ("EUR-IS-1", "eea"), ("EU-CZ-1", "eu"), ("CA-MTL-1", "ca"), ("US-TX-3", "us"), ("OC-AU-1", "au"), ("AP-JP-1", "jp"),
        ("eu-north1", "eu"), ("us-east-04a", "us"), ("germanywestcentral", "eu"), ("norwayeast", "eea"), ("asia-south1", "in"),
        ("nowhere", UNSET), ("", UNSET),
    ],
)  # fmt: skip
def test_whose_law_holds_in_a_region(region, law):
    assert law_of(region) == law or (law is UNSET and law_of(region) is UNSET)


def test_services_by_their_ports():
    assert services_at(0, 22) == ["ssh"]
    assert services_at(2375, 2380) == ["docker", "etcd"]
    assert service_at(1, 21) is None
    assert len(services_at(0, 65535)) > 30


def failing(tmp_path, name: str, text: str) -> dict[str, set[str]]:
    """The rules that a file fails, or leaves open."""
    found: dict[str, set[str]] = {}
    for rule, status, _ in findings(tmp_path, {name: text}):
        found.setdefault(status, set()).add(rule)
    return found


SENSITIVE = "marketplace-host-for-sensitive-data"


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("t.yaml", "resources: {infra: vast, accelerators: A100}\nenvs: {DATA_CLASS: restricted}\nrun: x\n", "fail"),
        ("t.yaml", "resources: {infra: vast, accelerators: A100}\nconfig: {vast: {datacenter_only: true}}\nenvs: {DATA_CLASS: restricted}\nrun: x\n", ""),
        ("t.yaml", "resources: {cloud: runpod, accelerators: A100}\nenvs: {DATA_CLASS: restricted}\nrun: x\n", "unknown"),
        ("t.yaml", "resources: {infra: aws, accelerators: A100}\nenvs: {DATA_CLASS: restricted}\nrun: x\n", ""),
        ("t.yaml", "type: task\nbackends: [vastai]\nenv: [DATA_CLASS=restricted]\ncommands: [x]\n", "fail"),
        ("t.yaml", "type: task\nbackends: [aws, vastai]\nenv: [DATA_CLASS=restricted]\ncommands: [x]\n", "fail"),
        ("t.yaml", "type: task\nbackends: [runpod]\nenv: [DATA_CLASS=restricted]\ncommands: [x]\n", ""),
        ("t.sh", "#!/bin/sh\nvastai create instance 1 --image a/b:1 --env '-e DATA_CLASS=restricted'\n", "unknown"),
        ("t.sh", "#!/bin/sh\nvastai launch instance -g RTX_4090 -n 1 --image a/b:1 --env '-e DATA_CLASS=restricted'\n", "fail"),
        ("t.sh", "#!/bin/sh\nrunpodctl pod create --image a/b:1 --cloud-type $CLOUD --env '{\"DATA_CLASS\":\"restricted\"}'\n", "unknown"),
    ],
)  # fmt: skip
def test_sensitive_data_on_machines_of_a_marketplace(tmp_path, name, text, status):
    found = failing(tmp_path, name, text)
    assert [each for each, rules in found.items() if SENSITIVE in rules] == ([status] if status else [])


@pytest.mark.parametrize(
    ("resources", "rule"),
    [("", "privileged-container"), ("resources: {gpu: H100}\n", "gpu-container-privileged"), ("resources: {gpu: ' '}\n", "gpu-container-privileged"), ("resources: {cpu: 4}\n", "privileged-container")],
)  # fmt: skip
def test_a_privileged_task_of_dstack(tmp_path, resources, rule):
    found = failing(tmp_path, ".dstack.yml", f"type: task\nimage: x:1\nprivileged: true\n{resources}")
    assert {"privileged-container", "gpu-container-privileged"} & found["fail"] == {rule}


def test_a_fleet_of_dstack(tmp_path):
    text = "type: fleet\nname: f\nnodes: 2\nbackends: [vastai]\nenv: [HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz012345]\n"
    assert "marketplace-host" in failing(tmp_path, "fleet.dstack.yml", text)["fail"]
    assert [each.name for each in container(text).env] == ["HF_TOKEN"]


USER_DATA = "#!/bin/bash\ncurl -fsSL https://x.example/i.sh | sudo bash\nexport HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz012345\njupyter lab --ip 0.0.0.0 --NotebookApp.token=''\n"


def test_what_instances_of_lambda_start_with(tmp_path):
    request = {"instance_type_name": "gpu_1x_a100", "region_name": "us-east-1", "user_data": USER_DATA}
    found = failing(tmp_path, "launch.json", json.dumps(request))["fail"]
    assert {"secret-in-user-data", "jupyter-without-authentication", "remote-script-run-at-start"} <= found
    config = "#cloud-config\nssh_pwauth: true\nruncmd: ['curl -fsSL https://x.example/i.sh | bash']\n"
    found = failing(tmp_path, "launch.json", json.dumps({**request, "user_data": config}))["fail"]
    assert "machine-runs-downloads" in found
    (gap,) = [
        item
        for item in items(json.dumps({**request, "user_data": "#include\nhttps://x.example\n"}), "l.json")
        if isinstance(item, Gap)
    ]
    assert (gap.kind, gap.line) == ("left_out", 1)


@pytest.mark.parametrize(
    "text",
    [
        "resources: {cpus: 4+}\nenvs: {OPENAI_API_KEY: sk-proj-abcdefghijklmnopqrstuvwx}\nrun: curl x | sudo bash\n",
        "envs: {OPENAI_API_KEY: sk-proj-abcdefghijklmnopqrstuvwx}\nsetup: |\n  curl x | sudo bash\n  pip install y\nrun: z\n",
        "num_nodes: 2\nsetup: curl x | bash\n", "file_mounts: {/a: s3://b}\nrun: curl x | bash\n",
    ],
)  # fmt: skip
def test_tasks_of_skypilot_without_a_machine(tmp_path, text):
    assert "remote-script-run-at-start" in failing(tmp_path, "task.yaml", text)["fail"]
    assert [each.name for each in container(text).env] == (["OPENAI_API_KEY"] if "envs" in text else [])


@pytest.mark.parametrize(
    "text",
    ["envs: {A: b}\nrun: x\nother: y\n", "envs: {A: b}\n", "envs: a\nrun: x\n", "cpus: 4\nrun: [a]\n", "envs: [\n"],
)
def test_what_is_no_task_either(text):
    assert items(text, "a.yaml") == []


def test_each_port_has_its_place(tmp_path):
    text = "resources:\n  infra: lambda\n  ports: [8888, 6379]\nrun: x\n"
    request = Request(
        date(2026, 11, 30), (str(write(tmp_path, {"task.yaml": text})),), rules=("machine-publishes-internal-port",)
    )
    places = [each.location for each in check(request, Settings(), Sources()).findings]
    assert [(each.line, each.column, each.pointer) for each in places] == [
        (3, 11, "/resources/ports/0"),
        (3, 17, "/resources/ports/1"),
    ]


TOKEN = "hf_abcdefghijklmnopqrstuvwxyz012345"
VAST = {
    "name": "t",
    "image": "a/b",
    "tag": "1",
    "env": f"-p 8888:8888 -e HF_TOKEN={TOKEN}",
    "onstart": "curl x | bash",
    "runtype": "ssh",
}
HUB = {
    "title": "T", "config": {"runsOn": "GPU", "gpuCount": 2, "env": [{"key": "HF_TOKEN", "value": TOKEN}, {"key": "A", "input": {"default": "b"}}, {"key": "B", "input": {}}, {"key": 1}]},
}  # fmt: skip
PROJECT = f"""\
name = "p"
[project]
base_image = "a/b:1"
gpu_count = 1
ports = "8888/http, 22/tcp"
[project.env_vars]
HF_TOKEN = "{TOKEN}"
"""


@pytest.mark.parametrize(
    ("name", "text", "line", "ports"),
    [
        ("template.json", json.dumps(VAST, indent=1), 5, ["jupyter"]), (".runpod/hub.json", json.dumps(HUB, indent=1), 7, []),
        ("runpod.toml", PROJECT, 7, ["jupyter", "ssh"]),
    ],
)  # fmt: skip
def test_what_others_start_machines_from(tmp_path, name, text, line, ports):
    assert ("credential-in-environment", "fail", line) in findings(tmp_path, {name: text})
    assert not any(rule.startswith("marketplace") for rules in failing(tmp_path, name, text).values() for rule in rules)
    found = machine(text, name).ports
    assert [each.service for each in found if each.service] == ports if found is not UNSET else not ports


def test_a_template_of_vast():
    facts = machine(json.dumps(VAST), "t.json")
    assert (facts.provider, facts.image, facts.trust) == ("vast", "a/b:1", UNSET)
    assert container(json.dumps(VAST), "t.json").argv == ["bash", "-c", "curl x | bash"]
    assert machine(json.dumps({"image": "a:2", "env": "-p 1:1 '"}), "t.json").ports is UNSET


@pytest.mark.parametrize(
    ("name", "text"), [("a.json", '{"image": "a", "env": "x", "command": "-e y"}'), ("runpod.toml", "project = 1\n")]
)
def test_what_is_no_template(name, text):
    assert items(text, name) == []


def test_a_project_that_cannot_be_read():
    (gap,) = items("[[[\n", "runpod.toml")
    assert isinstance(gap, Gap)


POSTED = """\
curl -X POST https://rest.runpod.io/v1/pods -H "Authorization: Bearer $KEY" -d '{"imageName": "a/b:1", "cloudType": "COMMUNITY", "gpuCount": 1, "env": {"DATA_CLASS": "restricted"}}'
curl -X PUT https://console.vast.ai/api/v0/asks/1/ --json '{"image": "a/b:1", "env": {"DATA_CLASS": "restricted", "-p 8888:8888": "1"}}'
curl https://rest.runpod.io/v1/pods
curl https://rest.runpod.io/v1/pods -d '{broken'
curl https://rest.runpod.io/v1/pods -d @pod.json
"""


def test_requests_that_rent(tmp_path):
    found = {
        (rule, status, line)
        for rule, status, line in findings(tmp_path, {"up.sh": f"#!/bin/sh\n{POSTED}"})
        if rule == SENSITIVE
    }
    assert found == {(SENSITIVE, "fail", 2), (SENSITIVE, "unknown", 3)}
    assert [each.facts.provider for each in found_machines(POSTED)] == ["runpod", "vast"]


def found_machines(text: str) -> list[Asset]:
    return found(text, "up.sh", Instance)


@pytest.mark.parametrize(
    ("resources", "region", "law"),
    [
        ("any_of: [{infra: aws/eu-west-1}, {infra: aws/us-east-1}]", "us-east-1", "us"),
        ("any_of: [{infra: aws/us-east-1}, {infra: aws/eu-west-1}]", "us-east-1", "us"),
        ("ordered: [{cloud: aws, region: eu-west-1}, {cloud: aws, region: us-east-1}]", "us-east-1", "us"),
        ("any_of: [{infra: aws/eu-west-1}, {infra: gcp/europe-west4}]", "eu-west-1", "eu"),
        ("any_of: [{infra: aws/eu-west-1}, {infra: gcp}]", None, None),
        ("any_of: [{infra: aws/eu-west-1}, {infra: k8s/own}]", UNSET, UNSET),
        ("any_of: [{infra: k8s/own}, {infra: aws/us-east-1}]", "us-east-1", "us"),
        ("infra: aws/us-east-1, any_of: [{infra: aws/eu-west-1}]", "eu-west-1", "eu"),
        ("infra: aws/us-east-1, any_of: [{accelerators: H100}, {accelerators: A100}]", "us-east-1", "us"),
        ("region: us-east-1, any_of: [{cloud: aws}, {cloud: aws, region: eu-west-1}]", "us-east-1", "us"),
        ("any_of: [{accelerators: H100}]", None, None),
    ],
)
def test_any_region_of_a_task_may_be_taken(resources: str, region: object, law: object):
    facts = machine(f"resources: {{use_spot: false, labels: {{residency: eu}}, {resources}}}\nrun: make\n")
    assert (facts.region, facts.region_in) == (region, law)


def test_a_region_outside_is_found_at_its_place():
    text = "resources:\n  labels: {residency: eu}\n  any_of:\n    - infra: aws/eu-west-1\n    - infra: aws/us-east-1\nrun: a\n"
    (asset,) = found(text, "task.yaml", Instance)
    assert asset.spots["region"].line == asset.spots["region_in"].line == 5


@pytest.mark.parametrize(
    ("regions", "region"), [("[eu-west-1, us-east-1]", "us-east-1"), ("[eu-west-1, eu-central-1]", "eu-west-1")]
)
def test_any_region_of_a_list_may_be_taken(regions: str, region: str):
    text = f"type: task\ncommands: [make]\ntags: {{residency: eu}}\nregions: {regions}\n"
    assert machine(text, ".dstack.yml").region == region
    env = {"RESIDENCY": "eu"}
    pod = {"imageName": "a", "gpuCount": 1, "env": env, "dataCenterIds": regions.strip("[]").split(", ")}
    assert machine(json.dumps(pod), "pod.json").region == region
    line = f"runpodctl pod create --image a --env '{json.dumps(env)}' --data-center-ids {regions.strip('[]').replace(' ', '')}"
    assert machine(f"#!/bin/sh\n{line}\n", "rent.sh").region == region


@pytest.mark.parametrize(
    ("body", "products"),
    [
        ("run: |\n  curl https://x/i.sh | bash\n  vllm serve m", ["vllm"]),
        ("run: python train.py", []),
        ("num_nodes: 2", []),
        ("run: ./serve.sh", ["vllm"]),
    ],
)
def test_a_task_starts_what_it_runs_and_not_what_its_image_would(body: str, products: list[str]):
    text = f"resources: {{accelerators: A100, image_id: 'docker:vllm/vllm-openai:v0.9.0'}}\n{body}\n"
    assert [asset.facts.product for asset in found(text, "task.yaml", Server)] == products


SKY_SCRIPT = """\
sky launch -c a --env HF_TOKEN=hf_x --env HOME_OF --ports 8888 --ports 22 --infra aws/eu-west-1 -y task.yaml
sky jobs launch -n b --cloud vast --use-spot 'python train.py'
sky serve up -n c --env A=b $TASK.yaml
sky launch --gpus H100 --image-id docker:a/b:1 --region $R --env-file x -- ./run.sh --fast
sky launch task.yaml
sky launch --cloud $C --ports $P --secret K=v task.yml
sky status --env x
"""


def test_commands_of_skypilot():
    machines = [asset.facts for asset in found(SKY_SCRIPT, "up.sh", Instance)]
    assert [(facts.name, facts.provider, facts.region, facts.trust, facts.interruptible) for facts in machines] == [
        ("a", "aws", "eu-west-1", "datacenter", UNSET),
        ("b", "vast", None, "marketplace", True),
        ("c", UNSET, UNSET, UNSET, UNSET),
        ("sky", UNSET, UNSET, UNSET, False),
        ("sky~2", UNSET, UNSET, UNSET, UNSET),
    ]
    assert [[port.written for port in facts.ports] if facts.ports is not UNSET else None for facts in machines] == [
        ["8888", "22"], [], None, [], None,
    ]  # fmt: skip
    jobs = [asset.facts.containers[0] for asset in found(SKY_SCRIPT, "up.sh", Workload)]
    assert [[(each.name, each.origin) for each in job.env] for job in jobs] == [
        [("HF_TOKEN", "literal"), ("HOME_OF", "host")], [], [("A", "literal")], [], [("K", "literal")],
    ]  # fmt: skip
    assert [(job.argv, job.image) for job in jobs] == [
        (UNSET, UNSET),
        (["bash", "-c", "python train.py"], UNSET),
        (UNSET, UNSET),
        (["bash", "-c", "./run.sh --fast"], "a/b:1"),
        (UNSET, UNSET),
    ]


@pytest.mark.parametrize(
    ("line", "argv", "replaced"),
    [
        ("vastai create instance 1 --image a --ssh --onstart-cmd 'jupyter lab'", ["bash", "-c", "jupyter lab"], True),
        ("vastai create instance 1 --image a --ssh", ["bash"], True),
        ("vastai create instance 1 --image a --onstart f.sh", UNSET, True),
        ("vastai create instance 1 --template_hash a", UNSET, True),
        ("vastai create instance 1 --image a --args serve --port 80", ["serve", "--port", "80"], False),
        ("vastai create template --image a", UNSET, False),
        ("vastai create template --image a --jupyter", ["bash"], True),
        ("runpodctl create pod --imageName a --args \"bash -c 'jupyter lab'\"", ["bash", "-c", "jupyter lab"], UNSET),
        ('runpodctl create pod --imageName a --args "it\'s"', UNSET, UNSET),
        ("runpodctl create pod --imageName a", UNSET, UNSET),
    ],
)
def test_what_a_machine_that_is_rented_by_command_starts(line: str, argv: object, replaced: object):
    job = container(f"#!/bin/sh\n{line}\n", "up.sh")
    assert (job.argv, job.entrypoint_replaced) == (argv, replaced)


def test_variables_that_are_given_one_by_one():
    job = container("#!/bin/sh\nrunpodctl create pod --imageName a --env A=b --env C=d\n", "up.sh")
    assert [each.name for each in job.env] == ["A", "C"]


@pytest.mark.parametrize(
    ("more", "argv", "replaced"),
    [
        ({"runtype": "ssh_proxy", "onstart": "vllm serve m"}, ["bash", "-c", "vllm serve m"], True),
        ({"runtype": "jupyter_direct"}, ["bash"], True),
        ({"use_ssh": True}, ["bash"], True),
        ({"runtype": "args"}, UNSET, UNSET),
    ],
)
def test_what_a_template_of_vast_starts(more: dict[str, object], argv: object, replaced: object):
    job = container(json.dumps({"image": "a", "env": "-p 80:80", "runtype": "x", **more}), "vast.json")
    assert (job.argv, job.entrypoint_replaced) == (argv, replaced)


INPUT = (
    'cloudType: COMMUNITY, gpuCount: 2, name: "a", imageName: "x:{1}", dockerArgs: "bash -c \'jupyter lab\'",'
    ' ports: "8888/http", env: [{key: "A", value: "b"}]'
)


def test_a_request_in_graphql():
    text = json.dumps({"query": f"mutation {{ podFindAndDeployOnDemand(input: {{{INPUT}}}) {{ id }} }}"}, indent=1)
    (asset,) = found(text, "pod.json", Instance)
    facts = asset.facts
    assert (facts.name, facts.trust, facts.gpus, facts.ports[0].first) == ("a", "marketplace", 2, 8888)
    assert asset.spots["trust"] == asset.spots[""] == Spot(2, 2)
    job = container(text, "pod.json")
    assert (job.image, job.argv, job.env[0].name) == ("x:{1}", ["bash", "-c", "jupyter lab"], "A")
    line = f"curl https://api.runpod.io/graphql?api_key=$K -d '{json.dumps(json.loads(text)).replace(chr(39), '')}'\n"
    assert machine(f"#!/bin/sh\n{line}", "up.sh").name == "a"


def test_a_request_in_graphql_with_variables():
    query = "mutation A($input: X) { podRentInterruptable(input: $input) { id } }"
    text = json.dumps({"query": query, "variables": {"input": {"imageName": "x", "gpuTypeId": "H100"}}}, indent=1)
    (asset,) = found(text, "pod.json", Instance)
    assert (asset.facts.trust, asset.spots["image"].line) == (UNSET, 5)


@pytest.mark.parametrize("given", ["$input", "{a: [}", "{{{", "{a: b"])
def test_a_request_in_graphql_that_cannot_be_read_is_a_gap(given: str):
    body = json.dumps({"query": f"mutation {{ podRentInterruptable(input: {given}"})
    assert [item.kind for item in items(body, "pod.json") if isinstance(item, Gap)] == ["left_out"]
    (gap,) = items(f"#!/bin/sh\ncurl https://api.runpod.io/graphql -d '{body}'\n", "up.sh")
    assert isinstance(gap, Gap)
    assert gap.line == 2


def test_other_queries_are_none_of_them():
    assert items('{"query": "podFindAndDeployOnDemand"}', "q.json") == []


@pytest.mark.parametrize("given", ["-d '{0}'", "-d'{0}'", "--data='{0}'", "--json '{0}'"])
@pytest.mark.parametrize(
    "to",
    ["https://rest.runpod.io/v1/pods", "--url https://rest.runpod.io/v1/pods", "--url=https://rest.runpod.io/v1/pods"],
)
def test_requests_in_other_spellings(to, given):
    body = '{"imageName": "a/b:1", "cloudType": "COMMUNITY", "gpuCount": 1}'
    (machine,) = found_machines(f"curl -X POST {to} {given.replace('{0}', body)}\n")
    assert (machine.facts.provider, machine.facts.trust) == ("runpod", "marketplace")
