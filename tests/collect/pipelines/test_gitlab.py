"""GitLab CI configurations."""

from __future__ import annotations

import pytest
from tests.collect.pipelines.reading import items, one, pipelines

from holdfast.collect.pipelines import gitlab
from holdfast.core.asset import Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET

PATH = ".gitlab-ci.yml"
FULL = """\
include:
  - local: /ci/build.gitlab-ci.yml
  - https://ci.example/a.yml
  - remote: https://ci.example/main/b.yml
    integrity: sha256-x
  - project: group/templates
    ref: v1
    file: x.yml
  - project: group/templates
    file: [x.yml]
  - template: Security/SAST.gitlab-ci.yml
  - component: gitlab.example/a/b@1.0
  - component: gitlab.example/a/b@~latest
  - project: 7
  - 7
stages: [test, deploy]
default:
  tags: [saas-linux-small-amd64]
  image: python:3.12
variables:
  PLAIN: value
  MAPPED: {value: given, description: text}
  LIST: [a]
  REF: $OTHER_TOKEN
  OWN: $CI_JOB_TOKEN
.base:
  image: {name: base:1}
  before_script: [pip install -r x]
  variables: {A: b}
test:
  extends: .base
  stage: test
  services:
    - docker:29-dind
    - name: $DB
  script:
    - pytest
    - !reference [.shared, script]
    - |
      echo a
      bandit -r .
  allow_failure: true
.shared:
  script: [[trivy image x]]
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == "main"
publish:
  stage: deploy
  tags: [gpu-a100]
  environment: {name: prod}
  id_tokens: {T: {aud: x}}
  cache: {paths: [a]}
  only: [merge_requests, tags]
  script: twine upload -p $PYPI_TOKEN dist/x
call:
  stage: deploy
  needs: []
  environment: review
  allow_failure: {exit_codes: 1}
  trigger:
    include: [{project: group/other, file: x.yml}]
"""


def test_includes_and_what_is_pinned():
    facts = one(FULL, PATH).facts
    assert [(each.sort, each.name, each.version, each.pinned, each.branch, each.vendor, each.local) for each in facts.uses] == [
        ("include", "/ci/build.gitlab-ci.yml", None, True, False, False, True),
        ("include", "https://ci.example/a.yml", None, False, False, False, False),
        ("include", "https://ci.example/main/b.yml", None, True, True, False, False),
        ("include", "group/templates", "v1", False, False, False, False),
        ("include", "group/templates", None, False, True, False, False),
        ("include", "Security/SAST.gitlab-ci.yml", None, True, False, True, False),
        ("component", "gitlab.example/a/b", "1.0", False, False, False, False),
        ("component", "gitlab.example/a/b", "~latest", False, True, False, False),
        ("include", "group/other", None, False, True, False, False),
    ]  # fmt: skip
    assert facts.uses[-1].job == "call"
    assert [(gap.reason, gap.line) for gap in items(FULL, PATH) if isinstance(gap, Gap)] == [
        ("the file /ci/build.gitlab-ci.yml that it includes is not there, or beyond what is examined", 2),
        ("what it includes from elsewhere is not read: https://ci.example/a.yml and 6 more", 3),
    ]


def test_jobs_that_wait_for_somebody_stop_nothing_by_default():
    text = (
        "a: {script: trivy image --exit-code 1 x, when: manual}\nb: {script: x, when: manual, allow_failure: false}\n"
    )
    assert [each.tolerated for each in one(text, PATH).facts.jobs] == [True, False]


def test_jobs_with_what_they_extend():
    asset = one(FULL, PATH)
    test, publish, call = asset.facts.jobs
    assert (test.needs, publish.needs, call.needs) == ([], ["test"], [])
    assert (test.tolerated, publish.tolerated, call.tolerated) == (True, False, UNSET)
    assert (test.environment, publish.environment, call.environment) == (None, "prod", "review")
    assert (publish.oidc, test.oidc, publish.checks, test.checks) == (True, False, False, True)
    assert (publish.publishes, publish.unchecked, publish.outsiders) == (True, True, False)
    assert [(each.name, each.outsiders, each.verified) for each in asset.facts.triggers] == [
        ("merge_request_event", False, UNSET), ("push", False, UNSET),
    ]  # fmt: skip
    assert asset.spots["jobs[0]"] == Spot(30, 1, "/test")


def test_machines_and_images():
    asset = one(FULL, PATH)
    test, publish, _ = asset.facts.runners
    assert (test.labels, test.self_hosted, test.gpu) == (["saas-linux-small-amd64"], False, False)
    assert (publish.labels, publish.self_hosted, publish.gpu) == (["gpu-a100"], UNSET, True)
    assert [(each.image, each.job, each.role, each.privileged) for each in asset.facts.containers] == [
        ("python:3.12", None, "job", False),
        ("base:1", "test", "job", False),
        ("docker:29-dind", "test", "service", True),
        (UNSET, "test", "service", False),
    ]
    assert one("a:\n  tags: [$T]\n  script: x\n", PATH).facts.runners[0].self_hosted is UNSET


