"""What a configuration file says of the server whose container has it mounted."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET

from holdfast.core.asset import Asset, Edge
from holdfast.kinds.server import Server
from holdfast.kinds.workload import Workload

TAKEN = ("host", "port", "auth", "tls", "cors_any", "default_secret", "trust_remote_code")
"""Facts that a file tells about its server wherever it runs."""


def configured(assets: Sequence[Asset], edges: Sequence[Edge]) -> Iterator[tuple[int, dict[str, object]]]:
    """Facts of servers in containers of compose files, from the files of the repository that these mount.

    What a command or a variable decides is decided already. That only the own host reaches a server is not taken
    over: an image may leave out the guard that the program has by itself.
    """
    files = {asset.path: asset for asset in assets if isinstance(asset.facts, Server) and asset.source == "config"}
    if not files:
        return
    workloads = {asset.id: asset for asset in assets if isinstance(asset.facts, Workload)}
    homes = {edge.source: workloads.get(edge.target) for edge in edges if edge.relation == "runs_on"}
    for position, asset in enumerate(assets):
        home = homes.get(asset.id)
        if isinstance(asset.facts, Server) and asset.source == "compose" and home is not None:
            found = [file for file in _mounted(home, files) if file.product == asset.facts.product]
            if len(found) == 1:
                yield position, _told(found[0])


def _mounted(workload: Asset, files: Mapping[str, Asset]) -> Iterator[Server]:
    """The servers whose files a workload mounts, single files and whole folders."""
    folder = posixpath.dirname(workload.path)
    facts = workload.facts
    for volume in facts.volumes if isinstance(facts, Workload) and isinstance(facts.volumes, list) else ():
        if isinstance(volume.host_path, str) and not volume.host_path.startswith(("/", "~", "$")):
            path = posixpath.normpath(posixpath.join(folder, volume.host_path))
            for name, asset in files.items():
                if (name == path or name.startswith(f"{path}/")) and isinstance(asset.facts, Server):
                    yield asset.facts


def _told(file: Server) -> dict[str, object]:
    found = {name: value for name in TAKEN if (value := getattr(file, name)) is not UNSET}
    return {**found, "loopback": False} if file.loopback is False else found
