"""The settings of Docker, containerd, CRI-O and Podman -> `container_runtime`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.collect.fields import TEMPLATED
from holdfast.collect.host.settings import Settings
from holdfast.collect.owned import owned
from holdfast.core.fact import Fact, Secret
from holdfast.formats.servers.address import endpoint, loopback
from holdfast.kinds.container_runtime import ContainerRuntime, EngineSecret, Listener

__all__ = ["containerd", "crio", "docker", "podman", "registries", "registry_hosts"]

LOCAL_REGISTRY = ("127.", "localhost", "[::1]", "::1")
"""Docker never asks a registry on loopback for TLS, so that naming it changes nothing."""
SECCOMP_OFF = "unconfined"
CRI = (
    ("plugins", "io.containerd.grpc.v1.cri"),
    ("plugins", "io.containerd.cri.v1.runtime"),
    ("plugins", "io.containerd.cri.v1.images"),
    ("plugins", "cri"),
)
"""Where the settings of containerd's CRI plugin lie: version 2, the two halves of version 3 and 4, version 1."""
SERVER = (
    (("grpc",), "tcp_address", "tcp_tls_cert", "tcp_tls_ca"),
    (("plugins", "io.containerd.server.v1.grpc-tcp"), "address", "tls_cert", "tls_ca"),
)
"""Where its API on TCP is set up: up to version 3, and in version 4; address, certificate, authority of clients."""
METRICS = (("metrics",), ("plugins", "io.containerd.server.v1.metrics"))


PROXIES = (("proxies", "http-proxy"), ("proxies", "https-proxy"))
LOGIN = re.compile(r"\w+://[^/:@\s]*:[^/@\s]+@")
AUTHORIZATION = ("Authorization", "authorization")


FIELDS = frozenset(ContainerRuntime.__struct_fields__) - {"permissions"}


def _engine(name: str, path: str, **facts: Any) -> ContainerRuntime:
    """An engine; what it has no setting for is absent, or an empty list where there may be several."""
    absent: dict[str, Any] = dict.fromkeys(FIELDS)
    lists = ("listeners", "insecure_registries", "devices", "capabilities", "own_programs", "secrets")
    none: dict[str, Any] = {each: [] for each in lists}
    return ContainerRuntime(**{**absent, **none, "name": name, "path": path, **facts})


def listener(address: str, purpose: str, *, tls: Fact[bool], client_certificates: Fact[bool]) -> Listener:
    """An address with what it takes to talk to it."""
    host, _ = endpoint(address)
    return Listener(
        address=address, purpose=purpose, loopback=loopback(host), tls=tls, client_certificates=client_certificates
    )


def docker(settings: Settings, path: str) -> ContainerRuntime:
    """Docker's `daemon.json`. Source: docker/cli, docs/reference/dockerd.md (29)."""
    hosts = settings.texts("hosts", fact="listeners")
    verified = settings.switch("tlsverify", fact="tlsverify", default=False)
    tls: Fact[bool] = True if verified is True else settings.switch("tls", fact="tls", default=False)
    remap = settings.text("userns-remap", fact="user_namespaces", default=None)
    seccomp = settings.text("seccomp-profile", fact="seccomp", default="builtin")
    runtimes = settings.get("runtimes", fact="runtimes")
    insecure = settings.texts("insecure-registries", fact="insecure_registries")
    return _engine(
        name="docker",
        path=path,
        listeners=hosts
        if isinstance(hosts, UnsetType)
        else _each(
            settings,
            (
                listener(host, "api", tls=tls, client_certificates=verified)
                for host in hosts
                if host.startswith("tcp://")
            ),
        ),
        insecure_registries=insecure
        if isinstance(insecure, UnsetType)
        else [name for name in insecure if not name.startswith(LOCAL_REGISTRY)],
        default_runtime=settings.text("default-runtime", fact="default_runtime", default=None),
        runtimes=[*runtimes] if isinstance(runtimes, dict) else [],
        cdi=settings.switch("features", "cdi", fact="cdi", default=None),
        user_namespaces=UNSET if isinstance(remap, UnsetType) else remap is not None,
        no_new_privileges=settings.switch("no-new-privileges", fact="no_new_privileges", default=False),
        inter_container=settings.switch("icc", fact="inter_container", default=True),
        live_restore=settings.switch("live-restore", fact="live_restore", default=False),
        seccomp=UNSET if isinstance(seccomp, UnsetType) else seccomp != SECCOMP_OFF,
        packet_filter=settings.switch("iptables", fact="packet_filter", default=True),
        log_driver=settings.text("log-driver", fact="log_driver", default=None),
        experimental=settings.switch("experimental", fact="experimental", default=False),
        own_programs=own_programs(settings, (("runtimes", name, "path") for name, _ in settings.tables("runtimes"))),
        secrets=secrets(settings, (*PROXIES, ("log-opts", "splunk-token"))),
        api_group=settings.text("group", fact="api_group", default=None),
    )


