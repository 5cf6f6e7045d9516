"""`/etc/nvidia-imex/config.cfg` and `fabricmanager.cfg` -> `gpu_fabric`; files of subnet managers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.collect.host import infiniband
from holdfast.collect.host.settings import unreadable
from holdfast.collect.permissions import permissions
from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact
from holdfast.formats.key_values import Setting, last
from holdfast.formats.key_values import read as read_settings
from holdfast.formats.servers.address import loopback
from holdfast.kinds.gpu_fabric import GpuFabric

MODES = {"0": "bare-metal", "1": "shared-nvswitch", "2": "vgpu"}
"""FABRIC_MODE. Source: Fabric Manager user guide 2.3."""
FACTS = {
    "imex_enable_auth_encryption": ("peers_authenticated", "peers_encrypted"),
    "imex_auth_encryption_mode": ("peers_encrypted",),
    "imex_cmd_port": ("commands_reachable", "commands_address"),
    "imex_cmd_bind_interface_ip": ("commands_reachable", "commands_address"),
    "fm_cmd_bind_interface": ("commands_reachable", "commands_address"),
    "fabric_mode": ("mode",),
    "fm_stay_resident_on_failures": ("continues_after_failure",),
}
"""Key -> the facts that stand at it."""


def read(files: Files) -> Iterator[Asset | Gap]:
    """The services whose files were found."""
    for path in files:
        data = files.members[path]
        name = path.rpartition("/")[2]
        try:
            if name in infiniband.NAMES:
                subnet, places = infiniband.read(name, data)
                subnet = replace(subnet, path=path, permissions=permissions(path, files.host))
                yield Asset(f"subnet_manager/{path}", subnet, files.source, path, places, partial=True)
                continue
            found = last(read_settings(data))
        except FormatError as error:
            yield unreadable(path, data, "settings", error)
            continue
        facts = fabric_manager(found) if path.endswith("fabricmanager.cfg") else imex(found)
        facts = replace(facts, path=path, permissions=permissions(path, files.host))
        spots = {"": Spot(1, 1)}
        for key, names in FACTS.items():
            if key in found:
                spots.update({name: Spot(found[key].line, 1) for name in names})
        yield Asset(f"gpu_fabric/{path}", facts, files.source, path, spots)


def imex(found: dict[str, Setting]) -> GpuFabric:
    """IMEX. Source: NVIDIA IMEX guide, "IMEX Service Config Options" (defaults: no authentication, mode SSL_TLS)."""
    guarded = _switch(found, "imex_enable_auth_encryption", default=False)
    mode = found["imex_auth_encryption_mode"].value if "imex_auth_encryption_mode" in found else "SSL_TLS"
    port = found["imex_cmd_port"].value if "imex_cmd_port" in found else ""
    address = found["imex_cmd_bind_interface_ip"].value if "imex_cmd_bind_interface_ip" in found else ""
    on = _switch(found, "imex_cmd_enabled", default=UNSET)
    local = loopback(address)
    reachable: Fact[bool] = UNSET if local is UNSET else not local
    return GpuFabric(
        name="imex",
        peers_authenticated=guarded,
        peers_encrypted=guarded if guarded is not True else mode != "GSS_AUTH_ONLY",
        commands_reachable=False if not port or on is False else reachable if on is True else UNSET,
        commands_address=f"{address or '*'}:{port}" if port else None,
        mode=None,
        continues_after_failure=None,
    )


def fabric_manager(found: dict[str, Setting]) -> GpuFabric:
    """The fabric manager. Source: NVIDIA Fabric Manager user guide 2.3 (commands are taken on 127.0.0.1 by default)."""
    address = found["fm_cmd_bind_interface"].value if "fm_cmd_bind_interface" in found else "127.0.0.1"
    socket = found["fm_cmd_unix_socket_path"].value if "fm_cmd_unix_socket_path" in found else ""
    local = loopback(address)
    return GpuFabric(
        name="fabric-manager",
        peers_authenticated=None,
        peers_encrypted=None,
        commands_reachable=False if socket or local is True else UNSET if local is UNSET else True,
        commands_address=None if socket else address,
        mode=MODES.get(found["fabric_mode"].value, UNSET) if "fabric_mode" in found else "bare-metal",
        continues_after_failure=_switch(found, "fm_stay_resident_on_failures", default=False),
    )


def _switch(found: dict[str, Setting], key: str, *, default: Fact[bool]) -> Fact[bool]:
    return {"1": True, "0": False}.get(found[key].value, UNSET) if key in found else default
