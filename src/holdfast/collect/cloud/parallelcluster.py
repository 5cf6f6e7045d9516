"""A configuration of AWS ParallelCluster, which makes a Slurm cluster: its machines, firewall rules and their rights.

Source: AWS ParallelCluster User Guide, version 3, "Cluster configuration file" (`HeadNode`, `LoginNodes`, `Scheduling`,
`Imds`); the command's own `cluster_schema.py` and `cluster_config.py`, 3.11 (checked 2026-11-30). From 3.7 on IMDSv2 is
demanded; root volumes are encrypted, SSH is open to all addresses, and the head node keeps its credentials for root
and the cluster's administrator, unless told otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.cloud.aws.common import gpus_of
from holdfast.collect.cloud.common import (
    anywhere,
    bought,
)
from holdfast.collect.cloud.values import ANY_ADDRESS
from holdfast.collect.fields import Fields
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import Fact
from holdfast.core.statement import Principal, Statement
from holdfast.formats.iam.aws import managed_policy
from holdfast.formats.yaml import Mapping
from holdfast.kinds.firewall_rule import FirewallRule
from holdfast.kinds.identity import Identity
from holdfast.kinds.instance import Disk, Instance, StartScript

SOURCE = "parallelcluster"
SSH, DCV = 22, 8443
SHARED = {"Ebs": True, "Efs": False, "FsxLustre": True, "FsxOpenZfs": True, "FsxOntap": True}
"""Types of shared storage -> whether they are encrypted where nothing is said."""
ACTIONS = ("OnNodeStart", "OnNodeConfigured", "OnNodeUpdated")
FOREIGN = re.compile(r"https?://", re.IGNORECASE)
FIXED = re.compile(r"/[0-9a-f]{40}/")
"""A commit in a URL, behind which nothing changes."""
READING = ("s3:Get*", "s3:List*")
WRITING = ("s3:*",)
TRUSTED_BY_EC2 = Statement(
    effect="Allow",
    actions=["sts:AssumeRole"],
    not_actions=None,
    resources=None,
    not_resources=None,
    principals=[Principal(type="Service", name="ec2.amazonaws.com")],
    not_principals=None,
    conditions=[],
)


def is_cluster(document: Mapping) -> bool:
    """Whether a document is one: a head node, and a scheduler that ParallelCluster knows."""
    scheduling = document.get("Scheduling")
    return (
        isinstance(document.get("HeadNode"), Mapping) and isinstance(scheduling, Mapping) and "Scheduler" in scheduling
    )


def cluster(document: Mapping, path: str, line: int) -> Iterator[Asset | Gap]:
    """The machines of a cluster, who reaches them, and what they may do."""
    whole = Fields(document, "", "", {}, line)
    head = whole.child("HeadNode")
    yield from _Machines(whole, path).of(head, "HeadNode", template=False)
    pools = whole.child("LoginNodes")
    for index, pool in enumerate(pools.items("Pools", "")):
        yield from _Machines(whole, path).of(pool, f"LoginNodes.{index}", template=True)
    scheduling = whole.child("Scheduling")
    for index, queue in enumerate(scheduling.items("SlurmQueues", "")):
        yield from _Machines(whole, path).queue(queue, f"SlurmQueues.{index}")
    yield from _unjudged(whole, path)


def _unjudged(whole: Fields, path: str) -> Iterator[Gap]:
    """What is not read of a configuration: lists that are none, and settings of Slurm that stand in it."""
    scheduling = whole.child("Scheduling")
    lists = ((scheduling, "SlurmQueues"), (whole, "SharedStorage"), (whole.child("LoginNodes"), "Pools"))
    for holder, name in lists:
        if holder.unreadable(name):
            yield Gap(path, f"{name} is no list of mappings", "unreadable", _line(holder, name))
    settings = scheduling.child("SlurmSettings")
    for name in ("CustomSlurmSettings", "CustomSlurmSettingsIncludeFile"):
        if name in settings:
            reason = f"{name} changes a slurm.conf that ParallelCluster writes, and is not judged"
            yield Gap(path, reason, "left_out", _line(settings, name))


def _line(holder: Fields, name: str) -> int:
    mark = holder.data.marks.get(name)
    return holder.line + mark.line if mark else holder.line


class _Machines:
    """The machines of one part of a configuration; each asset has places of its own."""

    def __init__(self, whole: Fields, path: str) -> None:
        self.whole = whole
        self.path = path

    def of(self, node: Fields, part: str, *, template: bool) -> Iterator[Asset]:
        """A head node, or a pool of login nodes."""
        own, spots = self.fresh(node)
        facts = self.machine(own, own.text("InstanceType", "type", UNSET), part, template=template)
        yield self.asset(facts, part, spots)
        yield from self.rules(node, part)
        yield from self.identity(node, part)

    def queue(self, queue: Fields, part: str) -> Iterator[Asset]:
        """The sorts of machines of a queue, which share all but their type."""
        for index, resource in enumerate(queue.items("ComputeResources", "")):
            own, spots = self.fresh(queue)
            type = _types(Fields(resource.data, resource.pointer, "", spots, resource.line))
            facts = self.machine(own, type, part, template=True)
            yield self.asset(facts, f"{part}.{index}", spots)
        yield from self.identity(queue, part)

    def fresh(self, node: Fields) -> tuple[Fields, dict[str, Spot]]:
        """The same mapping with places of its own, and these."""
        spots: dict[str, Spot] = {}
        own = Fields(node.data, node.pointer, "", spots, node.line)
        own.here()
        return own, spots

    def asset(self, facts: Instance | Identity | FirewallRule, part: str, spots: dict[str, Spot]) -> Asset:
        return Asset(f"{facts.kind}/{self.path}/{part}", facts, SOURCE, self.path, spots)

    def machine(self, own: Fields, type: Fact[str], part: str, *, template: bool) -> Instance:
        region = self.whole.text("Region", "", None)
        network, iam = own.child("Networking"), own.child("Iam")
        supported = self.whole.child("Imds").text("ImdsSupport", "", "v2.0")
        labels = _labels(self.whole)
        head = part == "HeadNode"
        system = self.whole.child("Image").text("Os", "", UNSET)
        return replace(
            bought("aws", region, labels),
            name=own.text("Name", "name", None) or part,
            template=template,
            type=type,
            gpus=gpus_of(type),
            public_address=_public(network, head=head),
            metadata_tokens=supported == "v2.0" if isinstance(supported, str) else UNSET,
            metadata_hops=1,
            metadata_off=False,
            metadata_for_users=_for_users(own) if head else None,
            role=iam.text("InstanceRole", "role", None) or iam.text("InstanceProfile", "role", None) or f"{part}.Iam",
            disks=[*_disks(own), *(_shared(self.whole) if head else ())],
            user_data=False,
            secrets_in_user_data=[],
            start_scripts=_scripts(own.child("CustomActions")),
            ssh_key=own.child("Ssh").get("KeyName", "ssh_key") is not None,
            interruptible=own.text("CapacityType", "interruptible", "ONDEMAND") == "SPOT",
            image=own.child("Image").text("CustomAmi", "image", None) or system,
            security_groups=network.names("SecurityGroups", "security_groups"),
        )

    def rules(self, node: Fields, part: str) -> Iterator[Asset]:
        """SSH, and the remote desktop where it is on; groups of one's own take the place of both rules."""
        if "SecurityGroups" in node.child("Networking"):
            return
        desktop = node.child("Dcv").switch("Enabled", "", default=False)
        for name, port, exists in (("Ssh", SSH, True), ("Dcv", DCV, desktop is True)):
            if exists:
                own, spots = self.fresh(node)
                own.note(name, "")
                yield self.asset(self.rule(own, name, port, part), f"{part}.{name}", spots)

    def rule(self, own: Fields, name: str, port: int, part: str) -> FirewallRule:
        """Login nodes that name no addresses have those of the head node."""
        block = own.child(name)
        inherited = self.whole.child("HeadNode").child(name).text("AllowedIps", "", ANY_ADDRESS)
        allowed = block.text("AllowedIps", "ranges", ANY_ADDRESS if part == "HeadNode" else inherited)
        block.share("ranges", "from_anywhere")
        block.note("Port", "first_port")
        at = block.number("Port", "first_port", port)
        ranges: Fact[list[str]] = [allowed] if isinstance(allowed, str) else UNSET
        return FirewallRule(
            name=f"{part}.{name}",
            group=None,
            provider="aws",
            direction="in",
            allows=True,
            protocol="tcp",
            first_port=at,
            last_port=at,
            ranges=ranges,
            from_anywhere=anywhere(ranges),
            opens=["ssh"] if name == "Ssh" else [],
            disabled=False,
        )

    def identity(self, node: Fields, part: str) -> Iterator[Asset]:
        """The role that ParallelCluster makes for nodes, as far as further policies are hung on it."""
        iam, spots = self.fresh(node.child("Iam"))
        if not iam.data or "InstanceRole" in iam or "InstanceProfile" in iam:
            return
        policies = [each.text("Policy", "", UNSET) for each in iam.items("AdditionalIamPolicies", "policies")]
        named = [each for each in policies if isinstance(each, str)]
        iam.note("AdditionalIamPolicies", "policies")
        facts = Identity(
            provider="aws",
            sort="role",
            name=f"{part}.Iam",
            account=UNSET,
            policies=named,
            statements=[
                *(statement for arn in named for statement in managed_policy(arn) or ()),
                *_buckets(iam),
            ],
            statements_complete=True,  # those of ParallelCluster itself name the cluster's own things, and deny nothing
            boundary=UNSET if "PermissionsBoundary" in self.whole.child("Iam") else None,
            trust_policy=[TRUSTED_BY_EC2],
            static_keys=False,
        )
        yield self.asset(facts, f"{part}.Iam", spots)


