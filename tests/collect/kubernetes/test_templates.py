"""Pod templates wherever they hide, with the pointer to each container and the place of its image."""

from __future__ import annotations

from textwrap import indent

import pytest
from tests.collect.looking import one, workloads

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET

CONTAINERS = "containers:\n- name: c\n  image: r.io/i:1\n  securityContext: {privileged: true}\n"


def nest(path: str, body: str = CONTAINERS) -> str:
    """`body` under the keys of `path`; `x[]` is a list of one mapping."""
    for key in reversed(path.split(".")):
        if key.endswith("[]"):
            inner = indent(body, "  ").replace("  ", "- ", 1)
            body = f"{key[:-2]}:\n{inner}"
        else:
            body = f"{key}:\n{indent(body, '  ')}"
    return body


def document(version: str, kind: str, path: str, body: str = CONTAINERS) -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: n\n{nest(path, body)}"


NATIVE = [
    ("v1", "Pod", "spec"),
    ("v1", "PodTemplate", "template.spec"),
    ("v1", "ReplicationController", "spec.template.spec"),
    ("apps/v1", "Deployment", "spec.template.spec"),
    ("apps/v1", "StatefulSet", "spec.template.spec"),
    ("apps/v1", "DaemonSet", "spec.template.spec"),
    ("apps/v1", "ReplicaSet", "spec.template.spec"),
    ("batch/v1", "Job", "spec.template.spec"),
    ("batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec"),
    ("apps.openshift.io/v1", "DeploymentConfig", "spec.template.spec"),
    ("ray.io/v1", "RayCluster", "spec.headGroupSpec.template.spec"),
    ("ray.io/v1", "RayCluster", "spec.workerGroupSpecs[].template.spec"),
    ("ray.io/v1", "RayJob", "spec.rayClusterSpec.headGroupSpec.template.spec"),
    ("ray.io/v1", "RayJob", "spec.submitterPodTemplate.spec"),
    ("ray.io/v1", "RayService", "spec.rayClusterConfig.workerGroupSpecs[].template.spec"),
    ("ray.io/v1", "RayCronJob", "spec.jobTemplate.rayClusterSpec.headGroupSpec.template.spec"),
    ("kubeflow.org/v1", "PyTorchJob", "spec.pytorchReplicaSpecs.Worker.template.spec"),
    ("kubeflow.org/v1", "TFJob", "spec.tfReplicaSpecs.PS.template.spec"),
    ("kubeflow.org/v2beta1", "MPIJob", "spec.mpiReplicaSpecs.Launcher.template.spec"),
    ("kubeflow.org/v1", "XGBoostJob", "spec.xgbReplicaSpecs.Master.template.spec"),
    ("kubeflow.org/v1", "PaddleJob", "spec.paddleReplicaSpecs.Worker.template.spec"),
    ("kubeflow.org/v1", "JAXJob", "spec.jaxReplicaSpecs.Worker.template.spec"),
    (
        "trainer.kubeflow.org/v1alpha1", "ClusterTrainingRuntime",
        "spec.template.spec.replicatedJobs[].template.spec.template.spec",
    ),
    ("kubeflow.org/v1", "Notebook", "spec.template.spec"),
    ("serving.kserve.io/v1beta1", "InferenceService", "spec.predictor"),
    ("serving.kserve.io/v1beta1", "InferenceService", "spec.transformer"),
    ("serving.kserve.io/v1alpha1", "ServingRuntime", "spec"),
    ("serving.kserve.io/v1alpha1", "ClusterServingRuntime", "spec"),
    ("serving.kserve.io/v1alpha1", "LLMInferenceService", "spec.template"),
    ("serving.kserve.io/v1alpha1", "LLMInferenceService", "spec.prefill.worker"),
    ("jobset.x-k8s.io/v1alpha2", "JobSet", "spec.replicatedJobs[].template.spec.template.spec"),
    ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "spec.leaderWorkerTemplate.workerTemplate.spec"),
    ("batch.volcano.sh/v1alpha1", "Job", "spec.tasks[].template.spec"),
    ("machinelearning.seldon.io/v1", "SeldonDeployment", "spec.predictors[].componentSpecs[].spec"),
    ("argoproj.io/v1alpha1", "Rollout", "spec.template.spec"),
    ("serving.knative.dev/v1", "Service", "spec.template.spec"),
    ("example.com/v1", "NobodyHeardOfIt", "spec.layers[].deeper.podThing"),
    ("kro.run/v1alpha1", "ResourceGraphDefinition", "spec.resources[].template.spec.template.spec"),
    ("argoproj.io/v1alpha1", "Sensor", "spec.triggers[].template.k8s.source.resource.spec.data"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "kind", "path"), NATIVE, ids=lambda value: value if "." in value else None)
