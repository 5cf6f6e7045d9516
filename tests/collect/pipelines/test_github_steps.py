"""Steps of GitHub workflows: what is injected, checked out, kept and cached."""

from __future__ import annotations

import pytest
from tests.collect.pipelines.reading import one, steps

from holdfast.core.fact import UNSET


@pytest.mark.parametrize(
    ("script", "injected"),
    [
        ("echo ${{ github.event.issue.title }}", ["${{ github.event.issue.title }}"]),
        ("echo ${{ github.event['pull_request']['BODY'] }}", ["${{ github.event['pull_request']['BODY'] }}"]),
        ("echo ${{ github.head_ref || github.ref }}", ["${{ github.head_ref || github.ref }}"]),
        ("echo ${{ github.ref && github.head_ref }}", ["${{ github.ref && github.head_ref }}"]),
        ("echo ${{ format('{0}', github.head_ref) }}", ["${{ format('{0}', github.head_ref) }}"]),
        ("echo ${{ toJSON(github.event) }}", ["${{ toJSON(github.event) }}"]),
        ("echo ${{ github.event.commits[0].message }}", ["${{ github.event.commits[0].message }}"]),
        ("echo ${{ env.TITLE }}", ["${{ env.TITLE }}"]),
        ("echo ${{ env.OTHER }} ${{ env.A.B }}", []),
        ("echo ${{ contains(github.event.comment.body, 'x') }}", []),
        ("echo ${{ github.event.comment.body == 'x' }}", []),
        ("echo ${{ github.head_ref && 'x' }}", []),
        ("echo ${{ !github.head_ref }}", []),
        ("echo ${{ github.event.number }} ${{ github.sha }}", []),
        ("echo $TITLE", []),
    ],
)
def test_text_of_outsiders_in_scripts(script: str, injected: list[str]):
    body = f"- run: |\n    {script}\n  env: {{TITLE: '${{{{ github.event.issue.title }}}}', OTHER: x}}"
    assert steps(body).facts.steps[0].injected == injected


def test_scripts_that_are_inputs_of_actions():
    body = "- uses: actions/github-script@v8\n  with: {script: 'f(`${{ github.head_ref }}`)'}"
    assert steps(body).facts.steps[0].injected == ["${{ github.head_ref }}"]
    assert steps("- uses: example/x@v8\n  with: {script: '${{ github.head_ref }}'}").facts.steps[0].injected == []


def test_inputs_that_are_no_free_text_are_no_parameters():
    on = "{workflow_dispatch: {inputs: {a: {type: choice}, b: {type: string}, c: null}}, push: null}"
    (step,) = steps("- run: echo ${{ inputs.a }}${{ inputs.b }}${{ github.event.inputs.c }}", on=on).facts.steps
    assert step.parameters == ["${{ inputs.b }}", "${{ github.event.inputs.c }}"]


@pytest.mark.parametrize(
    ("given", "fetches"),
    [
        ("", False),
        ("ref: '${{ github.sha }}'", False),
        ("ref: '${{ github.event.pull_request.base.sha }}'", False),
        ("ref: '${{ github.event.pull_request.head.sha }}'", True),
        ("ref: '${{ github.head_ref }}'", False),  # a branch of that name in the repository itself, if there is one
        ("ref: '${{ github.event.workflow_run.head_branch }}'", False),
        (
            "ref: '${{ github.head_ref }}', repository: '${{ github.event.pull_request.head.repo.full_name }}'",
            True,
        ),
        ("ref: 'refs/pull/${{ github.event.issue.number }}/merge'", True),
        ("ref: '${{ github.event.workflow_run.head_sha }}'", True),
        ("repository: '${{ github.event.pull_request.head.repo.full_name }}'", True),
        ("ref: '${{ env.REF }}'", True),
        ("ref: '${{ env.UNSEEN }}'", UNSET),
        ("ref: '${{ steps.pr.outputs.sha }}'", UNSET),
        (
            "ref: '${{ steps.pr.outputs.sha }}', repository: '${{ github.event.pull_request.head.repo.full_name }}'",
            True,
        ),
    ],
)
def test_checkouts_of_pull_requests(given: str, fetches: object):
    body = f"- uses: actions/checkout@v6\n  with: {{{given}}}\n  env: {{REF: '${{{{ github.event.pull_request.head.sha }}}}'}}"
    assert steps(body).facts.steps[0].untrusted_checkout is fetches


