"""NVIDIA's container toolkit: `/etc/nvidia-container-runtime/config.toml`."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from holdfast.collect.host.settings import Settings
from holdfast.collect.owned import owned
from holdfast.core.fact import Fact
from holdfast.kinds.container_toolkit import ContainerToolkit

CLI, RUNTIME = "nvidia-container-cli", "nvidia-container-runtime"
PROGRAMS = (
    (CLI, "ldconfig"),
    (CLI, "path"),
    (RUNTIME, "runtimes"),
    ("nvidia-container-runtime-hook", "path"),
    ("nvidia-ctk", "path"),
)
"""Where the configuration names programs that the toolkit runs."""


def toolkit(settings: Settings, path: str) -> ContainerToolkit:
    """The toolkit.

    Source of names and defaults: NVIDIA/nvidia-container-toolkit, api/config/v1 of 1.19 and 1.20, internal/config of
    1.17 and 1.18; `auto` is `legacy` up to 1.17 (checked 2026-11-30).
    """
    ldconfig = settings.text(CLI, "ldconfig", fact="ldconfig_of_host", default="@/sbin/ldconfig")
    return ContainerToolkit(
        path=path,
        envvar_devices_unprivileged=settings.switch(
            "accept-nvidia-visible-devices-envvar-when-unprivileged", fact="envvar_devices_unprivileged", default=True
        ),
        volume_mount_devices=settings.switch(
            "accept-nvidia-visible-devices-as-volume-mounts", fact="volume_mount_devices", default=False
        ),
        mode=settings.text(RUNTIME, "mode", fact="mode", default="auto"),
        ldconfig_of_host=UNSET if isinstance(ldconfig, UnsetType) else ldconfig.startswith("@"),
        ldconfig_of_container_allowed=_feature(
            settings, "allow-ldconfig-from-container", "ldconfig_of_container_allowed"
        ),
        compat_libraries_of_container=_feature(
            settings, "allow-cuda-compat-libs-from-container", "compat_libraries_of_container"
        ),
        imex_requests_ignored=_feature(settings, "ignore-imex-channel-requests", "imex_requests_ignored"),
        no_cgroups=settings.switch(CLI, "no-cgroups", fact="no_cgroups", default=False),
        swarm_resource=settings.text("swarm-resource", fact="swarm_resource", default=None),
        debug_files=[
            file
            for table in (CLI, RUNTIME)
            if isinstance(file := settings.text(table, "debug", fact="debug_files", default=None), str)
            and file != "/dev/null"
        ],
        own_programs=_own(settings),
    )


def _own(settings: Settings) -> list[str]:
    """Programs of plain users: what is run on the host, of which `ldconfig` bears a sign in front."""
    found: list[str] = []
    for keys in PROGRAMS:
        value = settings.get(*keys)
        for path in value if isinstance(value, list) else [value]:
            file = path.removeprefix("@") if isinstance(path, str) else ""
            if owned(file):
                settings.get(*keys, fact=f"own_programs[{len(found)}]")
                found.append(file)
    return found


def _feature(settings: Settings, name: str, fact: str) -> Fact[bool]:
    return settings.switch("features", name, fact=fact, default=False)
