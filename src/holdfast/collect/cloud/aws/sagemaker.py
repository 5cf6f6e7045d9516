"""SageMaker: notebooks, endpoints, training, HyperPod clusters.

Source: Amazon SageMaker AI Developer Guide, "Security" (notebook instances, domains, models); "SageMaker HyperPod";
Terraform AWS provider 6, `aws_sagemaker_*`, AWSCC provider, `awscc_sagemaker_cluster` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from holdfast.collect.cloud.aws.common import gpus_of
from holdfast.collect.cloud.common import asset, is_word
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.cloud.values import Block, named
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact
from holdfast.core.known import document, known
from holdfast.formats.servers.masking import holds_secret
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.instance import Instance
from holdfast.kinds.managed_notebook import ManagedNotebook
from holdfast.kinds.training_job import TrainingJob

IMAGE = re.compile(r".+@sha256:[0-9a-f]{64}")


def machine(own: Block, fact: str = "gpus") -> Fact[int]:
    """Accelerators of an `ml.` machine type."""
    type = own.text("instance_type", fact)
    return gpus_of(type.removeprefix("ml.")) if isinstance(type, str) else UNSET if type is UNSET else 0


def notebook(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A notebook instance: with direct internet access and root for its users unless told otherwise."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    service = own.block("instance_metadata_service_configuration")
    facts = ManagedNotebook(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        gpus=machine(own),
        public_internet=is_word(own.text("direct_internet_access", "public_internet", "Enabled"), "Enabled"),
        public_address=False,
        private_network="subnet_id" in own,
        root=is_word(own.text("root_access", "root", "Enabled"), "Enabled"),
        role=named(own.data.get("role_arn")),
        default_role=False,
        key=named(own.data.get("kms_key_id")),
        shared=True,  # whoever may open the notebook has its role
        idle_shutdown="lifecycle_config_name" in own,
        metadata_tokens=is_word(service.text("minimum_instance_metadata_service_version", "metadata_tokens", "1"), "2"),
        terminal=True,
        downloads=True,
    )
    yield asset(resource, facts, spots)


def domain(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A domain of SageMaker Studio: with direct internet access unless it is limited to its network."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    access = own.text("app_network_access_type", "public_internet", "PublicInternetOnly")
    settings = own.block("default_user_settings")
    idle = settings.block("jupyter_lab_app_settings").block("app_lifecycle_management").block("idle_settings")
    facts = ManagedNotebook(
        name=own.text("domain_name", "name", None) or resource.name,
        provider="aws",
        gpus=UNSET,
        public_internet=is_word(access, "PublicInternetOnly"),
        public_address=False,
        private_network=is_word(access, "VpcOnly"),
        root=False,
        role=named(settings.data.get("execution_role")),
        default_role=False,
        key=named(own.data.get("kms_key_id")),
        shared=False,
        idle_shutdown=is_word(idle.text("lifecycle_management", "idle_shutdown", "DISABLED"), "ENABLED"),
        metadata_tokens=UNSET,
        terminal=True,
        downloads=True,
    )
    yield asset(resource, facts, spots)


def cluster(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A HyperPod cluster: each of its groups is a template for machines."""
    for number, group in enumerate(Block(resource, {}).blocks("instance_groups")):
        spots: dict[str, Spot] = {}
        own = Block(resource, spots, group.data, group.path)
        own.here("")
        type = own.text("instance_type", "type", UNSET)
        facts = Instance(
            name=own.text("instance_group_name", "name", None) or resource.name,
            provider="aws",
            template=True,
            type=type,
            gpus=machine(own),
            region=resource.region if isinstance(resource.region, str) else UNSET,
            trust="datacenter",
            ports=[],
            env=[],
            role=named(own.data.get("execution_role")),
            ssh_key=False,
            user_data=False,
            secrets_in_user_data=[],
            interruptible=False,
        )
        yield asset(resource, facts, spots, f"instance_groups.{number}")


