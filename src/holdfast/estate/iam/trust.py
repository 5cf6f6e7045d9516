"""Who may become an identity, from its trust policy.

Whether everybody may is asked for a user of an account that no policy names, who is in no organisation, knows no
external id and comes from no listed address, and for somebody whom an identity provider for everybody vouches for, to
an application that no policy names. For build services that many share, it is asked for a job of a repository
that no policy names, on the branches and events, and of the name behind the owner's, that its owner may choose.

Sources: AWS IAM User Guide, "Principal", "Available keys for AWS OIDC federation"; AWS Service Authorization Reference,
STS; GitHub, "OpenID Connect reference" (subject claims); GitLab, "OpenID Connect in AWS"; HashiCorp, "Dynamic
credentials, workload identity tokens"; Buildkite, "OIDC". Checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import UNSET, UnsetType

from holdfast.core.fact import Fact
from holdfast.core.statement import EVERYBODY, NAMED, UNRESOLVED, Principal, Statement, holes
from holdfast.estate.iam.abilities import X
from holdfast.estate.iam.decide import decide
from holdfast.estate.iam.request import Caller, Policies, Request, Values
from holdfast.estate.iam.stranger import addresses, anybody, of_others, values_of, weight, who
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, some, unknown
from holdfast.kinds.identity import Identity, Trust

EVERYTHING = Statement(
    effect="Allow", actions=None, not_actions=None, resources=None, not_resources=None, conditions=[], principals=None
)
MAX_WEIGHT, MAX_PROVIDERS = 1_000, 8
"""Most texts of a trust policy that is judged (AWS stores 4 KB), and most identity providers in it."""
INSTANCES = "ec2.amazonaws.com"
PODS = "system:serviceaccount:"
WORKLOADS = frozenset(
    (
        *(INSTANCES, "ecs-tasks.amazonaws.com", "lambda.amazonaws.com", "sagemaker.amazonaws.com"),
        *("pods.eks.amazonaws.com", "glue.amazonaws.com", "codebuild.amazonaws.com"),
        *("tasks.apprunner.amazonaws.com", "bedrock-agentcore.amazonaws.com"),
    )
)
"""Services that hand a role's credentials to the code that they run; the jobs of AWS Batch and EMR get theirs from
`ecs-tasks` and `ec2`, and what the services themselves assume never leaves them."""
SHARED_ISSUERS: dict[str, tuple[str, ...]] = {
    "token.actions.githubusercontent.com": (
        f"repo:{X}/{X}:ref:refs/heads/main",
        f"repo:{X}/{X}:ref:refs/heads/master",
        f"repo:{X}/{X}:ref:refs/heads/{X}",
        f"repo:{X}/{X}:ref:refs/tags/{X}",
        f"repo:{X}/{X}:pull_request",
        f"repo:{X}/{X}:environment:production",
    ),
    "gitlab.com": (
        f"project_path:{X}/{X}:ref_type:branch:ref:main",
        f"project_path:{X}/{X}:ref_type:branch:ref:{X}",
        f"project_path:{X}/{X}:ref_type:tag:ref:{X}",
    ),
    "app.terraform.io": (
        f"organization:{X}:project:{X}:workspace:{X}:run_phase:apply",
        f"organization:{X}:project:{X}:workspace:{X}:run_phase:plan",
    ),
    "agent.buildkite.com": (f"organization:{X}:pipeline:{X}:ref:refs/heads/main:commit:{X}:step:{X}",),
}
"""Issuers of identity tokens for everybody's jobs -> subjects of a stranger's job."""
OWNERS = {
    "token.actions.githubusercontent.com": ("repo:", "/"),
    "gitlab.com": ("project_path:", "/"),
    "app.terraform.io": ("organization:", ":"),
    "agent.buildkite.com": ("organization:", ":"),
}
"""Where the owner stands in a subject: behind the first text, up to the second."""
OPEN_ISSUERS = {
    "cognito-identity.amazonaws.com": "aud",
    "accounts.google.com": "aud",
    "graph.facebook.com": "app_id",
    "www.amazon.com": "app_id",
}
"""Issuers that vouch for everybody -> the key that tells for which application."""


def trust(identity: Identity) -> dict[str, object]:
    """`trusts`, `workload`, `on_instances`, `anyone_may_assume` and `any_repository_may_assume`."""
    statements = identity.trust_policy
    if identity.sort in ("service_account", "managed_identity"):
        return {"workload": True, "on_instances": UNSET}
    if identity.sort in ("user", "group"):
        return {
            "workload": False,
            "on_instances": False,
            "trusts": [],
            "anyone_may_assume": False,
            "any_repository_may_assume": False,
        }
    if not isinstance(statements, list):
        return {}
    trusts = _trusts(statements)
    statements = [of_others(statement) for statement in statements]
    if weight(statements) > MAX_WEIGHT:
        return {"trusts": trusts}
    return {
        "trusts": trusts,
        "workload": _worn(trusts, WORKLOADS),
        "on_instances": _worn(trusts, frozenset((INSTANCES,))),
        "anyone_may_assume": _fact(_by_anyone(statements)),
        "any_repository_may_assume": _fact(_by_any_repository(statements)),
    }


def _fact(truth: Truth) -> Fact[bool]:
    return UNSET if truth.value is None else truth.value


def _trusts(statements: Sequence[Statement]) -> Fact[list[Trust]]:
    found: list[Trust] = []
    for statement in statements:
        if statement.effect == "Deny":
            continue
        if statement.effect is UNSET or not isinstance(statement.principals, list):
            return UNSET
        found += (_trust(principal, statement) for principal in statement.principals)
    return found


def _trust(principal: Principal, statement: Statement) -> Trust:
    name = principal.name
    subjects: Fact[list[str]] = None
    if principal.type == "Service":
        type = "service"
    elif principal.type == "Federated":
        type, subjects = "federated", _subjects(statement)
        name = _issuer(name)
    elif name == EVERYBODY:
        type = "anyone"
    else:
        parts = name.split(":") if isinstance(name, str) else []
        account = len(parts) == 1 or parts[-1] == "root"
        type, name = ("account", parts[4] if len(parts) == 6 else name) if account else ("principal", name)
    return Trust(type=type, name=name, subjects=subjects, conditions=statement.conditions)


def _issuer(name: Fact[str]) -> Fact[str]:
    """`arn:aws:iam::123456789012:oidc-provider/HOST/PATH` -> `HOST/PATH`."""
    return name.partition(":oidc-provider/")[2] or name if isinstance(name, str) else name


def _subjects(statement: Statement) -> Fact[list[str]]:
    if not isinstance(statement.conditions, list):
        return UNSET
    found: list[str] = []
    for condition in statement.conditions:
        if isinstance(condition.key, UnsetType) or isinstance(condition.values, UnsetType):
            return UNSET
        if (condition.key or "").lower().endswith(":sub") and condition.operator in ("StringEquals", "StringLike"):
            found += condition.values or ()
    return found


def _worn(trusts: Fact[list[Trust]], services: frozenset[str]) -> Fact[bool]:
    if not isinstance(trusts, list):
        return UNSET
    if any(isinstance(each.name, str) and _serves(each.type, each.name, services) for each in trusts):
        return True
    return UNSET if any(not isinstance(each.name, str) or each.name.startswith("$") for each in trusts) else False


def _serves(type: Fact[str], name: str, services: frozenset[str]) -> bool:
    """A service of the list, in any partition, or the tokens of an EKS cluster's pods."""
    if type == "federated":
        return len(services) > 1 and name.startswith("oidc.eks.")
    if name.endswith((NAMED, UNRESOLVED)):  # the partition's domain: `ec2.${data.aws_partition.current.dns_suffix}`
        name = name.partition("$")[0] + "amazonaws.com"
    return type == "service" and name.removesuffix(".cn") in services


