"""Tekton's and Argo's objects as pipelines."""

from __future__ import annotations

import json

import pytest
from tests.collect.pipelines.reading import items, one, pipelines

from holdfast.core.asset import Asset
from holdfast.core.coverage import Gap
from holdfast.core.fact import UNSET
from holdfast.kinds.workload import Workload

SHA = "0a" * 20
DIGEST = f"sha256:{'0' * 64}"


def test_a_task():
    source = """\
    apiVersion: tekton.dev/v1
    kind: Task
    metadata: {name: push}
    spec:
      stepTemplate: {env: [{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: hub, key: t}}}]}
      steps:
        - name: upload
          image: registry.example/hf:1
          env: [{name: A, value: b}, {name: C, valueFrom: {fieldRef: {fieldPath: x}}}, text]
          script: |
            #!/bin/sh
            hf upload $(params.model) .
        - image: $(params.image)
          onError: continue
          command: [sh, -c]
          args: ["pytest"]
        - image: python:3
          script: |
            #!/usr/bin/env python
            hf upload x
        - {ref: {resolver: git, params: [{name: url, value: "https://g/x"}, {name: revision, value: main}]}}
        - {image: a, command: [make]}
        - {image: a, command: [7]}
    """
    asset = one(source, "task.yaml")
    assert (asset.id, asset.facts.sort) == ("pipeline/task.yaml/tekton.task.push", "task")
    (job,) = asset.facts.jobs
    assert (job.name, job.secrets, job.publishes, job.checks) == ("push", ["hub"], True, True)
    assert [(each.effect, each.tolerated, each.credential) for each in asset.facts.commands] == [
        ("model_push", False, "hub"), ("test", True, None),
    ]  # fmt: skip
    assert asset.spots["commands[0]"].line == 12
    assert asset.facts.steps[0].parameters == ["$(params.model)"]
    assert [each.image for each in asset.facts.containers[:3]] == ["registry.example/hf:1", UNSET, "python:3"]
    assert [(each.name, each.branch) for each in asset.facts.uses] == [("https://g/x", True)]


def test_a_pipeline_and_its_order():
    source = f"""\
    apiVersion: tekton.dev/v1
    kind: Pipeline
    metadata: {{name: build}}
    spec:
      tasks:
        - {{name: test, taskRef: {{name: own}}}}
        - name: scan
          when: [{{input: a}}]
          runAfter: [test]
          onError: continue
          taskRef: {{resolver: bundles, params: [{{name: bundle, value: "r/t@{DIGEST}"}}, {{name: list, value: [a]}}]}}
        - name: push
          params: [{{name: x, value: $(tasks.scan.results.y)}}]
          taskRef: {{bundle: "r/t:1"}}
        - name: inline
          taskSpec: {{steps: [{{image: a, script: docker push x/y}}]}}
        - {{name: hub, taskRef: {{resolver: hub, params: [{{name: name, value: n}}, {{name: version, value: "1"}}]}}}}
        - {{name: http, taskRef: {{resolver: http, params: [{{name: url, value: "https://x"}}]}}}}
        - {{name: cluster, taskRef: {{resolver: cluster}}}}
        - {{name: git, taskRef: {{resolver: git, params: [{{name: org, value: o}}, {{name: repo, value: r}}]}}}}
      finally:
        - {{name: clean, runAfter: [x], taskRef: {{name: own}}}}
    """
    facts = one(source, "p.yaml").facts
    needs = {job.name: job.needs for job in facts.jobs}
    assert (needs["push"], needs["clean"], facts.jobs[1].condition, facts.jobs[1].tolerated) == (
        ["scan", "test"], [], "when", True,
    )  # fmt: skip
    assert [(each.reference, each.pinned, each.branch, each.local) for each in facts.uses] == [
        (f"bundles: r/t@{DIGEST}", True, False, False),
        ("bundles: r/t:1", False, False, False),
        ("hub: n@1", False, False, False),
        ("http: https://x", False, False, False),
        ("cluster: ", True, False, True),
        ("git: o/r", False, True, False),
    ]
    assert [command.job for command in facts.commands] == ["inline"]


def test_runs_and_step_actions():
    run = "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {generateName: b-}\nspec: {pipelineSpec: {tasks: [{name: a}]}}\n"
    asset = one(run, "r.yaml")
    assert (asset.facts.sort, asset.facts.name, [job.name for job in asset.facts.jobs]) == ("run", "b-", ["a"])
    action = "apiVersion: tekton.dev/v1beta1\nkind: StepAction\nmetadata: {}\nspec: {image: a, script: pytest}\n"
    asset = one(action, "s.yaml")
    assert (asset.facts.name, [each.effect for each in asset.facts.commands]) == ("unnamed", ["test"])
    run = "apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: t}\nspec: {taskSpec: {steps: [{image: a, script: tox}]}}\n"
    assert [each.effect for each in one(run, "t.yaml").facts.commands] == ["test"]


