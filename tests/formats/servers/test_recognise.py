from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.servers.launches import only, words

from holdfast.core.fact import UNSET
from holdfast.formats.servers.catalogue import IMAGES, MODULES, PROGRAMS, of_image
from holdfast.formats.servers.recognise import Launch, recognise
from holdfast.formats.servers.unwrap import MAX_LAYERS, unwrap
from holdfast.kinds.server import Server


@pytest.mark.parametrize(
    "command",
    [
        "vllm serve m",
        "/opt/app/.venv/bin/vllm serve m",
        "tini -g -- vllm serve m",
        "dumb-init -- nice -n 10 vllm serve m",
        "uv run --with vllm==0.9.0 --python 3.12 vllm serve m",
        "uv run -m vllm.entrypoints.openai.api_server m",
        "uvx vllm@0.9.0 serve m",
        "poetry run vllm serve m",
        "poetry run python -X dev -m vllm.entrypoints.openai.api_server m",
        "conda run -n serving --no-capture-output vllm serve m",
        "accelerate launch --num_processes 4 -m vllm.entrypoints.openai.api_server m",
        "torchrun --nproc-per-node 8 -m vllm.entrypoints.openai.api_server m",
        "env -u HF_TOKEN A=1 B=2 vllm serve m",
        "A=1 vllm serve m",
        "timeout 60 vllm serve m",
        "python3.11 -u -m vllm.entrypoints.cli.main serve m",
        "numactl -N 0 gosu app vllm serve m",
    ],
)
def test_wrappers_are_taken_off(command):
    assert only(words(command)).options == {"model": "m"}


def test_variables_set_on_the_way_count():
    server = only(words("env VLLM_API_KEY=k VLLM_SERVER_DEV_MODE=1 vllm serve m"))
    assert (server.auth, server.env) == (True, {"VLLM_API_KEY": "***", "VLLM_SERVER_DEV_MODE": "1"})


@pytest.mark.parametrize(("command", "pin"), [("uvx vllm@0.9.0 serve", "0.9.0"), ("uv run --with vllm==0.8.5 vllm serve", "0.8.5"), ("uvx --from other vllm serve", UNSET)])  # fmt: skip
def test_a_package_pin_is_the_version(command, pin):
    assert only(words(command)).version == pin


def test_wrappers_end():
    assert unwrap(("nohup",) * MAX_LAYERS + ("vllm", "serve")).name == ""
    assert unwrap(("uv", "run")).name == ""
    assert unwrap(("python", "-m")).name == ""
    assert unwrap(("timeout",)).words == ()
    assert unwrap(("uv", "pip", "install", "vllm")).name == "uv"


@pytest.mark.parametrize(
    "launch",
    [
        Launch(),
        Launch(image="nginx:1.29"),
        Launch(image="${IMAGE}"),
        words("nginx -g daemon", "nginx:1.29"),
        words("python train.py --host 0.0.0.0", "acme/train:3"),
        words("python -m http.server", "acme/train:3"),
        words("redis_exporter --redis.addr=x", "oliver006/redis_exporter:v1"),
        words("--flag=1", "acme/thing:1", args=True),
        words("KEY=value", "acme/thing:1"),
        words("notebook", "acme/thing:1"),
    ],
)
def test_everything_else_is_no_server(launch):
    assert recognise(launch) == []


def test_a_program_of_another_product_in_the_image_wins():
    server = only(words("jupyter lab", "rayproject/ray:2.51.0"))
    assert (server.product, server.version) == ("jupyter", None)


def test_arguments_of_an_entrypoint_are_not_programs():
    assert only(words("serve", "ollama/ollama:0.17.0", args=True)).product == "ollama"
    assert only(words("serve", "pytorch/torchserve:0.12.0", args=True)).product == "torchserve"


@pytest.mark.parametrize("command", ["bash /run.sh", "/docker/run.sh", "$CMD --x", "tini --"])
def test_a_script_in_a_server_image_leaves_what_it_can_set_unobserved(command):
    server = only(words(command, "ollama/ollama:0.17.0"))if "x" not in command else only(words(command, "vllm/vllm-openai:v0.9.0"))  # fmt: skip
    assert (server.options_complete, server.secret_in_argv) == (UNSET, UNSET)


def test_words_beyond_the_limit_are_unseen():
    server = only(words("vllm serve " + "m " * 5000))
    assert (server.options_complete, server.auth) == (UNSET, UNSET)


def test_image_names():
    assert of_image("localhost:5000/mirror/vllm-openai:v1@sha256:0") == ("vllm", "server")
    assert of_image("jupyter/pyspark-notebook") == ("jupyter", "runner")
    assert of_image("acme/local") is None
    assert of_image("") is None


