"""A process that appends and says what was acknowledged, and one that ends it at any moment and looks what is left.

`python crashing.py FOLDER` appends until it is killed and prints a line for each record that was acknowledged.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from holdfast.app.ledger import check_all
from holdfast.app.store import Record, clock, open_store
from holdfast.config import Settings
from holdfast.store import commit
from holdfast.store.commit import Committer

PRODUCERS = 8


def append() -> None:
    """Appends until it is killed."""
    commit.EVERY = 0.02
    with open_store() as store, Committer(store.database, store.ledger, store.log, clock) as found:
        number = 0
        while True:
            texts = [f"{os.getpid()}:{number + at}" for at in range(PRODUCERS)]
            futures = [found.submit(Record("decision", "", text.encode())) for text in texts]
            for text, future in zip(texts, futures, strict=True):
                os.write(1, f"{future.result()} {text}\n".encode())
            number += PRODUCERS


def crash(folder: Path, chance: random.Random, environment: dict[str, str] | None = None) -> list[str]:
    """Lets a process append, kills it, and answers the lines of what it said was acknowledged."""
    run = [sys.executable, __file__]
    found = {**os.environ, **(environment or {}), "HOLDFAST_HOME": str(folder)}
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=found) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline() if chance.random() < 0.9 else b""  # the others die while they start
        time.sleep(chance.random() ** 2 * 0.3)
        process.send_signal(signal.SIGKILL)
        rest = first + process.stdout.read()
        trouble = process.stderr.read()
    if trouble:
        raise AssertionError(trouble.decode())
    return [line for line in rest.decode().split("\n")[:-1] if line]


def lost(folder: Path, acknowledged: dict[int, str]) -> list[str]:
    """What is wrong with a store after a crash: acknowledged entries that are not there, and what verifying finds."""
    os.environ["HOLDFAST_HOME"] = str(folder)
    try:
        before = [f"{where}: {what}" for what, where in check_all(Settings()).problems] if acknowledged else []
        with open_store(tell=lambda _: None) as store:
            found = dict(store.database.rows("SELECT seq, content FROM payload"))
        after = [f"{where}: {what}" for what, where in check_all(Settings()).problems]
    finally:
        os.environ.pop("HOLDFAST_HOME", None)
    gone = [f"entry {seq}" for seq, text in acknowledged.items() if found.get(seq) != text.encode()]
    return [*gone, *before, *after]


def crashes(folder: Path, count: int, chance: random.Random) -> tuple[list[str], int]:
    """Crashes one store again and again; answers what was wrong, and how many entries were acknowledged."""
    acknowledged: dict[int, str] = {}
    wrong: list[str] = []
    for _ in range(count):
        for line in crash(folder, chance):
            seq, _, text = line.partition(" ")
            acknowledged[int(seq)] = text
        wrong += lost(folder, acknowledged)
    return wrong, len(acknowledged)


if __name__ == "__main__":
    append()
