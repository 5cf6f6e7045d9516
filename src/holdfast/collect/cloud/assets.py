"""Resources that infrastructure as code declares -> assets of the kinds that a live account fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from holdfast.collect.cloud.elsewhere import glimpsed, with_elsewhere
from holdfast.collect.cloud.hidden import hidden_in
from holdfast.collect.cloud.resource import Resource
from holdfast.collect.cloud.stack import Stack
from holdfast.collect.readers import load
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.fact import Secret

READERS = {
    "aws_s3_bucket": "cloud.aws.s3:bucket",
    "aws_instance": "cloud.aws.ec2:instance",
    "aws_spot_instance_request": "cloud.aws.ec2:instance",
    "aws_launch_template": "cloud.aws.ec2:instance",
    "aws_launch_configuration": "cloud.aws.ec2:instance",
    "aws_security_group": "cloud.aws.ec2:security_group",
    "aws_default_security_group": "cloud.aws.ec2:security_group",
    "aws_security_group_rule": "cloud.aws.ec2:group_rule",
    "aws_vpc_security_group_ingress_rule": "cloud.aws.ec2:group_rule",
    "aws_vpc_security_group_egress_rule": "cloud.aws.ec2:group_rule",
    "aws_sagemaker_notebook_instance": "cloud.aws.sagemaker:notebook",
    "aws_sagemaker_domain": "cloud.aws.sagemaker:domain",
    "aws_sagemaker_model": "cloud.aws.sagemaker:model",
    "awscc_sagemaker_cluster": "cloud.aws.sagemaker:cluster",
    "aws_batch_job_definition": "cloud.aws.sagemaker:batch_job",
    "aws_eks_cluster": "cloud.aws.eks:cluster",
    "aws_eks_node_group": "cloud.aws.nodes:node_group",
    "aws_kms_key": "cloud.aws.keeping:key",
    "aws_secretsmanager_secret": "cloud.aws.keeping:secret",
    "aws_ssm_parameter": "cloud.aws.keeping:parameter",
    "aws_sqs_queue": "cloud.aws.keeping:queue",
    "aws_sns_topic": "cloud.aws.keeping:queue",
    "aws_kinesis_stream": "cloud.aws.keeping:stream",
    "aws_ecr_repository": "cloud.aws.keeping:registry",
    "aws_opensearch_domain": "cloud.aws.databases:search",
    "aws_elasticsearch_domain": "cloud.aws.databases:search",
    "aws_db_instance": "cloud.aws.databases:relational",
    "aws_rds_cluster": "cloud.aws.databases:relational",
    "aws_elasticache_replication_group": "cloud.aws.databases:cache",
    "aws_memorydb_cluster": "cloud.aws.databases:cache",
    "aws_opensearchserverless_collection": "cloud.aws.serverless:collection",
    "aws_vpc": "cloud.aws.watching:network",
    "aws_default_vpc": "cloud.aws.watching:network",
    "aws_subnet": "cloud.aws.watching:network",
    "aws_cloudtrail": "cloud.aws.watching:trail",
    "aws_iam_role": "cloud.aws.identity:identity",
    "aws_iam_user": "cloud.aws.identity:identity",
    "aws_iam_group": "cloud.aws.identity:identity",
    "google_storage_bucket": "cloud.google.storage:bucket",
    "google_service_account": "cloud.google.identity:identity",
    **dict.fromkeys(
        (
            f"google_{tree}_iam_{form}"
            for tree in ("project", "folder", "organization")
            for form in ("member", "binding", "policy")
        ),
        "cloud.google.identity:grantees",
    ),
    "google_compute_instance": "cloud.google.compute:instance",
    "google_compute_instance_template": "cloud.google.compute:instance",
    "google_compute_region_instance_template": "cloud.google.compute:instance",
    "google_compute_firewall": "cloud.google.network:firewall",
    "google_compute_network_firewall_policy_rule": "cloud.google.network:policy_rule",
    "google_compute_region_network_firewall_policy_rule": "cloud.google.network:policy_rule",
    "google_compute_firewall_policy_rule": "cloud.google.network:policy_rule",
    "google_compute_firewall_policy_with_rules": "cloud.google.network:policy",
    "google_compute_network_firewall_policy_with_rules": "cloud.google.network:policy",
    "google_compute_region_network_firewall_policy_with_rules": "cloud.google.network:policy",
    "google_compute_network": "cloud.google.network:network",
    "google_compute_subnetwork": "cloud.google.network:subnet",
    "google_workbench_instance": "cloud.google.serving:workbench",
    "google_notebooks_instance": "cloud.google.serving:notebook",
    "google_vertex_ai_endpoint": "cloud.google.serving:endpoint",
    "google_cloud_run_v2_service": "cloud.google.serving:run",
    "google_cloud_run_service": "cloud.google.serving:run",
    "google_container_cluster": "cloud.google.cluster:cluster",
    "google_container_node_pool": "cloud.google.nodes:node_pool",
    "google_sql_database_instance": "cloud.google.databases:relational",
    "google_redis_instance": "cloud.google.databases:cache",
    "google_vertex_ai_index_endpoint": "cloud.google.databases:vectors",
    "google_kms_crypto_key": "cloud.google.keeping:key",
    "google_secret_manager_secret": "cloud.google.keeping:secret",
    "google_secret_manager_regional_secret": "cloud.google.keeping:secret",
    "google_pubsub_topic": "cloud.google.keeping:topic",
    "google_artifact_registry_repository": "cloud.google.keeping:registry",
    "google_project_iam_audit_config": "cloud.google.keeping:audit",
    "google_folder_iam_audit_config": "cloud.google.keeping:audit",
    "google_organization_iam_audit_config": "cloud.google.keeping:audit",
    "azurerm_storage_account": "cloud.azure.storage:account",
    "azurerm_user_assigned_identity": "cloud.azure.identity:identity",
    "azuread_application": "cloud.azure.identity:identity",
    "azuread_application_registration": "cloud.azure.identity:identity",
    "azuread_service_principal": "cloud.azure.identity:identity",
    "azurerm_role_assignment": "cloud.azure.identity:own_identity",
    "azurerm_linux_virtual_machine": "cloud.azure.compute:machine",
    "azurerm_windows_virtual_machine": "cloud.azure.compute:machine",
    "azurerm_linux_virtual_machine_scale_set": "cloud.azure.compute:machine",
    "azurerm_windows_virtual_machine_scale_set": "cloud.azure.compute:machine",
    "azurerm_virtual_machine": "cloud.azure.compute:machine",
    "azurerm_orchestrated_virtual_machine_scale_set": "cloud.azure.compute:machine",
    "azurerm_network_security_group": "cloud.azure.network:group",
    "azurerm_network_security_rule": "cloud.azure.network:rule",
    "azurerm_virtual_network": "cloud.azure.network:network",
    "azurerm_subnet": "cloud.azure.network:subnet",
    "azurerm_machine_learning_compute_instance": "cloud.azure.serving:notebook",
    "azurerm_cognitive_account": "cloud.azure.serving:account",
    "azurerm_ai_services": "cloud.azure.serving:account",
    "azurerm_kubernetes_cluster": "cloud.azure.cluster:cluster",
    "azurerm_kubernetes_cluster_node_pool": "cloud.azure.nodes:node_pool",
    "azurerm_search_service": "cloud.azure.databases:search",
    "azurerm_postgresql_flexible_server": "cloud.azure.databases:postgresql",
    "azurerm_redis_cache": "cloud.azure.databases:cache",
    "azurerm_cosmosdb_account": "cloud.azure.databases:cosmos",
    "azurerm_key_vault_key": "cloud.azure.keeping:key",
    "azurerm_key_vault_secret": "cloud.azure.keeping:secret",
    "azurerm_servicebus_namespace": "cloud.azure.keeping:bus",
    "azurerm_eventhub_namespace": "cloud.azure.keeping:bus",
    "azurerm_container_registry": "cloud.azure.keeping:registry",
    "azurerm_monitor_diagnostic_setting": "cloud.azure.keeping:activity",
    "nebius_compute_v1_instance": "cloud.nebius:instance",
    "nebius_mk8s_v1_node_group": "cloud.nebius:node_group",
    "nebius_mk8s_v1_cluster": "cloud.nebius:cluster",
    "nebius_iam_v1_service_account": "cloud.nebius_keeping:identity",
    "nebius_mysterybox_v1_secret": "cloud.nebius_keeping:secret",
    "nebius_kms_v1_symmetric_key": "cloud.nebius_keeping:key",
    "nebius_storage_v1_bucket": "cloud.nebius:bucket",
    "nebius_vpc_v1_security_rule": "cloud.nebius:rule",
    "nebius_msp_postgresql_v1alpha1_cluster": "cloud.nebius:postgresql",
    "coreweave_cks_cluster": "cloud.coreweave:cluster",
    "coreweave_object_storage_bucket": "cloud.coreweave:bucket",
    "coreweave_networking_vpc": "cloud.coreweave:network",
    "coreweave_inference_gateway": "cloud.coreweave:gateway",
}
"""Type of a resource, in Terraform's words -> `module:function`: resource, stack -> its assets."""
STARTING = frozenset(
    "user_data user_data_base64 custom_data cloud_init_user_data metadata_startup_script metadata os_profile".split()
)
"""Attributes of machines that may hold what they do at their first boot."""