def model(resource: Resource, stack: Stack) -> Iterator[Asset]:
    """A model with the endpoint configurations that serve it, and the endpoints that these are in."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    serving = [each for each in stack.of("aws_sagemaker_endpoint_configuration") if _serves(each, resource, stack)]
    configuration = Block(serving[0], spots) if serving else None
    endpoints = [
        each
        for each in stack.of("aws_sagemaker_endpoint")
        if any(stack.means(each.attributes.get("endpoint_config_name"), one) for one in serving)
    ]
    facts = Endpoint(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        service="sagemaker",
        anonymous=False,  # every call is signed
        public_network=True,  # by the provider's own interface, unless an interface endpoint's policy says otherwise
        keys_allowed=False,
        private_network="vpc_config" in own,
        isolated=own.flag("enable_network_isolation", "isolated", default=False),
        key=named(configuration.data.get("kms_key_arn")) if configuration else None,
        request_logs=_captured(configuration) if configuration else False,
        role=named(own.data.get("execution_role_arn")),
        secrets_in_env=_variables(own),
    )
    yield asset(resource, facts, spots, also=endpoints or serving)


def _variables(own: Block) -> Fact[list[str]]:
    """Credentials among the variables of a model's containers."""
    found: list[str] = []
    for name in ("primary_container", "container"):
        if own.unseen(name):
            return UNSET
        for block in own.blocks(name):
            values = block.table("environment", "secrets_in_env")
            if not isinstance(values, dict):
                return UNSET
            found += [key for key, value in values.items() if holds_secret(key.lower(), value)]
    return found


def _serves(configuration: Resource, model: Resource, stack: Stack) -> bool:
    variants = Block(configuration, {}).blocks("production_variants")
    return any(stack.target(variant.data.get("model_name")) is model for variant in variants)


def _captured(configuration: Block) -> Fact[bool]:
    capture = configuration.block("data_capture_config")
    return capture.flag("enable_capture", "request_logs", default=False)


def batch_job(resource: Resource, _: Stack) -> Iterator[Asset]:
    """A job definition of AWS Batch. Source: AWS Batch User Guide, "Job definition parameters"."""
    spots: dict[str, Spot] = {}
    own = Block(resource, spots)
    container, read = _container(own)
    image = known(container.get("image"))
    env = [known(each) for each in known(container.get("environment")) or () if isinstance(known(each), dict)]
    needs = [
        known(each) for each in known(container.get("resourceRequirements")) or () if isinstance(known(each), dict)
    ]
    gpus = next((known(each.get("value")) for each in needs if known(each.get("type")) == "GPU"), 0)
    privileged = known(container.get("privileged"))
    timeout = own.block("timeout").number("attempt_duration_seconds", "max_seconds")
    facts = TrainingJob(
        name=own.text("name", "name", None) or resource.name,
        provider="aws",
        image=image if isinstance(image, str) else UNSET,
        pinned=IMAGE.fullmatch(image) is not None if isinstance(image, str) else UNSET,
        gpus=int(gpus) if str(gpus).isdecimal() and read else UNSET,
        role=named(container.get("jobRoleArn")),
        private_network=True,
        isolated=False,
        privileged=privileged if isinstance(privileged, bool) else False if privileged is None and read else UNSET,
        secrets_in_env=_secrets(env) if read else UNSET,
        max_seconds=timeout,
    )
    yield asset(resource, facts, spots)


def _container(own: Block) -> tuple[dict[str, Any], bool]:
    """The container of a job, and whether it was seen: those of ECS tasks, nodes and pods are written elsewhere."""
    whole = _document(own, "container_properties")
    if isinstance(whole, dict):
        return whole, True
    tasks = _document(own, "ecs_properties")
    inside = _objects(tasks.get("taskProperties")) if isinstance(tasks, dict) else []
    found = [each for task in inside for each in _objects(task.get("containers"))]
    return (found[0], len(found) == 1) if found else ({}, False)


def _document(own: Block, name: str) -> Any:
    """A document that is text for Terraform and an object for CloudFormation."""
    written = own.raw(name, "image")
    return written if isinstance(written, dict) else document(written)


def _objects(value: object) -> list[dict[str, object]]:
    """The objects in a list of a document."""
    items = known(value)
    found = (known(item) for item in items) if isinstance(items, list) else ()
    return [item for item in found if isinstance(item, dict)]


def _secrets(env: list[dict[str, object]]) -> list[str]:
    pairs = ((str(known(each.get("name"))), known(each.get("value"))) for each in env)
    return [name for name, value in pairs if isinstance(value, str) and holds_secret(name.lower(), value)]