def own_programs(settings: Settings, places: Iterable[tuple[str, ...]]) -> list[str]:
    """Programs under these keys, or the first of a list, that lie where plain users write."""
    found: list[str] = []
    for keys in places:
        value = settings.get(*keys)
        path = value[0] if isinstance(value, list) and value else value
        if isinstance(path, str) and owned(path):
            settings.get(*keys, fact=f"own_programs[{len(found)}]")
            found.append(path)
    return found


def secrets(settings: Settings, places: Iterable[tuple[str, ...]]) -> list[EngineSecret]:
    """Literal credentials under these keys; of a proxy's address, those with a password in it."""
    found: list[EngineSecret] = []
    for keys in places:
        value = settings.get(*keys)
        text = value[0] if isinstance(value, list) and value else value
        if not isinstance(text, str) or not text or TEMPLATED.search(text):
            continue
        if keys[0] == "proxies" and LOGIN.match(text) is None:
            continue
        settings.get(*keys, fact=f"secrets[{len(found)}]")
        found.append(EngineSecret(name=keys[-1], value=Secret(text)))
    return found


def _each(settings: Settings, listeners: Iterable[Listener]) -> list[Listener]:
    """Listeners that stand at one place of a file."""
    found = list(listeners)
    spot = settings.spots.pop("listeners", None)
    if spot is not None:
        settings.spots.update({f"listeners[{index}]": spot for index in range(len(found))})
    return found


def containerd(settings: Settings, path: str) -> ContainerRuntime:
    """Containerd's `config.toml`, versions 1 to 4.

    Sources: containerd-config.toml(5); containerd, docs/cri/config.md and docs/cri/registry.md (1.7, 2.1);
    cmd/containerd/server/config/config.go, `serviceMigrate` (2.3, checked 2026-11-30).
    """
    listeners: list[Listener] = []
    for table, at, certificate, authority in SERVER:
        if address := settings.get(*table, at, fact=f"listeners[{len(listeners)}]"):
            tls: Fact[bool] = bool(settings.get(*table, certificate))
            proven = bool(settings.get(*table, authority))
            listeners.append(listener(str(address), "api", tls=tls, client_certificates=proven))
    for table in METRICS:
        if address := settings.get(*table, "address", fact=f"listeners[{len(listeners)}]"):
            listeners.append(listener(str(address), "metrics", tls=False, client_certificates=False))
    for keys in CRI:
        fact = f"listeners[{len(listeners)}]"
        if address := settings.get(*keys, "stream_server_address", fact=fact):
            tls = settings.switch(*keys, "enable_tls_streaming", fact=f"{fact}.tls", default=False)
            listeners.append(listener(str(address), "stream", tls=tls, client_certificates=False))
    default = _first(settings, ("containerd", "default_runtime_name"), "default_runtime")
    no_apparmor = _first(settings, ("disable_apparmor",), "apparmor")
    cdi = _first(settings, ("enable_cdi",), "cdi")
    return _engine(
        name="containerd",
        path=path,
        listeners=listeners,
        insecure_registries=sorted({name for keys in CRI for name in _unverified(settings, keys)}),
        default_runtime=default if isinstance(default, str) and default else None,
        runtimes=[name for keys in CRI for name, _ in settings.tables(*keys, "containerd", "runtimes")],
        cdi=cdi if isinstance(cdi, bool) else None,
        apparmor=no_apparmor is not True,
        own_programs=own_programs(settings, _programs(settings)),
        secrets=secrets(settings, _logins(settings)),
        api_group=_group(settings),
    )


