"""Service accounts: what is granted to them, and who may act as them."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from tests.collect.cloud.declaring import completed, elsewhere, facts

ACCOUNT = 'variable "x" {}\nresource "google_service_account" "it" {\n account_id = "train"\n project = "p"\n}\n'
MEMBER = '"serviceAccount:${google_service_account.it.email}"'


def project(role: str, member: str = MEMBER, more: str = "", form: str = "member") -> str:
    who = f"member = {member}" if form == "member" else f"members = [{member}]"
    return f'resource "google_project_iam_{form}" "m" {{\n project = "p"\n role = {role}\n {who}\n {more}\n}}\n'


def test_an_account_alone():
    found = facts(ACCOUNT)
    assert (found.provider, found.sort, found.name, found.account) == ("google", "service_account", "train", "p")
    assert (found.policies, found.statements, found.statements_complete) == ([], [], True)
    assert (found.static_keys, found.trusts, found.anyone_may_assume) == (UNSET, [], False)
    assert found.any_repository_may_assume is False


@pytest.mark.parametrize(
    ("member", "roles", "effects"),
    [
        (MEMBER, ["roles/editor"], ["Allow"]),
        ("google_service_account.it.member", ["roles/editor"], ["Allow"]),
        ('"serviceAccount:train@p.iam.gserviceaccount.com"', ["roles/editor"], ["Allow"]),
        ('"serviceAccount:other@p.iam.gserviceaccount.com"', [], []),
        ('"user:train@acme.com"', [], []),
        ('"user:${var.x}"', [], []),
        ('"serviceAccount:${var.x}"', UNSET, [UNSET]),
        ('"serviceAccount:${var.x}@cloudbuild.gserviceaccount.com"', [], []),
        ("var.x", UNSET, [UNSET]),
    ],
)
def test_members(member, roles, effects):
    found = facts(ACCOUNT + project('"roles/editor"', member))
    assert (found.policies, [each.effect for each in found.statements]) == (roles, effects)


def test_what_may_be_granted_leaves_open_only_what_it_would_allow():
    narrow = 'resource "google_storage_bucket_iam_member" "m" {\n bucket = "acme"\n role = "roles/storage.admin"\n member = var.x\n}\n'
    found = completed(ACCOUNT + narrow)
    assert (found.administrator, found.policies) == (False, [])
    wide = completed(ACCOUNT + project('"roles/storage.objectViewer"', "var.x"))
    assert (wide.reads_every_bucket, wide.administrator) == (UNSET, False)


def test_another_account_of_the_configuration_is_another():
    other = 'resource "google_service_account" "other" {\n account_id = "other"\n}\n'
    for member in ('"serviceAccount:${google_service_account.other.email}"', "google_service_account.other.member"):
        source = ACCOUNT + other + project('"roles/editor"', member)
        with pytest.raises(AssertionError):
            facts(source)
        mine = completed_of(source, "train")
        assert (mine.policies, mine.statements) == ([], [])


def completed_of(source: str, name: str):
    from tests.collect.cloud.declaring import assets

    return next(asset.facts for asset in assets(source) if asset.facts.name == name)


def test_an_account_whose_name_is_open():
    account = 'variable "x" {}\nresource "google_service_account" "it" {\n account_id = var.x\n}\n'
    found = facts(account + project('"roles/editor"', '"serviceAccount:train@p.iam.gserviceaccount.com"'))
    assert found.statements[0].effect is UNSET
    found = facts(account + project('"roles/editor"', '"user:a@b.c"'))
    assert found.statements == []


def test_bindings_and_policies():
    bound = facts(ACCOUNT + project('"roles/viewer"', MEMBER, form="binding"))
    assert bound.policies == ["roles/viewer"]
    policy = (
        f'data "google_iam_policy" "p" {{\n binding {{\n role = "roles/owner"\n members = [{MEMBER}]\n }}\n}}\n'
        'resource "google_project_iam_policy" "p" {\n project = "p"\n policy_data = data.google_iam_policy.p.policy_data\n}\n'
    )
    assert facts(ACCOUNT + policy).policies == ["roles/owner"]
    text = 'resource "google_project_iam_policy" "p" {\n project = "p"\n policy_data = var.x\n}\n'
    assert facts(ACCOUNT + text).policies is UNSET
    dynamic = policy.replace("binding {", 'dynamic "binding" {\n for_each = var.x\n content {').replace(
        " }\n}\nres", " }\n}\n}\nres"
    )
    assert facts(ACCOUNT + dynamic).policies is UNSET


def test_custom_roles():
    role = 'resource "google_project_iam_custom_role" "r" {{\n role_id = "r"\n title = "r"\n permissions = {0}\n}}\n'
    grant = project("google_project_iam_custom_role.r.id")
    found = facts(ACCOUNT + role.format('["storage.objects.get"]') + grant)
    assert found.statements[0].actions == ["storage.objects.get"]
    assert facts(ACCOUNT + role.format("var.x") + grant).statements[0].actions is UNSET
    assert facts(ACCOUNT + project("var.x")).statements[0].actions is UNSET


def test_places_of_grants():
    bucket = f'resource "google_storage_bucket_iam_member" "m" {{\n bucket = "acme"\n role = "roles/storage.admin"\n member = {MEMBER}\n}}\n'
    assert facts(ACCOUNT + bucket).statements[0].resources == ["//storage.googleapis.com/projects/_/buckets/acme"]
    organization = f'resource "google_organization_iam_member" "m" {{\n org_id = "1"\n role = "roles/owner"\n member = {MEMBER}\n}}\n'
    assert facts(ACCOUNT + organization).statements[0].resources == ["organizations/1"]
    folder = f'resource "google_folder_iam_member" "m" {{\n folder = "folders/7"\n role = "roles/owner"\n member = {MEMBER}\n}}\n'
    assert facts(ACCOUNT + folder).statements[0].resources == ["folders/7"]
    provider = project('"roles/owner"').replace('project = "p"', "")
    assert facts(ACCOUNT + provider).statements[0].resources == ["projects/${name}"]


def test_conditions_of_grants():
    condition = 'condition {\n title = "t"\n expression = "request.time < timestamp(\'2030-01-01T00:00:00Z\')"\n }'
    found = facts(ACCOUNT + project('"roles/owner"', more=condition))
    assert found.statements[0].conditions[0].operator == "cel"
    unseen = 'dynamic "condition" {\n for_each = var.x\n content {\n }\n }'
    assert facts(ACCOUNT + project('"roles/owner"', more=unseen)).statements[0].conditions is UNSET
    blank = 'condition {\n title = "t"\n expression = var.x\n }'
    assert facts(ACCOUNT + project('"roles/owner"', more=blank)).statements[0].conditions[0].values == ["${unresolved}"]


def test_powers_follow():
    found = completed(ACCOUNT + project('"roles/owner"'))
    assert (found.administrator, found.workload) == (True, True)
    found = completed(ACCOUNT + project('"roles/storage.objectViewer"'))
    assert (found.reads_every_bucket, found.writes_every_bucket) == (True, False)
    assert completed(ACCOUNT).administrator is False


def test_keys():
    key = 'resource "google_service_account_key" "k" {\n service_account_id = google_service_account.it.name\n}\n'
    assert facts(ACCOUNT + key).static_keys is True
    email = "service_account_email = google_service_account.it.email"
    assert facts(f'{ACCOUNT}resource "google_storage_hmac_key" "k" {{\n {email}\n}}\n').static_keys is True
    off = f'resource "google_storage_hmac_key" "k" {{\n {email}\n state = "INACTIVE"\n}}\n'
    assert facts(ACCOUNT + off).static_keys is UNSET


def constraint(name: str, parent: str = "projects/p", rules: str = 'rules {\n enforce = "TRUE"\n }') -> str:
    return f'resource "google_org_policy_policy" "{name}" {{\n name = "{parent}/policies/iam.{name}"\n parent = "{parent}"\n spec {{\n {rules}\n }}\n}}\n'


CREATION, UPLOAD = constraint("disableServiceAccountKeyCreation"), constraint("disableServiceAccountKeyUpload")
OLDER = 'resource "google_project_organization_policy" "o" {{\n project = "p"\n constraint = "constraints/iam.disableServiceAccountKeyUpload"\n boolean_policy {{\n enforced = {}\n }}\n}}\n'


@pytest.mark.parametrize(
    ("policies", "keys"),
    [
        (CREATION + UPLOAD, False), (CREATION, UNSET), (UPLOAD, UNSET), (CREATION + OLDER.format("true"), False), (CREATION + OLDER.format("false"), UNSET), (CREATION + OLDER.format("var.x"), UNSET),
        (CREATION.replace("iam.dis", "iam.managed.dis") + UPLOAD, False), (CREATION.replace("TRUE", "FALSE") + UPLOAD, UNSET), (CREATION.replace('"TRUE"', "var.x") + UPLOAD, UNSET),
        (CREATION.replace('"TRUE"', '"TRUE"\n condition {\n expression = "x"\n }') + UPLOAD, UNSET), (CREATION + constraint("disableServiceAccountKeyUpload", "projects/other"), UNSET),
        (CREATION + constraint("disableServiceAccountKeyUpload", rules=""), UNSET), (CREATION + constraint("disableServiceAccountKeyUpload", "projects/${var.x}"), UNSET),
        (CREATION + constraint("disableServiceAccountCreation"), UNSET),
    ],
)  # fmt: skip
def test_keys_that_nobody_can_make(policies, keys):
    assert facts(ACCOUNT + policies).static_keys is keys


def test_a_key_that_is_made_all_the_same_is_one():
    key = 'resource "google_service_account_key" "k" {\n service_account_id = google_service_account.it.name\n}\n'
    assert facts(ACCOUNT + key + CREATION + UPLOAD).static_keys is True
    assert facts(ACCOUNT.replace('project = "p"', "project = var.x") + CREATION + UPLOAD).static_keys is UNSET


def acting(
    member: str,
    role: str = '"roles/iam.workloadIdentityUser"',
    account: str = "google_service_account.it.name",
    more: str = "",
) -> str:
    return f'resource "google_service_account_iam_member" "m" {{\n service_account_id = {account}\n role = {role}\n member = {member}\n {more}\n}}\n'


POOL = (
    'resource "google_iam_workload_identity_pool" "pool" {{\n workload_identity_pool_id = "ci"\n}}\n'
    'resource "google_iam_workload_identity_pool_provider" "github" {{\n'
    " workload_identity_pool_id = google_iam_workload_identity_pool.pool.workload_identity_pool_id\n"
    " oidc {{\n issuer_uri = {0}\n }}\n {1}\n}}\n"
)
GITHUB = '"https://token.actions.githubusercontent.com"'
WHOLE = '"principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.pool.name}/*"'
NUMBERED = '"principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/{}"'


@pytest.mark.parametrize(
    ("issuer", "condition", "member", "expected"),
    [
        (GITHUB, "", NUMBERED.format("*"), True),
        (GITHUB, "attribute_condition = \"assertion.repository_owner == 'acme'\"", NUMBERED.format("*"), False),
        (GITHUB, "attribute_condition = \"assertion.ref == 'refs/heads/main'\"", NUMBERED.format("*"), UNSET),
        (GITHUB, "attribute_condition = var.x", NUMBERED.format("*"), UNSET),
        (GITHUB, "attribute_condition = \"assertion.sub == 'a' || true\"", NUMBERED.format("*"), UNSET),
        (GITHUB, "", NUMBERED.format("attribute.repository/acme/train"), False),
        (GITHUB, "", NUMBERED.format("attribute.ref/refs/heads/main"), UNSET),
        ('"https://oidc.acme.com"', "", NUMBERED.format("*"), False),
        ("var.x", "", NUMBERED.format("*"), UNSET),
        (GITHUB, "", NUMBERED.replace("/ci/", "/other/").format("*"), UNSET),
    ],
)
def test_jobs_of_anybodys_repository(issuer, condition, member, expected):
    found = facts(ACCOUNT + POOL.format(issuer, condition) + acting(member))
    assert found.any_repository_may_assume is expected
    assert (found.trusts[0].type, found.anyone_may_assume) == ("federated", False)


def test_a_pool_that_is_referred_to():
    found = facts(ACCOUNT + POOL.format(GITHUB, "") + acting(WHOLE))
    assert (found.any_repository_may_assume, found.trusts[0].type) == (True, "federated")
    assert (found.trusts[0].name, found.trusts[0].subjects) == ("token.actions.githubusercontent.com", [])
    unknown = facts(ACCOUNT + POOL.format(GITHUB, "") + acting('"principalSet://iam.googleapis.com/${var.x}"'))
    assert unknown.any_repository_may_assume is UNSET
    member = acting("google_iam_workload_identity_pool.pool.name")
    assert facts(ACCOUNT + POOL.format(GITHUB, "") + member).any_repository_may_assume is not False


def test_others_who_may_act():
    everybody = facts(ACCOUNT + acting('"allUsers"', '"roles/iam.serviceAccountTokenCreator"'))
    assert (everybody.anyone_may_assume, everybody.trusts[0].type) == (True, "anyone")
    condition = 'condition {\n title = "t"\n expression = "true"\n }'
    assert facts(ACCOUNT + acting('"allUsers"', more=condition)).anyone_may_assume is UNSET
    cluster = facts(ACCOUNT + acting('"serviceAccount:p.svc.id.goog[train/job]"')).trusts[0]
    assert (cluster.type, cluster.name, cluster.subjects) == ("federated", "p.svc.id.goog", ["train/job"])
    person = facts(ACCOUNT + acting('"user:a@acme.com"'))
    assert (person.trusts[0].type, person.anyone_may_assume) == ("principal", False)
    unknown = facts(ACCOUNT + acting("var.x"))
    assert (unknown.anyone_may_assume, unknown.any_repository_may_assume) == (UNSET, UNSET)
    user = facts(ACCOUNT + acting('"allUsers"', '"roles/iam.serviceAccountViewer"'))
    assert (user.trusts, user.anyone_may_assume) == ([], False)
    elsewhere = facts(ACCOUNT + acting('"allUsers"', account="var.x"))
    assert (elsewhere.trusts, elsewhere.anyone_may_assume) == ([], UNSET)
    any_role = facts(ACCOUNT + acting('"allUsers"', role="var.x"))
    assert (any_role.trusts, any_role.anyone_may_assume) == ([], UNSET)
    policy = 'resource "google_service_account_iam_policy" "p" {\n service_account_id = google_service_account.it.name\n policy_data = var.x\n}\n'
    assert facts(ACCOUNT + policy).anyone_may_assume is UNSET


@pytest.mark.parametrize(
    ("project", "own", "strangers"),
    [('project = "dev"', [], ["runner@prod.iam.gserviceaccount.com"]), ('project = "prod"', ["roles/owner"], []), ("", ["roles/owner"], [])],
)  # fmt: skip
def test_accounts_of_one_name_in_two_projects_are_two(project, own, strangers):
    source = f"""
        resource "google_service_account" "runner" {{
          account_id = "runner"
          {project}
        }}
        resource "google_project_iam_member" "m" {{
          project = "prod"
          role    = "roles/owner"
          member  = "serviceAccount:runner@prod.iam.gserviceaccount.com"
        }}
    """
    assert facts(source).policies == own
    assert [each.facts.name for each in elsewhere(source)] == strangers
