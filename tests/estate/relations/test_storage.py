from __future__ import annotations

import pytest
from tests.estate.relations.things import asset, bucket, grant, principal, role, told

from holdfast.core.fact import UNSET
from holdfast.core.statement import NAMED, Condition, Principal, Statement
from holdfast.estate.relations import storage as module
from holdfast.estate.relations.every import relations
from holdfast.estate.relations.lineage import lineage
from holdfast.estate.relations.network import network
from holdfast.estate.relations.storage import storage
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.database import Database
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.identity import Identity
from holdfast.kinds.managed_notebook import ManagedNotebook
from holdfast.kinds.managed_secret import ManagedSecret
from holdfast.kinds.queue import Queue
from holdfast.kinds.registry import Registry
from holdfast.kinds.served_model import ServedModel
from holdfast.kinds.server import Server

READS, WRITES = "aws_iam_role.trainer reads models", "aws_iam_role.trainer writes models"
ARN = "arn:aws:iam::123456789012:role/trainer"
TLS = Condition(operator="Bool", key="aws:SecureTransport", values=["false"], quantifier=None, if_exists=False)
TAGGED = Condition(
    operator="StringEquals", key="aws:PrincipalTag/team", values=["ml"], quantifier=None, if_exists=False
)


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ([grant("s3:*")], [READS, WRITES]),
        ([grant("*")], [READS, WRITES]),
        ([grant("s3:GetObject", resources=["arn:aws:s3:::models/*"])], [READS]),
        ([grant("s3:GetObject", resources=["arn:aws:s3:::models/public/*"])], [READS]),
        ([grant("s3:PutObject", resources=["arn:aws:s3:::models/run/?/x"])], [WRITES]),
        ([grant("s3:GetObject", resources=["arn:aws:s3:::other/*"])], []),
        ([grant("s3:GetObject", resources=["arn:aws:s3:::models"])], []),
        ([grant("s3:*", conditions=[TAGGED])], [f"{READS}?", f"{WRITES}?"]),
        ([grant("s3:*"), grant("s3:PutObject", effect="Deny")], [READS]),
        ([grant("ec2:*")], []),
        ([], []),
    ],
)
def test_an_identity_reads_and_writes_by_its_policies(statements, answer):
    assert told(storage, role("trainer", *statements), bucket()) == answer


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        ([grant("s3:GetObject", principals=principal(ARN))], [READS]),
        ([grant("s3:GetObject", principals=principal(f"arn:aws:iam::{NAMED}:role/trainer"))], [READS]),
        ([grant("s3:GetObject", principals=principal("arn:aws:iam::999999999999:role/trainer"))], []),
        ([grant("s3:GetObject", principals=principal("*"))], []),
        ([grant("s3:GetObject", principals=principal("*"), conditions=[TAGGED])], [f"{READS}?"]),
        ([grant("s3:GetObject", principals=[Principal(type="AWS")])], []),
        ([grant("s3:GetObject", principals=UNSET)], [f"{READS}?"]),
        ([grant("s3:GetObject", principals=principal(ARN), effect=UNSET)], [f"{READS}?", f"{WRITES}?"]),
        ([grant("s3:ListBucket", principals=principal(ARN))], []),
    ],
)
def test_a_bucket_admits_by_its_own_policy(policy, answer):
    assert told(storage, role(), bucket(policy=policy)) == answer


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        ([grant("s3:*", principals=principal("*"), effect="Deny")], []),
        ([grant("s3:*", principals=principal("*"), effect="Deny", conditions=[TLS])], [READS, WRITES]),
        ([grant("s3:PutObject", principals=principal(ARN), effect="Deny")], [READS]),
        ([grant("s3:*", principals=principal("*"), effect="Deny", conditions=[TAGGED])], [f"{READS}?", f"{WRITES}?"]),
        ([grant("s3:*", principals=principal(NAMED), effect="Deny")], [f"{READS}?", f"{WRITES}?"]),
        ([grant("s3:*", principals=[Principal(type="AWS")], effect="Deny")], [f"{READS}?", f"{WRITES}?"]),
        ([grant("s3:*", principals=[Principal(type="Service", name="x")], effect="Deny")], [READS, WRITES]),
        ([grant("s3:*", principals=principal(f"{ARN}2"), effect="Deny")], [READS, WRITES]),
        ([grant("s3:*", principals=principal("999999999999"), effect="Deny")], [f"{READS}?", f"{WRITES}?"]),
        ([grant("s3:*", principals=principal("arn:aws:iam::1:root"), effect="Deny")], [f"{READS}?", f"{WRITES}?"]),
    ],
)
def test_a_denial_of_the_bucket_decides(policy, answer):
    assert told(storage, role("trainer", grant("s3:*")), bucket(policy=policy)) == answer


