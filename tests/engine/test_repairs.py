"""A rule's repairs: what compiles, what is refused with its place, where one is offered, and that examples show it."""

from __future__ import annotations

import msgspec
import pytest
from tests.cli.samples import own_rule

from holdfast.app.rules import assets_of, try_rule
from holdfast.core.errors import RuleError
from holdfast.core.repair import Repair
from holdfast.core.rule import Rule
from holdfast.engine.author import compile_rule
from holdfast.engine.evaluate import evaluate

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  hostIPC: true
  containers:
    - {name: a, image: x, securityContext: {privileged: true}, env: [{name: A, value: "1"}]}
    - {name: b, image: y}
"""
RULE = f"""\
id: our-rule
title: A container is privileged
kind: workload
each: containers as c
fails_when: c.privileged
severity: high
because: It is.
fix: Do not.
sources: [{{title: Ours, checked: "2026-01-01"}}]
passing: [{{facts: {{containers: [{{privileged: false}}]}}}}]
failing:
  - source: pod.yaml
    text: |
{"".join(f"      {line}" for line in POD.splitlines(keepends=True))}
"""


def compiled(repair: str, rule: str = RULE) -> Rule:
    return compile_rule(f"{rule}repair: {repair}\n".encode(), "r.yaml")


@pytest.mark.parametrize(
    ("repair", "what", "hint"),
    [
        ("{remove: privileged}", "`repair` is a list", ""),
        ("[{}]", "a repair has one verb", "set, fill, add, remove, variable, setting"),
        ("[{remove: privileged, variable: A}]", "a repair has one verb", ""),
        ("[{delete: privileged}]", "repair: Object contains unknown field `delete`", ""),
        ("[{remove: privileged, to: x}]", "`remove` takes no `to`", ""),
        ("[{set: a.b}]", "`set` needs `to`", ""),
        ("[{setting: A}]", "`setting` needs `to`", ""),
        ("[{set: a.b, to: [1]}]", "repair: Expected", ""),
        ("[{remove: privilege}]", "there is no fact `privilege`", "privileged"),
        ("[{remove: 'env[0].name'}]", "there is no fact", ""),
        ("[{remove: privileged, in: [dockerfile]}]", "`remove` knows no source `dockerfile`", "manifest, compose"),
        ("[{variable: A}]", "not taken out of a build file", "in: [manifest, compose]"),
        ("[{remove: privileged, when: c.x}]", "when: ", ""),
        ("[{remove: privileged, when: c.name}]", "when: ", ""),
        ("[{remove: privileged, when: 'c.privileged &&'}]", "when: ", ""),
        ("[{remove: privileged, condition: {}}]", "repair: Expected `raw`", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(repair: str, what: str, hint: str) -> None:
    with pytest.raises(RuleError, match="r.yaml:") as caught:
        compiled(repair)
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert caught.value.where.startswith(f"r.yaml:{RULE.count(chr(10)) + 1}:")


def test_a_rule_without_a_repair_offers_none() -> None:
    rule = compile_rule(RULE.encode(), "r.yaml")
    answers = evaluate([rule], assets_of("pod.yaml", POD.encode()), {})
    assert (answers.offers, [finding.repairable for finding in answers.findings]) == ([None], [False])


@pytest.mark.parametrize(
    ("repair", "pointer"),
    [
        ("[{remove: privileged}]", "/spec/containers/0/securityContext/privileged"),
        (
            "[{remove: privileged, when: 'size(c.env) == 1 && host_ipc'}]",
            "/spec/containers/0/securityContext/privileged",
        ),
        ("[{set: securityContext.privileged, to: false}]", "/spec/containers/0"),
        ("[{remove: privileged, in: [compose]}, {variable: A, in: [manifest]}]", "/spec/containers/0"),
        ("[{fill: securityContext.other, to: 1}]", "/spec/containers/0"),
        ("[{fill: securityContext.privileged, to: false}]", None),  # somebody wrote it
        ("[{remove: privileged, when: host_pid}]", None),
        ("[{remove: privileged, when: gpu_count > size(rights)}]", None),  # no rights are known
        ("[{remove: read_only_root}]", None),  # nothing shows it
        ("[{setting: A, to: b}]", None),
    ],
)
def test_the_first_that_suits_is_offered_where_it_is_known_to_be_safe(repair: str, pointer: str | None) -> None:
    answers = evaluate([compiled(repair)], assets_of("pod.yaml", POD.encode()), {})
    (offer,) = answers.offers
    assert (offer and offer.pointer) == pointer
    assert [finding.repairable for finding in answers.findings] == [pointer is not None]


@pytest.mark.parametrize(
    ("repair", "wrong"),
    [
        ("[{remove: privileged}]", ()),
        ("[{set: securityContext.privileged, to: false}]", ()),
        ("[{set: securityContext.other, to: false}]", ("failing example 1 still fails once it is repaired",)),
        ("[{set: image.other, to: false}]", ("failing example 1: something else stands where a mapping should",)),
        (
            "[{remove: privileged, when: host_pid}]",
            ("no failing example shows the repair: remove `privileged`",),
        ),
        ("[{setting: A, to: b}]", ()),
    ],
)
def test_examples_show_each_repair(repair: str, wrong: tuple[str, ...]) -> None:
    report = try_rule(compiled(repair))
    assert report.unrepaired == wrong
    assert report.right == (not wrong)


def test_facts_alone_show_no_repair() -> None:
    rule = compiled("[{remove: name}]", own_rule("our-rule"))
    assert try_rule(rule).unrepaired == ("no failing example shows the repair: remove `name`",)


@pytest.mark.parametrize(
    ("repair", "text"),
    [
        (Repair(remove="host_ipc"), "remove `host_ipc`"),
        (Repair(set="a.b", to=False), "set `a.b` to `false`"),
        (Repair(add="a", to="x"), "add `x` to `a`"),
        (Repair(variable="A"), "remove `A`"),
        (Repair(variable="A", to=1), "set `A` to `1`"),
        (Repair(setting="A", to="yes"), "set `A` to `yes`"),
    ],
)
def test_a_repair_says_what_it_does(repair: Repair, text: str) -> None:
    assert str(repair) == text
    assert msgspec.json.decode(msgspec.json.encode(repair), type=Repair) == repair
