"""Jenkinsfiles."""

from __future__ import annotations

import pytest
from tests.collect.pipelines.reading import items, one, pipelines

from holdfast.collect.pipelines import jenkins
from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET

FILE = """\
@Library(['shared@v1', 'other@main', 'plain']) _
library identifier: 'third@master', changelog: false
library(env.NAME)
pipeline {
  agent { docker { image 'python:3.12'; args '--gpus all --privileged'; label 'linux && gpu' } }
  environment { TOKEN = credentials('pypi'); PLAIN = 'abc'; MADE = "${x}"; COUNT = 3 }
  triggers { cron('H 4 * * *'); githubPush() }
  stages {
    stage('Test') {
      steps {
        catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { sh 'pytest' }
        catchError { sh 'tox' }
        sh(script: 'bandit -r .', returnStatus: true)
      }
    }
    stage('Publish') {
      agent { label "${params.NODE}" }
      environment { LOCAL = 'x' }
      steps {
        withCredentials([string(credentialsId: 'hf', variable: 'T')]) {
          sh "hf upload ${params.MODEL} . # ${env.CHANGE_TITLE} $CHANGE_BRANCH ${CHANGE_AUTHOR}"
          sh '''
            docker push x/y:1
          '''
        }
        sh(returnStdout: true, script: env.COMMAND)
        load 'x.groovy'
        evaluate(text)
        docker.image("${IMAGE}").inside('--gpus all') { sh 'make' }
      }
    }
  }
}
"""


def test_stages_are_jobs():
    asset = one(FILE, "Jenkinsfile")
    assert asset.id == "pipeline/Jenkinsfile/jenkins"
    test, publish = asset.facts.jobs
    assert (test.name, publish.name, publish.needs) == ("Test", "Publish", ["Test"])
    assert (test.checks, publish.publishes, publish.unchecked) == (True, True, False)
    assert (test.outsiders_trusted, publish.condition, publish.secrets) == (UNSET, UNSET, ["hf", "pypi"])
    assert [(each.name, each.filters) for each in asset.facts.triggers] == [("cron", ["H 4 * * *"]), ("githubPush", [])]


def test_libraries_and_scripts_from_elsewhere():
    uses = one(FILE, "Jenkinsfile").facts.uses
    assert [(each.sort, each.name, each.version, each.pinned, each.branch) for each in uses] == [
        ("library", "shared", "v1", False, False),
        ("library", "other", "main", False, True),
        ("library", "plain", None, UNSET, UNSET),
        ("library", "third", "master", False, True),
        ("script", "x.groovy", UNSET, UNSET, UNSET),
        ("script", "evaluate", UNSET, UNSET, UNSET),
    ]
    assert [each.local for each in uses[-2:]] == [True, False]


def test_agents_and_images():
    facts = one(FILE, "Jenkinsfile").facts
    assert [(each.job, each.labels, each.gpu) for each in facts.runners] == [
        ("pipeline", ["linux", "gpu"], True), ("Publish", UNSET, UNSET),
    ]  # fmt: skip
    assert [(each.image, each.privileged, each.job) for each in facts.containers] == [
        ("python:3.12", True, "pipeline"), (UNSET, False, "Publish"),
    ]  # fmt: skip
    (inside,) = one("node { docker.image('a').inside('--privileged') { sh 'x' } }", "Jenkinsfile").facts.containers
    assert (inside.image, inside.privileged) == ("a", True)


def test_variables():
    found = one(FILE, "Jenkinsfile").facts.variables
    assert [(each.name, str.__str__(each.value) if each.value else None, each.secret, each.job) for each in found] == [
        ("TOKEN", None, "pypi", "pipeline"), ("PLAIN", "abc", None, "pipeline"), ("MADE", None, None, "pipeline"),
        ("COUNT", None, None, "pipeline"), ("LOCAL", "x", None, "Publish"),
    ]  # fmt: skip