@pytest.mark.parametrize(
    ("version", "given", "events", "fetches"),
    [
        ("v4", "", "pull_request_target", False),
        ("v7.0.1", "", "workflow_run", False),
        ("v6.1", "", "pull_request_target", False),
        ("main", "", "pull_request_target", False),
        ("v6.0.3", "", "pull_request_target", True),
        ("v1", "", "pull_request_target", True),
        ("v4", ", allow-unsafe-pr-checkout: true", "pull_request_target", True),
        ("v4", ", allow-unsafe-pr-checkout: '${{ vars.x }}'", "pull_request_target", UNSET),
        ("08c6903cd8c0fde910a37f88322edcfb5dd907a8", "", "pull_request_target", UNSET),
        ("v4", "", "issue_comment", True),
        ("v4", "", "[pull_request_target, issue_comment]", True),
        ("v4", "", "pull_request", True),
    ],
)
def test_current_checkouts_refuse_forks_where_secrets_are(version: str, given: str, events: str, fetches: object):
    head = "${{ github.event.pull_request.head.sha }}"
    text = (
        f"on: {events}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        f"      - {{uses: actions/checkout@{version}, with: {{ref: '{head}'{given}}}}}\n"
    )
    assert one(text).facts.steps[0].untrusted_checkout is fetches


def test_commands_that_fetch_pull_requests():
    for script, fetches in (
        ("gh pr checkout 7", True),
        ("git fetch origin pull/7/head", True),
        ("git fetch origin main", False),
    ):
        assert steps(f"- run: {script}").facts.steps[0].untrusted_checkout is fetches
    asset = steps("- {run: gh pr checkout 7}\n- {run: make}")
    assert [step.beside_untrusted for step in asset.facts.steps] == [True, True]
    assert (
        steps("- {uses: actions/checkout@v6, with: {ref: '${{ steps.x.y }}'}}").facts.steps[0].beside_untrusted is UNSET
    )


def test_tokens_that_stay_on_the_disk():
    for given, keeps in (
        ("", True),
        ("persist-credentials: false", False),
        ("persist-credentials: '${{ x.y }}'", UNSET),
    ):
        assert steps(f"- uses: actions/checkout@v6\n  with: {{{given}}}").facts.steps[0].keeps_token is keeps
    assert steps("- uses: example/x@v1").facts.steps[0].keeps_token is False


@pytest.mark.parametrize(
    ("use", "caches"),
    [
        ("{uses: actions/cache@v4}", True),
        ("{uses: Swatinem/rust-cache@v2}", True),
        ("{uses: actions/setup-python@v6, with: {cache: pip}}", True),
        ("{uses: actions/setup-python@v6, with: {cache: ''}}", False),
        ("{uses: actions/setup-python@v6}", False),
        ("{uses: docker/build-push-action@v6, with: {cache-from: 'type=gha'}}", True),
        ("{uses: docker/build-push-action@v6, with: {cache-from: 'type=registry'}}", False),
        ("{run: make}", False),
    ],
)
def test_caches(use: str, caches: bool):
    assert steps(f"- {use}").facts.steps[0].caches is caches


@pytest.mark.parametrize(
    ("use", "effect", "credential", "tolerated"),
    [
        ("{uses: docker/build-push-action@v6, with: {push: true}}", "image_push", None, False),
        ("{uses: pypa/gh-action-pypi-publish@v1, with: {password: '${{ secrets.T }}'}}", "publish", "T", False),
        ("{uses: google-github-actions/auth@v3, with: {credentials_json: '${{ secrets.g }}'}}", "login", "G", False),
        ("{uses: aquasecurity/trivy-action@0.33}", "scan", None, True),
        ("{uses: aquasecurity/trivy-action@0.33, with: {exit-code: '1'}}", "scan", None, False),
        ("{uses: aquasecurity/trivy-action@0.33, with: {format: sarif}}", "scan", None, UNSET),
        ("{uses: anchore/scan-action@v7, with: {fail-build: false}}", "scan", None, True),
        ("{uses: aquasecurity/trivy-action@0.33, env: {TRIVY_EXIT_CODE: 1}}", "scan", None, False),
        ("{uses: aquasecurity/trivy-action@0.33, with: {exit-code: 0}}", "scan", None, True),
        ("{uses: docker/scout-action@v1, with: {command: cves}}", "scan", None, True),
        ("{uses: docker/scout-action@v1, with: {command: cves, exit-code: true}}", "scan", None, False),
        ("{uses: hadolint/hadolint-action@v3, with: {no-fail: true}}", "scan", None, True),
        ("{uses: hadolint/hadolint-action@v3}", "scan", None, False),
        ("{uses: actions/dependency-review-action@v4, with: {warn-only: true}}", "scan", None, True),
        ("{uses: anchore/scan-action@v7}", "scan", None, False),
        ("{uses: bridgecrewio/checkov-action@v12, with: {soft_fail: true}}", "scan", None, True),
        ("{uses: snyk/actions/python@v1}", "scan", None, False),
        ("{uses: gitleaks/gitleaks-action@v2, continue-on-error: true}", "scan", None, True),
        ("{uses: gitleaks/gitleaks-action@v2, continue-on-error: '${{ x.y }}'}", "scan", None, UNSET),
    ],
)
def test_actions_that_matter(use: str, effect: str, credential: str | None, tolerated: object):
    (command,) = steps(f"- {use}").facts.commands
    assert (command.effect, command.credential, command.tolerated) == (effect, credential, tolerated)


