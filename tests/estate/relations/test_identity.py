from __future__ import annotations

import pytest
from tests.estate.relations.things import asset, container, machine, role, told

from holdfast.core.fact import UNSET
from holdfast.estate.relations.identity import identity
from holdfast.kinds.endpoint import Endpoint
from holdfast.kinds.identity import Identity, Trust
from holdfast.kinds.service_account import ServiceAccount
from holdfast.kinds.workload import Workload

ARN = "arn:aws:iam::123456789012:role/trainer"


@pytest.mark.parametrize(
    "written", ["trainer", "aws_iam_role.trainer", ARN, "arn:aws:iam::999999999999:role/x/trainer"]
)
def test_a_machine_names_its_role_in_several_ways(written):
    assert told(identity, machine(role=written), role()) == ["vm assumes aws_iam_role.trainer"]


@pytest.mark.parametrize("written", [None, UNSET, "other"])
def test_what_is_not_declared_is_nobody(written):
    assert told(identity, machine(role=written), role()) == []


def test_a_name_means_what_is_applied_with_it_and_an_arn_anybody():
    elsewhere = role(path="other/main.tf")
    assert told(identity, machine(role="trainer"), elsewhere) == []
    assert told(identity, machine(role=ARN), elsewhere) == ["vm assumes aws_iam_role.trainer"]
    assert told(identity, machine(role=ARN), elsewhere, role(path="third/main.tf")) == []


@pytest.mark.parametrize(
    ("trusted", "answer"),
    [
        (Trust(type="service", name="lambda.amazonaws.com"), []),
        (Trust(type="service", name="ec2.amazonaws.com"), ["vm assumes aws_iam_role.trainer"]),
        (Trust(type="service"), ["vm assumes aws_iam_role.trainer"]),
        (Trust(type="anyone", name="*"), ["vm assumes aws_iam_role.trainer"]),
    ],
)
def test_a_machine_gets_a_role_that_admits_machines(trusted, answer):
    assert told(identity, machine(role="trainer"), role(trusts=[trusted])) == answer


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
        ({"metadata_off": True, "metadata_hops": 2}, {}, []),
    ],
)
def test_a_container_has_the_machines_role_where_the_metadata_service_answers(facts, own, answer):
    found = told(identity, machine(role="trainer", **facts), container(**own), role())
    assert found == ["vm assumes aws_iam_role.trainer", *answer]


def test_a_container_elsewhere_has_none():
    stray = asset(Workload(api_group=None), "elsewhere")
    assert told(identity, machine(role="trainer"), stray, role())[1:] == []


def test_a_node_of_some_cluster_has_the_role_of_its_group():
    assert told(identity, machine("aws_eks_node_group.gpu", role="trainer"), role()) == [
        "aws_eks_node_group.gpu assumes aws_iam_role.trainer",
        "node/kubernetes assumes aws_iam_role.trainer?",
    ]


def test_a_trusted_role_becomes_the_other():
    other = role("admin", trusts=[Trust(type="principal", name=ARN, conditions=[])])
    assert told(identity, role(), other) == ["aws_iam_role.trainer assumes aws_iam_role.admin"]
    doubtful = role("admin", trusts=[Trust(type="principal", name=ARN, conditions=UNSET)])
    assert told(identity, role(), doubtful) == ["aws_iam_role.trainer assumes aws_iam_role.admin?"]
    itself = role(trusts=[Trust(type="principal", name=ARN), Trust(type="service", name="ec2.amazonaws.com")])
    assert told(identity, itself) == []


def test_whoever_may_become_any_role_becomes_those_that_leave_it_to_the_account():
    open_role = role("admin", trusts=[Trust(type="account", name="123456789012", conditions=[])])
    assert told(identity, role(assumes_any_role=True), open_role) == [
        "aws_iam_role.trainer assumes roles/",
        "roles/ assumes aws_iam_role.admin",
    ]


def pod(**facts):
    seen = {"api_group": "apps", "namespace": "ai", "service_account": "sa"}
    return asset(Workload(**{**seen, **facts}), "pod", "k8s/a.yaml", source="manifest")


def account(**facts):
    seen = {"name": "sa", "namespace": "ai", "cloud_identity": None}
    return asset(ServiceAccount(**{**seen, **facts}), "sa", "k8s/b.yaml", source="manifest")


def test_a_pod_acts_as_its_service_account_and_that_as_a_role():
    assert told(identity, pod(), account(cloud_identity=ARN), role()) == [
        "sa assumes aws_iam_role.trainer",
        "pod assumes sa",
    ]
    by_name = "arn:aws:iam::111111111111:role/trainer"
    assert told(identity, account(cloud_identity=by_name), role())[:1] == ["sa assumes aws_iam_role.trainer"]
    two = [role(path="a/main.tf"), role(path="b/main.tf")]
    assert told(identity, account(cloud_identity=by_name), *two) == []


def test_a_pod_without_a_token_acts_as_nobody():
    assert told(identity, pod(automount_token=False), account()) == []
    assert told(identity, pod(automount_token=False), account(cloud_identity=ARN)) == ["pod assumes sa"]
    assert told(identity, pod(service_account=UNSET), account()) == []
    assert told(identity, pod(service_account="other"), account()) == []
