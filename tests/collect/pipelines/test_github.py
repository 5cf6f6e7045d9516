"""GitHub workflows and actions."""

from __future__ import annotations

import time

import pytest
from tests.collect.pipelines.reading import WORKFLOW, items, one, pipelines, steps

from holdfast.collect.pipelines import github
from holdfast.core.asset import Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET
from holdfast.formats.yaml import load

FULL = """\
name: Build
on:
  push:
    branches: [main, "release/*"]
  pull_request:
  schedule:
    - cron: "0 4 * * *"
  workflow_dispatch:
    inputs: {dry: {type: boolean}}
permissions: {contents: read, id-token: write}
env: {HF_HOME: /cache, HF_TOKEN: "${{ secrets.HF_TOKEN }}", EMPTY: ""}
jobs:
  test:
    runs-on: [self-hosted, gpu-h100]
    container: {image: "nvidia/cuda:12.9@sha256:%s", options: --gpus all --privileged}
    services: {db: {image: redis}, none: text}
    steps:
      - uses: actions/checkout@v6
      - name: Test
        run: |
          pip install -r requirements.txt

          pytest | tee log
        continue-on-error: true
  publish:
    needs: test
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    environment: {name: release}
    permissions: {packages: write}
    continue-on-error: "${{ matrix.x }}"
    steps:
      - run: docker push ghcr.io/example/llm:1
""" % ("0" * 64)


def test_a_workflow_with_its_events_and_jobs():
    asset = one(FULL)
    facts = asset.facts
    assert (asset.id, asset.source, facts.name, facts.platform, facts.sort) == (
        f"pipeline/{WORKFLOW}/github", "github", "Build", "github", "workflow",
    )  # fmt: skip
    assert [(each.name, each.filters, each.outsiders, each.trusted) for each in facts.triggers] == [
        ("push", ["branches: main", "branches: release/*"], False, True),
        ("pull_request", [], True, False),
        ("schedule", ["cron: 0 4 * * *"], False, True),
        ("workflow_dispatch", [], False, True),
    ]
    assert asset.spots["triggers[1]"] == Spot(5, 3, "/on/pull_request")
    test, publish = facts.jobs
    assert (test.permissions, test.permissions_stated, test.writes, test.oidc) == (
        {"contents": "read", "id-token": "write"}, True, [], True,
    )  # fmt: skip
    assert (publish.permissions, publish.writes, publish.oidc) == ({"packages": "write"}, ["packages"], False)
    assert (test.outsiders, publish.outsiders, test.outsiders_trusted) == (True, False, False)
    assert (publish.needs, publish.environment, publish.condition) == (
        ["test"],
        "release",
        "github.event_name == 'push'",
    )
    assert (test.checks, test.publishes, publish.checks, publish.publishes) == (True, False, False, True)
    assert (publish.unchecked, facts.publishes) == (True, True), "the only test may fail"
    assert (test.secrets, test.tolerated, publish.tolerated) == (["HF_TOKEN"], False, UNSET)


def test_machines_and_containers():
    facts = one(FULL).facts
    first, second = facts.runners
    assert (first.labels, first.self_hosted, first.gpu, first.outsiders) == (
        ["self-hosted", "gpu-h100"],
        True,
        True,
        True,
    )
    assert (second.labels, second.self_hosted, second.gpu, second.outsiders) == (["ubuntu-latest"], False, False, False)
    assert [(each.role, each.image, each.privileged) for each in facts.containers] == [
        ("job", f"nvidia/cuda:12.9@sha256:{'0' * 64}", True), ("service", "redis", False),
    ]  # fmt: skip
    assert facts.containers[0].digest == f"sha256:{'0' * 64}"


def test_variables_and_commands_have_their_places():
    asset = one(FULL)
    assert [(each.name, each.secret) for each in asset.facts.variables] == [
        ("HF_HOME", None), ("HF_TOKEN", "HF_TOKEN"), ("EMPTY", None),
    ]  # fmt: skip
    assert [str.__str__(each.value) if each.value else None for each in asset.facts.variables] == ["/cache", None, None]
    install, test, push = asset.facts.commands
    assert (install.effect, install.pinned, asset.spots["commands[0]"].line) == ("install", True, 21)
    assert (test.effect, test.text, test.tolerated, asset.spots["commands[1]"].line) == ("test", "pytest", True, 23)
    assert (push.effect, push.tolerated, push.publishes, push.credentials) == ("image_push", UNSET, True, True)
    assert asset.spots["commands[2]"].line == 33


@pytest.mark.parametrize(
    ("on", "names"),
    [("push", ["push"]), ("[push, fork]", ["push", "fork"]), ("7", []), ("{issues: {types: [labeled]}}", ["issues"])],
)
def test_events_in_each_spelling(on: str, names: list[str]):
    facts = steps("- run: make", on=on).facts
    assert [each.name for each in facts.triggers] == names
    assert not any(each.outsiders for each in facts.triggers if each.name == "issues")


