"""Witnesses, collectors and object storage: what this host could hide, they see."""

from __future__ import annotations

import io
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from tests.store.conftest import NOW, Place, decisions

from holdfast.core.merkle import EMPTY
from holdfast.formats.note import format_note, parse_note, parse_signatures
from holdfast.store.database import StoreError
from holdfast.store.ledger import Ledger, LedgerError, last_note
from holdfast.store.objects import Objects, objects_at
from holdfast.store.publish import publish
from holdfast.store.rotate import rotate
from holdfast.store.serving import ask, server
from holdfast.store.statements import text_of
from holdfast.store.witness import Witness, cosign
from holdfast.trust.note import COSIGNATURE, ED25519, ML_DSA_44, Signer, Verifier, signed_by

SECOND = NOW // 1_000_000


def witness_of(ledger: Ledger, folder: Path, *keys: Verifier, type: int = COSIGNATURE) -> Witness:
    folder.mkdir(exist_ok=True)
    return Witness(Signer("witness/a", type, bytes(32)), [ledger.signer.verifier, *keys], str(folder))


def request(old: int, note: bytes, *path: bytes) -> bytes:
    return f"old {old}\n".encode() + b"".join(b64encode(step) + b"\n" for step in path) + b"\n" + note


def test_a_witness_answers_as_specified(place: Place, tmp_path: Path) -> None:
    ledger = place.seal(*decisions(3))
    witness = witness_of(ledger, tmp_path / "witness")
    note = format_note(last_note(ledger.database))  # type: ignore[arg-type]
    other = Signer(ledger.origin, ED25519, bytes(32))
    forged = format_note(
        parse_note(note).__class__(parse_note(note).checkpoint, (other.sign(parse_note(note).checkpoint, 0),))
    )
    assert witness.add(b"", 1).status == 400
    assert witness.add(b"old 0\n\xff\n\n" + note, 1).status == 400
    assert witness.add(request(5, note), 1).status == 400
    assert witness.add(request(0, note.replace(ledger.origin.encode(), b"x")), 1).status == 404
    assert witness.add(request(0, forged), 1).status == 403
    broken = note.replace(b"\n4\n", b"\n5\n")
    assert witness.add(request(0, broken), 1).status == 403
    assert witness.add(request(0, note, EMPTY), 1).status == 422
    assert witness.add(request(2, note), 1)[:2] == (409, b"0\n")
    done = witness.handle("POST", "/add-checkpoint", request(0, note), 77)
    assert done.status == 200
    (signature,) = parse_signatures(done.body.decode())
    assert witness.signer.verifier.time(parse_note(note).checkpoint, signature.value) == 77
    assert witness.add(request(4, note), 78).status == 200
    assert witness.add(request(0, note), 78) == (409, b"4\n", "text/x.tlog.size")
    assert witness.add(request(4, note, EMPTY), 78).status == 422
    found = witness.handle(
        "GET", f"/{os.path.basename(witness.path(ledger.origin)).partition('.')[0]}/checkpoint", b"", 1
    )
    assert signed_by(parse_note(found.body), [witness.signer.verifier, ledger.signer.verifier]) is not None
    assert witness.handle("GET", "/x", b"", 1).status == 404


def test_its_memory_notices_every_flipped_bit(place: Place, tmp_path: Path) -> None:
    ledger = place.seal(*decisions(3))
    witness = witness_of(ledger, tmp_path / "witness")
    witness.add(request(0, format_note(last_note(ledger.database))), SECOND)  # type: ignore[arg-type]
    path = Path(witness.path(ledger.origin))
    kept = path.read_bytes()
    for bit in range(0, len(kept) * 8, 7):
        data = bytearray(kept)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        with pytest.raises(StoreError, match="the memory of the witness is damaged"):
            witness.last(ledger.origin)


@pytest.mark.parametrize("type", [COSIGNATURE, ML_DSA_44])
def test_a_ledger_is_cosigned_as_it_grows(place: Place, tmp_path: Path, serve: Any, type: int) -> None:
    ledger = place.seal(*decisions(3))
    witness = witness_of(ledger, tmp_path / "witness", type=type)
    url = serve(lambda method, path, body: witness.handle(method, path, body, SECOND))
    asked = [(url, witness.signer.verifier), ("http://127.0.0.1:9", witness.signer.verifier)]
    for step in (0, 5, 300):
        ledger = place.seal(*decisions(step)) if step else ledger
        note, answers = cosign(ledger, place.log, asked, NOW)
        assert [bool(answer.trouble) for answer in answers] == [False, True]
        assert signed_by(note, [witness.signer.verifier]) == [witness.signer.verifier]
    cosign(ledger, place.log, asked, NOW)
    publish(ledger, place.log, NOW)
    assert len(parse_note((place.home / "log/checkpoint").read_bytes()).signatures) == 2
    assert place.problems() == []


