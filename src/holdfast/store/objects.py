"""Tiles in object storage, S3 or what speaks like it, through boto3. Source: Amazon S3 API, PutObject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from holdfast.store.database import StoreError
from holdfast.store.tiles import Tile

__all__ = ["Objects", "objects_at"]

GONE = ("NoSuchKey", "404", "NotFound")
THERE = ("PreconditionFailed", "412", "ConditionalRequestConflict")


class Objects:
    """A prefix of a bucket. What is there under the name of a tile is never overwritten."""

    def __init__(self, client: Any, bucket: str, prefix: str, errors: tuple[type[Exception], ...]) -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = prefix.strip("/")
        self.errors = errors
        self.path = f"s3://{bucket}/{self.prefix}".rstrip("/")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing: tiles are the same whoever writes them."""
        yield

    def immutable(self, tiles: Iterable[Tile]) -> None:
        """Keeps tiles for ever; they are durable once this returns."""
        for path, data in tiles:
            try:
                self._put(path, data, "application/octet-stream", IfNoneMatch="*")
            except self.errors as error:
                if _code(error) not in THERE:
                    raise self._trouble(error, path) from error
                if self.read(path) != data:
                    hint = "look at who writes there; nothing was overwritten"
                    raise StoreError("another tile is there", where=f"{self.path}/{path}", hint=hint) from error

    def replaceable(self, path: str, data: bytes) -> None:
        """Replaces what is there; durable once this returns."""
        try:
            self._put(path, data, "text/plain; charset=utf-8", CacheControl="no-cache")
        except self.errors as error:
            raise self._trouble(error, path) from error

    def read(self, path: str) -> bytes | None:
        """What is there; None for nothing. Raises StoreError."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=self._key(path))
            return bytes(found["Body"].read())
        except self.errors as error:
            if _code(error) in GONE:
                return None
            raise self._trouble(error, path) from error

    def sweep(self, size: int) -> None:
        """Nothing: a lock may hold it, and a rule of the bucket's own may delete it."""

    def _key(self, path: str) -> str:
        return f"{self.prefix}/{path}".lstrip("/")

    def _put(self, path: str, data: bytes, type: str, **more: str) -> None:
        self.client.put_object(Bucket=self.bucket, Key=self._key(path), Body=data, ContentType=type, **more)

    def _trouble(self, error: Exception, path: str) -> StoreError:
        hint = "are the bucket and the right to write there? the ledger itself is safe"
        return StoreError(f"object storage refuses: {_code(error) or error}", where=f"{self.path}/{path}", hint=hint)


def objects_at(url: str) -> Objects:
    """The place of an s3://BUCKET/PREFIX. Raises StoreError without the library."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    try:
        import boto3  # type: ignore[import-not-found,import-untyped,unused-ignore]
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        hint = "install it: pip install 'holdfast[aws]'"
        raise StoreError("object storage needs the library boto3", where=url, hint=hint) from error
    return Objects(boto3.client("s3"), bucket, prefix, (BotoCoreError, ClientError))


def _code(error: Exception) -> str:
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))
