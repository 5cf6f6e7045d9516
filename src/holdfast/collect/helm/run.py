"""Runs `helm template` on a chart that nobody vouches for.

What it can do: Helm's templates are Go's with Sprig's functions, of which Helm takes `env` and `expandenv` away; there
is no function that runs a program. `.Files` reads inside the chart, and follows links there: a chart with a link that
leads out of it is not rendered. `lookup` answers nothing without `--validate`, dependencies that are missing are an
error and are not fetched. What is left is time and memory, so both are bounded, and the program sees an empty home, no
cluster, no plugins and no variables of ours.
Sources: Helm 3 documentation, helm template, Chart Template Guide (Function List, Accessing Files Inside Templates),
Charts, Chart Dependencies.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Sequence
from typing import IO, NamedTuple

SECONDS = 60
"""Longest run of one chart."""
OUTPUT = 16 << 20
"""Most bytes that a chart may become."""
MAX_ENTRIES = 20_000
"""Most files of a chart that are looked at for links."""


class Rendered(NamedTuple):
    """What a chart became, or why not."""

    text: bytes
    trouble: str = ""


def render(helm: str, folder: str, values: Sequence[str] = ()) -> Rendered:
    """What the chart in a folder becomes under its default values, and further files of values."""
    leaving = _leaving(folder)
    if leaving:
        return Rendered(b"", leaving)
    arguments = [helm, "template", "release", os.path.realpath(folder), "--skip-tests"]
    for path in values:
        arguments += ["--values", os.path.realpath(path)]
    with tempfile.TemporaryDirectory(prefix="holdfast-helm-") as home, tempfile.TemporaryFile() as output:
        return _run(arguments, home, output)


def _run(arguments: list[str], home: str, output: IO[bytes]) -> Rendered:
    environment = {
        "PATH": os.defpath,
        "HOME": home,
        "KUBECONFIG": os.devnull,
        "HELM_PLUGINS": os.path.join(home, "plugins"),
        "HELM_CACHE_HOME": os.path.join(home, "cache"),
        "HELM_CONFIG_HOME": os.path.join(home, "config"),
        "HELM_DATA_HOME": os.path.join(home, "data"),
    }
    try:
        process = subprocess.Popen(  # noqa: S603  # the arguments are ours, no shell reads them
            arguments,
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return Rendered(b"", f"`helm` does not start: {error.strerror}")
    with process:
        _limit(process.pid)
        try:
            _, said = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Rendered(b"", f"`helm template` took longer than {SECONDS} seconds")
    output.seek(0)
    text = output.read(OUTPUT + 1)
    if len(text) > OUTPUT:
        return Rendered(b"", f"it becomes more than {OUTPUT} bytes")
    if process.returncode != 0:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return Rendered(b"", f"`helm template` failed: {lines[-1][:300] if lines else process.returncode}")
    return Rendered(text)


def _limit(pid: int) -> None:
    """Bounds the processor time and the files that a process writes, its output among them."""
    try:
        resource.prlimit(pid, resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (OUTPUT + 1, OUTPUT + 1))
    except (OSError, AttributeError):  # it has ended already, or this is no Linux
        return


def _leaving(folder: str) -> str:
    """Why a chart is not rendered that would read files outside of it; empty where it would not."""
    root = os.path.realpath(folder)
    seen = 0
    for above, folders, names in os.walk(root):
        for name in (*folders, *names):
            seen += 1
            path = os.path.join(above, name)
            if os.path.islink(path) and not f"{os.path.realpath(path)}/".startswith(f"{root}/"):
                return f"a link in it leads out of it: {os.path.relpath(path, root)}"
        if seen > MAX_ENTRIES:
            return f"it has more than {MAX_ENTRIES} files"
    return ""
