"""What a power needs: for each provider, the alternatives, each a set of permissions that are enough together.

`{x}` stands for the name of a thing that no policy names; an ARN's partition, region and account are those of the
policies asked. The ways to more rights are those that need no other person and no luck.

Sources: AWS Service Authorization Reference (actions and ARNs); AWS IAM User Guide, "Granting a user permissions to
pass a role", "Permissions boundaries"; Google Cloud IAM, "Service account impersonation", "Roles for service account
authentication", "Permissions reference"; Microsoft, "Azure permissions" by resource provider. Checked 2026-11-30.
"""

from __future__ import annotations

from typing import NamedTuple

X = "\ue000" * 40
"""A name that no policy names: only wildcards match it."""
OBJECT, ROLE, USER, POLICY = "s3:::{x}/{x}", "iam::{a}:role/{x}", "iam::{a}:user/{x}", "iam::{a}:policy/{x}"
RUNS_CODE = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        *("ec2", "lambda", "ecs-tasks", "sagemaker", "cloudformation", "glue", "codebuild", "batch", "states", "ssm"),
        *("elasticmapreduce", "datapipeline", "tasks.apprunner", "bedrock-agentcore", "pods.eks"),
    )
)
"""Services that run what their user gives them, with the role that is passed to them."""
OWN = "{own}"
"""The ARN of the identity itself."""


class Need(NamedTuple):
    """An action on a resource; `service` is whom a role is passed to."""

    action: str
    resource: str
    service: str = ""


Alternatives = tuple[tuple[Need, ...], ...]


def _one(action: str, resource: str) -> Alternatives:
    return ((Need(action, resource),),)


def _passing(service: str, *needs: tuple[str, str]) -> tuple[Need, ...]:
    return (Need("iam:PassRole", ROLE, f"{service}.amazonaws.com"), *(Need(*need) for need in needs))


STARTS = (
    _passing("ec2", ("ec2:RunInstances", "ec2:{r}:{a}:instance/{x}"), ("ec2:RunInstances", "ec2:{r}::image/{x}")),
    _passing(
        "lambda",
        ("lambda:CreateFunction", "lambda:{r}:{a}:function:{x}"),
        ("lambda:InvokeFunction", "lambda:{r}:{a}:function:{x}"),
    ),
    _passing("sagemaker", ("sagemaker:CreateTrainingJob", "sagemaker:{r}:{a}:training-job/{x}")),
    _passing("sagemaker", ("sagemaker:CreateProcessingJob", "sagemaker:{r}:{a}:processing-job/{x}")),
    _passing(
        "sagemaker",
        ("sagemaker:CreateNotebookInstance", "sagemaker:{r}:{a}:notebook-instance/{x}"),
        ("sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:{r}:{a}:notebook-instance/{x}"),
    ),
    _passing(
        "ecs-tasks",
        ("ecs:RegisterTaskDefinition", "*"),
        ("ecs:RunTask", "ecs:{r}:{a}:task-definition/{x}:{x}"),
    ),
    _passing("cloudformation", ("cloudformation:CreateStack", "cloudformation:{r}:{a}:stack/{x}/{x}")),
    _passing("glue", ("glue:CreateJob", "glue:{r}:{a}:job/{x}"), ("glue:StartJobRun", "glue:{r}:{a}:job/{x}")),
    _passing(
        "codebuild",
        ("codebuild:CreateProject", "codebuild:{r}:{a}:project/{x}"),
        ("codebuild:StartBuild", "codebuild:{r}:{a}:project/{x}"),
    ),
)
"""A role of somebody else, put on something that runs the identity's own code."""
AWS: dict[str, Alternatives] = {
    "administrator": (
        (
            Need(f"{X}:{X}", "*"),
            Need("iam:AttachRolePolicy", ROLE),
            Need("iam:CreatePolicyVersion", POLICY),
            Need("iam:CreateAccessKey", USER),
            Need("s3:GetObject", OBJECT),
        ),
    ),
    "changes_own_rights": (
        *_one("iam:CreatePolicyVersion", POLICY),
        *_one("iam:UpdateAssumeRolePolicy", ROLE),
        *_one("iam:CreateAccessKey", USER),
        *_one("iam:CreateLoginProfile", USER),
        *_one("iam:UpdateLoginProfile", USER),
        *_one("lambda:UpdateFunctionCode", "lambda:{r}:{a}:function:{x}"),
        *STARTS,
    ),
    "passes_any_role": _one("iam:PassRole", ROLE),
    "assumes_any_role": _one("sts:AssumeRole", ROLE),
    "reads_every_bucket": _one("s3:GetObject", OBJECT),
    "writes_every_bucket": _one("s3:PutObject", OBJECT),
    "deletes_every_bucket": _one("s3:DeleteObject", OBJECT),
    "reads_every_secret": _one("secretsmanager:GetSecretValue", "secretsmanager:{r}:{a}:secret:{x}"),
    "decrypts_with_every_key": _one("kms:Decrypt", "kms:{r}:{a}:key/{x}"),
    "creates_access_keys": _one("iam:CreateAccessKey", USER),
    "disables_logging": (
        *_one("cloudtrail:StopLogging", "cloudtrail:{r}:{a}:trail/{x}"),
        *_one("cloudtrail:DeleteTrail", "cloudtrail:{r}:{a}:trail/{x}"),
        *_one("cloudtrail:PutEventSelectors", "cloudtrail:{r}:{a}:trail/{x}"),
    ),
    "launches_instances": (
        (Need("ec2:RunInstances", "ec2:{r}:{a}:instance/{x}"), Need("ec2:RunInstances", "ec2:{r}::image/{x}")),
    ),
}
AWS_OWN: dict[str, Alternatives] = {
    "role": (*_one("iam:PutRolePolicy", OWN), *_one("iam:AttachRolePolicy", OWN)),
    "user": (
        *_one("iam:PutUserPolicy", OWN),
        *_one("iam:AttachUserPolicy", OWN),
        *_one("iam:AddUserToGroup", "iam::{a}:group/{x}"),
    ),
    "group": (*_one("iam:PutGroupPolicy", OWN), *_one("iam:AttachGroupPolicy", OWN)),
}
"""Further ways to change one's own rights, by sort."""
Permissions = tuple[tuple[str, ...], ...]


