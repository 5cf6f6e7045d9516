"""Where plain users write files: what root runs or trusts there is whatever they put there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

__all__ = ["owned", "runs_owned", "words"]

PLACES = re.compile(r"(?:~\w|/home/|/tmp/|/var/tmp/|/dev/shm/|/scratch/)")
INTERPRETERS = re.compile(r"(?:ba|da|k|z|c|tc)?sh|python[\d.]*|perl|ruby|node|lua")


def owned(path: str) -> bool:
    """Whether a file lies in somebody's home or in a folder that every account writes to."""
    return PLACES.match(path) is not None


def words(text: str) -> list[str]:
    """The words of a command; cut at blanks where quotes do not fit."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def runs_owned(argv: Sequence[str]) -> str | None:
    """The file of plain users that a command runs: its program, or the script that an interpreter is given."""
    if not argv:
        return None
    if owned(argv[0]):
        return argv[0]
    if INTERPRETERS.fullmatch(argv[0].rpartition("/")[2]) is None:
        return None
    script = next((word for word in argv[1:] if not word.startswith("-")), "")
    if "-c" in argv[1:]:
        script = script.split()[0] if script.split() else ""
    return script if owned(script) else None