@pytest.mark.parametrize(
    ("account", "policy", "answer"),
    [
        ("1", None, [READS, WRITES]),
        ("2", None, []),
        (UNSET, None, [f"{READS}?", f"{WRITES}?"]),
        ("2", [grant("s3:GetObject", principals=principal(ARN))], [READS]),
        ("1", [grant("s3:*", principals=principal("1"), effect="Deny")], []),
    ],
)
def test_in_another_account_both_sides_must_allow(account, policy, answer):
    store = bucket(account=account, policy=policy)
    assert told(storage, role("trainer", grant("s3:*"), account="1"), store) == answer


def test_an_identity_without_a_known_name_is_in_no_policy():
    own = role("trainer", identifier=UNSET)
    assert told(storage, own, bucket(policy=[grant("s3:GetObject", principals=principal(ARN))])) == []
    bare = grant("s3:*", effect="Allow")
    holed = role("trainer", bare, identifier=f"arn:aws:iam::{NAMED}:role/trainer")
    assert told(storage, holed, bucket(policy=[grant("s3:Get*", principals=principal(ARN))])) == [READS, WRITES]


def test_a_bucket_whose_name_is_made_up_is_reached_by_wildcards_only():
    nameless = asset(Bucket(provider="aws", name=None, policy=None), "models")
    assert told(storage, role("trainer", grant("s3:*")), nameless) == [READS, WRITES]
    named = role("trainer", grant("s3:*", resources=["arn:aws:s3:::models/*"]))
    assert told(storage, named, nameless) == []


@pytest.mark.parametrize(
    ("facts", "action", "relation"),
    [
        (ManagedSecret(name="hf", policy=None), "secretsmanager:GetSecretValue", "reads"),
        (ManagedSecret(name="hf", policy=None), "ssm:GetParameter", "reads"),
        (Queue(name="jobs", service="sqs", policy=None), "sqs:SendMessage", "writes"),
        (Queue(name="jobs", service="sns", policy=None), "sns:Publish", "writes"),
        (Queue(name="jobs", service="kinesis", policy=None), "kinesis:GetRecords", "reads"),
        (Registry(name="images", policy=None), "ecr:BatchGetImage", "reads"),
        (Database(name="docs", service="opensearch", policy=None), "es:ESHttpGet", "reads"),
    ],
)
def test_other_stores(facts, action, relation):
    from msgspec.structs import replace

    store = asset(replace(facts, provider="aws"), "store")
    assert told(storage, role("trainer", grant(action)), store) == [f"aws_iam_role.trainer {relation} store"]
    assert told(storage, role("trainer", grant("ec2:*")), store) == []


def test_a_store_that_no_policy_guards():
    for facts in (Database(provider="aws", service=UNSET), Queue(provider="aws", service="other")):
        assert told(storage, role("trainer", grant("*")), asset(facts, "store")) == []


def test_what_is_applied_apart_meets_in_one_account_only():
    reader = role("trainer", grant("s3:*"))
    assert told(storage, reader, bucket(path="other/main.tf")) == []
    one = role("trainer", grant("s3:*"), account="123456789012")
    assert told(storage, one, bucket(path="other/main.tf", account="123456789012")) == [READS, WRITES]


