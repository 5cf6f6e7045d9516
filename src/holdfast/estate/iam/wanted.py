"""What reading and writing a store of AWS takes, and how its ARN is written.

Parameters below a path are read together by who may read the path. `secretsmanager:BatchGetSecretValue` gives nothing
without the right to each secret. Sources: AWS Service Authorization Reference (actions and ARNs); AWS Systems Manager
User Guide, "Restricting access to Parameter Store parameters using IAM policies"; AWS Secrets Manager API Reference,
BatchGetSecretValue; Amazon S3 User Guide, "Required permissions for Amazon S3 API operations"; checked 2026-12-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from holdfast.core.fact import Kind
from holdfast.core.statement import NAMED, REFERENCE, Statement, reference
from holdfast.estate.iam import match
from holdfast.kinds.managed_secret import ManagedSecret

Wanted = dict[str, tuple[tuple[str, str], ...]]
READS_WRITES: dict[str, Wanted] = {
    "s3": {
        "reads": (("s3:GetObject", "s3:::{n}/{x}"), ("s3:GetObjectVersion", "s3:::{n}/{x}")),
        "writes": (("s3:PutObject", "s3:::{n}/{x}"),),
    },
    "secret": {
        "reads": (("secretsmanager:GetSecretValue", "secretsmanager:{r}:{a}:secret:{n}-{x}"),),
        "writes": (("secretsmanager:PutSecretValue", "secretsmanager:{r}:{a}:secret:{n}-{x}"),),
    },
    "parameter": {
        "reads": (
            ("ssm:GetParameter", "ssm:{r}:{a}:parameter/{n}"),
            ("ssm:GetParameters", "ssm:{r}:{a}:parameter/{n}"),
            ("ssm:GetParametersByPath", "ssm:{r}:{a}:parameter/{p}"),
        ),
        "writes": (("ssm:PutParameter", "ssm:{r}:{a}:parameter/{n}"),),
    },
    "sqs": {"reads": (("sqs:ReceiveMessage", "sqs:{r}:{a}:{n}"),), "writes": (("sqs:SendMessage", "sqs:{r}:{a}:{n}"),)},
    "sns": {"writes": (("sns:Publish", "sns:{r}:{a}:{n}"),)},
    "kinesis": {
        "reads": (("kinesis:GetRecords", "kinesis:{r}:{a}:stream/{n}"),),
        "writes": (("kinesis:PutRecord", "kinesis:{r}:{a}:stream/{n}"),),
    },
    "ecr": {
        "reads": (("ecr:BatchGetImage", "ecr:{r}:{a}:repository/{n}"),),
        "writes": (("ecr:PutImage", "ecr:{r}:{a}:repository/{n}"),),
    },
    "opensearch": {
        "reads": (("es:ESHttpGet", "es:{r}:{a}:domain/{n}/{x}"),),
        "writes": (("es:ESHttpPut", "es:{r}:{a}:domain/{n}/{x}"),),
    },
}
"""Sort of store at AWS -> what reading and writing it takes, one of several each."""
SAME = {"s3:GetObjectVersion": "s3:GetObject"}
"""An action that counts only where a policy grants it by itself: whoever denies the other means both."""
ARNS = {
    "s3": "s3:::{n}",
    "secret": "secretsmanager:*:*:secret:{n}-*",
    "parameter": "ssm:*:*:parameter/{n}",
    "sqs": "sqs:*:*:{n}",
    "sns": "sns:*:*:{n}",
    "kinesis": "kinesis:*:*:stream/{n}",
    "ecr": "ecr:*:*:repository/{n}",
    "opensearch": "es:*:*:domain/{n}",
}
"""Sort of store -> its ARN, as patterns of policies have it."""
SORTS = {"bucket": ("s3",), "managed_secret": ("secret", "parameter"), "registry": ("ecr",)}


def sorts(store: Kind) -> tuple[str, ...]:
    """Which store of AWS it is, in the words of `READS_WRITES`; of queues and databases their service."""
    if isinstance(store, ManagedSecret) and store.rotates is None:
        return ("parameter",)
    if isinstance(store, ManagedSecret) and isinstance(store.rotates, bool):
        return ("secret",)
    service = getattr(store, "service", "")
    return SORTS.get(store.kind) or ((service,) if service in READS_WRITES else ())


def paths(name: str) -> Iterator[str]:
    """The paths that a parameter lies below, as a request names them."""
    while name:
        name = name.rpartition("/")[0]
        yield name
        if name:
            yield f"{name}/"


def by_itself(statements: Sequence[Statement], action: str) -> bool:
    """Whether a statement grants an action without the one that it goes with."""
    return any(
        match.glob(match.action_tokens(pattern), action.lower()).value is not False
        and match.glob(match.action_tokens(pattern), SAME[action].lower()).value is False
        for statement in statements
        if statement.effect != "Deny"
        for pattern in (statement.actions if isinstance(statement.actions, list) else ())
    )


class Named:
    """A store under the name that policies have for it, and where it is declared."""

    def __init__(self, name: str, address: str, sorts: Sequence[str]) -> None:
        self.name = name
        self.address = address
        self.sorts = sorts
        self.arns = [f"arn:*:{ARNS[sort].replace('{n}', name)}" for sort in sorts]

    def settled(self, statements: Sequence[Statement]) -> Sequence[Statement]:
        """The statements with the store's name and ARN where they refer to it."""
        if not self.address or not any(isinstance(each.referring, list) for each in statements):
            return statements
        return [self._statement(each) for each in statements]

    def _statement(self, statement: Statement) -> Statement:
        written = statement.referring if isinstance(statement.referring, list) else ()
        found = [pattern for each in written for pattern in self._patterns(each)]
        if not found:
            return statement
        if isinstance(statement.resources, list):
            return replace(statement, resources=[*statement.resources, *found])
        if isinstance(statement.not_resources, list):
            return replace(statement, not_resources=[*statement.not_resources, *found])
        return statement

    def _patterns(self, pattern: str) -> Iterator[str]:
        """A pattern that refers to the store, as it is once that has its name; in front stands an ARN."""
        own = reference(self.address)
        if own in pattern:
            front, _, rest = pattern.partition(own)
            slash = "/" if front.endswith(":parameter") else ""
            for name in (f"{slash}{self.name}",) if front else self.arns:
                yield REFERENCE.sub(lambda _: NAMED, f"{front}{name}{rest.replace(own, self.name)}")