def test_a_witness_sees_rollback_and_fork(place: Place, tmp_path: Path, serve: Any) -> None:
    ledger = place.seal(*decisions(3))
    rows = {
        name: ledger.database.rows(f"SELECT * FROM {name}")
        for name in ("entry", "payload", "tree", "sequence", "checkpoint")
    }
    place.seal(*decisions(5))
    witness = witness_of(ledger, tmp_path / "witness")
    url = serve(lambda method, path, body: witness.handle(method, path, body, SECOND))
    ask_it = [(url, witness.signer.verifier)]
    cosign(place.open(), place.log, ask_it, NOW)
    for name, kept in rows.items():
        place.database.run(f"DELETE FROM {name}")
        place.database.run_many(f"INSERT INTO {name} VALUES ({', '.join('?' * len(kept[0]))})", kept)
    with pytest.raises(LedgerError, match="rolled back: the witness witness/a saw 9 entries, 4 are there"):
        cosign(place.open(), place.log, ask_it, NOW)
    fork = place.open()
    with fork.database.transaction():
        fork.seal(decisions(30, 800), NOW)
    with pytest.raises(LedgerError, match="forked: the witness"):
        cosign(fork, None, ask_it, NOW)  # type: ignore[arg-type]


def test_strange_witnesses_are_told(place: Place, serve: Any) -> None:
    ledger = place.seal(*decisions(3))
    key = Signer("witness/a", COSIGNATURE, bytes(32)).verifier
    answers = [(200, b""), (200, b"\xe2\x80\x94 witness/a AAAAAAAA\n"), (503, b""), (409, b"x"), (409, b"0\n")]
    from holdfast.store.serving import Answer

    for status, body in answers:
        url = serve(lambda *_, status=status, body=body: Answer(status, body))
        (asked,) = cosign(ledger, place.log, [(url, key)], NOW)[1]
        assert asked.trouble
    (asked,) = cosign(ledger, place.log, [("ftp://x", key)], NOW)[1]
    assert asked.trouble == "this is no address"


def test_the_server_bounds_what_it_takes(serve: Any) -> None:
    import http.client

    from holdfast.store.serving import Answer

    url = serve(lambda *_: Answer(200, b"yes"))
    assert ask(url).body == b"yes"
    for headers, status in (({"Content-Length": "999999999"}, 413), ({"Content-Length": "-1"}, 413)):
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        connection.putrequest("POST", "/")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()
    for wrong in ("x", "127.0.0.1:x", "127.0.0.1:99999"):
        with pytest.raises(StoreError, match="cannot listen there"):
            server(wrong, lambda *_: Answer(200))


def test_both_keys_are_trusted_through_a_rotation(place: Place, tmp_path: Path) -> None:
    ledger = place.seal(*decisions(3))
    old = ledger.signer.verifier
    rotate(ledger, NOW)
    witness = witness_of(ledger, tmp_path / "witness", old)
    note = last_note(ledger.database)
    assert note is not None
    assert signed_by(note, [old, ledger.signer.verifier]) == [old, ledger.signer.verifier]
    assert witness.add(request(0, format_note(note)), 1).status == 200
    assert text_of(ledger.signer.verifier) == place.open().key()


class Bucket:
    """Keeps objects as S3 would."""

    class Refused(Exception):
        def __init__(self, code: str) -> None:
            self.response = {"Error": {"Code": code}}

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.denied = False

    def put_object(
        self, *, Bucket: str, Key: str, Body: bytes, ContentType: str, IfNoneMatch: str = "", CacheControl: str = ""
    ) -> None:
        if self.denied:
            raise self.Refused("AccessDenied")
        if IfNoneMatch and Key in self.objects:
            raise self.Refused("PreconditionFailed")
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        if self.denied:
            raise self.Refused("AccessDenied")
        if Key not in self.objects:
            raise self.Refused("NoSuchKey")
        return {"Body": io.BytesIO(self.objects[Key])}


def test_object_storage_holds_what_the_folder_holds(place: Place) -> None:
    bucket = Bucket()
    objects = Objects(bucket, "evidence", "/a/b/", (Bucket.Refused,))
    for step in (300, 5, 300):
        publish(place.seal(*decisions(step)), objects, NOW)
        for path in place.log.paths():
            assert bucket.objects[f"a/b/{path}"] == place.log.read(path)
    assert publish(place.open(), objects, NOW).checkpoint.size == 606
    full = bucket.objects["a/b/tile/0/001"]
    bucket.objects["a/b/tile/0/001"] = b"x" * len(full)
    del bucket.objects["a/b/checkpoint"]
    with pytest.raises(StoreError, match="another tile is there"):
        publish(place.open(), objects, NOW)
    bucket.denied = True
    for act in (
        lambda: publish(place.open(), objects, NOW),
        lambda: objects.replaceable("x", b""),
        lambda: objects.immutable([("x", b"")]),
    ):
        with pytest.raises(StoreError, match="object storage refuses: AccessDenied"):
            act()


def test_object_storage_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(StoreError, match="needs the library boto3"):
        objects_at("s3://bucket/prefix")
