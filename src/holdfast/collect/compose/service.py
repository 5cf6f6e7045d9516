"""One service of a compose file -> `Workload` facts. Source: the Compose Specification, services."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from holdfast.collect.bytesize import byte_size
from holdfast.collect.compose.gpus import gpus
from holdfast.collect.compose.interpolation import resolve, switch, text, text_of, texts
from holdfast.collect.compose.ports import ports
from holdfast.collect.compose.volumes import volumes
from holdfast.collect.fields import Composed, Fields, written
from holdfast.collect.partial import left_open
from holdfast.core.asset import Spot
from holdfast.core.fact import Fact, Secret
from holdfast.core.image import split_image
from holdfast.formats.yaml import Mapping, Sequence
from holdfast.kinds.workload import Container, EnvVar, Mount, Workload


def workload(name: str, service: Fields, named: Mapping) -> Workload:
    """The facts of a service; `named` is the file's `volumes`."""
    inner = Fields(service.data, service.pointer, "containers[0]", service.spots, service.line)
    entries, mounts = volumes(service, inner.fact, named)
    container = _container(name, inner, mounts)
    own_users = _equals(service, "userns_mode", "host_users", "host")
    facts = Workload(
        name=name,
        namespace=None,
        controller="compose",
        api_group=None,
        labels=_pairs(service, "labels", "labels"),
        annotations=_pairs(service, "annotations", "annotations"),
        containers=[container],
        volumes=entries,
        claims=[],
        gpu_count=container.gpu_count,
        host_network=_host_network(service),
        host_pid=_equals(service, "pid", "host_pid", "host"),
        host_ipc=_equals(service, "ipc", "host_ipc", "host"),
        host_users=own_users or UNSET,  # whether the engine maps users is its own setting
        service_account=None,
        automount_token=False,
        runtime_class=text(service, "runtime", "runtime_class"),
        node_selector={},
        deadline_seconds=None,
        ttl_seconds=None,
        expected_privilege=False,
    )
    return left_open(facts, service.spots) if isinstance(service.data, Composed) and service.data.partial else facts


def _container(name: str, service: Fields, mounts: Fact[list[Mount]]) -> Container:
    image = text(service, "image", "image")
    service.share("image", "registry", "repository", "tag", "digest")
    reference = split_image(image) if isinstance(image, str) else None
    missing: UnsetType | None = UNSET if image is UNSET or (image and reference is None) else None
    security = _security(service)
    env, devices = _environment(service), _devices(service)
    count, resources = gpus(service, devices, env)
    limits = service.child("deploy").child("resources").child("limits")
    healthy = _health(service)
    return Container(
        name=name,
        role="main",
        image=image,
        registry=reference.registry if reference else missing,
        repository=reference.repository if reference else missing,
        tag=reference.tag if reference else missing,
        digest=reference.digest if reference else missing,
        argv=_argv(service),
        entrypoint_replaced=service.get("entrypoint", "entrypoint_replaced") is not None,
        env=env,
        env_from=_env_files(service),
        ports=ports(service),
        mounts=mounts,
        devices=devices,
        gpu_count=count,
        gpu_resources=resources,
        rdma=False,
        privileged=switch(service, "privileged", "privileged"),
        allow_privilege_escalation=_escalation(security),
        run_as_user=_user_id(text(service, "user", "run_as_user")),
        run_as_non_root=False,
        read_only_root=switch(service, "read_only", "read_only_root"),
        capabilities_added=_capabilities(service, "cap_add", "capabilities_added"),
        capabilities_dropped=_capabilities(service, "cap_drop", "capabilities_dropped"),
        seccomp=_profile(security, "seccomp", "builtin"),
        apparmor=_profile(security, "apparmor", "docker-default"),
        proc_mount=_proc_mount(security),
        memory_limit_bytes=_limit(
            byte_size(text_of(service.get("mem_limit", "memory_limit_bytes"))),
            byte_size(text_of(limits.get("memory", "memory_limit_bytes"))),
        ),
        cpu_limit_millis=_limit(
            _millis(text_of(service.get("cpus", "cpu_limit_millis"))),
            _millis(text_of(limits.get("cpus", "cpu_limit_millis"))),
        ),
        liveness_probe=healthy,
        readiness_probe=healthy,
    )


def _equals(fields: Fields, key: str, fact: str, wanted: str) -> Fact[bool]:
    value = text(fields, key, fact)
    return UNSET if value is UNSET else value == wanted


def _host_network(service: Fields) -> Fact[bool]:
    """Whether the host's network is used; that of another container may be it."""
    mode = text(service, "network_mode", "host_network")
    shared = isinstance(mode, str) and mode.startswith(("container:", "service:"))
    return UNSET if mode is UNSET or shared else mode == "host"


def _user_id(user: Fact[str]) -> Fact[int]:
    if not isinstance(user, str) or not user:
        return user if user is UNSET else None
    number = user.partition(":")[0]
    return 0 if number == "root" else int(number) if number.isdecimal() and len(number) < 10 else UNSET


