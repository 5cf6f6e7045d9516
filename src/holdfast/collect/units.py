"""Systemd units -> the servers and containers that they start, and what they grant to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from holdfast.collect.host.docker import of_socket, of_variables
from holdfast.collect.host.units import NAMED, OWNED, of_unit
from holdfast.collect.launches import launches
from holdfast.collect.readers import MONGODB, POSTGRESQL, REDIS, reader_of
from holdfast.collect.scripts import promises, started, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import environment_file, systemd
from holdfast.formats.servers.recognise import Launch
from holdfast.kinds.script import Script
from holdfast.kinds.server import Server

SOURCE = "unit"
CONFIGURED = ("/redis.conf", "/valkey.conf", "/mongod.conf", "/postgresql.conf")
SPEAKING = frozenset((REDIS, MONGODB, POSTGRESQL))
"""Readers of files that say all that their server does."""
DECISIVE = frozenset(
    ("bind", "bind-ip", "bind-ip-all", "port", "p", "h", "protected-mode", "requirepass", "user", "aclfile", "tls-port",
     "auth", "noauth", "keyFile", "tlsMode", "sslMode", "hba-file", "listen-addresses", "ssl")
)  # fmt: skip
"""Flags beside a configuration file that change who may come in."""
DAEMONS = ("default/munge", "default/slurmrestd", "sysconfig/munge", "sysconfig/slurmrestd")
"""Files of variables that the units of packages read; the units themselves need not be here."""
PACKAGED = re.compile(r"(?P<root>(?:.*?/)??)(?:usr/)?lib/systemd/(?:system|user)/")
"""Where the units of packages lie."""
UNITS = "/etc/systemd/system"
"""The folder of a host's own units."""


def units(files: Files) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that systemd units start, with the environment files that they name."""
    for path in files:
        yield from unit(files.read(path) or b"", path, files)
    if any(path.endswith(DAEMONS) for path in files):
        from holdfast.collect.slurm.daemon_options import of_options

        yield from of_options(files, SOURCE)


def unit(data: bytes, path: str, files: Files) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that a systemd unit starts."""
    name = path.rpartition("/")[2]
    if name == "docker":
        yield from of_variables(data, path, SOURCE)
        return
    if path.endswith(DAEMONS):
        return
    text = data.decode("utf-8", "replace")
    if not (promises(text) or NAMED.search(data) or OWNED.search(data) or b"ListenStream" in data):
        return
    owner = Asset(f"script/{path}/unit", Script(name=path, interpreter="systemd"), SOURCE, path, {"": Spot(1, 1)})
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
                for single in launches(launch, promises):
                    if _configured(single, path, files):
                        continue
                    found = list(started(single, owner, Spot(start.line, 1), seen))
                    running = [each.facts for each in found if isinstance(each, Asset)]
                    products += [str(facts.product) for facts in running if isinstance(facts, Server)]
                    yield from found
        yield from of_unit(service, path, products, SOURCE, files)
        if ".socket" in path:
            yield from of_socket(service, path, SOURCE, files)
    except FormatError as error:
        yield unreadable(path, "a unit", error)


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
