"""Triton's model repository -> `served_model` assets by their `config.pbtxt`, `server` assets by a vLLM `model.json`.

Source: github.com/triton-inference-server/common protobuf/model_config.proto (fields and defaults), python_backend
README (EXECUTION_ENV_PATH, $$TRITON_MODEL_DIRECTORY), docs.nvidia.com Triton, Model Configuration (where no name is
given the folder's counts) and vLLM Backend (`model.json` holds the arguments of the engine); checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.configs.settings import asset, unreadable
from holdfast.collect.configs.stores import gathered
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap, template
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Secret
from holdfast.formats import protobuf_text
from holdfast.formats.protobuf_text import Field, Message
from holdfast.formats.servers.masking import literals
from holdfast.formats.yaml import Mapping, load
from holdfast.kinds.served_model import ModelParameter, ServedModel

if TYPE_CHECKING:
    from holdfast.collect.documents import Found

OWN_FOLDER = "$$TRITON_MODEL_DIRECTORY"
PLATFORMS = {
    "tensorrt_plan": "tensorrt",
    "pytorch_libtorch": "pytorch",
    "onnxruntime_onnx": "onnxruntime",
    "tensorflow_graphdef": "tensorflow",
    "tensorflow_savedmodel": "tensorflow",
}
"""Platform -> the backend that runs it. Source: server docs/user_guide/model_configuration.md."""
HOLE = re.compile(rb"\{\{|<%")
"""What template languages fill in."""
VALUE = re.compile(rb"\$\{(\w{1,80})\}")
"""A value that a script fills in (TensorRT-LLM's `fill_template.py`)."""
STANDS = "HOLDFAST_STANDS_FOR_"
"""How such a value is called while the rest is read: a word, in strings and outside."""
STOOD = re.compile(rf"{STANDS}(\w{{1,80}})_")
ENGINE = frozenset(("gpu_memory_utilization", "tensor_parallel_size", "max_model_len", "trust_remote_code"))
"""Arguments of vLLM's engine that a `model.json` of the vLLM backend has."""


def model(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The model that a `config.pbtxt` describes."""
    hole = HOLE.search(data)
    if hole is not None:
        yield template(path, data.count(b"\n", 0, hole.start()) + 1)
        return
    try:
        config = protobuf_text.read(VALUE.sub(rb"%b\1_" % STANDS.encode(), data))
    except FormatError as error:
        filled = VALUE.search(data)
        if filled is not None:
            yield template(path, data.count(b"\n", 0, filled.start()) + 1)
        else:
            yield unreadable(path, "a model configuration in protobuf's text form", error, data)
        return
    if config.fields:
        yield _Model(_open(config), path).asset()


def _open(message: Message) -> Message:
    """The message with `${name}` again where a script fills something in."""
    fields = []
    for each in message.fields:
        value = each.value
        filled = _open(value) if isinstance(value, Message) else STOOD.sub(r"${\1}", value)
        fields.append(replace(each, value=filled))
    return Message(tuple(fields))


def _known(value: Fact[str]) -> Fact[str]:
    """A text, unobserved where a script fills a part of it in."""
    return UNSET if isinstance(value, str) and "${" in value else value


class _Model:
    """One configuration."""

    def __init__(self, config: Message, path: str) -> None:
        self.config = config
        self.path = path
        self.spots = {"": Spot(1, 1)}

    def asset(self) -> Asset:
        """The model."""
        folder = self.path.rpartition("/")[0].rpartition("/")[2]
        backend = self.config.text("backend") or PLATFORMS.get(self.config.text("platform")) or self._named("platform")
        libraries = self._texts(self.config.message("model_operations"), "op_library_filename", "libraries")
        agents = [str(each.value) for agent in self._agents() for each in agent.all("name")]
        batching = self.config.last("dynamic_batching")
        environment = self._environment()
        backend = _known(backend)
        facts = ServedModel(
            name=_known(self.config.text("name")) or folder or UNSET,
            namespace=None,
            server="triton",
            sources=[],
            cluster_local=None,
            backend=backend,
            runs_code=True if backend == "python" or libraries else False if isinstance(backend, str) else UNSET,
            environment=environment,
            environment_within=_within(environment) if isinstance(environment, str) else environment,
            libraries=libraries,
            agents=agents,
            versions=next((each.name for each in self.config.message("version_policy").fields), "latest"),
            devices=self._devices(),
            batches_requests=batching is not None,
            queue_limit=None if batching is None else self._limit(batching),
            secrets=list(self._secrets()),
        )
        return Asset(f"served_model/{self.path}/{facts.name or 'model'}", facts, "config", self.path, self.spots)

    def _named(self, field: str) -> Fact[str]:
        return self.config.text(field) or None

    def _texts(self, message: Message, name: str, fact: str) -> list[str]:
        found = list(message.all(name))
        if found:
            self.spots[fact] = Spot(found[0].line, found[0].column)
        return [each.value for each in found if isinstance(each.value, str)]

    def _agents(self) -> Iterator[Message]:
        for each in self.config.message("model_repository_agents").all("agents"):
            if isinstance(each.value, Message):
                yield each.value

    def _devices(self) -> Fact[list[str]]:
        groups = [each.value for each in self.config.all("instance_group") if isinstance(each.value, Message)]
        kinds = {group.text("kind", "KIND_AUTO").removeprefix("KIND_").lower() for group in groups}
        return UNSET if any("${" in kind for kind in kinds) else sorted(kinds) or ["auto"]

    def _limit(self, batching: Field) -> Fact[int]:
        self.spots["queue_limit"] = Spot(batching.line, batching.column)
        policy = self.config.message("dynamic_batching").message("default_queue_policy")
        text = policy.text("max_queue_size", "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 11 else UNSET

    def _parameters(self) -> Iterator[tuple[str, str, Field]]:
        """Key, text and place of each parameter. `key` and `value` are those of a map's entry."""
        for each in self.config.all("parameters"):
            if isinstance(each.value, Message):
                value = each.value.message("value").text("string_value")
                yield each.value.text("key"), value, each

    def _environment(self) -> Fact[str]:
        for key, value, field in self._parameters():
            if key == "EXECUTION_ENV_PATH" and value:
                self.spots["environment"] = Spot(field.line, field.column)
                return _known(value)
        return None

    def _secrets(self) -> Iterator[ModelParameter]:
        found = 0
        for key, value, field in self._parameters():
            for literal in literals(key, value):
                place = self.spots[f"secrets[{found}]"] = Spot(field.line, field.column)
                self.spots.setdefault("secrets", place)
                found += 1
                yield ModelParameter(name=key, value=Secret(literal))


def _within(environment: str) -> bool:
    """Whether a path starts in the model's folder and stays there."""
    return environment.startswith(OWN_FOLDER) and ".." not in environment.split("/")


def engine(data: bytes, path: str) -> Iterator[Found]:
    """A `model.json`: what Triton's vLLM backend hands to the engine, or any other document."""
    from holdfast.collect.documents import read_documents

    values = _arguments(data)
    if values is None:
        yield from read_documents(data, path)
        return
    settings = gathered(values, path, 1)
    settings.variables = False
    unseen: dict[str, Any] = dict.fromkeys(("host", "loopback", "port", "auth", "tls", "cors_any"), UNSET)
    places = {"trust_remote_code": ("trust-remote-code",)}
    yield from asset("vllm", settings, places, words=("serve",), partial=True, **unseen)


def _arguments(data: bytes) -> Mapping | None:
    """The arguments of an engine in a document, None where it holds something else."""
    if b'"model"' not in data or not any(name.encode() in data for name in ENGINE):
        return None
    try:
        values = load(data)
    except FormatError:
        return None
    known = isinstance(values, Mapping) and isinstance(values.get("model"), str) and not ENGINE.isdisjoint(values)
    return values if known else None
