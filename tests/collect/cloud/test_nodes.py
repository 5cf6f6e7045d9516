"""Node groups and pools of managed clusters are templates for machines."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, facts

from holdfast.collect.cloud.assets import READERS


def machines(source: str):
    return [asset.facts for asset in assets(source) if asset.kind == "instance"]


def group(body: str) -> str:
    return f'resource "aws_eks_node_group" "gpu" {{\n{body}\n}}\n'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            (
                'node_group_name = "n"\ninstance_types = ["g5.xlarge", "p5.48xlarge"]\nnode_role_arn = "r"\n'
                'capacity_type = "SPOT"\nami_type = "AL2023_x86_64_NVIDIA"'
            ),
            {
                "name": "n",
                "type": "p5.48xlarge",
                "gpus": 8,
                "role": "r",
                "interruptible": True,
                "template": True,
                "image": "AL2023_x86_64_NVIDIA",
                "ssh_key": False,
            },
        ),
        ("", {"name": "gpu", "type": "t3.medium", "gpus": 0, "interruptible": False}),
        ("instance_types = var.x", {"type": UNSET, "gpus": UNSET}),
        ("instance_types = []", {"type": UNSET}),
        ('launch_template {\n id = "lt-1"\n}', {"type": UNSET}),
        ("launch_template {\n id = aws_launch_template.t.id\n}", {"type": "p5.48xlarge"}),
        ('dynamic "launch_template" {\n for_each = var.x\n content {\n }\n}', {"type": UNSET}),
        ('dynamic "remote_access" {\n for_each = var.x\n content {\n }\n}', {"ssh_key": UNSET}),
        ('remote_access {\n ec2_ssh_key = "k"\n}', {"ssh_key": True}),
    ],
)
def test_groups_of_eks(body, expected):
    template = 'resource "aws_launch_template" "t" {\n instance_type = "p5.48xlarge"\n}\n'
    found = next(each for each in machines(group(body) + template) if each.name != "t")
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("access", "anywhere"),
    [
        ('ec2_ssh_key = "k"', True),
        ('ec2_ssh_key = "k"\n source_security_group_ids = ["sg-1"]', False),
        ('ec2_ssh_key = "k"\n source_security_group_ids = var.x', None),
        ('source_security_group_ids = ["sg-1"]', None),
    ],
)
def test_remote_access_opens_a_port(access, anywhere):
    found = [each.facts for each in assets(group(f"remote_access {{\n {access}\n}}")) if each.kind == "firewall_rule"]
    if anywhere is None:
        assert not found
    else:
        assert [(each.from_anywhere, each.opens, each.direction) for each in found] == [(anywhere, ["ssh"], "in")]


GKE = 'resource "google_container_cluster" "c" {{\n name = "c"\n{0}\n}}\n'
POOL = (
    'resource "google_container_node_pool" "gpu" {{\n cluster = google_container_cluster.c.name\n{0}\n'
    " node_config {{\n{1}\n}}\n}}\n"
)


@pytest.mark.parametrize(
    ("pool", "config", "expected"),
    [
        (
            'name = "p"',
            (
                'machine_type = "a3-highgpu-8g"\nspot = true\nimage_type = "UBUNTU_CONTAINERD"\n'
                'boot_disk_kms_key = "k"\noauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]\n'
                "shielded_instance_config {\n enable_secure_boot = true\n}\nconfidential_nodes {\n enabled = true\n}\n"
                'resource_labels = { data_class = "Secret" }\ntags = ["gpu"]'
            ),
            {
                "name": "p",
                "gpus": 8,
                "interruptible": True,
                "image": "UBUNTU_CONTAINERD",
                "scopes": ["cloud-platform"],
                "secure_boot": True,
                "confidential": True,
                "data_class": "secret",
                "security_groups": ["gpu"],
                "default_role": True,
                "measured_boot": True,
            },
        ),
        (
            "",
            'guest_accelerator {\n type = "nvidia-l4"\n count = 2\n}\nservice_account = "n@p.iam.gserviceaccount.com"',
            {"gpus": 2, "type": "e2-medium", "secure_boot": False, "scopes": [], "default_role": False},
        ),
        ("network_config {\n enable_private_nodes = true\n}", "", {"public_address": False}),
        ("network_config {\n enable_private_nodes = var.x\n}", "", {"public_address": UNSET}),
        ('dynamic "network_config" {\n for_each = var.x\n content {\n }\n}', "", {"public_address": UNSET}),
        ("", "", {"public_address": True, "gpus": 0}),
        ("", "oauth_scopes = var.x", {"scopes": UNSET}),
        ("", "spot = var.x", {"interruptible": UNSET}),
    ],
)
def test_pools_of_gke(pool, config, expected):
    found = next(each for each in machines(GKE.format("remove_default_node_pool = true") + POOL.format(pool, config)))
    assert {name: getattr(found, name) for name in expected} == expected


def test_pools_of_gke_that_are_open():
    pool = 'resource "google_container_node_pool" "gpu" {\n cluster = "c"\n dynamic "node_config" {\n for_each = var.x\n content {\n }\n}\n}\n'
    (found,) = machines(pool)
    assert (found.gpus, found.type, found.secure_boot, found.public_address, found.measured_boot) == (UNSET,) * 5


def test_pools_within_a_cluster():
    own = 'node_config {\n machine_type = "a2-highgpu-1g"\n}\nnode_pool {\n name = "p"\n node_config {\n machine_type = "g2-standard-96"\n}\n}\n'
    private = "private_cluster_config {\n enable_private_nodes = true\n}\n"
    found = machines(GKE.format(own + private))
    assert [(each.name, each.gpus, each.public_address) for each in found] == [("c", 1, False), ("p", 8, False)]
    assert [each.name for each in machines(GKE.format("remove_default_node_pool = true\n" + own))] == ["p"]


def test_pools_of_aks():
    pool = 'vm_size = "Standard_ND96isr_H100_v5"\n{0}'
    found = facts(f'resource "azurerm_kubernetes_cluster_node_pool" "gpu" {{\n name = "g"\n{pool.format("")}\n}}')
    assert (found.name, found.gpus, found.public_address, found.interruptible) == ("g", 8, False, False)
    for name in ("node_public_ip_enabled", "enable_node_public_ip"):
        body = pool.format(f'{name} = true\npriority = "Spot"\nos_disk_type = "Ephemeral"')
        cluster = f'resource "azurerm_kubernetes_cluster" "c" {{\n default_node_pool {{\n{body}\n}}\n}}'
        (found,) = machines(cluster)
        assert (found.name, found.public_address, found.interruptible) == ("c", True, True)
        assert found.disks[0].ephemeral is True


def test_readers_of_all_pools():
    assert {"aws_eks_node_group", "google_container_node_pool", "azurerm_kubernetes_cluster_node_pool"} <= set(READERS)


DNS = 'resource "google_dns_policy" "d" {{\n{0}\n networks {{\n network_url = {1}\n}}\n}}\n'
NETWORK = (
    'resource "google_compute_network" "n" {\n name = "n"\n}\nresource "google_compute_network" "m" {\n name = "m"\n}\n'
)


@pytest.mark.parametrize(
    ("policy", "logged"),
    [
        ("", False),
        (DNS.format("enable_logging = true", "google_compute_network.n.id"), True),
        (DNS.format("enable_logging = true", "google_compute_network.m.id"), False),
        (DNS.format("enable_logging = true", "var.x"), UNSET),
        (DNS.format("enable_logging = false", "var.x"), False),
        (DNS.format("enable_logging = var.x", "google_compute_network.n.id"), UNSET),
        (DNS.format("", "google_compute_network.n.id"), False),
    ],
)
def test_queries_that_google_logs(policy, logged):
    found = {each.facts.name: each.facts for each in assets(NETWORK + policy)}
    assert found["n"].name_logs is logged


QUERIES = 'resource "aws_route53_resolver_query_log_config_association" "a" {{\n resource_id = {0}\n}}\n'


@pytest.mark.parametrize(("to", "logged"), [("aws_vpc.v.id", True), ("aws_vpc.w.id", False), ("var.x", UNSET)])
def test_queries_that_aws_logs(to, logged):
    vpcs = 'resource "aws_vpc" "v" {\n}\nresource "aws_vpc" "w" {\n}\n'
    found = {each.facts.name: each.facts for each in assets(vpcs + QUERIES.format(to))}
    assert found["v"].name_logs is logged


HYPERPOD = """variable "r" {
}
resource "awscc_sagemaker_cluster" "c" {
  instance_groups = [
    { instance_group_name = "gpu", instance_type = "ml.p5.48xlarge", execution_role = "r" },
    { instance_group_name = "head", instance_type = "ml.m5.xlarge", execution_role = var.r },
  ]
}
"""
TEMPLATE = """{"Resources": {"C": {"Type": "AWS::SageMaker::Cluster", "Properties": {"InstanceGroups": [
  {"InstanceGroupName": "gpu", "InstanceType": "ml.p5.48xlarge", "ExecutionRole": "r"},
  {"InstanceGroupName": "head", "InstanceType": "ml.m5.xlarge"}]}}}}"""


@pytest.mark.parametrize(("source", "path", "role"), [(HYPERPOD, "main.tf", UNSET), (TEMPLATE, "a.json", None)])
def test_groups_of_hyperpod(source, path, role):
    found = [asset.facts for asset in assets(source, path)]
    assert [(each.name, each.gpus, each.role, each.template) for each in found] == [
        ("gpu", 8, "r", True),
        ("head", 0, role, True),
    ]