def _each(*permissions: str) -> Permissions:
    return tuple((permission,) for permission in permissions)


ACT_AS = "iam.serviceAccounts.actAs"
GOOGLE: dict[str, Permissions] = {
    "administrator": (("resourcemanager.projects.setIamPolicy", "compute.instances.create", "iam.roles.update"),),
    "changes_own_rights": (
        *_each(
            "resourcemanager.projects.setIamPolicy",
            "resourcemanager.folders.setIamPolicy",
            "resourcemanager.organizations.setIamPolicy",
            "iam.roles.update",
            "iam.serviceAccounts.setIamPolicy",
            "iam.serviceAccounts.getAccessToken",
            "iam.serviceAccounts.signJwt",
            "iam.serviceAccounts.signBlob",
            "iam.serviceAccounts.implicitDelegation",
            "iam.serviceAccountKeys.create",
        ),
        (ACT_AS, "compute.instances.create"),
        (ACT_AS, "run.services.create"),
        (ACT_AS, "run.jobs.create"),
        (ACT_AS, "cloudfunctions.functions.create"),
        (ACT_AS, "aiplatform.customJobs.create"),
        (ACT_AS, "notebooks.instances.create"),
        (ACT_AS, "dataproc.clusters.create"),
        (ACT_AS, "dataflow.jobs.create"),
        (ACT_AS, "composer.environments.create"),
        (ACT_AS, "cloudscheduler.jobs.create"),
        (ACT_AS, "workflows.workflows.create"),
    ),
    "passes_any_role": _each(ACT_AS),
    "assumes_any_role": _each(
        "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.signJwt", "iam.serviceAccounts.signBlob"
    ),
    "reads_every_bucket": _each("storage.objects.get"),
    "writes_every_bucket": _each("storage.objects.create"),
    "deletes_every_bucket": _each("storage.objects.delete"),
    "reads_every_secret": _each("secretmanager.versions.access"),
    "decrypts_with_every_key": _each("cloudkms.cryptoKeyVersions.useToDecrypt"),
    "creates_access_keys": _each("iam.serviceAccountKeys.create"),
    "disables_logging": _each("logging.sinks.delete", "logging.exclusions.create", "logging.buckets.update"),
    "launches_instances": _each("compute.instances.create"),
}
DATA = "data:"
BLOB = f"{DATA}Microsoft.Storage/storageAccounts/blobServices/containers/blobs/"
ACCOUNT_KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"
ASSIGN = (
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    f"Microsoft.ManagedIdentity/userAssignedIdentities/{X}/assign/action",  # as the built-in roles write it
)
FEDERATE = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write"
AZURE: dict[str, Permissions] = {
    "administrator": ((f"{X}.{X}/{X}/write", "Microsoft.Authorization/roleAssignments/write"),),
    "changes_own_rights": (
        *_each("Microsoft.Authorization/roleAssignments/write", FEDERATE),
        *((assign, "Microsoft.Compute/virtualMachines/write") for assign in ASSIGN),
    ),
    "passes_any_role": _each(*ASSIGN),
    "assumes_any_role": _each(FEDERATE),
    "reads_every_bucket": _each(f"{BLOB}read", ACCOUNT_KEYS),
    "writes_every_bucket": _each(f"{BLOB}write", ACCOUNT_KEYS),
    "deletes_every_bucket": _each(f"{BLOB}delete", ACCOUNT_KEYS),
    "reads_every_secret": _each("data:Microsoft.KeyVault/vaults/secrets/getSecret/action"),
    "decrypts_with_every_key": _each("data:Microsoft.KeyVault/vaults/keys/decrypt/action"),
    "creates_access_keys": _each(ACCOUNT_KEYS, "Microsoft.CognitiveServices/accounts/listKeys/action"),
    "disables_logging": _each("Microsoft.Insights/diagnosticSettings/delete"),
    "launches_instances": _each("Microsoft.Compute/virtualMachines/write"),
}
"""Actions of the data plane start with `data:`."""
