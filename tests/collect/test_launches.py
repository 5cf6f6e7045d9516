"""Servers in workloads: through shells and wrappers, with what their environment and files leave open."""

from __future__ import annotations

import pytest
from tests.collect.looking import items, pod, servers

from holdfast.collect.launches import launch_of, launches, names_a_server, of_workload, shell_text
from holdfast.core.asset import Asset, Edge, Spot
from holdfast.core.fact import UNSET, Secret
from holdfast.kinds.namespace import Namespace
from holdfast.kinds.workload import Container, EnvVar, Workload

TEXT = "vllm serve m"


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["sh", "-c", TEXT], TEXT), (["/bin/bash", "-lc", TEXT], TEXT), (["bash", "-c", "--", TEXT], TEXT),
        (["bash", "-o", "pipefail", "-c", TEXT], TEXT), (["bash", "-euxo", "pipefail", "-c", TEXT], TEXT),
        (["bash", "+x", "-c", TEXT, "name", "argument"], TEXT), (["bash", "-O", "extglob", "-ec", TEXT], TEXT),
        (["bash", "--login", "-c", TEXT], TEXT), (["bash", "--rcfile", "/a", "-c", TEXT], TEXT), (["bash", "-c", "-e", TEXT], TEXT),
        (["sh"], None), (["sh", "-c"], None), (["sh", "/run.sh", "-c", TEXT], None), (["sh", "-e", "/run.sh"], None),
        (["python", "-c", TEXT], None), ([], None), (["sh", "-", "-c", TEXT], None),
    ],
)  # fmt: skip
def test_the_text_of_a_shell_follows_its_options(argv, text):
    at = shell_text(argv)
    assert (argv[at] if at else None) == text


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("vllm serve", True),
        ("/usr/bin/vllm serve", True),
        ("python -m vllm.entrypoints.openai.api_server", True),
        ("echo", False),
    ],
)
def test_text_that_names_no_server_is_not_parsed(text, yes):
    assert names_a_server(text) is yes


def container(fields: str, more: str = "") -> list[Asset]:
    return servers(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: c\n{fields}{more}"
    )


VLLM = "    image: vllm/vllm-openai:v0.9.1\n"


@pytest.mark.parametrize(
    "command",
    [
        "    args: [--model, m, --host, 10.0.0.1]\n",
        "    command: [vllm, serve, m, --host, 10.0.0.1]\n",
        "    command: [python3, -m, vllm.entrypoints.openai.api_server, --host, 10.0.0.1]\n",
        "    command: [sh, -c, 'exec vllm serve m --host 10.0.0.1']\n",
        "    command: [/bin/bash, -euo, pipefail, -c]\n    args: ['cd /x && vllm serve m --host 10.0.0.1']\n",
        "    command: [tini, --, sh, -c, 'vllm serve m --host 10.0.0.1']\n",
        "    command: [env, A=b, bash, -c, 'vllm serve m --host $H']\n    env: [{name: H, value: 10.0.0.1}]\n",
        "    command: [env, H=10.0.0.1, bash, -c, 'vllm serve m --host $H']\n",
    ],
)
def test_a_server_is_found_behind_shells_and_wrappers(command):
    (asset,) = container(VLLM + command)
    assert (asset.facts.product, asset.facts.version, asset.facts.host) == ("vllm", "0.9.1", "10.0.0.1")
    assert asset.id == "server/a.yaml/Pod..p.c.vllm"
    key = "args" if "args" in command else "command"
    line = 7 + [key in line for line in command.split("\n")].index(True) + 1
    assert asset.spots[""][::2] == (line, f"/spec/containers/0/{key}")


def test_an_image_alone_is_the_place_of_its_server():
    (asset,) = container(VLLM)
    assert asset.spots[""] == Spot(7, 5, "/spec/containers/0/image")


def test_a_script_inside_a_servers_image_leaves_its_options_open():
    (asset,) = container(f"{VLLM}    command: [sh, -c, /start.sh]\n")
    assert (asset.facts.product, asset.facts.options_complete, asset.facts.host) == ("vllm", UNSET, UNSET)


@pytest.mark.parametrize(
    ("env", "auth", "complete"),
    [
        ("", False, True),
        ("    env: [{name: VLLM_API_KEY, value: abc}]\n", True, True),
        ("    env: [{name: VLLM_API_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}]\n", True, True),
        ("    envFrom: [{secretRef: {name: s}}]\n", UNSET, UNSET),
        ("    env: '{{ x }}'\n", UNSET, UNSET),
        ("    envFrom: 5\n", UNSET, UNSET),
    ],
)
def test_the_environment_decides_or_leaves_open(env, auth, complete):
    (asset,) = container(VLLM + env)
    assert (asset.facts.auth, asset.facts.env_complete) == (auth, complete)


def test_a_value_that_a_template_puts_in_is_unresolved():
    launch = launch_of(Container(image="i", argv=["vllm", "--port={{ p }}", "<%= x %>"], env=[], env_from=[]))
    assert launch is not None
    assert launch.argv == ("vllm", "--port=${p}", "${x}")
    variables = [EnvVar("A", UNSET, "literal"), EnvVar(UNSET, UNSET, "literal"), EnvVar("B", None, "secret")]
    launch = launch_of(Container(image="i", argv=[], env=variables))
    assert launch is not None
    assert (launch.env, launch.env_complete) == ({"A": "$", "B": None}, False)


