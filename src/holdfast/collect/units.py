"""Systemd units -> the servers and containers that they start, and what they grant to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.collect.environment_places import with_places
from holdfast.collect.fragments import MOST, ORDER, Merged, merged, placed
from holdfast.collect.host.docker import of_socket, of_variables
from holdfast.collect.host.units import NAMED, OWNED, of_unit
from holdfast.collect.launches import launches, servers
from holdfast.collect.readers import MONGODB, POSTGRESQL, REDIS, reader_of
from holdfast.collect.scripts import promises, started, unreadable
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import environment_file, systemd
from holdfast.formats.servers.catalogue import PROGRAMS
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
SIGNS = (b"ListenStream", b"[Container]", b"[Mount]")
"""What a unit holds that grants something without a command."""
SAYS = re.compile(rb"^[ \t]*\[[A-Za-z]|^[A-Z][a-z]\w*[ \t]*=", re.MULTILINE)
"""A section or a setting of a unit; names that end as those of units may stand for other things."""
GRAFANA = "grafana-server"
"""The file of variables of Grafana's packages, which their unit takes in."""
UNITS = "/etc/systemd/system"
"""The folder of a host's own units."""


def units(files: Files) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that systemd units start, with their drop-ins and the environment files they name."""
    for each in merged(files):
        yield from _unit(each, files)
    if any(path.endswith(DAEMONS) for path in files):
        from holdfast.collect.slurm.daemon_options import of_options

        yield from of_options(files, SOURCE)


def _unit(whole: Merged, files: Files) -> Iterator[Asset | Edge | Gap]:
    """What a unit starts and grants."""
    path = whole.path
    if whole.name == "docker":
        yield from of_variables(whole.texts[0][1], path, SOURCE)
        return
    if path.endswith(DAEMONS):
        return
    if whole.name == GRAFANA:
        yield from _grafana(whole, files)
        return
    if not (whole.main is None and _served(whole.name)) and not whole.holds(_promising):
        return
    if whole.many:
        what = f"a unit with more than {MOST} drop-ins: what it starts was not examined"
        yield Gap(path, what, "unreadable", 1)
        return
    if whole.name.endswith((".container", ".mount")) and not placed(path) and not whole.holds(SAYS.search):
        return
    try:
        data = whole.joined()
        for file, error in whole.bad:
            yield unreadable(file, "a unit", error)
        if not data:
            return
        service = systemd.read(data)
        variables = _variables(service, whole, files)
        if variables is not None:
            service = systemd.read(data, variables)
        found = list(_started(whole, service, variables, files))
        yield from found
        running = [each.facts for each in found if isinstance(each, Asset)]
        products = [str(facts.product) for facts in running if isinstance(facts, Server)]
        yield from of_unit(service, whole, products, SOURCE)
        if whole.name.endswith(".container"):
            from holdfast.collect.host.quadlet import quadlet

            yield from quadlet(service, whole, SOURCE)
        elif whole.name.endswith(".mount"):
            from holdfast.collect.host.storage import of_unit as mounted

            yield from mounted(service, whole, files)
        elif ".socket" in path:
            yield from of_socket(service, whole, SOURCE, files)
    except FormatError as error:
        yield unreadable(path, "a unit", error)


def _promising(data: bytes) -> bool:
    """Whether a file of a unit may say something that is looked at; other text need not be parsed."""
    text = data.decode("utf-8", "replace")
    return bool(promises(text) or NAMED.search(data) or OWNED.search(data) or any(sign in data for sign in SIGNS))


def _started(
    whole: Merged, service: systemd.Unit, variables: dict[str, str] | None, files: Files
) -> Iterator[Asset | Edge | Gap]:
    """The servers and containers that a unit starts."""
    path = whole.path
    owner = Asset(f"script/{path}/unit", Script(name=path, interpreter="systemd"), SOURCE, path, {"": Spot(1, 1)})
    seen: Counter[str] = Counter()
    env: dict[str, str | None] = {**service.env, **(variables or {})}
    written = {each.name: whole.spot(each.line) for each in service.environment if each.name not in (variables or {})}
    starts = [each for each in service.execs if each.key == "ExecStart"]
    for start in starts:
        launch = Launch(argv=start.argv, env=env, env_complete=variables is not None and whole.main is not None)
        for single in launches(launch, promises):
            if not _configured(single, path, files):
                found = list(started(single, owner, whole.spot(start.line), seen))
                found = list(with_places(found, single, written)) if written else found
                yield from found if whole.main is not None else map(_part, found)
    if not starts and whole.main is None and written:
        for words in _served(whole.name):
            launch = Launch(argv=words, env=env, env_complete=False, argv_complete=False)
            yield from _partly(launch, owner, written)


def _part(item: Asset | Edge | Gap) -> Asset | Edge | Gap:
    """What a drop-in starts whose unit is not here: the unit decides what it leaves out."""
    return replace(item, partial=True) if isinstance(item, Asset) else item


def _partly(launch: Launch, owner: Asset, written: dict[str, Spot]) -> Iterator[Asset]:
    """The server of a launch of which little more than variables is known, with what these decide."""
    first = next(iter(written.values()))
    for item in with_places(servers(launch, owner, "", first), launch, written):
        if isinstance(item, Asset) and len(item.spots) > 1:
            yield replace(item, partial=True)


def _grafana(whole: Merged, files: Files) -> Iterator[Asset | Edge | Gap]:
    """What Grafana's packages are told by variables, where no unit that takes them in is here.

    Source: github.com/grafana/grafana packaging (12), checked 2026-11-30.
    """
    path, data = whole.path, whole.texts[0][1]
    unit = f"{GRAFANA}.service"
    if any(files.find(f"/{home}/systemd/system/{unit}", path, "/etc") for home in ORDER):
        return
    try:
        env: dict[str, str | None] = {**environment_file.read(data)}
    except FormatError as error:
        yield unreadable(path, "a file of variables", error)
        return
    rows = data.decode("utf-8", "replace").split("\n")
    lines = {row.partition("=")[0].strip(): Spot(line, 1) for line, row in enumerate(rows, 1)}
    written = {name: lines.get(name, Spot(1, 1)) for name in env if name.startswith("GF_")}
    owner = Asset(f"script/{path}/unit", Script(name=path, interpreter="systemd"), SOURCE, path, {"": Spot(1, 1)})
    if written:
        yield from _partly(Launch(argv=(GRAFANA,), env=env, env_complete=False, argv_complete=False), owner, written)


def _served(name: str) -> list[tuple[str, ...]]:
    """What a unit starts that is named after a known server, for drop-ins whose unit is not here."""
    stem = name.removesuffix(".service")
    return [(stem,), (stem, "serve")] if stem in PROGRAMS and stem != name else []


def _variables(service: systemd.Unit, whole: Merged, files: Files) -> dict[str, str] | None:
    """What the environment files of a unit set, None where one of them is not here or cannot be read.

    A dash says that a file may be missing: that decides on the host's own tree, elsewhere it counts as unseen.
    """
    found: dict[str, str] = {}
    for each in service.values("Service", "EnvironmentFile"):
        name, path = each.value, whole.place(each.line)[0]
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
