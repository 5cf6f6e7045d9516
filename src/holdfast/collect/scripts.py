"""Shell scripts -> the servers and containers that they start."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast.collect.compose.run import STARTS, container
from holdfast.collect.launches import names_a_server, of_workload, servers, shell_text
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import systemd
from holdfast.formats.servers.recognise import Launch
from holdfast.formats.shell.wrappers import unwrap
from holdfast.kinds.script import Script

if TYPE_CHECKING:
    from holdfast.formats.shell.reader import Command

SOURCE = "script"
RENTING = frozenset(("vastai", "vast", "vast.py", "runpodctl", "sky"))
"""Programs that rent machines."""
RENTED_AT = ("rest.runpod.io/", "api.runpod.io/", "console.vast.ai/")
"""Where requests go that rent machines."""
RENTS = re.compile(
    r"\b(?:vastai|vast\.py|runpodctl)\b[^\n]{0,200}\b(?:create|launch)\b|//(?:(?:rest|api)\.runpod\.io|console\.vast\.ai)/"
    r"|\bsky\s{1,8}(?:launch|jobs\s{1,8}launch|serve\s{1,8}up)\b"
)
"""What text must hold to rent a machine."""
PROXIES = re.compile(r"\bcaddy\s+(?:reverse-proxy|file-server)\b|\btraefik\b[^\n]{0,200}--", re.ASCII)
"""What text must hold to start a proxy by a command that says what it does."""
FOREIGN = re.compile(rb"#![^\n]{0,200}\b(?:python|perl|ruby|Rscript|julia|node)[\d.]*(?:\s|\Z)")
"""The first line of a script that no shell runs."""
SUBMITS = re.compile(rb"\b(?:sbatch|srun|salloc)\b[^\n]{0,400}--(?:export|wrap)\b")
"""What a script holds that hands variables to a job of Slurm."""


def script(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that a shell script starts."""
    text = data.decode("utf-8", "replace")
    for_slurm = b"#SBATCH" in data
    if not for_slurm and SUBMITS.search(data) is not None:
        from holdfast.collect.job_variables import alone

        yield from alone(text, path, "job", "sbatch")
    if not (for_slurm or promises(text)):
        return
    if for_slurm and FOREIGN.match(data) is not None:
        yield from _foreign(text, path)
        return
    from holdfast.formats.shell import reader

    owner = Asset(f"script/{path}/script", Script(name=path, interpreter="shell"), SOURCE, path, {"": Spot(1, 1)})
    seen: Counter[str] = Counter()
    try:
        commands = reader.read(text)
        if for_slurm:
            yield from _batch(text, path, commands)
        for command in commands:
            launch = Launch(argv=command.argv, env=dict(command.env), env_complete=not command.sourced)
            yield from started(launch, owner, Spot(command.line, command.column), seen)
    except FormatError as error:
        yield unreadable(path, "a shell script", error)


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


def _foreign(text: str, path: str) -> Iterator[Asset]:
    """The job that a script in another language describes for sbatch."""
    from holdfast.collect.batch import foreign
    from holdfast.formats.slurm.batch import is_batch

    if is_batch(text):
        yield from foreign(text, path)


def unreadable(path: str, what: str, error: FormatError) -> Gap:
    """The gap that a text is which is no script or unit."""
    return Gap(path, f"not readable as {what}: {error.what}", "unreadable", error.line)


def promises(text: str) -> bool:
    """Whether shell text may start a server, proxy or container, or rent a machine; other text need not be parsed."""
    return names_a_server(text) or any(sign.search(text) is not None for sign in (STARTS, RENTS, PROXIES))


def started(launch: Launch, owner: Asset, spot: Spot, seen: Counter[str]) -> Iterator[Asset | Edge | Gap]:
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
        yield unreadable(path, "a unit" if unit else "a shell script", error)
    except UnicodeDecodeError:
        yield Gap(path, "binary, not text", "unreadable")