def _argv(service: Fields) -> Fact[list[str]]:
    words: list[str] = []
    for key in ("entrypoint", "command"):
        value = service.get(key, "argv")
        if isinstance(value, Sequence):
            words += [resolve(written(item))[0] for item in value if not isinstance(item, Mapping | Sequence)]
        elif isinstance(value, Mapping):
            return UNSET
        elif value is not None:
            try:
                words += shlex.split(resolve(written(value))[0])
            except ValueError:  # an open quote: Compose refuses the file
                return UNSET
    return words


def _environment(service: Fields) -> Fact[list[EnvVar]]:
    if not isinstance(service.data.get("environment"), Mapping | Sequence | None):
        return UNSET
    result: list[EnvVar] = []
    for name, value, spot in _entries(service, "environment"):
        service.spots[f"{service.fact}.env[{len(result)}]"] = spot
        content, complete = ("", False) if value is None else resolve(value)
        result.append(
            EnvVar(name=name, value=Secret(content) if complete else None, origin="literal" if complete else "host")
        )
    return result


def _entries(fields: Fields, key: str) -> Iterator[tuple[str, str | None, Spot]]:
    """`environment` and `labels`: a mapping, or a list of `name=value`; a name alone comes from the caller."""
    value = fields.data.get(key)
    if isinstance(value, Mapping):
        inner = fields.child(key)
        for name, item in value.items():
            mark = value.marks[name]
            content = None if item is None or isinstance(item, Mapping | Sequence) else written(item)
            yield name, content, Spot(fields.line + mark.line, mark.column + 1, inner.place(name))
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            if isinstance(item, str):
                mark = value.marks[index]
                name, equals, content = item.partition("=")
                spot = Spot(fields.line + mark.line, mark.column + 1, fields.item(key, index))
                yield name, content if equals else None, spot


def _pairs(fields: Fields, key: str, fact: str) -> dict[str, str]:
    result = {}
    for name, value, spot in _entries(fields, key):
        fields.spots[f'{fact}["{name}"]'] = spot
        result[name] = resolve(value or "")[0]
    return result


def _env_files(service: Fields) -> list[str]:
    value = service.get("env_file", "env_from")
    items = value if isinstance(value, Sequence) else [value]
    paths = [item.get("path") if isinstance(item, Mapping) else item for item in items]
    return [path for path in paths if isinstance(path, str)]


def _devices(service: Fields) -> Fact[list[str]]:
    value = service.get("devices", "devices")
    if value is None:
        return []
    if not isinstance(value, Sequence):
        return UNSET
    paths = [text_of(item.get("source") if isinstance(item, Mapping) else item) for item in value]
    return UNSET if UNSET in paths else [str(path or "").partition(":")[0] for path in paths]


def _security(service: Fields) -> Fact[list[str]]:
    options = texts(service, "security_opt", "seccomp")
    service.share("seccomp", "apparmor", "proc_mount", "allow_privilege_escalation")
    return options if isinstance(options, UnsetType) else [option.replace("=", ":", 1) for option in options]


def _escalation(security: Fact[list[str]]) -> Fact[bool]:
    if not isinstance(security, list):
        return UNSET
    return "no-new-privileges:true" not in security and "no-new-privileges" not in security


def _proc_mount(security: Fact[list[str]]) -> Fact[str]:
    if not isinstance(security, list):
        return UNSET
    return "Unmasked" if "systempaths:unconfined" in security else "Default"


def _profile(security: Fact[list[str]], name: str, default: str) -> Fact[str]:
    if not isinstance(security, list):
        return UNSET
    value = next((item.partition(":")[2] for item in reversed(security) if item.startswith(f"{name}:")), None)
    known = {"unconfined": "Unconfined", default: "RuntimeDefault"}
    return known.get(value, "Localhost") if value else None


def _capabilities(service: Fields, key: str, fact: str) -> Fact[list[str]]:
    names = texts(service, key, fact)
    return names if isinstance(names, UnsetType) else [name.upper().removeprefix("CAP_") for name in names]


def _health(service: Fields) -> bool:
    """Whether the file sets a check; `disable` and `NONE` take the image's away."""
    value = service.get("healthcheck", "liveness_probe")
    service.share("liveness_probe", "readiness_probe")
    if not isinstance(value, Mapping) or value.get("disable") is True:
        return False
    test = value.get("test")
    return bool(test) and not (isinstance(test, Sequence) and test[0] == "NONE")


def _limit(*limits: Fact[int]) -> Fact[int]:
    """The first limit that is set; nought means none."""
    found: Fact[int] = next((limit for limit in limits if limit is not None), None)
    return found if found != 0 else None


def _millis(value: Fact[str]) -> Fact[int]:
    if not isinstance(value, str):
        return value
    try:
        return round(float(value) * 1000)
    except (ValueError, OverflowError):
        return UNSET
