"""Notebooks and endpoints of Google Cloud: Workbench, Vertex AI, Cloud Run.

Source: Vertex AI Workbench, "Manage metadata" (`notebook-disable-root`, `idle-timeout-seconds`), "Manage access" (an
instance without an owner is opened by everybody who may act as its account); Vertex AI, "Use online prediction",
"Vector Search"; Cloud Run, "Allow public (unauthenticated) access", "Restrict network ingress"; Terraform Google
provider 7, `google_workbench_instance`, `google_vertex_ai_endpoint`, `google_cloud_run_v2_service`; provider 6,
`google_notebooks_instance` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.common import asset, opposite
from holdfast.collect.cloud.google import iam
from holdfast.collect.cloud.google.common import gpus, is_default_account, switched
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, either
from holdfast.core.statement import Statement
from holdfast.formats.servers.masking import holds_secret
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.managed_notebook import ManagedNotebook

MODELS = re.compile(
    r"vllm|ollama|text-generation|sglang|triton|tritonserver|torchserve|llama|mistral|gemma|qwen|deepseek|comfyui|"
    r"(?<![a-z])(?:llm|tgi|model|models|inference|embeddings?|predict(?:ion|or)?|jupyter|mlflow|gradio|streamlit)(?![a-z])"
)
"""What a service that serves a model, or a tool around one, is called."""


def workbench(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An instance of Workbench: with a public address and root for its users unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    setup = own.block("gce_setup")
    account = setup.block("service_accounts")
    metadata = setup.table("metadata", "root")
    idle = metadata.get("idle-timeout-seconds") if isinstance(metadata, dict) else UNSET
    closed = setup.flag("disable_public_ip", "public_address", default=False)
    private = UNSET if setup.unseen("network_interfaces") else "network_interfaces" in setup
    facts = ManagedNotebook(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        gpus=gpus(setup, setup.text("machine_type", "gpus"), "accelerator_configs", "core_count"),
        public_internet=opposite(closed),
        public_address=opposite(closed),
        private_network=private,
        root=opposite(switched(metadata, "notebook-disable-root")),
        role=named(account.data.get("email")),
        default_role=_default(own, setup, account.data.get("email"), stack),
        key=named(setup.block("boot_disk").data.get("kms_key")),
        shared="instance_owners" not in own,
        idle_shutdown=idle not in ("", "0") if isinstance(idle, str) else UNSET,
        metadata_tokens=None,
        terminal=opposite(switched(metadata, "notebook-disable-terminal")),
        downloads=opposite(switched(metadata, "notebook-disable-downloads")),
    )
    yield asset(resource, facts, spots)


def _default(own: Block, setup: Block, email: Any, stack: Stack) -> Fact[bool]:
    if own.unseen("gce_setup") or setup.unseen("service_accounts"):
        return UNSET
    own.note("gce_setup", "default_role")
    return is_default_account(email, stack)


def notebook(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """An instance of the older managed or user-managed notebooks."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    metadata = own.table("metadata", "root")
    idle = metadata.get("idle-timeout-seconds") if isinstance(metadata, dict) else UNSET
    closed = own.flag("no_public_ip", "public_address", default=False)
    own.note("service_account", "default_role")
    facts = ManagedNotebook(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        gpus=gpus(own, own.text("machine_type", "gpus"), "accelerator_config", "core_count"),
        public_internet=opposite(closed),
        public_address=opposite(closed),
        private_network="network" in own or "subnet" in own,
        root=opposite(switched(metadata, "notebook-disable-root")),
        role=named(own.data.get("service_account")),
        default_role=is_default_account(own.data.get("service_account"), stack),
        key=named(own.data.get("kms_key")),
        shared="instance_owners" not in own,
        idle_shutdown=idle not in ("", "0") if isinstance(idle, str) else UNSET,
        metadata_tokens=None,
        terminal=opposite(switched(metadata, "notebook-disable-terminal")),
        downloads=opposite(switched(metadata, "notebook-disable-downloads")),
    )
    yield asset(resource, facts, spots)


