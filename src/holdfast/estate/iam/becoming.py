"""Who may become a role: a service that hands it to the code it runs, another identity, a pod.

A policy that was not seen leaves the answer open. Accounts that no file says are taken for one account; a condition
that asks for what an attacker may have or not (an external id, a second factor, a tag) leaves it open.

Sources: AWS IAM User Guide, "Creating a role to delegate permissions to an AWS service", "Policy evaluation for
requests within a single account", "AWS JSON policy elements: Principal"; Amazon EC2 User Guide, "IAM roles for Amazon
EC2"; Amazon SageMaker AI Developer Guide, "How to use SageMaker AI execution roles"; AWS Batch User Guide, "Job role"
(tasks of ECS); Amazon EKS User Guide, "IAM roles for service accounts", "Create IAM role with trust policy required by
EKS Pod Identity". Checked 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from holdfast.core.fact import Fact
from holdfast.core.statement import NAMED, UNRESOLVED, Principal, Statement, holes
from holdfast.estate.iam import match
from holdfast.estate.iam.abilities import X
from holdfast.estate.iam.decide import decide
from holdfast.estate.iam.request import Caller, Policies, Request, Values
from holdfast.estate.iam.trust import PODS
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, some, unknown
from holdfast.kinds.identity import Identity, Trust

__all__ = ["PODS_SERVICE", "becomes", "by_pod", "by_service", "home", "in_account"]

NOBODYS = "000000000000"
"""Stands for the account of identities whose account no file says."""
PODS_SERVICE = "pods.eks.amazonaws.com"
SERVICES: Mapping[str, tuple[str, ...]] = {
    "instance": ("ec2.amazonaws.com", "sagemaker.amazonaws.com"),  # HyperPod's machines have their groups' roles
    "endpoint": ("sagemaker.amazonaws.com", "lambda.amazonaws.com", "bedrock.amazonaws.com"),
    "managed_notebook": ("sagemaker.amazonaws.com",),
    "training_job": ("sagemaker.amazonaws.com", "ecs-tasks.amazonaws.com"),
    "pod": (PODS_SERVICE,),
}
"""Kind of what runs code -> the services that start it; one of them is enough."""
DOMAIN = "amazonaws.com"


def home(identity: Identity) -> str:
    """The account of a role or user, as far as somebody says it."""
    if isinstance(identity.account, str) and not holes(identity.account):
        return identity.account
    parts = identity.identifier.split(":") if isinstance(identity.identifier, str) else []
    return parts[4] if len(parts) == 6 and parts[4].isdecimal() else NOBODYS


def in_account(text: Fact[str], account: str) -> Fact[str]:
    """An ARN in the first partition; an account that is somebody's but not said is this one."""
    parts = text.split(":", 5) if isinstance(text, str) else []
    if len(parts) < 6 or parts[0] != "arn":
        return text
    partition = "aws" if holes(parts[1]) else parts[1]
    return ":".join(("arn", partition, *parts[2:4], account if parts[4] == NAMED else parts[4], parts[5]))


def by_service(role: Identity, kind: str) -> Truth:
    """Whether what runs code gets a role from the service that starts it."""
    if role.provider != "aws":
        return TRUE
    if not isinstance(role.trust_policy, list):
        return unknown("its trust policy") if role.trust_policy is UNSET else FALSE
    trusting = [_of_services(_settled(each, home(role))) for each in role.trust_policy]
    context: dict[str, Values] = {"aws:sourceaccount": (home(role),), "aws:principalisawsservice": ("true",)}
    action = "sts:AssumeRole"
    return some(
        _asked(trusting, Caller("service", arn=service), action, role, context) for service in SERVICES.get(kind, ())
    )


def becomes(caller: Identity, role: Identity, *, apart: bool | None) -> Truth:
    """Whether a role or user may become a role, by both of their policies; `apart` is whether accounts differ."""
    own = home(caller)
    policy = caller.statements if isinstance(caller.statements, list) else UNSET
    if not isinstance(role.trust_policy, list):
        return unknown("its trust policy") if role.trust_policy is UNSET else FALSE
    sort = "role" if caller.sort == "role" else "user"
    arn = in_account(caller.identifier, own)
    # A policy may name one session of a role by its name, which nobody knows before it starts.
    session = f"arn:aws:sts::{own}:assumed-role/{X}/{X}" if sort == "role" else None
    there = home(role)
    policies = Policies(
        identity=[_settled(each, own) for each in policy] if isinstance(policy, list) else policy,
        boundary=[_settled(each, own) for each in caller.boundary]
        if isinstance(caller.boundary, list)
        else caller.boundary,
        resource=[_settled(each, there) for each in role.trust_policy],
    )
    request = Request(
        "sts:AssumeRole",
        in_account(role.identifier, there),
        Caller(sort, arn=arn, session=session, account=own),
        {"aws:principalarn": (arn,), "aws:principalaccount": (own,), "aws:principalisawsservice": ("false",)},
        resource_account=UNSET if apart is None else there if apart else own,
    )
    decision = decide(request, policies)
    return unknown(decision.reason) if decision.effect == "unknown" else TRUE if decision.effect == "allow" else FALSE


