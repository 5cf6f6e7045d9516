"""What others start machines from: a template or request of Vast.ai, a listing of RunPod's Hub, a RunPod project.

Source: Vast.ai, "Creating and Using Templates with API" (`env` holds flags of Docker; `onstart` is shell text;
`PUT /asks/{id}/` takes the same, `env` as a mapping too); RunPod, "Publishing guide", hub.json reference;
runpod/runpodctl cmd/project (runpod.toml); checked 2026-11-30.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from msgspec import UNSET

from holdfast.collect.fields import Fields, written
from holdfast.collect.rented.machine import Machine, assets, variables
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats import toml
from holdfast.formats.yaml import Mapping

DOCKER = re.compile(r"(?:^|\s)-[ep]\s")
ASKED = frozenset(("runtype", "onstart", "template_hash_id", "args_str", "use_ssh", "ssh_direct", "jup_direct"))


def docker_options(text: str) -> tuple[list[tuple[str, str | None]], Fact[list[str]]]:
    """Variables and ports in `-e A=b -p 8080:8080`, as Vast.ai takes them."""
    try:
        words = shlex.split(text)
    except ValueError:
        return [], UNSET
    env: list[tuple[str, str | None]] = []
    ports: list[str] = []
    for flag, value in pairwise(words):
        if flag in ("-e", "--env"):
            name, equals, content = value.partition("=")
            env.append((name, content if equals else None))
        elif flag in ("-p", "--publish"):
            ports.append(value.rpartition(":")[2])
    return env, ports if "$" not in text else UNSET


def is_vast(document: Mapping) -> bool:
    """Whether a document is a template of Vast.ai, or a request for one of its offers."""
    env = document.get("env")
    if "image" not in document or "apiVersion" in document:
        return False
    return isinstance(env, str) and (DOCKER.search(env) is not None or not ASKED.isdisjoint(document))


def vast(document: Mapping, path: str, line: int, *, reusable: bool = True) -> Iterator[Asset | Edge]:
    """The instance that a template makes, or that a request (not `reusable`) asks for."""
    root = Fields(document, "", "", {}, line)
    name = root.text("name", "", root.text("label", "", None))
    given = root.get("env", "env")
    env, ports = _mapped(given) if isinstance(given, Mapping) else docker_options(written(given))
    root.note("env", "ports")
    image, tag = root.text("image", "image", None), root.text("tag", "", None)
    whole = isinstance(image, str) and isinstance(tag, str) and ":" not in image.rpartition("/")[2]
    script = root.text("onstart", "argv", None)
    runtype = document.get("runtype")
    shell = document.get("use_ssh") is True or (isinstance(runtype, str) and runtype.startswith(("ssh", "jupyter")))
    machine = Machine(
        name=name if isinstance(name, str) else "vast",
        provider="vast",
        spots=root.spots,
        image=f"{image}:{tag}" if whole else image,
        env=variables(env),
        env_from=UNSET,
        argv=["bash", "-c", script] if isinstance(script, str) else ["bash"] if shell and script is None else UNSET,
        entrypoint_replaced=True if shell else UNSET,
        ports=ports,
        region=UNSET,
        reusable=reusable,
    )
    yield from assets(machine, path, "vast")


def _mapped(given: Mapping) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Variables and ports of a request: `{"A": "b", "-p 8080:8080": "1"}`."""
    ports = [name.removeprefix("-p").strip().rpartition(":")[2] for name in given if name.startswith("-p ")]
    return [(name, written(value)) for name, value in given.items() if not name.startswith("-")], ports


def is_hub(document: Mapping) -> bool:
    """Whether a document is a listing of RunPod's Hub."""
    config = document.get("config")
    return isinstance(config, Mapping) and "runsOn" in config and "title" in document


def hub(document: Mapping, path: str, line: int) -> Iterator[Asset | Edge]:
    """The machine on which a listing runs, with the variables that everybody reads in it."""
    root = Fields(document, "", "", {}, line)
    config = root.child("config")
    title = root.text("title", "", None)
    machine = Machine(
        name=title if isinstance(title, str) else "hub",
        provider="runpod",
        spots=root.spots,
        image=UNSET,
        env=variables(_listed(config)),
        env_from=UNSET,
        ports=UNSET,
        region=UNSET,
        gpus=config.number("gpuCount", "gpus", 0),
        reusable=True,
    )
    yield from assets(machine, path, "runpod")


def _listed(config: Fields) -> Iterator[tuple[str, str | None]]:
    """The variables of a listing: their values, and the defaults of those that people are asked for."""
    for item in config.items("env", "env"):
        key, asked = item.data.get("key"), item.data.get("input")
        value = asked.get("default") if isinstance(asked, Mapping) else item.data.get("value")
        if isinstance(key, str):
            config.spots[f'env["{key}"]'] = item.spots[item.fact]
            yield key, None if value is None else written(value)


def project(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The machine of a project's `runpod.toml`."""
    try:
        document = toml.read(data)
    except FormatError as error:
        yield Gap(path, f"not readable as TOML: {error.what}", "unreadable", error.line)
        return
    own: Any = document.value.get("project")
    if not isinstance(own, dict):
        return
    given = own.get("env_vars")
    env = {name: str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    spots = {"": Spot(document.line("project"), 1)}
    spots |= {f'env["{name}"]': Spot(document.line("project", "env_vars", name), 1) for name in env}
    spots |= {
        name: Spot(document.line("project", key), 1) for name, key in (("ports", "ports"), ("image", "base_image"))
    }
    image, ports, count = own.get("base_image"), own.get("ports"), own.get("gpu_count")
    machine = Machine(
        name=str(own.get("name") or document.value.get("name") or "project"),
        provider="runpod",
        spots=spots,
        image=image if isinstance(image, str) else None,
        env=variables(env.items()),
        env_from=UNSET,
        ports=[part for part in ports.split(",") if part.strip()] if isinstance(ports, str) else UNSET,
        region=UNSET,
        gpus=count if isinstance(count, int) else UNSET,
        reusable=True,
    )
    yield from assets(machine, path, "runpod")
