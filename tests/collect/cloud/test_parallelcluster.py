"""A configuration of AWS ParallelCluster says which machines there are, who reaches them and what they may do."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import assets, completed, gaps

HEAD = """\
Region: eu-west-1
Image: {Os: ubuntu2204}
Tags: [{Key: data-class, Value: Secret}]
Scheduling:
  Scheduler: slurm
  SlurmQueues:
    - Name: gpu
      CapacityType: SPOT
      ComputeResources:
        - {Name: a, InstanceType: p5.48xlarge}
        - {Name: b, Instances: [{InstanceType: c5.xlarge}, {InstanceType: g5.xlarge}]}
HeadNode:
  InstanceType: m5.xlarge
"""


def cluster(head: str = "", more: str = ""):
    return assets(HEAD + indent(dedent(head), "  ") + "\n" + dedent(more), "cluster.yaml")


def node(head: str = "", more: str = ""):
    return next(asset.facts for asset in cluster(head, more) if asset.id == "instance/cluster.yaml/HeadNode")


def rules(head: str = "", more: str = ""):
    return {asset.facts.name: asset.facts for asset in cluster(head, more) if asset.kind == "firewall_rule"}


def test_machines():
    found = [asset.facts for asset in cluster() if asset.kind == "instance"]
    assert [(each.name, each.type, each.gpus, each.template, each.interruptible) for each in found] == [
        ("HeadNode", "m5.xlarge", 0, False, False),
        ("gpu", "p5.48xlarge", 8, True, True),
        ("gpu", "g5.xlarge", 1, True, True),
    ]
    assert {(each.region_in, each.data_class, each.image, each.metadata_tokens) for each in found} == {
        ("eu", "secret", "ubuntu2204", True)
    }
    assert [each.metadata_for_users for each in found] == [False, None, None]
    assert gaps(HEAD, "cluster.yaml") == []


@pytest.mark.parametrize(
    ("head", "more", "expected"),
    [
        ("", "", {"ssh_key": False, "public_address": UNSET, "start_scripts": [], "role": "HeadNode.Iam"}),
        ("Ssh: {KeyName: k}", "", {"ssh_key": True}),
        ("Imds: {Secured: false}", "", {"metadata_for_users": True}),
        ("Imds: {Secured: maybe}", "", {"metadata_for_users": UNSET}),
        ("", "Imds: {ImdsSupport: v1.0}", {"metadata_tokens": False}),
        ("", "Imds: {ImdsSupport: [v1.0]}", {"metadata_tokens": UNSET}),
        ("Networking: {ElasticIp: true}", "", {"public_address": True}),
        ("Networking: {ElasticIp: eipalloc-1}", "", {"public_address": True}),
        ("Networking: {ElasticIp: false}", "", {"public_address": UNSET}),
        ("Networking: {SecurityGroups: [sg-1]}", "", {"security_groups": ["sg-1"]}),
        ("Iam: {InstanceRole: arn}", "", {"role": "arn"}),
        ("Iam: {InstanceProfile: p}", "", {"role": "p"}),
        ("Image: {CustomAmi: ami-1}", "", {"image": "ami-1"}),
        ("CustomActions: {OnNodeStart: {Sequence: x}}", "", {"start_scripts": UNSET}),
    ],
)
def test_head_nodes(head, more, expected):
    found = node(head, more)
    assert {name: getattr(found, name) for name in expected} == expected


def test_disks():
    assert node().disks[0].encrypted is True
    assert node("LocalStorage: {RootVolume: {Encrypted: false}}").disks[0].encrypted is False


@pytest.mark.parametrize(
    ("url", "moving"),
    [
        ("s3://acme/setup.sh", False),
        ("https://raw.githubusercontent.com/a/b/main/x.sh", True),
        ("https://raw.githubusercontent.com/a/b/0123456789abcdef0123456789abcdef01234567/x.sh", False),
        ("http://example.org/0123456789abcdef0123456789abcdef01234567/x.sh", True),
        ("${URL}", UNSET),
    ],
)
def test_scripts(url, moving):
    found = node(
        f"CustomActions:\n  OnNodeStart: {{Script: '{url}'}}\n  OnNodeConfigured: {{Sequence: [{{Script: 's3://b'}}]}}"
    )
    assert [each.moving for each in found.start_scripts] == [moving, False]


def test_who_reaches_them():
    found = rules()
    assert [(each.from_anywhere, each.opens, each.first_port) for each in found.values()] == [(True, ["ssh"], 22)]
    found = rules("Ssh: {AllowedIps: 198.51.100.0/24}\nDcv: {Enabled: true, Port: 9443}")
    assert found["HeadNode.Ssh"].from_anywhere is False
    assert (found["HeadNode.Dcv"].from_anywhere, found["HeadNode.Dcv"].last_port) == (True, 9443)
    assert rules("Networking: {SecurityGroups: [sg-1]}") == {}
    assert rules("Ssh: {AllowedIps: '${IPS}'}")["HeadNode.Ssh"].from_anywhere is UNSET


def test_login_nodes_share_the_addresses_of_the_head_node():
    pools = "LoginNodes:\n  Pools:\n    - {Name: l, InstanceType: c5.xlarge}\n    - {Name: m, InstanceType: c5.xlarge, Ssh: {AllowedIps: 0.0.0.0/0}}\n"
    found = rules("Ssh: {AllowedIps: 198.51.100.0/24}", pools)
    assert [each.from_anywhere for each in found.values()] == [False, False, True]


ADMINISTRATOR = "Iam: {AdditionalIamPolicies: [{Policy: 'arn:aws:iam::aws:policy/AdministratorAccess'}]}"


def test_rights():
    source = HEAD + f"  {ADMINISTRATOR}\n"
    found = completed(source, "cluster.yaml", "identity")
    assert (found.workload, found.on_instances, found.administrator) == (True, True, True)
    found = completed(source + "Iam: {PermissionsBoundary: arn}\n", "cluster.yaml", "identity")
    assert found.administrator is UNSET
    assert not [asset for asset in cluster("Iam: {InstanceRole: r}") if asset.kind == "identity"]


@pytest.mark.parametrize("source", ["HeadNode: 1\n", "HeadNode: {}\n", "HeadNode: {}\nScheduling: 1\n"])
def test_other_documents(source):
    assert assets(source, "x.yaml") == []


def test_nonsense_is_open_and_never_a_crash():
    found = assets(
        "HeadNode: {InstanceType: [1]}\nScheduling: {Scheduler: slurm, SlurmQueues: {a: 1}}\nTags: 3\n", "x.yaml"
    )
    assert [(asset.facts.type, asset.facts.tags) for asset in found if asset.kind == "instance"] == [(UNSET, UNSET)]


def test_storage_that_the_cluster_makes():
    storage = """
    SharedStorage:
      - {MountDir: /a, Name: a, StorageType: Efs}
      - {MountDir: /b, Name: b, StorageType: Efs, EfsSettings: {Encrypted: true}}
      - {MountDir: /c, Name: c, StorageType: Ebs, EbsSettings: {Encrypted: false}}
      - {MountDir: /d, Name: d, StorageType: FsxLustre, FsxLustreSettings: {FileSystemId: fs-1}}
      - {MountDir: /e, Name: e, StorageType: FsxLustre}
      - {MountDir: /f, Name: f, StorageType: Unheard}
    """
    assert [(disk.name, disk.encrypted) for disk in node("", storage).disks] == [
        ("root", True),
        ("/a", False),
        ("/b", True),
        ("/c", False),
        ("/e", True),
    ]


def test_buckets_that_nodes_reach():
    access = "Iam: {S3Access: [{BucketName: '*', EnableWriteAccess: true}]}"
    found = completed(HEAD + f"  {access}\n", "cluster.yaml", "identity")
    assert (found.reads_every_bucket, found.writes_every_bucket, found.administrator) == (True, True, False)
    found = completed(HEAD + "  Iam: {S3Access: [{BucketName: acme}]}\n", "cluster.yaml", "identity")
    assert (found.reads_every_bucket, found.writes_every_bucket) == (False, False)


def test_what_is_not_judged_is_told():
    more = "    CustomSlurmSettings: [{ProctrackType: proctrack/pgid}]\n"
    source = HEAD.replace("  SlurmQueues:", f"  SlurmSettings:\n{more}  SlurmQueues:")
    assert [(gap.kind, gap.line) for gap in gaps(source, "cluster.yaml")] == [("left_out", 7)]
    found = gaps("HeadNode: {}\nScheduling: {Scheduler: slurm, SlurmQueues: x}\nSharedStorage: 7\n", "cluster.yaml")
    assert [gap.reason for gap in found] == [
        "SlurmQueues is no list of mappings",
        "SharedStorage is no list of mappings",
    ]
