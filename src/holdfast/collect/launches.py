"""What starts a process -> `server` assets: containers, Dockerfile commands, scripts and units alike."""

from __future__ import annotations

import functools
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from holdfast.collect.fields import EXPRESSION
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET, Fact, Secret
from holdfast.formats.servers.catalogue import MODULES, PROGRAMS
from holdfast.formats.servers.recognise import Launch, recognise
from holdfast.formats.servers.unwrap import unwrap
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Container, Volume, Workload

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh"))
VALUED = frozenset(("--rcfile", "--init-file"))
WORD = re.compile(r"[\w.-]+", re.ASCII)
ALL_ARGUMENTS = frozenset(("$@", "$*", "${@}", "${*}"))
ARGUMENT = re.compile(r"\$\{?([1-9])\}?")
NAMED = re.compile(r"(\w+)\s{0,8}(?:\||-?\}\}|-?%>)", re.ASCII)
"""The last name of a template expression, before its filters."""
REFERENCE = re.compile(r"\$\$|\$\(([\w.-]+)\)", re.ASCII)
"""What the kubelet expands in command words. Source: the Kubernetes API reference, core/v1 Container, `command`."""
OPENING = frozenset(("anonymous", "policy"))
"""Words of commands by which MinIO's client lets everybody into a bucket."""
PROXY = re.compile(r"(?:^|/)(?:traefik|caddy)(?:$|[:@])")
"""An image or a program of a proxy that commands configure."""
NAMES = frozenset((*PROGRAMS, *MODULES, "mc", "mcli"))


def names_a_server(text: str) -> bool:
    """Whether shell text holds the name of a program or module that is known; other text need not be parsed."""
    return not NAMES.isdisjoint(WORD.findall(text))


def shell_text(argv: Sequence[str]) -> int:
    """The index of the text that `sh -c TEXT` runs, 0 when `argv` is no such command.

    Source: POSIX sh and bash(1): the text follows all options, of which `o` and `O` take a word each.
    """
    if len(argv) < 2 or argv[0].rpartition("/")[2] not in SHELLS:
        return 0
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
    return position if command and position < len(argv) else 0


def launches(launch: Launch, worth: Callable[[str], bool] = names_a_server) -> Iterator[Launch]:
    """The simple commands behind a launch: itself, or those of the shell text that it runs, if that is `worth` it."""
    program = unwrap(launch.argv) if launch.argv and launch.argv[0].rpartition("/")[2] not in SHELLS else None
    argv = launch.argv if program is None else (program.name, *program.words)
    at = shell_text(argv)
    if not at or not worth(argv[at]):
        yield launch
        return
    if program is not None:
        launch = replace(launch, env={**launch.env, **program.env})
    known = tuple((name, value) for name, value in launch.env.items() if value is not None)
    arguments = argv[at + 2 :]  # the word after the text is the shell's own name, $0
    read = _commands if len(argv[at]) <= MAX_KEPT else _commands.__wrapped__
    for command in read(argv[at], known):
        yield replace(
            launch,
            argv=tuple(handed(command.argv, arguments)),
            command_replaced=True,
            env={**launch.env, **command.env},
            env_complete=launch.env_complete and not command.sourced,
        )


@functools.lru_cache(maxsize=32)
def _commands(text: str, known: tuple[tuple[str, str], ...]) -> list[Command]:
    """The commands of a text; charts write the same one into many objects. Raises FormatError."""
    from holdfast.formats.shell import reader

    return reader.read(text, dict(known))


def handed(words: Sequence[str], arguments: Sequence[str]) -> Iterator[str]:
    """The words of a command in a `sh -c` text, with the arguments that follow the text put in for `$@` and `$1`."""
    for word in words:
        if word in ALL_ARGUMENTS:
            yield from arguments
        elif (match := ARGUMENT.fullmatch(word)) and int(match[1]) <= len(arguments):
            yield arguments[int(match[1]) - 1]
        else:
            yield word


