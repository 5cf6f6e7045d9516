"""Values of CloudFormation that Terraform spells differently, and defaults in which the two differ.

Source: AWS CloudFormation Template Reference; Terraform AWS provider 6 (checked 2026-11-30).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from holdfast.collect.cloud.aws.spelling import CANNED
from holdfast.core.known import Unknown, known

__all__ = ["adjust"]

Attributes = dict[str, Any]
LOGGED = {"VPC": "vpc_id", "Subnet": "subnet_id", "NetworkInterface": "eni_id"}
"""What a flow log is of -> Terraform's attribute."""


def adjust(type: str, attributes: Attributes) -> None:
    """Changes the values of a resource, whose names are Terraform's already, in place."""
    data = known(attributes.get("user_data"))
    if isinstance(data, str):
        attributes["user_data"] = _decoded(data)
    tags = known(attributes.get("tags"))
    if isinstance(tags, list):
        pairs = [known(item) for item in tags]
        attributes["tags"] = {str(item.get("key")): item.get("value") for item in pairs if isinstance(item, dict)}
    change = CHANGES.get(type)
    if change is not None:
        change(attributes)


def _decoded(text: str) -> str:
    """The script in base64; text that is none stays, because a template may hold it plainly."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _bucket(attributes: Attributes) -> None:
    acl = known(attributes.get("acl"))
    if isinstance(acl, str):
        attributes["acl"] = CANNED.get(acl, acl)


def _profile(attributes: Attributes) -> None:
    roles = known(attributes.get("role"))
    if isinstance(roles, list) and len(roles) == 1:
        attributes["role"] = roles[0]


def _flow_log(attributes: Attributes) -> None:
    resource, type = attributes.pop("resource_id", None), str(known(attributes.get("resource_type")))
    if type in LOGGED:
        attributes[LOGGED[type]] = resource
    else:
        attributes.update(dict.fromkeys(LOGGED.values(), Unknown("what the flow log is of is not known")))


def _cluster(attributes: Attributes) -> None:
    """The logs of a cluster: `Logging: {ClusterLogging: {EnabledTypes: [{Type: audit}]}}`."""
    value: Any = attributes.pop("logging", None)
    for step in ("cluster_logging", "enabled_types"):
        value = known(value)
        value = value.get(step) if isinstance(value, dict) else value
    value = known(value)
    if isinstance(value, list):
        types = [known(each) for each in value]
        attributes["enabled_cluster_log_types"] = [
            each.get("type") if isinstance(each, dict) else each for each in types
        ]
    elif value is not None:
        attributes["enabled_cluster_log_types"] = value


def _job(attributes: Attributes) -> None:
    for name in ("container_properties", "ecs_properties"):
        if name in attributes:
            attributes[name] = _camel(attributes[name])


def _camel(value: Any) -> Any:
    """The document that the service itself takes: `ResourceRequirements` is `resourceRequirements` there."""
    inner = known(value)
    if isinstance(inner, dict):
        return {key[:1].lower() + key[1:]: _camel(item) for key, item in inner.items()}
    return [_camel(item) for item in inner] if isinstance(inner, list) else value


def _search(attributes: Attributes) -> None:
    """What a domain publishes: a mapping from the log's type."""
    logs = known(attributes.get("log_publishing_options"))
    if isinstance(logs, dict):
        attributes["log_publishing_options"] = [
            {"log_type": type}
            for type, log in logs.items()
            if not isinstance(known(log), dict) or known(known(log).get("Enabled")) in (True, "true")
        ]


def _database(attributes: Attributes) -> None:
    """An instance keeps backups for a day, and its subnets decide about its address, where nothing is said."""
    attributes.setdefault("backup_retention_period", 1)
    attributes.setdefault("publicly_accessible", Unknown("the subnets of the database decide it"))


CHANGES: dict[str, Callable[[Attributes], None]] = {
    "aws_s3_bucket": _bucket,
    "aws_iam_instance_profile": _profile,
    "aws_flow_log": _flow_log,
    "aws_eks_cluster": _cluster,
    "aws_batch_job_definition": _job,
    "aws_opensearch_domain": _search,
    "aws_elasticsearch_domain": _search,
    "aws_db_instance": _database,
}
