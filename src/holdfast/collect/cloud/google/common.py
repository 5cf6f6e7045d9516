"""What resources of Google Cloud have in common."""

from __future__ import annotations

import re
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, literal, named
from holdfast.core.fact import Fact
from holdfast.core.known import Reference, Text

MACHINES = (
    (re.compile(r"a2-(?:high|ultra)gpu-(\d+)g"), None),
    (re.compile(r"a2-megagpu-16g"), 16),
    (re.compile(r"a3-(?:high|mega|ultra|edge)gpu-(\d+)g(?:-nolssd)?"), None),
    (re.compile(r"a4-highgpu-(\d+)g"), None),
    (re.compile(r"a4x-(?:highgpu|maxgpu)-(\d+)g(?:-\w+)?"), None),
    (re.compile(r"g2-standard-(?:4|8|12|16|32)|g4-standard-(?:6|12|24|48)"), 1),
    (re.compile(r"g2-standard-24|g4-standard-96"), 2),
    (re.compile(r"g2-standard-48|g4-standard-192"), 4),
    (re.compile(r"g2-standard-96|g4-standard-384"), 8),
    (re.compile(r"ct[\w]+-\w+-(\d+)t"), None),
)
"""Machine types with accelerators -> how many; None takes the number in the name. Source: Compute Engine, "GPU machine
types"; Cloud TPU, "TPU machine types" (2026-11-30)."""
DEFAULT_ACCOUNT = re.compile(r"(?:\d+-compute@developer|[\w-]+@appspot)\.gserviceaccount\.com|default")
"""Accounts that Google makes for everybody. Source: IAM, "Default service accounts" (2026-11-30)."""
DEFAULT_LOOKUPS = ("data.google_compute_default_service_account", "data.google_app_engine_default_service_account")
NETWORK, SUBNET = "google_compute_network", "google_compute_subnetwork"
SCOPES = "https://www.googleapis.com/auth/"


def labels(own: Block) -> Fact[dict[str, str]]:
    """A resource's labels with those that its provider's configuration adds."""
    found = own.table("labels", "tags")
    return own.table("terraform_labels") if "terraform_labels" in own else found


def machine_gpus(type: Fact[str]) -> Fact[int]:
    """Accelerators of a machine type, named or by its address: 0 for none."""
    if not isinstance(type, str):
        return UNSET if type is UNSET else 0
    name = type.rpartition("/")[2]
    for pattern, count in MACHINES:
        if found := pattern.fullmatch(name):
            return int(found[1]) if count is None else count
    return 0


def gpus(own: Block, machine: Fact[str], blocks: str = "guest_accelerator", count: str = "count") -> Fact[int]:
    """Accelerators of a machine: those of its type, or those that are added to it."""
    if own.unseen(blocks):
        return UNSET
    added: list[Fact[int]] = [block.number(count, "gpus", 1) for block in own.blocks(blocks)]
    numbers = [each for each in added if isinstance(each, int)]
    if len(numbers) < len(added):
        return UNSET
    return sum(numbers) or machine_gpus(machine)


def is_default_account(email: object, stack: Stack) -> Fact[bool]:
    """Whether an account is one that Google makes for everybody; absent means that one."""
    if email is None:
        return True
    if isinstance(email, Reference) and email.address.startswith(DEFAULT_LOOKUPS):
        return True
    if stack.target(email) is not None:
        return False
    if isinstance(email, Text):
        suffix = email.suffix
        if suffix.endswith("-compute@developer.gserviceaccount.com"):
            return True
        return False if re.search(r"@(?!developer|appspot).+\.gserviceaccount\.com$", suffix) else UNSET
    name = named(email)
    if name is None or name == "":
        return True
    return DEFAULT_ACCOUNT.fullmatch(name) is not None if isinstance(name, str) and "@" in name else UNSET


def network_of(own: Block, stack: Stack) -> Fact[str]:
    """The network that something names, itself or by its subnet: the address of one that is declared, or its name."""
    for name in ("network", "authorized_network"):
        if own.data.get(name) is not None:
            return _network(own.data[name], stack)
    subnet = own.data.get("subnetwork")
    if subnet is None:
        return UNSET
    target = stack.target(subnet)
    if target is None or target.data or target.type != SUBNET:
        return UNSET
    return _network(target.attributes.get("network"), stack)


def _network(value: Any, stack: Stack) -> Fact[str]:
    target = stack.target(value)
    if target is not None:
        return target.address
    name = literal(value)
    if not isinstance(name, str):
        return UNSET
    short = name.rpartition("/")[2]
    declared = (each for each in stack.of(NETWORK) if literal(each.attributes.get("name")) == short)
    return next((each.address for each in declared), short)


def scopes(own: Block) -> Fact[list[str]]:
    """Access scopes, as gcloud abbreviates them."""
    found = own.texts("scopes", "scopes")
    return [each.removeprefix(SCOPES) for each in found] if isinstance(found, list) else found


def switched(metadata: Fact[dict[str, str]], name: str) -> Fact[bool]:
    """Whether an entry of the metadata is on. Source: Compute Engine, "Set boolean values in metadata"."""
    if not isinstance(metadata, dict):
        return UNSET
    return metadata.get(name, "").lower() in ("true", "1", "y", "yes")


def days(text: Fact[str]) -> Fact[int]:
    """`86400s` as whole days."""
    if not isinstance(text, str):
        return text
    number = text.removesuffix("s").partition(".")[0]
    return int(number) // 86_400 if number.isdecimal() and len(number) < 19 else UNSET