def test_permissions_in_each_spelling():
    for written, expected, writes, oidc in (
        ("read-all", {"all": "read"}, [], False),
        ("write-all", {"all": "write"}, ["all"], True),
        ("{}", {}, [], False),
    ):
        (job,) = steps("- run: make", job=f"permissions: {written}").facts.jobs
        assert (job.permissions, job.permissions_stated, job.writes, job.oidc) == (expected, True, writes, oidc)
    (job,) = steps("- run: make").facts.jobs
    assert (job.permissions, job.permissions_stated, job.writes, job.oidc) == (UNSET, False, [], False)


@pytest.mark.parametrize(
    ("runs_on", "labels", "self_hosted", "gpu"),
    [
        ("ubuntu-24.04-arm", ["ubuntu-24.04-arm"], False, False),
        ("linux-16-cores", ["linux-16-cores"], UNSET, False),
        ("{group: a10-pool, labels: [x]}", ["group:a10-pool", "x"], True, True),
        ("{group: aws-g5-4xlarge}", ["group:aws-g5-4xlarge"], True, True),
        ("{group: h100-runners}", ["group:h100-runners"], True, True),
        ("{group: default}", ["group:default"], UNSET, False),
        ("arc-gpu-h100", ["arc-gpu-h100"], True, True),
        ("arc-runner-set", ["arc-runner-set"], True, False),
        ("archive-builder", ["archive-builder"], UNSET, False),
        ("on-prem", ["on-prem"], True, False),
        ("[linux, x64, gpu]", ["linux", "x64", "gpu"], True, True),
        ("windows", ["windows"], UNSET, False),
        ("linux-arm64", ["linux-arm64"], UNSET, False),
        ("p4-checks", ["p4-checks"], UNSET, True),
        ("k8s-e2e-ubuntu", ["k8s-e2e-ubuntu"], UNSET, False),
        ("aws-g6-12xl-plus", ["aws-g6-12xl-plus"], True, True),
        ("[Linux, ARM64]", ["Linux", "ARM64"], True, False),
        ("gpu-t4-pool", ["gpu-t4-pool"], UNSET, True),
        ("ubuntu-22.04-gpu-4", ["ubuntu-22.04-gpu-4"], UNSET, True),
        ("ubuntu-22.04-16core", ["ubuntu-22.04-16core"], UNSET, False),
        ("[ubuntu-latest, x64]", ["ubuntu-latest", "x64"], UNSET, False),
        ("blacksmith-4vcpu-ubuntu-2204", ["blacksmith-4vcpu-ubuntu-2204"], False, False),
        ("depot-ubuntu-24.04-4", ["depot-ubuntu-24.04-4"], False, False),
        ("depot-h100", ["depot-h100"], True, True),
        ("namespace-profile-linux", ["namespace-profile-linux"], False, False),
        ("buildjet-4vcpu-ubuntu-2204", ["buildjet-4vcpu-ubuntu-2204"], False, False),
        ("warp-ubuntu-latest-x64-4x", ["warp-ubuntu-latest-x64-4x"], False, False),
        ("ubicloud-standard-2", ["ubicloud-standard-2"], False, False),
        ('"${{ matrix.os }}"', ["ubuntu-latest", "windows-2025", "self-hosted"], True, False),
        ('"${{ vars.RUNNER }}"', UNSET, UNSET, UNSET),
        ('"${{ matrix.none }}"', UNSET, UNSET, UNSET),
    ],
)
def test_runners(runs_on: str, labels: object, self_hosted: object, gpu: object):
    asset = one(
        f"""\
        on: push
        jobs:
          job:
            runs-on: {runs_on}
            strategy: {{matrix: {{os: [ubuntu-latest, windows-2025], include: [{{os: self-hosted}}]}}}}
            steps: [{{run: make}}]
        """
    )
    (runner,) = asset.facts.runners
    assert (runner.labels, runner.self_hosted, runner.gpu) == (labels, self_hosted, gpu)


def test_matrices_of_mappings_and_of_expressions():
    def labels(matrix: str, label: str) -> object:
        job = f"on: push\njobs:\n  j:\n    strategy: {{matrix: {matrix}}}\n    runs-on: {label}\n    steps: []\n"
        return one(job).facts.runners[0].labels

    assert labels("{r: [{n: a, k: [b, c]}, {n: d}]}", "${{ matrix.r.n }}-x") == ["a-x", "d-x"]
    assert labels("{r: [{n: a, k: [b, c]}, {n: d}]}", "${{ matrix.r.k }}") == ["b", "c"]
    assert labels("{r: [{n: a}]}", "${{ matrix.r }}") is UNSET
    assert labels('{r: "${{ fromJSON(x) }}"}', "${{ matrix.r }}") is UNSET
    assert labels('{r: ["${{ x }}"]}', "${{ matrix.r }}") is UNSET
    assert labels('"${{ x }}"', "${{ matrix.r }}") is UNSET
    assert labels(f"{{r: [{', '.join(map(str, range(65)))}]}}", "${{ matrix.r }}") is UNSET
    assert labels("{}", "${{ github.x || 'a' }}") is UNSET