def test_templates_and_listeners():
    source = """\
    apiVersion: triggers.tekton.dev/v1beta1
    kind: TriggerTemplate
    metadata: {name: t}
    spec:
      resourcetemplates:
        - {apiVersion: tekton.dev/v1, kind: PipelineRun, metadata: {name: a}, spec: {pipelineRef: {resolver: git}}}
        - {apiVersion: v1, kind: ConfigMap}
        - {apiVersion: triggers.tekton.dev/v1beta1, kind: TriggerTemplate}
    ---
    apiVersion: triggers.tekton.dev/v1beta1
    kind: EventListener
    metadata: {name: l}
    spec:
      triggers:
        - {name: a, interceptors: [{ref: {name: github}, params: [{name: secretRef, value: {secretName: s}}]}]}
        - {name: b}
        - {triggerRef: c}
        - {name: d, interceptors: [{webhook: {objectRef: {name: x}}}]}
        - {name: e, interceptors: [{ref: {name: cel}, params: [{name: filter, value: "true"}]}]}
        - {name: f, interceptors: [{ref: {name: our-signatures}}]}
        - {name: g, interceptors: [{ref: {name: [a]}}]}
    """
    template, listener = pipelines(source, "t.yaml")
    assert (template.id, template.spots[""].line) == ("pipeline/t.yaml/tekton.pipelinerun.t.a", 6)
    assert template.facts.uses[0].branch is True
    assert [(each.name, each.verified) for each in listener.facts.triggers] == [
        ("a", True), ("b", False), ("c", UNSET), ("d", UNSET), ("e", False), ("f", UNSET),
        ("g", UNSET),
    ]  # fmt: skip
    assert listener.facts.sort == "trigger"


def test_other_objects_of_the_same_groups_are_none():
    assert not pipelines("apiVersion: tekton.dev/v1\nkind: CustomRun\nmetadata: {name: a}\n", "a.yaml")
    assert not pipelines("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n", "a.yaml")
    assert not pipelines("apiVersion: v1\nkind: Task\n", "a.yaml")


ARGO = f"""\
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {{name: nightly}}
spec:
  schedules: ["0 4 * * *", "0 5 * * *"]
  workflowSpec:
    workflowTemplateRef: {{name: base}}
    templates:
      - name: main
        dag:
          tasks:
            - {{name: t, template: train}}
            - {{name: p, template: publish, dependencies: [t]}}
            - {{name: q, template: report, depends: "p.Succeeded && t"}}
            - {{name: r, templateRef: {{name: shared, template: x}}}}
      - name: line
        steps:
          - [{{name: a, template: train}}]
          - [{{name: b, template: publish}}]
          - text
      - name: train
        inputs:
          artifacts:
            - {{name: code, git: {{repo: "https://g/c", revision: {SHA}}}}}
            - {{name: main, git: {{repo: "https://g/d"}}}}
            - {{name: raw, raw: {{data: x}}}}
        container: {{image: a, command: [bash, -c, "pytest {{{{inputs.parameters.x}}}}"]}}
      - name: publish
        script: {{image: b, command: [bash], source: "hf upload {{{{=workflow.parameters.m}}}} ."}}
      - name: report
        containerSet: {{containers: [{{name: x, image: c, command: [sh], args: [-c, "bandit ."]}}]}}
"""


def test_argos_templates_are_jobs():
    asset = one(ARGO, "w.yaml")
    facts = asset.facts
    assert (asset.id, facts.sort) == ("pipeline/w.yaml/argo.cronworkflow.nightly", "workflow")
    assert [(each.name, each.filters, each.outsiders) for each in facts.triggers] == [
        ("cron", ["0 4 * * *"], False), ("cron", ["0 5 * * *"], False),
    ]  # fmt: skip
    needs = {job.name: job.needs for job in facts.jobs}
    assert (needs["publish"], needs["report"], needs["train"]) == (["train"], ["publish", "train"], [])
    assert [(each.sort, each.name, each.pinned, each.branch, each.local) for each in facts.uses] == [
        ("template", "shared", True, False, True),
        ("code", "https://g/c", True, False, False),
        ("code", "https://g/d", False, True, False),
        ("template", "base", True, False, True),
    ]
    assert [(each.effect, each.job) for each in facts.commands] == [
        ("test", "train"), ("model_push", "publish"), ("scan", "report"),
    ]  # fmt: skip
    assert [each.parameters for each in facts.steps] == [
        ["{{inputs.parameters.x}}"], ["{{=workflow.parameters.m}}"], [],
    ]  # fmt: skip