def test_steps_and_what_groovy_puts_into_them():
    asset = one(FILE, "Jenkinsfile")
    assert [(each.program, each.tolerated) for each in asset.facts.commands] == [
        ("pytest", True), ("tox", False), ("bandit", True), ("hf", False), ("docker", False),
    ]  # fmt: skip
    upload = asset.facts.steps[3]
    assert (upload.injected, upload.parameters) == (["env.CHANGE_TITLE", "CHANGE_BRANCH"], ["params.MODEL"])
    assert asset.facts.commands[3].text == "hf upload ${params.MODEL} ."
    assert [asset.spots[f"commands[{at}]"].line for at in (3, 4)] == [21, 23]


def test_a_scripted_pipeline_without_stages():
    asset = one(
        "node('gpu') {\n  sh '''docker push x/y:1\nmake'''\n  stage(name) { echo 'x' }\n}\n", "ci/Jenkinsfile.gpu"
    )
    assert [job.name for job in asset.facts.jobs] == ["2", "pipeline"]
    assert asset.spots["commands[0]"].line == 2
    assert asset.facts.runners[0].labels == ["gpu"]


def test_what_is_a_jenkinsfile():
    for path in ("Jenkinsfile", "a/Jenkinsfile-gpu", "build.jenkinsfile", "x/gpu_jenkinsfile.groovy"):
        assert pipelines("node { sh 'x' }", path)
    for path in ("Jenkinsfile.md", "Jenkinsfile.j2", "x.groovy"):
        assert not pipelines("node { sh 'x' }", path)


def test_what_cannot_be_read_is_a_gap():
    (gap,) = items("sh 'x\n", "Jenkinsfile")
    assert (gap.line, gap.reason) == (1, "not readable as a Jenkinsfile: a string that does not end")
    assert [item.kind for item in items("node { sh '((((' }", "Jenkinsfile") if isinstance(item, Gap)] == ["unreadable"]


def test_the_predicate_asks_the_name():
    assert jenkins.is_workflow("a/Jenkinsfile")
    assert not jenkins.is_workflow("a/Jenkinsfile.py")


def test_credentials_that_groovy_puts_into_commands():
    source = """\
    pipeline {
      environment { KEY = credentials('k') }
      stages { stage('a') { steps {
        withCredentials([usernamePassword(credentialsId: 'u', usernameVariable: 'U', passwordVariable: 'P')]) {
          sh "a $U $P ${env.KEY_PSW} $OTHER"
          sh 'b $P'
        }
      } } }
    }
    """
    first, second = one(source, "Jenkinsfile").facts.steps
    assert (first.revealed, second.revealed) == (["P", "env.KEY_PSW"], [])


def test_credentials_of_the_whole_pipeline_are_those_of_its_stages():
    source = """\
    pipeline {
      agent any
      environment { HF_TOKEN = credentials('hf') }
      stages {
        stage('a') { steps { sh 'curl https://x | bash' } }
        stage('b') {
          environment { NPM = credentials('npm') }
          stages { stage('c') { steps { sh 'make' } } }
        }
      }
    }
    """
    facts = one(source, "Jenkinsfile").facts
    assert {job.name: job.secrets for job in facts.jobs if job.name != "pipeline"} == {
        "a": ["hf"], "b": ["hf", "npm"], "c": ["hf", "npm"],
    }  # fmt: skip
    (command,) = facts.commands
    assert (command.piped_to_shell, command.credentials) == (True, True)