def _programs(settings: Settings) -> Iterator[tuple[str, ...]]:
    """Where containerd names runtimes by their path."""
    for keys in CRI:
        for name, _ in settings.tables(*keys, "containerd", "runtimes"):
            yield (*keys, "containerd", "runtimes", name, "options", "BinaryName")
            yield (*keys, "containerd", "runtimes", name, "runtime_path")


def _logins(settings: Settings) -> Iterator[tuple[str, ...]]:
    """Where containerd holds what it logs in to registries with."""
    for keys in CRI:
        for name, _ in settings.tables(*keys, "registry", "configs"):
            for key in ("password", "auth", "identitytoken"):
                yield (*keys, "registry", "configs", name, "auth", key)


def _group(settings: Settings) -> str | None:
    """The number of the group that may use the socket of containerd's API."""
    for keys in (("grpc",), ("plugins", "io.containerd.server.v1.grpc")):
        value = settings.get(*keys, "gid", fact="api_group")
        if isinstance(value, int) and value:
            return str(value)
    return None


def _first(settings: Settings, keys: tuple[str, ...], fact: str) -> Any:
    """The value of the first of the CRI plugin's tables that has one."""
    values = (settings.get(*table, *keys, fact=fact) for table in CRI)
    return next((value for value in values if value is not None), None)


def _unverified(settings: Settings, keys: tuple[str, ...]) -> Iterator[str]:
    """Registries whose certificate or mirror is not checked."""
    fact = "insecure_registries"
    for name, table in settings.tables(*keys, "registry", "configs"):
        tls = table.get("tls")
        if isinstance(tls, dict) and tls.get("insecure_skip_verify") is True:
            settings.get(*keys, "registry", "configs", name, "tls", "insecure_skip_verify", fact=fact)
            yield name
    for name, table in settings.tables(*keys, "registry", "mirrors"):
        endpoints = table.get("endpoint")
        if isinstance(endpoints, list) and any(_plain(address) for address in endpoints):
            settings.get(*keys, "registry", "mirrors", name, "endpoint", fact=fact)
            yield name


def _plain(address: object) -> bool:
    """Whether an address is one of plain HTTP on another host."""
    return isinstance(address, str) and address.startswith("http://") and loopback(endpoint(address)[0]) is not True


def registry_hosts(settings: Settings, path: str) -> ContainerRuntime | None:
    """One registry in `certs.d`. Source: containerd, docs/hosts.md (2.1)."""
    insecure = []
    for address, table in settings.tables("host"):
        if table.get("skip_verify") is True or _plain(address):
            settings.get("host", address, fact="insecure_registries")
            insecure.append(address)
    server = settings.get("server")
    if _plain(server):
        settings.get("server", fact="insecure_registries")
        insecure.append(server)
    if not settings.value.keys() & {"server", "host"}:
        return None
    held = secrets(
        settings,
        (("host", address, "header", name) for address, _ in settings.tables("host") for name in AUTHORIZATION),
    )
    return ContainerRuntime(name="containerd", path=path, insecure_registries=insecure, secrets=held)


