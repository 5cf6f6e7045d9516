"""Options of munged and slurmrestd in the files that the units of their packages read.

Sources: munge 0.5.15, `munge.service` (`ExecStart=/usr/sbin/munged $OPTIONS`); Slurm 26.11, `slurmrestd.service`
(`ExecStart=/usr/sbin/slurmrestd $SLURMRESTD_OPTIONS`); each with an `EnvironmentFile` of its own name in
`/etc/default` or `/etc/sysconfig` (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.host.node import root_of
from holdfast.collect.launches import servers
from holdfast.collect.owned import words
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.errors import FormatError
from holdfast.formats import environment_file
from holdfast.formats.servers.recognise import Launch
from holdfast.kinds.script import Script
from holdfast.kinds.server import Server

DAEMONS = {"munge": ("munged", "OPTIONS"), "slurmrestd": ("slurmrestd", "SLURMRESTD_OPTIONS")}
"""Name of a file and of its unit -> the program, and the variable that holds its options."""
LISTEN = "SLURMRESTD_LISTEN"


def of_options(files: Files, source: str) -> Iterator[Asset | Edge]:
    """Each daemon as its package's unit starts it, unless a unit of the same host is here and decides.

    What the unit sets besides is not seen, so that nothing is asked but what the file says.
    """
    paths = [path for path in files if path.rpartition("/")[2] in DAEMONS]
    decided = _with_units(files) if paths else frozenset()
    for path in paths:
        if (path.rpartition("/")[2], root_of(path, "default", "sysconfig")) not in decided:
            yield from _daemon(files.members[path], path, source)


def _daemon(data: bytes, path: str, source: str) -> Iterator[Asset | Edge]:
    program, variable = DAEMONS[path.rpartition("/")[2]]
    try:
        env = environment_file.read(data)
    except FormatError:
        return
    if not env:
        return
    decides = next((each for each in (variable, LISTEN) if each in env), next(iter(env)))
    match = re.search(rf"^[ \t]*{decides}[ \t]*=".encode(), data, re.MULTILINE)
    spot = Spot(data.count(b"\n", 0, match.start() if match else 0) + 1, 1)
    owner = Asset(f"script/{path}/environment", Script(name=path), source, path, {"": spot})
    launch = Launch(argv=(program, *words(env.get(variable, ""))), env={**env}, env_complete=False)
    for found in servers(launch, owner, "", spot):
        if isinstance(found, Asset) and isinstance(found.facts, Server):
            facts = found.facts
            if program == "slurmrestd" and LISTEN not in env and facts.loopback is not False:
                facts = replace(facts, host=UNSET, port=UNSET, loopback=UNSET)
            yield replace(found, facts=facts, glimpsed=True)


def _with_units(files: Files) -> frozenset[tuple[str, str]]:
    """The daemons, and the roots of hosts, whose unit or a drop-in that starts something else is here."""
    found = set()
    for path in files:
        folder, _, last = path.rpartition("/")
        name = last.removesuffix(".service")
        if folder.endswith(".service.d") and b"ExecStart=" in files.members[path]:
            name = folder.rpartition("/")[2].removesuffix(".service.d")
        elif not last.endswith(".service"):
            continue
        if name in DAEMONS:
            found.add((name, root_of(path, "systemd")))
    return frozenset(found)
