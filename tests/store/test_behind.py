"""Places elsewhere that lag behind: other hosts, publications and witnesses, also behind what was pruned."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.store.conftest import NOW, Place, decisions

from holdfast.core.errors import UsageError
from holdfast.store.database import StoreError
from holdfast.store.elsewhere import behind
from holdfast.store.erase import prune, remove_pruned
from holdfast.store.ledger import Ledger, LedgerError, last_note
from holdfast.store.publish import check_published, publish, root_at
from holdfast.store.tiles import Folder
from holdfast.store.witness import Witness, cosign
from holdfast.trust.note import COSIGNATURE, Signer

SECOND = NOW // 1_000_000


def second_host(place: Place) -> Place:
    """Another host with a copy of the keys, on the same database."""
    home = place.home.parent / "second"
    home.mkdir()
    shutil.copytree(place.home / "keys", home / "keys")
    return place._replace(home=home)


def pruned(place: Place, below: int = 512) -> Ledger:
    ledger = place.open()
    with ledger.database.transaction():
        prune(ledger, below, "old", NOW, leave_behind=True)
    publish(ledger, place.log, NOW)
    remove_pruned(ledger.database, place.log)
    return ledger


def test_hosts_with_a_copy_of_the_keys_count_apart(place: Place) -> None:
    place.seal(*decisions(3))
    other = second_host(place)
    other.seal(*decisions(3))
    place.seal(*decisions(3))
    assert len(place.database.rows("SELECT source FROM sequence")) == 2
    assert place.problems() == []


def test_what_each_host_published_is_remembered(place: Place) -> None:
    place.seal(*decisions(30))
    other = second_host(place)
    other.seal(*decisions(30))
    for _ in range(4):
        place.seal(*decisions(30))
    assert other.problems() == []
    assert place.problems() == []
    sizes = [row[0] for row in place.database.rows("SELECT size FROM checkpoint ORDER BY size")]
    assert 61 in sizes
    for _ in range(4):
        other.seal(*decisions(1))
    sizes = [row[0] for row in place.database.rows("SELECT size FROM checkpoint ORDER BY size")]
    assert sizes == [151, 181, 184, 185], "what nobody has is forgotten"


def test_pruning_waits_for_whoever_is_behind(place: Place) -> None:
    place.seal(*decisions(300))
    other = second_host(place)
    other.seal(*decisions(1))
    ledger = place.seal(*decisions(500))
    with (
        pytest.raises(UsageError, match="lacks entries below 768: .*/second/log on [0-9a-f]{16} has 302 entries"),
        ledger.database.transaction(),
    ):
        prune(ledger, 800, "old", NOW)
    assert [size for _, size in behind(ledger.database, 768)] == [302]
    with ledger.database.transaction():
        assert prune(ledger, 302, "old", NOW) == 256
    other.seal(*decisions(1))
    place.seal(*decisions(1))
    with ledger.database.transaction():
        assert prune(ledger, 800, "old", NOW) == 512


@pytest.mark.parametrize("size", [1, 2, 128, 200, 255, 256, 257, 301, 511])
def test_a_host_behind_the_pruning_goes_on(place: Place, size: int) -> None:
    if size > 1:
        place.seal(*decisions(size - 1))
    else:
        publish(place.open(), place.log, NOW)
    other = second_host(place)
    publish(other.open(), other.log, NOW)
    root = last_note(place.database).checkpoint.root  # type: ignore[union-attr]
    place.seal(*decisions(700))
    place.seal(*decisions(7))
    pruned(place)
    place.database.run("DELETE FROM checkpoint WHERE size = ?", (size,))  # the hashes suffice
    assert root_at(place.database, size) == root
    assert check_published(other.open(), other.log) is not None
    other.seal(*decisions(3))
    assert other.problems() == []
    assert place.problems() == []


def test_a_fork_is_told_behind_the_pruning_too(place: Place) -> None:
    place.seal(*decisions(200))
    other = second_host(place)
    publish(other.open(), other.log, NOW)
    note = (other.home / "log/checkpoint").read_text()
    place.seal(*decisions(700))
    pruned(place)
    root = note.splitlines()[2]
    (other.home / "log/checkpoint").write_text(note.replace(root, f"{'A' * 43}="))
    with pytest.raises(LedgerError, match="forked: its first 201 entries are not those"):
        check_published(other.open(), other.log)
    (other.home / "log/checkpoint").write_text(note.replace("\n201\n", "\n100\n"))
    with pytest.raises(StoreError, match="100 entries are published there, and since then") as error:
        check_published(other.open(), other.log)
    assert not isinstance(error.value, LedgerError), "nobody can tell, so nobody is accused"


def test_a_publication_behind_the_pruning_goes_on(place: Place, tmp_path: Path) -> None:
    place.seal(*decisions(200))
    copy = Folder(str(tmp_path / "copy"))
    publish(place.open(), copy, NOW)
    place.seal(*decisions(700))
    pruned(place)
    assert publish(place.open(), copy, NOW).checkpoint.size == 902
    place.seal(*decisions(700))
    publish(place.open(), copy, NOW)
    for path in place.log.paths():
        assert copy.read(path) == place.log.read(path)


def test_a_witness_behind_the_pruning_goes_on(place: Place, tmp_path: Path, serve: Any) -> None:
    ledger = place.seal(*decisions(200))
    (tmp_path / "witness").mkdir()
    witness = Witness(Signer("witness/a", COSIGNATURE, bytes(32)), [ledger.signer.verifier], str(tmp_path / "witness"))
    url = serve(lambda method, path, body: witness.handle(method, path, body, SECOND))
    asked = [(url, witness.signer.verifier)]
    assert cosign(ledger, place.log, asked, NOW)[1][0].trouble == ""
    ledger = place.seal(*decisions(700))
    with pytest.raises(UsageError, match="witness witness/a has 201 entries"), ledger.database.transaction():
        prune(ledger, 512, "old", NOW)
    pruned(place)
    assert cosign(place.open(), place.log, asked, NOW)[1][0].trouble == ""
    assert place.problems() == []
    place.database.run("DELETE FROM known")
    place.database.run("DELETE FROM node")
    shutil.rmtree(tmp_path / "witness")
    (tmp_path / "witness").mkdir()
    shutil.copytree(place.home, tmp_path / "copy")
    (trouble,) = [each.trouble for each in cosign(place.open(), place.log, asked, NOW)[1]]
    assert trouble == "", "one that begins anew needs nothing of what was pruned"


def test_a_witness_whose_size_nobody_knew_is_not_called_a_forger(place: Place, tmp_path: Path, serve: Any) -> None:
    from holdfast.store.serving import Answer

    place.seal(*decisions(700))
    pruned(place)
    key = Signer("witness/a", COSIGNATURE, bytes(32)).verifier
    url = serve(lambda *_: Answer(409, b"201\n"))
    (asked,) = cosign(place.open(), place.log, [(url, key)], NOW)[1]
    assert asked.trouble.startswith("it saw 201 entries, and since then those around that size were pruned")
    url = serve(lambda *_: Answer(403))
    (asked,) = cosign(place.open(), place.log, [(url, key)], NOW)[1]
    assert asked.trouble == f"it does not know the key that signs: there, add --log {place.open().key()}"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE node SET hash = (SELECT root FROM pruned WHERE bundle = 1) WHERE level = 3",
        "DELETE FROM node WHERE level = 3",
        "UPDATE node SET number = number + 1000000 WHERE level = 3",
        "UPDATE node SET level = 9 WHERE level = 3",
        "INSERT INTO node (level, number, hash) SELECT 1, 0, root FROM pruned WHERE bundle = 1",
        "UPDATE known SET size = 100000",
    ],
)
def test_what_is_kept_for_others_is_verified(place: Place, sql: str) -> None:
    place.seal(*decisions(200))
    other = second_host(place)
    publish(other.open(), other.log, NOW)
    place.seal(*decisions(700))
    pruned(place)
    assert place.problems() == []
    assert place.database.run(sql)
    assert place.problems() != []