def test_actions_are_uses_with_their_versions():
    sha = "a" * 40
    asset = steps(
        f"""\
        - uses: actions/checkout@v6
        - uses: Example/Setup/sub@{sha}
        - uses: example/setup@main
        - uses: "example/setup@${{{{ env.V }}}}"
        - uses: ./.github/actions/own
        - uses: docker://alpine:3
        - uses: "docker://${{{{ x.y }}}}"
        - uses: example/none
        """,
        job="env: {T: '${{ secrets.T }}'}",
    )
    assert [
        (each.name, each.version, each.pinned, each.branch, each.vendor, each.local) for each in asset.facts.uses
    ] == [
        ("actions/checkout", "v6", False, False, True, False),
        ("example/setup/sub", sha, True, False, False, False),
        ("example/setup", "main", False, True, False, False),
        ("example/setup", "${{ env.V }}", UNSET, UNSET, False, False),
        ("./.github/actions/own", None, True, False, False, True),
        ("example/none", None, False, True, False, False),
    ]
    assert all(each.credentials is True for each in asset.facts.uses)
    assert [(each.role, each.image) for each in asset.facts.containers] == [("action", "alpine:3"), ("action", UNSET)]


def test_workflows_and_actions_of_the_same_repository_are_edges():
    source = """\
    on: push
    jobs:
      call:
        uses: ./.github/workflows/build.yml
        secrets: inherit
      other:
        uses: example/x/.github/workflows/y.yml@v1
        secrets: {A: "${{ secrets.A }}"}
      own:
        runs-on: ubuntu-latest
        steps: [{uses: ./.github/actions/own}, {uses: ./.github/actions/own}]
    """
    found = items(source, "sub/.github/workflows/a.yml")
    edges = [item for item in found if isinstance(item, Edge)]
    assert [(edge.relation, edge.target) for edge in edges] == [
        ("calls", "pipeline/sub/.github/workflows/build.yml/github"),
        ("calls", "pipeline/sub/.github/actions/own/action.yml/github"),
    ]
    asset = pipelines(source)[0]
    call, other, _ = asset.facts.jobs
    assert (call.secrets_inherited, other.secrets_inherited, other.secrets) == (True, False, ["A"])
    assert [(each.sort, each.local, each.pinned, each.branch) for each in asset.facts.uses][:2] == [
        ("workflow", True, True, False), ("workflow", False, False, False),
    ]  # fmt: skip


def test_a_composite_action():
    source = """\
    name: Own
    runs:
      using: composite
      steps:
        - run: echo ${{ github.event.issue.title }} ${{ inputs.x }}
          shell: bash
        - uses: ./.github/actions/other
    """
    found = items(source, "r/.github/actions/own/action.yml")
    asset = found[0]
    assert (asset.facts.sort, asset.facts.name, asset.facts.triggers, asset.facts.jobs) == ("action", "Own", [], [])
    assert asset.facts.steps[0].injected == ["${{ github.event.issue.title }}"]
    assert asset.facts.steps[0].parameters == ["${{ inputs.x }}"]
    assert asset.facts.steps[0].outsiders_trusted is UNSET
    assert [item.target for item in found if isinstance(item, Edge)] == [
        "pipeline/r/.github/actions/other/action.yml/github"
    ]
    docker = one("runs: {using: docker, image: 'docker://alpine:3'}\n", "action.yaml")
    assert ([each.image for each in docker.facts.containers], docker.facts.name) == (["alpine:3"], "action.yaml")
    assert one("runs: {using: docker, image: Dockerfile}\n", "action.yml").facts.containers == []


def test_what_is_a_workflow():
    jobs, runs = load(b"jobs: {a: {}}"), load(b"runs: {using: node24}")
    assert github.is_workflow(".github/workflows/a.yaml", jobs)
    assert github.is_workflow("x/.forgejo/workflows/a.yml", jobs)
    assert github.is_workflow("a/action.yml", runs)
    assert not github.is_workflow(".github/workflows/a.yaml", runs)
    assert not github.is_workflow(".github/workflows/sub/a.yaml", jobs)
    assert not github.is_workflow("action.yml", jobs)
    assert pipelines("a: b\n") == []


