"""GitHub workflows and actions that call one another, and the machines that they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.collect.pipelines.reading import items, one

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset, Edge
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET

CALLEE = """\
on:
  workflow_call:
    inputs:
      runner: {type: string, default: ubuntu-latest}
      ref: {type: string}
jobs:
  build:
    runs-on: %s
    steps:
      - uses: actions/checkout@v6
        with: {ref: "${{ inputs.ref }}", allow-unsafe-pr-checkout: true}
      - run: echo ${{ inputs.title }}
"""
CALLER = "on: %s\njobs:\n  go:\n    uses: ./.github/workflows/re.yml\n    with: {%s}\n"


def tree(folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(folder)
    return list(collect(Options(".")))


def facts(found: list[object], path: str):
    return next(item.facts for item in found if isinstance(item, Asset) and item.path == path)


def workflows(runner: str, on: str, given: str) -> dict[str, str]:
    return {
        ".github/workflows/a.yml": CALLER % (on, given),
        ".github/workflows/re.yml": CALLEE % runner,
    }


def machines(found: list[object], path: str = ".github/workflows/re.yml") -> list[tuple[object, object, object]]:
    return [(each.labels, each.self_hosted, each.outsiders) for each in facts(found, path).runners]


@pytest.mark.parametrize(
    ("runner", "on", "given", "seen"),
    [
        ("[self-hosted, gpu]", "pull_request", "", [(["self-hosted", "gpu"], True, True)]),
        ("${{ inputs.runner }}", "pull_request", "runner: self-hosted", [(["self-hosted"], True, True)]),
        ("${{ inputs.runner }}", "pull_request", "", [(["ubuntu-latest"], False, True)]),
        ("${{ inputs.runner }}", "push", "runner: self-hosted", [(["self-hosted"], True, UNSET)]),
        ("${{ inputs.runner }}", "pull_request", 'runner: "${{ vars.R }}"', [(UNSET, UNSET, True)]),
        (
            "${{ fromJSON(inputs.runner) }}",
            "pull_request",
            """runner: '["self-hosted","gpu"]'""",
            [(["self-hosted", "gpu"], True, True)],
        ),
    ],
)
def test_the_machines_of_a_called_workflow(runner, on, given, seen, tmp_path, monkeypatch):
    assert machines(tree(tmp_path, workflows(runner, on, given), monkeypatch)) == seen


def test_callers_are_told_apart(tmp_path, monkeypatch):
    files = workflows("${{ inputs.runner }}", "pull_request", "")
    files[".github/workflows/z.yml"] = CALLER % ("push", "runner: self-hosted")
    seen = machines(tree(tmp_path, files, monkeypatch))
    assert sorted(seen, key=str) == [(["self-hosted"], True, UNSET), (["ubuntu-latest"], False, True)]


def test_a_called_workflow_sees_the_events_and_inputs_of_its_callers(tmp_path, monkeypatch):
    given = 'ref: "${{ github.event.pull_request.head.sha }}", title: "${{ github.event.pull_request.title }}"'
    found = tree(tmp_path, workflows("ubuntu-latest", "pull_request_target", given), monkeypatch)
    checkout, shell = facts(found, ".github/workflows/re.yml").steps
    assert (checkout.untrusted_checkout, checkout.outsiders_trusted) == (True, True)
    assert (shell.injected, shell.outsiders_trusted) == (["${{ inputs.title }}"], True)
    edge = next(item for item in found if isinstance(item, Edge))
    assert edge.target == "pipeline/.github/workflows/re.yml/github"


def test_actions_see_the_events_of_their_callers(tmp_path, monkeypatch):
    step = "uses: ./.github/actions/x, with: {SHA: '${{ github.event.pull_request.head.sha }}'}"
    workflow = f"on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{{{step}}}]\n"
    action = "runs:\n  using: composite\n  steps:\n    - {run: 'git checkout ${{ inputs.sha }}', shell: bash}\n"
    files = {".github/workflows/a.yml": workflow, ".github/actions/x/action.yaml": action}
    found = tree(tmp_path, files, monkeypatch)
    (step,) = facts(found, ".github/actions/x/action.yaml").steps
    assert (step.untrusted_checkout, step.outsiders_trusted) == (True, True)
    edges = [item.target for item in found if isinstance(item, Edge)]
    assert edges == ["pipeline/.github/actions/x/action.yaml/github"]


def test_workflows_that_call_in_a_circle_are_all_read(tmp_path, monkeypatch):
    files = {
        f".github/workflows/{name}.yml": f"on: workflow_call\njobs: {{j: {{uses: ./.github/workflows/{other}.yml}}}}\n"
        for name, other in (("a", "b"), ("b", "a"), ("c", "c"), ("d", "gone"))
    }
    found = tree(tmp_path, files, monkeypatch)
    assert sorted(item.path for item in found if isinstance(item, Asset)) == sorted(files)


@pytest.mark.parametrize(
    ("on", "runner", "seen"),
    [
        ("pull_request", """${{ fromJSON('["self-hosted","gpu"]') }}""", [(["self-hosted", "gpu"], True, True)]),
        (
            "[pull_request, push]",
            "${{ github.event_name == 'pull_request' && 'self-hosted' || 'ubuntu-latest' }}",
            [(["self-hosted"], True, True), (["ubuntu-latest"], False, False)],
        ),
        (
            "[pull_request, push]",
            "${{ github.event_name != 'pull_request' && 'self-hosted' || 'ubuntu-latest' }}",
            [(["ubuntu-latest"], False, True), (["self-hosted"], True, False)],
        ),
        (
            "pull_request",
            "${{ github.repository == 'example/llm' && fromJSON('{\"labels\": [\"self-hosted\"]}') || 'ubuntu-latest' }}",
            [(["self-hosted"], True, True)],
        ),
        (
            "pull_request",
            "${{ matrix.gpu && 'self-hosted' || 'ubuntu-latest' }}",
            [(["self-hosted", "ubuntu-latest"], True, True)],
        ),
        ("pull_request", "${{ fromJSON(matrix.on) }}", [(["self-hosted", "ubuntu-latest"], True, True)]),
        ("pull_request", "${{ inputs.runner || 'self-hosted' }}", [(["self-hosted"], True, True)]),
        ("[pull_request, workflow_dispatch]", "${{ inputs.runner || 'self-hosted' }}", [(UNSET, UNSET, True)]),
        ("pull_request", "${{ vars.RUNNER || 'self-hosted' }}", [(UNSET, UNSET, True)]),
        ("pull_request", "${{ matrix.gone && 'self-hosted' || 'x' }}", [(UNSET, UNSET, True)]),
        ("pull_request", "${{ fromJSON('[]') }}", [(UNSET, UNSET, True)]),
    ],
)
def test_machines_that_an_expression_chooses(on, runner, seen):
    matrix = """{gpu: [true, false], on: ['["self-hosted"]', '"ubuntu-latest"']}"""
    text = f"on: {on}\njobs:\n  a:\n    strategy: {{matrix: {matrix}}}\n    runs-on: {runner!r}\n    steps: [{{run: make}}]\n"
    text = text.replace(f"{runner!r}", "'" + runner.replace("'", "''") + "'")
    assert [(each.labels, each.self_hosted, each.outsiders) for each in one(text).facts.runners] == seen


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("on: 5\njobs: {a: {runs-on: x, steps: []}}", "`on` is missing, or names no events"),
        ("on: push\njobs: [1, 2]", "`jobs` is missing, empty or no mapping"),
        ("on: push\njobs:", "`jobs` is missing, empty or no mapping"),
        ("on: push\njobs: {a: 1}", "the job a is no mapping"),
        ("- on: push", "it is no mapping"),
    ],
)
def test_workflows_that_the_platform_refuses_are_gaps(text, reason):
    gaps = [item for item in items(text) if isinstance(item, Gap)]
    assert [(gap.reason, gap.kind) for gap in gaps] == [(f"the platform refuses this workflow: {reason}", "left_out")]


def test_a_file_of_comments_alone_is_no_workflow_and_no_gap():
    assert not [item for item in items("# off for now\n") if isinstance(item, Gap)]
    assert not [item for item in items("a: 1\n", "roles/x/action.yml") if isinstance(item, Gap)]
