"""What an identity may do with one store that is declared beside it: its own policies, then the store's.

Who reads and writes is asked for one object of the store that no policy names, and for one in each folder that a policy
names: whoever reads a part reads it. A policy that nobody has seen is not
assumed to deny, and not to grant either. Policies of organisations, of keys and of endpoints are not counted.

Sources: as for `abilities.py`; AWS IAM User Guide, "Identity-based policies and resource-based policies".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.core.fact import Fact, Kind
from holdfast.core.statement import EVERYBODY, Principal, Statement, holes, without_holes
from holdfast.estate.iam import conditions, google, match
from holdfast.estate.iam.abilities import Alternatives, Need
from holdfast.estate.iam.google_public import HERE, OBJECT, READING, WRITING
from holdfast.estate.iam.powers import Amazon
from holdfast.estate.iam.request import Caller, Request
from holdfast.estate.iam.truth import FALSE, TRUE, Truth, every, some, unknown
from holdfast.kinds.bucket import Bucket
from holdfast.kinds.identity import Identity
from holdfast.kinds.managed_secret import ManagedSecret

MAX_KEYS = 8
"""Most objects of one bucket that are asked for."""
NAMELESS = "\ue000" * 40
"""Stands for the name of a store that the provider makes up: only wildcards match it."""
Wanted = dict[str, tuple[tuple[str, str], ...]]
READS_WRITES: dict[str, Wanted] = {
    "s3": {"reads": (("s3:GetObject", "s3:::{n}/{x}"),), "writes": (("s3:PutObject", "s3:::{n}/{x}"),)},
    "secret": {
        "reads": (
            ("secretsmanager:GetSecretValue", "secretsmanager:{r}:{a}:secret:{n}-{x}"),
            ("ssm:GetParameter", "ssm:{r}:{a}:parameter/{n}"),
        ),
        "writes": (("secretsmanager:PutSecretValue", "secretsmanager:{r}:{a}:secret:{n}-{x}"),),
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


class Holder:
    """One identity, asked about many stores."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.statements: Sequence[Statement] = identity.statements if isinstance(identity.statements, list) else ()
        self.words = frozenset(_services(self.statements))
        self.amazon: Amazon | None = None

    def may(self, store: Kind, apart: bool | None) -> Iterator[tuple[str, bool]]:
        """`reads` and `writes` as far as it may, each with whether that is certain.

        `apart` is whether the store lies in another account, where both sides must allow; None where nobody knows.
        """
        if self.identity.provider == "aws":
            yield from self._amazon(store, unknown("one of the accounts") if apart is None else Truth(apart))
        elif self.identity.provider == "google" and isinstance(store, Bucket):
            yield from self._google(store)
        else:
            yield from self._everything(store)

    def _everything(self, store: Kind) -> Iterator[tuple[str, bool]]:
        """By the powers over all stores of a sort."""
        own = self.identity
        if isinstance(store, Bucket):
            found = {"reads": own.reads_every_bucket, "writes": own.writes_every_bucket}
        else:
            found = {"reads": own.reads_every_secret if isinstance(store, ManagedSecret) else False}
        yield from ((relation, True) for relation, power in found.items() if power is True)

    def _google(self, bucket: Bucket) -> Iterator[tuple[str, bool]]:
        policy = bucket.policy if isinstance(bucket.policy, list) else []
        own = [replace(each, resources=[HERE]) for each in policy]
        member = f"serviceAccount:{self.identity.identifier}"
        powers = {"reads": self.identity.reads_every_bucket, "writes": self.identity.writes_every_bucket}
        for relation, permission in (("reads", READING[0]), ("writes", WRITING[0])):
            request = google.GoogleRequest(permission, [HERE], member, groups=[], resource=OBJECT)
            if powers[relation] is True or google.decide(request, own).effect == "allow":
                yield relation, True

    def _amazon(self, store: Kind, apart: Truth) -> Iterator[tuple[str, bool]]:
        wanted = READS_WRITES.get(_sort(store), {})
        said = getattr(store, "policy", None)
        policy: Sequence[Statement] = said if isinstance(said, list) else ()
        named = getattr(store, "name", None)
        name = named if isinstance(named, str) and not holes(named) else NAMELESS
        keys = self._keys(name) if isinstance(store, Bucket) else ["{x}"]
        for relation, forms in wanted.items():
            needs = [
                Need(action, arn.replace("{n}", name).replace("{x}", key)) for action, arn in forms for key in keys
            ]
            answer = self._answer(needs, policy, apart)
            if answer.value is not False:
                yield relation, answer.value is True

    def _keys(self, bucket: str) -> list[str]:
        """Objects that stand for all that the policies tell apart: any one, and one of each folder named."""
        found = {"{x}": None}
        for statement in self.statements:
            for pattern in statement.resources if isinstance(statement.resources, list) else ():
                start, slash, key = pattern.rpartition(":")[2].partition("/")
                if slash and start == bucket:
                    found[without_holes(key, "{x}").replace("*", "{x}").replace("?", "x")] = None
        return list(islice(found, MAX_KEYS))

    def _answer(self, needs: Sequence[Need], policy: Sequence[Statement], apart: Truth) -> Truth:
        service = needs[0].action.partition(":")[0]
        own = FALSE
        if not self.words.isdisjoint((service, "ssm" if service == "secretsmanager" else service, "*")):
            own = self._by_own_policies(tuple((need,) for need in needs))
        if not policy:
            return every((own, apart.negated))
        action = needs[0].action
        denied = some(self._applies(each, action, "Deny") for each in policy)
        if denied.value:
            return FALSE
        admitted = some(self._applies(each, action, "Allow") for each in policy)
        inside, across = some((own, admitted)), every((own, admitted))
        allowed = some((every((inside, apart.negated)), across))
        return every((allowed, denied.negated))

    def _by_own_policies(self, needs: Alternatives) -> Truth:
        if self.amazon is None:
            # What was not seen neither grants nor denies, so the answer is that of what was.
            self.amazon = Amazon(replace(self.identity, statements_complete=True), self.statements)
        return self.amazon.has(needs)

    def _applies(self, statement: Statement, action: str, effect: str) -> Truth:
        """Whether a statement of the store's policy is about this identity and action."""
        if statement.effect != effect:
            return unknown("an effect that could not be resolved") if statement.effect is UNSET else FALSE

        def fits(pattern: str) -> Truth:
            return match.glob(match.action_tokens(pattern), action.lower())

        actions = match.listed(statement.actions, fits, "actions", absent=TRUE)
        excluded = match.listed(statement.not_actions, fits, "actions", absent=FALSE).negated
        if every((actions, excluded)).value is False:
            return FALSE
        return every(
            (actions, excluded, self._concerned(statement), conditions.passes(statement, self._request(action)))
        )

    def _request(self, action: str) -> Request:
        arn = self.identity.identifier
        context: dict[str, tuple[Fact[str], ...] | None] = {
            "aws:securetransport": ("true",),
            "aws:principalisawsservice": ("false",),
            "aws:viaawsservice": ("false",),
        }
        if isinstance(arn, str) and not holes(arn):
            context["aws:principalarn"] = (arn,)
        return Request(action, caller=Caller("role", arn=arn), context=context)

    def _concerned(self, statement: Statement) -> Truth:
        if statement.not_principals is not None or not isinstance(statement.principals, list):
            return unknown("principals that could not be resolved")
        if any(self._is(each) for each in statement.principals):
            return TRUE
        if statement.effect == "Deny":
            return some(self._meant(each) for each in statement.principals)
        # What is granted to everybody without a condition is no right of this one: strangers have it too.
        everybody = any(each.name == EVERYBODY for each in statement.principals)
        return TRUE if everybody and statement.conditions != [] else FALSE

    def _meant(self, principal: Principal) -> Truth:
        """Whether a denial is meant for this identity: by its name, its account, or a reference that may be either."""
        name = principal.name
        if principal.type not in ("AWS", UNSET):
            return FALSE
        if not isinstance(name, str):
            return unknown("a principal that could not be resolved")
        account = _account(name)
        if account is not None:
            return match.same(match.tokens(account, False), self.identity.account)
        return TRUE if name == EVERYBODY else match.same(match.tokens(name, False), self.identity.identifier)

    def _is(self, principal: Principal) -> bool:
        """Whether a principal is this identity: by its whole name, or by the part that is resolved in both."""
        own, name = self.identity.identifier, principal.name
        if not isinstance(name, str) or not isinstance(own, str):
            return False
        if name == own:
            return True
        theirs, mine = name.split(":", 5), own.split(":", 5)
        return len(theirs) == len(mine) == 6 and theirs[5] == mine[5] and (holes(theirs[4]) or holes(mine[4]))


def _account(principal: str) -> str | None:
    """The account that a principal is as a whole; None for anything else."""
    parts = principal.split(":")
    if len(parts) == 6 and parts[5] == "root":
        return parts[4]
    return principal if principal.isdecimal() else None


def _services(statements: Sequence[Statement]) -> Iterator[str]:
    """The services of which statements may grant something; `*` for any."""
    for statement in statements:
        if statement.effect == "Deny":
            continue
        for action in statement.actions if isinstance(statement.actions, list) else ["*"]:
            service = action.partition(":")[0].lower()
            yield "*" if set(service) & set("*?$") else service


SORTS = {"bucket": "s3", "managed_secret": "secret", "registry": "ecr"}


def _sort(store: Kind) -> str:
    """Which store of AWS it is, in the words of `READS_WRITES`; of queues and databases their service."""
    service = getattr(store, "service", "")
    return SORTS.get(store.kind) or (service if isinstance(service, str) else "")
