"""`devcontainer.json` -> a `workload`. Source: the Development Containers specification, metadata reference."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.bytesize import byte_size
from holdfast.collect.compose.ports import short
from holdfast.collect.compose.volumes import normalised
from holdfast.collect.partial import left_open
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Secret
from holdfast.core.image import split_image
from holdfast.formats.devcontainer import read
from holdfast.kinds.workload import Container, EnvVar, Mount, Port, Volume, Workload

SOURCE = "devcontainer"
VALUED = frozenset(
    "--cap-add --cap-drop --security-opt --device --gpus --network --net --pid --ipc --runtime -v --volume --mount"
    " -u --user -e --env --env-file -p --publish -m --memory --cpus --name -h --hostname --add-host -l --label"
    " --shm-size --ulimit --entrypoint -w --workdir --restart --platform --dns --tmpfs --group-add --userns --sysctl"
    " --device-cgroup-rule --cgroup-parent --cgroupns --uts --volumes-from --memory-swap --cpuset-cpus".split()
)
"""Options of `docker run` that take the next word."""
DOCKER_IN_DOCKER = re.compile(r"(?:.*/)?docker-in-docker(?::[\w.-]+)?", re.ASCII)
"""The feature that runs an engine in the container, which makes it privileged."""
DOCKER_OUTSIDE = re.compile(r"(?:.*/)?docker-(?:outside-of|from)-docker(?::[\w.-]+)?", re.ASCII)
"""The feature that hands the host's engine in."""
PARTS = re.compile(r"(?:\$\{[^}]*\}|[^:])+")
SOCKET = "type=bind,source=/var/run/docker.sock,target=/var/run/docker-host.sock"
Words = dict[str, list[tuple[str, int]]]