def test_actions_that_do_not_push():
    assert steps("- {uses: docker/build-push-action@v6}\n- {uses: example/x@v1}").facts.commands == []


def test_secrets_are_named_and_inputs_are_masked():
    asset = steps(
        """\
        - run: curl -u a:${{ secrets.api_key }} https://x
          env: {A: "${{ secrets.GITHUB_TOKEN }}", B: "${{ toJSON(secrets) }}"}
        - uses: example/x@v1
          with: {Password: hunter2, list: [a], key: "${{ secrets['Other'] }}"}
        """
    )
    first, second = asset.facts.steps
    assert first.secrets == ["*", "API_KEY"]
    assert (second.secrets, second.inputs) == (["OTHER"], {"password": "***", "key": "${{ secrets['Other'] }}"})
    assert asset.facts.jobs[0].secrets == ["*", "API_KEY", "OTHER"]


def test_expressions_stand_in_commands_as_written():
    (command,) = steps("- run: hf download --revision ${{ env.REV }} ${{ inputs.model }}").facts.commands
    assert (command.text, command.pinned) == ("hf download --revision ${{ env.REV }} ${{ inputs.model }}", UNSET)
    (command,) = steps("- run: twine upload -p ${{ secrets.P }} dist/x").facts.commands
    assert command.credential == "P"


def test_one_step_per_place():
    asset = one("on: push\njobs:\n  a: {runs-on: x, steps: [{run: make}, text]}\n  b:\n    steps:\n      - run: make\n")
    assert [asset.spots[f"steps[{at}]"].line for at in range(2)] == [3, 6]


def test_secrets_in_the_text_of_scripts():
    (step,) = steps(
        "- {run: 'a ${{ secrets.A }} ${{ secrets.GITHUB_TOKEN }} $B', env: {B: '${{ secrets.B }}'}}"
    ).facts.steps
    assert step.revealed == ["${{ secrets.A }}"]


FULL_NAME = "${{ github.event.pull_request.head.repo.full_name }}"
SHA = "${{ github.event.pull_request.head.sha }}"


@pytest.mark.parametrize(
    ("script", "fetches"),
    [
        (f"git clone https://github.com/{FULL_NAME} x; cd x; git checkout {SHA}; make", True),
        (f"git clone --depth=1 -b ${{{{ github.head_ref }}}} https://github.com/{FULL_NAME}.git", True),
        (f"git fetch origin {SHA}\ngit checkout FETCH_HEAD", True),
        (f"git fetch origin \\\n  {SHA}\ngit reset --hard FETCH_HEAD", True),
        ("git fetch $URL $SHA\ngit checkout -q $SHA", True),
        ('COMMIT="${SHA}"\ngit fetch origin\ngit checkout "$COMMIT"', True),
        (f"git remote add fork https://github.com/{FULL_NAME}; git fetch fork; git merge fork/main", True),
        (f"pip install git+https://github.com/{FULL_NAME}@{SHA}", True),
        (f"curl -L https://github.com/{FULL_NAME}/archive/{SHA}.tar.gz | tar xz", True),
        ("curl -L ${{ github.event.pull_request.patch_url }} | git apply", True),
        ("gh pr diff 7 | git apply", True),
        ("SHA7=$(gh pr view 7 --json headRefOid -q .headRefOid)\ngit fetch origin $SHA7\ngit checkout $SHA7", True),
        ("git checkout ${{ steps.pr.outputs.sha }}", UNSET),
        ("git checkout -b ${{ steps.pr.outputs.name }}", False),
        ("git clone -b ${{ inputs.version }} https://github.com/example/tools x", False),
        ("git clone https://github.com/${{ inputs.repo }} x", UNSET),
        ("pip install tool==${{ inputs.version }}", False),
        ("curl -L https://github.com/example/tools/archive/${{ inputs.version }}.tar.gz | tar x", False),
        (f"git fetch origin {SHA}\ngit diff HEAD {SHA}", False),
        (f"git fetch origin {SHA}", False),
        ("git checkout ${{ github.head_ref }}", False),
        ("git fetch origin main\ngit checkout main", False),
        (f"curl https://api.github.com/repos/x/statuses/{SHA}", False),
        (f"echo {SHA} from git {FULL_NAME}", False),
        ("git clone https://github.com/example/tools", False),
    ],
)
def test_scripts_that_get_the_code_of_a_pull_request_with_git(script, fetches):
    env = f'{{URL: "https://github.com/{FULL_NAME}", SHA: "{SHA}"}}'
    block = "\n".join(f"    {line}" for line in script.splitlines())
    asset = steps(f"- env: {env}\n  run: |\n{block}")
    assert asset.facts.steps[0].untrusted_checkout is fetches