def test_commands_of_nested_and_referenced_lists():
    asset = one(FULL, PATH)
    assert [(each.program, each.job, each.tolerated) for each in asset.facts.commands] == [
        ("pip", "test", True), ("pytest", "test", True), ("trivy", "test", True), ("bandit", "test", True),
        ("twine", "publish", False),
    ]  # fmt: skip
    assert [asset.spots[f"commands[{at}]"].line for at in range(5)] == [28, 37, 44, 41, 55]
    assert asset.facts.commands[-1].credential == "PYPI_TOKEN"
    assert asset.facts.jobs[1].secrets == ["OTHER_TOKEN", "PYPI_TOKEN"]
    assert (asset.facts.steps[1].caches, asset.facts.steps[0].caches) == (True, False)


def test_variables():
    facts = one(FULL, PATH).facts
    assert [(each.name, str.__str__(each.value) if each.value else None, each.secret, each.job) for each in facts.variables] == [
        ("PLAIN", "value", None, None), ("MAPPED", "given", None, None), ("REF", None, "OTHER_TOKEN", None),
        ("OWN", None, None, None),
    ]  # fmt: skip


def test_a_template_counts_once_for_each_place():
    source = """\
    .t: {script: [pytest], image: a:1}
    a: {extends: .t}
    b: {extends: [.t, .none], variables: {X: y}}
    c: {extends: .c}
    .c: {extends: c}
    """
    facts = one(source, PATH).facts
    assert (len(facts.commands), len(facts.containers), len(facts.jobs)) == (1, 1, 3)
    assert [job.checks for job in facts.jobs] == [True, True, False]


def test_mappings_are_merged():
    source = ".t: {variables: {A: '1', B: '2'}}\na: {extends: .t, variables: {B: '3'}, script: echo $A $B && hf download $B}\n"
    (command,) = one(source, PATH).facts.commands
    assert command.text == "hf download 3"


def test_what_is_a_configuration():
    assert pipelines("a: {script: x}\n", "ci/build.gitlab-ci.yml")
    assert pipelines("a: {script: x}\n", ".gitlab/ci/build.yml")
    assert pipelines("spec: {inputs: {}}\n---\na: {trigger: x}\n", PATH)[0].spots[""].line == 3
    assert not pipelines("a: {b: c}\n", PATH)
    assert not pipelines("a: {script: x}\n", "a.yml")


def test_scripts_that_are_no_shell_are_gaps():
    gaps = [item for item in items("a:\n  script:\n    - '(((('\n", PATH) if isinstance(item, Gap)]
    assert [(gap.line, gap.kind) for gap in gaps] == [(3, "unreadable")]
    (gap,) = items("a: [\n", PATH)
    assert gap.reason.startswith("not readable as YAML")


def test_predicates_ask_the_path_first():
    assert gitlab.is_workflow(".gitlab-ci.yml", {"stages": []})
    assert not gitlab.is_workflow("values.yml", {"stages": []})


@pytest.mark.parametrize(
    ("line", "injected"),
    [
        ('eval "echo $CI_MERGE_REQUEST_TITLE"', ["$CI_MERGE_REQUEST_TITLE"]),
        ('bash -c "echo $CI_COMMIT_MESSAGE"', ["$CI_COMMIT_MESSAGE"]),
        ('sh -c "git checkout ${CI_MERGE_REQUEST_SOURCE_BRANCH_NAME}"', ["$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"]),
        ('eval "echo $TITLE"', ["$TITLE"]),
        ('echo "$CI_COMMIT_MESSAGE"', []),
        ('sh -c \'echo "$1"\' _ "$CI_COMMIT_MESSAGE"', []),
        ('eval "$(ssh-agent -s)"; echo "$CI_COMMIT_TITLE"', []),
        ('eval "echo $CI_COMMIT_SHA $CI_COMMIT_REF_SLUG"', []),
        ("eval $CI_COMMIT_TITLE " + "x" * (1 << 20), UNSET),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_script_that_runs_what_the_author_of_a_change_writes(line: str, injected: object):
    text = "a:\n  variables: {TITLE: 'x $CI_COMMIT_TITLE', PLAIN: x}\n  script:\n    - |\n      " + line + "\n"
    assert one(text, PATH).facts.steps[0].injected == injected


@pytest.mark.parametrize(
    ("test", "unchecked"),
    [("script: [pytest]", False), ("script: [pytest], allow_failure: true", True), ("script: [pytest], allow_failure: {exit_codes: [137]}", UNSET), ("script: [make], after_script: [pytest]", True)],
)  # fmt: skip
def test_a_check_that_may_fail_holds_nothing_back(test, unchecked):
    publish = "publish: {stage: deploy, script: [docker push x/y:1]}"
    facts = one(f"test: {{stage: test, {test}}}\n{publish}\n", PATH).facts
    assert {job.name: job.unchecked for job in facts.jobs} == {"test": False, "publish": unchecked}
