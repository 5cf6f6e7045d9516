"""enroot: its settings, and what it gives to every container.

Source: enroot 4.0, doc/configuration.md, doc/image-format.md, doc/cmd/import.md (checked 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from holdfast.collect.together import Files
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import Fact, Secret
from holdfast.formats import environment_file
from holdfast.formats.enroot import Setting, false, read
from holdfast.kinds.credential_file import CredentialFile
from holdfast.kinds.enroot import Enroot, Mount
from holdfast.kinds.workload import Container, EnvVar, Workload

SHARED = ("ENROOT_CACHE_PATH", "ENROOT_DATA_PATH", "ENROOT_RUNTIME_PATH", "ENROOT_TEMP_PATH")
PERSONAL = ("$", "/home/", "~")
"""What a path holds that is each user's own: a variable such as `$(id -u)` or `${HOME}`."""
PASSWORD = re.compile(r"^[ \t]*machine[ \t]+(\S+)[^#\n]*[ \t]password[ \t]+(?![$<])(\S+)", re.MULTILINE)
"""A row of a netrc file with a literal password; one that begins with `$` is put in by a command."""
MOUNTS = 1000
"""Rows of a file that are looked at."""


def runtime(files: Files, path: str) -> Iterator[Asset | Gap]:
    """The container runtime as its file and those in the folder beside it configure it."""
    settings: dict[str, Setting] = {}
    spots = {"": Spot(1, 1)}
    own = [f"{path}.d/{name}" for name in files.entries(f"{path}.d") if name.endswith(".conf")]
    for place in [path, *own]:
        try:
            found = read(files.read(place) or b"")
        except FormatError as error:
            yield Gap(place, f"not readable as enroot.conf: {error.what}", "unreadable")
            return
        settings.update(found)
        other = "" if place == path else place
        spots.update({name: Spot(setting.line, 1, "", other) for name, setting in found.items()})

    def on(name: str, fact: str) -> Fact[bool]:
        if name not in settings:
            return False
        spots[fact] = spots[name]
        value = settings[name].value
        return UNSET if "$" in value else not false(value)

    facts = Enroot(
        name=path,
        plain_http=on("ENROOT_ALLOW_HTTP", "plain_http"),
        superuser=on("ENROOT_ALLOW_SUPERUSER", "superuser"),
        mounts_home=on("ENROOT_MOUNT_HOME", "mounts_home"),
        mounts=[],
        rootfs_writable=on("ENROOT_ROOTFS_WRITABLE", "rootfs_writable"),
        restricts_devices=on("ENROOT_RESTRICT_DEV", "restricts_devices"),
        shared_folders=[name for name in SHARED if name in settings and _shared(settings[name].value)],
    )
    if facts.shared_folders:
        spots["shared_folders"] = spots[str(facts.shared_folders[0])]
    yield Asset(f"enroot/{path}/enroot", facts, files.source, path, spots)


def _shared(value: str) -> bool:
    """Whether all users' data lies in one folder of the same name."""
    return value.startswith("/") and not any(sign in value for sign in PERSONAL)


def environment(files: Files, path: str) -> Iterator[Asset | Gap]:
    """The variables that every container gets, as a part of a job; nothing where all come from the host's own."""
    data = files.read(path) or b""
    try:
        found = environment_file.read(data)
    except FormatError as error:
        yield Gap(path, f"not readable as variables: {error.what}", "unreadable")
        return
    text = data.decode("utf-8", "replace")
    spots = {"": Spot(1, 1)}
    env: list[EnvVar] = []
    for name, value in found.items():
        match = re.search(rf"^[ \t]*{re.escape(name)}[ \t]*=", text, re.MULTILINE)
        if "$" not in value and match is not None:
            spots[f"containers[0].env[{len(env)}]"] = Spot(text.count("\n", 0, match.start()) + 1, 1)
            env.append(EnvVar(name=name, value=Secret(value), origin="literal"))
    if env:
        facts = Workload(name="enroot", controller="SlurmJob", containers=[Container(name="enroot", env=env)])
        yield Asset(f"workload/{path}/enroot", facts, files.source, path, spots, partial=True)


def mounts(files: Files, path: str) -> Iterator[Asset]:
    """What of the host every container gets."""
    text = (files.read(path) or b"").decode("utf-8", "replace")
    spots = {"": Spot(1, 1)}
    found: list[Mount] = []
    for number, line in enumerate(text.split("\n", MOUNTS)[:MOUNTS], 1):
        words = line.partition("#")[0].split()
        if len(words) >= 2 and words[0].startswith("/"):
            options = words[3].split(",") if len(words) > 3 else []
            spots[f"mounts[{len(found)}]"] = Spot(number, 1)
            found.append(Mount(source=words[0], target=words[1], read_only="ro" in options))
    yield Asset(f"enroot/{path}/enroot", Enroot(name=path, mounts=found), files.source, path, spots, partial=True)


def credentials(files: Files, path: str) -> Iterator[Asset]:
    """The passwords of registries, where any is written out."""
    text = (files.read(path) or b"").decode("utf-8", "replace")
    found = list(PASSWORD.finditer(text))
    if not found:
        return
    facts = CredentialFile(
        name=".credentials", purpose="registry", size=len(text), encrypted=False, on_host=files.host is not None
    )
    hidden = tuple(Secret(match[2]) for match in found)
    spot = Spot(text.count("\n", 0, found[0].start()) + 1, 1)
    yield Asset(f"credential_file/{path}/registry", facts, files.source, path, {"": spot}, hidden=hidden)
