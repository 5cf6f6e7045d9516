"""How a process starts, as far as a source could see it."""

from __future__ import annotations

from msgspec import Struct, UnsetType


class Launch(Struct, frozen=True):
    """What is known about how a process starts.

    A word or a value that contains `$` could not be resolved.
    """

    image: str = ""
    """The image reference; empty when no container is involved."""
    argv: tuple[str, ...] = ()
    """Entrypoint, command and arguments in one; empty when the image's own default runs."""
    command_replaced: bool = True
    """Whether `argv[0]` replaces the image's entrypoint; otherwise `argv` is handed to that entrypoint."""
    env: dict[str, str | None] = {}
    """Environment variables; `None` is set, but to a value kept elsewhere (Secret, ConfigMap, file)."""
    env_complete: bool = True
    """False when variables may be set that are not in `env` (`envFrom`, `env_file`)."""
    argv_complete: bool = True
    """False when words may be added that are not in `argv` (a script, an unresolved expansion)."""
    config_mounts: tuple[str, ...] = ()
    """Absolute paths where a ConfigMap, Secret or file of the host is mounted, which may configure it."""
    settings: dict[str, str | UnsetType] | None = None
    """What its configuration file says, in the file's own names with `-` for `_`; None where none was read.

    Unobserved is what the file sets to something that is not resolved. A file that is read by itself speaks for the
    server: flags are taken to add nothing, as in its documentation.
    """


class Command(Struct, frozen=True):
    """A recognised server command: `launch` without the wrappers around the program."""

    product: str
    """The product's name in the catalogue."""
    program: str
    """The catalogue's name of the program or Python module; empty when the image's entrypoint runs."""
    words: tuple[str, ...]
    """What follows the program."""
    launch: Launch
    """The launch it came from, with the variables that a wrapper such as `env` set."""
    official: bool = False
    """Whether the image is one that the product publishes, so that its defaults and its tag count."""
    pin: str = ""
    """The version that a package runner asks for (`uvx vllm==0.9.1`)."""