def test_no_product_is_imported_for_other_containers():
    code = (
        "import sys; from holdfast.formats.servers.recognise import Launch, recognise; "
        "recognise(Launch(image='nginx:1', argv=('python', 'x.py'))); "
        "print([m for m in sys.modules if m.endswith(('.vllm', '.jupyter', '.redis', '.reading', '.masking'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("image", sorted(IMAGES))
def test_every_image_of_the_catalogue_can_be_read(image):
    launch = Launch(image=f"{image}:1.2.3", argv=("/start.sh",), config_mounts=("/",))
    assert all(isinstance(server, Server) for server in recognise(launch))


NOISE = st.text(max_size=12) | st.sampled_from(
    "serve server start run lab --head --host --port --api-key --config -p -c -E -- = $ $X --x= --no- [::1]:1 :: -1 0.0.0.0"
    " models webserver scheduler standalone api_server proxy --start --user >x --bind >  --tls-port http://[ ]".split()
)  # fmt: skip
ENV_NAMES = st.sampled_from(
    "OLLAMA_HOST OLLAMA_ORIGINS VLLM_API_KEY NOTEBOOK_ARGS REDIS_ARGS HOSTNAME PORT JUPYTER_TOKEN RAY_AUTH_MODE"
    " MINIO_ROOT_PASSWORD xpack.security.enabled DATABASE_URL AIRFLOW__API__AUTH_BACKENDS MINIO_ADDRESS".split()
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    program=st.sampled_from(sorted(PROGRAMS)) | st.sampled_from([f"-m {name}" for name in sorted(MODULES)]) | NOISE,
    rest=st.lists(NOISE, max_size=8),
    image=st.sampled_from(["", *(f"{name}:{tag}" for name in sorted(IMAGES) for tag in ("1.2.3", "$T", "server"))]) | st.text(max_size=20),
    replaced=st.booleans(),
    env=st.dictionaries(ENV_NAMES | st.text(max_size=8), st.none() | NOISE, max_size=4),
    complete=st.tuples(st.booleans(), st.booleans()),
    mounts=st.lists(st.sampled_from(["/", "", "/etc/jupyter", "/qdrant/config/"]), max_size=2),
)  # fmt: skip
def test_nothing_raises_and_nothing_secret_leaves(program, rest, image, replaced, env, complete, mounts):
    head = ("python", *program.split(" ", 1)) if program.startswith("-m ") else (program,)
    secret = {"MY_API_KEY": "hunter2-hunter2"}
    argv = (*head, *rest, "--api-key", "hunter2-hunter2")
    launch = Launch(image, argv, replaced, {**env, **secret}, complete[0], complete[1], tuple(mounts))
    for server in recognise(launch):
        assert server.product
        assert server.secret_in_env is True
        assert server.host is UNSET or server.host is None or "$" not in server.host
        if not complete[0]:
            assert server.env_complete is UNSET
        if not complete[1]:
            assert server.options_complete is UNSET


UNSEEN_NAMES = st.sampled_from(
    "VLLM_API_KEY OLLAMA_HOST OLLAMA_ORIGINS MLFLOW_HOST JUPYTER_TOKEN JUPYTER_PORT JUPYTERHUB_API_TOKEN NOTEBOOK_ARGS"
    " GEN_CERT WEBUI_AUTH HOST PORT HOSTNAME API_KEY REDIS_ARGS MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD"
    " POSTGRES_HOST_AUTH_METHOD DISABLE_AUTH RAY_AUTH_MODE QDRANT__SERVICE__API_KEY QDRANT__SERVICE__HOST"
    " AUTHENTICATION_APIKEY_ENABLED AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED xpack.security.enabled network.host"
    " COMMON_SECURITY_AUTHORIZATIONENABLED MINIO_ROOT_PASSWORD LITELLM_MASTER_KEY DISABLE_SECURITY_PLUGIN"
    " AIRFLOW__API__AUTH_BACKENDS PREFECT_SERVER_API_AUTH_STRING ARGO_AUTH_MODE ARGO_SECURE CODE_SERVER_HOST".split()
)  # fmt: skip
UNSEEN_VALUES = st.none() | st.sampled_from(
    "true false 0.0.0.0 127.0.0.1 :: trust token x * 8443 server --requirepass=x --ServerApp.token=x --ip=127.0.0.1".split()
)  # fmt: skip
FIELDS = ("host", "loopback", "port", "auth", "tls", "trust_remote_code", "cors_any", "default_secret")


@settings(max_examples=160, deadline=None)
@given(
    start=st.sampled_from([("", (name,)) for name in sorted(PROGRAMS)] + [(f"{name}:1.2.3", ()) for name in sorted(IMAGES)]),
    rest=st.lists(NOISE, max_size=4),
    extra=st.dictionaries(UNSEEN_NAMES, UNSEEN_VALUES, max_size=4),
)  # fmt: skip
def test_what_is_decided_without_the_environment_stays_so_when_it_grows(start, rest, extra):
    image, program = start
    known = recognise(Launch(image, (*program, *rest), env_complete=False, command_replaced=False))
    grown = recognise(Launch(image, (*program, *rest), env=extra, command_replaced=False))
    for before, after in zip(known, grown, strict=True):
        decided = {field: getattr(before, field) for field in FIELDS if getattr(before, field) is not UNSET}
        assert decided == {field: getattr(after, field) for field in decided}


@pytest.mark.parametrize(
    ("argv", "products"),
    [
        (("bash", "start.sh"), ["vllm"]),
        (("sh", "-c", "exec ./start"), ["vllm"]),
        (("sh", "-c", "cd /a; /opt/start"), ["vllm"]),
        (("sh", "-c", "source env"), ["vllm"]),
        (("sh", "-c", "$START"), ["vllm"]),
        (("sh", "-ec", "bash start.sh"), ["vllm"]),
        (("sh", "-c", "python train.py --data /data"), []),
        (("bash",), []),
        (("bash", "-l"), []),
    ],
)
def test_a_shell_in_a_product_s_image_starts_it_where_it_goes_on_in_a_file(argv, products):
    found = recognise(Launch(image="vllm/vllm-openai:v0.9.0", argv=argv))
    assert [server.product for server in found] == products
