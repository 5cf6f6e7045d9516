"""Proofs: every entry can be proved, by a program that knows nothing of holdfast, and nothing else can."""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.conftest import NOW, Place, decisions

import holdfast
from holdfast.core.checkpoint import Note
from holdfast.core.merkle import EMPTY
from holdfast.formats.note import format_note, parse_note
from holdfast.store.database import StoreError
from holdfast.store.erase import erase, prune, remove_pruned
from holdfast.store.ledger import FOR_GOOD, LedgerError, last_note
from holdfast.store.proofs import consistency, proof_of, signer_of
from holdfast.store.publish import publish, root_at
from holdfast.store.rotate import rotate
from holdfast.store.statements import text_of, verifier_of
from holdfast.trust.note import COSIGNATURE, ED25519, ML_DSA_44, Signer

PROGRAM = Path(holdfast.__file__).parent / "standalone/verify_proof.py"


def program() -> ModuleType:
    module = ModuleType("verify_proof")
    exec(compile(PROGRAM.read_text(), str(PROGRAM), "exec"), module.__dict__)
    return module


VERIFIER = program()


def accepts(proof: bytes, key: str, *witnesses: str, quorum: int = 0) -> bool:
    try:
        VERIFIER.check(proof, VERIFIER.Key(key), [VERIFIER.Key(each) for each in witnesses], quorum)
    except (VERIFIER.Wrong, ValueError, KeyError, TypeError):
        return False
    return True