def test_a_single_schedule_and_scripts_that_are_no_shell():
    cron = "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: a}\nspec: {schedule: '@daily'}\n"
    assert [each.filters for each in one(cron, "c.yaml").facts.triggers] == [["@daily"]]
    flow = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\n"
        "spec: {templates: [{name: t, script: {image: a, source: '(((('}}]}\n"
    )
    assert [item.kind for item in items(flow, "w.yaml") if isinstance(item, Gap)] == ["unreadable"]


def test_tasks_of_the_hub_and_of_an_address():
    def use(resolver: str, **params: str) -> tuple[object, object]:
        given = ", ".join(f"{{name: {name}, value: '{value}'}}" for name, value in params.items())
        source = f"apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {{name: r}}\nspec: {{taskRef: {{resolver: {resolver}, params: [{given}]}}}}\n"
        (found,) = one(source, "run.yaml").facts.uses
        return found.pinned, found.branch

    assert use("http", url="http://x/y.yaml") == (False, False)
    assert use("http", url=f"https://x/{SHA}/y.yaml") == (True, False)
    assert use("http", url="https://x/y.yaml", digest=DIGEST) == (True, False)
    assert use("http", url="https://x/y.yaml", digest=f"sha512:{'0' * 128}") == (True, False)
    assert use("hub", name="git-clone") == (False, True)
    assert use("hub", name="git-clone", version=">= 0.5.0") == (False, True)
    assert use("hub", name="git-clone", version="0.5") == (False, False)


def workloads(source: str) -> list[Workload]:
    found = [item for item in items(source, "w.yaml") if isinstance(item, Asset)]
    return [item.facts for item in found if isinstance(item.facts, Workload)]


def test_pods_that_argo_patches():
    source = """\
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata: {name: w}
    spec:
      podSpecPatch: '{"hostPID": true, "containers": [{"name": "main", "securityContext": {"privileged": true}}]}'
      templates:
        - name: a
          container: {image: a, securityContext: {runAsUser: 7}}
          podSpecPatch: |
            hostNetwork: true
            containers: [{name: extra, image: b}, {name: wait, resources: {}}, text]
            volumes: [{name: v, hostPath: {path: /}}]
    """
    (pod,) = workloads(source)
    assert (pod.host_pid, pod.host_network, pod.host_ipc) == (True, True, False)
    assert [(each.name, each.image, each.privileged, each.run_as_user) for each in pod.containers] == [
        ("main", "a", True, 7), ("extra", "b", False, None),
    ]  # fmt: skip
    assert [each.host_path for each in pod.volumes] == ["/"]
    asset = next(
        item for item in items(source, "w.yaml") if isinstance(item, Asset) and isinstance(item.facts, Workload)
    )
    assert [(asset.spots[fact].line, asset.spots[fact].pointer) for fact in ("host_pid", "host_network")] == [
        (5, "/spec/podSpecPatch"), (9, "/spec/templates/0/podSpecPatch"),
    ]  # fmt: skip


def test_a_patch_that_cannot_be_read_leaves_open_what_it_may_change():
    for patch in ('"{{inputs.parameters.patch}}"', "'{'", "[a]", f'"{"x" * 70000}"'):
        source = f"""\
        apiVersion: argoproj.io/v1alpha1
        kind: WorkflowTemplate
        metadata: {{name: w}}
        spec:
          templates:
            - name: a
              podSpecPatch: {patch}
              container: {{image: a}}
        """
        (pod,) = workloads(source)
        assert (pod.host_pid, pod.host_network, pod.service_account) == (UNSET, UNSET, UNSET)
        assert [(each.name, each.image, each.privileged) for each in pod.containers] == [("main", "a", UNSET)]


def test_objects_that_argo_creates():
    source = """\
    apiVersion: argoproj.io/v1alpha1
    kind: CronWorkflow
    metadata: {name: w}
    spec:
      workflowSpec:
        templates:
          - name: a
            resource:
              action: create
              manifest: |
                apiVersion: v1
                kind: Pod
                metadata: {name: {{workflow.name}}}
                spec:
                  containers:
                    - image: {{inputs.parameters.image}}
                      name: x
                      securityContext: {privileged: true}
          - {name: b, resource: {action: get, manifest: "apiVersion: v1\\nkind: Pod\\nspec: {containers: [{name: y}]}"}}
          - {name: c, resource: {action: create, manifestFrom: {artifact: {name: z}}}}
          - {name: d, resource: {action: apply, manifest: "{"}}
    """
    found = items(source, "w.yaml")
    pod = next(item for item in found if isinstance(item, Asset) and isinstance(item.facts, Workload))
    (container,) = pod.facts.containers
    assert (container.name, container.image, container.privileged) == ("x", UNSET, True)
    spot = pod.spots["containers[0].privileged"]
    assert spot.line == 18
    assert spot.pointer.startswith("/spec/workflowSpec/templates/0/resource/manifest/spec/")
    assert len(workloads(source)) == 1
    assert [(item.kind, item.line) for item in found if isinstance(item, Gap)] == [("left_out", 20), ("unreadable", 21)]


