"""What the table does not hold: parts that were not resolved, and reasons."""

from __future__ import annotations

import pytest

from holdfast.core.fact import UNSET
from holdfast.core.statement import UNRESOLVED, Condition, Principal, Statement
from holdfast.estate.iam import azure, conditions, google, match
from holdfast.estate.iam.decide import Decision, decide, meant
from holdfast.estate.iam.request import Caller, Policies, Request
from holdfast.estate.iam.truth import FALSE, TRUE, unknown

ME = Caller("user", arn="arn:aws:iam::1:user/u", account="1")


def grant(**fields) -> Statement:
    plain = dict.fromkeys(("not_actions", "resources", "not_resources", "principals", "not_principals"))
    return Statement(**{"effect": "Allow", "actions": ["*"], "conditions": [], "variables": True, **plain, **fields})


def asked(condition: Condition, **context) -> bool | None:
    request = Request("a:b", "*", ME, context, closed=True)
    return conditions.passes(grant(conditions=[condition]), request).value


def test_a_truth_is_never_taken_for_a_bool() -> None:
    for truth in (TRUE, FALSE, unknown("x")):
        with pytest.raises(TypeError):
            bool(truth)
    assert (TRUE.negated, FALSE.negated, unknown("x").negated) == (FALSE, TRUE, unknown("x"))


def test_the_reason_of_an_unknown_is_said() -> None:
    bound = grant(
        conditions=[Condition(operator="IpAddress", key="aws:SourceIp", values=["10.0.0.0/8"], if_exists=False)]
    )
    request = Request("s3:GetObject", "arn:aws:s3:::x/y", ME, resource_account="1")
    assert decide(request, Policies(identity=[bound])) == Decision("unknown", reason="a condition on aws:SourceIp")
    assert decide(request, Policies(identity=[grant()], scps=UNSET)).reason == "policies of the organisation"
    assert decide(request, Policies(identity=[grant()], complete=False)).reason == "a policy that was not seen"


def test_a_statement_without_lists_means_everything() -> None:
    assert meant(grant(actions=None), Request("a:b", "*")).value is True
    assert meant(Statement(), Request("a:b", "*")).value is None


@pytest.mark.parametrize(
    ("condition", "context", "answer"),
    [
        (Condition(operator="StringBegins", key="a:k", values=["x"]), {"a:k": ("x",)}, None), (Condition(operator=UNSET, key="a:k", values=["x"]), {}, None), (Condition(operator="StringEquals", key="a:k", values=UNSET), {}, None),
        (Condition(operator="StringEquals", key="a:k", values=["x"], quantifier=None, if_exists=UNSET), {}, None), (Condition(operator="StringEquals", key="a:k", values=["x"], quantifier=UNSET, if_exists=False), {"a:k": ("x",)}, None),
        (Condition(operator="Bool", key="a:k", values=["${a:missing}"], quantifier=None, if_exists=False), {"a:k": ("true",)}, False), (Condition(operator="Bool", key="a:k", values=["perhaps"], quantifier=None, if_exists=False), {"a:k": ("true",)}, None),
        (Condition(operator="NumericEquals", key="a:k", values=["five"], quantifier=None, if_exists=False), {"a:k": ("5",)}, None), (Condition(operator="DateEquals", key="a:k", values=["soon"], quantifier=None, if_exists=False), {"a:k": ("2026",)}, None),
        (Condition(operator="IpAddress", key="a:k", values=["everywhere"], quantifier=None, if_exists=False), {"a:k": ("10.0.0.1",)}, None), (Condition(operator="BinaryEquals", key="a:k", values=["?"], quantifier=None, if_exists=False), {"a:k": ("QQ==",)}, None),
        (Condition(operator="DateEquals", key="a:k", values=["2026-06"], quantifier=None, if_exists=False), {"a:k": ("2026-06-01T00:00:00Z",)}, True), (Condition(operator="DateEquals", key="a:k", values=["9" * 30], quantifier=None, if_exists=False), {"a:k": ("2026",)}, None),
        (Condition(operator="ForAnyValue", key="a:k", values=["x"], quantifier="ForAnyValue", if_exists=True), {}, None), (Condition(operator="StringEquals", key="a:k", values=["x"], quantifier="ForAnyValue", if_exists=True), {}, None),
        (Condition(operator="StringEquals", key="a:k", values=["x"], quantifier=None, if_exists=False), {"a:k": ("x", "y")}, None), (Condition(operator="StringEquals", key="a:k", values=["x"], quantifier=None, if_exists=False), {"a:k": ("y", "z")}, False),
        (Condition(operator="Null", key="a:k", values=["perhaps"]), {}, None), (Condition(operator="ArnLike", key="a:k", values=["arn:aws:s3:*"], quantifier=None, if_exists=False), {"a:k": ("arn:aws:s3:::x",)}, None), (Condition(operator="ArnLike", key="a:k", values=["*"], quantifier=None, if_exists=False), {"a:k": ("x",)}, True),
        (Condition(operator="ArnLike", key="a:k", values=["arn:aws:s3:::*"], quantifier=None, if_exists=False), {"a:k": ("x",)}, False), (Condition(operator="StringEquals", key="a:k", values=["${bad variable,}"], quantifier=None, if_exists=False), {"a:k": ("x",)}, False),
        (Condition(operator="StringNotEquals", key="a:k", values=["${a:missing}"], quantifier=None, if_exists=False), {"a:k": ("x",)}, None), (Condition(operator="StringNotEquals", key="a:k", values=["${a:missing}", "x"], quantifier=None, if_exists=False), {"a:k": ("x",)}, False),
        (Condition(operator="StringEquals", key="a:k", values=["${a:many}"], quantifier=None, if_exists=False), {"a:k": ("x",), "a:many": ("x", "y")}, None), (Condition(operator="StringEquals", key="a:k", values=["${a:none}"], quantifier=None, if_exists=False), {"a:k": ("x",), "a:none": ()}, False),
    ],
)  # fmt: skip
def test_conditions_that_nobody_can_judge(condition, context, answer) -> None:
    assert asked(condition, **context) is answer