def _asked(statements: Sequence[Statement], caller: Caller, action: str, context: dict[str, Values]) -> Truth:
    owner = "\ue002"
    request = Request(action, "*", caller, context, resource_account=owner)
    # A role's trust policy names no resource, and always takes part.
    decision = decide(request, Policies(identity=[EVERYTHING], resource=statements))
    if decision.effect == "unknown":
        return unknown(decision.reason)
    return TRUE if decision.effect == "allow" else FALSE


def _by_anyone(statements: Sequence[Statement]) -> Truth:
    def asked() -> Iterator[Truth]:
        for address in addresses(statements):
            for caller in anybody(statements):
                context = {**who(caller, address), "sts:externalid": (X,)}
                yield _asked(statements, caller, "sts:AssumeRole", context)
            for issuer, audience in OPEN_ISSUERS.items():
                caller = Caller("federation", arn=issuer)
                context = {**who(Caller("anonymous"), address), f"{issuer}:{audience}": (X,), f"{issuer}:sub": (X,)}
                yield _asked(statements, caller, "sts:AssumeRoleWithWebIdentity", context)

    return some(asked())


def _by_any_repository(statements: Sequence[Statement]) -> Truth:
    providers: dict[str, None] = {}
    doubts: list[Truth] = []
    for statement in statements:
        if isinstance(statement.principals, UnsetType):
            doubts.append(unknown("principals that could not be resolved"))
        for principal in statement.principals if isinstance(statement.principals, list) else ():
            if principal.type == "Federated" and isinstance(principal.name, str):
                providers[principal.name] = None
            elif principal.type == "Federated":
                doubts.append(unknown("an identity provider that could not be resolved"))
    if len(providers) > MAX_PROVIDERS:
        doubts.append(unknown("more identity providers than are tried"))
    return some((*(_by_job(statements, name) for name in islice(providers, MAX_PROVIDERS)), *doubts))


