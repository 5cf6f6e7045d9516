"""What identities can reach, from policies as they are written."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from holdfast.core.asset import Asset
from holdfast.core.fact import UNSET
from holdfast.core.statement import NAMED, UNRESOLVED, Statement
from holdfast.estate.complete import complete
from holdfast.estate.iam import powers as module
from holdfast.formats.iam import aws, azure, google
from holdfast.kinds.identity import Identity
from holdfast.kinds.workload import Workload

ACCOUNT = "111122223333"
ROLE = Identity(
    provider="aws",
    sort="role",
    name="train",
    identifier=f"arn:aws:iam::{ACCOUNT}:role/train",
    account=ACCOUNT,
    statements=[],
    statements_complete=True,
    boundary=None,
    trust_policy=[],
)
EVERYTHING = [["Allow", "*", "*"]]


def statements(rows):
    names = ("Effect", "Action", "Resource", "Condition")
    return aws.identity_policy(
        {"Version": "2012-10-17", "Statement": [dict(zip(names, row, strict=False)) for row in rows]}
    )


def completed(identity: Identity) -> Identity:
    (asset,) = complete([Asset("identity/x", identity, "terraform")], [])
    return asset.facts


def role(*rows, **fields) -> Identity:
    return completed(replace(ROLE, statements=statements(rows), **fields))


def managed(name: str) -> Identity:
    return completed(replace(ROLE, statements=aws.managed_policy(f"arn:aws:iam::aws:policy/{name}")))


POWERS = [*module.AWS]


def held(identity: Identity) -> set[str]:
    return {name for name in POWERS if getattr(identity, name) is True}


def unknown(identity: Identity) -> set[str]:
    return {name for name in POWERS if getattr(identity, name) is UNSET}


def test_an_identity_without_policies_has_no_power() -> None:
    assert held(role()) == unknown(role()) == set()
    assert held(completed(replace(ROLE, statements=None))) == set()


def test_an_administrator_has_all_of_them() -> None:
    assert held(role(*EVERYTHING)) == set(POWERS)
    assert held(managed("AdministratorAccess")) == set(POWERS)


BUCKETS = {"reads_every_bucket", "writes_every_bucket", "deletes_every_bucket"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("AmazonS3ReadOnlyAccess", {"reads_every_bucket"}), ("AmazonS3FullAccess", BUCKETS), ("ReadOnlyAccess", {"reads_every_bucket"}), ("SecurityAudit", set()),
        ("AmazonEC2FullAccess", {"launches_instances"}), ("SecretsManagerReadWrite", {"reads_every_secret"}), ("CloudWatchAgentServerPolicy", set()), ("AmazonEKSWorkerNodePolicy", set()),
        ("IAMFullAccess", {"changes_own_rights", "passes_any_role", "creates_access_keys"}), ("AWSLambda_FullAccess", {"changes_own_rights", "passes_any_role"}), ("AmazonSSMManagedInstanceCore", set()), ("AWSCloudTrail_FullAccess", {"disables_logging"}),
        ("AmazonSageMakerFullAccess", {"changes_own_rights", "passes_any_role"}), ("AmazonDynamoDBFullAccess", set()),
        ("PowerUserAccess", {"changes_own_rights", "assumes_any_role", *BUCKETS, "reads_every_secret", "decrypts_with_every_key", "disables_logging", "launches_instances"}),
    ],
)  # fmt: skip
def test_the_powers_of_managed_policies(name, wanted) -> None:
    found = managed(name)
    assert held(found) == wanted
    assert unknown(found) == set()


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([["Allow", "s3:GetObject", "arn:aws:s3:::*"]], {"reads_every_bucket"}), ([["Allow", "s3:GetObject", "arn:aws:s3:::*/*"]], {"reads_every_bucket"}), ([["Allow", "s3:*", ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]]], set()),
        ([["Allow", "s3:*", [NAMED, f"{NAMED}/*"]]], set()), ([["Allow", "s3:GetObject", f"arn:aws:s3:::{NAMED}-*"]], set()), ([["Allow", "s3:GetObject", "arn:aws-cn:s3:::*"]], {"reads_every_bucket"}),
        ([["Allow", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*"]], {"reads_every_secret"}),
        ([["Allow", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{UNRESOLVED}:{NAMED}:secret:*"]], {"reads_every_secret"}), ([["Allow", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:train/*"]], set()),
        ([["Allow", "kms:Decrypt", "arn:aws:kms:*:111122223333:key/*"]], {"decrypts_with_every_key"}), ([["Allow", "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1"]], set()),
        ([["Allow", "iam:PassRole", "*"]], {"passes_any_role"}), ([["Allow", "iam:PassRole", "arn:aws:iam::111122223333:role/*"]], {"passes_any_role"}), ([["Allow", "iam:PassRole", f"arn:aws:iam::{UNRESOLVED}:role/batch-*"]], set()),
        ([["Allow", "iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}]], {"passes_any_role"}), ([["Allow", "iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": "dax.amazonaws.com"}}]], set()),
        ([["Allow", ["iam:PassRole", "ec2:RunInstances"], "*"]], {"passes_any_role", "changes_own_rights", "launches_instances"}),
        ([["Allow", "iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}], ["Allow", ["lambda:CreateFunction", "lambda:InvokeFunction"], "*"]], {"passes_any_role"}),
        ([["Allow", "sts:AssumeRole", "arn:aws:iam::*:role/*"]], {"assumes_any_role"}), ([["Allow", "sts:AssumeRole", "arn:aws:iam::111122223333:role/deploy"]], set()), ([["Allow", "iam:CreateAccessKey", "arn:aws:iam::111122223333:user/${aws:username}"]], set()),
        ([["Allow", "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/train"]], {"changes_own_rights"}), ([["Allow", "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/other"]], set()), ([["Allow", "iam:CreatePolicyVersion", "*"]], {"changes_own_rights"}),
        ([["Allow", "s3:GetObject", "*", {"StringEquals": {"aws:ResourceTag/team": "a"}}]], set()), ([["Allow", "s3:*", "*"], ["Deny", "s3:*", "*", {"Bool": {"aws:SecureTransport": "false"}}]], BUCKETS),
        ([["Allow", "s3:*", "*"], ["Deny", "s3:DeleteObject", "*"]], BUCKETS - {"deletes_every_bucket"}), ([["Allow", "s3:GetObject", "*"], ["Deny", "s3:*", [NAMED, "arn:aws:s3:::pay/*"]]], {"reads_every_bucket"}),
        ([["Allow", "secretsmanager:*", "*"], ["Deny", "secretsmanager:*", "arn:aws:secretsmanager:us-east-1:*:*"]], {"reads_every_secret"}),
        ([["Allow", "s3:GetObject", "*", {"StringEquals": {"aws:ResourceAccount": "111122223333"}}]], {"reads_every_bucket"}), ([["Allow", "s3:GetObject", "*", {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/train"}}]], {"reads_every_bucket"}),
    ],
)  # fmt: skip
def test_the_powers_of_policies(rows, wanted) -> None:
    found = role(*rows)
    assert held(found) == wanted
    assert unknown(found) == set()


@pytest.mark.parametrize(
    ("rows", "open"),
    [
        ([["Allow", "s3:GetObject", f"arn:aws:s3:::{UNRESOLVED}/*"]], {"reads_every_bucket"}), ([["Allow", f"s3:{UNRESOLVED}", "*"]], BUCKETS), ([["Allow", "s3:GetObject", "*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}]], {"reads_every_bucket"}),
        ([["Allow", "s3:GetObject", "arn:aws:s3:::*${aws:PrincipalTag/t}"]], {"reads_every_bucket"}), ([["Allow", "s3:GetObject", "*"], ["Deny", "*", "*", {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}]], {"reads_every_bucket"}), ([["Allow", "s3:GetObject", "*"], ["Deny", "s3:*", f"arn:aws:s3:::{UNRESOLVED}/*"]], {"reads_every_bucket"}),
    ],
)  # fmt: skip
def test_what_decides_a_power_and_was_not_seen_leaves_it_open(rows, open) -> None:
    found = role(*rows)
    assert (held(found), unknown(found)) == (set(), open)


def test_policies_that_were_not_seen_leave_open_what_the_others_do_not_grant() -> None:
    assert unknown(role(*EVERYTHING, statements_complete=UNSET)) == set()
    assert held(role(*EVERYTHING, statements_complete=UNSET)) == set(POWERS)
    assert unknown(role(statements_complete=False)) == set(POWERS)
    assert unknown(completed(replace(ROLE, statements=UNSET))) == set(POWERS)
    assert unknown(completed(replace(ROLE, provider=UNSET))) == set(POWERS)
    assert unknown(completed(replace(ROLE, provider="oracle"))) == set(POWERS)
    assert role(*EVERYTHING, statements_complete=UNSET).whole_services is UNSET


def test_a_boundary_limits() -> None:
    found = role(*EVERYTHING, boundary=statements([["Allow", "s3:*", "*"]]))
    assert (held(found), unknown(found)) == (BUCKETS, set())
    assert unknown(role(*EVERYTHING, boundary=UNSET)) == set(POWERS)
    assert held(role(["Allow", "s3:*", "*"], boundary=statements([["Allow", "ec2:*", "*"]]))) == set()


@pytest.mark.parametrize(
    ("sort", "action", "resource"),
    [
        ("user", "iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/u"), ("user", "iam:AddUserToGroup", "*"), ("group", "iam:AttachGroupPolicy", f"arn:aws:iam::{ACCOUNT}:group/u"),
    ],
)  # fmt: skip
def test_users_and_groups_change_their_own_policies(sort, action, resource) -> None:
    one = replace(ROLE, sort=sort, identifier=f"arn:aws:iam::{ACCOUNT}:{sort}/u")
    assert held(completed(replace(one, statements=statements([["Allow", action, resource]])))) == {"changes_own_rights"}
    assert held(role(["Allow", action, resource])) == set()


def test_an_identity_of_no_known_name_or_account_is_somebody() -> None:
    one = replace(ROLE, identifier=UNSET, account=UNSET, sort=UNSET)
    assert held(completed(replace(one, statements=statements([["Allow", "iam:CreatePolicyVersion", "*"]])))) == {
        "changes_own_rights"
    }
    own = replace(ROLE, identifier=f"arn:aws:iam::{UNRESOLVED}:role/train")
    assert held(completed(replace(own, statements=statements([["Allow", "iam:PutRolePolicy", "*"]])))) == {
        "changes_own_rights"
    }


def test_too_many_regions_leave_open_what_was_not_found(monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_PLACES", 2)
    rows = [["Allow", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:r{at}:1:secret:x"] for at in range(3)]
    assert unknown(role(*rows)) == set(POWERS)
    assert "reads_every_bucket" in held(role(*rows, ["Allow", "s3:GetObject", "*"]))


def test_what_is_too_much_to_judge_stays_open(monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_WORK", 3)
    assert unknown(role(*EVERYTHING)) == set(POWERS)
    monkeypatch.setattr(module, "MAX_WORK", 5)
    assert held(role(*EVERYTHING)) == set(POWERS)
    monkeypatch.undo()
    monkeypatch.setattr(module, "MAX_PLACES", 1)
    assert "reads_every_bucket" in held(
        service_account(("roles/storage.objectViewer", "projects/p"), ("roles/viewer", "projects/q"))
    )
    assert unknown(service_account(("roles/viewer", "projects/p"), ("roles/viewer", "projects/q"))) == set(POWERS)


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([["Allow", ["s3:*", "ec2:Describe*", "logs:*"], "*"]], ["logs:*", "s3:*"]), ([["Allow", "*", "*"]], ["*"]), ([["Allow", "*:*", "*"]], []), ([["Deny", "s3:*", "*"]], []), ([["Allow", "s3:*", "*", {"Bool": {"a:b": "true"}}]], []),
        ([["Allow", "s3:*", NAMED]], ["s3:*"]),
    ],
)  # fmt: skip
def test_whole_services(rows, wanted) -> None:
    assert role(*rows).whole_services == wanted


def test_whole_services_stay_open_where_actions_do() -> None:
    assert completed(replace(ROLE, statements=[Statement(effect="Allow")])).whole_services is UNSET
    assert completed(replace(ROLE, statements=[Statement(effect="Allow", not_actions=["iam:*"])])).whole_services == []


# --- Google


ACCOUNT_OF_GOOGLE = Identity(provider="google", sort="service_account", statements_complete=True)


def service_account(*bindings, **fields) -> Identity:
    found = [
        google.binding(role, ["serviceAccount:a@p"], at=at, condition=condition[0] if condition else None)
        for role, at, *condition in bindings
    ]
    return completed(replace(ACCOUNT_OF_GOOGLE, statements=found, **fields))


@pytest.mark.parametrize(
    ("bindings", "wanted"),
    [
        ([("roles/viewer", "projects/p")], set()), ([("roles/storage.objectViewer", "projects/p")], {"reads_every_bucket"}), ([("roles/storage.objectViewer", "//storage.googleapis.com/projects/_/buckets/b")], set()),
        ([("roles/storage.objectAdmin", f"projects/{UNRESOLVED}")], BUCKETS), ([("roles/secretmanager.secretAccessor", "folders/f")], {"reads_every_secret"}), ([("roles/iam.serviceAccountUser", "projects/p")], {"passes_any_role"}),
        ([("roles/iam.serviceAccountUser", "projects/p"), ("roles/compute.instanceAdmin.v1", "projects/p")], {"passes_any_role", "changes_own_rights", "launches_instances"}), ([("roles/iam.serviceAccountTokenCreator", "organizations/o")], {"changes_own_rights", "assumes_any_role"}),
        ([("roles/iam.serviceAccountUser", "//iam.googleapis.com/projects/p/serviceAccounts/x")], set()), ([("roles/cloudkms.cryptoKeyDecrypter", "//cloudresourcemanager.googleapis.com/projects/p")], {"decrypts_with_every_key"}), ([], set()),
        ([("roles/owner", "projects/p")], {"administrator", "changes_own_rights", "passes_any_role", "reads_every_secret", "decrypts_with_every_key", "creates_access_keys", "disables_logging", "launches_instances"}),
        ([("roles/editor", "projects/p")], {"changes_own_rights", "passes_any_role", "creates_access_keys", "launches_instances"}), ([("roles/storage.objectViewer", "projects/p", 'resource.name.startsWith("projects/_/buckets/data")')], set()),
    ],
)  # fmt: skip
def test_the_powers_of_service_accounts(bindings, wanted) -> None:
    found = service_account(*bindings)
    assert held(found) == wanted
    assert "administrator" not in unknown(found)


def test_what_is_open_in_google() -> None:
    assert unknown(service_account(("roles/nobody.hasSeenThis", "projects/p"))) == set(POWERS)
    assert unknown(service_account(("roles/storage.objectViewer", UNRESOLVED))) == {"reads_every_bucket"}
    assert unknown(service_account(("roles/storage.objectViewer", "projects/p", "request.time < timestamp('2027-01-01T00:00:00Z')"))) == {"reads_every_bucket"}  # fmt: skip
    apart = service_account(
        ("roles/iam.serviceAccountUser", "projects/p"), ("roles/compute.instanceAdmin.v1", "projects/q")
    )
    assert "changes_own_rights" in unknown(apart)
    partial = service_account(("roles/storage.objectViewer", "projects/p"), statements_complete=UNSET)
    assert held(partial) == {"reads_every_bucket"}
    assert unknown(partial) == set(POWERS) - {"reads_every_bucket"}
    assert unknown(completed(replace(ACCOUNT_OF_GOOGLE, statements=[Statement(effect="Allow")]))) == set(POWERS)


# --- Azure


def managed_identity(*assignments) -> Identity:
    found = [one for role, scope in assignments for one in azure.assignment(role, "a", scope=scope)]
    return completed(Identity(provider="azure", sort="managed_identity", statements=found, statements_complete=True))


@pytest.mark.parametrize(
    ("assignments", "wanted"),
    [
        ([("Reader", "/subscriptions/s")], set()), ([("Storage Blob Data Reader", "/subscriptions/s")], {"reads_every_bucket"}), ([("Storage Blob Data Reader", "/subscriptions/s/resourceGroups/g")], {"reads_every_bucket"}),
        ([("Storage Blob Data Owner", f"/subscriptions/{UNRESOLVED}/resourceGroups/{NAMED}")], BUCKETS), ([("Storage Blob Data Owner", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a")], set()),
        ([("Key Vault Secrets User", "/providers/Microsoft.Management/managementGroups/m")], {"reads_every_secret"}), ([("Key Vault Crypto User", "/subscriptions/s")], {"decrypts_with_every_key"}), ([("User Access Administrator", "/subscriptions/s")], {"changes_own_rights"}),
        ([("Owner", "/subscriptions/s")], set(POWERS) - {"reads_every_secret", "decrypts_with_every_key"}), ([("Contributor", "/subscriptions/s")], set(POWERS) - {"administrator", "reads_every_secret", "decrypts_with_every_key"}), ([], set()),
        ([("Virtual Machine Contributor", "/subscriptions/s"), ("Managed Identity Operator", "/subscriptions/s")], {"launches_instances", "passes_any_role", "changes_own_rights", *BUCKETS}),  # it lists account keys too
    ],
)  # fmt: skip
def test_the_powers_of_managed_identities(assignments, wanted) -> None:
    found = managed_identity(*assignments)
    assert held(found) - {"creates_access_keys"} == wanted - {"creates_access_keys"}


def test_what_is_open_in_azure() -> None:
    assert unknown(managed_identity(("Nobody Has Seen This", "/subscriptions/s"))) == set(POWERS)
    assert "reads_every_bucket" in unknown(managed_identity(("Storage Blob Data Reader", UNRESOLVED)))
    assert "changes_own_rights" in unknown(
        managed_identity(("Key Vault Data Access Administrator", "/subscriptions/s"))
    )
    assert managed_identity(("Owner", "/subscriptions/s")).whole_services == ["*"]
    assert "Microsoft.Storage/*" not in managed_identity(("Reader", "/subscriptions/s")).whole_services


def test_an_estate_without_identities_loads_nothing_of_this() -> None:
    workload = Asset("workload/w", Workload(name="w"), "manifest")
    assert complete([workload], []) == [workload]


def test_other_kinds_are_left_alone_and_what_was_seen_stays() -> None:
    workload = Asset("workload/w", Workload(name="w"), "manifest")
    identity = Asset("identity/x", replace(ROLE, administrator=True, trusts=None), "terraform")
    first, second = complete([workload, identity], [])
    assert first == workload
    assert (second.facts.administrator, second.facts.trusts) == (True, None)
    assert second.facts.reads_every_bucket is False
