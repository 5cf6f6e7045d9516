"""Compose services as workloads: short and long forms, extension, and the place of each fact."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from tests.collect.looking import one, servers, workloads

from holdfast.core.asset import Spot
from holdfast.core.fact import UNSET, Secret
from holdfast.kinds.workload import EnvVar, Mount, Port, Volume


def service(fields: str, more: str = ""):
    """The workload of a service; its first line is line 3, in column 5, at /services/s."""
    return one(f"services:\n  s:\n{indent(dedent(fields).strip(), '    ')}\n{more}", "compose.yaml")


def inner(fields: str, more: str = ""):
    (container,) = service(fields, more).facts.containers
    return container


def place(asset, fact: str) -> Spot:
    return asset.spot(f"containers[0].{fact}")


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("compose.yaml", "services: {a: {command: x}}", 1),
        ("docker-compose.override.yml", "services: {a: {command: x}}", 1),
        ("x/compose-gpu.yml", "services: {a: {command: x}}", 1),
        ("stack.yaml", "services: {a: {image: x}}", 1),
        ("stack.yaml", "services: {a: {build: .}, b: {command: x}}", 2),
        ("stack.yaml", "services: {a: {command: x}}", 0),
        ("stack.yaml", "apiVersion: x/v1\nservices: {a: {image: x}}", 0),
        ("compose.yaml", "services: [a]", 0),
        ("compose.yaml", "services: {a: , b: text, c: {provider: {type: model}}, d: {image: x}}", 1),
    ],
)
def test_a_compose_file_is_known_by_its_name_or_its_services(path, text, count):
    assert len(workloads(f"{text}\n", path)) == count


def test_a_bare_service_has_the_engines_defaults():
    asset = service("image: a")
    facts = asset.facts
    assert (facts.name, facts.controller, facts.namespace, facts.api_group) == ("s", "compose", None, None)
    assert (facts.host_network, facts.host_pid, facts.host_ipc, facts.host_users) == (False, False, False, UNSET)
    assert (facts.service_account, facts.automount_token, facts.runtime_class) == (None, False, None)
    assert (facts.volumes, facts.labels, facts.gpu_count) == ([], {}, 0)
    (found,) = facts.containers
    assert (found.privileged, found.allow_privilege_escalation, found.read_only_root) == (False, True, False)
    assert (found.run_as_user, found.seccomp, found.apparmor, found.proc_mount) == (None, None, None, "Default")
    assert (found.argv, found.env, found.env_from, found.ports, found.devices) == ([], [], [], [], [])
    assert (found.memory_limit_bytes, found.cpu_limit_millis, found.liveness_probe) == (None, None, False)
    assert asset.id == "workload/compose.yaml/compose.s"
    assert asset.spot("") == place(asset, "privileged") == Spot(2, 3, "/services/s")


@pytest.mark.parametrize(
    ("field", "fact", "value"),
    [
        ("image: r.io/a:${TAG:-1}", "image", "r.io/a:1"),
        ("image: r.io/a:${TAG:-1}", "tag", "1"),
        ("image: r.io/a:${TAG}", "image", UNSET),
        ("image: r.io/a:${TAG}", "registry", UNSET),
        ("image: [a]", "image", UNSET),
        ("image: Not An Image", "repository", UNSET),
        ("privileged: true", "privileged", True),
        ("privileged: ${P:-true}", "privileged", True),
        ("privileged: ${P}", "privileged", UNSET),
        ("read_only: yes", "read_only_root", True),
        ("user: root", "run_as_user", 0),
        ("user: 0:0", "run_as_user", 0),
        ("user: 1000", "run_as_user", 1000),
        ("user: ${UID}:${GID}", "run_as_user", UNSET),
        ("user: ${U:-1000}:1000", "run_as_user", 1000),
        ("user: app", "run_as_user", UNSET),
        ("user: ''", "run_as_user", None),
        ("cap_add: [cap_sys_admin, all]", "capabilities_added", ["SYS_ADMIN", "ALL"]),
        ("cap_drop: [ALL]", "capabilities_dropped", ["ALL"]),
        ("cap_add: ['${CAP}']", "capabilities_added", UNSET),
        ("security_opt: [seccomp:unconfined]", "seccomp", "Unconfined"),
        ("security_opt: [seccomp=p.json]", "seccomp", "Localhost"),
        ("security_opt: [seccomp=builtin]", "seccomp", "RuntimeDefault"),
        ("security_opt: ['seccomp=${P}']", "seccomp", UNSET),
        ("security_opt: ['${P}']", "apparmor", UNSET),
        ("security_opt: ['${P}']", "proc_mount", UNSET),
        ("security_opt: ['${P}']", "allow_privilege_escalation", UNSET),
        ("security_opt: [apparmor=unconfined]", "apparmor", "Unconfined"),
        ("security_opt: [apparmor:docker-default]", "apparmor", "RuntimeDefault"),
        ("security_opt: [systempaths=unconfined]", "proc_mount", "Unmasked"),
        ("security_opt: [no-new-privileges:true]", "allow_privilege_escalation", False),
        ("security_opt: [no-new-privileges]", "allow_privilege_escalation", False),
        ("security_opt: [no-new-privileges=false]", "allow_privilege_escalation", True),
        ("mem_limit: 1.5g", "memory_limit_bytes", 3 << 29),
        ("mem_limit: ${MEM:-512m}", "memory_limit_bytes", 1 << 29),
        ("mem_limit: 0", "memory_limit_bytes", None),
        ("mem_limit: lots", "memory_limit_bytes", UNSET),
        ("cpus: 0.5", "cpu_limit_millis", 500),
        ("cpus: ${N}", "cpu_limit_millis", UNSET),
        ("cpus: many", "cpu_limit_millis", UNSET),
        ("cpus: .inf", "cpu_limit_millis", UNSET),
        ("command: a 'b c' $$d ${E:-e}", "argv", ["a", "b c", "$d", "e"]),
        ("command: [a, 1, true, '${B}']", "argv", ["a", "1", "true", "${B}"]),
        ("command: 5", "argv", ["5"]),
        ("command: 'open \"quote'", "argv", UNSET),
        ("command: {a: b}", "argv", UNSET),
        ("entrypoint: []", "entrypoint_replaced", True),
        ("entrypoint: /a b", "argv", ["/a", "b"]),
        ("healthcheck: {test: curl}", "liveness_probe", True),
        ("healthcheck: {test: curl}", "readiness_probe", True),
        ("healthcheck: {disable: true, test: x}", "liveness_probe", False),
        ("healthcheck: {test: [NONE]}", "liveness_probe", False),
        ("healthcheck: {interval: 5s}", "liveness_probe", False),
        ("env_file: .env", "env_from", [".env"]),
        ("env_file: [a, {path: b, required: false}, {}]", "env_from", ["a", "b"]),
        (
            "devices: [/dev/nvidia0:/dev/nvidia0:rw, {source: /dev/kfd, target: /x}]",
            "devices",
            ["/dev/nvidia0", "/dev/kfd"],
        ),
        ("devices: ['${DEV}']", "devices", UNSET),
        ("devices: text", "devices", UNSET),
        ("environment: text", "env", UNSET),
        ("ports: text", "ports", UNSET),
    ],
)
def test_a_field_is_a_fact_with_its_place(field, fact, value):
    asset = service(field)
    assert getattr(asset.facts.containers[0], fact) == value
    key = field.partition(":")[0]
    if fact != "env":
        assert place(asset, fact) == Spot(3, 5, f"/services/s/{key}")


@pytest.mark.parametrize(
    ("field", "fact", "value"),
    [
        ("network_mode: host", "host_network", True), ("network_mode: bridge", "host_network", False),
        ("network_mode: ${N}", "host_network", UNSET), ("pid: host", "host_pid", True), ("ipc: host", "host_ipc", True),
        ("ipc: shareable", "host_ipc", False), ("userns_mode: host", "host_users", True), ("runtime: nvidia", "runtime_class", "nvidia"),
        ("labels: {a: b, n: 5}", "labels", {"a": "b", "n": "5"}), ("labels: [a=b, c]", "labels", {"a": "b", "c": ""}),
        ("annotations: {a: b$$}", "annotations", {"a": "b$"}), ("volumes: text", "volumes", UNSET),
    ],
)  # fmt: skip
def test_a_field_of_the_workload_is_a_fact(field, fact, value):
    assert getattr(service(field).facts, fact) == value


def test_limits_may_stand_under_deploy():
    asset = service("deploy: {resources: {limits: {memory: 1g, cpus: '2'}}}")
    (found,) = asset.facts.containers
    assert (found.memory_limit_bytes, found.cpu_limit_millis) == (1 << 30, 2000)
    assert place(asset, "memory_limit_bytes").pointer == "/services/s/deploy/resources/limits/memory"


def test_the_environment_is_a_map_or_a_list():
    asset = service("environment:\n  A: text\n  B: 5\n  C:\n  D: ${D}\n  E: ${E:-e}\n  F: pa$$s\n  G: [x]")
    assert asset.facts.containers[0].env == [
        EnvVar("A", Secret("text"), "literal"), EnvVar("B", Secret("5"), "literal"), EnvVar("C", None, "host"),
        EnvVar("D", None, "host"), EnvVar("E", Secret("e"), "literal"), EnvVar("F", Secret("pa$s"), "literal"),
        EnvVar("G", None, "host"),
    ]  # fmt: skip
    assert place(asset, "env[1].value") == Spot(5, 7, "/services/s/environment/B")
    asset = service("environment: [A=b=c, B, 5, C=]")
    assert asset.facts.containers[0].env == [
        EnvVar("A", Secret("b=c"), "literal"), EnvVar("B", None, "host"), EnvVar("C", Secret(""), "literal"),
    ]  # fmt: skip
    assert place(asset, "env[2]") == Spot(3, 32, "/services/s/environment/3")


ANY = "0.0.0.0"


@pytest.mark.parametrize(
    ("entry", "ports"),
    [
        ("8000", [Port(8000, None, ANY, "TCP")]),
        ("'8000'", [Port(8000, None, ANY, "TCP")]),
        ("8000:80", [Port(80, 8000, ANY, "TCP")]),
        ("127.0.0.1:8000:80", [Port(80, 8000, "127.0.0.1", "TCP")]),
        ("127.0.0.1::80", [Port(80, None, "127.0.0.1", "TCP")]),
        ("'[::1]:8000:80'", [Port(80, 8000, "::1", "TCP")]),
        ("'::1:8000:80'", [Port(80, 8000, "::1", "TCP")]),
        ("8000:80/udp", [Port(80, 8000, ANY, "UDP")]),
        ("22:22", [Port(22, 22, ANY, "TCP")]),
        ("3000-3001", [Port(3000, None, ANY, "TCP"), Port(3001, None, ANY, "TCP")]),
        ("9000-9001:80-81", [Port(80, 9000, ANY, "TCP"), Port(81, 9001, ANY, "TCP")]),
        ("9000-9005:80", [Port(80, None, ANY, "TCP")]),
        ("9001-9000:80", [Port(80, 9001, ANY, "TCP")]),
        ("1-65000:1-65000", [Port(1, 1, ANY, "TCP")]),
        ("'${IP:-127.0.0.1}:${P:-8000}:80'", [Port(80, 8000, "127.0.0.1", "TCP")]),
        ("'${IP}:8000:80'", [Port()]),
        ("host:8000:80", [Port()]),
        ("'999999:80'", [Port()]),
        (f"'{'1' * 200}'", [Port()]),
        ("{target: 80}", [Port(80, None, ANY, "TCP")]),
        ("{target: 80, published: 8000, protocol: udp}", [Port(80, 8000, ANY, "UDP")]),
        ("{target: '80', published: '8000', host_ip: 127.0.0.1}", [Port(80, 8000, "127.0.0.1", "TCP")]),
        ("{target: 80, published: '8000-8005'}", [Port(80, None, ANY, "TCP")]),
        ("{target: 80, published: '${P}', host_ip: '${IP}'}", [Port(80, UNSET, UNSET, "TCP")]),
        ("{target: '${T}', published: 1, protocol: [x]}", [Port(UNSET, None, ANY, UNSET)]),
        ("{target: 80, published: wrong}", [Port(80, UNSET, ANY, "TCP")]),
    ],
)
def test_ports_are_read_in_every_form(entry, ports):
    asset = service(f"ports:\n- {entry}")
    assert asset.facts.containers[0].ports == ports
    assert place(asset, "ports[0].host_ip") == Spot(4, 7, "/services/s/ports/0")


@pytest.mark.parametrize(
    ("entry", "type_", "source", "target", "read_only"),
    [
        ("/a:/b", "bind", "/a", "/b", False),
        ("//var/run/../run/docker.sock:/s:ro", "bind", "/var/run/docker.sock", "/s", True),
        ("./a:/b:z,ro", "bind", "./a", "/b", True),
        ("~/a:/b:rw", "bind", "~/a", "/b", False),
        ("name:/b", "volume", "name", "/b", False),
        ("/anonymous", "volume", "", "/anonymous", False),
        ("${SOCK:-/var/run/docker.sock}:/s", "bind", "/var/run/docker.sock", "/s", False),
        ("${SOCK}:/s", "bind", UNSET, "/s", False),
        ("${SOCK:?must be set}:/s:ro", "bind", UNSET, "/s", True),
        ("/a:${TARGET}:${MODE}", "bind", "/a", UNSET, UNSET),
        ("{type: bind, source: //a/, target: /b, read_only: true}", "bind", "/a", "/b", True),
        ("{type: bind, source: '${A}', target: '${B}', read_only: '${C}'}", "bind", UNSET, UNSET, UNSET),
        ("{type: volume, source: name, target: /b}", "volume", "name", "/b", False),
        ("{type: tmpfs, target: /b}", "tmpfs", "", "/b", False),
        ("{}", "volume", "", "", False),
    ],
)
def test_volumes_are_read_in_every_form(entry, type_, source, target, read_only):
    asset = service(f"volumes:\n- {entry}")
    host = source if type_ == "bind" else None
    writable = UNSET if read_only is UNSET else not read_only
    assert asset.facts.volumes == [Volume(source, type_, host, writable, None, None)]
    assert asset.facts.containers[0].mounts == [Mount(source, target, host, read_only)]
    assert asset.spot("volumes[0].host_path") == place(asset, "mounts[0].path") == Spot(4, 7, "/services/s/volumes/0")


@pytest.mark.parametrize(
    ("options", "type_", "host"),
    [
        ("{driver_opts: {type: none, o: bind, device: //srv/a/}}", "bind", "/srv/a"),
        ("{driver_opts: {o: 'ro,bind', device: '${D}'}}", "bind", UNSET),
        ("{driver_opts: {type: nfs, o: addr=x, device: ':/a'}}", "volume", None),
        ("{driver: local}", "volume", None),
        ("", "volume", None),
    ],
)
def test_a_named_volume_may_be_a_folder_of_the_host(options, type_, host):
    (volume,) = service("volumes: [models:/m]", f"volumes:\n  models: {options}\n").facts.volumes
    assert (volume.type, volume.host_path) == (type_, host)


def test_secrets_and_configurations_are_mounted_files():
    asset = service("secrets: [a, {source: b, target: c}, {source: d, target: /e}]\nconfigs: [f, {source: '${G}'}]")
    assert [(mount.volume, mount.path, mount.read_only) for mount in asset.facts.containers[0].mounts] == [
        ("a", "/run/secrets/a", True), ("b", "/run/secrets/c", True), ("d", "/e", True), ("f", "/f", True),
        (UNSET, UNSET, True),
    ]  # fmt: skip
    assert [volume.type for volume in asset.facts.volumes] == ["secret"] * 3 + ["config"] * 2
    assert asset.spot("volumes[3]").pointer == "/services/s/configs/0"


RESERVED = "deploy: {resources: {reservations: {devices: [%s]}}}"


@pytest.mark.parametrize(
    ("fields", "count", "names"),
    [
        ("gpus: all", -1, ["gpus"]),
        ("gpus: ${G}", UNSET, ["gpus"]),
        ("gpus: 2", 2, ["gpus"]),
        ("gpus: [{count: 2}, {driver: amd, device_ids: ['0', '3', '4']}]", 5, ["gpu", "amd"]),
        ("gpus: [{}]", -1, ["gpu"]),
        (RESERVED % "{capabilities: [gpu]}", -1, ["gpu"]),
        (RESERVED % "{capabilities: [gpu], count: 1, driver: nvidia}", 1, ["nvidia"]),
        (RESERVED % "{capabilities: [gpu], count: all}", -1, ["gpu"]),
        (RESERVED % "{capabilities: [gpu], count: '${N:-3}'}", 3, ["gpu"]),
        (RESERVED % "{capabilities: [gpu], count: '${N}'}", UNSET, ["gpu"]),
        (RESERVED % "{capabilities: [gpu], device_ids: ['0']}", 1, ["gpu"]),
        (RESERVED % "{capabilities: [tpu], count: 2}", 2, ["gpu"]),
        (RESERVED % "{driver: nvidia, count: 2}", 2, ["nvidia"]),
        (RESERVED % "{capabilities: [net], count: 2}", 0, []),
        (RESERVED % "text", 0, []),
        ("devices: [nvidia.com/gpu=all]", -1, ["nvidia.com/gpu"]),
        ("devices: [nvidia.com/gpu=0, nvidia.com/gpu=1]", 2, ["nvidia.com/gpu", "nvidia.com/gpu"]),
        ("runtime: nvidia", UNSET, ["nvidia"]),
        ("runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: all}", -1, ["nvidia"]),
        ("runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: '0,1'}", 2, ["nvidia"]),
        ("runtime: nvidia\nenvironment: {NVIDIA_VISIBLE_DEVICES: void}", 0, ["nvidia"]),
        ("runtime: nvidia\nenvironment: {A: b, NVIDIA_VISIBLE_DEVICES: }", UNSET, ["nvidia"]),
        ("runtime: runc\nenvironment: {NVIDIA_VISIBLE_DEVICES: all}", 0, []),
        ("gpus: [{count: 1}]\nruntime: nvidia", 1, ["gpu"]),
    ],
)
def test_accelerators_are_counted_in_every_form(fields, count, names):
    asset = service(fields)
    (found,) = asset.facts.containers
    assert (found.gpu_count, asset.facts.gpu_count, found.gpu_resources) == (count, count, names)
    if names:
        key = next(line.partition(":")[0] for line in fields.split("\n"))
        assert place(asset, "gpu_count").pointer.startswith(f"/services/s/{key}")


def test_merge_keys_and_extension_fields_are_understood():
    asset = one(
        """
        x-common: &common
          image: r.io/a:1
          environment: &env {A: a}
        services:
          s:
            <<: *common
            environment: {<<: *env, B: b}
        """,
        "compose.yaml",
    )
    (found,) = asset.facts.containers
    assert (found.tag, [variable.name for variable in found.env]) == ("1", ["B", "A"])
    assert place(asset, "image")[:2] == (3, 3)


EXTENDED = """
services:
  base:
    image: r.io/a:1
    privileged: true
    command: [a, b]
    environment: {A: base, B: base}
    ports: ["1:1"]
    volumes: ["/a:/a"]
    deploy: {resources: {limits: {memory: 1g, cpus: 1}}}
  middle:
    extends: base
    ports: ["2:2"]
    environment: {B: middle}
  s:
    extends: {service: middle}
    command: [c]
    ports: ["3:3"]
    environment: {C: s}
    deploy: {resources: {limits: {memory: 2g}}}
