"""Batch jobs: the options that a script hands to sbatch, and the container images that it starts.

Source: sbatch(1) of Slurm 22.05 and 26.11; pyxis 0.21 README; enroot-import(1), apptainer-exec(1) (checked 2026-11-30).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Image", "Option", "images", "is_batch", "options"]

DIRECTIVE = re.compile(r"#SBATCH[ \t]+(.*)")
SHORT = {
    "o": "output",
    "e": "error",
    "t": "time",
    "J": "job-name",
    "A": "account",
    "p": "partition",
    "D": "chdir",
    "G": "gpus",
    "N": "nodes",
    "n": "ntasks",
    "q": "qos",
    "M": "clusters",
    "w": "nodelist",
    "C": "constraint",
    "d": "dependency",
    "c": "cpus-per-task",
}
MAX_LINE = 4096
MAX_LINES = 50_000
_IMAGE = re.compile(
    r"--container-image(?:=|[ \t]+)(?P<pyxis>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'\\]+(?:\\#[^\s\"']*)?)"
    r"|(?<![\w/])docker://(?P<uri>[^\s\"'\\`)]+)"
)
_PATH = re.compile(r"[./~]|.*\.(?:sqsh|sqfs|squashfs|sif)$")


class Option(NamedTuple):
    """A long option of sbatch without dashes; a switch has no value. Lines count from 1."""

    name: str
    value: str
    line: int


class Image(NamedTuple):
    """A container image by reference, as docker spells it; one that still holds `$` could not be resolved."""

    reference: str
    line: int
    column: int


def is_batch(text: str) -> bool:
    """Whether a script is meant for sbatch."""
    return "#SBATCH" in text and next(options(text), None) is not None


def options(text: str) -> Iterator[Option]:
    """The options in `#SBATCH` lines: they end at the first line that is neither blank nor a comment."""
    for number, line in enumerate(text.split("\n", MAX_LINES)[:MAX_LINES], 1):
        match = DIRECTIVE.fullmatch(line[:MAX_LINE].rstrip())
        if match is not None:
            yield from _options(match[1], number)
        elif line.strip() and not line.startswith("#"):
            return


def _options(text: str, line: int) -> Iterator[Option]:
    try:
        words = shlex.split(text, comments=True)
    except ValueError:  # an open quote
        words = text.split()
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            continue
        if not word.startswith("--"):
            name, value, equals = f"--{SHORT.get(word[1:2], word[1:2])}", word[2:], word[2:]
        if not equals and at < len(words) and not words[at].startswith("-"):
            value = words[at]
            at += 1
        yield Option(name[2:], value, line)


def images(text: str) -> Iterator[Image]:
    """The images of `--container-image` and `docker://`, each once; files and lines that are comments do not count."""
    seen = set()
    for number, line in enumerate(text.split("\n", MAX_LINES)[:MAX_LINES], 1):
        if line.lstrip().startswith("#") and not line.startswith("#SBATCH"):
            continue
        for match in _IMAGE.finditer(line, 0, MAX_LINE):
            written = (match["uri"] or match["pyxis"]).strip("\"'").replace("\\#", "#").removeprefix("docker://")
            reference = written.rpartition("@")[2] if "#" in written.partition("@")[2] else written
            reference = reference.replace("#", "/", 1)
            if reference and reference not in seen and not _PATH.match(reference):
                seen.add(reference)
                yield Image(reference, number, match.start() + 1)