def test_a_template_is_found_in(version, kind, path):
    text = document(version, kind, path)
    asset = one(text)
    (container,) = asset.facts.containers
    assert (asset.facts.controller, asset.facts.name, container.privileged) == (kind, "n", True)
    pointer = "/" + path.replace("[]", ".0").replace(".", "/")
    line = text.splitlines().index(next(line for line in text.splitlines() if "image:" in line)) + 1
    column = text.splitlines()[line - 1].index("image:") + 1
    assert asset.spot("containers[0].image") == Spot(line, column, f"{pointer}/containers/0/image")
    assert asset.spot("containers[0].digest") == asset.spot("containers[0].image")
    assert asset.spot("containers[0].privileged") == Spot(
        line + 1, column + 18, f"{pointer}/containers/0/securityContext/privileged",
    )  # fmt: skip
    assert asset.spot("").pointer == pointer


ARGO = "image: r.io/i:1\nsecurityContext: {privileged: true}\n"


@pytest.mark.parametrize(
    ("version", "kind", "path", "body", "name"),
    [
        ("argoproj.io/v1alpha1", "Workflow", "spec.templates[].container", ARGO, "main"),
        ("argoproj.io/v1alpha1", "WorkflowTemplate", "spec.templates[].script", ARGO, "main"),
        ("argoproj.io/v1alpha1", "CronWorkflow", "spec.workflowSpec.templates[].container", ARGO, "main"),
        ("argoproj.io/v1alpha1", "Workflow", "spec.templates[].containerSet.containers[]", f"name: m\n{ARGO}", "m"),
        ("argoproj.io/v1alpha1", "Workflow", "spec.templateDefaults.container", ARGO, "main"),
        ("argoproj.io/v1alpha1", "Workflow", "spec.templates[].container", f"name: own\n{ARGO}", "own"),
        ("tekton.dev/v1", "Task", "spec.steps[]", f"name: s\n{ARGO}", "s"),
        ("tekton.dev/v1", "Pipeline", "spec.tasks[].taskSpec.steps[]", f"name: s\n{ARGO}", "s"),
        ("trainer.kubeflow.org/v1alpha1", "TrainJob", "spec.trainer", ARGO, "node"),
        ("serving.kserve.io/v1beta1", "InferenceService", "spec.predictor.model", ARGO, "kserve-container"),
        *(
            ("serving.kserve.io/v1beta1", "InferenceService", f"spec.predictor.{name}", ARGO, "kserve-container")
            for name in "sklearn xgboost tensorflow pytorch triton onnx huggingface pmml lightgbm paddle".split()
        ),
        ("sparkoperator.k8s.io/v1beta2", "SparkApplication", "spec.driver", ARGO, "spark-kubernetes-driver"),
        (
            "sparkoperator.k8s.io/v1beta2", "ScheduledSparkApplication", "spec.template.executor", ARGO,
            "spark-kubernetes-executor",
        ),
    ],
)  # fmt: skip
def test_a_container_without_a_pod_spec_becomes_one(version, kind, path, body, name):
    text = document(version, kind, path, body)
    asset = one(text)
    (container,) = asset.facts.containers
    assert (container.name, container.image, container.tag, container.privileged) == (name, "r.io/i:1", "1", True)
    pointer = "/" + path.replace("[]", ".0").replace(".", "/")
    line = text.splitlines().index(next(line for line in text.splitlines() if "image:" in line)) + 1
    assert asset.spot("containers[0].image")[::2] == (line, f"{pointer}/image")
    assert asset.spot("containers[0].privileged").pointer == f"{pointer}/securityContext/privileged"


