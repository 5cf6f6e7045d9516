"""Which of an outsider's events reach a job, and what conditions do to them."""

from __future__ import annotations

import pytest
from tests.collect.pipelines.reading import one, steps

from holdfast.collect.pipelines.github_events import heedless, holds
from holdfast.core.fact import UNSET
from holdfast.formats.github_expressions import UNKNOWN

TARGET = "pull_request_target"


@pytest.mark.parametrize(
    ("condition", "event", "outcome"),
    [
        (None, TARGET, True),
        (True, TARGET, True),
        (False, TARGET, False),
        (7, TARGET, UNKNOWN),
        ("always()", TARGET, True),
        ("github.event_name == 'push'", TARGET, False),
        ("${{ github.event_name == 'pull_request_target' }}", TARGET, True),
        ("${{ false }} ", TARGET, False),
        ("${{ false }} && x", TARGET, UNKNOWN),
        ("a ${{ false", TARGET, UNKNOWN),
        ("(((", TARGET, UNKNOWN),
        ("github.event.pull_request.head.repo.full_name == github.repository", TARGET, False),
        ("github.event.pull_request.head.repo.full_name != github.repository", TARGET, True),
        ("!github.event.pull_request.head.repo.fork", TARGET, False),
        ("github.repository == 'example/code'", TARGET, True),
        ("github.repository_owner != 'example'", TARGET, False),
        ("github.event.pull_request.user.login == 'dependabot[bot]'", TARGET, False),
        ("github.actor == 'dependabot[bot]'", TARGET, UNKNOWN),
        ("github.actor == 'somebody'", TARGET, False),
        ("github.event.comment.author_association == 'MEMBER'", "issue_comment", False),
        ("contains(github.event.pull_request.labels.*.name, 'safe')", TARGET, UNKNOWN),
        ("github.event.pull_request.merged", TARGET, False),
        ("github.event.pull_request", TARGET, True),
        ("github.event.pull_request", "issue_comment", UNKNOWN),
        ("startsWith(github.ref, 'refs/tags/')", "pull_request", False),
        ("github.ref == 'refs/heads/main'", "pull_request", False),
        ("github.ref == 'refs/heads/main'", TARGET, UNKNOWN),
        ("github.event.workflow_run.event == 'push'", "workflow_run", False),
        ("github.event.workflow_run.conclusion == 'success'", "workflow_run", UNKNOWN),
        ("inputs.publish", TARGET, False),
        ("github.event.inputs.publish == 'true'", TARGET, False),
        ("github.event.pull_request.draft == false", "pull_request", True),
        ("github.event.pull_request.draft", "pull_request", True),
        ("!github.event.pull_request.draft && github.repository == 'a/b'", "pull_request", True),
        ("github.event.pull_request.draft == false && false", "pull_request", False),
        ("github.event.action != 'closed'", "pull_request", True),
        ("github.event.action == 'opened'", "pull_request", True),
        ("github.event.action == 'closed'", "pull_request", UNKNOWN),
    ],
)
def test_conditions(condition: object, event: str, outcome: object):
    assert holds(condition, event) is outcome


def reached(jobs: str, on: str = TARGET) -> list[tuple[object, object]]:
    return [(job.outsiders, job.outsiders_trusted) for job in one(f"on: {on}\njobs:\n{jobs}").facts.jobs]


def test_a_job_behind_a_guarded_one_is_guarded():
    jobs = "  a: {if: \"github.event_name == 'push'\", runs-on: x}\n"
    assert reached(jobs + "  b: {needs: a, runs-on: x}\n") == [(False, False), (False, False)]
    assert reached(jobs + "  b: {needs: a, if: always(), runs-on: x}\n") == [(False, False), (True, True)]
    assert reached(jobs + "  b: {needs: [z], runs-on: x}\n")[1] == (True, True)


def test_an_approval_or_an_open_condition_makes_it_unknown():
    assert reached("  a: {environment: prod, runs-on: x}\n  b: {needs: [a], runs-on: x}\n") == [(UNSET, UNSET)] * 2
    assert reached("  a: {if: vars.x, runs-on: x}\n") == [(UNSET, UNSET)]


def test_only_some_events_run_with_secrets():
    assert reached("  a: {runs-on: x}\n", "pull_request") == [(True, False)]
    assert reached("  a: {runs-on: x}\n", "[pull_request, issues]") == [(True, True)]
    assert reached("  a: {runs-on: x}\n", "{pull_request_target: {types: [labeled, unlabeled]}}") == [(False, False)]
    assert reached("  a: {runs-on: x}\n", "{pull_request_target: {types: [labeled, opened]}}") == [(True, True)]
    assert reached("  a: {runs-on: x}\n", "push") == [(False, False)]


def test_a_caller_decides_over_the_steps_of_a_reusable_workflow():
    asset = steps("- {run: make}", on="workflow_call")
    assert asset.facts.triggers[0].outsiders is UNSET
    assert asset.facts.steps[0].outsiders_trusted is UNSET
    assert asset.facts.runners[0].outsiders is UNSET
    assert asset.facts.jobs[0].outsiders_trusted is False
    assert steps("- {run: make}", on="[workflow_call, issues]").facts.steps[0].outsiders_trusted is True


def test_a_step_has_a_condition_of_its_own():
    asset = steps("- {run: a, if: \"github.event_name == 'push'\"}\n- {run: b, if: vars.x}\n- {run: c}", on=TARGET)
    assert [step.outsiders_trusted for step in asset.facts.steps] == [False, UNSET, True]


@pytest.mark.parametrize(
    ("condition", "careless"),
    [
        (None, False), ("github.ref == 'refs/heads/main'", False), ("always()", True), ("${{ !cancelled() }}", True), ("success() || failure()", True), ("always() && success()", False),
        ("!failure() && !cancelled()", False), ("always() && needs.test.result == 'success'", False), ("always() && github.event_name == 'push'", True),
    ],
)  # fmt: skip
def test_jobs_that_run_although_others_failed(condition, careless):
    assert heedless(condition) is careless
