"""Container engines and NVIDIA's toolkit, from their files to facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET
from tests.collect.host.looking import assets, facts, gaps, items

from holdfast.collect.files import Options, collect
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.kinds.container_runtime import ContainerRuntime
from holdfast.kinds.container_toolkit import ContainerToolkit

DOCKER, CONTAINERD = "etc/docker/daemon.json", "etc/containerd/config.toml"
TOOLKIT = "etc/nvidia-container-runtime/config.toml"


def test_docker_with_its_documented_defaults() -> None:
    (asset,) = assets({DOCKER: "{}"})
    found = asset.facts
    assert isinstance(found, ContainerRuntime)
    assert (asset.id, asset.source, asset.partial) == (f"container_runtime/{DOCKER}", "config", False)
    assert (found.name, found.listeners, found.insecure_registries, found.devices) == ("docker", [], [], [])
    assert (found.seccomp, found.apparmor, found.inter_container, found.packet_filter) == (True, None, True, True)
    assert (found.user_namespaces, found.no_new_privileges, found.live_restore, found.experimental) == (False,) * 4
    assert (found.default_runtime, found.log_driver, found.cdi, found.permissions) == (None, None, None, UNSET)


def test_dockers_listeners_stand_where_they_are_written() -> None:
    (asset,) = assets({DOCKER: '{"icc": false,\n "hosts": ["unix:///s", "tcp://0.0.0.0:2375", "tcp://[::1]:1"]}'})
    open_, local = asset.facts.listeners
    assert (open_.loopback, open_.tls, open_.client_certificates) == (False, False, False)
    assert local.loopback is True
    assert asset.spot("listeners[1].address") == Spot(2, 1, "", DOCKER)
    verified = facts({DOCKER: '{"hosts": ["tcp://h:1"], "tlsverify": true}'}).listeners[0]
    assert (verified.tls, verified.client_certificates, verified.loopback) == (True, True, UNSET)


def test_what_a_file_should_not_say_is_unobserved() -> None:
    text = '{"hosts": "x", "userns-remap": 1, "seccomp-profile": [], "insecure-registries": {}, "icc": "no", "runtimes": {"nvidia": {}}}'
    found = facts({DOCKER: text})
    for value in (
        found.listeners,
        found.user_namespaces,
        found.seccomp,
        found.insecure_registries,
        found.inter_container,
    ):
        assert value is UNSET
    assert found.runtimes == ["nvidia"]


def test_local_registries_prove_nothing_anyway() -> None:
    assert facts({DOCKER: '{"insecure-registries": ["127.0.0.1:5000", "r:5000"]}'}).insecure_registries == ["r:5000"]


@pytest.mark.parametrize(
    ("path", "text", "reason", "kind"),
    [
        (DOCKER, "[]", "not readable as JSON: an object was expected", "unreadable"),
        (DOCKER, '{"a": }}', "not readable as JSON: ", "unreadable"),
        (DOCKER, "{\n{{ x }}}", "an unrendered template: ", "template"),
        (TOOLKIT, "a = \n", "not readable as TOML: Invalid value", "unreadable"),
        (CONTAINERD, "a = \n", "not readable as TOML: Invalid value", "unreadable"),
        (CONTAINERD, "a = 1\nb = {{ b }}\n", "an unrendered template: ", "template"),
    ],
)
def test_what_cannot_be_read_is_a_gap(path: str, text: str, reason: str, kind: str) -> None:
    (gap,) = items({path: text})
    assert isinstance(gap, Gap)
    assert gap.reason.startswith(reason)
    assert gap.kind == kind


@pytest.mark.parametrize(
    "table", ['plugins."io.containerd.grpc.v1.cri"', 'plugins."io.containerd.cri.v1.runtime"', "plugins.cri"]
)
def test_containerd_in_each_version(table: str) -> None:
    text = f"""