@pytest.mark.parametrize("volume", ["configMap: {name: c}", "secret: {secretName: c}", "projected: {sources: []}"])
@pytest.mark.parametrize(
    ("path", "auth"), [("/qdrant/config", UNSET), ("/qdrant/config/production.yaml", UNSET), ("/x", False)]
)
def test_a_mounted_configuration_could_decide(volume, path, auth):
    mount = f"    image: qdrant/qdrant:v1.15.0\n    volumeMounts: [{{name: v, mountPath: {path}}}]\n"
    (asset,) = container(mount, f"  volumes: [{{name: v, {volume}}}]\n")
    assert asset.facts.auth is auth


@pytest.mark.parametrize(
    ("volume", "mounts"),
    [
        ("configMap: {name: c}", ("/m",)), ("csi: {driver: d}", ("/m",)), ("hostPath: {path: /etc/app/config.yaml}", ("/m",)),
        ("hostPath: {path: /srv/models}", ()), ("hostPath: {path: /srv/.hidden}", ()), ("emptyDir: {}", ()),
        ("hostPath: {path: '{{ x }}'}", ()),
    ],
)  # fmt: skip
def test_only_files_that_somebody_wrote_count_as_configuration(volume, mounts):
    asset = pod(
        f"""
        containers: [{{name: c, image: i, volumeMounts: [{{name: v, mountPath: /m}}, {{name: w, mountPath: /n}}, {{name: v}}]}}]
        volumes: [{{name: v, {volume}}}, {{name: '{{{{ x }}}}'}}]
        """
    )
    launch = launch_of(asset.facts.containers[0], asset.facts.volumes)
    assert launch is not None
    assert launch.config_mounts == mounts


def test_unseen_volumes_and_mounts_are_passed_over():
    launch = launch_of(Container(image="i", mounts=UNSET), UNSET)
    assert launch is not None
    assert (launch.config_mounts, launch.argv_complete) == ((), False)
    assert launch_of(Container()) is None
    assert launch_of(Container(image=UNSET, argv=[])) is None


def test_one_command_can_start_several_servers():
    text = "    image: x/y\n    command: [sh, -c, 'vllm serve a --port 1 & vllm serve b --port 2 & redis-server']\n"
    found = container(text)
    assert [(asset.id.rpartition(".")[2], asset.facts.port) for asset in found] == [
        ("vllm", 1), ("vllm~2", 2), ("redis", 6379),
    ]  # fmt: skip


def test_shell_text_that_cannot_be_parsed_leaves_the_image_to_speak():
    (asset,) = container(f"{VLLM}    command: [sh, -c, '{'vllm serve a;' * 10_001}']\n")
    assert (asset.facts.product, asset.facts.options_complete) == ("vllm", UNSET)


def test_servers_run_on_their_workload():
    source = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: c\n{VLLM}"
    workload, server, edge = items(source)
    assert isinstance(workload, Asset)
    assert isinstance(server, Asset)
    assert edge == Edge(server.id, "runs_on", workload.id)


@pytest.mark.parametrize(
    "facts", [Workload(), Workload(containers=UNSET), Namespace(), Workload(containers=[Container()])]
)
def test_what_shows_no_container_starts_nothing(facts):
    assert list(of_workload(Asset("a/b/c", facts, "manifest"))) == []


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["sh", "-c", 'exec mlflow server "$@"', "--", "--host", "h"], ("mlflow", "server", "--host", "h")),
        (["sh", "-c", "mlflow server --host $1 $2", "name", "h"], ("mlflow", "server", "--host", "h", "$2")),
        (["sh", "-c", "mlflow server $ARGS"], ("mlflow", "server", "--host", "h")),
        (["mlflow", "server", "--host=$(H)", "$(NO)", "$$(H)"], ("mlflow", "server", "--host=h", "$(NO)", "$(H)")),
    ],
)
def test_arguments_and_variables_of_the_container_are_put_in(argv, words):
    env = [EnvVar("ARGS", Secret("--host h"), "literal"), EnvVar("H", Secret("h"), "literal")]
    launch = launch_of(Container(image="i", argv=argv, env=env, env_from=[]))
    assert launch is not None
    assert [single.argv for single in launches(launch)] == [words]


@pytest.mark.parametrize(
    ("text", "complete"), [(". ./e; vllm serve m", False), (". v/bin/activate; vllm serve m", True)]
)
def test_a_sourced_file_may_set_variables(text, complete):
    launch = launch_of(Container(image="i", argv=["sh", "-c", text], env=[], env_from=[]))
    assert launch is not None
    assert list(launches(launch))[-1].env_complete is complete


def test_variables_hold_those_before_them_and_what_they_add_is_bounded():
    env = [EnvVar("IP", Secret("h"), "literal"), EnvVar("HOST", Secret("$(IP):1 $(LATE)"), "literal"), EnvVar("LATE", Secret("x"), "literal")]  # fmt: skip
    launch = launch_of(Container(image="i", argv=["a", "$(HOST)"], env=env, env_from=[]))
    assert launch is not None
    assert launch.argv == ("a", "h:1 $(LATE)")
    hostile = [EnvVar("A", Secret("x" * 30_000), "literal")]
    launch = launch_of(Container(image="i", argv=["$(A)" * 3000], env=hostile, env_from=[]))
    assert launch is not None
    assert len(launch.argv[0]) < 90_000
