"""Files of Ray's cluster launcher and of Ray Serve -> `server` assets: the head that is started, the HTTP proxy.

Sources: docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html (`docker`, `run_options`,
`head_start_ray_commands`), github.com/ray-project/ray python/ray/autoscaler/aws/defaults.yaml (the commands where a
file has none; whether the dashboard listens everywhere depends on provider and release), docs.ray.io
serve/production-guide/config.html and python/ray/serve/schema.py (`http_options.host`, 0.0.0.0 by default), checked
2026-11-30.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator

from holdfast.collect.compose.run import container
from holdfast.collect.configs.settings import asset
from holdfast.collect.configs.stores import gathered
from holdfast.collect.launches import servers
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats.servers.address import EVERYWHERE
from holdfast.formats.servers.recognise import Launch
from holdfast.formats.yaml import Mapping
from holdfast.kinds.script import Script

COMMANDS = "head_start_ray_commands"
DEFAULT = "ray start --head --port=6379 --object-manager-port=8076 --dashboard-host=$DASHBOARD_HOST"
"""What Ray runs where a file has no commands of its own."""
OWN = frozenset(
    (
        *("cluster_name", "max_workers", "min_workers", "initial_workers", "upscaling_speed", "idle_timeout_minutes"),
        *("docker", "provider", "auth", "available_node_types", "head_node_type", "file_mounts", "rsync_exclude"),
        *("rsync_filter", "cluster_synced_files", "file_mounts_sync_continuously", "initialization_commands"),
        *("setup_commands", "head_setup_commands", "worker_setup_commands", "worker_start_ray_commands"),
        *("head_node", "worker_nodes", "no_restart", "autoscaling_mode", "target_utilization_fraction", COMMANDS),
    )
)
SERVE = {"host": ("http-host",), "loopback": ("http-host",), "port": ("http-port",)}


def is_cluster(values: Mapping) -> bool:
    """Whether a document is a cluster's: with commands for its head, or by names that only such a file has together."""
    provider = values.get("provider")
    if provider is None or isinstance(values.get(COMMANDS), str):
        return False
    if isinstance(values.get(COMMANDS), list):
        return True
    return isinstance(provider, Mapping) and "type" in provider and "cluster_name" in values and OWN.issuperset(values)


def cluster(values: Mapping, path: str, line: int) -> Iterator[Asset | Edge | Gap]:
    """The servers that the commands of the head start, and the container in which they run."""
    owner = Asset(f"script/{path}/cluster", Script(name=path, interpreter="ray"), "script", path, {"": Spot(line, 1)})
    docker = values.get("docker")
    image = _image(docker) if isinstance(docker, Mapping) else ""
    seen: Counter[str] = Counter()
    for text, spot in _commands(values, line):
        launch = Launch(image=image, argv=("sh", "-c", text), env_complete=False)
        try:
            yield from servers(launch, owner, "", spot, seen)
        except FormatError as error:
            yield Gap(path, f"not readable as a shell command: {error.what}", "unreadable", spot.line)
    if isinstance(docker, Mapping) and image:
        yield from _container(docker, image, path, line)


def _image(docker: Mapping) -> str:
    return next((found for name in ("head_image", "image") if isinstance(found := docker.get(name), str)), "")


def _commands(values: Mapping, line: int) -> Iterator[tuple[str, Spot]]:
    commands = values.get(COMMANDS)
    if isinstance(commands, list):
        for mark, text in zip(values[COMMANDS].marks, commands, strict=True):
            yield str(text), Spot(mark.line + line, mark.column + 1)
    else:
        mark = values.marks["provider"]
        yield DEFAULT, Spot(mark.line + line, mark.column + 1)


def _container(docker: Mapping, image: str, path: str, line: int) -> Iterator[Asset]:
    """The container as `docker run` with the options that the file adds."""
    words: list[str] = []
    place = None
    for name in ("run_options", "head_run_options"):
        options = docker.get(name)
        for option in options if isinstance(options, list) else ():
            place = place or docker.marks[name]
            try:
                words += shlex.split(str(option))
            except ValueError:
                words.append("$OPTIONS")
    if place is not None:
        spot = Spot(place.line + line, place.column + 1)
        found = container(["docker", "run", *words, image], path, "script", spot, Counter())
        if found is not None:
            yield found


def is_serve(values: Mapping) -> bool:
    """Whether a document is a configuration of Ray Serve."""
    applications = values.get("applications")
    first = applications[0] if isinstance(applications, list) and applications else None
    return isinstance(first, Mapping) and "import_path" in first


def serve(values: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The HTTP proxy of Ray Serve; the cluster may have variables of its own."""
    settings = gathered(values, path, line)
    for ours, theirs in (("http-options.host", "http-host"), ("http-options.port", "http-port")):
        if ours in settings.values:
            settings.values[theirs], settings.spots[theirs] = settings.values[ours], settings.spots[ours]
    settings.values.setdefault("http-host", EVERYWHERE)
    yield from asset("ray-serve", settings, SERVE, program="serve", words=("start",))