def test_an_argo_pod_takes_what_its_template_leaves_out_from_the_workflow():
    text = """
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {name: w, labels: {a: outer}}
        spec:
          serviceAccountName: runner
          hostNetwork: true
          activeDeadlineSeconds: 60
          ttlStrategy: {secondsAfterCompletion: 5}
          securityContext: {runAsNonRoot: true, runAsUser: 7}
          volumes: [{name: outer, hostPath: {path: /outer}}]
          templates:
            - name: steps
              steps: [[{name: a, template: run}]]
            - name: run
              metadata: {labels: {a: inner}}
              serviceAccountName: own
              volumes: [{name: inner, hostPath: {path: /inner}}]
              initContainers: [{name: before, image: b}]
              sidecars: [{name: beside, image: s}]
              container:
                image: i
                volumeMounts: [{name: outer, mountPath: /o, readOnly: true}, {name: inner, mountPath: /i}]
        """
    asset = one(text)
    facts = asset.facts
    assert [(c.name, c.role) for c in facts.containers] == [("main", "main"), ("beside", "main"), ("before", "init")]
    assert [m.host_path for m in facts.containers[0].mounts] == ["/outer", "/inner"]
    assert [(v.host_path, v.writable) for v in facts.volumes] == [("/inner", True), ("/outer", False)]
    assert (facts.service_account, facts.host_network, facts.labels) == ("own", True, {"a": "inner"})
    assert (facts.deadline_seconds, facts.ttl_seconds) == (60, 5)
    assert (facts.containers[1].run_as_user, facts.containers[1].run_as_non_root) == (7, True)
    here = "/spec/templates/1"
    assert asset.spot("containers[0].mounts[1].path").pointer == f"{here}/container/volumeMounts/1/mountPath"
    assert asset.spot("containers[1].image").pointer == f"{here}/sidecars/0/image"
    assert asset.spot("containers[2].image").pointer == f"{here}/initContainers/0/image"
    assert asset.spot("volumes[1].host_path") == Spot(11, 38, "/spec/volumes/0/hostPath/path")
    assert asset.spot("volumes[0].host_path").pointer == f"{here}/volumes/0/hostPath/path"
    assert asset.spot("host_network") == Spot(7, 3, "/spec/hostNetwork")
    assert asset.spot("service_account").pointer == f"{here}/serviceAccountName"
    assert asset.spot('labels["a"]').pointer == f"{here}/metadata/labels/a"
    assert asset.spot("deadline_seconds").pointer == "/spec/activeDeadlineSeconds"
    assert asset.spot("ttl_seconds").pointer == "/spec/ttlStrategy/secondsAfterCompletion"