def by_pod(role: Identity, namespace: Fact[str], account: Fact[str]) -> Truth:
    """Whether a pod with a service account becomes a role by the token that its cluster gives it."""
    if role.trusts is UNSET:
        return unknown("its trust policy")
    found = [_vouched(each, namespace, account) for each in role.trusts or ()]
    return some(found)


def _vouched(trust: Trust, namespace: Fact[str], account: Fact[str]) -> Truth:
    if trust.type is UNSET:
        return unknown("somebody who could not be resolved")
    if trust.type != "federated":
        return FALSE
    if not isinstance(trust.subjects, list):
        return unknown("whom its provider may vouch for") if trust.subjects is UNSET else FALSE
    cluster = isinstance(trust.name, str) and (trust.name.startswith("oidc.eks.") or ".svc.id.goog" in trust.name)
    named = [_subject(each, namespace, account) for each in trust.subjects]
    if not trust.subjects and (cluster or trust.name is UNSET or holes(str(trust.name))):
        named = [TRUE if cluster else unknown("an identity provider that could not be resolved")]
    found = some(named)
    if found.value is False or _only_of_issuer(trust):
        return found
    return unknown("a condition")


def _only_of_issuer(trust: Trust) -> bool:
    """Whether nothing but subject and audience of the token are asked for."""
    conditions = trust.conditions
    if not isinstance(conditions, list):
        return False
    return all(isinstance(each.key, str) and each.key.lower().endswith((":sub", ":aud")) for each in conditions)


def _subject(pattern: str, namespace: Fact[str], account: Fact[str]) -> Truth:
    """`system:serviceaccount:NAMESPACE:NAME` (Google: `NAMESPACE/NAME`); a namespace that is open may be the one."""
    if not isinstance(account, str) or isinstance(namespace, UnsetType):
        return unknown("the service account")
    if namespace is not None:
        tokens = match.tokens(pattern, False)
        return some(match.glob(tokens, each) for each in (f"{PODS}{namespace}:{account}", f"{namespace}/{account}"))
    last = pattern.replace("/", ":").rpartition(":")[2]
    fits = match.glob(match.tokens(last, False), account)
    return unknown("the namespace of the service account") if fits.value is not False else FALSE


def _asked(
    statements: Sequence[Statement], caller: Caller, action: str, role: Identity, context: Mapping[str, Values]
) -> Truth:
    request = Request(action, in_account(role.identifier, home(role)), caller, context, resource_account=home(role))
    decision = decide(request, Policies(resource=statements))
    return unknown(decision.reason) if decision.effect == "unknown" else TRUE if decision.effect == "allow" else FALSE


def _settled(statement: Statement, account: str) -> Statement:
    """A statement with the account that every file leaves open filled in."""
    principals, resources = statement.principals, statement.resources
    return replace(
        statement,
        principals=[_principal(each, account) for each in principals] if isinstance(principals, list) else principals,
        resources=[str(in_account(each, account)) for each in resources] if isinstance(resources, list) else resources,
    )


def _principal(principal: Principal, account: str) -> Principal:
    return replace(principal, name=in_account(principal.name, account)) if principal.type == "AWS" else principal


def _of_services(statement: Statement) -> Statement:
    """A statement with its services in the first partition: `ec2.${data.aws_partition.this.dns_suffix}`."""
    principals = statement.principals
    if not isinstance(principals, list):
        return statement
    return replace(statement, principals=[_service(each) for each in principals])


def _service(principal: Principal) -> Principal:
    name = principal.name
    if principal.type != "Service" or not isinstance(name, str):
        return principal
    if name.endswith((NAMED, UNRESOLVED)) and not name.startswith("$"):
        name = name.partition("$")[0] + DOMAIN
    return replace(principal, name=name.removesuffix(".cn"))