def servers(
    launch: Launch, owner: Asset, name: str, spot: Spot, seen: Counter[str] | None = None
) -> Iterator[Asset | Edge]:
    """The servers that a launch starts, each joined to the asset that runs it, and the buckets that it opens.

    `seen` counts the products of the owner so far, where it launches more than once. Raises FormatError.
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
        if not OPENING.isdisjoint(single.argv):
            from holdfast.collect.minio import opened

            yield from opened(single, owner, name, spot, seen)


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
        name = str(container.name or index)
        if PROXY.search(launch.image) or (launch.argv and PROXY.search(launch.argv[0])):
            yield from _proxied_by(launch, asset, container, name, spot)
        try:
            found = list(servers(launch, asset, name, spot))
        except FormatError:
            found = list(servers(replace(launch, argv=(), argv_complete=False), asset, name, spot))
        yield from found if facts.controller not in ENGINES else _behind(found, published(asset, container))


def _proxied_by(launch: Launch, asset: Asset, container: Container, name: str, spot: Spot) -> Iterator[Asset]:
    """The ways that a proxy in a container opens by its command."""
    from holdfast.collect.configs.proxy_commands import proxied

    workload = cast("Workload", asset.facts)
    ports = published(asset, container) if workload.controller in ENGINES else None
    yield from proxied(launch.image, launch.argv, launch.env, asset, name, spot, ports)


def published(asset: Asset, container: Container) -> frozenset[int] | None:
    """The ports of a container that others than its own host may reach; None where that may be any of them.

    Source: Docker, Port publishing and mapping: what is not published is reached from the host and its bridges alone.
    """
    from holdfast.formats.servers.address import loopback  # a manifest of Kubernetes needs no addresses

    workload = cast("Workload", asset.facts)
    if workload.host_network is not False or not isinstance(container.ports, list) or _proxied(workload, container):
        return None
    folder = os.path.dirname(asset.path)
    if asset.source == "compose" and any(os.path.lexists(os.path.join(folder, name)) for name in OVERRIDES):
        return None  # which may publish more
    open_ports = [port.container_port for port in container.ports if loopback(port.host_ip) is not True]
    known = frozenset(port for port in open_ports if isinstance(port, int))
    return known if len(known) == len(set(open_ports)) else None


def _proxied(workload: Workload, container: Container) -> bool:
    """Whether a reverse proxy on the same host publishes it, as its labels or variables ask."""
    labels = workload.labels if isinstance(workload.labels, dict) else {}
    env = container.env if isinstance(container.env, list) else []
    return any(name.startswith(PROXIES) for name in labels) or any(each.name == "VIRTUAL_HOST" for each in env)


def _behind(found: Iterable[Asset | Edge], ports: frozenset[int] | None) -> Iterator[Asset | Edge]:
    """Servers of a container whose engine publishes `ports`: one on another port is its own host's."""
    for item in found:
        if ports is not None and isinstance(item, Asset) and isinstance(item.facts, Server):
            port = item.facts.port
            if port not in ports if isinstance(port, int) else not ports:
                yield replace(item, facts=replace(item.facts, loopback=True))
                continue
        yield item


def launch_of(container: Container, volumes: Fact[list[Volume]] = UNSET) -> Launch | None:
    """How a container starts its process; None where nothing of it can be seen."""
    image = container.image if isinstance(container.image, str) else ""
    argv = container.argv if isinstance(container.argv, list) else None
    if not image and not argv:
        return None
    expanding = Expanding()
    for variable in container.env if isinstance(container.env, list) else ():
        if isinstance(variable.name, str):
            value = variable.value
            literal = expanding.word(str.__str__(value)) if isinstance(value, Secret) else None
            expanding.env[variable.name] = literal if literal is not None or variable.origin != "literal" else "$"
    return Launch(
        image=image,
        argv=tuple(expanding.word(word) for word in argv or ()),
        argv_complete=argv is not None,
        command_replaced=container.entrypoint_replaced is True,
        env=expanding.env,
        env_complete=isinstance(container.env, list) and container.env_from == [],
        config_mounts=_configuration(container, volumes),
    )


class Expanding:
    """Puts the variables of a container into its words, and into the variables that follow, as the kubelet does."""

    def __init__(self) -> None:
        self.env: dict[str, str | None] = {}
        self.left = MAX_EXPANDED
        """Characters that may still be put in; after that references stay."""

    def word(self, word: str) -> str:
        """A word as the program gets it; template expressions and what is kept elsewhere stay unresolved."""
        if "{{" in word or "<%" in word:
            return EXPRESSION.sub(_as_variable, word)
        return REFERENCE.sub(self._value, word) if "$" in word else word

    def _value(self, match: re.Match[str]) -> str:
        value = self.env.get(match[1]) if match[1] else "$"
        if value is None or len(value) > self.left:
            return match[0]
        self.left -= len(value)
        return value


def _as_variable(match: re.Match[str]) -> str:
    """What stands for a template expression: a variable of the same name."""
    name = NAMED.search(match[0])
    return f"${{{name[1]}}}" if name else "$"


ENGINES = frozenset(("compose", "docker", "podman", "nerdctl"))
OVERRIDES = tuple(f"{name}.override.{end}" for name in ("compose", "docker-compose") for end in ("yaml", "yml"))
"""Files beside a compose file that are merged into it. Source: Docker Compose, Merge Compose files."""
PROXIES = ("traefik.", "caddy")
"""Labels by which a reverse proxy publishes a container that publishes no port of its own."""
MAX_KEPT = 1 << 14
"""Characters of the longest shell text whose commands are kept, should it come again."""
MAX_EXPANDED = 1 << 16
"""Characters that variables may add to the words of one container."""
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
