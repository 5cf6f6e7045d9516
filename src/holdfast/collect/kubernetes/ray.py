"""The command by which KubeRay starts a Ray head -> its `server`.

The operator writes `ray start --head` from `rayStartParams`. Source: kuberay ray-operator/controllers/ray/common/pod.go
(BuildPod, setMissingRayStartParams, convertParamMap, configureTokenAuth), checked 2026-11-21; configureRedisFT,
checked 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from holdfast.collect.fields import TEMPLATED, written
from holdfast.collect.launches import launch_of, servers
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.formats.yaml import Mapping as Node
from holdfast.formats.yaml import Sequence
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Workload

GROUP = "ray.io"
HEAD = "headGroupSpec"
ALL_INTERFACES = "0.0.0.0"  # noqa: S104  # what the operator puts in where `dashboard-host` is missing
VALUED = frozenset(("log-color", "include-dashboard", "include-log-monitor"))
"""Parameters whose `true` and `false` are handed on; all others with such a value are switches."""
OVERWRITE = "ray.io/overwrite-container-cmd"
STORE = "gcsFaultToleranceOptions"
GENERATED = "KUBERAY_GEN_RAY_START_CMD"
"""The variable by which a command of the user's own can run the operator's."""


AROUND = ("spec", "jobTemplate", "rayClusterSpec", "rayClusterConfig", "items")
"""The keys that lead from an object, or a list of objects, to a cluster."""


class Head(NamedTuple):
    """A cluster, the head group in it, and the pointer of the cluster."""

    cluster: Node
    group: Node
    pointer: str


def heads(document: Node) -> dict[tuple[int, int], Head]:
    """The head groups of a document by the place (line and column from 0) of their pod specs."""
    found: dict[tuple[int, int], Head] = {}
    stack: list[tuple[Any, str]] = [(document, "")]
    while stack:
        value, pointer = stack.pop()
        if isinstance(value, Node):
            group = value.get(HEAD)
            template = group.get("template") if isinstance(group, Node) else None
            spec = template.get("spec") if isinstance(template, Node) else None
            if isinstance(group, Node) and isinstance(spec, Node):
                found.setdefault((spec.mark.line, spec.mark.column), Head(value, group, pointer))
            stack.extend((value[key], f"{pointer}/{key}") for key in AROUND if key in value)
        elif isinstance(value, Sequence):
            stack.extend((child, f"{pointer}/{index}") for index, child in enumerate(value))
    return found


def of_head(asset: Asset, heads: Mapping[tuple[int, int], Head], line: int) -> Iterator[Asset | Edge]:
    """The server of a Ray head's pod; `line` is that on which the document starts."""
    facts = asset.facts
    if not isinstance(facts, Workload) or facts.api_group != GROUP:
        return
    place = asset.spots[""]
    head = heads.get((place.line - line, place.column - 1))
    if head is None or not place.pointer.endswith(f"/{HEAD}/template/spec") or not isinstance(facts.containers, list):
        return
    container = facts.containers[0]
    given = " ".join(container.argv) if isinstance(container.argv, list) else ""
    annotations = facts.annotations if isinstance(facts.annotations, dict) else {}
    own = annotations.get(OVERWRITE, "").lower() == "true" and GENERATED not in given
    launch = launch_of(replace(container, argv=_command(head), entrypoint_replaced=True))
    if own or "ray start" in given or launch is None:
        return  # the user starts Ray, and `launches` reads how
    launch = replace(launch, env={**_auth(head), **_store(head), **launch.env})
    for item in servers(launch, asset, str(container.name or 0), _spot(head, line)):
        if isinstance(item, Asset) and isinstance(item.facts, Server):
            yield replace(item, facts=_completed(item.facts, head))
        else:
            yield item


def _command(head: Head) -> list[str]:
    params = head.group.get("rayStartParams")
    given = dict(params) if isinstance(params, Node) else {}
    options = head.cluster.get(STORE)
    if isinstance(options, Node) and "redisPassword" in options:
        given["redis-password"] = "$REDIS_PASSWORD"
    words = ["ray", "start", "--head"]
    for name, value in {"dashboard-host": ALL_INTERFACES, **given}.items():
        text = "$" if isinstance(value, dict | list) else written(value)
        if name in VALUED or text.lower() not in ("true", "false"):
            words.append(f"--{name}={text}")
        elif text.lower() == "true":
            words.append(f"--{name}")
    return words


def _auth(head: Head) -> dict[str, str | None]:
    """The variables that the operator adds; the container's own win."""
    options = head.cluster.get("authOptions")
    if not isinstance(options, Node):
        return {}
    mode = options.get("mode")
    # Without a mode the documentation says `token`, the operator's code does nothing.
    return {"RAY_AUTH_MODE": _literal(mode)}


def _store(head: Head) -> dict[str, str | None]:
    """The variables of the Redis in which the cluster keeps its state."""
    options = head.cluster.get(STORE)
    address = options.get("redisAddress") if isinstance(options, Node) else None
    if not isinstance(options, Node) or address is None:
        return {}
    found: dict[str, str | None] = {"RAY_REDIS_ADDRESS": _literal(address)}
    password = options.get("redisPassword")
    if isinstance(password, Node):
        found["REDIS_PASSWORD"] = _literal(password.get("value"))
    return found


def _literal(value: object) -> str | None:
    return value if isinstance(value, str) and not TEMPLATED.search(value) else None


def _completed(facts: Server, head: Head) -> Server:
    """With the version that the cluster declares where the image has none; and without a dashboard, its other ports."""
    declared = head.cluster.get("rayVersion")
    if not isinstance(facts.version, str) and isinstance(declared, str) and not TEMPLATED.search(declared):
        facts = replace(facts, version=declared)
    options = facts.options if isinstance(facts.options, dict) else {}
    if str(options.get("include-dashboard", "")).lower() == "false":
        facts = replace(facts, host=None, loopback=True, port=None)
    return facts


def _spot(head: Head, line: int) -> Spot:
    mapping, key, pointer = head.group, "rayStartParams", f"{head.pointer}/{HEAD}/rayStartParams"
    if key not in mapping:
        mapping, key, pointer = head.cluster, HEAD, f"{head.pointer}/{HEAD}"
    mark = mapping.marks[key]
    return Spot(line + mark.line, mark.column + 1, pointer)
