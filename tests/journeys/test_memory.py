"""What was recorded stays true: over several origins, partial and narrow runs, and with time."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run

from holdfast.app.recorded import attack_paths
from holdfast.app.store import open_store

ESTATE = (Path(__file__).parents[2] / "examples/estate/cloud/assistant.tf").read_text()
DOCUMENTS = "bucket/cloud/aws_s3_bucket.documents"
CLUSTER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat, namespace: web}
spec:
  template:
    metadata: {labels: {app: chat}}
    spec:
      serviceAccountName: strong
      containers: [{name: c, image: "vllm/vllm-openai:v0.8.0", args: ["--api-key", "secret12"]}]
---
{apiVersion: v1, kind: Service, metadata: {name: chat, namespace: web}, spec: {type: LoadBalancer, selector: {app: chat}}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: strong, namespace: web}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: s}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: s}
roleRef: {kind: ClusterRole, name: s, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: strong, namespace: web}]
---
{apiVersion: v1, kind: Secret, metadata: {name: db, namespace: web}, stringData: {password: hunter2hunter2}}
"""


def repository(folder: Path, remote: str, **files: str) -> Path:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/config").write_text(f'[remote "origin"]\n url = https://git.example/{remote}\n')
    (folder / "cloud").mkdir()
    for name, text in files.items():
        (folder / "cloud" / f"{name}.tf").write_text(text)
    return folder


@pytest.fixture
def said(holdfast: Run) -> Any:
    return lambda *command: json.loads(holdfast(*command, "--format", "json").out)


def test_the_store_knows_every_path_that_the_check_found(here: Path, holdfast: Run, said: Any) -> None:
    (here / "a.yaml").write_text(CLUSTER)
    found = json.loads(holdfast("check", "--store", "--format", "json").out)["paths"]
    stored = said("paths")["paths"]
    assert [(path["entry"], path["target"], len(path["steps"])) for path in stored] == [
        (path["entry"], path["target"], len(path["steps"])) for path in found
    ]
    assert len(found) == 1
    account = "service_account/a.yaml/ServiceAccount.web.strong"
    (right,) = said("paths", "--reach", account)["access"]
    assert right["asset"] == "stored_secret/a.yaml/Secret.web.db"


def test_no_path_leads_from_one_repository_into_another_because_of_a_name(
    here: Path, holdfast: Run, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has the open server and a role that may do nothing, the other the strong role and a server that is closed."""
    weak = ESTATE.replace('"s3:*"', '"ec2:DescribeTags"')
    closed = ESTATE.replace('"0.0.0.0/0"', '"10.0.0.0/8"').replace("associate_public_ip_address = true", "")
    for name, text in (("one", weak), ("other", closed)):
        monkeypatch.chdir(repository(here / name, f"acme/{name}.git", it=text))
        holdfast("check", "--store")
        assert said("paths", "--to", DOCUMENTS)["paths"] == [], name
    assert {each["origin"] for each in said("inventory")["assets"]} == {
        "git.example/acme/one",
        "git.example/acme/other",
    }


def test_a_file_that_is_left_out_takes_nothing_along(
    here: Path, holdfast: Run, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(here / "one", "acme/one.git", it=ESTATE))
    holdfast("check", "--store")
    before = {each["id"] for each in said("inventory")["assets"]}
    Path("holdfast.yaml").write_text('exclude: ["cloud/*"]\n')
    assert " 0 gone" in holdfast("check", "--store").err
    Path("holdfast.yaml").unlink()
    Path(".gitignore").write_text("cloud/\n")
    assert " 0 gone" in holdfast("check", "--store").err
    assert {each["id"] for each in said("inventory")["assets"]} == before


def test_variables_that_cannot_be_read_resolve_nothing(
    here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(here / "one", "acme/one.git", it=ESTATE))
    holdfast("check", "--store")
    Path("cloud/terraform.tfvars").write_bytes(b"x = \xff\xfe\n")
    done = holdfast("check", "--store")
    assert " 0 gone)" in done.err
    assert "resolved" not in done.err


def test_what_became_of_a_finding_then_is_told_later_too(
    here: Path, holdfast: Run, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(here / "one", "acme/one.git", it=ESTATE))
    holdfast("check", "--store")
    mended = ESTATE.replace("team-token", "9f0c1b7d5e3a4820b6d7c8e9f0a1b2c3")
    Path("cloud/it.tf").write_text(mended)
    holdfast("check", "--store")
    Path("cloud/it.tf").write_text(ESTATE)
    holdfast("check", "--store")

    def sorts(*runs: str) -> set[str]:
        return {change["sort"] for change in said("diff", *runs)["changes"] if change["fingerprint"]}

    assert sorts("1", "2") == {"resolved"}, "whatever came after"
    assert "control regressed" in sorts("2", "3")


def test_a_narrow_run_forgets_nothing(here: Path, holdfast: Run, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository(here / "one", "acme/one.git", it=ESTATE))
    holdfast("check", "--store", "--profile", "strict")

    def failing() -> set[str]:
        return {row["id"] for row in said("coverage")["requirements"] if row["state"] == "failing"}

    before = failing()
    assert len(before) > 10
    holdfast("check", "--store", "--rule", "bucket-publicly-readable")
    assert failing() == before
    holdfast("check", "--store")
    assert failing() == before


def test_an_attestation_is_about_something(here: Path, holdfast: Run) -> None:
    (here / "a.yaml").write_text(CLUSTER)
    holdfast("check", "--store")
    done = holdfast("attest", "W33", "--by", "Jo Doe", "--statement", "ok", "--asset", "nothing/*")
    assert (done.code, "no asset is called like `nothing/*`" in done.err) == (2, True)


def test_what_was_accepted_for_a_time_that_is_over_opens_a_path(here: Path, holdfast: Run, said: Any) -> None:
    (here / "a.yaml").write_text(CLUSTER)
    holdfast("check", "--store")
    opening = {each["fingerprint"] for step in said("paths")["paths"][0]["steps"] for each in step["opened_by"]}
    entries = "".join(f'  - {{fingerprint: "{each}", reason: a demo, until: 2099-01-01}}\n' for each in opening)
    (here / "holdfast.yaml").write_text(f"suppressions:\n{entries}")
    holdfast("check", "--store")
    assert said("paths")["paths"] == []
    with open_store(create=False) as store:
        assert attack_paths(store.database, "", "", 10, date(2099, 1, 1)) == []
        assert len(attack_paths(store.database, "", "", 10, date(2099, 1, 2))) == 1


def test_an_asset_has_one_id_wherever_one_stands(here: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(here / "one", "acme/one.git", it=ESTATE)
    (root / "top.tf").write_text(ESTATE)
    monkeypatch.chdir(root)
    holdfast("check", "--store")
    monkeypatch.chdir(root / "cloud")
    assert "(0 new," in holdfast("check", "--store").err
    monkeypatch.chdir(here)
    done = holdfast("check", str(root / "cloud"), "--store")
    assert ("(0 new," in done.err, " 0 gone)" in done.err) == (True, True)
