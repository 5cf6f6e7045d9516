"""Objects that keep containers in another shape than a pod spec, turned into pod specs.

Sources, checked 2026-11-21: argo-workflows workflowpod.go (what a pod takes from its template and its workflow), Tekton
Task API, kubeflow/trainer trainjob_types.go, kserve predictor.go, spark-operator sparkapplication_types.go; checked
2026-11-27: the API reference of NVIDIA Dynamo's operator (extraPodSpec) and of the NIM operator (NIMService); checked
2026-11-30: Tekton, "Pod templates" and "PipelineRuns" (`taskRunTemplate`, `taskRunSpecs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from holdfast.collect.fields import Composed, Gathered, escape
from holdfast.formats.yaml import Mapping, Sequence

ARGO_SPEC = (
    "hostNetwork", "serviceAccountName", "automountServiceAccountToken", "securityContext", "nodeSelector",
)  # fmt: skip
"""What an Argo template takes from its workflow when it does not say so itself."""
MODELS = (
    "model", "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "pmml", "lightgbm",
    "paddle",
)  # fmt: skip
"""Where a KServe predictor keeps its model server, of which the serving runtime decides the rest."""
SPARK = frozenset(("SparkApplication", "ScheduledSparkApplication"))
TRIGGERS = frozenset((
    "container", "script", "containerSet", "steps", "podTemplate", "taskPodTemplate", "trainer", "driver", "executor",
    "mainContainer", "authSecret",
    *MODELS,
))  # fmt: skip
"""A mapping with none of these keys has none of the shapes."""
EVERYTHING = None
"""The walk goes on through the whole mapping: it is not the pod spec itself."""
NOTHING: frozenset[str] = frozenset()
LISTS = frozenset(("containers", "initContainers", "volumes"))
"""Keys of a pod spec whose items keep their own places."""
RUNS = frozenset(("taskRef", "taskSpec", "pipelineRef", "pipelineSpec", "pipelineTaskName"))
BESIDE = frozenset(("worker", "workerSpec"))
"""Keys of a pod spec under which its operator keeps a second one."""

Found = list[tuple[Mapping, Mapping, tuple[str, ...]]]
"""Pod spec, mapping with its metadata, and the steps to it from the mapping that was asked about."""


class Place(NamedTuple):
    """A value, where it starts, and its pointer."""

    value: Any
    mark: Any
    pointer: str


def shaped(kind: str, value: Mapping, holder: Mapping, path: tuple[str, ...]) -> tuple[Found, frozenset[str] | None]:
    """The pod specs that `value` stands for, and under which of its keys there may be more (None: all)."""
    here = "".join(f"/{escape(step)}" for step in path)
    if kind == "TrainJob" and isinstance(value.get("trainer"), Mapping):
        return [(_trainer(value["trainer"], f"{here}/trainer"), value, ("trainer",))], EVERYTHING
    if kind == "InferenceService" and path[-1:] == ("predictor",):
        spec = _predictor(value, here)
        return ([(spec, _at(value, here), ())], BESIDE) if spec else ([], EVERYTHING)
    if kind in SPARK:
        roles = [role for role in ("driver", "executor") if isinstance(value.get(role), Mapping)]
        return [(_spark(value, role, here), value, (role,)) for role in roles], EVERYTHING
    if isinstance(value.get("mainContainer"), Mapping) or (kind == "NIMService" and path == ("spec",)):
        return [(_operated(value, holder, here), _at(value, here), ())], NOTHING
    spec = _argo(value, holder, path, here) or _tekton(value, here)
    if spec is None:
        return _of_run(value, path), EVERYTHING
    return [(spec, _at(value, here), ())], NOTHING


def patched(spec: Mapping) -> Composed:
    """A pod spec that only changes another one."""
    return _composed(spec, {}, partial=True)


def _argo(value: Mapping, holder: Mapping, path: tuple[str, ...], here: str) -> Composed | None:
    """A template with one `container` or `script`, or with a set of containers."""
    main: list[Place] = []
    for key in ("container", "script"):
        item = value.get(key)
        if isinstance(item, Mapping) and "image" in item:
            main.append(_named(item, f"{here}/{key}", "main"))
            break
    inside = value.get("containerSet")
    if isinstance(inside, Mapping):
        main += _items(inside, "containers", f"{here}/containerSet")
    if not main:
        return None
    extra = {"containers": _gathered([*main, *_items(value, "sidecars", here)])}
    patches = [(value, here)]
    if path[-2:-1] == ("templates",):
        outer = "".join(f"/{escape(step)}" for step in path[:-2])
        for key in ARGO_SPEC:
            if key in holder and key not in value:
                extra[key] = _place(holder, key, outer)
        extra["volumes"] = _gathered([*_items(value, "volumes", here), *_items(holder, "volumes", outer)])
        patches.insert(0, (holder, outer))
    whole = _composed(value, extra)
    for source, above in patches:
        if "podSpecPatch" in source:
            whole = _changed(whole, _place(source, "podSpecPatch", above))
    return whole


def _changed(spec: Composed, patch: Place) -> Composed:
    """A pod spec with Argo's patch; where that cannot be read, what it may change is unknown."""
    from holdfast.collect.kubernetes import pod_patches

    change = pod_patches.loaded(patch.value)
    whole = (
        pod_patches.closed(spec, patch.value, patch.mark)
        if change is None
        else pod_patches.merged(spec, change, patch.mark)
    )
    changed = pod_patches.CLOSED if change is None else change
    return _composed(whole, {key: Place(whole[key], patch.mark, patch.pointer) for key in changed if key not in LISTS})


