"""A compose file -> one `workload` per service. Source: the Compose Specification."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, UnsetType

from holdfast.collect.bytesize import byte_size
from holdfast.collect.fields import Fields, written
from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import Fact, Secret
from holdfast.core.image import split_image
from holdfast.formats.yaml import Mapping, Sequence
from holdfast.kinds.workload import Container, EnvVar, Mount, Port, Volume, Workload

SOURCE = "compose"
NAME = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", re.ASCII)
VARIABLE = re.compile(r"\$(?:\$|\{(?P<braced>\w+)(?:(?P<op>:?[-+?])(?P<word>[^{}]*))?\}|(?P<name>\w+))", re.ASCII)
ALL = -1


def is_compose(path: str, document: object) -> bool:
    """Whether a document is a compose file: by its name, or by services that have an image or a build."""
    if not isinstance(document, Mapping) or not isinstance(document.get("services"), Mapping):
        return False
    if NAME.fullmatch(path.rpartition("/")[2]):
        return True
    services = document["services"].values()
    return "apiVersion" not in document and any(
        isinstance(item, Mapping) and ("image" in item or "build" in item) for item in services
    )


def resolve(text: str) -> str:
    """`text` with the defaults of its variables put in; a variable without a default stays as it is."""

    def default(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return match["word"] if match["op"] in (":-", "-") else match[0]

    return VARIABLE.sub(default, text)


def compose(document: Mapping, path: str, line: int) -> Iterator[Asset]:
    """The workloads of a compose file."""
    root = Fields(document, "", "", {}, line)
    services = root.child("services")
    for name in services.data:
        spots: dict[str, Spot] = {}
        fields = Fields(services.data[name], f"{services.pointer}/{name}", "", spots, line)
        if not fields.data:
            continue
        mark = services.data.marks[name]
        spots[""] = Spot(line + mark.line, mark.column + 1, fields.pointer)
        spots["containers[0]"] = spots[""]
        facts = _workload(str(name), fields)
        yield Asset(f"workload/{path}/compose.{name}", facts, SOURCE, path, spots)


def _workload(name: str, service: Fields) -> Workload:
    inner = Fields(service.data, service.pointer, "containers[0]", service.spots, service.line)
    volumes, mounts = _volumes(service, inner)
    container = _container(name, inner, mounts)
    return Workload(
        name=name,
        namespace=None,
        controller="compose",
        api_group=None,
        labels=_pairs(service, "labels", "labels"),
        annotations=_pairs(service, "annotations", "annotations"),
        containers=[container],
        volumes=volumes,
        claims=[],
        gpu_count=container.gpu_count,
        host_network=_equals(service, "network_mode", "host_network", "host"),
        host_pid=_equals(service, "pid", "host_pid", "host"),
        host_ipc=_equals(service, "ipc", "host_ipc", "host"),
        host_users=_equals(service, "userns_mode", "host_users", "host"),
        service_account=None,
        automount_token=False,
        runtime_class=_text(service, "runtime", "runtime_class"),
        node_selector={},
        deadline_seconds=None,
        ttl_seconds=None,
        expected_privilege=False,
    )


def _container(name: str, service: Fields, mounts: list[Mount]) -> Container:
    image = _text(service, "image", "image")
    reference = split_image(image) if isinstance(image, str) else None
    missing: UnsetType | None = UNSET if image is UNSET or (image and reference is None) else None
    user = _text(service, "user", "run_as_user")
    options = service.texts("security_opt", "seccomp")
    security = [] if isinstance(options, UnsetType) else [option.replace("=", ":", 1) for option in options]
    gpus, resources = _gpus(service)
    limits = service.child("deploy").child("resources").child("limits")
    return Container(
        name=name,
        role="main",
        image=image,
        registry=reference.registry if reference else missing,
        repository=reference.repository if reference else missing,
        tag=reference.tag if reference else missing,
        digest=reference.digest if reference else missing,
        argv=_argv(service),
        entrypoint_replaced="entrypoint" in service,
        env=_environment(service),
        env_from=_env_files(service),
        ports=_ports(service),
        mounts=mounts,
        devices=_devices(service),
        gpu_count=gpus,
        gpu_resources=resources,
        rdma=False,
        privileged=service.switch("privileged", "privileged", default=False),
        allow_privilege_escalation="no-new-privileges:true" not in security and "no-new-privileges" not in security,
        run_as_user=_user_id(user),
        run_as_non_root=False,
        read_only_root=service.switch("read_only", "read_only_root", default=False),
        capabilities_added=_capabilities(service, "cap_add", "capabilities_added"),
        capabilities_dropped=_capabilities(service, "cap_drop", "capabilities_dropped"),
        seccomp=_profile(security, "seccomp"),
        apparmor=_profile(security, "apparmor"),
        proc_mount="Unmasked" if "systempaths:unconfined" in security else "Default",
        memory_limit_bytes=byte_size(service.get("mem_limit", "memory_limit_bytes") or limits.data.get("memory")),
        cpu_limit_millis=_millis(service.get("cpus", "cpu_limit_millis") or limits.data.get("cpus")),
        liveness_probe="healthcheck" in service,
        readiness_probe="healthcheck" in service,
    )


def _text(fields: Fields, key: str, fact: str) -> Fact[str]:
    value = fields.get(key, fact)
    if value is None:
        return None
    if not isinstance(value, str | int | float):
        return UNSET
    text = resolve(written(value))
    return UNSET if "$" in text else text


def _equals(fields: Fields, key: str, fact: str, wanted: str) -> Fact[bool]:
    value = _text(fields, key, fact)
    return UNSET if value is UNSET else value == wanted


def _user_id(user: Fact[str]) -> Fact[int]:
    if not isinstance(user, str):
        return user if user is UNSET else None
    number = user.partition(":")[0]
    return 0 if number == "root" else int(number) if number.isdecimal() and len(number) < 10 else UNSET


def _argv(service: Fields) -> Fact[list[str]]:
    words: list[str] = []
    for key in ("entrypoint", "command"):
        value = service.get(key, "argv")
        if isinstance(value, str):
            try:
                words += shlex.split(resolve(value))
            except ValueError:  # an open quote: Compose refuses the file
                return UNSET
        elif isinstance(value, Sequence):
            words += [resolve(written(item)) for item in value if isinstance(item, str | int | float)]
        elif value is not None:
            return UNSET
    return words


def _environment(service: Fields) -> list[EnvVar]:
    result: list[EnvVar] = []
    for name, value, spot in _entries(service, "environment"):
        service.spots[f"{service.fact}.env[{len(result)}]"] = spot
        text = None if value is None else resolve(value)
        origin = "host" if text is None or "$" in text else "literal"
        result.append(EnvVar(name=name, value=None if text is None or "$" in text else Secret(text), origin=origin))
    return result


def _entries(fields: Fields, key: str) -> Iterator[tuple[str, str | None, Spot]]:
    """`environment` and `labels`: a mapping, or a list of `name=value`."""
    value = fields.data.get(key)
    pointer = f"{fields.pointer}/{key}"
    if isinstance(value, Mapping):
        for name, item in value.items():
            mark = value.marks[name]
            text = None if item is None else written(item) if isinstance(item, str | int | float) else "$"
            yield name, text, Spot(fields.line + mark.line, mark.column + 1, f"{pointer}/{name}")
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            if isinstance(item, str):
                mark = value.marks[index]
                name, equals, text = item.partition("=")
                spot = Spot(fields.line + mark.line, mark.column + 1, f"{pointer}/{index}")
                yield name, text if equals else None, spot


def _pairs(fields: Fields, key: str, fact: str) -> dict[str, str]:
    result = {}
    for name, value, spot in _entries(fields, key):
        fields.spots[f'{fact}["{name}"]'] = spot
        result[name] = value or ""
    return result


def _env_files(service: Fields) -> list[str]:
    value = service.get("env_file", "env_from")
    items = value if isinstance(value, Sequence) else [value]
    paths = [item.get("path") if isinstance(item, Mapping) else item for item in items]
    return [path for path in paths if isinstance(path, str)]


PORT = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:]+\]|[0-9.]+):)?(?:(?P<host>[0-9]+)(?:-[0-9]+)?:|(?P<random>:))?"
    r"(?P<container>[0-9]+)(?:-[0-9]+)?(?:/(?P<protocol>\w+))?",
    re.ASCII,
)
ANY_ADDRESS = "0.0.0.0"  # noqa: S104  # what Compose means by leaving the host IP out


def _ports(service: Fields) -> list[Port]:
    value = service.data.get("ports")
    result: list[Port] = []
    for index, item in enumerate(value if isinstance(value, Sequence) else ()):
        mark = value.marks[index]  # type: ignore[union-attr]  # a Sequence, or there is no item
        spot = Spot(service.line + mark.line, mark.column + 1, f"{service.pointer}/ports/{index}")
        service.spots[f"{service.fact}.ports[{len(result)}]"] = spot
        result.append(_long_port(item) if isinstance(item, Mapping) else _short_port(resolve(written(item))))
    return result


def _long_port(item: Mapping) -> Port:
    published = item.get("published")
    text = str(published)
    host = int(text) if text.isdecimal() and len(text) < 6 else None
    target = item.get("target")
    return Port(
        container_port=target if isinstance(target, int) else UNSET,
        host_port=host,
        host_ip=str(item.get("host_ip") or ANY_ADDRESS) if published is not None else None,
        protocol=str(item.get("protocol") or "tcp").upper(),
    )


def _short_port(text: str) -> Port:
    match = PORT.fullmatch(text)
    if match is None or len(match["container"]) > 5:
        return Port()
    # `8080` alone publishes the port too, on a number that the engine chooses.
    return Port(
        container_port=int(match["container"]),
        host_port=int(match["host"]) if match["host"] and len(match["host"]) < 6 else None,
        host_ip=(match["ip"] or ANY_ADDRESS).strip("[]"),
        protocol=(match["protocol"] or "tcp").upper(),
    )


def _volumes(service: Fields, inner: Fields) -> tuple[list[Volume], list[Mount]]:
    value = service.data.get("volumes")
    volumes: list[Volume] = []
    mounts: list[Mount] = []
    for index, item in enumerate(value if isinstance(value, Sequence) else ()):
        parsed = _long_volume(item) if isinstance(item, Mapping) else _short_volume(written(item))
        if parsed is None:
            continue
        mark = value.marks[index]  # type: ignore[union-attr]  # a Sequence, or there is no item
        spot = Spot(service.line + mark.line, mark.column + 1, f"{service.pointer}/volumes/{index}")
        service.spots[f"volumes[{len(volumes)}]"] = service.spots[f"{inner.fact}.mounts[{len(mounts)}]"] = spot
        type_, source, target, read_only = parsed
        host = source if type_ == "bind" else None
        volumes.append(
            Volume(name=source, type=type_, host_path=host, writable=not read_only, medium=None, size_limit_bytes=None)
        )
        mounts.append(Mount(volume=source, path=target, host_path=host, read_only=read_only))
    return volumes, mounts


def _short_volume(text: str) -> tuple[str, Fact[str], str, bool] | None:
    parts = resolve(text).split(":")
    if len(parts) == 1:
        return "volume", "", parts[0], False
    source, target = parts[0], parts[1]
    read_only = len(parts) > 2 and "ro" in parts[2].split(",")
    if "$" in source:
        return "bind", UNSET, target, read_only
    bind = source.startswith(("/", ".", "~"))
    return "bind" if bind else "volume", source, target, read_only


def _long_volume(item: Mapping) -> tuple[str, Fact[str], str, bool]:
    source = resolve(str(item.get("source") or ""))
    type_ = str(item.get("type") or "volume")
    return type_, UNSET if "$" in source else source, str(item.get("target") or ""), item.get("read_only") is True


def _devices(service: Fields) -> Fact[list[str]]:
    values = service.texts("devices", "devices")
    return values if isinstance(values, UnsetType) else [value.partition(":")[0] for value in values]


def _gpus(service: Fields) -> tuple[Fact[int], list[str]]:
    """`gpus: all`, `deploy.resources.reservations.devices` and `runtime: nvidia` with visible devices."""
    total, names = 0, []
    requests = [item for item in _device_requests(service) if isinstance(item, Mapping)]
    if service.get("gpus", "gpu_count") == "all":
        return ALL, ["gpus"]
    for item in requests:
        capabilities = item.get("capabilities")
        named = set(map(str, capabilities)) if isinstance(capabilities, Sequence) else set()
        if not named & {"gpu", "nvidia"} and "driver" not in item:
            continue
        names.append(str(item.get("driver") or "gpu"))
        ids, count = item.get("device_ids"), item.get("count", "all")
        if isinstance(ids, Sequence):
            total += len(ids)
        elif isinstance(count, int):
            total += count
        else:
            return (ALL if count == "all" else UNSET), names
    return total, names


def _device_requests(service: Fields) -> list[Any]:
    reservations = service.child("deploy").child("resources").child("reservations")
    found: list[Any] = []
    for fields, key in ((reservations, "devices"), (service, "gpus")):
        value = fields.data.get(key)
        if isinstance(value, Sequence):
            fields.note(key, "gpu_count")
            found += value
    return found


def _capabilities(service: Fields, key: str, fact: str) -> Fact[list[str]]:
    names = service.texts(key, fact)
    return names if isinstance(names, UnsetType) else [name.upper().removeprefix("CAP_") for name in names]


def _profile(security: list[str], name: str) -> Fact[str]:
    value = next((item.partition(":")[2] for item in security if item.startswith(f"{name}:")), None)
    return "Unconfined" if value == "unconfined" else "Localhost" if value else None


def _millis(value: Any) -> Fact[int]:
    try:
        return None if value is None else round(float(value) * 1000)
    except (TypeError, ValueError, OverflowError):
        return UNSET