[grpc]
tcp_address = "10.0.0.1:1"
tcp_tls_cert = "c"
[metrics]
address = "0.0.0.0:1338"
[{table}]
stream_server_address = "0.0.0.0"
enable_tls_streaming = true
disable_apparmor = true
enable_cdi = true
[{table}.containerd]
default_runtime_name = "nvidia"
[{table}.containerd.runtimes.nvidia.options]
BinaryName = "/usr/bin/nvidia-container-runtime"
[{table}.registry.configs."r".tls]
insecure_skip_verify = true
[{table}.registry.mirrors."q"]
endpoint = ["http://q:1", "https://q"]
[{table}.registry.mirrors."local"]
endpoint = ["http://localhost:1"]
"""
    (asset,) = assets({CONTAINERD: text})
    found = asset.facts
    api, metrics, stream = found.listeners
    assert (api.purpose, api.tls, api.client_certificates) == ("api", True, False)
    assert (metrics.purpose, metrics.loopback) == ("metrics", False)
    assert (stream.purpose, stream.tls, stream.loopback) == ("stream", True, False)
    assert (found.default_runtime, found.runtimes, found.apparmor, found.cdi) == ("nvidia", ["nvidia"], False, True)
    assert found.insecure_registries == ["q", "r"]
    assert asset.spot("default_runtime").line == 13
    assert (found.seccomp, found.user_namespaces) == (None, None)


def test_containerd_imports_count_more(tmp_path: Path) -> None:
    (tmp_path / "etc/containerd/conf.d").mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("")
    main = 'version = 3\nimports = ["/etc/containerd/conf.d/*.toml", "gone.toml"]\n[metrics]\naddress = "127.0.0.1:1"\n'
    (tmp_path / CONTAINERD).write_text(main)
    (tmp_path / "etc/containerd/conf.d/99-nvidia.toml").write_text(
        'version = 3\n[plugins."io.containerd.cri.v1.runtime".containerd]\ndefault_runtime_name = "nvidia"\n'
    )
    (tmp_path / "etc/containerd/conf.d/README").write_text("x")
    found = list(collect(Options(str(tmp_path))))
    (asset,) = [item for item in found if isinstance(item, Asset)]
    assert (asset.facts.default_runtime, asset.source) == ("nvidia", "host")
    assert asset.facts.permissions.mode == "0644"
    assert asset.spot("default_runtime") == Spot(3, 1, "", f"{tmp_path}/etc/containerd/conf.d/99-nvidia.toml")
    (gap,) = [item for item in found if isinstance(item, Gap)]
    assert "`gone.toml`" in gap.reason


def test_a_registry_of_containerd() -> None:
    path = "etc/containerd/certs.d/r/hosts.toml"
    (asset,) = assets({path: 'server = "http://r"\n[host."https://m"]\nskip_verify = true\n[host."https://n"]\n'})
    assert (asset.facts.insecure_registries, asset.partial) == (["https://m", "http://r"], True)
    assert items({path: "a = 1\n"}) == []
    assert items({"x/hosts.toml": 'server = "http://r"\n'}) == []


def test_crio_with_its_drop_ins() -> None:
    (asset,) = assets({
        "etc/crio/crio.conf.d/20.conf": '[crio.runtime]\nadditional_devices = ["/dev/nvidia0"]\napparmor_profile = "unconfined"\n',
        "etc/crio/crio.conf.d/10.conf": '[crio.runtime]\nadditional_devices = []\ndefault_capabilities = ["CAP_CHOWN"]\n',
        "etc/crio/crio.conf": '[crio.api]\nstream_address = "0.0.0.0"\n[crio.runtime.runtimes.nvidia]\n',
    })  # fmt: skip
    found = asset.facts
    assert (asset.path, found.devices, found.capabilities) == ("etc/crio/crio.conf", ["/dev/nvidia0"], ["CHOWN"])
    assert (found.listeners[0].loopback, found.apparmor, found.seccomp, found.runtimes) == (
        False,
        False,
        True,
        ["nvidia"],
    )
    assert asset.spot("devices") == Spot(2, 1, "", "etc/crio/crio.conf.d/20.conf")
    assert facts({"a/crio.conf.d/x.conf": "[crio.api]\nstream_address = 1\n"}).listeners is UNSET


def test_a_drop_in_that_cannot_be_read_leaves_the_others() -> None:
    found = items({"etc/crio/crio.conf": "[crio]\n", "etc/crio/crio.conf.d/x.conf": "=\n"})
    assert [type(item).__name__ for item in found] == ["Gap", "Asset"]
    assert len(gaps({"etc/crio/crio.conf": "=\n"})) == 1


def test_podman() -> None:
    path = "usr/share/containers/containers.conf"
    found = facts(
        {
            path: '[containers]\npidns = "host"\nnetns = "private"\nuserns = "auto"\ndefault_capabilities = 1\n[engine.runtimes]\ncrun = []\n'
        }
    )
    assert (found.host_namespaces, found.user_namespaces, found.capabilities) == (["pid"], True, UNSET)
    assert found.runtimes == ["crun"]
    assert facts({path: ""}.copy() | {path: "[engine]\n"}).user_namespaces is None


def test_registries() -> None:
    path = "etc/containers/registries.conf"
    text = '[[registry]]\nprefix = "p"\ninsecure = true\n[[registry]]\nlocation = "l"\n[[registry.mirror]]\nlocation = "m"\ninsecure = true\n'
    (asset,) = assets({path: text})
    assert (asset.facts.insecure_registries, asset.partial) == (["p", "m"], True)
    assert facts({path: "registry = 1\n"}).insecure_registries == []


def test_the_toolkit_with_its_defaults() -> None:
    found = facts(
        {TOOLKIT: 'x = 1\n[nvidia-container-runtime]\ndebug = "/tmp/d"\n[nvidia-container-cli]\ndebug = "/dev/null"\n'}
    )
    assert isinstance(found, ContainerToolkit)
    assert (found.envvar_devices_unprivileged, found.volume_mount_devices, found.mode) == (True, False, "auto")
    assert (found.ldconfig_of_host, found.ldconfig_of_container_allowed, found.no_cgroups) == (True, False, False)
    assert (found.debug_files, found.swarm_resource, found.imex_requests_ignored) == (["/tmp/d"], None, False)
    assert facts({TOOLKIT: "[nvidia-container-cli]\nldconfig = 1\n"}).ldconfig_of_host is UNSET


def test_containerd_of_version_4_has_its_servers_among_the_plugins() -> None:
    asset = assets({
        CONTAINERD: """version = 4
