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
from holdfast.formats.servers.unwrap import unwrap
from holdfast.kinds.workload import Container, Volume, Workload

SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh"))
VALUED = frozenset(("--rcfile", "--init-file"))
WORD = re.compile(r"[\w.-]+", re.ASCII)
NAMES = frozenset((*PROGRAMS, *MODULES))


def names_a_server(text: str) -> bool:
    """Whether shell text holds the name of a program or module that is known; other text need not be parsed."""
    return not NAMES.isdisjoint(WORD.findall(text))


def shell_text(argv: Sequence[str]) -> str | None:
    """The text that `sh -c TEXT` runs, or None when `argv` is no such command.

    Source: POSIX sh and bash(1): the text follows all options, of which `o` and `O` take a word each.
    """
    if len(argv) < 2 or argv[0].rpartition("/")[2] not in SHELLS:
        return None
    command, position = False, 1
    while position < len(argv) and argv[position][:1] in ("-", "+") and len(argv[position]) > 1:
        word = argv[position]
        position += 1
        if word == "--":
            break
        if not word.startswith("--"):
            command = command or (word[0] == "-" and "c" in word)
            position += word.count("o") + word.count("O")
        elif word in VALUED:
            position += 1
    return argv[position] if command and position < len(argv) else None


def launches(launch: Launch) -> Iterator[Launch]:
    """The simple commands behind a launch: itself, or those of the shell text that it runs."""
    program = unwrap(launch.argv) if launch.argv and launch.argv[0].rpartition("/")[2] not in SHELLS else None
    argv = launch.argv if program is None else (program.name, *program.words)
    text = shell_text(argv)
    if text is None or not names_a_server(text):
        yield launch
        return
    if program is not None:
        launch = replace(launch, env={**launch.env, **program.env})
    from holdfast.formats.shell import reader

    known = {name: value for name, value in launch.env.items() if value is not None}
    for command in reader.read(text, known):
        yield replace(launch, argv=command.argv, command_replaced=True, env={**launch.env, **command.env})


def servers(
    launch: Launch, owner: Asset, name: str, spot: Spot, seen: Counter[str] | None = None
) -> Iterator[Asset | Edge]:
    """The servers that a launch starts, each joined to the asset that runs it. Raises FormatError.

    `seen` counts the products of the owner so far, where it launches more than once.
    """
    seen = Counter() if seen is None else seen
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
        single = isinstance(mount.host_path, str) and "." in mount.host_path.rpartition("/")[2][1:]  # an extension
        if volume.type in CONFIGURING or single:
            found.append(mount.path)
    return tuple(found)