def _buckets(iam: Fields) -> Iterator[Statement]:
    """What `S3Access` grants: reading of a bucket or of a part of it, or everything with it."""
    for access in iam.items("S3Access", "statements"):
        name, key = access.text("BucketName", "", UNSET), access.text("KeyName", "", "")
        writes = access.switch("EnableWriteAccess", "", default=False)
        known = isinstance(name, str) and isinstance(key, str)
        whole = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
        yield replace(
            TRUSTED_BY_EC2,
            principals=None,
            actions=UNSET if writes is UNSET else list(WRITING if writes else READING),
            resources=UNSET if not known else [f"arn:aws:s3:::{name}/{key}"] if key else whole,
        )


def _labels(whole: Fields) -> Fact[dict[str, str]]:
    if whole.unreadable("Tags"):
        return UNSET
    pairs = [(each.text("Key", "", UNSET), each.text("Value", "", UNSET)) for each in whole.items("Tags", "")]
    return {key: value for key, value in pairs if isinstance(key, str) and isinstance(value, str)}


def _types(resource: Fields) -> Fact[str]:
    """The type with the most accelerators of those that a compute resource lists."""
    if "Instances" not in resource:
        return resource.text("InstanceType", "type", UNSET)
    found = [each.text("InstanceType", "type", UNSET) for each in resource.items("Instances", "")]
    known = [each for each in found if isinstance(each, str)]
    resource.note("Instances", "type")
    if len(known) < len(found) or not known or resource.unreadable("Instances"):
        return UNSET
    return max(known, key=lambda each: gpus_of(each) or 0)