def assets(found: Iterable[Resource | Gap]) -> Iterator[Asset | Edge | Gap]:
    """The assets of all resources, each seen together with those that are applied with it."""
    roots: dict[tuple[str, str], list[Resource]] = {}
    for item in found:
        if isinstance(item, Gap):
            yield item
        else:
            roots.setdefault((item.dialect, item.root), []).append(item)
    translated = [_in_one_language(declared, dialect) for (dialect, _), declared in roots.items()]
    hidden = hidden_in(resource for resources in translated for resource in resources)  # a module's are its caller's
    for declared in translated:
        resources, shown = with_elsewhere(declared)
        stack = Stack(resources)
        for resource in resources:
            reader = READERS.get(resource.type)
            if reader is not None and not resource.data:
                stack.asked.add(resource.type)
                for each in load(reader)(resource, stack):
                    yield _seen(each, resource, shown, hidden) if isinstance(each, Asset) else each
                if not STARTING.isdisjoint(resource.attributes):
                    for each in load("cloud.user_data:read")(resource):
                        yield replace(each, hidden=(*hidden, *each.hidden)) if isinstance(each, Asset) else each
        yield from _unjudged(stack)


def _seen(asset: Asset, resource: Resource, shown: Mapping[str, frozenset[str]], hidden: tuple[Secret, ...]) -> Asset:
    found = glimpsed(asset, shown[resource.address]) if resource.elsewhere else asset
    return replace(found, hidden=hidden)


def _unjudged(stack: Stack) -> Iterator[Gap]:
    """Resources of types that nobody reads, and those that set up something which is not declared here."""
    for resource in stack.unasked():
        yield _left_out(resource, "nothing here judges a `{}`")
    for resource in stack.astray():
        if resource.type not in READERS:
            yield _left_out(resource, "what this `{}` is about is not declared here")
    for resource in {each.type: each for each in reversed(stack.resources) if each.elsewhere}.values():
        yield _left_out(resource, "what this `{}` is about is declared elsewhere: only what it says is judged")


def _left_out(resource: Resource, reason: str) -> Gap:
    """A resource that is passed over, called as its file calls it."""
    return Gap(resource.path, reason.format(resource.written or resource.type), "left_out", resource.spot("").line)


def _in_one_language(resources: list[Resource], dialect: str) -> list[Resource]:
    """The resources of a template or program in Terraform's words."""
    if dialect == "cloudformation":
        from holdfast.collect.cloud.aws.lowering import lowered

        return [each for resource in resources for each in lowered(resource)]
    if dialect == "pulumi":
        from holdfast.collect.pulumi.types import terraformed

        return [terraformed(resource) for resource in resources]
    return resources