def test_pods_of_agents():
    source = """\
    pipeline {
      agent { kubernetes { yaml '''
        apiVersion: v1
        kind: Pod
        spec:
          containers:
            - name: build
              image: docker:latest
              securityContext: {privileged: true}
      ''' } }
      stages { stage('a') { steps { sh 'make' } } }
    }
    """
    pod = next(
        item for item in items(source, "Jenkinsfile") if isinstance(item, Asset) and item.facts.kind == "workload"
    )
    assert [(each.name, each.image, each.privileged) for each in pod.facts.containers] == [
        ("build", "docker:latest", True)
    ]
    assert pod.spots["containers[0].privileged"].line == 9
    scripted = "podTemplate(yaml: '''\nspec: {containers: [{name: a, image: b}]}\n''') { node(POD_LABEL) { sh 'x' } }\n"
    assert [item.facts.kind for item in items(scripted, "Jenkinsfile") if isinstance(item, Asset)] == [
        "pipeline",
        "workload",
    ]
    broken = "pipeline { agent { kubernetes { yaml '{' } } \n stages { stage('a') { steps { sh 'x' } } } }\n"
    assert next(item.reason for item in items(broken, "Jenkinsfile") if isinstance(item, Gap)).startswith(
        "the pod of an agent"
    )
    other = "node { writeYaml(yaml: 'x: [')\n sh 'x' }\n"
    assert not [item for item in items(other, "Jenkinsfile") if isinstance(item, Gap)]


def test_groovy_that_is_fetched():
    source = """\
    node {
      load 'https://x/a.groovy'
      load 'a.groovy'
      evaluate(new URL('http://x/b.groovy').text)
      new GroovyShell().evaluate(new java.net.URL("http://x/c.groovy").text)
    }
    """
    names = [each.name for each in one(source, "Jenkinsfile").facts.uses]
    assert {"https://x/a.groovy", "a.groovy", "http://x/b.groovy", "http://x/c.groovy"} <= set(names)


def test_a_script_in_single_quotes_that_runs_the_title_itself():
    asset = one("node {\n  sh 'eval \"echo $CHANGE_TITLE\"'\n  sh 'echo \"$CHANGE_TITLE\"'\n}\n", "Jenkinsfile")
    assert [step.injected for step in asset.facts.steps] == [["$CHANGE_TITLE"], []]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("def s = new URL('https://x/a.groovy').text\nevaluate(s)", [(3, "https://x/a.groovy")]),
        ("evaluate(httpRequest('https://x/a.groovy').content)", [(2, "https://x/a.groovy")]),
        ("def r = httpRequest url: 'https://x/a.groovy'\nevaluate r.content", [(3, "https://x/a.groovy")]),
        ("evaluate('https://x/a.groovy'.toURL().text)", [(2, "https://x/a.groovy")]),
        ("sh 'curl -fsSL -o s.groovy https://x/a.groovy'\nload './s.groovy'", [(3, "https://x/a.groovy")]),
        ("sh 'wget https://x/a.groovy'\nevaluate(readFile('a.groovy'))", [(3, "https://x/a.groovy")]),
        ("httpRequest url: 'https://x/a', outputFile: 'c.groovy'\nload 'c.groovy'", [(3, "https://x/a")]),
        ("httpRequest('https://x/a', outputFile: 'c.groovy')\nload 'c.groovy'", [(3, "https://x/a")]),
        ("httpRequest outputFile: 'c.groovy', url: address\nload 'c.groovy'", []),
        ("def s = new URL('https://x/a.json').text\necho s\nevaluate(own)", []),
        ("// evaluate(new URL('https://x/a.groovy').text)", []),
        ("echo new URL('https://x/a.json').text\nsh 'curl https://x/a.sh'", []),
        ("sh 'curl -o s.groovy https://x/a; sha256sum -c sums'\nload 's.groovy'", []),
        ("sh 'curl -o s.groovy $WHERE'\nload 's.groovy'", []),
        ("sh 'curl -o s https://x/a" + ";a" * 10_001 + "'\nload 's'", []),
        ("load 'ci/a.groovy'\nevaluate(readFile('ci/b.groovy'))", []),
    ],
    ids=lambda value: str(value)[:60],
)
def test_groovy_that_is_fetched_and_run(lines: str, found: list[tuple[int, str]]):
    asset = one(f"node {{\n{lines}\n}}\n", "Jenkinsfile")
    uses = [(asset.spots[f"uses[{at}]"].line, each.name) for at, each in enumerate(asset.facts.uses)]
    assert [(line, name) for line, name in uses if str(name).startswith("http")] == found