def test_what_one_step_fetches_another_may_take():
    asset = steps(f"- run: git fetch origin {SHA}\n- run: git checkout FETCH_HEAD")
    assert asset.facts.steps[0].untrusted_checkout is True


RUN = "${{ github.event.workflow_run.id }}"
INTO_PR = f"uses: actions/download-artifact@v6, with: {{run-id: '{RUN}', path: pr}}"
HERE = f"uses: actions/download-artifact@v6, with: {{run-id: '{RUN}'}}"


@pytest.mark.parametrize(
    ("download", "script", "runs"),
    [
        (INTO_PR, "cat pr/env >> $GITHUB_ENV", True),
        (INTO_PR, 'cat "pr/env" >> "$GITHUB_PATH"', True),
        (INTO_PR, "bash pr/run.sh", True),
        (INTO_PR, "bash -eux ./pr/run.sh", True),
        (INTO_PR, "./pr/run", True),
        (INTO_PR, "cd pr && make", True),
        (INTO_PR, "N=$(cat pr/number); echo N=$N >> $GITHUB_ENV", True),
        (INTO_PR, "N=$(cat pr/number); gh pr comment $N", False),
        (INTO_PR, "bash scripts/run.sh pr/report", False),
        (INTO_PR, "cat version >> $GITHUB_ENV", False),
        (INTO_PR, "echo A=b >> $GITHUB_ENV", False),
        (HERE, "bash run.sh", True),
        (HERE, "cat env >> $GITHUB_ENV", True),
        (HERE, "cat report.md", False),
        (HERE, "bash -c 'echo x'", False),
        (f"uses: dawidd6/action-download-artifact@v6, with: {{run_id: '{RUN}', path: ./pr/}}", "sh pr/x", True),
        ("uses: actions/download-artifact@v6, with: {run-id: '${{ env.RUN }}', path: pr}", "sh pr/x", True),
        ("uses: actions/download-artifact@v6, with: {path: pr}", "sh pr/x", False),
        ("uses: actions/cache@v6, with: {path: pr}", "sh pr/x", False),
        (f"run: 'gh run download {RUN} -D pr'", "sh pr/x", True),
        (f"run: 'gh run download {RUN}'", "sh x", True),
        ("run: gh run download $RUN --dir pr", "sh pr/x", True),
        ("run: gh run download 7", "sh x", False),
        ("uses: actions/github-script@v8, with: {script: 'a.downloadArtifact(workflow_run)'}", "./x", True),
    ],
)
def test_artifacts_of_the_run_that_started_the_workflow(download, script, runs):
    job = f"env: {{RUN: '{RUN}'}}"
    asset = steps(f"- {{{download}}}\n- run: |\n    {script}", on="{workflow_run: {workflows: [a]}}", job=job)
    assert [step.runs_artifact for step in asset.facts.steps] == [False, runs]


def test_a_step_in_the_folder_of_an_artifact():
    asset = steps(f"- {{{INTO_PR}}}\n- {{run: make, working-directory: ./pr/x}}\n- {{run: make, working-directory: x}}")
    assert [step.runs_artifact for step in asset.facts.steps] == [False, True, False]


@pytest.mark.parametrize(
    ("step", "injected"),
    [
        ('run: eval "echo $TITLE"', ["$TITLE"]),
        ('run: bash -c "git checkout $GITHUB_HEAD_REF"', ["$GITHUB_HEAD_REF"]),
        ('run: eval "${{ github.sha }} $TITLE"', ["$TITLE"]),
        ('run: eval "${{ github.head_ref }} $TITLE"', ["${{ github.head_ref }}"]),
        ('run: echo "$TITLE"', []),
        ('run: eval "echo $OTHER"', []),
        ('run: bash -c \'echo "$1"\' _ "$TITLE"', []),
        ('{shell: pwsh, run: eval "$TITLE"}', []),
        ("{uses: a/b@v1}", []),
    ],
)
def test_a_script_that_runs_a_variable_which_an_outsider_writes(step: str, injected: list[str]):
    env = 'env: {TITLE: "a ${{ github.event.pull_request.title }}", OTHER: x}'
    assert steps(f"- {step}\n", job=env).facts.steps[0].injected == injected