def test_an_argo_container_set_comes_with_its_sidecars():
    asset = one(
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        spec:
          templates:
            - containerSet: {containers: [{name: a, image: x}, {name: b, image: y}]}
              sidecars: [{name: c, image: z}, not a mapping]
        """
    )
    assert [c.name for c in asset.facts.containers] == ["a", "b", "c"]
    assert asset.spot("containers[1].image").pointer == "/spec/templates/0/containerSet/containers/1/image"


def test_a_tekton_step_takes_what_it_leaves_out_from_the_step_template():
    asset = one(
        """
        apiVersion: tekton.dev/v1
        kind: Task
        metadata: {name: t}
        spec:
          stepTemplate: {securityContext: {runAsUser: 3}, image: common}
          volumes: [{name: v, hostPath: {path: /v}}]
          steps:
            - name: a
              image: $(params.image)
              computeResources: {limits: {nvidia.com/gpu: 2, memory: 1Gi}}
            - name: b
              securityContext: {privileged: true}
          sidecars: [{name: c, image: d}]
        """
    )
    first, second, third = asset.facts.containers
    assert (first.image, first.run_as_user, first.gpu_count, first.memory_limit_bytes) == (UNSET, 3, 2, 1 << 30)
    assert (second.image, second.privileged, second.run_as_user) == ("common", True, None)
    assert (third.image, third.run_as_user) == ("d", None)
    assert asset.facts.volumes[0].host_path == "/v"
    assert asset.spot("containers[0].gpu_count").pointer == "/spec/steps/0/computeResources/limits/nvidia.com~1gpu"
    assert asset.spot("containers[0].run_as_user").pointer == "/spec/stepTemplate/securityContext/runAsUser"
    assert asset.spot("containers[1].image") == Spot(6, 51, "/spec/stepTemplate/image")


def test_a_training_job_says_only_what_its_runtime_does_not():
    asset = one(
        """
        apiVersion: trainer.kubeflow.org/v1alpha1
        kind: TrainJob
        metadata: {name: t, namespace: n, labels: {a: b}}
        spec:
          runtimeRef: {name: torch}
          activeDeadlineSeconds: 9
          trainer:
            image: r.io/t:2
            command: [torchrun]
            args: [train.py]
            env: [{name: A, value: b}]
            numNodes: 2
            resourcesPerNode: {limits: {nvidia.com/gpu: 4}}
        """
    )
    facts = asset.facts
    (node,) = facts.containers
    assert (node.name, node.image, node.argv, node.gpu_count) == ("node", "r.io/t:2", ["torchrun", "train.py"], 4)
    assert (node.entrypoint_replaced, node.env[0].name, node.privileged, node.env_from) == (True, "A", UNSET, UNSET)
    assert (facts.gpu_count, facts.host_network, facts.volumes, facts.service_account) == (4, UNSET, UNSET, UNSET)
    assert (facts.name, facts.namespace, facts.labels, facts.deadline_seconds) == ("t", "n", {"a": "b"}, 9)
    assert asset.spot("containers[0].gpu_count").pointer == "/spec/trainer/resourcesPerNode/limits/nvidia.com~1gpu"
    assert asset.spot("").pointer == "/spec/trainer"


def test_a_patch_of_a_runtime_is_no_whole_pod():
    asset = one(
        document(
            "trainer.kubeflow.org/v1alpha1", "TrainJob", "spec.podTemplateOverrides[].spec",
            "hostPID: true\ncontainers: [{name: node}]\n",
        )
    )  # fmt: skip
    assert (asset.facts.host_pid, asset.facts.host_network) == (True, UNSET)
    assert asset.facts.containers[0].privileged is UNSET


def test_a_model_server_is_one_container_beside_the_predictors_own_and_its_workers():
    first, second = workloads(
        """
        apiVersion: serving.kserve.io/v1beta1
        kind: InferenceService
        metadata: {name: m}
        spec:
          predictor:
            serviceAccountName: s
            containers: [{name: extra, image: e}]
            model:
              modelFormat: {name: huggingface}
              storageUri: hf://a/b
              args: [--model_name=x]
              resources: {limits: {nvidia.com/gpu: 1}}
            workerSpec: {containers: [{name: worker-container, image: w}]}
        """
    )
    model, extra = first.facts.containers
    assert (model.name, model.image, model.tag, model.argv) == ("kserve-container", UNSET, UNSET, ["--model_name=x"])
    assert (model.gpu_count, model.privileged, extra.image) == (1, UNSET, "e")
    assert (first.facts.service_account, first.facts.host_network) == ("s", UNSET)
    assert first.spot("containers[1].image").pointer == "/spec/predictor/containers/0/image"
    assert (second.facts.containers[0].image, second.spot("").pointer) == ("w", "/spec/predictor/workerSpec")


def test_a_runtime_keeps_its_workers_beside_its_containers():
    found = workloads(
        "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\n"
        "spec:\n  containers: [{name: a}]\n  workerSpec: {containers: [{name: b}]}\n"
    )
    assert [asset.facts.containers[0].name for asset in found] == ["a", "b"]


def test_a_spark_application_has_a_driver_and_executors():
    driver, executor = workloads(
        """
        apiVersion: sparkoperator.k8s.io/v1beta2
        kind: SparkApplication
        metadata: {name: s}
        spec:
          image: r.io/spark:3
          volumes: [{name: v, hostPath: {path: /v}}]
          driver:
            serviceAccount: d
            securityContext: {privileged: true}
            podSecurityContext: {runAsUser: 5}
            volumeMounts: [{name: v, mountPath: /x}]
          executor:
            image: r.io/exec:4
            hostNetwork: true
            gpu: {name: nvidia.com/gpu, quantity: 2}
            securityContext: {runAsUser: 9}
            sidecars: [{name: side, image: z}]
        """
    )
    (main,) = driver.facts.containers
    assert (main.image, main.privileged, main.run_as_user, main.mounts[0].host_path) == ("r.io/spark:3", True, 5, "/v")
    assert (driver.facts.service_account, driver.facts.host_network) == ("d", False)
    assert driver.spot("containers[0].image") == Spot(6, 3, "/spec/image")
    assert driver.spot("containers[0].privileged").pointer == "/spec/driver/securityContext/privileged"
    main, side = executor.facts.containers
    assert (main.image, main.gpu_count, main.run_as_user, side.run_as_user) == ("r.io/exec:4", 2, 9, None)
    assert (executor.facts.gpu_count, executor.facts.host_network) == (2, True)
    assert executor.spot("containers[0].gpu_count").pointer == "/spec/executor/gpu/quantity"
    assert executor.spot("containers[1].image").pointer == "/spec/executor/sidecars/0/image"


@pytest.mark.parametrize(
    "spec",
    [
        "status: {containers: [{name: a, image: b}]}",
        "data: {containers: [{name: a, image: b}]}",
        "spec: {containers: []}",
        "spec: {containers: [1, a]}",
        "spec: {containers: {name: a}}",
        "spec: {containers: [{x: 1}]}",
        "spec: {validation: {openAPIV3Schema: {containers: [{name: a, image: b}]}}}",
        "spec: {steps: [[{image: a}]]}",
        "spec: {steps: [{name: a}]}",
        "spec: {container: {name: a}}",
        "spec: {template: {container: image}, trainer: {image: a}, driver: {image: a}, model: {image: a}}",
        "spec: {domain: {devices: {}}, volumes: [{containerDisk: {image: x}}]}",
    ],
)
def test_what_is_no_template_is_none(spec):
    assert workloads(f"apiVersion: example.com/v1\nkind: Thing\n{spec}\n") == []


@pytest.mark.parametrize(("kind", "spec"), [
    ("TrainJob", "{trainer: image}"), ("InferenceService", "{predictor: {model: x}}"), ("SparkApplication", "{driver: x}"),
])  # fmt: skip
def test_a_special_kind_of_another_shape_is_nothing(kind, spec):
    assert workloads(f"apiVersion: example.com/v1\nkind: {kind}\nspec: {spec}\n") == []


def test_templates_that_share_their_text_are_two_workloads():
    found = workloads(
        """
        apiVersion: example.com/v1
        kind: Pair
        spec:
          first: &pod {containers: [{name: a, image: b}]}
          second: *pod
        """
    )
    assert [asset.id.rpartition(".")[2] for asset in found] == ["first", "second"]


def test_an_operator_completes_a_main_container_that_stands_alone():
    asset = one(
        """\
        apiVersion: nvidia.com/v1alpha1
        kind: DynamoGraphDeployment
        metadata: {name: n}
        spec:
          services:
            Worker:
              envs: [{name: A, value: b}]
              resources: {limits: {gpu: "2"}}
              extraPodSpec:
                hostPID: true
                mainContainer: {image: "r.io/i:1", securityContext: {privileged: true}}
        """
    )
    (container,) = asset.facts.containers
    assert (asset.partial, asset.facts.host_pid, asset.facts.host_ipc) == (True, True, UNSET)
    assert (container.name, container.image, container.privileged) == ("main", "r.io/i:1", True)
    assert (container.gpu_count, container.gpu_resources) == (2, ["nvidia.com/gpu"])
    assert [each.name for each in container.env] == ["A"]
    assert asset.spot("containers[0].env[0]").pointer == "/spec/services/Worker/envs/0"
    assert asset.spot("containers[0].privileged").pointer.endswith("/mainContainer/securityContext/privileged")


def test_a_nim_service_is_one_container_whose_image_is_in_parts():
    text = """\
        apiVersion: apps.nvidia.com/v1alpha1
        kind: NIMService
        metadata: {name: n}
        spec:
          image: {repository: nvcr.io/nim/meta/llama, tag: 1.0.0}
          authSecret: s
          resources: {limits: {nvidia.com/gpu: 1}}
        """
    asset = one(text)
    (container,) = asset.facts.containers
    assert (asset.partial, container.image, container.tag) == (True, "nvcr.io/nim/meta/llama:1.0.0", "1.0.0")
    assert (container.gpu_count, container.privileged) == (1, UNSET)
    assert one(text.replace(", tag: 1.0.0", "")).facts.containers[0].image == "nvcr.io/nim/meta/llama"
    assert one(text.replace("{repository: nvcr.io/nim/meta/llama, tag: 1.0.0}", "x")).facts.containers[0].image == "x"
