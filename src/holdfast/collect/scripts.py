"""Shell scripts and systemd units -> the servers and containers that they start."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from holdfast.collect.compose.run import STARTS, container
from holdfast.collect.host.docker import of_socket, of_variables
from holdfast.collect.host.units import NAMED, OWNED, of_unit
from holdfast.collect.launches import launches, names_a_server, of_workload, servers, shell_text
from holdfast.collect.readers import MONGODB, POSTGRESQL, REDIS, reader_of
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import environment_file, systemd
from holdfast.formats.servers.recognise import Launch
from holdfast.formats.shell.wrappers import unwrap
from holdfast.kinds.script import Script
from holdfast.kinds.server import Server

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

SCRIPT, UNIT = "script", "unit"
RENTING = frozenset(("vastai", "vast", "vast.py", "runpodctl"))
"""Programs that rent machines."""
RENTED_AT = ("rest.runpod.io/", "console.vast.ai/")
"""Where requests go that rent machines."""
RENTS = re.compile(
    r"\b(?:vastai|vast\.py|runpodctl)\b[^\n]{0,200}\b(?:create|launch)\b|//(?:rest\.runpod\.io|console\.vast\.ai)/"
)
"""What text must hold to rent a machine."""
PROXIES = re.compile(r"\bcaddy\s+(?:reverse-proxy|file-server)\b|\btraefik\b[^\n]{0,200}--", re.ASCII)
"""What text must hold to start a proxy by a command that says what it does."""
SUBMITS = re.compile(rb"\b(?:sbatch|srun|salloc)\b[^\n]{0,400}--(?:export|wrap)\b")
"""What a script holds that hands variables to a job of Slurm."""
CONFIGURED = ("/redis.conf", "/valkey.conf", "/mongod.conf", "/postgresql.conf")
SPEAKING = frozenset((REDIS, MONGODB, POSTGRESQL))
"""Readers of files that say all that their server does."""
DECISIVE = frozenset(
    ("bind", "bind-ip", "bind-ip-all", "port", "p", "h", "protected-mode", "requirepass", "user", "aclfile", "tls-port",
     "auth", "noauth", "keyFile", "tlsMode", "sslMode", "hba-file", "listen-addresses", "ssl")
)  # fmt: skip
"""Flags beside a configuration file that change who may come in."""
PACKAGED = re.compile(r"(?P<root>(?:.*?/)??)(?:usr/)?lib/systemd/(?:system|user)/")
"""Where the units of packages lie."""
UNITS = "/etc/systemd/system"
"""The folder of a host's own units."""