def test_the_program_is_short_and_needs_nothing() -> None:
    text = PROGRAM.read_text()
    assert len(text.splitlines()) < 200
    names = {alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert names <= {"__future__", "argparse", "base64", "hashlib", "hmac", "json", "os", "sys", "typing"}
    ast.parse(text, feature_version=(3, 7))


def test_every_entry_is_proved(place: Place) -> None:
    ledger = place.seal(*decisions(600))
    with ledger.database.transaction():
        ledger.seal(decisions(7), NOW)
    for entry in (0, 1, 255, 256, 511, 512, 599, 600, 601, 607):
        for folder in (place.log, None):
            assert accepts(proof_of(ledger.database, folder, entry), ledger.key())
    with pytest.raises(StoreError, match="there is no entry 608"):
        proof_of(ledger.database, None, 608)


def test_the_program_prints_what_is_proven(place: Place, tmp_path: Path) -> None:
    ledger = place.seal(*decisions(9))
    (tmp_path / "proof").write_bytes(proof_of(ledger.database, place.log, 4))
    run = [sys.executable, str(PROGRAM), str(tmp_path / "proof"), "--key"]
    done = subprocess.run([*run, ledger.key()], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "proven: this is entry 4 of the log holdfast/" in done.stdout
    assert "payload 3" in done.stdout
    assert "not proven: that what was sealed is true" in done.stdout
    other = text_of(Signer(ledger.origin, ED25519, bytes(32)).verifier)
    done = subprocess.run([*run, other], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "NOT PROVEN: the checkpoint is not signed by the key of the log\n")
    for options in (["x"], [other[:-4] + "AAA="], [ledger.key(), "--witness", ledger.key()]):
        assert subprocess.run([*run, *options], capture_output=True, check=False).returncode == 2


def test_erased_and_pruned_entries(place: Place) -> None:
    ledger = place.seal(*decisions(700))
    with ledger.database.transaction():
        erase(ledger, [600], "asked", NOW)
        prune(ledger, 512, "old", NOW)
    publish(ledger, place.log, NOW)
    remove_pruned(ledger.database, place.log)
    proof = proof_of(ledger.database, place.log, 600)
    assert accepts(proof, ledger.key())
    assert VERIFIER.check(proof, VERIFIER.Key(ledger.key()), [], 0)[1] is None
    for folder in (place.log, None):
        assert accepts(proof_of(ledger.database, folder, 700), ledger.key())
        with pytest.raises(StoreError, match="there is no entry 5"):
            proof_of(ledger.database, folder, 5)


def test_any_flipped_bit_of_what_is_proved_is_refused(place: Place) -> None:
    ledger = place.seal(*decisions(40))
    proof = proof_of(ledger.database, place.log, 17)
    chance = random.Random(3)
    for _ in range(300):
        data = bytearray(proof)
        bit = chance.randrange(len(data) * 8)
        data[bit // 8] ^= 1 << bit % 8
        if accepts(bytes(data), ledger.key()):  # the payload got another name, or a letter of the text is not read
            entry, payload, *rest = VERIFIER.check(bytes(data), VERIFIER.Key(ledger.key()), [], 0)
            right = VERIFIER.check(proof, VERIFIER.Key(ledger.key()), [], 0)
            assert (entry, *rest) == (right[0], *right[2:])
            assert payload == right[1], "a payload is not lost by renaming its field"


def test_witnesses_count_once_each(place: Place) -> None:
    ledger = place.seal(*decisions(3))
    proof = proof_of(ledger.database, place.log, 1)
    note = last_note(ledger.database)
    assert note is not None
    witness = Signer("witness/a", COSIGNATURE, bytes(32))
    signature = witness.sign(note.checkpoint, 5)
    line = f"— witness/a {b64encode(signature.id + signature.value).decode()}\n".encode()
    key = text_of(witness.verifier)
    assert accepts(proof + line, ledger.key(), key, quorum=1)
    assert not accepts(proof, ledger.key(), key, quorum=1)
    assert not accepts(proof + line + line, ledger.key(), key, quorum=2)
    broken = line[:60] + (b"A" if line[60:61] != b"A" else b"B") + line[61:]
    assert not accepts(proof + broken, ledger.key(), key)
    with pytest.raises(Exception, match="Ed25519 only"):
        VERIFIER.Key(text_of(Signer("w", ML_DSA_44, bytes(32)).verifier))


@given(st.binary(max_size=60), st.binary(min_size=32, max_size=32), st.integers(0, 511))
@settings(max_examples=15, deadline=None)
def test_its_signatures_are_those_of_the_library(message: bytes, seed: bytes, bit: int) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, value = key.public_key().public_bytes_raw(), key.sign(message)
    assert VERIFIER.ed25519(public, message, value)
    wrong = bytearray(value)
    wrong[bit // 8] ^= 1 << bit % 8
    assert not VERIFIER.ed25519(public, message, bytes(wrong))
    assert not VERIFIER.ed25519(public, message + b"x", value)


def test_the_example_of_the_standard() -> None:
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    value = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )  # RFC 8032, section 7.1, test 1
    assert VERIFIER.ed25519(public, b"", value)


def test_a_tree_is_consistent_with_every_earlier_one(place: Place) -> None:
    roots = {0: EMPTY}
    for step in (1, 254, 1, 300, 12):
        ledger = place.seal(*decisions(step))
        note = last_note(ledger.database)
        assert note is not None
        roots[note.checkpoint.size] = note.checkpoint.root
        for size, root in roots.items():
            for folder in (place.log, None):
                consistency(ledger.database, folder, size, root, note)
            assert size == 0 or root_at(ledger.database, size) == root
    with pytest.raises(LedgerError, match="does not continue that of 256"):
        consistency(ledger.database, None, 256, roots[2], note)


def test_damaged_tiles_do_not_make_wrong_proofs(place: Place) -> None:
    ledger = place.seal(*decisions(900))
    for path in (place.home / "log/tile/1").rglob("*"):
        if path.is_file():
            path.write_bytes(bytes(len(path.read_bytes())))
    assert accepts(proof_of(ledger.database, place.log, 5), ledger.key())
    ledger.database.run("UPDATE entry SET envelope = (SELECT envelope FROM entry WHERE seq = 3) WHERE seq = 700")
    with pytest.raises(LedgerError, match="entry 5 is not in the tree that was signed"):
        proof_of(ledger.database, place.log, 5)
    assert parse_note((place.home / "log/checkpoint").read_bytes()).checkpoint.size == 901


def extra_of(proof: bytes, extra: bytes) -> bytes:
    """A proof with another line `extra`."""
    head, line, rest = proof.split(b"\n", 2)
    assert line.startswith(b"extra ")
    return b"\n".join((head, b"extra " + b64encode(extra), rest))


def test_strange_proofs_are_refused_without_a_traceback(place: Place, tmp_path: Path) -> None:
    ledger = place.seal(*decisions(9))
    proof = proof_of(ledger.database, place.log, 4)
    nested = b"[" * 100_000
    for extra in (
        nested,
        b'{"envelope":' + nested,
        b'{"envelope":7}',
        b'["envelope"]',
        b"7",
        b'{"envelope":"x","pay":"x"}',
    ):
        (tmp_path / "proof").write_bytes(extra_of(proof, extra))
        run = [sys.executable, str(PROGRAM), str(tmp_path / "proof"), "--key", ledger.key()]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.startswith("NOT PROVEN: ")
    (tmp_path / "proof").write_bytes(proof)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(run, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_proofs_keep_their_witnesses_and_keys_through_rotations(place: Place) -> None:
    ledger = place.seal(*decisions(9))
    first = ledger.key()
    witness = Signer("witness/a", COSIGNATURE, bytes(32))
    note = last_note(ledger.database)
    assert note is not None
    cosigned = Note(note.checkpoint, (*note.signatures, witness.sign(note.checkpoint, 1)))
    row = (format_note(cosigned).decode(), FOR_GOOD, note.checkpoint.size)
    ledger.database.run("UPDATE checkpoint SET note = ?, kept = ? WHERE size = ?", row)
    rotate(ledger, NOW)
    second = ledger.key()
    place.seal(*decisions(2))
    rotate(place.open(), NOW)
    ledger = place.seal(*decisions(2))
    watched = proof_of(ledger.database, place.log, 5, 1)
    assert accepts(watched, first, text_of(witness.verifier), quorum=1)
    assert signer_of(ledger.database, watched) == verifier_of(first)
    for entry, keys in ((5, (first, second, ledger.key())), (11, (second, ledger.key())), (13, (second, ledger.key()))):
        for key in keys:
            assert accepts(proof_of(ledger.database, place.log, entry, key=verifier_of(key)), key)
    newest = proof_of(ledger.database, place.log, 14)
    assert signer_of(ledger.database, newest) == verifier_of(ledger.key())
    with pytest.raises(StoreError, match="no checkpoint that is kept has entry 13 and is signed by that key"):
        proof_of(ledger.database, place.log, 13, key=verifier_of(first))
    other = Signer(ledger.origin, ED25519, bytes(32))
    forged = (
        watched.partition(b"\n\n")[0] + b"\n\n" + format_note(Note(note.checkpoint, (other.sign(note.checkpoint, 1),)))
    )
    assert signer_of(ledger.database, forged) is None