[plugins."io.containerd.server.v1.grpc"]
address = "/run/containerd/containerd.sock"
[plugins."io.containerd.server.v1.grpc-tcp"]
address = "0.0.0.0:7777"
tls_cert = "/c"
[plugins."io.containerd.server.v1.metrics"]
address = "127.0.0.1:1338"
[plugins."io.containerd.server.v1.debug"]
address = "/run/containerd/debug.sock"
[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "nvidia"
"""
    })[0]  # fmt: skip
    assert [(each.address, each.purpose, each.loopback) for each in asset.facts.listeners] == [
        ("0.0.0.0:7777", "api", False),
        ("127.0.0.1:1338", "metrics", True),
    ]
    first = asset.facts.listeners[0]
    assert (first.tls, first.client_certificates, asset.facts.default_runtime) == (True, False, "nvidia")
    assert (asset.spot("listeners[0]").line, asset.spot("listeners[1]").line) == (5, 8)


def test_programs_groups_and_credentials_of_docker() -> None:
    text = '{"group": "users", "runtimes": {"a": {"path": "/tmp/x"}, "b": {"path": "runc"}},\n'
    text += (
        '"proxies": {"http-proxy": "http://p:1", "https-proxy": "http://u:pw@p:1"}, "log-opts": {"splunk-token": "t"}}'
    )
    (asset,) = assets({DOCKER: text})
    found = asset.facts
    assert (found.api_group, found.own_programs, found.privileged) == ("users", ["/tmp/x"], None)
    assert [each.name for each in found.secrets] == ["https-proxy", "splunk-token"]
    assert (asset.spot("secrets[0].value").line, asset.spot("own_programs[0]").line) == (2, 1)


def test_programs_groups_and_credentials_of_others() -> None:
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    text = f'version = 2\n[grpc]\ngid = 100\n[{cri}.containerd.runtimes.a.options]\nBinaryName = "/home/u/runc"\n'
    text += f'[{cri}.registry.configs."r".auth]\nusername = "u"\npassword = "p"\nauth = "${{A}}"\n'
    found = facts({CONTAINERD: text})
    assert (found.api_group, found.own_programs) == ("100", ["/home/u/runc"])
    assert [each.name for each in found.secrets] == ["password"]
    assert facts({CONTAINERD: "version = 2\n[grpc]\ngid = 0\n"}).api_group is None
    hosts = 'server = "https://r"\n[host."https://m"]\n[host."https://m".header]\nAuthorization = "Basic eA=="\n'
    assert [each.name for each in facts({"etc/containerd/certs.d/r/hosts.toml": hosts}).secrets] == ["Authorization"]
    crio = '[crio.runtime.runtimes.x]\nruntime_path = "/scratch/x"\n'
    assert facts({"etc/crio/crio.conf": crio}).own_programs == ["/scratch/x"]
    podman = '[containers]\nprivileged = true\n[engine.runtimes]\nx = ["/tmp/x", "/usr/bin/x"]\n'
    found = facts({"etc/containers/containers.conf": podman})
    assert (found.privileged, found.own_programs) == (True, ["/tmp/x"])


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("# x\nversion = 99\n", 2, "version 99 of containerd's configuration is not known: it was not judged"),
        ('version = "2"\n', 1, "version 2 of containerd's configuration is not known: it was not judged"),
        ("version = true\n", 1, "version True of containerd's configuration is not known: it was not judged"),
    ],
)
def test_a_version_that_containerd_does_not_know_is_not_judged(text: str, line: int, reason: str) -> None:
    (gap,) = items({"etc/containerd/config.toml": f'{text}[grpc]\ntcp_address = "0.0.0.0:1"\n'})
    assert isinstance(gap, Gap)
    assert (gap.line, gap.reason, gap.kind) == (line, reason, "unreadable")


def test_a_plugin_for_kubernetes_that_is_not_known_is_told() -> None:
    text = "version = 4\n[plugins.'io.containerd.cri.v2.runtime']\ndisable_apparmor = true\n[plugins.'io.containerd.cri.v1.runtime']\n"
    found = items({"etc/containerd/config.toml": text})
    assert [(item.line, item.reason) for item in found if isinstance(item, Gap)] == [
        (2, "the plugin io.containerd.cri.v2.runtime is not known: its settings were not judged"),
    ]
    assert len([item for item in found if isinstance(item, Asset)]) == 1


def test_programs_of_plain_users_that_the_toolkit_runs() -> None:
    text = """\
[nvidia-container-cli]
ldconfig = "@/tmp/ldconfig"
path = 3
[nvidia-container-runtime]
runtimes = ["runc", "/home/ml/runc"]
[nvidia-ctk]
path = "/usr/bin/nvidia-ctk"
"""
    (asset,) = assets({TOOLKIT: text})
    assert asset.facts.own_programs == ["/tmp/ldconfig", "/home/ml/runc"]  # type: ignore[attr-defined]
    assert [asset.spot(f"own_programs[{at}]").line for at in (0, 1)] == [2, 5]


def test_an_import_that_no_file_can_be_is_none(tmp_path: Path) -> None:
    (tmp_path / "etc/containerd").mkdir(parents=True)
    (tmp_path / CONTAINERD).write_text('version = 3\nimports = ["/etc/\\u0000/*.toml", "a\\u0000"]\n')
    found = [item for item in collect(Options(str(tmp_path))) if isinstance(item, Asset | Gap)]
    assert [type(item) for item in found] == [Gap, Asset]