def test_only_so_many_pairs_are_judged(monkeypatch):
    monkeypatch.setattr(module, "MAX_PAIRS", 1)
    found = told(storage, role("trainer", grant("s3:*")), role("other", grant("s3:*")), bucket())
    assert found == [READS, WRITES]


def google(**facts):
    seen = {"provider": "google", "sort": "service_account", "name": "serving", "identifier": "serving@p"}
    return asset(Identity(**{**seen, **facts}), "serving")


def test_google_by_the_project_and_by_the_bucket():
    mine = bucket(provider="google")
    assert told(storage, google(reads_every_bucket=True), mine) == ["serving reads models"]
    binding = Statement(
        effect="Allow",
        actions=["storage.objects.create"],
        not_actions=None,
        resources=None,
        not_resources=None,
        principals=[Principal(type="serviceAccount", name="serving@p")],
        not_principals=None,
        conditions=[],
    )
    assert told(storage, google(), bucket(provider="google", policy=[binding])) == ["serving writes models"]
    assert told(storage, google(), mine) == []
    assert told(storage, google(sort="everybody", reads_every_bucket=True), mine) == []
    secret = asset(ManagedSecret(provider="google"), "hf")
    assert told(storage, google(reads_every_secret=True), secret) == ["serving reads hf"]


def test_azure_by_its_powers():
    own = asset(Identity(provider="azure", writes_every_bucket=True), "id")
    assert told(storage, own, bucket(provider="azure")) == ["id writes models"]
    assert told(storage, own, asset(Queue(provider="azure"), "bus")) == []


def test_what_a_provider_publishes():
    published = {
        "e": Endpoint(public_network=True),
        "e-ruled": Endpoint(public_network=True, network_rules=True),
        "e-unseen": Endpoint(),
        "e-none": Endpoint(public_network=None),
        "n": ManagedNotebook(public_address=True),
        "n-not": ManagedNotebook(),
        "d": Database(public_network=True, open_ranges=["0.0.0.0/0"]),
        "d-ruled": Database(public_network=True, open_ranges=["10.0.0.0/8"]),
        "b": Bucket(public_read=True),
        "b-shared": Bucket(shared_with=["*"]),
        "b-not": Bucket(public_read=False, shared_with=["123456789012"]),
        "r": Registry(public=True),
        "q": Queue(shared_with=["*"]),
        "s": ManagedSecret(shared_with=["*"]),
        "i": Identity(anyone_may_assume=True),
        "i-all": Identity(sort="everybody"),
        "i-not": Identity(),
    }
    found = told(network, *(asset(facts, name) for name, facts in published.items()))
    reached = [each.removesuffix(" reachable_from zone/internet") for each in found]
    assert reached == [
        "e",
        "e-unseen reachable_from zone/internet?",
        "n",
        "d",
        "b",
        "b-shared",
        "r",
        "q",
        "s",
        "i",
        "i-all",
    ]


def test_models_come_from_buckets():
    model = asset(ServedModel(server="triton", sources=["s3://models/llama", "hf://x/y", "gs://other/m"]), "llama")
    triton = asset(Server(product="triton", options={"model-repository": "s3://models"}), "triton")
    other = asset(Server(product="vllm", options=UNSET), "vllm")
    assert told(lineage, bucket(), model, triton, other) == [
        "llama derived_from models",
        "triton serves llama?",
        "triton derived_from models",
    ]
    assert told(lineage, model, triton, asset(Server(product="triton"), "second")) == []
    assert told(lineage, asset(ServedModel(server="kserve"), "a"), bucket(name=UNSET)) == []


def test_all_edges_are_each_told_once_and_certain_if_one_way_is():
    from holdfast.core.asset import Edge

    own = [Edge("a/a", "runs_on", "b/b", certain=False), Edge("a/a", "runs_on", "b/b"), Edge("x", "supersedes", "y")]
    assert relations([], own) == [Edge("a/a", "runs_on", "b/b")]
    assert relations([], list(reversed(own))) == [Edge("a/a", "runs_on", "b/b")]
    assert relations([], [], [Edge("a/a", "in_zone", "zone/x")]) == [Edge("a/a", "in_zone", "zone/x")]