def _by_job(statements: Sequence[Statement], name: str) -> Truth:
    if name.startswith("$"):
        return unknown("an identity provider that could not be resolved")
    issuer = str(_issuer(name))
    if holes(issuer):
        return FALSE if _of_pods(statements) else unknown("an identity provider that could not be resolved")
    caller = Caller("federation", arn=name)

    def asked() -> Iterator[Truth]:
        for subject in (*SHARED_ISSUERS.get(issuer, ()), *_own_names(statements, issuer)):
            context: dict[str, Values] = {f"{issuer}:sub": (subject,), "aws:securetransport": ("true",)}
            for claim in ("repository", "repository_owner", "repository_id", "repository_owner_id", "job_workflow_ref"):
                context[f"{issuer}:{claim}"] = (X,)
            for audience in _audiences(statements, f"{issuer}:aud"):
                context[f"{issuer}:aud"] = (audience,)
                yield _asked(statements, caller, "sts:AssumeRoleWithWebIdentity", context)

    return some(asked())


def _of_pods(statements: Sequence[Statement]) -> bool:
    """Whether every way in demands a service account of a cluster, which no shared build service vouches for."""
    found = [_subjects(each) for each in statements if each.effect != "Deny"]
    return all(isinstance(subjects, list) and subjects for subjects in found) and all(
        subject.startswith(PODS) for subjects in found if isinstance(subjects, list) for subject in subjects
    )


def _own_names(statements: Sequence[Statement], issuer: str) -> list[str]:
    """Subjects of a stranger who calls things as a policy wants: all but the owner, or an owner with a given start."""
    before, after = OWNERS.get(issuer, ("", ""))
    found: list[str] = []
    for pattern in values_of(statements, f"{issuer}:sub"):
        owner = pattern.removeprefix(before).partition(after)[0] if before and pattern.startswith(before) else ""
        # Behind the `@` of an immutable subject stands the owner's number, and the name before it is one account's.
        if "*" in owner.partition("@")[0] and not holes(pattern):
            found.append(pattern.replace("*", X).replace("?", "x"))
    return found[:MAX_PROVIDERS]


def _audiences(statements: Sequence[Statement], key: str) -> list[str]:
    """The audiences that the policy accepts: a job asks for whichever it likes."""
    found = {"sts.amazonaws.com": None}
    for statement in statements:
        for condition in statement.conditions if isinstance(statement.conditions, list) else ():
            if isinstance(condition.key, str) and condition.key.lower() == key and isinstance(condition.values, list):
                found.update(dict.fromkeys(condition.values))
    return [*found][:8]
