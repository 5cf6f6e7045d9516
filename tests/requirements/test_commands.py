"""Requirements that commands serve: each is proved by what the real command says of a planted estate and of its twin."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run

from holdfast.app.coverage import coverage
from holdfast.app.requirements import requirements
from holdfast.app.store import open_store
from holdfast.core.requirement import Requirement

EXAMPLES = Path(__file__).parents[2] / "examples"
REFERENCE = (EXAMPLES / "estate/cloud/assistant.tf").read_text()
DOCUMENTS = "bucket/cloud/aws_s3_bucket.documents"
ROLE = "identity/cloud/aws_iam_role.assistant"
MACHINE = "instance/cloud/aws_instance.assistant"
TAGS = '{ owner = "ml", environment = "production", data-classification = "internal", purpose = "chat" }'
KNOWN = {"owner": "ml", "environment": "production", "data_class": "internal", "purpose": "chat"}
LABELS = "{owner: ml, environment: production, data-classification: internal, purpose: chat}"


def terraform(type: str, body: str) -> str:
    return f'resource "{type}" "it" {{\n{body}\n  tags = {TAGS}\n}}\n'


def manifest(api: str, kind: str, body: str) -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: it, namespace: ml, labels: {LABELS}}}\n{body}\n"


def pod(container: str) -> str:
    return f"spec: {{template: {{spec: {{containers: [{container}]}}}}}}"


BATCH = 'container_properties = jsonencode({ image = "r/t:1", resourceRequirements = [{ type = "GPU", value = "8" }] })'
TUNE = "{name: tune, image: r/torchtune:1, args: [run, lora_finetune_distributed], resources: {limits: {nvidia.com/gpu: 8}}}"
TRUST = 'Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]'
POD = manifest(
    "v1",
    "Pod",
    "spec: {containers: [{name: c, image: r/x:1, securityContext: {privileged: true}, resources: {limits: {nvidia.com/gpu: 1}}}]}",
)
INVENTORIED: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "W13": (
        "cloud/a.tf",
        terraform("aws_instance", 'ami = "ami-1"\ninstance_type = "p5.48xlarge"\nassociate_public_ip_address = false'),
        "instance/cloud/aws_instance.it",
        {"provider": "aws"},
    ),
    "W14": (
        "cloud/a.tf",
        terraform("aws_sagemaker_model", 'name = "chat"\nprimary_container {\n image = "r/chat:1"\n }')
        + 'resource "aws_sagemaker_endpoint_configuration" "it" {\n production_variants {\n model_name = aws_sagemaker_model.it.name\n }\n}\n',
        "endpoint/cloud/aws_sagemaker_model.it",
        {"provider": "aws"},
    ),
    "W15": (
        "a.yaml",
        manifest("apps/v1", "Deployment", pod('{name: proxy, image: "ghcr.io/berriai/litellm:main-v1.80.0"}')),
        "server/a.yaml/Deployment.ml.it.proxy.litellm",
        {},
    ),
    "W16": (
        "cloud/a.tf",
        terraform("aws_opensearchserverless_collection", 'name = "it"\ntype = "VECTORSEARCH"'),
        "database/cloud/aws_opensearchserverless_collection.it",
        {"provider": "aws"},
    ),
    "W18": (
        "cloud/a.tf",
        terraform("aws_sagemaker_notebook_instance", 'name = "it"\nrole_arn = "r"\ninstance_type = "ml.g5.xlarge"'),
        "managed_notebook/cloud/aws_sagemaker_notebook_instance.it",
        {"provider": "aws", "exposure": "private"},
    ),
    "W19": (
        "cloud/a.tf",
        terraform("aws_sqs_queue", 'name = "it"\npolicy = jsonencode({ Version = "2012-10-17", Statement = [] })'),
        "queue/cloud/aws_sqs_queue.it",
        {"provider": "aws"},
    ),
    "W20": (
        "cloud/a.tf",
        terraform("aws_batch_job_definition", f'name = "it"\ntype = "container"\n{BATCH}'),
        "training_job/cloud/aws_batch_job_definition.it",
        {"provider": "aws"},
    ),
    "W21": ("a.yaml", manifest("batch/v1", "Job", pod(TUNE)), "workload/a.yaml/Job.ml.it", {}),
    "W22": (
        "a.yaml",
        manifest("v1", "ServiceAccount", ""),
        "service_account/a.yaml/ServiceAccount.ml.it",
        {},
    ),
}


@pytest.fixture
def estate(here: Path, holdfast: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`estate("cloud/a.tf", text, ...)` writes files (none for no text) and records what is there."""
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path_factory.mktemp("home")))

    def record(*files: str, options: tuple[str, ...] = ("--profile", "strict")) -> None:
        for name, text in zip(files[::2], files[1::2], strict=True):
            path = here / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text) if text else path.unlink(missing_ok=True)
        done = holdfast("check", "--store", *options)
        assert done.err.startswith("recorded as run"), done.err

    return record


