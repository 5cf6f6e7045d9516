from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.estate.relations.things import asset, container, machine, role, told, trusting

from holdfast.core.fact import UNSET
from holdfast.core.statement import NAMED, Condition
from holdfast.estate.relations.identity import identity
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.identity import Identity, Trust
from holdfast.kinds.managed_notebook import ManagedNotebook
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.training_job import TrainingJob
from holdfast.kinds.workload import Workload

ARN = "arn:aws:iam::123456789012:role/trainer"


@pytest.mark.parametrize("written", ["trainer", "aws_iam_role.trainer", ARN, f"arn:aws:iam::{NAMED}:role/x/trainer"])
def test_a_machine_names_its_role_in_several_ways(written):
    assert told(identity, machine(role=written), role()) == ["vm assumes aws_iam_role.trainer"]


@pytest.mark.parametrize("written", [None, UNSET, "other", "arn:aws:iam::999999999999:role/trainer"])
def test_what_is_not_declared_is_nobody(written):
    assert told(identity, machine(role=written), role()) == []


def test_a_name_means_what_is_applied_with_it_and_an_arn_anybody():
    elsewhere = role(path="other/main.tf")
    assert told(identity, machine(role="trainer"), elsewhere) == []
    assert told(identity, machine(role=ARN), elsewhere) == ["vm assumes aws_iam_role.trainer"]
    assert told(identity, machine(role=ARN), elsewhere, role(path="third/main.tf")) == []


EC2 = "ec2.amazonaws.com"
OWN_ACCOUNT = Condition(
    operator="StringEquals", key="aws:SourceAccount", values=["123456789012"], quantifier=None, if_exists=False
)
OF_TEAM = replace(OWN_ACCOUNT, key="aws:PrincipalTag/team")


@pytest.mark.parametrize(
    ("trust_policy", "answer"),
    [
        ([trusting("lambda.amazonaws.com")], []),
        ([trusting(ARN)], []),
        ([], []),
        (None, []),
        ([trusting(EC2)], ["vm assumes aws_iam_role.trainer"]),
        ([trusting("sagemaker.amazonaws.com")], ["vm assumes aws_iam_role.trainer"]),
        ([trusting("ec2.amazonaws.com.cn", type="Service")], ["vm assumes aws_iam_role.trainer"]),
        ([trusting(f"ec2.{NAMED}", type="Service")], ["vm assumes aws_iam_role.trainer"]),
        ([trusting(EC2, conditions=[OWN_ACCOUNT])], ["vm assumes aws_iam_role.trainer"]),
        ([trusting(EC2, conditions=[replace(OWN_ACCOUNT, values=["999999999999"])])], []),
        ([trusting(EC2, conditions=[OF_TEAM])], ["vm assumes aws_iam_role.trainer?"]),
        ([trusting(EC2), trusting(EC2, effect="Deny")], []),
        ([trusting(EC2, action="sts:AssumeRoleWithWebIdentity")], []),
        ([trusting(NAMED, type="Service")], ["vm assumes aws_iam_role.trainer?"]),
        ([trusting(EC2, principals=UNSET)], ["vm assumes aws_iam_role.trainer?"]),
        (UNSET, ["vm assumes aws_iam_role.trainer?"]),
    ],
)
def test_a_machine_gets_a_role_that_admits_machines(trust_policy, answer):
    assert told(identity, machine(role="trainer"), role(trust_policy=trust_policy)) == answer


@pytest.mark.parametrize(
    ("facts", "service"),
    [
        (Endpoint(provider="aws", role="trainer"), "sagemaker.amazonaws.com"),
        (ManagedNotebook(provider="aws", role="trainer"), "sagemaker.amazonaws.com"),
        (TrainingJob(provider="aws", role="trainer"), "sagemaker.amazonaws.com"),
        (TrainingJob(provider="aws", role="trainer"), "ecs-tasks.amazonaws.com"),
    ],
)
def test_what_runs_code_gets_a_role_that_admits_its_service(facts, service):
    one = asset(facts, "x")
    assert told(identity, one, role(trust_policy=[trusting(service)])) == ["x assumes aws_iam_role.trainer"]
    assert told(identity, one, role(trust_policy=[trusting(EC2)])) == []
    assert told(identity, one, role(trust_policy=UNSET)) == ["x assumes aws_iam_role.trainer?"]


