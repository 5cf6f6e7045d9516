"""Takes the wrappers off a command: interpreters, package runners, init programs, process launchers."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from holdfast.formats.servers.flags import names

MAX_LAYERS: Final = 16
"""Wrappers around one program that are taken off."""


class Wrapper(Struct, frozen=True):
    """How a program that runs another one is written."""

    values: frozenset[str] = frozenset()
    """Flags that take the next word."""
    words: int = 0
    """Words between the flags and the wrapped command (`timeout 60`)."""
    subcommand: str = ""
    """The word without which it does not run another program (`uv run`)."""
    pin: str = ""
    """The flag that names a package with its version; `.` when the command itself does."""
    module: bool = False
    """Whether `-m` names a Python module, and a bare word is a script."""


class Program(Struct, frozen=True):
    """A program without its wrappers."""

    name: str
    """Base name of the program; `-m MODULE` for a Python module; empty when it cannot be told."""
    words: tuple[str, ...]
    """What follows it."""
    pin: str = ""
    """The package version that a runner asks for."""
    env: dict[str, str] = {}
    """Variables set on the way (`env A=b`)."""


_PLAIN = Wrapper()
_ACCELERATE = Wrapper(
    subcommand="launch",
    module=True,
    values=names(
        "--config_file --num_processes --num_machines --machine_rank --main_process_ip --main_process_port"
        " --mixed_precision --gpu_ids --num_cpu_threads_per_process --deepspeed_config_file --rdzv_backend"
        " --dynamo_backend --use_fsdp"
    ),
)
_TORCHRUN = Wrapper(
    module=True,
    values=names(
        "--nnodes --nproc_per_node --nproc-per-node --node_rank --node-rank --rdzv_backend --rdzv-backend"
        " --rdzv_endpoint --rdzv-endpoint --rdzv_id --rdzv-id --master_addr --master-addr --master_port"
        " --master-port --max_restarts --max-restarts -r -t --log_dir --log-dir"
    ),
)
_CONDA = Wrapper(subcommand="run", values=names("-n --name -p --prefix --cwd"))
_UVX = Wrapper(
    values=names("--from --with --python -p --index --index-url --extra-index-url --with-requirements"),
    pin="--from",
)

WRAPPERS: Final[dict[str, Wrapper]] = {
    "env": Wrapper(values=names("-u --unset -C --chdir")),
    "tini": Wrapper(values=names("-p -e")),
    "tini-static": Wrapper(values=names("-p -e")),
    "dumb-init": Wrapper(values=names("-r --rewrite")),
    "catatonit": _PLAIN,
    "exec": _PLAIN,
    "nohup": _PLAIN,
    "setsid": _PLAIN,
    "time": _PLAIN,
    "command": _PLAIN,
    "ddtrace-run": _PLAIN,
    "opentelemetry-instrument": Wrapper(values=names("--traces_exporter --metrics_exporter --service_name")),
    "nice": Wrapper(values=names("-n --adjustment")),
    "ionice": Wrapper(values=names("-c -n --class --classdata")),
    "chrt": Wrapper(words=1),
    "timeout": Wrapper(values=names("-k -s --kill-after --signal"), words=1),
    "gosu": Wrapper(words=1),
    "su-exec": Wrapper(words=1),
    "sudo": Wrapper(values=names("-u -g --user --group")),
    "taskset": Wrapper(words=1),
    "numactl": Wrapper(values=names("-N -m -C -i -l -p")),
    "stdbuf": Wrapper(values=names("-i -o -e")),
    "start.sh": _PLAIN,
    "nvidia_entrypoint.sh": _PLAIN,
    "docker-entrypoint.sh": _PLAIN,
    "entrypoint.sh": _PLAIN,
    "uv": Wrapper(
        subcommand="run",
        values=names("--with --python -p --project --directory --extra --group --env-file --index --index-url"),
        pin="--with",
        module=True,
    ),
    "uvx": _UVX,
    "pipx": Wrapper(subcommand="run", values=names("--spec --python --pip-args"), pin="--spec"),
    "poetry": Wrapper(subcommand="run", values=names("-C --directory -P --project")),
    "pdm": Wrapper(subcommand="run", values=names("-p --project -e --env")),
    "pixi": Wrapper(subcommand="run", values=names("-e --environment --manifest-path")),
    "pipenv": Wrapper(subcommand="run"),
    "hatch": Wrapper(subcommand="run", values=names("-e --env")),
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "accelerate": _ACCELERATE,
    "torchrun": _TORCHRUN,
}
"""Base name -> how it wraps a command."""

_PYTHON = re.compile(r"python(?:\d(?:\.\d{1,2})?)?|pypy3?|\$\{?\w{0,40}(?i:python)\w{0,40}\}?")
_PYTHON_WRAPPER = Wrapper(values=names("-X -W"), module=True)
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==|@)v?(\d[0-9A-Za-z.+-]*)")


def basename(word: str) -> str:
    """The program's name in a path."""
    return word.rpartition("/")[2]


def wrapper(name: str) -> Wrapper | None:
    """How the program called `name` wraps another, if it does."""
    found = WRAPPERS.get(name)
    return found or (_PYTHON_WRAPPER if _PYTHON.fullmatch(name) else None)


def unwrap(argv: tuple[str, ...]) -> Program:
    """The program that `argv` runs in the end. At most `MAX_LAYERS` wrappers are taken off."""
    env: dict[str, str] = {}
    pin = ""
    start = 0
    for _ in range(MAX_LAYERS):
        start = _assignments(argv, start, env)
        if start >= len(argv):
            break
        name = basename(argv[start])
        if ("@" in name or "=" in name) and (match := _PINNED.fullmatch(name)):
            name, pin = match[1], match[2]
        layer = wrapper(name)
        if layer is None or (layer.subcommand and layer.subcommand not in argv[start + 1 : start + 8]):
            return Program(name=name, words=argv[start + 1 :], pin=pin, env=env)
        start, module, found = _skip(argv, start + 1, layer)
        pin = found or pin
        if module:
            return Program(name=f"-m {argv[start]}", words=argv[start + 1 :], pin=pin, env=env)
    return Program(name="", words=(), env=env)


def _assignments(argv: tuple[str, ...], start: int, env: dict[str, str]) -> int:
    while start < len(argv) and "=" in argv[start] and (match := _ASSIGNMENT.fullmatch(argv[start])):
        env[match[1]] = match[2]
        start += 1
    return start


def _skip(argv: tuple[str, ...], start: int, layer: Wrapper) -> tuple[int, bool, str]:
    """Where the wrapped command starts, whether it is a Python module, and the pinned version."""
    pin = ""
    seen = not layer.subcommand
    while start < len(argv):
        word = argv[start]
        if not seen and word == layer.subcommand:
            seen = True
        elif word == "--":
            return start + 1, False, pin
        elif layer.module and word in {"-m", "--module"}:
            return start + 1, start + 1 < len(argv), pin
        elif word.startswith("-") and len(word) > 1:
            if word in layer.values:
                start += 1
                if word == layer.pin and start < len(argv) and (match := _PINNED.fullmatch(argv[start])):
                    pin = match[2]
        elif seen:
            break
        start += 1
    return start + layer.words, False, pin