def script(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that a shell script starts."""
    text = data.decode("utf-8", "replace")
    for_slurm = b"#SBATCH" in data
    if not for_slurm and SUBMITS.search(data) is not None:
        from holdfast.collect.job_variables import alone

        yield from alone(text, path, "job", "sbatch")
    if not (for_slurm or _promises(text)):
        return
    from holdfast.formats.shell import reader

    owner = Asset(f"script/{path}/script", Script(name=path, interpreter="shell"), SCRIPT, path, {"": Spot(1, 1)})
    seen: Counter[str] = Counter()
    try:
        commands = reader.read(text)
        if for_slurm:
            yield from _batch(text, path, commands)
        for command in commands:
            launch = Launch(argv=command.argv, env=dict(command.env), env_complete=not command.sourced)
            yield from _started(launch, owner, Spot(command.line, command.column), seen)
    except FormatError as error:
        yield _unreadable(path, "a shell script", error)


def job(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The same of a file that counts as a script where it is meant for sbatch; others use its extension, too."""
    if b"#SBATCH" in data:
        yield from script(data, path)


def _batch(text: str, path: str, commands: list[Command]) -> Iterator[Asset]:
    """The job that a script describes for sbatch."""
    from holdfast.collect.batch import batch
    from holdfast.formats.slurm.batch import is_batch

    if is_batch(text):
        yield from batch(text, path, commands)


def units(files: Files) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that systemd units start, with the environment files that they name."""
    for path in files:
        yield from unit(files.read(path) or b"", path, files)


def unit(data: bytes, path: str, files: Files) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that a systemd unit starts."""
    name = path.rpartition("/")[2]
    if name == "docker":
        yield from of_variables(data, path, UNIT)
        return
    text = data.decode("utf-8", "replace")
    if not (_promises(text) or NAMED.search(data) or OWNED.search(data) or b"ListenStream" in data):
        return
    owner = Asset(f"script/{path}/unit", Script(name=path, interpreter="systemd"), UNIT, path, {"": Spot(1, 1)})
    seen: Counter[str] = Counter()
    products: list[str] = []
    try:
        service = systemd.read(data)
        variables = _variables(service.environment_files, path, files)
        if variables is not None:
            service = systemd.read(data, variables)
        env: dict[str, str | None] = {**service.env, **(variables or {})}
        for start in service.execs:
            if start.key == "ExecStart":
                launch = Launch(argv=start.argv, env=env, env_complete=variables is not None)
                for single in launches(launch, _promises):
                    if _configured(single, path, files):
                        continue
                    found = list(_started(single, owner, Spot(start.line, 1), seen))
                    started = [each.facts for each in found if isinstance(each, Asset)]
                    products += [str(facts.product) for facts in started if isinstance(facts, Server)]
                    yield from found
        yield from of_unit(service, path, products, UNIT, files)
        if ".socket" in path:
            yield from of_socket(service, path, UNIT, files)
    except FormatError as error:
        yield _unreadable(path, "a unit", error)


def _variables(names: Sequence[str], path: str, files: Files) -> dict[str, str] | None:
    """What the environment files of a unit set, None where one of them is not here or cannot be read.

    A dash says that a file may be missing: that decides on the host's own tree, elsewhere it counts as unseen.
    """
    found: dict[str, str] = {}
    for name in names:
        file = files.find(name.lstrip("-"), path, UNITS) or _below_root(name.lstrip("-"), path, files)
        if file is None and name.startswith("-") and files.host is not None:
            continue
        try:
            text = files.read(file) if file is not None else None
            if text is None:
                return None
            found |= environment_file.read(text)
        except FormatError:
            return None
    return found


def _below_root(name: str, path: str, files: Files) -> str | None:
    """The file that a unit of a package calls `name`: it lies below the root that `lib/systemd` is in."""
    match = PACKAGED.match(path)
    place = f"{match['root']}{name[1:]}" if match is not None and name.startswith("/") else ""
    return place if place and files.read(place) is not None else None


def _configured(launch: Launch, path: str, files: Files) -> bool:
    """Whether a command only names a configuration file that is here: the server is that file's then."""
    named = [word.partition("=")[2] or word for word in launch.argv[1:] if word.endswith(CONFIGURED)]
    decisive = any(word.lstrip("-").partition("=")[0].replace("_", "-") in DECISIVE for word in launch.argv[1:])
    found = [files.find(name, path, "/etc") for name in named if name.startswith("/")]
    return not decisive and any(file is not None and reader_of(file) in SPEAKING for file in found)


def _unreadable(path: str, what: str, error: FormatError) -> Gap:
    return Gap(path, f"not readable as {what}: {error.what}", "unreadable", error.line)


def _promises(text: str) -> bool:
    """Whether shell text may start a server, proxy or container, or rent a machine; other text need not be parsed."""
    return names_a_server(text) or any(sign.search(text) is not None for sign in (STARTS, RENTS, PROXIES))


def _started(launch: Launch, owner: Asset, spot: Spot, seen: Counter[str]) -> Iterator[Asset | Edge]:
    """What one simple command starts; that of a shell's text follows by itself."""
    if shell_text(launch.argv):
        return
    words, _ = unwrap(launch.argv) if launch.argv else ((), {})
    name = words[0].rpartition("/")[2] if words else ""
    if name in RENTING or (name == "curl" and any(at in word for word in words for at in RENTED_AT)):
        from holdfast.collect.rented.commands import rented

        machine = rented(words, owner.path, owner.source, spot, seen)
        if machine is not None:
            yield from machine
            return
    if name in ("traefik", "caddy"):
        from holdfast.collect.configs.proxy_commands import proxied

        seen["proxy"] += 1
        called = f"proxy{seen['proxy']}" if seen["proxy"] > 1 else ""
        yield from proxied("", words, launch.env, owner, called, spot)
        return
    workload = container(words, owner.path, owner.source, spot, seen)
    if workload is None:
        yield from servers(launch, owner, "", spot, seen)
        return
    yield workload
    yield from of_workload(workload)


def broken(data: bytes, path: str, *, unit: bool) -> Iterator[Gap]:
    """The gap that a script or unit is which cannot be read at all, for one that somebody names."""
    from holdfast.formats.shell import reader

    try:
        if unit:
            systemd.read(data)
        else:
            reader.read(data.decode("utf-8"))
    except FormatError as error:
        yield _unreadable(path, "a unit" if unit else "a shell script", error)
    except UnicodeDecodeError:
        yield Gap(path, "binary, not text", "unreadable")