def crio(settings: Settings, path: str) -> ContainerRuntime:
    """CRI-O's `crio.conf` with its drop-ins. Source: cri-o/cri-o, docs/crio.conf.5.md (1.34)."""
    runtime, image, api = ("crio", "runtime"), ("crio", "image"), ("crio", "api")
    address = settings.text(*api, "stream_address", fact="listeners[0]", default="127.0.0.1")
    seccomp = settings.text(*runtime, "seccomp_profile", fact="seccomp", default="")
    apparmor = settings.text(*runtime, "apparmor_profile", fact="apparmor", default="")
    capabilities = settings.get(*runtime, "default_capabilities", fact="capabilities")
    tls = settings.switch(*api, "stream_enable_tls", fact="listeners[0].tls", default=False)
    return _engine(
        name="cri-o",
        path=path,
        listeners=address
        if isinstance(address, UnsetType)
        else [listener(address, "stream", tls=tls, client_certificates=False)],
        insecure_registries=settings.texts(*image, "insecure_registries", fact="insecure_registries"),
        default_runtime=settings.text(*runtime, "default_runtime", fact="default_runtime", default=None),
        runtimes=[name for name, _ in settings.tables(*runtime, "runtimes")],
        seccomp=UNSET if isinstance(seccomp, UnsetType) else seccomp != SECCOMP_OFF,
        apparmor=UNSET if isinstance(apparmor, UnsetType) else apparmor != SECCOMP_OFF,
        devices=settings.texts(*runtime, "additional_devices", fact="devices"),
        capabilities=_capabilities(capabilities),
        own_programs=own_programs(
            settings,
            (
                (*runtime, "runtimes", name, key)
                for name, _ in settings.tables(*runtime, "runtimes")
                for key in ("runtime_path", "monitor_path")
            ),
        ),
    )


def _capabilities(value: Any) -> Fact[list[str]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return UNSET
    return [item.upper().removeprefix("CAP_") for item in value]


def podman(settings: Settings, path: str) -> ContainerRuntime:
    """`containers.conf` of Podman and Buildah. Source: containers.conf(5), containers-common 0.64."""
    table = "containers"
    seccomp = settings.text(table, "seccomp_profile", fact="seccomp", default="")
    apparmor = settings.text(table, "apparmor_profile", fact="apparmor", default="")
    capabilities = settings.get(table, "default_capabilities", fact="capabilities")
    spaces = {
        name: settings.text(table, key, fact="host_namespaces", default=None)
        for key, name in (("pidns", "pid"), ("netns", "network"), ("ipcns", "ipc"))
    }
    userns = settings.text(table, "userns", fact="user_namespaces", default=None)
    return _engine(
        name="podman",
        path=path,
        default_runtime=settings.text("engine", "runtime", fact="default_runtime", default=None),
        runtimes=[*value] if isinstance(value := settings.get("engine", "runtimes"), dict) else [],
        user_namespaces=userns != "host" if isinstance(userns, str) else userns,
        no_new_privileges=None,  # Podman is told for each container
        seccomp=UNSET if isinstance(seccomp, UnsetType) else seccomp != SECCOMP_OFF,
        apparmor=UNSET if isinstance(apparmor, UnsetType) else apparmor != SECCOMP_OFF,
        log_driver=settings.text(table, "log_driver", fact="log_driver", default=None),
        devices=settings.texts(table, "devices", fact="devices"),
        capabilities=_capabilities(capabilities),
        host_namespaces=[name for name, value in spaces.items() if value == "host"],
        own_programs=own_programs(settings, (("engine", "runtimes", name) for name in value or ())),
        privileged=settings.switch(table, "privileged", fact="privileged", default=False),
    )


def registries(settings: Settings, path: str) -> ContainerRuntime:
    """`registries.conf` of Podman, Buildah and CRI-O. Source: containers-registries.conf(5), version 2."""
    tables = settings.get("registry", fact="insecure_registries")
    rows = [row for row in tables if isinstance(row, dict)] if isinstance(tables, list) else []
    rows += [m for row in rows for m in row.get("mirror", ()) if isinstance(m, dict)]
    names = [str(row.get("location") or row.get("prefix") or "*") for row in rows if row.get("insecure") is True]
    return ContainerRuntime(name="podman", path=path, insecure_registries=names)