def devcontainer(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The development container that a file describes."""
    try:
        document, spots = read(data)
    except FormatError as error:
        yield Gap(path, f"not readable as a development container: {error.what}", "unreadable", error.line)
        return
    if not isinstance(document, dict):
        yield Gap(path, "a development container is an object", "unreadable", 1)
        return
    places = {"": spots.get("", Spot(1, 1))}
    facts = _Reader(document, spots, places).workload()
    composed = "dockerComposeFile" in document  # its service decides the rest, and is judged where it lies
    if composed:
        facts = left_open(facts, places)
    yield Asset(f"workload/{path}/devcontainer", facts, SOURCE, path, places, partial=composed)


class _Source:
    """The properties and the `docker run` arguments, with the place of each."""

    def __init__(self, document: dict[str, object], spots: dict[str, Spot], places: dict[str, Spot]) -> None:
        self.document = document
        self.spots = spots
        self.places = places
        self.options = self.arguments()

    def note(self, pointer: str, fact: str) -> None:
        if pointer in self.spots:
            self.places[fact] = self.spots[pointer]

    def arguments(self) -> Words:
        """Option -> (value, index of the word in `runArgs`)."""
        found: Words = {}
        raw = self.document.get("runArgs")
        words = [word if isinstance(word, str) else "" for word in raw] if isinstance(raw, list) else []
        position = 0
        while position < len(words):
            name, equals, value = words[position].partition("=")
            at = position
            if not equals and name in VALUED and position + 1 < len(words):
                position += 1
                value = words[position]
            found.setdefault(name, []).append((value, at))
            position += 1
        return found

    def values(self, name: str, fact: str) -> list[str]:
        for _, index in self.options.get(name, ()):
            self.note(f"/runArgs/{index}", fact)
        return [value for value, _ in self.options.get(name, ())]

    def strings(self, key: str, fact: str) -> list[str]:
        value = self.document.get(key)
        if not isinstance(value, list):
            return []
        self.note(f"/{key}", fact)
        return [item for item in value if isinstance(item, str)]

    def switch(self, key: str, option: str, fact: str) -> bool:
        value = self.document.get(key) is True
        if value:
            self.note(f"/{key}", fact)
        return value or any(given != "false" for given in self.values(option, fact))

    def feature(self, name: re.Pattern[str], fact: str) -> bool:
        """Whether a feature is asked for."""
        features = self.document.get("features")
        found = next((key for key in features if name.fullmatch(key)), None) if isinstance(features, dict) else None
        if found is not None:
            self.note(f"/features/{found.replace('~', '~0').replace('/', '~1')}", fact)
        return found is not None

    def last(self, fact: str, *names: str) -> str | None:
        """The value of the last of some options."""
        return next((values[-1] for name in reversed(names) if (values := self.values(name, fact))), None)


class _Reader(_Source):
    """Turns them into facts."""

    def workload(self) -> Workload:
        volumes, mounts = self.volumes()
        container = self.container(mounts)
        name = self.document.get("name")
        return Workload(
            name=name if isinstance(name, str) else "devcontainer",
            namespace=None,
            controller="devcontainer",
            api_group=None,
            labels={},
            annotations={},
            containers=[container],
            volumes=volumes,
            claims=[],
            gpu_count=container.gpu_count,
            host_network="host" in self.values("--network", "host_network") + self.values("--net", "host_network"),
            host_pid="host" in self.values("--pid", "host_pid"),
            host_ipc="host" in self.values("--ipc", "host_ipc"),
            host_users="host" in self.values("--userns", "host_users") or UNSET,  # the engine's own setting
            service_account=None,
            automount_token=False,
            runtime_class=next(reversed(self.values("--runtime", "runtime_class")), None),
            node_selector={},
            deadline_seconds=None,
            ttl_seconds=None,
            expected_privilege=False,
        )

    def container(self, mounts: list[Mount]) -> Container:
        image = self.image()
        reference = split_image(image) if isinstance(image, str) else None
        for fact in ("registry", "repository", "tag", "digest"):
            self.note("/image", f"containers[0].{fact}")
        security = self.strings("securityOpt", "containers[0].seccomp") + self.values(
            "--security-opt", "containers[0].seccomp"
        )
        security = [option.replace("=", ":", 1) for option in security]
        added = self.strings("capAdd", "containers[0].capabilities_added") + self.values(
            "--cap-add", "containers[0].capabilities_added"
        )
        gpus = self.gpus()
        unknown = UNSET if image is UNSET else None
        return Container(
            name="devcontainer",
            role="main",
            image=image,
            registry=reference.registry if reference else unknown,
            repository=reference.repository if reference else unknown,
            tag=reference.tag if reference else unknown,
            digest=reference.digest if reference else unknown,
            argv=[],
            entrypoint_replaced=False,
            env=self.environment(),
            env_from=self.values("--env-file", "containers[0].env_from"),
            ports=self.ports(),
            mounts=mounts,
            devices=[value.partition(":")[0] for value in self.values("--device", "containers[0].devices")],
            gpu_count=gpus,
            gpu_resources=["gpus"] if gpus else [],
            rdma=False,
            privileged=self.privileged(),
            allow_privilege_escalation="no-new-privileges" not in security and "no-new-privileges:true" not in security,
            run_as_user=self.user(),
            run_as_non_root=False,
            read_only_root="--read-only" in self.options,
            capabilities_added=[name.upper().removeprefix("CAP_") for name in added],
            capabilities_dropped=[name.upper().removeprefix("CAP_") for name in self.values("--cap-drop", "")],
            seccomp="Unconfined" if "seccomp:unconfined" in security else None,
            apparmor="Unconfined" if "apparmor:unconfined" in security else None,
            proc_mount="Default",
            memory_limit_bytes=byte_size(self.last("containers[0].memory_limit_bytes", "-m", "--memory")),
            cpu_limit_millis=None,
            liveness_probe=False,
            readiness_probe=False,
        )

    def image(self) -> Fact[str]:
        value = self.document.get("image")
        if not isinstance(value, str):
            return None
        self.note("/image", "containers[0].image")
        return UNSET if "${" in value else value

    def privileged(self) -> bool:
        if self.switch("privileged", "--privileged", "containers[0].privileged"):
            return True
        return self.feature(DOCKER_IN_DOCKER, "containers[0].privileged")

    def user(self) -> Fact[int]:
        fact = "containers[0].run_as_user"
        name = self.last(fact, "-u", "--user")
        given = self.document.get("containerUser")
        if name is None and isinstance(given, str):
            self.note("/containerUser", fact)
            name = given
        if name is None:
            return None
        number = name.partition(":")[0]
        return 0 if number == "root" else int(number) if number.isdecimal() and len(number) < 10 else UNSET

    def ports(self) -> list[Port]:
        """`appPort`, whose numbers are bound to the loopback address, and what `runArgs` publish."""
        raw = self.document.get("appPort")
        given: list[tuple[str, str]] = []
        for index, item in enumerate(raw if isinstance(raw, list) else [] if raw is None else [raw]):
            text = f"127.0.0.1:{item}:{item}" if isinstance(item, int) else str(item)
            given.append((text, f"/appPort/{index}" if isinstance(raw, list) else "/appPort"))
        for name in ("-p", "--publish"):
            given += [(value, f"/runArgs/{index}") for value, index in self.options.get(name, ())]
        result: list[Port] = []
        for text, pointer in given:
            for port in short(text):
                self.note(pointer, f"containers[0].ports[{len(result)}]")
                result.append(port)
        return result

    def gpus(self) -> Fact[int]:
        """`--gpus all` is -1; a wish in `hostRequirements` hands all of them over, too."""
        given = self.values("--gpus", "containers[0].gpu_count")
        wish = self.document.get("hostRequirements")
        if not given and isinstance(wish, dict) and wish.get("gpu"):
            self.note("/hostRequirements/gpu", "containers[0].gpu_count")
            return -1
        last = given[-1].strip("\"'") if given else "0"
        if last.startswith("device="):
            return len(last.removeprefix("device=").split(","))
        last = last.removeprefix("count=")
        if last == "all":
            return -1
        return int(last) if last.isdecimal() and len(last) < 5 else UNSET

    def environment(self) -> list[EnvVar]:
        value = self.document.get("containerEnv")
        result: list[EnvVar] = []
        for name, item in value.items() if isinstance(value, dict) else ():
            if isinstance(item, str):
                self.note(f"/containerEnv/{name}", f"containers[0].env[{len(result)}]")
                local = "${" in item
                result.append(
                    EnvVar(name=name, value=None if local else Secret(item), origin="host" if local else "literal")
                )
        for option in ("-e", "--env"):
            for text, index in self.options.get(option, ()):
                name, equals, content = text.partition("=")
                self.note(f"/runArgs/{index}", f"containers[0].env[{len(result)}]")
                known = bool(equals) and "${" not in content
                result.append(
                    EnvVar(name=name, value=Secret(content) if known else None, origin="literal" if known else "host")
                )
        return result

    def volumes(self) -> tuple[list[Volume], list[Mount]]:
        given: list[tuple[str, str]] = []
        if isinstance(workspace := self.document.get("workspaceMount"), str) and workspace:
            given.append((workspace, "/workspaceMount"))
        raw = self.document.get("mounts")
        for index, item in enumerate(raw if isinstance(raw, list) else ()):
            text = ",".join(f"{key}={value}" for key, value in item.items()) if isinstance(item, dict) else str(item)
            given.append((text, f"/mounts/{index}"))
        given += [(value, f"/runArgs/{index}") for value, index in self.options.get("--mount", ())]
        entries = [(_mount(text), pointer) for text, pointer in given]
        for name in ("-v", "--volume"):
            entries += [(_volume(value), f"/runArgs/{index}") for value, index in self.options.get(name, ())]
        if self.feature(DOCKER_OUTSIDE, f"volumes[{len(entries)}]"):
            self.feature(DOCKER_OUTSIDE, f"containers[0].mounts[{len(entries)}]")
            entries.append((_mount(SOCKET), ""))
        volumes: list[Volume] = []
        mounts: list[Mount] = []
        for (type_, source, target, read_only), pointer in entries:
            if pointer:
                self.note(pointer, f"volumes[{len(volumes)}]")
                self.note(pointer, f"containers[0].mounts[{len(mounts)}]")
            host: Fact[str] = (UNSET if "${" in source else normalised(source)) if type_ == "bind" else None
            volumes.append(
                Volume(
                    name=source, type=type_, host_path=host, writable=not read_only, medium=None, size_limit_bytes=None
                )
            )
            mounts.append(Mount(volume=source, path=target, host_path=host, read_only=read_only))
        return volumes, mounts


def _volume(text: str) -> tuple[str, str, str, bool]:
    """(type, source, target, read-only) of `-v` syntax; a colon inside `${...}` parts nothing."""
    parts = PARTS.findall(text) or [""]
    if len(parts) == 1:
        return "volume", "", parts[0], False
    bind = parts[0].startswith(("/", ".", "~", "${"))
    return "bind" if bind else "volume", parts[0], parts[1], any("ro" in part.split(",") for part in parts[2:])


def _mount(text: str) -> tuple[str, str, str, bool]:
    """(type, source, target, read-only) of `--mount` syntax."""
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    source = fields.get("source") or fields.get("src") or ""
    target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
    return fields.get("type") or "volume", source, target, "readonly" in fields or fields.get("ro") == "true"
