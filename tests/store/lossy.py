"""Plays a loss of power: what a process did is recorded, and a folder is made of that which it had synced.

What it had not synced, a disk may have kept or not: each write, and each change of a name, is kept or dropped by chance.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.store.crashing import crash, lost

SOURCE = Path(__file__).with_name("lossy.c")
HEAD = struct.Struct("=cQQQQ")


class Act(NamedTuple):
    """What was done: (c)reate, (w)rite, (t)runcate, (s)ync of a file, (d) of a folder, (r)ename, (u)nlink."""

    what: str
    path: str
    file: int
    at: int
    data: bytes


def compiled(folder: Path) -> str:
    """The library that records."""
    target = folder / "lossy.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(target), str(SOURCE), "-ldl", "-lpthread"], check=True)
    return str(target)


def acts(journal: Path) -> Iterator[Act]:
    """What was recorded; the last record may be cut."""
    data = journal.read_bytes() if journal.exists() else b""
    at = count = 0
    files: dict[int, int] = {}
    while at + HEAD.size <= len(data):
        what, length, inode, offset, size = HEAD.unpack_from(data, at)
        at += HEAD.size
        if at + length + size > len(data):
            return
        path, content = data[at : at + length].decode(), data[at + length : at + length + size]
        at += length + size
        if what == b"c":  # an inode may be that of a file that is gone
            files[inode] = count = count + 1
        yield Act(what.decode(), path, files.get(inode, 0), offset, content)


def after_power_loss(done: list[Act], chance: random.Random) -> dict[str, bytes]:
    """Path -> what is there once the power is back."""
    kept_file = {act.file: number for number, act in enumerate(done) if act.what == "s"}
    kept_folder = {act.path: number for number, act in enumerate(done) if act.what == "d"}
    share = chance.choice((0.0, 0.5, 1.0))
    files: dict[int, bytearray] = {}
    names: dict[str, int] = {}
    for number, act in enumerate(done):
        data = files.setdefault(act.file, bytearray())
        if act.what in "wt":
            if number < kept_file.get(act.file, -1) or chance.random() < share:
                _change(data, act)
        elif act.what in "cru":
            folder = os.path.dirname(act.path)
            # A file's own sync makes its name durable on the file systems that are in use, when it is a new one.
            new = act.what == "c" and number < kept_file.get(act.file, -1)
            if new or number < kept_folder.get(folder, -1) or chance.random() < share:
                _name(names, act)
    return {path: bytes(files[file]) for path, file in names.items()}


def _change(data: bytearray, act: Act) -> None:
    end = act.at + len(act.data)
    if act.what == "t":
        del data[act.at :]
        data.extend(bytes(act.at - len(data)))
    else:
        data.extend(bytes(max(end - len(data), 0)))
        data[act.at : end] = act.data


def _name(names: dict[str, int], act: Act) -> None:
    if act.what == "c":
        names[act.path] = act.file
    elif act.what == "u":
        names.pop(act.path, None)
    else:
        names.pop(act.path, None)
        names[act.data.decode()] = act.file


def restore(state: dict[str, bytes], old: Path, new: Path) -> None:
    """Writes a state into another folder."""
    new.mkdir(mode=0o700, exist_ok=True)
    for path, data in state.items():
        if path.endswith("-shm"):  # memory, not a file
            continue
        target = new / Path(path).relative_to(old)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(0o600)


def power_losses(folder: Path, count: int, chance: random.Random) -> tuple[list[str], int]:
    """Power is lost, each time in a new store; what was wrong, and how many entries were acknowledged."""
    library = compiled(folder)
    wrong: list[str] = []
    total = 0
    for number in range(count):
        home, journal, after = (folder / f"{name}{number}" for name in ("home", "journal", "after"))
        environment = {"LD_PRELOAD": library, "LOSSY_FOLDER": str(home), "LOSSY_JOURNAL": str(journal)}
        acknowledged = {}
        for line in crash(home, chance, environment):
            seq, _, text = line.partition(" ")
            acknowledged[int(seq)] = text
        restore(after_power_loss(list(acts(journal)), chance), home, after)
        wrong += lost(after, acknowledged)
        total += len(acknowledged)
        for each in (home, after):
            shutil.rmtree(each, ignore_errors=True)
        journal.unlink(missing_ok=True)
    return wrong, total