def test_objects_inside_objects_end():
    text = '"apiVersion: v1\\nkind: Pod\\nmetadata: {name: p}\\nspec: {containers: [{name: y, image: z}]}"'
    for depth in range(5):
        source = f'{{"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {{"name": "w"}}, "spec": {{"templates": [{{"name": "a", "resource": {{"action": "create", "manifest": {text}}}}}]}}}}'
        assert len(workloads(source)) == (depth < 3)
        text = json.dumps(source)


def test_pods_of_the_runs_of_tekton():
    source = """\
    apiVersion: tekton.dev/v1
    kind: PipelineRun
    metadata: {name: r}
    spec:
      pipelineRef: {name: p}
      taskRunTemplate: {podTemplate: {hostNetwork: true}}
      taskRunSpecs:
        - {pipelineTaskName: a, podTemplate: {securityContext: {runAsUser: 0}}}
        - {pipelineTaskName: b, taskPodTemplate: {hostNetwork: false}}
      other: {podTemplate: {hostNetwork: true}}
    """
    found = workloads(source)
    assert [(pod.host_network, pod.containers) for pod in found] == [(True, UNSET), (UNSET, UNSET), (False, UNSET)]


@pytest.mark.parametrize(
    ("source", "sort", "unprotected"),
    [
        ("http: {url: 'http://models.example/m.bin'}", "artifact", True),
        ("http: {url: 'https://models.example/m.bin'}", "artifact", False),
        ("http: {url: 'http://service/m.bin'}", "artifact", False),
        ("http: {url: 'http://service.ns.svc.cluster.local:80/m.bin'}", "artifact", False),
        ("http: {url: 'http://{{inputs.parameters.host}}/m.bin'}", "artifact", UNSET),
        ("http: {url: '{{inputs.parameters.url}}'}", "artifact", UNSET),
        ("git: {repo: 'git@g.example:x', insecureIgnoreHostKey: true}", "code", True),
        ("git: {repo: 'https://g.example/x', insecureSkipTLS: true}", "code", True),
        ("git: {repo: 'http://g.example/x'}", "code", True),
        ("git: {repo: 'git@g.example:x'}", "code", False),
        ("s3: {endpoint: s3.example.com, insecure: true, key: k}", "artifact", True),
        ("s3: {endpoint: 'minio.argo:9000', insecure: true, key: k}", "artifact", False),
        ("s3: {endpoint: 'minio:9000', insecure: true, key: k}", "artifact", False),
        ("s3: {insecure: true, key: k}", "artifact", UNSET),
        ("s3: {endpoint: '{{x}}', insecure: true, key: k}", "artifact", UNSET),
    ],
)
def test_artifacts_and_how_they_come(source, sort, unprotected):
    template = f"{{name: a, inputs: {{artifacts: [{{name: x, path: /x, {source}}}]}}, container: {{image: a}}}}"
    text = (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {{name: w}}\nspec: {{templates: [{template}]}}\n"
    )
    (use,) = one(text, "w.yaml").facts.uses
    assert (use.sort, use.unprotected, use.job) == (sort, unprotected, "a")


def test_artifacts_of_the_whole_workflow_and_of_its_calls():
    text = """\
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata: {name: w}
    spec:
      arguments: {artifacts: [{name: x, http: {url: 'http://a.example/x'}}, {name: y, s3: {key: k}}]}
      templates:
        - name: a
          dag: {tasks: [{name: t, template: b, arguments: {artifacts: [{name: x, http: {url: 'http://b.example/x'}}]}}]}
    """
    assert [(use.name, use.job) for use in one(text, "w.yaml").facts.uses] == [
        ("http://b.example/x", "a"), ("http://a.example/x", None),
    ]  # fmt: skip


def test_an_event_source_of_argo():
    asset = one(
        """\
        apiVersion: argoproj.io/v1alpha1
        kind: EventSource
        metadata: {name: hooks}
        spec:
          webhook:
            open: {port: "12000", endpoint: /a}
            kept: {authSecret: {name: a, key: b}}
            odd: text
          sns:
            unchecked: {validateSignature: false}
            checked: {validateSignature: true}
          calendar:
            daily: {schedule: "0 0 * * *"}
        """,
        "a.yaml",
    )
    assert (asset.id, asset.facts.sort) == ("pipeline/a.yaml/argo.eventsource.hooks", "trigger")
    assert [(each.name, each.verified) for each in asset.facts.triggers] == [
        ("open", False), ("kept", True), ("unchecked", False), ("checked", True),
    ]  # fmt: skip
    assert asset.spots["triggers[0]"].line == 6
