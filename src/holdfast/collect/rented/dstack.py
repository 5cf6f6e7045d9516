"""A dstack configuration.

Source: dstack, ".dstack.yml" reference, configurations.py, resources.py and backends/{vastai,runpod}/models.py (0.20,
checked 2026-11-30): offers of Vast.ai are anybody's and those of RunPod its own unless the server's `community_cloud`
says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.fields import Fields, written
from holdfast.collect.rented.machine import Machine, assets, several, trust_of, variables
from holdfast.core.asset import Asset, Edge
from holdfast.core.fact import Fact
from holdfast.formats.yaml import Mapping, Sequence
from holdfast.kinds.endpoint import Endpoint

SOURCE = "dstack"
TYPES = frozenset(("task", "service", "dev-environment", "fleet"))
NAMES = {"vastai": "vast"}
"""Backends -> providers, where they are called otherwise."""
OWN = frozenset(
    (
        "commands",
        "ide",
        "image",
        "python",
        "resources",
        "backends",
        "regions",
        "env",
        "port",
        "model",
        "ssh_config",
        "nodes",
    )
)
GPUS = re.compile(r"(?:[^:\s]+:)*?(\d{1,3})(?:\.\.\d*)?(?::[^:\s]+)*|[A-Za-z][\w,.-]*", re.ASCII)


def is_configuration(document: Mapping) -> bool:
    """Whether a document describes a run of dstack."""
    return str(document.get("type")) in TYPES and not OWN.isdisjoint(document)


def configuration(document: Mapping, path: str, line: int) -> Iterator[Asset | Edge]:
    """The machine that a run asks for, and the endpoint that a service is."""
    root = Fields(document, "", "", {}, line)
    kind = document["type"]
    name = root.text("name", "", None)
    name = name if isinstance(name, str) else kind
    backends, regions = root.names("backends", "provider"), root.names("regions", "region")
    machine = Machine(
        name=name,
        provider=_only(backends),
        trust=_trust(backends),
        spots=root.spots,
        image=root.text("image", "image", None),
        env=variables(_variables(root)),
        argv=_commands(root),
        entrypoint_replaced=True if "commands" in root else UNSET,
        labels=root.table("tags", "tags") or {},
        ports=[],  # a task's are forwarded to whoever started it, a service's lie behind the gateway
        region=None if regions == [] else _only(regions),
        places=several(regions),
        gpus=_gpus(root.child("resources")),
        gpu_resources=["gpu"] if "gpu" in root.child("resources") else [],
        interruptible=_spot(root),
        privileged=root.switch("privileged", "privileged", default=False),
    )
    yield from assets(machine, path, SOURCE)
    if kind == "service":
        yield _endpoint(root, name, path)


def _endpoint(root: Fields, name: str, path: str) -> Asset:
    """A service: dstack's gateway demands a token of its users unless `auth` is off."""
    authorised = root.switch("auth", "anonymous", default=True)
    limits = root.get("rate_limits", "rate_limited")
    facts = Endpoint(
        name=name,
        provider="dstack",
        service="dstack",
        anonymous=UNSET if authorised is UNSET else not authorised,
        rate_limited=bool(limits),
    )
    return Asset(f"endpoint/{path}/{name}", facts, SOURCE, path, root.spots)


def _only(names: Fact[list[str]]) -> Fact[str]:
    """The one that is named; any may be chosen where several or none are."""
    return _provider(names[0]) if isinstance(names, list) and len(names) == 1 else UNSET


def _provider(name: str) -> str:
    return NAMES.get(name.lower(), name.lower())


def _trust(backends: Fact[list[str]]) -> Fact[str]:
    """Who runs the hardware, as the server's defaults have it."""
    names = list(map(_provider, backends)) if isinstance(backends, list) else []
    return "partner" if names == ["runpod"] else trust_of(names)


def _variables(root: Fields) -> Iterator[tuple[str, str | None]]:
    """`env` as a mapping or a list; a name without a value comes from whoever starts it."""
    values = root.get("env", "env")
    if isinstance(values, Mapping):
        table = root.child("env")
        for name, value in values.items():
            table.note(name, f'env["{name}"]')
            yield name, None if value is None else written(value)
    elif isinstance(values, Sequence):
        for item in values:
            name, equals, value = written(item).partition("=")
            yield name, value if equals else None


def _commands(root: Fields) -> Fact[list[str]]:
    lines = root.texts("commands", "argv")
    return ["bash", "-c", "\n".join(lines)] if isinstance(lines, list) and lines else UNSET


def _gpus(resources: Fields) -> Fact[int]:
    """The least number of GPUs: `gpu: H100:8`, `gpu: 2`, `gpu: {count: 4}`. Source: dstack, resources.gpu."""
    value = resources.get("gpu", "gpus")
    if isinstance(value, Mapping):
        value = value.get("count", 1)
    if value is None:
        return UNSET
    match = GPUS.fullmatch(written(value))
    return UNSET if match is None else int(match[1] or 1)


def _spot(root: Fields) -> Fact[bool]:
    policy = root.text("spot_policy", "interruptible", "on-demand")
    return UNSET if not isinstance(policy, str) else policy in ("spot", "auto")