def _tekton(value: Mapping, here: str) -> Composed | None:
    """A task: `steps` with images, and sidecars."""
    steps = _items(value, "steps", here)
    if not any("image" in step.value for step in steps):
        return None
    common = value.get("stepTemplate")
    found = []
    for step in [*steps, *_items(value, "sidecars", here)]:
        item: Mapping = step.value
        extra = {}
        if isinstance(common, Mapping) and step in steps:
            extra = {key: _place(common, key, f"{here}/stepTemplate") for key in common if key not in item}
        if "computeResources" in item:
            extra["resources"] = _place(item, "computeResources", step.pointer)
        found.append(Place(_composed(item, extra), item.mark, step.pointer))
    return _composed(value, {"containers": _gathered(found)})


def _of_run(value: Mapping, path: tuple[str, ...]) -> Found:
    """What a run of Tekton says of the pods of its tasks, whose containers the tasks say."""
    known = not RUNS.isdisjoint(value) or path[-1:] == ("taskRunTemplate",)
    keys = [key for key in ("podTemplate", "taskPodTemplate") if isinstance(value.get(key), Mapping)] if known else []
    unseen = {key: {"containers": Place("{{task}}", value.marks[key], f"/{key}")} for key in keys}
    return [(_composed(value[key], unseen[key], partial=True), value, (key,)) for key in keys]


def _trainer(trainer: Mapping, here: str) -> Composed:
    """What a training job says of its nodes; its runtime says the rest."""
    extra = {"resources": _place(trainer, "resourcesPerNode", here)} if "resourcesPerNode" in trainer else {}
    node = _named(_composed(trainer, extra), here, "node")
    return _composed(_empty(trainer.mark), {"containers": _gathered([node])}, partial=True)


def _predictor(predictor: Mapping, here: str) -> Composed | None:
    """A predictor that leaves its container to a serving runtime; a custom one is a pod spec."""
    found = [
        _named(predictor[key], f"{here}/{key}", "kserve-container")
        for key in MODELS
        if isinstance(predictor.get(key), Mapping)
    ]
    if not found:
        return None
    extra = {"containers": _gathered([*found, *_items(predictor, "containers", here)])}
    return _composed(predictor, extra, partial=True)


def _operated(value: Mapping, around: Mapping, here: str) -> Composed:
    """A pod of which an operator fills in the rest: its main container stands alone, or its fields beside the pod's."""
    main = value.get("mainContainer")
    if isinstance(main, Mapping):
        extra = _beside(main, around, here.rpartition("/")[0])
        container = _named(_composed(main, extra), f"{here}/mainContainer", "main")
    else:
        extra, image = {}, value.get("image")
        if isinstance(image, Mapping) and isinstance(image.get("repository"), str):
            tag = image.get("tag")
            name = f"{image['repository']}:{tag}" if tag else image["repository"]
            extra["image"] = Place(name, value.marks["image"], f"{here}/image")
        container = _named(_composed(value, extra), here, "main")
    extra = {"containers": _gathered([container, *_items(value, "containers", here)])}
    return _composed(value, extra, partial=True)


