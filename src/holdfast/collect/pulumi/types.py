"""Pulumi's types as the Terraform resources that they are made from.

Source: the bridged providers' naming: `aws:s3/bucketPolicy:BucketPolicy` is `aws_s3_bucket_policy`, and
`aws:ec2/instance:Instance` is `aws_instance` (checked 2026-11-30 on AWS, Google Cloud and Azure classic).
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from holdfast.collect.cloud.resource import Resource
from holdfast.collect.pulumi.names import singular, with_singulars

PROVIDERS = {"aws": "aws", "gcp": "google", "azure": "azurerm"}
UNNAMED = frozenset(("ec2", "index", "core"))
"""Modules that Terraform's names leave out."""
EXACT = {
    "gcp:storage/bucketIAMMember:BucketIAMMember": "google_storage_bucket_iam_member",
    "gcp:storage/bucketIAMBinding:BucketIAMBinding": "google_storage_bucket_iam_binding",
    "gcp:storage/bucketIAMPolicy:BucketIAMPolicy": "google_storage_bucket_iam_policy",
    "gcp:projects/iAMMember:IAMMember": "google_project_iam_member",
    "gcp:projects/iAMBinding:IAMBinding": "google_project_iam_binding",
    "gcp:serviceaccount/account:Account": "google_service_account",
    "gcp:serviceaccount/key:Key": "google_service_account_key",
    "gcp:compute/firewall:Firewall": "google_compute_firewall",
    "gcp:serviceaccount/iAMMember:IAMMember": "google_service_account_iam_member",
    "gcp:serviceaccount/iAMBinding:IAMBinding": "google_service_account_iam_binding",
    "gcp:storage/bucketACL:BucketACL": "google_storage_bucket_acl",
    "gcp:storage/defaultObjectACL:DefaultObjectACL": "google_storage_default_object_acl",
    "gcp:cloudrunv2/service:Service": "google_cloud_run_v2_service",
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": "google_cloud_run_v2_service_iam_member",
    "gcp:cloudrun/service:Service": "google_cloud_run_service",
    "gcp:cloudrun/iamMember:IamMember": "google_cloud_run_service_iam_member",
    "gcp:secretmanager/secret:Secret": "google_secret_manager_secret",
    "gcp:secretmanager/secretVersion:SecretVersion": "google_secret_manager_secret_version",
    "gcp:artifactregistry/repository:Repository": "google_artifact_registry_repository",
    "azure:authorization/assignment:Assignment": "azurerm_role_assignment",
    "azure:authorization/roleDefinition:RoleDefinition": "azurerm_role_definition",
    "azure:authorization/userAssignedIdentity:UserAssignedIdentity": "azurerm_user_assigned_identity",
    "azure:compute/linuxVirtualMachine:LinuxVirtualMachine": "azurerm_linux_virtual_machine",
    "azure:compute/linuxVirtualMachineScaleSet:LinuxVirtualMachineScaleSet": "azurerm_linux_virtual_machine_scale_set",
    "azure:containerservice/kubernetesCluster:KubernetesCluster": "azurerm_kubernetes_cluster",
    "azure:containerservice/registry:Registry": "azurerm_container_registry",
    "azure:eventhub/eventHubNamespace:EventHubNamespace": "azurerm_eventhub_namespace",
    "azure:keyvault/key:Key": "azurerm_key_vault_key",
    "azure:keyvault/keyVault:KeyVault": "azurerm_key_vault",
    "azure:keyvault/secret:Secret": "azurerm_key_vault_secret",
    "azure:monitoring/diagnosticSetting:DiagnosticSetting": "azurerm_monitor_diagnostic_setting",
    "azure:network/subnet:Subnet": "azurerm_subnet",
    "azure:network/virtualNetwork:VirtualNetwork": "azurerm_virtual_network",
    "aws:ec2/securityGroupRule:SecurityGroupRule": "aws_security_group_rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "aws_vpc_security_group_egress_rule",
}
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
VERSION = re.compile(r"V\d$")


def terraformed(resource: Resource) -> Resource:
    """A resource in Terraform's words; one of another provider stays."""
    type = terraform_type(resource.type)
    if type == resource.type:
        return resource
    ones = {re.sub(r"\w+", lambda step: singular(step[0]), path): spot for path, spot in resource.spots.items()}
    attributes = with_singulars(resource.attributes)
    return replace(resource, type=type, written=resource.type, attributes=attributes, spots={**ones, **resource.spots})


def terraform_type(token: str) -> str:
    """The Terraform resource of a type; a type of another provider stays."""
    if token in EXACT:
        return EXACT[token]
    package, _, rest = token.partition(":")
    module, _, member = rest.partition(":")
    provider = PROVIDERS.get(package)
    if provider is None or not member:
        return token
    module = module.partition("/")[0]
    name = HUMP.sub("_", VERSION.sub("", member)).lower()
    middle = "" if module in UNNAMED or name.startswith(module) else f"{module}_"
    return f"{provider}_{middle}{name}"