def test_expressions_that_github_refuses_make_the_file_a_gap():
    (gap,) = items("on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ x'}]}}\n")
    assert isinstance(gap, Gap)
    assert gap.reason.startswith("not readable as a workflow: an expression that does not end")


def test_files_that_are_no_yaml_and_scripts_that_are_no_shell_are_gaps():
    (gap,) = items("on: [\n")
    assert (gap.kind, gap.line) == ("unreadable", 2)
    found = items("on: push\njobs: {a: {runs-on: x, steps: [{run: '(((('}]}}\n")
    assert [item.reason.partition(":")[0] for item in found if isinstance(item, Gap)] == [
        "a script that is not readable as shell"
    ]


def test_a_cycle_of_needs_ends():
    asset = one("on: push\njobs:\n  a: {needs: b, runs-on: x}\n  b: {needs: [a, 7], runs-on: x}\n  c: {needs: {}}\n")
    assert [job.needs for job in asset.facts.jobs] == [["b"], ["a"], []]


def test_scripts_of_other_interpreters_are_not_read_as_shell():
    source = "- {run: pytest, shell: pwsh}\n- {run: pytest, shell: 'bash -e {0}'}\n- {run: pytest}\n"
    assert len(steps(source).facts.commands) == 2
    assert len(steps(source, job="defaults: {run: {shell: python}}").facts.commands) == 1
    assert len(steps("- run: |\n    #!/usr/bin/python\n    pytest\n").facts.commands) == 0


def test_values_of_variables_are_put_in():
    job = "env: {IMG: 'a:1', OUT: '${{ x.y }}'}\ncontainer: '${{ env.IMG }}'\nservices: {a: {image: '${{ env.OUT }}'}, b: {image: ''}}"
    assert [each.image for each in steps("- run: make", job=job).facts.containers] == ["a:1", UNSET]


def test_credentials_of_a_container_are_variables():
    job = "container: {image: a, credentials: {username: u, password: hunter2}}"
    found = steps("- run: make", job=job).facts.variables
    assert [(each.name, str.__str__(each.value), each.job) for each in found] == [
        ("username", "u", "job"), ("password", "hunter2", "job"),
    ]  # fmt: skip


def test_of_too_many_jobs_none_is_read():
    jobs = "".join(f"  j{at}: {{}}\n" for at in range(github.MAX_JOBS + 1))
    (gap,) = items(f"on: push\njobs:\n{jobs}")
    assert gap.reason == "not readable as a workflow: more than 5000 jobs"
    (gap,) = items("".join(f"j{at}: {{script: x}}\n" for at in range(5001)), ".gitlab-ci.yml")
    assert gap.reason == "not readable as a pipeline: more than 5000 jobs"


def test_reading_takes_bounded_time():
    many = "".join(f"  V{at}: '${{{{ github.sha }}}}'\n" for at in range(3000))
    uses = " ".join(f"${{{{ env.V{at} }}}}" for at in range(3000))
    steps_ = f"      - run: echo {uses}\n" + "      - {run: make, env: {A: b}}\n" * 3000
    start = time.perf_counter()
    one(f"on: push\nenv:\n{many}jobs:\n  a:\n    runs-on: x\n    steps:\n{steps_}")
    assert time.perf_counter() - start < 15


TEST = "test:\n    runs-on: x\n    steps: [{run: pytest%s}]\n    %s"
PUSH = "publish:\n    runs-on: x\n    %s\n    steps: [%s{run: docker push ghcr.io/x/y:1}]"


@pytest.mark.parametrize(
    ("test", "publish", "unchecked"),
    [
        (("", ""), ("needs: test", ""), False),
        (("", "continue-on-error: true"), ("needs: test", ""), True),
        (("", "continue-on-error: '${{ matrix.x }}'"), ("needs: test", ""), UNSET),
        ((" || true", ""), ("needs: test", ""), True),
        ((" || true", ""), ("needs: test", "{run: tox}, "), False),
        ((" || true", ""), ("needs: test", "{run: tox, continue-on-error: true}, "), True),
        ((" || true", ""), ("needs: test", "{run: tox, continue-on-error: '${{ inputs.x }}'}, "), UNSET),
        (("", ""), ("needs: test", "{run: tox || true}, "), False),
        (("", ""), ("", "{run: tox || true}, "), True),
        (("", ""), ("needs: test\n    if: always()", ""), True),
        (("", ""), ("needs: test\n    if: always()", "{run: tox}, "), False),
        ((" || true", ""), ("needs: test\n    continue-on-error: true", "{run: tox}, "), False),
    ],
)
def test_what_is_published_whatever_the_checks_say(test, publish, unchecked):
    jobs = one(f"on: push\njobs:\n  {TEST % test}\n  {PUSH % publish}\n").facts.jobs
    assert jobs[-1].unchecked is unchecked
