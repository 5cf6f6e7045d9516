"""What starts a process -> `server` assets: containers, Dockerfile commands, scripts and units alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from holdfast.collect.fields import EXPRESSION
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact, Secret
from holdfast.formats.servers.catalogue import MODULES, PROGRAMS
from holdfast.formats.servers.recognise import Launch, recognise
from holdfast.kinds.workload import Container, Volume, Workload

SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh"))


WORD = re.compile(r"[\w.-]+", re.ASCII)
NAMES = frozenset((*PROGRAMS, *MODULES))


def names_a_server(text: str) -> bool:
    """Whether shell text holds the name of a program or module that is known; other text need not be parsed."""
    return not NAMES.isdisjoint(WORD.findall(text))


def shell_text(argv: Sequence[str]) -> str | None:
    """The text that `sh -c TEXT` runs, or None when `argv` is no such command."""
    if len(argv) < 2 or argv[0].rpartition("/")[2] not in SHELLS:
        return None
    for position, word in enumerate(argv[1:], 1):
        if not word.startswith("-"):
            return None
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return argv[position + 1] if position + 1 < len(argv) else None
    return None


def launches(launch: Launch) -> Iterator[Launch]:
    """The simple commands behind a launch: itself, or those of the shell text that it runs."""
    text = shell_text(launch.argv)
    if text is None:
        yield launch
        return
    if not names_a_server(text):
        return
    from holdfast.formats.shell import reader

    known = {name: value for name, value in launch.env.items() if value is not None}
    for command in reader.read(text, known):
        yield replace(launch, argv=command.argv, command_replaced=True, env={**launch.env, **command.env})


def servers(launch: Launch, owner: Asset, name: str, spot: Spot) -> Iterator[Asset | Edge]:
    """The servers that a launch starts, each joined to the asset that runs it. Raises FormatError."""
    seen: Counter[str] = Counter()
    for single in launches(launch):
        for facts in recognise(single):
            product = str(facts.product)
            seen[product] += 1
            place = f"{owner.id.partition('/')[2]}{'.' if name else ''}{name}.{product}"
            suffix = f"~{seen[product]}" if seen[product] > 1 else ""
            server = Asset(f"server/{place}{suffix}", facts, owner.source, owner.path, {"": spot}, owner.suppressions)
            yield server
            yield Edge(server.id, "runs_on", owner.id)


def of_workload(asset: Asset) -> Iterator[Asset | Edge]:
    """The servers in the containers of a workload."""
    facts = asset.facts
    if not isinstance(facts, Workload) or not isinstance(facts.containers, list):
        return
    for index, container in enumerate(facts.containers):
        launch = launch_of(container, facts.volumes)
        if launch is None:
            continue
        base = f"containers[{index}]"
        spot = asset.spots.get(f"{base}.argv") or asset.spot(f"{base}.image")
        try:
            yield from servers(launch, asset, str(container.name or index), spot)
        except FormatError:
            yield from servers(replace(launch, argv=(), argv_complete=False), asset, str(container.name or index), spot)


def launch_of(container: Container, volumes: Fact[list[Volume]] = UNSET) -> Launch | None:
    """How a container starts its process; None where nothing of it can be seen."""
    image = container.image if isinstance(container.image, str) else ""
    argv = container.argv if isinstance(container.argv, list) else None
    if not image and not argv:
        return None
    env: dict[str, str | None] = {}
    for variable in container.env if isinstance(container.env, list) else ():
        if isinstance(variable.name, str):
            value = variable.value
            literal = str.__str__(value) if isinstance(value, Secret) else None
            env[variable.name] = literal if literal is not None or variable.origin != "literal" else "$"
    return Launch(
        image=image,
        argv=tuple(EXPRESSION.sub("$", word) if "{{" in word or "<%" in word else word for word in argv or ()),
        argv_complete=argv is not None,
        command_replaced=container.entrypoint_replaced is True,
        env=env,
        env_complete=isinstance(container.env, list) and container.env_from == [],
        config_mounts=_configuration(container, volumes),
    )


CONFIGURING = frozenset(("configMap", "secret", "projected", "config", "csi"))
"""Types of volumes that hold files which somebody wrote to configure a program."""
DIRECTORY = re.compile(r"[^.]*|.*/|.*/\.[^/.]*", re.DOTALL)
"""A path that looks like a folder; a file's name has an extension."""


def _configuration(container: Container, volumes: Fact[list[Volume]]) -> tuple[str, ...]:
    """Where files are mounted that may configure the process; single files of the host count, its folders do not."""
    if not isinstance(container.mounts, list):
        return ()
    known = {volume.name: volume for volume in volumes or () if isinstance(volume.name, str)}
    found = []
    for mount in container.mounts:
        volume = known.get(mount.volume) if isinstance(mount.volume, str) else None
        if volume is None or not isinstance(mount.path, str):
            continue
        single = isinstance(mount.host_path, str) and DIRECTORY.fullmatch(mount.host_path.rpartition("/")[2]) is None
        if volume.type in CONFIGURING or single:
            found.append(mount.path)
    return tuple(found)
