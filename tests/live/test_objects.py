"""Tiles in object storage, through the real client, to a server that speaks S3."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.conftest import decisions

from holdfast.app.store import open_store
from holdfast.store.database import StoreError
from holdfast.store.objects import objects_at
from holdfast.store.publish import publish

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
NOW = 1_800_000_000_000_000


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on loopback. Only live tests have these libraries."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    name = f"evidence-{secrets.token_hex(4)}"
    boto3.client("s3").create_bucket(Bucket=name)
    yield f"s3://{name}/ledger"
    server.stop()


def test_object_storage_holds_what_the_folder_holds(bucket: str, tmp_path: Path) -> None:
    objects = objects_at(bucket)
    with open_store(environment={"HOLDFAST_HOME": str(tmp_path / "home")}) as store:
        for step in (300, 5, 300):
            with store.database.transaction():
                store.ledger.seal(decisions(step), NOW)
            publish(store.ledger, store.log, NOW)
            publish(store.ledger, objects, NOW)
        for path in store.log.paths():
            assert objects.read(path) == store.log.read(path), path
    assert objects.read("nothing") is None


def test_a_tile_is_never_overwritten(bucket: str) -> None:
    objects = objects_at(bucket)
    objects.immutable([("tile/0/000", b"one")])
    objects.immutable([("tile/0/000", b"one")])
    with pytest.raises(StoreError, match="another tile is there"):
        objects.immutable([("tile/0/000", b"two")])
    assert objects.read("tile/0/000") == b"one"
    objects.replaceable("checkpoint", b"one")
    objects.replaceable("checkpoint", b"two")
    assert objects.read("checkpoint") == b"two"


def test_a_bucket_that_is_not_there_is_told(bucket: str) -> None:
    with pytest.raises(StoreError, match="object storage refuses: NoSuchBucket"):
        objects_at(bucket.replace("evidence-", "elsewhere-")).replaceable("checkpoint", b"")
