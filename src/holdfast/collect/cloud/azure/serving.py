"""Notebooks and endpoints of Azure: Machine Learning, Azure OpenAI and the other AI services.

Source: Azure Machine Learning, "Secure an Azure Machine Learning workspace", "Compute instance" (its users are root);
Azure AI services, "Disable local authentication", "Configure virtual networks"; Terraform AzureRM provider 4 and 5,
`azurerm_machine_learning_compute_instance`, `azurerm_cognitive_account`, `azurerm_ai_services` (checked 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.cloud.azure.common import gpus_of, identity_of, logged, reached
from holdfast.collect.cloud.common import asset
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.managed_notebook import ManagedNotebook

CALLS = ("RequestResponse", "Audit")
MODELS = frozenset(("OpenAI", "AIServices"))
"""Kinds of accounts that serve models of language."""


def notebook(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A compute instance: with a public address unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    public = own.flag("node_public_ip_enabled", "public_address", default=True)
    workspace = stack.target(resource.attributes.get("machine_learning_workspace_id"))
    facts = ManagedNotebook(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        gpus=gpus_of(own.text("virtual_machine_size", "gpus")),
        public_internet=_internet(workspace, public),
        public_address=public,
        private_network="subnet_resource_id" in own,
        root=True,
        role=identity_of(own),
        default_role=False,
        key=UNSET,
        shared="assign_to_user" not in own,
        idle_shutdown=UNSET,
        metadata_tokens=None,
        terminal=True,
        downloads=True,
    )
    yield asset(resource, facts, spots)


def _internet(workspace: Resource | None, public: Fact[bool]) -> Fact[bool]:
    """Whether it reaches the internet past one's own network: as its workspace's managed network says, if it has one.

    Source: Azure Machine Learning, "Workspace managed virtual network isolation" (checked 2026-11-30).
    """
    own = Block(workspace, {}) if workspace is not None else None
    if own is None or "managed_network" not in own:
        return public
    mode = own.block("managed_network").text("isolation_mode", default="Disabled")
    if own.unseen("managed_network") or mode is UNSET:
        return UNSET
    return {"AllowOnlyApprovedOutbound": False, "AllowInternetOutbound": True}.get(str(mode), public)


def account(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An account of Azure OpenAI or of the services around models; other AI services serve none of yours."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    kind = own.text("kind") if resource.type == "azurerm_cognitive_account" else "AIServices"
    if isinstance(kind, str) and kind not in MODELS:
        return
    local = "local_auth_enabled" if "local_auth_enabled" in own else "local_authentication_enabled"
    public = reached(own)
    if resource.type == "azurerm_ai_services" and "public_network_access" in own:
        setting = own.text("public_network_access", "public_network")
        public = UNSET if setting is UNSET else public if setting == "Enabled" else False
    rules = own.block("network_acls")
    limited = rules.text("default_action", "network_rules", "Allow")
    facts = Endpoint(
        name=own.text("name", "name", None) or resource.name,
        provider="azure",
        service="openai" if kind == "OpenAI" else "ai-services" if kind == "AIServices" else UNSET,
        public_network=public,
        anonymous=False,
        keys_allowed=own.flag(local, "keys_allowed", default=True),
        private_network=UNSET,
        isolated=False,
        key=named(own.block("customer_managed_key").data.get("key_vault_key_id")),
        request_logs=logged(own, stack, CALLS, "request_logs"),
        filtered=True,  # the default filter holds unless Microsoft agreed to switch it off
        role=identity_of(own),
        network_rules=UNSET if own.unseen("network_acls") or limited is UNSET else limited == "Deny",
    )
    yield asset(resource, facts, spots)
