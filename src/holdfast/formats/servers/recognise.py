"""Recognises the AI and data servers that a container or a command starts."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from msgspec import UnsetType
from msgspec.structs import replace

from holdfast.formats.servers import catalogue
from holdfast.formats.servers.launch import Command, Launch
from holdfast.formats.servers.unwrap import Program, basename, unwrap, wrapper
from holdfast.kinds.server import Server

__all__ = ["Launch", "configured", "recognise"]

_SHELLS: Final = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_SCRIPTS: Final = (".sh", ".bash")
_STARTS_FILE: Final = re.compile(
    r"\.(?:ba)?sh\b|(?:^|[\n;&|(]|\bexec\b)\s{0,8}[\"']?(?:\$|\.{0,2}/)|(?:^|\s)(?:source|\.)\s"
)
"""Shell text that goes on in a file, or in a command that is put in."""
_FILES: Final = {
    "tei": "tgi",
    "llama-cpp-rpc": "llama_cpp",
    "kserve-controller": "kserve",
    "ray-serve": "ray",
    "opensearch": "elasticsearch",
}
_HELD_BY: Final = {"ray-serve": "ray", "llama-cpp-rpc": "llama-cpp"}


def recognise(launch: Launch) -> list[Server]:
    """The servers that `launch` starts: none, one, or more where one command starts several.

    Never raises. What is neither a known image nor a known program costs a few look-ups by name and
    imports nothing.
    """
    command = _command(launch)
    if command is None:
        return []
    return _read(command)


def configured(
    product: str,
    settings: Mapping[str, str | UnsetType],
    program: str = "",
    words: Sequence[str] = (),
    *,
    complete: bool = True,
    variables: bool = True,
) -> Server | None:
    """The server that a configuration file of `product` describes, None where the file is no server's.

    `settings` are as in `Launch`; `program` and `words` are how it is started by its documentation, for programs
    that do several things; `complete` is False where more may be set than the file shows, and `variables` where the
    program looks at none; for the others those that may be set besides are unobserved.
    """
    launch = Launch(settings=dict(settings), env_complete=not variables, argv_complete=complete)
    found = _read(Command(product, program or product, tuple(words), launch))
    return found[0] if found else None


def _read(command: Command) -> list[Server]:
    file = _FILES.get(command.product) or command.product.replace("-", "_")
    module = importlib.import_module(f"holdfast.formats.servers.{file}")
    return cast("Callable[[Command], list[Server]]", module.read)(command)


def _command(launch: Launch) -> Command | None:
    """The command that a product's file can read, if this is one."""
    published = catalogue.of_image(launch.image) if launch.image else None
    if not launch.argv:
        if published is None or published[1] == catalogue.SHELL:
            return None
        return Command(published[0], "", (), launch, official=True)
    if published is None and not _promising(launch.argv[0]):
        return None
    program = unwrap(launch.argv)
    if program.name.endswith(_SCRIPTS) and program.words and _promising(program.words[0]):
        program = unwrap(program.words)  # an entrypoint that ends in `exec "$@"`, as they do
    if program.env:
        launch = replace(launch, env={**launch.env, **program.env})
    product = _named(program)
    if published and not launch.command_replaced and published[1] == catalogue.SERVER and product != published[0]:
        return Command(published[0], "", launch.argv, launch, official=True)
    if product is not None:
        name = program.name.removeprefix("-m ")
        official = published is not None and published[0] == _HELD_BY.get(product, product)
        return Command(product, name, program.words, launch, official=official, pin=program.pin)
    return _unnamed(launch, published, program) if published else None


def _promising(word: str) -> bool:
    """Whether a first word can lead to a known program at all."""
    name = basename(word)
    if name in catalogue.PROGRAMS or wrapper(name) is not None or name.endswith(_SCRIPTS):
        return True
    return not word.startswith("-") and ("=" in word or "@" in name)


def _named(program: Program) -> str | None:
    if program.name.startswith("-m "):
        return catalogue.MODULES.get(program.name[3:])
    return catalogue.PROGRAMS.get(program.name)


def _unnamed(launch: Launch, published: tuple[str, str], program: Program) -> Command | None:
    """The command of a product's own image whose words name no known program."""
    product, entrypoint = published
    first = launch.argv[0]
    if not launch.command_replaced and (first.startswith("-") or first.endswith(".conf")):
        return Command(product, "", launch.argv, launch, official=True) if entrypoint != catalogue.SHELL else None
    # A script inside the product's image starts it as a rule; with which words, nobody has seen.
    script = _runs_file(program) or program.name.endswith(_SCRIPTS) or not program.name or "$" in first
    if script and entrypoint != catalogue.SHELL:
        return Command(product, "", (), replace(launch, argv_complete=False), official=True)
    return None


def _runs_file(program: Program) -> bool:
    """Whether a shell runs a file that is not seen: one that is given to it, or that its text starts."""
    if program.name not in _SHELLS:
        return False
    given = next((word for word in program.words if word[:1] not in ("-", "+")), "")
    told = any(word[:1] == "-" and word[:2] != "--" and "c" in word for word in program.words)
    return bool(given) and (not told or _STARTS_FILE.search(given) is not None)
