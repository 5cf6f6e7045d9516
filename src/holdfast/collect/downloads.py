"""Commands that run what they just downloaded, wherever shell text stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from holdfast.collect.launches import SHELLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.formats.shell.reader import Command

DOWNLOADERS = frozenset(("curl", "wget", "aria2c"))
INTERPRETERS = SHELLS | {"python", "python3", "perl", "ruby", "node"}
RUNNERS = INTERPRETERS | {"eval", "source", "."}
DOWNLOAD = re.compile(r"[$<]\(\s{0,8}(?:curl|wget|aria2c)\b")


def program(argv: Sequence[str]) -> str:
    """The program of a command, without its folder; empty where there is none."""
    return argv[0].rpartition("/")[2] if argv else ""


def runs_download(command: Command) -> bool:
    """Whether a command runs what comes from the network: through a pipe, or as `bash <(curl x)` does."""
    name = program(command.argv)
    if name in INTERPRETERS and command.piped_from in DOWNLOADERS:
        return True
    return name in RUNNERS and any(DOWNLOAD.search(word) for word in command.argv[1:])
