"""Laws: what is not known changes no answer that stands, and wildcards match as a brute-force oracle says."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.estate.iam.table import cases, statement

from holdfast.core.asset import Asset
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET
from holdfast.core.statement import UNRESOLVED, Condition, Principal, Statement
from holdfast.estate.complete import complete
from holdfast.estate.iam import azure, google, match
from holdfast.estate.iam.decide import decide
from holdfast.estate.iam.public import public, tls_only
from holdfast.estate.iam.request import Caller, Policies, Request
from holdfast.estate.iam.truth import FALSE, TRUE, every, some, unknown
from holdfast.formats.iam import aws
from holdfast.kinds.identity import Identity

# --- the oracle


def matches(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(matches(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and matches(pattern[1:], text[1:])


@settings(max_examples=400)
@given(st.text("ab*?", max_size=7), st.text("ab", max_size=7))
def test_wildcards_match_as_trying_everything_says(pattern, text) -> None:
    assert match.glob(match.tokens(pattern, True), text).value is matches(pattern, text)


@settings(max_examples=200)
@given(st.text("ab*?", max_size=4), st.text("ab*?", max_size=4), st.text("ab", max_size=4))
def test_a_hole_matches_perhaps_if_some_text_in_its_place_does(before, after, text) -> None:
    fillings = ["".join(letters) for length in range(5) for letters in product("ab", repeat=length)]
    possible = any(matches(f"{before}{filling}{after}", text) for filling in fillings)
    found = match.glob(match.tokens(f"{before}{UNRESOLVED}{after}", True), text).value
    assert found is (None if possible else False)


@given(st.text("aA*?", max_size=6), st.text("aA", max_size=6))
def test_case_can_be_ignored(pattern, text) -> None:
    assert match.glob(match.tokens(pattern, True), text, ignore_case=True).value is matches(
        pattern.lower(), text.lower()
    )


def test_matching_takes_linear_time_in_stars() -> None:
    assert match.glob(match.tokens("*a" * 1000 + "b", True), "a" * 2000).value is False
    assert match.glob(match.tokens("*a", True), "a" * 3000).value is None
    assert match.glob(match.tokens("a*" + "b*" * 9000, True), "a" * 10).value is None
    assert match.glob(match.action_tokens("s3:" + "*" * 9000), "s3:getobject").value is None


# --- three values


VALUES = st.sampled_from([TRUE, FALSE, unknown("x")])


@given(st.lists(VALUES, max_size=4))
def test_an_unknown_part_decides_nothing_that_another_value_could_change(parts) -> None:
    for join, joined in ((every, all), (some, any)):
        found = join(parts).value
        worlds = product(*((True, False) if part.value is None else (part.value,) for part in parts))
        answers = {joined(world) for world in worlds}
        assert answers == ({True, False} if found is None else {found})


# --- worlds: everything is known; then a part of it is hidden


ACTIONS = st.sampled_from(["s3:GetObject", "s3:PutObject", "kms:Decrypt", "sts:AssumeRole"])
ARNS = st.sampled_from(["arn:aws:s3:::data/a", "arn:aws:s3:::logs/a", "arn:aws:iam::1:role/x", "*"])
NAMES = st.sampled_from(["*", "1", "2", "arn:aws:iam::1:root", "arn:aws:iam::1:user/u", "arn:aws:iam::1:role/r", "arn:aws:sts::1:assumed-role/r/s"])  # fmt: skip
OPERATORS = st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "Bool", "Null", "NumericLessThan", "IpAddress", "NotIpAddress", "ArnLike", "DateLessThan"])  # fmt: skip
TEXTS = st.sampled_from(["a", "b*", "true", "false", "5", "7", "10.0.0.0/8", "10.1.1.1", "${k:v}", "arn:aws:s3:::data/a", "arn:*:*:*:*:*", "2026-01-01"])  # fmt: skip
KEYS = st.sampled_from(["k:v", "k:w"])
CONDITIONS = st.builds(
    Condition,
    operator=OPERATORS,
    key=KEYS,
    values=st.lists(TEXTS, min_size=1, max_size=2),
    quantifier=st.sampled_from([None, None, "ForAllValues", "ForAnyValue"]),
    if_exists=st.booleans(),
)


def statements(*, principals: bool):
    patterns = st.lists(st.sampled_from(["*", "s3:*", "s3:GetObject", "kms:*", "sts:*"]), min_size=1, max_size=2)
    things = st.lists(st.sampled_from(["*", "arn:aws:s3:::data/*", "arn:aws:s3:::${k:v}/*"]), min_size=1, max_size=2)
    who = st.lists(st.builds(Principal, type=st.just("AWS"), name=NAMES), min_size=1, max_size=2)
    plain = st.builds(
        Statement,
        effect=st.sampled_from(["Allow", "Allow", "Deny"]),
        actions=patterns,
        not_actions=st.none(),
        resources=things,
        not_resources=st.none(),
        principals=who if principals else st.none(),
        not_principals=st.none(),
        conditions=st.lists(CONDITIONS, max_size=1),
        variables=st.booleans(),
    )
    return st.lists(plain, max_size=3)


POLICIES = st.builds(
    Policies,
    identity=statements(principals=False),
    resource=st.one_of(st.none(), statements(principals=True)),
    boundary=st.one_of(st.none(), statements(principals=False)),
    session=st.one_of(st.none(), statements(principals=False)),
    scps=st.one_of(st.none(), st.lists(statements(principals=False), max_size=2)),
    rcps=st.one_of(st.none(), st.lists(statements(principals=True), max_size=1)),
)
CALLERS = st.sampled_from(
    [
        Caller("user", arn="arn:aws:iam::1:user/u", account="1"), Caller("role", arn="arn:aws:iam::1:role/r", session="arn:aws:sts::1:assumed-role/r/s", account="1"),
        Caller("federated", arn="arn:aws:iam::1:user/u", session="arn:aws:sts::1:federated-user/u", account="1"), Caller("root", arn="arn:aws:iam::1:root", account="1"), Caller("anonymous"), Caller("service", arn="ec2.amazonaws.com"),
    ]
)  # fmt: skip
CONTEXTS = st.dictionaries(KEYS, st.one_of(st.none(), st.lists(TEXTS, max_size=2).map(tuple)))
REQUESTS = st.builds(
    Request, ACTIONS, ARNS, CALLERS, CONTEXTS, closed=st.just(True), resource_account=st.sampled_from([None, "1", "2"])
)


def hidden_text(draw, text: str) -> str:
    start = draw(st.integers(0, len(text)))
    return text[:start] + UNRESOLVED + text[draw(st.integers(start, len(text))) :]


def hidden_list(draw, found):
    if not isinstance(found, list) or not found:
        return found
    at = draw(st.integers(0, len(found)))
    return UNSET if at == len(found) else [hidden_text(draw, each) if i == at else each for i, each in enumerate(found)]


def hidden_statement(draw, found: Statement) -> Statement:
    what = draw(st.sampled_from(["effect", "actions", "resources", "principals", "conditions", "values", "variables"]))
    if what in ("actions", "resources"):
        return replace(found, **{what: hidden_list(draw, getattr(found, what))})
    if what == "values" and found.conditions:
        (condition,) = found.conditions
        return replace(found, conditions=[replace(condition, values=hidden_list(draw, condition.values))])
    if what == "principals" and found.principals:
        first, *rest = found.principals
        name = draw(st.sampled_from([UNSET, UNRESOLVED, hidden_text(draw, first.name)]))
        return replace(found, principals=draw(st.sampled_from([UNSET, [replace(first, name=name), *rest]])))
    return found if what in ("principals", "values") else replace(found, **{what: UNSET})


@st.composite
def worlds(draw):
    policies, request = draw(POLICIES), draw(REQUESTS)
    changed = {}
    for name in ("identity", "resource", "boundary", "session", "scps", "rcps"):
        found = getattr(policies, name)
        if draw(st.integers(0, 5)) == 0:
            changed[name] = UNSET
        elif found and name not in ("scps", "rcps") and draw(st.booleans()):
            at = draw(st.integers(0, len(found) - 1))
            changed[name] = [hidden_statement(draw, each) if i == at else each for i, each in enumerate(found)]
    context = {key: draw(st.sampled_from([value, UNSET])) for key, value in request.context.items()}
    for key, value in context.items():
        if value and draw(st.booleans()):
            context[key] = tuple(draw(st.sampled_from([each, UNSET])) for each in value)
    resource, owner = (
        draw(st.sampled_from([request.resource, UNSET])),
        draw(st.sampled_from([request.resource_account, UNSET])),
    )
    caller = request.caller
    if caller.sort == "role" and draw(st.booleans()):
        caller = replace(caller, session=UNSET)
    seen = replace(request, resource=resource, caller=caller, context=context, resource_account=owner)
    complete = draw(st.integers(0, 5)) > 0
    return (policies, request), (replace(policies, **changed, complete=complete), seen)


@settings(max_examples=1500, deadline=None)
@given(worlds())
def test_what_was_decided_without_a_fact_stays_whatever_the_fact_is(world) -> None:
    (policies, request), (seen_policies, seen_request) = world
    decided = decide(seen_request, seen_policies)
    if decided.effect != "unknown":
        assert decide(request, policies).effect == decided.effect


BOUND = st.builds(
    Statement,
    effect=st.sampled_from(["Allow", "Deny"]),
    actions=st.lists(st.sampled_from(["a.b.get", "a.b.*"]), min_size=1, max_size=2),
    not_actions=st.sampled_from([None, ["a.b.get"]]),
    resources=st.sampled_from([["projects/p"], ["folders/f"], ["projects/q"]]),
    principals=st.sampled_from([[Principal(type="user", name="a@b")], [Principal(type="group", name="g@b")], [Principal(type="allUsers", name="*")]]),
    not_principals=st.none(),
    conditions=st.sampled_from([[], [Condition(operator="cel", values=["resource.name == 'x'"])], [Condition(operator="cel", values=["request.time <"])]]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(BOUND, max_size=3), st.sampled_from(["x", "y"]), st.data())
def test_google_decides_nothing_that_a_hidden_fact_could_change(found, name, data) -> None:
    request = google.GoogleRequest(
        "a.b.get", ["projects/p", "folders/f"], "user:a@b", ["group:g@b"], google.Resource(name)
    )
    seen = replace(
        request,
        groups=data.draw(st.sampled_from([UNSET, ["group:g@b"]])),
        resource=data.draw(st.sampled_from([google.Resource(), request.resource])),
    )
    fields = ("effect", "actions", "resources", "principals", "conditions", "not_principals")
    shown = [
        replace(each, **dict.fromkeys(data.draw(st.lists(st.sampled_from(fields), max_size=1)), UNSET))
        for each in found
    ]
    decided = google.decide(seen, shown)
    if decided.effect != "unknown":
        assert google.decide(request, found).effect == decided.effect


ASSIGNED = st.builds(
    Statement,
    effect=st.sampled_from(["Allow", "Deny"]),
    actions=st.lists(st.sampled_from(["M.C/v/read", "*", "M.C/*"]), min_size=1, max_size=2),
    not_actions=st.sampled_from([None, ["*/read"]]),
    resources=st.sampled_from([["/subscriptions/s"], ["/"], ["/subscriptions/s$"], ["/providers/Microsoft.Management/managementGroups/m"]]),
    principals=st.sampled_from([[Principal(type="principal", name="u")], [Principal(type="principal", name="g")], [Principal(type="principal", name="*")], None]),
    not_principals=st.sampled_from([None, [Principal(type="principal", name="g")]]),
    conditions=st.just([]),
    plane=st.sampled_from(["control", "data"]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(ASSIGNED, max_size=3), st.data())
def test_azure_decides_nothing_that_a_hidden_fact_could_change(found, data) -> None:
    request = azure.AzureRequest("M.C/v/read", "/subscriptions/s/resourceGroups/g", "u", ["g"], ["/providers/Microsoft.Management/managementGroups/m"])  # fmt: skip
    hidden = data.draw(st.lists(st.sampled_from(["principal", "groups", "ancestors"])))
    fields = ("effect", "actions", "resources", "principals", "conditions", "not_principals", "plane")
    shown = [
        replace(each, **dict.fromkeys(data.draw(st.lists(st.sampled_from(fields), max_size=1)), UNSET))
        for each in found
    ]
    decided = azure.decide(replace(request, **dict.fromkeys(hidden, UNSET)), shown)
    if decided.effect != "unknown":
        assert azure.decide(request, found).effect == decided.effect


ELEMENTS = st.one_of(TEXTS, ACTIONS, ARNS, NAMES, st.just(UNSET), st.just(UNRESOLVED), st.text(max_size=6))
SEVERAL = st.one_of(ELEMENTS, st.lists(ELEMENTS, min_size=1, max_size=3))
BLOCKS = st.dictionaries(
    st.one_of(OPERATORS, st.text(max_size=4)),
    st.dictionaries(st.one_of(KEYS, st.text(max_size=4)), SEVERAL, max_size=2),
    max_size=2,
)
ITEMS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny", UNSET]), "Action": SEVERAL},
    optional={"Resource": SEVERAL, "Condition": st.one_of(BLOCKS, st.just(UNSET)), "Principal": st.one_of(st.just("*"), st.just(UNSET), st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), SEVERAL, min_size=1))},
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(ITEMS, max_size=3),
    st.one_of(st.text(max_size=5), st.just(UNSET)),
    st.sampled_from(["role", "user", "group", UNSET]),
)
def test_no_policy_that_can_be_read_is_too_strange_to_be_judged(items, name, sort) -> None:
    found = []
    for item in items:
        with suppress(FormatError):
            found += (aws.resource_policy if "Principal" in item else aws.identity_policy)({"Statement": item})
    identity = Identity(provider="aws", sort=sort, name=name, identifier=name, account=name, statements=found, statements_complete=True, boundary=found, trust_policy=found)  # fmt: skip
    (asset,) = complete([Asset("identity/x", identity, "terraform")], [])
    answers = (*(getattr(public(found), each) for each in ("reads", "writes", "lists", "anonymously")), tls_only(found))
    answers += (asset.facts.administrator, asset.facts.anyone_may_assume, asset.facts.workload)
    assert all(each is True or each is False or each is UNSET for each in answers)


def test_the_tables_short_form_is_what_it_says() -> None:
    assert statement(["Deny", "*", "s3:*", "*"], resource=True)["Principal"] == "*"
    assert len({case.name for case in cases()}) == len(list(cases()))