def endpoint(resource: Resource, _: Stack) -> Iterator[Asset]:
    """An endpoint of Vertex AI: every call bears an identity."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    private = either("network" in own, "private_service_connect_config" in own)
    own.note("network", "public_network")
    logging = own.block("predict_request_response_logging_config")
    facts = Endpoint(
        name=own.text("display_name", "name", None) or own.text("name", "name", None) or resource.name,
        provider="google",
        service="vertex",
        public_network=opposite(private),
        anonymous=False,
        keys_allowed=False,
        private_network=private,
        isolated=False,
        key=named(own.block("encryption_spec").data.get("kms_key_name")),
        request_logs=UNSET
        if own.unseen("predict_request_response_logging_config")
        else logging.flag("enabled", "request_logs", default=False),
    )
    yield asset(resource, facts, spots)


def run(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A service of Cloud Run that serves a model, by its accelerator or by what it is called."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    template = own.block("template")
    pod = template.block("spec") if resource.type == "google_cloud_run_service" else template
    containers = list(pod.blocks("containers"))
    if not _serves(own, pod, containers):
        return
    ingress = own.text("ingress", "public_network", "INGRESS_TRAFFIC_ALL")
    annotations = own.block("metadata").table("annotations")
    if isinstance(annotations, dict) and "run.googleapis.com/ingress" in annotations:
        ingress = annotations["run.googleapis.com/ingress"].upper()
    public = ingress.endswith("ALL") if isinstance(ingress, str) else UNSET
    account = pod.data.get("service_account") or pod.data.get("service_account_name")
    facts = Endpoint(
        name=own.text("name", "name", None) or resource.name,
        provider="google",
        service="run",
        public_network=public,
        anonymous=_anonymous(own, stack, public),
        keys_allowed=UNSET,
        private_network=either("vpc_access" in template, "vpc_connector" in template),
        isolated=False,
        key=named(template.data.get("encryption_key")),
        role=named(account),
        secrets_in_env=UNSET if pod.unseen("containers") else _variables(containers),
    )
    yield asset(resource, facts, spots)


def _variables(containers: list[Block]) -> Fact[list[str]]:
    """Credentials among the variables of containers."""
    found: list[str] = []
    for container in containers:
        if container.unseen("env"):
            return UNSET
        for each in container.blocks("env"):
            name, value = each.text("name"), each.text("value")
            if isinstance(name, str) and isinstance(value, str) and holds_secret(name.lower(), value):
                each.note("value", "secrets_in_env")
                found.append(name)
    return found


def _serves(own: Block, pod: Block, containers: list[Block]) -> bool:
    """Whether a service serves a model."""
    if "accelerator" in pod.block("node_selector") or pod.block("node_selector").raw("run.googleapis.com/accelerator"):
        return True
    for each in containers:
        limits = each.block("resources").table("limits")
        if isinstance(limits, dict) and any("gpu" in name for name in limits):
            return True
    words = [own.text("name"), own.resource.name, *(each.text("image") for each in containers)]
    return any(isinstance(word, str) and MODELS.search(word.lower()) for word in words)


def _anonymous(own: Block, stack: Stack, public: Fact[bool]) -> Fact[bool]:
    """Whether everybody is an invoker, or none is asked for; behind an ingress that is internal nobody outside is."""
    if public is False or own.flag("iap_enabled", default=False) is True:
        return False
    if own.flag("invoker_iam_disabled", "anonymous", default=False) is True:
        return True if public is True else UNSET
    found: list[Statement] = []
    for type, link in (("google_cloud_run_service", "service"), ("google_cloud_run_v2_service", "name")):
        found += iam.policy(own.resource, stack, [type], link, "run", own.spots) or ()
    if "policy" in own.spots:
        own.spots["anonymous"] = own.spots.pop("policy")
    answer = iam.everybody(found)
    return UNSET if answer is True and public is UNSET else answer