def test_an_endpoint_acts_as_a_service_account_of_google():
    account = asset(
        Identity(provider="google", name="serving", identifier="serving@p.iam.gserviceaccount.com"), "google.serving"
    )
    endpoint = asset(Endpoint(role="serving@p.iam.gserviceaccount.com"), "run")
    assert told(identity, endpoint, account) == ["run assumes google.serving"]


@pytest.mark.parametrize(
    ("facts", "own", "answer"),
    [
        ({"metadata_tokens": True, "metadata_hops": 1}, {}, []),
        ({"metadata_tokens": True, "metadata_hops": 2}, {}, ["docker.vllm assumes aws_iam_role.trainer"]),
        ({"metadata_tokens": True, "metadata_hops": UNSET}, {}, ["docker.vllm assumes aws_iam_role.trainer?"]),
        ({"metadata_tokens": False, "metadata_hops": 1}, {}, ["docker.vllm assumes aws_iam_role.trainer"]),
        ({"metadata_tokens": None, "metadata_hops": None}, {}, ["docker.vllm assumes aws_iam_role.trainer"]),
        ({"metadata_hops": 1}, {"host_network": True}, ["docker.vllm assumes aws_iam_role.trainer"]),
    ],
)
def test_a_container_has_the_machines_role_where_the_metadata_service_answers(facts, own, answer):
    found = told(identity, machine(role="trainer", **facts), container(**own), role())
    assert found == ["vm assumes aws_iam_role.trainer", *answer]


def test_without_a_metadata_service_nobody_has_the_role():
    off = machine(role="trainer", metadata_off=True, metadata_hops=2)
    assert told(identity, off, container(), role()) == []
    on = machine(role="trainer", metadata_off=False, metadata_hops=2)
    assert len(told(identity, on, container(), role())) == 2


def test_a_container_elsewhere_has_none():
    stray = asset(Workload(api_group=None), "elsewhere")
    assert told(identity, machine(role="trainer"), stray, role())[1:] == []


def test_a_node_of_some_cluster_has_the_role_of_its_group():
    assert told(identity, machine("aws_eks_node_group.gpu", role="trainer"), role()) == [
        "aws_eks_node_group.gpu assumes aws_iam_role.trainer",
        "node/kubernetes assumes aws_iam_role.trainer?",
    ]


def pod(**facts):
    seen = {"api_group": "apps", "namespace": "ai", "service_account": "sa"}
    return asset(Workload(**{**seen, **facts}), "pod", "k8s/a.yaml", source="manifest")


def account(**facts):
    seen = {"name": "sa", "namespace": "ai", "cloud_identity": None}
    return asset(ServiceAccount(**{**seen, **facts}), "sa", "k8s/b.yaml", source="manifest")


ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/AB12"
PROVIDER = f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"
SUBJECT = Condition(
    operator="StringEquals",
    key=f"{ISSUER}:sub",
    values=["system:serviceaccount:ai:sa"],
    quantifier=None,
    if_exists=False,
)


def vouched(*conditions: Condition, provider: str = PROVIDER):
    """A role that a cluster's tokens open."""
    return vouched_under(list(conditions), provider)


def vouched_under(conditions, provider: str = PROVIDER):
    action = "sts:AssumeRoleWithWebIdentity"
    return role(trust_policy=[trusting(provider, type="Federated", action=action, conditions=conditions)])


def test_a_pod_acts_as_its_service_account_and_that_as_a_role():
    assert told(identity, pod(), account(cloud_identity=ARN), vouched(SUBJECT)) == [
        "sa assumes aws_iam_role.trainer",
        "pod assumes sa",
    ]
    open_account = f"arn:aws:iam::{NAMED}:role/trainer"
    assert told(identity, account(cloud_identity=open_account), vouched(SUBJECT))[:1] == [
        "sa assumes aws_iam_role.trainer"
    ]
    other_account = "arn:aws:iam::111111111111:role/trainer"
    assert told(identity, account(cloud_identity=other_account), vouched(SUBJECT)) == []
    two = [role(path="a/main.tf"), role(path="b/main.tf")]
    assert told(identity, account(cloud_identity=open_account), *two) == []


AUDIENCE = replace(SUBJECT, key=f"{ISSUER}:aud", values=["sts.amazonaws.com"])
LIKE = replace(SUBJECT, operator="StringLike")