@pytest.fixture
def said(holdfast: Run) -> Any:
    """What a command says, as JSON."""

    def ask(*command: str) -> Any:
        done = holdfast(*command, "--format", "json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    return ask


def state(requirement: str, *, days: float = 0) -> str:
    """The state of a requirement, so many days from now."""
    with open_store(create=False) as store:
        (row,) = coverage(store.database, datetime.now(UTC) + timedelta(days=days), [requirement])
    return row.state


@pytest.mark.parametrize("requirement", INVENTORIED)
def test_an_inventory_lists_it_with_what_is_known_of_it(estate: Any, said: Any, requirement: str) -> None:
    name, text, asset, known = INVENTORIED[requirement]
    other = manifest("v1", "Service", "spec: {selector: {app: other}, ports: [{port: 80}]}")
    estate("other.yaml", other)
    assert said("inventory")["assets"] == []
    estate(name, text)
    found = {each["id"]: each for each in said("inventory")["assets"]}
    values = {attribute: one["value"] for attribute, one in found[asset]["attributes"].items()}
    assert values.items() >= {**KNOWN, **known}.items()
    estate(name, "")
    assert said("inventory")["assets"] == []
    assert asset in {each["id"] for each in said("inventory", "--gone", "--all-kinds")["assets"]}


def test_w17_an_inventory_says_what_each_object_store_holds(estate: Any, holdfast: Run) -> None:
    names = {
        "datasets": "acme-training-datasets",
        "logs": "acme-access-logs",
        "models": "acme-models",
        "other": "acme-x",
    }
    buckets = "".join(
        f'resource "aws_s3_bucket" "b_{at}" {{\n bucket = "{name}"\n}}\n' for at, name in enumerate(names.values())
    )
    estate("cloud/a.tf", buckets)
    done = holdfast("inventory", "--kind", "bucket", "--format", "csv")
    rows = list(csv.DictReader(done.out.splitlines()))
    assert {row["asset"]: row["holds"] for row in rows} == {
        f"bucket/cloud/aws_s3_bucket.b_{at}": holds for at, holds in enumerate(names)
    }
    estate("cloud/a.tf", "")
    assert len(holdfast("inventory", "--kind", "bucket", "--format", "csv").out.splitlines()) == 1


def test_w23_the_stores_that_an_identity_reaches_are_computed(estate: Any, said: Any) -> None:
    estate("cloud/a.tf", REFERENCE)
    reached = {each["asset"]: each["right"] for each in said("paths", "--reach", ROLE)["access"]}
    assert DOCUMENTS in reached
    assert ROLE in {each["holder"] for each in said("paths", "--readers", DOCUMENTS)["access"]}
    estate("cloud/a.tf", REFERENCE.replace('Resource = "*"', 'Resource = "arn:aws:s3:::acme-checkpoints/*"'))
    assert DOCUMENTS not in {each["asset"] for each in said("paths", "--reach", ROLE)["access"]}


def holder(value: str = "hf_0123456789abcdefghij") -> str:
    container = (
        f"{{name: c, image: r/x:1, env: [{{name: HF_TOKEN, value: {value}}}, {{name: WANDB_API_KEY, value: {value}}}]}}"
    )
    return manifest("apps/v1", "Deployment", pod(container))


def test_w28_p03_every_credential_is_listed_with_its_holders_and_never_its_value(
    estate: Any, said: Any, holdfast: Run
) -> None:
    estate("a.yaml", holder())
    listed = said("inventory", "--credentials")["credentials"]
    assert {(each["credential"], each["holder"], each["owner"]) for each in listed} >= {
        (name, "workload/a.yaml/Deployment.ml.it", "ml") for name in ("HF_TOKEN", "WANDB_API_KEY")
    }
    (asset,) = (each for each in said("inventory")["assets"] if each["kind"] == "workload")
    assert asset["attributes"]["credentials"]["value"] == "HF_TOKEN, WANDB_API_KEY"
    assert "hf_0123456789" not in holdfast("inventory", "--credentials").out
    estate("a.yaml", manifest("apps/v1", "Deployment", pod("{name: c, image: r/x:1}")))
    assert said("inventory", "--credentials")["credentials"] == []


def test_p01_who_can_read_or_copy_each_model_is_known(estate: Any, said: Any) -> None:
    models = REFERENCE.replace("acme-internal-documents", "acme-models")
    estate("cloud/a.tf", models)
    rights = {(each["holder"], each["asset"], each["right"]) for each in said("paths", "--models")["access"]}
    assert {(ROLE, DOCUMENTS, "reads"), (ROLE, DOCUMENTS, "writes")} <= rights
    estate("cloud/a.tf", models.replace('Resource = "*"', 'Resource = "arn:aws:s3:::acme-checkpoints/*"'))
    assert ROLE not in {each["holder"] for each in said("paths", "--models")["access"]}


SETTINGS = """\
assets:
  - {asset: "*assistant*", owner: ml-platform, contact: "+49 30 1", logs: "s3://logs/assistant", rollback: "terraform apply -target"}
  - {asset: "bucket/*", owner: knowledge, contact: "+49 30 2", logs: "s3://logs/documents"}
providers: [{name: aws, contact: "aws support, contract 12"}]
"""


def test_w83_to_w89_an_incident_says_all_that_a_responder_needs(
    estate: Any, said: Any, here: Path, holdfast: Run
) -> None:
    (here / "holdfast.yaml").write_text(SETTINGS)
    estate("cloud/a.tf", REFERENCE.replace("    set -euo", "    export HF_TOKEN=hf_0123456789abcdefghij\n    set -euo"))
    found = said("incident", MACHINE, "--request-id", "req_8f2", "--note", "a key in a gist", "--seal")
    attributes = found["attributes"]
    assert (attributes["owner"], attributes["contact"]) == ("ml-platform", "+49 30 1")
    assert (attributes["logs"], attributes["rollback"]) == ("s3://logs/assistant", "terraform apply -target")
    assert (attributes["exposure"], found["provider_contact"]) == ("public", "aws support, contract 12")
    assert {"name": "its sessions and keys", "holder": ROLE} in found["credentials"]
    assert {"name": "HF_TOKEN", "holder": MACHINE} in found["credentials"]
    assert {(each["asset"], each["logs"]) for each in found["stores"]} == {(DOCUMENTS, "not logged")}
    assert found["endpoints"] == ["server/cloud/aws_instance.assistant/user_data/script.vllm"]
    assert {each["asset"]: each["where"] for each in found["logs"]}.items() >= {
        MACHINE: "s3://logs/assistant",
        DOCUMENTS: "s3://logs/documents",
    }.items()
    assert found["request_ids"] == ["req_8f2"]
    assert {(each["owner"], each["contact"], each["why"]) for each in found["owners"]} >= {
        ("ml-platform", "+49 30 1", "the asset"),
        ("knowledge", "+49 30 2", "data in reach"),
    }
    text = holdfast("incident", MACHINE, "--request-id", "req_8f2").out
    for part in ("tell", "revoke credentials", "inspect stores", "disable endpoints", "preserve logs", "req_8f2"):
        assert part in text
    assert holdfast("ledger", "verify").code == 0


def test_w83_to_w89_what_nobody_recorded_is_said_to_be_unknown(estate: Any, said: Any, holdfast: Run) -> None:
    estate("cloud/a.tf", 'resource "aws_instance" "assistant" {\n instance_type = "g6.xlarge"\n}\n')
    found = said("incident", MACHINE)
    assert [found[part] for part in ("owners", "stores", "request_ids", "findings")][:3] == [[], [], []]
    assert found["provider_contact"] is None
    assert {each["where"] for each in found["logs"]} == {"not known"}
    assert holdfast("incident", MACHINE).out.count("not known") >= 6


def test_w90_each_sort_of_incident_has_its_playbook(estate: Any, said: Any) -> None:
    files = {requirement: INVENTORIED[requirement] for requirement in ("W13", "W14", "W16", "W18")}
    for requirement, (name, text, _, _) in files.items():
        estate(f"{requirement}/{name}", text)
    books = {}
    for requirement, (_, _, asset, _) in files.items():
        kind, _, rest = asset.partition("/")
        books[kind] = said("incident", f"{kind}/{requirement}/{rest}")["playbook"]
    assert {kind: book["id"] for kind, book in books.items()} == {
        "endpoint": "model-as-cloud",
        "instance": "model-as-cloud",
        "managed_notebook": "notebook-as-data",
        "database": "vector-database-as-tenant-isolation",
    }
    assert all(len(book["steps"]) >= 3 for book in books.values())
    estate("a.yaml", manifest("v1", "ServiceAccount", ""))
    assert said("incident", "service_account/a.yaml/ServiceAccount.ml.it")["playbook"] is None


def test_w91_the_reference_attack_path_is_found_in_the_recorded_estate(estate: Any, said: Any) -> None:
    estate("cloud/a.tf", REFERENCE)
    (path,) = said("paths", "--to", DOCUMENTS)["paths"]
    assert [step["relation"] for step in path["steps"]] == ["reachable_from", "runs_on", "assumes", "reads"]
    assert path["data_class"] == "internal"
    clean = (EXAMPLES / "estate-clean/cloud/assistant.tf").read_text()
    estate("cloud/a.tf", clean)
    assert said("paths")["paths"] == []


def test_w108_reassessment_is_due_once_what_was_assessed_changes(estate: Any, holdfast: Run) -> None:
    queue = INVENTORIED["W19"][1]
    estate("cloud/a.tf", REFERENCE, "cloud/b.tf", queue)
    assert state("W33") == "unknown"
    stated = ("attest", "W33", "--by", "Jo Doe", "--statement", "reviewed", "--asset", "bucket/*")
    assert holdfast(*stated).code == 0
    assert state("W33") == "verified"
    estate("cloud/b.tf", queue.replace("policy", "name_prefix"))
    assert state("W33") == "verified", "what it is about did not change"
    estate("cloud/a.tf", REFERENCE.replace('"Enabled"', '"Suspended"'))
    assert state("W33") == "stale"
    done = holdfast("coverage", "W33")
    assert f"reassessment due: {DOCUMENTS} changed since" in done.out


def test_h30_a_baseline_is_verified_again_with_every_run(estate: Any, said: Any) -> None:
    block = 'resource "aws_s3_bucket_public_access_block" "d" {\n bucket = aws_s3_bucket.documents.id\n block_public_acls = true\n block_public_policy = true\n ignore_public_acls = true\n restrict_public_buckets = true\n}\n'
    estate("cloud/a.tf", REFERENCE + block)
    assert state("W53") == "verified"
    assert state("W53", days=31) == "stale", "what was seen too long ago counts no more"
    estate("cloud/a.tf", REFERENCE + block.replace("true", "false"))
    assert state("W53") == "failing"
    changes = {(each["sort"], each["asset"]) for each in said("diff")["changes"]}
    assert ("control regressed", DOCUMENTS) in changes
    estate("cloud/a.tf", REFERENCE + block)
    assert state("W53") == "verified"


def test_z47_sites_at_the_edge_stand_in_the_same_inventory(
    estate: Any, said: Any, here: Path, monkeypatch: pytest.MonkeyPatch, holdfast: Run
) -> None:
    estate("cloud/a.tf", REFERENCE)
    site = here.parent / "site"
    (site / ".git").mkdir(parents=True)
    (site / ".git/config").write_text('[remote "origin"]\n url = git@git.example:acme/factory-7.git\n')
    (site / "box.yaml").write_text(manifest("apps/v1", "Deployment", pod("{name: c, image: vllm/vllm-openai:v0.8.0}")))
    monkeypatch.chdir(site)
    assert holdfast("check", "--store").code in (0, 1)
    found = {each["id"]: each["origin"] for each in said("inventory")["assets"]}
    assert found["workload/box.yaml/Deployment.ml.it"] == "git.example/acme/factory-7"
    assert MACHINE in found
    alone = said("inventory", "--origin", "git.example/acme/factory-7")["assets"]
    box = "box.yaml/Deployment.ml.it"
    assert {each["id"] for each in alone} == {f"workload/{box}", f"server/{box}.c.vllm"}


def test_z32_z39_z55_h29_w92_what_was_recorded_cannot_be_altered_unseen(estate: Any, holdfast: Run) -> None:
    """Findings, runs and what people attested are sealed: each change of a row, an entry or a file is found."""
    estate("cloud/a.tf", REFERENCE)
    assert holdfast("attest", "W33", "--by", "Jo Doe", "--statement", "reviewed").code == 0
    assert holdfast("ledger", "verify").code == 0
    for change in (
        "UPDATE finding SET state = 'resolved' WHERE severity >= 3",
        "DELETE FROM finding WHERE severity >= 3",
        "UPDATE run SET passes = passes + 1",
        "UPDATE attestation SET until = '2099-01-01'",
        "DELETE FROM payload WHERE seq = 1",
        "UPDATE entry SET envelope = (SELECT envelope FROM entry WHERE seq = 1) WHERE seq = 2",
    ):
        store = Path(os.environ["HOLDFAST_HOME"]) / "store.db"
        before = {path: path.read_bytes() for path in store.parent.rglob("*") if path.is_file()}
        with open_store(create=False) as opened, opened.database.transaction():
            opened.database.run(change)
        done = holdfast("ledger", "verify")
        assert done.code == 1, change
        assert "problems in" in done.out or "problem in" in done.out
        for path, data in before.items():
            path.write_bytes(data)
    assert holdfast("ledger", "verify").code == 0


def test_h29_an_entry_is_proved_to_whoever_trusts_nothing_but_a_key(estate: Any, holdfast: Run, here: Path) -> None:
    """Custody: the proof of an entry is verified by a program that needs neither the store nor this package."""
    estate("cloud/a.tf", REFERENCE)
    assert holdfast("ledger", "prove", "1", "--output", "entry.proof").code == 0
    (here / "verify.py").write_text(holdfast("ledger", "verifier").out)
    key = next(
        line
        for line in holdfast("ledger", "show").out.splitlines() + holdfast("ledger", "show").err.splitlines()
        if line.startswith("holdfast/")
    )
    command = [sys.executable, "-I", "verify.py", "entry.proof", "--key", key]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    proof = (here / "entry.proof").read_text()
    (here / "entry.proof").write_text(proof.replace("index 1", "index 2"))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


MODEL_SERVER = """\
resource "aws_subnet" "it" {
  vpc_id                  = "vpc-1"
  map_public_ip_on_launch = %s
}
resource "aws_instance" "it" {
  ami                         = "ami-1"
  instance_type               = "p5.48xlarge"
  subnet_id                   = aws_subnet.it.id
  associate_public_ip_address = %s
  iam_instance_profile        = aws_iam_instance_profile.it.name
  metadata_options {
    http_tokens = "%s"
  }
  root_block_device {
    encrypted = %s
  }
}
resource "aws_iam_instance_profile" "it" {
  role = aws_iam_role.it.name
}
resource "aws_iam_role" "it" {
  name               = "it"
  assume_role_policy = jsonencode({ TRUST })
}
resource "aws_iam_role_policy" "it" {
  role   = aws_iam_role.it.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "%s", Resource = "*" }] })
}
""".replace("TRUST", TRUST)
CACHE = "spec: {containers: [{name: redis, image: redis:7, args: [redis-server, --protected-mode, 'no', --bind, 0.0.0.0, %s]}]}"


def test_g01_what_lies_in_a_private_network_is_asked_all_the_same(estate: Any, said: Any) -> None:
    def failing() -> set[tuple[str, str]]:
        found = said("findings", "--limit", "1000")["findings"]
        return {(each["rule"], each["asset"].partition("/")[0]) for each in found}

    pod = manifest("v1", "Pod", CACHE % "--maxmemory, 1gb")
    bad = ("optional", "false", "*")
    estate("cloud/a.tf", MODEL_SERVER % ("true", "true", *bad), "a.yaml", pod)
    open_to_all = failing()
    estate("cloud/a.tf", MODEL_SERVER % ("false", "false", *bad))
    assert said("inventory", "--kind", "instance")["assets"][0]["attributes"]["exposure"]["value"] == "private"
    inside = failing()
    assert inside >= {
        ("instance-metadata-without-token", "instance"),
        ("workload-identity-is-administrator", "identity"),
        ("redis-without-password", "server"),
    }
    assert {rule for rule, _ in open_to_all - inside} == {"gpu-instance-with-public-address"}, (
        "nothing else is forgiven"
    )
    password = CACHE % '--requirepass, "$(REDIS_PASSWORD)"'
    estate("cloud/a.tf", MODEL_SERVER % ("false", "false", "required", "true", "s3:ListAllMyBuckets"))
    estate("a.yaml", manifest("v1", "Pod", password))
    assert (
        failing()
        & {
            ("instance-metadata-without-token", "instance"),
            ("workload-identity-is-administrator", "identity"),
            ("redis-without-password", "server"),
        }
        == set()
    )


def test_w93_nothing_is_claimed_that_was_not_seen(estate: Any, said: Any, holdfast: Run, here: Path) -> None:
    block = 'resource "aws_s3_bucket_public_access_block" "d" {\n bucket = aws_s3_bucket.documents.id\n block_public_acls = true\n block_public_policy = true\n ignore_public_acls = true\n restrict_public_buckets = %s\n}\n'
    rule = ("--rule", "bucket-public-access-not-blocked")
    estate("cloud/a.tf", REFERENCE + block % "true")
    assert (state("W53"), state("W93")) == ("verified", "verified")
    # A value that nobody can know is told as such, and is no pass.
    estate("cloud/a.tf", REFERENCE + 'variable "x" {}\n' + block % "var.x")
    checked = json.loads(holdfast("check", *rule, "--format", "json").out)
    assert (checked["findings"], checked["examined"]["passes"]) == ([], 0)
    assert [each["reason"] for each in checked["unknown"]] == ["could not be seen: public_block"]
    assert state("W53") == "unknown"
    # What one source can never show is not asked, and counts for nothing.
    (here / "pod.yaml").write_text(POD)
    checked = json.loads(holdfast("check", "pod.yaml", "--rule", "gpu-workload-open-egress", "--format", "json").out)
    assert [each["rule"] for each in checked["not_asked"]] == ["gpu-workload-open-egress"]
    assert checked["examined"]["passes"] == 0
    # A file that cannot be read is told with its reason, changes the exit code, and leaves the run without a verdict.
    estate("cloud/a.tf", REFERENCE + block % "true", "broken.yaml", "apiVersion: v1\nkind: [\n")
    done = holdfast("check", *rule)
    assert (done.code, "broken.yaml" in done.out) == (3, True)
    assert state("W93") == "unknown"
    assert "because   last seen 20" in holdfast("coverage", "W53").out
    # And what nobody looked for is not known.
    assert state("W18") == "unknown"


def test_z60_what_was_verified_once_has_to_be_verified_again(estate: Any, said: Any, holdfast: Run) -> None:
    block = 'resource "aws_s3_bucket_public_access_block" "d" {\n bucket = aws_s3_bucket.documents.id\n block_public_acls = true\n block_public_policy = true\n ignore_public_acls = true\n restrict_public_buckets = %s\n}\n'
    assert holdfast("coverage", "Z60").code == 0
    estate("cloud/a.tf", REFERENCE + block % "true")
    assert holdfast("attest", "Z38", "--by", "Jo Doe", "--statement", "done").code == 0
    assert [state(each) for each in ("W53", "Z38", "Z60")] == ["verified"] * 3
    assert [state(each, days=31) for each in ("W53", "Z60")] == ["stale"] * 2, "nothing stays verified by itself"
    assert state("Z38", days=366) == "stale"
    estate("cloud/a.tf", REFERENCE + block % "false")
    assert state("W53") == "failing", "the next run sees what changed since"
    estate("cloud/a.tf", REFERENCE + block % "true")
    assert [state(each) for each in ("W53", "Z60")] == ["verified"] * 2


def test_z44_a_rule_reports_before_it_denies(holdfast: Run, here: Path) -> None:
    (here / "pod.yaml").write_text(POD)

    def exported(*options: str) -> str:
        done = holdfast("rules", "export", "--admission", "--rule", "gpu-container-privileged", *options)
        assert done.code == 0, done.err
        return done.out

    def actions(text: str) -> list[str]:
        return [line.strip() for line in text.splitlines() if "validationActions" in line]

    reports, audits, denies = exported(), exported("--action", "Audit"), exported("--action", "Deny")
    assert actions(reports) == ["validationActions: [Warn]"], "unless told otherwise nothing is denied"
    assert (actions(audits), actions(denies)) == (["validationActions: [Audit]"], ["validationActions: [Deny]"])
    assert reports.replace("[Warn]", "[Deny]") == denies, "what is enforced is what was reported"
    # In a pipeline: reported, then enforced for what is new, then for everything.
    rule = ("check", "--rule", "gpu-container-privileged")
    reported = holdfast(*rule, "--write-baseline", "known.json")
    assert (reported.code, holdfast(*rule, "--baseline", "known.json").code) == (0, 0)
    (here / "new.yaml").write_text(POD.replace("name: it", "name: another"))
    assert (holdfast(*rule, "--baseline", "known.json").code, holdfast(*rule).code) == (1, 1)


ATTESTED = [each for each in requirements() if each.attested]


@pytest.mark.parametrize("requirement", ATTESTED, ids=lambda each: each.id)
def test_what_only_people_can_answer_is_demanded_stored_and_due_again(
    estate: Any, holdfast: Run, here: Path, requirement: Requirement
) -> None:
    estate("other.yaml", manifest("v1", "ConfigMap", "data: {}"))
    done = holdfast("coverage", requirement.id)
    assert state(requirement.id) == "unknown"
    assert f"nobody attested it: `holdfast attest {requirement.id}`" in done.out
    (here / "minutes.pdf").write_bytes(b"%PDF")
    stated = ("attest", requirement.id, "--by", "Jo Doe", "--statement", "done", "--file", "minutes.pdf")
    assert holdfast(*stated).code == 0
    assert "minutes.pdf sha256:" in holdfast("attest").out
    assert state(requirement.id) == "verified"
    assert state(requirement.id, days=requirement.max_age_days) == "verified"
    assert state(requirement.id, days=requirement.max_age_days + 1) == "stale"
    assert holdfast("ledger", "verify").code == 0
    assert holdfast("attest", "--withdraw", "1").code == 0
    assert state(requirement.id) == "unknown"
    assert holdfast("ledger", "verify").code == 0