def _public(network: Fields, *, head: bool) -> Fact[bool]:
    """An Elastic IP, or an assigned address; what is not said the subnet decides."""
    value = network.get("ElasticIp" if head else "AssignPublicIp", "public_address")
    if isinstance(value, bool):
        return value if value or not head else UNSET
    return True if head and isinstance(value, str) and value.lower() != "false" else UNSET


def _for_users(own: Fields) -> Fact[bool]:
    secured = own.child("Imds").switch("Secured", "metadata_for_users", default=True)
    return not secured if isinstance(secured, bool) else UNSET


def _disks(own: Fields) -> list[Disk]:
    settings = own.child("ComputeSettings") if "ComputeSettings" in own else own
    volume = settings.child("LocalStorage").child("RootVolume")
    encrypted = volume.switch("Encrypted", "disks[0]", default=True)
    return [Disk(name="root", encrypted=encrypted, key=None, ephemeral=False)]


def _shared(whole: Fields) -> Iterator[Disk]:
    """Storage that the cluster makes for all of its nodes: EBS and FSx are encrypted unless told otherwise, EFS is not.

    What exists already (`FileSystemId`, `VolumeId`) was made elsewhere.
    """
    for storage in whole.items("SharedStorage", ""):
        type = storage.text("StorageType", "", UNSET)
        if type not in SHARED:
            continue
        settings = storage.child(f"{type}Settings")
        if not any(name in settings for name in ("FileSystemId", "VolumeId", "FileCacheId")):
            encrypted = settings.switch("Encrypted", "", default=SHARED[str(type)])
            name = storage.text("MountDir", "", UNSET)
            yield Disk(name=name, encrypted=encrypted, key=None, ephemeral=False)


def _scripts(actions: Fields) -> Fact[list[StartScript]]:
    """The scripts of one's own that every node fetches and runs as root."""
    found: list[StartScript] = []
    for action in ACTIONS:
        block = actions.child(action)
        if "Script" in block:
            found.append(_script(block, len(found)))
        for each in block.items("Sequence", ""):
            found.append(_script(each, len(found)))
        if block.unreadable("Sequence"):
            return UNSET
    return found


def _script(block: Fields, position: int) -> StartScript:
    url = block.text("Script", "", UNSET)
    mark = block.data.marks.get("Script")
    if mark is not None:
        place = Spot(block.line + mark.line, mark.column + 1, block.place("Script"))
        block.spots[f"start_scripts[{position}]"] = place
    foreign = FOREIGN.match(url) is not None if isinstance(url, str) else UNSET
    fixed = isinstance(url, str) and url.startswith("https://") and FIXED.search(url) is not None
    return StartScript(url=url, moving=foreign and not fixed if isinstance(foreign, bool) else UNSET)