@pytest.mark.parametrize(
    ("conditions", "provider", "answer"),
    [
        ([SUBJECT, AUDIENCE], PROVIDER, "sa assumes aws_iam_role.trainer"),
        ([], PROVIDER, "sa assumes aws_iam_role.trainer"),
        ([replace(LIKE, values=["system:serviceaccount:ai:*"])], PROVIDER, "sa assumes aws_iam_role.trainer"),
        ([replace(SUBJECT, key=f"{NAMED}:sub")], NAMED, "sa assumes aws_iam_role.trainer"),
        ([replace(LIKE, values=["system:*"])], PROVIDER, "sa assumes aws_iam_role.trainer"),
        (UNSET, PROVIDER, "sa assumes aws_iam_role.trainer?"),
        ([replace(SUBJECT, values=["system:serviceaccount:ai:other"])], PROVIDER, ""),
        ([replace(LIKE, values=["system:serviceaccount:ops:*"])], PROVIDER, ""),
        (
            [replace(SUBJECT, values=[f"system:serviceaccount:{NAMED}:sa"])],
            PROVIDER,
            "sa assumes aws_iam_role.trainer?",
        ),
        ([SUBJECT, OF_TEAM], PROVIDER, "sa assumes aws_iam_role.trainer?"),
        ([], NAMED, "sa assumes aws_iam_role.trainer?"),
        ([replace(SUBJECT, values=UNSET)], PROVIDER, "sa assumes aws_iam_role.trainer?"),
    ],
)
def test_a_role_admits_the_service_accounts_that_its_trust_policy_names(conditions, provider, answer):
    one = vouched(*conditions, provider=provider) if conditions is not UNSET else vouched_under(UNSET)
    found = told(identity, account(cloud_identity=ARN), one)
    assert found == ([answer] if answer else [])


def test_a_role_for_machines_or_of_an_unread_policy():
    assert told(identity, account(cloud_identity=ARN), role()) == []
    assert told(identity, account(cloud_identity=ARN), role(trust_policy=UNSET)) == ["sa assumes aws_iam_role.trainer?"]


def test_an_account_whose_namespace_is_open_may_be_the_one():
    assert told(identity, account(cloud_identity=ARN, namespace=None), vouched(SUBJECT)) == [
        "sa assumes aws_iam_role.trainer?"
    ]
    assert told(identity, account(cloud_identity=ARN, namespace=None, name="other"), vouched(SUBJECT)) == []
    assert told(identity, account(cloud_identity=ARN, namespace=UNSET), vouched(SUBJECT)) == [
        "sa assumes aws_iam_role.trainer?"
    ]


@pytest.mark.parametrize(
    ("trusts", "answer"),
    [
        ([Trust(type="federated", name="p.svc.id.goog", subjects=["ai/sa"], conditions=[])], "sa assumes google.s"),
        ([Trust(type="federated", name="p.svc.id.goog", subjects=["ai/x"], conditions=[])], "sa assumes google.s?"),
        ([], "sa assumes google.s?"),
        ([Trust()], "sa assumes google.s?"),
        ([Trust(type="federated", name="p.svc.id.goog", subjects=["ai/sa"])], "sa assumes google.s?"),
    ],
)
def test_a_grant_of_google_may_stand_elsewhere(trusts, answer):
    identifier = "s@p.iam.gserviceaccount.com"
    own = asset(Identity(provider="google", name="s", identifier=identifier, trusts=trusts), "google.s")
    assert told(identity, account(cloud_identity=identifier), own) == [answer]


def handed(*names: str, service: str = "pods.eks.amazonaws.com"):
    """A role that a cluster hands to pods."""
    return role(trust_policy=[trusting(service)], pods=list(names))


def test_a_cluster_hands_a_role_to_pods_by_the_name_of_their_account():
    assert told(identity, pod(), account(), handed("ai:sa")) == ["sa assumes aws_iam_role.trainer?", "pod assumes sa"]
    assert told(identity, pod(), handed("ai:sa")) == ["pod assumes aws_iam_role.trainer?"]
    for other in (handed("ai:other"), handed("ops:sa"), handed("ai:sa", service=EC2)):
        assert told(identity, pod(), account(), other) == ["pod assumes sa"]


def test_a_pod_without_a_token_acts_as_nobody():
    assert told(identity, pod(automount_token=False), account()) == []
    assert told(identity, pod(automount_token=False), account(cloud_identity=ARN)) == ["pod assumes sa"]
    assert told(identity, pod(service_account=UNSET), account()) == []
    assert told(identity, pod(service_account="other"), account()) == []
