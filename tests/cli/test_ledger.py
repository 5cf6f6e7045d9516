"""`holdfast ledger`: what each command prints, writes and ends with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.conftest import Run

from holdfast.app.ledger import Collector, serve
from holdfast.app.store import Record, clock, open_store

HEX = "0123456789abcdef"


@pytest.fixture
def filled(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with 300 entries after the first."""
    monkeypatch.setenv("HOLDFAST_HOME", str(here / "home"))
    monkeypatch.delenv("HOLDFAST_STORE", raising=False)
    with open_store() as store, store.database.transaction():
        names = [store.ledger.pseudonym(f"workload/{number}") for number in range(3)]
        store.ledger.seal(
            [Record("decision", names[at % 3], f"payload {at}\x1b[2J".encode()) for at in range(300)], clock()
        )
    return here


def key_of(holdfast: Run) -> str:
    return holdfast("ledger", "show", "--last", "1").err.splitlines()[-1]


def test_a_clean_ledger_is_0_a_changed_one_1_a_missing_one_3(
    filled: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = holdfast("ledger", "verify")
    assert (done.code, done.out) == (
        0,
        "all is as it was sealed: 301 entries (0 erased, 0 pruned), 1 checkpoints, 5 tiles\n",
    )
    for path in (filled / "home/log/tile/entries").iterdir():
        if path.is_file():
            path.write_bytes(b"x")
    done = holdfast("ledger", "verify")
    assert done.code == 1
    assert "tile/entries/000: not what the entries give\n1 problems in 301 entries" in done.out
    monkeypatch.setenv("HOLDFAST_HOME", str(filled / "nowhere"))
    done = holdfast("ledger", "verify")
    assert (done.code, done.out) == (3, "")
    assert "there is no store" in done.err
    (filled / "nowhere").mkdir()
    (filled / "nowhere/store.db").touch()
    assert "there is nothing in this store" in holdfast("ledger", "verify").err


def test_a_file_that_cannot_even_be_opened_is_damage(filled: Path, holdfast: Run) -> None:
    path = filled / "home/store.db"
    kept = path.read_bytes()
    path.write_bytes(b"x" * 100 + kept[100:])
    done = holdfast("ledger", "verify")
    assert done.code == 1
    assert "store.db: page 1 is not what was written" in done.out
    path.write_bytes(kept[:8192])
    assert "pages are missing" in holdfast("ledger", "verify").out


def test_many_problems_end_with_a_count(filled: Path, holdfast: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.store.verify.MOST", 2)
    with open_store() as store:
        store.database.run("DELETE FROM payload WHERE seq > 290")
    assert "and 8 more\n10 problems in" in holdfast("ledger", "verify").out


def test_entries_are_shown(filled: Path, holdfast: Run) -> None:
    done = holdfast("ledger", "show", "--last", "2")
    assert len(done.out.splitlines()) == 3
    assert done.out.splitlines()[1].startswith("     299 20")
    assert " decision " in done.out
    assert "301 entries; the key that others verify with:\nholdfast/" in done.err
    done = holdfast("ledger", "show", "5")
    assert "payload 4" in done.out
    assert "\x1b" not in done.out
    assert holdfast("ledger", "show", "999").code == 3


def test_a_proof_is_accepted_by_the_program_that_it_prints(filled: Path, holdfast: Run) -> None:
    (filled / "verify_proof.py").write_text(holdfast("ledger", "verifier").out)
    assert holdfast("ledger", "prove", "7", "--output", "7.tlog-proof").code == 0
    assert holdfast("ledger", "prove", "7").out == (filled / "7.tlog-proof").read_text()
    run = [sys.executable, "verify_proof.py", "7.tlog-proof", "--key", key_of(holdfast)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0].partition(" of ")[0]) == (0, "proven: this is entry 7")
    assert "\x1b" not in done.stdout


def test_payloads_are_erased_by_number_and_by_subject(filled: Path, holdfast: Run) -> None:
    assert holdfast("ledger", "erase", "1", "2", "--reason", "asked").out.startswith("2 payloads are erased")
    assert holdfast("ledger", "erase", "--subject", "workload/1", "--reason", "asked").out.startswith("99 payloads")
    assert holdfast("ledger", "show", "1").out.splitlines()[1].endswith(" not there: erased, or lost")
    assert holdfast("ledger", "verify").code == 0
    assert holdfast("ledger", "erase", "--reason", "x").code == 2
    assert holdfast("ledger", "erase", "0", "--reason", "x").code == 3


def test_old_entries_are_pruned_and_keys_changed(filled: Path, holdfast: Run) -> None:
    before = key_of(holdfast)
    assert holdfast("ledger", "prune", "--below", "300", "--reason", "old").out == "256 entries are deleted\n"
    assert holdfast("ledger", "rotate").out.strip() == key_of(holdfast) != before
    assert holdfast("ledger", "rotate", "--second").code == 0
    assert holdfast("ledger", "verify").out.startswith("all is as it was sealed: 304 entries (0 erased, 256 pruned)")


def test_it_is_published_in_a_folder(filled: Path, holdfast: Run) -> None:
    assert holdfast("ledger", "publish", "public").out == "301 entries are published in public\n"
    assert (filled / "public/checkpoint").read_bytes() == (filled / "home/log/checkpoint").read_bytes()


def test_damaged_tiles_are_written_anew(filled: Path, holdfast: Run) -> None:
    (filled / "home/log/tile/0/000").write_bytes(b"x")
    assert holdfast("ledger", "verify").code == 1
    assert holdfast("ledger", "publish").out == "301 entries are published in the folder of the store\n"
    assert holdfast("ledger", "verify").code == 0


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "holdfast", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        process.stdout.close()  # type: ignore[union-attr]
        process.stderr.close()  # type: ignore[union-attr]


def address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    line = process.stderr.readline()
    return line.split(" on ")[1].split(",")[0].strip()


def test_a_witness_cosigns(filled: Path, holdfast: Run) -> None:
    key = key_of(holdfast)
    with running("ledger", "witness", "--listen", "127.0.0.1:0", "--folder", "witness", "--log", key) as process:
        url = address(process)
        assert process.stdout is not None
        witness = process.stdout.readline().strip()
        (filled / "holdfast.yaml").write_text(f"quorum: 1\nwitnesses: [{{url: '{url}', key: '{witness}'}}]\n")
        done = holdfast("ledger", "cosign")
        assert done.code == 0
        assert done.out.endswith(": cosigned 301 entries\n1 of 1 witnesses cosigned, 1 are needed\n")
    done = holdfast("ledger", "cosign")
    assert done.code == 1
    assert "nobody answers" in done.out
    assert holdfast("ledger", "verify").code == 0
    assert holdfast("ledger", "witness", "--folder", "w", "--log", "x").code == 2
    assert holdfast("ledger", "witness", "--folder", "w", "--log", witness).code == 2


def test_a_collector_raises_alarms(filled: Path, holdfast: Run) -> None:
    key = key_of(holdfast)
    collect = ("ledger", "collect", "--folder", "collected", "--log", key, "--silence")
    with running(*collect, "1", "--listen", "127.0.0.1:0") as process:
        url = address(process)
        assert holdfast("ledger", "ship", url).out == "301 entries were sent\n"
        time.sleep(3)
    assert process.returncode == 1
    done = holdfast(*collect, "0", "--check")
    assert done.code == 1
    assert "ALARM holdfast/" in done.err
    assert holdfast(*collect, "9999", "--check") == (0, "", "")
    (filled / "file").touch()
    assert holdfast("ledger", "collect", "--folder", "file/x", "--log", key, "--check").code == 3


def test_trouble_of_a_server_is_told_and_answered(filled: Path, holdfast: Run) -> None:
    from holdfast.app.ledger import collector_at
    from holdfast.store.database import StoreError

    class Broken(Collector):
        def handle(self, method: str, path: str, body: bytes, now: float) -> None:  # type: ignore[override]
            raise StoreError("the disk is full")

    told: list[str] = []
    collector = collector_at(str(filled / "c"), [key_of(holdfast)], 1)
    collector.__class__ = Broken
    import threading

    server = serve("127.0.0.1:0", collector, told.append)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    done = holdfast("ledger", "ship", f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()
    assert done.code == 3
    assert told == ["the disk is full"]


def test_a_collector_that_is_terminated_ends_with_its_alarms(filled: Path, holdfast: Run) -> None:
    key = key_of(holdfast)
    for silence, code in (("0", 1), ("900", 0)):
        words = ("ledger", "collect", "--folder", "c", "--log", key, "--silence", silence, "--listen", "127.0.0.1:0")
        with running(*words) as process:
            url = address(process)
            assert holdfast("ledger", "ship", url).code == 0
            time.sleep(2)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == code


def test_pruning_waits_for_a_publication(filled: Path, holdfast: Run) -> None:
    assert holdfast("ledger", "publish", "copy").code == 0
    with open_store() as store, store.database.transaction():
        store.ledger.seal([Record("decision", "", b"x")] * 300, clock())
    done = holdfast("ledger", "prune", "--below", "512", "--reason", "old")
    assert done.code == 2
    assert "copy on " in done.err
    assert "--leave-behind" in done.err
    assert holdfast("ledger", "prune", "--below", "512", "--reason", "old", "--leave-behind").code == 0
    assert holdfast("ledger", "publish", "copy").code == 0
    assert holdfast("ledger", "verify").code == 0


def test_a_proof_for_a_former_key(filled: Path, holdfast: Run) -> None:
    former = key_of(holdfast)
    assert holdfast("ledger", "rotate").code == 0
    assert holdfast("ledger", "rotate").code == 0
    done = holdfast("ledger", "prove", "5", "--output", "5.proof", "--key", former)
    assert f"--key {former}" in done.out
    (filled / "verify_proof.py").write_text(holdfast("ledger", "verifier").out)
    words = [sys.executable, "verify_proof.py", "5.proof", "--key", former]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
    assert holdfast("ledger", "prove", "303", "--key", former).code == 3


def test_witnesses_and_their_quorum(filled: Path, holdfast: Run) -> None:
    assert holdfast("ledger", "cosign").code == 2
    (filled / "holdfast.yaml").write_text("quorum: 1\n")
    done = holdfast("ledger", "show")
    assert done.code == 2
    assert "`quorum` is 1, and there are 0 witnesses" in done.err


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "x"])
def test_silence_is_a_number_of_seconds(filled: Path, holdfast: Run, seconds: str) -> None:
    assert holdfast("ledger", "collect", "--folder", "c", "--log", "x", "--silence", seconds, "--check").code == 2


@pytest.mark.parametrize("words", [["show", "x"], ["prove"], ["prune", "--below", "5"], ["erase", "1"]])
def test_wrong_usage(filled: Path, holdfast: Run, words: list[str]) -> None:
    assert holdfast("ledger", *words).code == 2


def test_damaged_entries_are_not_shown(filled: Path, holdfast: Run) -> None:
    with open_store() as store:
        store.database.run("UPDATE entry SET envelope = (SELECT salt FROM payload WHERE seq = 3) WHERE seq = 3")
    assert "`holdfast ledger verify` says what else is wrong" in holdfast("ledger", "show", "3").err
    assert os.environ["HOLDFAST_HOME"] == str(filled / "home")