def test_conditions_that_were_not_resolved() -> None:
    assert conditions.passes(grant(conditions=UNSET), Request("a:b", "*")).value is None
    assert conditions.passes(grant(conditions=None), Request("a:b", "*")).value is True
    open = grant(
        conditions=[Condition(operator="StringLike", key="a:k", values=["${a:v}"], if_exists=False)], variables=UNSET
    )
    assert conditions.passes(open, Request("a:b", "*", context={"a:k": ("x",)}, closed=True)).value is None


def test_patterns_of_a_request_that_nothing_is_known_of() -> None:
    assert match.glob(match.tokens("${a:k}", True), "x").value is None
    assert match.glob(match.tokens("**", True), UNSET).value is True
    assert match.glob((), "").value is True


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        (f"arn:aws:iam::{UNRESOLVED}:root", "unknown"), ("arn:aws-cn:iam::1:root", "allow"), ("2", "deny"), (UNRESOLVED, "unknown"), (UNSET, "unknown"), (f"arn:aws:iam::1:user/{UNRESOLVED}", "unknown"), (f"arn:aws:iam::2:user/{UNRESOLVED}", "deny"),
    ],
)  # fmt: skip
def test_principals_of_a_policy_in_another_account(name, effect) -> None:
    resource = [grant(principals=[Principal(type="AWS", name=name)])]
    request = Request("s3:GetObject", "arn:aws:s3:::x/y", ME, closed=True, resource_account="3")
    assert decide(request, Policies(identity=[grant()], resource=resource)).effect == effect


def test_principals_that_were_not_resolved() -> None:
    request = Request("s3:GetObject", "arn:aws:s3:::x/y", ME, closed=True, resource_account="1")
    for fields in ({"principals": UNSET}, {"not_principals": UNSET}):
        assert decide(request, Policies(resource=[grant(**fields)])).effect == "unknown"
        denial = grant(effect="Deny", **fields)
        assert decide(request, Policies(identity=[grant()], resource=[denial])).effect == "unknown"
    only = grant(effect="Deny", not_principals=[Principal(type="AWS", name="1")])
    assert decide(request, Policies(identity=[grant()], resource=[only])).effect == "unknown"
    service = Request("s3:GetObject", "*", Caller("service", arn="x.amazonaws.com"), closed=True)
    spared = grant(effect="Deny", not_principals=[Principal(type="Service", name="x.amazonaws.com")])
    everybody = grant(principals=[Principal(type="AWS", name="*")])
    assert decide(service, Policies(resource=[everybody, spared])).effect == "allow"


def test_parts_of_google_that_were_not_resolved() -> None:
    request = google.GoogleRequest("a.b.get", ["projects/p"], "user:a@b", [])
    assert google.decide(request, [grant(actions=["a.b.get"], principals=[Principal()])]).effect == "unknown"
    assert google.decide(request, [grant(effect=UNSET, actions=["a.b.get"])]).effect == "unknown"
    assert google.decide(request, [grant(principals=None)]).effect == "allow"
    for text in ("resource.name", "resource.name ==", "", UNRESOLVED):
        bound = grant(conditions=[Condition(operator="cel", values=[text])])
        assert google.decide(request, [bound]).effect == "unknown"
    assert google.decide(request, [grant(conditions=[Condition(operator="cel")])]).effect == "unknown"
    assert google.decide(request, [grant(conditions=UNSET)]).effect == "unknown"


def test_parts_of_azure_that_were_not_resolved() -> None:
    request = azure.AzureRequest("M.C/v/read", "/subscriptions/s", "u", [], [])
    plain = grant(plane="control", resources=["/subscriptions/s"], principals=[Principal(type="principal", name="u")])
    assert azure.decide(request, [plain]).effect == "allow"
    for fields in (
        {"principals": [Principal(type="principal")]},
        {"plane": UNSET},
        {"effect": UNSET},
        {"conditions": UNSET},
    ):
        changed = Statement(**{**{name: getattr(plain, name) for name in plain.__struct_fields__}, **fields})
        assert azure.decide(request, [changed]).effect == "unknown"


@pytest.mark.parametrize(
    ("scope", "resource", "answer"),
    [("/", "/subscriptions/s", True), ("/$", "/subscriptions/s", False), ("/$", "/", True), ("/subscriptions/s$", "/subscriptions/s/", True), ("/providers/Microsoft.Management/managementGroups/m$", "/subscriptions/s", False), ("/subscriptions/S", "/subscriptions/s/resourceGroups/g", True)],
)  # fmt: skip
def test_scopes(scope, resource, answer) -> None:
    assert azure.below(scope, resource, ["/providers/Microsoft.Management/managementGroups/m"]).value is answer