"""


def test_a_service_that_extends_others_has_what_they_have():
    asset = workloads(EXTENDED, "compose.yaml")[2]
    (found,) = asset.facts.containers
    assert (found.image, found.privileged, found.argv) == ("r.io/a:1", True, ["c"])
    assert [port.host_port for port in found.ports] == [1, 2, 3]
    assert {variable.name: str.__str__(variable.value) for variable in found.env} == {
        "A": "base",
        "B": "middle",
        "C": "s",
    }
    assert (found.memory_limit_bytes, found.cpu_limit_millis, found.mounts[0].host_path) == (2 << 30, 1000, "/a")
    assert place(asset, "image") == Spot(4, 5, "/services/base/image")
    assert [place(asset, f"ports[{at}]").pointer for at in range(3)] == [
        "/services/base/ports/0", "/services/middle/ports/0", "/services/s/ports/0",
    ]  # fmt: skip
    assert place(asset, "argv").pointer == "/services/s/command"
    pointers = {variable.name: place(asset, f"env[{at}]").pointer for at, variable in enumerate(found.env)}
    assert pointers == {
        "A": "/services/base/environment/A", "B": "/services/middle/environment/B", "C": "/services/s/environment/C",
    }  # fmt: skip
    assert place(asset, "cpu_limit_millis").pointer == "/services/base/deploy/resources/limits/cpus"
    assert place(asset, "memory_limit_bytes").pointer == "/services/s/deploy/resources/limits/memory"
    assert place(asset, "mounts[0]").pointer == "/services/base/volumes/0"
    assert asset.spot("").pointer == "/services/s"


@pytest.mark.parametrize("extends", ["{file: other.yaml, service: x}", "missing", "s", "5", "[a]", "{service: [a]}"])
def test_what_a_base_elsewhere_decides_is_unseen(extends):
    asset = service(f"extends: {extends}\nprivileged: true\nnetwork_mode: bridge")
    (found,) = asset.facts.containers
    assert (found.name, found.privileged, asset.facts.host_network) == ("s", True, False)
    assert (found.image, found.argv, found.gpu_count, found.allow_privilege_escalation) == (UNSET,) * 4
    assert (asset.facts.host_pid, asset.facts.volumes, asset.facts.gpu_count) == (UNSET,) * 3


def test_what_such_a_service_says_itself_counts():
    assert service("extends: {file: other.yaml, service: x}\ngpus: all").facts.gpu_count == -1


def test_services_that_extend_one_another_end():
    text = "services: {a: {extends: b, image: x}, b: {extends: a, privileged: true}}"
    first, second = workloads(text, "compose.yaml")
    assert (first.facts.containers[0].privileged, second.facts.containers[0].image) == (True, "x")
    chain = ", ".join(f"s{at}: {{extends: s{at + 1}}}" for at in range(30))
    found = workloads(f"services: {{{chain}, s30: {{image: x, privileged: true}}}}", "compose.yaml")
    assert [asset.facts.containers[0].privileged for asset in found][:15] == [UNSET] * 14 + [True]


def test_a_tag_that_takes_a_base_away_leaves_nothing():
    assert inner("privileged: !reset true\nimage: !reset null\nports: !reset []").image is None


def test_servers_come_with_their_files_of_configuration():
    (asset,) = servers(
        """
        services:
          s:
            image: litellm/litellm:v1.80.0
            configs: [{source: c, target: /app/config.yaml}]
            command: [--config, /app/config.yaml]
        """,
        "compose.yaml",
    )
    assert (asset.facts.product, asset.facts.options_complete) == ("litellm", UNSET)


@pytest.mark.parametrize(
    ("service", "reachable"),
    [
        ('ports: ["127.0.0.1:6379:6379"]', False), ('ports: ["[::1]:6379:6379"]', False), ("", False),
        ('ports: ["6379:6379"]', True), ('ports: ["${P}:6379"]', True), ("ports: ${P}", True),
        ("network_mode: host", True), ("network_mode: 'service:x'", True), ("labels: {traefik.enable: 'true'}", True),
        ("labels: {a: b}", False),
        ('ports: ["127.0.0.1:6379:6379", "9090:9090"]', False), ("environment: {VIRTUAL_HOST: x}", True),
    ],
)  # fmt: skip
def test_a_server_whose_port_is_not_published_is_its_hosts_own(service, reachable):
    text = f"services:\n  db:\n    image: redis:7.4.5\n    {service}\n"
    assert [server.facts.loopback for server in servers(text, "compose.yaml")] == [not reachable]


def test_an_override_beside_a_compose_file_may_publish_more(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "services: {db: {image: 'redis:7.4.5'}}"
    assert [server.facts.loopback for server in servers(text, "compose.yaml")] == [True]
    (tmp_path / "compose.override.yaml").touch()
    assert [server.facts.loopback for server in servers(text, "compose.yaml")] == [False]
