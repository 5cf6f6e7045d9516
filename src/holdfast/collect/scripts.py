"""Shell scripts and systemd units -> the servers that they start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from holdfast.collect.launches import names_a_server, servers, shell_text
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import systemd
from holdfast.formats.servers.recognise import Launch
from holdfast.kinds.script import Script


def script(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The servers that a shell script starts."""
    text = data.decode("utf-8", "replace")
    if not names_a_server(text):
        return
    from holdfast.formats.shell import reader

    owner = Asset(f"script/{path}/script", Script(name=path, interpreter="shell"), "script", path, {"": Spot(1, 1)})
    seen: Counter[str] = Counter()
    try:
        for command in reader.read(text):
            if shell_text(command.argv):  # the commands inside follow
                continue
            launch = Launch(argv=command.argv, env=dict(command.env), env_complete=not command.sourced)
            yield from servers(launch, owner, "", Spot(command.line, command.column), seen)
    except FormatError as error:
        yield Gap(path, f"not readable as a shell script: {error.what}", "unreadable", error.line)


def unit(data: bytes, path: str) -> Iterator[Asset | Edge | Gap]:
    """The servers that a systemd unit starts."""
    if not names_a_server(data.decode("utf-8", "replace")):
        return
    owner = Asset(f"script/{path}/unit", Script(name=path, interpreter="systemd"), "unit", path, {"": Spot(1, 1)})
    seen: Counter[str] = Counter()
    try:
        service = systemd.read(data)
        for start in service.execs:
            if start.key == "ExecStart":
                launch = Launch(argv=start.argv, env=dict(service.env), env_complete=not service.environment_files)
                yield from servers(launch, owner, "", Spot(start.line, 1), seen)
    except FormatError as error:
        yield Gap(path, f"not readable as a unit: {error.what}", "unreadable", error.line)