def _beside(main: Mapping, around: Mapping, here: str) -> dict[str, Place]:
    """What a Dynamo service says beside its pod: variables, and resources in which `gpu` is NVIDIA's."""
    extra = {}
    if isinstance(around.get("envs"), Sequence) and "env" not in main:
        extra["env"] = _place(around, "envs", here)
    resources = around.get("resources")
    limits = resources.get("limits") if isinstance(resources, Mapping) else None
    if isinstance(limits, Mapping) and "gpu" in limits and "resources" not in main:
        at = f"{here}/resources/limits"
        asked = _composed(_empty(limits.mark), {"nvidia.com/gpu": _place(limits, "gpu", at)})
        whole = _composed(_empty(limits.mark), {"limits": Place(asked, limits.mark, at)})
        extra["resources"] = Place(whole, limits.mark, f"{here}/resources")
    return extra


def _spark(application: Mapping, role: str, here: str) -> Composed:
    """The driver or the executors of an application."""
    own: Mapping = application[role]
    at = f"{here}/{role}"
    extra = {}
    if "image" in application and "image" not in own:
        extra["image"] = _place(application, "image", here)
    gpu = own.get("gpu")
    if isinstance(gpu, Mapping) and isinstance(gpu.get("name"), str) and "quantity" in gpu:
        asked = {gpu["name"]: _place(gpu, "quantity", f"{at}/gpu")}
        limits = _composed(_empty(gpu.mark), asked)
        resources = _composed(_empty(gpu.mark), {"limits": Place(limits, gpu.mark, f"{at}/gpu")})
        extra["resources"] = Place(resources, gpu.mark, f"{at}/gpu")
    main = _named(_composed(own, extra), at, f"spark-kubernetes-{role}")
    pod = {"containers": _gathered([main, *_items(own, "sidecars", at)])}
    for key, mapping, name, above in (
        ("securityContext", own, "podSecurityContext", at),
        ("volumes", application, "volumes", here),
    ):
        if name in mapping:
            pod[key] = _place(mapping, name, above)
    spec = _composed(own, pod)
    if "podSecurityContext" not in own:
        spec.pop("securityContext", None)  # the container's
    return spec


def _empty(mark: Any) -> Mapping:
    empty = Mapping()
    empty.mark, empty.marks = mark, {}
    return empty


def _place(mapping: Mapping, key: str, here: str) -> Place:
    place = mapping.places.get(key) if isinstance(mapping, Composed) else None
    return Place(mapping[key], mapping.marks[key], place or f"{here}/{escape(key)}")


def _items(mapping: Mapping, key: str, here: str) -> list[Place]:
    """The mappings of a list."""
    items = mapping.get(key)
    if not isinstance(items, Sequence):
        return []
    return [
        Place(item, item.mark, f"{here}/{escape(key)}/{at}")
        for at, item in enumerate(items)
        if isinstance(item, Mapping)
    ]


def _named(container: Mapping, here: str, name: str) -> Place:
    """A container under the name that its operator gives it."""
    if "name" in container:
        return Place(container, container.mark, here)
    named = _composed(container, {})
    named["name"] = name
    return Place(named, container.mark, here)


def _gathered(items: Iterable[Place]) -> Place:
    found = list(items)
    gathered = Gathered(item.value for item in found)
    gathered.places = [item.pointer for item in found]
    gathered.marks = [item.mark for item in found]
    gathered.mark = found[0].mark if found else None
    return Place(gathered, gathered.mark, gathered.places[0] if found else "")


def _at(value: Mapping, here: str) -> Composed:
    """A mapping that holds the metadata of a pod spec which is itself: its pointer is not that of what is around."""
    whole = _composed(value, {})
    whole.places = {key: f"{here}/{escape(key)}" for key in value}
    return whole


def _composed(base: Mapping, extra: dict[str, Place], *, partial: bool = False) -> Composed:
    """`base` with more keys."""
    whole = Composed(base)
    whole.mark, whole.partial = base.mark, partial
    whole.marks = {**base.marks, **{key: place.mark for key, place in extra.items()}}
    whole.places = dict(base.places) if isinstance(base, Composed) else {}
    for key, place in extra.items():
        whole[key] = place.value
        whole.places[key] = place.pointer
    return whole
